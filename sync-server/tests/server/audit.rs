//! The audit log: what is written down, who may read it, and what finds that it was altered.

use crate::cluster::Cluster;
use crate::support::*;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use domain::people::{AUDIT_PAGE, AuditAction, AuditFilter, AuditLine, Post};
use domain::{Command, CommandId, DeviceId, DocId, Envelope, LeadField, LeadId, OrgId, Role, Status, UserId};
use protocol::admin::{ChangePost, Invite, SetOwner};
use protocol::auth::{Refresh, Secret, SignIn};
use protocol::rows::{OrgRow, Row, UserRow};
use sha2::{Digest as _, Sha256};
use sync_server::audit::{self, SeenHead};
use sync_server::http::{App, Edge, router};
use sync_server::store::log::{self, LogRow};
use sync_server::store::{Value, orgs};
use sync_server::{NewUser, Store};
use tower::ServiceExt as _;
use uuid::Uuid;

const HOUR: i64 = 3_600_000;
/// Every number that is typed anywhere here.
const PHONES: [&str; 3] = ["9820014786", "9820014768", "9820014799"];

fn sign_in(name: &str, password: &str, device: DeviceId) -> SignIn {
    SignIn {
        email: email(name),
        password: Secret(password.into()),
        device,
        device_name: "laptop".into(),
        app_version: "0.1.0".into(),
        second_factor: None,
    }
}

/// A few days of a company: edits, hand-overs, sign-ins, people. Answers the leads.
pub fn days(world: &World) -> Vec<LeadId> {
    let (mut asha, mut meera, mut ananya) = (world.device("asha"), world.device("meera"), world.device("ananya"));
    let leads: Vec<LeadId> = PHONES.iter().map(|phone| asha.created(&format!("+91{phone}"))).collect();
    let first = leads[0];
    for command in [
        name("Call 98200 14786"),
        phone("+919820014799"),
        note("her other number is 98200-14768"),
        status(Status::New, Status::Interested),
        Command::SetInterest { level: 4 },
        Command::AddTag { tag: "hot 9820014786".into() },
        Command::LogCall { at: START, outcome: "Gave +91 98200 14768".into() },
        Command::SetField { field: LeadField::Budget, value: Some("1200000".into()) },
        Command::ChangeStatus { from: Status::Interested, to: Status::Lost, reason: Some("Ring 98200.14786".into()) },
    ] {
        let item = asha.edit(first, command);
        let outcome = asha.push_one(&item);
        assert!(matches!(outcome, protocol::push::Outcome::Applied { .. }), "{outcome:?}");
    }
    world.later(3 * HOUR);
    let set = SetOwner { expected_owner: Some(asha.user()), owner: Some(world.user("arjun")) };
    world.core.set_owner(&ananya.who, leads[1], set).expect("assigned");
    meera.pull();
    let reopened = Command::ChangeStatus { from: Status::Lost, to: Status::InProgress, reason: Some("Rang back".into()) };
    let item = meera.edit(first, reopened);
    meera.push_one(&item);
    world.later(3 * HOUR);
    accounts(world, &ananya.who);
    ananya.pull();
    let deleted = ananya.edit(leads[2], Command::DeleteLead { reason: "Same as 9820014786".into() });
    ananya.push_one(&deleted);
    let deletions = vec![deleted.envelope.id.0];
    let restored = ananya.edit(leads[2], Command::RestoreLead { deletions, reason: "It is not".into() });
    ananya.push_one(&restored);
    let deleted = ananya.edit(leads[2], Command::DeleteLead { reason: "It is".into() });
    ananya.push_one(&deleted);
    leads
}

/// What happens to accounts.
fn accounts(world: &World, admin: &sync_server::SignedIn) {
    let core = &world.core;
    let new_device = || DeviceId(core.env().new_id());
    core.sign_in(&sign_in("asha", "wrong password", new_device())).expect_err("wrong");
    core.sign_in(&sign_in("nobody", PASSWORD, new_device())).expect_err("unknown");
    let device = new_device();
    let session = core.sign_in(&sign_in("asha", PASSWORD, device)).expect("signed in");
    let again = |nonce: &str| Refresh { refresh: session.refresh.clone(), nonce: Secret(nonce.into()) };
    core.refresh(&again("n1")).expect("refreshed");
    core.refresh(&again("thief")).expect_err("used twice");
    let session = core.sign_in(&sign_in("asha", PASSWORD, device)).expect("signed in");
    core.sign_out(&core.authenticate(&session.access).expect("valid")).expect("signed out");
    let invite = Invite { name: "Zoya".into(), email: email("zoya"), role: Role::Salesperson, team: None };
    let zoya = core.invite(admin, &invite).expect("invited").user;
    let delhi = core.put_team(admin, None, "Goa").expect("a team").id;
    core.put_team(admin, Some(delhi), "Goa North").expect("renamed");
    let expected = Post { role: Role::Salesperson, team: None, disabled: false };
    let post = Post { role: Role::TeamLead, team: Some(delhi), disabled: false };
    core.change_post(admin, zoya, &ChangePost { expected, post }).expect("changed");
    crate::accounts::change(world, "ananya", "arjun", |post| post.team = Some(delhi)).expect("his leads go with him");
    core.revoke_device(admin, device).expect("revoked");
    core.wipe_device(admin, device).expect("ordered");
}

