//! A disk for SQLite that loses power, fills up and breaks when told to. For tests alone: a file
//! system ([VFS](https://sqlite.org/vfs.html)) around the usual one, which knows what was written and
//! what was also synced. [`Disk`] is the whole of it; every database under its folder lies on it, in
//! whatever crate it is opened. It never touches a file elsewhere.
//!
//! What is written is seen by everybody at once, as in a page cache; it is on the disk after the file's
//! next sync. A new or deleted name is on the disk after a sync of its folder, which SQLite does with the
//! first sync of a new journal. When the power goes, what was not synced may be gone, be there, or be
//! there in part, sector by sector, in any order.

mod disk;
#[expect(unsafe_code, reason = "SQLite's file system is a table of C functions")]
mod shim;

pub use disk::{Disk, Fault, Loss, Lost};
pub use shim::NAME;

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::{Connection, ErrorCode};
    use std::path::Path;

    const SEEDS: u64 = 200;

    fn open(folder: &Path, synchronous: &str) -> rusqlite::Result<Connection> {
        let connection = Connection::open(folder.join("a.db"))?;
        connection.execute_batch(&format!(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}; PRAGMA wal_autocheckpoint = 20;
             CREATE TABLE IF NOT EXISTS a (n INTEGER PRIMARY KEY, filling BLOB);"
        ))?;
        Ok(connection)
    }

    /// Writes rows until the power goes; the last that was committed.
    fn write(folder: &Path, synchronous: &str) -> i64 {
        let mut committed = 0;
        let Ok(connection) = open(folder, synchronous) else { return 0 };
        for n in 1.. {
            if connection.execute("INSERT INTO a VALUES (?1, randomblob(900))", [n]).is_err() {
                break;
            }
            committed = n;
        }
        committed
    }

    /// How many rows that were committed are lost, in how many of the power cuts.
    fn lost(synchronous: &str, ignores_syncs: bool) -> (i64, u64) {
        let (mut lost, mut cuts) = (0, 0);
        for seed in 0..SEEDS {
            let folder = tempfile::tempdir().expect("a folder");
            let disk = Disk::at(folder.path());
            if ignores_syncs {
                disk.ignore_syncs();
            }
            disk.cut_power_at(1 + seed * 3);
            let committed = write(folder.path(), synchronous);
            assert!(disk.is_off(), "the power goes");
            disk.lose_power(if seed % 2 == 0 { Loss::Everything } else { Loss::ByChance { seed } });
            let found = open(folder.path(), "FULL").and_then(|c| c.query_row("SELECT count(*), max(n) FROM a", [], rows));
            let (count, last) = found.unwrap_or((0, 0));
            if synchronous == "FULL" && !ignores_syncs {
                assert_eq!(count, last, "seed {seed}: a hole");
            }
            cuts += u64::from(last < committed);
            lost += (committed - last).max(0);
        }
        (lost, cuts)
    }

    fn rows(row: &rusqlite::Row<'_>) -> rusqlite::Result<(i64, i64)> {
        Ok((row.get(0)?, row.get::<_, Option<i64>>(1)?.unwrap_or(0)))
    }

    #[test]
    fn what_is_committed_outlives_a_power_cut_where_it_is_synced_and_only_there() {
        assert_eq!(lost("FULL", false), (0, 0));
        let (rows, cuts) = lost("OFF", false);
        assert!(cuts > SEEDS / 4, "{rows} rows in {cuts} of {SEEDS} cuts");
        let (rows, cuts) = lost("FULL", true);
        assert!(cuts > SEEDS / 4, "{rows} rows in {cuts} of {SEEDS} cuts");
    }

    #[test]
    fn a_disk_fails_as_told_and_heals() {
        let folder = tempfile::tempdir().expect("a folder");
        let disk = Disk::at(folder.path());
        let connection = open(folder.path(), "FULL").expect("a database");
        let insert = || connection.execute("INSERT INTO a (filling) VALUES (randomblob(900))", []);
        for (fault, code) in
            [(Fault::Full, ErrorCode::DiskFull), (Fault::ReadOnly, ErrorCode::ReadOnly), (Fault::Broken, ErrorCode::SystemIoFailure)]
        {
            for after in 0..3 {
                disk.fail(fault, after);
                let failed = (0..4).find_map(|_| insert().err()).and_then(|e| e.sqlite_error_code());
                assert_eq!(failed, Some(code), "{fault:?} after {after}");
                disk.heal();
                insert().expect("there is room again");
            }
        }
        let verdict: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("a verdict");
        assert_eq!(verdict, "ok");
    }

    #[test]
    fn a_new_name_is_lost_with_the_power_unless_its_folder_was_synced() {
        let folder = tempfile::tempdir().expect("a folder");
        let disk = Disk::at(folder.path());
        let path = folder.path().join("b.db");
        // Journal and database are made and synced, the folder with the journal; its deletion is not.
        let connection = Connection::open(&path).expect("a database");
        connection.execute_batch("PRAGMA synchronous = NORMAL; CREATE TABLE b (n); INSERT INTO b VALUES (1)").expect("written");
        drop(connection);
        assert_eq!(disk.lose_power(Loss::Everything).names, 1, "the journal is there again");
        let connection = Connection::open(&path).expect("it is there");
        connection.execute_batch("PRAGMA synchronous = OFF; INSERT INTO b VALUES (2)").expect("written");
        drop(connection);
        assert!(disk.lose_power(Loss::Everything).writes > 0);
        let nothing = folder.path().join("c.db");
        drop(open_unsynced(&nothing));
        assert!(nothing.exists());
        assert!(disk.lose_power(Loss::Everything).names > 0);
        assert!(!nothing.exists());
    }

    fn open_unsynced(path: &Path) -> Connection {
        let connection = Connection::open(path).expect("a database");
        connection.execute_batch("PRAGMA synchronous = OFF; CREATE TABLE c (n)").expect("written");
        connection
    }

    #[test]
    fn it_is_the_default_and_has_a_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let disk = Disk::at(folder.path());
        let uri = format!("file:{}?vfs={NAME}", folder.path().join("named.db").display());
        let named = Connection::open(uri).expect("a database");
        named.execute_batch("CREATE TABLE a (n)").expect("written");
        assert!(disk.steps() > 0);
        // Elsewhere nothing is touched.
        let elsewhere = tempfile::tempdir().expect("a folder");
        let steps = disk.steps();
        open(elsewhere.path(), "FULL").expect("a database");
        assert_eq!(disk.steps(), steps);
    }
}
