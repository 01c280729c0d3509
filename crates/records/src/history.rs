//! A record's timeline is its change history, so it can't disagree with the data.

use crate::doc::{ChangeHash, Doc};
use automerge::ReadDoc;
use domain::Envelope;

/// One change and the command it carries.
#[derive(Clone, Debug)]
pub struct HistoryEntry {
    pub hash: ChangeHash,
    pub deps: Vec<ChangeHash>,
    /// `None` for a change of a newer version whose command this one can't read.
    pub envelope: Option<Envelope>,
}

/// All changes, dependencies first.
#[must_use]
pub fn history(doc: &Doc) -> Vec<HistoryEntry> {
    history_since(doc, &[])
}

/// The changes that `heads` do not contain, dependencies first: what somebody who saw only those did
/// not see.
#[must_use]
pub fn history_since(doc: &Doc, heads: &[ChangeHash]) -> Vec<HistoryEntry> {
    let heads: Vec<automerge::ChangeHash> = heads.iter().map(|head| (*head).into()).collect();
    let metas = doc.am.get_changes_meta(&heads);
    metas
        .into_iter()
        .map(|meta| HistoryEntry {
            hash: meta.hash.into(),
            deps: meta.deps.iter().map(|d| (*d).into()).collect(),
            envelope: meta.message.as_deref().and_then(|m| serde_json::from_str(m).ok()),
        })
        .collect()
}

/// The command of one change of a document, without the others.
#[must_use]
pub fn envelope_in(doc: &Doc, hash: &ChangeHash) -> Option<Envelope> {
    let meta = doc.am.get_change_meta_by_hash(&(*hash).into())?;
    serde_json::from_str(meta.message.as_deref()?).ok()
}

/// The command of one accepted change: for a log that holds changes without their documents.
#[must_use]
pub fn envelope_of(change: &[u8]) -> Option<Envelope> {
    serde_json::from_str(crate::shape::head(change)?.message).ok()
}

/// The command of the change that made an operation.
pub(crate) fn author_of(doc: &Doc, op: &automerge::ObjId) -> Option<(Envelope, Vec<automerge::ChangeHash>)> {
    let hash = doc.am.hash_for_opid(op)?;
    let meta = doc.am.get_change_meta_by_hash(&hash)?;
    let envelope = serde_json::from_str(meta.message.as_deref()?).ok()?;
    Some((envelope, meta.deps))
}

pub(crate) fn value_at(doc: &Doc, key: &str, heads: &[automerge::ChangeHash]) -> Option<String> {
    doc.am.get_at(automerge::ROOT, key, heads).ok().flatten().and_then(|(v, _)| crate::merge::text_of(&v))
}
