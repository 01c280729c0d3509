//! Small facts of the profile, JSON by key.

use crate::error::ClientError;
use domain::{CommandId, DocId};
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Serialize, de::DeserializeOwned};
use std::collections::BTreeSet;

/// [`domain::DeviceId`] of this profile.
pub const DEVICE: &str = "device";
/// The tokens of the running session.
pub const TOKENS: &str = "tokens";
/// [`protocol::auth::Me`] of the person whose data this is.
pub const ME: &str = "me";
/// The server's address.
pub const SERVER: &str = "server";
/// SHA-256 of the server's public key, lower-case hex, as the invitation or its person named it.
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
/// [`domain::Config`] as the document says it.
pub const CONFIG: &str = "config";
/// Of it, calls in a row that nobody took before a lead is given up on: rows are written by it.
pub const TRIES_MAX: &str = "tries_max";
/// [`records::user_state::UserState`] of the person.
pub const USER_STATE: &str = "user_state";
/// The pull cursor, opaque text.
pub const CURSOR: &str = "cursor";
/// The end of the server's log as it was last seen, `EPOCH:SEQ:HEX`.
pub const SEEN_HEAD: &str = "seen_head";
/// Records that a restored server did not show: whether they are in sight is asked once they were sent.
pub const UNNAMED: &str = "unnamed";
/// Refused edits that were sent to a manager, and of which no answer has come yet.
pub const SENDING_ON: &str = "sending_on";
/// Names of the damaged files out of which a repair read all that it had to; they go once the server has it.
pub const DAMAGED_READ: &str = "damaged_read";
/// What left is gone from the tables, and its pages are still to be wiped.
pub const WIPE_DUE: &str = "wipe_due";
/// Ends of the log as they were seen, oldest first, that the server contradicted later.
pub const CONTRADICTED_HEADS: &str = "contradicted_heads";
/// How many of them are kept.
pub const CONTRADICTED_MAX: usize = 16;
/// How far a back-fill is.
pub const BACKFILL: &str = "backfill";
/// The protocol in which the server does not answer this app any more; gone once it answers.
pub const TOO_OLD: &str = "too_old";
/// Why an own step of attendance was refused, until its person read it.
pub const ATTENDANCE_REFUSED: &str = "attendance_refused";
/// When the last batch was pulled, ms since the epoch.
pub const PULLED_AT: &str = "pulled_at";
/// Since when the server is out of reach, ms since the epoch.
pub const OFFLINE_SINCE: &str = "offline_since";
/// What this device reminded of.
pub const REMINDED: &str = "reminded";
/// How many notifications this device has told outside of the window.
pub const NOTICES_TOLD: &str = "notices_told";
/// The last answers of reports.
pub const REPORTS: &str = "reports";
/// The day whose due and late payments this person was told of.
pub const PAYMENTS_TOLD: &str = "payments_told";
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

/// Adds a command to [`SENDING_ON`], or takes it out.
pub fn set_sending_on(connection: &Connection, command: CommandId, is_sending: bool) -> Result<(), ClientError> {
    let mut sending: BTreeSet<CommandId> = get(connection, SENDING_ON)?.unwrap_or_default();
    if is_sending {
        sending.insert(command)
    } else {
        sending.remove(&command)
    };
    set(connection, SENDING_ON, &sending)
}

/// Adds records to [`UNNAMED`].
pub fn ask_after(connection: &Connection, docs: &[DocId]) -> Result<(), ClientError> {
    let mut unnamed: BTreeSet<DocId> = get(connection, UNNAMED)?.unwrap_or_default();
    unnamed.extend(docs);
    set(connection, UNNAMED, &unnamed)
}