pub fn lines(world: &World, who: &sync_server::SignedIn, filter: &AuditFilter) -> Vec<AuditLine> {
    let mut filter = filter.clone();
    let mut all = Vec::new();
    loop {
        let page = world.core.audit(who, &filter).expect("a page");
        assert!(page.lines.len() <= AUDIT_PAGE);
        all.extend(page.lines);
        match page.next {
            Some(next) => filter.before = Some(next),
            None => return all,
        }
    }
}

pub fn faults(store: &Store, heads: &[SeenHead], deep: bool) -> Vec<String> {
    audit::verify(store, heads, deep).expect("readable").faults
}

pub fn rows(world: &World) -> Vec<LogRow> {
    let mut rows = Vec::new();
    let read = world.core.store().read(|tx| {
        log::walk(tx, world.core.org().id, None, &mut |row| {
            rows.push(row);
            Ok(true)
        })
    });
    read.expect("readable");
    rows
}

pub fn run(store: &Store, sql: &str, params: &[Value]) -> u64 {
    store.write(|tx| tx.execute(sql, params)).expect(sql)
}

#[test]
fn everything_is_written_down_in_words() {
    let world = World::memory();
    let leads = days(&world);
    let ananya = world.device("ananya");
    let all = lines(&world, &ananya.who, &AuditFilter::default());
    let or_none = |text: &str| if text.is_empty() { "-".to_owned() } else { text.to_owned() };
    let in_a_row = |l: &AuditLine| [&l.by_name, l.action.as_str(), &l.lead_name, &l.about, &l.details].map(or_none).join(" | ");
    let said: Vec<String> = all.iter().rev().map(in_a_row).collect();
    let expected = include_str!("audit.txt");
    if said.join("\n") != expected.trim_end() {
        panic!("not as in audit.txt:\n{}", said.join("\n"));
    }
    assert!(all.iter().all(|l| l.action != AuditAction::Create || leads.contains(&l.lead.expect("a lead"))));
    let told: Vec<AuditAction> = all.iter().map(|l| l.action).collect();
    for action in AuditAction::ALL {
        let later = [
            AuditAction::FollowUp,
            AuditAction::Convert,
            AuditAction::PasswordChanged,
            AuditAction::TotpChanged,
            AuditAction::Quarantine,
            AuditAction::Proposal,
            AuditAction::Export,
            AuditAction::Attendance,
            AuditAction::Settings,
            AuditAction::Server,
        ];
        assert_ne!(told.contains(&action), later.contains(&action), "{action:?}");
    }
}

#[test]
fn credentials_and_decisions_are_written_down() {
    let world = World::memory();
    let lead = decisions(&world);
    crate::accounts::an_account_lives(&world);
    let ananya = world.device("ananya");
    let export = audit::AuditEvent::Export { what: "leads".into(), rows: 12 };
    let (env, org) = (world.core.env(), world.core.org().id);
    world.core.store().write(|tx| audit::append(tx, env, org, Some(ananya.user()), None, export)).expect("written");
    let all = lines(&world, &ananya.who, &AuditFilter::default());
    let told = |action| -> Vec<String> {
        all.iter().rev().filter(|l| l.action == action).map(|l| format!("{}: {}", l.about, l.details)).collect()
    };
    assert_eq!(told(AuditAction::Proposal), ["asha: Taken", "asha: Dropped"]);
    assert_eq!(told(AuditAction::Quarantine), ["test: 2 edits put aside, of asha", "asha: Released", "asha: Dropped"]);
    assert_eq!(told(AuditAction::PasswordChanged), ["Neha: With a one-time code"]);
    assert_eq!(told(AuditAction::TotpChanged), ["Neha: Turned on"]);
    assert_eq!(told(AuditAction::CodeMade), ["Neha: Invitation"]);
    assert_eq!(told(AuditAction::Export), ["leads: 12 rows"]);
    let mut failed = told(AuditAction::SignInFailed);
    failed.sort();
    let unknown = ": Unknown address";
    let locked = ": Unknown address; locked for a while";
    let (wrong, hers) = (": Wrong code", "Neha: Wrong code");
    assert_eq!(failed, [": The account is locked", unknown, unknown, unknown, unknown, locked, wrong, hers, hers, hers]);
    let of_lead: Vec<AuditAction> = lines(&world, &ananya.who, &lead_filter(lead)).iter().rev().map(|l| l.action).collect();
    use AuditAction::{Assign, Create, Note, Proposal, Quarantine, Update};
    // What was taken or released goes in under its author, and who decided stands beside it.
    assert_eq!(of_lead[..8], [Create, Assign, Note, Update, Proposal, Proposal, Note, Quarantine]);
    assert_eq!(faults(world.core.store(), &[], true), [""; 0]);
}

