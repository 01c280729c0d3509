//! What can go wrong in the database, as far as a caller can act on it.

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The disk or the database's size limit is full: nothing was written, later it may work.
    #[error("the server's disk is full")]
    Full,
    /// Another process or connection held the database too long.
    #[error("the database is busy")]
    Busy,
    /// The file was written by a newer server.
    #[error(
        "this database has schema version {found}, this server knows up to {known}: it was written by a newer leadline-server. Start that one"
    )]
    Newer { found: i64, known: i64 },
    /// There is no organisation in the database yet.
    #[error("this database holds no organisation: run `leadline-server init` first")]
    Empty,
    /// This engine can't do that.
    #[error("{0}")]
    Unsupported(&'static str),
    /// What was read is not what is written there.
    #[error("the database holds something unreadable: {0}")]
    Corrupt(String),
    /// The body of a transaction gave up.
    #[error("the transaction was given up")]
    Cancelled,
    #[error("database: {0}")]
    Sqlite(rusqlite::Error),
    #[error("database: {0}")]
    Postgres(postgres::Error),
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl StoreError {
    /// Trying again later may work, and nothing was decided.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(self, StoreError::Full | StoreError::Busy)
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked, DiskFull};
        match error.sqlite_error_code() {
            Some(DiskFull) => StoreError::Full,
            Some(DatabaseBusy | DatabaseLocked) => StoreError::Busy,
            // Without room for the -wal or -shm file the answer is an I/O error, not "full".
            Some(rusqlite::ErrorCode::SystemIoFailure) => StoreError::Full,
            _ => StoreError::Sqlite(error),
        }
    }
}

impl From<postgres::Error> for StoreError {
    fn from(error: postgres::Error) -> Self {
        use postgres::error::SqlState;
        match error.code() {
            Some(code) if *code == SqlState::DISK_FULL => StoreError::Full,
            Some(code) if *code == SqlState::T_R_SERIALIZATION_FAILURE || *code == SqlState::T_R_DEADLOCK_DETECTED => StoreError::Busy,
            _ => StoreError::Postgres(error),
        }
    }
}
