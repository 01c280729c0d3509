//! Accounts: passwords, lockout, two-step sign-in, one-time codes, sessions, posts, teams and devices.

use crate::support::*;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, header};
use crypto_box::PublicKey;
use domain::people::{Device, DeviceState, OneTimeCode, Person, Post, SignInSession, Team};
use domain::{Action, DeviceId, DocId, LeadId, Role, TeamId, UserId, policy};
use ed25519_dalek::{Signature, Verifier as _, VerifyingKey};
use protocol::admin::{ChangePost, Invite, QuarantineUpload};
use protocol::auth::{ChangePassword, Lease, ProblemDetails, Redeem, Refresh, Secret, Session, SignIn};
use protocol::pull::Entry;
use protocol::rows::Row;
use serde_json::{Value, json};
use std::sync::Arc;
use sync_server::auth::keys::Keys;
use sync_server::http::{App, Edge, router};
use sync_server::store::{devices, leads, log, users};
use sync_server::{Core, Error, SignedIn, Store, people};
use tokio::sync::watch;
use totp_rs::{Builder, Secret as TotpSecret, Totp};
use tower::ServiceExt as _;

const BETTER: &str = "monsoon tiffin ledger";
const HOUR: i64 = 3_600_000;

pub fn sign_in(world: &World, name: &str, password: &str) -> SignIn {
    SignIn {
        email: email(name),
        password: Secret(password.into()),
        device: DeviceId(world.core.env().new_id()),
        device_name: format!("{name}'s laptop"),
        app_version: "0.1.0".into(),
        second_factor: None,
    }
}

pub fn redeem(world: &World, code: &str, password: &str) -> Redeem {
    Redeem {
        code: Secret(code.into()),
        password: Secret(password.into()),
        device: DeviceId(world.core.env().new_id()),
        device_name: "laptop".into(),
        app_version: "0.1.0".into(),
        second_factor: None,
    }
}

fn again(session: &Session, nonce: &str) -> Refresh {
    Refresh { refresh: session.refresh.clone(), nonce: Secret(nonce.into()) }
}

fn problem<T>(result: Result<T, Error>) -> ProblemDetails {
    match result {
        Ok(_) => panic!("no error"),
        Err(error) => error.problem(),
    }
}

fn code<T>(result: Result<T, Error>) -> String {
    problem(result).code
}

pub fn who(world: &World, name: &str) -> SignedIn {
    world.device(name).who
}

fn here(world: &World, session: &Session) -> SignedIn {
    world.core.authenticate(&session.access).expect("a good token")
}

pub fn asha_in(world: &World) -> Session {
    world.core.sign_in(&sign_in(world, "asha", PASSWORD)).expect("signed in")
}

fn post_of(world: &World, name: &str) -> Post {
    let org = world.core.org().id;
    let user = world.core.store().read(|tx| users::by_email(tx, org, &email(name))).expect("read").expect("there");
    user.post()
}

/// Changes what `change` does to the post that `name` has now.
pub fn change(world: &World, by: &str, name: &str, change: impl FnOnce(&mut Post)) -> Result<Person, Error> {
    let expected = post_of(world, name);
    let mut post = expected.clone();
    change(&mut post);
    world.core.change_post(&who(world, by), world.user(name), &ChangePost { expected, post })
}

pub fn team(world: &World, name: &str) -> TeamId {
    let teams = world.core.teams(&who(world, "ananya")).expect("teams");
    teams.into_iter().find(|team| team.name == name).expect(name).id
}

#[test]
fn easy_passwords_are_refused_wherever_one_is_set() {
    let world = World::memory();
    let session = asha_in(&world);
    let made = world.core.new_code(&who(&world, "ananya"), world.user("arjun")).expect("a code");
    let org = protocol::rows::OrgRow { id: domain::OrgId(world.core.env().new_id()), ..world.core.org().clone() };
    for easy in ["short", "password1234", "qwertyuiop"] {
        let secret = || Secret(easy.into());
        let new = sync_server::NewUser { password: Some(secret()), ..person("asha", Role::Analyst, None) };
        let change = ChangePassword { old: Secret(PASSWORD.into()), new: secret() };
        for (where_, answer) in [
            ("init", people::init(&Store::memory().expect("a database"), world.core.env(), &org, &new).map(drop)),
            ("add", world.core.add_user(&new).map(drop)),
            ("change", world.core.change_password(&here(&world, &session), &change)),
            ("redeem", world.core.redeem(&redeem(&world, &made.code, easy)).map(drop)),
        ] {
            let told = answer.expect_err(&format!("{easy} {where_}")).problem();
            assert_eq!((told.status, &*told.code), (422, "refused"), "{easy} {where_}");
            assert!(told.title.contains("password"), "{}", told.title);
        }
    }
    let own = ChangePassword { old: Secret(PASSWORD.into()), new: Secret(email("asha")) };
    assert_eq!(code(world.core.change_password(&here(&world, &session), &own)), "refused", "her own address");
    world.core.redeem(&redeem(&world, &made.code, &email("asha"))).expect("the code is still good, and his address is another");
}

