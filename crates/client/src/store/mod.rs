//! The encrypted SQLite file: one writing connection, a few reading ones. Each module below holds
//! the SQL of one table.

pub mod assignments;
pub mod attendance;
pub mod attention;
pub mod documents;
pub mod drafts;
pub mod leads;
pub mod ledgers;
pub mod meta;
pub mod notices;
pub mod outbox;
pub mod proposals;
pub mod receipts;
mod repair;
pub mod requests;
pub mod rows;
mod salvage;

pub(crate) use repair::{Repair, repair};

use crate::error::ClientError;
use crate::profile::{self, Profile, WriterLock};
use crate::vault::Key;
use domain::LeadId;
use protocol::rows::LeadSummary;
use rusqlite::{Connection, MAIN_DB, OpenFlags, Transaction, TransactionBehavior};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Migrations in order; the file's `user_version` counts how many it has.
const MIGRATIONS: [&str; 12] = [
    include_str!("../../../../migrations/client/0001_create_store.sql"),
    include_str!("../../../../migrations/client/0002_access.sql"),
    include_str!("../../../../migrations/client/0003_hand_over.sql"),
    include_str!("../../../../migrations/client/0004_due.sql"),
    include_str!("../../../../migrations/client/0005_do_not_call.sql"),
    include_str!("../../../../migrations/client/0006_figures.sql"),
    include_str!("../../../../migrations/client/0007_notices.sql"),
    include_str!("../../../../migrations/client/0008_assignments.sql"),
    include_str!("../../../../migrations/client/0009_receipts.sql"),
    include_str!("../../../../migrations/client/0010_attendance.sql"),
    include_str!("../../../../migrations/client/0011_ledgers.sql"),
    include_str!("../../../../migrations/client/0012_payment_badges.sql"),
];
/// From this format on, rows hold the projection of today; those of older files are made anew.
const PROJECTED_FROM: u32 = 6;
/// From this format on, ledgers have rows.
const LEDGERS_FROM: u32 = 11;
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
    /// None once the store is closed.
    key: Mutex<Option<Key>>,
    lock: Mutex<Option<WriterLock>>,
    /// The log may hold pages of what was removed.
    unwiped: AtomicBool,
}

impl Store {
    /// Opens for writing: takes the profile's lock, migrates.
    ///
    /// # Errors
    /// `ProfileHeld`, `NewerProfile`, `Damaged`, `Disk`.
    pub fn open(profile: &Profile, key: &Key) -> Result<Self, ClientError> {
        let lock = profile.lock()?;
        if profile.is_half_repaired() {
            return Err(ClientError::Damaged);
        }
        let path = profile.database();
        let writer = open_writer(&path, key)?;
        let store = Self {
            writer: Some(Mutex::new(writer)),
            readers: Mutex::default(),
            path,
            key: Mutex::new(Some(key.clone())),
            lock: Mutex::new(Some(lock)),
            unwiped: AtomicBool::new(true),
        };
        if store.read(|c| meta::get::<bool>(c, meta::WIPE_DUE))? == Some(true) {
            // The process ended between the commit that let something leave and its wiping.
            store.wipe();
        }
        Ok(store)
    }

