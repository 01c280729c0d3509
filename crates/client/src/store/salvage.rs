//! What can still be read of a damaged database: what was typed or asked for and not sent, what waits for
//! the person, and who the person is. What the server has too is left to it. Never writes to the damaged
//! file.

use super::{connect, documents, is_damaged, leads, meta, outbox};
use crate::error::ClientError;
use crate::own;
use crate::session::SessionFacts;
use crate::vault::Key;
use documents::Stored;
use domain::policy::new_standing;
use domain::{DocId, DocKind, Envelope, LeadId};
use protocol::rows::{LeadSummary, Ownership};
use records::{ChangeHash, Doc};
use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, params_from_iter};
use std::collections::BTreeMap;
use std::path::Path;
use uuid::Uuid;

/// Numbers tried one by one where no index says which there are.
const PROBES_MAX: i64 = 2_000;
/// The format that brought assignments which wait for the server.
const REQUESTS_SINCE: u32 = 3;
/// The format since which steps of attendance wait in a table.
const STEPS_SINCE: u32 = 8;
/// How far the device was, which the new database is not.
const LEFT_TO_THE_SERVER: [&str; 5] = [meta::CURSOR, meta::BACKFILL, meta::UNNAMED, meta::PULLED_AT, meta::OFFLINE_SINCE];

/// What was read, and what could not be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Salvaged {
    /// Edits not sent yet that are in the new database.
    pub kept: u32,
    /// Those that are known to be lost.
    pub lost: u32,
    /// There may be more of them: what counts them is damaged too.
    pub uncounted: bool,
    /// Tables of which something else may be missing.
    pub incomplete: Vec<&'static str>,
}

impl Salvaged {
    /// Nothing that the server may lack was left behind.
    pub fn is_all(&self) -> bool {
        self.lost == 0 && !self.uncounted && self.incomplete.is_empty()
    }
}

/// Reads what it can of `damaged` into the new database behind `into`.
///
/// # Errors
/// Those of the new database.
pub(crate) fn salvage(damaged: &Path, key: &Key, into: &Connection) -> Result<Salvaged, ClientError> {
    let mut wreck = Wreck { path: damaged, key, open: None };
    let mut salvaged = Salvaged::default();
    for table in [Table::META, Table::ATTENTION, Table::DRAFTS] {
        if !wreck.copy(&table, "1", into)? {
            salvaged.incomplete.push(table.name);
        }
    }
    // Older versions had no such table.
    let has_requests = wreck.format().is_none_or(|format| !(1..REQUESTS_SINCE).contains(&format));
    if has_requests && !wreck.copy(&Table::REQUESTS, "1", into)? {
        salvaged.incomplete.push(Table::REQUESTS.name);
    }
    let has_steps = wreck.format().is_none_or(|format| !(1..STEPS_SINCE).contains(&format));
    if has_steps && !wreck.copy(&Table::STEPS, "1", into)? {
        salvaged.incomplete.push(Table::STEPS.name);
    }
    LEFT_TO_THE_SERVER.iter().try_for_each(|key| meta::remove(into, key))?;
    let pending = wreck.copy(&Table::DOCUMENTS, "confirmed IS NOT NULL", into)?;
    let tails = wreck.copy(&Table::TAILS, "1", into)?;
    let known = wreck.numbers(&Table::OUTBOX);
    let complete = wreck.copy(&Table::OUTBOX, "1", into)?;
    settle(&mut wreck, into)?;
    salvaged.kept = outbox::size(into)?.0;
    salvaged.lost = known.as_ref().map_or(0, |known| u32::try_from(known.len()).unwrap_or(u32::MAX).saturating_sub(salvaged.kept));
    salvaged.uncounted = known.is_none() && !complete && !(pending && tails);
    Ok(salvaged)
}

/// A table by whose key its rows are read one after another.
struct Table {
    name: &'static str,
    key: &'static [&'static str],
    /// Of a table that is numbered, the indexes that list its numbers.
    numbered_by: &'static [&'static str],
}