#[test]
fn wrong_passwords_lock_an_account_longer_each_time_and_say_nothing_of_whether_it_exists() {
    let world = World::memory();
    let mut told = Vec::new();
    for name in ["asha", "nobody"] {
        let mut lines = Vec::new();
        for wait in [30, 60, 120, 240] {
            loop {
                let answer = problem(world.core.sign_in(&sign_in(&world, name, "wrong password")));
                lines.push(format!("{answer:?}"));
                if answer.code == "locked" {
                    assert_eq!(answer.status, 429);
                    break;
                }
                assert_eq!(answer.code, "wrong_credentials");
            }
            // The right one does not help before the time is over.
            assert_eq!(code(world.core.sign_in(&sign_in(&world, name, PASSWORD))), "locked");
            world.later(wait * 1_000 - 900);
            assert_eq!(code(world.core.sign_in(&sign_in(&world, name, PASSWORD))), "locked", "{wait}");
            world.later(1_000);
        }
        told.push(lines);
    }
    assert_eq!(told[0], told[1]);
    assert_eq!(told[0].len(), 6 + 3 * 2, "five are free, then one each");
    assert!(told[0][5].contains("30 seconds") && told[0][11].contains("4 minutes"), "{:?}", told[0]);
    asha_in(&world);
    for _ in 0..4 {
        assert_eq!(code(world.core.sign_in(&sign_in(&world, "asha", "wrong password"))), "wrong_credentials", "the count began anew");
    }
    world.later(25 * HOUR);
    for _ in 0..5 {
        assert_eq!(code(world.core.sign_in(&sign_in(&world, "asha", "wrong password"))), "wrong_credentials", "a day later too");
    }
    assert_eq!(code(world.core.sign_in(&sign_in(&world, "asha", PASSWORD))), "locked");
}

#[test]
fn guesses_side_by_side_are_all_counted() {
    let world = World::memory();
    let wrong = std::thread::scope(|scope| {
        let tries: Vec<_> = (0..12).map(|_| scope.spawn(|| code(world.core.sign_in(&sign_in(&world, "asha", "wrong password"))))).collect();
        tries.into_iter().map(|one| one.join().expect("ended")).filter(|code| code == "wrong_credentials").count()
    });
    assert_eq!(wrong, 5);
}

/// The authenticator of somebody who has just set it up.
fn authenticator(world: &World, who: &SignedIn) -> (Totp, Vec<Secret>) {
    let setup = world.core.begin_totp(who).expect("a setup");
    assert!(setup.svg.starts_with("<svg") && setup.uri.starts_with("otpauth://totp/") && setup.uri.contains(&setup.secret));
    let totp = Builder::new().with_secret(TotpSecret::try_from_base32(&setup.secret).expect("base32")).build().expect("RFC 6238");
    assert_eq!(code(world.core.confirm_totp(who, &Secret("000000".into()))), "refused");
    let codes = world.core.confirm_totp(who, &Secret(shown(world, &totp, 0))).expect("on").codes;
    (totp, codes)
}

fn shown(world: &World, totp: &Totp, step: i64) -> String {
    let now = world.core.env().now_ms() / 1_000 + step * 30;
    totp.generate(u64::try_from(now).expect("after 1970")).to_string()
}

#[test]
fn two_step_sign_in_takes_each_step_and_each_recovery_code_once() {
    let world = World::memory();
    let me = here(&world, &asha_in(&world));
    let (totp, codes) = authenticator(&world, &me);
    assert_eq!(codes.len(), 10);
    assert_eq!(code(world.core.begin_totp(&me)), "refused", "it is on");
    let with = |second: &str| SignIn { second_factor: Some(Secret(second.into())), ..sign_in(&world, "asha", PASSWORD) };
    for _ in 0..10 {
        let asked = problem(world.core.sign_in(&sign_in(&world, "asha", PASSWORD)));
        assert_eq!((asked.status, &*asked.code), (401, "totp_required"), "being asked is no failure");
    }
    assert_eq!(code(world.core.sign_in(&with(&shown(&world, &totp, 0)))), "totp_required", "the step that confirmed it");
    world.core.sign_in(&with(&shown(&world, &totp, 1))).expect("a clock that is ahead");
    assert_eq!(code(world.core.sign_in(&with(&shown(&world, &totp, 1)))), "totp_required", "used");
    assert_eq!(code(world.core.sign_in(&with(&shown(&world, &totp, -1)))), "totp_required", "before the last used");
    world.later(90_000);
    assert_eq!(code(world.core.sign_in(&with(&shown(&world, &totp, 2)))), "totp_required", "too far ahead");
    let late = shown(&world, &totp, -1);
    world.core.sign_in(&with(&format!(" {} {} ", &late[..3], &late[3..]))).expect("a clock that is behind");
    world.core.sign_in(&with(&codes[3].0.to_lowercase())).expect("a recovery code");
    assert_eq!(code(world.core.sign_in(&with(&codes[3].0))), "totp_required", "used");
    world.core.sign_in(&with(&codes[4].0)).expect("another one");
    assert_eq!(code(world.core.sign_in(&SignIn { password: Secret("wrong password".into()), ..with(&codes[5].0) })), "wrong_credentials");

    assert_eq!(code(world.core.end_totp(&me, &Secret("wrong password".into()))), "refused");
    world.core.end_totp(&me, &Secret(PASSWORD.into())).expect("off");
    asha_in(&world);
    authenticator(&world, &me);
    assert_eq!(code(world.core.sign_in(&with(&codes[6].0))), "totp_required", "a recovery code of before");
}

#[test]
fn wrong_second_steps_lock_too() {
    let world = World::memory();
    let me = here(&world, &asha_in(&world));
    authenticator(&world, &me);
    let wrong = || SignIn { second_factor: Some(Secret("AAAA-AAAA-AAAA".into())), ..sign_in(&world, "asha", PASSWORD) };
    for _ in 0..5 {
        assert_eq!(code(world.core.sign_in(&wrong())), "totp_required");
    }
    assert_eq!(code(world.core.sign_in(&wrong())), "locked");
}

