//! Scenarios in which a process of the server is killed: it accepts pushes, migrates, backs up, restores,
//! compacts.

use super::check::{self, commands_on};
use super::kill::{Dice, run_and_kill};
use super::{Grounds, Marks, Play, Verdict, old};
use crate::device::Device;
use crate::folder;
use crate::processes::{Server, leadline_server};
use anyhow::{Context, Result, ensure};
use domain::{Command, LeadId};
use rand::Rng;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Who pushes while the server is killed.
const PEOPLE: [&str; 2] = ["asha@nakshatra.example", "sanjay@nakshatra.example"];
const MEERA: &str = "meera@nakshatra.example";
/// A server that accepts is killed within this time.
const BUSY: Duration = Duration::from_millis(400);
/// Nothing is too young to be compacted.
const COMPACT: [&str; 3] = ["compact", "--keep-days", "0"];

/// Somebody who writes and sends without end.
struct Writer {
    device: Device,
    leads: Vec<LeadId>,
    marks: Marks,
}

impl Writer {
    fn new(profile: &std::path::Path, server: &Server, email: &str) -> Result<Self> {
        let device = Device::sign_in(profile, server, email)?;
        device.sync()?;
        let here = check::records_here(&device.engine)?.into_iter().map(|doc| LeadId(doc.id));
        // On some, such as a converted one, they may not write.
        let may = |lead: &LeadId| device.engine.execute(*lead, Command::AddTag { tag: "mine".into() }).is_ok();
        let leads: Vec<_> = here.filter(may).collect();
        ensure!(!leads.is_empty(), "{email} has no lead to write on");
        device.sync()?;
        Ok(Self { device, leads, marks: Marks::default() })
    }

    /// One edit, and one round of sync.
    fn turn(&mut self, n: usize) -> Result<()> {
        let text = self.marks.give().to_string();
        self.device.engine.execute(self.leads[n % self.leads.len()], Command::AddNote { text })?;
        // The server may be gone: that is the point.
        let _ = self.device.sync();
        Ok(())
    }

    /// What is not waiting any more was answered.
    fn count_answers(&mut self) -> Result<()> {
        let waiting = check::commands_waiting(&self.device.engine)?;
        self.marks.acknowledge_all_but(&waiting);
        Ok(())
    }
}

/// A server and people who write.
struct Office {
    server: Server,
    data: PathBuf,
    folder: PathBuf,
    writers: Vec<Writer>,
}

impl Office {
    fn new(grounds: &Grounds, name: &str) -> Result<Self> {
        let folder = grounds.folder(name);
        let data = grounds.company(&format!("{name}/server"))?;
        let server = Server::start(&data)?;
        let writers = PEOPLE.iter().map(|email| Writer::new(&folder.join(email), &server, email)).collect::<Result<_>>()?;
        Ok(Self { server, data, folder, writers })
    }

    /// Lets everybody write while `act` goes on.
    fn write_during<T: Send>(&mut self, act: impl FnOnce(&mut Server) -> Result<T> + Send) -> Result<T> {
        let stop = AtomicBool::new(false);
        let (server, stop) = (&mut self.server, &stop);
        let done = std::thread::scope(|scope| {
            let writing: Vec<_> = self
                .writers
                .iter_mut()
                .map(|writer| scope.spawn(move || (0..).take_while(|_| !stop.load(Ordering::Relaxed)).try_for_each(|n| writer.turn(n))))
                .collect();
            let done = act(server);
            stop.store(true, Ordering::Relaxed);
            writing.into_iter().try_for_each(|thread| thread.join().map_err(|_| anyhow::anyhow!("a writer panicked"))?)?;
            done
        })?;
        self.writers.iter_mut().try_for_each(Writer::count_answers)?;
        Ok(done)
    }

    fn check(&self) -> Result<Verdict> {
        check::server_is_sound(&self.server)?;
        let there = commands_on(&self.data)?;
        self.writers.iter().try_for_each(|writer| check::profile_is_sound(&writer.device.engine))?;
        let verdicts = self.writers.iter().map(|writer| writer.marks.judge(&there));
        Ok(verdicts.fold(Verdict::default(), |sum, one| Verdict {
            acknowledged: sum.acknowledged + one.acknowledged,
            lost: sum.lost + one.lost,
            doubled: sum.doubled + one.doubled,
        }))
    }

