//! What one computer does alone: an edit, a page of the list, a search, at 100,000 leads.

use super::report::{Measured, percentile};
use anyhow::{Context, Result};
use bridge::bulk::{Column, LeadCsv};
use bridge::lead::{LeadFilter, LeadList, LeadSort};
use client::desk::Desk;
use client::vault::Key;
use client::{Profile, Transport, TransportError, system_env};
use domain::{Command, DeviceId, DocId, LeadField, LeadId, Pool, Role};
use protocol::pull::{PullBatch, Snapshot};
use protocol::push::{PushRequest, PushResponse};
use rusqlite::Connection;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use sync_server::{Core, SignedIn, Store};

/// Of the profile measured on.
const KEY: [u8; 32] = [7; 32];
const LEADS: usize = 100_000;
const EDITS: usize = 400;
const PAGES: usize = 400;

/// Straight into a server core, without a network.
pub(super) struct Direct {
    pub core: Arc<Core>,
    pub who: SignedIn,
}

impl Transport for Direct {
    fn push(&self, request: &PushRequest) -> Result<PushResponse, TransportError> {
        self.core.push(&self.who, request.clone()).map_err(|e| TransportError::Server(e.to_string()))
    }

    fn pull(&self, cursor: Option<&str>, take: &mut dyn FnMut(PullBatch) -> ControlFlow<()>) -> Result<(), TransportError> {
        let mut cursor = cursor.map(str::to_owned);
        loop {
            let batch = self.core.pull(&self.who, cursor.as_deref(), 500).map_err(|e| TransportError::Server(e.to_string()))?;
            cursor = Some(batch.cursor.clone());
            let done = batch.up_to_date;
            if take(batch).is_break() || done {
                return Ok(());
            }
        }
    }

    fn snapshot(&self, doc: DocId) -> Result<Snapshot, TransportError> {
        self.core.document(&self.who, doc).map_err(|_| TransportError::NotFound)
    }
}

/// A server with 100,000 leads.
fn filled(folder: &Path) -> Result<Arc<Core>> {
    let store = Store::sqlite(&folder.join("server.db"))?;
    let env = sync_server::env::system();
    sync_server::demo::found(&store, &env, 7)?;
    let core = Arc::new(Core::open(store, env)?);
    sync_server::demo::fill(&core, LEADS, 7, None)?;
    Ok(core)
}

/// What encryption costs, alone.
///
/// # Errors
/// Whatever fails.
pub fn cipher(folder: &Path) -> Result<Vec<Measured>> {
    let core = filled(folder)?;
    let admin = core.user_by_email("vikram@nakshatra.example")?;
    let who = core.session_for(admin, DeviceId(core.env().new_id()))?;
    super::cipher::measure(folder, &Direct { core, who })
}

/// Fills a profile with 100,000 leads and measures on it.
///
/// # Errors
/// Whatever fails.
pub fn measure(folder: &Path) -> Result<Vec<Measured>> {
    eprintln!("  a profile with {LEADS} leads …");
    let core = filled(folder)?;
    let manager = core.user_by_email("vikram@nakshatra.example")?;
    let profile_dir = folder.join("profile");
    let desk = Desk::open(&Profile::at(&profile_dir)?, &Key::from(KEY), system_env())?;
    let engine = desk.engine().clone();
    let who = core.session_for(manager, engine.device()?)?;
    engine.signed_in("http://127.0.0.1:1", &super::wire::fake_session(&core, who.actor(), Role::Admin))?;
    let direct = Direct { core, who };
    engine.sync(&direct)?;

    // A window is open: what it will ask for is made ready.
    desk.listen(Arc::new(|_| ()));

    eprintln!("  edits, pages, searches …");
    let raw = raw_connection(&profile_dir)?;
    let mut all = vec![edit(&engine, &raw)?, list(&desk, &raw)?, search(&desk)?, sorted(&desk)?, copied(&desk)?];
    drop((engine, desk, raw));
    all.extend(super::cipher::measure(folder, &direct)?);
    Ok(all)
}

/// The same file by the barest means.
fn raw_connection(profile: &Path) -> Result<Connection> {
    let raw = Connection::open(profile.join("leadline.db"))?;
    raw.pragma_update(None, "key", format!("x'{}'", "07".repeat(KEY.len())))?;
    raw.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -16000;
         CREATE TABLE bench_raw (id INTEGER PRIMARY KEY, value TEXT NOT NULL); INSERT INTO bench_raw VALUES (1, 'x')",
    )?;
    Ok(raw)
}

fn edit(engine: &client::Engine, raw: &Connection) -> Result<Measured> {
    let id: [u8; 16] = raw.query_row("SELECT id FROM leads ORDER BY updated_at DESC LIMIT 1", [], |r| r.get(0))?;
    let lead = LeadId(uuid::Uuid::from_bytes(id));
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for n in 0..EDITS {
        let command = Command::SetField { field: LeadField::Source, value: Some(format!("Source {n}")) };
        let started = Instant::now();
        engine.execute(lead, command)?;
        ours.push(started.elapsed());
        let started = Instant::now();
        raw.prepare_cached("UPDATE bench_raw SET value = ?1 WHERE id = 1")?.execute([format!("someone{n}@example.com")])?;
        bare.push(started.elapsed());
    }
    let (ours, bare) = (percentile(&mut ours, 50.0), percentile(&mut bare, 50.0));
    Ok(Measured::by_ratio("edit_full", ours, bare, "ms p50", 1.5, "≤ 1.5× a raw one-row UPDATE"))
}

