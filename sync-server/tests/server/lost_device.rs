//! A device from the server's side: which secrets it may show, what it is told, what it says of itself,
//! and when its sign-in is over.

use crate::accounts::{asha_in, sign_in};
use crate::support::*;
use domain::DeviceId;
use domain::people::{DeviceState, QuarantineReason};
use protocol::admin::{QuarantineAnswer, QuarantineUpload};
use protocol::auth::{Refresh, Secret, SignIn};
use sync_server::Error;

const DAY: i64 = 24 * 3_600_000;

fn ask(world: &World, device: DeviceId, secret: &Secret, wiped: bool) -> Result<QuarantineAnswer, Error> {
    world.core.upload_quarantine(&QuarantineUpload { device, secret: secret.clone(), items: Vec::new(), wiped, sent_on: false })
}

fn again(refresh: &Secret, nonce: &str) -> Refresh {
    Refresh { refresh: refresh.clone(), nonce: Secret(nonce.into()) }
}

#[test]
fn a_copy_that_a_sign_in_did_not_reach_still_hears_of_a_wipe() {
    let world = World::memory();
    let admin = world.device("ananya").who;
    let laptop = sign_in(&world, "asha", PASSWORD);
    let secret = |_| world.core.sign_in(&laptop).expect("signed in").device_secret.expect("a secret");
    let secrets: Vec<Secret> = (0..10).map(secret).collect();
    let newest = secrets.last().expect("some");
    assert!(matches!(ask(&world, laptop.device, newest, false), Err(Error::NotCutOff)));
    world.core.revoke_device(&admin, laptop.device).expect("revoked");
    for (n, secret) in secrets.iter().enumerate() {
        let answer = ask(&world, laptop.device, secret, false);
        // Of the last eight; the others are forgotten.
        let told = answer.map(|answer| (answer.wipe, answer.reason)).ok();
        assert_eq!(told, (n >= 2).then_some((false, Some(QuarantineReason::DeviceRevoked))), "{n}");
    }
    world.core.wipe_device(&admin, laptop.device).expect("ordered");
    assert!(ask(&world, laptop.device, &secrets[3], false).expect("answered").wipe, "after it was revoked");
    assert!(matches!(ask(&world, laptop.device, &Secret("another".into()), false), Err(Error::NotFound)));
    assert!(!ask(&world, laptop.device, &secrets[3], true).expect("heard").wipe);
    let state = world.core.devices(&admin).expect("devices").into_iter().find(|d| d.id == laptop.device).map(|d| d.state);
    assert_eq!(state, Some(DeviceState::Wiped));
}

#[test]
fn a_sign_in_at_a_device_ends_the_one_before_there() {
    let world = World::memory();
    let laptop = sign_in(&world, "asha", PASSWORD);
    let first = world.core.sign_in(&laptop).expect("signed in");
    let elsewhere = asha_in(&world);
    let second = world.core.sign_in(&laptop).expect("signed in again");
    let code = world.core.refresh(&again(&first.refresh, "n")).expect_err("over").problem().code;
    assert_eq!(code, "session_ended");
    for session in [&second, &elsewhere] {
        world.core.authenticate(&session.access).expect("goes on");
    }
    let me = world.core.authenticate(&second.access).expect("goes on");
    assert_eq!(world.core.sessions(&me).expect("sessions").len(), 2);
}

#[test]
fn a_sign_in_that_nobody_refreshes_for_thirty_days_is_over() {
    let world = World::memory();
    let session = asha_in(&world);
    world.later(30 * DAY - 60_000);
    let next = world.core.refresh(&again(&session.refresh, "n1")).expect("just in time");
    world.later(30 * DAY + 60_000);
    let code = world.core.refresh(&again(&next.refresh, "n2")).expect_err("too late").problem().code;
    assert_eq!(code, "session_ended");
}

#[test]
fn the_device_list_says_which_version_runs_and_when_it_was_seen() {
    let world = World::memory();
    let admin = world.device("ananya").who;
    let laptop = SignIn { app_version: "0.1.0".into(), ..sign_in(&world, "asha", PASSWORD) };
    let session = world.core.sign_in(&laptop).expect("signed in");
    let me = world.core.authenticate(&session.access).expect("a good token");
    let listed = || {
        let device = world.core.devices(&admin).expect("devices").into_iter().find(|d| d.id == laptop.device).expect("listed");
        (device.app_version, device.pending, device.last_seen)
    };
    let began = listed().2;
    world.later(60_000);
    world.core.note_device(&me, 0, Some("0.2.0\n")).expect("noted");
    let (version, pending, seen) = listed();
    assert_eq!((version.as_str(), pending), ("0.2.0", Some(0)), "updated, and not signed in anew");
    assert!(seen >= began + 60_000);
    // One that says nothing of its version stays what it was.
    world.core.note_device(&me, 3, None).expect("noted");
    assert_eq!((listed().0.as_str(), listed().1), ("0.2.0", Some(3)));
    world.later(DAY);
    world.core.refresh(&again(&session.refresh, "n")).expect("refreshed");
    assert!(listed().2 >= seen + DAY);
}
