//! Ledgers: who writes into one and who gets it, as the rows of Appendix A say (23 to 25).

use super::{Place, Table, begin, company, everybody, lead_for};
use crate::support::{Device, World};
use domain::ledger::{Instalment, Mode, Payment};
use domain::{Command, Currency, DocId, LeadId, LedgerCommand, Money, RefusalCode, Status};
use protocol::pull::Entry;
use protocol::push::{Outcome, PushItem};
use uuid::Uuid;

fn payment(minor: i64) -> Payment {
    let day = "2026-11-20".parse().expect("a day");
    Payment { amount: Money::new(minor, Currency::INR), mode: Mode::Upi, day, reference: None, note: String::new() }
}

pub fn commands(entry: Uuid) -> [LedgerCommand; 7] {
    let (amount, reason) = (Money::new(500, Currency::INR), || "typed wrong".to_owned());
    let due = "2026-12-20".parse().expect("a day");
    [
        LedgerCommand::AddPayment { payment: payment(500) },
        LedgerCommand::Refund { payment: payment(500), reason: reason() },
        LedgerCommand::AddDiscount { amount, reason: reason() },
        LedgerCommand::Reverse { entry, reason: reason(), replacement: None },
        LedgerCommand::SetPackage { total: Some(amount) },
        LedgerCommand::SetPlan { instalments: vec![Instalment { due, amount }] },
        LedgerCommand::Promise { day: due, amount: None, note: String::new() },
    ]
}

fn forge(device: &mut Device<'_>, lead: LeadId, command: LedgerCommand) -> PushItem {
    device.forge_in(DocId::ledger(lead), Command::Ledger(command))
}

fn code(outcome: &Outcome) -> Option<RefusalCode> {
    match outcome {
        Outcome::Applied { .. } => None,
        Outcome::Refused { refusal } => Some(refusal.code),
        other => panic!("{other:?}"),
    }
}

fn pay(device: &mut Device<'_>, lead: LeadId) -> Uuid {
    let item = forge(device, lead, LedgerCommand::AddPayment { payment: payment(500) });
    assert_eq!(code(&device.push_one(&item)), None);
    item.envelope.id.0
}

fn got(device: &mut Device<'_>, lead: LeadId) -> bool {
    let of_ledger = |entry: &Entry| match entry {
        Entry::Changes { doc, .. } => *doc == DocId::ledger(lead),
        Entry::Snapshot(snapshot) => snapshot.doc == DocId::ledger(lead),
        _ => false,
    };
    device.pull().iter().any(of_ledger)
}

#[test]
fn ledgers_are_written_by_whom_the_table_says() {
    let (table, world) = (Table::read(), company());
    let mut boss = world.device("ananya");
    for who in everybody() {
        let mut forged = world.device(&who.name());
        let converted = lead_for(&world, &mut boss, who, Place::Converted, Status::New).lead;
        let theirs = pay(&mut boss, converted);
        for command in commands(theirs) {
            let row = if matches!(command, LedgerCommand::AddPayment { .. }) { "AddPayment" } else { "EditPayment" };
            let anothers = matches!(command, LedgerCommand::Reverse { .. }) && table.word(row, who.role) == "Own";
            let want = (!table.has(row, who.role) || anothers).then_some(RefusalCode::NotPermitted);
            let item = forge(&mut forged, converted, command.clone());
            assert_eq!(code(&forged.push_one(&item)), want, "{who:?} {command:?}");
        }
        if table.has("AddPayment", who.role) {
            let mine = pay(&mut forged, converted);
            let item = forge(&mut forged, converted, LedgerCommand::Reverse { entry: mine, reason: "r".into(), replacement: None });
            assert_eq!(code(&forged.push_one(&item)), None, "{who:?} their own entry");
        }
        // One that is not converted, and one that is not there.
        let open = begin(&world, &mut boss).lead;
        let item = forge(&mut forged, open, commands(theirs)[0].clone());
        let want = match table.word("AddPayment", who.role) {
            "All" => None,
            "Own" => Some(RefusalCode::NotFound),
            _ => Some(RefusalCode::NotPermitted),
        };
        assert_eq!(code(&forged.push_one(&item)), want, "{who:?} on an open lead");
        let item = forge(&mut forged, LeadId(Uuid::from_u128(9)), commands(theirs)[0].clone());
        let want = if table.has("AddPayment", who.role) { RefusalCode::NotFound } else { RefusalCode::NotPermitted };
        assert_eq!(code(&forged.push_one(&item)), Some(want), "{who:?} on none");
    }
}

#[test]
fn ledgers_reach_those_who_see_payments_and_their_authors() {
    let (table, world) = (Table::read(), company());
    let mut boss = world.device("ananya");
    for who in everybody() {
        for fresh in [true, false] {
            let mut device = world.device(&who.name());
            let lead = lead_for(&world, &mut boss, who, Place::Converted, Status::New).lead;
            if !fresh {
                while !device.pull().is_empty() {}
            }
            pay(&mut boss, lead);
            let all = table.word("ViewPayments", who.role);
            // Who sees phones masked gets no document.
            let sees = matches!(all, "All" | "View") && table.has("SeePhone", who.role);
            assert_eq!(got_within(&mut device, lead), sees, "{who:?} {fresh}");
            if all == "Own" {
                pay(&mut device, lead);
                assert!(got_within(&mut device, lead), "{who:?} {fresh}: with what others wrote before");
            }
        }
    }
}

/// Within a back-fill and what follows it.
fn got_within(device: &mut Device<'_>, lead: LeadId) -> bool {
    (0..3).any(|_| got(device, lead))
}

fn paid_and_undone(world: &World, paid: bool) -> Option<RefusalCode> {
    let mut boss = world.device("ananya");
    let lead = begin(world, &mut boss).lead;
    let mut from = Status::New;
    let mut converted = None;
    for to in super::path(Status::Converted) {
        let item = boss.edit(lead, Command::ChangeStatus { from, to: *to, reason: None });
        assert_eq!(code(&boss.push_one(&item)), None);
        (from, converted) = (*to, Some(item.envelope));
    }
    if paid {
        pay(&mut boss, lead);
    }
    let made = converted.expect("a conversion");
    let item = boss.edit(lead, Command::Undo { command: made.id, of: Box::new(made.command) });
    code(&boss.push_one(&item))
}

#[test]
fn a_conversion_is_undone_only_while_nothing_is_paid() {
    let world = company();
    assert_eq!(paid_and_undone(&world, false), None);
    assert_eq!(paid_and_undone(&world, true), Some(RefusalCode::LeadClosed));
}

#[test]
fn amounts_of_another_currency_are_refused() {
    let world = company();
    let mut boss = world.device("ananya");
    let lead = begin(&world, &mut boss).lead;
    let dollars = Payment { amount: Money::new(5, "USD".parse().expect("a currency")), ..payment(5) };
    let item = forge(&mut boss, lead, LedgerCommand::AddPayment { payment: dollars });
    assert_eq!(code(&boss.push_one(&item)), Some(RefusalCode::InvalidValue));
}
