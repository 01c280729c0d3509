//! Attendance between real client engines and a real server in one process: what is asked for offline waits, and counts
//! once, by the server's clock, whatever answers are lost on the way.

use bridge::attendance::{AttendanceGet, AttendanceTake, FloorGet, MyAttendance};
use client::desk::Desk;
use client::vault::Key;
use client::{Profile, SyncStep, Transport, TransportError, system_env};
use domain::attendance::{Attendance, AttendanceFilter, AttendanceLine, Step};
use domain::{Clock, DocId, Env, OrgId, Role, UserId};
use protocol::admin::AttendanceStep;
use protocol::pull::{PullBatch, Snapshot};
use protocol::push::{PushRequest, PushResponse};
use protocol::rows::OrgRow;
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use sync_server::{Core, Error, NewUser, SignedIn, Store, people};
use tests::processes::{Server, Terminal};
use tests::wire::Wire;

/// A Wednesday, 16:36 in India.
const START: i64 = 1_795_000_000_000;
const HOUR: i64 = 3_600_000;

struct Hand(AtomicI64);

impl Clock for Hand {
    fn now_ms(&self) -> i64 {
        self.0.fetch_add(1, Ordering::Relaxed)
    }
}

fn env(at: i64) -> (Env, Arc<Hand>) {
    let hand = Arc::new(Hand(AtomicI64::new(at)));
    (Env { clock: hand.clone(), ..system_env() }, hand)
}

struct Company {
    core: Arc<Core>,
    hand: Arc<Hand>,
}

impl Company {
    fn new() -> Self {
        let (env, hand) = env(START);
        let (store, id) = (Store::memory().expect("a database"), OrgId(env.new_id()));
        let text = |text: &str| text.to_owned();
        let org = OrgRow {
            id,
            name: text("Acme"),
            zone: text("Asia/Kolkata"),
            country: text("IN"),
            phone_prefix: text("+91"),
            currency: text("INR"),
        };
        let person = |name: &str, role, team: Option<&str>| NewUser {
            name: name.into(),
            email: format!("{name}@acme.example"),
            role,
            team: team.map(str::to_owned),
            password: None,
        };
        people::init(&store, &env, &org, &person("ananya", Role::SuperAdmin, None)).expect("an organisation");
        let core = Core::open(store, env).expect("a server");
        core.add_user(&person("meera", Role::Manager, None)).expect("a user");
        core.add_user(&person("asha", Role::Salesperson, Some("Pune"))).expect("a user");
        Self { core: Arc::new(core), hand }
    }

    /// At a computer whose clock is wrong by `skew`.
    fn sit(&self, folder: &Path, name: &str, skew: i64) -> Seat {
        let (env, _) = env(START + skew);
        let desk = Desk::open(&Profile::at(folder).expect("a profile"), &Key::from([7; 32]), env).expect("a desk");
        let user = self.core.user_by_email(&format!("{name}@acme.example")).expect("a user");
        let device = desk.engine().device().expect("a device");
        desk.engine().signed_in("http://127.0.0.1:1", &self.core.sign_in_unchecked(user, device).expect("let in")).expect("signed in");
        let who = self.core.session_for(user, device).expect("a session");
        Seat { desk, user, road: Road { core: self.core.clone(), who, is_cut: AtomicBool::new(false), losses: Mutex::default() } }
    }

    /// The log, the first first.
    fn log(&self, seat: &Seat) -> Vec<AttendanceLine> {
        let mut lines = self.core.attendance_log(&seat.road.who, &AttendanceFilter::default()).expect("may look");
        lines.reverse();
        lines
    }
}

struct Seat {
    desk: Desk,
    user: UserId,
    road: Road,
}

impl Seat {
    fn take(&self, step: Step) {
        self.desk.ask(AttendanceTake { step }).expect("it waits");
    }

    fn mine(&self) -> MyAttendance {
        self.desk.ask(AttendanceGet {}).expect("an answer").expect("in the role")
    }

    fn sync(&self) -> bool {
        matches!(self.desk.engine().sync(&self.road), Ok((SyncStep::Quiet, _)))
    }
}

/// Straight into the server; the line can be cut, and answers get lost.
struct Road {
    core: Arc<Core>,
    who: SignedIn,
    is_cut: AtomicBool,
    losses: Mutex<Option<SmallRng>>,
}

impl Road {
    fn open(&self) -> Result<(), TransportError> {
        if self.is_cut.load(Ordering::Relaxed) { Err(TransportError::Refused("the server".into())) } else { Ok(()) }
    }

    fn told(error: Error) -> TransportError {
        match error {
            Error::Refused(refusal) => TransportError::No { code: "refused".into(), text: refusal.text, field: None },
            other => TransportError::Server(other.to_string()),
        }
    }
}

