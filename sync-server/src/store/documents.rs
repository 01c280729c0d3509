//! Documents: one saved Automerge blob per record, with the `seq` of its last accepted change.

use super::{Result, Tx};
use domain::{DocId, OrgId};

pub fn seq(tx: &mut dyn Tx, org: OrgId, doc: DocId) -> Result<Option<u64>> {
    tx.query_opt("SELECT seq FROM documents WHERE org_id = $1 AND kind = $2 AND doc_id = $3", &key(org, doc))?
        .map(|mut row| row.count(0))
        .transpose()
}

pub fn blob(tx: &mut dyn Tx, org: OrgId, doc: DocId) -> Result<Option<Vec<u8>>> {
    tx.query_opt("SELECT blob FROM documents WHERE org_id = $1 AND kind = $2 AND doc_id = $3", &key(org, doc))?
        .map(|mut row| row.bytes(0))
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

/// Which documents there are, by kind and id after `after`, at most `limit`.
pub fn page(tx: &mut dyn Tx, org: OrgId, after: Option<DocId>, limit: u64) -> Result<Vec<DocId>> {
    let (kind, id) = after.map_or(("", super::Value::Bytes(Vec::new())), |doc| (doc.kind.as_str(), doc.id.into()));
    let rows = tx.query(
        "SELECT kind, doc_id FROM documents WHERE org_id = $1 AND (kind > $2 OR (kind = $2 AND doc_id > $3)) ORDER BY kind, doc_id LIMIT $4",
        &[org.into(), kind.into(), id, limit.into()],
    )?;
    rows.into_iter().map(|mut row| Ok(DocId { kind: row.parsed(0)?, id: row.id(1)? })).collect()
}

fn key(org: OrgId, doc: DocId) -> [super::Value; 3] {
    [org.into(), doc.kind.as_str().into(), doc.id.into()]
}
