//! Failures that anybody can cause are all counted, and written down in bounded number.

use crate::accounts::{asha_in, change, redeem, sign_in};
use crate::support::*;
use domain::DeviceId;
use domain::people::{AuditAction, AuditFilter};
use protocol::admin::QuarantineUpload;
use protocol::auth::{Lease, Refresh, Secret, Session};

/// What the audit log says of failed sign-ins, oldest first.
pub fn failures(world: &World) -> Vec<String> {
    told(world, AuditAction::SignInFailed)
}

fn told(world: &World, action: AuditAction) -> Vec<String> {
    let ananya = world.device("ananya");
    let page = world.core.audit(&ananya.who, &AuditFilter { action: Some(action), ..AuditFilter::default() }).expect("a page");
    page.lines.iter().rev().map(|line| format!("{}: {}", line.about, line.details)).collect()
}

fn device_of(session: &Session) -> DeviceId {
    serde_json::from_slice::<Lease>(&session.lease.lease).expect("a lease").device
}

#[test]
fn tries_at_a_locked_account_are_counted_and_told_once_per_lock() {
    let world = World::memory();
    let wrong = |password: &str| world.core.sign_in(&sign_in(&world, "asha", password)).expect_err("refused").problem().code;
    for _ in 0..5 {
        assert_eq!(wrong("wrong password"), "wrong_credentials");
    }
    for _ in 0..25 {
        assert_eq!(wrong("wrong password"), "locked");
    }
    let (once, first) = ("asha: Wrong password", "asha: Wrong password; locked for a while");
    let (locked, ten) = ("asha: The account is locked", "asha: The account is locked; 10 times so far");
    assert_eq!(failures(&world), [once, once, once, once, first, locked, ten]);
    world.later(31_000);
    assert_eq!(wrong("wrong password"), "wrong_credentials");
    assert_eq!(wrong("wrong password"), "locked", "another lock");
    let all = "asha: The account is locked; 25 times so far";
    assert_eq!(failures(&world)[7..], [all, first, locked], "its end says how many it were");
    // Nobody's address: in the log it has no name.
    for _ in 0..6 {
        world.core.sign_in(&sign_in(&world, "nobody", "x")).expect_err("refused");
    }
    assert_eq!(failures(&world).last().map(String::as_str), Some(": The account is locked"));
}

#[test]
fn nobody_fills_the_log_with_failures() {
    let world = World::memory();
    let before = world.head();
    for _ in 0..2_000 {
        world.core.redeem(&redeem(&world, "AAAA-AAAA-AAAA", "monsoon tiffin ledger")).expect_err("no such code");
    }
    assert_eq!(world.head() - before, 101, "a hundred, and the thousandth");
    assert_eq!(failures(&world).last().map(String::as_str), Some(": Wrong code; 1000 times so far"));
    world.later(25 * 3_600_000);
    world.core.redeem(&redeem(&world, "AAAA-AAAA-AAAA", "monsoon tiffin ledger")).expect_err("no such code");
    assert_eq!(failures(&world).last().map(String::as_str), Some(": Wrong code"), "another day");
}

#[test]
fn renewals_and_uploads_of_who_was_cut_off_are_written_down() {
    let world = World::memory();
    let session = asha_in(&world);
    let device = device_of(&session);
    change(&world, "ananya", "asha", |post| post.disabled = true).expect("disabled");
    let again = Refresh { refresh: session.refresh.clone(), nonce: Secret("n".into()) };
    for _ in 0..12 {
        world.core.refresh(&again).expect_err("disabled");
    }
    let disabled = "asha: The account is disabled";
    assert_eq!(failures(&world), [disabled.to_owned(), format!("{disabled}; 10 times so far")]);
    change(&world, "ananya", "asha", |post| post.disabled = false).expect("enabled");
    world.core.revoke_device(&world.device("ananya").who, device).expect("revoked");
    world.later(25 * 3_600_000);
    world.core.refresh(&again).expect_err("revoked");
    assert_eq!(failures(&world)[2..], ["asha: The device may not sign in"]);

    let upload = |device, secret: &Secret, wiped| {
        world.core.upload_quarantine(&QuarantineUpload { device, secret: secret.clone(), items: vec![], wiped, sent_on: false })
    };
    let guess = Secret("guess".into());
    for _ in 0..3 {
        assert_eq!(upload(device, &guess, true).expect_err("wrong").problem().status, 404);
        assert_eq!(upload(DeviceId(world.core.env().new_id()), &guess, true).expect_err("unknown").problem().status, 404);
    }
    let hand_over = "Wrong secret of a device that wanted to hand over edits";
    assert_eq!(failures(&world)[3..], [format!("asha: {hand_over}"), format!(": {hand_over}")]);
    assert_eq!(told(&world, AuditAction::DeviceWiped), [""; 0]);

    // A wipe is ordered, then done.
    world.core.wipe_device(&world.device("ananya").who, device).expect("ordered");
    let secret = session.device_secret.expect("given");
    assert!(upload(device, &secret, false).expect("taken").wipe);
    assert_eq!(told(&world, AuditAction::DeviceWiped), ["asha's laptop: Ordered, of asha"]);
    for _ in 0..2 {
        assert!(!upload(device, &secret, true).expect("taken").wipe);
    }
    assert_eq!(
        told(&world, AuditAction::DeviceWiped),
        ["asha's laptop: Ordered, of asha", "asha's laptop: Its key is destroyed, of asha"],
        "once"
    );
}

#[test]
fn a_wrong_code_at_setting_up_an_authenticator_is_written_down() {
    let world = World::memory();
    let me = world.core.authenticate(&asha_in(&world).access).expect("in");
    world.core.begin_totp(&me).expect("a setup");
    for _ in 0..2 {
        world.core.confirm_totp(&me, &Secret("000000".into())).expect_err("wrong");
    }
    assert_eq!(failures(&world), ["asha: Wrong code"; 2]);
}