impl Transport for Road {
    fn push(&self, request: &PushRequest) -> Result<PushResponse, TransportError> {
        self.open()?;
        self.core.push(&self.who, request.clone()).map_err(Self::told)
    }

    fn pull(&self, cursor: Option<&str>, take: &mut dyn FnMut(PullBatch) -> ControlFlow<()>) -> Result<(), TransportError> {
        self.open()?;
        let mut batch = self.core.pull(&self.who, cursor, 100).map_err(Self::told)?;
        loop {
            let (cursor, is_last) = (batch.cursor.clone(), batch.up_to_date);
            if take(batch).is_break() || is_last {
                return Ok(());
            }
            batch = self.core.pull_on(&self.who, Some(&cursor), 100).map_err(Self::told)?;
        }
    }

    fn snapshot(&self, doc: DocId) -> Result<Snapshot, TransportError> {
        self.core.document(&self.who, doc).map_err(Self::told)
    }

    fn attend(&self, step: &Step, asked: &AttendanceStep) -> Result<AttendanceLine, TransportError> {
        self.open()?;
        let answer = self.core.attend(&self.who, asked, step).map_err(Self::told);
        let is_lost = self.losses.lock().expect("one test").as_mut().is_some_and(|dice| dice.random_bool(0.6));
        if is_lost { Err(TransportError::Broken("the answer was lost".into())) } else { answer }
    }
}

#[test]
fn steps_asked_for_offline_count_once_by_the_servers_clock_and_the_manager_sees_them() {
    let seed: u64 = std::env::var("LEADLINE_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_127);
    println!("LEADLINE_SEED={seed}");
    let folder = tempfile::tempdir().expect("a folder");
    let company = Company::new();
    // Asha's clock is a day ahead.
    let asha = company.sit(&folder.path().join("asha"), "asha", 24 * HOUR);
    let meera = company.sit(&folder.path().join("meera"), "meera", 0);
    assert!(asha.sync() && meera.sync());

    asha.road.is_cut.store(true, Ordering::Relaxed);
    asha.take(Step::CheckIn);
    asha.take(Step::Pause { reason: "Lunch".into() });
    assert!(!asha.sync());
    assert_eq!((asha.mine().status, asha.mine().waits), (Attendance::Paused, true));
    assert_eq!(company.log(&meera), [], "nobody is at work because a computer says so");

    asha.road.is_cut.store(false, Ordering::Relaxed);
    *asha.road.losses.lock().expect("one test") = Some(SmallRng::seed_from_u64(seed));
    let rounds = (0..100).position(|_| asha.sync()).expect("it gets through");
    assert!(rounds > 0, "answers were lost");
    let log = company.log(&meera);
    let said: Vec<_> = log.iter().map(|line| (line.user, line.status, line.reason.as_deref())).collect();
    assert_eq!(said, [(asha.user, Attendance::Present, None), (asha.user, Attendance::Paused, Some("Lunch"))], "each once");
    assert!(log.iter().all(|line| (START..START + HOUR).contains(&line.at)), "by the server's clock");
    assert_eq!((asha.mine().status, asha.mine().waits, asha.mine().refused), (Attendance::Paused, false, None));
    assert!(meera.sync());
    let floor = meera.desk.ask(FloorGet {}).expect("a floor");
    let seen: Vec<_> = floor.people.iter().map(|one| (one.user, one.status, one.since.as_ref().map(|when| when.at))).collect();
    assert_eq!(seen, [(asha.user, Attendance::Paused, Some(log[1].at))]);

    // The day ends at the server; a check-in that waited comes too late, and its author is told.
    company.hand.0.fetch_add(2 * HOUR, Ordering::Relaxed);
    assert_eq!(company.core.end_day().expect("looked"), 1);
    assert!((0..100).any(|_| asha.sync()));
    assert_eq!((asha.mine().status, asha.mine().reason.as_deref()), (Attendance::Absent, Some("End of the working hours")));
    asha.take(Step::CheckIn);
    assert!((0..100).any(|_| asha.sync()));
    let now = asha.mine();
    assert_eq!((now.status, now.waits), (Attendance::Absent, false));
    assert!(now.refused.is_some_and(|why| why.contains("from 09:00 to 18:00")));
    assert_eq!(company.log(&meera).len(), 3);
}

/// A company whose day has no end, so that the test's hour does not matter.
fn around_the_clock(folder: &Path) -> anyhow::Result<(Server, Terminal)> {
    let server = Server::demo(&folder.join("server"), 60)?;
    let admin = Terminal::sign_in(&folder.join("vikram"), &server, "vikram@nakshatra.example")?;
    admin.run(&["sync"])?;
    for (setting, value) in
        [("working_hours_end", "24:00"), ("working_hours_start", "00:00"), ("working_days", "mon,tue,wed,thu,fri,sat,sun")]
    {
        admin.run(&["config", "set", setting, value])?;
    }
    admin.run(&["sync"])?;
    Ok((server, admin))
}

#[test]
fn a_day_on_a_terminal_counts_at_the_server_and_waits_without_it() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let (server, admin) = around_the_clock(folder.path())?;
    let wire = Wire::to(&server.url)?;
    let asha = Terminal::sign_in_at(&folder.path().join("asha"), &wire.url, "asha@nakshatra.example")?;
    asha.run(&["sync"])?;
    let stands = |step: &[&str]| -> anyhow::Result<(String, bool)> {
        let now = asha.run(&[&["attendance"], step].concat())?;
        Ok((now["status"].as_str().unwrap_or_default().to_owned(), now["waits"] == true))
    };
    let known = || -> anyhow::Result<String> {
        admin.run(&["sync"])?;
        let floor = admin.run(&["attendance", "who"])?;
        let asha = floor["people"].as_array().and_then(|all| all.iter().find(|one| one["name"] == "Asha Menon"));
        Ok(asha.and_then(|asha| asha["status"].as_str()).unwrap_or_default().to_owned())
    };
    assert_eq!(stands(&["check-in"])?, ("present".into(), false));
    assert_eq!(known()?, "present");
    let (code, said) = asha.attempt(&["attendance", "check-in"])?;
    assert!(code == 3 && said.contains("already"), "{code} {said}");
    let (code, said) = asha.attempt(&["attendance", "pause", "--reason", "Cricket"])?;
    assert!(code == 3 && said.contains("Lunch"), "the reasons are named: {code} {said}");
    assert_eq!(stands(&["pause", "--reason", "Lunch"])?, ("paused".into(), false));
    assert_eq!(known()?, "paused");
    wire.cut();
    assert_eq!(stands(&["resume"])?, ("present".into(), true), "out of reach it waits");
    assert_eq!(known()?, "paused");
    wire.mend();
    asha.run(&["sync"])?;
    assert_eq!(stands(&["status"])?, ("present".into(), false));
    assert_eq!(known()?, "present");
    assert_eq!(stands(&["check-out"])?, ("absent".into(), false));
    assert_eq!(known()?, "absent");
    // Who has no attendance is told so.
    let (code, said) = admin.attempt(&["attendance", "check-in"])?;
    assert!(code == 3 && !said.is_empty(), "{code} {said}");
    Ok(())
}

