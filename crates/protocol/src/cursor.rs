//! The pull cursor. Opaque to clients: only the server makes or reads one.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Where a device stands in the server's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// Bumped by a restore.
    pub epoch: u64,
    /// Everything up to this `seq` was delivered.
    pub seq: u64,
    /// The log's chain hash at `seq`: a hash the server doesn't know means that it was restored.
    #[serde(with = "serde_bytes")]
    pub chain: Vec<u8>,
    /// Set while a back-fill runs.
    pub backfill: Option<Backfill>,
    /// Records were taken away on the way here: the device acknowledges that by sending this back.
    #[serde(default)]
    pub took_away: bool,
}

/// A back-fill by record id; afterwards the log continues from the cursor's `seq`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backfill {
    /// The due-today page was sent.
    pub urgent_sent: bool,
    pub last: Option<Uuid>,
    pub done: u64,
    pub total: u64,
}

impl Cursor {
    /// As the server packs it; on the wire it is sealed, so that no device makes one.
    #[must_use]
    pub fn pack(&self) -> Vec<u8> {
        rmp_serde::to_vec(self).expect("a cursor holds only plain values")
    }

    /// Reads what [`Cursor::pack`] wrote; `None` for anything else.
    #[must_use]
    pub fn unpack(bytes: &[u8]) -> Option<Self> {
        let cursor: Self = rmp_serde::from_slice(bytes).ok()?;
        (cursor.chain.len() == 32).then_some(cursor)
    }
}
