//! A dropped lead comes back by a reopening, which a salesperson may not, or because two people moved
//! it at once (`architecture.md` §5), which a forged client would like to claim.

use crate::support::{Device, World, refusal, status, stored};
use domain::people::QuarantineReason;
use domain::{Command, LeadId, RefusalCode, Role, Status};
use protocol::push::{Outcome, PushItem};
use records::Doc;

const HOUR: i64 = 3_600_000;

fn dropped(from: Status) -> Command {
    Command::ChangeStatus { from, to: Status::Lost, reason: Some("Financial".into()) }
}

/// A lead of asha's as it was made, and the document as it was then.
fn new_lead(asha: &mut Device<'_>) -> (LeadId, Doc) {
    let lead = asha.created("+919812345678");
    asha.pull();
    (lead, asha.docs[&lead].clone())
}

/// Meera, the manager, drops it.
fn drop_it(world: &World, lead: LeadId) {
    let mut meera = world.device("meera");
    meera.pull();
    let item = meera.edit(lead, dropped(Status::New));
    assert!(matches!(meera.push_one(&item), Outcome::Applied { .. }));
}

/// A change of `forged` that claims to know only `old`.
fn on_old(forged: &mut Device<'_>, lead: LeadId, old: &Doc, command: Command) -> PushItem {
    forged.actor = forged.world.core.env().random();
    forged.docs.insert(lead, old.clone());
    forged.edit(lead, command)
}

fn stands(world: &World, lead: LeadId) -> (Status, bool) {
    let record = records::lead::read(&stored(world, lead), lead).expect("a record");
    (record.status, record.review)
}

#[track_caller]
fn refused(world: &World, lead: LeadId, outcome: &Outcome) {
    let refusal = refusal(outcome);
    assert_eq!(refusal.code, RefusalCode::NotPermitted, "{refusal:?}");
    assert!(refusal.text.contains("Reopening"), "{refusal:?}");
    assert_eq!(stands(world, lead), (Status::Lost, false));
}

#[test]
fn who_was_told_of_the_drop_does_not_race_it() {
    let world = World::memory();
    let mut asha = world.device("asha");
    let (lead, old) = new_lead(&mut asha);
    drop_it(&world, lead);
    asha.pull();
    asha.pull();
    for to in [Status::InProgress, Status::Interested] {
        let item = on_old(&mut asha, lead, &old, status(Status::New, to));
        refused(&world, lead, &asha.push_one(&item));
    }
    // What would lose against the drop anyway is no reopening.
    let item = on_old(&mut asha, lead, &old, status(Status::New, Status::Cnp));
    assert!(matches!(asha.push_one(&item), Outcome::Applied { .. }));
    assert_eq!(stands(&world, lead).0, Status::Lost);
    let cnp = asha.docs[&lead].clone();
    let item = on_old(&mut asha, lead, &cnp, status(Status::Cnp, Status::Interested));
    assert_eq!(refusal(&asha.push_one(&item)).code, RefusalCode::NotPermitted, "nor in two steps");
}

#[test]
fn who_dropped_it_does_not_race_themselves() {
    let world = World::memory();
    let mut asha = world.device("asha");
    let (lead, old) = new_lead(&mut asha);
    let item = asha.edit(lead, dropped(Status::New));
    assert!(matches!(asha.push_one(&item), Outcome::Applied { .. }));
    // The same device, or another of theirs that says it knows of nothing.
    let item = on_old(&mut asha, lead, &old, status(Status::New, Status::InProgress));
    refused(&world, lead, &asha.push_one(&item));
    let mut laptop = world.device("asha");
    let item = on_old(&mut laptop, lead, &old, status(Status::New, Status::InProgress));
    refused(&world, lead, &laptop.push_one(&item));
    // In one push with the drop.
    let (other, old) = new_lead(&mut asha);
    let drop = asha.edit(other, dropped(Status::New));
    let back = on_old(&mut asha, other, &old, status(Status::New, Status::InProgress));
    let outcomes = asha.push(&[drop, back]);
    assert!(matches!(outcomes[0], Outcome::Applied { .. }), "{outcomes:?}");
    refused(&world, other, &outcomes[1]);
}

#[test]
fn who_did_not_know_of_it_races_it_and_the_lead_is_flagged() {
    let world = World::memory();
    let mut asha = world.device("asha");
    let (lead, _) = new_lead(&mut asha);
    let item = asha.edit(lead, status(Status::New, Status::InProgress));
    drop_it(&world, lead);
    assert!(matches!(asha.push_one(&item), Outcome::Applied { .. }));
    assert_eq!(stands(&world, lead), (Status::InProgress, true));
}

#[test]
fn a_frozen_cursor_races_no_longer_than_its_lease() {
    let world = World::memory();
    let mut asha = world.device("asha");
    let (lead, old) = new_lead(&mut asha);
    drop_it(&world, lead);
    world.later(73 * HOUR);
    let item = on_old(&mut asha, lead, &old, status(Status::New, Status::InProgress));
    let outcome = asha.push_one(&item);
    assert_eq!(outcome, Outcome::Quarantined { reason: QuarantineReason::LeaseEnded });
    assert_eq!(stands(&world, lead), (Status::Lost, false));
}

