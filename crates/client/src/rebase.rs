//! Pending commands on a new ground: after a refusal, a snapshot or a restore, what is still
//! pending is kept as it is where it can be, and carried out again where it stood on something that
//! is gone, as its author saw the record then.

use crate::error::ClientError;
use crate::store::outbox::Pending;
use domain::Env;
use records::{ChangeHash, Doc};
use std::collections::HashMap;

/// The document with all of `pending` in it, and the commands whose change is another one now.
pub(crate) struct Rebased {
    pub doc: Doc,
    pub replaced: Vec<(i64, ChangeHash, Vec<u8>)>,
}

/// Puts `pending` (oldest first) onto `ground`; `old` is the document they were made in.
pub(crate) fn rebase(ground: &Doc, pending: &[Pending], old: &Doc, env: &Env) -> Result<Rebased, ClientError> {
    let mut doc = ground.clone();
    let mut moved: HashMap<ChangeHash, ChangeHash> = HashMap::new();
    let mut replaced = Vec::new();
    for item in pending {
        // Unchanged, wherever what it depends on is all there.
        if doc.apply_trusted(&item.change).is_ok() {
            continue;
        }
        let mut base = Vec::new();
        old.deps_of(&item.hash).iter().for_each(|dep| standing(dep, &doc, old, &moved, &mut base));
        if base.is_empty() && !doc.is_empty() {
            base = doc.heads();
        }
        base.sort_unstable();
        base.dedup();
        // An actor of its own: the old one has numbered changes that are gone.
        let change = records::reexecute(&mut doc, &base, env.random(), &item.envelope)?;
        moved.insert(item.hash, change.hash);
        replaced.push((item.n, change.hash, change.bytes));
    }
    Ok(Rebased { doc, replaced })
}

/// The nearest ancestors of `hash` that stand in `doc`, through what was moved or refused.
fn standing(hash: &ChangeHash, doc: &Doc, old: &Doc, moved: &HashMap<ChangeHash, ChangeHash>, into: &mut Vec<ChangeHash>) {
    if doc.has(hash) {
        into.push(*hash);
    } else if let Some(new) = moved.get(hash) {
        into.push(*new);
    } else {
        old.deps_of(hash).iter().for_each(|dep| standing(dep, doc, old, moved, into));
    }
}
