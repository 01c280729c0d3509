//! Files of which a page is not what was written: noticed, said in words that say what to do, and
//! repaired: the client's from what it still says and from the server, the server's from a backup and
//! from the devices.

use anyhow::{Context, Result, ensure};
use client::Engine;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use tests::crash::Marks;
use tests::crash::check::{commands_here, commands_on, commands_waiting, profile_is_sound, records_here, server_is_sound};
use tests::crash::office::{flip, pages_of};
use tests::device::Device;
use tests::folder;
use tests::processes::{Server, Terminal};

const ASHA: &str = "asha@nakshatra.example";
/// Edits that wait in the copy that is damaged; each more than a page holds a few of.
const WAITING: usize = 9;

/// Asha's computer with edits that she never sent.
struct Computer {
    folder: tempfile::TempDir,
    server: Server,
    data: PathBuf,
    marks: Marks,
    /// Never damaged itself; copies of it are.
    whole: Terminal,
    lead: String,
}

impl Computer {
    fn new() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let data = folder.path().join("server");
        let server = Server::demo(&data, 40)?;
        let whole = Terminal::sign_in(&folder.path().join("asha"), &server, ASHA)?;
        whole.run(&["sync"])?;
        let mut computer = Self { folder, server, data, marks: Marks::default(), whole, lead: String::new() };
        computer.type_offline()?;
        Ok(computer)
    }

    /// A lead that only this computer knows, and notes on it and on another's.
    fn type_offline(&mut self) -> Result<()> {
        let desk = self.whole.borrow(true)?;
        let engine = desk.engine();
        let known = records_here(engine)?;
        let mut mark = || {
            let mark = self.marks.give();
            self.marks.acknowledge(mark);
            mark.to_string()
        };
        let new = domain::command::NewLead { name: mark(), phone: "+919820014786".into(), ..Default::default() };
        let made = engine.create_lead(new)?;
        let open = |lead: &domain::LeadId| engine.record(*lead).is_ok_and(|(record, _)| record.status == domain::Status::New);
        let old = known.into_iter().map(|doc| domain::LeadId(doc.id)).find(open).context("an open lead")?;
        for n in 1..WAITING {
            let text = format!("{} {}", mark(), "word ".repeat(200));
            engine.execute(if n % 2 == 0 { old } else { made }, domain::Command::AddNote { text })?;
        }
        engine.set_draft("note", Some("half a thought"))?;
        self.lead = made.to_string();
        Ok(())
    }

    /// A copy of the computer, and the folder of its profile.
    fn copied(&self, name: &str) -> Result<(Terminal, PathBuf)> {
        let profile = self.folder.path().join(name);
        folder::copy(&self.whole.profile, &profile)?;
        let copy = fs::read_dir(profile.join("profiles"))?.next().context("a copy")??.path();
        Ok((Terminal { profile }, copy))
    }

    fn pages(&self, tables: &[&str]) -> Result<Vec<u32>> {
        let desk = self.whole.borrow(true)?;
        let pages = tables.iter().map(|table| pages_of(desk.engine(), table)).collect::<Result<Vec<_>>>()?;
        Ok(pages.concat())
    }
}

/// The damaged file that a repair kept.
fn kept_aside(copy: &Path) -> Result<PathBuf> {
    let mut files = fs::read_dir(copy)?.flatten().map(|entry| entry.path());
    let is_database = |name: &str| name.rsplit_once(".damaged-").is_some_and(|(_, when)| when.bytes().all(|b| b.is_ascii_digit()));
    let aside = files.find(|path| is_database(&path.to_string_lossy()));
    aside.context("the damaged file is kept")
}

fn draft(engine: &Engine) -> Result<Option<String>> {
    Ok(engine.store().read(|c| client::store::drafts::get(c, "note"))?)
}

