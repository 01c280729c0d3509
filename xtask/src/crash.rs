//! `cargo xtask crash`: kills real processes of the client and of the server at random instants, and
//! prints what was lost.

use anyhow::Result;

use crate::setup::{self, Need};
use crate::shell::{self, root, step};

#[derive(clap::Args)]
pub struct Args {
    /// Kills of the client, and as many of the server
    #[arg(long, default_value_t = 100, value_name = "N")]
    kills: u32,
    /// Draws the same edits and instants again; what a process is at then is the machine's to say
    #[arg(long, default_value_t = 1, value_name = "S")]
    seed: u64,
}

pub fn run(args: &Args) -> Result<()> {
    setup::ensure(Need::Tests)?;
    step("Building the client, the server and the rig");
    shell::run(shell::cargo().args(["build", "-p", "sync-server", "-p", "leadline-cli", "-p", "tests", "--bins"]))?;
    step(&format!("Killing {} clients and {} servers", args.kills, args.kills));
    let mut crash = shell::program(root().join("target/debug/crash"));
    shell::run(crash.args(["--kills", &args.kills.to_string(), "--seed", &args.seed.to_string()]))
}
