//! `cargo xtask sim`: builds the simulator with optimisation and runs it.

use anyhow::Result;

use crate::setup::{self, Need};
use crate::shell::{self, root, step};

/// As the measurements are built.
const PROFILE: &str = "measured";

#[derive(clap::Args)]
pub struct Args {
    /// The seed, or the first of many
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Run so many seeds from there
    #[arg(long)]
    seeds: Option<u64>,
    /// Steps of each run; the seed decides without
    #[arg(long)]
    steps: Option<usize>,
    /// Devices of each company, six or more; the seed decides without
    #[arg(long)]
    clients: Option<usize>,
    /// Take only these steps, as a shrunk run says: 3,17,20
    #[arg(long, value_name = "STEPS")]
    only: Option<String>,
    /// Runs side by side, all cores without
    #[arg(long)]
    threads: Option<usize>,
}

pub fn run(args: &Args) -> Result<()> {
    setup::ensure(Need::Tests)?;
    step("Building the simulator");
    shell::run(shell::cargo().args(["build", "--profile", PROFILE, "-p", "tests", "--bin", "sim"]))?;
    step("Simulating");
    let mut sim = shell::program(root().join("target").join(PROFILE).join("sim"));
    sim.args(["--seed", &args.seed.to_string()]);
    let numbers = [
        ("--seeds", args.seeds.map(|n| n.to_string())),
        ("--steps", args.steps.map(|n| n.to_string())),
        ("--clients", args.clients.map(|n| n.to_string())),
        ("--threads", args.threads.map(|n| n.to_string())),
        ("--only", args.only.clone()),
    ];
    for (flag, value) in numbers {
        if let Some(value) = value {
            sim.args([flag, &value]);
        }
    }
    shell::run(&mut sim)
}