#[test]
fn many_leads_are_given_on_a_terminal_at_once_and_without_the_server() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let (server, admin) = around_the_clock(folder.path())?;
    let wire = Wire::to(&server.url)?;
    let meera = Terminal::sign_in_at(&folder.path().join("meera"), &wire.url, "meera@nakshatra.example")?;
    meera.run(&["sync"])?;
    let leads: Vec<String> = (0..4)
        .map(|n| {
            let added = meera.run(&["lead", "add", "--name", &format!("Fair {n}"), "--phone", &format!("98200148{n:02}")])?;
            Ok(added["lead"].as_str().unwrap_or_default().to_owned())
        })
        .collect::<anyhow::Result<_>>()?;
    meera.run(&["sync"])?;
    let give = |to: &str| -> anyhow::Result<serde_json::Value> {
        let mut args = vec!["lead", "assign"];
        args.extend(leads.iter().map(String::as_str));
        args.extend(["--to", to]);
        meera.run(&args)
    };
    let owner = |lead: &str| -> anyhow::Result<String> {
        admin.run(&["sync"])?;
        Ok(admin.run(&["lead", "show", lead])?["lead"]["owner"][1].as_str().unwrap_or_default().to_owned())
    };
    // One was given away by somebody else, which this computer has not heard.
    admin.run(&["sync"])?;
    admin.run(&["lead", "assign", &leads[3], "--to", "Pooja Patil"])?;
    let done = give("Sanjay Kulkarni")?;
    assert_eq!((&done["done"], &done["waiting"]), (&3.into(), &0.into()), "{done}");
    assert_eq!(done["not"][0]["count"], 1, "{done}");
    assert!(done["not"][0]["why"].as_str().is_some_and(|why| why.contains("faster")), "{done}");
    assert_eq!((owner(&leads[0])?, owner(&leads[3])?), ("Sanjay Kulkarni".into(), "Pooja Patil".into()));
    meera.run(&["sync"])?;
    wire.cut();
    let done = give("Asha Menon")?;
    assert_eq!((&done["done"], &done["waiting"]), (&4.into(), &4.into()), "{done}");
    assert_eq!(owner(&leads[0])?, "Sanjay Kulkarni");
    wire.mend();
    meera.run(&["sync"])?;
    for lead in &leads {
        assert_eq!(owner(lead)?, "Asha Menon");
    }
    Ok(())
}
