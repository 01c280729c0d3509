//! Scenarios in which a process of the client is killed: an edit, a sync, the first sync, a migration, a
//! repair.

use super::check::{self, commands_here, commands_on};
use super::kill::{Dice, holds, run_and_kill};
use super::{Grounds, Marks, Play, Verdict, office, old};
use crate::device::Device;
use crate::folder;
use crate::processes::{Server, Terminal};
use anyhow::{Context, Result, ensure};
use client::desk::Desk;
use client::vault::Key;
use client::{Engine, Profile, system_env};
use domain::{Command, LeadId};
use rand::Rng;
use std::path::PathBuf;

const ASHA: &str = "asha@nakshatra.example";
const MEERA: &str = "meera@nakshatra.example";
/// Of the profiles that are made here to be aged.
const KEY: [u8; 32] = [0x5c; 32];
/// Edits that wait when a sync is killed.
const WAITING: usize = 12;

/// Asha's computer and the server she syncs with.
struct Desk1 {
    server: Server,
    data: PathBuf,
    asha: Terminal,
    /// The folder of her copy.
    copy: PathBuf,
    folder: PathBuf,
    marks: Marks,
}

impl Desk1 {
    /// Signed in, with everything received.
    fn new(grounds: &Grounds, name: &str) -> Result<Self> {
        let folder = grounds.folder(name);
        let data = grounds.company(&format!("{name}/server"))?;
        let server = Server::start(&data)?;
        let asha = Terminal::sign_in(&folder.join("asha"), &server, ASHA)?;
        asha.run(&["sync"])?;
        let copy = copy_of(&asha)?;
        Ok(Self { server, data, asha, copy, folder, marks: Marks::default() })
    }

    fn check(&self, desk: &Desk) -> Result<Verdict> {
        check::profile_is_sound(desk.engine())?;
        Ok(self.marks.judge(&commands_here(desk.engine())?))
    }

    /// Everything sent and received: all is on the server, the log proves itself, and a fresh copy and a
    /// manager's hold the same.
    fn end(&self) -> Result<Verdict> {
        self.asha.run(&["sync"])?;
        let desk = self.asha.borrow(true)?;
        ensure!(check::commands_waiting(desk.engine())?.is_empty(), "something is still waiting");
        check::server_is_sound(&self.server)?;
        let fresh = Device::sign_in(&self.folder.join("fresh"), &self.server, ASHA)?;
        fresh.sync()?;
        ensure!(check::records_here(&fresh.engine)? == check::records_here(desk.engine())?, "a fresh copy holds other records");
        check::is_held_by(desk.engine(), &fresh.engine)?;
        let manager = Device::sign_in(&self.folder.join("meera"), &self.server, MEERA)?;
        manager.sync()?;
        check::is_held_by(desk.engine(), &manager.engine)?;
        let here = self.check(&desk)?;
        Ok(super::worse(here, self.marks.judge(&commands_on(&self.data)?)))
    }
}

/// The folder of the one copy on a computer.
fn copy_of(terminal: &Terminal) -> Result<PathBuf> {
    let mut folders = std::fs::read_dir(terminal.profile.join("profiles"))?;
    Ok(folders.next().context("a copy")??.path())
}

fn a_lead(engine: &Engine) -> Result<LeadId> {
    let records = check::records_here(engine)?;
    let open = records
        .into_iter()
        .map(|doc| LeadId(doc.id))
        .find(|lead| engine.record(*lead).is_ok_and(|(record, _)| record.deleted.is_none() && record.status == domain::Status::New));
    open.context("an open lead")
}

/// Whether a process that was killed had said that its edit is saved.
fn said_saved(said: &str) -> bool {
    serde_json::from_str::<serde_json::Value>(said).is_ok_and(|said| said["saved"] == true)
}

struct Edits {
    desk: Desk1,
    lead: String,
}

pub(super) fn edits(grounds: &Grounds) -> Result<Box<dyn Play>> {
    let desk = Desk1::new(grounds, "edits")?;
    let lead = a_lead(desk.asha.borrow(true)?.engine())?.to_string();
    Ok(Box::new(Edits { desk, lead }))
}

impl Edits {
    /// One command line, and the marks in it.
    fn draw(&mut self, dice: &mut Dice) -> (&'static str, Vec<String>, Vec<super::Mark>) {
        let mut marks: Vec<_> = (0..3).map(|_| self.desk.marks.give()).collect();
        let (work, line) = match dice.rng.random_range(0..4) {
            0 => ("note", format!("lead note {} {}", self.lead, marks[0])),
            1 => ("add", format!("lead add --name {} --phone 98200{:05}", marks[0], dice.rng.random_range(10_000..99_999))),
            2 => ("follow-up", format!("follow-up add {} --at 2031-11-22T17:00 --note {}", self.lead, marks[0])),
            // Three transactions, said to be saved at the end.
            _ => ("set", format!("lead set {} email={}@kill.example source={} language={}", self.lead, marks[0], marks[1], marks[2])),
        };
        marks.truncate(if work == "set" { 3 } else { 1 });
        (work, line.split(' ').map(str::to_owned).collect(), marks)
    }
}