/// A lead changes hands while its old owner is offline: some edits are proposed, later ones put aside.
pub fn decisions(world: &World) -> LeadId {
    let (mut asha, arjun, boss) = (world.device("asha"), world.device("arjun"), world.device("ananya"));
    let lead = asha.created("+919820014786");
    asha.pull();
    let set = SetOwner { expected_owner: Some(asha.user()), owner: Some(arjun.user()) };
    world.core.set_owner(&boss.who, lead, set).expect("assigned");
    let items = [asha.edit(lead, note("in time")), asha.edit(lead, name("Priya S.")), asha.edit(lead, status(Status::New, Status::Cnp))];
    asha.push(&items);
    world.core.take_proposal(&arjun.who, items[1].envelope.id).expect("taken");
    world.core.drop_proposal(&arjun.who, items[2].envelope.id).expect("dropped");
    world.later(80 * HOUR);
    let items = [asha.edit(lead, note("late")), asha.edit(lead, name("Late"))];
    asha.push(&items);
    world.core.release_quarantined(&boss.who, items[0].envelope.id).expect("released");
    world.core.drop_quarantined(&boss.who, items[1].envelope.id).expect("dropped");
    lead
}

#[test]
fn no_phone_number_is_in_any_line() {
    let world = World::memory();
    days(&world);
    let ananya = world.device("ananya");
    let all = serde_json::to_string(&lines(&world, &ananya.who, &AuditFilter::default())).expect("plain");
    let digits: String = all.chars().filter(|c| !" -.".contains(*c)).collect();
    for phone in PHONES {
        assert!(!digits.contains(phone), "{phone} in {all}");
    }
    assert!(!all.contains("other number"), "nor what a note says");
    assert!(!all.contains("nobody@acme.example"), "nor who somebody unknown said they are");
}

#[test]
fn each_role_reads_its_part() {
    let world = World::memory();
    let leads = days(&world);
    let mut ravi = world.device("ravi");
    ravi.pull();
    let item = ravi.edit(leads[0], note("from the team lead"));
    ravi.push_one(&item);
    let everything = lines(&world, &world.device("ananya").who, &AuditFilter::default());
    assert_eq!(lines(&world, &world.device("karthik").who, &AuditFilter::default()).len(), everything.len());
    let own = lines(&world, &ravi.who, &AuditFilter::default());
    assert_eq!(own.iter().map(|l| l.by).collect::<Vec<_>>(), [Some(ravi.user())]);
    let others = AuditFilter { by: Some(world.user("asha")), ..AuditFilter::default() };
    assert_eq!(lines(&world, &ravi.who, &others), []);
    for name in ["meera", "asha", "deepak"] {
        let refused = world.core.audit(&world.device(name).who, &AuditFilter::default()).expect_err(name);
        assert_eq!(refused.problem().status, 403, "{name}");
    }
    // Arjun's lead is of another team; the deleted one is there for administrators alone.
    for (name, lead, there) in
        [("ravi", leads[0], true), ("ravi", leads[1], false), ("karthik", leads[2], false), ("ananya", leads[2], true)]
    {
        let answer = world.core.audit(&world.device(name).who, &lead_filter(lead));
        assert_eq!(answer.err().map(|e| e.problem().status), (!there).then_some(404), "{name}");
    }
    let nothing = world.core.audit(&ravi.who, &lead_filter(LeadId(Uuid::from_u128(7)))).expect_err("no such lead");
    assert_eq!(nothing.problem().status, 404);
}

pub fn lead_filter(lead: LeadId) -> AuditFilter {
    AuditFilter { lead: Some(lead), ..AuditFilter::default() }
}

#[test]
fn filters_and_pages_are_those_of_the_whole_list() {
    filters(&Store::memory().expect("a database"));
}

fn filters(store: &Store) {
    let world = World::on(store.clone());
    let leads = days(&world);
    let mut arjun = world.device("arjun");
    arjun.pull();
    for part in 0..3 {
        world.later(2 * HOUR);
        let calls: Vec<_> =
            (0..50).map(|i| arjun.edit(leads[1], Command::LogCall { at: START, outcome: format!("Try {part} {i}") })).collect();
        arjun.push(&calls);
    }
    let who = world.device("ananya").who;
    let all = lines(&world, &who, &AuditFilter::default());
    assert!(all.len() > 2 * AUDIT_PAGE - 50 && all.windows(2).all(|pair| pair[0].seq > pair[1].seq));
    let same = |filter: &AuditFilter, keep: &dyn Fn(&AuditLine) -> bool| {
        let expected: Vec<AuditLine> = all.iter().filter(|line| keep(line)).cloned().collect();
        assert_eq!(lines(&world, &who, filter), expected, "{filter:?}");
    };
    for action in AuditAction::ALL {
        same(&AuditFilter { action: Some(action), ..AuditFilter::default() }, &|l| l.action == action);
    }
    for name in ["asha", "arjun", "meera", "ananya", "ravi"] {
        let by = Some(world.user(name));
        same(&AuditFilter { by, ..AuditFilter::default() }, &|l| l.by == by);
        let call = Some(AuditAction::Call);
        same(&AuditFilter { by, action: call, ..AuditFilter::default() }, &|l| l.by == by && l.action == AuditAction::Call);
    }
    for lead in &leads {
        same(&lead_filter(*lead), &|l| l.lead == Some(*lead));
        same(&AuditFilter { action: Some(AuditAction::Note), ..lead_filter(*lead) }, &|l| {
            l.lead == Some(*lead) && l.action == AuditAction::Note
        });
    }
    for at in [START - 1, START + HOUR, START + 4 * HOUR, START + 7 * HOUR, all[70].at, START + 100 * HOUR] {
        same(&AuditFilter { from: Some(at), ..AuditFilter::default() }, &|l| l.at >= at);
        same(&AuditFilter { to: Some(at), ..AuditFilter::default() }, &|l| l.at < at);
        let between = AuditFilter { from: Some(at), to: Some(at + 3 * HOUR), ..AuditFilter::default() };
        same(&between, &|l| l.at >= at && l.at < at + 3 * HOUR);
    }
    assert_eq!(store.read(|tx| log::verify(tx, world.core.org().id)).expect("readable"), None);
}

