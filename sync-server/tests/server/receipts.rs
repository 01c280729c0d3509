//! Numbers of receipts: in their order, none left out and none twice, whoever pushes and whatever is refused.

use crate::support::{Device, World};
use domain::config::Setting;
use domain::ledger::{Mode, Payment};
use domain::{Command, Currency, DocId, LeadId, LedgerCommand, Money};
use protocol::pull::Entry;
use protocol::push::{Outcome, PushItem, PushRequest};
use protocol::rows::{ReceiptRow, Row};
use std::collections::BTreeSet;
use sync_server::Core;
use sync_server::store::receipts;
use uuid::Uuid;

/// Who push at once, and how many payments each.
const CALLERS: u64 = 16;
const EACH: u64 = 4;

fn payment(minor: i64) -> Payment {
    let day = "2026-11-20".parse().expect("a day");
    Payment { amount: Money::new(minor, Currency::INR), mode: Mode::Upi, day, reference: None, note: String::new() }
}

fn forge(device: &mut Device<'_>, lead: LeadId, command: LedgerCommand) -> PushItem {
    device.forge_in(DocId::ledger(lead), Command::Ledger(command))
}

fn pay(device: &mut Device<'_>, lead: LeadId, minor: i64) -> PushItem {
    forge(device, lead, LedgerCommand::AddPayment { payment: payment(minor) })
}

fn given(world: &World) -> Vec<ReceiptRow> {
    world.core.store().read(|tx| receipts::all(tx, world.core.org().id)).expect("readable")
}

/// Until the server takes it: another node may hold the database just now.
fn push(core: &Core, device: &Device<'_>, items: &[PushItem]) -> Vec<Outcome> {
    loop {
        let answer = core.push(&device.who, PushRequest { items: items.to_vec() }).expect("an answer");
        let outcomes: Vec<Outcome> = answer.results.into_iter().map(|result| result.outcome).collect();
        if !outcomes.iter().any(|outcome| matches!(outcome, Outcome::RetryLater { .. })) {
            return outcomes;
        }
    }
}

/// From sixteen callers at two nodes, of several ledgers, each push sent twice.
pub fn at_once(world: &World) {
    let before = given(world).len() as u64;
    let leads: Vec<LeadId> = (0..3).map(|i| world.device("ananya").created(&format!("+9198200{i}9786"))).collect();
    let other = Core::open(world.core.store().clone(), world.core.env().clone()).expect("a second node");
    let (leads, nodes) = (&leads, [&world.core, &other]);
    std::thread::scope(|scope| {
        for n in 0..CALLERS {
            scope.spawn(move || {
                let mut device = world.device("ananya");
                for i in 0..EACH {
                    let item = pay(&mut device, leads[(n + i) as usize % leads.len()], 100);
                    let node = nodes[(n % 2) as usize];
                    let first = push(node, &device, std::slice::from_ref(&item));
                    assert!(matches!(first[..], [Outcome::Applied { .. } | Outcome::Reapplied { .. }]), "{first:?}");
                    assert_eq!(push(node, &device, &[item]), first, "a retry has the same answer");
                }
            });
        }
    });
    let all = given(world);
    let numbers: Vec<u64> = all.iter().map(|receipt| receipt.number).collect();
    assert_eq!(numbers, (1..=before + CALLERS * EACH).collect::<Vec<_>>(), "no gap and no double");
    assert_eq!(all.iter().map(|receipt| receipt.entry).collect::<BTreeSet<_>>().len(), numbers.len(), "one for each entry");
}

#[test]
fn only_accepted_money_is_numbered() {
    let world = World::memory();
    let (mut boss, mut asha) = (world.device("ananya"), world.device("asha"));
    let lead = boss.created("+919820014786");
    let first = pay(&mut boss, lead, 500);
    let items = [
        first.clone(),
        forge(&mut boss, lead, LedgerCommand::AddDiscount { amount: Money::new(5, Currency::INR), reason: "r".into() }),
        forge(&mut boss, lead, LedgerCommand::SetPackage { total: Some(Money::new(5_000, Currency::INR)) }),
        pay(&mut boss, lead, 0),
    ];
    let outcomes: Vec<bool> = items.iter().map(|item| matches!(boss.push_one(item), Outcome::Applied { .. })).collect();
    assert_eq!(outcomes, [true, true, true, false]);
    // A salesperson may not: nothing is numbered for what is refused.
    let theirs = pay(&mut asha, lead, 500);
    assert!(matches!(asha.push_one(&theirs), Outcome::Refused { .. }));
    let prefix = Command::SetSetting { setting: Setting::ReceiptPrefix, value: Some("ACME/26-".into()) };
    let config = DocId::config(world.core.org().id);
    let renamed = boss.forge_in(config, prefix);
    assert!(matches!(boss.push_one(&renamed), Outcome::Applied { .. }));
    let reverse = LedgerCommand::Reverse { entry: first.envelope.id.0, reason: "r".into(), replacement: Some(payment(700)) };
    let corrected = forge(&mut boss, lead, reverse);
    assert!(matches!(boss.push_one(&corrected), Outcome::Applied { .. }));
    let all = given(&world);
    let shown: Vec<(Uuid, String)> = all.iter().map(|receipt| (receipt.entry, receipt.text())).collect();
    assert_eq!(shown, [(first.envelope.id.0, "R-00001".to_owned()), (corrected.envelope.id.0, "ACME/26-00002".to_owned())]);
    assert!(all.iter().all(|receipt| receipt.lead == lead));
}

fn numbers_in(entries: &[Entry], lead: LeadId) -> BTreeSet<u64> {
    let of = |entry: &Entry| match entry {
        Entry::Row(Row::Receipt(receipt)) if receipt.lead == lead => vec![receipt.number],
        Entry::Snapshot(snapshot) if snapshot.doc == DocId::ledger(lead) => snapshot.receipts.iter().map(|r| r.number).collect(),
        _ => Vec::new(),
    };
    entries.iter().flat_map(of).collect()
}

#[test]
fn numbers_reach_whoever_has_the_ledger_and_nobody_else() {
    let world = World::memory();
    let mut boss = world.device("ananya");
    let lead = boss.created("+919820014786");
    let (mut asha, mut karthik) = (world.device("asha"), world.device("karthik"));
    for device in [&mut boss, &mut asha, &mut karthik] {
        device.pull();
    }
    for minor in [500, 700] {
        let item = pay(&mut boss, lead, minor);
        boss.push_one(&item);
    }
    // In the log, and to a new computer with the whole ledger.
    assert_eq!(numbers_in(&boss.pull(), lead), BTreeSet::from([1, 2]));
    assert_eq!(numbers_in(&world.device("ananya").pull(), lead), BTreeSet::from([1, 2]));
    // A Salesperson sees no payments, an Analyst no documents.
    for device in [&mut asha, &mut karthik, &mut world.device("asha"), &mut world.device("karthik")] {
        assert_eq!(numbers_in(&device.pull(), lead), BTreeSet::new());
    }
    assert_eq!(numbers_in(&boss.pull(), lead), BTreeSet::new(), "told once");
}
