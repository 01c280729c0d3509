//! Hand-over proposals: an old owner's edits that wait for whoever works on the lead now.

use crate::error::ClientError;
use domain::people::{Proposal, ProposalState};
use domain::{CommandId, DocId, LeadId};
use rusqlite::{Connection, params};
use uuid::Uuid;

/// Keeps an open proposal; a settled one is forgotten.
pub fn put(c: &Connection, proposal: &Proposal) -> Result<(), ClientError> {
    if proposal.state != ProposalState::Open {
        return remove(c, proposal.id);
    }
    let json = serde_json::to_string(proposal).map_err(|e| ClientError::Internal(e.to_string()))?;
    let doc = proposal.doc;
    c.prepare_cached(
        "INSERT INTO proposals (id, kind, doc, proposal, arrived_at) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (id) DO UPDATE SET proposal = ?4, arrived_at = ?5",
    )?
    .execute(params![proposal.id.0.as_bytes(), doc.kind.as_str(), doc.id.as_bytes(), json, proposal.arrived_at])?;
    Ok(())
}

pub fn remove(c: &Connection, id: CommandId) -> Result<(), ClientError> {
    c.prepare_cached("DELETE FROM proposals WHERE id = ?1")?.execute([id.0.as_bytes()])?;
    Ok(())
}

/// Forgets those of one record; whether there were any.
pub fn remove_of(c: &Connection, doc: DocId) -> Result<bool, ClientError> {
    let sql = "DELETE FROM proposals WHERE doc = ?1 AND kind = ?2";
    Ok(c.prepare_cached(sql)?.execute(params![doc.id.as_bytes(), doc.kind.as_str()])? > 0)
}

/// Open ones of one record, oldest first.
pub fn of_doc(c: &Connection, doc: DocId) -> Result<Vec<Proposal>, ClientError> {
    let mut rows = c.prepare_cached("SELECT proposal FROM proposals WHERE doc = ?1 AND kind = ?2 ORDER BY arrived_at, id")?;
    let found = rows.query_map(params![doc.id.as_bytes(), doc.kind.as_str()], |r| r.get::<_, String>(0))?;
    // One that a newer version wrote and this one can't read is not shown.
    Ok(found.collect::<Result<Vec<_>, _>>()?.iter().filter_map(|json| serde_json::from_str(json).ok()).collect())
}

/// Leads with open proposals.
pub fn leads(c: &Connection) -> Result<Vec<LeadId>, ClientError> {
    let mut rows = c.prepare_cached("SELECT DISTINCT doc FROM proposals WHERE kind = 'lead'")?;
    let found = rows.query_map([], |r| Ok(LeadId(Uuid::from_bytes(r.get(0)?))))?;
    Ok(found.collect::<Result<_, _>>()?)
}
