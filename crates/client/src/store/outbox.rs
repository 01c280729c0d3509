//! The outbox: commands in the order they were given, with the changes they became.

use crate::error::ClientError;
use domain::{CommandId, DocId, DocKind, Envelope};
use records::ChangeHash;
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

/// One command that the server has not answered.
#[derive(Clone, Debug)]
pub struct Pending {
    pub n: i64,
    pub doc: DocId,
    pub envelope: Envelope,
    pub hash: ChangeHash,
    pub change: Vec<u8>,
}

const COLUMNS: &str = "n, kind, doc, envelope, hash, change";

pub fn push(c: &Connection, doc: DocId, envelope: &Envelope, hash: ChangeHash, change: &[u8]) -> Result<(), ClientError> {
    let json = serde_json::to_string(envelope).map_err(|e| ClientError::Internal(e.to_string()))?;
    c.prepare_cached("INSERT INTO outbox (command, kind, doc, envelope, hash, change) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
        .execute(params![envelope.id.0.as_bytes(), doc.kind.as_str(), doc.id.as_bytes(), json, hash.0, change])?;
    Ok(())
}

/// Gives a command the change it became when it was carried out again.
pub fn replace_change(c: &Connection, n: i64, hash: ChangeHash, change: &[u8]) -> Result<(), ClientError> {
    c.prepare_cached("UPDATE outbox SET hash = ?2, change = ?3 WHERE n = ?1")?.execute(params![n, hash.0, change])?;
    Ok(())
}

/// The oldest commands.
pub fn first(c: &Connection, limit: usize) -> Result<Vec<Pending>, ClientError> {
    let mut rows = c.prepare_cached(&format!("SELECT {COLUMNS} FROM outbox ORDER BY n LIMIT ?1"))?;
    let items = rows.query_map([i64::try_from(limit).unwrap_or(i64::MAX)], pending)?;
    items.collect::<Result<Vec<_>, _>>()?.into_iter().collect()
}

/// The commands of one document, oldest first.
pub fn of_doc(c: &Connection, doc: DocId) -> Result<Vec<Pending>, ClientError> {
    let mut rows = c.prepare_cached(&format!("SELECT {COLUMNS} FROM outbox WHERE doc = ?1 AND kind = ?2 ORDER BY n"))?;
    let items = rows.query_map(params![doc.id.as_bytes(), doc.kind.as_str()], pending)?;
    items.collect::<Result<Vec<_>, _>>()?.into_iter().collect()
}

pub fn count_of(c: &Connection, doc: DocId) -> Result<u32, ClientError> {
    Ok(c.prepare_cached("SELECT count(*) FROM outbox WHERE doc = ?1 AND kind = ?2")?
        .query_row(params![doc.id.as_bytes(), doc.kind.as_str()], |r| r.get(0))?)
}

/// How many wait, and how many bytes they are.
pub fn size(c: &Connection) -> Result<(u32, u64), ClientError> {
    Ok(c.prepare_cached("SELECT count(*), coalesce(sum(length(change) + length(envelope)), 0) FROM outbox")?
        .query_row([], |r| Ok((r.get(0)?, r.get::<_, i64>(1)?.unsigned_abs())))?)
}

/// Takes a command out; what it was, if it was there.
pub fn take(c: &Connection, command: CommandId) -> Result<Option<Pending>, ClientError> {
    let found = c
        .prepare_cached(&format!("DELETE FROM outbox WHERE command = ?1 RETURNING {COLUMNS}"))?
        .query_row([command.0.as_bytes()], pending)
        .optional()?;
    found.transpose()
}

pub fn contains(c: &Connection, command: CommandId) -> Result<bool, ClientError> {
    Ok(c.prepare_cached("SELECT 1 FROM outbox WHERE command = ?1")?.exists([command.0.as_bytes()])?)
}

fn pending(r: &rusqlite::Row<'_>) -> rusqlite::Result<Result<Pending, ClientError>> {
    let kind: String = r.get(1)?;
    let json: String = r.get(3)?;
    let (n, id, hash, change) = (r.get(0)?, r.get::<_, [u8; 16]>(2)?, r.get(4)?, r.get(5)?);
    let unreadable = |what: String| ClientError::Internal(format!("the outbox holds what this version can't read: {what}"));
    Ok(kind.parse::<DocKind>().map_err(unreadable).and_then(|kind| {
        let envelope = serde_json::from_str(&json).map_err(|e| unreadable(e.to_string()))?;
        Ok(Pending { n, doc: DocId { kind, id: Uuid::from_bytes(id) }, envelope, hash: ChangeHash(hash), change })
    }))
}
