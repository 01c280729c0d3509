//! Storage: one low-level trait with two engines, and one file per table above it. SQL is written
//! once; `$1` parameters, `BIGINT`s, text and bytes are all that both engines are asked for.
//! Ids are their 16 bytes. Nothing outside this folder writes SQL.

pub mod actors;
pub mod assignment;
pub mod attendance;
pub mod codes;
pub mod copy;
pub mod devices;
pub mod documents;
pub mod error;
pub mod leads;
pub mod log;
mod migrate;
pub mod notices;
pub mod orgs;
pub mod outcomes;
pub mod postgres;
pub mod proposals;
pub mod quarantine;
pub mod receipts;
pub mod sessions;
pub mod sqlite;
pub mod teams;
pub mod users;
mod value;

pub use error::StoreError;
pub use value::{Row, Value};

use std::path::Path;
use std::sync::Arc;

/// What a transaction's body answers.
pub type Result<T> = std::result::Result<T, StoreError>;

/// One database. Calls block: the HTTP layer makes them on blocking threads.
pub trait Engine: Send + Sync {
    /// Runs `body` in a transaction that no other writer overlaps; commits when it answers `Ok`.
    ///
    /// # Errors
    /// Those of `body`, and those of the database; nothing of the transaction stays then.
    fn write(&self, body: &mut dyn FnMut(&mut dyn Tx) -> Result<()>) -> Result<()>;

    /// Runs `body` on one consistent state.
    ///
    /// # Errors
    /// Those of `body`, and those of the database.
    fn read(&self, body: &mut dyn FnMut(&mut dyn Tx) -> Result<()>) -> Result<()>;

    /// Copies the whole database into the new file `to` while others read and write.
    ///
    /// # Errors
    /// [`StoreError::Unsupported`] where the database has tools of its own for that.
    fn backup(&self, to: &Path) -> Result<()>;

    /// How much room the database takes.
    ///
    /// # Errors
    /// Those of the database.
    fn space(&self) -> Result<Space>;

    /// Gives back some of the room that is free inside, while others read and write; whether there
    /// is more to give.
    ///
    /// # Errors
    /// Those of the database.
    fn give_back(&self) -> Result<bool>;

    /// Writes the whole database anew, without gaps. Other writers wait for it.
    ///
    /// # Errors
    /// [`StoreError::Unsupported`] where the database has tools of its own for that.
    fn rewrite(&self) -> Result<()>;

    /// Looks through tables and indexes for what a query would not notice: an index that answers something
    /// else than its table, a damaged page. One sentence each, at most `max`.
    ///
    /// # Errors
    /// Whatever the database says.
    fn damage(&self, max: usize) -> Result<Damage>;
}

/// Room that a database takes, bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Space {
    pub used: u64,
    /// Of it: free inside, for what is written next.
    pub free: u64,
    /// What becomes free can be given back piece by piece.
    pub shrinks: bool,
}

/// What a database finds wrong with itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Damage {
    pub found: Vec<String>,
    /// What could not be looked at, and why.
    pub unseen: Option<String>,
}

/// An open transaction.
pub trait Tx {
    /// Runs one statement; answers how many rows it touched.
    ///
    /// # Errors
    /// Whatever the database says.
    fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64>;

    /// Hands over row after row until `row` answers `false`.
    ///
    /// # Errors
    /// Whatever the database or `row` says.
    fn each(&mut self, sql: &str, params: &[Value], row: &mut dyn FnMut(Row) -> Result<bool>) -> Result<()>;

    /// Runs statements that have no parameters.
    ///
    /// # Errors
    /// Whatever the database says.
    fn batch(&mut self, sql: &str) -> Result<()>;
}

impl dyn Tx + '_ {
    /// All rows.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn query(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>> {
        let mut rows = Vec::new();
        self.each(sql, params, &mut |row| {
            rows.push(row);
            Ok(true)
        })?;
        Ok(rows)
    }

    /// The first row, if there is one.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn query_opt(&mut self, sql: &str, params: &[Value]) -> Result<Option<Row>> {
        let mut first = None;
        self.each(sql, params, &mut |row| {
            first = Some(row);
            Ok(false)
        })?;
        Ok(first)
    }
}

/// A handle on the database, cheap to clone.
#[derive(Clone)]
pub struct Store {
    engine: Arc<dyn Engine>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Store")
    }
}

impl Store {
    /// Opens, or makes, the SQLite file at `path` and migrates it.
    ///
    /// # Errors
    /// [`StoreError::Newer`] for a file that a newer server wrote.
    pub fn sqlite(path: &Path) -> Result<Self> {
        let store = Self { engine: Arc::new(sqlite::Sqlite::open(path)?) };
        migrate::run(&store, migrate::SQLITE)?;
        Ok(store)
    }

