//! The leads read model: one row a lead, the words and numbers it is found by. Deleted ones are in no
//! list but their own.

use super::meta;
use crate::error::ClientError;
use domain::calling::TRIES_MAX;
use domain::follow_up::Due;
use domain::lead::Called;
use domain::sabotage::{self, Fault};
use domain::{LeadId, Pool, Status, TeamId, UserId};
use protocol::rows::{LeadSummary, PROJECTION_VERSION};
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::HashMap;
use std::ops::Range;
use uuid::Uuid;

/// In the column `pool`, of leads that no pool shows.
const DELETED: &str = "deleted";

/// What a lead was found by before it is written again.
struct Before {
    n: i64,
    name: String,
    phone: String,
    alt_phone: Option<String>,
    email: Option<String>,
    /// As the column holds them.
    follow_ups: String,
    owner: Option<[u8; 16]>,
    is_worked_on: bool,
}

/// Writes a lead's row, when it is due and what it is found by. `index` is off during a first sync, which builds
/// the search tables once at its end.
pub fn put(c: &Connection, id: LeadId, lead: &LeadSummary, confirmed_at: i64, pending: u32, index: bool) -> Result<(), ClientError> {
    let before = before(c, id)?;
    let follow_ups = to_list(&lead.follow_ups);
    let n = write_row(c, before.as_ref(), id, lead, confirmed_at, pending, &follow_ups)?;
    write_due(c, n, before.as_ref(), lead, &follow_ups)?;
    if index { write_search(c, n, lead, before.as_ref()) } else { Ok(()) }
}

fn before(c: &Connection, id: LeadId) -> Result<Option<Before>, ClientError> {
    let mut found =
        c.prepare_cached("SELECT n, name, phone, alt_phone, email, follow_ups, owner, status, deleted FROM leads WHERE id = ?1")?;
    let read = |r: &rusqlite::Row<'_>| {
        let is_closed = r.get_ref(7)?.as_str()?.parse().is_ok_and(Status::is_closed);
        Ok(Before {
            n: r.get(0)?,
            name: r.get(1)?,
            phone: r.get(2)?,
            alt_phone: r.get(3)?,
            email: r.get(4)?,
            follow_ups: r.get(5)?,
            owner: r.get(6)?,
            is_worked_on: !is_closed && !r.get::<_, bool>(8)?,
        })
    };
    Ok(found.query_row([id.0.as_bytes()], read).optional()?)
}

/// Calls in a row that nobody took before a lead is given up on.
fn tries_max(c: &Connection) -> Result<u32, ClientError> {
    Ok(meta::get(c, meta::TRIES_MAX)?.unwrap_or(TRIES_MAX))
}

/// Puts the leads that nobody answers where `tries` says.
pub fn give_up_after(c: &Connection, tries: u32) -> Result<(), ClientError> {
    let (dropped, working) = (Pool::Dropped.as_str(), Pool::Working.as_str());
    let sql = "UPDATE leads SET pool = CASE WHEN unreached >= ?1 THEN ?2 ELSE ?3 END WHERE status = 'cnp' AND deleted = 0";
    c.prepare_cached(sql)?.execute(params![tries, dropped, working])?;
    Ok(())
}

