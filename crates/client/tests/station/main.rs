//! The station as the window uses it: who gets in, with what, for how long, and what lies on the disk.

mod computer;
mod reminding;
mod server;

use bridge::ProblemCode;
use bridge::session::{Gate, Invitation, KeyHome, PreferenceSet, SessionBeginNew, SessionRedeem, SessionSignIn, SessionSignOut};
use client::desk::Desk;
use client::vault::{Homes, KDF_MEMORY_KIB, KDF_PASSES, Key, SEALED_FILE};
use client::{CutOff, Profile};
use computer::{ASHA, Computer, Drawer, NOW, RAVI, Stuck, files};
use server::{DAY, HOUR};
use std::sync::Arc;
use std::sync::atomic::Ordering;

const PASSWORD: &str = "Asha Menon's password";

#[test]
fn only_the_password_opens_a_locked_copy_also_offline() {
    let mut computer = Computer::new();
    assert_eq!(computer.view().gate, Gate::SignIn);
    assert_eq!(computer.leads().expect_err("nobody").code, ProblemCode::NotSignedIn);
    let view = computer.asha();
    assert_eq!((view.gate, view.me.map(|me| me.name)), (Gate::Open, Some("Asha Menon".to_owned())));
    computer.add_lead("Ananya", "9820014786").expect("a lead");

    let view = computer.lock();
    assert_eq!((view.gate, view.me, view.key_home), (Gate::Locked, None, KeyHome::File));
    assert_eq!(view.profiles[0].label, "as•••@nakshatra.example");
    for request in ["lead_list", "sync_get", "draft_get", "attention_list", "preference_set"] {
        let payload =
            serde_json::json!({"filter": {"pool": null, "statuses": [], "search": ""}, "offset": 0, "limit": 50, "key": "x", "value": "x"});
        assert_eq!(computer.station.answer(request, payload).expect_err(request).code, ProblemCode::Locked, "{request}");
    }
    computer.server.known.down.store(true, Ordering::Relaxed);
    assert_eq!(computer.unlock("Asha Menon's passwort").expect_err("wrong").code, ProblemCode::WrongCredentials);
    assert_eq!(computer.unlock("").expect_err("empty").code, ProblemCode::WrongCredentials);
    assert_eq!(computer.unlock(PASSWORD).expect("opened").gate, Gate::Open);
    assert_eq!(computer.leads().expect("a list"), ["Ananya"]);

    computer.restart();
    assert_eq!(computer.view().gate, Gate::Locked, "a start is no unlocking");
    assert!(computer.sign_in(ASHA, "another").is_err());
    computer.unlock(PASSWORD).expect("opened");
    assert_eq!(computer.leads().expect("a list"), ["Ananya"]);
}

#[test]
fn the_key_lies_wrapped_on_the_disk_and_nothing_else_does() {
    let computer = Computer::new();
    computer.asha();
    computer.add_lead("Ananya Krishnan", "9820014786").expect("a lead");
    let open = files(computer.dir.path());
    computer.lock();
    let key = raw_key(&computer);
    let hex: String = key.iter().map(|b| format!("{b:02x}")).collect();
    for (path, bytes) in open.into_iter().chain(files(computer.dir.path())) {
        for secret in [hex.as_str(), "Ananya", "Krishnan", "9820014786", "Asha Menon", ASHA, "-token-", "device-secret", PASSWORD] {
            assert!(!holds(&bytes, secret.as_bytes()), "{secret} in {}", path.display());
        }
        assert!(!holds(&bytes, &key), "the key in {}", path.display());
    }
    let record: serde_json::Value =
        serde_json::from_slice(&std::fs::read(computer.copies()[0].join("leadline.key")).expect("a file")).expect("JSON");
    assert_eq!(
        (record["kdf"]["memory_kib"].as_u64(), record["kdf"]["passes"].as_u64()),
        (Some(KDF_MEMORY_KIB.into()), Some(KDF_PASSES.into()))
    );
    const { assert!(KDF_MEMORY_KIB >= 64 * 1024 && KDF_PASSES >= 3) };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        for file in ["leadline.key", SEALED_FILE] {
            let mode = std::fs::metadata(computer.copies()[0].join(file)).expect("a file").permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{file}");
        }
    }
}

