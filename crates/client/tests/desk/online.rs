//! What only the server can do, against a server of one thread that answers as the test wants.

use crate::office::{ASHA, NOW, Office, RAVI, Server, session};
use bridge::account::{AccountGet, AccountName, PasswordChange, PasswordStrength, SessionEnd, TotpBegin, TotpConfirm, TotpEnd};
use bridge::admin::{AuditGet, DeviceRevoke, PeopleList, PersonChange, PersonInvite, QuarantineList, QuarantineRelease, TeamRename};
use bridge::lead::{LeadAssign, ProposalTake, TimelineWhat};
use bridge::{Problem, ProblemCode, Request};
use client::desk::Answered;
use client::{HttpTransport, Transport as _};
use domain::command::NewLead;
use domain::people::{AuditAction, AuditFilter, Post, Proposal, ProposalState};
use domain::{Command, CommandId, DocId, Envelope, LeadId, Role, UserId};
use protocol::pull::Entry;
use protocol::rows::Row;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};
use uuid::Uuid;

/// Method and path, status and body.
type Answers = HashMap<&'static str, (u16, Value)>;

/// Method and path, body, headers.
type Asked = (String, Value, HashMap<String, String>);

/// Answers over HTTP, and remembers what it was asked.
#[derive(Clone, Default)]
struct Web {
    address: String,
    answers: Arc<Mutex<Answers>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Web {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let web = Self { address, ..Self::default() };
        std::thread::spawn({
            let web = web.clone();
            move || listener.incoming().flatten().for_each(|stream| web.serve(stream))
        });
        web
    }

    fn serve(&self, stream: std::net::TcpStream) {
        let mut reader = BufReader::new(stream);
        let mut line = || {
            let mut line = String::new();
            reader.read_line(&mut line).expect("a line");
            line.trim_end().to_owned()
        };
        let first = line();
        let headers: HashMap<String, String> = std::iter::from_fn(|| {
            let header = line();
            header.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        })
        .collect();
        let length = headers.get("content-length").and_then(|n| n.parse().ok()).unwrap_or(0);
        let mut body = vec![0; length];
        reader.read_exact(&mut body).expect("a body");
        let what = first.trim_end_matches(" HTTP/1.1").to_owned();
        let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
        self.asked.lock().expect("one test").push((what.clone(), body, headers));
        let missing = (404, json!({"code": "not_found", "title": format!("{what} is not here."), "status": 404}));
        let (status, answer) = self.answers.lock().expect("one test").get(what.as_str()).cloned().unwrap_or(missing);
        let answer = answer.to_string();
        let head = format!(
            "HTTP/1.1 {status} x\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            answer.len()
        );
        reader.get_mut().write_all(format!("{head}{answer}").as_bytes()).expect("an answer");
    }

    fn answer(&self, what: &'static str, status: u16, body: Value) {
        self.answers.lock().expect("one test").insert(what, (status, body));
    }

    fn no(&self, what: &'static str, status: u16, code: &str, title: &str) {
        self.answer(what, status, json!({"code": code, "title": title, "status": status}));
    }

    /// The last thing it was asked, with what.
    fn last(&self) -> (String, Value) {
        let asked = self.asked.lock().expect("one test");
        asked.last().map(|(what, body, _)| (what.clone(), body.clone())).expect("it was asked")
    }
}

fn office(role: Role) -> (Office, Web) {
    let (office, web) = (Office::of(role), Web::start());
    office.desk.engine().signed_in(&web.address, &session(role)).expect("signed in");
    (office, web)
}

#[track_caller]
fn check<R: Answered + Request>(office: &Office, request: R, code: ProblemCode, text: &str) -> Problem
where
    R::Response: std::fmt::Debug,
{
    let problem = office.desk.ask(request).expect_err(text);
    assert_eq!((problem.code, problem.text.as_str()), (code, text));
    problem
}

fn person(id: UserId, name: &str) -> Value {
    json!({"id": id, "name": name, "email": "x@example.com", "role": "salesperson", "team": null, "disabled": false, "invited": false,
           "totp": true, "last_seen": NOW - 60_000})
}

