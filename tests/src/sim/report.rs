//! Many runs: side by side on the machine's cores, counted, and told as a table.

use super::tally::{Finding, Happening, Tally};
use super::{Plan, run};
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// A run that found something.
pub struct Failure {
    pub plan: Plan,
    /// Steps until then.
    pub steps: usize,
    pub findings: Vec<Finding>,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "seed {} after {} steps; {} replays it:", self.plan.seed, self.steps, self.plan.command())?;
        self.findings.iter().take(5).try_for_each(|finding| writeln!(f, "  {:?}: {}", finding.oracle, finding.text))
    }
}

/// What came of many.
#[derive(Default)]
pub struct Sum {
    pub tally: Tally,
    pub runs: AtomicU64,
    pub steps: AtomicU64,
    failures: Mutex<Vec<Failure>>,
}

impl Sum {
    pub fn failures(&mut self) -> Vec<Failure> {
        std::mem::take(self.failures.get_mut().unwrap_or_else(PoisonError::into_inner))
    }

    fn take(&self, plan: &Plan) -> bool {
        let ran = run(plan);
        self.tally.add(&ran.tally);
        self.runs.fetch_add(1, Ordering::Relaxed);
        self.steps.fetch_add(ran.steps as u64, Ordering::Relaxed);
        let fine = ran.findings.is_empty();
        if !fine {
            let failure = Failure { plan: plan.clone(), steps: ran.steps, findings: ran.findings };
            self.failures.lock().unwrap_or_else(PoisonError::into_inner).push(failure);
        }
        fine
    }

    /// What happened, a line each.
    #[must_use]
    pub fn table(&self) -> String {
        let mut table = String::from("| what happened | times |\n|---|---:|\n");
        for what in Happening::ALL {
            table.push_str(&format!("| {} | {} |\n", what.words(), self.tally.count(*what)));
        }
        table
    }

    /// What never happened: of that these runs prove nothing.
    #[must_use]
    pub fn never(&self) -> Vec<&'static str> {
        Happening::ALL.iter().filter(|what| self.tally.count(**what) == 0).map(|what| what.words()).collect()
    }
}

/// Runs each seed's plan, on so many threads; stops after a few failures. `tell` hears how many are done.
pub fn run_all(seeds: Range<u64>, threads: usize, plan: &(dyn Fn(u64) -> Plan + Sync), tell: &(dyn Fn(u64) + Sync)) -> Sum {
    let (sum, next, failed) = (Sum::default(), AtomicU64::new(seeds.start), AtomicU64::new(0));
    thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end || failed.load(Ordering::Relaxed) >= FAILURES_MAX {
                        return;
                    }
                    if !sum.take(&plan(seed)) {
                        failed.fetch_add(1, Ordering::Relaxed);
                    }
                    tell(sum.runs.load(Ordering::Relaxed));
                }
            });
        }
    });
    sum
}

/// Failures after which no further seed is run.
const FAILURES_MAX: u64 = 10;