#[test]
fn an_invitation_is_taken_once_within_three_days() {
    let world = World::memory();
    let admin = who(&world, "ananya");
    let invite =
        |name: &str| Invite { name: name.into(), email: format!(" {} ", email(name).to_uppercase()), role: Role::Salesperson, team: None };
    let made = world.core.invite(&admin, &invite("neha")).expect("a code");
    let person = |name: &str| world.core.people(&admin).expect("people").into_iter().find(|p| p.email == email(name)).expect(name);
    assert!(person("neha").invited && person("neha").last_seen.is_none());
    assert_eq!(code(world.core.invite(&admin, &invite("neha"))), "bad_request", "the address is taken");
    assert_eq!(code(world.core.sign_in(&sign_in(&world, "neha", BETTER))), "wrong_credentials", "there is no password yet");
    assert_eq!(code(world.core.redeem(&redeem(&world, "0000-0000-0000", BETTER))), "wrong_code");
    let typed = made.code.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
    let session = world.core.redeem(&redeem(&world, &typed, BETTER)).expect("taken");
    assert_eq!(session.me.user, made.user);
    assert!(!person("neha").invited && person("neha").last_seen.is_some());
    assert_eq!(code(world.core.redeem(&redeem(&world, &made.code, BETTER))), "wrong_code", "once");
    world.core.sign_in(&sign_in(&world, "neha", BETTER)).expect("signs in");

    let late = world.core.invite(&admin, &invite("imran")).expect("a code");
    let newer = world.core.new_code(&admin, late.user).expect("another");
    assert_eq!(code(world.core.redeem(&redeem(&world, &late.code, BETTER))), "wrong_code", "the newer one counts");
    world.later(72 * HOUR);
    assert_eq!(code(world.core.redeem(&redeem(&world, &newer.code, BETTER))), "wrong_code", "too late");
    let disabled = world.core.new_code(&admin, late.user).expect("a third");
    change(&world, "ananya", "imran", |post| post.disabled = true).expect("disabled");
    assert_eq!(code(world.core.redeem(&redeem(&world, &disabled.code, BETTER))), "wrong_code");
    assert_eq!(code(world.core.new_code(&admin, late.user)), "refused");
}

#[test]
fn one_code_at_two_places_signs_in_once() {
    let world = World::memory();
    let made = world.core.new_code(&who(&world, "ananya"), world.user("arjun")).expect("a code");
    let requests: Vec<_> = (0..4).map(|_| redeem(&world, &made.code, BETTER)).collect();
    let taken = std::thread::scope(|scope| {
        let tries: Vec<_> = requests.iter().map(|request| scope.spawn(|| world.core.redeem(request).is_ok())).collect();
        tries.into_iter().filter(|_| true).map(|one| one.join().expect("ended")).filter(|taken| *taken).count()
    });
    assert_eq!(taken, 1);
    assert_eq!(crate::failures::failures(&world), [": Wrong code"; 3], "who lost the race is told like who was late");
}

#[test]
fn a_forgotten_password_ends_all_sign_ins_and_still_asks_for_the_second_step() {
    let world = World::memory();
    let (laptop, phone) = (asha_in(&world), asha_in(&world));
    let (totp, _) = authenticator(&world, &here(&world, &laptop));
    for _ in 0..5 {
        assert_eq!(code(world.core.sign_in(&sign_in(&world, "asha", "wrong password"))), "wrong_credentials");
    }
    world.later(31_000);
    let made = world.core.new_code(&who(&world, "ananya"), world.user("asha")).expect("a code");
    world.core.refresh(&again(&phone, "n1")).expect("a code alone ends nothing");
    assert_eq!(code(world.core.redeem(&redeem(&world, &made.code, BETTER))), "totp_required");
    world
        .core
        .redeem(&Redeem { second_factor: Some(Secret(shown(&world, &totp, 0))), ..redeem(&world, &made.code, BETTER) })
        .expect("reset");
    for old in [&laptop, &phone] {
        assert_eq!(code(world.core.authenticate(&old.access)), "not_signed_in");
        assert_eq!(code(world.core.refresh(&again(old, "n2"))), "session_ended");
    }
    assert_eq!(code(world.core.sign_in(&sign_in(&world, "asha", PASSWORD))), "wrong_credentials", "the old password");

    let locked_out = world.core.new_code(&who(&world, "ananya"), world.user("arjun")).expect("a code");
    for _ in 0..6 {
        let _ = world.core.sign_in(&sign_in(&world, "arjun", "wrong password"));
    }
    world.core.redeem(&redeem(&world, &locked_out.code, BETTER)).expect("a lock does not keep a code out");
    world.core.sign_in(&sign_in(&world, "arjun", BETTER)).expect("and has ended");
    let lost = world.core.new_code_by_operator(world.user("asha"), true).expect("a code");
    world.core.redeem(&redeem(&world, &lost.code, "saffron umbrella quay")).expect("without the authenticator");
}

#[test]
fn a_changed_password_ends_the_other_sign_ins() {
    let world = World::memory();
    let (mine, other) = (asha_in(&world), asha_in(&world));
    let change = |old: &str, new: &str| {
        let request = ChangePassword { old: Secret(old.into()), new: Secret(new.into()) };
        world.core.change_password(&here(&world, &mine), &request)
    };
    assert_eq!(code(change("wrong password", BETTER)), "refused");
    change(PASSWORD, BETTER).expect("changed");
    world.core.authenticate(&mine.access).expect("this one stays");
    assert_eq!(code(world.core.authenticate(&other.access)), "not_signed_in");
    assert_eq!(code(world.core.sign_in(&sign_in(&world, "asha", PASSWORD))), "wrong_credentials");
    world.core.sign_in(&sign_in(&world, "asha", BETTER)).expect("the new one");
    for _ in 0..5 {
        assert_eq!(code(change("wrong password", PASSWORD)), "refused");
    }
    assert_eq!(code(change(BETTER, PASSWORD)), "locked", "a stolen token must not guess either");
}