/// Opens the sealed copy as the server would.
fn raw_key(computer: &Computer) -> Vec<u8> {
    let sealed = std::fs::read(computer.copies()[0].join(SEALED_FILE)).expect("a sealed copy");
    computer.server.known.recovery.unseal(&sealed).expect("sealed to this key")
}

fn holds(bytes: &[u8], secret: &[u8]) -> bool {
    bytes.windows(secret.len()).any(|window| window == secret)
}

#[test]
fn the_lease_ends_a_clock_set_back_does_not_help_and_a_sign_in_does() {
    let mut computer = Computer::new();
    computer.asha();
    computer.add_lead("Ananya", "9820014786").expect("a lead");
    computer.wait(71 * HOUR);
    computer.station.look();
    assert_eq!(computer.view().gate, Gate::Locked, "nobody was there for hours");
    computer.unlock(PASSWORD).expect("opened");
    computer.wait(HOUR);
    computer.station.look();
    assert_eq!(computer.view().gate, Gate::LeaseEnded);
    assert_eq!(computer.leads().expect_err("closed").code, ProblemCode::Locked);

    // Three days back.
    computer.clock.0.fetch_sub(72 * HOUR, Ordering::Relaxed);
    assert_eq!(computer.view().gate, Gate::LeaseEnded);
    assert_eq!(computer.unlock(PASSWORD).expect("answered").gate, Gate::LeaseEnded);
    computer.restart();
    assert_eq!(computer.unlock(PASSWORD).expect("answered").gate, Gate::LeaseEnded);
    // A record that was doctored does not help either: the lease in the database counts.
    let path = computer.copies()[0].join("leadline.key");
    let mut record: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).expect("a file")).expect("JSON");
    record["lease_until"] = (NOW + 900 * DAY).into();
    record["last_used"] = NOW.into();
    std::fs::write(&path, record.to_string()).expect("written");
    computer.restart();
    assert_eq!(computer.view().gate, Gate::Locked);
    assert_eq!(computer.unlock(PASSWORD).expect("answered").gate, Gate::LeaseEnded);

    computer.clock.0.fetch_add(72 * HOUR, Ordering::Relaxed);
    assert_eq!(computer.asha().gate, Gate::Open);
    assert_eq!(computer.leads().expect("a list"), ["Ananya"]);
    computer.wait(HOUR / 10);
    computer.station.look();
    assert_eq!(computer.view().gate, Gate::Open);
}

#[test]
fn a_sign_in_sets_a_clock_right_that_was_too_far_ahead() {
    let computer = Computer::new();
    computer.asha();
    computer.clock.0.fetch_add(400 * HOUR, Ordering::Relaxed);
    computer.station.look();
    computer.lock();
    computer.clock.0.fetch_sub(400 * HOUR, Ordering::Relaxed);
    assert_eq!(computer.unlock(PASSWORD).expect("answered").gate, Gate::LeaseEnded);
    assert_eq!(computer.asha().gate, Gate::Open);
    computer.lock();
    assert_eq!(computer.unlock(PASSWORD).expect("opened").gate, Gate::Open);
}

