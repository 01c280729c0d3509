//! Attendance: who may, when, once, and who sees it.

use crate::support::{Device, World};
use domain::attendance::{Attendance, AttendanceFilter, AttendanceLine, LINES_MAX, Standing, Step};
use domain::config::{OptionList, Setting};
use domain::people::{AuditAction, AuditFilter, Post};
use domain::{Command, DocId, Role, TeamId};
use protocol::admin::{AttendanceStep, ChangePost};
use protocol::pull::Entry;
use protocol::push::Outcome;
use protocol::rows::Row;
use std::time::Instant;
use sync_server::sight::Sight;
use sync_server::{Error, Store, audit};
use uuid::Uuid;

const HOUR: i64 = 3_600_000;

fn ask(world: &World, device: &Device<'_>, id: Uuid, step: &Step) -> Result<AttendanceLine, Error> {
    world.core.attend(&device.who, &AttendanceStep { id, reason: None }, step)
}

fn go(world: &World, device: &Device<'_>, step: &Step) -> Result<AttendanceLine, Error> {
    ask(world, device, world.core.env().new_id(), step)
}

fn configure(boss: &mut Device<'_>, command: Command) {
    let item = boss.forge_in(DocId::config(boss.world.core.org().id), command);
    let outcome = boss.push_one(&item);
    assert!(matches!(outcome, Outcome::Applied { .. } | Outcome::Reapplied { .. }), "{outcome:?}");
}

/// Empty sets the default.
fn set(boss: &mut Device<'_>, setting: Setting, value: &str) {
    configure(boss, Command::SetSetting { setting, value: (!value.is_empty()).then(|| value.into()) });
}

/// What a device pulls of attendance.
fn told(device: &mut Device<'_>) -> Vec<Standing> {
    let standing = |entry| if let Entry::Row(Row::Attendance(standing)) = entry { Some(standing) } else { None };
    device.pull().into_iter().filter_map(standing).collect()
}

fn post(world: &World, name: &str, change: impl FnOnce(&mut Post)) {
    let boss = world.device("ananya");
    let people = world.core.people(&boss.who).expect("the people");
    let person = people.into_iter().find(|one| one.id == world.user(name)).expect("somebody");
    let expected = Post { role: person.role, team: person.team, disabled: person.disabled };
    let mut post = expected.clone();
    change(&mut post);
    world.core.change_post(&boss.who, person.id, &ChangePost { expected, post }).expect("changed");
}

fn refused(answer: Result<AttendanceLine, Error>) -> String {
    match answer {
        Err(Error::Refused(refusal)) => refusal.text,
        other => panic!("not refused but {other:?}"),
    }
}

/// The worlds begin on a Wednesday at 16:36 in their zone.
pub(crate) fn a_day(world: &World) {
    let (asha, arjun) = (world.device("asha"), world.device("arjun"));
    let (ravi, meera, karthik) = (world.device("ravi"), world.device("meera"), world.device("karthik"));
    let lunch = Step::Pause { reason: "Lunch".into() };
    let id = world.core.env().new_id();
    let first = ask(world, &asha, id, &Step::CheckIn).expect("in hours");
    assert_eq!((first.status, first.user, first.by), (Attendance::Present, asha.user(), Some(asha.user())));
    assert_eq!(ask(world, &asha, id, &Step::CheckIn).expect("a retry"), first, "once");
    assert!(matches!(ask(world, &asha, id, &Step::CheckOut), Err(Error::BadRequest(_))), "an id stands for one step");
    go(world, &arjun, &Step::CheckIn).expect("in hours");
    let paused = go(world, &asha, &lunch).expect("present");
    assert_eq!((paused.status, paused.reason.as_deref()), (Attendance::Paused, Some("Lunch")));
    assert!(refused(go(world, &asha, &lunch)).contains("paused already"));
    assert!(refused(go(world, &meera, &Step::CheckIn)).contains("role"), "not for a Manager");
    let statuses = |device: &Device<'_>| -> Vec<_> {
        let lines = world.core.attendance(&device.who).expect("may look");
        lines.into_iter().map(|line| (line.user, line.status)).collect()
    };
    let (a, b) = ((arjun.user(), Attendance::Present), (asha.user(), Attendance::Paused));
    assert_eq!(statuses(&meera), [a, b]);
    assert_eq!(statuses(&ravi), [b], "a Team Lead their team");
    assert_eq!(statuses(&arjun), [a], "others their own");
    assert!(matches!(world.core.attendance(&karthik.who), Err(Error::Refused(_))));
    assert_eq!(world.core.end_day().expect("looked"), 0, "still in hours");
    world.later(2 * HOUR);
    assert!(refused(go(world, &world.device("deepak"), &Step::CheckIn)).contains("from 09:00 to 18:00"));
    assert_eq!(world.core.end_day().expect("looked"), 2);
    assert_eq!(world.core.end_day().expect("looked"), 0, "once");
    assert!(refused(go(world, &asha, &Step::Resume)).contains("Check in first"));
    let log = |before| {
        world
            .core
            .attendance_log(&meera.who, &AttendanceFilter { user: Some(asha.user()), before, ..AttendanceFilter::default() })
            .expect("may look")
    };
    let all = log(None);
    let said: Vec<_> = all.iter().map(|line| (line.status, line.by.is_some())).collect();
    assert_eq!(said, [(Attendance::Absent, false), (Attendance::Paused, true), (Attendance::Present, true)]);
    assert_eq!(log(Some(all[0].place)), all[1..]);
    let between = AttendanceFilter { from: Some(first.at), to: Some(paused.at + 1), ..AttendanceFilter::default() };
    assert_eq!(world.core.attendance_log(&ravi.who, &between).expect("may look"), [paused, first], "a Team Lead their team");
}

