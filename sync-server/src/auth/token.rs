//! Tokens: 32 random bytes, opaque, stored as their SHA-256. The pair that follows another is made
//! of the old refresh token, the device's nonce and a stored salt: a repeated refresh gets the very
//! same answer, and the database alone gives no token away.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::Env;
use protocol::auth::Secret;
use sha2::{Digest as _, Sha256};

/// An access token and the refresh token that replaces it.
pub struct Pair {
    pub access: Secret,
    pub refresh: Secret,
}

impl Pair {
    /// A new pair of nothing.
    pub fn fresh(env: &Env) -> Self {
        Self { access: fresh(env), refresh: fresh(env) }
    }

    /// The pair that follows: the same for the same three.
    pub fn after(refresh: &Secret, nonce: &Secret, salt: &[u8; 32]) -> Self {
        let token = |purpose: &[u8]| {
            let mut hash = Sha256::new_with_prefix(purpose);
            hash.update(salt);
            hash.update(digest(refresh));
            hash.update(digest(nonce));
            hash.update(refresh.0.as_bytes());
            Secret(URL_SAFE_NO_PAD.encode(hash.finalize()))
        };
        Self { access: token(b"leadline access 1"), refresh: token(b"leadline refresh 1") }
    }
}

/// A new token.
pub fn fresh(env: &Env) -> Secret {
    Secret(URL_SAFE_NO_PAD.encode(env.random::<32>()))
}

/// How a token is stored and looked up.
pub fn digest(token: &Secret) -> [u8; 32] {
    Sha256::digest(token.0.as_bytes()).into()
}
