//! The pull cursor. Opaque to clients: only the server makes or reads one.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
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
    /// As sent to clients.
    #[must_use]
    pub fn encode(&self) -> String {
        let bytes = rmp_serde::to_vec(self).expect("a cursor holds only plain values");
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a cursor; `None` for anything that is not one of ours.
    #[must_use]
    pub fn decode(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let cursor: Self = rmp_serde::from_slice(&bytes).ok()?;
        (cursor.chain.len() == 32).then_some(cursor)
    }
}
