//! Who may do what: every role × every place a lead can have for it × every action that has a
//! command or a route, by changes that a forged client pushes and by calls of the routes. What is
//! expected comes from the words of the golden permission table, not from the code that judges.

use crate::support::{Device, PASSWORD, World, email, note, person, status, stored};
use axum::body::Body;
use axum::http::{Method, Request};
use domain::{Command, DeviceId, LeadField, LeadId, RefusalCode, Role, Status};
use protocol::admin::SetOwner;
use protocol::auth::{Secret, SignIn};
use protocol::push::Outcome;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use sync_server::NewUser;
use sync_server::http::limits::{Quota, Quotas};
use sync_server::http::{App, Edge, router};
use tokio::sync::watch;
use tower::ServiceExt as _;

/// Where a lead stands for the person who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Own,
    Team,
    OtherTeam,
    Nobodys,
    /// Another team's, converted.
    Converted,
    /// One's own, deleted.
    Deleted,
}

const PLACES: [Place; 6] = [Place::Own, Place::Team, Place::OtherTeam, Place::Nobodys, Place::Converted, Place::Deleted];

/// The golden table: action and role to the word of the scope.
fn table() -> BTreeMap<(String, Role), String> {
    let golden = include_str!("../../../crates/domain/golden/policy.txt");
    let mut table = BTreeMap::new();
    for line in golden.lines().skip(1) {
        let mut words = line.split(' ').skip(1);
        let action = words.next().expect("an action");
        for (role, word) in Role::ALL.into_iter().zip(words) {
            table.insert((action.to_owned(), role), word.to_owned());
        }
    }
    assert_eq!(table.len(), 400, "50 actions of 8 roles");
    table
}

/// Whether a scope's word reaches a lead in this place.
fn reaches(word: &str, role: Role, place: Place) -> bool {
    let there = place != Place::Deleted || matches!(role, Role::SuperAdmin | Role::Admin);
    there
        && match word {
            "All" | "View" => true,
            "Own" => matches!(place, Place::Own | Place::Deleted),
            "Team" => matches!(place, Place::Own | Place::Team | Place::Deleted),
            "Converted" => place == Place::Converted,
            "None" => false,
            other => panic!("{other} is no scope"),
        }
}

/// A company with one person of every role, in the team North, and a colleague in each team.
fn company() -> World {
    let world = World::memory();
    for role in Role::ALL {
        let user = NewUser { password: Some(Secret(PASSWORD.into())), ..person(role.as_str(), role, Some("North")) };
        world.core.add_user(&user).expect("a user");
    }
    world.core.add_user(&person("north", Role::Salesperson, Some("North"))).expect("a user");
    world.core.add_user(&person("south", Role::Salesperson, Some("South"))).expect("a user");
    world
}

/// A lead in this place for `role`, at this status.
fn lead_for(world: &World, boss: &mut Device<'_>, role: Role, place: Place, at: Status) -> LeadId {
    let lead = boss.created(&format!("+9198{:08}", 10_000_000 + boss.docs.len()));
    let path = match at {
        Status::New => vec![],
        Status::InProgress => vec![Status::InProgress],
        Status::Interested => vec![Status::InProgress, Status::Interested],
        Status::Qualified => vec![Status::InProgress, Status::Interested, Status::Qualified],
        Status::Converted => vec![Status::InProgress, Status::Interested, Status::Qualified, Status::Converted],
        Status::Cnp => vec![Status::Cnp],
        Status::Lost => vec![Status::Lost],
    };
    let owner = match place {
        Place::Own | Place::Deleted => Some(role.as_str()),
        Place::Team => Some("north"),
        Place::OtherTeam | Place::Converted => Some("south"),
        Place::Nobodys => None,
    };
    // People who work on no leads own none by assignment: they keep one from before their role.
    let owner = owner.map(|name| world.user(name));
    own(world, lead, owner);
    let mut from = Status::New;
    for to in path {
        let item = boss.edit(lead, Command::ChangeStatus { from, to, reason: (to == Status::Lost).then(|| "Financial".into()) });
        assert!(matches!(boss.push_one(&item), Outcome::Applied { .. }), "{from:?} to {to:?}");
        from = to;
    }
    if place == Place::Deleted {
        let item = boss.edit(lead, Command::DeleteLead { reason: "test".into() });
        assert!(matches!(boss.push_one(&item), Outcome::Applied { .. }));
    }
    lead
}

