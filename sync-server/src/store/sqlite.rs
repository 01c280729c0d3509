//! SQLite: one writing connection and a few reading ones on a WAL file. A commit is on the disk
//! (`synchronous=FULL`) when it returns.

use super::{Damage, Engine, Result, Row, Space, Tx, Value};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags, ToSql};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Reading connections at most; a reader beyond that waits.
const READERS: usize = 4;
/// Statements kept prepared per connection.
const STATEMENTS: usize = 128;
/// How long to wait for another process (the CLI beside the server).
const BUSY: Duration = Duration::from_secs(10);
/// Pages copied at a time by an online backup.
const BACKUP_PAGES: i32 = 256;
/// Free pages given back in one transaction.
const GIVEN_PAGES: u32 = 500;
/// `PRAGMA auto_vacuum` of a file whose free pages can be given back by and by.
const INCREMENTAL: u32 = 2;

pub struct Sqlite {
    /// `None` in memory: there the writer reads too. Closed before the writer, whose close then folds
    /// the WAL in.
    readers: Option<Readers>,
    writer: Mutex<Open>,
}

impl Sqlite {
    /// Opens or makes the file.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub fn open(path: &Path) -> Result<Self> {
        let writer = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
        // Of a new file only; an older one becomes such when it is rewritten.
        writer.pragma_update(None, "auto_vacuum", INCREMENTAL)?;
        writer.pragma_update(None, "journal_mode", "WAL")?;
        writer.pragma_update(None, "synchronous", "FULL")?;
        writer.pragma_update(None, "foreign_keys", true)?;
        let readers = Readers { path: path.to_owned(), idle: Mutex::new((Vec::new(), 0)), freed: Condvar::new() };
        Ok(Self { writer: Mutex::new(Open::new(writer)), readers: Some(readers) })
    }

    /// Opens a file that is there, to read it.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub fn open_as_it_is(path: &Path) -> Result<Self> {
        let writer = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let readers = Readers { path: path.to_owned(), idle: Mutex::new((Vec::new(), 0)), freed: Condvar::new() };
        Ok(Self { writer: Mutex::new(Open::new(writer)), readers: Some(readers) })
    }

    /// A database that lives as long as the value.
    ///
    /// # Errors
    /// None in practice.
    pub fn memory() -> Result<Self> {
        let writer = Connection::open_in_memory()?;
        writer.set_prepared_statement_cache_capacity(STATEMENTS);
        writer.pragma_update(None, "foreign_keys", true)?;
        Ok(Self { writer: Mutex::new(Open::new(writer)), readers: None })
    }

    fn writer(&self) -> MutexGuard<'_, Open> {
        // A panic rolled its transaction back: the connection is as good as before.
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Engine for Sqlite {
    fn write(&self, body: &mut dyn FnMut(&mut dyn Tx) -> Result<()>) -> Result<()> {
        transact(&mut self.writer(), "BEGIN IMMEDIATE", body)
    }

    fn read(&self, body: &mut dyn FnMut(&mut dyn Tx) -> Result<()>) -> Result<()> {
        match &self.readers {
            Some(readers) => transact(readers.take()?.open(), "BEGIN", body),
            None => transact(&mut self.writer(), "BEGIN", body),
        }
    }

    fn backup(&self, to: &Path) -> Result<()> {
        let Some(readers) = &self.readers else {
            return Err(super::StoreError::Unsupported("a database in memory has no backup"));
        };
        let mut from = readers.take()?;
        let mut target = Connection::open_with_flags(to, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
        // One read transaction for all of it: writers go on beside it, the copy never starts over.
        from.open().connection.execute_batch("BEGIN")?;
        let copied = rusqlite::backup::Backup::new(&from.open().connection, &mut target)
            .and_then(|copy| copy.run_to_completion(BACKUP_PAGES, Duration::ZERO, None));
        from.open().connection.execute_batch("COMMIT")?;
        copied?;
        target.pragma_update(None, "journal_mode", "DELETE")?;
        target.close().map_err(|(_, error)| error)?;
        std::fs::File::open(to)?.sync_all()?;
        Ok(())
    }

    fn space(&self) -> Result<Space> {
        let writer = self.writer();
        let page = u64::from(number(&writer.connection, "page_size")?);
        let pages = |what| Ok::<_, super::StoreError>(u64::from(number(&writer.connection, what)?) * page);
        let shrinks = number(&writer.connection, "auto_vacuum")? == INCREMENTAL;
        Ok(Space { used: pages("page_count")?, free: pages("freelist_count")?, shrinks })
    }

    fn give_back(&self) -> Result<bool> {
        let writer = self.writer();
        // One page is given back at each step.
        let mut given = writer.connection.prepare(&format!("PRAGMA incremental_vacuum({GIVEN_PAGES})"))?;
        let mut rows = given.query([])?;
        while rows.next()?.is_some() {}
        if number(&writer.connection, "auto_vacuum")? == INCREMENTAL && number(&writer.connection, "freelist_count")? > 0 {
            return Ok(true);
        }
        // The file becomes shorter when the log is folded in; a reader may keep that for later.
        writer.connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
        Ok(false)
    }

    fn rewrite(&self) -> Result<()> {
        let writer = self.writer();
        writer.connection.pragma_update(None, "auto_vacuum", INCREMENTAL)?;
        writer.connection.execute_batch("VACUUM")?;
        writer.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }

    fn damage(&self, max: usize) -> Result<Damage> {
        let found = match &self.readers {
            Some(readers) => damage_in(&readers.take()?.open().connection, max),
            None => damage_in(&self.writer().connection, max),
        };
        match found {
            Ok(found) => Ok(Damage { found, unseen: None }),
            Err(rusqlite::Error::SqliteFailure(error, said)) if error.code == rusqlite::ErrorCode::DatabaseCorrupt => Ok(Damage {
                found: vec![format!("The database file is damaged: {}.", said.unwrap_or_else(|| error.to_string()))],
                unseen: None,
            }),
            Err(error) => Err(error.into()),
        }
    }
}

fn number(connection: &Connection, pragma: &str) -> Result<u32> {
    Ok(connection.query_row(&format!("PRAGMA {pragma}"), [], |row| row.get(0))?)
}

/// SQLite compares each index with its table, and every page with what it must be.
fn damage_in(connection: &Connection, max: usize) -> rusqlite::Result<Vec<String>> {
    let mut check = connection.prepare(&format!("PRAGMA integrity_check({max})"))?;
    let said: Vec<String> = check.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    let entry = |line: &str| -> Option<i64> {
        let row: i64 = line.strip_prefix("row ")?.split(' ').next()?.parse().ok()?;
        line.contains("log_").then(|| connection.query_row("SELECT seq FROM log WHERE rowid = ?1", [row], |row| row.get(0)).ok())?
    };
    let told = said.iter().filter(|line| *line != "ok").flat_map(|block| block.lines());
    Ok(told
        .map(|line| {
            format!("The database file is damaged: {line}{}.", entry(line).map_or_else(String::new, |seq| format!(" (entry {seq})")))
        })
        .collect())
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

fn transact(open: &mut Open, begin: &str, body: &mut dyn FnMut(&mut dyn Tx) -> Result<()>) -> Result<()> {
    open.connection.execute_batch(begin)?;
    let mut rollback = Rollback { open, done: false };
    body(&mut *rollback.open)?;
    rollback.open.connection.execute_batch("COMMIT")?;
    rollback.done = true;
    Ok(())
}

/// Ends the transaction when the body failed or panicked.
struct Rollback<'a> {
    open: &'a mut Open,
    done: bool,
}

impl Drop for Rollback<'_> {
    fn drop(&mut self) {
        // SQLite has rolled back by itself after some errors (a full disk).
        if !self.done && !self.open.connection.is_autocommit() {
            let _ = self.open.connection.execute_batch("ROLLBACK");
        }
    }
}