#[test]
fn thirty_days_after_the_lease_the_key_is_destroyed_and_the_sealed_copy_is_not() {
    let mut computer = Computer::new();
    computer.asha();
    computer.add_lead("Ananya", "9820014786").expect("a lead");
    computer.lock();
    let key = raw_key(&computer);
    computer.wait(72 * HOUR + 30 * DAY);
    computer.restart();
    assert_eq!(computer.view().gate, Gate::LeaseEnded, "not at first sight: the clock may be wrong");
    computer.wait(HOUR - 1);
    computer.station.look();
    assert_eq!(computer.view().gate, Gate::LeaseEnded);
    computer.wait(1);
    computer.station.look();
    assert_eq!(computer.view().gate, Gate::Wiped);
    let copy = computer.copies().remove(0);
    assert!(!copy.join("leadline.key").exists());
    assert!(computer.unlock(PASSWORD).is_err());
    computer.clock.0.store(NOW, Ordering::Relaxed);
    computer.restart();
    assert_eq!(computer.view().gate, Gate::Wiped);
    assert_eq!(raw_key(&computer), key);
    let outbox = Desk::open_read_only(
        &Profile::at(&copy).expect("a profile"),
        &Key::from(<[u8; 32]>::try_from(key).expect("a key")),
        computer.env(),
    );
    assert_eq!(outbox.expect("the sealed key opens it").ask(bridge::sync::SyncGet {}).expect("the panel").outbox_total, 1);

    computer.clock.0.store(computer.server.known.now.load(Ordering::Relaxed), Ordering::Relaxed);
    assert_eq!(computer.asha().gate, Gate::Open, "a new copy begins");
    assert_eq!(computer.leads().expect("a list"), [""; 0]);
    assert_eq!(computer.copies().len(), 2);
}

#[test]
fn a_clock_that_is_a_month_ahead_for_a_while_costs_nothing() {
    let mut computer = Computer::new();
    computer.asha();
    computer.add_lead("Ananya", "9820014786").expect("a lead");
    computer.lock();
    computer.clock.0.fetch_add(60 * DAY, Ordering::Relaxed);
    computer.restart();
    assert_eq!(computer.view().gate, Gate::LeaseEnded);
    computer.clock.0.fetch_sub(60 * DAY - 2 * HOUR, Ordering::Relaxed);
    computer.restart();
    computer.station.look();
    assert_eq!(computer.unlock(PASSWORD).expect("opened").gate, Gate::Open, "set right, and nobody signed in");
    computer.lock();
    computer.clock.0.fetch_add(60 * DAY, Ordering::Relaxed);
    computer.restart();
    computer.clock.0.fetch_sub(60 * DAY, Ordering::Relaxed);
    computer.asha();
    assert_eq!(computer.leads().expect("a list"), ["Ananya"]);
}

#[test]
fn a_wipe_order_destroys_the_key_and_a_cut_off_shuts_the_copy() {
    let computer = Computer::new();
    computer.asha();
    let id = computer.view().profiles[0].id.clone();
    let desk = computer.station.desk().expect("open");
    cut_off(&computer, &desk, CutOff { why: "Your account was disabled.".into(), wipe: false });
    assert_eq!(computer.view().gate, Gate::CutOff { why: "Your account was disabled.".into() });
    assert_eq!(computer.unlock(PASSWORD).expect("answered").gate, Gate::CutOff { why: "Your account was disabled.".into() });
    assert!(desk.ask(bridge::sync::SyncGet {}).is_err(), "who held the desk holds nothing");
    assert_eq!(computer.asha().gate, Gate::Open, "until the server lets them in again");

    let desk = computer.station.desk().expect("open");
    cut_off(&computer, &desk, CutOff { why: "Stolen.".into(), wipe: true });
    assert_eq!(computer.view().gate, Gate::Wiped);
    let copy = computer.dir.path().join("profiles").join(id);
    assert!(!copy.join("leadline.key").exists() && copy.join(SEALED_FILE).exists());
}

/// As the sync learns it, on its thread; the station takes a moment.
fn cut_off(computer: &Computer, desk: &Desk, order: CutOff) {
    desk.engine().tell_cut_off(order);
    while computer.view().gate == Gate::Open || computer.view().gate == Gate::Locked {
        std::thread::yield_now();
    }
}

