//! What an invitation says: a `leadline://join` link, as it comes by mail or chat, or a bare code.

use bridge::session::Invitation;
use bridge::{Problem, ProblemCode};

const SCHEME: &str = "leadline://join";
/// Longest text that is looked at, bytes.
const TEXT_MAX: usize = 4_096;
/// Longest address of a server, bytes; escaped it still fits into a link.
const SERVER_MAX: usize = 300;

/// # Errors
/// `Refused` for what is neither a link nor a code.
pub(super) fn read(text: &str) -> Result<Invitation, Problem> {
    let wrong = || Problem {
        field: Some("invitation".to_owned()),
        ..Problem::new(
            ProblemCode::Refused,
            "This is no invitation. Paste the whole link that you were sent, or its code, like K7QF-2MXD-9TRA.",
        )
    };
    // Mail programs break long links.
    let text: String = text.chars().take(TEXT_MAX).filter(|c| !c.is_whitespace() && !matches!(c, '<' | '>' | '"')).collect();
    let at = text.to_ascii_lowercase().find(SCHEME);
    let Some(at) = at else {
        return code(&text).map(|code| Invitation { code, ..Invitation::default() }).ok_or_else(wrong);
    };
    let mut invitation = Invitation::default();
    let query = text.get(at + SCHEME.len()..).unwrap_or_default().trim_start_matches('/').trim_start_matches('?');
    for (name, value) in query.split(['&', '#']).filter_map(|part| part.split_once('=')) {
        let value = unescaped(value).ok_or_else(wrong)?;
        match name {
            "server" if value.len() > SERVER_MAX || value.chars().any(char::is_control) => return Err(wrong()),
            "server" => invitation.server = value,
            "code" => invitation.code = code(&value).ok_or_else(wrong)?,
            "pin" if value.len() == 64 && value.bytes().all(|b| b.is_ascii_hexdigit()) => invitation.pin = Some(value.to_ascii_lowercase()),
            "pin" => return Err(wrong()),
            _ => {}
        }
    }
    // A link may come without a server, as a code does: then it is asked for.
    if invitation.code.is_empty() { Err(wrong()) } else { Ok(invitation) }
}

/// Letters, digits and dashes, at least eight that count.
fn code(text: &str) -> Option<String> {
    let counts = text.chars().filter(char::is_ascii_alphanumeric).count();
    let fits = text.len() <= 64 && counts >= 8 && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    fits.then(|| text.to_ascii_uppercase())
}

/// Percent signs undone.
fn unescaped(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let pair = [rest.next()?, rest.next()?];
                u8::from_str_radix(std::str::from_utf8(&pair).ok()?, 16).ok()?
            }
            b'+' => b' ',
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_and_codes_are_read_as_people_paste_them() {
        let pin = "ab".repeat(32);
        let link = format!("leadline://join?server=https%3A%2F%2Fcrm.example.com&code=K7QF-2MXD-9TRA&pin={pin}");
        let whole = Invitation { server: "https://crm.example.com".into(), code: "K7QF-2MXD-9TRA".into(), pin: Some(pin.clone()) };
        let spread = format!("Join us: <{}\n {}>", &link[..40], &link[40..]);
        let code = Invitation { code: "K7QF-2MXD-9TRA".into(), ..Invitation::default() };
        // A server that does not know its own address makes links without one.
        let bare = "leadline://join?code=K7QF-2MXD-9TRA";
        for (text, expected) in [(link.as_str(), &whole), (&spread, &whole), (" k7qf-2mxd-9tra\n", &code), (bare, &code)] {
            assert_eq!(&read(text).expect(text), expected);
        }
        for wrong in ["", "hello", "leadline://join?server=x.in", "leadline://join?server=x.in&code=%", "https://x.in/join"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        assert!(read(&link.replace(&pin, "short")).is_err());
        assert!(read(&link.replace("crm", "c\0m")).is_err());
        assert!(read(&link.replace("crm", &"c".repeat(SERVER_MAX))).is_err());
    }
}
