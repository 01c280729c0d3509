//! What must hold after every kill: the files are whole, documents, outbox and rows agree, the log
//! proves itself, everybody holds the same.

use crate::processes::Server;
use anyhow::{Context, Result, ensure};
use client::Engine;
use client::store::{documents, leads, outbox};
use domain::{Command, DocId, DocKind, OrgId};
use protocol::rows::LeadSummary;
use records::{ChangeHash, Doc};
use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use sync_server::store::log::LogRow;
use sync_server::store::{self, Tx, log, orgs};
use sync_server::{Store, StoreError};

/// The commands in every document here, as JSON.
///
/// # Errors
/// What the profile says.
pub fn commands_here(engine: &Engine) -> Result<Vec<String>> {
    let mut commands = Vec::new();
    for doc in engine.store().read(documents::all)? {
        let stored = engine.store().read(|c| documents::load(c, doc))?.context("a document that was listed")?;
        let seed = Doc::seed(doc.kind);
        for entry in records::history(&stored.doc).into_iter().filter(|entry| !seed.has(&entry.hash)) {
            commands.push(serde_json::to_string(&entry.envelope.context("a command")?.command)?);
        }
    }
    Ok(commands)
}

/// The commands that were not answered, as JSON.
///
/// # Errors
/// What the profile says.
pub fn commands_waiting(engine: &Engine) -> Result<Vec<String>> {
    let waiting = engine.store().read(|c| outbox::first(c, usize::MAX))?;
    waiting.iter().map(|pending| Ok(serde_json::to_string(&pending.envelope.command)?)).collect()
}

/// The commands in the server's log, as JSON.
///
/// # Errors
/// What the database says.
pub fn commands_on(data: &Path) -> Result<Vec<String>> {
    let store = Store::sqlite(&data.join("leadline.db"))?;
    let commands: Vec<Option<Command>> = store.read(|tx| -> Result<_, StoreError> {
        let org = orgs::only(tx)?.id;
        let mut changes = Vec::new();
        log::walk(tx, org, None, &mut |row| {
            if row.entry == "change" {
                changes.push(row);
            }
            Ok(true)
        })?;
        let mut docs = HashMap::new();
        changes.iter().map(|row| command_of(tx, org, row, &mut docs)).collect()
    })?;
    commands.into_iter().map(|command| Ok(serde_json::to_string(&command.context("a command")?)?)).collect()
}

/// The command of a change; what a compaction took out of the log is in the document.
fn command_of(tx: &mut dyn Tx, org: OrgId, row: &LogRow, docs: &mut HashMap<DocId, Option<Doc>>) -> Result<Option<Command>, StoreError> {
    if !row.is_dropped() {
        return Ok(records::envelope_of(&row.payload).map(|envelope| envelope.command));
    }
    let hash = row.hash.as_deref().and_then(|hash| hash.try_into().ok()).map(ChangeHash);
    let Some((doc, hash)) = log::doc_of(row).zip(hash) else { return Ok(None) };
    if let Entry::Vacant(place) = docs.entry(doc) {
        let blob = store::documents::blob(tx, org, doc)?;
        place.insert(blob.and_then(|blob| Doc::load(&blob).ok()));
    }
    let held = docs.get(&doc).and_then(Option::as_ref);
    Ok(held.and_then(|held| records::envelope_in(held, &hash)).map(|envelope| envelope.command))
}

/// A profile's file is whole, and documents, outbox and rows agree.
///
/// # Errors
/// Where they do not.
pub fn profile_is_sound(engine: &Engine) -> Result<()> {
    // Pages that were torn on their way out of the log are whole in the log.
    engine.idle();
    let (verdict, damaged) = engine.store().read(|c| {
        let verdict: String = c.query_row("PRAGMA integrity_check", [], |r| r.get(0))?;
        Ok((verdict, c.prepare("PRAGMA cipher_integrity_check")?.exists([])?))
    })?;
    ensure!(verdict == "ok" && !damaged, "the profile's file: {verdict}; a page is damaged: {damaged}");
    engine.store().read(documents::all)?.into_iter().try_for_each(|doc| document_is_sound(engine, doc).context(doc.to_string()))
}

fn document_is_sound(engine: &Engine, doc: DocId) -> Result<()> {
    let (stored, pending, row) = engine.store().read(|c| {
        let row = doc.as_lead().map_or(Ok(None), |lead| leads::get(c, lead))?;
        Ok((documents::load(c, doc)?, outbox::of_doc(c, doc)?, row))
    })?;
    let stored = stored.context("no document")?;
    ensure!(stored.confirmed.is_some() != pending.is_empty(), "a ground, and {} edits wait", pending.len());
    let ground = stored.confirmed.as_ref().unwrap_or(&stored.doc);
    let beyond: BTreeSet<_> = records::history(&stored.doc).iter().map(|entry| entry.hash).filter(|hash| !ground.has(hash)).collect();
    let waiting: BTreeSet<_> = pending.iter().map(|pending| pending.hash).collect();
    ensure!(beyond == waiting, "the document and the outbox differ");
    let Some(lead) = doc.as_lead() else { return Ok(()) };
    let row = row.context("no row")?;
    ensure!(row.pending as usize == pending.len(), "the row says that {} wait, and {} do", row.pending, pending.len());
    let record = records::lead::read(&stored.doc, lead)?;
    let rebuilt = LeadSummary::of(&record, row.summary.ownership(), row.summary.updated_at);
    ensure!(row.summary == rebuilt, "the row is not what the document makes");
    Ok(())
}

/// The server's file is whole, and its log, documents and rows prove each other.
///
/// # Errors
/// What it says otherwise.
pub fn server_is_sound(server: &Server) -> Result<()> {
    server.ask(&["audit", "verify", "--deep"]).map(drop)
}

/// Every record of `one` is the same at `other`, who sees them all.
///
/// # Errors
/// Naming the first that is not.
pub fn is_held_by(one: &Engine, other: &Engine) -> Result<()> {
    // What a person keeps, only they hold.
    let held_by_both = |doc: &DocId| doc.kind != DocKind::UserState;
    for doc in one.store().read(documents::all)?.into_iter().filter(held_by_both) {
        let load = |engine: &Engine| engine.store().read(|c| documents::load(c, doc))?.context("it is not there");
        let (here, there) = (load(one)?, load(other).with_context(|| doc.to_string())?);
        ensure!(here.doc.heads() == there.doc.heads(), "{doc} is another one there");
    }
    Ok(())
}

/// The ids of all leads here.
///
/// # Errors
/// What the profile says.
pub fn records_here(engine: &Engine) -> Result<BTreeSet<DocId>> {
    Ok(engine.store().read(documents::all)?.into_iter().filter(|doc| doc.as_lead().is_some()).collect())
}