#[test]
fn two_people_at_one_computer_share_nothing() {
    let mut computer = Computer::new();
    computer.asha();
    computer.add_lead("Ananya", "9820014786").expect("a lead");
    computer.station.answer("draft_set", serde_json::json!({"key": "note:1", "text": "Asha typed"})).expect("kept");
    let asha = computer.view().profiles[0].id.clone();
    let desk = computer.station.desk().expect("open");

    let view = computer.ravi();
    assert_eq!((view.gate, view.profiles.len()), (Gate::Open, 2));
    assert_eq!(computer.leads().expect("a list"), [""; 0]);
    assert!(computer.station.answer("draft_get", serde_json::json!({"key": "note:1"})).expect("a draft").is_null());
    assert!(desk.ask(bridge::sync::SyncGet {}).is_err(), "hers was closed");
    computer.add_lead("Shalini", "9845011273").expect("a lead");
    let ravi = view.profiles.iter().find(|profile| profile.chosen).expect("his").id.clone();
    assert_ne!(asha, ravi);

    assert_eq!(computer.choose(&asha).gate, Gate::Locked);
    assert_eq!(computer.leads().expect_err("closed").code, ProblemCode::Locked);
    assert_eq!(computer.unlock("Ravi Deshpande's password").expect_err("his opens hers not").code, ProblemCode::WrongCredentials);
    computer.unlock(PASSWORD).expect("opened");
    assert_eq!(computer.leads().expect("a list"), ["Ananya"]);

    // Known addresses go to their own folders, also when another's copy is chosen or open.
    computer.clock.0.fetch_add(1_000, Ordering::Relaxed);
    computer.ravi();
    assert_eq!(computer.leads().expect("a list"), ["Shalini"]);
    computer.restart();
    assert!(computer.view().profiles.iter().any(|profile| profile.chosen && profile.id == ravi), "the last used");
    assert_eq!(computer.sign_in(ASHA, "Ravi Deshpande's password").expect_err("wrong").code, ProblemCode::WrongCredentials);
    assert_eq!(computer.view().gate, Gate::Locked);
    computer.asha();
    assert_eq!(computer.leads().expect("a list"), ["Ananya"]);
    assert_eq!(computer.copies().len(), 2);
}

#[test]
fn one_password_for_two_people_mixes_nothing_up() {
    let computer = Computer::new();
    for email in [ASHA, RAVI] {
        computer.server.set_password(email, "the same password");
        computer.sign_in(email, "the same password").expect("signed in");
        computer.add_lead(email, "9820014786").expect("a lead");
    }
    for email in [ASHA, RAVI] {
        computer.sign_in(email, "the same password").expect("signed in");
        assert_eq!(computer.leads().expect("a list"), [email]);
    }
}

#[test]
fn a_file_is_asked_for_first_and_a_keychain_is_not() {
    let computer = Computer::with(Homes::with(None));
    assert_eq!(computer.view().key_home, KeyHome::FileIfAllowed);
    let problem = computer.sign_in(ASHA, PASSWORD).expect_err("asked first");
    assert_eq!(problem.code, ProblemCode::KeyFile);
    assert!(computer.server.known.asked.lock().expect("one test").is_empty() && computer.copies().is_empty());
    let agreed = SessionSignIn {
        server: computer.server.url.clone(),
        email: ASHA.into(),
        password: PASSWORD.into(),
        second_factor: None,
        allow_key_file: true,
    };
    assert_eq!(computer.ask(&agreed).expect("signed in").key_home, KeyHome::File);
    assert_eq!(computer.asha().gate, Gate::Open, "and not again");

    let drawer = Arc::new(Drawer::default());
    let mut computer = Computer::with(Homes::with(Some(drawer.clone())));
    let view = computer.asha();
    assert_eq!((view.key_home, view.profiles[0].label.as_str()), (KeyHome::Keychain, "Asha Menon"));
    assert!(!computer.copies()[0].join("leadline.key").exists());
    assert_eq!(drawer.0.lock().expect("one test").len(), 1);
    computer.restart();
    computer.unlock(PASSWORD).expect("opened");
    computer.lock();
    drawer.0.lock().expect("one test").clear();
    computer.restart();
    assert_eq!(computer.view().gate, Gate::Wiped, "its key is lost");
}

