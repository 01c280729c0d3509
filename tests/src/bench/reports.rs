//! Reports over 1,000,000 leads whose rows are written directly: how long an answer takes, what the first one costs,
//! and what the facts take in memory; beside the same counts by bare SQL on plain columns.

use super::report::{Measured, percentile};
use anyhow::{Context, Result, ensure};
use domain::lead::Called;
use domain::report::{LeadReportFilter, Listed, ReportSort};
use domain::{Env, LeadId, Status, UserId};
use protocol::rows::{LeadSummary, PROJECTION_VERSION};
use rusqlite::{Connection, params};
use std::path::Path;
use std::time::{Duration, Instant};
use sync_server::demo::Dice;
use sync_server::reports::Page;
use sync_server::store::{leads, orgs};
use sync_server::{Core, Store};

const LEADS: u64 = 1_000_000;
const AT_ONCE: u64 = 50_000;
const DAY: i64 = 24 * 3_600_000;
const SOURCES: [&str; 6] = ["Facebook", "Website", "Google", "Referral", "WhatsApp", "Walk-in"];
const SAMPLES: usize = 12;
/// What the reports count, in one statement for each part of it.
const SQL: [&str; 5] = [
    "SELECT status, count(*) FROM lead WHERE created_at >= ?1 GROUP BY status",
    "SELECT source, count(*), sum(status = 'converted'), sum(status = 'lost') FROM lead WHERE created_at >= ?1 GROUP BY source",
    "SELECT owner, count(*), sum(status = 'converted'), sum(status = 'lost') FROM lead WHERE created_at >= ?1 GROUP BY owner",
    "SELECT (created_at + 19800000) / 604800000, count(*), sum(status = 'converted') FROM lead WHERE created_at >= ?1 GROUP BY 1",
    "SELECT (first_call_at - created_at) / 300000, count(*) FROM lead WHERE created_at >= ?1 GROUP BY 1",
];

/// Fills a server and asks it.
///
/// # Errors
/// Whatever fails.
pub fn measure(folder: &Path) -> Result<Vec<Measured>> {
    eprintln!("  a server with {LEADS} leads …");
    let store = Store::sqlite(&folder.join("reports.db"))?;
    let env = sync_server::env::system();
    sync_server::demo::found(&store, &env, 7)?;
    let core = Core::open(store, env.clone())?;
    let bare = fill(&core, &env, &folder.join("reports-bare.db"))?;
    let admin = core.user_by_email("vikram@nakshatra.example")?;
    let who = core.session_for(admin, domain::DeviceId(env.new_id()))?;

    let (before, started) = (resident_kb()?, Instant::now());
    let all = core.report_leads(&who, &LeadReportFilter::default())?;
    ensure!(all.leads == LEADS, "{} leads are counted", all.leads);
    let (first, memory) = (started.elapsed().as_secs_f64(), (resident_kb()? - before) as f64 / 1_024.0);

    let filters = [
        LeadReportFilter::default(),
        LeadReportFilter { start_date: Some("2026-01-01".into()), ..LeadReportFilter::default() },
        LeadReportFilter { source: Listed(vec!["Google".into()]), status: Listed(vec![Status::Converted]), ..LeadReportFilter::default() },
    ];
    let (mut figures, mut rows) = (Vec::new(), Vec::new());
    for n in 0..SAMPLES {
        let filter = &filters[n % filters.len()];
        let started = Instant::now();
        core.report_leads(&who, filter)?;
        figures.push(started.elapsed());
        let sort = [ReportSort::Created, ReportSort::Owner, ReportSort::Converted][n % 3];
        let started = Instant::now();
        core.report_lead_rows(&who, filter, &Page { sort, limit: Some(100), ..Page::default() })?;
        rows.push(started.elapsed());
    }
    let mut by_sql = plain(&bare)?;
    let (sql, figures, rows) = (percentile(&mut by_sql, 95.0), percentile(&mut figures, 95.0), percentile(&mut rows, 95.0));
    Ok(vec![
        Measured::by_value(
            "report_figures",
            figures,
            Some(sql),
            "ms p95 (baseline: five of them by SQL)",
            figures <= 300.0,
            "≤ 300 ms p95",
        ),
        Measured::by_value("report_rows", rows, None, "ms p95", rows <= 300.0, "≤ 300 ms p95"),
        Measured::by_value("report_first", first, None, "s", true, "printed: reads all rows once"),
        Measured::by_value("report_memory", memory, None, "MB", true, "printed: facts of a million leads"),
    ])
}

