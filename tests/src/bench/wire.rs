//! What device and server do together over loopback: first sync, propagation, memory.

use super::local::any_lead;
use super::report::{Measured, percentile};
use crate::device::Device;
use crate::processes::Server;
use anyhow::{Context, Result, ensure};
use bridge::admin::{PeopleList, PersonChange};
use bridge::lead::LeadSetField;
use bridge::session::SessionSignIn;
use client::desk::Desk;
use client::vault::Key;
use client::{Profile, Transport, system_env};
use domain::people::Post;
use domain::{Actor, LeadField, Role};
use protocol::auth::{Me, Secret, Session, SignedLease};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use sync_server::Core;

const LEADS: usize = 10_000;
const SAVES: usize = 300;
const CLIENTS: usize = 50;
const ROLE_CHANGES: usize = 10;
/// Who sits at the connected clients: one person signs in so often and no more.
const SALES: [&str; 9] = ["asha", "sanjay", "pooja", "arjun", "neha", "imran", "lakshmi", "thomas", "fatima"];

/// A session as a sign-in would bring it.
#[must_use]
pub fn fake_session(core: &Core, actor: &Actor, role: Role) -> Session {
    let me = Me { org: core.org().id, user: actor.user, name: "Bench".into(), email: "bench@example.com".into(), role, team: actor.team };
    Session {
        access: Secret("a".into()),
        access_for_s: 900,
        refresh: Secret("r".into()),
        me,
        server_ms: core.env().now_ms(),
        lease: SignedLease::default(),
        lease_key: Vec::new(),
        recovery_key: Vec::new(),
        device_secret: None,
    }
}

/// Measures against a real server process.
///
/// # Errors
/// Whatever fails.
pub fn measure(folder: &Path) -> Result<Vec<Measured>> {
    eprintln!("  a server with {LEADS} leads …");
    let server = Server::demo(&folder.join("server"), LEADS)?;
    let idle = pss_mb(server.pid())?;
    let mut all = cold_pull(folder, &server)?;
    all.push(propagation(folder, &server)?);
    all.push(role_change(folder, &server)?);
    all.push(memory(folder, &server, idle)?);
    Ok(all)
}

fn cold_pull(folder: &Path, server: &Server) -> Result<Vec<Measured>> {
    eprintln!("  a first sync of {LEADS} leads …");
    let Device { engine, transport } = Device::sign_in(&folder.join("cold"), server, "vikram@nakshatra.example")?;
    // The bare way: the same stream, read and thrown away.
    let started = Instant::now();
    transport.pull(None, &mut |_| ControlFlow::Continue(()))?;
    let bare = started.elapsed().as_secs_f64();

    let usable = Arc::new(Mutex::new(None));
    let started = Instant::now();
    engine.listen({
        let usable = usable.clone();
        Arc::new(move |change| {
            let mut usable = usable.lock().expect("no panic while noting");
            if usable.is_none() && (!change.leads.is_empty() || change.many_leads) {
                *usable = Some(started.elapsed());
            }
        })
    });
    let (_, report) = engine.sync(transport.as_ref())?;
    let complete = started.elapsed().as_secs_f64();
    ensure!(report.pulled as usize >= LEADS, "all leads arrived, not {}", report.pulled);
    let usable = usable.lock().expect("no panic while noting").context("a first page")?.as_secs_f64() * 1_000.0;
    let rate = LEADS as f64 / complete;
    Ok(vec![
        Measured::by_value("cold_pull_usable", usable, None, "ms", usable <= 1_000.0, "first page usable (own goal: ≤ 1 s)"),
        Measured::by_value("cold_pull_complete", rate, Some(LEADS as f64 / bare), "leads/s", rate >= 10_000.0, "≥ 10,000 leads/s complete"),
    ])
}

/// A desk that syncs by itself, and its changes.
fn live_desk(profile: &Path, server: &Server, email: &str) -> Result<(Desk, Receiver<bridge::Change>)> {
    let desk = Desk::open(&Profile::at(profile)?, &Key::new(&system_env()), system_env())?;
    let (tell, told) = channel();
    let tell = Mutex::new(tell);
    desk.listen(Arc::new(move |change| {
        // Nobody listens any more at the end.
        let _ = tell.lock().expect("no panic while telling").send(change);
    }));
    desk.ask(SessionSignIn {
        server: server.url.clone(),
        email: email.into(),
        password: "demo-leadline".into(),
        second_factor: None,
        allow_key_file: true,
    })?;
    Ok((desk, told))
}

