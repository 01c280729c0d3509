//! Needs attention: refused commands, with what was typed, until the person decides.

use crate::error::ClientError;
use domain::{CommandId, DocId, DocKind, Envelope, Refusal};
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

/// One refused command.
#[derive(Clone, Debug)]
pub struct Refused {
    pub doc: DocId,
    pub title: String,
    pub envelope: Envelope,
    pub refusal: Refusal,
    pub refused_at: i64,
    /// `retried` or `discarded`.
    pub settled: Option<String>,
}

const COLUMNS: &str = "kind, doc, title, envelope, refusal, refused_at, settled";

pub fn put(c: &Connection, refused: &Refused) -> Result<(), ClientError> {
    let json = |e: serde_json::Error| ClientError::Internal(e.to_string());
    c.prepare_cached(
        "INSERT INTO attention (command, kind, doc, title, envelope, refusal, refused_at, settled) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT (command) DO NOTHING",
    )?
    .execute(params![
        refused.envelope.id.0.as_bytes(),
        refused.doc.kind.as_str(),
        refused.doc.id.as_bytes(),
        refused.title,
        serde_json::to_string(&refused.envelope).map_err(json)?,
        serde_json::to_string(&refused.refusal).map_err(json)?,
        refused.refused_at,
        refused.settled,
    ])?;
    Ok(())
}

pub fn get(c: &Connection, command: CommandId) -> Result<Option<Refused>, ClientError> {
    let found = c
        .prepare_cached(&format!("SELECT {COLUMNS} FROM attention WHERE command = ?1"))?
        .query_row([command.0.as_bytes()], refused)
        .optional()?;
    found.transpose()
}

/// Waiting ones, newest first.
pub fn waiting(c: &Connection) -> Result<Vec<Refused>, ClientError> {
    let mut rows =
        c.prepare_cached(&format!("SELECT {COLUMNS} FROM attention WHERE settled IS NULL ORDER BY refused_at DESC, command DESC"))?;
    let items = rows.query_map([], refused)?;
    items.collect::<Result<Vec<_>, _>>()?.into_iter().collect()
}

pub fn count(c: &Connection) -> Result<u32, ClientError> {
    Ok(c.prepare_cached("SELECT count(*) FROM attention WHERE settled IS NULL")?.query_row([], |r| r.get(0))?)
}

/// Waiting ones of one record.
pub fn of_doc(c: &Connection, doc: DocId) -> Result<Vec<Refused>, ClientError> {
    let mut rows = c.prepare_cached(&format!("SELECT {COLUMNS} FROM attention WHERE doc = ?1 AND settled IS NULL ORDER BY refused_at"))?;
    let items = rows.query_map([doc.id.as_bytes()], refused)?;
    items.collect::<Result<Vec<_>, _>>()?.into_iter().collect()
}

/// Settles one (`retried`, `discarded`) or, with `None`, lets it wait again; false if it is not there.
pub fn settle(c: &Connection, command: CommandId, how: Option<&str>) -> Result<bool, ClientError> {
    Ok(c.prepare_cached("UPDATE attention SET settled = ?2 WHERE command = ?1")?.execute(params![command.0.as_bytes(), how])? == 1)
}

fn refused(r: &rusqlite::Row<'_>) -> rusqlite::Result<Result<Refused, ClientError>> {
    let (kind, id): (String, [u8; 16]) = (r.get(0)?, r.get(1)?);
    let (envelope, refusal): (String, String) = (r.get(3)?, r.get(4)?);
    let (title, refused_at, settled) = (r.get(2)?, r.get(5)?, r.get(6)?);
    let unreadable = |what: String| ClientError::Internal(format!("needs attention holds what this version can't read: {what}"));
    Ok(kind.parse::<DocKind>().map_err(unreadable).and_then(|kind| {
        let envelope = serde_json::from_str(&envelope).map_err(|e| unreadable(e.to_string()))?;
        let refusal = serde_json::from_str(&refusal).map_err(|e| unreadable(e.to_string()))?;
        Ok(Refused { doc: DocId { kind, id: Uuid::from_bytes(id) }, title, envelope, refusal, refused_at, settled })
    }))
}
