//! The command line as scripts see it: output, exit codes, other processes, a full disk, a kill.

use client::desk::Desk;
use client::station::Arrival;
use client::vault::Homes;
use client::{Station, system_env};
use domain::{DeviceId, OrgId, Role, UserId};
use protocol::auth::{Me, Secret, Session, SignedLease};
use serde_json::Value;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;
use uuid::Uuid;

const PASSWORD: &str = "Asha's password";

/// A signed-in copy without a server.
struct Computer {
    dir: TempDir,
}

impl Computer {
    fn new() -> Self {
        let computer = Self { dir: tempfile::tempdir().expect("a folder") };
        let arrival = Arrival {
            // Port 9 is discard: nothing listens there.
            server: "http://127.0.0.1:9".into(),
            pin: None,
            device: DeviceId(Uuid::from_u128(4)),
            session: session(),
            password: PASSWORD.into(),
        };
        let station = computer.station();
        station.begin(arrival, true).expect("signed in");
        station.lock().expect("locked");
        computer
    }

    fn station(&self) -> Station {
        Station::for_commands(self.dir.path(), system_env(), Homes::file())
    }

    /// Holds the copy until dropped.
    fn open(&self) -> Desk {
        self.station().borrow(|| Ok(PASSWORD.to_owned()), true).expect("a desk")
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = leadline(self.dir.path());
        command.args(args);
        command
    }
}

fn session() -> Session {
    let me = Me {
        org: OrgId(Uuid::from_u128(3)),
        user: UserId(Uuid::from_u128(1)),
        name: "Asha Menon".into(),
        email: "asha@example.com".into(),
        role: Role::Salesperson,
        team: None,
    };
    let secret = |text: &str| Secret(text.into());
    Session {
        access: secret("secret-access"),
        access_for_s: 900,
        refresh: secret("secret-refresh"),
        me,
        server_ms: 0,
        lease: SignedLease::default(),
        lease_key: Vec::new(),
        recovery_key: Vec::new(),
        device_secret: None,
    }
}

