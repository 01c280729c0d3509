//! `leadline-server` as a process: its command line, HTTP, the live socket, shutdown, backup, logs.

mod assignment;
mod audit;
#[path = "../support/cluster.rs"]
mod cluster;
mod compact;
mod contract;
mod desktops;
mod edge;
mod live;
mod logs;
mod server;

use domain::command::NewLead;
use domain::{Command, CommandId, DeviceId, DocId, Envelope, LeadId};
use protocol::ChangeHash;
use protocol::auth::Session;
use protocol::live::Poke;
use protocol::pull::{Entry, PullBatch};
use protocol::push::{Outcome, PushItem, PushRequest};
use protocol::rows::OwnerRow;
use records::Doc;
use server::{Client, PASSWORD, Server, run, run_with_input};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// A server with an admin and a salesperson.
fn ready() -> Server {
    let folder = tempfile::tempdir().expect("a folder");
    let init = ["init", "--org", "Acme", "--admin-email", "boss@acme.example", "--admin-name", "Boss"];
    run_with_input(folder.path(), &init, PASSWORD);
    let add = ["user", "add", "--email", "asha@acme.example", "--name", "Asha Menon", "--role", "salesperson", "--team", "Pune"];
    run_with_input(folder.path(), &add, PASSWORD);
    Server::start(folder, &[])
}

/// One person's edits on new leads.
struct Author {
    session: Session,
    actor: records::ActorBytes,
    ids: u128,
}

impl Author {
    fn new(session: Session, n: u8) -> Self {
        Self { session, actor: [n; 16], ids: u128::from(n) << 64 }
    }

    fn envelope(&mut self, command: Command) -> Envelope {
        self.ids += 1;
        let id = CommandId(Uuid::from_u128(0x019a_b000_0000_7000_8000_0000_0000_0000 | self.ids));
        Envelope { id, author: self.session.me.user, at: 1_795_000_000_000, command }
    }

    fn write(&mut self, doc: &mut Doc, lead: Option<LeadId>, command: Command) -> PushItem {
        let envelope = self.envelope(command);
        let lead = lead.unwrap_or_else(|| LeadId::from(envelope.id));
        let made = records::execute(doc, self.actor, &envelope).expect("a change");
        PushItem { doc: DocId::lead(lead), envelope, change: made.bytes, hash: ChangeHash(made.hash.0) }
    }

    fn create(&mut self, doc: &mut Doc) -> PushItem {
        let new = NewLead {
            name: "Priya Sharma".into(),
            phone: "+919820014786".into(),
            note: Some("a secret note".into()),
            ..NewLead::default()
        };
        self.write(doc, None, Command::CreateLead(new))
    }
}

fn pull(client: &Client, cursor: Option<&str>) -> Vec<PullBatch> {
    let mut body = client.pull(cursor);
    std::iter::from_fn(|| protocol::frame::read(&mut body).expect("a frame")).collect()
}