#[test]
fn sign_ins_are_listed_and_ended_one_by_one_or_all() {
    let world = World::memory();
    let first = asha_in(&world);
    world.later(HOUR);
    let second = asha_in(&world);
    let began = world.core.sessions(&here(&world, &second)).expect("sessions")[1].began;
    let first = world.core.refresh(&again(&first, "n1")).expect("refreshed");
    let me = here(&world, &second);
    let found = world.core.sessions(&me).expect("sessions");
    assert_eq!(found.iter().map(|s| s.this).collect::<Vec<_>>(), [false, true], "the one used last first");
    assert_eq!((found[0].began, &*found[0].device_name), (began, "asha's laptop"));
    assert!(found[0].last_used > began + HOUR);
    assert_eq!(code(world.core.end_session(&who(&world, "arjun"), found[0].id)), "not_found", "somebody else's");
    world.core.end_session(&me, found[0].id).expect("ended");
    assert_eq!(code(world.core.end_session(&me, found[0].id)), "not_found");
    assert_eq!(code(world.core.refresh(&again(&first, "n2"))), "session_ended");
    assert_eq!(world.core.sessions(&me).expect("sessions").len(), 1);
    let third = asha_in(&world);
    world.core.sign_out_everywhere(&me).expect("ended");
    for session in [&second, &third] {
        assert_eq!(code(world.core.authenticate(&session.access)), "not_signed_in");
    }
    // Reuse is still a theft.
    let fourth = asha_in(&world);
    world.core.refresh(&again(&fourth, "n3")).expect("refreshed");
    assert_eq!(code(world.core.refresh(&again(&fourth, "thief"))), "session_revoked");
}

#[test]
fn a_session_carries_a_signed_lease_and_the_organisations_keys() {
    let world = World::memory();
    let request = sign_in(&world, "asha", PASSWORD);
    let session = world.core.sign_in(&request).expect("signed in");
    let lease: Lease = serde_json::from_slice(&session.lease.lease).expect("JSON");
    assert_eq!((lease.user, lease.device, lease.role), (session.me.user, request.device, Role::Salesperson));
    assert_eq!((lease.issued_at, lease.until), (session.server_ms, session.server_ms + 72 * HOUR));
    assert_eq!(lease.wipe_at, lease.until + 30 * 24 * HOUR);
    let key = VerifyingKey::from_bytes(session.lease_key.as_slice().try_into().expect("32 bytes")).expect("a key");
    let signature = Signature::from_slice(&session.lease.signature).expect("a signature");
    key.verify(&session.lease.lease, &signature).expect("genuine");
    assert!(key.verify(b"another", &signature).is_err());

    let next = world.core.refresh(&again(&session, "n")).expect("refreshed");
    assert!(next.device_secret.is_none() && session.device_secret.is_some());
    assert_eq!((&next.lease_key, &next.recovery_key), (&session.lease_key, &session.recovery_key));
    let recovery = PublicKey::from_slice(&session.recovery_key).expect("a key");
    let sealed = recovery.seal(&mut Random(&world), b"the profile's key").expect("sealed");
    let org = world.core.org().id;
    let keys = world.core.store().read(|tx| Keys::kept(tx, org)).expect("read").expect("made");
    assert_eq!(keys.recovery_secret().unseal(&sealed).expect("opened"), b"the profile's key");
}

struct Random<'a>(&'a World);

impl crypto_box::aead::rand_core::RngCore for Random<'_> {
    fn next_u32(&mut self) -> u32 {
        u32::from_le_bytes(self.0.core.env().random())
    }
    fn next_u64(&mut self) -> u64 {
        u64::from_le_bytes(self.0.core.env().random())
    }
    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        self.0.core.env().entropy.fill(bytes);
    }
    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), crypto_box::aead::rand_core::Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

impl crypto_box::aead::rand_core::CryptoRng for Random<'_> {}

#[test]
fn the_server_knows_which_lease_a_device_held_when() {
    let world = World::memory();
    leases_are_remembered(&world);
}

/// Also told on every engine.
pub fn leases_are_remembered(world: &World) {
    let request = sign_in(world, "asha", PASSWORD);
    let mut session = world.core.sign_in(&request).expect("signed in");
    let first = session.server_ms;
    let at = |at: i64| world.core.store().read(|tx| devices::lease_at(tx, world.core.org().id, request.device, at)).expect("read");
    assert_eq!((at(first - 1), at(first)), (None, Some(first + 72 * HOUR)));
    world.later(HOUR / 2);
    session = world.core.refresh(&again(&session, "n1")).expect("refreshed");
    assert_eq!(at(first + 1), Some(session.server_ms + 72 * HOUR), "one row covers an hour");
    let until = at(first + 1);
    world.later(10 * HOUR);
    session = world.core.refresh(&again(&session, "n2")).expect("refreshed");
    assert_eq!((at(first + 9 * HOUR), at(session.server_ms)), (until, Some(session.server_ms + 72 * HOUR)));
    world.later(29 * 24 * HOUR);
    session = world.core.refresh(&again(&session, "n3")).expect("refreshed");
    assert_eq!(at(first + 9 * HOUR), until, "a month later still");
    world.later(10 * 24 * HOUR);
    world.core.refresh(&again(&session, "n4")).expect("refreshed");
    assert_eq!(at(first + 9 * HOUR), None, "its key is destroyed by now");
    assert!(at(session.server_ms).is_some());
}

#[test]
fn of_two_administrators_at_once_one_is_told() {
    let world = World::memory();
    two_at_once(&world);
}

