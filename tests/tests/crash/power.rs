//! The power goes at any write, sync or deletion of the real client or the real server, and takes what
//! was not synced, all of it or what chance takes.

use anyhow::{Context, Result, ensure};
use client::{ClientError, Engine, Transport};
use crash_vfs::{Disk, Loss};
use domain::command::NewLead;
use domain::{Command, CommandId, LeadId};
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use sync_server::store::{log, orgs, sqlite};
use sync_server::{Core, Store};
use tests::crash::check::profile_is_sound;
use tests::crash::office::{Road, Way, found, open};
use tests::folder::folder;

const SEEDS: u64 = 60;
/// Power cuts of one run.
const CUTS: usize = 5;
/// Steps of the disk within which the power goes.
const STEPS: u64 = 140;
/// Of so many runs on a disk that only says that it synced, how many must show it.
const LYING_SEEDS: u64 = 12;

#[test]
fn a_client_keeps_what_it_acknowledged_when_the_power_goes() -> Result<()> {
    (0..SEEDS).try_for_each(|seed| client(seed, false).with_context(|| format!("seed {seed}")))
}

#[test]
fn a_server_keeps_what_it_answered_when_the_power_goes() -> Result<()> {
    (0..SEEDS).try_for_each(|seed| server(seed, false).with_context(|| format!("seed {seed}")))
}

#[test]
fn a_disk_that_lies_about_its_syncs_is_found_out() {
    for (who, run) in [("client", client as fn(u64, bool) -> Result<()>), ("server", server)] {
        let found = (0..LYING_SEEDS).filter(|seed| run(*seed, true).is_err()).count() as u64;
        assert!(found > LYING_SEEDS / 2, "{who}: {found} of {LYING_SEEDS}");
    }
}

/// The agent's edits, and chance.
struct Agent {
    rng: SmallRng,
    leads: Vec<LeadId>,
    acknowledged: Vec<CommandId>,
    /// The last draft that was said to be kept, and the one that was tried after it.
    drafts: (Option<String>, Option<String>),
}

impl Agent {
    fn new(seed: u64) -> Self {
        Self { rng: SmallRng::seed_from_u64(seed), leads: Vec::new(), acknowledged: Vec::new(), drafts: (None, None) }
    }

    fn act(&mut self, engine: &Engine, way: &dyn Transport) -> Result<(), ClientError> {
        let lead = if self.leads.is_empty() { None } else { Some(self.leads[self.rng.random_range(0..self.leads.len())]) };
        match (self.rng.random_range(0..100), lead) {
            (0..20, _) | (_, None) => self.create(engine),
            (20..65, Some(lead)) => self.note(engine, lead),
            (65..75, _) => self.draft(engine),
            (75..95, _) => engine.sync(way).map(drop),
            _ => {
                engine.idle();
                Ok(())
            }
        }
    }

    fn create(&mut self, engine: &Engine) -> Result<(), ClientError> {
        let phone = format!("+9198{:08}", self.rng.random_range(10_000_000..99_999_999));
        let lead = engine.create_lead(NewLead { name: "मीनाक्षी".into(), phone, ..NewLead::default() })?;
        self.leads.push(lead);
        self.acknowledged.push(CommandId(lead.0));
        Ok(())
    }

    fn note(&mut self, engine: &Engine, lead: LeadId) -> Result<(), ClientError> {
        // Now and then one that needs pages of its own.
        let words = if self.rng.random_bool(0.1) { 600 } else { 10 };
        let command = engine.execute(lead, Command::AddNote { text: "word ".repeat(words) })?;
        self.acknowledged.push(command);
        Ok(())
    }

    fn draft(&mut self, engine: &Engine) -> Result<(), ClientError> {
        let text = format!("half a thought {}", self.rng.random::<u32>());
        self.drafts.1 = Some(text.clone());
        engine.set_draft("note", Some(&text))?;
        self.drafts.0 = Some(text);
        Ok(())
    }

    fn loss(&mut self) -> Loss {
        if self.rng.random_bool(0.3) { Loss::Everything } else { Loss::ByChance { seed: self.rng.random() } }
    }

    /// Acts until the power goes; every failure before that is one.
    fn act_until_dark(&mut self, engine: &Engine, way: &dyn Transport, disk: &Disk) -> Result<()> {
        while !disk.is_off() {
            if let Err(e) = self.act(engine, way) {
                ensure!(disk.is_off(), "{e}");
            }
        }
        Ok(())
    }

    fn all_are_there(&self, engine: &Engine) -> Result<()> {
        profile_is_sound(engine)?;
        let here = commands_in(engine)?;
        let missing = self.acknowledged.iter().filter(|command| !here.contains_key(command)).count();
        ensure!(missing == 0, "{missing} of {} acknowledged edits are gone", self.acknowledged.len());
        let draft = engine.store().read(|c| client::store::drafts::get(c, "note"))?;
        ensure!(draft == self.drafts.0 || draft == self.drafts.1, "the draft is gone: {draft:?}");
        Ok(())
    }
}