impl Play for Edits {
    fn kill(&mut self, dice: &mut Dice) -> Result<bool> {
        let (work, line, marks) = self.draw(dice);
        let line: Vec<&str> = line.iter().map(String::as_str).collect();
        let ended = run_and_kill(self.desk.asha.command(&line), &holds(&self.desk.copy), dice.instant(work))?;
        dice.learn(work, &ended);
        if said_saved(&ended.said) {
            marks.into_iter().for_each(|mark| self.desk.marks.acknowledge(mark));
        }
        Ok(ended.killed)
    }

    fn check(&mut self) -> Result<Verdict> {
        self.desk.check(&self.desk.asha.borrow(true)?)
    }

    fn end(self: Box<Self>) -> Result<Verdict> {
        self.desk.end()
    }
}

struct Syncs {
    desk: Desk1,
    manager: Device,
}

pub(super) fn syncs(grounds: &Grounds) -> Result<Box<dyn Play>> {
    let desk = Desk1::new(grounds, "syncs")?;
    let manager = Device::sign_in(&desk.folder.join("other"), &desk.server, MEERA)?;
    manager.sync()?;
    Ok(Box::new(Syncs { desk, manager }))
}

/// Edits on different leads, each saved when it returns.
fn write(engine: &Engine, marks: &mut Marks, count: usize, dice: &mut Dice) -> Result<()> {
    let leads: Vec<LeadId> = check::records_here(engine)?.into_iter().map(|doc| LeadId(doc.id)).collect();
    for _ in 0..count {
        let mark = marks.give();
        let lead = leads[dice.rng.random_range(0..leads.len())];
        // A converted lead may take no note of hers.
        if engine.execute(lead, Command::AddNote { text: mark.to_string() }).is_ok() {
            marks.acknowledge(mark);
        }
    }
    Ok(())
}

impl Play for Syncs {
    fn kill(&mut self, dice: &mut Dice) -> Result<bool> {
        write(self.desk.asha.borrow(true)?.engine(), &mut self.desk.marks, WAITING, dice)?;
        // Something to receive, too.
        write(&self.manager.engine, &mut Marks::default(), WAITING, dice)?;
        self.manager.sync()?;
        let ended = run_and_kill(self.desk.asha.command(&["sync"]), &holds(&self.desk.copy), dice.instant("sync"))?;
        dice.learn("sync", &ended);
        Ok(ended.killed)
    }

    fn check(&mut self) -> Result<Verdict> {
        let here = self.desk.check(&self.desk.asha.borrow(true)?)?;
        // On the server at most once, whatever was answered.
        let there = self.desk.marks.judge(&commands_on(&self.desk.data)?);
        Ok(Verdict { doubled: here.doubled.max(there.doubled), ..here })
    }

    fn end(self: Box<Self>) -> Result<Verdict> {
        self.desk.end()
    }
}

struct SyncsFirst {
    desk: Desk1,
    /// Computers that were begun.
    computers: usize,
    newest: Option<Terminal>,
}

pub(super) fn syncs_first(grounds: &Grounds) -> Result<Box<dyn Play>> {
    let mut desk = Desk1::new(grounds, "first")?;
    let mut dice = Dice::new(0);
    write(desk.asha.borrow(true)?.engine(), &mut desk.marks, WAITING, &mut dice)?;
    desk.asha.run(&["sync"])?;
    Ok(Box::new(SyncsFirst { desk, computers: 0, newest: None }))
}

impl Play for SyncsFirst {
    fn kill(&mut self, dice: &mut Dice) -> Result<bool> {
        self.computers += 1;
        let place = self.desk.folder.join(format!("computer{}", self.computers));
        let computer = Terminal::sign_in(&place, &self.desk.server, ASHA)?;
        let ended = run_and_kill(computer.command(&["sync"]), &holds(&copy_of(&computer)?), dice.instant("first sync"))?;
        dice.learn("first sync", &ended);
        self.newest = Some(computer);
        Ok(ended.killed)
    }

