//! The sealed copy: the raw key, once, in a box that only the organisation's recovery key opens. It
//! lies beside the database and outlives every password, lease and wipe.

use super::key::Key;
use crate::error::ClientError;
use crate::profile::write_private;
use crypto_box::PublicKey;
use crypto_box::aead::rand_core::{CryptoRng, Error, RngCore};
use domain::Env;
use std::path::Path;

/// `leadline-server recover` reads it.
pub const SEALED_FILE: &str = "leadline.sealed";

pub(crate) fn is_sealed(dir: &Path) -> bool {
    dir.join(SEALED_FILE).exists()
}

/// Seals `key` to the organisation's X25519 public key, unless it is done already.
pub(crate) fn seal(dir: &Path, key: &Key, recovery_key: &[u8], env: &Env) -> Result<(), ClientError> {
    if is_sealed(dir) {
        return Ok(());
    }
    let to = PublicKey::from_slice(recovery_key).map_err(|_| ClientError::Internal("the recovery key is malformed".into()))?;
    let sealed = to.seal(&mut EnvRng(env), key.bytes()).map_err(|_| ClientError::Internal("the key can't be sealed".into()))?;
    write_private(&dir.join(SEALED_FILE), &sealed)
}

/// The environment's randomness, as the box takes it.
struct EnvRng<'a>(&'a Env);

impl RngCore for EnvRng<'_> {
    fn next_u32(&mut self) -> u32 {
        u32::from_le_bytes(self.0.random())
    }

    fn next_u64(&mut self) -> u64 {
        u64::from_le_bytes(self.0.random())
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        self.0.entropy.fill(bytes);
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

/// [`domain::Entropy`] is the operating system's outside tests.
impl CryptoRng for EnvRng<'_> {}