/// From the administrator's call to the screen that asks again with another role, to and fro.
fn role_change(folder: &Path, server: &Server) -> Result<Measured> {
    eprintln!("  {ROLE_CHANGES} changes of role …");
    let (admin, _) = live_desk(&folder.join("admin"), server, "vikram@nakshatra.example")?;
    let (desk, told) = live_desk(&folder.join("posted"), server, "ravi@nakshatra.example")?;
    settle(&desk)?;
    let mut samples = Vec::new();
    for n in 0..ROLE_CHANGES {
        let people = admin.ask(PeopleList {})?.people;
        let ravi = people.into_iter().map(|p| p.item).find(|p| p.email.starts_with("ravi@")).context("Ravi")?;
        let role = if n % 2 == 0 { Role::Salesperson } else { Role::TeamLead };
        let expected = Post { role: ravi.role, team: ravi.team, disabled: false };
        let post = Post { role, ..expected.clone() };
        while told.try_recv().is_ok() {}
        let started = Instant::now();
        admin.ask(PersonChange { user: ravi.id, expected, post })?;
        loop {
            let change = told.recv_timeout(Duration::from_secs(30)).context("the new role arrives")?;
            if change.session && desk.engine().session()?.is_some_and(|facts| facts.me.role == role) {
                samples.push(started.elapsed());
                break;
            }
        }
        settle(&desk)?;
    }
    let (p50, worst) = (percentile(&mut samples, 50.0), percentile(&mut samples, 100.0));
    Ok(Measured::by_value("role_change", worst, Some(p50), "ms worst (baseline: p50)", worst <= 1_000.0, "≤ 1 s to a running client"))
}

fn propagation(folder: &Path, server: &Server) -> Result<Measured> {
    eprintln!("  {SAVES} saves from one client to another …");
    let (from, _) = live_desk(&folder.join("from"), server, "asha@nakshatra.example")?;
    let (to, told) = live_desk(&folder.join("to"), server, "vikram@nakshatra.example")?;
    settle(&from)?;
    settle(&to)?;
    let lead = any_lead(&from)?;
    let mut samples = Vec::new();
    for n in 0..SAVES {
        while told.try_recv().is_ok() {}
        let value = format!("wire{n}@example.com");
        let started = Instant::now();
        from.ask(LeadSetField { lead, field: LeadField::Email, value: value.clone() })?;
        loop {
            let change = told.recv_timeout(Duration::from_secs(30)).context("the edit arrives")?;
            if change.touches(lead) && to.engine().record(lead).is_ok_and(|(r, _)| r.email.value.as_ref() == Some(&value)) {
                samples.push(started.elapsed());
                break;
            }
        }
    }
    let p50 = percentile(&mut samples, 50.0);
    let p99 = percentile(&mut samples, 99.0);
    Ok(Measured::by_value("propagation_p99", p99, Some(p50), "ms (baseline: p50)", p99 <= 50.0, "p99 ≤ 50 ms over loopback"))
}

/// Waits until a desk has everything and stands on the live socket.
fn settle(desk: &Desk) -> Result<()> {
    crate::processes::eventually("a desk is in sync and live", || {
        let view = desk.ask(bridge::sync::SyncGet {})?;
        Ok(view.complete && view.live && view.pill == bridge::sync::Pill::Synced)
    })
}

fn memory(folder: &Path, server: &Server, idle: f64) -> Result<Measured> {
    eprintln!("  {CLIENTS} connected clients …");
    let mut desks = Vec::new();
    for n in 0..CLIENTS {
        let who = SALES[n % SALES.len()];
        let (desk, _) = live_desk(&folder.join(format!("client{n}")), server, &format!("{who}@nakshatra.example"))?;
        desks.push(desk);
    }
    desks.iter().try_for_each(settle)?;
    let used = pss_mb(server.pid())?;
    Ok(Measured::by_value("server_pss_50", used, Some(idle), "MB (baseline: idle)", used <= 150.0, "≤ 150 MB PSS with 50 clients"))
}

/// Proportional set size of a process, MB.
///
/// # Errors
/// Where `/proc` has no such figure.
fn pss_mb(pid: u32) -> Result<f64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?;
    let line = text.lines().find(|l| l.starts_with("Pss:")).context("a Pss line")?;
    let kb: f64 = line.split_whitespace().nth(1).context("a number")?.parse()?;
    Ok(kb / 1_024.0)
}
