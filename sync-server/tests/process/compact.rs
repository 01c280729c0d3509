//! `leadline-server compact` as a process: killed at any instant, beside a server that serves, twice at
//! once, and what it makes of the file.

use crate::server::{Client, Server, run};
use crate::{Author, pull, ready};
use protocol::push::Outcome;
use records::Doc;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use sync_server::demo::Dice;
use sync_server::files::Lock;

fn demo(leads: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    run(folder.path(), &["demo-data", "--leads", leads, "--seed", "3"]).expect("filled");
    folder
}

fn ask<T: rusqlite::types::FromSql>(data: &Path, sql: &str) -> T {
    let database = rusqlite::Connection::open(data.join("leadline.db")).expect("opened");
    database.query_row(sql, [], |row| row.get(0)).expect(sql)
}

/// Killed again and again, each time after a moment of chance, until it comes to its end.
#[test]
fn a_kill_at_any_instant_leaves_a_whole_database() {
    let folder = demo("600");
    let data = folder.path();
    let mut dice = Dice::new(11);
    let mut killed_at = Vec::new();
    loop {
        let mut child = Command::new(env!("CARGO_BIN_EXE_leadline-server"))
            .env_clear()
            .arg("--data")
            .arg(data)
            .args(["compact", "--keep-days", "0"])
            .stdout(Stdio::null())
            .spawn()
            .expect("it starts");
        // A little longer each time, so that it comes to its end some day.
        for _ in 0..dice.below(400_000 * (1 + killed_at.len())) {
            std::hint::spin_loop();
        }
        let ended = child.try_wait().expect("asked");
        let _ = child.kill();
        child.wait().expect("it ends");
        assert_eq!(ask::<String>(data, "PRAGMA integrity_check"), "ok");
        run(data, &["audit", "verify", "--deep"]).expect("the log is whole");
        if ended.is_some_and(|status| status.success()) {
            break;
        }
        assert_eq!(ended, None, "it ended by itself, and not well");
        killed_at.push(got_to(data));
    }
    eprintln!("killed when so many entries were whole, and so many documents plain: {killed_at:?}");
    assert!(!killed_at.is_empty(), "never killed");
    assert!(killed_at.windows(2).all(|two| two[1].0 <= two[0].0 && two[1].1 <= two[0].1), "{killed_at:?}");
    assert_eq!(got_to(data).0, 0);
}

/// Entries that are whole, and documents that are not packed.
fn got_to(data: &Path) -> (i64, i64) {
    let documents = "SELECT count(*) FROM documents WHERE substr(blob, 1, 4) <> x'28b52ffd'";
    (ask(data, "SELECT count(*) FROM log WHERE entry IN ('change', 'row') AND length(salt) > 0"), ask(data, documents))
}

#[test]
fn a_serving_server_answers_while_it_is_compacted() {
    let folder = demo("1500");
    let before = got_to(folder.path()).0;
    let server = Server::start(folder, &[]);
    let asha = server.sign_in_with("asha@nakshatra.example", sync_server::demo::PASSWORD);
    let cursor = pull(&asha, None).pop().expect("a batch").cursor;
    // One that is compacted for sure.
    let first = Author::new(asha.session().clone(), 2).create(&mut Doc::empty());
    assert!(matches!(asha.push(vec![first])[..], [Outcome::Applied { .. }]));
    let done = AtomicBool::new(false);
    let (pushed, longest) = std::thread::scope(|scope| {
        let pushing = scope.spawn(|| push_until(&asha, &done));
        let said = run(server.data(), &["compact", "--keep-days", "0"]).expect("compacted");
        done.store(true, Ordering::Relaxed);
        eprintln!("{said}");
        assert!(said.contains("entries older than 0 days gave up") && said.contains("that rest were packed"), "{said}");
        pushing.join().expect("no panic")
    });
    eprintln!("{pushed} pushes went in meanwhile; the longest took {longest:?}");
    assert!(pushed > 0 && longest < Duration::from_secs(5));
    let (whole_now, took): (i64, u64) = (got_to(server.data()).0, before.cast_unsigned());
    assert!(whole_now <= i64::try_from(pushed).expect("few") && took > 3_000, "{whole_now} of {took}");
    // The device did not hear of its own edits yet, and is older than the horizon.
    let batches = pull(&asha, Some(&cursor));
    assert!(matches!(batches[0].entries[0], protocol::pull::Entry::Resync));
    assert!(batches.last().is_some_and(|batch| batch.up_to_date));
    run(server.data(), &["audit", "verify", "--deep"]).expect("the log is whole");
}

