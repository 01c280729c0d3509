//! Who gets a ledger, and who is told only where it stands.

use crate::assignment::check_in;
use crate::support::{Device, World, person, status};
use domain::ledger::{Badge, Instalment, Mode, Payment, PaymentStatus};
use domain::{Command, Currency, DocId, LeadId, LedgerCommand, Money, Role, Status};
use protocol::pull::Entry;
use protocol::push::Outcome;
use protocol::rows::{BadgeRow, Row};

fn rupees(minor: i64) -> Money {
    Money::new(minor, Currency::INR)
}

fn converted(device: &mut Device<'_>) -> LeadId {
    let lead = device.created("+919820014786");
    for (from, to) in [(Status::New, Status::Interested), (Status::Interested, Status::Qualified), (Status::Qualified, Status::Converted)] {
        let item = device.edit(lead, status(from, to));
        assert!(matches!(device.push_one(&item), Outcome::Applied { .. }));
    }
    lead
}

fn account(device: &mut Device<'_>, lead: LeadId, command: LedgerCommand) {
    let item = device.forge_in(DocId::ledger(lead), Command::Ledger(command));
    let outcome = device.push_one(&item);
    assert!(matches!(outcome, Outcome::Applied { .. } | Outcome::Reapplied { .. }), "{outcome:?}");
}

fn pay(device: &mut Device<'_>, lead: LeadId, minor: i64) {
    let day = "2026-11-20".parse().expect("a day");
    let payment = Payment { amount: rupees(minor), mode: Mode::Upi, day, reference: None, note: String::new() };
    account(device, lead, LedgerCommand::AddPayment { payment });
}

/// What a device pulls of where payments stand, and whether anything of a ledger itself.
fn pulled(device: &mut Device<'_>) -> (Vec<BadgeRow>, bool) {
    let (mut badges, mut holds) = (Vec::new(), false);
    for entry in device.pull() {
        match entry {
            Entry::Row(Row::Badge(row)) => badges.push(row),
            Entry::Snapshot(snapshot) => holds |= snapshot.doc.ledger_of().is_some(),
            Entry::Changes { doc, .. } => holds |= doc.ledger_of().is_some(),
            _ => {}
        }
    }
    (badges, holds)
}

#[test]
fn who_may_not_hold_a_ledger_is_told_where_it_stands() {
    let world = World::memory();
    let (mut asha, mut ravi, mut meera, mut boss) =
        (world.device("asha"), world.device("ravi"), world.device("meera"), world.device("ananya"));
    let lead = converted(&mut asha);
    for device in [&mut asha, &mut ravi, &mut meera, &mut boss] {
        pulled(device);
    }
    let due = "2026-12-01".parse().expect("a day");
    account(&mut boss, lead, LedgerCommand::SetPackage { total: Some(rupees(1_000)) });
    account(&mut boss, lead, LedgerCommand::SetPlan { instalments: vec![Instalment { due, amount: rupees(1_000) }] });
    pay(&mut boss, lead, 400);
    let badge = |status, next_due| BadgeRow { lead, badge: Some(Badge { status, next_due }) };
    let (told, holds) = pulled(&mut ravi);
    let (pending, partial) = (PaymentStatus::Pending, PaymentStatus::Partial);
    assert_eq!(told, [badge(pending, None), badge(pending, Some(due)), badge(partial, Some(due))], "each time that it changes");
    assert!(!holds, "a Team Lead gets no ledger");
    pay(&mut boss, lead, 100);
    assert_eq!(pulled(&mut ravi), (Vec::new(), false), "it stands as before");
    pay(&mut boss, lead, 500);
    assert_eq!(pulled(&mut ravi).0, [badge(PaymentStatus::Completed, None)]);
    assert_eq!(pulled(&mut asha), (Vec::new(), false), "payments are not in a salesperson's role");
    // A computer that comes new is told with the lead.
    assert_eq!(pulled(&mut world.device("ravi")), (vec![badge(PaymentStatus::Completed, None)], false));
    assert_eq!(pulled(&mut world.device("asha")), (Vec::new(), false));
    assert!(pulled(&mut world.device("ananya")).1);
}

#[test]
fn who_is_handed_a_converted_lead_gets_its_ledger() {
    let world = World::memory();
    world.core.add_user(&person("farah", Role::RecoveryAgent, None)).expect("a user");
    let (mut asha, mut boss) = (world.device("asha"), world.device("ananya"));
    let (mut deepak, mut farah) = (world.device("deepak"), world.device("farah"));
    let lead = converted(&mut asha);
    pay(&mut boss, lead, 400);
    assert!(!pulled(&mut deepak).1 && !pulled(&mut farah).1, "nobody has it yet");
    check_in(&world, &["deepak"]);
    world.core.do_chores().expect("done");
    assert!(pulled(&mut deepak).1, "what was written down before");
    pay(&mut boss, lead, 100);
    assert!(pulled(&mut deepak).1, "and what comes later");
    assert!(pulled(&mut world.device("deepak")).1, "on a new computer, too");
    assert!(!pulled(&mut farah).1 && !pulled(&mut world.device("farah")).1, "others who collect get none of it");
}
