//! Needs attention: refused commands, with what was typed, until the person decides; and those that
//! were proposed or put aside, until the person has read so.

use crate::error::ClientError;
use bridge::attention::AttentionKind;
use domain::{CommandId, DocId, DocKind, Envelope, Refusal};
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

/// One command that did not go in.
#[derive(Clone, Debug)]
pub struct Refused {
    pub doc: DocId,
    pub kind: AttentionKind,
    /// The record's name; empty once it left this computer.
    pub title: String,
    pub envelope: Envelope,
    pub refusal: Refusal,
    pub refused_at: i64,
    /// As it was sent; `None` for what never was.
    pub change: Option<Vec<u8>>,
    /// `retried` or `discarded`.
    pub settled: Option<String>,
}

/// Why, once the record left.
const LEFT: &str = "This was not accepted, and the lead has left this computer. Copy the text if somebody should have it.";

const COLUMNS: &str = "kind, doc, title, envelope, refusal, refused_at, settled, became, change";

pub fn put(c: &Connection, refused: &Refused) -> Result<(), ClientError> {
    let json = |e: serde_json::Error| ClientError::Internal(e.to_string());
    c.prepare_cached(
        "INSERT INTO attention (command, kind, doc, title, envelope, refusal, refused_at, settled, became, change)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
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
        became(refused.kind),
        refused.change,
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

/// Waiting refusals of one record.
pub fn of_doc(c: &Connection, doc: DocId) -> Result<Vec<Refused>, ClientError> {
    let sql = format!("SELECT {COLUMNS} FROM attention WHERE doc = ?1 AND settled IS NULL AND became = 'refused' ORDER BY refused_at");
    let mut rows = c.prepare_cached(&sql)?;
    let items = rows.query_map([doc.id.as_bytes()], refused)?;
    items.collect::<Result<Vec<_>, _>>()?.into_iter().collect()
}

/// Settles one (`retried`, `discarded`) or, with `None`, lets it wait again; false if it is not there.
pub fn settle(c: &Connection, command: CommandId, how: Option<&str>) -> Result<bool, ClientError> {
    Ok(c.prepare_cached("UPDATE attention SET settled = ?2 WHERE command = ?1")?.execute(params![command.0.as_bytes(), how])? == 1)
}

/// Makes it something else: a manager's to decide once its author sent it on, the author's again if that
/// failed.
pub fn set_kind(c: &Connection, command: CommandId, kind: AttentionKind) -> Result<(), ClientError> {
    let sql = "UPDATE attention SET became = ?2 WHERE command = ?1";
    c.prepare_cached(sql)?.execute(params![command.0.as_bytes(), became(kind)])?;
    Ok(())
}

/// The record leaves this computer: what it said goes too, what this person typed stays.
pub fn forget_record(c: &Connection, doc: DocId) -> Result<bool, ClientError> {
    c.prepare_cached("DELETE FROM attention WHERE doc = ?1 AND settled IS NOT NULL")?.execute([doc.id.as_bytes()])?;
    // The server's sentence may name people and values.
    let sql = "UPDATE attention SET title = '', refusal = json_set(json_remove(refusal, '$.winning'), '$.text', ?2) WHERE doc = ?1";
    Ok(c.prepare_cached(sql)?.execute(params![doc.id.as_bytes(), LEFT])? > 0)
}

fn became(kind: AttentionKind) -> &'static str {
    match kind {
        AttentionKind::Refused => "refused",
        AttentionKind::Proposed => "proposed",
        AttentionKind::Quarantined => "quarantined",
        AttentionKind::Unsaved => "unsaved",
        AttentionKind::Assignment => "assignment",
    }
}

fn refused(r: &rusqlite::Row<'_>) -> rusqlite::Result<Result<Refused, ClientError>> {
    let (kind, id): (String, [u8; 16]) = (r.get(0)?, r.get(1)?);
    let (envelope, refusal): (String, String) = (r.get(3)?, r.get(4)?);
    let (title, refused_at, settled, became) = (r.get(2)?, r.get(5)?, r.get(6)?, r.get::<_, String>(7)?);
    let change = r.get(8)?;
    let kind_of = |became: &str| match became {
        "proposed" => AttentionKind::Proposed,
        "quarantined" => AttentionKind::Quarantined,
        "unsaved" => AttentionKind::Unsaved,
        _ => AttentionKind::Refused,
    };
    let unreadable = |what: String| ClientError::Internal(format!("needs attention holds what this version can't read: {what}"));
    Ok(kind.parse::<DocKind>().map_err(unreadable).and_then(|kind| {
        let envelope = serde_json::from_str(&envelope).map_err(|e| unreadable(e.to_string()))?;
        let refusal = serde_json::from_str(&refusal).map_err(|e| unreadable(e.to_string()))?;
        Ok(Refused {
            doc: DocId { kind, id: Uuid::from_bytes(id) },
            kind: kind_of(&became),
            title,
            envelope,
            refusal,
            refused_at,
            change,
            settled,
        })
    }))
}
