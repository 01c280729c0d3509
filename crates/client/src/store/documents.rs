//! Documents: a snapshot each, rewritten at every edit while it is small, else followed by a tail
//! of changes that is folded now and then.

use crate::error::ClientError;
use domain::{DocId, DocKind};
use protocol::pull::ChangeMeta;
use records::{Doc, RecordError};
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

/// Below this a whole snapshot is cheaper to write than a tail is to load.
const REWRITE_BELOW: usize = 8 * 1024;
/// Changes in a tail at most.
const TAIL_MAX: u32 = 24;

/// A stored document.
#[derive(Debug)]
pub struct Stored {
    /// With pending edits.
    pub doc: Doc,
    /// Without them; `None` while there are none.
    pub confirmed: Option<Doc>,
    pub metas: Vec<ChangeMeta>,
    tail: u32,
    snapshot_len: usize,
}

impl Stored {
    /// The server keeps the document back: this role gets the row alone.
    #[must_use]
    pub fn is_withheld(&self) -> bool {
        self.doc.is_empty()
    }

    /// A document that nobody changed yet.
    fn seed(kind: DocKind) -> Self {
        Self { doc: Doc::seed(kind), confirmed: None, metas: Vec::new(), tail: 0, snapshot_len: 0 }
    }

    /// The documents without the metas, which an edit does not need.
    pub(crate) fn clone_docs(&self) -> Self {
        Self {
            doc: self.doc.clone(),
            confirmed: self.confirmed.clone(),
            metas: Vec::new(),
            tail: self.tail,
            snapshot_len: self.snapshot_len,
        }
    }

    /// What is stored after [`save_edit`] wrote `after` over `before`.
    pub(crate) fn after_edit(before: Option<Stored>, after: Doc) -> Self {
        match before {
            None => Self { snapshot_len: 0, doc: after, confirmed: Some(Doc::empty()), metas: Vec::new(), tail: 0 },
            Some(b) if b.snapshot_len < REWRITE_BELOW || b.tail >= TAIL_MAX || b.confirmed.is_none() => {
                Self { snapshot_len: after.save().len(), doc: after, confirmed: b.confirmed.or(Some(b.doc)), metas: b.metas, tail: 0 }
            }
            Some(b) => Self { doc: after, tail: b.tail + 1, ..b },
        }
    }
}

/// As [`load_readable`]; a document that begins by itself is there also before anybody changed it.
pub fn load_or_seed(c: &Connection, id: DocId) -> Result<Option<Stored>, ClientError> {
    Ok(match load_readable(c, id)? {
        None if id.kind != DocKind::Lead => Some(Stored::seed(id.kind)),
        found => found,
    })
}

pub fn load(c: &Connection, id: DocId) -> Result<Option<Stored>, ClientError> {
    let row = c
        .prepare_cached("SELECT snapshot, confirmed, metas, tail FROM documents WHERE kind = ?1 AND id = ?2")?
        .query_row(params![id.kind.as_str(), id.id.as_bytes()], |r| {
            Ok((r.get::<_, Vec<u8>>(0)?, r.get::<_, Option<Vec<u8>>>(1)?, r.get::<_, Vec<u8>>(2)?, r.get::<_, u32>(3)?))
        })
        .optional()?;
    let Some((snapshot, confirmed, metas, tail)) = row else { return Ok(None) };
    let mut doc = Doc::load(&snapshot)?;
    if tail > 0 {
        let mut rows = c.prepare_cached("SELECT change FROM tails WHERE kind = ?1 AND id = ?2 ORDER BY n")?;
        let changes = rows.query_map(params![id.kind.as_str(), id.id.as_bytes()], |r| r.get::<_, Vec<u8>>(0))?;
        for change in changes {
            doc.apply_trusted(&change?)?;
        }
    }
    let confirmed = confirmed.map(|bytes| Doc::load(&bytes)).transpose()?;
    Ok(Some(Stored { doc, confirmed, metas: decode_metas(&metas), tail, snapshot_len: snapshot.len() }))
}

/// As [`load`]; a document that can't be read counts as absent: its snapshot is fetched again.
pub fn load_readable(c: &Connection, id: DocId) -> Result<Option<Stored>, ClientError> {
    match load(c, id) {
        Err(ClientError::Record(e @ RecordError::Corrupt(_))) => {
            tracing::error!("{id}: {e}");
            Ok(None)
        }
        loaded => loaded,
    }
}

