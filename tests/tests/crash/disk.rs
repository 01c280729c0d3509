//! A disk that is full, may not be written or fails: what is not saved is said not to be, in words that
//! say what to do; what was saved stays; and once the disk is well, work goes on without a restart.

use anyhow::{Context, Result, bail, ensure};
use bridge::{Problem, ProblemCode};
use client::{Engine, TransportError};
use crash_vfs::{Disk, Fault};
use domain::command::NewLead;
use domain::{Command, LeadId};
use protocol::push::{Outcome, PushItem, PushRequest};
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};
use sync_server::{Core, Store};
use tests::crash::check::{commands_here, profile_is_sound};
use tests::crash::office::{Road, Way, found, open};
use tests::device::Device;
use tests::folder::folder;
use tests::processes::{Server, Terminal};

const FAULTS: [(Fault, &str); 3] = [
    (Fault::Full, "Not saved: the disk is full. Free some space and try again"),
    (Fault::ReadOnly, "Not saved: the disk or the folder of this copy can't be written to. Make it writable"),
    (Fault::Broken, "The disk fails (disk I/O error). Try again, and have the disk checked"),
];
/// How long a process may take to notice.
const PATIENCE: Duration = Duration::from_secs(60);
/// A file may not grow beyond this: less than any database is.
const FILE_MAX: &str = "--fsize=8192:unlimited";

fn note(text: &str) -> Command {
    Command::AddNote { text: text.into() }
}

fn notes(engine: &Engine, lead: LeadId) -> Result<Vec<String>> {
    let mut notes: Vec<String> = engine.record(lead)?.0.notes.into_iter().map(|note| note.text).collect();
    notes.sort();
    Ok(notes)
}

#[test]
fn a_failing_disk_of_the_client_is_told_and_survived() -> Result<()> {
    for (fault, says) in FAULTS {
        for after in 0..4 {
            client(fault, after, says).with_context(|| format!("{fault:?} after {after} writes"))?;
        }
    }
    Ok(())
}

fn client(fault: Fault, after: u64, says: &str) -> Result<()> {
    let (here, there) = (folder(), folder());
    let disk = Disk::at(here.path());
    let road = Road::default();
    found(&there.path().join("server.db"))?;
    road.lead_to(Some(Arc::new(Core::open(Store::sqlite(&there.path().join("server.db"))?, client::system_env())?)));
    let engine = open(&here.path().join("profile"))?;
    let way = Way::of(&engine, &road)?;
    let lead = engine.create_lead(NewLead { name: "Ananya".into(), phone: "+919820014786".into(), ..NewLead::default() })?;
    engine.set_draft("note", Some("before"))?;

    disk.fail(fault, after);
    let refused = (0..9).find_map(|_| engine.execute(lead, note("during")).err()).context("an edit is refused")?;
    let problem = Problem::from(refused);
    ensure!(problem.code == ProblemCode::Disk && problem.text.starts_with(says), "{problem}");
    let saved = notes(&engine, lead)?;
    ensure!(engine.set_draft("note", Some("after")).is_err(), "a draft is not kept either");
    // The server takes what waits; that it did can't be stored here. Nothing happens twice.
    ensure!(engine.sync(&way).is_err(), "a sync stores its answer");
    let told = engine.sync_status().problem;
    ensure!(matches!(&told, Some(TransportError::Local { text, .. }) if text.starts_with(says)), "{told:?}");
    profile_is_sound(&engine)?;
    ensure!(notes(&engine, lead)? == saved, "what is not saved is not shown");
    let draft = engine.store().read(|c| client::store::drafts::get(c, "note"))?;
    ensure!(draft.as_deref() == Some("before"), "{draft:?}");

    disk.heal();
    engine.execute(lead, note("healed"))?;
    engine.set_draft("note", Some("after"))?;
    engine.sync(&way)?;
    ensure!(engine.sync_status().problem.is_none(), "{:?}", engine.sync_status());
    profile_is_sound(&engine)?;
    let now = notes(&engine, lead)?;
    ensure!(now.len() == saved.len() + 1 && now.contains(&"healed".to_owned()), "{now:?}");
    let server = road.core()?.store().read(|tx| {
        sync_server::store::orgs::only(tx).and_then(|org| sync_server::store::documents::blob(tx, org.id, domain::DocId::lead(lead)))
    })?;
    let server = records::lead::read(&records::Doc::load(&server.context("the lead")?)?, lead)?;
    ensure!(server.notes.len() == now.len(), "each is on the server once");
    Ok(())
}