/// Sets the owner past the rules of giving, which are not what is asked here.
fn own(world: &World, lead: LeadId, owner: Option<domain::UserId>) {
    let core = &world.core;
    let (org, by) = (core.org().id, world.user("ananya"));
    let done = core.store().write(|tx| {
        let head = sync_server::store::orgs::lock(tx, org)?;
        let row = sync_server::store::leads::get(tx, org, lead)?.expect("a lead");
        let team = match owner {
            Some(owner) => sync_server::store::users::by_id(tx, org, owner)?.expect("a user").row.team,
            None => None,
        };
        let mut log = sync_server::store::log::Appender::new(org, &head, core.env().now_ms());
        sync_server::assign::give(tx, core.env(), &mut log, by, row, owner, team, &mut Default::default())?;
        log.finish(tx)
    });
    done.expect("owned");
}

/// Every command, the action of Appendix A it needs, and the status it starts from.
fn commands() -> Vec<(&'static str, Status, Command)> {
    vec![
        ("EditLead", Status::New, Command::SetField { field: LeadField::Email, value: Some("x@example.com".into()) }),
        ("EditLead.rest", Status::New, Command::SetField { field: LeadField::Source, value: Some("Google".into()) }),
        ("EditLead.rest", Status::New, note("a note")),
        ("EditLead.rest", Status::New, Command::AddTag { tag: "hot".into() }),
        ("EditLead.rest", Status::New, Command::RemoveTag { tag: "hot".into() }),
        ("ChangeStatus", Status::New, status(Status::New, Status::InProgress)),
        ("ChangeStatus", Status::Interested, Command::SetInterest { level: 4 }),
        ("ChangeStatus", Status::New, Command::LogCall { at: 1, outcome: "Call made".into() }),
        ("ConvertLead", Status::Qualified, status(Status::Qualified, Status::Converted)),
        ("DropLead", Status::New, Command::ChangeStatus { from: Status::New, to: Status::Lost, reason: Some("Financial".into()) }),
        (
            "ReopenLead",
            Status::Lost,
            Command::ChangeStatus { from: Status::Lost, to: Status::InProgress, reason: Some("Called back".into()) },
        ),
        (
            "ScheduleFollowUp",
            Status::New,
            Command::ScheduleFollowUp {
                due_at: 1_795_000_000_000,
                zone: "Asia/Kolkata".into(),
                local: "2026-11-22T11:00".into(),
                note: String::new(),
            },
        ),
        ("DeleteLead", Status::New, Command::DeleteLead { reason: "Duplicate".into() }),
        ("RestoreLead", Status::New, Command::RestoreLead { deletions: vec![uuid::Uuid::nil()], reason: "Wrong".into() }),
    ]
}

/// What the words of the table say of a pushed command: done or judged by its state, not there, or
/// not in the role.
fn expected(table: &BTreeMap<(String, Role), String>, action: &str, role: Role, place: Place) -> &'static str {
    let word = |action: &str| table[&(action.to_owned(), role)].as_str();
    if !reaches(word("ViewLead"), role, place) {
        return "not_found";
    }
    let (action, rest) = action.split_once('.').map_or((action, false), |(action, _)| (action, true));
    // Who reaches converted leads only keeps to contact fields and payment follow-ups (A.2, 1 and 3).
    let narrow = word(action) == "Converted" && (rest || action == "ScheduleFollowUp");
    if reaches(word(action), role, place) && !narrow { "judged" } else { "not_permitted" }
}

