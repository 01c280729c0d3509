//! Attendance at one computer: what waits, what is sent, what is told, and the floor.

use crate::office::{ASHA, NOW, Office, RAVI, Server, key};
use bridge::attendance::{AttendanceGet, AttendanceRead, AttendanceTake, Floor, FloorGet, LogGet, MyAttendance};
use bridge::dashboard::{CardKind, DashboardGet};
use bridge::lead::TimelineWhat;
use bridge::sync::SyncGet;
use bridge::{Problem, ProblemCode};
use client::TransportError;
use client::desk::Desk;
use domain::attendance::{Attendance, AttendanceFilter, Standing, Step};
use domain::{Role, TeamId, UserId};
use protocol::pull::Entry;
use protocol::rows::{Row, TeamRow, UserRow};
use uuid::Uuid;

fn mine(office: &Office) -> MyAttendance {
    office.desk.ask(AttendanceGet {}).expect("an answer").expect("in the role")
}

fn take(office: &Office, step: Step) -> Result<Option<MyAttendance>, Problem> {
    office.desk.ask(AttendanceTake { step })
}

fn lunch() -> Step {
    Step::Pause { reason: "Lunch".into() }
}

fn steps(server: &Server) -> Vec<Step> {
    server.steps.lock().expect("one test").iter().map(|(step, _)| step.clone()).collect()
}

fn standing(user: UserId, place: u64, status: Attendance, in_at: i64) -> Entry {
    let reason = (status == Attendance::Paused).then(|| "Lunch".to_owned());
    Entry::Row(Row::Attendance(Standing { user, place, status, reason, at: NOW - 60_000, in_at, by: Some(user) }))
}

#[test]
fn a_step_waits_visibly_outlives_a_restart_and_is_sent_once() {
    let (office, server) = (Office::new(), Server::default());
    server.deliver_directory();
    office.sync(&server);
    assert_eq!((mine(&office).status, mine(&office).waits), (Attendance::Absent, false));
    assert_eq!(take(&office, Step::Resume).expect_err("not paused").code, ProblemCode::Refused);
    take(&office, Step::CheckIn).expect("it waits");
    take(&office, lunch()).expect("it waits");
    let now = mine(&office);
    assert_eq!((now.status, now.reason.as_deref(), now.waits), (Attendance::Paused, Some("Lunch"), true));
    assert_eq!(now.since.map(|when| when.at), Some(NOW));
    let panel = office.desk.ask(SyncGet {}).expect("the panel");
    let last = TimelineWhat::Attendance { status: Attendance::Paused, reason: Some("Lunch".into()) };
    assert_eq!((panel.outbox_total, panel.outbox.last().map(|item| &item.what)), (2, Some(&last)));

    // The answer to the first try is lost; then the program ends.
    server.step_answers.lock().expect("one test").push(TransportError::Broken("cut".into()));
    office.desk.engine().sync(&server).expect_err("the line broke");
    let (profile, env) = (office.profile(), office.env());
    let Office { desk, dir, .. } = office;
    drop(desk);
    let desk = Desk::open(&profile, &key(), env).expect("a desk");
    let now = desk.ask(AttendanceGet {}).expect("an answer").expect("in the role");
    assert_eq!((now.status, now.waits), (Attendance::Paused, true), "as it was left");
    desk.engine().sync(&server).expect("a round");
    assert_eq!(steps(&server), [Step::CheckIn, Step::CheckIn, lunch()]);
    let ids: Vec<Uuid> = server.steps.lock().expect("one test").iter().map(|(_, id)| *id).collect();
    assert!(ids[0] == ids[1] && ids[1] != ids[2], "the same step under the same id");
    let now = desk.ask(AttendanceGet {}).expect("an answer").expect("in the role");
    assert_eq!((now.status, now.waits), (Attendance::Paused, false));
    desk.engine().sync(&server).expect("a round");
    assert_eq!(steps(&server).len(), 3, "nothing is sent again");
    drop(dir);
}

#[test]
fn what_is_taken_back_before_it_was_sent_is_never_sent() {
    let (office, server) = (Office::new(), Server::default());
    office.sync(&server);
    take(&office, Step::CheckIn).expect("it waits");
    take(&office, Step::CheckOut).expect("taken back");
    assert_eq!((mine(&office).status, mine(&office).waits), (Attendance::Absent, false));
    office.sync(&server);
    assert_eq!(steps(&server), []);
    // One that was tried may have arrived: going back is a step of its own.
    take(&office, Step::CheckIn).expect("it waits");
    server.step_answers.lock().expect("one test").push(TransportError::Timeout("the server".into()));
    office.desk.engine().sync(&server).expect_err("no answer");
    take(&office, Step::CheckOut).expect("it waits");
    assert!(mine(&office).waits);
    office.sync(&server);
    assert_eq!(steps(&server), [Step::CheckIn, Step::CheckIn, Step::CheckOut]);
}

#[test]
fn a_refusal_is_told_and_ends_what_was_to_follow() {
    let (office, server) = (Office::new(), Server::default());
    office.sync(&server);
    take(&office, Step::CheckIn).expect("it waits");
    take(&office, lunch()).expect("it waits");
    let text = "It is 18:20 in the organisation’s zone. One checks in from 09:00 to 18:00.";
    let no = TransportError::No { code: "transition_not_allowed".into(), text: text.into(), field: None };
    server.step_answers.lock().expect("one test").push(no);
    office.sync(&server);
    let now = mine(&office);
    assert_eq!((now.status, now.waits, now.refused.as_deref()), (Attendance::Absent, false, Some(text)));
    assert_eq!(steps(&server), [Step::CheckIn], "what was to follow is not sent");
    office.desk.ask(AttendanceRead {}).expect("read");
    assert_eq!(mine(&office).refused, None);
    // A server that fails keeps it waiting, and holds nothing else up.
    take(&office, Step::CheckIn).expect("it waits");
    server.step_answers.lock().expect("one test").push(TransportError::Server("its disk is full".into()));
    office.sync(&server);
    assert!(mine(&office).waits);
}

