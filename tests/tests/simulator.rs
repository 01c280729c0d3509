//! Three hundred companies under every misfortune that the simulator knows; at each quiescence its oracles
//! find everything as it should be.

use tests::sim::report::run_all;
use tests::sim::{Plan, run};

/// Companies in the suite; `cargo xtask sim --seeds N` runs more.
const SEEDS: u64 = 300;
/// Side by side.
const THREADS: usize = 2;

#[test]
fn three_hundred_companies_end_as_they_should() {
    let mut sum = run_all(0..SEEDS, THREADS, &Plan::sized_by, &|_| ());
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