#[test]
fn pushed_edits_of_every_role_are_judged_as_the_table_says() {
    let table = table();
    let world = company();
    let mut boss = world.device("ananya");
    let mut golden = String::new();
    for role in Role::ALL {
        let mut forged = world.device(role.as_str());
        for (action, at, command) in commands() {
            let _ = write!(golden, "{} {action} {:?}", role.as_str(), command.action());
            for place in PLACES {
                let at = if place == Place::Converted { Status::Converted } else { at };
                let lead = lead_for(&world, &mut boss, role, place, at);
                if place == Place::Deleted {
                    // The device knows that it is gone, and the server knows that it does.
                    forged.pull();
                    forged.pull();
                }
                forged.docs.insert(lead, stored(&world, lead));
                let item = forged.edit(lead, command.clone());
                let outcome = match forged.push_one(&item) {
                    Outcome::Applied { .. } => "done",
                    Outcome::Refused { refusal } => match refusal.code {
                        RefusalCode::NotFound => "not_found",
                        RefusalCode::NotPermitted => "not_permitted",
                        // It was theirs, and this device knows that it is not any more.
                        RefusalCode::HandedOver => "handed_over",
                        _ => "state",
                    },
                    other => panic!("{role:?} {action} {place:?}: {other:?}"),
                };
                let judged = matches!(outcome, "done" | "state");
                let want = expected(&table, action, role, place);
                let gone = outcome == "handed_over" && place == Place::Deleted;
                let found = if judged {
                    "judged"
                } else if gone {
                    "not_found"
                } else {
                    outcome
                };
                assert_eq!(found, want, "{role:?} {action} {place:?}: {outcome}");
                // On one's own open lead whatever is permitted is done.
                let restores = action == "RestoreLead";
                assert!(!(judged && place == Place::Own && !restores && outcome != "done"), "{role:?} {action} {place:?}: {outcome}");
                let _ = write!(golden, " {outcome}");
            }
            golden.push('\n');
        }
        let (_, new) = forged.create("Somebody", "+919800000001");
        let created = matches!(forged.push_one(&new), Outcome::Applied { .. });
        assert_eq!(created, table[&("CreateLead".to_owned(), role)] != "None", "{role:?} creates");
        let _ = writeln!(golden, "{} CreateLead {created}", role.as_str());
    }
    compare("access-pushed.txt", &golden);
}

/// A route that the table decides about, as somebody's request.
struct Call {
    method: Method,
    path: String,
    body: String,
    action: &'static str,
}

fn call(method: Method, path: impl Into<String>, body: impl Into<String>, action: &'static str) -> Call {
    Call { method, path: path.into(), body: body.into(), action }
}

/// Routes about one lead.
fn lead_routes(lead: LeadId, owner: Option<domain::UserId>, to: domain::UserId) -> Vec<Call> {
    let set = serde_json::to_string(&SetOwner { expected_owner: owner, owner: Some(to) }).expect("json");
    vec![
        call(Method::GET, format!("/api/v1/sync/snapshot/lead/{lead}"), "", "ViewLead"),
        call(Method::POST, format!("/api/v1/leads/{lead}/owner"), set, "AssignLead"),
    ]
}