#[test]
fn a_day_is_logged_by_the_servers_clock_and_ends_by_itself() {
    a_day(&World::memory());
}

#[test]
fn attendance_outlives_the_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("leadline.db");
    let line = {
        let world = World::on(Store::sqlite(&path).expect("a database"));
        go(&world, &world.device("asha"), &Step::CheckIn).expect("in hours")
    };
    let store = Store::sqlite(&path).expect("a database");
    let there = store.read(|tx| {
        let org = sync_server::store::orgs::only(tx)?.id;
        sync_server::store::attendance::last_of(tx, org, line.user)
    });
    assert_eq!(there.expect("readable"), Some(line));
}

#[test]
fn the_admins_hours_and_holidays_decide() {
    let world = World::memory();
    let asha = world.device("asha");
    let mut boss = world.device("ananya");
    let mut set = |setting, value: &str| set(&mut boss, setting, value);
    set(Setting::Holidays, "2026-11-18");
    assert!(refused(go(&world, &asha, &Step::CheckIn)).contains("holiday"));
    set(Setting::Holidays, "");
    set(Setting::WorkingHoursEnd, "16:30");
    assert!(refused(go(&world, &asha, &Step::CheckIn)).contains("to 16:30"));
    set(Setting::WorkingHoursEnd, "17:00");
    go(&world, &asha, &Step::CheckIn).expect("in hours");
}

#[test]
fn each_step_reaches_those_who_see_the_person_and_is_in_the_audit_chain() {
    let world = World::memory();
    let (mut asha, mut arjun, mut ravi, mut meera, mut karthik) =
        (world.device("asha"), world.device("arjun"), world.device("ravi"), world.device("meera"), world.device("karthik"));
    for device in [&mut asha, &mut arjun, &mut ravi, &mut meera, &mut karthik] {
        assert_eq!(told(device), []);
    }
    let first = go(&world, &asha, &Step::CheckIn).expect("in hours");
    let pause = Step::Pause { reason: "Lunch".into() };
    go(&world, &asha, &pause).expect("present");
    for device in [&mut asha, &mut ravi, &mut meera] {
        let said: Vec<_> = told(device).into_iter().map(|one| (one.user, one.status, one.reason, one.in_at)).collect();
        let user = first.user;
        assert_eq!(
            said,
            [(user, Attendance::Present, None, first.at), (user, Attendance::Paused, Some("Lunch".into()), first.at)],
            "{:?}",
            device.who
        );
    }
    for device in [&mut arjun, &mut karthik] {
        assert_eq!(told(device), [], "not theirs to see");
    }
    // A new computer gets where everybody in sight stands.
    for (name, sees) in [("meera", 1), ("ravi", 1), ("asha", 1), ("arjun", 0), ("karthik", 0)] {
        let standing = told(&mut world.device(name));
        assert_eq!(standing.len(), sees, "{name}");
        assert!(standing.iter().all(|one| (one.status, one.in_at) == (Attendance::Paused, first.at)));
    }
    let boss = world.device("ananya");
    let filter = AuditFilter { action: Some(AuditAction::Attendance), ..AuditFilter::default() };
    let lines = world.core.audit(&boss.who, &filter).expect("the log").lines;
    let said: Vec<_> = lines.iter().map(|line| format!("{} {}: {}", line.by_name, line.about, line.details)).collect();
    assert_eq!(said, ["asha asha: Paused: Lunch", "asha asha: Present"]);
    assert_eq!(audit::verify(world.core.store(), &[], true).expect("verified").faults, [""; 0]);
    // A row in the table that the log did not tell of is found.
    let sql = "UPDATE attendance SET status = 'present' WHERE status = 'paused'";
    assert_eq!(crate::audit::run(world.core.store(), sql, &[]), 1);
    let faults = audit::verify(world.core.store(), &[], true).expect("verified").faults;
    assert!(faults.iter().any(|fault| fault.starts_with("Attendance of")), "{faults:?}");
}

