//! What encryption costs: the same engine on the same batches, with SQLCipher and without, in turn and
//! several times over; the median of each counts.

use super::local::Direct;
use super::report::{Measured, percentile};
use anyhow::{Context, Result};
use bridge::lead::{LeadFilter, LeadGet, LeadList};
use client::desk::Desk;
use client::vault::Key;
use client::{Engine, Profile, Transport, TransportError, system_env};
use domain::{Command, DocId, LeadField, LeadId, Role};
use protocol::pull::{PullBatch, Snapshot};
use protocol::push::{PushRequest, PushResponse};
use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, Instant};

/// Runs of each, in turn.
const ROUNDS: usize = 5;
const READS: usize = 2_000;
const EDITS: usize = 400;

/// Batches that were pulled before, so that only the device's own work is measured.
struct Replay(Vec<PullBatch>);

impl Transport for Replay {
    fn push(&self, _: &PushRequest) -> Result<PushResponse, TransportError> {
        Err(TransportError::Broken("nothing is pushed here".into()))
    }

    fn pull(&self, _: Option<&str>, take: &mut dyn FnMut(PullBatch) -> ControlFlow<()>) -> Result<(), TransportError> {
        for batch in &self.0 {
            if take(batch.clone()).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn snapshot(&self, _: DocId) -> Result<Snapshot, TransportError> {
        Err(TransportError::NotFound)
    }
}

/// The p50 of a read and of an edit, ms; of a start with the list's first page and one lead, ms; and the
/// seconds of a first sync.
struct Cost {
    read: f64,
    cold_read: f64,
    edit: f64,
    first_sync: f64,
}

/// Encrypted against plain: a first sync of everything, a read of one record, an edit.
///
/// # Errors
/// Whatever fails.
pub(super) fn measure(folder: &Path, server: &Direct) -> Result<Vec<Measured>> {
    eprintln!("  the same with and without encryption …");
    let mut batches = Vec::new();
    server.pull(None, &mut |batch| {
        batches.push(batch);
        ControlFlow::Continue(())
    })?;
    let replay = Replay(batches);
    // The first of all pays for what is cold, and is not counted.
    one(&folder.join("warm"), &[0; 32], &replay, server)?;
    let (mut plain, mut sealed) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        plain.push(one(&folder.join(format!("plain{round}")), &[0; 32], &replay, server)?);
        sealed.push(one(&folder.join(format!("sealed{round}")), &[7; 32], &replay, server)?);
    }
    let line = |name, unit, pick: fn(&Cost) -> f64, at_most, target| {
        let (plain, sealed) = (picked(&plain, pick), picked(&sealed, pick));
        eprintln!("  {name}: {sealed:.3?} against {plain:.3?} {unit}");
        Measured::by_ratio(name, sealed[ROUNDS / 2], plain[ROUNDS / 2], unit, at_most, target)
    };
    Ok(vec![
        line("cipher_read", "ms p50", |c| c.read, 1.1, "≤ 1.1× without encryption"),
        line("cipher_cold_read", "ms", |c| c.cold_read, 1.1, "≤ 1.1× without encryption"),
        line("cipher_edit", "ms p50", |c| c.edit, 1.5, "≤ 1.5× without encryption"),
        line("cipher_first_sync", "s", |c| c.first_sync, 1.6, "≤ 1.6× without encryption"),
    ])
}

/// The numbers of all rounds in order.
fn picked(of: &[Cost], pick: fn(&Cost) -> f64) -> Vec<f64> {
    let mut numbers: Vec<f64> = of.iter().map(pick).collect();
    numbers.sort_by(f64::total_cmp);
    numbers
}

fn one(profile: &Path, key: &[u8; 32], replay: &Replay, server: &Direct) -> Result<Cost> {
    let env = system_env();
    let engine = Engine::open(&Profile::at(profile)?, &Key::from(*key), env)?;
    engine.signed_in("http://127.0.0.1:1", &super::wire::fake_session(&server.core, server.who.actor(), Role::Admin))?;
    let started = Instant::now();
    engine.sync(replay)?;
    let first_sync = started.elapsed().as_secs_f64();
    let leads: Vec<LeadId> =
        engine.store().read(|c| Ok(client::store::documents::all(c)?.into_iter().map(|doc| LeadId(doc.id)).collect()))?;
    let step = (leads.len() / READS).max(1);
    let mut reads: Vec<Duration> = Vec::new();
    // Once around first, so that both read from warm pages.
    for warm in [true, false] {
        for lead in leads.iter().step_by(step) {
            let started = Instant::now();
            std::hint::black_box(engine.record(*lead)?);
            if !warm {
                reads.push(started.elapsed());
            }
        }
    }
    let lead = *leads.first().context("a lead")?;
    let mut edits: Vec<Duration> = Vec::new();
    for n in 0..EDITS {
        let started = Instant::now();
        engine.execute(lead, Command::SetField { field: LeadField::Source, value: Some(format!("Source {n}")) })?;
        edits.push(started.elapsed());
    }
    drop(engine);
    let cold_read = cold_read(profile, key)?;
    std::fs::remove_dir_all(profile)?;
    let (read, edit) = (percentile(&mut reads, 50.0), percentile(&mut edits, 50.0));
    Ok(Cost { read, cold_read, edit, first_sync })
}

/// The app starts: nothing of the file is in its memory. The first page of the list, and a lead of it.
fn cold_read(profile: &Path, key: &[u8; 32]) -> Result<f64> {
    let started = Instant::now();
    let desk = Desk::open(&Profile::at(profile)?, &Key::from(*key), system_env())?;
    let page = desk.ask(LeadList { filter: LeadFilter::default(), offset: 0, limit: 50 })?;
    let lead = page.rows.first().context("a lead")?.id;
    std::hint::black_box(desk.ask(LeadGet { lead })?);
    Ok(started.elapsed().as_secs_f64() * 1_000.0)
}