#[test]
fn one_is_warned_outside_of_the_working_hours_and_the_server_decides() {
    let office = Office::new();
    assert_eq!(mine(&office).warning, None, "14:00 on a Saturday");
    office.wait(5 * 60);
    assert!(mine(&office).warning.is_some_and(|warning| warning.contains("from 09:00 to 18:00")));
    take(&office, Step::CheckIn).expect("it is the server that decides");
    assert_eq!(mine(&office).warning, None, "only of a check-in");
}

#[test]
fn a_newer_row_wins_and_roles_without_attendance_have_none() {
    let (office, server) = (Office::new(), Server::default());
    server.deliver(vec![standing(ASHA, 7, Attendance::Paused, NOW), standing(ASHA, 6, Attendance::Present, NOW)]);
    office.sync(&server);
    assert_eq!(mine(&office).status, Attendance::Paused, "an older one that comes late");
    for role in Role::ALL {
        let office = Office::of(role);
        let has = matches!(role, Role::Salesperson | Role::RecoveryAgent);
        assert_eq!(office.desk.ask(AttendanceGet {}).expect("an answer").is_some(), has, "{role:?}");
        assert_eq!(take(&office, Step::CheckIn).is_ok(), has, "{role:?}");
        let sees_others = matches!(role, Role::SuperAdmin | Role::Admin | Role::Manager | Role::TeamLead);
        assert_eq!(office.desk.ask(FloorGet {}).is_ok(), sees_others, "{role:?}");
        let log = office.desk.ask(LogGet { filter: AttendanceFilter::default() }).expect_err("no server here");
        assert_eq!(log.code == ProblemCode::Refused, !sees_others, "{role:?} {log:?}");
    }
}

/// Who is where, as a person of `role` in `team` sees it.
fn floor_of(office: &Office) -> Floor {
    office.desk.ask(FloorGet {}).expect("a floor")
}

#[test]
fn the_floor_has_those_whom_the_policy_shows_and_forgets_who_left() {
    let (north, south) = (TeamId(Uuid::from_u128(30)), TeamId(Uuid::from_u128(31)));
    let (kiran, leela, mohan) = (UserId(Uuid::from_u128(11)), UserId(Uuid::from_u128(12)), UserId(Uuid::from_u128(13)));
    let user =
        |id, name: &str, role, team| Entry::Row(Row::User(UserRow { id, name: name.into(), role, team: Some(team), disabled: false }));
    let everybody = || {
        vec![
            Entry::Row(Row::Team(TeamRow { id: north, name: "North".into() })),
            user(kiran, "Kiran", Role::Salesperson, north),
            user(leela, "Leela", Role::Salesperson, north),
            user(mohan, "Mohan", Role::RecoveryAgent, south),
            user(RAVI, "Ravi", Role::Manager, south),
        ]
    };
    let (lead, server) = (Office::in_team(Role::TeamLead, Some(north)), Server::default());
    server.deliver(everybody());
    server.deliver(vec![standing(leela, 1, Attendance::Present, NOW), standing(kiran, 2, Attendance::Paused, NOW - 86_400_000)]);
    lead.sync(&server);
    let said: Vec<_> = floor_of(&lead).people.into_iter().map(|one| (one.name, one.status, one.team, one.in_today)).collect();
    let team = Some("North".to_owned());
    assert_eq!(
        said,
        [("Leela".into(), Attendance::Present, team.clone(), true), ("Kiran".into(), Attendance::Paused, team, false)],
        "the own team, the present first"
    );
    let dashboard = lead.desk.ask(DashboardGet { from: 20_778, to: 20_778 }).expect("a dashboard");
    let card = dashboard.cards.iter().find(|card| card.kind == CardKind::Active).expect("the card");
    assert_eq!(card.value, Some(1));

    // Kiran goes to another team: nothing of it stays here.
    server.deliver(vec![user(kiran, "Kiran", Role::Salesperson, south)]);
    lead.sync(&server);
    assert_eq!(floor_of(&lead).people.len(), 1);
    let rows = |office: &Office| {
        let count = |c: &rusqlite::Connection| Ok(c.query_row("SELECT count(*) FROM attendance", [], |r| r.get::<_, u32>(0))?);
        office.desk.engine().store().read(count).expect("a count")
    };
    assert_eq!(rows(&lead), 1);

    let manager = Office::of(Role::Manager);
    server.deliver(everybody());
    server.deliver(vec![standing(mohan, 3, Attendance::Present, NOW)]);
    manager.sync(&server);
    let said: Vec<_> = floor_of(&manager).people.into_iter().map(|one| (one.name, one.status)).collect();
    assert_eq!(said, [("Mohan".into(), Attendance::Present), ("Kiran".into(), Attendance::Absent), ("Leela".into(), Attendance::Absent)]);
    // Another sight: what is seen comes anew, the rest is gone.
    server.deliver(vec![Entry::Resync, standing(leela, 4, Attendance::Present, NOW), Entry::BackfillEnd]);
    manager.sync(&server);
    assert_eq!(rows(&manager), 1);
}