#[tokio::test]
async fn the_route_takes_filters_and_answers_pages() {
    let world = World::memory();
    let password = Some(Secret(PASSWORD.into()));
    world.core.add_user(&NewUser { password, ..person("boss", Role::Admin, None) }).expect("a user");
    days(&world);
    let token = |name: &str| world.core.sign_in(&sign_in(name, PASSWORD, DeviceId(world.core.env().new_id()))).expect("signed in").access.0;
    let (boss, asha) = (token("boss"), token("asha"));
    let ananya = world.user("ananya");
    let (_closed, closing) = tokio::sync::watch::channel(false);
    let app = router(App::new(world.core, closing, Edge::default()));
    let get = async |token: &str, query: &str| {
        let request = Request::get(format!("/api/v1/audit{query}")).header("authorization", format!("Bearer {token}"));
        let answer = app.clone().oneshot(request.body(Body::empty()).expect("a request")).await.expect("an answer");
        let status = answer.status().as_u16();
        let body = to_bytes(answer.into_body(), 1 << 20).await.expect("a body");
        (status, serde_json::from_slice::<serde_json::Value>(&body).expect("JSON"))
    };
    let (status, page) = get(&boss, &format!("?by={ananya}&action=person_changed")).await;
    assert_eq!((status, page["lines"].as_array().map(Vec::len)), (200, Some(2)), "{page}");
    assert_eq!(page["lines"][1]["details"], "Role salesperson → team lead; Team none → Goa North");
    let before = page["lines"][0]["seq"].as_u64().expect("a number");
    let (status, page) = get(&boss, &format!("?before={before}&from=0&to=9000000000000")).await;
    assert!(status == 200 && page["lines"][0]["seq"].as_u64() < Some(before), "{page}");
    for (token, query, expected) in [(&asha, "", 403), (&boss, "?action=juggling", 400), (&boss, "?lead=x", 400), (&String::new(), "", 401)]
    {
        assert_eq!(get(token, query).await.0, expected, "{query}");
    }
}

#[test]
fn devices_get_no_event_and_their_cursor_goes_past_it() {
    let world = World::memory();
    let mut asha = world.device("asha");
    asha.pull();
    let socket = world.core.hub().join(asha.user(), sync_server::sight::Sight::of(asha.who.actor()));
    let before = (world.head(), asha.cursor.clone());
    world.core.sign_in(&sign_in("nobody", "nothing", DeviceId(Uuid::from_u128(1)))).expect_err("unknown");
    assert_eq!(world.head(), before.0 + 1);
    world.core.look_for_news().expect("looked");
    assert!(!socket.behind.has_changed().expect("open"), "nobody is woken for it");
    let batch = asha.batch(500);
    assert!(batch.entries.is_empty() && batch.up_to_date, "{:?}", batch.entries);
    assert_ne!(asha.cursor, before.1);
    let head: SeenHead = batch.head.expect("the log's end").parse().expect("as it is printed");
    assert_eq!((head.epoch, head.seq), (1, world.head()));
    assert_eq!(faults(world.core.store(), &[head], true), [""; 0]);
}

/// One bit of a value.
pub fn flipped(value: &Value) -> Option<Value> {
    Some(match value {
        Value::Null => return None,
        // Far away, so that no other number is hit.
        Value::Int(n) => Value::Int(n ^ (1 << 20)),
        Value::Text(text) => {
            let mut bytes = text.clone().into_bytes();
            *bytes.first_mut()? ^= 1;
            Value::Text(String::from_utf8(bytes).ok()?)
        }
        Value::Bytes(bytes) => {
            let mut bytes = bytes.clone();
            let middle = bytes.len() / 2;
            *bytes.get_mut(middle)? ^= 1;
            Value::Bytes(bytes)
        }
    })
}

const COLUMNS: [&str; 16] = [
    "seq",
    "version",
    "entry",
    "kind",
    "doc_id",
    "author",
    "device_id",
    "command_id",
    "hash",
    "accepted_at",
    "action",
    "content",
    "payload",
    "salt",
    "chain",
    "org_id",
];