    fn sync_all(&mut self) -> Result<()> {
        // Twice: what one sends in the first is received by the other in the second.
        for _ in 0..2 {
            self.writers.iter().try_for_each(|writer| writer.device.sync().map(drop))?;
        }
        self.writers.iter_mut().try_for_each(Writer::count_answers)
    }

    fn end(&mut self) -> Result<Verdict> {
        self.sync_all()?;
        let manager = Device::sign_in(&self.folder.join("meera"), &self.server, MEERA)?;
        manager.sync()?;
        self.writers.iter().try_for_each(|writer| check::is_held_by(&writer.device.engine, &manager.engine))?;
        self.check()
    }
}

struct Accepts(Office);

pub(super) fn accepts(grounds: &Grounds) -> Result<Box<dyn Play>> {
    Ok(Box::new(Accepts(Office::new(grounds, "accepts")?)))
}

impl Play for Accepts {
    fn kill(&mut self, dice: &mut Dice) -> Result<bool> {
        let after = BUSY.mul_f64(dice.rng.random());
        self.0.write_during(|server| {
            let began = Instant::now();
            while began.elapsed() < after {
                std::thread::yield_now();
            }
            server.kill()
        })?;
        self.0.server.restart()?;
        Ok(true)
    }

    fn check(&mut self) -> Result<Verdict> {
        self.0.check()
    }

    fn end(mut self: Box<Self>) -> Result<Verdict> {
        self.0.end()
    }
}

/// A database of the first format, taken out anew for each kill.
struct Migrates {
    old: PathBuf,
    folder: PathBuf,
    commands: Vec<String>,
    started: usize,
}

pub(super) fn migrates(grounds: &Grounds) -> Result<Box<dyn Play>> {
    let now = grounds.company("old/now")?;
    let old = grounds.folder("old/old");
    std::fs::create_dir_all(&old)?;
    old::server(&now.join("leadline.db"), &old.join("leadline.db"))?;
    Ok(Box::new(Migrates { old, folder: grounds.folder("old"), commands: commands_on(&now)?, started: 0 }))
}

impl Migrates {
    fn newest(&self) -> PathBuf {
        self.folder.join(format!("started{}", self.started))
    }
}

impl Play for Migrates {
    fn kill(&mut self, dice: &mut Dice) -> Result<bool> {
        self.started += 1;
        folder::copy(&self.old, &self.newest())?;
        // Any command migrates first, and this one ends by itself.
        let mut command = leadline_server(&self.newest());
        command.args(["user", "enable", PEOPLE[0]]);
        let ended = run_and_kill(command, &|_| true, dice.instant("start"))?;
        dice.learn("start", &ended);
        Ok(ended.killed)
    }

    fn check(&mut self) -> Result<Verdict> {
        let server = Server::start(&self.newest())?;
        check::server_is_sound(&server)?;
        let there = commands_on(&self.newest())?;
        let count = |commands: &[String], command: &String| commands.iter().filter(|other| *other == command).count();
        let missing = self.commands.iter().filter(|command| !there.contains(command)).count();
        let doubled = self.commands.iter().filter(|command| count(&there, command) > count(&self.commands, command)).count();
        Ok(Verdict { acknowledged: self.commands.len(), lost: missing, doubled })
    }

    fn end(mut self: Box<Self>) -> Result<Verdict> {
        let server = Server::start(&self.newest())?;
        // The old accounts work, and so does the old data.
        let mut writer = Writer::new(&self.folder.join("asha"), &server, PEOPLE[0])?;
        writer.turn(0)?;
        writer.count_answers()?;
        let verdict = writer.marks.judge(&commands_on(&self.newest())?);
        ensure!((verdict.acknowledged, verdict.lost) == (1, 0), "an edit after the migration is lost");
        drop(server);
        self.check()
    }
}

/// A command of the server beside it, killed while everybody writes.
struct BacksUp {
    office: Office,
    made: usize,
}

pub(super) fn backs_up(grounds: &Grounds) -> Result<Box<dyn Play>> {
    Ok(Box::new(BacksUp { office: Office::new(grounds, "backup")?, made: 0 }))
}

impl BacksUp {
    fn newest(&self) -> PathBuf {
        self.office.folder.join(format!("backup{}.db", self.made))
    }
}