/// The row's number: that of `before`, or a new one without it.
fn write_row(
    c: &Connection,
    before: Option<&Before>,
    id: LeadId,
    lead: &LeadSummary,
    confirmed_at: i64,
    pending: u32,
    follow_ups: &str,
) -> Result<i64, ClientError> {
    let sql = match before {
        // An index whose column is not named is not touched.
        Some(before) if before.phone == lead.phone && before.alt_phone == lead.alt_phone => {
            "UPDATE leads SET name = ?2, email = ?5, source = ?6, language = ?7, status = ?8, pool = ?9, interest = ?10,
                 next_follow_up_at = ?11, conflicts = ?12, pending = ?13, owner = ?14, team = ?15, created_at = ?16, updated_at = ?17,
                 confirmed_at = ?18, deleted = ?19, follow_ups = ?20, tags = ?21, calls = ?22, last_call_at = ?23, unreached = ?24,
                 do_not_call = ?25, assigned_at = ?26, converted_at = ?27, dropped_at = ?28, called = ?29
                 WHERE id = ?1"
        }
        Some(_) => {
            "UPDATE leads SET name = ?2, phone = ?3, alt_phone = ?4, email = ?5, source = ?6, language = ?7, status = ?8, pool = ?9,
                 interest = ?10, next_follow_up_at = ?11, conflicts = ?12, pending = ?13, owner = ?14, team = ?15, created_at = ?16,
                 updated_at = ?17, confirmed_at = ?18, deleted = ?19, follow_ups = ?20, tags = ?21, calls = ?22, last_call_at = ?23,
                 unreached = ?24, do_not_call = ?25, assigned_at = ?26, converted_at = ?27, dropped_at = ?28, called = ?29 WHERE id = ?1"
        }
        None => {
            "INSERT INTO leads (id, name, phone, alt_phone, email, source, language, status, pool, interest, next_follow_up_at,
                 conflicts, pending, owner, team, created_at, updated_at, confirmed_at, deleted, follow_ups, tags, calls, last_call_at,
                 unreached, do_not_call, assigned_at, converted_at, dropped_at, called)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25,
                 ?26, ?27, ?28, ?29)"
        }
    };
    let pool = if lead.deleted { DELETED } else { Pool::of(lead.status, lead.owner.is_some(), lead.unreached, tries_max(c)?).as_str() };
    c.prepare_cached(sql)?.execute(params![
        id.0.as_bytes(),
        lead.name,
        lead.phone,
        lead.alt_phone,
        lead.email,
        lead.source,
        lead.language,
        lead.status.as_str(),
        pool,
        lead.interest,
        lead.next_follow_up_at,
        lead.conflicts,
        pending,
        lead.owner.map(|o| o.0.into_bytes()),
        lead.team.map(|t| t.0.into_bytes()),
        lead.created_at,
        lead.updated_at,
        confirmed_at,
        lead.deleted,
        follow_ups,
        to_list(&lead.tags),
        lead.calls,
        lead.last_call_at,
        lead.unreached,
        lead.do_not_call,
        lead.assigned_at,
        lead.converted_at,
        lead.dropped_at,
        to_list(&lead.called),
    ])?;
    Ok(before.map_or_else(|| c.last_insert_rowid(), |before| before.n))
}

/// Keeps the table of what is due as the row says it.
fn write_due(c: &Connection, n: i64, before: Option<&Before>, lead: &LeadSummary, follow_ups: &str) -> Result<(), ClientError> {
    let (owner, is_worked_on) = (lead.owner.map(|owner| owner.0.into_bytes()), !lead.deleted && !lead.status.is_closed());
    let is_as_before = match before {
        Some(before) => (before.follow_ups.as_str(), before.owner, before.is_worked_on) == (follow_ups, owner, is_worked_on),
        None => false,
    };
    if is_as_before {
        return Ok(());
    }
    if let Some(before) = before {
        forget_due(c, before)?;
    }
    if is_worked_on {
        let mut put = c.prepare_cached("INSERT INTO due (due_at, n, follow_up, owner) VALUES (?1, ?2, ?3, ?4)")?;
        for due in &lead.follow_ups {
            put.execute(params![due.due_at, n, due.id.as_bytes(), owner])?;
        }
    }
    Ok(())
}

fn forget_due(c: &Connection, before: &Before) -> Result<(), ClientError> {
    let mut forget = c.prepare_cached("DELETE FROM due WHERE due_at = ?1 AND n = ?2 AND follow_up = ?3")?;
    for due in from_list::<Due>(&before.follow_ups) {
        forget.execute(params![due.due_at, before.n, due.id.as_bytes()])?;
    }
    Ok(())
}