/// One bit of every column of a middle row of each kind; then rows taken out and put elsewhere.
fn alterations_are_found(store: &Store) {
    let world = World::on(store.clone());
    days(&world);
    assert_eq!(faults(store, &[], true), [""; 0]);
    let org = world.core.org().id;
    another_org(store, org);
    let all = rows(&world);
    let mut tried = 0;
    for kind in ["change", "move", "row", "event"] {
        let ours: Vec<&LogRow> = all.iter().filter(|row| row.entry == kind).collect();
        let seq = ours[ours.len() / 2].seq;
        for column in COLUMNS {
            tried += u32::from(alteration_is_found(store, seq, kind, column));
        }
    }
    assert!(tried > 40, "{tried}");
    moved_rows_are_found(store, all.len() as i64 / 2);
}

/// A row may be said to be another organisation's.
fn another_org(store: &Store, org: OrgId) {
    let Some(other) = flipped(&org.into()) else { panic!("an id has bits") };
    let sql = "INSERT INTO orgs (org_id, name, zone, country, currency, phone_prefix, epoch, next_seq, chain, recovery_until, created_at) \
               SELECT $1, name, zone, country, currency, phone_prefix, epoch, next_seq, chain, recovery_until, created_at + 1 FROM orgs";
    run(store, sql, &[other]);
}

fn alteration_is_found(store: &Store, seq: i64, kind: &str, column: &str) -> bool {
    let select = format!("SELECT {column} FROM log WHERE seq = $1");
    let found = store.read(|tx| tx.query_opt(&select, &[seq.into()])).expect("readable");
    let value = found.expect("there").0.remove(0);
    let Some(other) = flipped(&value) else { return false };
    let at = |value: &Value| if column == "seq" { value.clone() } else { Value::Int(seq) };
    let update = format!("UPDATE log SET {column} = $1 WHERE seq = $2");
    assert_eq!(run(store, &update, &[other.clone(), at(&value)]), 1, "{column}");
    let faults = faults(store, &[], false);
    let first = faults.first().unwrap_or_else(|| panic!("{column} of entry {seq} ({kind}) was altered unseen"));
    assert!(first.starts_with(&format!("Entry {seq} ")), "{kind} {column}: {faults:?}");
    match column {
        "seq" | "org_id" => assert!(first.contains("is missing"), "{first}"),
        "chain" | "hash" | "content" | "version" => assert!(first.contains(column), "{first}"),
        "command_id" | "action" | "author" if kind == "change" => assert!(first.contains(column), "{first}"),
        "payload" | "salt" => assert!(first.contains("column content is not the hash of columns salt and payload"), "{first}"),
        _ => assert!(first.contains("its columns and its place do not give its chain"), "{first}"),
    }
    assert_eq!(run(store, &update, &[value, at(&other)]), 1, "{column}");
    assert_eq!(self::faults(store, &[], false), [""; 0], "{column} is as it was");
    true
}

fn moved_rows_are_found(store: &Store, seq: i64) {
    let swap = || {
        for (from, to) in [(seq, -1), (seq + 1, seq), (-1, seq + 1)] {
            run(store, "UPDATE log SET seq = $1 WHERE seq = $2", &[to.into(), from.into()]);
        }
    };
    swap();
    let swapped = faults(store, &[], false);
    assert!(swapped[0].starts_with(&format!("Entry {seq} ")) && swapped[1].starts_with(&format!("Entry {} ", seq + 1)), "{swapped:?}");
    swap();
    assert_eq!(faults(store, &[], false), [""; 0]);
    run(store, "DELETE FROM log WHERE seq = $1 OR seq = $2", &[seq.into(), (seq + 2).into()]);
    assert_eq!(faults(store, &[], false), [format!("Entry {seq} is missing."), format!("Entry {} is missing.", seq + 2)]);
}

/// The first and the last entry, what is gone from the beginning, and what stands behind a gap; then a log
/// that was written anew from one entry on, which only a seen head gives away.
fn alterations_at_the_ends_are_found(store: &Store) {
    let world = World::on(store.clone());
    days(&world);
    let all = rows(&world);
    let last = all.len() as i64;
    for seq in [1, last] {
        let kind = &all[seq as usize - 1].entry;
        // Another number of the last one is told as what is missing before it.
        let fits = |column: &str| column != "org_id" && (column != "seq" || seq == 1);
        let tried = COLUMNS.iter().filter(|column| fits(column) && alteration_is_found(store, seq, kind, column)).count();
        assert!(tried > 7, "{tried} of entry {seq}");
    }
    let seen: SeenHead = {
        let head = store.read(|tx| orgs::head(tx, world.core.org().id)).expect("readable");
        SeenHead { epoch: head.epoch, seq: head.seq, chain: head.chain.to_vec() }
    };
    rewritten_from(store, &world, last / 2);
    assert_eq!(faults(store, &[], false), [""; 0], "it can't be known here");
    assert!(faults(store, std::slice::from_ref(&seen), false)[0].contains("is not the one that a device has seen"));
    run(store, "DELETE FROM log WHERE seq = 1", &[]);
    assert_eq!(faults(store, &[], false)[0], "Entry 1 is missing.");
    run(store, "DELETE FROM log WHERE seq = $1", &[(last / 2).into()]);
    run(store, "UPDATE log SET accepted_at = accepted_at + 1 WHERE seq = $1", &[(last / 2 + 2).into()]);
    let found = faults(store, &[], false);
    assert_eq!(found[1], format!("Entry {} is missing.", last / 2));
    assert!(found[2].starts_with(&format!("Entry {} ", last / 2 + 2)), "behind the gap: {found:?}");
}