#[test]
fn another_post_moves_the_person_and_ends_their_attendance_where_it_is_not_in_the_role() {
    let world = World::memory();
    let (asha, arjun, mut ravi) = (world.device("asha"), world.device("arjun"), world.device("ravi"));
    go(&world, &asha, &Step::CheckIn).expect("in hours");
    go(&world, &arjun, &Step::CheckIn).expect("in hours");
    told(&mut ravi);
    let pune: Option<TeamId> = asha.who.actor().team;
    post(&world, "arjun", |post| post.team = pune);
    let came: Vec<_> = told(&mut ravi).into_iter().map(|one| (one.user, one.status)).collect();
    assert_eq!(came, [(arjun.user(), Attendance::Present)], "who came into the team is told with where they stand");
    post(&world, "arjun", |post| post.disabled = true);
    post(&world, "asha", |post| post.role = Role::TeamLead);
    let left: Vec<_> = told(&mut ravi).into_iter().map(|one| (one.user, one.status, one.by)).collect();
    let boss = world.user("ananya");
    assert_eq!(left, [(arjun.user(), Attendance::Absent, Some(boss)), (asha.user(), Attendance::Absent, Some(boss))]);
    assert_eq!(audit::verify(world.core.store(), &[], true).expect("verified").faults, [""; 0]);
}

#[test]
fn whoever_is_in_a_call_or_has_just_worked_is_not_thrown_out_at_the_end_of_the_day() {
    let world = World::memory();
    let (mut asha, arjun, mut boss) = (world.device("asha"), world.device("arjun"), world.device("ananya"));
    let lead = asha.created("+919820014786");
    set(&mut boss, Setting::WorkingHoursEnd, "17:00");
    go(&world, &asha, &Step::CheckIn).expect("in hours");
    go(&world, &arjun, &Step::CheckIn).expect("in hours");
    // 17:06. Arjun is in a call, Asha wrote something a moment ago.
    world.later(HOUR / 2);
    let hub = world.core.hub();
    let socket = hub.join(arjun.user(), Sight::of(arjun.who.actor()));
    let standing = world.core.seen(&boss.who, lead).expect("looked").expect("in sight");
    hub.view(&socket, Some((lead, standing)), true, Instant::now());
    let item = asha.edit(lead, crate::support::note("Called back"));
    asha.push_one(&item);
    assert_eq!(world.core.end_day().expect("looked"), 0, "both are at it");
    world.later(HOUR / 3);
    assert_eq!(world.core.end_day().expect("looked"), 1, "Asha has stopped");
    assert!(refused(go(&world, &asha, &Step::CheckIn)).contains("to 17:00"), "and does not come back");
    hub.leave(&socket);
    assert_eq!(world.core.end_day().expect("looked"), 1, "the call is over");
    let log = world.core.attendance_log(&boss.who, &AttendanceFilter::default()).expect("may look");
    assert_eq!((log[0].user, log[1].user), (arjun.user(), asha.user()));
    assert!(log[..2].iter().all(|line| line.reason.as_deref() == Some("End of the working hours") && line.by.is_none()));
    // A server that was off over night finds who was left.
    world.later(16 * HOUR);
    go(&world, &asha, &Step::CheckIn).expect("in hours");
    world.later(24 * HOUR);
    assert_eq!(world.core.end_day().expect("looked"), 1, "since yesterday");
}

