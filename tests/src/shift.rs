//! A shift: leads worked one after another in the real window, by the keyboard alone, while the network comes and goes.
//! At its end the Team Lead's figures are compared with what the server's log says, counted here from its changes.

use crate::device::Device;
use crate::processes::{PASSWORD, Server, Terminal};
use crate::visit::{fill_in, go, pill};
use crate::window::Window;
use crate::wire::Wire;
use anyhow::{Context, Result, ensure};
use bridge::dashboard::{Dashboard, DashboardGet};
use bridge::lead::LeadGet;
use client::desk::Desk;
use domain::calling::DISPOSITIONS;
use domain::command::NewLead;
use domain::{Command, LeadId, Status, UserId};
use fantoccini::key::Key;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use rusqlite::{Connection, OpenFlags};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use uuid::Uuid;

const ASHA: &str = "asha@nakshatra.example";
const RAVI: &str = "ravi@nakshatra.example";
const DAY_MS: i64 = 24 * 3_600_000;
/// India, where the demo company is, is ahead of UTC by this.
const AHEAD_MS: i64 = 19_800_000;
/// Outcomes that end any call; "Qualified" asks for interest first.
const KEYS: [u8; 8] = [1, 2, 3, 4, 5, 7, 8, 9];

/// What a shift came to.
#[derive(Clone, Debug)]
pub struct Report {
    pub calls: u32,
    /// Chords pressed beside the notes' text.
    pub chords: u32,
    /// Calls with a note.
    pub notes: u32,
    /// How often the network went away.
    pub cuts: u32,
    /// Leads that Asha called and leads that were dropped, by the Team Lead's dashboard and by the log.
    pub called: (u32, u32),
    pub dropped: (u32, u32),
}

/// Works `leads` leads; what happens is drawn from `seed`.
///
/// # Errors
/// When the window does not follow, or a figure is not what the log says.
pub async fn work(leads: u32, seed: u64) -> Result<Report> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("server");
    let server = Server::demo(&data, 40)?;
    let asha = Device::sign_in(&folder.path().join("asha"), &server, ASHA)?;
    for n in 0..leads {
        promise(&asha, n)?;
    }
    asha.sync()?;
    let wire = Wire::to(&server.url)?;
    let window = Window::open(&folder.path().join("desk")).await?;
    fill_in(&window, &wire.url, ASHA, PASSWORD).await?;
    window.find("app-shell").await?;
    pill(&window, "synced").await?;
    go(&window, "#/queue").await?;

    let mut dice = StdRng::seed_from_u64(seed);
    let mut report = Report { calls: leads, chords: 0, notes: 0, cuts: 0, called: (0, 0), dropped: (0, 0) };
    let mut ended: Vec<(LeadId, u8)> = Vec::new();
    let mut is_cut = false;
    for n in 0..leads {
        if dice.random_bool(0.15) {
            is_cut = !is_cut;
            if is_cut {
                wire.cut();
                report.cuts += 1;
            } else {
                wire.mend();
            }
        }
        let after = ended.last().map(|(lead, _)| format!(":not([data-lead='{lead}'])")).unwrap_or_default();
        let shown = window.css(&format!("[data-testid=queue-lead]{after}")).await?;
        let lead: LeadId = shown.attr("data-lead").await?.context("which lead it is")?.parse()?;
        window.css("[data-testid=queue-note]:focus").await?;
        if dice.random_bool(0.3) {
            window.press(&format!("call {n}, फीस पूछी")).await?;
            report.notes += 1;
        }
        let key = KEYS[dice.random_range(0..KEYS.len())];
        window.press(&format!("{}{key}{}", Key::Alt, Key::Null)).await?;
        window.css(&format!("[data-testid=outcome-{key}][aria-checked=true]")).await?;
        window.press(&format!("{}{}{}", Key::Control, Key::Enter, Key::Null)).await?;
        report.chords += 2;
        ended.push((lead, key));
    }
    let last = ended.last().map(|(lead, _)| *lead).context("a lead")?;
    window.gone(&format!("[data-testid=queue-lead][data-lead='{last}']")).await?;
    wire.mend();
    pill(&window, "synced").await?;
    window.close().await?;

    let ravi = Terminal::sign_in(&folder.path().join("ravi"), &server, RAVI)?.borrow(true)?;
    ravi.sync_once()?;
    each_call_stands(&ravi, &ended)?;
    let (first, last) = days();
    let dashboard = ravi.ask(DashboardGet { from: first, to: last })?;
    let log = Log::read(&data, first * DAY_MS - AHEAD_MS..(last + 1) * DAY_MS - AHEAD_MS)?;
    report.called = (called(&dashboard, log.asha)?, log.called);
    report.dropped = (dashboard.trend.iter().map(|point| point.dropped.count).sum(), log.dropped);
    ensure!(report.called.0 == report.called.1, "leads called: the dashboard says {}, the log {}", report.called.0, report.called.1);
    ensure!(report.dropped.0 == report.dropped.1, "leads dropped: the dashboard says {}, the log {}", report.dropped.0, report.dropped.1);
    Ok(report)
}

