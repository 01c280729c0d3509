//! How each command ended, for as long as its device is registered.

use super::value::{pack, unpack};
use super::{Result, Row, Tx, Value};
use domain::sabotage::{self, Fault};
use domain::{CommandId, DeviceId, DocId, OrgId, UserId};
use protocol::ChangeHash;
use protocol::push::Outcome;

#[derive(Clone, Debug)]
pub struct OutcomeRow {
    pub command: CommandId,
    pub hash: ChangeHash,
    pub doc: DocId,
    pub author: UserId,
    pub device: DeviceId,
    pub outcome: Outcome,
    /// Accepted changes that stand where this one would: `Some` unless it went in as it was.
    pub maps_to: Option<Vec<ChangeHash>>,
}

const COLUMNS: &str = "command_id, hash, kind, doc_id, author, device_id, outcome, maps_to";

pub fn insert(tx: &mut dyn Tx, org: OrgId, row: &OutcomeRow, now: i64) -> Result<()> {
    if sabotage::is_on(Fault::ApplyTwice) {
        tx.execute("DELETE FROM outcomes WHERE org_id = $1 AND command_id = $2", &[org.into(), row.command.into()])?;
    }
    let maps_to = row.maps_to.as_ref().map(|hashes| Value::Bytes(hashes.iter().flat_map(|h| h.0).collect()));
    tx.execute(
        "INSERT INTO outcomes (org_id, command_id, hash, kind, doc_id, author, device_id, outcome, maps_to, decided_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        &[
            org.into(),
            row.command.into(),
            row.hash.0.into(),
            row.doc.kind.as_str().into(),
            row.doc.id.into(),
            row.author.into(),
            row.device.into(),
            pack(&row.outcome),
            maps_to.unwrap_or(Value::Null),
            now.into(),
        ],
    )?;
    Ok(())
}

pub fn by_command(tx: &mut dyn Tx, org: OrgId, command: CommandId) -> Result<Option<OutcomeRow>> {
    let sql = format!("SELECT {COLUMNS} FROM outcomes WHERE org_id = $1 AND command_id = $2");
    tx.query_opt(&sql, &[org.into(), command.into()])?.map(read).transpose()
}

/// What stands for a change of `doc` that was refused or made again.
pub fn maps_to(tx: &mut dyn Tx, org: OrgId, doc: DocId, hash: ChangeHash) -> Result<Option<Vec<ChangeHash>>> {
    let sql = format!("SELECT {COLUMNS} FROM outcomes WHERE org_id = $1 AND hash = $2 AND maps_to IS NOT NULL");
    for row in tx.query(&sql, &[org.into(), hash.0.into()])? {
        let row = read(row)?;
        if row.doc == doc {
            return Ok(row.maps_to);
        }
    }
    Ok(None)
}

/// A command that was put aside is in now, as this change.
pub fn set_stands(tx: &mut dyn Tx, org: OrgId, command: CommandId, hash: ChangeHash) -> Result<()> {
    tx.execute("UPDATE outcomes SET maps_to = $3 WHERE org_id = $1 AND command_id = $2", &[org.into(), command.into(), hash.0.into()])?;
    Ok(())
}

/// Which command came from which device, by command after `after`, at most `limit`.
pub fn page(tx: &mut dyn Tx, org: OrgId, after: Option<CommandId>, limit: u64) -> Result<Vec<(CommandId, DeviceId)>> {
    let first = after.map_or(Value::Bytes(Vec::new()), Value::from);
    let rows = tx.query(
        "SELECT command_id, device_id FROM outcomes WHERE org_id = $1 AND command_id > $2 ORDER BY command_id LIMIT $3",
        &[org.into(), first, limit.into()],
    )?;
    rows.into_iter().map(|mut row| Ok((row.id(0)?, row.id(1)?))).collect()
}

/// Forgets how a command ended.
pub fn forget(tx: &mut dyn Tx, org: OrgId, command: CommandId) -> Result<()> {
    tx.execute("DELETE FROM outcomes WHERE org_id = $1 AND command_id = $2", &[org.into(), command.into()])?;
    Ok(())
}

fn read(mut row: Row) -> Result<OutcomeRow> {
    Ok(OutcomeRow {
        command: row.id(0)?,
        hash: ChangeHash(row.array(1)?),
        doc: DocId { kind: row.parsed(2)?, id: row.id(3)? },
        author: row.id(4)?,
        device: row.id(5)?,
        outcome: unpack(&row.bytes(6)?)?,
        maps_to: row.opt_bytes(7)?.map(|b| b.chunks_exact(32).filter_map(|h| h.try_into().ok()).map(ChangeHash).collect()),
    })
}
