//! Accepting, refusing, and carrying out again.

use crate::support::*;
use domain::{Command, RefusalCode, Status};
use protocol::push::Outcome;

#[test]
fn retry_repeats_the_same_answer_and_stores_nothing_twice() {
    let world = World::memory();
    let mut asha = world.device("asha");
    let (lead, create) = asha.create("Priya", "+919820014786");
    let bad = asha.edit(lead, status(Status::New, Status::Converted));
    let after = asha.edit(lead, note("kept"));
    let items = [create, bad, after];
    let first = asha.push(&items);
    let head = world.head();
    assert!(matches!(first[..], [Outcome::Applied { .. }, Outcome::Refused { .. }, Outcome::Reapplied { .. }]), "{first:?}");
    assert_eq!(asha.push(&items), first);
    assert_eq!(world.head(), head);
}

#[test]
fn edits_after_a_refused_one_are_carried_out_again_for_their_author() {
    let world = World::memory();
    let mut asha = world.device("asha");
    let lead = asha.created("+919820014786");
    let bad = asha.edit(lead, status(Status::New, Status::Qualified));
    let rename = asha.edit(lead, name("Priya S."));
    let add = asha.edit(lead, note("She called back"));
    // The refused one in one push, what follows in the next: the device had no answer yet.
    assert_eq!(refusal(&asha.push_one(&bad)).code, RefusalCode::TransitionNotAllowed);
    let outcomes = asha.push(&[rename, add]);
    assert!(outcomes.iter().all(|o| matches!(o, Outcome::Reapplied { .. })), "{outcomes:?}");
    let mut meera = world.device("meera");
    meera.pull();
    let record = meera.record(lead);
    assert_eq!((record.name.value.as_deref(), record.status), (Some("Priya S."), Status::New));
    assert!(record.notes.iter().any(|n| n.text == "She called back"));
    let authors: Vec<_> = records::history(&meera.docs[&lead]).into_iter().filter_map(|h| h.envelope).map(|e| e.author).collect();
    assert_eq!(authors, vec![asha.user(); 3]);
}

#[test]
fn an_edit_carried_out_again_still_conflicts_with_a_concurrent_one() {
    let world = World::memory();
    let mut asha = world.device("asha");
    let lead = asha.created("+919820014786");
    let mut meera = world.device("meera");
    meera.pull();
    let theirs = meera.edit(lead, phone("+919820014787"));
    let bad = asha.edit(lead, status(Status::New, Status::Qualified));
    let ours = asha.edit(lead, phone("+919820014788"));
    assert!(matches!(meera.push_one(&theirs), Outcome::Applied { .. }));
    asha.push(&[bad, ours]);
    meera.pull();
    let field = meera.record(lead).phone;
    let mut values: Vec<_> = field.others.iter().map(|r| r.value.clone()).chain([field.value]).flatten().collect();
    values.sort();
    assert_eq!(values, ["+919820014787", "+919820014788"]);
}

#[test]
fn a_refused_creation_refuses_what_follows_and_leaves_no_record() {
    let world = World::memory();
    let mut asha = world.device("asha");
    let (lead, create) = asha.create("Priya", "+911");
    let after = asha.edit(lead, note("lost?"));
    let outcomes = asha.push(&[create, after]);
    assert_eq!(refusal(&outcomes[0]).code, RefusalCode::InvalidPhone);
    assert_eq!(refusal(&outcomes[1]).code, RefusalCode::NotFound);
    assert_eq!(world.core.snapshot(&asha.who, lead).expect_err("nothing").problem().status, 404);
}

#[test]
fn an_edit_of_somebody_elses_lead_is_refused_and_stored_nowhere() {
    let world = World::memory();
    let mut asha = world.device("asha");
    let lead = asha.created("+919820014786");
    let (heads, head) = (stored(&world, lead).heads(), world.head());
    let mut arjun = world.device("arjun");
    arjun.docs.insert(lead, asha.docs[&lead].clone());
    let forged = arjun.edit(lead, name("Mine now"));
    let outcome = arjun.push_one(&forged);
    let refusal = refusal(&outcome);
    assert_eq!((refusal.code, &refusal.winning), (RefusalCode::NotFound, &None));
    assert_eq!((stored(&world, lead).heads(), world.head()), (heads, head));
}