fn push_until(client: &Client, done: &AtomicBool) -> (u64, Duration) {
    let mut author = Author::new(client.session().clone(), 1);
    let (mut pushed, mut longest) = (0, Duration::ZERO);
    while !done.load(Ordering::Relaxed) {
        let item = author.create(&mut Doc::empty());
        let begun = Instant::now();
        let outcomes = client.push(vec![item]);
        longest = longest.max(begun.elapsed());
        assert!(matches!(outcomes[..], [Outcome::Applied { .. }]), "{outcomes:?}");
        pushed += 1;
    }
    (pushed, longest)
}

#[test]
fn one_compaction_at_a_time_and_none_while_a_backup_is_put_back() {
    let server = ready();
    let data = server.data().to_owned();
    let held = Lock::of_compaction(&data).expect("free");
    let refused = run(&data, &["compact"]).expect_err("one at a time");
    assert!(refused.contains("running on") && refused.contains("already"), "{refused}");
    let backup = data.join("backup.db");
    run(&data, &["backup", backup.to_str().expect("a path")]).expect("backups go on");
    let folder = server.stop();
    let refused = run(&data, &["restore", backup.to_str().expect("a path")]).expect_err("not meanwhile");
    assert!(refused.contains("`compact` is running"), "{refused}");
    drop(held);
    run(&data, &["restore", backup.to_str().expect("a path")]).expect("restored");
    run(&data, &["compact"]).expect("nothing to do, and that is fine");
    drop(folder);
}

#[test]
fn a_file_that_can_not_shrink_is_written_anew_when_nobody_serves_it() {
    let folder = demo("600");
    let data = folder.path();
    let size = || std::fs::metadata(data.join("leadline.db")).expect("a file").len();
    assert_eq!(ask::<i64>(data, "PRAGMA auto_vacuum"), 2, "new files can");
    let database = rusqlite::Connection::open(data.join("leadline.db")).expect("opened");
    database.execute_batch("PRAGMA auto_vacuum = NONE; VACUUM; PRAGMA wal_checkpoint(TRUNCATE)").expect("as older versions made it");
    drop(database);
    let before = size();
    let serving = Lock::take(data).expect("free");
    let said = run(data, &["compact", "--keep-days", "0"]).expect("compacted");
    assert!(said.contains("run while the server is stopped"), "{said}");
    assert!(ask::<i64>(data, "PRAGMA auto_vacuum") == 0 && size() >= before);
    drop(serving);
    let said = run(data, &["compact", "--keep-days", "0"]).expect("compacted");
    eprintln!("{said}");
    assert!(!said.contains("free for what comes next"), "{said}");
    assert_eq!(ask::<i64>(data, "PRAGMA auto_vacuum"), 2);
    assert!(size() * 10 < before * 8, "{before} → {}", size());
    run(data, &["audit", "verify", "--deep"]).expect("the log is whole");
}

#[test]
fn how_long_to_keep_comes_from_the_flag_then_the_file() {
    let folder = demo("20");
    let data = folder.path();
    let says = |args: &[&str], days: &str| {
        let said = run(data, args).expect("compacted");
        assert!(said.contains(&format!("entries older than {days} days")), "{said}");
    };
    says(&["compact"], "90");
    std::fs::write(data.join("leadline.toml"), "keep_days = 400\n").expect("written");
    says(&["compact"], "400");
    says(&["compact", "--keep-days", "500"], "500");
}