#[test]
fn a_plain_key_of_an_older_version_opens_for_its_person_and_is_wrapped() {
    for by_unlocking in [false, true] {
        let mut computer = Computer::new();
        let profile = Profile::at(computer.dir.path()).expect("a profile");
        let hex = "7f".repeat(32);
        std::fs::write(computer.dir.path().join("leadline.key"), &hex).expect("written");
        {
            let desk = Desk::open(&profile, &Key::from([0x7f; 32]), computer.env()).expect("a desk");
            let url = computer.server.url.clone();
            desk.sign_in(SessionSignIn {
                server: url,
                email: ASHA.into(),
                password: PASSWORD.into(),
                second_factor: None,
                allow_key_file: false,
            })
            .expect("signed in");
        }
        assert_eq!(computer.view().gate, Gate::Locked, "whoever finds the laptop finds it closed");
        if by_unlocking {
            assert_eq!(computer.unlock("wrong").expect_err("wrong").code, ProblemCode::WrongCredentials);
            computer.unlock(PASSWORD).expect("opened");
        } else {
            computer.asha();
        }
        computer.add_lead("Ananya", "9820014786").expect("a lead");
        assert!(files(computer.dir.path()).iter().all(|(_, bytes)| !holds(bytes, hex.as_bytes())));
        computer.restart();
        assert_eq!(computer.view().gate, Gate::Locked);
        computer.unlock(PASSWORD).expect("opened");
        assert_eq!(computer.leads().expect("a list"), ["Ananya"]);
        assert!(computer.dir.path().join(SEALED_FILE).exists());
    }
}

#[test]
fn a_password_changed_elsewhere_asks_for_the_old_one() {
    let mut computer = Computer::new();
    computer.asha();
    computer.add_lead("Ananya", "9820014786").expect("a lead");
    computer.lock();
    computer.server.set_password(ASHA, "a new password");
    let problem = computer.sign_in(ASHA, "a new password").expect_err("the old one is needed");
    assert_eq!(problem.code, ProblemCode::Locked);
    assert!(problem.text.contains("leadline-server recover"), "{problem}");
    let Gate::OldCopy { is_locked: true, recover, .. } = computer.view().gate else { panic!("the gate says what to do") };
    assert!(recover.contains("profiles"), "{recover}");
    assert_eq!(computer.unlock("not the old one").expect_err("wrong").code, ProblemCode::WrongCredentials);
    assert_eq!(computer.unlock(PASSWORD).expect("opened").gate, Gate::Open);
    assert_eq!(computer.leads().expect("a list"), ["Ananya"]);
    computer.restart();
    assert_eq!(computer.unlock(PASSWORD).expect_err("the old one").code, ProblemCode::WrongCredentials);
    computer.unlock("a new password").expect("opened");

    // Also while it is open.
    computer.server.set_password(ASHA, "a third password");
    computer.sign_in(ASHA, "a third password").expect("signed in");
    computer.station.rewrap("a fourth password").expect("wrapped anew");
    computer.lock();
    computer.unlock("a fourth password").expect("opened");
    assert_eq!(computer.copies().len(), 1);
}

#[test]
fn who_forgot_the_old_password_begins_a_new_copy_beside() {
    let computer = Computer::new();
    computer.asha();
    computer.add_lead("Ananya", "9820014786").expect("a lead");
    let old = computer.view().profiles[0].id.clone();
    computer.lock();
    computer.server.set_password(ASHA, "a new password");
    computer.sign_in(ASHA, "a new password").expect_err("asked first");
    let view = computer.ask(&SessionBeginNew { second_factor: None, allow_key_file: false }).expect("a new copy");
    assert_eq!((view.gate, computer.copies().len()), (Gate::Open, 2));
    assert!(view.recover.is_some_and(|command| command.contains(&old)), "how to get back what the old one had not sent");
    assert_eq!(view.profiles.iter().filter(|card| card.is_older).map(|card| &card.id).collect::<Vec<_>>(), [&old]);
    assert_eq!(computer.leads().expect("a list"), [""; 0]);
    let folder = computer.dir.path().join("profiles").join(&old);
    assert!(folder.join(SEALED_FILE).exists() && folder.join("leadline.key").exists());
    // From now on her address means the new one; the old one still opens.
    computer.lock();
    computer.sign_in(ASHA, "a new password").expect("signed in");
    assert!(computer.view().profiles.iter().any(|profile| profile.chosen && profile.id != old));
    computer.choose(&old);
    computer.unlock(PASSWORD).expect("opened");
    assert_eq!(computer.leads().expect("a list"), ["Ananya"]);
}