#[test]
fn roles_edit_what_the_table_says() {
    let world = World::memory();
    let mut asha = world.device("asha");
    let lead = asha.created("+919820014786");
    for (who, allowed) in [("ananya", true), ("meera", true), ("ravi", true), ("asha", true), ("karthik", false)] {
        let mut device = world.device(who);
        device.docs.insert(lead, stored(&world, lead));
        let item = device.edit(lead, name(who));
        let outcome = device.push_one(&item);
        assert_eq!(matches!(outcome, Outcome::Applied { .. }), allowed, "{who}: {outcome:?}");
        if !allowed {
            assert_eq!(refusal(&outcome).code, RefusalCode::NotPermitted);
        }
    }
}

#[test]
fn who_creates_a_lead_decides_whose_it_is() {
    let world = World::memory();
    for (i, (who, owner)) in [("asha", Some("asha")), ("ravi", None), ("meera", None)].into_iter().enumerate() {
        let mut device = world.device(who);
        let lead = device.created(&format!("+91982001478{i}"));
        device.pull();
        let summary = world.core.snapshot(&device.who, lead).expect("its creator sees it").summary.expect("a lead");
        assert_eq!(summary.owner, owner.map(|name| world.user(name)), "{who}");
    }
}

#[test]
fn a_command_id_used_again_by_another_device_is_refused() {
    let world = World::memory();
    let mut asha = world.device("asha");
    let lead = asha.created("+919820014786");
    let item = asha.edit(lead, name("One"));
    asha.push_one(&item);
    let mut other = world.device("asha");
    other.docs.insert(lead, stored(&world, lead));
    let mut envelope = other.envelope(name("Two"));
    envelope.id = item.envelope.id;
    let copy = other.edit_as(lead, envelope);
    assert_eq!(refusal(&other.push_one(&copy)).code, RefusalCode::Duplicate);
}

#[test]
fn a_missing_dependency_is_asked_for_and_then_taken() {
    let world = World::memory();
    let mut asha = world.device("asha");
    let lead = asha.created("+919820014786");
    let first = asha.edit(lead, name("One"));
    let second = asha.edit(lead, name("Two"));
    let third = asha.edit(lead, note("Three"));
    let outcomes = asha.push(&[second.clone(), third.clone()]);
    assert_eq!(outcomes, [Outcome::Need { hashes: vec![first.hash] }, Outcome::Need { hashes: vec![second.hash] }]);
    assert!(asha.push(&[first, second, third]).iter().all(|o| matches!(o, Outcome::Applied { .. })));
}

#[test]
fn many_pushes_at_once_all_arrive_and_the_log_is_whole() {
    let world = World::memory();
    let mut devices: Vec<_> = (0..4).map(|_| world.device("asha")).collect();
    let lead = devices[0].created("+919820014786");
    std::thread::scope(|scope| {
        for device in &mut devices {
            scope.spawn(move || {
                device.docs.insert(lead, stored(device.world, lead));
                for i in 0..25 {
                    let item = device.edit(lead, note(&format!("note {i}")));
                    assert!(matches!(device.push_one(&item), Outcome::Applied { .. }));
                }
            });
        }
    });
    let mut meera = world.device("meera");
    meera.pull();
    assert_eq!(meera.record(lead).notes.len(), 101);
    let broken = world.core.store().read(|tx| sync_server::store::log::verify(tx, world.core.org().id));
    assert_eq!(broken.expect("read"), None);
}

#[test]
fn a_follow_up_needs_an_owner_and_an_open_lead() {
    let world = World::memory();
    let follow_up =
        || Command::ScheduleFollowUp { due_at: START, zone: "Asia/Kolkata".into(), local: "2026-11-22T17:00".into(), note: String::new() };
    let mut meera = world.device("meera");
    let unassigned = meera.created("+919820014786");
    let item = meera.edit(unassigned, follow_up());
    assert_eq!(refusal(&meera.push_one(&item)).code, RefusalCode::LeadUnassigned);
    let mut asha = world.device("asha");
    let dropped = asha.created("+919820014787");
    let lost = asha.edit(dropped, Command::ChangeStatus { from: Status::New, to: Status::Lost, reason: Some("Financial".into()) });
    let item = asha.edit(dropped, follow_up());
    let outcomes = asha.push(&[lost, item]);
    assert_eq!(refusal(&outcomes[1]).code, RefusalCode::LeadClosed);
}