fn list(desk: &Desk, raw: &Connection) -> Result<Measured> {
    let mut statement = raw.prepare(
        "SELECT id, name, phone, alt_phone, email, source, language, status, interest, next_follow_up_at, conflicts, owner, team,
             created_at, updated_at, pending FROM leads WHERE deleted = 0 ORDER BY updated_at DESC, n DESC LIMIT 50",
    )?;
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..PAGES {
        let started = Instant::now();
        let page = desk.ask(LeadList { filter: LeadFilter::default(), offset: 0, limit: 50 })?;
        ours.push(started.elapsed());
        anyhow::ensure!(page.rows.len() == 50 && page.total as usize >= LEADS, "a full page of all leads");
        let started = Instant::now();
        let mut rows = statement.query([])?;
        let mut seen = 0;
        while let Some(row) = rows.next()? {
            for column in 0..16 {
                seen += row.get_ref(column)?.as_bytes_or_null().map_or(1, |b| b.map_or(0, <[u8]>::len));
            }
        }
        bare.push(started.elapsed());
        std::hint::black_box(seen);
    }
    let (ours, bare) = (percentile(&mut ours, 50.0), percentile(&mut bare, 50.0));
    Ok(Measured::by_ratio("list_page", ours, bare, "ms p50", 1.5, "≤ 1.5× the bare statement"))
}

/// Every prefix of what people type, a key at a time.
fn search(desk: &Desk) -> Result<Measured> {
    let typed =
        ["ananya", "kumar sh", "a", "s", "राहुल", "أحمد", "98200", "4786", "12", "+91 98", "zzzz", "priya sharma", "müller", "o’connor"];
    let mut samples: Vec<Duration> = Vec::new();
    for _ in 0..5 {
        for word in typed {
            let ends = word.char_indices().map(|(i, c)| i + c.len_utf8());
            for end in ends {
                let filter = LeadFilter { search: word[..end].to_owned(), ..LeadFilter::default() };
                let started = Instant::now();
                desk.ask(LeadList { filter, offset: 0, limit: 50 })?;
                samples.push(started.elapsed());
            }
        }
    }
    let p50 = percentile(&mut samples, 50.0);
    let p99 = percentile(&mut samples, 99.0);
    Ok(Measured::by_value("search_p99", p99, Some(p50), "ms (baseline: p50)", p99 <= 16.0, "p99 ≤ 16 ms at 100,000 leads"))
}

/// Every order, both ways, at its top, its middle and its end; the first question makes an order.
fn sorted(desk: &Desk) -> Result<Measured> {
    let (mut first, mut later): (Vec<Duration>, Vec<Duration>) = Default::default();
    for (sort, reversed) in LeadSort::ALL.into_iter().flat_map(|sort| [(sort, false), (sort, true)]) {
        for (n, offset) in [0, 50_000, 99_800].into_iter().cycle().take(30).enumerate() {
            let filter = LeadFilter { sort, reversed, pool: Some(Pool::Working), ..LeadFilter::default() };
            let started = Instant::now();
            desk.ask(LeadList { filter, offset, limit: 200 })?;
            if n == 0 { &mut first } else { &mut later }.push(started.elapsed());
        }
    }
    let (slowest, p99) = (percentile(&mut first, 100.0), percentile(&mut later, 99.0));
    Ok(Measured::by_value("sorted_p99", p99, Some(slowest), "ms (baseline: makes the order)", p99 <= 16.0, "p99 ≤ 16 ms at 100,000 leads"))
}

/// The whole list as a table.
fn copied(desk: &Desk) -> Result<Measured> {
    let columns = [Column::Name, Column::Phone, Column::Status, Column::Next, Column::Owner, Column::Source, Column::Updated];
    let columns = columns.map(|column| (column, format!("{column:?}"))).to_vec();
    let started = Instant::now();
    let csv = desk.ask(LeadCsv { filter: LeadFilter::default(), leads: None, columns })?;
    let ms = started.elapsed().as_secs_f64() * 1_000.0;
    anyhow::ensure!(csv.rows as usize >= LEADS, "all leads");
    Ok(Measured::by_value("copy_all", ms, None, "ms", ms <= 3_000.0, "≤ 3 s for 100,000 leads, beside the window"))
}

/// For whoever needs one lead of the measured profile.
///
/// # Errors
/// When there is none.
pub fn any_lead(desk: &Desk) -> Result<LeadId> {
    let page = desk.ask(LeadList { filter: LeadFilter::default(), offset: 0, limit: 1 })?;
    page.rows.first().map(|r| r.id).context("a lead")
}
