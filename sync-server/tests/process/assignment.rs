//! The rotation against SIGKILL: whatever was answered stays, what was not is asked again, and nobody is passed over or
//! given two in a row.

use crate::PASSWORD;
use crate::server::{Client, Server, run_with_input};
use domain::assignment::{How, Why};
use domain::attendance::Step;
use domain::{DeviceId, Role};
use protocol::admin::{AttendanceStep, MadeLead};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Mutex, PoisonError};
use sync_server::store::{assignment, leads};
use sync_server::{Core, NewUser, Store};

const AGENTS: usize = 5;
const KILLS: u32 = 5;
/// Leads asked for until each kill; a few more are on their way then.
const EACH: u32 = 20;
const CALLERS: usize = 4;

/// A zone in which it is about noon: people may be at work.
fn zone_of_noon() -> String {
    let hour = sync_server::env::system().now_ms() / 3_600_000 % 24;
    match 12 - hour {
        0 => "Etc/GMT".to_owned(),
        // Their signs are the wrong way round.
        ahead @ 1.. => format!("Etc/GMT-{ahead}"),
        behind => format!("Etc/GMT+{}", -behind),
    }
}

/// An organisation whose salespeople are at work.
fn office(data: &Path) {
    let zone = zone_of_noon();
    let init = ["init", "--org", "Acme", "--admin-email", "boss@acme.example", "--admin-name", "Boss", "--zone", &zone];
    run_with_input(data, &init, PASSWORD);
    let core = Core::open(open(data), sync_server::env::system()).expect("a server");
    every_day(&core);
    for n in 0..AGENTS {
        let (name, email) = (format!("Agent {n}"), format!("agent{n}@acme.example"));
        let user = core.add_user(&NewUser { name, email, role: Role::Salesperson, team: None, password: None }).expect("a user");
        let who = core.session_for(user, DeviceId(core.env().new_id())).expect("a session");
        let asked = AttendanceStep { id: core.env().new_id(), reason: None };
        core.attend(&who, &asked, &Step::CheckIn).expect("at noon");
    }
    core.close();
}

/// Sundays too.
fn every_day(core: &Core) {
    use domain::{Command, CommandId, DocId, DocKind, Envelope};
    let boss = core.user_by_email("boss@acme.example").expect("there");
    let who = core.session_for(boss, DeviceId(core.env().new_id())).expect("a session");
    let command = Command::SetSetting { setting: domain::config::Setting::WorkingDays, value: Some("mon,tue,wed,thu,fri,sat,sun".into()) };
    let envelope = Envelope { id: CommandId(core.env().new_id()), author: boss, at: core.env().now_ms(), command };
    let mut doc = records::Doc::seed(DocKind::Config);
    let made = records::execute(&mut doc, core.env().random(), &envelope).expect("a change");
    let (doc, hash) = (DocId::config(core.org().id), protocol::ChangeHash(made.hash.0));
    let item = protocol::push::PushItem { doc, envelope, change: made.bytes, hash };
    let answer = core.push(&who, protocol::push::PushRequest { items: vec![item] }).expect("an answer");
    assert!(matches!(answer.results[0].outcome, protocol::push::Outcome::Applied { .. }), "{answer:?}");
}

fn open(data: &Path) -> Store {
    Store::sqlite(&data.join("leadline.db")).expect("a database")
}

/// What was asked for and what was answered, by the request's key.
#[derive(Default)]
struct Book {
    next: AtomicU32,
    unanswered: Mutex<BTreeSet<u32>>,
    answered: Mutex<BTreeMap<u32, MadeLead>>,
}

impl Book {
    /// Asks for one, again or anew; false where no answer came.
    fn ask(&self, client: &Client) -> bool {
        let again = self.unanswered.lock().unwrap_or_else(PoisonError::into_inner).pop_first();
        let n = again.unwrap_or_else(|| self.next.fetch_add(1, Ordering::Relaxed));
        let body = format!(r#"{{"name":"Priya {n}","phone":"98200 {n:05}"}}"#);
        let answer = client.try_post_with_key("/api/v1/leads", &format!("lead-{n}"), &body);
        let Some((201, text)) = answer else {
            self.unanswered.lock().unwrap_or_else(PoisonError::into_inner).insert(n);
            return false;
        };
        let made: MadeLead = serde_json::from_str(&text).expect("a lead");
        let before = self.answered.lock().unwrap_or_else(PoisonError::into_inner).insert(n, made);
        assert!(before.is_none(), "asked for once more than needed");
        true
    }
}

#[test]
fn the_rotation_neither_repeats_nor_skips_where_the_server_is_killed() {
    let mut folder = tempfile::tempdir().expect("a folder");
    office(folder.path());
    let book = Book::default();
    for _ in 0..KILLS {
        let server = Server::start(folder, &[]);
        let boss = server.sign_in("boss@acme.example");
        let is_over = AtomicBool::new(false);
        folder = std::thread::scope(|threads| {
            let (answered, answers) = channel();
            for _ in 0..CALLERS {
                let (client, answered) = (boss.with_session(boss.session().clone()), answered.clone());
                let (book, is_over) = (&book, &is_over);
                threads.spawn(move || {
                    while !is_over.load(Ordering::Relaxed) && book.ask(&client) {
                        let _ = answered.send(());
                    }
                });
            }
            drop(answered);
            assert_eq!(answers.iter().take(EACH as usize).count(), EACH as usize, "answered until it is killed");
            let folder = server.kill();
            is_over.store(true, Ordering::Relaxed);
            folder
        });
    }
    let server = Server::start(folder, &[]);
    let boss = server.sign_in("boss@acme.example");
    while !book.unanswered.lock().expect("whole").is_empty() {
        assert!(book.ask(&boss));
    }
    let folder = server.stop();

    let store = open(folder.path());
    let org = store.read(sync_server::store::orgs::only).expect("an organisation").id;
    let answered = book.answered.into_inner().expect("whole");
    let ids: BTreeSet<_> = answered.values().map(|made| made.id).collect();
    assert_eq!((ids.len(), answered.len() as u32), (answered.len(), book.next.into_inner()), "one lead for each key");
    let mut lines = Vec::new();
    store
        .read(|tx| {
            assignment::walk(tx, org, &mut |line| {
                lines.push(line);
                Ok(true)
            })
        })
        .expect("read");
    assert_eq!(lines.iter().map(|line| line.lead).collect::<BTreeSet<_>>(), ids, "no other lead was made");
    assert_eq!(lines.len(), ids.len(), "each was given once");
    assert!(lines.iter().all(|line| matches!(line.why, Why::Rule { how: How::Rotation, candidates: 5, .. })), "{lines:?}");
    let turns: Vec<_> = lines.iter().map(|line| line.to.expect("given")).collect();
    let agents: Vec<_> = turns.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
    assert_eq!(agents.len(), AGENTS);
    for (n, to) in turns.iter().enumerate() {
        assert_eq!(*to, agents[n % AGENTS], "turn {n} of {turns:?}");
    }
    for made in answered.values() {
        let row = store.read(|tx| leads::get(tx, org, made.id)).expect("read").expect("there");
        assert_eq!(row.standing.owner, made.owner, "as it was answered");
    }
    println!("{} leads in turn over {KILLS} kills, {} of them answered at the first try", lines.len(), EACH * KILLS);
}
