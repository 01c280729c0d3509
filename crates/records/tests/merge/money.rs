//! Ledgers: entries by union, one price and plan for all, and of several reversals of one entry one.

use super::Device;
use domain::ledger::{Instalment, Mode, Payment};
use domain::{Command, Currency, DocKind, Ledger, LedgerCommand, Money};
use proptest::prelude::*;
use rand::rngs::SmallRng;
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{Rng, SeedableRng};
use records::{Doc, NewChange, ledger};
use uuid::Uuid;

fn at_desk(n: u8) -> Device {
    Device { doc: Doc::seed(DocKind::Ledger), ..Device::new(n) }
}

fn rupees(minor: i64) -> Money {
    Money::new(minor, Currency::INR)
}

fn payment(minor: i64) -> Payment {
    let day = "2026-11-20".parse().expect("a day");
    Payment { amount: rupees(minor), mode: Mode::Cash, day, reference: None, note: String::new() }
}

fn pay(minor: i64) -> Command {
    Command::Ledger(LedgerCommand::AddPayment { payment: payment(minor) })
}

fn reverse(entry: Uuid, replacement: Option<i64>) -> Command {
    Command::Ledger(LedgerCommand::Reverse { entry, reason: "typed wrong".into(), replacement: replacement.map(payment) })
}

fn read(device: &Device) -> Ledger {
    ledger::read(&device.doc).expect("a ledger")
}

fn paid(device: &Device) -> i64 {
    read(device).summary(Currency::INR, "2026-11-26".parse().expect("a day")).expect("small sums").paid.minor
}

fn exchange(a: &mut Device, b: &mut Device, one: &NewChange, other: &NewChange) {
    a.take(other);
    b.take(one);
}

#[test]
fn two_who_begin_a_ledger_at_once_lose_nothing() {
    let (mut a, mut b) = (at_desk(1), at_desk(2));
    let (x, y) = (a.run(pay(500)), b.run(pay(250)));
    exchange(&mut a, &mut b, &x, &y);
    assert_eq!((paid(&a), paid(&b)), (750, 750));
    assert_eq!(read(&a), read(&b));
}

#[test]
fn two_who_reverse_one_entry_take_it_out_once() {
    let (mut a, mut b) = (at_desk(1), at_desk(2));
    let made = a.run(pay(500));
    b.take(&made);
    let entry = *read(&a).entries.keys().next().expect("an entry");
    let (x, y) = (a.run(reverse(entry, Some(400))), b.run(reverse(entry, Some(300))));
    exchange(&mut a, &mut b, &x, &y);
    assert_eq!((paid(&a), paid(&b)), (400, 400), "device 1 has the smaller id");
    assert_eq!(read(&b).standing().outdone.len(), 1);
}

#[test]
fn of_two_prices_at_once_one_shows_and_says_so() {
    let (mut a, mut b) = (at_desk(1), at_desk(2));
    let price = |minor| Command::Ledger(LedgerCommand::SetPackage { total: Some(rupees(minor)) });
    let (x, y) = (a.run(price(1_000)), b.run(price(2_000)));
    exchange(&mut a, &mut b, &x, &y);
    assert_eq!(read(&a), read(&b));
    assert!(read(&a).contested);
    let settled = a.run(price(1_500));
    b.take(&settled);
    assert_eq!((read(&b).package, read(&b).contested), (Some(rupees(1_500)), false));
}

fn a_command(rng: &mut SmallRng, known: &[Uuid]) -> Command {
    let minor = rng.random_range(1..100_000);
    let due = format!("2026-12-{:02}", rng.random_range(1..28)).parse().expect("a day");
    Command::Ledger(match (rng.random_range(0..8), known.choose(rng)) {
        (0..3, _) | (3..5, None) => LedgerCommand::AddPayment { payment: payment(minor) },
        (3..5, Some(entry)) => {
            let replacement = rng.random_bool(0.5).then(|| payment(minor));
            LedgerCommand::Reverse { entry: *entry, reason: "typed wrong".into(), replacement }
        }
        (5, _) => LedgerCommand::AddDiscount { amount: rupees(minor), reason: "festival".into() },
        (6, _) => LedgerCommand::SetPackage { total: Some(rupees(minor)) },
        _ => LedgerCommand::SetPlan { instalments: vec![Instalment { due, amount: rupees(minor) }] },
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_order_and_duplication_of_deliveries_gives_the_same_ledger(seed: u64) {
        let mut rng = SmallRng::seed_from_u64(seed);
        let mut devices: Vec<Device> = (1..=3).map(at_desk).collect();
        let mut changes: Vec<NewChange> = Vec::new();
        for _ in 0..20 {
            let who = rng.random_range(0..devices.len());
            let known: Vec<Uuid> = read(&devices[who]).entries.keys().copied().collect();
            let command = a_command(&mut rng, &known);
            changes.push(devices[who].run(command));
            if rng.random_bool(0.3) {
                let from = rng.random_range(0..devices.len());
                for hash in devices[from].doc.missing_in(&devices[who].doc) {
                    let bytes = devices[from].doc.change_bytes(&hash).expect("it is here");
                    devices[who].doc.apply_trusted(&bytes).expect("in order");
                }
            }
        }
        let mut want = None;
        for _ in 0..4 {
            let mut doc = Doc::seed(DocKind::Ledger);
            let mut left: Vec<&NewChange> = changes.iter().chain(changes.choose_multiple(&mut rng, 5)).collect();
            left.shuffle(&mut rng);
            while !left.is_empty() {
                // What waits for another comes again in the next round.
                left.retain(|change| doc.apply_trusted(&change.bytes).is_err());
            }
            let read = ledger::read(&Doc::load(&doc.save()).expect("loads")).expect("a ledger");
            prop_assert_eq!(want.get_or_insert(read.clone()), &read);
        }
    }
}

#[test]
fn a_reversal_made_again_elsewhere_is_the_same() {
    let (mut a, mut b) = (at_desk(1), at_desk(2));
    let made = a.run(pay(500));
    let entry = *read(&a).entries.keys().next().expect("an entry");
    let envelope = a.envelope(reverse(entry, None));
    b.take(&made);
    let base = Doc::seed(DocKind::Ledger).heads();
    records::reexecute(&mut b.doc, &base, [9; 16], &envelope).expect("carried out");
    assert_eq!(paid(&b), 0);
}