#[test]
fn who_is_not_heard_of_is_checked_out_where_the_organisation_wants_it() {
    let world = World::memory();
    let (asha, arjun, mut boss) = (world.device("asha"), world.device("arjun"), world.device("ananya"));
    go(&world, &asha, &Step::CheckIn).expect("in hours");
    go(&world, &arjun, &Step::CheckIn).expect("in hours");
    world.later(HOUR);
    assert_eq!(world.core.end_day().expect("looked"), 0, "nobody wants it");
    set(&mut boss, Setting::CheckOutAfterMinutes, "30");
    let socket = world.core.hub().join(arjun.user(), Sight::of(arjun.who.actor()));
    assert_eq!(world.core.end_day().expect("looked"), 1, "Arjun is connected");
    let log = world.core.attendance_log(&boss.who, &AttendanceFilter::default()).expect("may look");
    assert_eq!((log[0].user, log[0].status, log[0].by), (asha.user(), Attendance::Absent, None));
    assert!(log[0].reason.as_deref().is_some_and(|reason| reason.contains("heard")));
    world.core.hub().leave(&socket);
    assert_eq!(world.core.end_day().expect("looked"), 1);
}

#[test]
fn one_pauses_for_a_reason_that_the_organisation_has() {
    let world = World::memory();
    let (asha, mut boss) = (world.device("asha"), world.device("ananya"));
    go(&world, &asha, &Step::CheckIn).expect("in hours");
    let prayer = Step::Pause { reason: "Prayer".into() };
    let text = refused(go(&world, &asha, &prayer));
    assert!(text.contains("Lunch, Break, Meeting, Personal"), "{text}");
    configure(&mut boss, Command::AddOption { list: OptionList::PauseReasons, label: "Prayer".into(), kind: Default::default() });
    assert_eq!(go(&world, &asha, &prayer).expect("known now").reason.as_deref(), Some("Prayer"));
}

/// A page at a time, by whom, when and by the table of rights, as an independent count has it.
pub(crate) fn log_in_pages(world: &World) {
    let (asha, arjun, ravi, meera) = (world.device("asha"), world.device("arjun"), world.device("ravi"), world.device("meera"));
    let mut written = Vec::new();
    for n in 0..130 {
        for device in [&asha, &arjun] {
            let step = if n % 2 == 0 { Step::CheckIn } else { Step::CheckOut };
            written.push(go(world, device, &step).expect("in hours"));
        }
    }
    let pages = |device: &Device<'_>, filter: AttendanceFilter| {
        let (mut lines, mut filter) = (Vec::new(), filter);
        loop {
            let page = world.core.attendance_log(&device.who, &filter).expect("may look");
            assert!(page.len() <= LINES_MAX);
            let is_last = page.len() < LINES_MAX;
            filter.before = page.last().map(|line| line.place);
            lines.extend(page);
            if is_last {
                return lines;
            }
        }
    };
    let expected = |keep: &dyn Fn(&AttendanceLine) -> bool| -> Vec<AttendanceLine> {
        written.iter().rev().filter(|line| keep(line)).cloned().collect()
    };
    let all = AttendanceFilter::default();
    assert_eq!(pages(&meera, all.clone()), written.iter().rev().cloned().collect::<Vec<_>>());
    assert_eq!(pages(&ravi, all.clone()), expected(&|line| line.user == asha.user()), "a Team Lead their team");
    assert_eq!(pages(&arjun, all.clone()), expected(&|line| line.user == arjun.user()));
    let of_arjun = AttendanceFilter { user: Some(arjun.user()), ..all.clone() };
    assert_eq!(pages(&ravi, of_arjun.clone()), [], "out of sight");
    let (from, to) = (written[41].at, written[207].at);
    let between = AttendanceFilter { from: Some(from), to: Some(to), ..of_arjun };
    assert_eq!(pages(&meera, between), expected(&|line| line.user == arjun.user() && line.at >= from && line.at < to));
}

#[test]
fn the_log_comes_a_page_at_a_time_to_those_who_may_see_it() {
    log_in_pages(&World::memory());
}
