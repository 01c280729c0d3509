//! `cargo xtask mutants`: breaks the permission table, the gate and what the server judges by in every
//! small way there is, and says which break no test notices. Takes hours; docs/mutants.md holds the last result.

use anyhow::{Context, Result, bail};
use std::fs;

use crate::shell::{self, root, step};

/// What is broken, and whose tests must notice.
struct Part {
    files: &'static [&'static str],
    /// Only mutants whose names match this, where a file does more than judge.
    only: Option<&'static str>,
    packages: &'static [&'static str],
}

const PARTS: [Part; 4] = [
    Part { files: &["crates/domain/src/policy.rs", "crates/domain/src/state.rs"], only: None, packages: &["domain"] },
    Part { files: &["crates/records/src/gate.rs", "crates/records/src/accept.rs"], only: None, packages: &["records", "sync-server"] },
    Part {
        files: &["sync-server/src/accept/judge.rs", "sync-server/src/sight.rs", "sync-server/src/assign.rs"],
        only: None,
        packages: &["sync-server"],
    },
    Part {
        files: &["sync-server/src/accept/settle.rs", "sync-server/src/people.rs", "sync-server/src/accept/handover.rs"],
        only: Some("may_decide|administrator|administered|reopening|knows"),
        packages: &["sync-server"],
    },
];

pub fn run() -> Result<()> {
    if !shell::succeeds(shell::cargo().args(["mutants", "--version"])) {
        step("Installing cargo-mutants (some minutes, once)");
        shell::run(shell::program("cargo").args(["install", "cargo-mutants", "--locked"])).context("cargo-mutants can't be installed")?;
    }
    let mut survivors = Vec::new();
    for (n, Part { files, only, packages }) in PARTS.iter().enumerate() {
        step(&format!("Breaking {}", files.join(", ")));
        let out = root().join("target").join("mutants").join(n.to_string());
        fs::create_dir_all(&out)?;
        let mut mutants = shell::cargo();
        mutants.args(["mutants", "--workspace", "--timeout", "300", "--output"]).arg(&out);
        mutants.args(files.iter().flat_map(|file| ["--file", file])).args(packages.iter().flat_map(|package| ["--test-package", package]));
        mutants.args(only.iter().flat_map(|only| ["--re", only]));
        // It fails when some survive; the list says which.
        let done = shell::run(&mut mutants);
        let missed = fs::read_to_string(out.join("mutants.out/missed.txt")).context("cargo-mutants did not run")?;
        survivors.extend(missed.lines().map(str::to_owned));
        if missed.is_empty() {
            done?;
        }
    }
    if survivors.is_empty() {
        println!("No mutant survived.");
        return Ok(());
    }
    bail!("these mutants survived; docs/mutants.md explains those that may:\n{}", survivors.join("\n"))
}