/// A list as a column holds it; most are empty.
fn to_list<T: Serialize>(list: &[T]) -> String {
    if list.is_empty() { String::new() } else { serde_json::to_string(list).expect("plain values") }
}

/// The inverse of [`to_list`].
fn from_list<T: DeserializeOwned>(column: &str) -> Vec<T> {
    if column.is_empty() { Vec::new() } else { serde_json::from_str(column).unwrap_or_default() }
}

fn write_search(c: &Connection, n: i64, lead: &LeadSummary, before: Option<&Before>) -> Result<(), ClientError> {
    let stale = before.is_some() && sabotage::is_on(Fault::StaleWords);
    if stale || before.is_some_and(|b| b.name == lead.name && b.email == lead.email) {
        return Ok(());
    }
    if let Some(before) = before {
        forget_words(c, n, &before.name, before.email.as_deref())?;
    }
    c.prepare_cached("INSERT INTO lead_words (rowid, name, email) VALUES (?1, ?2, ?3)")?.execute(params![n, lead.name, lead.email])?;
    Ok(())
}

/// Takes a row's words out of the search table; they must be those it was put in with.
fn forget_words(c: &Connection, n: i64, name: &str, email: Option<&str>) -> Result<(), ClientError> {
    // During a first sync it may not be in there yet.
    if c.prepare_cached("SELECT 1 FROM lead_words_docsize WHERE id = ?1")?.exists([n])? {
        c.prepare_cached("INSERT INTO lead_words (lead_words, rowid, name, email) VALUES ('delete', ?1, ?2, ?3)")?
            .execute(params![n, name, email])?;
    }
    Ok(())
}

/// Builds the search table from the rows, once, at the end of a first sync.
pub fn build_search(c: &Connection) -> Result<(), ClientError> {
    Ok(c.execute_batch("INSERT INTO lead_words (lead_words) VALUES ('rebuild')")?)
}

/// Whether the search table is what the rows make.
pub fn search_is_whole(c: &Connection) -> Result<bool, ClientError> {
    // FTS5's own check, which compares the index with the rows it is of.
    match c.execute_batch("INSERT INTO lead_words (lead_words, rank) VALUES ('integrity-check', 1)") {
        Ok(()) => Ok(true),
        Err(rusqlite::Error::SqliteFailure(e, _)) if e.code == rusqlite::ErrorCode::DatabaseCorrupt => Ok(false),
        Err(e) => Err(e.into()),
    }
}

/// Takes the last words of what was removed out of the search table: a word that stands between two of
/// its pages stays there when its leads go. Such a table is built anew.
pub fn forget_cuts(c: &Connection) -> Result<(), ClientError> {
    let mut cuts = c.prepare_cached("SELECT DISTINCT substr(term, 2) FROM lead_words_idx WHERE length(term) > 1")?;
    let mut next = c.prepare_cached("SELECT CAST(term AS BLOB) FROM lead_terms WHERE term >= CAST(?1 AS TEXT) LIMIT 1")?;
    let cuts = cuts.query_map([], |r| r.get::<_, Vec<u8>>(0))?.collect::<Result<Vec<_>, _>>()?;
    for cut in cuts {
        let at_or_after: Option<Vec<u8>> = next.query_row([&cut], |r| r.get(0)).optional()?;
        if !at_or_after.is_some_and(|word| word.starts_with(&cut)) {
            return build_search(c);
        }
    }
    Ok(())
}

/// Whether the search table holds a word of a lead that is not here.
pub fn has_stray_words(c: &Connection) -> Result<bool, ClientError> {
    Ok(c.prepare_cached("SELECT 1 FROM lead_terms WHERE doc NOT IN (SELECT n FROM leads)")?.exists([])?)
}

pub fn remove(c: &Connection, id: LeadId) -> Result<(), ClientError> {
    if let Some(gone) = before(c, id)? {
        forget_words(c, gone.n, &gone.name, gone.email.as_deref())?;
        forget_due(c, &gone)?;
        c.prepare_cached("DELETE FROM leads WHERE n = ?1")?.execute([gone.n])?;
    }
    Ok(())
}

