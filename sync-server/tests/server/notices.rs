//! Who is told what, once, and who is not.

use crate::support::{Device, World, status};
use domain::notice::{News, Notice};
use domain::people::Post;
use domain::{Command, DocId, LeadId, Status};
use protocol::admin::{ChangePost, SetOwner};
use protocol::pull::Entry;
use protocol::push::Outcome;
use protocol::rows::Row;
use sync_server::audit;

const HOUR: i64 = 3_600_000;

/// What a device pulls of notifications, each with the lead's name.
fn told(device: &mut Device<'_>) -> Vec<Notice> {
    let rows = device.pull().into_iter().filter_map(|entry| match entry {
        Entry::Row(Row::Notice(notice)) => Some(notice),
        _ => None,
    });
    let told: Vec<Notice> = rows.collect();
    assert!(told.iter().all(|notice| notice.to == device.user()), "nobody gets another's");
    told
}

fn news(device: &mut Device<'_>) -> Vec<News> {
    told(device).into_iter().map(|notice| notice.news).collect()
}

fn applied(device: &mut Device<'_>, lead: LeadId, command: Command) {
    let item = device.edit(lead, command);
    let outcome = device.push_one(&item);
    assert!(matches!(outcome, Outcome::Applied { .. }), "{outcome:?}");
}

fn give(world: &World, by: &str, lead: LeadId, from: Option<&str>, to: &str) {
    let set = SetOwner { expected_owner: from.map(|name| world.user(name)), owner: Some(world.user(to)) };
    world.core.set_owner(&world.device(by).who, lead, set).expect("assigned");
}

#[test]
fn what_happens_to_a_lead_is_told_to_those_of_appendix_d_and_to_nobody_else() {
    let world = World::memory();
    let (mut asha, mut arjun, mut ravi, mut meera) =
        (world.device("asha"), world.device("arjun"), world.device("ravi"), world.device("meera"));
    let (mut deepak, mut karthik) = (world.device("deepak"), world.device("karthik"));
    let lead = asha.created("+919820014786");
    for device in [&mut asha, &mut arjun, &mut ravi, &mut meera, &mut deepak, &mut karthik] {
        assert_eq!(news(device), [], "a lead that is only made is no news");
    }
    // By name, the owner's own comment; Arjun does not see the lead.
    let mentions = vec![world.user("ravi"), world.user("arjun"), world.user("asha")];
    applied(&mut asha, lead, Command::AddComment { text: "Please  call\nher".into(), mentions });
    assert_eq!(news(&mut ravi), [News::Mentioned { text: "Please call her".into() }]);
    ravi.pull();
    applied(&mut ravi, lead, status(Status::New, Status::Interested));
    let of_asha = told(&mut asha);
    assert_eq!(of_asha.len(), 1, "{of_asha:?}");
    assert_eq!((&of_asha[0].news, of_asha[0].by), (&News::Status { to: Status::Interested }, Some(world.user("ravi"))));
    assert_eq!((of_asha[0].lead, of_asha[0].name.is_empty()), (lead, false));
    applied(&mut asha, lead, status(Status::Interested, Status::Qualified));
    assert_eq!(news(&mut ravi), [], "it is the owner's own doing");
    applied(&mut asha, lead, status(Status::Qualified, Status::Converted));
    assert_eq!(news(&mut ravi), [News::Converted]);
    assert_eq!(news(&mut meera), [News::Converted]);
    assert_eq!(news(&mut deepak), [News::Converted], "recovery collects from now on");
    for device in [&mut asha, &mut arjun, &mut karthik] {
        assert_eq!(news(device), []);
    }
    assert_eq!(audit::verify(world.core.store(), &[], true).expect("verified").faults, [""; 0]);
}

