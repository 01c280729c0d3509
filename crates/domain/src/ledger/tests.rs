//! The rules of a ledger, on ledgers put together by hand and at random.

use super::*;
use crate::money::AMOUNT_MAX;
use PaymentStatus::{Completed, Overdue, Partial, Pending};
use proptest::prelude::*;

const ME: UserId = UserId(Uuid::from_u128(1));

fn rupees(minor: i64) -> Money {
    Money::new(minor, Currency::INR)
}

fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

fn payment(minor: i64) -> Payment {
    Payment { amount: rupees(minor), mode: Mode::Upi, day: day("2026-11-20"), reference: None, note: String::new() }
}

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn ledger(entries: impl IntoIterator<Item = (u128, What)>) -> Ledger {
    let entry = |(n, what)| (id(n), Entry { by: ME, at: 1, what });
    Ledger { entries: entries.into_iter().map(entry).collect(), ..Ledger::default() }
}

fn reversal(entry: u128, replacement: Option<i64>) -> What {
    What::Reversal { entry: id(entry), reason: "typed wrong".into(), replacement: replacement.map(payment) }
}

fn summary(ledger: &Ledger) -> Summary {
    ledger.summary(Currency::INR, day("2026-11-26")).expect("small sums")
}

fn paid(ledger: &Ledger) -> i64 {
    summary(ledger).paid.minor
}

#[test]
fn an_entry_counts_until_it_is_reversed() {
    let two = [(1, What::Payment(payment(500))), (2, What::Payment(payment(250)))];
    assert_eq!(paid(&ledger(two.clone())), 750);
    assert_eq!(paid(&ledger(two.clone().into_iter().chain([(3, reversal(1, None))]))), 250);
    assert_eq!(paid(&ledger(two.clone().into_iter().chain([(3, reversal(1, Some(400)))]))), 650);
    let back = What::Refund { payment: payment(100), reason: "cancelled".into() };
    assert_eq!(paid(&ledger(two.clone().into_iter().chain([(3, back.clone())]))), 650);
    assert_eq!(paid(&ledger(two.into_iter().chain([(3, back), (4, reversal(3, None))]))), 750, "a refund is reversed, too");
}

#[test]
fn two_people_who_reverse_one_entry_count_once() {
    let base = [(1, What::Payment(payment(500)))];
    let both = ledger(base.clone().into_iter().chain([(7, reversal(1, Some(450))), (5, reversal(1, Some(400)))]));
    assert_eq!(paid(&both), 400, "the smallest id");
    assert_eq!(both.standing().outdone, [id(7)].into(), "the other is flagged");
    let then = ledger(base.into_iter().chain([(7, reversal(1, Some(450))), (5, reversal(1, Some(400))), (8, reversal(7, None))]));
    assert_eq!(paid(&then), 400, "what does not count is not taken away either");
}

#[test]
fn a_replacement_is_replaced_in_turn_and_forged_circles_end() {
    let chain = [(1, What::Payment(payment(500))), (2, reversal(1, Some(400))), (3, reversal(2, Some(300))), (4, reversal(3, None))];
    for (length, sum) in [(1, 500), (2, 400), (3, 300), (4, 0)] {
        assert_eq!(paid(&ledger(chain.clone().into_iter().take(length))), sum);
    }
    let circle = [(1, What::Payment(payment(500))), (2, reversal(1, Some(1))), (3, reversal(4, Some(2))), (4, reversal(3, Some(3)))];
    assert_eq!(paid(&ledger(circle)), 1);
    assert_eq!(paid(&ledger([(1, What::Payment(payment(9))), (1, reversal(1, Some(5)))])), 0, "of itself alone");
}

