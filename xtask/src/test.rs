//! `cargo xtask test`: builds what the tests drive, runs every test there is, says which were slow.
//! The last line is the summary.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::Stdio,
};

use anyhow::{Context, Result, bail};

use crate::{
    setup::{self, Need},
    shell::{self, root, step},
    tidy,
    ui::{self, Variant},
};

/// WebDriver may drive the window.
pub const AUTOMATION: [&str; 2] = ["--features", "leadline-desktop/automation"];
/// The deliberate faults; never in what the other tests run.
const SABOTAGE: &str = "tests/sabotage";
const JUNIT: &str = "target/nextest/default/junit.xml";
const SLOWEST: usize = 10;

#[derive(clap::Args, Default)]
pub struct Args {
    /// Passed on to `cargo nextest run`: names of tests, `-E` filters, `--no-capture`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    nextest: Vec<String>,
}

pub fn run(args: &Args) -> Result<()> {
    setup::ensure_nextest()?;
    build()?;
    doc_tests()?;
    if args.nextest.is_empty() {
        oracles_bite()?;
    }
    step("Running every test");
    nextest(args)
}

/// Builds the window, the programs and the tests in one go, so that no dependency is built twice with other
/// features.
pub fn build() -> Result<()> {
    setup::ensure(Need::Tests)?;
    setup::ensure_schemathesis()?;
    ui::build(Variant::Dev)?;
    step("Building the programs and the tests");
    shell::run(shell::cargo().arg("build").arg("--workspace").arg("--all-targets").args(AUTOMATION))
}

/// The simulator's test of its own oracles, which needs the product built with its deliberate faults.
fn oracles_bite() -> Result<()> {
    step("Breaking the product on purpose: the simulator has to notice");
    let features = format!("{},{SABOTAGE}", AUTOMATION[1]);
    let mut cargo = shell::cargo();
    shell::run(cargo.args(["test", "--quiet", "--workspace", "--features", &features, "--test", "sabotage"]))
}

/// Skipped while no document comment holds code: rustdoc takes seconds a crate to find none.
fn doc_tests() -> Result<()> {
    let has_code = |file: &PathBuf| fs::read_to_string(file).is_ok_and(|text| text.contains("/// ```\n") || text.contains("//! ```\n"));
    if !tidy::files("rs")?.iter().any(has_code) {
        return Ok(());
    }
    step("Running the documentation tests");
    shell::run(shell::cargo().args(["test", "--quiet", "--doc"]).arg("--workspace").args(AUTOMATION))
}

/// Runs them, and puts the summary last, below the slowest tests.
fn nextest(args: &Args) -> Result<()> {
    let mut cargo = shell::cargo();
    cargo.args(["nextest", "run", "--cargo-quiet"]).arg("--workspace").args(AUTOMATION).args(&args.nextest);
    let mut run = cargo.stderr(Stdio::piped()).spawn().context("cargo nextest can't be started")?;
    let report = BufReader::new(run.stderr.take().context("nextest's report is piped")?);
    let mut summary = None;
    for line in report.lines() {
        let line = line?;
        if line.trim_start().starts_with("Summary [") {
            summary = Some(line);
        } else {
            println!("{line}");
        }
    }
    let status = run.wait()?;
    let Some(summary) = summary else { bail!("cargo nextest ended with {status} before any summary") };
    print_slowest()?;
    println!("{}", summary.trim());
    // Not an error to word: the summary is the last line, also when tests failed.
    if status.success() { Ok(()) } else { std::process::exit(1) }
}

fn print_slowest() -> Result<()> {
    let junit = fs::read_to_string(root().join(JUNIT)).context("nextest left no JUnit file")?;
    let mut tests = times(&junit);
    tests.sort_by(|a, b| b.seconds.total_cmp(&a.seconds));
    println!("\nThe slowest:");
    for test in tests.iter().take(SLOWEST) {
        println!("  {:7.2} s  {} {}", test.seconds, test.binary, test.name);
    }
    println!();
    Ok(())
}

#[derive(PartialEq, Debug)]
struct Timed<'a> {
    binary: &'a str,
    name: &'a str,
    seconds: f64,
}

/// The times of a JUnit file as nextest writes it: one `testcase` tag a line.
fn times(junit: &str) -> Vec<Timed<'_>> {
    junit.lines().filter_map(|line| timed(line.trim().strip_prefix("<testcase ")?)).collect()
}

fn timed(tag: &str) -> Option<Timed<'_>> {
    Some(Timed { binary: attribute(tag, "classname")?, name: attribute(tag, "name")?, seconds: attribute(tag, "time")?.parse().ok()? })
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let padded = tag.split(' ').find_map(|word| word.strip_prefix(name)?.strip_prefix("=\""))?;
    Some(padded.split('"').next().unwrap_or(padded))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn junit_gives_binary_name_and_seconds() {
        let junit = "<testsuite name=\"a\">\n  <testcase name=\"x::y\" classname=\"a\" timestamp=\"2026\" time=\"1.250\">\n  </testcase>";
        assert_eq!(times(junit), [Timed { binary: "a", name: "x::y", seconds: 1.25 }]);
    }
}