impl Table {
    const META: Self = Self { name: "meta", key: &["key"], numbered_by: &[] };
    const ATTENTION: Self = Self { name: "attention", key: &["command"], numbered_by: &[] };
    const DRAFTS: Self = Self { name: "drafts", key: &["key"], numbered_by: &[] };
    const REQUESTS: Self = Self { name: "requests", key: &["id"], numbered_by: &[] };
    const STEPS: Self = Self { name: "attendance_steps", key: &["n"], numbered_by: &[] };
    const TAILS: Self = Self { name: "tails", key: &["kind", "id", "n"], numbered_by: &[] };
    const DOCUMENTS: Self = Self { name: "documents", key: &["rowid"], numbered_by: &["sqlite_autoindex_documents_1"] };
    const OUTBOX: Self = Self { name: "outbox", key: &["rowid"], numbered_by: &["outbox_by_doc", "sqlite_autoindex_outbox_1"] };
}

/// The damaged database. One page that can't be decrypted makes SQLCipher refuse all that comes after
/// it, so each failure takes a new connection.
struct Wreck<'a> {
    path: &'a Path,
    key: &'a Key,
    open: Option<Connection>,
}

/// Rows read in one order, and whether the end was reached.
struct Read {
    rows: Vec<Vec<Value>>,
    complete: bool,
}

impl Wreck<'_> {
    /// What `f` answers, unless what it read may be damaged.
    fn ask<T>(&mut self, f: impl FnOnce(&Connection) -> Result<T, ClientError>) -> Option<T> {
        let connection = match self.open.take() {
            Some(connection) => connection,
            None => connect(self.path, self.key, OpenFlags::SQLITE_OPEN_READ_ONLY).ok()?,
        };
        let answer = f(&connection).ok().filter(|_| !is_damaged(&connection, self.key));
        if answer.is_some() {
            self.open = Some(connection);
        }
        answer
    }

    /// The format of a database that says so.
    fn format(&mut self) -> Option<u32> {
        self.ask(|c| Ok(c.query_row("PRAGMA user_version", [], |r| r.get(0))?))
    }

    /// Copies the rows of a table that can be read; whether that was all of them.
    fn copy(&mut self, table: &Table, which: &str, into: &Connection) -> Result<bool, ClientError> {
        let columns = self.columns(table, into)?;
        if columns.is_empty() {
            return Ok(false);
        }
        let first = self.read(table, &columns, which, "ASC");
        let complete = first.complete;
        put(into, table, &columns, first.rows)?;
        if !complete {
            let last = self.read(table, &columns, which, "DESC");
            put(into, table, &columns, last.rows)?;
            let numbers = self.numbers_to_try(table);
            for number in numbers {
                let one = format!("{which} AND rowid = {number}");
                let row = self.read(table, &columns, &one, "ASC");
                put(into, table, &columns, row.rows)?;
            }
        }
        Ok(complete)
    }

    /// The columns that both have: an older version knew fewer. A numbered table's number is one.
    fn columns(&mut self, table: &Table, into: &Connection) -> Result<Vec<String>, ClientError> {
        let ours = columns(into, table.name)?;
        let theirs = self.ask(|c| columns(c, table.name)).unwrap_or_default();
        let numbered = table.key == ["rowid"] && !theirs.is_empty() && !ours.iter().any(|column| column == "n");
        let both = ours.into_iter().filter(|column| theirs.contains(column));
        Ok(numbered.then(|| "rowid".to_owned()).into_iter().chain(both).collect())
    }

    /// Reads row after row until the end or the first damage.
    fn read(&mut self, table: &Table, columns: &[String], which: &str, order: &str) -> Read {
        let by: Vec<String> = table.key.iter().map(|column| format!("{column} {order}")).collect();
        let sql = format!("SELECT {} FROM {} WHERE {which} ORDER BY {}", columns.join(", "), table.name, by.join(", "));
        let mut read = Read { rows: Vec::new(), complete: false };
        let key = self.key;
        let ended = self.ask(|c| {
            let mut statement = c.prepare(&sql)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let values = (0..columns.len()).map(|i| row.get(i)).collect::<Result<Vec<Value>, _>>()?;
                if is_damaged(c, key) {
                    return Err(ClientError::Damaged);
                }
                read.rows.push(values);
            }
            Ok(())
        });
        read.complete = ended.is_some();
        read
    }

    /// The numbers of a table's rows by an index that is whole.
    fn numbers(&mut self, table: &Table) -> Option<Vec<i64>> {
        table.numbered_by.iter().find_map(|index| {
            self.ask(|c| {
                let mut rows = c.prepare(&format!("SELECT rowid FROM {} INDEXED BY {index} WHERE 1", table.name))?;
                let numbers = rows.query_map([], |r| r.get(0))?;
                Ok(numbers.collect::<Result<_, _>>()?)
            })
        })
    }

    /// The numbers of rows that may be read one by one.
    fn numbers_to_try(&mut self, table: &Table) -> Vec<i64> {
        if table.numbered_by.is_empty() {
            return Vec::new();
        }
        self.numbers(table).unwrap_or_else(|| {
            let made = self.ask(|c| Ok(c.query_row("SELECT seq FROM sqlite_sequence WHERE name = ?1", [table.name], |r| r.get(0))?));
            let last = made.unwrap_or(PROBES_MAX);
            ((last - PROBES_MAX).max(0)..=last).collect()
        })
    }

    fn lead(&mut self, lead: LeadId) -> Option<leads::Row> {
        self.ask(|c| leads::get(c, lead)).flatten()
    }
}