impl Play for BacksUp {
    fn kill(&mut self, dice: &mut Dice) -> Result<bool> {
        self.made += 1;
        let mut command = leadline_server(&self.office.data);
        command.arg("backup").arg(self.newest());
        let after = dice.instant("backup");
        let ended = self.office.write_during(|_| run_and_kill(command, &|_| true, after))?;
        dice.learn("backup", &ended);
        Ok(ended.killed)
    }

    /// Nothing lies under the name, or a whole backup does.
    fn check(&mut self) -> Result<Verdict> {
        if self.newest().exists() {
            sync_server::store::sqlite::check(&self.newest())?;
        }
        self.office.check()
    }

    /// A backup to the end holds all that was answered before it.
    fn end(mut self: Box<Self>) -> Result<Verdict> {
        let whole = self.office.folder.join("whole.db");
        let file = whole.to_str().context("a plain path")?;
        self.office.server.command(&["backup", file])?;
        let data = self.office.folder.join("restored");
        let restored = leadline_server(&data).arg("restore").arg(&whole).output()?;
        ensure!(restored.status.success(), "restore: {}", String::from_utf8_lossy(&restored.stderr));
        let there = commands_on(&data)?;
        ensure!(self.office.writers.iter().all(|writer| writer.marks.judge(&there).lost == 0), "the backup lacks what was answered");
        self.office.end()
    }
}

/// A restore of an old backup, killed, run again; the devices bring back what it lacks.
struct Restores {
    office: Office,
    backup: PathBuf,
}

pub(super) fn restores(grounds: &Grounds) -> Result<Box<dyn Play>> {
    let office = Office::new(grounds, "restore")?;
    let backup = office.folder.join("backup.db");
    office.server.command(&["backup", backup.to_str().context("a plain path")?])?;
    Ok(Box::new(Restores { office, backup }))
}

impl Play for Restores {
    fn kill(&mut self, dice: &mut Dice) -> Result<bool> {
        (0..3).try_for_each(|n| self.office.writers.iter_mut().try_for_each(|writer| writer.turn(n)))?;
        self.office.sync_all()?;
        self.office.server.kill()?;
        let mut command = leadline_server(&self.office.data);
        command.arg("restore").arg(&self.backup);
        let ended = run_and_kill(command, &|_| true, dice.instant("restore"))?;
        dice.learn("restore", &ended);
        let again = leadline_server(&self.office.data).arg("restore").arg(&self.backup).output()?;
        ensure!(again.status.success(), "restore: {}", String::from_utf8_lossy(&again.stderr));
        self.office.server.restart()?;
        Ok(ended.killed)
    }

    fn check(&mut self) -> Result<Verdict> {
        self.office.sync_all()?;
        self.office.check()
    }

    fn end(mut self: Box<Self>) -> Result<Verdict> {
        self.office.end()
    }
}

/// A compaction, killed beside the server while everybody writes, or alone, and run again.
struct Compacts(Office);

pub(super) fn compacts(grounds: &Grounds) -> Result<Box<dyn Play>> {
    Ok(Box::new(Compacts(Office::new(grounds, "compact")?)))
}

impl Compacts {
    /// Something to compact: at first the whole company, then what was written since.
    fn write(&mut self) -> Result<()> {
        (0..5).try_for_each(|n| self.0.writers.iter_mut().try_for_each(|writer| writer.turn(n)))?;
        self.0.sync_all()
    }
}

impl Play for Compacts {
    fn kill(&mut self, dice: &mut Dice) -> Result<bool> {
        self.write()?;
        let mut command = leadline_server(&self.0.data);
        command.args(COMPACT);
        // Beside a server it rests between its steps.
        let (work, is_alone) = if dice.rng.random_bool(0.5) { ("compact alone", true) } else { ("compact", false) };
        let after = dice.instant(work);
        let ended = if is_alone {
            self.0.server.kill()?;
            run_and_kill(command, &|_| true, after)?
        } else {
            self.0.write_during(|_| run_and_kill(command, &|_| true, after))?
        };
        dice.learn(work, &ended);
        self.0.server.restart()?;
        Ok(ended.killed)
    }

    /// What it left is whole, and the next one comes to its end.
    fn check(&mut self) -> Result<Verdict> {
        let left = self.0.check()?;
        self.0.server.command(&COMPACT)?;
        Ok(super::worse(left, self.0.check()?))
    }

    fn end(mut self: Box<Self>) -> Result<Verdict> {
        self.0.end()
    }
}
