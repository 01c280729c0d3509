//! The gate: what foreign bytes must be before anything else is done with them. Automerge itself is not
//! safe against hostile bytes (it panics, and counts and inflates without limit), so it gets none: the
//! head of a change is read here, and what the rest of it does is for [`crate::accept`] to find out.

use crate::doc::{ActorBytes, ChangeHash};
use crate::error::GateError;
use crate::shape::{self, CHANGE, HEADER, MAGIC};
use domain::{Envelope, limits};
use sha2::{Digest, Sha256};

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

/// Lets one uncompressed change chunk through, or says why not. Never panics.
///
/// # Errors
/// `TooLarge`, `NotAChange`, `Checksum`, `NoCommand`.
pub fn gate(bytes: &[u8]) -> Result<Gated, GateError> {
    if bytes.len() > limits::CHANGE_MAX {
        return Err(GateError::TooLarge(bytes.len()));
    }
    if bytes.len() <= HEADER || bytes[..4] != MAGIC || bytes[8] != CHANGE {
        return Err(GateError::NotAChange);
    }
    // The checksum covers type, length and content, and is the head of the change's hash.
    let digest: [u8; 32] = Sha256::digest(&bytes[8..]).into();
    if digest[..4] != bytes[4..8] {
        return Err(GateError::Checksum);
    }
    let head = shape::head(bytes).ok_or(GateError::NotAChange)?;
    let actor = head.actor.try_into().map_err(|_| GateError::NotItsCommand)?;
    let envelope: Envelope = serde_json::from_str(head.message).map_err(|_| GateError::NoCommand)?;
    Ok(Gated { hash: ChangeHash(digest), actor, seq: head.seq, deps: head.deps, envelope, bytes: bytes.to_vec() })
}