fn commands_in(engine: &Engine) -> Result<HashMap<CommandId, usize>> {
    let mut commands = HashMap::new();
    for doc in engine.store().read(client::store::documents::all)? {
        let stored = engine.store().read(|c| client::store::documents::load(c, doc))?.context("a document that was listed")?;
        let seed = records::Doc::seed(doc.kind);
        for entry in records::history(&stored.doc).into_iter().filter(|entry| !seed.has(&entry.hash)) {
            *commands.entry(entry.envelope.context("a command")?.id).or_insert(0) += 1;
        }
    }
    Ok(commands)
}

fn commands_on(store: &Store) -> Result<HashMap<CommandId, usize>> {
    let mut commands = HashMap::new();
    store.read(|tx| {
        let org = orgs::only(tx)?.id;
        log::walk(tx, org, None, &mut |row| {
            if let Some(envelope) = records::envelope_of(&row.payload).filter(|_| row.entry == "change") {
                *commands.entry(envelope.id).or_insert(0) += 1;
            }
            Ok(true)
        })
    })?;
    Ok(commands)
}

/// All on the server, each once, and the log proves it.
fn all_arrived(agent: &Agent, core: &Core) -> Result<()> {
    let there = commands_on(core.store())?;
    let wrong = agent.acknowledged.iter().filter(|command| there.get(command) != Some(&1)).count();
    ensure!(wrong == 0, "{wrong} edits are not on the server once");
    ensure!(there.values().all(|count| *count == 1), "something is on the server twice");
    let proof = sync_server::audit::verify(core.store(), &[], true)?;
    ensure!(proof.faults.is_empty(), "{:?}", proof.faults);
    Ok(())
}

/// The client's disk loses power again and again, also while the profile is made and opened.
fn client(seed: u64, lies: bool) -> Result<()> {
    let (here, there) = (folder(), folder());
    let disk = Disk::at(here.path());
    if lies {
        disk.ignore_syncs();
    }
    let (profile, road) = (here.path().join("profile"), Road::default());
    found(&there.path().join("server.db"))?;
    let core = Arc::new(Core::open(Store::sqlite(&there.path().join("server.db"))?, client::system_env())?);
    road.lead_to(Some(core.clone()));
    let mut agent = Agent::new(seed);
    for _ in 0..CUTS {
        disk.cut_power_at(disk.steps() + agent.rng.random_range(1..STEPS));
        match open(&profile).map(|engine| (Way::of(&engine, &road), engine)) {
            Ok((Ok(way), engine)) => agent.act_until_dark(&engine, &way, &disk)?,
            Ok((Err(_), _)) | Err(_) => ensure!(disk.is_off(), "it does not open"),
        }
        disk.lose_power(agent.loss());
        agent.all_are_there(&open(&profile)?)?;
    }
    let engine = open(&profile)?;
    engine.sync(&Way::of(&engine, &road)?)?;
    all_arrived(&agent, &core)
}

/// The server's disk loses power again and again, also while it starts.
fn server(seed: u64, lies: bool) -> Result<()> {
    let (here, there) = (folder(), folder());
    let disk = Disk::at(here.path());
    if lies {
        disk.ignore_syncs();
    }
    let (database, road) = (here.path().join("leadline.db"), Road::default());
    found(&database)?;
    let engine = open(&there.path().join("profile"))?;
    let way = Way::of(&engine, &road)?;
    let mut agent = Agent::new(seed);
    for _ in 0..CUTS {
        disk.cut_power_at(disk.steps() + agent.rng.random_range(1..STEPS));
        if let Ok(core) = start(&database) {
            road.lead_to(Some(Arc::new(core)));
            while !disk.is_off() {
                agent.act(&engine, &way).or_else(|e| if disk.is_off() { Ok(()) } else { Err(e) })?;
            }
            road.lead_to(None);
        }
        ensure!(disk.is_off(), "it does not start");
        disk.lose_power(agent.loss());
        what_was_answered_is_there(&agent, &engine, &database)?;
    }
    let core = Arc::new(start(&database)?);
    road.lead_to(Some(core.clone()));
    engine.sync(&way)?;
    agent.all_are_there(&engine)?;
    all_arrived(&agent, &core)
}

fn start(database: &Path) -> Result<Core> {
    Ok(Core::open(Store::sqlite(database)?, client::system_env())?)
}

fn what_was_answered_is_there(agent: &Agent, engine: &Engine, database: &Path) -> Result<()> {
    let core = start(database)?;
    sqlite::check(database)?;
    let proof = sync_server::audit::verify(core.store(), &[], true)?;
    ensure!(proof.faults.is_empty(), "{:?}", proof.faults);
    let there = commands_on(core.store())?;
    for command in &agent.acknowledged {
        let waits = engine.store().read(|c| client::store::outbox::contains(c, *command))?;
        let count = there.get(command).copied().unwrap_or(0);
        ensure!(count == 1 || (waits && count == 0), "an answered edit is on the server {count} times");
    }
    Ok(())
}