#[test]
fn who_may_reopen_may_race_as_they_like() {
    let world = World::memory();
    let mut asha = world.device("asha");
    let (lead, old) = new_lead(&mut asha);
    drop_it(&world, lead);
    for name in ["ravi", "meera"] {
        let mut lead_of_the_team = world.device(name);
        lead_of_the_team.pull();
        lead_of_the_team.pull();
        let item = on_old(&mut lead_of_the_team, lead, &old, status(Status::New, Status::InProgress));
        assert!(matches!(lead_of_the_team.push_one(&item), Outcome::Applied { .. }), "{name}");
    }
    assert_eq!(world.core.oneself(&asha.who).expect("asha").role, Role::Salesperson);
    assert_eq!(stands(&world, lead), (Status::InProgress, true));
}

/// Takes `item` back, on the device that made it.
fn undone(device: &mut Device<'_>, lead: LeadId, item: &PushItem) -> PushItem {
    let of = Box::new(item.envelope.command.clone());
    device.edit(lead, Command::Undo { command: item.envelope.id, of })
}

#[test]
fn who_dropped_it_takes_that_back_and_needs_no_reopening() {
    let world = World::memory();
    let mut asha = world.device("asha");
    let (lead, _) = new_lead(&mut asha);
    let dropping = asha.edit(lead, dropped(Status::New));
    let undo = undone(&mut asha, lead, &dropping);
    let outcomes = asha.push(&[dropping, undo]);
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Applied { .. })), "{outcomes:?}");
    assert_eq!(stands(&world, lead), (Status::New, false));
    assert_eq!(asha.record(lead).drop, None);
}

#[test]
fn nobody_takes_back_what_was_changed_since_or_is_somebody_elses() {
    let world = World::memory();
    let (mut asha, mut meera) = (world.device("asha"), world.device("meera"));
    let (lead, _) = new_lead(&mut asha);
    let dropping = asha.edit(lead, dropped(Status::New));
    assert!(matches!(asha.push_one(&dropping), Outcome::Applied { .. }));
    // Another's, and one that says something else than was done.
    meera.pull();
    let of = Box::new(dropping.envelope.command.clone());
    let forged = meera.forge(lead, Command::Undo { command: dropping.envelope.id, of });
    assert_eq!(refusal(&meera.push_one(&forged)).code, RefusalCode::NotCurrent);
    let of = Box::new(Command::SetInterest { level: 3 });
    let forged = asha.forge(lead, Command::Undo { command: dropping.envelope.id, of });
    assert_eq!(refusal(&asha.push_one(&forged)).code, RefusalCode::NotCurrent);
    // Reopened since, and dropped again by somebody else: that drop stands.
    meera.docs.insert(lead, stored(&world, lead));
    let reopened = Command::ChangeStatus { from: Status::Lost, to: Status::InProgress, reason: Some("Called back".into()) };
    for command in [reopened, dropped(Status::InProgress)] {
        let item = meera.edit(lead, command);
        assert!(matches!(meera.push_one(&item), Outcome::Applied { .. }));
    }
    asha.docs.insert(lead, stored(&world, lead));
    let forged = asha.forge(lead, Command::Undo { command: dropping.envelope.id, of: Box::new(dropping.envelope.command.clone()) });
    assert_eq!(refusal(&asha.push_one(&forged)).code, RefusalCode::NotCurrent);
    assert_eq!(stands(&world, lead), (Status::Lost, false));
}

#[test]
fn an_undo_does_not_outdo_a_drop_that_its_author_knows() {
    let world = World::memory();
    let mut asha = world.device("asha");
    let (lead, _) = new_lead(&mut asha);
    let moving = asha.edit(lead, status(Status::New, Status::InProgress));
    assert!(matches!(asha.push_one(&moving), Outcome::Applied { .. }));
    let dropping = asha.edit(lead, dropped(Status::InProgress));
    assert!(matches!(asha.push_one(&dropping), Outcome::Applied { .. }));
    let old = asha.docs[&lead].clone();
    // Meera reopens it and drops it herself; asha is told, and says that she was not.
    let mut meera = world.device("meera");
    meera.pull();
    let reopened = Command::ChangeStatus { from: Status::Lost, to: Status::InProgress, reason: Some("Called back".into()) };
    for command in [reopened, dropped(Status::InProgress)] {
        let item = meera.edit(lead, command);
        assert!(matches!(meera.push_one(&item), Outcome::Applied { .. }));
    }
    asha.pull();
    asha.pull();
    let of = Box::new(dropping.envelope.command.clone());
    let item = on_old(&mut asha, lead, &old, Command::Undo { command: dropping.envelope.id, of });
    refused(&world, lead, &asha.push_one(&item));
}
