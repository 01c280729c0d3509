//! What the routes answer: to every role, with records that are there, and to those who may not come
//! in at all. The list of routes is the server's own document of them, so that none is left out.

use super::{Made, PLACES, Place, Table, Who, begin, company, compare, everybody, put, team_named};
use crate::support::{Device, PASSWORD, TestClock, World, email, name, person};
use axum::body::Body;
use axum::http::{Method, Request};
use domain::command::NewLead;
use domain::people::{Proposal, ProposalState, QuarantineReason};
use domain::{Command, CommandId, DeviceId, DocId, Env, Envelope, LeadId, OrgId, Role, Status, TeamId, UserId};
use protocol::ChangeHash;
use protocol::admin::SetOwner;
use protocol::auth::{Secret, SignIn};
use protocol::push::{Outcome, PushItem, PushRequest};
use protocol::rows::OrgRow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;
use sync_server::accept::Acceptor;
use sync_server::auth::{self, keys::Keys};
use sync_server::http::limits::{Quota, Quotas};
use sync_server::http::openapi::document;
use sync_server::http::{App, Edge, router};
use sync_server::store::{log, orgs, proposals, users};
use sync_server::{NewUser, people, quarantine};
use tokio::sync::watch;
use tower::ServiceExt as _;
use uuid::Uuid;

const HOUR: i64 = 3_600_000;

/// A request, and the route that takes it: `POST /api/v1/leads/{id}/owner`.
struct Call {
    route: &'static str,
    path: String,
    body: String,
}

fn call(route: &'static str, id: impl ToString, body: impl Into<String>) -> Call {
    let (_, template) = route.split_once(' ').expect("a method and a path");
    Call { route, path: template.replace("{kind}", "lead").replace("{id}", &id.to_string()), body: body.into() }
}

impl Call {
    fn method(&self) -> Method {
        self.route.split(' ').next().expect("a method").parse().expect("a method")
    }
}

/// Routes that need no token: what they take is the secret itself.
const OPEN: [&str; 7] = [
    "POST /api/v1/auth/sign-in",
    "POST /api/v1/auth/refresh",
    "POST /api/v1/auth/redeem",
    "POST /api/v1/quarantine",
    "GET /api/v1/openapi.json",
    "GET /api/v1/docs",
    "GET /healthz",
];

/// What the calls of a person are about; of another organisation, or of nobody, for strangers.
#[derive(Clone, Copy)]
pub(super) struct Ids {
    pub(super) lead: LeadId,
    owner: Option<UserId>,
    user: UserId,
    team: TeamId,
    device: DeviceId,
    session: Uuid,
    /// Edits that wait: of one lead.
    proposals: [CommandId; 2],
    held: [CommandId; 2],
}

impl Ids {
    pub(super) fn nobodys() -> Self {
        let (nil, command) = (Uuid::nil(), CommandId(Uuid::nil()));
        let (lead, user, team, device) = (LeadId(nil), UserId(nil), TeamId(nil), DeviceId(nil));
        Self { lead, owner: None, user, team, device, session: nil, proposals: [command; 2], held: [command; 2] }
    }
}

