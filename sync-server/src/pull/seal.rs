//! Cursors as devices hold them: sealed with the organisation's own secret, so that what a device
//! sends back is what it was given.

use crate::store::{Result, Tx, orgs};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::OrgId;
use protocol::Cursor;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// Bytes of a seal.
const SEAL: usize = 16;

/// What seals are made with.
#[derive(Clone, Copy)]
pub struct SealKey([u8; 32]);

impl SealKey {
    pub fn of(tx: &mut dyn Tx, org: OrgId) -> Result<Self> {
        let (secret, _) = orgs::secrets(tx, org)?.unwrap_or_default();
        Ok(Self(Sha256::new_with_prefix(b"leadline cursor 1").chain_update(secret).finalize().into()))
    }

    pub fn seal(&self, cursor: &Cursor) -> String {
        let packed = cursor.pack();
        let mut sealed = self.mac(&packed).to_vec();
        sealed.extend(packed);
        URL_SAFE_NO_PAD.encode(sealed)
    }

    /// `None` for anything that this server did not seal.
    pub fn open(&self, text: &str) -> Option<Cursor> {
        let sealed = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (seal, packed) = sealed.split_at_checked(SEAL)?;
        if bool::from(self.mac(packed)[..].ct_eq(seal)) { Cursor::unpack(packed) } else { None }
    }

    /// Twice keyed, so that nothing can be appended.
    fn mac(&self, packed: &[u8]) -> [u8; SEAL] {
        let inner = Sha256::new_with_prefix(self.0).chain_update(packed).finalize();
        let outer: [u8; 32] = Sha256::new_with_prefix(self.0).chain_update(inner).finalize().into();
        let mut seal = [0; SEAL];
        seal.copy_from_slice(&outer[..SEAL]);
        seal
    }
}