    /// A database in memory: for tests and the simulator.
    ///
    /// # Errors
    /// None in practice.
    pub fn memory() -> Result<Self> {
        let store = Self { engine: Arc::new(sqlite::Sqlite::memory()?) };
        migrate::run(&store, migrate::SQLITE)?;
        Ok(store)
    }

    /// Opens the PostgreSQL database at `url` and migrates it.
    ///
    /// # Errors
    /// [`StoreError::Newer`] for a database that a newer server wrote.
    pub fn postgres(url: &str) -> Result<Self> {
        let store = Self { engine: Arc::new(postgres::Postgres::open(url)?) };
        migrate::run(&store, migrate::POSTGRES)?;
        Ok(store)
    }

    /// Runs `body` as one writing transaction.
    ///
    /// # Errors
    /// Those of `body` and of the database; nothing was written then.
    pub fn write<T, E: From<StoreError>>(&self, body: impl FnOnce(&mut dyn Tx) -> std::result::Result<T, E>) -> std::result::Result<T, E> {
        run(body, |f| self.engine.write(f))
    }

    /// Runs `body` on one consistent state.
    ///
    /// # Errors
    /// Those of `body` and of the database.
    pub fn read<T, E: From<StoreError>>(&self, body: impl FnOnce(&mut dyn Tx) -> std::result::Result<T, E>) -> std::result::Result<T, E> {
        run(body, |f| self.engine.read(f))
    }

    /// Opens the SQLite file at `path` as it is: nothing is made, migrated or written.
    ///
    /// # Errors
    /// [`StoreError::Newer`] or [`StoreError::Older`] for a file of another version.
    pub fn sqlite_as_it_is(path: &Path) -> Result<Self> {
        let store = Self { engine: Arc::new(sqlite::Sqlite::open_as_it_is(path)?) };
        migrate::check(&store, migrate::SQLITE)?;
        Ok(store)
    }

    /// The same of a PostgreSQL database.
    ///
    /// # Errors
    /// As [`Store::sqlite_as_it_is`].
    pub fn postgres_as_it_is(url: &str) -> Result<Self> {
        let store = Self { engine: Arc::new(postgres::Postgres::open(url)?) };
        migrate::check(&store, migrate::POSTGRES)?;
        Ok(store)
    }

    /// See [`Engine::damage`].
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn damage(&self, max: usize) -> Result<Damage> {
        self.engine.damage(max)
    }

    /// Copies the database into the new file `to` while the server works.
    ///
    /// # Errors
    /// [`StoreError::Unsupported`] for PostgreSQL.
    pub fn backup(&self, to: &Path) -> Result<()> {
        self.engine.backup(to)
    }

    /// How much room the database takes.
    ///
    /// # Errors
    /// Those of the database.
    pub fn space(&self) -> Result<Space> {
        self.engine.space()
    }

    /// Gives back some of the room that is free inside; whether there is more to give.
    ///
    /// # Errors
    /// Those of the database.
    pub fn give_back(&self) -> Result<bool> {
        self.engine.give_back()
    }

    /// Writes the whole database anew; other writers wait for it.
    ///
    /// # Errors
    /// [`StoreError::Unsupported`] for PostgreSQL.
    pub fn rewrite(&self) -> Result<()> {
        self.engine.rewrite()
    }
}

type Body<'a> = dyn FnMut(&mut dyn Tx) -> Result<()> + 'a;

/// Carries a body's own error type through an engine, which only knows that the body failed.
fn run<T, E: From<StoreError>>(
    body: impl FnOnce(&mut dyn Tx) -> std::result::Result<T, E>,
    engine: impl FnOnce(&mut Body<'_>) -> Result<()>,
) -> std::result::Result<T, E> {
    let mut body = Some(body);
    let mut answer = None;
    let end = engine(&mut |tx| {
        let body = body.take().ok_or(StoreError::Cancelled)?;
        match body(tx) {
            Ok(value) => {
                answer = Some(Ok(value));
                Ok(())
            }
            Err(error) => {
                answer = Some(Err(error));
                Err(StoreError::Cancelled)
            }
        }
    });
    match (end, answer) {
        (Ok(()), Some(answer)) | (Err(StoreError::Cancelled), Some(answer)) => answer,
        (Err(error), _) => Err(error.into()),
        (Ok(()), None) => Err(StoreError::Cancelled.into()),
    }
}