/// Alters an entry and makes every chain after it right again, as whoever has the database could.
fn rewritten_from(store: &Store, world: &World, seq: i64) {
    run(store, "UPDATE log SET accepted_at = accepted_at + 1 WHERE seq = $1", &[seq.into()]);
    let all = rows(world);
    let mut chain = all[seq as usize - 2].chain.clone();
    for row in &all[seq as usize - 1..] {
        chain = row.link(&chain).to_vec();
        run(store, "UPDATE log SET chain = $1 WHERE seq = $2", &[chain.clone().into(), row.seq.into()]);
    }
    let end = chain.try_into().expect("a hash");
    store.write(|tx| orgs::set_head(tx, world.core.org().id, all.len() as u64, end)).expect("written");
}

/// The tail is gone, and the organisation's row says so: only a device knows better.
fn a_cut_tail_is_found_by_who_saw_it(store: &Store) {
    let world = World::on(store.clone());
    let mut asha = world.device("asha");
    days(&world);
    let head = || -> SeenHead {
        let end = store.read(|tx| orgs::head(tx, world.core.org().id)).expect("readable");
        SeenHead { epoch: end.epoch, seq: end.seq, chain: end.chain.to_vec() }
    };
    asha.pull();
    let seen: SeenHead = asha.batch(1).head.expect("the log's end").parse().expect("as it is printed");
    assert_eq!(seen, head());
    assert_eq!(faults(store, std::slice::from_ref(&seen), false), [""; 0]);
    let all = rows(&world);
    let cut = &all[all.len() - 6];
    run(store, "DELETE FROM log WHERE seq > $1", &[cut.seq.into()]);
    let missing = faults(store, &[], false);
    assert_eq!(missing, [format!("Entries {} to {} are missing.", cut.seq + 1, seen.seq)]);
    let chain: [u8; 32] = cut.chain.clone().try_into().expect("a hash");
    store.write(|tx| orgs::set_head(tx, world.core.org().id, cut.seq.cast_unsigned(), chain)).expect("written");
    assert_eq!(faults(store, &[], false), [""; 0], "it can't be known here");
    let found = faults(store, std::slice::from_ref(&seen), false);
    assert_eq!(found, [format!("The end is cut off: a device has seen entry {}, and the last is {}.", seen.seq, cut.seq)]);
    let other = SeenHead { seq: head().seq, ..seen.clone() };
    assert!(faults(store, &[other], false)[0].contains("is not the one that a device has seen"));
    let older = SeenHead { epoch: seen.epoch + 1, ..seen };
    assert!(faults(store, &[older], false)[0].contains("has seen epoch 2"));
    // The organisation's row alone, altered.
    store.write(|tx| orgs::set_head(tx, world.core.org().id, cut.seq.cast_unsigned() - 1, chain)).expect("written");
    assert!(faults(store, &[], false)[0].contains("(next_seq)"));
    store.write(|tx| orgs::set_head(tx, world.core.org().id, cut.seq.cast_unsigned(), [7; 32])).expect("written");
    assert!(faults(store, &[], false)[0].contains("(chain)"));
}

#[test]
fn a_document_or_row_that_the_log_does_not_make_is_found() {
    let world = World::memory();
    let (leads, store) = (days(&world), world.core.store());
    assert_eq!(faults(store, &[], true), [""; 0]);
    let doc = DocId::lead(leads[0]);
    for (sql, said) in [
        ("UPDATE documents SET blob = (SELECT blob FROM documents WHERE doc_id = $2) WHERE doc_id = $1", "what the log's changes make"),
        ("UPDATE leads SET summary = (SELECT summary FROM leads WHERE lead_id = $2) WHERE lead_id = $1", "summary"),
        ("UPDATE leads SET owner_id = NULL WHERE lead_id = $1 AND lead_id <> $2", "owner_id"),
        ("UPDATE leads SET deleted = 1 WHERE lead_id = $1 AND lead_id <> $2", "deleted"),
    ] {
        let undo = rows_of(store, leads[0]);
        run(store, sql, &[leads[0].into(), leads[1].into()]);
        let found = faults(store, &[], true);
        assert!(found.len() == 1 && found[0].starts_with(&doc.to_string()) && found[0].contains(said), "{sql}: {found:?}");
        put_back(store, leads[0], undo);
        assert_eq!(faults(store, &[], true), [""; 0]);
    }
    run(store, "DELETE FROM documents WHERE doc_id = $1", &[leads[0].into()]);
    let found = faults(store, &[], true);
    assert!(found.len() == 2 && found.iter().all(|f| f.contains("no document")), "{found:?}");
}

#[test]
fn tables_that_the_log_does_not_tell_are_found() {
    people_and_proposals_are_compared(&Store::memory().expect("a database"));
}

