//! A thousand companies under every misfortune that the simulator knows; at each quiescence its oracles
//! find everything as it should be.

use tests::sim::report::run_all;
use tests::sim::{Plan, run};

/// Seeds in each of the four tests, which run in parallel.
const SEEDS: u64 = 250;

#[test]
fn a_thousand_companies_end_as_they_should_part_1() {
    companies(0);
}

#[test]
fn a_thousand_companies_end_as_they_should_part_2() {
    companies(1);
}

#[test]
fn a_thousand_companies_end_as_they_should_part_3() {
    companies(2);
}

#[test]
fn a_thousand_companies_end_as_they_should_part_4() {
    companies(3);
}

fn companies(part: u64) {
    let mut sum = run_all(part * SEEDS..(part + 1) * SEEDS, 1, &Plan::sized_by, &|_| ());
    println!("{}", sum.table());
    let failures: Vec<String> = sum.failures().iter().map(ToString::to_string).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert_eq!(sum.never(), [""; 0], "no company saw this");
}

#[test]
fn a_seed_replays_exactly() {
    let plan = Plan::of(7, 80, 7);
    let (one, two) = (run(&plan), run(&plan));
    assert!(one.digest.is_some(), "{:?}", one.findings);
    assert_eq!(one.digest, two.digest, "the same log to the last byte");
}
