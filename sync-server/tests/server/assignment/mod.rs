//! Leads given out by rules: who gets which and why, once; over the API, on demand and by the clock.

mod exact;

use crate::support::{Device, World, status};
use domain::assignment::{Assignment, How, Limits, Part, Rule, Rules, Skill, Taker, Why};
use domain::attendance::{Attendance, Step};
use domain::config::Setting;
use domain::notice::News;
use domain::{Command, DocId, LeadId, Status, UserId};
use protocol::admin::{AssignMany, AssignOne, AttendanceStep, AutoDistribute, DryRun, MadeLead, PostLead};
use protocol::pull::Entry;
use protocol::push::Outcome;
use protocol::rows::Row;
use std::collections::BTreeSet;
use sync_server::store::{assignment, leads};
use sync_server::{Error, SetOwner, SignedIn, audit};
use uuid::Uuid;

const MINUTE: i64 = 60_000;

fn go(world: &World, who: &SignedIn, step: &Step) -> Result<(), Error> {
    let asked = AttendanceStep { id: world.core.env().new_id(), reason: None };
    world.core.attend(who, &asked, step).map(drop)
}

pub fn check_in(world: &World, names: &[&str]) {
    names.iter().for_each(|name| go(world, &world.device(name).who, &Step::CheckIn).expect("in hours"));
}

fn posted(name: &str, phone: &str) -> PostLead {
    PostLead { name: name.into(), phone: phone.into(), ..PostLead::default() }
}

fn post(world: &World, by: &Device<'_>, phone: &str) -> MadeLead {
    world.core.create_lead(&by.who, None, &posted("Priya Sharma", phone)).expect("made")
}

fn set(world: &World, setting: Setting, value: &str) {
    let mut boss = world.device("ananya");
    let item = boss.forge_in(DocId::config(world.core.org().id), Command::SetSetting { setting, value: Some(value.into()) });
    assert!(matches!(boss.push_one(&item), Outcome::Applied { .. }));
}

fn owner(world: &World, lead: LeadId) -> Option<UserId> {
    world.core.store().read(|tx| leads::get(tx, world.core.org().id, lead)).expect("read").expect("there").standing.owner
}

fn lines(world: &World, lead: LeadId) -> Vec<Assignment> {
    world.core.store().read(|tx| assignment::of_lead(tx, world.core.org().id, lead)).expect("read")
}

/// Asha is in Pune, Arjun in Delhi.
pub(crate) fn a_day(world: &World) {
    let (boss, mut asha, mut arjun) = (world.device("ananya"), world.device("asha"), world.device("arjun"));
    let waits = post(world, &boss, "98200 14700");
    assert_eq!(waits.owner, None);
    assert!(matches!(&waits.why, Some(Why::Waits { name: Some(_), unfit }) if unfit.values().sum::<u32>() == 2), "{:?}", waits.why);
    check_in(world, &["asha"]);
    world.core.do_chores().expect("done");
    assert_eq!(owner(world, waits.id), Some(asha.user()), "what waited goes to who comes");
    check_in(world, &["arjun"]);
    let made: Vec<MadeLead> = (1..5).map(|n| post(world, &boss, &format!("98200 1470{n}"))).collect();
    let owners: Vec<_> = made.iter().filter_map(|made| made.owner).collect();
    assert_eq!(owners, [arjun.user(), asha.user(), arjun.user(), asha.user()], "in turn");
    assert_eq!(made[0].team, arjun.who.actor().team, "with them goes their team");
    // The same number comes back to whom it is with, and the turn stands.
    let back = post(world, &boss, "+91 98200 14701");
    assert_eq!(back.owner, Some(arjun.user()));
    assert!(matches!(back.why, Some(Why::Rule { how: How::Sticky, place: 1, .. })), "{:?}", back.why);
    assert_eq!(post(world, &boss, "98200 14710").owner, Some(arjun.user()), "the turn stood");
    // Why, on every device that sees the lead, and in the bell of who got it.
    let pulled = arjun.pull();
    let told: Vec<&Assignment> = pulled
        .iter()
        .flat_map(|entry| match entry {
            Entry::Row(Row::Assignment(line)) => vec![line],
            Entry::Snapshot(snapshot) => snapshot.assignments.iter().collect(),
            _ => Vec::new(),
        })
        .filter(|line| line.lead == made[0].id)
        .collect();
    assert!(!told.is_empty() && told.iter().all(|line| line.to == Some(arjun.user()) && line.by.is_none()), "{told:?}");
    let before = waits.id;
    let is_new = |n: &domain::notice::Notice| n.news == News::Assigned && n.lead >= before;
    let news = |entries: &[Entry]| entries.iter().filter(|e| matches!(e, Entry::Row(Row::Notice(n)) if is_new(n))).count();
    assert_eq!((news(&pulled), news(&asha.pull())), (4, 3));
    assert_eq!(audit::verify(world.core.store(), &[], true).expect("verified").faults, [""; 0]);
}