#[test]
fn status_follows_price_payments_and_plan() {
    let plan = |shares: &[(&str, i64)]| shares.iter().map(|(due, minor)| Instalment { due: day(due), amount: rupees(*minor) }).collect();
    let both: &[(&str, i64)] = &[("2026-11-25", 600), ("2026-12-25", 400)];
    for (sum, package, discount, shares, status, balance, over, overdue) in [
        (0, None, 0, &[][..], Pending, None, 0, 0),
        (500, None, 0, &[][..], Partial, None, 0, 0),
        (0, Some(1_000), 0, &[][..], Pending, Some(1_000), 0, 0),
        (999, Some(1_000), 0, &[][..], Partial, Some(1), 0, 0),
        (1_000, Some(1_000), 0, &[][..], Completed, Some(0), 0, 0),
        (1_200, Some(1_000), 0, &[][..], Completed, Some(0), 200, 0),
        (900, Some(1_000), 100, &[][..], Completed, Some(0), 0, 0),
        (0, Some(1_000), 2_000, &[][..], Completed, Some(0), 0, 0),
        (0, Some(1_000), 0, both, Overdue, Some(1_000), 0, 600),
        (500, Some(1_000), 0, both, Overdue, Some(500), 0, 100),
        (600, Some(1_000), 0, both, Partial, Some(400), 0, 0),
        (100, Some(1_000), 600, both, Overdue, Some(300), 0, 300),
        (700, None, 0, both, Partial, None, 0, 0),
        (100, None, 0, both, Overdue, None, 0, 500),
        (0, None, 0, &[("2026-11-26", 100)][..], Pending, None, 0, 0),
    ] {
        let mut entries = Vec::new();
        entries.extend((sum > 0).then(|| (1, What::Payment(payment(sum)))));
        entries.extend((discount > 0).then(|| (2, What::Discount { amount: rupees(discount), reason: "festival".into() })));
        let ledger = Ledger { package: package.map(rupees), plan: plan(shares), ..ledger(entries) };
        let got = summary(&ledger);
        let shown = (got.status, got.balance.map(|b| b.minor), got.over_paid.minor, got.overdue.minor);
        let badge = ledger.badge(Currency::INR).expect("small sums");
        assert_eq!(badge.map_or(Pending, |badge| badge.on(day("2026-11-26"))), status, "what others see of it");
        assert_eq!(shown, (status, balance, over, overdue), "paid {sum} of {package:?} less {discount}, plan {shares:?}");
    }
}

#[test]
fn next_instalment_is_the_first_not_paid_in_full() {
    let plan = vec![Instalment { due: day("2026-12-01"), amount: rupees(600) }, Instalment { due: day("2027-01-01"), amount: rupees(400) }];
    for (sum, next) in [(1, Some(("2026-12-01", 599))), (600, Some(("2027-01-01", 400))), (750, Some(("2027-01-01", 250))), (1_000, None)] {
        let ledger = Ledger { plan: plan.clone(), ..ledger([(1, What::Payment(payment(sum)))]) };
        assert_eq!(summary(&ledger).next().map(|one| (one.due.to_string(), one.amount.minor)), next.map(|(d, m)| (d.to_owned(), m)));
    }
}

#[test]
fn a_promise_waits_until_as_much_was_paid_after_it() {
    let promise = |amount: Option<i64>| What::Promise { day: day("2026-11-28"), amount: amount.map(rupees), note: String::new() };
    let pay = |minor| What::Payment(payment(minor));
    for (what, entries, waits) in [
        ("nothing was promised", vec![(1, pay(5))], None),
        ("paid before", vec![(1, pay(500)), (2, promise(Some(500)))], Some(2)),
        ("too little", vec![(2, promise(Some(500))), (3, pay(499))], Some(2)),
        ("in two parts", vec![(2, promise(Some(500))), (3, pay(499)), (4, pay(1))], None),
        ("anything will do", vec![(2, promise(None)), (3, pay(1))], None),
        ("an older payment was corrected", vec![(1, pay(1)), (2, promise(Some(500))), (3, reversal(1, Some(500)))], Some(2)),
        ("what was paid was reversed", vec![(2, promise(Some(500))), (3, pay(500)), (4, reversal(3, None))], Some(2)),
        ("taken back", vec![(2, promise(Some(500))), (3, reversal(2, None))], None),
        ("promised anew", vec![(2, promise(Some(500))), (3, promise(None))], Some(3)),
    ] {
        let promised = ledger(entries).promised().expect("small sums");
        assert_eq!(promised.map(|one| one.id), waits.map(id), "{what}");
    }
}