/// A lead whose call was promised long ago: those are first in the queue at any hour.
fn promise(device: &Device, n: u32) -> Result<()> {
    let new = NewLead { name: format!("Shift Lead {n}"), phone: format!("+91982{:07}", 1_000_000 + n), ..NewLead::default() };
    let lead = device.engine.create_lead(new)?;
    let due_at = client::system_env().now_ms() - 60 * DAY_MS + i64::from(n) * 1_000;
    let (zone, local) = ("Asia/Kolkata".to_owned(), "2026-09-01T11:00".to_owned());
    device.engine.execute(lead, Command::ScheduleFollowUp { due_at, zone, local, note: String::new() })?;
    Ok(())
}

/// Every call is there, as it ended.
fn each_call_stands(desk: &Desk, ended: &[(LeadId, u8)]) -> Result<()> {
    let distinct: BTreeSet<LeadId> = ended.iter().map(|(lead, _)| *lead).collect();
    ensure!(distinct.len() == ended.len(), "a lead came up twice");
    for (lead, key) in ended {
        let wanted = DISPOSITIONS.iter().find(|one| one.key == *key).context("the outcome")?;
        let view = desk.ask(LeadGet { lead: *lead })?;
        ensure!(view.status == wanted.to, "{lead}: key {key} left it {:?}", view.status);
    }
    Ok(())
}

/// Yesterday to tomorrow in India: the shift may go on over midnight. Days since 1970-01-01.
fn days() -> (i64, i64) {
    let today = (client::system_env().now_ms() + AHEAD_MS).div_euclid(DAY_MS);
    (today - 1, today + 1)
}

fn called(dashboard: &Dashboard, agent: UserId) -> Result<u32> {
    Ok(dashboard.agents.iter().find(|line| line.user == agent).context("Asha’s line")?.called.count)
}

/// What the server's log says of Asha's team.
struct Log {
    asha: UserId,
    /// Leads that Asha called.
    called: u32,
    /// Leads that were dropped and stay so.
    dropped: u32,
}

impl Log {
    /// Counts changes made `within` these times, ms since the epoch, by the commands they carry.
    fn read(data: &Path, within: std::ops::Range<i64>) -> Result<Self> {
        let db = Connection::open_with_flags(data.join("leadline.db"), OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let (asha, team): (Vec<u8>, Vec<u8>) =
            db.query_row("SELECT user_id, team_id FROM users WHERE email = ?1", [ASHA], |r| Ok((r.get(0)?, r.get(1)?)))?;
        let asha = UserId(Uuid::from_slice(&asha)?);
        let sql = "SELECT g.doc_id, g.payload FROM log g JOIN leads l ON l.lead_id = g.doc_id \
                   WHERE g.entry = 'change' AND g.kind = 'lead' AND l.team_id = ?1 AND l.deleted = 0 ORDER BY g.seq";
        let mut changes = db.prepare(sql)?;
        let mut rows = changes.query([team])?;
        let (mut called, mut status) = (BTreeSet::new(), BTreeMap::new());
        while let Some(row) = rows.next()? {
            let (doc, payload): (Vec<u8>, Vec<u8>) = (row.get(0)?, row.get(1)?);
            let envelope = records::envelope_of(&payload).context("a change without its command")?;
            match envelope.command {
                Command::LogCall { at, .. } if envelope.author == asha && within.contains(&at) => drop(called.insert(doc)),
                Command::ChangeStatus { to, .. } => drop(status.insert(doc, (to, envelope.at))),
                _ => {}
            }
        }
        let dropped = status.values().filter(|(to, at)| *to == Status::Lost && within.contains(at)).count();
        Ok(Self { asha, called: u32::try_from(called.len())?, dropped: u32::try_from(dropped)? })
    }
}