#[test]
fn an_assignment_is_told_to_whom_it_is_given_and_gone_with_the_lead() {
    let world = World::memory();
    let (mut asha, mut arjun) = (world.device("asha"), world.device("arjun"));
    let lead = asha.created("+919820014786");
    give(&world, "ananya", lead, Some("asha"), "arjun");
    let of_arjun = told(&mut arjun);
    assert_eq!(of_arjun.iter().map(|notice| &notice.news).collect::<Vec<_>>(), [&News::Assigned]);
    assert_eq!(of_arjun[0].by, Some(world.user("ananya")));
    assert_eq!(news(&mut asha), [], "who lost it sees it leave");
    assert_eq!(told(&mut world.device("arjun")), of_arjun, "a new computer gets what was told before");
    // A new team alone is no news to the owner, who keeps the lead.
    let post = Post { role: domain::Role::Salesperson, team: None, disabled: false };
    let arjun = world.user("arjun");
    let user = world.core.store().read(|tx| sync_server::store::users::by_id(tx, world.core.org().id, arjun));
    let row = user.expect("read").expect("there").row;
    let change = ChangePost { expected: Post { role: row.role, team: row.team, disabled: row.disabled }, post };
    world.core.change_post(&world.device("ananya").who, arjun, &change).expect("changed");
    give(&world, "ananya", lead, Some("arjun"), "asha");
    assert_eq!(told(&mut world.device("arjun")), [], "a new computer learns nothing of a lead that is not theirs");
    assert_eq!(news(&mut asha), [News::Assigned]);
}

#[test]
fn a_retry_and_two_edits_of_one_push_tell_once_each() {
    let world = World::memory();
    let (mut asha, mut ravi) = (world.device("asha"), world.device("ravi"));
    let lead = asha.created("+919820014786");
    ravi.pull();
    let (first, second) =
        (ravi.edit(lead, status(Status::New, Status::InProgress)), ravi.edit(lead, status(Status::InProgress, Status::Interested)));
    let pushed = ravi.push(&[first.clone(), second.clone()]);
    assert_eq!(ravi.push(&[first, second]), pushed, "the answer was lost");
    assert_eq!(news(&mut asha), [Status::InProgress, Status::Interested].map(|to| News::Status { to }));
}

#[test]
fn a_follow_up_that_was_let_pass_is_told_to_the_team_lead_once() {
    let world = World::memory();
    let (mut asha, mut ravi, mut meera) = (world.device("asha"), world.device("ravi"), world.device("meera"));
    let lead = asha.created("+919820014786");
    let due_at = world.core.env().now_ms() + HOUR;
    applied(
        &mut asha,
        lead,
        Command::ScheduleFollowUp { due_at, zone: "Asia/Kolkata".into(), local: "2026-11-21T15:00".into(), note: String::new() },
    );
    let passed = |ravi: &mut Device<'_>| {
        world.core.escalate().expect("looked");
        news(ravi)
    };
    assert_eq!(passed(&mut ravi), []);
    world.later(24 * HOUR);
    assert_eq!(passed(&mut ravi), [], "it was due 23 hours ago");
    world.later(HOUR);
    assert_eq!(passed(&mut ravi), [News::Missed { due_at }]);
    assert_eq!(passed(&mut ravi), [], "once");
    assert_eq!((news(&mut asha), news(&mut meera)), (vec![], vec![]));
    // Off.
    let second = asha.created("+919820014787");
    let due_at = world.core.env().now_ms() + HOUR;
    applied(
        &mut asha,
        second,
        Command::ScheduleFollowUp { due_at, zone: "Asia/Kolkata".into(), local: "2026-11-22T15:00".into(), note: String::new() },
    );
    let mut ananya = world.device("ananya");
    let off = Command::SetSetting { setting: domain::config::Setting::EscalateAfterHours, value: Some("0".into()) };
    let item = ananya.forge_in(DocId::config(world.core.org().id), off);
    assert!(matches!(ananya.push_one(&item), Outcome::Applied { .. }));
    world.later(26 * HOUR);
    assert_eq!(passed(&mut ravi), []);
    assert_eq!(audit::verify(world.core.store(), &[], true).expect("verified").faults, [""; 0]);
}