#[test]
fn a_damaged_copy_is_told_repaired_and_comes_back_from_the_server() -> Result<()> {
    let computer = Computer::new()?;
    let lead = computer.lead.as_str();
    let all = WAITING as u64;
    let list = &["lead", "list"][..];
    let show = &["lead", "show", lead][..];
    for (name, tables, asked, lost, uncounted) in [
        ("rows", &["leads"][..], list, 0, false),
        ("documents", &["documents"], show, 0, false),
        // Taken from the documents, which hold each edit too.
        ("outbox", &["outbox"], &["sync"], 0, false),
        ("an index", &["outbox_by_doc"], show, 0, false),
        ("words", &["lead_words_data"], &["lead", "add", "--name", "X", "--phone", "9820014799"], 0, false),
        // What is in neither is lost, and an index still says how much.
        ("outbox and documents", &["outbox", "documents"], &["sync"], all, false),
        ("outbox, documents and indexes", &["outbox", "documents", "outbox_by_doc", "sqlite_autoindex_outbox_1"], &["sync"], 0, true),
    ] {
        repair(&computer, name, tables, asked, (lost, uncounted)).with_context(|| name.to_owned())?;
    }
    Ok(())
}

fn repair(computer: &Computer, name: &str, tables: &[&str], asked: &[&str], told: (u64, bool)) -> Result<()> {
    let (terminal, copy) = computer.copied(name)?;
    let database = copy.join("leadline.db");
    flip(&database, &computer.pages(tables)?)?;
    let (code, said) = terminal.attempt(asked)?;
    ensure!(code == 7 && said.contains("damaged") && said.contains("leadline repair"), "{asked:?}: {code} {said}");
    let damaged = fs::read(&database)?;

    let done = terminal.run(&["repair"])?;
    let all = WAITING as u64;
    let kept = if told.1 { 0 } else { all - told.0 };
    ensure!(done["whole"] == false && done["incomplete"] == false, "{done}");
    ensure!(
        (done["kept"].as_u64(), done["lost"].as_u64(), done["uncounted"].as_bool()) == (Some(kept), Some(told.0), Some(told.1)),
        "{done}"
    );
    ensure!(fs::read(kept_aside(&copy)?)? == damaged, "the damaged file is kept as it was");
    {
        let desk = terminal.borrow(true)?;
        profile_is_sound(desk.engine())?;
        ensure!(commands_waiting(desk.engine())?.len() as u64 == kept, "what was salvaged waits");
        ensure!(draft(desk.engine())?.as_deref() == Some("half a thought"), "the draft is kept");
    }
    ensure!(terminal.run(&["repair"])?["whole"] == true, "a second repair finds nothing");

    terminal.run(&["sync"])?;
    ensure!(kept_aside(&copy).is_ok() != (kept == all), "the damaged file stays where something in it was not read");
    let desk = terminal.borrow(true)?;
    profile_is_sound(desk.engine())?;
    ensure!(desk.contradicted_heads()?.is_empty(), "the server's log is the one that was seen before");
    let fresh = Device::sign_in(&computer.folder.path().join(format!("{name} fresh")), &computer.server, ASHA)?;
    fresh.sync()?;
    ensure!(records_here(desk.engine())? == records_here(&fresh.engine)?, "a fresh copy holds other records");
    if kept == all {
        for commands in [commands_here(desk.engine())?, commands_on(&computer.data)?] {
            let verdict = computer.marks.judge(&commands);
            ensure!((verdict.lost, verdict.doubled) == (0, 0), "{verdict:?}");
        }
    }
    server_is_sound(&computer.server)
}

/// Nothing of it can be read: the key's record still says whose computer this is.
#[test]
fn a_copy_that_is_damaged_from_its_first_page_on_begins_anew() -> Result<()> {
    let computer = Computer::new()?;
    let (terminal, copy) = computer.copied("first page")?;
    flip(&copy.join("leadline.db"), &[1])?;
    for asked in [&["lead", "list"][..], &["status"], &["sync"]] {
        let (code, said) = terminal.attempt(asked)?;
        ensure!(code == 7 && said.contains("leadline repair"), "{asked:?}: {code} {said}");
    }
    let done = terminal.run(&["repair"])?;
    ensure!(
        (done["kept"].as_u64(), done["uncounted"].as_bool(), done["incomplete"].as_bool()) == (Some(0), Some(true), Some(true)),
        "{done}"
    );
    kept_aside(&copy)?;
    ensure!(terminal.attempt(&["sync"])?.0 == 4, "it asks for a sign-in");
    let again = Terminal::sign_in(&terminal.profile, &computer.server, ASHA)?;
    ensure!(again.run(&["copies"])?.as_array().map(Vec::len) == Some(1), "it is the same copy");
    again.run(&["sync"])?;
    ensure!(again.run(&["lead", "list"])?["total"].as_u64() > Some(0), "her leads are back");
    Ok(())
}