    /// What is there is whole, and going on receives all of it.
    fn check(&mut self) -> Result<Verdict> {
        let computer = self.newest.as_ref().context("a computer")?;
        check::profile_is_sound(computer.borrow(true)?.engine())?;
        computer.run(&["sync"])?;
        let (desk, full) = (computer.borrow(true)?, self.desk.asha.borrow(true)?);
        ensure!(check::records_here(desk.engine())? == check::records_here(full.engine())?, "the new copy holds other records");
        check::is_held_by(full.engine(), desk.engine())?;
        self.desk.check(&desk)
    }

    fn end(self: Box<Self>) -> Result<Verdict> {
        self.desk.end()
    }
}

/// A profile of the first format, taken out anew for each kill.
struct Migrates {
    server: Server,
    data: PathBuf,
    folder: PathBuf,
    marks: Marks,
    opened: usize,
    newest: Option<Terminal>,
}

pub(super) fn migrates(grounds: &Grounds) -> Result<Box<dyn Play>> {
    let folder = grounds.folder("migrates");
    let data = grounds.company("migrates/server")?;
    let server = Server::start(&data)?;
    let mut marks = Marks::default();
    {
        let device = Device::sign_in_with(&folder.join("now"), Key::from(KEY), &server, ASHA)?;
        device.sync()?;
        // Not sent: only this profile has them.
        write(&device.engine, &mut marks, WAITING, &mut Dice::new(0))?;
    }
    old::profile(&folder.join("now"), KEY, &folder.join("old"))?;
    Ok(Box::new(Migrates { server, data, folder, marks, opened: 0, newest: None }))
}

impl Migrates {
    fn open(&self) -> Result<Engine> {
        let place = &self.newest.as_ref().context("a profile")?.profile;
        Ok(Engine::open(&Profile::at(place)?, &Key::from(KEY), system_env())?)
    }
}

impl Play for Migrates {
    fn kill(&mut self, dice: &mut Dice) -> Result<bool> {
        self.opened += 1;
        let profile = self.folder.join(format!("opened{}", self.opened));
        folder::copy(&self.folder.join("old"), &profile)?;
        let computer = Terminal { profile };
        let command = computer.command(&["lead", "add", "--name", "New", "--phone", "9820012345"]);
        let ended = run_and_kill(command, &holds(&computer.profile), dice.instant("migration"))?;
        dice.learn("migration", &ended);
        self.newest = Some(computer);
        Ok(ended.killed)
    }

    fn check(&mut self) -> Result<Verdict> {
        let engine = self.open()?;
        check::profile_is_sound(&engine)?;
        let waiting = check::commands_waiting(&engine)?;
        ensure!(self.marks.judge(&waiting).lost == 0, "the outbox lost edits");
        Ok(self.marks.judge(&commands_here(&engine)?))
    }

    fn end(self: Box<Self>) -> Result<Verdict> {
        let engine = std::sync::Arc::new(self.open()?);
        let device = Device::over(engine, &self.server);
        device.sync()?;
        check::server_is_sound(&self.server)?;
        let manager = Device::sign_in(&self.folder.join("meera"), &self.server, MEERA)?;
        manager.sync()?;
        check::is_held_by(&device.engine, &manager.engine)?;
        Ok(self.marks.judge(&commands_on(&self.data)?))
    }
}

struct Repairs {
    desk: Desk1,
}

pub(super) fn repairs(grounds: &Grounds) -> Result<Box<dyn Play>> {
    Ok(Box::new(Repairs { desk: Desk1::new(grounds, "repairs")? }))
}

impl Play for Repairs {
    /// Damages a page that is none of the outbox's, and kills the repair.
    fn kill(&mut self, dice: &mut Dice) -> Result<bool> {
        let pages = {
            let desk = self.desk.asha.borrow(true)?;
            write(desk.engine(), &mut self.desk.marks, 3, dice)?;
            office::pages_of(desk.engine(), "leads")?
        };
        office::flip(&self.desk.copy.join("leadline.db"), &pages[..1])?;
        let ended = run_and_kill(self.desk.asha.command(&["repair"]), &holds(&self.desk.copy), dice.instant("repair"))?;
        dice.learn("repair", &ended);
        // Whatever it left, the next one ends.
        self.desk.asha.run(&["repair"])?;
        Ok(ended.killed)
    }

    fn check(&mut self) -> Result<Verdict> {
        // Her leads come back with the sync, what she typed is there before.
        let waiting = {
            let desk = self.desk.asha.borrow(true)?;
            check::profile_is_sound(desk.engine())?;
            check::commands_waiting(desk.engine())?
        };
        self.desk.asha.run(&["sync"])?;
        ensure!(!waiting.is_empty(), "nothing was salvaged");
        self.desk.check(&self.desk.asha.borrow(true)?)
    }

    fn end(self: Box<Self>) -> Result<Verdict> {
        self.desk.end()
    }
}