/// One lead's row; what lists and the subject of a permission are made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub id: LeadId,
    pub summary: LeadSummary,
    pub pending: u32,
    /// The server's `updated_at`, 0 for a lead it has not seen.
    pub confirmed_at: i64,
}

/// Columns of [`Row`], in the order [`row`] reads them.
pub const COLUMNS: &str = "id, name, phone, alt_phone, email, source, language, status, interest, next_follow_up_at, conflicts, owner, team, \
                           created_at, updated_at, pending, confirmed_at, deleted, follow_ups, tags, calls, last_call_at, unreached, do_not_call, \
                           assigned_at, converted_at, dropped_at, called";

pub fn get(c: &Connection, id: LeadId) -> Result<Option<Row>, ClientError> {
    Ok(c.prepare_cached(&format!("SELECT {COLUMNS} FROM leads WHERE id = ?1"))?.query_row([id.0.as_bytes()], row).optional()?)
}

/// Reads [`COLUMNS`].
pub fn row(r: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    let status: String = r.get(7)?;
    let uuid = |i| r.get::<_, Option<[u8; 16]>>(i).map(|x| x.map(Uuid::from_bytes));
    Ok(Row {
        id: LeadId(Uuid::from_bytes(r.get(0)?)),
        summary: LeadSummary {
            name: r.get(1)?,
            phone: r.get(2)?,
            alt_phone: r.get(3)?,
            email: r.get(4)?,
            source: r.get(5)?,
            language: r.get(6)?,
            status: status.parse().unwrap_or(Status::New),
            interest: r.get(8)?,
            next_follow_up_at: r.get(9)?,
            conflicts: r.get(10)?,
            owner: uuid(11)?.map(UserId),
            team: uuid(12)?.map(TeamId),
            created_at: r.get(13)?,
            updated_at: r.get(14)?,
            deleted: r.get(17)?,
            follow_ups: from_list(r.get_ref(18)?.as_str()?),
            tags: from_list(r.get_ref(19)?.as_str()?),
            calls: r.get(20)?,
            last_call_at: r.get(21)?,
            unreached: r.get(22)?,
            do_not_call: r.get(23)?,
            assigned_at: r.get(24)?,
            converted_at: r.get(25)?,
            dropped_at: r.get(26)?,
            called: from_list(r.get_ref(27)?.as_str()?),
            projection: PROJECTION_VERSION,
        },
        pending: r.get(15)?,
        confirmed_at: r.get(16)?,
    })
}

/// What of a lead the list compares without reading its row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facet {
    pub n: i64,
    pub id: LeadId,
    pub name: String,
    pub updated_at: i64,
    pub pool: Pool,
    pub status: Status,
    /// E.164.
    pub phone: String,
    pub alt_phone: Option<String>,
    pub owner: Option<UserId>,
    pub source: String,
    pub language: String,
    pub interest: Option<u8>,
    pub next_follow_up_at: Option<i64>,
    pub created_at: i64,
    pub tags: Vec<String>,
    pub assigned_at: Option<i64>,
    pub converted_at: Option<i64>,
    pub dropped_at: Option<i64>,
    /// The first first.
    pub called: Vec<Called>,
    pub last_call_at: Option<i64>,
    pub unreached: u32,
    pub do_not_call: bool,
}

const FACET: &str = "n, updated_at, pool, status, phone, alt_phone, owner, coalesce(source, ''), coalesce(language, ''), interest, \
                     next_follow_up_at, created_at, tags, id, name, assigned_at, converted_at, dropped_at, called, last_call_at, \
                     unreached, do_not_call";

/// The facets of all that are not deleted, in no order.
pub fn facets(c: &Connection, mut take: impl FnMut(Facet)) -> Result<(), ClientError> {
    let mut statement = c.prepare_cached(&format!("SELECT {FACET} FROM leads NOT INDEXED WHERE deleted = 0"))?;
    let mut rows = statement.query([])?;
    while let Some(r) = rows.next()? {
        take(facet(r)?);
    }
    Ok(())
}

