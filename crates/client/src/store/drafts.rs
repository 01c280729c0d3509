//! Text typed but not saved, kept at every keystroke.

use crate::error::ClientError;
use domain::DocId;
use rusqlite::{Connection, OptionalExtension, params};
use serde::Deserialize;
use std::collections::BTreeMap;

pub fn get(c: &Connection, key: &str) -> Result<Option<String>, ClientError> {
    Ok(c.prepare_cached("SELECT text FROM drafts WHERE key = ?1")?.query_row([key], |r| r.get(0)).optional()?)
}

/// Of what is typed into a record.
pub fn key(doc: DocId) -> String {
    format!("{}:{}", doc.kind.as_str(), doc.id)
}

/// Keeps a draft; `None` forgets it.
pub fn set(c: &Connection, key: &str, text: Option<&str>, at: i64) -> Result<(), ClientError> {
    match text {
        Some(text) => c
            .prepare_cached("INSERT INTO drafts (key, text, at) VALUES (?1, ?2, ?3) ON CONFLICT (key) DO UPDATE SET text = ?2, at = ?3")?
            .execute(params![key, text, at])?,
        None => c.prepare_cached("DELETE FROM drafts WHERE key = ?1")?.execute([key])?,
    };
    Ok(())
}

/// Typed into a record and never saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsaved {
    pub text: String,
    /// Ms since the epoch.
    pub at: i64,
}

/// One box of a form as the window keeps it: what it held, and what it holds now.
#[derive(Deserialize)]
struct Part {
    #[serde(default)]
    base: String,
    text: String,
}

/// Takes a record's draft out; of a text that was edited only what was put into it.
pub fn take(c: &Connection, doc: DocId) -> Result<Option<Unsaved>, ClientError> {
    let found = c
        .prepare_cached("DELETE FROM drafts WHERE key = ?1 RETURNING text, at")?
        .query_row([key(doc)], |r| Ok((r.get::<_, String>(0)?, r.get(1)?)))
        .optional()?;
    let Some((kept, at)) = found else { return Ok(None) };
    let text = match serde_json::from_str::<BTreeMap<String, Part>>(&kept) {
        Ok(parts) => {
            let typed: Vec<String> = parts.values().map(|part| inserted(&part.base, &part.text)).filter(|t| !t.trim().is_empty()).collect();
            typed.join("\n\n")
        }
        // Not the window's: somebody's plain text.
        Err(_) => kept,
    };
    Ok((!text.trim().is_empty()).then_some(Unsaved { text, at }))
}

/// What stands in `text` between its common beginning and its common end with `base`.
fn inserted(base: &str, text: &str) -> String {
    let (base, text): (Vec<char>, Vec<char>) = (base.chars().collect(), text.chars().collect());
    let head = base.iter().zip(&text).take_while(|(a, b)| a == b).count();
    let tail = base[head..].iter().rev().zip(text[head..].iter().rev()).take_while(|(a, b)| a == b).count();
    text[head..text.len() - tail].iter().collect()
}
