//! `cargo xtask bench`: builds what is measured with optimisation and runs the measurements.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::setup::{self, Need};
use crate::shell::{self, root, step};
use crate::test::AUTOMATION;
use crate::ui::{self, Variant};

/// A release build without link-time optimisation: it differs little and builds in a third of the time.
const PROFILE: &str = "measured";

#[derive(clap::Args)]
pub struct Args {
    /// Write the results to this file as JSON, too
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// One part alone: `cipher`, `local`, `window` or `assignment`
    #[arg(long, value_name = "PART")]
    only: Option<String>,
}

pub fn run(args: &Args) -> Result<()> {
    setup::ensure(Need::Tests)?;
    ui::build(Variant::Release)?;
    step("Building the server and the measurements");
    shell::run(
        shell::cargo()
            .args(["build", "--profile", PROFILE, "-p", "sync-server", "-p", "tests", "-p", "leadline-desktop", "--bins"])
            .args(AUTOMATION),
    )?;
    let wasm = root().join("ui/dist/ui_bg.wasm");
    let raw = fs::metadata(&wasm).context("the window's content is not in ui/dist")?.len();
    step("Measuring");
    let mut bench = shell::program(root().join("target").join(PROFILE).join("bench"));
    bench.arg("--folder").arg(root().join("target"));
    bench.arg("--wasm-raw").arg(raw.to_string()).arg("--wasm-gzip").arg(ui::gzip_size(&wasm)?.to_string());
    if let Some(part) = &args.only {
        bench.arg("--only").arg(part);
    }
    if let Some(file) = &args.json {
        bench.arg("--json").arg(file);
    }
    shell::run(&mut bench)
}
