//! Notifications of this person, as far back as they are kept here.

use super::meta;
use crate::error::ClientError;
use domain::LeadId;
use domain::command::NoticeMark;
use domain::notice::Notice;
use records::user_state::UserState;
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

/// Older ones are forgotten.
const KEPT_MAX: u32 = 2_000;

/// A notification and what its person did with it.
pub struct Kept {
    pub n: i64,
    pub notice: Notice,
    pub is_read: bool,
}

/// Keeps one; one that is known stays as it is.
pub fn put(c: &Connection, notice: &Notice) -> Result<(), ClientError> {
    let state: UserState = meta::get(c, meta::USER_STATE)?.unwrap_or_default();
    let json = serde_json::to_string(notice).map_err(|e| ClientError::Internal(e.to_string()))?;
    c.prepare_cached("INSERT INTO notices (id, at, lead, mark, notice) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (id) DO NOTHING")?
        .execute(params![notice.id.as_bytes(), notice.at, notice.lead.0.as_bytes(), number(state.notices.get(&notice.id)), json])?;
    c.prepare_cached("DELETE FROM notices WHERE n IN (SELECT n FROM notices ORDER BY n DESC LIMIT -1 OFFSET ?1)")?.execute([KEPT_MAX])?;
    Ok(())
}

/// Writes to each what the person's document says of it.
pub fn mark_by(c: &Connection, state: &UserState) -> Result<(), ClientError> {
    let mut rows = c.prepare_cached("SELECT n, id, mark FROM notices")?;
    let all = rows.query_map([], |r| Ok((r.get::<_, i64>(0)?, Uuid::from_bytes(r.get(1)?), r.get::<_, u8>(2)?)))?;
    for (n, id, mark) in all.collect::<Result<Vec<_>, _>>()? {
        let marked = number(state.notices.get(&id));
        if marked != mark {
            c.prepare_cached("UPDATE notices SET mark = ?2 WHERE n = ?1")?.execute(params![n, marked])?;
        }
    }
    Ok(())
}

/// Of a lead that is not in sight any more.
pub fn forget_of(c: &Connection, lead: LeadId) -> Result<(), ClientError> {
    c.prepare_cached("DELETE FROM notices WHERE lead = ?1")?.execute([lead.0.as_bytes()])?;
    Ok(())
}

/// The newest first, without those that were removed.
pub fn newest(c: &Connection, unread_only: bool, limit: u32) -> Result<Vec<Kept>, ClientError> {
    let mut rows = c.prepare_cached("SELECT n, notice, mark FROM notices WHERE mark <= ?1 ORDER BY at DESC, n DESC LIMIT ?2")?;
    let found = rows.query_map(params![u8::from(!unread_only), limit], raw)?;
    Ok(found.collect::<Result<Vec<_>, _>>()?.into_iter().filter_map(read).collect())
}

/// Unread ones that came after the `n`th, in order.
pub fn unread_after(c: &Connection, n: i64) -> Result<Vec<Kept>, ClientError> {
    let mut rows = c.prepare_cached("SELECT n, notice, mark FROM notices WHERE n > ?1 AND mark = 0 ORDER BY n")?;
    let found = rows.query_map([n], raw)?;
    Ok(found.collect::<Result<Vec<_>, _>>()?.into_iter().filter_map(read).collect())
}

/// The last that came; 0 of none.
pub fn last(c: &Connection) -> Result<i64, ClientError> {
    Ok(c.prepare_cached("SELECT coalesce(max(n), 0) FROM notices")?.query_row([], |r| r.get(0)).optional()?.unwrap_or(0))
}

pub fn unread(c: &Connection) -> Result<Vec<Uuid>, ClientError> {
    let mut rows = c.prepare_cached("SELECT id FROM notices WHERE mark = 0 ORDER BY n")?;
    Ok(rows.query_map([], |r| Ok(Uuid::from_bytes(r.get(0)?)))?.collect::<Result<_, _>>()?)
}

/// How many are unread, and how many there are that were not removed.
pub fn count(c: &Connection) -> Result<(u32, u32), ClientError> {
    let sql = "SELECT count(*) FILTER (WHERE mark = 0), count(*) FROM notices WHERE mark < 2";
    Ok(c.prepare_cached(sql)?.query_row([], |r| Ok((r.get(0)?, r.get(1)?)))?)
}

fn number(mark: Option<&NoticeMark>) -> u8 {
    match mark {
        None | Some(NoticeMark::Unread) => 0,
        Some(NoticeMark::Read) => 1,
        Some(NoticeMark::Removed) => 2,
    }
}

fn raw(r: &rusqlite::Row<'_>) -> rusqlite::Result<(i64, String, u8)> {
    Ok((r.get(0)?, r.get(1)?, r.get(2)?))
}

/// One that a newer version wrote and this one can't read is not shown.
fn read((n, json, mark): (i64, String, u8)) -> Option<Kept> {
    Some(Kept { n, notice: serde_json::from_str(&json).ok()?, is_read: mark > 0 })
}
