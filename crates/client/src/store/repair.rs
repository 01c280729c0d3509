//! Repair: a damaged database is set aside; what the server does not have is read out of it into a new
//! one, which takes its place and gets the rest from the server. Cut short anywhere, the next repair goes
//! on. The damaged file goes once the server has all that was read; one that could not be read to its end
//! stays.

use super::salvage::{self, Salvaged};
use super::{connect, is_damaged, is_sealed, meta, open_writer};
use crate::error::ClientError;
use crate::profile::Profile;
use crate::vault::Key;
use domain::Env;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use std::path::{Path, PathBuf};

/// What a repair came to.
#[derive(Debug)]
pub(crate) enum Repair {
    /// Every page is what was written; nothing was changed.
    Whole,
    Done {
        salvaged: Salvaged,
        /// Where the damaged database is kept.
        aside: PathBuf,
    },
}

/// Repairs a closed profile, if it is damaged.
///
/// # Errors
/// `ProfileHeld`; `DiskFull`, `ReadOnly`, `Disk`: nothing is lost, and the next repair goes on.
pub(crate) fn repair(profile: &Profile, key: &Key, env: &Env) -> Result<Repair, ClientError> {
    let _lock = profile.lock()?;
    let database = profile.database();
    if database.exists() && is_whole(&database, key)? {
        return Ok(Repair::Whole);
    }
    let aside = profile.set_aside(env.now_ms())?;
    let fresh = profile.fresh()?;
    let salvaged = build(&fresh, &aside, key)?;
    profile.put_in_place(&fresh)?;
    Ok(Repair::Done { salvaged, aside })
}

/// Makes the new database and closes it: all of it is in one file then.
fn build(fresh: &Path, damaged: &Path, key: &Key) -> Result<Salvaged, ClientError> {
    let mut connection = open_writer(fresh, key)?;
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let salvaged = salvage::salvage(damaged, key, &tx)?;
    if salvaged.is_all() {
        let mut read: Vec<PathBuf> = meta::get(&tx, meta::DAMAGED_READ)?.unwrap_or_default();
        read.extend(damaged.file_name().map(PathBuf::from));
        meta::set(&tx, meta::DAMAGED_READ, &read)?;
    }
    tx.commit()?;
    connection.close().map_err(|(_, e)| e)?;
    Ok(salvaged)
}

/// Looks at every page, those in the log too.
fn is_whole(database: &Path, key: &Key) -> Result<bool, ClientError> {
    match looks_whole(database, key) {
        Err(ClientError::Damaged | ClientError::DiskBroken(_)) => Ok(false),
        other => other,
    }
}

fn looks_whole(database: &Path, key: &Key) -> Result<bool, ClientError> {
    let connection = connect(database, key, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // A page that was torn on its way out of the log is whole in the log.
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    if is_sealed(key) && any_row(&connection, "PRAGMA cipher_integrity_check")? {
        return Ok(false);
    }
    let verdict: String = connection.query_row("PRAGMA integrity_check(1)", [], |r| r.get(0))?;
    Ok(verdict == "ok" && !is_damaged(&connection, key))
}

fn any_row(connection: &Connection, sql: &str) -> Result<bool, ClientError> {
    Ok(connection.prepare(sql)?.query([])?.next()?.is_some())
}