#[test]
fn a_day_over_http() {
    let server = ready();
    let (boss, asha) = (server.sign_in("boss@acme.example"), server.sign_in("asha@acme.example"));
    let mut author = Author::new(asha.session().clone(), 1);
    let mut doc = Doc::empty();
    let item = author.create(&mut doc);
    let lead = item.doc.id;
    let mut socket = boss.live();
    assert!(matches!(socket.read(), Poke::Behind { .. }));
    let outcomes = asha.push(vec![item]);
    let [Outcome::Applied { seq }] = outcomes[..] else { panic!("{outcomes:?}") };
    assert_eq!(socket.read(), Poke::Behind { seq });
    let batches = pull(&boss, None);
    assert!(batches.last().is_some_and(|b| b.up_to_date));
    let snapshots =
        batches.iter().flat_map(|b| &b.entries).filter(|e| matches!(e, Entry::Snapshot(s) if s.doc.as_lead().is_some())).count();
    assert_eq!(snapshots, 1);
    let cursor = batches.last().map(|b| b.cursor.clone());
    assert!(pull(&boss, cursor.as_deref()).iter().all(|b| b.entries.is_empty() && b.up_to_date));
    // The CLI adds somebody beside the running server: devices hear of it.
    let add = ["user", "add", "--email", "new@acme.example", "--name", "New", "--role", "salesperson", "--team", "Delhi"];
    run_with_input(server.data(), &add, PASSWORD);
    assert!(matches!(socket.read(), Poke::Behind { seq: after } if after > seq));
    let new = server.sign_in("new@acme.example");
    assert_eq!(new.get(&format!("/api/v1/sync/snapshot/lead/{lead}")).0, 404);
    let body = format!(r#"{{"expected_owner":"{}","owner":"{}"}}"#, asha.session().me.user, new.session().me.user);
    assert_eq!(asha.post_json(&format!("/api/v1/leads/{lead}/owner"), &body).0, 403);
    let (status, row) = boss.post_json(&format!("/api/v1/leads/{lead}/owner"), &body);
    let row: OwnerRow = serde_json::from_str(&row).expect("a row");
    assert_eq!((status, row.owner, row.team), (200, Some(new.session().me.user), new.session().me.team));
    assert_eq!(boss.post_json(&format!("/api/v1/leads/{lead}/owner"), &body).0, 409);
    assert_eq!(new.get(&format!("/api/v1/sync/snapshot/lead/{lead}")).0, 200);
}

#[test]
fn what_is_asked_wrongly_is_answered_with_a_problem() {
    let server = ready();
    let nobody = server.nobody();
    let boss = server.sign_in("boss@acme.example");
    assert_eq!(nobody.get("/healthz"), (200, "ok\n".into()));
    for (client, path, status, code) in [
        (&nobody, "/api/v1/sync/pull", 401, "not_signed_in"),
        (&nobody, "/api/v1/sync/live", 401, "not_signed_in"),
        (&boss, "/api/v1/nothing", 404, "not_found"),
        (&boss, "/api/v1/sync/snapshot/lead/not-an-id", 404, "not_found"),
        (&boss, "/api/v1/sync/snapshot/ghost/019ab000-0000-7000-8000-000000000000", 404, "not_found"),
        (&boss, "/api/v1/sync/push", 405, "method_not_allowed"),
    ] {
        let (got, body) = client.get(path);
        assert_eq!(got, status, "{path}");
        assert!(body.contains(&format!(r#""code":"{code}""#)), "{path}: {body}");
    }
    assert_eq!(boss.post_json("/api/v1/auth/sign-in", "{").0, 400);
    assert_eq!(boss.post_json("/api/v1/auth/sign-in", &" ".repeat(100_000)).0, 413);
    assert_eq!(boss.with_protocol("99").get("/api/v1/sync/pull").0, 426);
    assert_eq!(boss.with_protocol("1").get("/api/v1/sync/pull").0, 200);
}

#[test]
fn a_shutdown_loses_no_acknowledged_push() {
    let mut server = ready();
    let acknowledged = Mutex::new(Vec::new());
    let stop = AtomicBool::new(false);
    let clients: Vec<_> = (1..=4).map(|n| (n, server.sign_in("asha@acme.example"))).collect();
    std::thread::scope(|scope| {
        for (n, client) in &clients {
            let (acknowledged, stop) = (&acknowledged, &stop);
            scope.spawn(move || {
                let mut author = Author::new(client.session().clone(), *n);
                while !stop.load(Ordering::Relaxed) {
                    let item = author.create(&mut Doc::empty());
                    let command = item.envelope.id;
                    match client.try_push(vec![item]) {
                        Some(outcomes) => {
                            assert!(matches!(outcomes[..], [Outcome::Applied { .. }]), "{outcomes:?}");
                            acknowledged.lock().expect("not poisoned").push(command);
                        }
                        None => break,
                    }
                }
            });
        }
        let deadline = Instant::now() + Duration::from_secs(30);
        while acknowledged.lock().expect("not poisoned").len() < 200 && Instant::now() < deadline {
            std::thread::yield_now();
        }
        assert!(server.terminate().success(), "a clean end");
        stop.store(true, Ordering::Relaxed);
    });
    let acknowledged = acknowledged.into_inner().expect("not poisoned");
    assert!(acknowledged.len() >= 200);
    let store = sync_server::Store::sqlite(&server.data().join("leadline.db")).expect("the database");
    store
        .read(|tx| {
            let org = sync_server::store::orgs::only(tx)?.id;
            for command in &acknowledged {
                assert!(sync_server::store::outcomes::by_command(tx, org, *command)?.is_some(), "{command} is lost");
            }
            Ok::<_, sync_server::StoreError>(())
        })
        .expect("read");
}

#[test]
fn backup_works_while_serving_and_restore_does_not() {
    let server = ready();
    let asha = server.sign_in("asha@acme.example");
    let mut author = Author::new(asha.session().clone(), 1);
    asha.push(vec![author.create(&mut Doc::empty())]);
    let cursor = pull(&asha, None).last().map(|b| b.cursor.clone());
    let file = server.data().join("backup.db");
    let file = file.to_str().expect("plain");
    run(server.data(), &["backup", file]).expect("backed up");
    asha.push(vec![author.create(&mut Doc::empty())]);
    let refused = run(server.data(), &["restore", file]).expect_err("a server is running");
    assert!(refused.contains("stop it first"), "{refused}");
    assert!(run(server.data(), &["backup", file]).expect_err("there already").contains("exists already"));

    let folder = server.stop();
    std::fs::write(folder.path().join("junk"), "junk").expect("written");
    let junk = folder.path().join("junk");
    assert!(run(folder.path(), &["restore", junk.to_str().expect("plain")]).is_err());
    run(folder.path(), &["restore", file]).expect("restored");
    run(folder.path(), &["audit", "verify"]).expect("whole");
    let gone = format!("1:999:{}", "0".repeat(64));
    let found = run(folder.path(), &["audit", "verify", "--head", &gone]).expect_err("newer than the backup");
    assert!(found.contains("A backup has been restored since."), "{found}");
    let server = Server::start(folder, &[]);
    let asha = server.sign_in("asha@acme.example");
    let batches = pull(&asha, cursor.as_deref());
    assert!(matches!(batches[0].entries[0], Entry::Epoch { epoch } if epoch > 1));
    let told = server.sign_in("boss@acme.example").get("/api/v1/audit?action=server").1;
    for what in ["The database was copied into a file", "A backup was restored: epoch "] {
        assert!(told.contains(what), "{what}: {told}");
    }
    let snapshots =
        batches.iter().flat_map(|b| &b.entries).filter(|e| matches!(e, Entry::Snapshot(s) if s.doc.as_lead().is_some())).count();
    assert_eq!(snapshots, 1, "the second lead is for its device to bring back");
}

#[test]
fn the_same_server_runs_on_postgres() {
    let cluster = cluster::Cluster::start().expect("PostgreSQL 15 is needed for this test: apt-get install postgresql-15");
    let folder = tempfile::tempdir().expect("a folder");
    let on_postgres = ["--database-url", cluster.url()];
    let demo = [&on_postgres[..], &["demo-data", "--leads", "50"]].concat();
    run(folder.path(), &demo).expect("filled");
    let mut server = Server::start(folder, &on_postgres);
    let asha = server.sign_in_with("asha@nakshatra.example", sync_server::demo::PASSWORD);
    let mut socket = asha.live();
    let Poke::Behind { seq: before } = socket.read() else { panic!("where the log is") };
    let outcomes = asha.push(vec![Author::new(asha.session().clone(), 1).create(&mut Doc::empty())]);
    assert!(matches!(outcomes[..], [Outcome::Applied { .. }]), "{outcomes:?}");
    assert!(matches!(socket.read(), Poke::Behind { seq } if seq > before));
    assert!(pull(&asha, None).last().is_some_and(|b| b.up_to_date));
    let refused = [&on_postgres[..], &["backup", "x.db"]].concat();
    assert!(run(server.data(), &refused).expect_err("not ours to do").contains("pg_dump"));
    assert!(server.terminate().success(), "a clean end");
    run(server.data(), &[&on_postgres[..], &["audit", "verify"]].concat()).expect("whole");
}

#[test]
fn one_server_per_data_folder_and_no_plain_http_to_the_world() {
    let server = ready();
    let second = run(server.data(), &["serve", "--listen", "127.0.0.1:0"]).expect_err("locked");
    assert!(second.contains("another leadline-server"), "{second}");
    let open = run(server.data(), &["serve", "--listen", "0.0.0.0:0"]).expect_err("refused");
    assert!(open.contains("--behind-proxy"), "{open}");
}

#[test]
fn help_says_how_to_begin_and_errors_say_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let help = run(folder.path(), &["--help"]).expect("help");
    for word in ["init", "serve", "demo-data", "backup", "restore", "LEADLINE_", "--database-url"] {
        assert!(help.contains(word), "{word}");
    }
    assert!(run(folder.path(), &["serve", "--listen", "127.0.0.1:0"]).expect_err("empty").contains("leadline-server init"));
    let add = ["user", "add", "--email", "a@b.example", "--name", "A", "--role", "emperor"];
    assert!(run(folder.path(), &add).expect_err("no such role").contains("salesperson"));
}

#[test]
fn the_command_line_lets_people_back_in_and_out() {
    let server = ready();
    let (asha, nobody) = (server.sign_in("asha@acme.example"), server.nobody());
    let code = run(server.data(), &["user", "code", "asha@acme.example"]).expect("a code");
    let body = |code: &str| {
        let device = device();
        format!(
            r#"{{"code":"{code}","password":"monsoon tiffin ledger","device":"{device}","device_name":"laptop","app_version":"0.1.0"}}"#
        )
    };
    assert_eq!(nobody.post_json("/api/v1/auth/redeem", &body(code.trim())).0, 200);
    assert_eq!(nobody.post_json("/api/v1/auth/redeem", &body(code.trim())).0, 401, "once");
    assert_eq!(asha.get("/api/v1/devices").0, 401, "the old sign-in has ended");
    run(server.data(), &["user", "disable", "asha@acme.example"]).expect("disabled");
    let (status, answer) = asha.get("/api/v1/devices");
    assert!(status == 403 && answer.contains("user_disabled"), "{answer}");
    run(server.data(), &["user", "enable", "asha@acme.example"]).expect("enabled");
    assert!(run(server.data(), &["user", "disable", "boss@acme.example"]).expect_err("the only one").contains("last Super Admin"));
    assert!(run(server.data(), &["user", "code", "who@acme.example"]).expect_err("unknown").contains("nobody signs in as"));
}

#[test]
fn the_demo_company_is_the_same_for_the_same_seed() {
    let told = |seed: &str| {
        let folder = tempfile::tempdir().expect("a folder");
        run(folder.path(), &["demo-data", "--leads", "120", "--seed", seed]).expect("filled");
        let server = Server::start(folder, &[]);
        let client = server.sign_in_with("meera@nakshatra.example", sync_server::demo::PASSWORD);
        let mut leads: Vec<_> = pull(&client, None)
            .into_iter()
            .flat_map(|b| b.entries)
            .filter_map(|e| if let Entry::Snapshot(s) = e { s.summary.map(|row| (row.phone, row.name, row.status)) } else { None })
            .collect();
        leads.sort();
        leads.dedup();
        leads
    };
    let first = told("7");
    assert_eq!(first.len(), 120);
    assert_eq!(first, told("7"));
    assert_ne!(first, told("8"));
    assert!(first.iter().any(|(_, name, _)| !name.is_ascii()));
    assert!(first.iter().all(|(phone, ..)| domain::phone::check(phone).is_ok()));
}

/// Devices of this file sign in under ids of their own.
fn device() -> DeviceId {
    use std::sync::atomic::AtomicU64;
    static NEXT: AtomicU64 = AtomicU64::new(1);
    DeviceId(Uuid::from_u128(0x019a_b000_0000_7000_9000_0000_0000_0000 | u128::from(NEXT.fetch_add(1, Ordering::Relaxed))))
}

fn request(items: Vec<PushItem>) -> Vec<u8> {
    rmp_serde::to_vec_named(&PushRequest { items }).expect("plain")
}