impl Computer {
    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().expect("it runs")
    }

    #[track_caller]
    fn json(&self, args: &[&str]) -> Value {
        let output = self.command(args).arg("--json").output().expect("it runs");
        assert!(output.status.success(), "{args:?}: {}", text(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("JSON")
    }

    #[track_caller]
    fn words(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert!(output.status.success(), "{args:?}: {}", text(&output.stderr));
        text(&output.stdout)
    }

    #[track_caller]
    fn fails(&self, args: &[&str], code: i32, says: &str) {
        check_failure(&self.run(args), code, says);
    }

    fn add(&self, name: &str, phone: &str) -> String {
        self.json(&["lead", "add", "--name", name, "--phone", phone])["lead"].as_str().expect("an id").to_owned()
    }
}

fn leadline(profile: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_leadline"));
    command.arg("--profile").arg(profile).env_remove("LEADLINE_PROFILE").env_remove("LEADLINE_LOG").stdin(Stdio::null());
    command.env("LEADLINE_PASSWORD", PASSWORD).env("LEADLINE_KEY_HOME", "file");
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("text")
}

#[track_caller]
fn check_failure(output: &Output, code: i32, says: &str) {
    let error = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{error}{}", text(&output.stdout));
    assert!(error.contains(says), "{error}");
}

#[test]
fn a_day_without_a_network() {
    let computer = Computer::new();
    let lead = computer.add("मीनाक्षी जोशी", "98765-43210");
    let end = &lead[lead.len() - 8..];
    assert_eq!(computer.words(&["lead", "set", end, "budget=1,20,000", "email=m@example.in"]), "Saved on this computer.\n");
    computer.words(&["lead", "status", end, "interested"]);
    computer.words(&["lead", "interest", end, "4"]);
    computer.words(&["lead", "note", end, "Father decides"]);
    computer.words(&["follow-up", "add", end, "--at", "2031-11-22 17:00", "--note", "Demo"]);

    let listed = computer.words(&["lead", "list", "--search", "43210"]);
    assert!(
        listed.contains(end) && listed.contains("मीनाक्षी जोशी") && listed.contains("98765 43210") && listed.contains("Hot Lead 4"),
        "{listed}"
    );
    assert!(listed.contains("1–1 of 1"), "{listed}");
    let due = computer.words(&["follow-up", "list"]);
    assert!(due.contains("22 Nov 2031, 17:00") && due.contains(end), "{due}");

    let shown = computer.json(&["lead", "show", end]);
    let note = shown["lead"]["notes"][0]["note"]["id"].as_str().expect("a note").to_owned();
    computer.words(&["lead", "note", end, "Father decides, call after 18:00", "--edit", &note]);
    computer.words(&["follow-up", "done", end, "--outcome", "Call made"]);
    let shown = computer.words(&["lead", "show", end]);
    for part in [
        "9 edits not sent yet",
        "₹1,20,000",
        "m@example.in",
        "Asha Menon (until the server confirms it)",
        "Father decides, call after 18:00",
        "moved New → Interested",
        "followed up: Call made",
        "edited a note",
    ] {
        assert!(shown.contains(part), "no {part} in\n{shown}");
    }
    let record = computer.json(&["lead", "show", end, "--record"]);
    assert_eq!((record["phone"]["value"].as_str(), record["follow_ups"][0]["state"].as_str()), (Some("+919876543210"), Some("done")));

    let status = computer.json(&["status"]);
    assert_eq!((status["sync"]["outbox_total"].as_i64(), status["session"]["me"]["name"].as_str()), (Some(9), Some("Asha Menon")));
    assert!(computer.words(&["attention", "list"]).contains("Nothing needs attention"));
    let twin = computer.json(&["lead", "add", "--name", "Twin", "--phone", "+919876543210"]);
    assert_eq!(twin["duplicate"]["lead"].as_str(), Some(lead.as_str()));
}

#[test]
fn each_failure_has_its_exit_code() {
    let computer = Computer::new();
    let lead = computer.add("Ananya", "9820014786");
    for (args, code, says) in [
        (&["lead", "set", &lead, "salary=1"] as &[&str], 2, "is not a field"),
        (&["lead", "status", &lead, "thrilled"], 3, "is not a status"),
        (&["lead", "fly"], 2, "unrecognized"),
        (&["lead", "add", "--name", "Asha", "--phone", "98450 1127"], 3, "9 digits"),
        (&["lead", "add", "--name", "", "--phone", "9845011273"], 3, "Name is needed"),
        (&["lead", "status", &lead, "converted"], 3, "can't become"),
        (&["lead", "status", &lead, "lost"], 3, "Say why"),
        (&["follow-up", "add", &lead, "--at", "tomorrow"], 3, "date and a time"),
        (&["sync"], 5, "Nothing answers at 127.0.0.1:9"),
        (&["lead", "show", "feedface"], 8, "No lead"),
        (&["lead", "set", "12", "name=x"], 8, "no lead’s id"),
        (&["follow-up", "done", &lead, "--outcome", "x"], 8, "no open follow-up"),
        (&["attention", "retry", "abcd1234"], 8, "no item"),
    ] {
        computer.fails(args, code, says);
    }
    let json = computer.command(&["lead", "status", &lead, "lost", "--json"]).output().expect("it runs");
    let error: Value = serde_json::from_slice(&json.stdout).expect("JSON");
    assert_eq!((error["code"].as_str(), error["field"].as_str()), (Some("refused"), Some("reason")));
    assert_eq!(computer.json(&["status"])["sync"]["outbox_total"], 1, "nothing was changed");
    let help = computer.words(&["--help"]);
    assert!((0..10).all(|code| help.contains(&format!("\n  {code}  "))), "{help}");
}

#[test]
fn nobody_signed_in_is_said_and_leaves_no_trace() {
    let dir = tempfile::tempdir().expect("a folder");
    let nowhere = dir.path().join("nowhere");
    for args in [&["lead", "list"] as &[&str], &["lead", "add", "--name", "A", "--phone", "9820014786"], &["sync"], &["status"]] {
        check_failure(&leadline(&nowhere).args(args).output().expect("it runs"), 4, "sign in first");
    }
    assert!(!nowhere.exists());
}

#[test]
fn sign_in_says_exactly_why_it_can_not_connect() {
    let dir = tempfile::tempdir().expect("a folder");
    let sign_in = |server: &str, password: &str| {
        let mut command = leadline(dir.path());
        command.args(["sign-in", "--server", server, "--email", "asha@example.com", "--password-stdin"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
        child.stdin.take().expect("a pipe").write_all(password.as_bytes()).expect("written");
        child.wait_with_output().expect("it ends")
    };
    check_failure(&sign_in("127.0.0.1:9", "a password\n"), 5, "Nothing answers at 127.0.0.1:9");
    check_failure(&sign_in("no-such-host.invalid", "a password\n"), 5, "can't be found");
    check_failure(&sign_in("http://leads.example.com", "a password\n"), 3, "plain http");
    check_failure(&sign_in("127.0.0.1:9", ""), 4, "no password");
    let bare = || {
        let mut command = leadline(dir.path());
        command.args(["login", "--server", "127.0.0.1:9", "--email", "asha@example.com"]).env_remove("LEADLINE_PASSWORD");
        command
    };
    check_failure(&bare().output().expect("it runs"), 4, "LEADLINE_PASSWORD");
    let mut asks = bare();
    let asks = asks.env("LEADLINE_PASSWORD", PASSWORD).env("LEADLINE_KEY_HOME", "").env_remove("DBUS_SESSION_BUS_ADDRESS");
    check_failure(&asks.env("XDG_RUNTIME_DIR", dir.path()).output().expect("it runs"), 4, "in a file that only you can read");
    check_failure(&leadline(dir.path()).args(["sign-in", "--email", "y"]).output().expect("it runs"), 2, "--server");
    check_failure(&leadline(dir.path()).args(["sign-in", "--invitation", "hello"]).output().expect("it runs"), 3, "no invitation");
    assert!(!dir.path().join("profiles").exists());
}

#[test]
fn a_wrong_password_opens_nothing_and_copies_are_listed_without_one() {
    let computer = Computer::new();
    let lead = computer.add("Ananya", "9820014786");
    for args in [&["lead", "list"] as &[&str], &["status"], &["sync"], &["lead", "set", &lead, "name=x"], &["support-bundle", "/tmp/x"]] {
        let wrong = computer.command(args).env("LEADLINE_PASSWORD", "another").output().expect("it runs");
        check_failure(&wrong, 4, "not the password");
    }
    let listed = computer.command(&["copies"]).env_remove("LEADLINE_PASSWORD").output().expect("it runs");
    assert!(text(&listed.stdout).contains("as•••@example.com"), "{}", text(&listed.stdout));
    let id = computer.json(&["copies"])[0]["id"].as_str().expect("an id").to_owned();
    assert!(computer.words(&["--copy", &id, "lead", "list"]).contains("Ananya"));
    computer.fails(&["--copy", "another", "lead", "list"], 8, "not on this computer");
    let mut typed = computer.command(&["--password-stdin", "lead", "list"]);
    let mut child = typed.env_remove("LEADLINE_PASSWORD").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it runs");
    child.stdin.take().expect("a pipe").write_all(format!("{PASSWORD}\n").as_bytes()).expect("written");
    assert!(text_of(&child.wait_with_output().expect("it ends")).contains("Ananya"));
}

#[test]
fn reads_work_beside_a_writer_and_writes_name_it() {
    let computer = Computer::new();
    let lead = computer.add("Ananya", "9820014786");
    let _app = computer.open();
    assert!(computer.words(&["lead", "list"]).contains("Ananya"));
    assert!(computer.words(&["lead", "show", &lead]).contains("98200 14786"));
    computer.words(&["status"]);
    let holder = format!("process {}", std::process::id());
    computer.fails(&["lead", "set", &lead, "name=Asha"], 6, &holder);
    computer.fails(&["sync"], 6, &holder);
    assert_eq!(computer.json(&["lead", "show", &lead])["lead"]["name"]["value"], "Ananya");
}

#[test]
fn a_support_bundle_holds_nothing_of_anyone() {
    let computer = Computer::new();
    let lead = computer.add("Ananya Krishnan", "9820014786");
    computer.words(&["lead", "note", &lead, "Father decides"]);
    computer.words(&["lead", "set", &lead, "email=ananya.k@example.in"]);
    let file = computer.dir.path().join("bundle.json");
    computer.words(&["support-bundle", file.to_str().expect("a path")]);
    let bundle = std::fs::read_to_string(&file).expect("a bundle");
    for secret in ["Ananya", "Krishnan", "14786", "Father", "example", "Asha", "secret", "127.0.0.1", &lead] {
        assert!(!bundle.contains(secret), "{secret} in {bundle}");
    }
    let facts: Value = serde_json::from_str(&bundle).expect("JSON");
    assert_eq!((facts["outbox"].as_i64(), facts["rows"]["leads"].as_i64(), facts["integrity"].as_str()), (Some(3), Some(1), Some("ok")));
    computer.fails(&["support-bundle", "/nowhere/bundle.json"], 7, "can't be read or written");
}

#[test]
fn notes_come_from_standard_input_and_hostile_text_does_not_drive_the_terminal() {
    let computer = Computer::new();
    let lead = computer.add("Ananya", "9820014786");
    let note = |bytes: &[u8]| {
        let mut command = computer.command(&["lead", "note", &lead, "-"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
        child.stdin.take().expect("a pipe").write_all(bytes).expect("written");
        child.wait_with_output().expect("it ends")
    };
    assert!(note("one\ntwo \u{202e}evil".as_bytes()).status.success());
    check_failure(&note(&[0xff, 0xfe]), 3, "not text");
    check_failure(&note(b"\x1b[2J"), 3, "control character");
    check_failure(&note(&vec![b'x'; 5 << 20]), 3, "it can have 5000");
    let shown = computer.words(&["lead", "show", &lead]);
    assert!(shown.contains("  one\n  two evil\n") && !shown.contains('\u{202e}'), "{shown}");
}

/// A file-size limit stands in for a full disk: writes fail where the disk would end.
#[cfg(unix)]
#[test]
fn a_full_disk_keeps_all_that_was_saved() {
    let computer = Computer::new();
    let lead = computer.add("Ananya", "9820014786");
    let note = |blocks: &str, text: &str| {
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
        let mut command = Command::new("sh");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_leadline"), "--profile"]).arg(computer.dir.path());
        command.env("LEADLINE_PASSWORD", PASSWORD).env("LEADLINE_KEY_HOME", "file");
        command.args(["lead", "note", &lead, text]).stdin(Stdio::null()).output().expect("it runs")
    };
    let mut saved = Vec::new();
    let mut full = 0;
    for i in 0..200 {
        let text = format!("note {i} {}", "x".repeat(4_000));
        // 300 blocks: room for the database, not for a log of many notes.
        let output = note("300", &text);
        if output.status.success() {
            saved.push(text);
            continue;
        }
        check_failure(&output, 7, "disk");
        full += 1;
        if full == 3 {
            break;
        }
    }
    assert!(full == 3 && !saved.is_empty(), "{full} refused, {} saved", saved.len());
    assert!(computer.words(&["lead", "list"]).contains("Ananya"), "what is there can be read");
    assert!(note("unlimited", "after").status.success(), "there is room again");
    saved.push("after".into());
    let shown = computer.json(&["lead", "show", &lead]);
    let kept: Vec<&str> = shown["lead"]["notes"].as_array().expect("notes").iter().filter_map(|n| n["note"]["text"].as_str()).collect();
    assert_eq!(kept, saved);
}

#[test]
fn what_was_said_to_be_saved_outlives_a_kill() {
    let computer = Computer::new();
    let lead = computer.add("Ananya", "9820014786");
    let mut said = Vec::new();
    for i in 0..24_u64 {
        let text = format!("note {i}");
        let mut command = computer.command(&["lead", "note", &lead, &text]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
        // From before it opens the profile to after its commit, by what the machine gives.
        for _ in 0..i * 1_000_000 {
            std::hint::spin_loop();
        }
        let _ = child.kill();
        let output = child.wait_with_output().expect("it ends");
        if text_of(&output).contains("Saved") {
            said.push(text);
        }
    }
    computer.words(&["lead", "note", &lead, "last"]);
    said.push("last".into());
    let shown = computer.json(&["lead", "show", &lead]);
    let kept: Vec<String> =
        shown["lead"]["notes"].as_array().expect("notes").iter().filter_map(|n| n["note"]["text"].as_str().map(str::to_owned)).collect();
    assert!(said.iter().all(|note| kept.contains(note)), "said {said:?}, kept {kept:?}");
    let waiting = computer.json(&["status"])["sync"]["outbox_total"].as_u64().expect("a count");
    assert_eq!(waiting, kept.len() as u64 + 1, "each in the outbox once");
}

fn text_of(output: &Output) -> String {
    text(&output.stdout)
}
