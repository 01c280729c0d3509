//! Small facts of the profile, JSON by key.

use crate::error::ClientError;
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Serialize, de::DeserializeOwned};

/// [`domain::DeviceId`] of this profile.
pub const DEVICE: &str = "device";
/// The tokens of the running session.
pub const TOKENS: &str = "tokens";
/// [`protocol::auth::Me`] of the person whose data this is.
pub const ME: &str = "me";
/// The server's address.
pub const SERVER: &str = "server";
/// [`protocol::rows::OrgRow`].
pub const ORG: &str = "org";
/// The pull cursor, opaque text.
pub const CURSOR: &str = "cursor";
/// How far a back-fill is.
pub const BACKFILL: &str = "backfill";
/// When the last batch was pulled, ms since the epoch.
pub const PULLED_AT: &str = "pulled_at";
/// Since when the server is out of reach, ms since the epoch.
pub const OFFLINE_SINCE: &str = "offline_since";
/// Preferences are `preference:<key>`.
pub const PREFERENCE: &str = "preference:";

pub fn get<T: DeserializeOwned>(connection: &Connection, key: &str) -> Result<Option<T>, ClientError> {
    let text: Option<String> =
        connection.prepare_cached("SELECT value FROM meta WHERE key = ?1")?.query_row([key], |r| r.get(0)).optional()?;
    // A value that can't be read any more counts as absent.
    Ok(text.and_then(|t| serde_json::from_str(&t).ok()))
}

pub fn set<T: Serialize>(connection: &Connection, key: &str, value: &T) -> Result<(), ClientError> {
    let text = serde_json::to_string(value).map_err(|e| ClientError::Internal(e.to_string()))?;
    connection
        .prepare_cached("INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value")?
        .execute(params![key, text])?;
    Ok(())
}

pub fn remove(connection: &Connection, key: &str) -> Result<(), ClientError> {
    connection.execute("DELETE FROM meta WHERE key = ?1", [key])?;
    Ok(())
}