#[test]
fn people_teams_and_devices_are_the_servers() {
    let (office, web) = office(Role::Admin);
    let team = domain::TeamId(Uuid::from_u128(50));
    web.answer("GET /api/v1/users", 200, json!([person(RAVI, "Ravi"), person(ASHA, "asha")]));
    web.answer("GET /api/v1/teams", 200, json!([{"id": team, "name": "North", "people": 2}]));
    let view = office.desk.ask(PeopleList {}).expect("people");
    let names: Vec<_> = view.people.iter().map(|p| (p.item.name.as_str(), p.when.as_ref().map(|w| w.local.as_str()))).collect();
    assert_eq!(names, [("asha", Some("2026-11-21T13:59")), ("Ravi", Some("2026-11-21T13:59"))]);
    assert_eq!(view.teams[0].name, "North");
    let headers = web.asked.lock().expect("one test")[0].2.clone();
    assert_eq!(headers.get("authorization").map(String::as_str), Some("Bearer secret-access"));

    let code = json!({"user": RAVI, "code": "K7QF-2MXD-9TRA", "link": "leadline://join?x", "until": NOW + 3_600_000});
    web.answer("POST /api/v1/users", 200, code);
    let invite = || PersonInvite { name: " Meera ".into(), email: " m@example.com ".into(), role: Role::TeamLead, team: Some(team) };
    let code = office.desk.ask(invite()).expect("a code");
    assert_eq!((code.item.code.as_str(), code.when.map(|w| w.local).as_deref()), ("K7QF-2MXD-9TRA", Some("2026-11-21T15:00")));
    assert_eq!(web.last().1, json!({"name": "Meera", "email": "m@example.com", "role": "team_lead", "team": team}));

    let no = json!({"code": "refused", "title": "Somebody has this address.", "status": 422, "field": "email"});
    web.answer("POST /api/v1/users", 422, no);
    let problem = check(&office, invite(), ProblemCode::Refused, "Somebody has this address.");
    assert_eq!(problem.field.as_deref(), Some("email"));

    let post = Post { role: Role::Manager, team: None, disabled: false };
    let change = || PersonChange { user: RAVI, expected: Post { disabled: true, ..post.clone() }, post: post.clone() };
    let path: &'static str = "PATCH /api/v1/users/00000000-0000-0000-0000-000000000002";
    web.answer(path, 200, person(RAVI, "Ravi"));
    office.desk.ask(change()).expect("changed");
    assert_eq!(web.last().1["expected"]["disabled"], true);
    web.no(path, 409, "changed", "Somebody changed Ravi meanwhile.");
    check(&office, change(), ProblemCode::Changed, "Somebody changed Ravi meanwhile.");
    web.no(path, 403, "not_permitted", "This is not in your role. Ask your manager.");
    check(&office, change(), ProblemCode::Refused, "This is not in your role. Ask your manager.");
    web.no(path, 429, "too_many", "That is too often. Try again in 9 s.");
    check(&office, change(), ProblemCode::TooMany, "That is too often. Try again in 9 s.");
    let gone = TeamRename { team, name: "South".into() };
    check(&office, gone, ProblemCode::NotFound, "This is not there any more.");
    web.no("POST /api/v1/devices/00000000-0000-0000-0000-000000000009/revoke", 500, "server_error", "The server has a problem.");
    let device = domain::DeviceId(Uuid::from_u128(9));
    check(&office, DeviceRevoke { device }, ProblemCode::ServerOther, "The server failed: The server has a problem.");
}

#[test]
fn without_a_server_it_says_that_it_needs_one() {
    let office = Office::of(Role::Admin);
    // The port of the test's session; nothing listens there.
    let problem = office.desk.ask(PeopleList {}).expect_err("no server");
    assert_eq!(problem.code, ProblemCode::Offline);
    assert!(problem.text.starts_with("This needs the server, which is out of reach: nothing answers at 127.0.0.1:8440"), "{problem}");
    office.desk.engine().sign_out().expect("signed out");
    assert_eq!(office.desk.ask(PeopleList {}).expect_err("no session").code, ProblemCode::NotSignedIn);
}

#[test]
fn an_access_token_that_ran_out_is_renewed() {
    let (office, web) = office(Role::Admin);
    web.no("GET /api/v1/users", 401, "token_expired", "This sign-in needs refreshing.");
    web.no("POST /api/v1/auth/refresh", 401, "session_ended", "This sign-in has ended.");
    assert_eq!(office.desk.ask(PeopleList {}).expect_err("ended").code, ProblemCode::NotSignedIn);
    assert_eq!(web.last().0, "POST /api/v1/auth/refresh");
}

