//! Giving leads out by rules: decisions a second, each with its owner, log entries, line and notification.

use super::report::Measured;
use anyhow::{Result, ensure};
use domain::attendance::{Attendance, AttendanceLine};
use domain::command::NewLead;
use domain::{Clock, Command, CommandId, DeviceId, Env, Envelope, LeadId, LeadRecord, Role, UserId};
use protocol::admin::AutoDistribute;
use protocol::rows::{LeadSummary, Ownership};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use sync_server::store::{attendance, leads};
use sync_server::{Core, NewUser, Store};
use uuid::Uuid;

const LEADS: usize = 10_000;
const PEOPLE: usize = 50;
/// Leads of one transaction.
const AT_ONCE: u32 = 200;
/// A Wednesday at 12:06 in Kolkata.
const NOON: i64 = 1_794_983_800_000;

/// People are at work at noon, whenever this runs.
struct Noon;

impl Clock for Noon {
    fn now_ms(&self) -> i64 {
        NOON
    }
}

/// 10,000 leads that nobody has among 50 people who are there.
///
/// # Errors
/// Whatever fails.
pub fn measure(folder: &Path) -> Result<Vec<Measured>> {
    eprintln!("  {LEADS} leads given out …");
    let env = Env { clock: Arc::new(Noon), ..sync_server::env::system() };
    let store = Store::sqlite(&folder.join("assignment.db"))?;
    sync_server::demo::found(&store, &env, 7)?;
    let core = Core::open(store, env.clone())?;
    for n in 0..PEOPLE {
        let (name, email) = (format!("Agent {n}"), format!("agent{n}@nakshatra.example"));
        let user = core.add_user(&NewUser { name, email, role: Role::Salesperson, team: None, password: None })?;
        check_in(&core, user)?;
    }
    lay_out(&core)?;
    let admin = core.session_for(core.user_by_email("vikram@nakshatra.example")?, DeviceId(env.new_id()))?;
    let (started, mut given) = (Instant::now(), 0);
    loop {
        let done = core.distribute(&admin, &AutoDistribute { after: None, most: Some(AT_ONCE) })?;
        ensure!(done.waiting == 0, "everybody is there");
        match done.given.values().sum::<u32>() {
            0 => break,
            some => given += some as usize,
        }
    }
    let rate = given as f64 / started.elapsed().as_secs_f64();
    ensure!(given == LEADS, "{given} were given");
    let bare = bare(&folder.join("bare-assignment.db"))?;
    Ok(vec![Measured::by_value("assignment_decisions", rate, Some(bare), "decisions/s", rate >= 1_000.0, "≥ 1,000 decisions/s, 50 people")])
}

fn check_in(core: &Core, user: UserId) -> Result<()> {
    let (id, status) = (core.env().new_id(), Attendance::Present);
    let mut line = AttendanceLine { id, user, place: 0, status, reason: None, at: NOON - 1, by: Some(user) };
    Ok(core.store().write(|tx| attendance::append(tx, core.org().id, &mut line))?)
}

/// Rows without documents: the rules read no more.
fn lay_out(core: &Core) -> Result<()> {
    let template = template()?;
    Ok(core.store().write(|tx| {
        for n in 0..LEADS {
            let mut record = template.clone();
            record.id = LeadId(core.env().new_id());
            record.phone.value = Some(format!("+9170000{n:05}"));
            leads::put(tx, core.org().id, record.id, &LeadSummary::of(&record, Ownership::default(), NOON), 1)?;
        }
        Ok::<_, sync_server::StoreError>(())
    })?)
}

fn template() -> Result<LeadRecord> {
    let new = NewLead { name: "Priya Sharma".into(), phone: "+917000000000".into(), ..NewLead::default() };
    let (id, author) = (Uuid::from_u128(1), UserId(Uuid::from_u128(2)));
    let envelope = Envelope { id: CommandId(id), author, at: NOON, command: Command::CreateLead(new) };
    let mut doc = records::Doc::empty();
    records::execute(&mut doc, [7; 16], &envelope)?;
    Ok(records::lead::read(&doc, LeadId(id))?)
}

/// The next of 50 written as a lead's owner, with the position and a line, in the same batches: no rules, no log.
fn bare(path: &Path) -> Result<f64> {
    let mut bare = rusqlite::Connection::open(path)?;
    bare.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE leads (id INTEGER PRIMARY KEY, owner INTEGER); \
         CREATE TABLE position (last INTEGER); CREATE TABLE lines (id INTEGER PRIMARY KEY, lead INTEGER, owner INTEGER); \
         INSERT INTO position VALUES (0); \
         WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 10000) INSERT INTO leads SELECT n, NULL FROM n",
    )?;
    let started = Instant::now();
    for batch in (1..=LEADS).collect::<Vec<_>>().chunks(AT_ONCE as usize) {
        let tx = bare.transaction()?;
        for lead in batch {
            let (lead, owner) = (lead.cast_signed() as i64, (lead % PEOPLE).cast_signed() as i64);
            tx.prepare_cached("UPDATE leads SET owner = ?2 WHERE id = ?1 AND owner IS NULL")?.execute([lead, owner])?;
            tx.prepare_cached("UPDATE position SET last = ?1")?.execute([owner])?;
            tx.prepare_cached("INSERT INTO lines (lead, owner) VALUES (?1, ?2)")?.execute([lead, owner])?;
        }
        tx.commit()?;
    }
    Ok(LEADS as f64 / started.elapsed().as_secs_f64())
}