fn people_and_proposals_are_compared(store: &Store) {
    let world = World::on(store.clone());
    decisions(&world);
    days(&world);
    assert_eq!(faults(store, &[], true), [""; 0]);
    let other = |table: &str| format!("the row in {table} is not what the log told last");
    for (alter, undo, said) in [
        (
            "UPDATE users SET role = 'admin' WHERE email = 'arjun@acme.example'",
            "UPDATE users SET role = 'salesperson' WHERE role = 'admin'",
            other("users"),
        ),
        ("UPDATE users SET name = 'mallory' WHERE name = 'asha'", "UPDATE users SET name = 'asha' WHERE name = 'mallory'", other("users")),
        ("UPDATE users SET disabled = 1 WHERE name = 'asha'", "UPDATE users SET disabled = 0 WHERE name = 'asha'", other("users")),
        (
            "UPDATE user_roles SET role = 'admin' WHERE role = 'analyst'",
            "UPDATE user_roles SET role = 'analyst' WHERE role = 'admin'",
            "the last row in user_roles".to_owned(),
        ),
        (
            "UPDATE teams SET name = 'Pune West' WHERE name = 'Pune'",
            "UPDATE teams SET name = 'Pune' WHERE name = 'Pune West'",
            other("teams"),
        ),
        (
            "UPDATE proposals SET state = 'open' WHERE state = 'taken'",
            "UPDATE proposals SET state = 'taken' WHERE state = 'open'",
            other("proposals"),
        ),
    ] {
        assert_eq!(run(store, alter, &[]), 1, "{alter}");
        let found = faults(store, &[], true);
        assert!(found.len() == 1 && found[0].contains(&said), "{alter}: {found:?}");
        assert_eq!(run(store, undo, &[]), 1, "{undo}");
        assert_eq!(faults(store, &[], true), [""; 0]);
    }
}

/// What a lead's tables hold of it.
fn rows_of(store: &Store, lead: LeadId) -> Vec<Value> {
    let sql = "SELECT d.blob, l.summary, l.owner_id, l.deleted FROM documents d JOIN leads l ON l.lead_id = d.doc_id WHERE d.doc_id = $1";
    store.read(|tx| tx.query_opt(sql, &[lead.into()])).expect("readable").expect("there").0
}

fn put_back(store: &Store, lead: LeadId, values: Vec<Value>) {
    let [blob, summary, owner, deleted] = values.try_into().expect("four columns");
    run(store, "UPDATE documents SET blob = $2 WHERE doc_id = $1", &[lead.into(), blob]);
    let sql = "UPDATE leads SET summary = $2, owner_id = $3, deleted = $4 WHERE lead_id = $1";
    run(store, sql, &[lead.into(), summary, owner, deleted]);
}

