//! Taking a command back: what it set becomes what it was before, as long as all of it still stands.

use crate::doc::{ChangeHash, Doc, guarded};
use crate::history::{history, history_since};
use crate::lead::{call_key, custom_key, drop_key, follow_up_key, item_at, tag_key, tags_at};
use crate::merge;
use automerge::transaction::{Transactable, Transaction};
use automerge::{AutomergeError, ObjId, ROOT, ReadDoc, ScalarValue, Value};
use domain::follow_up::FollowUpState;
use domain::{Command, Envelope};

/// Whether an undo names something that is in what its author saw at `heads`, is theirs, and still stands there
/// whole. True of every other command.
#[must_use]
pub fn undoable(doc: &Doc, heads: &[ChangeHash], envelope: &Envelope) -> bool {
    let Command::Undo { .. } = envelope.command else { return true };
    guarded(|| Ok(steps(doc, heads, envelope).is_some())).unwrap_or(false)
}

/// One thing put back.
pub(crate) enum Step {
    Put(ObjId, String, ScalarValue),
    Delete(ObjId, String),
}

impl Step {
    pub(crate) fn take(self, tx: &mut Transaction<'_>) -> Result<(), AutomergeError> {
        match self {
            Step::Put(object, key, value) => tx.put(&object, key, value),
            Step::Delete(object, key) => tx.delete(&object, key),
        }
    }
}

/// What an undo does on `heads`; `None` where it can't be done.
pub(crate) fn steps(doc: &Doc, heads: &[ChangeHash], envelope: &Envelope) -> Option<Vec<Step>> {
    let Command::Undo { command: id, of } = &envelope.command else { return None };
    let made = history(doc).into_iter().find(|entry| entry.envelope.as_ref().is_some_and(|e| e.id == *id))?;
    let its_own = made.envelope.as_ref().is_some_and(|e| e.author == envelope.author && e.command == **of);
    if !its_own || history_since(doc, heads).iter().any(|unseen| unseen.hash == made.hash) {
        return None;
    }
    let past = Past {
        doc,
        heads: heads.iter().map(|head| (*head).into()).collect(),
        before: made.deps.iter().map(|dep| (*dep).into()).collect(),
        made: made.hash.into(),
    };
    let root = |key: &str| past.back(&ROOT, key).map(|step| step.into_iter().collect());
    match &**of {
        Command::SetField { field, .. } => root(field.as_str()),
        Command::SetInterest { .. } => root("interest"),
        Command::SetCustom { field, .. } => root(&custom_key(*field)),
        Command::ChangeStatus { .. } => past.status(&drop_key(id.0)),
        Command::ScheduleFollowUp { .. } => {
            let item = past.item(&follow_up_key(id.0))?;
            let whole = ["due_at", "zone", "local", "note", "state"].iter().all(|key| past.stands(&item, key));
            // Not deleted: somebody may be completing it meanwhile.
            whole.then(|| vec![Step::Put(item, "state".into(), FollowUpState::Cancelled.as_str().into())])
        }
        Command::MoveFollowUp { follow_up, .. } => past.all(&follow_up_key(*follow_up), &["due_at", "zone", "local"]),
        Command::CompleteFollowUp { follow_up, .. } => past.all(&follow_up_key(*follow_up), &["state", "outcome"]),
        Command::CancelFollowUp { follow_up } => past.all(&follow_up_key(*follow_up), &["state"]),
        Command::LogCall { .. } => past.gone(&call_key(id.0)),
        Command::AddTag { .. } => past.gone(&tag_key(id.0)),
        Command::RemoveTag { tag } => {
            let (now, before) = (tags_at(doc, &past.heads), tags_at(doc, &past.before));
            let was_taken = before.contains(tag) && !now.contains(tag);
            was_taken.then(|| vec![Step::Put(ROOT, tag_key(envelope.id.0), tag.as_str().into())])
        }
        Command::CreateLead(_)
        | Command::AddNote { .. }
        | Command::EditNote { .. }
        | Command::DeleteLead { .. }
        | Command::RestoreLead { .. }
        | Command::AddComment { .. }
        | Command::SetSetting { .. }
        | Command::AddOption { .. }
        | Command::ChangeOption { .. }
        | Command::SetPreference { .. }
        | Command::MarkNotices { .. }
        | Command::Ledger(_)
        | Command::Undo { .. } => None,
    }
}

/// The change to take back, between what was before it and what its author sees now.
struct Past<'a> {
    doc: &'a Doc,
    heads: Vec<automerge::ChangeHash>,
    before: Vec<automerge::ChangeHash>,
    made: automerge::ChangeHash,
}

impl Past<'_> {
    /// Whether `key` says what the change wrote there, and nothing beside it.
    fn stands(&self, object: &ObjId, key: &str) -> bool {
        let values = self.doc.am.get_all_at(object, key, &self.heads).unwrap_or_default();
        !values.is_empty() && values.iter().all(|(_, op)| self.doc.am.hash_for_opid(op) == Some(self.made))
    }

    /// Whether the change left `key` as it was, since it said the same already, and so does `key` still.
    fn is_untouched(&self, object: &ObjId, key: &str) -> bool {
        let ops = |heads: &[automerge::ChangeHash]| -> Vec<ObjId> {
            self.doc.am.get_all_at(object, key, heads).unwrap_or_default().into_iter().map(|(_, op)| op).collect()
        };
        let after = ops(&[self.made]);
        after == ops(&self.heads) && after.iter().all(|op| self.doc.am.hash_for_opid(op) != Some(self.made))
    }

    /// Puts back what `key` said before: nothing, where the change left it as it was.
    fn back(&self, object: &ObjId, key: &str) -> Option<Option<Step>> {
        if self.is_untouched(object, key) {
            return Some(None);
        }
        if !self.stands(object, key) {
            return None;
        }
        match self.doc.am.get_at(object, key, &self.before).ok()? {
            Some((Value::Scalar(value), _)) => Some(Some(Step::Put(object.clone(), key.into(), value.into_owned()))),
            Some((Value::Object(_), _)) => None,
            None => Some(Some(Step::Delete(object.clone(), key.into()))),
        }
    }

    fn status(&self, drop: &str) -> Option<Vec<Step>> {
        let (before, _) = merge::status(self.doc, Some(&self.before))?;
        let dropped = self.doc.am.get_at(ROOT, drop, &self.heads).ok()?.map(|_| Step::Delete(ROOT, drop.into()));
        let status = match self.is_untouched(&ROOT, "status") {
            true => None,
            false => Some(Step::Put(ROOT, "status".into(), before.as_str().into())),
        };
        (status.is_none() || self.stands(&ROOT, "status")).then(|| [status, dropped].into_iter().flatten().collect())
    }

    fn item(&self, key: &str) -> Option<ObjId> {
        item_at(self.doc, key, &self.heads)
    }

    /// Puts back several keys of one item.
    fn all(&self, item: &str, keys: &[&str]) -> Option<Vec<Step>> {
        let item = self.item(item)?;
        let steps: Option<Vec<Option<Step>>> = keys.iter().map(|key| self.back(&item, key)).collect();
        Some(steps?.into_iter().flatten().collect())
    }

    /// Takes away what the change alone made.
    fn gone(&self, key: &str) -> Option<Vec<Step>> {
        self.stands(&ROOT, key).then(|| vec![Step::Delete(ROOT, key.into())])
    }
}
