//! Documents: one saved Automerge blob per record, with the `seq` of its last accepted change. Of those
//! that rest `compact` packs the bytes; whoever reads one gets them as they were saved.

use super::{Result, Row, StoreError, Tx};
use domain::{DocId, DocKind, OrgId};
use uuid::Uuid;

/// First bytes of what is packed; no document begins so.
const PACKED: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// Level of zstd.
const LEVEL: i32 = 9;
/// Bytes of a document below which packing saves nothing worth a transaction.
const WORTH_PACKING: i64 = 512;
/// No document is larger, bytes.
const DOCUMENT_MAX: usize = 256 * 1024 * 1024;

pub fn seq(tx: &mut dyn Tx, org: OrgId, doc: DocId) -> Result<Option<u64>> {
    tx.query_opt("SELECT seq FROM documents WHERE org_id = $1 AND kind = $2 AND doc_id = $3", &key(org, doc))?
        .map(|mut row| row.count(0))
        .transpose()
}

pub fn blob(tx: &mut dyn Tx, org: OrgId, doc: DocId) -> Result<Option<Vec<u8>>> {
    tx.query_opt("SELECT blob FROM documents WHERE org_id = $1 AND kind = $2 AND doc_id = $3", &key(org, doc))?
        .map(|mut row| unpacked(row.bytes(0)?))
        .transpose()
}

pub fn put(tx: &mut dyn Tx, org: OrgId, doc: DocId, blob: Vec<u8>, seq: u64) -> Result<()> {
    let [org, kind, id] = key(org, doc);
    tx.execute(
        "INSERT INTO documents (org_id, kind, doc_id, blob, seq) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (org_id, kind, doc_id) DO UPDATE SET blob = excluded.blob, seq = excluded.seq",
        &[org, kind, id, blob.into(), seq.into()],
    )?;
    Ok(())
}

/// A document that was not changed for long, as it is stored.
#[derive(Clone, Debug)]
pub struct Resting {
    pub doc: DocId,
    pub blob: Vec<u8>,
    pub seq: u64,
}

/// Documents not changed since `before` that are not packed, by kind and id after `after`, at most `limit`.
pub fn resting(tx: &mut dyn Tx, org: OrgId, after: Option<DocId>, before: i64, limit: u64) -> Result<Vec<Resting>> {
    let (kind, id) = after.map_or(("", super::Value::Bytes(Vec::new())), |doc| (doc.kind.as_str(), doc.id.into()));
    let rows = tx.query(
        "SELECT d.kind, d.doc_id, d.blob, d.seq FROM documents d JOIN log g ON g.org_id = d.org_id AND g.seq = d.seq \
         WHERE d.org_id = $1 AND (d.kind > $2 OR (d.kind = $2 AND d.doc_id > $3)) AND g.accepted_at < $4 \
         AND length(d.blob) >= $5 AND substr(d.blob, 1, 4) <> $6 ORDER BY d.kind, d.doc_id LIMIT $7",
        &[org.into(), kind.into(), id, before.into(), WORTH_PACKING.into(), PACKED.into(), limit.into()],
    )?;
    let read = |mut row: Row| {
        let doc = DocId { kind: row.parsed(0)?, id: row.id(1)? };
        Ok(Resting { doc, blob: row.bytes(2)?, seq: row.count(3)? })
    };
    rows.into_iter().map(read).collect()
}

/// A document's bytes packed, if that makes them shorter by a quarter.
pub fn packed(blob: &[u8]) -> Result<Option<Vec<u8>>> {
    let packed = zstd::bulk::compress(blob, LEVEL)?;
    Ok((packed.len() * 4 <= blob.len() * 3).then_some(packed))
}

/// A document's bytes as they were saved, out of those that are stored.
pub fn unpacked(stored: Vec<u8>) -> Result<Vec<u8>> {
    if !stored.starts_with(&PACKED) {
        return Ok(stored);
    }
    zstd::bulk::decompress(&stored, DOCUMENT_MAX).map_err(|e| StoreError::Corrupt(format!("a packed document: {e}")))
}

/// Which documents there are, by kind and id after `after`, at most `limit`.
pub fn page(tx: &mut dyn Tx, org: OrgId, after: Option<DocId>, limit: u64) -> Result<Vec<DocId>> {
    let (kind, id) = after.map_or(("", super::Value::Bytes(Vec::new())), |doc| (doc.kind.as_str(), doc.id.into()));
    let rows = tx.query(
        "SELECT kind, doc_id FROM documents WHERE org_id = $1 AND (kind > $2 OR (kind = $2 AND doc_id > $3)) ORDER BY kind, doc_id LIMIT $4",
        &[org.into(), kind.into(), id, limit.into()],
    )?;
    rows.into_iter().map(|mut row| Ok(DocId { kind: row.parsed(0)?, id: row.id(1)? })).collect()
}

/// Of one kind, with an id after `after` up to `last`.
pub fn between(tx: &mut dyn Tx, org: OrgId, kind: DocKind, after: Option<Uuid>, last: Uuid) -> Result<Vec<DocId>> {
    let first = after.map_or(super::Value::Bytes(Vec::new()), super::Value::from);
    let sql = "SELECT doc_id FROM documents WHERE org_id = $1 AND kind = $2 AND doc_id > $3 AND doc_id <= $4 ORDER BY doc_id";
    let rows = tx.query(sql, &[org.into(), kind.as_str().into(), first, last.into()])?;
    rows.into_iter().map(|mut row| Ok(DocId { kind, id: row.id(0)? })).collect()
}

fn key(org: OrgId, doc: DocId) -> [super::Value; 3] {
    [org.into(), doc.kind.as_str().into(), doc.id.into()]
}
