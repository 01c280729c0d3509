//! Attendance: who may, when, once, and who sees it.

use crate::support::{Device, World};
use domain::attendance::{Attendance, AttendanceLine, Step};
use domain::config::Setting;
use domain::{Command, DocId};
use protocol::admin::{AttendanceFilter, AttendanceStep};
use protocol::push::Outcome;
use sync_server::{Error, Store};
use uuid::Uuid;

const HOUR: i64 = 3_600_000;

fn ask(world: &World, device: &Device<'_>, id: Uuid, step: &Step) -> Result<AttendanceLine, Error> {
    world.core.attend(&device.who, &AttendanceStep { id, reason: None }, step)
}

fn go(world: &World, device: &Device<'_>, step: &Step) -> Result<AttendanceLine, Error> {
    ask(world, device, world.core.env().new_id(), step)
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
    let log = |before| world.core.attendance_log(&meera.who, &AttendanceFilter { user: Some(asha.user()), before }).expect("may look");
    let all = log(None);
    let said: Vec<_> = all.iter().map(|line| (line.status, line.by.is_some())).collect();
    assert_eq!(said, [(Attendance::Absent, false), (Attendance::Paused, true), (Attendance::Present, true)]);
    assert_eq!(log(Some(all[0].place)), all[1..]);
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
    let mut set = |setting: Setting, value: &str| {
        let item = boss.forge_in(
            DocId::config(world.core.org().id),
            Command::SetSetting { setting, value: (!value.is_empty()).then(|| value.into()) },
        );
        let outcome = boss.push_one(&item);
        assert!(matches!(outcome, Outcome::Applied { .. } | Outcome::Reapplied { .. }), "{outcome:?}");
    };
    set(Setting::Holidays, "2026-11-18");
    assert!(refused(go(&world, &asha, &Step::CheckIn)).contains("holiday"));
    set(Setting::Holidays, "");
    set(Setting::WorkingHoursEnd, "16:30");
    assert!(refused(go(&world, &asha, &Step::CheckIn)).contains("to 16:30"));
    set(Setting::WorkingHoursEnd, "17:00");
    go(&world, &asha, &Step::CheckIn).expect("in hours");
}
