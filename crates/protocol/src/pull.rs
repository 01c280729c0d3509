//! `GET /api/v1/sync/pull?cursor=…`: what changed for this user since the cursor, in `seq` order.
//! The body is a sequence of frames (see [`crate::frame`]), each one [`PullBatch`].

use crate::rows::{LeadSummary, ReceiptRow, Row};
use domain::{CommandId, DeviceId, DocId, UserId};
use serde::{Deserialize, Serialize};

/// Entries and the opaque cursor after them; stored together in one client transaction.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PullBatch {
    pub entries: Vec<Entry>,
    /// Opaque; send it back as it is.
    pub cursor: String,
    /// Nothing more just now.
    pub up_to_date: bool,
    /// During a back-fill: records sent / in all.
    pub progress: Option<Progress>,
    /// The log's end as it is known now, `EPOCH:SEQ:HEX`: kept by the device as a witness, for
    /// `leadline-server audit verify --head`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    pub done: u64,
    pub total: u64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "k")]
pub enum Entry {
    /// New changes of a document that the device holds.
    Changes {
        doc: DocId,
        changes: Vec<AcceptedChange>,
        /// Of a lead; other kinds have no row.
        #[serde(default)]
        summary: Option<LeadSummary>,
    },
    /// The whole record: it became visible, or the device is far behind.
    Snapshot(Box<Snapshot>),
    /// The record left this user's sight; the device removes it.
    Evict { doc: DocId },
    /// A server-owned fact.
    Row(Row),
    /// The server's history is another one (restored from a backup): the device forgets its cursor,
    /// pushes again what this server lacks and pulls from the start.
    Epoch { epoch: u64 },
    /// The cursor is older than what the server keeps, or the user's sight changed as a whole: a
    /// back-fill follows; what it does not name is evicted at its end.
    Resync,
    /// The back-fill is complete; documents it did not name are not visible any more.
    BackfillEnd,
}

/// One accepted change with what the server knows of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcceptedChange {
    pub meta: ChangeMeta,
    #[serde(with = "serde_bytes")]
    pub change: Vec<u8>,
}

/// When and from whom the server accepted a change; for the timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeMeta {
    pub command: CommandId,
    pub author: UserId,
    pub device: Option<DeviceId>,
    pub seq: u64,
    /// Ms since the epoch, server time.
    pub accepted_at: i64,
}

/// A record as the server holds it: projection row, document, and who wrote what when.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Snapshot {
    pub doc: DocId,
    /// Version of the projection in `summary`; on a mismatch the client projects from the document.
    pub projection: u32,
    /// Of a lead; other kinds have no row.
    #[serde(default)]
    pub summary: Option<LeadSummary>,
    #[serde(with = "serde_bytes")]
    pub blob: Vec<u8>,
    pub metas: Vec<ChangeMeta>,
    /// `seq` of the last change in `blob`.
    pub seq: u64,
    /// Open ones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proposals: Vec<domain::people::Proposal>,
    /// In order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assignments: Vec<domain::assignment::Assignment>,
    /// Of a ledger: the numbers of its receipts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub receipts: Vec<ReceiptRow>,
}

impl Snapshot {
    /// The document is kept back: this role gets the row alone.
    #[must_use]
    pub fn is_withheld(&self) -> bool {
        self.blob.is_empty()
    }
}
