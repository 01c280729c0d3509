//! Making a failing run small: steps are left out as long as the same oracle still finds something.

use super::tally::Oracle;
use super::{Plan, run};

/// Runs that are made of one failing plan at most.
const RUNS_MAX: usize = 400;

/// The smallest plan found that fails as this one does (delta debugging). `tell` hears of each that is
/// smaller.
#[must_use]
pub fn shrink(plan: &Plan, oracle: Oracle, steps: usize, tell: &mut dyn FnMut(usize)) -> Plan {
    let mut kept: Vec<usize> = (0..steps).filter(|n| plan.takes(*n)).collect();
    let with = |only: Vec<usize>| Plan { steps, only: Some(only), ..plan.clone() };
    let mut runs = 0;
    let mut fails = |only: &[usize]| {
        runs += 1;
        runs <= RUNS_MAX && run(&with(only.to_vec())).findings.iter().any(|finding| finding.oracle == oracle)
    };
    let mut parts = 2;
    while kept.len() >= 2 {
        let size = kept.len().div_ceil(parts);
        let smaller = (0..kept.len()).step_by(size).map(|at| without(&kept, at, size)).find(|only| fails(only));
        match smaller {
            Some(only) => {
                kept = only;
                parts = (parts - 1).max(2);
                tell(kept.len());
            }
            None if size == 1 => break,
            None => parts = (parts * 2).min(kept.len()),
        }
    }
    with(kept)
}

fn without(kept: &[usize], at: usize, size: usize) -> Vec<usize> {
    let end = (at + size).min(kept.len());
    kept[..at].iter().chain(&kept[end..]).copied().collect()
}
