//! Text typed but not saved, kept at every keystroke.

use crate::error::ClientError;
use rusqlite::{Connection, OptionalExtension, params};

pub fn get(c: &Connection, key: &str) -> Result<Option<String>, ClientError> {
    Ok(c.prepare_cached("SELECT text FROM drafts WHERE key = ?1")?.query_row([key], |r| r.get(0)).optional()?)
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
