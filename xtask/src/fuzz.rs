//! `cargo xtask fuzz`: builds the fuzz targets of `tests/fuzz` and runs each for some minutes; ends with
//! one table. What they found stays below `target/fuzz`; `--keep` takes the best of it into the corpus.

use anyhow::{Context, Result, bail};
use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use crate::shell::{self, root, step};

const PROJECT: &str = "tests/fuzz";
const WORK: &str = "target/fuzz";
/// A target that holds more leaks, or was fed a bomb that went off.
const RSS_LIMIT_MB: u32 = 1_024;
/// An input that takes longer hangs whoever meets it.
const TIMEOUT_S: u32 = 10;
/// No target looks at more, bytes.
const MAX_LEN: u32 = 16 * 1024;
const MINUTES: u64 = 10;
/// Bytes of found inputs that one target keeps in the repository.
const KEPT_MAX: u64 = 40 * 1024;

#[derive(clap::Args)]
pub struct Args {
    /// Only these targets
    #[arg(long = "target", value_name = "NAME")]
    targets: Vec<String>,
    /// How long each target runs
    #[arg(long, default_value_t = MINUTES)]
    minutes: u64,
    /// Targets at a time
    #[arg(long, default_value_t = 1)]
    jobs: usize,
    /// Write the seeds anew, from honest traffic, and stop: after the wire format changed
    #[arg(long)]
    seeds: bool,
    /// Take the smallest inputs that reached something new into the corpus, and stop
    #[arg(long)]
    keep: bool,
}

pub fn run(args: &Args) -> Result<()> {
    if args.seeds {
        step("Writing the seeds of the corpus");
        return shell::run(shell::cargo().args(["run", "--package", "tests", "--bin", "corpus"]));
    }
    let targets = chosen(&args.targets)?;
    let built = build()?;
    if args.keep {
        return targets.iter().try_for_each(|target| keep(&built, target));
    }
    step(&format!("Fuzzing {} targets, {} minutes each", targets.len(), args.minutes));
    let results = run_all(&built, targets, args)?;
    print!("\n{}", table(&results, args.minutes));
    let faults: u64 = results.iter().map(|result| result.faults).sum();
    if faults > 0 { bail!("{faults} inputs broke something; they lie in {WORK}/artifacts") } else { Ok(()) }
}

/// The targets that were asked for, or all.
fn chosen(asked: &[String]) -> Result<Vec<String>> {
    let files = fs::read_dir(root().join(PROJECT).join("fuzz_targets"))?;
    let names = files.map(|file| Ok(file?.path().file_stem().unwrap_or_default().to_string_lossy().into_owned()));
    let mut all = names.collect::<Result<Vec<_>>>()?;
    all.sort();
    if let Some(unknown) = asked.iter().find(|name| !all.contains(name)) {
        bail!("there is no target {unknown}; there are {}", all.join(", "));
    }
    Ok(if asked.is_empty() { all } else { asked.to_vec() })
}

/// Builds all targets; answers the folder of the programs.
fn build() -> Result<PathBuf> {
    if !shell::succeeds(shell::cargo().args(["fuzz", "--version"])) {
        step("Installing cargo-fuzz (a minute, once)");
        shell::run(shell::program("cargo").args(["install", "cargo-fuzz", "--locked"])).context("cargo-fuzz can't be installed")?;
    }
    step("Building the fuzz targets");
    // The versions that the product is built with.
    fs::copy(root().join("Cargo.lock"), root().join(PROJECT).join("Cargo.lock"))?;
    let mut cargo = unstable_cargo();
    cargo.args(["fuzz", "build", "--fuzz-dir", PROJECT, "--target-dir", WORK]);
    shell::run(&mut cargo)?;
    let rustc = shell::read(shell::program("rustc").arg("-vV"))?;
    let host = rustc.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc names its host")?;
    Ok(root().join(WORK).join(host).join("release"))
}

/// Nightly's cargo, where rustup has one; else the stable one with the sanitizers let in.
fn unstable_cargo() -> Command {
    let has_nightly = shell::succeeds(shell::program("rustup").args(["run", "nightly", "rustc", "--version"]));
    let mut cargo = shell::program("cargo");
    if has_nightly {
        // Not the one that runs this.
        cargo.env_remove("RUSTC").env("RUSTUP_TOOLCHAIN", "nightly");
    } else {
        cargo.env("RUSTC_BOOTSTRAP", "1");
    }
    cargo
}

/// What came of one target.
struct Outcome {
    target: String,
    executions: u64,
    coverage: u64,
    /// Edges and how often they were taken.
    features: u64,
    peak_mb: u64,
    faults: u64,
}

fn run_all(built: &Path, targets: Vec<String>, args: &Args) -> Result<Vec<Outcome>> {
    let waiting = Mutex::new(VecDeque::from(targets));
    let done = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..args.jobs.max(1) {
            scope.spawn(|| {
                let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
                while let Some(target) = next() {
                    let outcome = run_one(built, &target, args.minutes).with_context(|| target.clone());
                    done.lock().unwrap_or_else(PoisonError::into_inner).push(outcome);
                }
            });
        }
    });
    let mut outcomes = done.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().collect::<Result<Vec<_>>>()?;
    outcomes.sort_by(|a, b| a.target.cmp(&b.target));
    Ok(outcomes)
}

