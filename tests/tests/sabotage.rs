//! Each oracle of the simulator bites: a deliberate fault is noticed by it within fifty seeds. Built with
//! the feature `sabotage` alone.

use domain::sabotage::{Fault, choose};
use tests::sim::shrink::shrink;
use tests::sim::tally::Oracle;
use tests::sim::{Plan, run};

/// Seeds within which a fault must show.
const SEEDS: u64 = 50;

/// Which oracle has to notice which fault.
const NOTICED: [(Fault, Oracle); 17] = [
    (Fault::LoseUnanswered, Oracle::Lost),
    (Fault::LoseRefused, Oracle::Lost),
    (Fault::ApplyTwice, Oracle::Doubled),
    (Fault::SettleNothing, Oracle::Doubled),
    (Fault::StuckOutbox, Oracle::Unsettled),
    (Fault::SkipChange, Oracle::Heads),
    (Fault::StaleRow, Oracle::Rows),
    (Fault::StaleWords, Oracle::Words),
    (Fault::StaleServerRow, Oracle::ServerRows),
    (Fault::KeepEvicted, Oracle::Sight),
    (Fault::ShowAll, Oracle::Sight),
    (Fault::AssignBlindly, Oracle::Owner),
    (Fault::GiveToAbsent, Oracle::Eligible),
    (Fault::StaleCounts, Oracle::Totals),
    (Fault::StaleMoney, Oracle::Money),
    (Fault::BreakChain, Oracle::Chain),
    (Fault::FailRound, Oracle::Crash),
];

/// The first seed whose run the oracle objects to.
fn noticed(oracle: Oracle) -> Option<u64> {
    (0..SEEDS).find(|seed| run(&Plan::sized_by(*seed)).findings.iter().any(|finding| finding.oracle == oracle))
}

/// A run that fails is made small, and the small one fails in the same words each time.
fn shrinks_and_replays(seed: u64, oracle: Oracle) -> Plan {
    let plan = Plan::sized_by(seed);
    let small = shrink(&plan, oracle, run(&plan).steps, &mut |_| ());
    let steps = small.only.as_ref().map_or(plan.steps, Vec::len);
    println!("{steps} of {} steps: {}", plan.steps, small.command());
    assert!(steps <= plan.steps / 2);
    let words = || run(&small).findings.into_iter().map(|finding| finding.text).collect::<Vec<_>>();
    let first = words();
    assert!(!first.is_empty());
    assert_eq!(first, words());
    small
}

/// One test, for the fault is the whole process's.
#[test]
fn every_fault_is_noticed_by_its_oracle_within_fifty_seeds() {
    let (mut missed, mut smallest) = (Vec::new(), None);
    for (fault, oracle) in NOTICED {
        choose(Some(fault));
        match noticed(oracle) {
            Some(seed) => {
                println!("{fault:?}: {oracle:?} objects to seed {seed}");
                if fault == Fault::StaleWords {
                    smallest = Some(shrinks_and_replays(seed, oracle));
                }
            }
            None => missed.push((fault, oracle)),
        }
    }
    choose(None);
    let cured = run(&smallest.expect("there was one to shrink"));
    assert!(cured.findings.is_empty(), "without the fault nobody objects to it");
    assert!(missed.is_empty(), "not noticed: {missed:?}");
    let watched = |oracle: &&Oracle| NOTICED.iter().any(|(_, by)| by == *oracle);
    assert_eq!(Oracle::ALL.iter().filter(watched).count(), Oracle::ALL.len(), "every oracle has a fault of its own");
    let faults = Fault::ALL.iter().filter(|fault| NOTICED.iter().any(|(f, _)| f == *fault)).count();
    assert_eq!(faults, Fault::ALL.len());
}
