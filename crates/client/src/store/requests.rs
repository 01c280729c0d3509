//! Assignments that wait for the server, and those it refused, until the person has read why.

use crate::error::ClientError;
use domain::{CommandId, LeadId, UserId};
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

/// Somebody was to get a lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub id: CommandId,
    pub lead: LeadId,
    /// Who had it on the screen.
    pub expected: Option<UserId>,
    pub owner: Option<UserId>,
    /// Ms since the epoch.
    pub asked_at: i64,
}

/// One that the server said no to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedRequest {
    pub request: Request,
    /// In words, with who has the lead now.
    pub why: String,
    pub refused_at: i64,
}

const COLUMNS: &str = "id, lead, expected, owner, asked_at";

/// Asks for it; a second one for the same lead takes the place of the first, and compares with the same
/// owner.
pub fn ask(c: &Connection, request: &Request) -> Result<(), ClientError> {
    c.prepare_cached(
        "INSERT INTO requests (id, lead, expected, owner, asked_at) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (lead) WHERE refused IS NULL DO UPDATE SET owner = ?4, asked_at = ?5",
    )?
    .execute(params![
        request.id.0.as_bytes(),
        request.lead.0.as_bytes(),
        request.expected.map(|user| user.0.into_bytes()),
        request.owner.map(|user| user.0.into_bytes()),
        request.asked_at,
    ])?;
    Ok(())
}

/// Those that wait, oldest first.
pub fn waiting(c: &Connection) -> Result<Vec<Request>, ClientError> {
    let mut rows = c.prepare_cached(&format!("SELECT {COLUMNS} FROM requests WHERE refused IS NULL ORDER BY id"))?;
    let found = rows.query_map([], request)?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// The one of this lead that waits.
pub fn of_lead(c: &Connection, lead: LeadId) -> Result<Option<Request>, ClientError> {
    let sql = format!("SELECT {COLUMNS} FROM requests WHERE lead = ?1 AND refused IS NULL");
    Ok(c.prepare_cached(&sql)?.query_row([lead.0.as_bytes()], request).optional()?)
}

/// Takes back what waits of this lead; whether there was any.
pub fn take_back(c: &Connection, lead: LeadId) -> Result<bool, ClientError> {
    Ok(c.prepare_cached("DELETE FROM requests WHERE lead = ?1 AND refused IS NULL")?.execute([lead.0.as_bytes()])? > 0)
}

/// The server said yes.
pub fn remove(c: &Connection, id: CommandId) -> Result<(), ClientError> {
    c.prepare_cached("DELETE FROM requests WHERE id = ?1")?.execute([id.0.as_bytes()])?;
    Ok(())
}

/// The server said no.
pub fn refuse(c: &Connection, id: CommandId, why: &str, at: i64) -> Result<(), ClientError> {
    c.prepare_cached("UPDATE requests SET refused = ?2, refused_at = ?3 WHERE id = ?1")?.execute(params![id.0.as_bytes(), why, at])?;
    Ok(())
}

/// What the person has not read yet, newest first.
pub fn refused(c: &Connection) -> Result<Vec<RefusedRequest>, ClientError> {
    let sql = format!(
        "SELECT {COLUMNS}, refused, refused_at FROM requests WHERE refused IS NOT NULL AND settled IS NULL ORDER BY refused_at DESC"
    );
    let mut rows = c.prepare_cached(&sql)?;
    let found = rows.query_map([], |r| Ok(RefusedRequest { request: request(r)?, why: r.get(5)?, refused_at: r.get(6)? }))?;
    Ok(found.collect::<Result<_, _>>()?)
}

pub fn count_refused(c: &Connection) -> Result<u32, ClientError> {
    let sql = "SELECT count(*) FROM requests WHERE refused IS NOT NULL AND settled IS NULL";
    Ok(c.prepare_cached(sql)?.query_row([], |r| r.get(0))?)
}

/// Settles a refused one, or lets it wait to be read again; false if it is not there.
pub fn settle(c: &Connection, id: CommandId, how: Option<&str>) -> Result<bool, ClientError> {
    let sql = "UPDATE requests SET settled = ?2 WHERE id = ?1 AND refused IS NOT NULL";
    Ok(c.prepare_cached(sql)?.execute(params![id.0.as_bytes(), how])? == 1)
}

fn request(r: &Row<'_>) -> rusqlite::Result<Request> {
    let user = |column| r.get::<_, Option<[u8; 16]>>(column).map(|id| id.map(|id| UserId(Uuid::from_bytes(id))));
    Ok(Request {
        id: CommandId(Uuid::from_bytes(r.get(0)?)),
        lead: LeadId(Uuid::from_bytes(r.get(1)?)),
        expected: user(2)?,
        owner: user(3)?,
        asked_at: r.get(4)?,
    })
}