/// Also told on every engine.
pub fn two_at_once(world: &World) {
    let expected = post_of(world, "arjun");
    let roles = [Role::Manager, Role::TeamLead, Role::Analyst, Role::FinanceManager];
    let answers = std::thread::scope(|scope| {
        let all: Vec<_> = roles
            .map(|role| {
                let change = ChangePost { expected: expected.clone(), post: Post { role, ..expected.clone() } };
                scope.spawn(move || world.core.change_post(&who(world, "ananya"), world.user("arjun"), &change))
            })
            .into_iter()
            .collect();
        all.into_iter().map(|one| one.join().expect("ended")).collect::<Vec<_>>()
    });
    let (done, told): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
    assert_eq!((done.len(), told.len()), (1, 3));
    for answer in told {
        let told = problem(answer);
        assert_eq!((told.status, &*told.code), (409, "changed"));
    }
    let arjun = world.user("arjun");
    let spans = world.core.store().read(|tx| users::roles(tx, world.core.org().id, arjun)).expect("read");
    assert_eq!(spans.iter().map(|span| span.role).collect::<Vec<_>>(), [Role::Salesperson, post_of(world, "arjun").role]);
    assert!(spans[0].seq < spans[1].seq && spans[0].at < spans[1].at && spans[0].team == expected.team);
}

#[test]
fn posts_are_changed_by_who_may_and_the_last_super_admin_stays() {
    let world = World::memory();
    world.core.add_user(&person("vikram", Role::Admin, None)).expect("added");
    for (by, name, role, status) in [
        ("meera", "asha", Role::TeamLead, 403),
        ("asha", "asha", Role::Admin, 403),
        ("vikram", "ananya", Role::Admin, 403),
        ("vikram", "asha", Role::SuperAdmin, 403),
        ("vikram", "vikram", Role::SuperAdmin, 403),
        ("ananya", "ananya", Role::Admin, 422),
        ("vikram", "asha", Role::TeamLead, 200),
        ("vikram", "vikram", Role::Manager, 200),
        ("vikram", "vikram", Role::Admin, 403),
        ("ananya", "vikram", Role::SuperAdmin, 200),
    ] {
        let answer = change(&world, by, name, |post| post.role = role);
        assert_eq!(answer.as_ref().err().map_or(200, |e| e.problem().status), status, "{by} makes {name} {role:?}: {answer:?}");
    }
    // One who never signed in is no stand-in.
    assert_eq!(code(change(&world, "ananya", "ananya", |post| post.disabled = true)), "refused");
    let made = world.core.new_code(&who(&world, "ananya"), world.user("vikram")).expect("a code");
    world.core.redeem(&redeem(&world, &made.code, BETTER)).expect("vikram is here");
    change(&world, "ananya", "ananya", |post| post.disabled = true).expect("there is another one");
    assert_eq!(code(change(&world, "vikram", "vikram", |post| post.role = Role::Analyst)), "refused");
    assert_eq!(code(world.core.set_disabled(world.user("vikram"), true).map(drop)), "refused", "nor on the command line");
    world.core.set_disabled(world.user("ananya"), false).expect("let in again");
    let nowhere = Post { team: Some(TeamId(world.core.env().new_id())), ..post_of(&world, "asha") };
    let change = ChangePost { expected: post_of(&world, "asha"), post: nowhere };
    assert_eq!(code(world.core.change_post(&who(&world, "vikram"), world.user("asha"), &change)), "not_found", "a team that is not there");
    let nobody = UserId(world.core.env().new_id());
    assert_eq!(code(world.core.change_post(&who(&world, "vikram"), nobody, &change)), "not_found");
    assert_eq!(code(world.core.new_code(&who(&world, "meera"), world.user("asha"))), "not_permitted");
}

#[test]
fn leads_follow_their_owner_to_another_team() {
    let world = World::memory();
    let (mut asha, mut ravi) = (world.device("asha"), world.device("ravi"));
    let kept: Vec<LeadId> = (0..3).map(|i| asha.created(&format!("+91982001478{i}"))).collect();
    ravi.pull();
    assert_eq!(ravi.docs.len(), 3);
    let moves = |lead: &LeadId| {
        let found = world.core.store().read(|tx| log::moves(tx, world.core.org().id, DocId::lead(*lead)));
        found.expect("read").len()
    };
    let delhi = team(&world, "Delhi");
    let told = change(&world, "ananya", "asha", |post| post.team = Some(delhi)).expect("changed");
    assert_eq!(told.team, Some(delhi));
    let org = world.core.org().id;
    for lead in &kept {
        let row = world.core.store().read(|tx| leads::get(tx, org, *lead)).expect("read").expect("there");
        assert_eq!((row.standing.team, row.standing.owner, row.summary.team), (Some(delhi), Some(world.user("asha")), Some(delhi)));
    }
    assert!(kept.iter().all(|lead| moves(lead) == 2), "made, and moved");
    let entries = ravi.pull();
    assert!(ravi.docs.is_empty(), "Pune's Team Lead loses them");
    assert!(entries.iter().any(|e| matches!(e, Entry::Row(Row::User(row)) if row.id == world.user("asha") && row.team == Some(delhi))));
    assert_eq!(world.core.store().read(|tx| log::verify(tx, org)).expect("read"), None);
    change(&world, "ananya", "asha", |_| ()).expect("nothing changed");
    assert!(kept.iter().all(|lead| moves(lead) == 2));
}

#[test]
fn who_is_disabled_is_told_so_where_they_were_signed_in() {
    let world = World::memory();
    let session = asha_in(&world);
    change(&world, "ananya", "asha", |post| post.disabled = true).expect("disabled");
    let told = problem(world.core.authenticate(&session.access));
    assert_eq!((told.status, &*told.code), (403, "user_disabled"));
    assert_eq!(code(world.core.refresh(&again(&session, "n"))), "user_disabled");
    assert_eq!(code(world.core.sign_in(&sign_in(&world, "asha", PASSWORD))), "wrong_credentials", "a guesser learns nothing");
    let upload = |secret: Secret| {
        let device = serde_json::from_slice::<Lease>(&session.lease.lease).expect("JSON").device;
        world.core.upload_quarantine(&QuarantineUpload { device, secret, items: vec![], wiped: false, sent_on: false })
    };
    upload(session.device_secret.clone().expect("given")).expect("the device's secret still opens quarantine");
    assert_eq!(code(upload(Secret("wrong".into()))), "not_found");
    change(&world, "ananya", "asha", |post| post.disabled = false).expect("enabled");
    assert_eq!(code(world.core.authenticate(&session.access)), "not_signed_in", "the old sign-in does not come back");
    asha_in(&world);
}