#[test]
fn an_invitation_sets_the_password_and_begins_a_copy() {
    let computer = Computer::new();
    let invitation = Invitation { server: computer.server.url.clone(), code: "k7qf-2mxd-9tra".into(), pin: None };
    let redeem = |invitation: Invitation| {
        computer.ask(&SessionRedeem { invitation, password: "my own password".into(), second_factor: None, allow_key_file: false })
    };
    assert!(redeem(Invitation { code: "K7QF-2MXD-9TRB".into(), ..invitation.clone() }).is_err());
    assert!(computer.copies().is_empty());
    assert_eq!(redeem(invitation).expect("in").gate, Gate::Open);
    computer.lock();
    assert_eq!(computer.unlock("my own password").expect("opened").me.map(|me| me.email).as_deref(), Some(ASHA));
}

#[test]
fn a_code_alone_is_sent_only_to_the_server_that_is_known() {
    let computer = Computer::new();
    let pin = "ab".repeat(32);
    let settings = serde_json::json!({"server": computer.server.url, "pin": pin});
    std::fs::write(computer.dir.path().join("station.json"), settings.to_string()).expect("written");
    let mut computer = computer;
    computer.restart_cold();
    let invitation = Invitation { server: computer.server.url.clone(), code: "K7QF-2MXD-9TRA".into(), pin: None };
    let redeem = SessionRedeem { invitation, password: "my own password".into(), second_factor: None, allow_key_file: false };
    computer.ask(&redeem).expect("in");
    let kept: serde_json::Value =
        serde_json::from_slice(&std::fs::read(computer.dir.path().join("station.json")).expect("a file")).expect("JSON");
    assert_eq!(kept["pin"], pin.as_str(), "the certificate of the invitation before");
    let desk = computer.station.desk().expect("open");
    let of_copy: Option<String> = desk.engine().store().read(|c| client::store::meta::get(c, "server_pin")).expect("read");
    assert_eq!(of_copy, Some(pin));
}

#[test]
fn a_keychain_that_was_locked_is_asked_again() {
    let drawer = Arc::new(Stuck::default());
    let mut computer = Computer::with(Homes::with(Some(drawer.clone())));
    computer.asha();
    drawer.is_stuck.store(true, Ordering::Relaxed);
    computer.restart();
    assert_eq!(computer.view().gate, Gate::Locked);
    let problem = computer.unlock(PASSWORD).expect_err("no key");
    assert_eq!(problem.text.matches("keychain").count(), 1, "said once: {problem}");
    drawer.is_stuck.store(false, Ordering::Relaxed);
    assert_eq!(computer.unlock(PASSWORD).expect("opened").gate, Gate::Open, "without starting the app again");
}

#[test]
fn a_key_that_could_not_be_destroyed_is_at_the_next_start() {
    let drawer = Arc::new(Stuck::default());
    let mut computer = Computer::with(Homes::with(Some(drawer.clone())));
    computer.asha();
    let desk = computer.station.desk().expect("open");
    drawer.is_stuck.store(true, Ordering::Relaxed);
    cut_off(&computer, &desk, CutOff { why: "Stolen.".into(), wipe: true });
    assert_eq!(computer.view().gate, Gate::Wiped, "closed from now on");
    assert_eq!(drawer.drawer.0.lock().expect("one test").len(), 1, "it failed");
    drawer.is_stuck.store(false, Ordering::Relaxed);
    computer.restart_cold();
    assert_eq!(computer.view().gate, Gate::Wiped);
    assert!(drawer.drawer.0.lock().expect("one test").is_empty());
}

/// A server from before quarantine.
struct Nowhere;

impl client::Transport for Nowhere {
    fn push(&self, _: &protocol::push::PushRequest) -> Result<protocol::push::PushResponse, client::TransportError> {
        Err(client::TransportError::NotFound)
    }

    fn pull(
        &self,
        _: Option<&str>,
        _: &mut dyn FnMut(protocol::pull::PullBatch) -> std::ops::ControlFlow<()>,
    ) -> Result<(), client::TransportError> {
        Err(client::TransportError::NotFound)
    }