#[test]
fn quarantine_and_audit_read_as_people_read() {
    let (office, web) = office(Role::Admin);
    let (lead, id) = (LeadId(Uuid::from_u128(70)), CommandId(Uuid::from_u128(71)));
    let envelope = Envelope { id, author: RAVI, at: NOW, command: Command::AddNote { text: "Wife joins".into() } };
    let held = json!([{"id": id, "lead": lead, "lead_name": "Ananya", "author": RAVI, "author_name": "Ravi", "device_name": "desk-3",
                       "envelope": envelope, "reason": "lease_ended", "arrived_at": NOW}]);
    web.answer("GET /api/v1/quarantine", 200, held);
    let view = office.desk.ask(QuarantineList {}).expect("a list").remove(0);
    assert_eq!((view.what, view.typed.as_str()), (TimelineWhat::NoteAdded { text: "Wife joins".into() }, "Wife joins"));
    assert_eq!((view.lead_here, view.arrived.local.as_str()), (false, "2026-11-21T14:00"));
    web.answer("POST /api/v1/quarantine/00000000-0000-0000-0000-000000000047/release", 200, json!({}));
    office.desk.ask(QuarantineRelease { id }).expect("released");

    let line = json!({"seq": 9, "at": NOW, "by": RAVI, "by_name": "Ravi", "action": "sign_in_failed", "lead": null, "lead_name": "",
                      "about": "", "details": ""});
    let path = "GET /api/v1/audit?by=00000000-0000-0000-0000-000000000002&action=sign_in_failed&from=5&before=90";
    web.answer(path, 200, json!({"lines": [line], "next": 9}));
    let filter =
        AuditFilter { by: Some(RAVI), action: Some(AuditAction::SignInFailed), from: Some(5), before: Some(90), ..AuditFilter::default() };
    let page = office.desk.ask(AuditGet { filter }).expect("a page");
    assert_eq!((page.lines[0].item.seq, page.lines[0].when.as_ref().map(|w| w.day), page.next), (9, Some(0), Some(9)));
    web.answer("GET /api/v1/audit", 200, json!({"lines": [], "next": null}));
    assert_eq!(office.desk.ask(AuditGet { filter: AuditFilter::default() }).expect("a page"), Default::default());
}

#[test]
fn ones_own_account_is_looked_after() {
    let (office, web) = office(Role::Salesperson);
    web.answer("GET /api/v1/auth/profile", 200, person(ASHA, "Asha Menon"));
    let sign_in = json!({"id": Uuid::from_u128(80), "device": Uuid::from_u128(81), "device_name": "desk-3", "began": NOW, "last_used": NOW,
                         "this": true});
    web.answer("GET /api/v1/auth/sessions", 200, json!([sign_in]));
    let account = office.desk.ask(AccountGet {}).expect("an account");
    assert!(account.totp && account.sessions[0].item.this && account.sessions[0].when.is_some());

    web.answer("GET /api/v1/auth/profile", 405, Value::Null);
    let older = office.desk.ask(AccountGet {}).expect("an account");
    assert_eq!((older.name, older.email, older.totp), ("Asha Menon".into(), "asha@example.com".into(), false));
    web.answer("PATCH /api/v1/auth/profile", 200, json!({}));
    office.desk.ask(AccountName { name: " Asha Rao ".into() }).expect("a name");
    let me = office.desk.ask(bridge::session::SessionGet {}).expect("a session").me.expect("me");
    assert_eq!(me.name, "Asha Rao");

    web.answer("POST /api/v1/auth/totp", 200, json!({"secret": "JBSW", "uri": "otpauth://x", "svg": "<svg/>"}));
    assert_eq!(office.desk.ask(TotpBegin {}).expect("a setup").secret, "JBSW");
    web.answer("PUT /api/v1/auth/totp", 200, json!({"codes": ["aaaa-bbbb"]}));
    assert_eq!(office.desk.ask(TotpConfirm { code: " 123456 ".into() }).expect("codes"), ["aaaa-bbbb"]);
    assert_eq!(web.last().1, json!({"code": "123456"}));
    web.answer("DELETE /api/v1/auth/totp", 200, json!({}));
    office.desk.ask(TotpEnd { password: "secret".into() }).expect("ended");
    assert_eq!(web.last().1, json!({"password": "secret"}), "a body goes with it");
    web.answer("DELETE /api/v1/auth/sessions/00000000-0000-0000-0000-000000000050", 200, json!({}));
    office.desk.ask(SessionEnd { id: Uuid::from_u128(80) }).expect("ended");

    web.no("POST /api/v1/auth/password", 422, "refused", "That is not your password.");
    let change = PasswordChange { old: "wrong".into(), new: "correct horse battery 7".into() };
    check(&office, change, ProblemCode::Refused, "That is not your password.");
}

