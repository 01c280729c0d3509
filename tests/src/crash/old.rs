//! Profiles and server databases in the first format there was, made of ones of today: what an update
//! finds.

use anyhow::{Context, Result};
use rusqlite::Connection;
use std::path::Path;
use sync_server::Store;
use sync_server::store::log::{self, LogRow};
use sync_server::store::orgs;

const CLIENT: &str = include_str!("../../../migrations/client/0001_create_store.sql");
const SERVER: &str = include_str!("../../../migrations/server-sqlite/0001_create_base.sql");
/// The chain was another one then.
const LOG_VERSION: i64 = 1;

/// Writes what the profile in `now` holds into `old`, as the first version kept it: with a plain key in
/// a file.
///
/// # Errors
/// What the databases say.
pub fn profile(now: &Path, key: [u8; 32], old: &Path) -> Result<()> {
    std::fs::create_dir_all(old)?;
    let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    std::fs::write(old.join("leadline.key"), &hex)?;
    let database = Connection::open(old.join("leadline.db"))?;
    database.pragma_update(None, "key", format!("x'{hex}'"))?;
    database.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")?;
    database.execute_batch(CLIENT)?;
    database.pragma_update(None, "user_version", 1)?;
    let now = now.join("leadline.db").display().to_string();
    database.execute(&format!("ATTACH ?1 AS now KEY \"x'{hex}'\""), [now])?;
    for table in ["meta", "documents", "tails", "outbox", "attention", "users", "teams", "leads", "drafts"] {
        copy(&database, table)?;
    }
    database.execute_batch(
        "INSERT INTO lead_words (rowid, name, email) SELECT n, name, email FROM leads;
         INSERT INTO lead_digits (rowid, digits) SELECT n, phone || coalesce(' ' || alt_phone, '') FROM leads;
         DETACH now;",
    )?;
    Ok(database.close().map_err(|(_, e)| e)?)
}

/// Writes what the server database `now` holds into the new file `old`, as the first version kept it.
///
/// # Errors
/// What the databases say.
pub fn server(now: &Path, old: &Path) -> Result<()> {
    let database = Connection::open(old)?;
    database.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")?;
    database.execute_batch(SERVER)?;
    database.execute_batch("CREATE TABLE schema_version (version BIGINT NOT NULL); INSERT INTO schema_version VALUES (1);")?;
    database.execute("ATTACH ?1 AS now", [now.display().to_string()])?;
    for table in ["orgs", "teams", "users", "devices", "actors", "sessions", "documents", "leads", "outcomes"] {
        copy(&database, table)?;
    }
    database.execute_batch("DETACH now;")?;
    let store = Store::sqlite(now)?;
    let tx = database.unchecked_transaction()?;
    let chain = store.read(|tx| -> Result<_, sync_server::StoreError> {
        let org = orgs::only(tx)?.id;
        let mut chain = log::genesis(org).to_vec();
        log::walk(tx, org, None, &mut |row| {
            let row = as_first(row, &chain);
            chain.clone_from(&row.chain);
            insert(&database, org.0.as_bytes(), &row).map_err(|e| sync_server::StoreError::Corrupt(e.to_string()))?;
            Ok(true)
        })?;
        Ok(chain)
    })?;
    tx.execute("UPDATE orgs SET chain = ?1", [chain])?;
    tx.commit()?;
    Ok(database.close().map_err(|(_, e)| e)?)
}

fn as_first(row: LogRow, previous: &[u8]) -> LogRow {
    let first = LogRow { version: LOG_VERSION, content: None, action: None, ..row };
    let chain = first.link(previous).to_vec();
    LogRow { chain, ..first }
}

fn insert(database: &Connection, org: &[u8], row: &LogRow) -> Result<()> {
    let sql = "INSERT INTO log (org_id, seq, entry, kind, doc_id, author, device_id, command_id, hash, payload, salt, accepted_at, chain)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
    database.prepare_cached(sql)?.execute(rusqlite::params![
        org,
        row.seq,
        row.entry,
        row.kind,
        row.doc,
        row.author,
        row.device,
        row.command,
        row.hash,
        row.payload,
        row.salt,
        row.accepted_at,
        row.chain
    ])?;
    Ok(())
}

/// The columns that the old table has.
fn copy(database: &Connection, table: &str) -> Result<()> {
    let mut listed = database.prepare("SELECT name FROM pragma_table_info(?1, 'main')")?;
    let columns = listed.query_map([table], |r| r.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?.join(", ");
    let copied = database.execute_batch(&format!("INSERT INTO main.{table} ({columns}) SELECT {columns} FROM now.{table}"));
    copied.with_context(|| table.to_owned())
}
