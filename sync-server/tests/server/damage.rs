//! A byte of the database file flipped: what every query can see, `audit verify` finds.

use crate::cluster::Cluster;
use crate::support::*;
use rusqlite::{Connection, OpenFlags};
use std::collections::BTreeMap;
use std::path::Path;
use sync_server::demo::Dice;
use sync_server::{Store, audit};

const PAGE: usize = 4096;
/// Flips tried; those that hit nothing are told apart by reading everything.
const FLIPS: usize = 600;
const SEED: u64 = 20_261_125;

/// The pages of the log's table and of its indexes, by what they are of.
fn pages(file: &[u8], path: &Path) -> BTreeMap<usize, String> {
    let database = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).expect("opened");
    let size: i64 = database.query_row("PRAGMA page_size", [], |row| row.get(0)).expect("a number");
    assert_eq!(size, PAGE as i64);
    let mut roots = database.prepare("SELECT name, rootpage FROM sqlite_schema WHERE tbl_name = 'log'").expect("prepared");
    let roots = roots.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?))).expect("asked");
    let mut found = BTreeMap::new();
    for (name, root) in roots.map(|root| root.expect("a root")) {
        tree(file, root as usize, &name, &mut found);
    }
    found
}

/// A B-tree's pages from `number` down, as SQLite's file format has them.
fn tree(file: &[u8], number: usize, name: &str, found: &mut BTreeMap<usize, String>) {
    let page = &file[(number - 1) * PAGE..number * PAGE];
    let two = |at: usize| usize::from(u16::from_be_bytes([page[at], page[at + 1]]));
    let four = |at: usize| u32::from_be_bytes([page[at], page[at + 1], page[at + 2], page[at + 3]]) as usize;
    found.insert(number, name.to_owned());
    if matches!(page[0], 2 | 5) {
        (0..two(3)).for_each(|cell| tree(file, four(two(12 + 2 * cell)), name, found));
        tree(file, four(8), name, found);
    }
}

/// All that can be read of the log, by its table and by each index.
fn readable(path: &Path) -> rusqlite::Result<Vec<String>> {
    let database = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let changes = "kind, hex(doc_id), seq, hex(command_id), hex(author), hex(device_id), accepted_at FROM log";
    let all = "rowid, hex(org_id), seq, version, entry, kind, hex(doc_id), hex(author), hex(device_id), hex(command_id), hex(hash), accepted_at, \
               action, hex(content), hex(payload), hex(salt), hex(chain)";
    let mut lines = Vec::new();
    for sql in [
        format!("SELECT {all} FROM log NOT INDEXED ORDER BY rowid"),
        "SELECT hex(org_id), seq, rowid FROM log INDEXED BY sqlite_autoindex_log_1 ORDER BY seq".to_owned(),
        format!("SELECT {changes} INDEXED BY log_changes WHERE entry = 'change' ORDER BY org_id, kind, doc_id, seq"),
        "SELECT hex(author), seq, rowid FROM log INDEXED BY log_author ORDER BY org_id, author, seq".to_owned(),
        "SELECT action, seq, rowid FROM log INDEXED BY log_action ORDER BY org_id, action, seq".to_owned(),
        "SELECT kind, hex(doc_id), seq, rowid FROM log INDEXED BY log_doc WHERE entry <> 'change' ORDER BY org_id, kind, doc_id, seq"
            .to_owned(),
        "SELECT kind, hex(doc_id), seq, rowid FROM log INDEXED BY log_moves WHERE entry = 'move' ORDER BY org_id, kind, doc_id, seq"
            .to_owned(),
    ] {
        let mut query = database.prepare(&sql)?;
        let columns = query.column_count();
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            lines.push((0..columns).map(|i| format!("{:?}|", row.get_ref(i))).collect());
        }
    }
    Ok(lines)
}

/// A company's database file, whole, with nothing beside it.
fn company(path: &Path) -> Vec<u8> {
    let store = Store::sqlite(path).expect("a database");
    let world = World::on(store);
    crate::audit::days(&world);
    drop(world);
    assert!(!path.with_extension("db-wal").exists(), "it is closed");
    std::fs::read(path).expect("a file")
}

/// What verify says of the file; an error is one fault.
fn faults(path: &Path) -> Vec<String> {
    let verified = Store::sqlite_as_it_is(path).and_then(|store| audit::verify(&store, &[], false));
    verified.map_or_else(|error| vec![error.to_string()], |report| report.faults)
}