#[test]
fn each_pull_tells_how_much_waits() {
    let (office, web) = office(Role::Salesperson);
    let transport = HttpTransport::new(office.desk.engine().clone(), &web.address);
    for waiting in ["0", "1", "2"] {
        transport.pull(None, &mut |_| ControlFlow::Continue(())).expect_err("this server has no log");
        let (what, _, headers) = web.asked.lock().expect("one test").last().cloned().expect("it was asked");
        assert_eq!((what.as_str(), headers.get("leadline-pending").map(String::as_str)), ("GET /api/v1/sync/pull", Some(waiting)));
        office.create("Ananya", "9820014786");
    }
}

#[test]
fn a_password_is_judged_here_while_it_is_typed() {
    let office = Office::new();
    let judge = |typed: &str| office.desk.ask(PasswordStrength { password: typed.into() }).expect("a judgement");
    for (typed, good) in [
        ("", false),
        ("asha", false),
        ("password123", false),
        ("asha menon 2026", false),
        ("xkcd", false),
        ("lantern tuba gravel 41", true),
        (&"long ".repeat(1_000), false),
    ] {
        let strength = judge(typed);
        assert_eq!(strength.good_enough, good, "{typed}: {strength:?}");
        assert!(good || !strength.advice.is_empty());
    }
}

#[test]
fn giving_a_lead_away_compares_who_has_it() {
    let (office, web) = office(Role::Admin);
    let server = Server::default();
    server.deliver_directory();
    let new = NewLead { name: "Ananya".into(), phone: "+919820014786".into(), ..NewLead::default() };
    server.deliver(vec![server.snapshot(1, new, None, NOW)]);
    office.sync(&server);
    let lead = office.page(&Default::default(), 0, 1).rows[0].id;
    let path: &'static str = Box::leak(format!("POST /api/v1/leads/{lead}/owner").into_boxed_str());
    let assign = |expected, owner| LeadAssign { lead, expected, owner };
    web.answer(path, 200, json!({"lead": lead, "owner": RAVI, "team": null}));
    office.desk.ask(assign(None, Some(RAVI))).expect("given");
    assert_eq!(web.last().1, json!({"expected_owner": null, "owner": RAVI}));
    assert_eq!(office.view(lead).owner.map(|(_, name)| name).as_deref(), Some("Ravi Deshpande"), "at once");
    assert_eq!(office.page(&Default::default(), 0, 1).rows[0].owner.as_deref(), Some("Ravi Deshpande"));

    web.no(path, 409, "owner_changed", "Somebody else was faster: the lead has another owner now.");
    check(&office, assign(None, Some(ASHA)), ProblemCode::Changed, "Somebody else was faster: this lead is not in your sight any more.");
    web.no(path, 404, "not_found", "This is not here.");
    check(&office, assign(None, Some(ASHA)), ProblemCode::NotFound, "This is not there any more.");

    let id = CommandId(Uuid::from_u128(90));
    let envelope = Envelope { id, author: RAVI, at: NOW, command: Command::SetInterest { level: 3 } };
    let proposal = Proposal { id, doc: DocId::lead(lead), envelope, state: ProposalState::Open, arrived_at: NOW };
    server.deliver(vec![Entry::Row(Row::Proposal(proposal))]);
    office.sync(&server);
    assert_eq!(office.view(lead).proposals.len(), 1);
    web.no(
        "POST /api/v1/proposals/00000000-0000-0000-0000-00000000005a/take",
        422,
        "refused",
        "Interest is set while a lead is Interested.",
    );
    check(&office, ProposalTake { lead, id }, ProblemCode::Refused, "Interest is set while a lead is Interested.");
    assert_eq!(office.view(lead).proposals.len(), 1);
    web.answer("POST /api/v1/proposals/00000000-0000-0000-0000-00000000005a/take", 200, json!({}));
    office.desk.ask(ProposalTake { lead, id }).expect("taken");
    assert!(office.view(lead).proposals.is_empty());
}