fn columns(c: &Connection, table: &str) -> Result<Vec<String>, ClientError> {
    let mut rows = c.prepare("SELECT name FROM pragma_table_info(?1)")?;
    let names = rows.query_map([table], |r| r.get(0))?;
    Ok(names.collect::<Result<_, _>>()?)
}

fn put(into: &Connection, table: &Table, columns: &[String], rows: Vec<Vec<Value>>) -> Result<(), ClientError> {
    let places = vec!["?"; columns.len()].join(", ");
    let sql = format!("INSERT OR IGNORE INTO {} ({}) VALUES ({places})", table.name, columns.join(", "));
    let mut insert = into.prepare_cached(&sql)?;
    rows.into_iter().try_for_each(|row| insert.execute(params_from_iter(row)).map(drop))?;
    Ok(())
}

/// One edit that was not sent, and where it stands among the others: by its old number, and within a
/// document by the order of its changes.
struct Unsent {
    place: (i64, usize),
    doc: DocId,
    envelope: Envelope,
    hash: ChangeHash,
    change: Vec<u8>,
}

/// Makes outbox, documents and rows fit each other again: an edit that is missing in the one is taken
/// from the other.
fn settle(wreck: &mut Wreck<'_>, into: &Connection) -> Result<(), ClientError> {
    let mut unsent = readable(into)?;
    into.execute("DELETE FROM outbox", [])?;
    // The server is asked for everything: what it does not name is not visible any more.
    into.execute("UPDATE documents SET backfill = 0", [])?;
    for doc in documents::all(into)? {
        match documents::load(into, doc) {
            Ok(Some(stored)) => complete(&mut unsent, doc, &stored),
            // Half of it is no document: the server's comes, and what is in the outbox is put on it.
            Ok(None) | Err(_) => documents::remove(into, doc)?,
        }
    }
    let mut all: Vec<Unsent> = unsent.into_values().collect();
    all.sort_by_key(|edit| edit.place);
    for edit in &all {
        outbox::push(into, edit.doc, &edit.envelope, edit.hash, &edit.change)?;
    }
    make_anew(into, &all)?;
    documents::all(into)?.into_iter().try_for_each(|doc| show(wreck, into, doc))
}