/// Whether the record is on this device.
pub fn exists(c: &Connection, id: DocId) -> Result<bool, ClientError> {
    Ok(c.prepare_cached("SELECT 1 FROM documents WHERE kind = ?1 AND id = ?2")?.exists(params![id.kind.as_str(), id.id.as_bytes()])?)
}

/// Stores the document whole.
pub fn save(c: &Connection, id: DocId, doc: &Doc, confirmed: Option<&Doc>, metas: &[ChangeMeta]) -> Result<(), ClientError> {
    drop_tail(c, id)?;
    put(c, id, &doc.save(), confirmed.map(Doc::save).as_deref(), &encode_metas(metas), None)
}

/// Stores one more change of a document: a rewrite while it is small, a tail row above that.
/// `first_pending` keeps what stood before as the confirmed document.
pub fn save_edit(c: &Connection, id: DocId, before: Option<&Stored>, doc: &Doc, change: &[u8]) -> Result<(), ClientError> {
    let Some(before) = before else { return put(c, id, &doc.save(), Some(&Doc::empty().save()), &encode_metas(&[]), None) };
    let first_pending = before.confirmed.is_none();
    if before.snapshot_len < REWRITE_BELOW || before.tail >= TAIL_MAX || first_pending {
        let sql = if first_pending && before.tail == 0 {
            "UPDATE documents SET confirmed = snapshot, snapshot = ?3, tail = 0 WHERE kind = ?1 AND id = ?2"
        } else {
            "UPDATE documents SET confirmed = coalesce(confirmed, ?4), snapshot = ?3, tail = 0 WHERE kind = ?1 AND id = ?2"
        };
        let confirmed = if first_pending && before.tail > 0 { Some(before.doc.save()) } else { None };
        let snapshot = doc.save();
        if first_pending && before.tail == 0 {
            c.prepare_cached(sql)?.execute(params![id.kind.as_str(), id.id.as_bytes(), snapshot])?;
        } else {
            c.prepare_cached(sql)?.execute(params![id.kind.as_str(), id.id.as_bytes(), snapshot, confirmed])?;
        }
        return if before.tail > 0 { drop_tail(c, id) } else { Ok(()) };
    }
    c.prepare_cached("INSERT INTO tails (kind, id, n, change) VALUES (?1, ?2, ?3, ?4)")?.execute(params![
        id.kind.as_str(),
        id.id.as_bytes(),
        before.tail,
        change
    ])?;
    c.prepare_cached("UPDATE documents SET tail = tail + 1 WHERE kind = ?1 AND id = ?2")?
        .execute(params![id.kind.as_str(), id.id.as_bytes()])?;
    Ok(())
}

/// Stores a record as the server sent it, without loading it.
pub fn save_snapshot(c: &Connection, id: DocId, blob: &[u8], metas: &[ChangeMeta], backfill: i64) -> Result<(), ClientError> {
    drop_tail(c, id)?;
    put(c, id, blob, None, &encode_metas(metas), Some(backfill))
}

/// Marks a record as named by a back-fill.
pub fn mark_backfill(c: &Connection, id: DocId, backfill: i64) -> Result<(), ClientError> {
    c.prepare_cached("UPDATE documents SET backfill = ?3 WHERE kind = ?1 AND id = ?2")?.execute(params![
        id.kind.as_str(),
        id.id.as_bytes(),
        backfill
    ])?;
    Ok(())
}

/// Nothing is typed into the record any more: it leaves as soon as what is pending is sent.
pub fn freeze(c: &Connection, id: DocId) -> Result<(), ClientError> {
    let sql = "UPDATE documents SET frozen = 1 WHERE kind = ?1 AND id = ?2";
    c.prepare_cached(sql)?.execute(params![id.kind.as_str(), id.id.as_bytes()])?;
    Ok(())
}

pub fn is_frozen(c: &Connection, id: DocId) -> Result<bool, ClientError> {
    let sql = "SELECT 1 FROM documents WHERE kind = ?1 AND id = ?2 AND frozen = 1";
    Ok(c.prepare_cached(sql)?.exists(params![id.kind.as_str(), id.id.as_bytes()])?)
}

