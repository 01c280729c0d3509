//! `POST /api/v1/sync/push`: the outbox in order; one answer per command.

use crate::hash::ChangeHash;
use domain::people::QuarantineReason;
use domain::{CommandId, DocId, Envelope, Refusal};
use serde::{Deserialize, Serialize};

/// At most [`crate::PUSH_ITEMS_MAX`] commands, in the order they were given, across documents.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PushRequest {
    pub items: Vec<PushItem>,
}

/// A change and its command. The bytes are one uncompressed Automerge change chunk.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PushItem {
    pub doc: DocId,
    pub envelope: Envelope,
    #[serde(with = "serde_bytes")]
    pub change: Vec<u8>,
    /// What `change` hashes to.
    pub hash: ChangeHash,
}

/// One result per item, in the same order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PushResponse {
    pub results: Vec<PushResult>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PushResult {
    pub command: CommandId,
    pub outcome: Outcome,
}

/// How a command ended. Stored by command id in the accepting transaction and repeated on retry,
/// except `Need` and `RetryLater`, which end nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", tag = "k")]
pub enum Outcome {
    /// The change went in as it is.
    Applied { seq: u64 },
    /// The command was carried out again, on behalf of its author, as another change.
    Reapplied {
        seq: u64,
        #[serde(with = "serde_bytes")]
        change: Vec<u8>,
    },
    /// It became a proposal for the record's new owner.
    Proposed { seq: u64 },
    /// Final.
    Refused { refusal: Refusal },
    /// Put aside for a manager to release or drop.
    Quarantined { reason: QuarantineReason },
    /// Changes that the server lacks: send them, whoever wrote them, then this again.
    Need { hashes: Vec<ChangeHash> },
    /// No refusal: the server can't just now (disk, rate).
    RetryLater { after_ms: u64 },
}

impl Outcome {
    /// Whether the command is settled for good.
    #[must_use]
    pub fn is_final(&self) -> bool {
        match self {
            Outcome::Applied { .. }
            | Outcome::Reapplied { .. }
            | Outcome::Proposed { .. }
            | Outcome::Refused { .. }
            | Outcome::Quarantined { .. } => true,
            Outcome::Need { .. } | Outcome::RetryLater { .. } => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::RefusalCode;
    use uuid::Uuid;

    /// Inside a tagged enum a reader does not know of which format it reads.
    #[test]
    fn every_outcome_is_read_as_it_was_written_in_either_format() {
        let outcomes = [
            Outcome::Applied { seq: 1 },
            Outcome::Reapplied { seq: 2, change: vec![0, 200, 7] },
            Outcome::Proposed { seq: 3 },
            Outcome::Refused { refusal: Refusal::new(RefusalCode::TooLong, "Too long.").on("name").winning("x") },
            Outcome::Quarantined { reason: QuarantineReason::LeaseEnded },
            Outcome::Need { hashes: vec![ChangeHash([7; 32]), ChangeHash([200; 32])] },
            Outcome::RetryLater { after_ms: 5 },
        ];
        let result = |outcome| PushResult { command: CommandId(Uuid::from_u128(9)), outcome };
        let answer = PushResponse { results: outcomes.map(result).into() };
        let packed = rmp_serde::to_vec_named(&answer).expect("plain values");
        assert_eq!(rmp_serde::from_slice::<PushResponse>(&packed).expect("MessagePack"), answer);
        let json = serde_json::to_vec(&answer).expect("plain values");
        assert_eq!(serde_json::from_slice::<PushResponse>(&json).expect("JSON"), answer);
    }
}
