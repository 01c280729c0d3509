//! Judging a gated change: the command is carried out here, by the same actor on the same
//! dependencies, and the change that comes out must be the one that was sent, to the last byte.
//! So a wrong sequence number or start op, an op on an unknown path, or edits other than the
//! command's can't get in, and foreign operations are never applied.

use crate::doc::{ChangeHash, Doc, guarded};
use crate::error::GateError;
use crate::execute::{Unresolved, commit, fork_at};
use crate::gate::Gated;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What became of a change that is not refused.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "lives for one call, and the large one is the usual one")]
pub enum Verdict {
    /// The document with the change.
    Accepted(Doc),
    /// It depends on changes that are not here.
    MissingDeps(Vec<ChangeHash>),
}

/// Judges `gated` against `doc`, which stays as it is.
///
/// # Errors
/// `NotItsCommand`. Never panics.
pub fn accept(doc: &Doc, gated: &Gated) -> Result<Verdict, GateError> {
    judge(doc, gated, Unresolved::Fail)
}

/// As [`accept`], for a change that [`crate::reexecute`] may have made and that comes back after a restore:
/// what it was about may have had no place.
///
/// # Errors
/// `NotItsCommand`. Never panics.
pub fn accept_remade(doc: &Doc, gated: &Gated) -> Result<Verdict, GateError> {
    judge(doc, gated, Unresolved::Fail).or_else(|_| judge(doc, gated, Unresolved::NewNote))
}

fn judge(doc: &Doc, gated: &Gated, unresolved: Unresolved) -> Result<Verdict, GateError> {
    let missing: Vec<_> = gated.deps.iter().filter(|d| !doc.has(d)).copied().collect();
    if !missing.is_empty() {
        return Ok(Verdict::MissingDeps(missing));
    }
    catch_unwind(AssertUnwindSafe(|| reproduce(doc, gated, unresolved))).map_err(|_| GateError::NotItsCommand)?.map(Verdict::Accepted)
}

fn reproduce(doc: &Doc, gated: &Gated, unresolved: Unresolved) -> Result<Doc, GateError> {
    let mut deps = gated.deps.clone();
    deps.sort_unstable();
    let at_heads = deps == doc.heads();
    let mut base = if at_heads { doc.clone() } else { fork_at(doc, &deps).map_err(|_| GateError::NotItsCommand)? };
    let made = commit(&mut base, gated.actor, &gated.envelope, unresolved).map_err(|_| GateError::NotItsCommand)?;
    if made.bytes != gated.bytes {
        return Err(GateError::NotItsCommand);
    }
    if at_heads {
        return Ok(base);
    }
    // Our own bytes, equal to the sent ones; this also finds an actor's sequence number used twice.
    let mut next = doc.clone();
    next.apply_trusted(&made.bytes).map_err(|_| GateError::NotItsCommand)?;
    Ok(next)
}

/// Saves and loads again; once per document and batch.
///
/// # Errors
/// `Unloadable` when the stored bytes would not give the same document.
pub fn verify(doc: &Doc) -> Result<Vec<u8>, GateError> {
    let save = || {
        let blob = doc.save();
        Ok(Doc::load(&blob).ok().filter(|again| again.heads() == doc.heads()).map(|_| blob))
    };
    guarded(save).ok().flatten().ok_or(GateError::Unloadable)
}
