//! The simulator: a company of real client engines and a real server in one process, under a clock, a
//! network and a fate that one seed decides. After every quiescence oracles look at everything.
//!
//! A run is a list of numbered steps. What a step does is decided by the seed and its own number alone, so
//! that a failing run can be shrunk by leaving steps out, and replays exactly.

pub mod ack;
pub mod chance;
pub mod company;
pub mod events;
pub mod floor;
pub mod network;
pub mod oracles;
pub mod report;
pub mod shrink;
pub mod tally;
pub mod workload;

use company::Company;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use tally::{Finding, Oracle, Tally};

/// Steps between two quiescences.
const QUIET_EVERY: usize = 40;

/// What is run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    pub seed: u64,
    /// Devices, at least six.
    pub clients: usize,
    /// Steps in all.
    pub steps: usize,
    /// Of these, the ones that are taken; all without a list.
    pub only: Option<Vec<usize>>,
}

impl Plan {
    #[must_use]
    pub fn of(seed: u64, steps: usize, clients: usize) -> Self {
        Self { seed, clients, steps, only: None }
    }

    /// A plan whose size the seed decides: 20 to 120 steps of six to nine devices.
    #[must_use]
    pub fn sized_by(seed: u64) -> Self {
        let size = chance::mix(seed, u64::MAX);
        Self::of(seed, 20 + (size % 101) as usize, 6 + (size >> 32) as usize % 4)
    }

    fn takes(&self, n: usize) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(&n))
    }

    /// The command that runs it again.
    #[must_use]
    pub fn command(&self) -> String {
        let mut line = format!("cargo xtask sim --seed {} --steps {} --clients {}", self.seed, self.steps, self.clients);
        if let Some(only) = &self.only {
            let numbers: Vec<String> = only.iter().map(usize::to_string).collect();
            line.push_str(&format!(" --only {}", numbers.join(",")));
        }
        line
    }
}

/// What came of a run.
pub struct Run {
    /// None for a run in which all is as it should be.
    pub findings: Vec<Finding>,
    /// The step after which it was found; the plan's last otherwise.
    pub steps: usize,
    pub tally: Arc<Tally>,
    /// The audit chain's end: the same for the same plan.
    pub digest: Option<[u8; 32]>,
}

/// Runs a plan to its end, or to the first quiescence that is not as it should be.
#[must_use]
pub fn run(plan: &Plan) -> Run {
    let tally = Arc::new(Tally::default());
    let mut steps = 0;
    let ran = catch_unwind(AssertUnwindSafe(|| go(plan, &tally, &mut steps)));
    let digest = match ran {
        Ok(digest) => digest,
        Err(panic) => {
            tally.find(Oracle::Crash, format!("a panic: {}", words_of(panic.as_ref())));
            None
        }
    };
    Run { findings: tally.findings(), steps, tally, digest }
}

fn go(plan: &Plan, tally: &Arc<Tally>, steps: &mut usize) -> Option<[u8; 32]> {
    let mut company = Company::new(plan, tally.clone());
    for n in 0..plan.steps {
        *steps = n + 1;
        if plan.takes(n) {
            company.step(n);
        }
        if n % QUIET_EVERY == QUIET_EVERY - 1 || n + 1 == plan.steps {
            company.quiesce();
            oracles::check(&company);
        }
        if !tally.findings().is_empty() {
            return None;
        }
    }
    Some(company.digest())
}

fn words_of(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_else(|| "of no words".into())
}