/// A connection and its SQL with `$1` rewritten to `?1`: SQLite takes `$1` for a name.
struct Open {
    connection: Connection,
    rewritten: HashMap<String, String>,
}

impl Open {
    fn new(connection: Connection) -> Self {
        Self { connection, rewritten: HashMap::new() }
    }

    fn prepare(&mut self, sql: &str) -> Result<rusqlite::CachedStatement<'_>> {
        if !self.rewritten.contains_key(sql) {
            self.rewritten.insert(sql.to_owned(), sql.replace('$', "?"));
        }
        Ok(self.connection.prepare_cached(&self.rewritten[sql])?)
    }
}

impl Tx for Open {
    fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64> {
        let changed = self.prepare(sql)?.execute(rusqlite::params_from_iter(params))?;
        Ok(changed as u64)
    }

    fn each(&mut self, sql: &str, params: &[Value], row: &mut dyn FnMut(Row) -> Result<bool>) -> Result<()> {
        let mut statement = self.prepare(sql)?;
        let columns = statement.column_count();
        let mut rows = statement.query(rusqlite::params_from_iter(params))?;
        while let Some(found) = rows.next()? {
            let values = (0..columns).map(|i| Ok(owned(found.get_ref(i)?))).collect::<Result<Vec<_>>>()?;
            if !row(Row(values))? {
                break;
            }
        }
        Ok(())
    }