#[test]
fn amounts_of_another_currency_are_left_out_and_huge_sums_are_errors() {
    let dollars = Payment { amount: Money::new(5, "USD".parse().expect("a currency")), ..payment(0) };
    let mixed = ledger([(1, What::Payment(payment(7))), (2, What::Payment(dollars))]);
    assert_eq!(paid(&mixed), 7);
    let huge = ledger([(1, What::Payment(payment(i64::MAX))), (2, What::Payment(payment(1)))]);
    assert_eq!(huge.summary(Currency::INR, day("2026-11-26")), Err(MoneyError::TooMuch));
}

#[test]
fn commands_that_make_no_sense_are_refused_in_words() {
    let reason = || "why".to_owned();
    let instalment = |due: &str, minor| Instalment { due: day(due), amount: rupees(minor) };
    let with_reference = |text: &str| Payment { reference: Some(text.into()), ..payment(5) };
    for (command, says) in [
        (LedgerCommand::AddPayment { payment: payment(0) }, "above zero"),
        (LedgerCommand::AddPayment { payment: payment(-1) }, "above zero"),
        (LedgerCommand::AddPayment { payment: payment(AMOUNT_MAX + 1) }, "too much"),
        (LedgerCommand::AddPayment { payment: with_reference(" - ") }, "letters or digits"),
        (LedgerCommand::Refund { payment: payment(5), reason: " ".into() }, "Say why"),
        (LedgerCommand::AddDiscount { amount: rupees(0), reason: reason() }, "above zero"),
        (LedgerCommand::Reverse { entry: id(1), reason: String::new(), replacement: None }, "Say why"),
        (LedgerCommand::Reverse { entry: id(1), reason: reason(), replacement: Some(payment(0)) }, "above zero"),
        (LedgerCommand::SetPackage { total: Some(rupees(0)) }, "above zero"),
        (LedgerCommand::SetPlan { instalments: vec![instalment("2026-12-02", 1), instalment("2026-12-01", 1)] }, "earliest first"),
        (LedgerCommand::SetPlan { instalments: vec![instalment("2026-12-01", 1), instalment("2026-12-01", 1)] }, "earliest first"),
        (LedgerCommand::SetPlan { instalments: vec![instalment("2026-12-01", 0)] }, "above zero"),
    ] {
        let refusal = command.check_shape().expect_err("it makes no sense");
        assert!(refusal.text.contains(says), "{command:?}: {}", refusal.text);
    }
    assert!(LedgerCommand::SetPlan { instalments: Vec::new() }.check_shape().is_ok(), "no plan any more");
    for text in ["2026-02-30", "2026-2-3", "tomorrow", ""] {
        assert!(text.parse::<Day>().is_err(), "{text}");
    }
}

#[test]
fn what_is_reversed_must_be_there_and_be_money() {
    let held =
        ledger([(1, What::Payment(payment(500))), (2, reversal(1, None)), (3, What::Discount { amount: rupees(5), reason: "r".into() })]);
    let reverse = |entry, replacement: Option<i64>| LedgerCommand::Reverse {
        entry: id(entry),
        reason: "r".into(),
        replacement: replacement.map(payment),
    };
    let code = |command: LedgerCommand| command.check_state(&held, Currency::INR).map_err(|refusal| refusal.code);
    assert_eq!(code(reverse(1, None)), Ok(()), "also where somebody was faster: it is flagged");
    assert_eq!(code(reverse(3, None)), Ok(()));
    assert_eq!(code(reverse(3, Some(5))), Err(RefusalCode::InvalidValue));
    assert_eq!(code(reverse(2, None)), Err(RefusalCode::InvalidValue));
    assert_eq!(code(reverse(9, None)), Err(RefusalCode::NotFound));
    let dollars = Payment { amount: Money::new(5, "USD".parse().expect("a currency")), ..payment(0) };
    assert_eq!(code(LedgerCommand::AddPayment { payment: dollars }), Err(RefusalCode::InvalidValue));
}

