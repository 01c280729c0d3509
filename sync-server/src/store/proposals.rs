//! Hand-over proposals: an old owner's edits that the new one takes or drops.

use super::{Result, Row, StoreError, Tx, Value};
use domain::people::{Proposal, ProposalState};
use domain::{CommandId, DocId, OrgId, UserId};
use uuid::Uuid;

const COLUMNS: &str = "command_id, kind, doc_id, envelope, state, arrived_at";

pub fn insert(tx: &mut dyn Tx, org: OrgId, proposal: &Proposal) -> Result<()> {
    let envelope = serde_json::to_string(&proposal.envelope).map_err(|e| StoreError::Corrupt(e.to_string()))?;
    tx.execute(
        "INSERT INTO proposals (org_id, command_id, kind, doc_id, envelope, state, arrived_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &[
            org.into(),
            proposal.id.into(),
            proposal.doc.kind.as_str().into(),
            proposal.doc.id.into(),
            envelope.into(),
            word(proposal.state).into(),
            proposal.arrived_at.into(),
        ],
    )?;
    Ok(())
}

pub fn get(tx: &mut dyn Tx, org: OrgId, id: CommandId) -> Result<Option<Proposal>> {
    let sql = format!("SELECT {COLUMNS} FROM proposals WHERE org_id = $1 AND command_id = $2");
    tx.query_opt(&sql, &[org.into(), id.into()])?.map(read).transpose()
}

/// The open ones of a document, as they came.
pub fn open(tx: &mut dyn Tx, org: OrgId, doc: DocId) -> Result<Vec<Proposal>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM proposals WHERE org_id = $1 AND kind = $2 AND doc_id = $3 AND state = 'open' ORDER BY arrived_at, command_id"
    );
    tx.query(&sql, &[org.into(), doc.kind.as_str().into(), doc.id.into()])?.into_iter().map(read).collect()
}

/// The open ones of the documents after `after` up to `last`, by id.
pub fn open_between(tx: &mut dyn Tx, org: OrgId, after: Option<Uuid>, last: Uuid) -> Result<Vec<Proposal>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM proposals WHERE org_id = $1 AND state = 'open' AND doc_id > $2 AND doc_id <= $3 ORDER BY arrived_at, command_id"
    );
    let first = after.map_or(Value::Bytes(Vec::new()), Value::from);
    tx.query(&sql, &[org.into(), first, last.into()])?.into_iter().map(read).collect()
}

/// Every open one.
pub fn all_open(tx: &mut dyn Tx, org: OrgId) -> Result<Vec<Proposal>> {
    let sql = format!("SELECT {COLUMNS} FROM proposals WHERE org_id = $1 AND state = 'open' ORDER BY arrived_at, command_id");
    tx.query(&sql, &[org.into()])?.into_iter().map(read).collect()
}

pub fn settle(tx: &mut dyn Tx, org: OrgId, id: CommandId, state: ProposalState, by: UserId) -> Result<()> {
    tx.execute(
        "UPDATE proposals SET state = $3, settled_by = $4 WHERE org_id = $1 AND command_id = $2",
        &[org.into(), id.into(), word(state).into(), by.into()],
    )?;
    Ok(())
}

fn word(state: ProposalState) -> &'static str {
    match state {
        ProposalState::Open => "open",
        ProposalState::Taken => "taken",
        ProposalState::Dropped => "dropped",
    }
}

fn read(mut row: Row) -> Result<Proposal> {
    let envelope = serde_json::from_str(&row.text(3)?).map_err(|e| StoreError::Corrupt(e.to_string()))?;
    let state = match row.text(4)?.as_str() {
        "open" => ProposalState::Open,
        "taken" => ProposalState::Taken,
        "dropped" => ProposalState::Dropped,
        other => return Err(StoreError::Corrupt(format!("a proposal is {other}"))),
    };
    Ok(Proposal { id: row.id(0)?, doc: DocId { kind: row.parsed(1)?, id: row.id(2)? }, envelope, state, arrived_at: row.int(5)? })
}