    fn batch(&mut self, sql: &str) -> Result<()> {
        Ok(self.connection.execute_batch(sql)?)
    }
}

fn owned(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(n) => Value::Int(n),
        // No column is declared REAL.
        ValueRef::Real(_) => Value::Null,
        ValueRef::Text(t) => Value::Text(String::from_utf8_lossy(t).into_owned()),
        ValueRef::Blob(b) => Value::Bytes(b.to_vec()),
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Int(n) => ValueRef::Integer(*n),
            Value::Text(t) => ValueRef::Text(t.as_bytes()),
            Value::Bytes(b) => ValueRef::Blob(b),
        }))
    }
}

/// Reading connections, opened on demand and lent out.
struct Readers {
    path: PathBuf,
    /// Idle ones, and how many there are in all.
    idle: Mutex<(Vec<Open>, usize)>,
    freed: Condvar,
}

impl Readers {
    fn take(&self) -> Result<Reader<'_>> {
        let mut pool = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(open) = pool.0.pop() {
                return Ok(Reader { open: Some(open), home: self });
            }
            if pool.1 < READERS {
                let open = Open::new(connect(&self.path, OpenFlags::SQLITE_OPEN_READ_ONLY)?);
                pool.1 += 1;
                return Ok(Reader { open: Some(open), home: self });
            }
            pool = self.freed.wait(pool).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// A lent connection; goes home when dropped.
struct Reader<'a> {
    open: Option<Open>,
    home: &'a Readers,
}

impl Reader<'_> {
    fn open(&mut self) -> &mut Open {
        self.open.as_mut().expect("a lent connection is there until it is dropped")
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        let mut pool = self.home.idle.lock().unwrap_or_else(PoisonError::into_inner);
        pool.0.extend(self.open.take());
        self.home.freed.notify_one();
    }
}

/// Whether a file is a whole server database.
///
/// # Errors
/// [`super::StoreError::Corrupt`] saying what is wrong with it.
pub fn check(path: &Path) -> Result<()> {
    let corrupt = |e: rusqlite::Error| super::StoreError::Corrupt(e.to_string());
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let verdict: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)).map_err(corrupt)?;
    if verdict != "ok" {
        return Err(super::StoreError::Corrupt(verdict));
    }
    let orgs: i64 = connection.query_row("SELECT count(*) FROM orgs", [], |row| row.get(0)).map_err(corrupt)?;
    if orgs == 0 { Err(super::StoreError::Empty) } else { Ok(()) }
}
