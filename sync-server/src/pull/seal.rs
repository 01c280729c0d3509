//! Cursors as devices hold them: sealed with the organisation's own secret, so that what a device
//! sends back is what it was given.

use crate::seal::{SEAL, SealKey};
use crate::store::{Result, Tx};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::OrgId;
use protocol::Cursor;

/// What cursors are sealed with.
#[derive(Clone, Copy)]
pub struct CursorSeal(SealKey);

impl CursorSeal {
    pub fn of(tx: &mut dyn Tx, org: OrgId) -> Result<Self> {
        Ok(Self(SealKey::of(tx, org, b"leadline cursor 1")?))
    }

    pub fn seal(&self, cursor: &Cursor) -> String {
        let packed = cursor.pack();
        let mut sealed = self.0.seal(&packed).to_vec();
        sealed.extend(packed);
        URL_SAFE_NO_PAD.encode(sealed)
    }

    /// `None` for anything that this server did not seal.
    pub fn open(&self, text: &str) -> Option<Cursor> {
        let sealed = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (seal, packed) = sealed.split_at_checked(SEAL)?;
        if self.0.is_seal_of(seal, packed) { Cursor::unpack(packed) } else { None }
    }
}
