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
/// SHA-256 of the server's certificate, lower-case hex, as the invitation named it.
pub const SERVER_PIN: &str = "server_pin";
/// [`protocol::auth::SignedLease`]: how long this computer may work without the server.
pub const LEASE: &str = "lease";
/// Public key that leases are signed with, of the first sign-in.
pub const LEASE_KEY: &str = "lease_key";
/// The highest clock seen, ms since the epoch: setting it back gains nothing.
pub const CLOCK: &str = "clock";
/// [`protocol::auth::Secret`] that lets this device upload into quarantine, also after it is revoked.
pub const DEVICE_SECRET: &str = "device_secret";
/// Why the server cut this copy off, until a sign-in.
pub const CUT_OFF: &str = "cut_off";
/// How often what was not sent could not be handed over although a wipe was ordered.
pub const WIPE_TRIES: &str = "wipe_tries";
/// [`protocol::rows::OrgRow`].
pub const ORG: &str = "org";
/// The pull cursor, opaque text.
pub const CURSOR: &str = "cursor";
/// The end of the server's log as it was last seen, `EPOCH:SEQ:HEX`.
pub const SEEN_HEAD: &str = "seen_head";
/// Records that a restored server did not name: whether they are in sight is asked once they were sent.
pub const UNNAMED: &str = "unnamed";
/// What left is gone from the tables, and its pages are still to be wiped.
pub const WIPE_DUE: &str = "wipe_due";
/// How far a back-fill is.
pub const BACKFILL: &str = "backfill";
/// The protocol in which the server does not answer this app any more; gone once it answers.
pub const TOO_OLD: &str = "too_old";
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

/// Keeps what the server says its log ends with, unless that is earlier than what it said before: a
/// log was cut off then, and what was seen is the proof. A restore begins a new epoch, which is later.
pub fn keep_seen_head(connection: &Connection, head: Option<&str>) -> Result<(), ClientError> {
    let place = |head: &str| -> Option<(u64, u64)> {
        let mut parts = head.split(':').map(str::parse);
        Some((parts.next()?.ok()?, parts.next()?.ok()?))
    };
    let Some((head, at)) = head.and_then(|head| Some((head, place(head)?))) else { return Ok(()) };
    let seen: Option<String> = get(connection, SEEN_HEAD)?;
    if seen.as_deref().and_then(place).is_some_and(|seen| seen > at) {
        return Ok(());
    }
    set(connection, SEEN_HEAD, &head)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_log_that_was_cut_off_is_not_forgotten() {
        let c = Connection::open_in_memory().expect("a database");
        c.execute_batch("CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)").expect("a table");
        for (said, kept) in [
            (None, None),
            (Some("1:5:aa"), Some("1:5:aa")),
            (Some("1:9:bb"), Some("1:9:bb")),
            (Some("1:7:cc"), Some("1:9:bb")),
            (Some("no place"), Some("1:9:bb")),
            (Some("2:3:dd"), Some("2:3:dd")),
            (Some("1:99:ee"), Some("2:3:dd")),
        ] {
            keep_seen_head(&c, said).expect("kept");
            assert_eq!(get::<String>(&c, SEEN_HEAD).expect("read").as_deref(), kept, "{said:?}");
        }
    }
}