#[test]
fn any_byte_of_the_log_or_of_its_indexes_flipped_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("leadline.db");
    let whole = company(&path);
    let (before, pages) = (readable(&path).expect("readable"), pages(&whole, &path));
    assert_eq!(faults(&path), [""; 0]);
    let of: std::collections::BTreeSet<&str> = pages.values().map(String::as_str).collect();
    assert!(of.len() > 6, "the table and every index: {of:?}");
    let numbers: Vec<usize> = pages.keys().copied().collect();
    let (mut dice, mut found, mut nothing) = (Dice::new(SEED), BTreeMap::<&str, usize>::new(), 0);
    for _ in 0..FLIPS {
        let number = numbers[dice.roll() as usize % numbers.len()];
        let at = (number - 1) * PAGE + dice.roll() as usize % PAGE;
        let mut altered = whole.clone();
        altered[at] ^= 1 << (dice.roll() % 8);
        std::fs::write(&path, &altered).expect("written");
        let name = pages[&number].as_str();
        if faults(&path).is_empty() {
            // Room that nothing uses: nobody is told anything else.
            assert_eq!(readable(&path).expect("readable"), before, "byte {at} of {name} was altered unseen, seed {SEED}");
            nothing += 1;
        } else {
            *found.entry(name).or_default() += 1;
        }
    }
    println!("{FLIPS} flips: found {found:?}; {nothing} hit unused room");
    assert!(found.len() == pages.values().collect::<std::collections::BTreeSet<_>>().len(), "{found:?}");
    assert!(found.values().sum::<usize>() > FLIPS / 3, "{found:?}");
}

#[test]
fn an_index_that_answers_something_else_is_named_with_the_entry() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("leadline.db");
    let whole = company(&path);
    let database = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY).expect("opened");
    let asked = "SELECT seq, author FROM log WHERE entry = 'change' ORDER BY seq LIMIT 1";
    let (seq, author): (i64, Vec<u8>) = database.query_row(asked, [], |row| Ok((row.get(0)?, row.get(1)?))).expect("a change");
    drop(database);
    let index = pages(&whole, &path).into_iter().filter(|(_, name)| name == "log_changes").map(|(number, _)| number);
    let mut altered = whole.clone();
    let places: Vec<usize> =
        index.flat_map(|number| (number - 1) * PAGE..number * PAGE - 16).filter(|at| whole[*at..*at + 16] == author[..]).collect();
    altered[places[0] + 7] ^= 1;
    std::fs::write(&path, &altered).expect("written");
    let found = faults(&path);
    assert!(found.iter().any(|fault| fault.contains("index log_changes") && fault.contains("(entry ")), "{found:?}");
    assert!(found.iter().all(|fault| fault.contains("The database file is damaged")), "the walk itself sees nothing: {found:?}, {seq}");
}

#[test]
fn a_database_is_verified_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("leadline.db");
    assert!(Store::sqlite_as_it_is(&path).is_err() && !path.exists(), "nothing is made");
    let whole = company(&path);
    let store = Store::sqlite_as_it_is(&path).expect("opened");
    assert_eq!(audit::verify(&store, &[], true).expect("readable").faults, [""; 0]);
    let written = store.write(|tx| tx.execute("UPDATE orgs SET epoch = 9", &[]));
    assert!(written.is_err(), "it is for reading");
    drop(store);
    assert_eq!(std::fs::read(&path).expect("a file"), whole);
    Connection::open(&path).expect("opened").execute("UPDATE schema_version SET version = 2", []).expect("altered");
    let old = Store::sqlite_as_it_is(&path).expect_err("of before").to_string();
    assert!(old.contains("version 2") && old.contains("start the server once"), "{old}");
    assert_eq!(Connection::open(&path).expect("opened").query_row("SELECT version FROM schema_version", [], |row| row.get(0)), Ok(2));
}

#[test]
fn an_index_of_postgres_that_answers_something_else_is_named() {
    let mut cluster = Cluster::start().expect("PostgreSQL 15 is needed for this test: apt-get install postgresql-15");
    let store = Store::postgres(cluster.url()).expect("a database");
    let world = World::on(store.clone());
    crate::audit::days(&world);
    let unseen = audit::verify(&store, &[], false).expect("readable").unseen.expect("without the extension");
    assert!(unseen.contains("CREATE EXTENSION amcheck"), "{unseen}");
    let mut client = postgres::Client::connect(cluster.url(), postgres::NoTls).expect("connected");
    client.batch_execute("CREATE EXTENSION amcheck").expect("it comes with PostgreSQL");
    let report = audit::verify(&store, &[], true).expect("readable");
    assert!(report.faults.is_empty() && report.unseen.is_none(), "{report:?}");
    let row = client.query_one("SELECT author FROM log WHERE entry = 'change' ORDER BY seq LIMIT 1", &[]).expect("a change");
    let author: Vec<u8> = row.get(0);
    let file: String = client.query_one("SELECT pg_relation_filepath('log_changes')", &[]).expect("a file").get(0);
    drop((client, world, store));
    cluster.restarted(|data| {
        let path = data.join(file);
        let mut bytes = std::fs::read(&path).expect("a file");
        let at = bytes.windows(author.len()).position(|window| window == author).expect("in the index");
        bytes[at + 7] ^= 1;
        std::fs::write(&path, bytes).expect("written");
    });
    let store = Store::postgres_as_it_is(cluster.url()).expect("a database");
    let found = audit::verify(&store, &[], false).expect("readable").faults;
    assert!(found.len() == 1 && found[0].contains("The index log_changes is damaged"), "{found:?}");
}