pub fn facet_of(c: &Connection, id: LeadId) -> Result<Option<Facet>, ClientError> {
    Ok(c.prepare_cached(&format!("SELECT {FACET} FROM leads WHERE id = ?1 AND deleted = 0"))?
        .query_row([id.0.as_bytes()], facet)
        .optional()?)
}

fn facet(r: &rusqlite::Row<'_>) -> rusqlite::Result<Facet> {
    let pool: Pool = r.get_ref(2)?.as_str()?.parse().unwrap_or(Pool::Working);
    let status: Status = r.get_ref(3)?.as_str()?.parse().unwrap_or(Status::New);
    Ok(Facet {
        n: r.get(0)?,
        updated_at: r.get(1)?,
        pool,
        status,
        phone: r.get(4)?,
        alt_phone: r.get(5)?,
        owner: r.get::<_, Option<[u8; 16]>>(6)?.map(|owner| UserId(Uuid::from_bytes(owner))),
        source: r.get(7)?,
        language: r.get(8)?,
        interest: r.get(9)?,
        next_follow_up_at: r.get(10)?,
        created_at: r.get(11)?,
        tags: from_list(r.get_ref(12)?.as_str()?),
        id: LeadId(Uuid::from_bytes(r.get(13)?)),
        name: r.get(14)?,
        assigned_at: r.get(15)?,
        converted_at: r.get(16)?,
        dropped_at: r.get(17)?,
        called: from_list(r.get_ref(18)?.as_str()?),
        last_call_at: r.get(19)?,
        unreached: r.get(20)?,
        do_not_call: r.get(21)?,
    })
}

/// One line of a list, as it lies in the row.
#[derive(Clone, Copy, Debug)]
pub struct Line<'r> {
    pub id: LeadId,
    pub name: &'r str,
    pub phone: &'r str,
    pub source: Option<&'r str>,
    pub status: Status,
    pub interest: Option<u8>,
    pub next_follow_up_at: Option<i64>,
    pub conflict: bool,
    pub unsent: bool,
    pub owner: Option<UserId>,
    pub updated_at: i64,
    pub created_at: i64,
    pub language: Option<&'r str>,
    /// As the column holds them: read by [`Line::tags`].
    tags: &'r str,
}

impl Line<'_> {
    pub fn tags(&self) -> Vec<String> {
        from_list(self.tags)
    }
}

const LINE: &str = "leads.id, name, phone, source, status, interest, next_follow_up_at, (conflicts > 0) * 2 + (pending > 0), leads.owner, \
                    updated_at, created_at, language, tags";
/// How many columns that is.
const LINE_COLUMNS: usize = 13;
const NEWEST_FIRST: &str = "ORDER BY updated_at DESC, n DESC";

/// Which lines of the list, newest first.
#[derive(Clone, Copy, Debug)]
pub enum Window<'a> {
    /// After skipping so many; for a list nobody knows the keys of yet.
    After(u32),
    /// From the one with this key on: as cheap deep down as at the top.
    From((i64, i64)),
    /// These rows, in their order; one that is gone is left out.
    Rows(&'a [u32]),
}

