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
    /// Packages whose tests are run, the quick ones first: what they notice the slow ones are not asked about.
    packages: &'static [&'static str],
}

const PARTS: [Part; 5] = [
    Part { files: &["crates/domain/src/policy.rs", "crates/domain/src/state.rs"], only: None, packages: &["domain"] },
    Part { files: &["crates/records/src/gate.rs", "crates/records/src/accept.rs"], only: None, packages: &["records", "sync-server"] },
    Part { files: &["crates/records/src/shape.rs", "crates/records/src/undo.rs"], only: None, packages: &["records"] },
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

#[derive(clap::Args)]
pub struct Args {
    /// Only this part, from 1
    #[arg(long)]
    part: Option<usize>,
}

pub fn run(args: &Args) -> Result<()> {
    if !shell::succeeds(shell::cargo().args(["mutants", "--version"])) {
        step("Installing cargo-mutants (some minutes, once)");
        shell::run(shell::program("cargo").args(["install", "cargo-mutants", "--locked"])).context("cargo-mutants can't be installed")?;
    }
    let mut survivors = Vec::new();
    for (n, part) in (1..).zip(PARTS).filter(|(n, _)| args.part.is_none_or(|part| part == *n)) {
        step(&format!("Breaking {}", part.files.join(", ")));
        survivors.extend(part.survivors(n)?);
    }
    if survivors.is_empty() {
        println!("No mutant survived.");
        return Ok(());
    }
    bail!("these mutants survived; docs/mutants.md explains those that may:\n{}", survivors.join("\n"))
}

impl Part {
    /// The mutants that no test noticed.
    fn survivors(&self, n: usize) -> Result<Vec<String>> {
        let out = root().join("target").join("mutants").join(n.to_string());
        if out.exists() {
            fs::remove_dir_all(&out)?;
        }
        fs::create_dir_all(&out)?;
        for (pass, package) in self.packages.iter().enumerate() {
            let mut mutants = shell::cargo();
            mutants.args(["mutants", "--workspace", "--timeout", "300", "--output"]).arg(&out);
            mutants.args(self.files.iter().flat_map(|file| ["--file", file])).args(["--test-package", package]);
            mutants.args(self.only.iter().flat_map(|only| ["--re", only])).args((pass > 0).then_some("--iterate"));
            // It fails when some survive; the list says which.
            let done = shell::run(&mut mutants);
            let missed = fs::read_to_string(out.join("mutants.out/missed.txt")).context("cargo-mutants did not run")?;
            match missed.is_empty() {
                true => return done.map(|()| Vec::new()),
                false if pass + 1 == self.packages.len() => return Ok(missed.lines().map(str::to_owned).collect()),
                false => {}
            }
        }
        Ok(Vec::new())
    }
}