    fn snapshot(&self, _: domain::DocId) -> Result<protocol::pull::Snapshot, client::TransportError> {
        Err(client::TransportError::NotFound)
    }
}

#[test]
fn a_cut_off_is_kept_where_a_doctored_record_does_not_reach() {
    let mut computer = Computer::new();
    computer.asha();
    let desk = computer.station.desk().expect("open");
    let why = "Your account was disabled.".to_owned();
    desk.engine().hand_over(&Nowhere, Some(&why)).expect("noted");
    cut_off(&computer, &desk, CutOff { why: why.clone(), wipe: false });
    let path = computer.copies()[0].join("leadline.key");
    let mut record: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).expect("a file")).expect("JSON");
    record["cut_off"] = serde_json::Value::Null;
    std::fs::write(&path, record.to_string()).expect("written");
    computer.restart_cold();
    assert_eq!(computer.view().gate, Gate::Locked, "as far as the record says");
    computer.unlock(PASSWORD).expect("answered");
    assert_eq!(computer.leads().expect_err("closed").code, ProblemCode::Locked);
    computer.asha();
    computer.lock();
    assert_eq!(computer.unlock(PASSWORD).expect("opened").gate, Gate::Open, "until a sign-in");
}

#[test]
fn signing_out_needs_a_sign_in_and_loses_nothing() {
    let computer = Computer::new();
    computer.asha();
    computer.add_lead("Ananya", "9820014786").expect("a lead");
    let view = computer.ask(&SessionSignOut {}).expect("signed out");
    assert_eq!((view.gate, view.profiles.len()), (Gate::SignIn, 1));
    assert_eq!(computer.choose(&view.profiles[0].id).gate, Gate::SignIn);
    assert_eq!(computer.unlock(PASSWORD).expect_err("signed out").code, ProblemCode::NotSignedIn);
    computer.asha();
    assert_eq!(computer.leads().expect("a list"), ["Ananya"]);
}

#[test]
fn nobody_at_the_computer_locks_it() {
    let computer = Computer::new();
    computer.asha();
    let minute = HOUR / 60;
    computer.wait(15 * minute);
    computer.station.look();
    assert_eq!(computer.view().gate, Gate::Open, "the window is first");
    computer.leads().expect("the person looks");
    computer.wait(10 * minute);
    computer.leads().expect("the screen looks again");
    computer.wait(7 * minute);
    computer.station.look();
    assert_eq!(computer.view().gate, Gate::Locked);

    computer.unlock(PASSWORD).expect("opened");
    let never = PreferenceSet { key: "idle_lock_min".into(), value: "0".into() };
    computer.ask(&never).expect("kept");
    assert!(computer.ask(&PreferenceSet { value: "soon".into(), ..never }).is_err());
    assert_eq!(computer.view().idle_lock_min, 0);
    computer.wait(10 * HOUR);
    computer.station.look();
    assert_eq!(computer.view().gate, Gate::Open);
}

#[test]
fn the_theme_is_kept_for_the_sign_in_form() {
    let mut computer = Computer::new();
    assert_eq!(computer.view().theme, "dark");
    computer.ask(&PreferenceSet { key: "theme".into(), value: "light".into() }).expect("kept");
    computer.restart();
    assert_eq!(computer.view().theme, "light");
    assert!(computer.ask(&PreferenceSet { key: "theme".into(), value: "mauve".into() }).is_err());
    computer.asha();
    computer.lock();
    assert_eq!(computer.view().server, computer.server.url);
}

#[test]
fn a_lease_of_another_key_or_person_lets_nobody_in() {
    let computer = Computer::new();
    computer.asha();
    let mut session = client_session(&computer);
    session.lease.signature[0] ^= 1;
    let desk = computer.station.desk().expect("open");
    assert!(desk.engine().signed_in("http://x", &session).is_err());
    assert!(desk.engine().lease_standing().is_ok());
}

/// As the server would send it.
fn client_session(computer: &Computer) -> protocol::auth::Session {
    let device = computer.station.desk().expect("open").engine().device().expect("a device");
    computer.server.known.session_of(ASHA, device)
}