/// Routes that a role has or has not.
fn role_routes(user: domain::UserId) -> Vec<Call> {
    let post = r#"{"expected":{"role":"analyst","team":null,"disabled":true},"post":{"role":"analyst","team":null,"disabled":true}}"#;
    let invite = r#"{"name":"New Person","email":"new@acme.example","role":"salesperson","team":null}"#;
    let nil = uuid::Uuid::nil();
    vec![
        call(Method::GET, "/api/v1/users", "", "ManageUsers"),
        call(Method::POST, "/api/v1/users", invite, "ManageUsers"),
        call(Method::PATCH, format!("/api/v1/users/{user}"), post, "ManageUsers"),
        call(Method::POST, format!("/api/v1/users/{user}/code"), "{}", "ManageUsers"),
        call(Method::GET, "/api/v1/teams", "", "ManageUsers"),
        call(Method::POST, "/api/v1/teams", r#"{"name":"West"}"#, "ManageUsers"),
        call(Method::PATCH, format!("/api/v1/teams/{nil}"), r#"{"name":"East"}"#, "ManageUsers"),
        call(Method::GET, "/api/v1/audit", "", "ViewAudit"),
    ]
}

/// Every route there is, for those who may not come in at all.
fn all_routes(world_user: domain::UserId, lead: LeadId) -> Vec<Call> {
    let nil = uuid::Uuid::nil();
    let mut all = lead_routes(lead, None, world_user);
    all.extend(role_routes(world_user));
    let any = "SignIn";
    all.extend([
        call(Method::POST, "/api/v1/sync/push", r#"{"items":[]}"#, any),
        call(Method::GET, "/api/v1/sync/pull", "", any),
        call(Method::POST, "/api/v1/auth/password", r#"{"old":"x","new":"y"}"#, any),
        call(Method::GET, "/api/v1/auth/profile", "", any),
        call(Method::GET, "/api/v1/auth/profile", "", any),
        call(Method::PATCH, "/api/v1/auth/profile", r#"{"name":"Me"}"#, any),
        call(Method::GET, "/api/v1/auth/sessions", "", any),
        call(Method::DELETE, format!("/api/v1/auth/sessions/{nil}"), "", any),
        call(Method::POST, "/api/v1/auth/totp", "", any),
        call(Method::PUT, "/api/v1/auth/totp", r#"{"code":"000000"}"#, any),
        call(Method::DELETE, "/api/v1/auth/totp", r#"{"password":"x"}"#, any),
        call(Method::GET, "/api/v1/devices", "", any),
        call(Method::POST, format!("/api/v1/devices/{nil}/revoke"), "", any),
        call(Method::POST, format!("/api/v1/devices/{nil}/wipe"), "", any),
        call(Method::POST, format!("/api/v1/proposals/{nil}/take"), "", any),
        call(Method::POST, format!("/api/v1/proposals/{nil}/drop"), "", any),
        call(Method::GET, "/api/v1/quarantine", "", any),
        call(Method::POST, format!("/api/v1/quarantine/{nil}/release"), "", any),
        call(Method::POST, format!("/api/v1/quarantine/{nil}/drop"), "", any),
        // Last: they end what the others are asked with.
        call(Method::POST, "/api/v1/auth/sign-out", "", any),
        call(Method::POST, "/api/v1/auth/sign-out-everywhere", "", any),
    ]);
    all
}

/// Paths that need no token: what they take is the secret itself. The live socket is in `edge`.
const OPEN: [&str; 5] = ["SIGN_IN", "REFRESH", "REDEEM", "HEALTH", "LIVE"];

async fn ask(app: &std::sync::Arc<App>, call: &Call, token: Option<&str>) -> (u16, String) {
    let mut request = Request::builder().method(call.method.clone()).uri(&call.path).header("content-type", "application/json");
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let request = request.body(Body::from(call.body.clone())).expect("a request");
    let answer = router(std::sync::Arc::clone(app)).oneshot(request).await.expect("an answer");
    let status = answer.status().as_u16();
    let bytes = axum::body::to_bytes(answer.into_body(), 1 << 22).await.unwrap_or_default();
    (status, String::from_utf8_lossy(&bytes).into_owned())
}

fn tokens(world: &World) -> BTreeMap<Role, String> {
    let token = |role: Role| {
        let sign_in = SignIn {
            email: email(role.as_str()),
            password: Secret(PASSWORD.into()),
            device: DeviceId(world.core.env().new_id()),
            device_name: "laptop".into(),
            app_version: "0".into(),
            second_factor: None,
        };
        (role, world.core.sign_in(&sign_in).expect("signed in").access.0)
    };
    Role::ALL.into_iter().map(token).collect()
}

fn app(world: World) -> (std::sync::Arc<App>, std::sync::Arc<crate::support::TestClock>, watch::Sender<bool>) {
    let (open, closing) = watch::channel(false);
    let World { core, clock } = world;
    let free = Quota { burst: 1_000_000, per_minute: 1_000_000 };
    let quotas = Quotas { door: free, account: free, device: free, person: free, live: free, address: free };
    (App::new(core, closing, Edge { quotas, ..Edge::default() }), clock, open)
}

#[tokio::test]
async fn routes_answer_every_role_as_the_table_says() {
    let table = table();
    let world = company();
    let mut boss = world.device("ananya");
    let mut cells = Vec::new();
    for role in Role::ALL {
        for place in PLACES {
            let at = if place == Place::Converted { Status::Converted } else { Status::New };
            let lead = lead_for(&world, &mut boss, role, place, at);
            let owner = world.core.snapshot(&boss.who, lead).expect("a lead").summary.owner;
            cells.push((role, place, lead, owner));
        }
    }
    drop(boss);
    let (north, tokens) = (world.user("north"), tokens(&world));
    let (app, _, _open) = app(world);
    let mut golden = String::new();
    for (role, place, lead, owner) in cells {
        for call in lead_routes(lead, owner, north) {
            let (status, text) = ask(&app, &call, Some(&tokens[&role])).await;
            let word = |action: &str| table[&(action.to_owned(), role)].as_str();
            let seen = reaches(word("ViewLead"), role, place);
            let reached = reaches(word(call.action), role, place);
            // A converted or deleted lead is not assigned by anybody: the state forbids it.
            let state = call.action == "AssignLead" && matches!(place, Place::Converted | Place::Deleted);
            let want = match (seen, reached) {
                (false, _) => 404,
                (true, false) => 403,
                (true, true) if state => 422,
                (true, true) => 200,
            };
            assert_eq!(status, want, "{role:?} {place:?} {} {}: {text}", call.method, call.path);
            let _ = writeln!(golden, "{} {place:?} {} {status}", role.as_str(), call.action);
        }
    }
    for role in Role::ALL {
        for call in role_routes(north) {
            let (status, text) = ask(&app, &call, Some(&tokens[&role])).await;
            let has = table[&(call.action.to_owned(), role)] != "None";
            assert_eq!(!matches!(status, 401 | 403), has, "{role:?} {} {}: {status} {text}", call.method, call.path);
            let path = call.path.replace(&north.to_string(), "{user}").replace(&uuid::Uuid::nil().to_string(), "{id}");
            let _ = writeln!(golden, "{} {} {path} {}", role.as_str(), call.method, if has { "allowed" } else { "refused" });
        }
    }
    compare("access-routes.txt", &golden);
}

#[tokio::test]
async fn no_route_opens_without_a_token_of_this_company() {
    let (world, elsewhere) = (company(), company());
    let mut boss = world.device("ananya");
    let lead = lead_for(&world, &mut boss, Role::Salesperson, Place::OtherTeam, Status::New);
    drop(boss);
    let (user, mine, foreign) = (world.user("south"), tokens(&world), tokens(&elsewhere));
    let (app, clock, _open) = app(world);
    let routes = all_routes(user, lead);
    for call in &routes {
        for (what, token) in [("no", None), ("a made-up", Some("nonsense")), ("a foreign", Some(foreign[&Role::SuperAdmin].as_str()))] {
            let (status, text) = ask(&app, call, token).await;
            assert_eq!(status, 401, "{what} token: {} {}: {text}", call.method, call.path);
        }
    }
    // A lower role: whatever the table denies is denied, whatever is out of sight is not there.
    for call in &routes {
        let (status, text) = ask(&app, call, Some(&mine[&Role::Salesperson])).await;
        match call.action {
            "ViewLead" | "AssignLead" => assert_eq!(status, 404, "{} {}: {text}", call.method, call.path),
            "ManageUsers" | "ViewAudit" => assert_eq!(status, 403, "{} {}: {text}", call.method, call.path),
            _ => assert_ne!(status, 500, "{} {}: {text}", call.method, call.path),
        }
        if call.path.contains(&uuid::Uuid::nil().to_string()) && call.action == "SignIn" {
            assert_eq!(status, 404, "{} {}: {text}", call.method, call.path);
        }
    }
    clock.later(16 * 60_000);
    for call in &routes {
        for role in [Role::SuperAdmin, Role::Analyst] {
            let (status, text) = ask(&app, call, Some(&mine[&role])).await;
            assert_eq!(status, 401, "an expired token of {role:?}: {} {}: {text}", call.method, call.path);
        }
    }
}

/// Every path that the protocol names is asked above, or open by design.
#[test]
fn no_route_is_left_out() {
    let source = include_str!("../../../crates/protocol/src/lib.rs");
    let asked = all_routes(domain::UserId(uuid::Uuid::nil()), LeadId(uuid::Uuid::nil()));
    for line in source.lines().filter(|line| line.trim_start().starts_with("pub const") && line.contains("\"/")) {
        let name = line.split_whitespace().nth(2).expect("a name").trim_end_matches(':');
        let path = line.split('"').nth(1).expect("a path");
        let known = asked.iter().any(|call| call.path.starts_with(path)) || OPEN.contains(&name);
        assert!(known, "{name} ({path}) is asked by no test");
    }
}

fn compare(file: &str, found: &str) {
    let path = format!("{}/tests/golden/{file}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("LEADLINE_BLESS").is_some() {
        std::fs::write(&path, found).expect("the golden file can be written");
    }
    let golden = std::fs::read_to_string(&path).expect("the golden file");
    assert!(golden == found, "{file} changed: review it, and write it with LEADLINE_BLESS=1");
}
