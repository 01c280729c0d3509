//! The live socket against those who may not have one, or not any more.

use crate::server::{Client, PASSWORD, Server};
use crate::{Author, ready};
use protocol::live::Poke;
use protocol::paths;
use protocol::push::Outcome;
use records::Doc;
use sync_server::Store;

const ASHA: &str = "asha@acme.example";
const NEW_PASSWORD: &str = "monsoon tiffin ledger";

fn boss(server: &Server) -> Client {
    server.sign_in("boss@acme.example")
}

#[test]
fn the_socket_opens_for_a_good_token_only() {
    let (server, elsewhere) = (ready(), ready());
    assert_eq!(server.nobody().try_live().err(), Some(401), "no token");
    let foreign = elsewhere.sign_in(ASHA).session().clone();
    assert_eq!(server.nobody().with_session(foreign).try_live().err(), Some(401), "another server's");
    let out = server.sign_in(ASHA);
    assert_eq!(out.post_json(paths::SIGN_OUT, "").0, 204);
    assert_eq!(out.try_live().err(), Some(401), "signed out");
    let expired = server.sign_in(ASHA);
    let store = Store::sqlite(&server.data().join("leadline.db")).expect("the server's database");
    store.write(|tx| tx.execute("UPDATE sessions SET access_until = 0", &[]).map(drop)).expect("expired");
    assert_eq!(expired.try_live().err(), Some(401), "expired");
    let device = server.sign_in(ASHA);
    let revoke = format!("{}/{}/revoke", paths::DEVICES, device.session_device());
    assert_eq!(boss(&server).post_json(&revoke, "").0, 200);
    assert_eq!(device.try_live().err(), Some(403), "revoked");
    let mut socket = server.sign_in(ASHA).live();
    assert!(matches!(socket.read(), Poke::Behind { .. }), "a good one");
}

/// What ends a sign-in.
enum End {
    Disable,
    Device(&'static str),
    SignOut,
    SignOutEverywhere,
    Password,
    Redeem,
    Reuse,
}

fn end(server: &Server, boss: &Client, asha: &Client, how: &End) {
    let (status, answer) = match how {
        End::Disable => {
            let me = &asha.session().me;
            let post = |disabled: bool| serde_json::json!({ "role": me.role, "team": me.team, "disabled": disabled });
            let change = serde_json::json!({ "expected": post(false), "post": post(true) });
            boss.patch_json(&format!("{}/{}", paths::USERS, me.user), &change.to_string())
        }
        End::Device(verb) => boss.post_json(&format!("{}/{}/{verb}", paths::DEVICES, asha.session_device()), ""),
        End::SignOut => asha.post_json(paths::SIGN_OUT, ""),
        End::SignOutEverywhere => asha.post_json(paths::SIGN_OUT_EVERYWHERE, ""),
        End::Password => asha.post_json(paths::PASSWORD, &format!(r#"{{"old":"{PASSWORD}","new":"{NEW_PASSWORD}"}}"#)),
        End::Redeem => {
            let code = crate::run(server.data(), &["user", "code", ASHA]).expect("a code");
            let (code, device) = (code.trim(), crate::device());
            let body =
                format!(r#"{{"code":"{code}","password":"{NEW_PASSWORD}","device":"{device}","device_name":"laptop","app_version":"0"}}"#);
            server.nobody().post_json(paths::REDEEM, &body)
        }
        End::Reuse => {
            let refresh = &asha.session().refresh.0;
            let mut answers = ["first", "second"]
                .map(|nonce| server.nobody().post_json(paths::REFRESH, &format!(r#"{{"refresh":"{refresh}","nonce":"{nonce}"}}"#)));
            assert_eq!(answers[0].0, 200, "{}", answers[0].1);
            assert_eq!(answers[1].0, 401, "{}", answers[1].1);
            std::mem::take(&mut answers[0])
        }
    };
    assert!((200..300).contains(&status), "{status} {answer}");
}

#[test]
fn whoever_is_shut_out_loses_the_socket_at_once() {
    use End::*;
    for (why, how) in [
        ("disabled", Disable),
        ("revoked", Device("revoke")),
        ("wiped", Device("wipe")),
        ("signed out", SignOut),
        ("signed out everywhere", SignOutEverywhere),
        ("a new password", Password),
        ("a one-time code", Redeem),
        ("a token used twice", Reuse),
    ] {
        let server = ready();
        let (boss, asha) = (boss(&server), server.sign_in(ASHA));
        let (mut mine, mut others) = (asha.live(), boss.live());
        assert!(matches!(mine.read(), Poke::Behind { .. }), "{why}");
        assert!(matches!(others.read(), Poke::Behind { .. }), "{why}");
        end(&server, &boss, &asha, &how);
        mine.expect_end(why);
        let again = asha.try_live().err();
        assert_eq!(again.is_some(), !matches!(how, Password), "{why}: {again:?}");
        // Nobody else's socket ended.
        let mut author = Author::new(boss.session().clone(), 9);
        let pushed = boss.push(vec![author.create(&mut Doc::empty())]);
        let [Outcome::Applied { seq }] = pushed[..] else { panic!("{pushed:?}") };
        while others.read() != (Poke::Behind { seq }) {}
    }
}

/// A role or team that changes is heard of over the open socket, and who sees a lead no more is not
/// told who has it open.
#[test]
fn another_role_is_heard_and_seen_by_at_once() {
    let server = ready();
    let (boss, asha) = (boss(&server), server.sign_in(ASHA));
    let mut author = Author::new(asha.session().clone(), 1);
    let mut doc = Doc::empty();
    let item = author.create(&mut doc);
    let lead = domain::LeadId(item.doc.id);
    asha.push(vec![item]);
    let (mut mine, mut others) = (asha.live(), boss.live());
    mine.view(Some(lead));
    others.view(Some(lead));
    let both = |poke: &Poke, user| matches!(poke, Poke::Presence { users, .. } if users.contains(&user));
    while !both(&mine.read(), boss.session().me.user) {}
    while !both(&others.read(), asha.session().me.user) {}
    let me = &asha.session().me;
    let post = |role: &str| serde_json::json!({ "role": role, "team": me.team, "disabled": false });
    let change = serde_json::json!({ "expected": post("salesperson"), "post": post("finance_manager") });
    let (status, answer) = boss.patch_json(&format!("{}/{}", paths::USERS, me.user), &change.to_string());
    assert_eq!(status, 200, "{answer}");
    let told = loop {
        if let Poke::Presence { users, .. } = others.read() {
            break users;
        }
    };
    assert!(told.is_empty(), "a Finance Manager sees converted leads only: {told:?}");
    assert!(matches!(mine.read(), Poke::Behind { .. }), "and pulls as what they are now");
}