/// Every route that needs a token, once; those that end the sign-in last.
fn all_routes(ids: &Ids) -> Vec<Call> {
    let post = r#"{"expected":{"role":"salesperson","team":null,"disabled":false},"post":{"role":"analyst","team":null,"disabled":true}}"#;
    let invite = r#"{"name":"New Person","email":"new@acme.example","role":"salesperson","team":null}"#;
    let set = serde_json::to_string(&SetOwner { expected_owner: ids.owner, owner: Some(ids.user) }).expect("json");
    let none = Uuid::nil();
    vec![
        call("GET /api/v1/sync/snapshot/{kind}/{id}", ids.lead, ""),
        call("POST /api/v1/proposals/{id}/take", ids.proposals[0], ""),
        call("POST /api/v1/proposals/{id}/drop", ids.proposals[1], ""),
        call("POST /api/v1/quarantine/{id}/release", ids.held[0], ""),
        call("POST /api/v1/quarantine/{id}/drop", ids.held[1], ""),
        call("POST /api/v1/leads/{id}/owner", ids.lead, set),
        call("POST /api/v1/leads", none, r#"{"name":"Priya Sharma","phone":"98200 14786"}"#),
        call("POST /api/v1/leads/auto-distribute", none, "{}"),
        call("POST /api/v1/leads/assign", none, r#"{"items":[]}"#),
        call("GET /api/v1/leads/eligible-users", none, ""),
        call("GET /api/v1/assignment/rules", none, ""),
        call("PUT /api/v1/assignment/rules", none, r#"{"version":0,"rules":[],"takers":[]}"#),
        call("POST /api/v1/assignment/dry-run", none, "{}"),
        call("GET /api/v1/quarantine", none, ""),
        call("GET /api/v1/users", none, ""),
        call("POST /api/v1/users", none, invite),
        call("PATCH /api/v1/users/{id}", ids.user, post),
        call("POST /api/v1/users/{id}/code", ids.user, "{}"),
        call("GET /api/v1/teams", none, ""),
        call("POST /api/v1/teams", none, r#"{"name":"West Wing"}"#),
        call("PATCH /api/v1/teams/{id}", ids.team, r#"{"name":"Far East"}"#),
        call("GET /api/v1/audit", none, ""),
        call("GET /api/v1/reports/leads/summary", none, ""),
        call("GET /api/v1/reports/leads", none, ""),
        call("GET /api/v1/devices", none, ""),
        call("POST /api/v1/devices/{id}/revoke", ids.device, ""),
        call("POST /api/v1/devices/{id}/wipe", ids.device, ""),
        call("POST /api/v1/attendance/check-in", none, r#"{"id":"00000000-0000-0000-0000-000000000001"}"#),
        call("POST /api/v1/attendance/pause", none, r#"{"id":"00000000-0000-0000-0000-000000000002","reason":"Lunch"}"#),
        call("POST /api/v1/attendance/resume", none, r#"{"id":"00000000-0000-0000-0000-000000000003"}"#),
        call("POST /api/v1/attendance/check-out", none, r#"{"id":"00000000-0000-0000-0000-000000000004"}"#),
        call("GET /api/v1/attendance/status", none, ""),
        call("GET /api/v1/attendance/logs", none, ""),
        call("GET /api/v1/sync/live", none, ""),
        call("POST /api/v1/sync/push", none, r#"{"items":[]}"#),
        call("GET /api/v1/sync/pull", none, ""),
        call("GET /api/v1/auth/profile", none, ""),
        call("PATCH /api/v1/auth/profile", none, r#"{"name":"Me Myself"}"#),
        call("GET /api/v1/auth/sessions", none, ""),
        call("DELETE /api/v1/auth/sessions/{id}", ids.session, ""),
        call("POST /api/v1/auth/password", none, r#"{"old":"wrong wrong wrong","new":"monsoon tiffin ledger"}"#),
        call("POST /api/v1/auth/totp", none, ""),
        call("PUT /api/v1/auth/totp", none, r#"{"code":"000000"}"#),
        call("DELETE /api/v1/auth/totp", none, r#"{"password":"wrong wrong wrong"}"#),
        call("POST /api/v1/auth/sign-out", none, ""),
        call("POST /api/v1/auth/sign-out-everywhere", none, ""),
    ]
}

#[test]
fn no_route_is_left_out() {
    let there = crate::openapi::routes_of(&document());
    let asked = all_routes(&Ids::nobodys());
    let asked: BTreeSet<String> = asked.iter().map(|call| call.route).chain(OPEN).map(str::to_owned).collect();
    assert_eq!(asked, there, "a new route belongs into `all_routes` with a call of it, or into `OPEN`; and into `needed`");
}

async fn ask(app: &Arc<App>, call: &Call, token: Option<&str>) -> (u16, String) {
    let mut request = Request::builder().method(call.method()).uri(&call.path).header("content-type", "application/json");
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let request = request.body(Body::from(call.body.clone())).expect("a request");
    let answer = router(Arc::clone(app)).oneshot(request).await.expect("an answer");
    let status = answer.status().as_u16();
    let bytes = axum::body::to_bytes(answer.into_body(), 1 << 22).await.unwrap_or_default();
    (status, String::from_utf8_lossy(&bytes).into_owned())
}

fn sign_in(env: &Env, email: String) -> SignIn {
    SignIn {
        email,
        password: Secret(PASSWORD.into()),
        device: DeviceId(env.new_id()),
        device_name: "laptop".into(),
        app_version: "0".into(),
        second_factor: None,
    }
}

/// A sign-in of each.
fn tokens(world: &World) -> BTreeMap<Who, String> {
    let token = |who: Who| (who, world.core.sign_in(&sign_in(world.core.env(), email(&who.name()))).expect("signed in").access.0);
    everybody().into_iter().map(token).collect()
}

fn session_of(world: &World, token: &str) -> Uuid {
    world.core.authenticate(&Secret(token.to_owned())).expect("signed in").session().expect("a sign-in")
}

fn app(world: World) -> (Arc<App>, Arc<TestClock>, watch::Sender<bool>) {
    let (open, closing) = watch::channel(false);
    let World { core, clock } = world;
    let free = Quota { burst: 1_000_000, per_minute: 1_000_000 };
    let quotas = Quotas { door: free, account: free, device: free, person: free, live: free, address: free };
    (App::new(core, closing, Edge { quotas, ..Edge::default() }), clock, open)
}

/// A lead where it is `place` for `who`, with two proposals and two quarantined edits of `former`.
pub(super) struct Cell {
    pub(super) who: Who,
    pub(super) place: Place,
    pub(super) ids: Ids,
}

/// Cells of everybody; `former` edited every lead while it was theirs and sends it in two parts: in
/// time, and after the lease.
pub(super) fn cells(world: &World, boss: &mut Device<'_>, ids: &dyn Fn(Who) -> Ids) -> Vec<Cell> {
    let mut former = world.device("former");
    let everywhere: Vec<(Who, Place)> = everybody().into_iter().flat_map(|who| PLACES.map(|place| (who, place))).collect();
    let mut made: Vec<Made> = everywhere.iter().map(|_| begin(world, boss)).collect();
    former.pull();
    let items: Vec<[PushItem; 4]> =
        made.iter().map(|made| ["A", "B", "C", "D"].map(|text| former.edit(made.lead, name(&format!("Priya {text}"))))).collect();
    for ((who, place), made) in everywhere.iter().zip(&mut made) {
        put(world, boss, made, *who, *place, Status::New);
    }
    for items in &items {
        let outcomes = former.push(&items[..2]);
        assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Proposed { .. })), "{outcomes:?}");
    }
    world.later(73 * HOUR);
    for items in &items {
        let outcomes = former.push(&items[2..]);
        assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Quarantined { .. })), "{outcomes:?}");
    }
    let cell = |((who, place), (made, items)): (&(Who, Place), (&Made, &[PushItem; 4]))| {
        let [a, b, c, d] = [0, 1, 2, 3].map(|n: usize| items[n].envelope.id);
        let owner = world.core.snapshot(&boss.who, made.lead).expect("a lead").summary.expect("a lead").owner;
        Cell { who: *who, place: *place, ids: Ids { lead: made.lead, owner, proposals: [a, b], held: [c, d], ..ids(*who) } }
    };
    everywhere.iter().zip(made.iter().zip(&items)).map(cell).collect()
}

/// What the table says of a call about a lead in this place.
fn about_a_lead(table: &Table, route: &str, who: Who, place: Place) -> u16 {
    let decides = table.reaches("AssignLead", who, place);
    let edits = table.reaches("EditLead", who, place);
    let after_sight = |permitted: bool, barred: bool| match (table.sees(who, place), permitted, barred) {
        (false, _, _) => 404,
        (true, false, _) => 403,
        (true, true, true) => 422,
        (true, true, false) => 200,
    };
    match route {
        "GET /api/v1/sync/snapshot/{kind}/{id}" => after_sight(true, false),
        "POST /api/v1/proposals/{id}/take" => after_sight(edits, place == Place::Deleted),
        "POST /api/v1/proposals/{id}/drop" => after_sight(edits, false),
        "POST /api/v1/quarantine/{id}/release" | "POST /api/v1/quarantine/{id}/drop" => {
            if decides {
                200
            } else {
                404
            }
        }
        "POST /api/v1/leads/{id}/owner" => {
            // A Team Lead of no team has nobody to give to (A.2, note 8 is of Managers).
            let gives = table.reaches("AssignLead", who, place) && (who.teamed || who.role != Role::TeamLead);
            let barred = place.is_converted() || place == Place::Deleted;
            match (table.reaches("AssignLead", who, place), barred) {
                (true, true) => after_sight(true, true),
                _ => after_sight(gives, barred),
            }
        }
        other => panic!("{other} is not about a lead"),
    }
}

#[tokio::test]
async fn routes_about_a_lead_answer_every_role_as_the_table_says() {
    let table = Table::read();
    let world = company();
    let mut boss = world.device("ananya");
    let north = world.user("north");
    let cells = cells(&world, &mut boss, &|_| Ids { user: north, ..Ids::nobodys() });
    drop(boss);
    let tokens = tokens(&world);
    let (app, _, _open) = app(world);
    // What waits is listed for those who decide about it, and for nobody else.
    for (who, token) in &tokens {
        let (status, text) = ask(&app, &call("GET /api/v1/quarantine", "", ""), Some(token)).await;
        assert_eq!(status, 200, "{who:?}");
        for cell in cells.iter().filter(|cell| cell.who == *who) {
            let decides = table.reaches("AssignLead", *who, cell.place);
            let listed = cell.ids.held.iter().all(|id| text.contains(&id.to_string()));
            let any = cell.ids.held.iter().any(|id| text.contains(&id.to_string()));
            assert_eq!((listed, any), (decides, decides), "{who:?} {:?}", cell.place);
        }
    }
    let mut golden = String::new();
    for Cell { who, place, ids } in &cells {
        for call in all_routes(ids).iter().take(6) {
            let (status, text) = ask(&app, call, Some(&tokens[who])).await;
            let want = about_a_lead(&table, call.route, *who, *place);
            assert_eq!(status, want, "{who:?} {place:?} {}: {text}", call.route);
            let _ = writeln!(golden, "{} {place:?} {} {status}", who.name(), call.route);
        }
        let path = format!("/api/v1/audit?lead={}", ids.lead);
        let (status, text) = ask(&app, &Call { route: "GET /api/v1/audit", path, body: String::new() }, Some(&tokens[who])).await;
        let want = match (table.has("ViewAudit", who.role), table.sees(*who, *place)) {
            (false, _) => 403,
            (true, false) => 404,
            (true, true) => 200,
        };
        assert_eq!(status, want, "{who:?} {place:?} the audit log of the lead: {text}");
        let _ = writeln!(golden, "{} {place:?} GET /api/v1/audit?lead={{id}} {status}", who.name());
    }
    compare("access-leads.txt", &golden);
}

/// The action that lets a role use a route, where it is not everybody's; for all below it, 403.
fn needed(route: &str) -> Option<&'static str> {
    match route.split_once(' ').expect("a method").1 {
        "/api/v1/users" | "/api/v1/users/{id}" | "/api/v1/users/{id}/code" | "/api/v1/teams" | "/api/v1/teams/{id}" => Some("ManageUsers"),
        "/api/v1/audit" => Some("ViewAudit"),
        path if path.starts_with("/api/v1/reports/") => Some("RunReports"),
        "/api/v1/leads" => Some("CreateLead"),
        "/api/v1/leads/eligible-users" => Some("AssignLead"),
        "/api/v1/leads/auto-distribute" => Some("DistributeLeads"),
        "/api/v1/assignment/rules" | "/api/v1/assignment/dry-run" => Some("ManageSettings"),
        "/api/v1/attendance/status" | "/api/v1/attendance/logs" => Some("ViewAttendance"),
        path if path.starts_with("/api/v1/attendance/") => Some("UseAttendance"),
        _ => None,
    }
}

/// Things of others, for each to lay hands on: a colleague's device, one's own, a Super Admin's.
#[tokio::test]
async fn routes_of_the_organisation_answer_every_role_as_the_table_says() {
    let table = Table::read();
    let world = company();
    let (north, top, east) = (world.user("north"), world.user("ananya"), team_named(&world, "South"));
    let tokens = tokens(&world);
    // To be ended by their person; sessions of the others are not theirs to end.
    let sessions: BTreeMap<Who, Uuid> = tokens_again(&world);
    let device = |name: &str| world.device(name).who.device();
    let devices: BTreeMap<Who, [DeviceId; 6]> = everybody()
        .into_iter()
        .map(|who| (who, [device("north"), device("north"), device("ananya"), device("ananya"), device(&who.name()), device(&who.name())]))
        .collect();
    let stranger = sessions[&Who { role: Role::Analyst, teamed: true }];
    let (app, _, _open) = app(world);
    let mut golden = String::new();
    for who in everybody() {
        let token = Some(tokens[&who].as_str());
        let ids = Ids { user: north, team: east, ..Ids::nobodys() };
        for call in all_routes(&ids).iter().filter(|call| needed(call.route).is_some()) {
            let (status, text) = ask(&app, call, token).await;
            let has = table.has(needed(call.route).expect("filtered"), who.role);
            // Whoever has it gets past the door: what is there may have changed meanwhile.
            assert_eq!(!matches!(status, 401 | 403 | 404), has, "{who:?} {}: {status} {text}", call.route);
            assert!(has || status == 403, "{who:?} {}: {status} {text}", call.route);
            let _ = writeln!(golden, "{} {} {}", who.name(), call.route, if has { "allowed" } else { "refused" });
        }
        // Only a Super Admin touches a Super Admin.
        let call_top = call("POST /api/v1/users/{id}/code", top, "{}");
        let (status, text) = ask(&app, &call_top, token).await;
        assert_eq!(status == 200, who.role == Role::SuperAdmin, "{who:?}: {status} {text}");
        let admin = table.has("ManageUsers", who.role);
        let top_may = who.role == Role::SuperAdmin;
        let out_of_reach = if admin { 403 } else { 404 };
        let [colleagues, colleagues_2, tops, tops_2, mine, mine_2] = devices[&who];
        for (what, route, device, want) in [
            ("a colleague’s", "POST /api/v1/devices/{id}/revoke", colleagues, if admin { 200 } else { 404 }),
            ("a colleague’s", "POST /api/v1/devices/{id}/wipe", colleagues_2, if admin { 200 } else { 404 }),
            ("a Super Admin’s", "POST /api/v1/devices/{id}/revoke", tops, if top_may { 200 } else { out_of_reach }),
            ("a Super Admin’s", "POST /api/v1/devices/{id}/wipe", tops_2, if top_may { 200 } else { out_of_reach }),
            ("one’s own", "POST /api/v1/devices/{id}/revoke", mine, 200),
            ("one’s own", "POST /api/v1/devices/{id}/wipe", mine_2, if admin { 200 } else { 403 }),
        ] {
            let (status, text) = ask(&app, &call(route, device, ""), token).await;
            assert_eq!(status, want, "{who:?} {what} {route}: {text}");
            let _ = writeln!(golden, "{} {what} {route} {status}", who.name());
        }
        let (_, listed) = ask(&app, &call("GET /api/v1/devices", "", ""), token).await;
        assert!(listed.contains(&mine.to_string()) && listed.contains(&colleagues.to_string()) == admin, "{who:?}");
        let others = if who.role == Role::Analyst { sessions[&Who { role: Role::Admin, teamed: true }] } else { stranger };
        for (session, want) in [(others, 404), (sessions[&who], 200)] {
            let (status, text) = ask(&app, &call("DELETE /api/v1/auth/sessions/{id}", session, ""), token).await;
            assert_eq!(status, want, "{who:?}: {text}");
        }
    }
    compare("access-routes.txt", &golden);
}

fn tokens_again(world: &World) -> BTreeMap<Who, Uuid> {
    tokens(world).into_iter().map(|(who, token)| (who, session_of(world, &token))).collect()
}

/// What is everybody's own answers every role alike.
#[tokio::test]
async fn routes_of_ones_own_account_know_no_roles() {
    let world = company();
    let tokens = tokens(&world);
    let (app, _, _open) = app(world);
    let mut answers: BTreeMap<&str, BTreeSet<u16>> = BTreeMap::new();
    for token in tokens.values() {
        for call in all_routes(&Ids::nobodys()).iter().skip(6).filter(|call| needed(call.route).is_none()) {
            let (status, text) = ask(&app, call, Some(token)).await;
            assert!(status < 500 && status != 403, "{} {status}: {text}", call.route);
            answers.entry(call.route).or_default().insert(status);
        }
    }
    assert_eq!(answers.values().filter(|statuses| statuses.len() != 1).count(), 0, "{answers:?}");
    for route in ["GET /api/v1/sync/pull", "POST /api/v1/sync/push", "GET /api/v1/auth/profile", "GET /api/v1/devices"] {
        assert_eq!(answers[route], BTreeSet::from([200]), "{route}");
    }
}

/// Another organisation in the same database, with somebody who may everything there.
struct Elsewhere {
    email: String,
    token: String,
    refresh: Secret,
    /// The device's.
    secret: Secret,
    ids: Ids,
}

fn elsewhere(world: &World) -> Elsewhere {
    let (store, env) = (world.core.store(), world.core.env());
    let org = OrgRow { id: OrgId(env.new_id()), name: "Other".into(), ..world.core.org().clone() };
    let made = store.write(|tx| {
        orgs::insert(tx, &org, log::genesis(org.id), env.now_ms())?;
        Keys::of(tx, env, org.id).map(drop)
    });
    made.expect("an organisation");
    let top = NewUser { password: Some(Secret(PASSWORD.into())), ..person("stranger", Role::SuperAdmin, Some("East")) };
    let (user, _) = people::add(store, env, org.id, &top).expect("a user");
    let session = auth::sign_in(store, env, org.id, &sign_in(env, email("stranger"))).expect("signed in");
    let who = auth::authenticate(store, env, org.id, &session.access).expect("signed in");
    let made = |command: Command| {
        let envelope = Envelope { id: CommandId(env.new_id()), author: user, at: env.now_ms(), command };
        let made = records::execute(&mut records::Doc::empty(), env.random(), &envelope).expect("a change");
        PushItem { doc: DocId::lead(LeadId::from(envelope.id)), envelope, change: made.bytes, hash: ChangeHash(made.hash.0) }
    };
    let new =
        |n: u32| made(Command::CreateLead(NewLead { name: "Secret".into(), phone: format!("+9197000000{n:02}"), ..NewLead::default() }));
    let (item, held) = (new(1), [new(2), new(3)]);
    let pushed = Acceptor::new(store.clone(), env.clone(), org.id).accept(&[(who, PushRequest { items: vec![item.clone()] })]);
    let (answers, _) = pushed.expect("the database stores it");
    assert!(matches!(answers[0].results[0].outcome, Outcome::Applied { .. }));
    let proposed = [new(4), new(5)];
    let waits = store.write(|tx| {
        for item in &held {
            assert!(quarantine::keep(tx, env, org.id, user, who.device(), item, QuarantineReason::Recovered)?);
        }
        for PushItem { envelope, .. } in proposed.iter().cloned() {
            let state = ProposalState::Open;
            proposals::insert(tx, org.id, &Proposal { id: envelope.id, doc: item.doc, envelope, state, arrived_at: env.now_ms() })?;
        }
        users::by_id(tx, org.id, user)
    });
    let team = waits.expect("they wait").expect("a user").row.team.expect("a team");
    let ids = Ids {
        lead: LeadId(item.doc.id),
        owner: None,
        user,
        team,
        device: who.device(),
        session: who.session().expect("a sign-in"),
        proposals: proposed.map(|item| item.envelope.id),
        held: held.map(|item| item.envelope.id),
    };
    let secret = session.device_secret.expect("a sign-in brings one");
    Elsewhere { email: email("stranger"), token: session.access.0, refresh: session.refresh, secret, ids }
}

#[tokio::test]
async fn no_route_opens_without_a_token_of_this_company() {
    let (world, other) = (company(), company());
    let mut boss = world.device("ananya");
    let (lead, _) = boss.create("Priya", "+919820014786");
    drop(boss);
    let top = Who { role: Role::SuperAdmin, teamed: true };
    let foreign = tokens(&other)[&top].clone();
    let elsewhere = elsewhere(&world);
    let mine = tokens(&world);
    let ids = Ids { lead, user: world.user("south"), ..Ids::nobodys() };
    let env = world.core.env().clone();
    let (app, clock, _open) = app(world);
    let routes = all_routes(&ids);
    for call in &routes {
        let strangers =
            [("no", None), ("a made-up", Some("nonsense")), ("a foreign", Some(&*foreign)), ("a neighbour’s", Some(&*elsewhere.token))];
        for (what, token) in strangers {
            let (status, text) = ask(&app, call, token).await;
            assert_eq!(status, 401, "{what} token: {}: {text}", call.route);
        }
    }
    let door = serde_json::to_string(&sign_in(&env, elsewhere.email)).expect("json");
    assert_eq!(ask(&app, &call("POST /api/v1/auth/sign-in", "", door), None).await.0, 401, "a neighbour at the door");
    let renewal = serde_json::json!({ "refresh": elsewhere.refresh, "nonce": "n" }).to_string();
    assert_eq!(ask(&app, &call("POST /api/v1/auth/refresh", "", renewal), None).await.0, 401, "a neighbour’s renewal");
    clock.later(16 * 60_000);
    for call in &routes {
        for token in mine.values() {
            let (status, text) = ask(&app, call, Some(token)).await;
            assert_eq!(status, 401, "an expired token: {}: {text}", call.route);
        }
    }
}

#[tokio::test]
async fn what_is_of_another_organisation_is_not_there() {
    let world = company();
    let Elsewhere { ids, .. } = elsewhere(&world);
    let pulled = world.device("ananya").pull();
    assert!(!format!("{pulled:?}").contains(&ids.lead.to_string()), "nor is it pulled");
    let tokens = tokens(&world);
    let (app, _, _open) = app(world);
    for who in everybody() {
        for call in all_routes(&ids).iter().filter(|call| call.route.contains("{id}")) {
            let (status, text) = ask(&app, call, Some(&tokens[&who])).await;
            // Who may not do it anywhere is told that first.
            let want = if needed(call.route).is_some() && !Table::read().has("ManageUsers", who.role) { 403 } else { 404 };
            assert_eq!(status, want, "{who:?} {}: {text}", call.route);
        }
        for route in ["GET /api/v1/users", "GET /api/v1/teams", "GET /api/v1/devices", "GET /api/v1/quarantine", "GET /api/v1/audit"] {
            let (_, text) = ask(&app, &call(route, "", ""), Some(&tokens[&who])).await;
            for id in [ids.user.to_string(), ids.team.to_string(), ids.device.to_string(), ids.held[0].to_string()] {
                assert!(!text.contains(&id), "{who:?} {route} names {id}");
            }
        }
    }
}

/// A device's secret is no token of another's: the one route without a sign-in takes its own only.
#[tokio::test]
async fn quarantine_takes_no_wrong_secret() {
    let world = company();
    let Elsewhere { ids, secret, .. } = elsewhere(&world);
    let (app, _, _open) = app(world);
    // A neighbour's own secret is none here either.
    for (device, secret) in [(ids.device, "wrong"), (DeviceId(Uuid::nil()), "wrong"), (ids.device, secret.0.as_str())] {
        let body = format!(r#"{{"device":"{device}","secret":"{secret}","items":[],"wiped":true}}"#);
        let (status, text) = ask(&app, &call("POST /api/v1/quarantine", "", body), None).await;
        assert_eq!(status, 404, "{text}");
    }
}
