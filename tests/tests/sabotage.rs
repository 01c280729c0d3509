//! Each oracle of the simulator bites: a deliberate fault is noticed by it within fifty seeds. Built with
//! the feature `sabotage` alone.

use domain::sabotage::{Fault, choose};
use tests::sim::tally::Oracle;
use tests::sim::{Plan, run};

/// Seeds within which a fault must show.
const SEEDS: u64 = 50;

/// Which oracle has to notice which fault.
const NOTICED: [(Fault, Oracle); 15] = [
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
    (Fault::StaleCounts, Oracle::Totals),
    (Fault::BreakChain, Oracle::Chain),
    (Fault::FailRound, Oracle::Crash),
];

/// The first seed whose run the oracle objects to.
fn noticed(oracle: Oracle) -> Option<u64> {
    (0..SEEDS).find(|seed| run(&Plan::sized_by(*seed)).findings.iter().any(|finding| finding.oracle == oracle))
}

/// One test, for the fault is the whole process's.
#[test]
fn every_fault_is_noticed_by_its_oracle_within_fifty_seeds() {
    let mut missed = Vec::new();
    for (fault, oracle) in NOTICED {
        choose(Some(fault));
        match noticed(oracle) {
            Some(seed) => println!("{fault:?}: {oracle:?} objects to seed {seed}"),
            None => missed.push((fault, oracle)),
        }
    }
    choose(None);
    assert!(missed.is_empty(), "not noticed: {missed:?}");
    let watched = |oracle: &&Oracle| NOTICED.iter().any(|(_, by)| by == *oracle);
    assert_eq!(Oracle::ALL.iter().filter(watched).count(), Oracle::ALL.len(), "every oracle has a fault of its own");
    let faults = Fault::ALL.iter().filter(|fault| NOTICED.iter().any(|(f, _)| f == *fault)).count();
    assert_eq!(faults, Fault::ALL.len());
}