#[test]
fn leads_go_in_turn_to_who_is_there_and_say_why() {
    a_day(&World::memory());
}

#[test]
fn a_request_with_a_key_is_carried_out_once() {
    let world = World::memory();
    check_in(&world, &["asha", "arjun"]);
    let boss = world.device("ananya");
    let asked = PostLead { tags: vec!["Fair".into()], budget: Some("1,20,000".into()), ..posted("Priya Sharma", "98200 14786") };
    let create = |asked: &PostLead| world.core.create_lead(&boss.who, Some("fair-1"), asked);
    let first = create(&asked).expect("made");
    assert_eq!(create(&asked).expect("a retry"), first, "once");
    assert_eq!(lines(&world, first.id).len(), 1);
    assert!(matches!(create(&posted("Somebody Else", "98200 14787")), Err(Error::BadRequest(_))), "a key stands for one lead");
    let record = records::lead::read(&crate::support::stored(&world, first.id), first.id).expect("a record");
    assert_eq!((record.tags, record.budget.value.as_deref()), (vec!["Fair".to_owned()], Some("12000000")));
    for (wrong, field) in [(posted("", "98200 14786"), "name"), (posted("Priya", "12"), "phone")] {
        let Err(Error::Refused(no)) = world.core.create_lead(&boss.who, None, &wrong) else { panic!("{wrong:?} is taken") };
        assert_eq!(no.field.as_deref(), Some(field), "{no:?}");
    }
    // A salesperson's own is theirs, whoever is next; who makes no leads makes none.
    let asha = world.device("asha");
    assert_eq!(post(&world, &asha, "98200 14790").owner, Some(asha.user()));
    let karthik = world.device("karthik");
    assert!(matches!(world.core.create_lead(&karthik.who, None, &asked), Err(Error::Refused(_))));
    // What waits in a team is given within it.
    let meera = world.device("meera");
    let in_pune: BTreeSet<_> = (0..3).map(|n| post(&world, &meera, &format!("98200 1479{}", n + 1)).owner).collect();
    assert_eq!(in_pune, BTreeSet::from([Some(asha.user())]));
    // The switch.
    set(&world, Setting::LeadAssignmentEnabled, "false");
    let off = post(&world, &boss, "98200 14799");
    assert_eq!((off.owner, off.why), (None, None));
    assert!(matches!(world.core.distribute(&boss.who, &AutoDistribute::default()), Err(Error::Refused(_))));
    set(&world, Setting::LeadAssignmentEnabled, "true");
    assert_eq!(world.core.distribute(&boss.who, &AutoDistribute::default()).expect("given").given.values().sum::<u32>(), 1);
}

fn tamil() -> BTreeSet<Skill> {
    BTreeSet::from([Skill::Language("Tamil".into())])
}

fn tamil_rule() -> Rule {
    let (when, needs) = (tamil(), tamil());
    Rule { id: Uuid::from_u128(9), name: "Tamil".into(), enabled: true, when, team: None, needs, sticky: false, converted: false }
}

