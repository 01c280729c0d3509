//! A wrapped key: XChaCha20-Poly1305 under argon2id of the password, its parameters beside it, and
//! what may be known of a profile before its password is.

use super::key::{Key, hex, unhex};
use crate::error::ClientError;
use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use domain::{DeviceId, Env, UserId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// What one guess of a password costs: this much memory, so many times over.
pub const KDF_MEMORY_KIB: u32 = 64 * 1024;
pub const KDF_PASSES: u32 = 3;
/// A record that asks for more than this was not written by us.
const KDF_MEMORY_MAX_KIB: u32 = 1024 * 1024;
const KDF_PASSES_MAX: u32 = 16;

/// The newest form of the record that this version reads and writes.
const VERSION: u32 = 1;
/// Binds a ciphertext to its purpose.
const PURPOSE: &[u8] = b"leadline profile key 1";

/// A key that only its password opens. Kept as JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Wrapped {
    version: u32,
    pub kdf: Kdf,
    salt: String,
    nonce: String,
    ciphertext: String,
    #[serde(flatten)]
    pub(crate) facts: Facts,
}

/// Parameters of argon2id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kdf {
    pub memory_kib: u32,
    pub passes: u32,
    pub lanes: u32,
}

/// What is known of a locked profile. In a file nothing of it names the person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Facts {
    /// The person's name in a keychain, a masked address in a file.
    pub label: String,
    /// In a keychain only.
    pub email: Option<String>,
    /// [`address_mark`] of the address signed in with.
    pub address: String,
    pub user: Option<UserId>,
    pub device: Option<DeviceId>,
    pub server: String,
    /// SHA-256 of the server's certificate, hex.
    pub pin: Option<String>,
    /// End of the lease and what comes after, ms since the epoch; the signed lease is in the database.
    pub lease_until: Option<i64>,
    pub wipe_at: Option<i64>,
    /// When it was first seen that the key has to go: only later it does, for the clock may be wrong.
    pub due_since: Option<i64>,
    /// Ms since the epoch; the highest clock seen.
    pub last_used: i64,
    /// The person ended the session: only a sign-in opens it.
    pub signed_out: bool,
    /// Why the server cut this person or computer off: only a sign-in opens it.
    pub cut_off: Option<String>,
    /// A newer copy of the same person lies beside.
    pub superseded: bool,
}

impl Wrapped {
    /// Wraps `key`. Takes as long as one guess.
    ///
    /// # Errors
    /// `Internal` when there is not enough memory.
    pub(crate) fn new(key: &Key, password: &str, facts: Facts, env: &Env) -> Result<Self, ClientError> {
        let kdf = Kdf { memory_kib: KDF_MEMORY_KIB, passes: KDF_PASSES, lanes: 1 };
        let (salt, nonce) = (env.random::<16>(), env.random::<24>());
        let cipher = kdf.cipher(password, &salt)?;
        let sealed = cipher.encrypt(XNonce::from_slice(&nonce), Payload { msg: key.bytes(), aad: PURPOSE });
        let sealed = sealed.map_err(|_| ClientError::Internal("the key can't be wrapped".into()))?;
        Ok(Self { version: VERSION, kdf, salt: hex(&salt), nonce: hex(&nonce), ciphertext: hex(&sealed), facts })
    }

    /// The key, if the password is right. Takes as long as one guess.
    ///
    /// # Errors
    /// `WrongPassword`; `Unreadable`.
    pub(crate) fn open(&self, password: &str) -> Result<Key, ClientError> {
        let unreadable = || ClientError::Unreadable;
        let salt = unhex(&self.salt).ok_or_else(unreadable)?;
        let nonce = unhex(&self.nonce).filter(|nonce| nonce.len() == 24).ok_or_else(unreadable)?;
        let sealed = unhex(&self.ciphertext).ok_or_else(unreadable)?;
        let cipher = self.kdf.cipher(password, &salt)?;
        let opened = cipher.decrypt(XNonce::from_slice(&nonce), Payload { msg: &sealed, aad: PURPOSE });
        let opened = Zeroizing::new(opened.map_err(|_| ClientError::WrongPassword)?);
        Key::from_slice(&opened).ok_or_else(unreadable)
    }

    /// # Errors
    /// `NewerProfile`, `Unreadable`.
    pub(crate) fn read(json: &[u8]) -> Result<Self, ClientError> {
        let wrapped: Self = serde_json::from_slice(json).map_err(|_| ClientError::Unreadable)?;
        match wrapped.version {
            VERSION => Ok(wrapped),
            found => Err(ClientError::NewerProfile { found, known: VERSION }),
        }
    }

    pub(crate) fn json(&self) -> Result<Vec<u8>, ClientError> {
        serde_json::to_vec(self).map_err(|e| ClientError::Internal(e.to_string()))
    }
}

impl Kdf {
    fn cipher(self, password: &str, salt: &[u8]) -> Result<XChaCha20Poly1305, ClientError> {
        if self.memory_kib > KDF_MEMORY_MAX_KIB || self.passes > KDF_PASSES_MAX {
            return Err(ClientError::Unreadable);
        }
        let params = Params::new(self.memory_kib, self.passes, self.lanes, Some(32)).map_err(|_| ClientError::Unreadable)?;
        let mut key = Zeroizing::new([0; 32]);
        let done = Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into(password.as_bytes(), salt, key.as_mut());
        done.map_err(|e| ClientError::Internal(e.to_string()))?;
        Ok(XChaCha20Poly1305::new(key.as_slice().into()))
    }
}

/// Tells whether a typed address is a profile's, without writing the address down.
pub(crate) fn address_mark(email: &str) -> String {
    let email = email.trim().to_lowercase();
    hex(&Sha256::digest([b"leadline profile of ", email.as_bytes()].concat()))
}

/// As much of an address as may lie beside the data: `as•••@nakshatra.example`. Two letters, to tell people at
/// one desk apart.
pub(crate) fn masked(email: &str) -> String {
    let (name, domain) = email.split_once('@').unwrap_or((email, ""));
    let first: String = name.chars().take(2).collect();
    if domain.is_empty() { format!("{first}•••") } else { format!("{first}•••@{domain}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_password_opens_a_wrapped_key() {
        let env = crate::system_env();
        let key = Key::new(&env);
        let wrapped = Wrapped::new(&key, "correct horse", Facts::default(), &env).expect("wrapped");
        let again = Wrapped::read(&wrapped.json().expect("json")).expect("read");
        assert_eq!(again.open("correct horse").expect("opened").bytes(), key.bytes());
        assert!(matches!(again.open("correct horsf"), Err(ClientError::WrongPassword)));
        assert!((again.kdf.memory_kib, again.kdf.passes) >= (KDF_MEMORY_KIB, KDF_PASSES));

        let mut other = again.clone();
        other.ciphertext.replace_range(0..2, if other.ciphertext.starts_with("00") { "01" } else { "00" });
        assert!(matches!(other.open("correct horse"), Err(ClientError::WrongPassword)));
        let mut greedy = again;
        greedy.kdf.memory_kib = u32::MAX;
        assert!(matches!(greedy.open("correct horse"), Err(ClientError::Unreadable)));
    }

    #[test]
    fn a_masked_address_keeps_its_first_letters() {
        for (email, shown) in [("asha@nakshatra.example", "as•••@nakshatra.example"), ("मीरा@x.in", "मी•••@x.in"), ("asha", "as•••")]
        {
            assert_eq!(masked(email), shown);
        }
        assert_eq!(address_mark(" Asha@X.in"), address_mark("asha@x.in "));
    }
}
