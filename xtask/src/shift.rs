//! `cargo xtask shift`: a whole shift in the real window.

use anyhow::Result;

use crate::shell::{self, root, step};
use crate::test;

#[derive(clap::Args)]
pub struct Args {
    /// Leads to work
    #[arg(long, default_value_t = 300)]
    leads: u32,
    /// What happens is drawn from it
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

pub fn run(args: &Args) -> Result<()> {
    test::build()?;
    step("Working a shift");
    shell::run(shell::program(root().join("target/debug/shift")).args([args.leads.to_string(), args.seed.to_string()]))
}