#[test]
fn rules_are_set_by_admins_on_what_they_saw_and_tried_before() {
    let world = World::memory();
    check_in(&world, &["asha", "arjun"]);
    let (boss, meera, arjun) = (world.device("ananya"), world.device("meera"), world.user("arjun"));
    assert!(matches!(world.core.assignment_rules(&meera.who), Err(Error::Refused(_))));
    let mut rules = world.core.assignment_rules(&boss.who).expect("read");
    assert_eq!(rules, Rules::default());
    rules.rules.insert(0, tamil_rule());
    rules.takers.push(Taker { user: arjun, limits: Limits { per_day: Some(2), open: None, weight: 1 }, skills: tamil() });
    assert!(matches!(world.core.set_assignment_rules(&meera.who, rules.clone()), Err(Error::Refused(_))));
    let before: Vec<LeadId> = (0..6_u32)
        .map(|n| {
            let mut item = world.device("ananya");
            let lead = item.created(&format!("+9198200147{n:02}"));
            if n % 2 == 0 {
                let set = Command::SetField { field: domain::LeadField::Language, value: Some("Tamil".into()) };
                let edit = item.edit(lead, set);
                assert!(matches!(item.push_one(&edit), Outcome::Applied { .. }));
            }
            lead
        })
        .collect();
    let tried = world.core.dry_run(&boss.who, &DryRun { rules: Some(rules.clone()), ..DryRun::default() }).expect("tried");
    assert_eq!(tried.iter().map(|line| line.lead).collect::<Vec<_>>(), before);
    assert!(before.iter().all(|lead| owner(&world, *lead).is_none()), "nothing is written");
    let stale = rules.clone();
    let set = world.core.set_assignment_rules(&boss.who, rules).expect("set");
    assert_eq!((set.version, world.core.assignment_rules(&boss.who).expect("read") == set), (1, true));
    assert!(matches!(world.core.set_assignment_rules(&boss.who, stale), Err(Error::Changed(_))), "somebody was faster");
    let (mut after, mut given) = (None, 0);
    loop {
        let done = world.core.distribute(&boss.who, &AutoDistribute { after, most: Some(4) }).expect("given");
        given += done.given.values().sum::<u32>() + done.waiting;
        after = done.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(given, 6);
    let became: Vec<_> = before.iter().map(|lead| owner(&world, *lead)).collect();
    assert_eq!(tried.iter().map(|line| line.to).collect::<Vec<_>>(), became, "as the dry run said");
    let why: Vec<_> = before.iter().map(|lead| lines(&world, *lead).pop().expect("a line").why).collect();
    assert_eq!(tried.into_iter().map(|line| line.why).collect::<Vec<_>>(), why);
    assert_eq!(became.iter().filter(|owner| **owner == Some(arjun)).count(), 2, "his cap of a day");
    // Absent people count only as if.
    world.later(3 * 60 * MINUTE);
    world.core.do_chores().expect("done");
    let nobody = world.core.dry_run(&boss.who, &DryRun::default()).expect("tried");
    assert!(nobody.iter().all(|line| line.to.is_none()));
    let all = world.core.dry_run(&boss.who, &DryRun { all_present: true, ..DryRun::default() }).expect("tried");
    assert!(all.iter().any(|line| line.to.is_some()));
}

#[test]
fn many_are_given_by_hand_each_with_its_compare() {
    let world = World::memory();
    let (boss, meera, mut asha) = (world.device("ananya"), world.device("meera"), world.device("asha"));
    let leads: Vec<LeadId> = (0..3).map(|n| asha.created(&format!("+9198200147{n:02}"))).collect();
    let arjun = world.user("arjun");
    let one = |lead, expected_owner| AssignOne { lead, set: SetOwner { expected_owner, owner: Some(arjun) } };
    let nobody = LeadId(Uuid::from_u128(1));
    let items = vec![one(leads[0], Some(asha.user())), one(leads[1], None), one(nobody, None), one(leads[2], Some(asha.user()))];
    let done = world.core.assign_many(&boss.who, &AssignMany { items: items.clone() }).expect("answered");
    assert_eq!(done.owners.iter().map(|row| row.lead).collect::<Vec<_>>(), [leads[0], leads[2]]);
    let not: Vec<_> = done.not.iter().map(|not| (not.lead, not.code.as_str())).collect();
    assert_eq!(not, [(leads[1], "owner_changed"), (nobody, "not_found")]);
    let by_meera = world.core.assign_many(&meera.who, &AssignMany { items: vec![one(leads[1], Some(asha.user()))] }).expect("answered");
    assert_eq!(by_meera.not.iter().map(|not| not.code.as_str()).collect::<Vec<_>>(), ["not_permitted"], "Arjun is not in her team");
    let line = lines(&world, leads[0]).pop().expect("a line");
    assert_eq!((line.by, line.from, line.to, line.why), (Some(boss.user()), Some(asha.user()), Some(arjun), Why::Hand));
    let many = AssignMany { items: vec![items[0]; 201] };
    assert!(matches!(world.core.assign_many(&boss.who, &many), Err(Error::TooLarge)));
}

#[test]
fn a_converted_lead_goes_to_recovery_in_a_turn_of_its_own() {
    let world = World::memory();
    world.core.add_user(&crate::support::person("farah", domain::Role::RecoveryAgent, None)).expect("a user");
    let (mut asha, mut deepak) = (world.device("asha"), world.device("deepak"));
    let leads: Vec<LeadId> = (0..3)
        .map(|n| {
            let lead = asha.created(&format!("+9198200147{n:02}"));
            for (from, to) in
                [(Status::New, Status::Interested), (Status::Interested, Status::Qualified), (Status::Qualified, Status::Converted)]
            {
                let item = asha.edit(lead, status(from, to));
                assert!(matches!(asha.push_one(&item), Outcome::Applied { .. }));
            }
            lead
        })
        .collect();
    world.core.do_chores().expect("done");
    assert!(leads.iter().all(|lead| lines(&world, *lead).is_empty()), "nobody is there");
    check_in(&world, &["deepak", "farah", "asha"]);
    world.core.do_chores().expect("done");
    let collectors: Vec<_> = leads.iter().map(|lead| lines(&world, *lead)).collect();
    assert!(collectors.iter().all(|lines| lines.len() == 1 && lines[0].part == Part::Collection), "{collectors:?}");
    let who: Vec<_> = collectors.iter().filter_map(|lines| lines[0].to).collect();
    assert_eq!((who[0], who[0] != who[1]), (who[2], true), "in turn");
    assert!(leads.iter().all(|lead| owner(&world, *lead) == Some(asha.user())), "the owner stays");
    let mine = who.iter().filter(|user| **user == deepak.user()).count();
    let news = deepak.pull().iter().filter(|e| matches!(e, Entry::Row(Row::Notice(n)) if n.news == News::Assigned)).count();
    assert_eq!(news, mine);
    world.core.do_chores().expect("done");
    assert!(leads.iter().all(|lead| lines(&world, *lead).len() == 1), "once");
}

#[test]
fn a_lead_that_its_owner_lets_lie_goes_to_somebody_else() {
    let world = World::memory();
    set(&world, Setting::ReassignAfterMinutes, "15");
    let boss = world.device("ananya");
    check_in(&world, &["asha", "arjun"]);
    let (mut asha, mut arjun) = (world.device("asha"), world.device("arjun"));
    let (first, second) = (post(&world, &boss, "98200 14701"), post(&world, &boss, "98200 14702"));
    let (mine, his) = if first.owner == Some(asha.user()) { (first.id, second.id) } else { (second.id, first.id) };
    asha.pull();
    let call = asha.edit(mine, Command::LogCall { at: crate::support::START, outcome: "Talked".into() });
    assert!(matches!(asha.push_one(&call), Outcome::Applied { .. }));
    world.later(14 * MINUTE);
    world.core.do_chores().expect("done");
    assert_eq!((owner(&world, mine), owner(&world, his)), (Some(asha.user()), Some(arjun.user())), "there is time");
    world.later(2 * MINUTE);
    world.core.do_chores().expect("done");
    assert_eq!((owner(&world, mine), owner(&world, his)), (Some(asha.user()), Some(asha.user())), "what is touched stays");
    let line = lines(&world, his).pop().expect("a line");
    assert!(matches!(line.why, Why::Rule { untouched_minutes: Some(15), .. }), "{line:?}");
    arjun.pull();
    assert!(!arjun.docs.contains_key(&his));
    // Three times at most: it would go round for ever.
    for _ in 0..5 {
        world.later(5 * MINUTE);
        world.core.do_chores().expect("done");
        world.later(11 * MINUTE);
        world.core.do_chores().expect("done");
    }
    assert_eq!(lines(&world, his).len(), 1 + 3);
}

#[test]
fn who_may_be_given_leads_is_listed_for_who_gives_them() {
    let world = World::memory();
    let mut asha = world.device("asha");
    asha.created("+919820014700");
    asha.created("+919820014701");
    check_in(&world, &["asha"]);
    let listed = |by: &str| world.core.eligible_users(&world.device(by).who).expect("listed");
    let all = listed("ananya");
    let of = |name: &str| all.iter().find(|one| one.id == world.user(name));
    assert_eq!(of("asha").map(|one| (one.attendance, one.open_leads)), Some((Attendance::Present, 2)));
    assert_eq!(of("arjun").map(|one| (one.attendance, one.open_leads)), Some((Attendance::Absent, 0)));
    assert_eq!(of("karthik"), None, "an Analyst has no leads");
    assert!(all.is_sorted_by_key(|one| one.name.clone()));
    // A Team Lead gives within the team (row H6), and who gives none sees nobody.
    let own = listed("ravi");
    let team = of("asha").and_then(|one| one.team);
    assert!(own.iter().any(|one| one.id == world.user("asha")) && own.iter().all(|one| one.team == team), "{own:?}");
    assert!(matches!(world.core.eligible_users(&world.device("asha").who), Err(Error::Refused(_))));
    // The list and the gift agree.
    let lead = asha.created("+919820014702");
    for (name, may) in [("arjun", true), ("karthik", false)] {
        let set = SetOwner { expected_owner: Some(asha.user()), owner: Some(world.user(name)) };
        assert_eq!(world.core.set_owner(&world.device("ananya").who, lead, set).is_ok(), may, "{name}");
    }
}