/// What did not leave after all is worked on again; the records.
pub fn thaw(c: &Connection) -> Result<Vec<DocId>, ClientError> {
    let mut rows = c.prepare_cached("UPDATE documents SET frozen = 0 WHERE frozen = 1 RETURNING kind, id")?;
    let ids = rows.query_map([], doc_id)?;
    Ok(ids.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

/// Leads and ledgers that back-fill `backfill` did not name; documents of other kinds never leave.
pub fn unnamed(c: &Connection, backfill: i64) -> Result<Vec<DocId>, ClientError> {
    let mut rows =
        c.prepare_cached("SELECT kind, id FROM documents WHERE backfill < ?1 AND kind IN ('lead', 'ledger') ORDER BY kind DESC, id")?;
    let ids = rows.query_map([backfill], doc_id)?;
    Ok(ids.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

pub fn remove(c: &Connection, id: DocId) -> Result<(), ClientError> {
    drop_tail(c, id)?;
    c.prepare_cached("DELETE FROM documents WHERE kind = ?1 AND id = ?2")?.execute(params![id.kind.as_str(), id.id.as_bytes()])?;
    Ok(())
}

/// All records here, in id order.
pub fn all(c: &Connection) -> Result<Vec<DocId>, ClientError> {
    let mut rows = c.prepare_cached("SELECT kind, id FROM documents ORDER BY kind, id")?;
    let ids = rows.query_map([], doc_id)?;
    Ok(ids.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

fn doc_id(r: &rusqlite::Row<'_>) -> rusqlite::Result<Option<DocId>> {
    let kind: String = r.get(0)?;
    let id: [u8; 16] = r.get(1)?;
    // A kind this version does not know is left alone.
    Ok(kind.parse::<DocKind>().ok().map(|kind| DocId { kind, id: Uuid::from_bytes(id) }))
}

fn put(
    c: &Connection,
    id: DocId,
    snapshot: &[u8],
    confirmed: Option<&[u8]>,
    metas: &[u8],
    backfill: Option<i64>,
) -> Result<(), ClientError> {
    c.prepare_cached(
        "INSERT INTO documents (kind, id, snapshot, confirmed, metas, tail, backfill) VALUES (?1, ?2, ?3, ?4, ?5, 0, coalesce(?6, 0))
         ON CONFLICT (kind, id) DO UPDATE SET snapshot = excluded.snapshot, confirmed = excluded.confirmed, metas = excluded.metas,
             tail = 0, backfill = coalesce(?6, backfill)",
    )?
    .execute(params![id.kind.as_str(), id.id.as_bytes(), snapshot, confirmed, metas, backfill])?;
    Ok(())
}

fn drop_tail(c: &Connection, id: DocId) -> Result<(), ClientError> {
    c.prepare_cached("DELETE FROM tails WHERE kind = ?1 AND id = ?2")?.execute(params![id.kind.as_str(), id.id.as_bytes()])?;
    Ok(())
}

pub fn encode_metas(metas: &[ChangeMeta]) -> Vec<u8> {
    rmp_serde::to_vec_named(metas).expect("metas hold only plain values")
}

/// Unreadable metas cost only the arrival times on a timeline.
fn decode_metas(bytes: &[u8]) -> Vec<ChangeMeta> {
    rmp_serde::from_slice(bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Profile;
    use crate::store::Store;
    use crate::vault::Key;
    use domain::command::NewLead;
    use domain::{Command, CommandId, Envelope, UserId};

    fn execute(doc: &mut Doc, n: u128, command: Command) -> Vec<u8> {
        let envelope = Envelope { id: CommandId(Uuid::from_u128(n)), author: UserId(Uuid::nil()), at: 1, command };
        records::execute(doc, [7; 16], &envelope).expect("a change").bytes
    }

    /// The answer to a push was lost, and the record comes whole with what was pushed in it.
    #[test]
    fn a_snapshot_over_a_tail_leaves_none_of_it() {
        let dir = tempfile::tempdir().expect("a folder");
        let store = Store::open(&Profile::at(dir.path()).expect("a profile"), &Key::from([7; 32])).expect("a store");
        let id = DocId { kind: DocKind::Lead, id: Uuid::from_u128(1) };
        let note = |doc: &mut Doc, n| execute(doc, n, Command::AddNote { text: "kept ".repeat(900) });
        let mut doc = Doc::empty();
        execute(&mut doc, 1, Command::CreateLead(NewLead::default()));
        (2..5).for_each(|n| drop(note(&mut doc, n)));
        for round in 0..2 {
            store.write(|tx| save_snapshot(tx, id, &doc.save(), &[], 1)).expect("a snapshot");
            for n in 0..3 {
                let before = store.read(|c| load(c, id)).expect("readable").expect("there");
                let change = note(&mut doc, 10 + 10 * round + n);
                store.write(|tx| save_edit(tx, id, Some(&before), &doc, &change)).expect("an edit");
            }
            let stored = store.read(|c| load(c, id)).expect("readable").expect("there");
            assert_eq!((stored.doc.heads(), stored.tail), (doc.heads(), 2));
        }
    }
}