#[test]
fn devices_are_revoked_by_their_owner_and_wiped_by_an_administrator() {
    let world = World::memory();
    let (laptop, other) = (sign_in(&world, "asha", PASSWORD), sign_in(&world, "asha", PASSWORD));
    let (on_laptop, on_other) = (world.core.sign_in(&laptop).expect("in"), world.core.sign_in(&other).expect("in"));
    let me = here(&world, &on_other);
    let mine: Vec<Device> = world.core.devices(&me).expect("devices");
    assert!(mine.iter().all(|d| d.user == me.actor().user && d.lease_until.is_some() && d.user_name == "asha"));
    assert_eq!(mine.iter().filter(|d| d.this).map(|d| d.id).collect::<Vec<_>>(), [other.device]);
    let all = world.core.devices(&who(&world, "ananya")).expect("devices");
    assert!(all.len() > mine.len());
    // The page hides what may not be done to a Super Admin's.
    let role = |name: &str| all.iter().find(|d| d.user_name == name).expect("listed").user_role;
    assert_eq!((role("asha"), role("ananya")), (Role::Salesperson, Role::SuperAdmin));
    let state = |id| world.core.devices(&who(&world, "ananya")).expect("devices").into_iter().find(|d| d.id == id).expect("listed").state;

    assert_eq!(code(world.core.revoke_device(&who(&world, "arjun"), laptop.device)), "not_found", "somebody else's");
    assert_eq!(code(world.core.wipe_device(&who(&world, "meera"), laptop.device)), "not_found");
    assert_eq!(code(world.core.revoke_device(&me, DeviceId(world.core.env().new_id()))), "not_found", "nobody's");
    let elsewhere = World::memory();
    let foreign = elsewhere.device("asha").who.device();
    assert_eq!(code(world.core.revoke_device(&who(&world, "ananya"), foreign)), "not_found", "another organisation's");
    assert_eq!(code(world.core.wipe_device(&me, laptop.device)), "not_permitted");
    world.core.revoke_device(&me, laptop.device).expect("one's own");
    assert_eq!(state(laptop.device), DeviceState::Revoked);
    let told = problem(world.core.authenticate(&on_laptop.access));
    assert_eq!((told.status, &*told.code), (403, "device_revoked"));
    assert_eq!(code(world.core.refresh(&again(&on_laptop, "n"))), "device_revoked");
    assert_eq!(code(world.core.sign_in(&laptop)), "device_revoked");
    world.core.authenticate(&on_other.access).expect("the other one goes on");

    world.core.add_user(&person("vikram", Role::Admin, None)).expect("added");
    assert_eq!(code(world.core.revoke_device(&who(&world, "vikram"), who(&world, "ananya").device())), "not_permitted");
    world.core.wipe_device(&who(&world, "vikram"), laptop.device).expect("ordered");
    world.core.revoke_device(&me, laptop.device).expect("nothing changes");
    assert_eq!(state(laptop.device), DeviceState::WipeOrdered);
    assert_eq!(code(world.core.refresh(&again(&on_laptop, "n"))), "device_revoked");
}

#[test]
fn teams_have_names_of_their_own() {
    let world = World::memory();
    let admin = who(&world, "ananya");
    let kochi: Team = world.core.put_team(&admin, None, " Kochi ").expect("made");
    assert_eq!((&*kochi.name, kochi.people), ("Kochi", 0));
    assert_eq!(code(world.core.put_team(&admin, None, "pune")), "refused", "there is a Pune");
    assert_eq!(code(world.core.put_team(&admin, Some(kochi.id), "DELHI")), "refused");
    assert_eq!(code(world.core.put_team(&admin, None, "  ")), "refused");
    assert_eq!(code(world.core.put_team(&admin, Some(TeamId(world.core.env().new_id())), "Goa")), "not_found");
    assert_eq!(code(world.core.put_team(&who(&world, "meera"), None, "Goa")), "not_permitted");
    world.core.put_team(&admin, Some(kochi.id), "kochi").expect("its own name, written differently");
    change(&world, "ananya", "deepak", |post| post.team = Some(kochi.id)).expect("changed");
    let teams = world.core.teams(&admin).expect("teams");
    assert_eq!(teams.iter().map(|t| (&*t.name, t.people)).collect::<Vec<_>>(), [("Delhi", 1), ("Pune", 3), ("kochi", 1)]);
    let mut asha = world.device("asha");
    assert!(asha.pull().iter().any(|e| matches!(e, Entry::Row(Row::Team(row)) if row.name == "kochi")));
}

#[test]
fn a_name_of_ones_own_is_told_to_everyone() {
    let world = World::memory();
    let mut arjun = world.device("arjun");
    arjun.pull();
    world.core.rename(&who(&world, "asha"), " Asha Menon ").expect("renamed");
    assert!(arjun.pull().iter().any(|e| matches!(e, Entry::Row(Row::User(row)) if row.name == "Asha Menon")));
    assert_eq!(code(world.core.rename(&who(&world, "asha"), "")), "refused");
}

