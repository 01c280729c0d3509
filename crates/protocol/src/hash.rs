//! The hash of an Automerge change, as bytes.

use serde::{Deserialize, Serialize};

/// SHA-256 of a change's content, 64 hex digits in JSON; names it in any document.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String))]
pub struct ChangeHash(pub [u8; 32]);

impl Serialize for ChangeHash {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        if s.is_human_readable() { s.serialize_str(&self.to_string()) } else { s.serialize_bytes(&self.0) }
    }
}

impl<'de> Deserialize<'de> for ChangeHash {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        if d.is_human_readable() { d.deserialize_str(Written) } else { d.deserialize_bytes(Written) }
    }
}

/// Takes either form in either case: inside a tagged enum serde reads from a copy that does not know its
/// format, and calls it human-readable.
struct Written;

impl serde::de::Visitor<'_> for Written {
    type Value = ChangeHash;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a change hash: 32 bytes, or 64 hex digits")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<ChangeHash, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<ChangeHash, E> {
        bytes.try_into().map(ChangeHash).map_err(|_| E::custom("a change hash has 32 bytes"))
    }
}

impl std::fmt::Display for ChangeHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|b| write!(f, "{b:02x}"))
    }
}

impl std::fmt::Debug for ChangeHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0[..4].iter().try_for_each(|b| write!(f, "{b:02x}"))
    }
}

impl std::str::FromStr for ChangeHash {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        let bad = || format!("{s} is not a change hash");
        if s.len() != 64 || !s.is_ascii() {
            return Err(bad());
        }
        let mut bytes = [0; 32];
        for (i, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&s[2 * i..2 * i + 2], 16).map_err(|_| bad())?;
        }
        Ok(Self(bytes))
    }
}
