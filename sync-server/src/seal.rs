//! Seals: what shows that this server made something that others keep.

use crate::store::{Result, Tx, orgs};
use domain::OrgId;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// Bytes of a seal.
pub const SEAL: usize = 16;

/// What seals of one purpose are made with: of the organisation's own secret.
#[derive(Clone, Copy)]
pub struct SealKey([u8; 32]);

impl SealKey {
    /// # Errors
    /// The database's.
    pub fn of(tx: &mut dyn Tx, org: OrgId, purpose: &[u8]) -> Result<Self> {
        let (secret, _) = orgs::secrets(tx, org)?.unwrap_or_default();
        Ok(Self(Sha256::new_with_prefix(purpose).chain_update(secret).finalize().into()))
    }

    /// Twice keyed, so that nothing can be appended.
    pub fn seal(&self, sealed: &[u8]) -> [u8; SEAL] {
        let inner = Sha256::new_with_prefix(self.0).chain_update(sealed).finalize();
        let outer: [u8; 32] = Sha256::new_with_prefix(self.0).chain_update(inner).finalize().into();
        let mut seal = [0; SEAL];
        seal.copy_from_slice(&outer[..SEAL]);
        seal
    }

    pub fn is_seal_of(&self, seal: &[u8], sealed: &[u8]) -> bool {
        self.seal(sealed)[..].ct_eq(seal).into()
    }
}