/// Also told on every engine: whatever writes the tables of accounts.
pub fn an_account_lives(world: &World) {
    let admin = who(world, "ananya");
    let invite = Invite { name: "Neha".into(), email: email("neha"), role: Role::Salesperson, team: Some(team(world, "Delhi")) };
    let made = world.core.invite(&admin, &invite).expect("a code");
    let session = world.core.redeem(&redeem(world, &made.code, BETTER)).expect("taken");
    assert_eq!(code(world.core.redeem(&redeem(world, &made.code, BETTER))), "wrong_code");
    let me = here(world, &session);
    let (totp, codes) = authenticator(world, &me);
    let with = |second: &str| SignIn { second_factor: Some(Secret(second.into())), ..sign_in(world, "neha", BETTER) };
    assert_eq!(code(world.core.sign_in(&sign_in(world, "neha", BETTER))), "totp_required");
    world.core.sign_in(&with(&shown(world, &totp, 1))).expect("by the authenticator");
    assert_eq!(code(world.core.sign_in(&with(&shown(world, &totp, 1)))), "totp_required");
    world.core.sign_in(&with(&codes[0].0)).expect("by a recovery code");
    assert_eq!(code(world.core.sign_in(&with(&codes[0].0))), "totp_required");
    let guess = || code(world.core.sign_in(&sign_in(world, "nobody", "wrong password")));
    let answers: Vec<_> = std::thread::scope(|scope| {
        let tries: Vec<_> = (0..8).map(|_| scope.spawn(guess)).collect();
        tries.into_iter().map(|one| one.join().expect("ended")).collect()
    });
    assert_eq!(answers.iter().filter(|code| *code == "wrong_credentials").count(), 5, "{answers:?}");

    assert_eq!(world.core.sessions(&me).expect("sessions").len(), 3);
    let next = world.core.refresh(&again(&session, "n1")).expect("refreshed");
    assert_eq!(code(world.core.refresh(&again(&session, "thief"))), "session_revoked");
    assert_eq!(code(world.core.authenticate(&next.access)), "not_signed_in");
    world.core.note_device(&me, 3, None).expect("noted");
    let listed = world.core.devices(&me).expect("devices");
    assert_eq!((listed.len(), listed.iter().find(|d| d.this).expect("this one").pending), (3, Some(3)));
    world.core.wipe_device(&admin, me.device()).expect("ordered");
    assert_eq!(code(world.core.authenticate(&next.access)), "device_revoked");
    let kochi = world.core.put_team(&admin, None, "Kochi").expect("made");
    change(world, "ananya", "neha", |post| (post.team, post.disabled) = (Some(kochi.id), true)).expect("changed");
    let people = world.core.people(&admin).expect("people");
    let neha = people.iter().find(|p| p.id == made.user).expect("listed");
    assert!(neha.disabled && neha.totp && !neha.invited && neha.team == Some(kochi.id) && neha.last_seen.is_some());
    two_at_once(world);
    leases_are_remembered(world);
}

/// The same server behind its routes.
struct Web {
    app: Arc<App>,
    _open: watch::Sender<bool>,
}

impl Web {
    fn new(core: Core) -> Self {
        let (open, closing) = watch::channel(false);
        let edge = Edge { public_url: Some("https://crm.example.com".into()), pin: Some("ab".repeat(32)), ..Edge::default() };
        Self { app: App::new(core, closing, edge), _open: open }
    }

    async fn raw(&self, method: Method, path: &str, session: Option<&Session>, body: Value) -> axum::http::Response<Body> {
        let mut request = Request::builder().method(method).uri(format!("/api/v1{path}")).header(header::CONTENT_TYPE, "application/json");
        if let Some(session) = session {
            request = request.header(header::AUTHORIZATION, format!("Bearer {}", session.access.0)).header("leadline-pending", "7");
        }
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        router(Arc::clone(&self.app)).oneshot(request.body(body).expect("a request")).await.expect("an answer")
    }