/// Keeps what the server says its log ends with; whether that contradicts what it said before. It does when
/// it is earlier or another one, and when the server itself says that its history is `restarted`: a backup
/// was restored then, or the end was cut off and perhaps written anew. What was seen before is the proof, so
/// it stays in a list.
pub fn keep_seen_head(connection: &Connection, head: Option<&str>, restarted: bool) -> Result<bool, ClientError> {
    let Some((head, at)) = head.and_then(|head| Some((head, Place::of(head)?))) else { return Ok(false) };
    let seen: Option<String> = get(connection, SEEN_HEAD)?;
    let before = seen.as_deref().and_then(Place::of);
    if seen.as_deref() == Some(head) {
        return Ok(false);
    }
    set(connection, SEEN_HEAD, &head)?;
    let follows = before.is_none_or(|before| at.epoch == before.epoch && at.seq > before.seq && !restarted);
    match seen {
        Some(seen) if !follows => keep_contradicted(connection, seen),
        Some(_) | None => Ok(false),
    }
}

fn keep_contradicted(connection: &Connection, head: String) -> Result<bool, ClientError> {
    let mut heads: Vec<String> = get(connection, CONTRADICTED_HEADS)?.unwrap_or_default();
    if heads.contains(&head) {
        return Ok(false);
    }
    // The oldest say most: of many the last gives way.
    heads.truncate(CONTRADICTED_MAX - 1);
    heads.push(head);
    set(connection, CONTRADICTED_HEADS, &heads)?;
    Ok(true)
}

/// Where in a log a head is.
struct Place {
    epoch: u64,
    seq: u64,
}

impl Place {
    fn of(head: &str) -> Option<Self> {
        let mut parts = head.split(':').map(str::parse);
        Some(Self { epoch: parts.next()?.ok()?, seq: parts.next()?.ok()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn database() -> Connection {
        let c = Connection::open_in_memory().expect("a database");
        c.execute_batch("CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)").expect("a table");
        c
    }

    #[test]
    fn an_end_that_the_server_contradicts_is_kept() {
        let c = database();
        for (said, restarted, kept, contradicted) in [
            (None, false, None, None),
            (Some("1:5:aa"), false, Some("1:5:aa"), None),
            (Some("1:9:bb"), false, Some("1:9:bb"), None),
            (Some("1:9:bb"), true, Some("1:9:bb"), None),
            (Some("no place"), false, Some("1:9:bb"), None),
            // Cut off, then grown beyond what was seen.
            (Some("1:7:cc"), false, Some("1:7:cc"), Some("1:9:bb")),
            (Some("1:12:dd"), false, Some("1:12:dd"), None),
            (Some("1:12:ee"), false, Some("1:12:ee"), Some("1:12:dd")),
            // Grown before this device came back: only the server's word that it knows no such history.
            (Some("1:20:ff"), true, Some("1:20:ff"), Some("1:12:ee")),
            // A restored backup.
            (Some("2:3:00"), true, Some("2:3:00"), Some("1:20:ff")),
            (Some("1:99:11"), false, Some("1:99:11"), Some("2:3:00")),
        ] {
            let before: Vec<String> = get(&c, CONTRADICTED_HEADS).expect("read").unwrap_or_default();
            assert_eq!(keep_seen_head(&c, said, restarted).expect("kept"), contradicted.is_some(), "{said:?}");
            assert_eq!(get::<String>(&c, SEEN_HEAD).expect("read").as_deref(), kept, "{said:?}");
            let after: Vec<String> = get(&c, CONTRADICTED_HEADS).expect("read").unwrap_or_default();
            assert_eq!(after[before.len()..].first().map(String::as_str), contradicted, "{said:?}");
        }
    }

    #[test]
    fn of_many_contradictions_the_oldest_stay() {
        let c = database();
        for n in 0..100 {
            keep_seen_head(&c, Some(&format!("{n}:1:aa")), true).expect("kept");
        }
        let heads: Vec<String> = get(&c, CONTRADICTED_HEADS).expect("read").expect("some");
        assert_eq!((heads.len(), heads[0].as_str(), heads[CONTRADICTED_MAX - 1].as_str()), (CONTRADICTED_MAX, "0:1:aa", "98:1:aa"));
    }
}
