//! The leads read model: one row a lead, the words and digits it is found by.

use crate::error::ClientError;
use domain::{LeadId, Pool, Status, TeamId, UserId, phone};
use protocol::rows::LeadSummary;
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

/// Writes a lead's row and what it is found by. `index` is off during a first sync, which builds
/// the search tables once at its end.
pub fn put(c: &Connection, id: LeadId, lead: &LeadSummary, pending: u32, index: bool) -> Result<(), ClientError> {
    let found: Option<(i64, String, String, Option<String>, Option<String>)> = c
        .prepare_cached("SELECT n, name, phone, alt_phone, email FROM leads WHERE id = ?1")?
        .query_row([id.0.as_bytes()], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?, r.get(4)?)))
        .optional()?;
    let pool = Pool::of(lead.status, lead.owner.is_some());
    let owner = lead.owner.map(|o| o.0.into_bytes());
    let team = lead.team.map(|t| t.0.into_bytes());
    let n = match &found {
        Some((n, ..)) => {
            c.prepare_cached(
                "UPDATE leads SET name = ?2, phone = ?3, alt_phone = ?4, email = ?5, source = ?6, language = ?7, status = ?8, pool = ?9,
                     interest = ?10, next_follow_up_at = ?11, conflicts = ?12, pending = ?13, owner = ?14, team = ?15, created_at = ?16,
                     updated_at = ?17 WHERE n = ?1",
            )?
            .execute(params![
                n, lead.name, lead.phone, lead.alt_phone, lead.email, lead.source, lead.language, lead.status.as_str(), pool.as_str(),
                lead.interest, lead.next_follow_up_at, lead.conflicts, pending, owner, team, lead.created_at, lead.updated_at,
            ])?;
            *n
        }
        None => {
            c.prepare_cached(
                "INSERT INTO leads (id, name, phone, alt_phone, email, source, language, status, pool, interest, next_follow_up_at,
                     conflicts, pending, owner, team, created_at, updated_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
            )?
            .execute(params![
                id.0.as_bytes(), lead.name, lead.phone, lead.alt_phone, lead.email, lead.source, lead.language, lead.status.as_str(),
                pool.as_str(), lead.interest, lead.next_follow_up_at, lead.conflicts, pending, owner, team, lead.created_at, lead.updated_at,
            ])?;
            c.last_insert_rowid()
        }
    };
    if !index {
        return Ok(());
    }
    let (words, digits) = match &found {
        Some((_, name, phone, alt, email)) => (
            *name != lead.name || *email != lead.email,
            *phone != lead.phone || *alt != lead.alt_phone,
        ),
        None => (true, true),
    };
    if words {
        c.prepare_cached("INSERT OR REPLACE INTO lead_words (rowid, name, email) VALUES (?1, ?2, ?3)")?
            .execute(params![n, lead.name, lead.email.as_deref().unwrap_or("")])?;
    }
    if digits {
        c.prepare_cached("INSERT OR REPLACE INTO lead_digits (rowid, digits) VALUES (?1, ?2)")?
            .execute(params![n, digits_of(&lead.phone, lead.alt_phone.as_deref())])?;
    }
    Ok(())
}

/// Builds the search tables from the rows, once, at the end of a first sync.
pub fn build_search(c: &Connection) -> Result<(), ClientError> {
    c.execute_batch(
        "INSERT INTO lead_words (lead_words) VALUES ('delete-all');
         INSERT INTO lead_digits (lead_digits) VALUES ('delete-all');
         INSERT INTO lead_words (rowid, name, email) SELECT n, name, coalesce(email, '') FROM leads;
         INSERT INTO lead_digits (rowid, digits) SELECT n, replace(phone, '+', '') || ' ' || replace(coalesce(alt_phone, ''), '+', '') FROM leads;",
    )?;
    Ok(())
}

pub fn remove(c: &Connection, id: LeadId) -> Result<(), ClientError> {
    let n: Option<i64> = c.prepare_cached("DELETE FROM leads WHERE id = ?1 RETURNING n")?.query_row([id.0.as_bytes()], |r| r.get(0)).optional()?;
    if let Some(n) = n {
        c.prepare_cached("DELETE FROM lead_words WHERE rowid = ?1")?.execute([n])?;
        c.prepare_cached("DELETE FROM lead_digits WHERE rowid = ?1")?.execute([n])?;
    }
    Ok(())
}

/// One lead's row; what lists and the subject of a permission are made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub id: LeadId,
    pub summary: LeadSummary,
    pub pending: u32,
}

/// Columns of [`Row`], in the order [`row`] reads them.
pub const COLUMNS: &str = "id, name, phone, alt_phone, email, source, language, status, interest, next_follow_up_at, conflicts, owner, team, \
                           created_at, updated_at, pending";

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
        },
        pending: r.get(15)?,
    })
}

fn digits_of(main: &str, alt: Option<&str>) -> String {
    format!("{} {}", phone::digits(main), alt.map(phone::digits).unwrap_or_default())
}
