//! `cargo xtask sim`: runs one seed, or many; shrinks what fails to the steps that matter.

use anyhow::{Context, Result, bail};
use std::str::FromStr;
use std::time::Instant;
use tests::sim::report::{Failure, run_all};
use tests::sim::{Plan, run, shrink};

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let seed: u64 = value(&args, "--seed")?.unwrap_or(0);
    let sized = |seed| -> Result<Plan> {
        let mut plan = Plan::sized_by(seed);
        plan.steps = value(&args, "--steps")?.unwrap_or(plan.steps);
        plan.clients = value(&args, "--clients")?.unwrap_or(plan.clients);
        if let Some(only) = value::<String>(&args, "--only")? {
            plan.only = Some(only.split(',').map(str::parse).collect::<Result<_, _>>().context("--only takes step numbers: 3,17,20")?);
        }
        Ok(plan)
    };
    match value::<u64>(&args, "--seeds")? {
        None => one(&sized(seed)?),
        Some(seeds) => {
            sized(seed)?;
            let threads = value(&args, "--threads")?.unwrap_or_else(|| std::thread::available_parallelism().map_or(2, usize::from));
            many(seed..seed + seeds, threads, &|seed| sized(seed).unwrap_or_else(|_| Plan::sized_by(seed)))
        }
    }
}

/// The value after a flag.
fn value<T: FromStr>(args: &[String], name: &str) -> Result<Option<T>> {
    let text = args.iter().position(|a| a == name).map(|at| args.get(at + 1));
    let text = text.map(|text| text.with_context(|| format!("{name} needs a value"))).transpose()?;
    text.map(|text| text.parse().ok().with_context(|| format!("{name} can't be {text}"))).transpose()
}

fn one(plan: &Plan) -> Result<()> {
    let ran = run(plan);
    for what in tests::sim::tally::Happening::ALL {
        println!("{:>8}  {}", ran.tally.count(*what), what.words());
    }
    if ran.findings.is_empty() {
        println!("seed {}: {} steps, everything is as it should be", plan.seed, ran.steps);
        return Ok(());
    }
    let failure = Failure { plan: plan.clone(), steps: ran.steps, findings: ran.findings };
    println!("{failure}");
    smallest(&failure);
    bail!("seed {} failed", plan.seed)
}

fn many(seeds: std::ops::Range<u64>, threads: usize, plan: &(dyn Fn(u64) -> Plan + Sync)) -> Result<()> {
    let (total, begun) = (seeds.end - seeds.start, Instant::now());
    let tell = |done: u64| {
        if done.is_multiple_of(100) {
            eprintln!("{done} of {total} seeds after {:.0} s", begun.elapsed().as_secs_f64());
        }
    };
    let mut sum = run_all(seeds.clone(), threads, plan, &tell);
    println!("{}", sum.table());
    let failures = sum.failures();
    let (runs, steps) = (sum.runs.into_inner(), sum.steps.into_inner());
    println!(
        "{runs} seeds from {}, {steps} steps, {} failed, {:.0} s on {threads} threads",
        seeds.start,
        failures.len(),
        begun.elapsed().as_secs_f64()
    );
    failures.iter().for_each(|failure| println!("{failure}"));
    if let Some(first) = failures.first() {
        smallest(first);
        bail!("{} of {runs} seeds failed", failures.len());
    }
    Ok(())
}

fn smallest(failure: &Failure) {
    let Some(oracle) = failure.findings.first().map(|finding| finding.oracle) else { return };
    let small = shrink::shrink(&failure.plan, oracle, failure.steps, &mut |left| eprintln!("still fails with {left} steps"));
    println!("The smallest found: {}", small.command());
    run(&small).findings.iter().take(3).for_each(|finding| println!("  {:?}: {}", finding.oracle, finding.text));
}
