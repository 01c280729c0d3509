//! Carrying out a command: exactly one change, whose message is the command.

use crate::doc::{ActorBytes, ChangeHash, Doc, guarded};
use crate::error::RecordError;
use crate::history::history;
use crate::{config, lead, ledger, undo, user_state};
use automerge::ReadDoc;
use automerge::transaction::CommitOptions;
use domain::{Command, DocKind, Envelope};

/// The change that a command became.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewChange {
    pub hash: ChangeHash,
    /// One uncompressed change chunk.
    pub bytes: Vec<u8>,
    pub deps: Vec<ChangeHash>,
}

/// Carries `envelope` out on the document's heads.
///
/// # Errors
/// `ItemMissing`, `NotCurrent`, and `NoteMissing` or `Unplaced` for a text edit, without its place; `Corrupt` for a damaged
/// document; it is as before.
pub fn execute(doc: &mut Doc, actor: ActorBytes, envelope: &Envelope) -> Result<NewChange, RecordError> {
    let mut next = doc.clone();
    let change = guarded(|| commit(&mut next, actor, envelope, Unresolved::Fail))?;
    *doc = next;
    Ok(change)
}

/// Carries `envelope` out as its author saw the record (at `base`, all of which must be here) and
/// merges the result, so that a concurrent edit conflicts instead of being overwritten. The same
/// code runs at the server, on behalf of an author, and on the device, for what was typed since.
/// A text edit that lost its place becomes a note marked as unplaced. What the command is about, where
/// it is here and not yet at `base`, its author saw too.
///
/// # Errors
/// `Automerge` when `base` is not in the document, `Corrupt` for a damaged one.
pub fn reexecute(doc: &mut Doc, base: &[ChangeHash], actor: ActorBytes, envelope: &Envelope) -> Result<NewChange, RecordError> {
    let base = with_target(doc, base, &envelope.command);
    if base == doc.heads() {
        let mut next = doc.clone();
        let change = guarded(|| commit(&mut next, actor, envelope, Unresolved::NewNote))?;
        *doc = next;
        return Ok(change);
    }
    let change = guarded(|| commit(&mut fork_at(doc, &base)?, actor, envelope, Unresolved::NewNote))?;
    doc.apply_trusted(&change.bytes)?;
    Ok(change)
}

/// `base` in order, and with it the change that made what the command is about: it may have been made
/// again since.
fn with_target(doc: &Doc, base: &[ChangeHash], command: &Command) -> Vec<ChangeHash> {
    let mut base = base.to_vec();
    if let Some(target) = command.target()
        && !(if command.kind() == DocKind::Ledger { ledger::holds(doc, &base, target) } else { lead::holds(doc, &base, target) })
    {
        let made = history(doc).into_iter().find(|entry| entry.envelope.as_ref().is_some_and(|e| e.id.0 == target));
        base.extend(made.map(|entry| entry.hash));
    }
    base.sort_unstable();
    base
}

/// The document as it was at `heads`.
pub(crate) fn fork_at(doc: &Doc, heads: &[ChangeHash]) -> Result<Doc, RecordError> {
    let heads: Vec<_> = heads.iter().map(|h| (*h).into()).collect();
    Ok(Doc { am: doc.am.fork_at(&heads)? })
}

/// What becomes of an edit whose place is not here: a text edit whose cursor names no character, a command about a
/// follow-up that never got in, or an undo of what does not stand any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unresolved {
    Fail,
    NewNote,
}

pub(crate) fn commit(doc: &mut Doc, actor: ActorBytes, envelope: &Envelope, unresolved: Unresolved) -> Result<NewChange, RecordError> {
    let deps = doc.heads();
    let message = serde_json::to_string(envelope).expect("a command holds only plain values");
    let options = || CommitOptions::default().with_message(message.clone()).with_time(envelope.at);
    let undo = match (&envelope.command, undo::steps(doc, &deps, envelope), unresolved) {
        (Command::Undo { .. }, None, Unresolved::Fail) => return Err(RecordError::NotCurrent),
        (_, steps, _) => steps.unwrap_or_default(),
    };
    let am = doc.with_actor(actor);
    let mut tx = am.transaction();
    match envelope.command.kind() {
        DocKind::Lead => lead::write(&mut tx, envelope, unresolved)?,
        DocKind::Ledger => ledger::write(&mut tx, envelope)?,
        DocKind::Config => config::write(&mut tx, envelope)?,
        DocKind::UserState => user_state::write(&mut tx, envelope)?,
    }
    undo.into_iter().try_for_each(|step| step.take(&mut tx))?;
    // A command that sets what is set already is still one change, or the timeline would lack it.
    let hash = match tx.commit_with(options()).0 {
        Some(hash) => hash,
        None => am.empty_commit(options()),
    };
    let change = am.get_change_by_hash(&hash).expect("the change was just committed");
    Ok(NewChange { hash: hash.into(), bytes: change.raw_bytes().to_vec(), deps })
}