/// A million rows, and the same in plain columns.
fn fill(core: &Core, env: &Env, bare: &Path) -> Result<Connection> {
    let (org, now) = (core.org().id, env.now_ms());
    let people: Vec<UserId> = sync_server::demo::people().filter_map(|(email, ..)| core.user_by_email(&email).ok()).collect();
    let bare = Connection::open(bare)?;
    bare.execute_batch(
        "PRAGMA journal_mode = WAL; CREATE TABLE lead (status TEXT, source TEXT, owner INTEGER, created_at INTEGER, first_call_at INTEGER)",
    )?;
    let mut dice = Dice::new(7);
    let head = core.store().read(|tx| orgs::head(tx, org))?.seq;
    for begin in (0..LEADS).step_by(AT_ONCE as usize) {
        let summaries: Vec<(LeadId, LeadSummary, usize)> = (begin..begin + AT_ONCE)
            .map(|n| {
                let created_at = now - dice.below(700) as i64 * DAY - dice.below(86_400) as i64 * 1_000;
                let owner = dice.below(people.len());
                (LeadId(env.new_id()), summary(&mut dice, n, created_at, people[owner]), owner)
            })
            .collect();
        core.store().write(|tx| summaries.iter().try_for_each(|(id, summary, _)| leads::put(tx, org, *id, summary, head)))?;
        let tx = bare.unchecked_transaction()?;
        for (_, summary, owner) in &summaries {
            let first_call = summary.called.first().map(|call| call.at);
            tx.prepare_cached("INSERT INTO lead VALUES (?1, ?2, ?3, ?4, ?5)")?.execute(params![
                summary.status.as_str(),
                summary.source,
                *owner as i64,
                summary.created_at,
                first_call
            ])?;
        }
        tx.commit()?;
    }
    Ok(bare)
}

fn summary(dice: &mut Dice, n: u64, created_at: i64, owner: UserId) -> LeadSummary {
    let status = Status::ALL[dice.below(Status::ALL.len())];
    let call = Called { at: created_at + dice.below(3 * 86_400) as i64 * 1_000, by: Some(owner) };
    LeadSummary {
        name: format!("Lead {n}"),
        phone: format!("+91{:010}", 6_000_000_000_u64 + n),
        alt_phone: None,
        email: None,
        source: Some(SOURCES[dice.below(SOURCES.len())].to_owned()),
        language: None,
        status,
        interest: None,
        next_follow_up_at: None,
        conflicts: 0,
        owner: Some(owner),
        team: None,
        created_at,
        updated_at: created_at,
        deleted: false,
        follow_ups: Vec::new(),
        tags: Vec::new(),
        calls: 1,
        last_call_at: Some(call.at),
        unreached: 0,
        do_not_call: false,
        assigned_at: Some(created_at),
        converted_at: (status == Status::Converted).then_some(call.at + DAY),
        dropped_at: None,
        called: vec![call],
        projection: PROJECTION_VERSION,
    }
}

fn plain(bare: &Connection) -> Result<Vec<Duration>> {
    let mut taken = Vec::new();
    for n in 0..SAMPLES {
        let from = if n % 2 == 0 { 0_i64 } else { 1_767_205_800_000 };
        let started = Instant::now();
        for sql in SQL {
            let mut statement = bare.prepare_cached(sql)?;
            let mut rows = statement.query([from])?;
            while rows.next()?.is_some() {}
        }
        taken.push(started.elapsed());
    }
    Ok(taken)
}

/// Of this process, kilobytes.
fn resident_kb() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("the memory in use")?;
    Ok(line.trim().trim_end_matches("kB").trim().parse()?)
}
