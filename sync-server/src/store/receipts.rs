//! Numbers of receipts.

use super::{Result, Row, Tx};
use domain::{LeadId, OrgId};
use protocol::rows::ReceiptRow;
use uuid::Uuid;

/// The highest number that was given; 0 before the first. The caller holds the organisation's lock.
pub fn last(tx: &mut dyn Tx, org: OrgId) -> Result<u64> {
    let last = tx.query_opt("SELECT COALESCE(max(number), 0) FROM receipts WHERE org_id = $1", &[org.into()])?;
    last.map_or(Ok(0), |mut row| row.count(0))
}

/// Of one entry.
pub fn of(tx: &mut dyn Tx, org: OrgId, entry: Uuid) -> Result<Option<ReceiptRow>> {
    let sql = "SELECT entry_id, lead_id, number, prefix FROM receipts WHERE org_id = $1 AND entry_id = $2";
    tx.query_opt(sql, &[org.into(), entry.into()])?.map(read).transpose()
}

pub fn count(tx: &mut dyn Tx, org: OrgId) -> Result<u64> {
    let count = tx.query_opt("SELECT count(*) FROM receipts WHERE org_id = $1", &[org.into()])?;
    count.map_or(Ok(0), |mut row| row.count(0))
}

pub fn insert(tx: &mut dyn Tx, org: OrgId, receipt: &ReceiptRow) -> Result<()> {
    tx.execute(
        "INSERT INTO receipts (org_id, entry_id, lead_id, number, prefix) VALUES ($1, $2, $3, $4, $5)",
        &[org.into(), receipt.entry.into(), receipt.lead.into(), receipt.number.into(), receipt.prefix.as_str().into()],
    )?;
    Ok(())
}

/// Of one ledger, in their order.
pub fn of_ledger(tx: &mut dyn Tx, org: OrgId, lead: LeadId) -> Result<Vec<ReceiptRow>> {
    let sql = "SELECT entry_id, lead_id, number, prefix FROM receipts WHERE org_id = $1 AND lead_id = $2 ORDER BY number";
    tx.query(sql, &[org.into(), lead.into()])?.into_iter().map(read).collect()
}

/// All of them, in their order.
pub fn all(tx: &mut dyn Tx, org: OrgId) -> Result<Vec<ReceiptRow>> {
    let sql = "SELECT entry_id, lead_id, number, prefix FROM receipts WHERE org_id = $1 ORDER BY number";
    tx.query(sql, &[org.into()])?.into_iter().map(read).collect()
}

fn read(mut row: Row) -> Result<ReceiptRow> {
    Ok(ReceiptRow { entry: row.id(0)?, lead: row.id(1)?, number: row.count(2)?, prefix: row.text(3)? })
}