fn run_one(built: &Path, target: &str, minutes: u64) -> Result<Outcome> {
    let found = work("corpus", target)?;
    // What an earlier run found is not this one's.
    let _ = fs::remove_dir_all(root().join(WORK).join("artifacts").join(target));
    let artifacts = work("artifacts", target)?;
    let log = root().join(WORK).join(format!("{target}.log"));
    let mut fuzzer = fuzzer(built, target);
    // The first folder takes what is new; the repository's is only read.
    fuzzer.arg(&found).arg(root().join(PROJECT).join("corpus").join(target));
    fuzzer.arg(format!("-max_total_time={}", minutes * 60)).arg(format!("-artifact_prefix={}/", artifacts.display()));
    fuzzer.args(["-print_final_stats=1", "-reload=0"]);
    let output = fs::File::create(&log)?;
    let _ = fuzzer.stdout(Stdio::null()).stderr(output).status().context("the target can't be started")?;
    let said = String::from_utf8_lossy(&fs::read(&log)?).into_owned();
    let faults = fs::read_dir(&artifacts)?.count() as u64;
    let outcome = Outcome {
        target: target.to_owned(),
        executions: number_after(&said, "stat::number_of_executed_units:"),
        coverage: number_after(&said, " cov: "),
        features: number_after(&said, " ft: "),
        peak_mb: number_after(&said, "stat::peak_rss_mb:"),
        faults,
    };
    println!("  {target}: {} executions, coverage {}, {faults} faults", outcome.executions, outcome.coverage);
    Ok(outcome)
}

fn fuzzer(built: &Path, target: &str) -> Command {
    let mut fuzzer = shell::program(built.join(target));
    fuzzer.env("ASAN_OPTIONS", "detect_odr_violation=0:detect_leaks=0");
    fuzzer.arg(format!("-rss_limit_mb={RSS_LIMIT_MB}")).arg(format!("-timeout={TIMEOUT_S}")).arg(format!("-max_len={MAX_LEN}"));
    fuzzer
}

/// A folder for what a run leaves.
fn work(kind: &str, target: &str) -> Result<PathBuf> {
    let folder = root().join(WORK).join(kind).join(target);
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Takes the smallest of the found inputs that together reach what all of them reach.
fn keep(built: &Path, target: &str) -> Result<()> {
    let (found, best) = (work("corpus", target)?, root().join(WORK).join("best").join(target));
    let kept = root().join(PROJECT).join("corpus").join(target);
    let _ = fs::remove_dir_all(&best);
    fs::create_dir_all(&best)?;
    let mut fuzzer = fuzzer(built, target);
    fuzzer.arg("-set_cover_merge=1").arg(&best).arg(&kept).arg(&found);
    shell::run(fuzzer.stdout(Stdio::null()).stderr(Stdio::null()))?;
    let files = fs::read_dir(&best)?.map(|file| Ok((file.as_ref().map_or(0, |f| f.metadata().map_or(0, |m| m.len())), file?.path())));
    let mut files = files.collect::<Result<Vec<(u64, PathBuf)>>>()?;
    files.sort();
    let (mut bytes, mut count) = (0, 0);
    for (size, file) in files {
        bytes += size;
        if bytes > KEPT_MAX {
            break;
        }
        let known = fs::read_dir(&kept)?.flatten().any(|old| fs::read(old.path()).ok() == fs::read(&file).ok());
        if !known {
            fs::copy(&file, kept.join(file.file_name().context("a file has a name")?))?;
            count += 1;
        }
    }
    println!("  {target}: {count} inputs kept");
    Ok(())
}

/// The number after the last place where `label` stands; 0 without one.
fn number_after(text: &str, label: &str) -> u64 {
    let after = text.rsplit_once(label).map_or("", |(_, after)| after).trim_start();
    let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(0)
}

fn table(outcomes: &[Outcome], minutes: u64) -> String {
    let mut text = format!(
        "| target | minutes | executions | coverage (edges) | features | peak memory, MB | crashes, hangs, bombs |\n{}\n",
        "|---".repeat(7) + "|"
    );
    for Outcome { target, executions, coverage, features, peak_mb, faults } in outcomes {
        text += &format!("| {target} | {minutes} | {executions} | {coverage} | {features} | {peak_mb} | {faults} |\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libfuzzers_last_word_is_read() {
        let said =
            "#2 INITED cov: 10 ft: 12\n#900 NEW cov: 331 ft: 402 corp: 9\nstat::number_of_executed_units: 4096\nstat::peak_rss_mb: 88\n";
        for (label, number) in
            [(" cov: ", 331), (" ft: ", 402), ("stat::number_of_executed_units:", 4096), ("stat::peak_rss_mb:", 88), ("no", 0)]
        {
            assert_eq!(number_after(said, label), number, "{label}");
        }
    }
}
