//! Codes that people type: twelve of 32 letters, 60 bits. Kept as their SHA-256 and looked up by that,
//! so how long a comparison takes says nothing of the code.

use super::token::digest;
use crate::store::codes::{self, Purpose};
use crate::store::sessions::Hash;
use crate::store::users::User;
use crate::store::{self, Tx};
use domain::{Env, OrgId, UserId};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use protocol::auth::Secret;

/// Without I, L, O and U, which are read as others.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// How long an invitation or a forgotten-password code is good.
const GOOD_FOR_MS: i64 = 72 * 3_600_000;

/// A code that was just made; shown once.
pub struct Made {
    pub user: UserId,
    pub code: String,
    /// Ms since the epoch.
    pub until: i64,
}

/// Makes a one-time code for a person; the one before ends.
///
/// # Errors
/// The database's.
pub fn make(tx: &mut dyn Tx, env: &Env, org: OrgId, user: &User) -> store::Result<Made> {
    let (code, until) = (fresh(env), env.now_ms() + GOOD_FOR_MS);
    let purpose = if user.invited { Purpose::Invite } else { Purpose::Reset };
    codes::put(tx, org, user.row.id, hash(&code), purpose, until)?;
    Ok(Made { user: user.row.id, code, until })
}

/// The link that carries the code, and where the server is and which certificate it shows.
#[must_use]
pub fn link(server: Option<&str>, pin: Option<&str>, code: &str) -> String {
    let part = |name: &str, value: Option<&str>| value.map(|value| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)));
    let code = Some(format!("code={code}"));
    let parts: Vec<String> = [part("server", server), code, part("pin", pin)].into_iter().flatten().collect();
    format!("leadline://join?{}", parts.join("&"))
}

/// A code, as it is shown: `K7QF-2MXD-9TRA`.
pub fn fresh(env: &Env) -> String {
    let letters: Vec<u8> = env.random::<12>().iter().map(|byte| LETTERS[usize::from(byte % 32)]).collect();
    letters.chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join("-")
}

/// How a code is kept and looked up, however it was typed.
pub fn hash(typed: &str) -> Hash {
    let letters = typed.chars().filter(char::is_ascii_alphanumeric).map(|c| match c.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    });
    digest(&Secret(letters.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_sixty_bits_and_forgive_typing() {
        let code = fresh(&crate::env::system());
        assert_eq!((code.len(), code.matches('-').count()), (14, 2));
        assert_ne!(code, fresh(&crate::env::system()));
        assert_eq!(hash("K0Q1-2MXD-9TRA"), hash(" koql 2mxd9tra"));
        assert_ne!(hash("K0Q1-2MXD-9TRA"), hash("K0Q1-2MXD-9TRB"));
    }

    #[test]
    fn a_link_says_only_what_is_known() {
        assert_eq!(link(None, None, "K7QF-2MXD-9TRA"), "leadline://join?code=K7QF-2MXD-9TRA");
        let whole = link(Some("https://crm.example.com:8440"), Some("ab12"), "K7QF-2MXD-9TRA");
        assert_eq!(whole, "leadline://join?server=https%3A%2F%2Fcrm%2Eexample%2Ecom%3A8440&code=K7QF-2MXD-9TRA&pin=ab12");
    }
}