/// Reads lines of a pool, or of all, through `take`.
pub fn lines<T>(
    c: &Connection,
    pool: Option<Pool>,
    window: Window<'_>,
    limit: u32,
    mut take: impl FnMut(Line<'_>) -> Result<T, ClientError>,
) -> Result<Vec<T>, ClientError> {
    let mut taken = Vec::with_capacity(limit as usize);
    // The limit is text: SQLite compiles a statement anew whenever one is bound.
    let newest = format!("{NEWEST_FIRST} LIMIT {limit}");
    let of_pool = if pool.is_some() { "pool = ?1" } else { "?1 IS NULL AND deleted = 0" };
    let pool = pool.map(Pool::as_str);
    match window {
        Window::After(0) => {
            let sql = format!("SELECT {LINE} FROM leads WHERE {of_pool} {newest}");
            read(c, &sql, [pool], &mut taken, &mut take)?;
        }
        // Skips in the index alone.
        Window::After(skip) => {
            let inner = format!("SELECT n FROM leads WHERE {of_pool} {newest} OFFSET ?2");
            let sql = format!("SELECT {LINE} FROM leads WHERE n IN ({inner}) {NEWEST_FIRST}");
            read(c, &sql, params![pool, skip], &mut taken, &mut take)?;
        }
        Window::From((updated_at, n)) => {
            let sql = format!("SELECT {LINE} FROM leads WHERE {of_pool} AND (updated_at, n) <= (?2, ?3) {newest}");
            read(c, &sql, params![pool, updated_at, n], &mut taken, &mut take)?;
        }
        Window::Rows(rows) => {
            let sql = format!("SELECT {LINE} FROM leads WHERE n = ?1 AND deleted = 0");
            for n in rows {
                read(c, &sql, [n], &mut taken, &mut take)?;
            }
        }
    }
    Ok(taken)
}

/// The line of one lead.
pub fn line_of<T>(c: &Connection, id: LeadId, mut take: impl FnMut(Line<'_>) -> Result<T, ClientError>) -> Result<Option<T>, ClientError> {
    let mut taken = Vec::new();
    read(c, &format!("SELECT {LINE} FROM leads WHERE id = ?1 AND deleted = 0"), [id.0.as_bytes()], &mut taken, &mut take)?;
    Ok(taken.pop())
}

/// Open follow-ups of leads that are worked on, due from the first instant until before the last, the
/// earliest first; one person's, or all.
pub fn due<T>(
    c: &Connection,
    at: Range<i64>,
    owner: Option<UserId>,
    limit: u32,
    mut take: impl FnMut(Line<'_>, Option<TeamId>, Due) -> Result<T, ClientError>,
) -> Result<Vec<T>, ClientError> {
    let of_owner = if owner.is_some() { "d.owner = ?3" } else { "?3 IS NULL" };
    let mut statement = c.prepare_cached(&format!(
        "SELECT {LINE}, leads.follow_ups, d.follow_up, d.due_at, leads.team FROM due d JOIN leads ON leads.n = d.n \
         WHERE d.due_at >= ?1 AND d.due_at < ?2 AND {of_owner} ORDER BY d.due_at, d.n, d.follow_up LIMIT {limit}"
    ))?;
    let mut rows = statement.query(params![at.start, at.end, owner.map(|owner| owner.0.into_bytes())])?;
    let mut taken = Vec::new();
    while let Some(r) = rows.next()? {
        let id = Uuid::from_bytes(r.get(LINE_COLUMNS + 1)?);
        let column: String = r.get(LINE_COLUMNS)?;
        let known = from_list::<Due>(&column).into_iter().find(|due| due.id == id);
        let due = known.unwrap_or(Due { id, due_at: r.get(LINE_COLUMNS + 2)?, note: String::new() });
        let team: Option<[u8; 16]> = r.get(LINE_COLUMNS + 3)?;
        taken.push(take(line(r)?, team.map(|team| TeamId(Uuid::from_bytes(team))), due)?);
    }
    Ok(taken)
}

/// Lead, follow-up and time of one person's, the latest first.
pub fn due_times(c: &Connection, at: Range<i64>, owner: UserId, limit: u32) -> Result<Vec<(LeadId, Uuid, i64)>, ClientError> {
    let mut statement = c.prepare_cached(
        "SELECT leads.id, d.follow_up, d.due_at FROM due d JOIN leads ON leads.n = d.n \
         WHERE d.due_at >= ?1 AND d.due_at < ?2 AND d.owner = ?3 ORDER BY d.due_at DESC, d.n, d.follow_up LIMIT ?4",
    )?;
    let times = statement.query_map(params![at.start, at.end, owner.0.as_bytes(), limit], |r| {
        Ok((LeadId(Uuid::from_bytes(r.get(0)?)), Uuid::from_bytes(r.get(1)?), r.get(2)?))
    })?;
    Ok(times.collect::<Result<_, _>>()?)
}

/// What the next follow-up of a lead is for; empty without one.
pub fn next_promise(c: &Connection, lead: LeadId) -> Result<String, ClientError> {
    Ok(promises(c, lead)?.into_iter().next().map(|due| due.note).unwrap_or_default())
}

/// What an open follow-up is for; empty where it is not open any more.
pub fn promised_for(c: &Connection, lead: LeadId, follow_up: Uuid) -> Result<String, ClientError> {
    Ok(promises(c, lead)?.into_iter().find(|due| due.id == follow_up).map(|due| due.note).unwrap_or_default())
}

/// Open follow-ups of a lead, the earliest first.
fn promises(c: &Connection, lead: LeadId) -> Result<Vec<Due>, ClientError> {
    let mut found = c.prepare_cached("SELECT follow_ups FROM leads WHERE id = ?1")?;
    let column: Option<String> = found.query_row([lead.0.as_bytes()], |r| r.get(0)).optional()?;
    Ok(from_list(&column.unwrap_or_default()))
}

/// How many of those there are before, within and after a day.
pub fn count_due(c: &Connection, day: &Range<i64>, owner: Option<UserId>) -> Result<[u32; 3], ClientError> {
    let of_owner = if owner.is_some() { "owner = ?3" } else { "?3 IS NULL" };
    let sql = format!(
        "SELECT count(*) FILTER (WHERE due_at < ?1), count(*) FILTER (WHERE due_at >= ?1 AND due_at < ?2), \
         count(*) FILTER (WHERE due_at >= ?2) FROM due WHERE {of_owner}"
    );
    let counts = |r: &rusqlite::Row<'_>| Ok([r.get(0)?, r.get(1)?, r.get(2)?]);
    Ok(c.prepare_cached(&sql)?.query_row(params![day.start, day.end, owner.map(|owner| owner.0.into_bytes())], counts)?)
}

/// Lines with an open follow-up, the earliest first.
pub fn lines_due<T>(c: &Connection, limit: u32, mut take: impl FnMut(Line<'_>) -> Result<T, ClientError>) -> Result<Vec<T>, ClientError> {
    let mut taken = Vec::new();
    let sql =
        format!("SELECT {LINE} FROM leads WHERE next_follow_up_at IS NOT NULL AND deleted = 0 ORDER BY next_follow_up_at, n LIMIT {limit}");
    read(c, &sql, [], &mut taken, &mut take)?;
    Ok(taken)
}

fn read<T>(
    c: &Connection,
    sql: &str,
    params: impl rusqlite::Params,
    into: &mut Vec<T>,
    take: &mut impl FnMut(Line<'_>) -> Result<T, ClientError>,
) -> Result<(), ClientError> {
    let mut statement = c.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    while let Some(r) = rows.next()? {
        into.push(take(line(r)?)?);
    }
    Ok(())
}

fn line<'r>(r: &'r rusqlite::Row<'_>) -> rusqlite::Result<Line<'r>> {
    let marks: u8 = r.get(7)?;
    Ok(Line {
        id: LeadId(Uuid::from_bytes(r.get(0)?)),
        name: r.get_ref(1)?.as_str()?,
        phone: r.get_ref(2)?.as_str()?,
        source: r.get_ref(3)?.as_str_or_null()?,
        status: r.get_ref(4)?.as_str()?.parse().unwrap_or(Status::New),
        interest: r.get(5)?,
        next_follow_up_at: r.get(6)?,
        conflict: marks & 2 != 0,
        unsent: marks & 1 != 0,
        owner: r.get::<_, Option<[u8; 16]>>(8)?.map(|owner| UserId(Uuid::from_bytes(owner))),
        updated_at: r.get(9)?,
        created_at: r.get(10)?,
        language: r.get_ref(11)?.as_str_or_null()?,
        tags: r.get_ref(12)?.as_str()?,
    })
}

/// Leads in each pool, in the order of [`Pool::ALL`].
pub fn count_by_pool(c: &Connection) -> Result<[u32; 4], ClientError> {
    let mut statement = c.prepare_cached("SELECT pool, count(*) FROM leads GROUP BY pool")?;
    let mut rows = statement.query([])?;
    let mut counts = [0; 4];
    while let Some(r) = rows.next()? {
        if let Ok(pool) = r.get_ref(0)?.as_str().unwrap_or_default().parse::<Pool>() {
            counts[pool as usize] = r.get(1)?;
        }
    }
    Ok(counts)
}

/// Row ids whose words match an FTS5 expression.
pub fn matching_words(c: &Connection, expression: &str, mut take: impl FnMut(i64)) -> Result<(), ClientError> {
    let mut statement = c.prepare_cached("SELECT rowid FROM lead_words WHERE lead_words MATCH ?1")?;
    let mut rows = statement.query([expression])?;
    while let Some(r) = rows.next()? {
        take(r.get(0)?);
    }
    Ok(())
}

/// Every lead's name and e-mail, in no order: what is searched while the search tables are not built.
pub fn names(c: &Connection, mut take: impl FnMut(i64, &str, &str)) -> Result<(), ClientError> {
    let mut statement = c.prepare_cached("SELECT n, name, coalesce(email, '') FROM leads NOT INDEXED WHERE deleted = 0")?;
    let mut rows = statement.query([])?;
    while let Some(r) = rows.next()? {
        take(r.get(0)?, r.get_ref(1)?.as_str().unwrap_or_default(), r.get_ref(2)?.as_str().unwrap_or_default());
    }
    Ok(())
}

/// Leads that have exactly this number, as the first or the alternate one.
pub fn with_number(c: &Connection, e164: &str) -> Result<Vec<(LeadId, String)>, ClientError> {
    let sql = "SELECT id, name FROM leads WHERE (phone = ?1 OR alt_phone = ?1) AND deleted = 0 ORDER BY n LIMIT 20";
    let mut statement = c.prepare_cached(sql)?;
    let found = statement.query_map([e164], |r| Ok((LeadId(Uuid::from_bytes(r.get(0)?)), r.get(1)?)))?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Leads whose id, in hex without dashes, ends with `hex`, or also starts so; two at most.
pub fn with_id_like(c: &Connection, hex: &str, or_starts: bool) -> Result<Vec<LeadId>, ClientError> {
    let mut statement =
        c.prepare_cached("SELECT id FROM leads WHERE lower(hex(id)) LIKE '%' || ?1 OR (?2 AND lower(hex(id)) LIKE ?1 || '%') LIMIT 2")?;
    let found = statement.query_map(params![hex, or_starts], |r| Ok(LeadId(Uuid::from_bytes(r.get(0)?))))?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Deleted leads, in no order: when each was is in its document.
pub fn deleted(c: &Connection) -> Result<Vec<Row>, ClientError> {
    let mut statement = c.prepare_cached(&format!("SELECT {COLUMNS} FROM leads WHERE deleted = 1 ORDER BY updated_at DESC LIMIT 1000"))?;
    let found = statement.query_map([], row)?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Open leads of each owner.
pub fn open_by_owner(c: &Connection) -> Result<HashMap<UserId, u32>, ClientError> {
    let sql =
        "SELECT owner, count(*) FROM leads WHERE deleted = 0 AND owner IS NOT NULL AND status NOT IN ('converted', 'lost') GROUP BY owner";
    let mut statement = c.prepare_cached(sql)?;
    let found = statement.query_map([], |r| Ok((UserId(Uuid::from_bytes(r.get(0)?)), r.get(1)?)))?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Leads on this device that are not deleted.
pub fn count(c: &Connection) -> Result<u32, ClientError> {
    Ok(c.prepare_cached("SELECT count(*) FROM leads WHERE deleted = 0")?.query_row([], |r| r.get(0))?)
}
