//! The attendance log.

use super::{Result, Row, Tx};
use domain::attendance::AttendanceLine;
use domain::{OrgId, UserId};
use uuid::Uuid;

const COLUMNS: &str = "line_id, user_id, place, status, reason, at, by_id";

/// Adds a line after all others; the caller holds the organisation's lock. Its `place` is set here.
pub fn append(tx: &mut dyn Tx, org: OrgId, line: &mut AttendanceLine) -> Result<()> {
    let last = tx.query_opt("SELECT COALESCE(max(place), 0) FROM attendance WHERE org_id = $1", &[org.into()])?;
    line.place = last.map_or(Ok(0), |mut row| row.count(0))? + 1;
    tx.execute(
        "INSERT INTO attendance (org_id, line_id, user_id, place, status, reason, at, by_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[
            org.into(),
            line.id.into(),
            line.user.into(),
            line.place.into(),
            line.status.as_str().into(),
            line.reason.as_deref().into(),
            line.at.into(),
            line.by.into(),
        ],
    )?;
    Ok(())
}

/// A person's line of this id.
pub fn by_id(tx: &mut dyn Tx, org: OrgId, user: UserId, id: Uuid) -> Result<Option<AttendanceLine>> {
    let sql = format!("SELECT {COLUMNS} FROM attendance WHERE org_id = $1 AND user_id = $2 AND line_id = $3");
    tx.query_opt(&sql, &[org.into(), user.into(), id.into()])?.map(read).transpose()
}

/// A person's newest line.
pub fn last_of(tx: &mut dyn Tx, org: OrgId, user: UserId) -> Result<Option<AttendanceLine>> {
    let sql = format!("SELECT {COLUMNS} FROM attendance WHERE org_id = $1 AND user_id = $2 ORDER BY place DESC LIMIT 1");
    tx.query_opt(&sql, &[org.into(), user.into()])?.map(read).transpose()
}

/// The newest line of everybody who has one.
pub fn newest(tx: &mut dyn Tx, org: OrgId) -> Result<Vec<AttendanceLine>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM attendance WHERE org_id = $1 \
         AND place IN (SELECT max(place) FROM attendance WHERE org_id = $1 GROUP BY user_id) ORDER BY place"
    );
    tx.query(&sql, &[org.into()])?.into_iter().map(read).collect()
}

/// The newest line of everybody who has one, each found by its index, however long the log is.
pub fn standing(tx: &mut dyn Tx, org: OrgId) -> Result<Vec<AttendanceLine>> {
    let columns: Vec<String> = COLUMNS.split(", ").map(|column| format!("a.{column}")).collect();
    let sql = format!(
        "SELECT {} FROM users u JOIN attendance a ON a.org_id = u.org_id AND a.place = \
         (SELECT max(b.place) FROM attendance b WHERE b.org_id = u.org_id AND b.user_id = u.user_id) WHERE u.org_id = $1",
        columns.join(", ")
    );
    tx.query(&sql, &[org.into()])?.into_iter().map(read).collect()
}

/// Lines before `place`, the newest first, as far as `wanted` says more.
pub fn before(tx: &mut dyn Tx, org: OrgId, place: u64, wanted: &mut dyn FnMut(AttendanceLine) -> bool) -> Result<()> {
    let sql = format!("SELECT {COLUMNS} FROM attendance WHERE org_id = $1 AND place < $2 ORDER BY place DESC");
    tx.each(&sql, &[org.into(), place.into()], &mut |row| Ok(wanted(read(row)?)))
}

fn read(mut row: Row) -> Result<AttendanceLine> {
    Ok(AttendanceLine {
        id: row.id(0)?,
        user: row.id(1)?,
        place: row.count(2)?,
        status: row.parsed(3)?,
        reason: row.opt_text(4)?,
        at: row.int(5)?,
        by: row.opt_id(6)?,
    })
}
