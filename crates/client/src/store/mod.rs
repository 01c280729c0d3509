//! The encrypted SQLite file: one writing connection, a few reading ones. Each module below holds
//! the SQL of one table.

pub mod attention;
pub mod documents;
pub mod drafts;
pub mod leads;
pub mod meta;
pub mod outbox;
pub mod rows;

use crate::error::ClientError;
use crate::profile::{Profile, WriterLock};
use domain::Env;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Migrations in order; the file's `user_version` counts how many it has.
const MIGRATIONS: [&str; 1] = [include_str!("../../../../migrations/client/0001_create_store.sql")];
/// The newest format this version reads and writes.
pub const FORMAT: u32 = MIGRATIONS.len() as u32;
/// Reading connections kept open; more wait in line.
const READERS: usize = 3;
/// A reader waits this long for a checkpoint to end.
const BUSY: Duration = Duration::from_secs(5);

/// The open store of one profile.
pub struct Store {
    writer: Option<Mutex<Connection>>,
    readers: Mutex<Vec<Connection>>,
    path: PathBuf,
    key: String,
    _lock: Option<WriterLock>,
}

impl Store {
    /// Opens for writing: takes the profile's lock, migrates.
    ///
    /// # Errors
    /// `ProfileHeld`, `NewerProfile`, `Unreadable`, `Disk`.
    pub fn open(profile: &Profile, env: &Env) -> Result<Self, ClientError> {
        let lock = profile.lock()?;
        let key = profile.key(env)?;
        let path = profile.database();
        let mut writer = connect(&path, &key, OpenFlags::default())?;
        writer.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000;")?;
        migrate(&mut writer)?;
        Ok(Self { writer: Some(Mutex::new(writer)), readers: Mutex::default(), path, key, _lock: Some(lock) })
    }

    /// Opens for reading only, also beside a process that writes.
    ///
    /// # Errors
    /// `NotFound` when there is no profile yet; `NewerProfile`, `Unreadable`, `Disk`.
    pub fn open_read_only(profile: &Profile, env: &Env) -> Result<Self, ClientError> {
        let path = profile.database();
        if !path.exists() {
            return Err(ClientError::NotSignedIn);
        }
        let key = profile.key(env)?;
        let reader = connect(&path, &key, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        reader.execute_batch("PRAGMA query_only = ON")?;
        check_format(&reader)?;
        Ok(Self { writer: None, readers: Mutex::new(vec![reader]), path, key, _lock: None })
    }

    /// Reads on a connection of its own: sees the last commit, waits for no writer.
    ///
    /// # Errors
    /// Whatever `f` returns; `Disk`.
    pub fn read<T>(&self, f: impl FnOnce(&Connection) -> Result<T, ClientError>) -> Result<T, ClientError> {
        let pooled = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match pooled {
            Some(connection) => connection,
            None => {
                let connection = connect(&self.path, &self.key, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
                connection.execute_batch("PRAGMA query_only = ON")?;
                connection
            }
        };
        let result = f(&connection);
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if readers.len() < READERS {
            readers.push(connection);
        }
        result
    }

    /// The writing connection, to run one transaction on.
    pub(crate) fn writer(&self) -> Result<MutexGuard<'_, Connection>, ClientError> {
        let writer = self.writer.as_ref().ok_or_else(|| ClientError::Internal("this store is open for reading only".into()))?;
        Ok(writer.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Runs `f` in one transaction: all of it is stored, or nothing.
    pub(crate) fn write<T>(&self, f: impl FnOnce(&Transaction<'_>) -> Result<T, ClientError>) -> Result<T, ClientError> {
        let mut connection = self.writer()?;
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let result = f(&tx)?;
        tx.commit()?;
        Ok(result)
    }

    /// Moves the log into the database file; for idle moments, so that no edit pays for it.
    pub(crate) fn checkpoint(&self) -> Result<(), ClientError> {
        self.writer()?.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
        Ok(())
    }
}

fn connect(path: &std::path::Path, key: &str, flags: OpenFlags) -> Result<Connection, ClientError> {
    // SQLCipher's own start-up races when several threads open a database first at once.
    static FIRST: Mutex<()> = Mutex::new(());
    let _one = FIRST.lock().unwrap_or_else(PoisonError::into_inner);
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    // A raw key: no key derivation at open.
    connection.pragma_update(None, "key", format!("x'{key}'"))?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(128);
    connection.execute_batch("PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16000; PRAGMA foreign_keys = ON;")?;
    // The first read tells whether the key is right.
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    Ok(connection)
}

fn check_format(connection: &Connection) -> Result<u32, ClientError> {
    let found: u32 = connection.query_row("PRAGMA user_version", [], |r| r.get(0))?;
    if found > FORMAT { Err(ClientError::NewerProfile { found, known: FORMAT }) } else { Ok(found) }
}

fn migrate(connection: &mut Connection) -> Result<(), ClientError> {
    let found = check_format(connection)?;
    for (i, sql) in MIGRATIONS.iter().enumerate().skip(found as usize) {
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        tx.execute_batch(sql)?;
        tx.pragma_update(None, "user_version", u32::try_from(i + 1).unwrap_or(u32::MAX))?;
        tx.commit()?;
    }
    Ok(())
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Store({})", self.path.display())
    }
}