/// The edits whose rows are what was written, by their command.
fn readable(c: &Connection) -> Result<BTreeMap<Uuid, Unsent>, ClientError> {
    let mut rows = c.prepare("SELECT n, kind, doc, envelope, change FROM outbox ORDER BY n")?;
    let read = |r: &rusqlite::Row<'_>| {
        let (n, kind, id): (i64, String, [u8; 16]) = (r.get(0)?, r.get(1)?, r.get(2)?);
        let (envelope, change): (String, Vec<u8>) = (r.get(3)?, r.get(4)?);
        let doc = kind.parse::<DocKind>().ok().map(|kind| DocId { kind, id: Uuid::from_bytes(id) });
        let (envelope, hash) = (serde_json::from_str::<Envelope>(&envelope).ok(), ChangeHash::of(&change));
        Ok(doc.zip(envelope).zip(hash).map(|((doc, envelope), hash)| Unsent { place: (n, 0), doc, envelope, hash, change }))
    };
    let edits = rows.query_map([], read)?.collect::<Result<Vec<_>, _>>()?;
    Ok(edits.into_iter().flatten().map(|edit| (edit.envelope.id.0, edit)).collect())
}

/// Adds what the document holds beyond its ground and the outbox lost, before what came after it.
fn complete(unsent: &mut BTreeMap<Uuid, Unsent>, doc: DocId, stored: &Stored) {
    let Some(ground) = &stored.confirmed else { return };
    let mut after = i64::MAX;
    for (place, entry) in records::history(&stored.doc).into_iter().enumerate().rev() {
        let Some(envelope) = entry.envelope.filter(|_| !ground.has(&entry.hash)) else { continue };
        if let Some(known) = unsent.get_mut(&envelope.id.0) {
            known.place.1 = place;
            after = known.place.0;
        } else if let Some(change) = stored.doc.change_bytes(&entry.hash) {
            unsent.insert(envelope.id.0, Unsent { place: (after, place), doc, envelope, hash: entry.hash, change });
        }
    }
}

/// A record that was made here and is only in the outbox.
fn make_anew(into: &Connection, unsent: &[Unsent]) -> Result<(), ClientError> {
    let mut made: BTreeMap<DocId, Doc> = BTreeMap::new();
    for edit in unsent {
        if documents::exists(into, edit.doc)? {
            continue;
        }
        // What lacks something is for the server's record, when it comes.
        let _ = made.entry(edit.doc).or_insert_with(|| Doc::seed(edit.doc.kind)).apply_trusted(&edit.change);
    }
    for (doc, made) in made.into_iter().filter(|(_, made)| !made.is_empty()) {
        documents::save(into, doc, &made, Some(&Doc::seed(doc.kind)), &[])?;
    }
    Ok(())
}

/// The row that lists and screens show.
fn show(wreck: &mut Wreck<'_>, into: &Connection, doc: DocId) -> Result<(), ClientError> {
    let Some(stored) = documents::load(into, doc)? else { return Ok(()) };
    let Some(lead) = doc.as_lead() else { return own::put(into, doc, &stored.doc, &mut bridge::Change::default()) };
    let Ok(record) = records::lead::read(&stored.doc, lead) else { return documents::remove(into, doc) };
    let before = wreck.lead(lead);
    let facts = SessionFacts::load(into)?;
    // Of one that was made here, as the server will decide.
    let made_here = Ownership::of_new(facts.map_or((None, None), |facts| new_standing(&facts.actor())));
    let owned = before.as_ref().map_or(made_here, |row| row.summary.ownership());
    let (pending, newest) = (outbox::count_of(into, doc)?, outbox::of_doc(into, doc)?.iter().map(|p| p.envelope.at).max());
    let confirmed_at = before.as_ref().map_or(0, |row| row.confirmed_at);
    let updated_at = before.map_or(0, |row| row.summary.updated_at).max(newest.unwrap_or(0));
    leads::put(into, lead, &LeadSummary::of(&record, owned, updated_at), confirmed_at, pending, true)
}