#[test]
fn a_failing_disk_of_the_server_is_told_and_survived() -> Result<()> {
    for (fault, _) in FAULTS {
        for after in 0..4 {
            server(fault, after).with_context(|| format!("{fault:?} after {after} writes"))?;
        }
    }
    Ok(())
}

fn server(fault: Fault, after: u64) -> Result<()> {
    let (here, there) = (folder(), folder());
    let disk = Disk::at(here.path());
    let database = here.path().join("leadline.db");
    found(&database)?;
    let core = Arc::new(Core::open(Store::sqlite(&database)?, client::system_env())?);
    let road = Road::default();
    road.lead_to(Some(core.clone()));
    let engine = open(&there.path().join("profile"))?;
    let way = Way::of(&engine, &road)?;
    let lead = engine.create_lead(NewLead { name: "Ananya".into(), phone: "+919820014786".into(), ..NewLead::default() })?;
    engine.sync(&way)?;
    engine.execute(lead, note("during"))?;
    let waiting = engine.store().read(|c| client::store::outbox::first(c, 9))?;
    let items =
        waiting.into_iter().map(|p| PushItem { doc: p.doc, envelope: p.envelope, change: p.change, hash: protocol::ChangeHash(p.hash.0) });
    let push = PushRequest { items: items.collect() };
    let who = core.session_for(engine.session()?.context("signed in")?.me.user, engine.device()?)?;

    disk.fail(fault, after);
    match (fault, core.push(&who, push)) {
        // A full disk passes: come back later.
        (Fault::Full, Ok(answer)) => {
            ensure!(matches!(answer.results[..], [ref only] if matches!(only.outcome, Outcome::RetryLater { .. })), "{answer:?}")
        }
        // The others wait for somebody: the device's person is told.
        (Fault::ReadOnly | Fault::Broken, Err(sync_server::Error::CantStore)) => {}
        (_, other) => bail!("{other:?}"),
    }
    let heard = engine.sync(&way);
    ensure!(heard.is_ok() == (fault == Fault::Full), "the device hears of it: {heard:?}");
    ensure!(notes(&engine, lead)? == ["during"], "the edit waits on the device");

    disk.heal();
    engine.sync(&way)?;
    ensure!(engine.store().read(client::store::outbox::size)?.0 == 0, "nothing waits any more");
    let proof = sync_server::audit::verify(core.store(), &[], true)?;
    ensure!(proof.faults.is_empty(), "{:?}", proof.faults);
    Ok(())
}

/// Many edits on a disk that fills up, is healed, and fills up again, at any write.
#[test]
fn a_disk_may_fail_at_any_write() -> Result<()> {
    let mut failures = 0;
    for seed in 0..12 {
        let mut rng = SmallRng::seed_from_u64(seed);
        let here = folder();
        let disk = Disk::at(here.path());
        let engine = open(&here.path().join("profile"))?;
        let lead = engine.create_lead(NewLead { name: "Ananya".into(), phone: "+919820014786".into(), ..NewLead::default() })?;
        let mut saved = Vec::new();
        for n in 0..60 {
            if rng.random_bool(0.5) {
                disk.fail(FAULTS[rng.random_range(0..3)].0, rng.random_range(0..12));
            }
            let text = format!("{n:02} {}", "word ".repeat(rng.random_range(0..400)));
            match engine.execute(lead, note(&text)) {
                Ok(_) => saved.push(text.trim_end().to_owned()),
                Err(_) => failures += 1,
            }
            if rng.random_bool(0.1) {
                engine.idle();
            }
            disk.heal();
        }
        profile_is_sound(&engine).with_context(|| format!("seed {seed}"))?;
        let kept: Vec<String> = notes(&engine, lead)?.iter().map(|text| text.trim_end().to_owned()).collect();
        assert_eq!(kept, saved, "seed {seed}");
        drop(engine);
        assert_eq!(commands_here(&open(&here.path().join("profile"))?)?.len(), saved.len() + 1, "seed {seed}");
    }
    ensure!(failures > 100, "only {failures} edits met a failing disk");
    Ok(())
}