    /// Opens for reading only, also beside a process that writes.
    ///
    /// # Errors
    /// `NotFound` when there is no profile yet; `NewerProfile`, `Damaged`, `Disk`.
    pub fn open_read_only(profile: &Profile, key: &Key) -> Result<Self, ClientError> {
        if profile.is_half_repaired() {
            return Err(ClientError::Damaged);
        }
        let path = profile.database();
        if !path.exists() {
            return Err(ClientError::NotSignedIn);
        }
        let reader = connect(&path, key, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        reader.execute_batch("PRAGMA query_only = ON")?;
        check_format(&reader)?;
        Ok(Self {
            writer: None,
            readers: Mutex::new(vec![reader]),
            path,
            key: Mutex::new(Some(key.clone())),
            lock: Mutex::default(),
            unwiped: AtomicBool::default(),
        })
    }

    /// Forgets the key and lets go of the files, also while others still hold this value: from now on
    /// they are answered `Locked`. A transaction that runs ends first.
    pub(crate) fn close(&self) {
        *lock(&self.key) = None;
        if let Some(writer) = &self.writer {
            let mut writer = lock(writer);
            match Connection::open_in_memory() {
                Ok(nothing) => drop(std::mem::replace(&mut *writer, nothing)),
                Err(e) => tracing::warn!("the profile's file stays open: {e}"),
            }
        }
        lock(&self.readers).clear();
        *lock(&self.lock) = None;
    }

    /// The key while the store is open.
    ///
    /// # Errors
    /// `Locked`.
    pub(crate) fn key(&self) -> Result<Key, ClientError> {
        lock(&self.key).clone().ok_or(ClientError::Locked)
    }

    /// Reads on a connection of its own: sees the last commit, waits for no writer.
    ///
    /// # Errors
    /// Whatever `f` returns; `Disk`; `Damaged`, also where `f` noticed nothing.
    pub fn read<T>(&self, f: impl FnOnce(&Connection) -> Result<T, ClientError>) -> Result<T, ClientError> {
        let key = self.key()?;
        let pooled = lock(&self.readers).pop();
        let connection = match pooled {
            Some(connection) => connection,
            None => {
                let connection = connect(&self.path, &key, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
                connection.execute_batch("PRAGMA query_only = ON")?;
                connection
            }
        };
        let result = f(&connection);
        if (result.is_err() || connection.is_readonly(MAIN_DB)?) && is_damaged(&connection, &key) {
            return Err(ClientError::Damaged);
        }
        let mut readers = lock(&self.readers);
        if readers.len() < READERS && self.key().is_ok() {
            readers.push(connection);
        }
        result
    }

    /// The writing connection.
    fn writer(&self) -> Result<MutexGuard<'_, Connection>, ClientError> {
        let writer = self.writer.as_ref().ok_or_else(|| ClientError::Internal("this store is open for reading only".into()))?;
        let writer = lock(writer);
        self.key()?;
        Ok(writer)
    }

    /// Runs `f` in one transaction: all of it is stored, or nothing.
    pub(crate) fn write<T>(&self, f: impl FnOnce(&Transaction<'_>) -> Result<T, ClientError>) -> Result<T, ClientError> {
        let mut connection = self.writer()?;
        match transact(&mut connection, f) {
            Err(_) if is_damaged(&connection, &self.key()?) => Err(ClientError::Damaged),
            other => other,
        }
    }

    /// Moves the log into the database file; for idle moments, so that no edit pays for it.
    pub(crate) fn checkpoint(&self) -> Result<(), ClientError> {
        if self.unwiped.load(Ordering::Relaxed) {
            return self.wiped();
        }
        self.writer()?.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
        Ok(())
    }

    /// Takes what was removed out of the search table and the log too; beside a reader that is in the way,
    /// out of the log later.
    pub(crate) fn wipe(&self) {
        self.unwiped.store(true, Ordering::Relaxed);
        if let Err(e) = self.wiped() {
            tracing::debug!("the log is emptied later: {e}");
        }
    }

    /// After a repair, once nothing waits and everything came: the damaged file holds nothing that the server
    /// does not have, and maybe what this person may not see any more.
    pub(crate) fn forget_damaged(&self) -> Result<(), ClientError> {
        let Some(read) = self.read(|c| meta::get::<Vec<PathBuf>>(c, meta::DAMAGED_READ))? else { return Ok(()) };
        read.iter().try_for_each(|name| profile::remove_damaged(&self.path.with_file_name(name)))?;
        self.write(|tx| meta::remove(tx, meta::DAMAGED_READ))
    }

    fn wiped(&self) -> Result<(), ClientError> {
        if self.read(|c| meta::get::<bool>(c, meta::WIPE_DUE))? == Some(true) {
            // Looked for beside the writer: it reads the whole table.
            let strays = self.read(leads::has_stray_words)?;
            self.write(|tx| if strays { leads::build_search(tx) } else { leads::forget_cuts(tx) })?;
        }
        self.empty_log()?;
        if !self.unwiped.load(Ordering::Relaxed) {
            self.write(|tx| meta::remove(tx, meta::WIPE_DUE))?;
        }
        Ok(())
    }

    fn empty_log(&self) -> Result<(), ClientError> {
        let writer = self.writer()?;
        writer.busy_timeout(Duration::ZERO)?;
        let busy = writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |r| r.get(0));
        writer.busy_timeout(BUSY)?;
        self.unwiped.store(busy?, Ordering::Relaxed);
        Ok(())
    }
}

fn transact<T>(connection: &mut Connection, f: impl FnOnce(&Transaction<'_>) -> Result<T, ClientError>) -> Result<T, ClientError> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let result = f(&tx)?;
    tx.commit()?;
    Ok(result)
}

/// Opens or makes the file, and brings it up to this version.
fn open_writer(path: &std::path::Path, key: &Key) -> Result<Connection, ClientError> {
    let mut writer = connect(path, key, OpenFlags::default())?;
    writer.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000; PRAGMA secure_delete = ON;",
    )?;
    migrate(&mut writer)?;
    Ok(writer)
}

/// Whether this connection met a page that is not what was written. SQLCipher reads it as zeros, which
/// SQLite need not notice, and never trusts the connection again.
fn is_damaged(connection: &Connection, key: &Key) -> bool {
    let status = connection.query_row("PRAGMA cipher_status", [], |r| r.get::<_, String>(0));
    is_sealed(key) && status.as_deref() == Ok("0")
}

/// See the feature `plain`.
fn is_sealed(key: &Key) -> bool {
    !(cfg!(feature = "plain") && key.is_zero())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn connect(path: &std::path::Path, key: &Key, flags: OpenFlags) -> Result<Connection, ClientError> {
    // SQLCipher's own start-up races when several threads open a database first at once.
    static FIRST: Mutex<()> = Mutex::new(());
    let _one = lock(&FIRST);
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    // A raw key: no key derivation at open.
    if is_sealed(key) {
        connection.pragma_update(None, "key", key.pragma().as_str())?;
    }
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
    let (is_projected, has_ledgers) = (found == 0 || found >= PROJECTED_FROM, found == 0 || found >= LEDGERS_FROM);
    for (i, sql) in MIGRATIONS.iter().enumerate().skip(found as usize) {
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        tx.execute_batch(sql)?;
        if !is_projected && i + 1 == MIGRATIONS.len() {
            project_again(&tx)?;
        }
        if !has_ledgers && i + 1 == MIGRATIONS.len() {
            ledgers::build(&tx)?;
        }
        tx.pragma_update(None, "user_version", u32::try_from(i + 1).unwrap_or(u32::MAX))?;
        tx.commit()?;
    }
    Ok(())
}

/// Makes each row from its document as this version does.
fn project_again(c: &Connection) -> Result<(), ClientError> {
    for id in documents::all(c)? {
        let lead = LeadId(id.id);
        let (Some(stored), Some(row)) = (documents::load_readable(c, id)?, leads::get(c, lead)?) else { continue };
        // Of a document that is kept back, and of one that can't be read, the row stays as it was.
        let Ok(record) = records::lead::read(&stored.doc, lead) else { continue };
        let summary = LeadSummary::of(&record, row.summary.ownership(), row.summary.updated_at);
        leads::put(c, lead, &summary, row.confirmed_at, row.pending, true)?;
    }
    Ok(())
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Store({})", self.path.display())
    }
}
