//! Signing in, refreshing, and what happens to a stolen token.

use crate::support::*;
use domain::DeviceId;
use protocol::auth::{Refresh, Secret, SignIn};

fn sign_in(world: &World, name: &str, password: &str) -> SignIn {
    SignIn {
        email: email(name).to_uppercase(),
        password: Secret(password.into()),
        device: DeviceId(world.core.env().new_id()),
        device_name: "laptop".into(),
        app_version: "0.1.0".into(),
        second_factor: None,
    }
}

fn again(refresh: &Secret, nonce: &str) -> Refresh {
    Refresh { refresh: refresh.clone(), nonce: Secret(nonce.into()) }
}

fn code<T>(result: Result<T, sync_server::Error>) -> String {
    result.err().map(|e| e.problem().code).unwrap_or_default()
}

#[test]
fn a_wrong_password_and_an_unknown_address_get_the_same_answer() {
    let world = World::memory();
    let wrong = world.core.sign_in(&sign_in(&world, "asha", "wrong password")).expect_err("wrong").problem();
    let unknown = world.core.sign_in(&sign_in(&world, "nobody", PASSWORD)).expect_err("unknown").problem();
    assert_eq!((wrong.status, &wrong.code, &wrong.title), (unknown.status, &unknown.code, &unknown.title));
    assert_eq!(code(world.core.sign_in(&sign_in(&world, "arjun", "none"))), "wrong_credentials", "no password is set");
    let session = world.core.sign_in(&sign_in(&world, "asha", PASSWORD)).expect("signed in");
    assert_eq!(world.core.authenticate(&session.access).expect("valid").actor().user, world.user("asha"));
    assert_eq!(session.me.email, email("asha"));
}

#[test]
fn an_access_token_expires_and_a_refresh_renews_it() {
    let world = World::memory();
    let session = world.core.sign_in(&sign_in(&world, "asha", PASSWORD)).expect("signed in");
    world.later(i64::from(session.access_for_s) * 1000);
    assert_eq!(code(world.core.authenticate(&session.access)), "token_expired");
    let next = world.core.refresh(&again(&session.refresh, "n1")).expect("refreshed");
    world.core.authenticate(&next.access).expect("valid");
    // The answer was lost: the same nonce gets the same tokens.
    let repeat = world.core.refresh(&again(&session.refresh, "n1")).expect("repeated");
    assert!(repeat.access == next.access && repeat.refresh == next.refresh);
}

#[test]
fn a_refresh_token_used_twice_ends_the_whole_family() {
    let world = World::memory();
    let session = world.core.sign_in(&sign_in(&world, "asha", PASSWORD)).expect("signed in");
    let other = world.core.sign_in(&sign_in(&world, "asha", PASSWORD)).expect("another device");
    let next = world.core.refresh(&again(&session.refresh, "n1")).expect("refreshed");
    assert_eq!(code(world.core.refresh(&again(&session.refresh, "thief"))), "session_revoked");
    assert_eq!(code(world.core.refresh(&again(&next.refresh, "n2"))), "session_ended");
    assert_eq!(code(world.core.authenticate(&next.access)), "not_signed_in");
    world.core.authenticate(&other.access).expect("the other device goes on");
}

#[test]
fn signing_out_ends_both_tokens() {
    let world = World::memory();
    let session = world.core.sign_in(&sign_in(&world, "asha", PASSWORD)).expect("signed in");
    let who = world.core.authenticate(&session.access).expect("valid");
    world.core.sign_out(&who).expect("signed out");
    assert_eq!(code(world.core.authenticate(&session.access)), "not_signed_in");
    assert_eq!(code(world.core.refresh(&again(&session.refresh, "n"))), "session_ended");
}

#[test]
fn a_device_belongs_to_one_person() {
    let world = World::memory();
    let first = sign_in(&world, "asha", PASSWORD);
    world.core.sign_in(&first).expect("signed in");
    let arjun = world.user("arjun");
    assert_eq!(code(world.core.session_for(arjun, first.device)), "device_taken");
}

#[test]
fn secrets_are_not_in_debug_output() {
    let world = World::memory();
    let request = sign_in(&world, "asha", PASSWORD);
    let session = world.core.sign_in(&request).expect("signed in");
    let shown = format!("{request:?} {session:?}");
    assert!(!shown.contains(PASSWORD) && !shown.contains(&session.access.0) && !shown.contains(&session.refresh.0));
}

#[test]
fn short_passwords_and_taken_addresses_are_refused() {
    let world = World::memory();
    let mut user = person("new", domain::Role::Salesperson, None);
    user.password = Some(Secret("short".into()));
    assert_eq!(code(world.core.add_user(&user)), "refused");
    assert_eq!(code(world.core.add_user(&person("asha", domain::Role::Salesperson, None))), "bad_request");
}
