//! The attendance log.

use super::{Result, Row, Tx, Value};
use domain::attendance::{Attendance, AttendanceFilter, AttendanceLine, LINES_MAX, Standing};
use domain::{OrgId, TeamId, UserId};
use uuid::Uuid;

const COLUMNS: &str = "line_id, user_id, place, status, reason, at, by_id";

/// Whose lines are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    Everybody,
    /// Of who is in the team now, and one's own.
    Team(TeamId, UserId),
    One(UserId),
}

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
pub fn newest_each(tx: &mut dyn Tx, org: OrgId) -> Result<Vec<AttendanceLine>> {
    let columns: Vec<String> = COLUMNS.split(", ").map(|column| format!("a.{column}")).collect();
    let sql = format!(
        "SELECT {} FROM users u JOIN attendance a ON a.org_id = u.org_id AND a.place = \
         (SELECT max(b.place) FROM attendance b WHERE b.org_id = u.org_id AND b.user_id = u.user_id) WHERE u.org_id = $1",
        columns.join(", ")
    );
    tx.query(&sql, &[org.into()])?.into_iter().map(read).collect()
}

/// Where a person stands; `None` of who never checked in.
pub fn standing_of(tx: &mut dyn Tx, org: OrgId, user: UserId) -> Result<Option<Standing>> {
    last_of(tx, org, user)?.map(|line| standing(tx, org, line)).transpose()
}

/// With when the person checked in last, of their newest line.
pub fn standing(tx: &mut dyn Tx, org: OrgId, line: AttendanceLine) -> Result<Standing> {
    let sql = "SELECT at FROM attendance WHERE org_id = $1 AND user_id = $2 AND place > (SELECT COALESCE(max(place), 0) FROM attendance \
               WHERE org_id = $1 AND user_id = $2 AND status = $3 AND place < $4) ORDER BY place LIMIT 1";
    let absent = Attendance::Absent.as_str();
    let begun = tx.query_opt(sql, &[org.into(), line.user.into(), absent.into(), line.place.into()])?;
    let in_at = begun.map_or(Ok(line.at), |mut row| row.int(0))?;
    let AttendanceLine { id: _, user, place, status, reason, at, by } = line;
    Ok(Standing { user, place, status, reason, at, in_at, by })
}

/// Lines that the filter asks for, the newest first, [`LINES_MAX`] at most.
pub fn page(tx: &mut dyn Tx, org: OrgId, whose: Whose, filter: &AttendanceFilter) -> Result<Vec<AttendanceLine>> {
    let last = i64::MAX.cast_unsigned();
    let mut params: Vec<Value> = vec![
        org.into(),
        filter.before.map_or(last, |before| before.min(last)).into(),
        filter.from.unwrap_or(i64::MIN).into(),
        filter.to.unwrap_or(i64::MAX).into(),
        (LINES_MAX as u64).into(),
    ];
    let mut sql = format!("SELECT {COLUMNS} FROM attendance WHERE org_id = $1 AND place < $2 AND at >= $3 AND at < $4");
    match whose {
        Whose::Everybody => {}
        Whose::Team(team, me) => {
            sql.push_str(" AND (user_id = $6 OR user_id IN (SELECT user_id FROM users WHERE org_id = $1 AND team_id = $7))");
            params.extend([me.into(), team.into()]);
        }
        Whose::One(user) => {
            sql.push_str(" AND user_id = $6");
            params.push(user.into());
        }
    }
    sql.push_str(" ORDER BY place DESC LIMIT $5");
    tx.query(&sql, &params)?.into_iter().map(read).collect()
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