    async fn ask(&self, method: Method, path: &str, session: Option<&Session>, body: Value) -> (u16, Value) {
        let answer = self.raw(method, path, session, body).await;
        let status = answer.status().as_u16();
        let bytes = to_bytes(answer.into_body(), 1 << 20).await.expect("a body");
        (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    async fn as_<T: serde::de::DeserializeOwned>(&self, method: Method, path: &str, session: &Session, body: Value) -> T {
        let (status, value) = self.ask(method, path, Some(session), body).await;
        assert_eq!(status, 200, "{path}: {value}");
        serde_json::from_value(value).unwrap_or_else(|e| panic!("{path}: {e}"))
    }
}

/// Signs in by an invitation.
async fn enter(web: &Web, code: &str) -> Session {
    let body =
        json!({ "code": code, "password": BETTER, "device": web.app.core.env().new_id(), "device_name": "laptop", "app_version": "0.1.0" });
    let (status, session) = web.ask(Method::POST, "/auth/redeem", None, body).await;
    assert_eq!(status, 200, "{session}");
    serde_json::from_value(session).expect("a session")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_routes_do_what_the_table_says() {
    let world = World::memory();
    let admin_code = world.core.new_code_by_operator(world.user("ananya"), false).expect("a code").code;
    let (pune, asha_id) = (team(&world, "Pune"), world.user("asha"));
    let World { core, .. } = world;
    let web = Web::new(core);
    let admin = enter(&web, &admin_code).await;
    let invited: OneTimeCode = web
        .as_(
            Method::POST,
            "/users",
            &admin,
            json!({ "name": "Neha Gupta", "email": "neha@acme.example", "role": "salesperson", "team": pune }),
        )
        .await;
    assert_eq!(
        invited.link,
        format!("leadline://join?server=https%3A%2F%2Fcrm%2Eexample%2Ecom&code={}&pin={}", invited.code, "ab".repeat(32))
    );
    let neha = enter(&web, &invited.code).await;
    let people: Vec<Person> = web.as_(Method::GET, "/users", &admin, Value::Null).await;
    assert!(people.iter().any(|p| p.id == invited.user && !p.invited && p.team == Some(pune)));
    let post = |role, disabled| json!({ "role": role, "team": pune, "disabled": disabled });
    let body = json!({ "expected": post("salesperson", false), "post": post("team_lead", false) });
    let path = format!("/users/{}", invited.user);
    let changed: Person = web.as_(Method::PATCH, &path, &admin, body.clone()).await;
    assert_eq!(changed.role, Role::TeamLead);
    assert_eq!(web.ask(Method::PATCH, &path, Some(&admin), body).await.0, 409);
    let again: OneTimeCode = web.as_(Method::POST, &format!("{path}/code"), &admin, Value::Null).await;
    assert_ne!(again.code, invited.code);

    let team: Team = web.as_(Method::POST, "/teams", &admin, json!({ "name": "Kochi" })).await;
    let team: Team = web.as_(Method::PATCH, &format!("/teams/{}", team.id), &admin, json!({ "name": "Goa" })).await;
    let teams: Vec<Team> = web.as_(Method::GET, "/teams", &admin, Value::Null).await;
    assert!(teams.contains(&team));

    web.raw(Method::GET, "/sync/pull", Some(&neha), Value::Null).await;
    let devices: Vec<Device> = web.as_(Method::GET, "/devices", &neha, Value::Null).await;
    assert_eq!(devices.iter().map(|d| (d.this, d.pending)).collect::<Vec<_>>(), [(true, Some(7))]);
    let sessions: Vec<SignInSession> = web.as_(Method::GET, "/auth/sessions", &neha, Value::Null).await;
    assert_eq!(sessions.len(), 1);
    let done: Value = web.as_(Method::PATCH, "/auth/profile", &neha, json!({ "name": "Neha" })).await;
    assert_eq!(done, json!({}));
    let _: domain::people::TotpSetup = web.as_(Method::POST, "/auth/totp", &neha, Value::Null).await;
    assert_eq!(web.ask(Method::PUT, "/auth/totp", Some(&neha), json!({ "code": "12345" })).await.0, 422);
    let _: Value = web.as_(Method::DELETE, "/auth/totp", &neha, json!({ "password": BETTER })).await;
    let _: Value = web.as_(Method::POST, "/auth/password", &neha, json!({ "old": BETTER, "new": "saffron umbrella quay" })).await;

    // Whoever does not manage users.
    let device = admin_device(&web, &admin).await;
    for (method, path, body, status) in [
        (Method::GET, "/users".to_owned(), Value::Null, 403),
        (Method::POST, "/users".to_owned(), json!({ "name": "X", "email": "x@acme.example", "role": "analyst", "team": null }), 403),
        (
            Method::PATCH,
            format!("/users/{asha_id}"),
            json!({ "expected": post("salesperson", false), "post": post("analyst", false) }),
            403,
        ),
        (Method::POST, format!("/users/{asha_id}/code"), Value::Null, 403),
        (Method::GET, "/teams".to_owned(), Value::Null, 403),
        (Method::POST, "/teams".to_owned(), json!({ "name": "X" }), 403),
        (Method::PATCH, format!("/teams/{}", team.id), json!({ "name": "X" }), 403),
        (Method::POST, format!("/devices/{device}/revoke"), Value::Null, 404),
        (Method::POST, format!("/devices/{device}/wipe"), Value::Null, 404),
        (Method::POST, "/devices/none/revoke".to_owned(), Value::Null, 404),
        (Method::DELETE, "/auth/sessions/none".to_owned(), Value::Null, 404),
    ] {
        let (got, answer) = web.ask(method.clone(), &path, Some(&neha), body.clone()).await;
        assert_eq!(got, status, "{path} {answer}");
        assert_eq!(answer["code"], if status == 403 { "not_permitted" } else { "not_found" });
        assert_eq!(web.ask(method, &path, None, body).await.0, 401, "{path}");
    }

    let done: Value = web.as_(Method::POST, &format!("/devices/{}/wipe", devices[0].id), &admin, Value::Null).await;
    assert_eq!(done, json!({}));
    let (status, told) = web.ask(Method::GET, "/devices", Some(&neha), Value::Null).await;
    assert_eq!((status, &told["code"]), (403, &json!("device_revoked")));
    let _: Value = web.as_(Method::POST, "/auth/sign-out-everywhere", &admin, Value::Null).await;
    assert_eq!(web.ask(Method::GET, "/users", Some(&admin), Value::Null).await.0, 401);
}

async fn admin_device(web: &Web, admin: &Session) -> DeviceId {
    let devices: Vec<Device> = web.as_(Method::GET, "/devices", admin, Value::Null).await;
    devices.into_iter().find(|d| d.this).expect("listed").id
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_account_says_when_to_come_back() {
    let World { core, .. } = World::memory();
    let web = Web::new(core);
    let body = json!({
        "email": email("nobody"), "password": "x", "device": web.app.core.env().new_id(), "device_name": "laptop", "app_version": "0.1.0"
    });
    for _ in 0..5 {
        assert_eq!(web.ask(Method::POST, "/auth/sign-in", None, body.clone()).await.0, 401);
    }
    let answer = web.raw(Method::POST, "/auth/sign-in", None, body).await;
    assert_eq!((answer.status().as_u16(), &answer.headers()[header::RETRY_AFTER]), (429, &"30".parse().expect("plain")));
}

#[test]
fn the_operator_disables_and_lets_in_again() {
    let world = World::memory();
    let session = asha_in(&world);
    assert!(world.core.set_disabled(world.user("asha"), true).expect("disabled").disabled);
    assert_eq!(code(world.core.authenticate(&session.access)), "user_disabled");
    assert!(!world.core.set_disabled(world.user("asha"), false).expect("enabled").disabled);
    asha_in(&world);
    assert!(Role::ALL.iter().filter(|role| policy::has(**role, Action::ManageUsers)).count() == 2);
}