#[test]
fn references_are_compared_by_letters_and_digits() {
    assert_eq!(reference_key(" UTR-20 26/11 "), reference_key("utr202611"));
    let one = |text: &str| What::Payment(Payment { reference: Some(text.into()), ..payment(5) });
    let held = ledger([(1, one("UTR-1")), (2, one("utr 1")), (3, reversal(2, None))]);
    assert_eq!(held.references(), [(id(1), "utr1".to_owned())], "what is reversed does not count");
}

#[test]
fn whatever_brings_money_has_a_receipt() {
    let reason = || "r".to_owned();
    for (what, has) in [
        (What::Payment(payment(5)), true),
        (reversal(1, Some(5)), true),
        (reversal(1, None), false),
        (What::Refund { payment: payment(5), reason: reason() }, false),
        (What::Discount { amount: rupees(5), reason: reason() }, false),
    ] {
        assert_eq!(what.has_receipt(), has, "{what:?}");
    }
    assert_eq!(receipt_number("AB/26-", 7), "AB/26-00007");
    assert_eq!(receipt_number("", 1_234_567), "1234567");
    assert_eq!(provisional_number(id(0x1234_abcd)), "P-1234ABCD");
}

#[test]
fn commands_read_back_as_written() {
    let command = LedgerCommand::Reverse { entry: id(1), reason: "r".into(), replacement: Some(payment(5)) };
    let text = serde_json::to_string(&command).expect("plain values");
    assert_eq!(serde_json::from_str::<LedgerCommand>(&text).expect("reads"), command, "{text}");
    let entry = Entry { by: ME, at: 5, what: What::Payment(payment(5)) };
    let text = serde_json::to_string(&entry).expect("plain values");
    assert_eq!(serde_json::from_str::<Entry>(&text).expect("reads"), entry, "{text}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]
    /// Also with reversals of reversals, of nothing, of themselves and of each other.
    #[test]
    fn a_statement_comes_to_what_the_ledger_says(
        kinds in prop::collection::vec((0_u8..5, 1_i64..10_000, 1_u128..14, any::<bool>()), 0..12),
        package in proptest::option::of(1_i64..50_000),
    ) {
        let what = |(kind, minor, target, put): (u8, i64, u128, bool)| match kind {
            0 => What::Payment(payment(minor)),
            1 => What::Refund { payment: payment(minor), reason: "r".into() },
            2 => What::Discount { amount: rupees(minor), reason: "r".into() },
            3 => What::Promise { day: day("2026-12-01"), amount: None, note: String::new() },
            _ => reversal(target, put.then_some(minor)),
        };
        let mut held = ledger((1_u128..).zip(kinds.into_iter().map(what)));
        held.package = package.map(rupees);
        let lines = held.account(Currency::INR).expect("small sums");
        prop_assert_eq!(lines.len(), held.entries.len());
        let (charged, received) = lines.iter().fold((0, 0), |(c, r), line| (c + line.charged.minor, r + line.received.minor));
        let standing = held.standing();
        let sum = |amounts: Vec<i64>| amounts.into_iter().sum::<i64>();
        let paid = sum(standing.payments.values().map(|p| p.amount.minor).collect()) - sum(standing.refunds.values().map(|p| p.amount.minor).collect());
        prop_assert_eq!(received, paid);
        prop_assert_eq!(-charged, sum(standing.discounts.values().map(|d| d.minor).collect()));
        if let Some(last) = lines.last() {
            prop_assert_eq!(last.balance.minor, package.unwrap_or(0) + charged - received);
        }
        for line in &lines {
            let is_outdone = standing.outdone.contains(&line.id);
            prop_assert!(!is_outdone || (line.charged.minor, line.received.minor, line.counts) == (0, 0, false));
        }
    }
}
