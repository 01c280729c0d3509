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
    /// The file was written by an older server, and is not to be written now.
    #[error("this database has schema version {found}, this server works with {known}: start the server once, which brings it up to date")]
    Older { found: i64, known: i64 },
    /// There is no organisation in the database yet.
    #[error("this database holds no organisation: run `leadline-server init` first")]
    Empty,
    /// This engine can't do that.
    #[error("{0}")]
    Unsupported(&'static str),
    /// What was read is not what is written there.
    #[error("the database holds something unreadable: {0}")]
    Corrupt(String),
    /// A page of the file is not what was written.
    #[error(
        "the database is damaged ({0}). Stop the server, put the newest backup in its place with `leadline-server restore FILE`, and start it: \
         devices bring back the edits that the backup lacks"
    )]
    Damaged(String),
    /// Reading or writing fails below the file.
    #[error("the server's disk fails ({0}). Nothing is stored until it works: have it checked")]
    Broken(String),
    #[error("the database can't be written ({0}). Nothing is stored until its disk and its folder can be written to")]
    ReadOnly(String),
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
    /// What may stand in a log: its kind, and never what is stored, which the texts of unreadable values and
    /// of databases quote.
    #[must_use]
    pub fn class(&self) -> String {
        match self {
            StoreError::Full
            | StoreError::Busy
            | StoreError::Newer { .. }
            | StoreError::Older { .. }
            | StoreError::Empty
            | StoreError::Unsupported(_) => self.to_string(),
            StoreError::Corrupt(_) => "the database holds something unreadable".to_owned(),
            StoreError::Damaged(_) => "the database is damaged".to_owned(),
            StoreError::Broken(_) => "the server's disk fails".to_owned(),
            StoreError::ReadOnly(_) => "the database can't be written".to_owned(),
            StoreError::Cancelled => "the transaction was given up".to_owned(),
            StoreError::Sqlite(error) => match error.sqlite_error() {
                Some(inner) => format!("SQLite error {}", inner.extended_code),
                None => "a value in SQLite is not of its type".to_owned(),
            },
            StoreError::Postgres(error) => match error.code() {
                Some(state) => format!("PostgreSQL error, SQLSTATE {}", state.code()),
                None if error.is_closed() => "the connection to PostgreSQL is closed".to_owned(),
                None => "PostgreSQL does not answer as it should".to_owned(),
            },
            StoreError::Io(error) => format!("input or output: {}", error.kind()),
        }
    }

    /// Trying again later may work, and nothing was decided.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(self, StoreError::Full | StoreError::Busy)
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Code;
        match error.sqlite_error_code() {
            Some(Code::DiskFull) => StoreError::Full,
            Some(Code::DatabaseBusy | Code::DatabaseLocked) => StoreError::Busy,
            // Without room for the -shm file SQLite does not say "full".
            Some(Code::SystemIoFailure) if error.sqlite_extended_error_code() == Some(rusqlite::ffi::SQLITE_IOERR_SHMSIZE) => {
                StoreError::Full
            }
            Some(Code::SystemIoFailure) => StoreError::Broken(error.to_string()),
            Some(Code::ReadOnly | Code::PermissionDenied) => StoreError::ReadOnly(error.to_string()),
            Some(Code::DatabaseCorrupt | Code::NotADatabase) => StoreError::Damaged(error.to_string()),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_quotes_no_value() {
        let secret = "Priya 9820014786";
        let unreadable = serde_json::from_str::<u32>(&format!("{secret:?}")).expect_err("no number");
        assert!(unreadable.to_string().contains(secret), "or this shows nothing");
        let database = rusqlite::Connection::open_in_memory().expect("a database");
        let odd = database.query_row(&format!("SELECT json('{secret}')"), [], |row| row.get::<_, i64>(0)).expect_err("no JSON");
        for error in [
            StoreError::Corrupt(unreadable.to_string()),
            StoreError::Damaged(secret.to_owned()),
            odd.into(),
            StoreError::Io(std::io::Error::other(secret)),
        ] {
            let class = error.class();
            assert!(!class.is_empty() && !class.contains("9820014786") && !class.contains("Priya"), "{class}");
        }
    }
}
