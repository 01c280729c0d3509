//! Quarantine: edits that nobody may judge but a manager.

use super::{Result, Row, StoreError, Tx};
use domain::people::QuarantineReason;
use domain::{CommandId, DeviceId, DocId, Envelope, OrgId, UserId};

/// An edit put aside, with the change it came as.
#[derive(Clone, Debug)]
pub struct Held {
    pub doc: DocId,
    pub envelope: Envelope,
    pub change: Vec<u8>,
    pub device: DeviceId,
    pub reason: QuarantineReason,
    pub arrived_at: i64,
}

const COLUMNS: &str = "kind, doc_id, envelope, change, device_id, reason, arrived_at";

/// Keeps one; false when it is there already.
pub fn insert(tx: &mut dyn Tx, org: OrgId, held: &Held) -> Result<bool> {
    let json = |e: serde_json::Error| StoreError::Corrupt(e.to_string());
    let rows = tx.execute(
        "INSERT INTO quarantine (org_id, command_id, kind, doc_id, author, device_id, envelope, change, reason, state, arrived_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'held', $10) ON CONFLICT (org_id, command_id) DO NOTHING",
        &[
            org.into(),
            held.envelope.id.into(),
            held.doc.kind.as_str().into(),
            held.doc.id.into(),
            held.envelope.author.into(),
            held.device.into(),
            serde_json::to_string(&held.envelope).map_err(json)?.into(),
            held.change.clone().into(),
            serde_json::to_string(&held.reason).map_err(json)?.into(),
            held.arrived_at.into(),
        ],
    )?;
    Ok(rows == 1)
}

/// Bytes of one person's edits that wait, of every device.
pub fn bytes_of(tx: &mut dyn Tx, org: OrgId, author: UserId) -> Result<u64> {
    let sql =
        "SELECT CAST(coalesce(sum(length(change)), 0) AS BIGINT) FROM quarantine WHERE org_id = $1 AND author = $2 AND state = 'held'";
    tx.query_opt(sql, &[org.into(), author.into()])?.map_or(Ok(0), |mut row| row.count(0))
}

/// How many wait of one device.
pub fn count_of(tx: &mut dyn Tx, org: OrgId, device: DeviceId) -> Result<u64> {
    let sql = "SELECT count(*) FROM quarantine WHERE org_id = $1 AND device_id = $2 AND state = 'held'";
    tx.query_opt(sql, &[org.into(), device.into()])?.map_or(Ok(0), |mut row| row.count(0))
}

/// One that waits.
pub fn get(tx: &mut dyn Tx, org: OrgId, id: CommandId) -> Result<Option<Held>> {
    let sql = format!("SELECT {COLUMNS} FROM quarantine WHERE org_id = $1 AND command_id = $2 AND state = 'held'");
    tx.query_opt(&sql, &[org.into(), id.into()])?.map(read).transpose()
}

/// What waits, as it was written, after `after`, at most `limit`; without the changes' bytes.
pub fn page(tx: &mut dyn Tx, org: OrgId, after: CommandId, limit: u64) -> Result<Vec<Held>> {
    let columns = COLUMNS.replace("change", "NULL");
    let sql =
        format!("SELECT {columns} FROM quarantine WHERE org_id = $1 AND state = 'held' AND command_id > $2 ORDER BY command_id LIMIT $3");
    tx.query(&sql, &[org.into(), after.into(), limit.into()])?.into_iter().map(read).collect()
}

/// Whatever came of one document, decided or not, and whether it still waits.
pub fn of_doc(tx: &mut dyn Tx, org: OrgId, doc: DocId) -> Result<Vec<(Held, bool)>> {
    let sql = format!("SELECT {COLUMNS}, state FROM quarantine WHERE org_id = $1 AND kind = $2 AND doc_id = $3 ORDER BY command_id");
    let rows = tx.query(&sql, &[org.into(), doc.kind.as_str().into(), doc.id.into()])?;
    rows.into_iter()
        .map(|mut row| {
            let waits = row.text(7)? == "held";
            Ok((read(row)?, waits))
        })
        .collect()
}

pub fn settle(tx: &mut dyn Tx, org: OrgId, id: CommandId, released: bool, by: UserId) -> Result<()> {
    let state = if released { "released" } else { "dropped" };
    tx.execute(
        "UPDATE quarantine SET state = $3, settled_by = $4 WHERE org_id = $1 AND command_id = $2",
        &[org.into(), id.into(), state.into(), by.into()],
    )?;
    Ok(())
}

fn read(mut row: Row) -> Result<Held> {
    let corrupt = |e: serde_json::Error| StoreError::Corrupt(e.to_string());
    Ok(Held {
        doc: DocId { kind: row.parsed(0)?, id: row.id(1)? },
        envelope: serde_json::from_str(&row.text(2)?).map_err(corrupt)?,
        change: row.opt_bytes(3)?.unwrap_or_default(),
        device: row.id(4)?,
        reason: serde_json::from_str(&row.text(5)?).map_err(corrupt)?,
        arrived_at: row.int(6)?,
    })
}