#[test]
fn a_whole_copy_is_left_as_it_is_and_a_repair_cut_short_goes_on() -> Result<()> {
    let computer = Computer::new()?;
    let (terminal, copy) = computer.copied("cut short")?;
    let before = fs::read(copy.join("leadline.db"))?;
    ensure!(terminal.run(&["repair"])?["whole"] == true, "there is nothing to repair");
    ensure!(fs::read(copy.join("leadline.db"))? == before && kept_aside(&copy).is_err(), "nothing was changed");

    // As a kill leaves it between the first and the last rename.
    flip(&copy.join("leadline.db"), &computer.pages(&["leads"])?)?;
    fs::rename(copy.join("leadline.db"), copy.join("leadline.db.damaged-17"))?;
    fs::write(copy.join("leadline.db.repairing"), "half of it")?;
    let (code, said) = terminal.attempt(&["lead", "list"])?;
    ensure!(code == 7 && said.contains("leadline repair"), "{said}");
    ensure!(terminal.run(&["copies"])?.as_array().map(Vec::len) == Some(1), "the copy is still listed");
    let done: Value = terminal.run(&["repair"])?;
    ensure!(done["kept"].as_u64() == Some(WAITING as u64), "{done}");
    terminal.run(&["sync"])?;
    let commands = commands_on(&computer.data)?;
    ensure!(computer.marks.judge(&commands).lost == 0, "what waited is on the server");
    Ok(())
}

/// The pages of a table in the server's file.
fn pages_on(data: &Path, table: &str) -> Result<Vec<u32>> {
    let database = rusqlite::Connection::open(data.join("leadline.db"))?;
    let mut pages = database.prepare("SELECT pageno FROM dbstat WHERE name = ?1 AND pagetype = 'leaf' ORDER BY pageno")?;
    let found = pages.query_map([table], |r| r.get(0))?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Overwrites the head of a page, without which it is none.
fn behead(database: &Path, page: u32) -> Result<()> {
    let mut bytes = fs::read(database)?;
    let head = (page as usize - 1) * 4096;
    bytes[head..head + 64].fill(0xee);
    Ok(fs::write(database, bytes)?)
}

#[test]
fn a_damaged_server_says_so_and_comes_back_from_a_backup_and_its_devices() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("server");
    let mut server = Server::demo(&data, 40)?;
    let asha = Device::sign_in(&folder.path().join("asha"), &server, ASHA)?;
    asha.sync()?;
    let backup = folder.path().join("backup.db");
    let backup = backup.to_str().context("a plain path")?;
    server.command(&["backup", backup])?;
    // After the backup.
    let mut marks = Marks::default();
    for n in 0..5 {
        let mark = marks.give();
        let phone = format!("+9198200147{n:02}");
        asha.engine.create_lead(domain::command::NewLead { name: mark.to_string(), phone, ..Default::default() })?;
        marks.acknowledge(mark);
    }
    asha.sync()?;
    let url = server.url.trim_start_matches("http://").to_owned();
    server.kill()?;
    // Folds the log into the file.
    drop(sync_server::Store::sqlite(&data.join("leadline.db"))?);
    let whole = fs::read(data.join("leadline.db"))?;

    let (log, documents) = (pages_on(&data, "log")?, pages_on(&data, "documents")?);
    for (page, how, asked, says) in [
        (log[log.len() / 2], behead as fn(&Path, u32) -> Result<()>, &["audit", "verify"][..], "the database is damaged"),
        (documents[0], |path, page| flip(path, &[page]), &["audit", "verify", "--deep"], "the log was altered"),
        (1, behead, &["serve", "--listen", "127.0.0.1:0"], "the database is damaged"),
    ] {
        fs::write(data.join("leadline.db"), &whole)?;
        how(&data.join("leadline.db"), page)?;
        let said = server.ask(asked).expect_err("it is damaged").to_string();
        ensure!(said.contains(says) && said.contains("leadline-server restore FILE"), "{asked:?}: {said}");
    }

    server.command(&["restore", backup])?;
    server = Server::start_at(&data, &url)?;
    for _ in 0..2 {
        asha.sync()?;
    }
    server_is_sound(&server)?;
    let verdict = marks.judge(&commands_on(&data)?);
    ensure!((verdict.acknowledged, verdict.lost, verdict.doubled) == (5, 0, 0), "{verdict:?}");
    Ok(())
}