/// A process of its own under a limit on file sizes, which can be lifted while it runs.
struct Limited {
    child: Child,
    lines: Receiver<Value>,
}

impl Limited {
    fn start(mut command: std::process::Command) -> Result<Self> {
        // The signal of that limit would end it; a full disk sends none.
        let mut under = std::process::Command::new("sh");
        under.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""]).arg(command.get_program()).args(command.get_args());
        under.envs(command.get_envs().filter_map(|(key, value)| Some((key, value?))));
        command = under;
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let out = BufReader::new(child.stdout.take().context("its output")?);
        let (said, lines) = channel();
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                // Nobody may listen any more.
                let _ = said.send(serde_json::from_str(&line).unwrap_or(Value::String(line)));
            }
        });
        Ok(Self { child, lines })
    }

    fn limit(&self, to: &str) -> Result<()> {
        let done = std::process::Command::new("prlimit").args(["--pid", &self.child.id().to_string(), to]).status()?;
        ensure!(done.success(), "prlimit: {done}");
        Ok(())
    }

    /// Waits for a line that is so.
    fn says(&self, what: &str, so: impl Fn(&Value) -> bool) -> Result<Value> {
        let started = Instant::now();
        let mut heard = Vec::new();
        while let Ok(line) = self.lines.recv_timeout(PATIENCE.saturating_sub(started.elapsed())) {
            if so(&line) {
                return Ok(line);
            }
            heard.push(line);
        }
        bail!("it never said {what}, but {heard:?}")
    }
}

impl Drop for Limited {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_client_without_room_says_so_and_goes_on_when_there_is_room() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::demo(&folder.path().join("server"), 20)?;
    let asha = Terminal::sign_in(&folder.path().join("asha"), &server, "asha@nakshatra.example")?;
    let watching = Limited::start(asha.command(&["sync", "--watch"]))?;
    let state = |name: &'static str| move |line: &Value| line["pill"]["state"] == name && line["complete"] == true;
    let before = watching.says("that it is in sync", state("synced"))?["leads"].as_u64();
    watching.limit(FILE_MAX)?;
    let colleague = Device::sign_in(&folder.path().join("other"), &server, "asha@nakshatra.example")?;
    colleague.sync()?;
    colleague.engine.create_lead(NewLead { name: "New".into(), phone: "+919820014786".into(), ..NewLead::default() })?;
    colleague.sync()?;
    let stuck = watching.says("that it can't save", state("cant_save"))?;
    ensure!(stuck["why"].as_str().is_some_and(|why| why.contains("disk")), "{stuck}");
    watching.limit("--fsize=unlimited:unlimited")?;
    let after = watching.says("that it is in sync again", |line| state("synced")(line) && line["leads"].as_u64() > before)?;
    assert_eq!(after["leads"].as_u64(), before.map(|leads| leads + 1));
    Ok(())
}

#[test]
fn a_server_without_room_says_so_and_goes_on_when_there_is_room() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("server");
    Server::fill(&data, 20)?;
    let mut serve = std::process::Command::new(tests::processes::binary("leadline-server")?);
    serve.arg("--data").arg(&data).args(["serve", "--listen", "127.0.0.1:0"]);
    let running = Limited::start(serve)?;
    let line = running.says("where it listens", |line| line.as_str().is_some_and(|line| line.contains("http://")))?;
    let url = line.as_str().and_then(|line| line.split_whitespace().last()).context("its address")?.to_owned();
    let asha = Device::sign_in_at(&folder.path().join("asha"), &url, "asha@nakshatra.example")?;
    asha.sync()?;
    running.limit(FILE_MAX)?;
    let lead = asha.engine.create_lead(NewLead { name: "New".into(), phone: "+919820014786".into(), ..NewLead::default() })?;
    let refused = asha.sync().map(drop).expect_err("it can't store");
    ensure!(refused.to_string().contains("can't store anything"), "{refused}");
    running.limit("--fsize=unlimited:unlimited")?;
    asha.sync()?;
    let fresh = Device::sign_in_at(&folder.path().join("fresh"), &url, "asha@nakshatra.example")?;
    fresh.sync()?;
    assert_eq!(fresh.engine.record(lead)?.0.name.value.as_deref(), Some("New"));
    Ok(())
}
