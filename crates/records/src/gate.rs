//! The gate: what foreign bytes must be before anything else is done with them. Automerge itself is
//! not safe against hostile bytes, so only a plain change chunk with a true checksum is parsed, and
//! under `catch_unwind`.

use crate::doc::{ActorBytes, ChangeHash};
use crate::error::GateError;
use automerge::Change;
use domain::{Envelope, limits};
use sha2::{Digest, Sha256};
use std::panic::catch_unwind;

/// First bytes of every Automerge chunk.
const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
/// Chunk type of one uncompressed change. A compressed one (2) inflates without limit.
const CHANGE_CHUNK: u8 = 1;
/// Magic, checksum, type.
const HEADER: usize = 9;

/// What the header of a well-formed change claims; whether it is true is for [`crate::accept`].
#[derive(Clone, Debug)]
pub struct Gated {
    pub hash: ChangeHash,
    pub actor: ActorBytes,
    /// The actor's how-manieth change of this document.
    pub seq: u64,
    pub deps: Vec<ChangeHash>,
    pub envelope: Envelope,
    pub(crate) bytes: Vec<u8>,
}

impl Gated {
    /// The change as it came.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// Lets one change chunk through, or says why not. Never panics.
///
/// # Errors
/// `TooLarge`, `NotAChange`, `Checksum`, `NoCommand`.
pub fn gate(bytes: &[u8]) -> Result<Gated, GateError> {
    if bytes.len() > limits::CHANGE_MAX {
        return Err(GateError::TooLarge(bytes.len()));
    }
    if bytes.len() <= HEADER || bytes[..4] != MAGIC || bytes[8] != CHANGE_CHUNK {
        return Err(GateError::NotAChange);
    }
    // The checksum covers type, length and content, and is the head of the change's hash.
    let digest: [u8; 32] = Sha256::digest(&bytes[8..]).into();
    if digest[..4] != bytes[4..8] {
        return Err(GateError::Checksum);
    }
    let parsed = catch_unwind(|| Change::from_bytes(bytes.to_vec()));
    let change = parsed.map_err(|_| GateError::NotAChange)?.map_err(|_| GateError::NotAChange)?;
    if change.hash().0 != digest || change.raw_bytes() != bytes {
        return Err(GateError::NotAChange);
    }
    let actor = change.actor_id().to_bytes().try_into().map_err(|_| GateError::NotItsCommand)?;
    let message = change.message().ok_or(GateError::NoCommand)?;
    let envelope: Envelope = serde_json::from_str(message).map_err(|_| GateError::NoCommand)?;
    let deps = change.deps().iter().map(|d| (*d).into()).collect();
    Ok(Gated { hash: ChangeHash(digest), actor, seq: change.seq(), deps, envelope, bytes: bytes.to_vec() })
}
