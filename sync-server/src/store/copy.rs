//! A device's own database, read for `recover`: its small facts and its outbox, never written.

use domain::DocId;
use protocol::ChangeHash;
use protocol::push::PushItem;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _};
use serde::de::DeserializeOwned;
use std::path::Path;

/// One person's copy, open for reading.
pub struct Copy(Connection);

impl Copy {
    /// Opens the file at `path` with the raw key, 64 hex digits.
    ///
    /// # Errors
    /// When it is not there, or the key is another's; so with its brothers below.
    pub fn open(path: &Path, key: &str) -> anyhow::Result<Self> {
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.pragma_update(None, "key", format!("x'{key}'"))?;
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        Ok(Self(connection))
    }

    /// A small fact of the copy.
    ///
    /// # Errors
    /// As [`Copy::open`].
    pub fn meta<T: DeserializeOwned>(&self, key: &str) -> anyhow::Result<Option<T>> {
        let text: Option<String> = self.0.query_row("SELECT value FROM meta WHERE key = ?1", [key], |row| row.get(0)).optional()?;
        Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
    }

    /// What was not answered yet, in the order it was done.
    ///
    /// # Errors
    /// As [`Copy::open`].
    pub fn outbox(&self) -> anyhow::Result<Vec<PushItem>> {
        let mut statement = self.0.prepare("SELECT kind, doc, envelope, change, hash FROM outbox ORDER BY n")?;
        let mut rows = statement.query([])?;
        let mut items = Vec::new();
        while let Some(row) = rows.next()? {
            let (kind, envelope): (String, String) = (row.get(0)?, row.get(2)?);
            let kind = kind.parse().map_err(anyhow::Error::msg)?;
            items.push(PushItem {
                doc: DocId { kind, id: uuid::Uuid::from_bytes(row.get(1)?) },
                envelope: serde_json::from_str(&envelope)?,
                change: row.get(3)?,
                hash: ChangeHash(row.get(4)?),
            });
        }
        Ok(items)
    }
}
