//! What the server does alone: accepting with full authorisation, on one core.

use super::report::Measured;
use anyhow::{Result, ensure};
use domain::{Command, CommandId, DeviceId, DocId, Envelope, LeadField};
use protocol::push::{Outcome, PushItem, PushRequest};
use protocol::{ChangeHash, PUSH_ITEMS_MAX};
use std::path::Path;
use std::time::Instant;
use sync_server::{Core, Store};

const LEADS: usize = 1_000;
const CHANGES: usize = 10_000;

/// Pushes edits of many leads, in batches of 1,000.
///
/// # Errors
/// Whatever fails.
pub fn measure(folder: &Path) -> Result<Vec<Measured>> {
    eprintln!("  {CHANGES} pushed changes …");
    let store = Store::sqlite(&folder.join("accept.db"))?;
    let env = sync_server::env::system();
    sync_server::demo::found(&store, &env, 7)?;
    let core = Core::open(store, env.clone())?;
    sync_server::demo::fill(&core, LEADS, 7, None)?;
    let user = core.user_by_email("vikram@nakshatra.example")?;
    let who = core.session_for(user, DeviceId(env.new_id()))?;
    let items = edits(&core, &who, &env)?;

    let started = Instant::now();
    for batch in items.chunks(PUSH_ITEMS_MAX) {
        let answer = core.push(&who, PushRequest { items: batch.to_vec() })?;
        ensure!(answer.results.iter().all(|r| matches!(r.outcome, Outcome::Applied { .. })), "every change is accepted");
    }
    let rate = CHANGES as f64 / started.elapsed().as_secs_f64();
    let bare = bare_inserts(&folder.join("bare.db"), &items)?;
    Ok(vec![Measured::by_value("push_authorised", rate, Some(bare), "changes/s", rate >= 2_500.0, "≥ 2,500 changes/s on one core")])
}

fn edits(core: &Core, who: &sync_server::SignedIn, env: &domain::Env) -> Result<Vec<PushItem>> {
    let mut docs = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let batch = core.pull(who, cursor.as_deref(), 500)?;
        for entry in batch.entries {
            if let protocol::pull::Entry::Snapshot(s) = entry {
                docs.push((s.doc, records::Doc::load(&s.blob)?));
            }
        }
        cursor = Some(batch.cursor);
        if batch.up_to_date {
            break;
        }
    }
    docs.sort_by_key(|(id, _)| *id);
    docs.dedup_by_key(|(id, _)| *id);
    let actor = env.random();
    let mut items = Vec::with_capacity(CHANGES);
    for n in 0..CHANGES {
        let at = n % docs.len();
        let (doc, document): &mut (DocId, records::Doc) = &mut docs[at];
        let command = Command::SetField { field: LeadField::Email, value: Some(format!("bench{n}@example.com")) };
        let envelope = Envelope { id: CommandId(env.new_id()), author: who.actor().user, at: env.now_ms(), command };
        let change = records::execute(document, actor, &envelope)?;
        items.push(PushItem { doc: *doc, envelope, change: change.bytes, hash: ChangeHash(change.hash.0) });
    }
    Ok(items)
}

/// The same bytes into a bare log table, in the same batches.
fn bare_inserts(path: &Path, items: &[PushItem]) -> Result<f64> {
    let mut bare = rusqlite::Connection::open(path)?;
    bare.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE log (seq INTEGER PRIMARY KEY, payload BLOB)")?;
    let started = Instant::now();
    for batch in items.chunks(PUSH_ITEMS_MAX) {
        let tx = bare.transaction()?;
        for item in batch {
            tx.prepare_cached("INSERT INTO log (payload) VALUES (?1)")?.execute([&item.change])?;
        }
        tx.commit()?;
    }
    Ok(items.len() as f64 / started.elapsed().as_secs_f64())
}