/// Entries as the first release wrote them, by its own formula, then entries of today.
fn old_entries_stand_before_new_ones(store: &Store) {
    let org = OrgRow {
        id: OrgId(Uuid::from_u128(5)),
        name: "Acme".into(),
        zone: "Asia/Kolkata".into(),
        country: "IN".into(),
        phone_prefix: "+91".into(),
        currency: "INR".into(),
    };
    let user = UserRow { id: UserId(Uuid::from_u128(6)), name: "Old Hand".into(), role: Role::Salesperson, team: None, disabled: false };
    let command =
        Command::CreateLead(domain::command::NewLead { name: "Priya".into(), phone: "+919820014786".into(), ..Default::default() });
    let envelope = Envelope { id: CommandId(Uuid::from_u128(7)), author: user.id, at: START, command };
    let change = records::execute(&mut records::Doc::default(), [3; 16], &envelope).expect("a change");
    let fact = rmp_serde::to_vec_named(&Row::User(user.clone())).expect("plain");
    store.write(|tx| orgs::insert(tx, &org, log::genesis(org.id), START)).expect("written");
    let mut chain = log::genesis(org.id);
    let old: [(i64, &str, Option<LeadId>, &[u8]); 2] =
        [(1, "row", None, &fact), (2, "change", Some(LeadId::from(envelope.id)), &change.bytes)];
    for (seq, entry, lead, payload) in old {
        let salt = [seq as u8; 16];
        let mut hash = Sha256::new_with_prefix(chain).chain_update(seq.to_be_bytes()).chain_update(user.id.0.as_bytes());
        if let Some(lead) = lead {
            hash = hash.chain_update("lead").chain_update(lead.0.as_bytes());
        }
        chain = hash.chain_update(Sha256::new_with_prefix(salt).chain_update(payload).finalize()).finalize().into();
        let of_change = |value: Value| if lead.is_some() { value } else { Value::Null };
        run(
            store,
            "INSERT INTO log (org_id, seq, entry, kind, doc_id, author, command_id, hash, payload, salt, accepted_at, chain) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
            &[
                org.id.into(),
                seq.into(),
                entry.into(),
                of_change("lead".into()),
                lead.into(),
                user.id.into(),
                of_change(envelope.id.into()),
                of_change(change.hash.0.into()),
                payload.into(),
                salt.into(),
                START.into(),
                chain.into(),
            ],
        );
        store.write(|tx| orgs::set_head(tx, org.id, seq.cast_unsigned(), chain)).expect("written");
    }
    assert_eq!(faults(store, &[], false), [""; 0]);
    let core = sync_server::Core::open(store.clone(), sync_server::env::system()).expect("a server");
    let admin = core.add_user(&person("ananya", Role::SuperAdmin, None)).expect("a user");
    let who = core.session_for(admin, DeviceId(Uuid::from_u128(9))).expect("a session");
    assert_eq!(faults(store, &[], false), [""; 0]);
    let all = core.audit(&who, &AuditFilter::default()).expect("a page").lines;
    let said: Vec<_> = all.iter().map(|l| (l.seq, l.action, l.about.as_str(), l.details.as_str())).collect();
    let new = (4, AuditAction::PersonAdded, "ananya", "super admin, team none");
    let sealed = (3, AuditAction::Server, "", "The first 2 entries were sealed");
    assert_eq!(said, [new, sealed, (2, AuditAction::Create, "", ""), (1, AuditAction::PersonAdded, "Old Hand", "salesperson")]);
    let by_action = AuditFilter { action: Some(AuditAction::PersonAdded), ..AuditFilter::default() };
    let added = core.audit(&who, &by_action).expect("a page").lines;
    assert_eq!(added.iter().map(|l| l.seq).collect::<Vec<_>>(), [4, 1], "also those that do not say what they are");
    for (column, seq) in [("payload", 1_i64), ("salt", 2), ("author", 1), ("chain", 1), ("doc_id", 2), ("version", 2)] {
        let select = format!("SELECT {column} FROM log WHERE seq = $1");
        let value = store.read(|tx| tx.query_opt(&select, &[seq.into()])).expect("readable").expect("there").0.remove(0);
        let update = format!("UPDATE log SET {column} = $1 WHERE seq = $2");
        run(store, &update, &[flipped(&value).expect("a value"), seq.into()]);
        let found = faults(store, &[], false);
        assert!(found[0].starts_with(&format!("Entry {seq} ")), "{column}: {found:?}");
        run(store, &update, &[value, seq.into()]);
    }
    // What their own chain does not cover, the seal does.
    for (column, seq) in [("entry", 1_i64), ("accepted_at", 1), ("accepted_at", 2), ("command_id", 2), ("hash", 2)] {
        let select = format!("SELECT {column} FROM log WHERE seq = $1");
        let value = store.read(|tx| tx.query_opt(&select, &[seq.into()])).expect("readable").expect("there").0.remove(0);
        let update = format!("UPDATE log SET {column} = $1 WHERE seq = $2");
        run(store, &update, &[flipped(&value).expect("a value"), seq.into()]);
        let found = faults(store, &[], false);
        assert!(found.iter().any(|fault| fault.starts_with("Entry 3 ") && fault.contains("sealed")), "{column}: {found:?}");
        run(store, &update, &[value, seq.into()]);
    }
    run(store, "UPDATE log SET device_id = author WHERE seq = 2", &[]);
    assert!(faults(store, &[], false)[0].contains("not those that it sealed"));
    run(store, "UPDATE log SET device_id = NULL WHERE seq = 2", &[]);
    assert_eq!(faults(store, &[], false), [""; 0]);
    drop(core);
    let before = store.read(|tx| orgs::head(tx, org.id)).expect("readable").seq;
    drop(sync_server::Core::open(store.clone(), sync_server::env::system()).expect("a server"));
    assert_eq!(store.read(|tx| orgs::head(tx, org.id)).expect("readable").seq, before, "sealed once");
    run(store, "UPDATE log SET action = $1 WHERE seq = 1", &["sign_in".into()]);
    assert!(faults(store, &[], false)[0].contains("of a later version"));
}

/// Every story that writes SQL by hand, on an engine of its own each.
const STORIES: [fn(&Store); 9] = [
    alterations_are_found,
    a_cut_tail_is_found_by_who_saw_it,
    old_entries_stand_before_new_ones,
    alterations_at_the_ends_are_found,
    filters,
    people_and_proposals_are_compared,
    crate::compact::nothing_is_missed,
    crate::compact::alterations_are_found,
    crate::compact::devices_gone_for_good_are_forgotten,
];

#[test]
fn an_altered_log_is_found_out() {
    STORIES[..4].iter().for_each(|story| story(&Store::memory().expect("a database")));
}

#[test]
fn an_altered_log_is_found_out_on_postgres() {
    let Some(cluster) = Cluster::start() else {
        panic!("PostgreSQL 15 is needed for this test: apt-get install postgresql-15");
    };
    for (i, story) in STORIES.iter().enumerate() {
        let mut client = postgres::Client::connect(cluster.url(), postgres::NoTls).expect("connected");
        client.batch_execute(&format!("CREATE DATABASE story{i}")).expect("a database");
        story(&Store::postgres(&cluster.url().replace("/postgres", &format!("/story{i}"))).expect("a database"));
    }
}

#[test]
fn heads_are_read_as_they_are_printed() {
    let head = SeenHead { epoch: 2, seq: 57, chain: (0..32).collect() };
    assert_eq!(head.to_string().parse(), Ok(head.clone()));
    let hex = "00".repeat(32);
    for wrong in ["", "1:2", "1:2:3", "1:x:00", &format!("1:2:{}", &hex[1..]), &format!("1:2:{hex}0"), &format!("1:2:{}é", &hex[2..])] {
        assert!(wrong.parse::<SeenHead>().is_err(), "{wrong}");
    }
}
