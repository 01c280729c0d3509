//! `cargo xtask bench`: runs the measurements and prints them as a table; `--json FILE` writes them too.

use anyhow::{Context, Result};
use std::path::Path;
use tests::bench::report::Measured;
use tests::bench::{assignment, local, reports, server, window, wire};

/// Measures in a folder of its own.
type Part = fn(&Path) -> Result<Vec<Measured>>;

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let value = |name: &str| args.iter().position(|a| a == name).and_then(|i| args.get(i + 1)).cloned();
    // On the disk that profiles lie on, not in memory: an edit is measured with its fsync.
    let folder = tempfile::Builder::new().prefix("leadline-bench").tempdir_in(value("--folder").unwrap_or_else(|| ".".into()))?;
    let mut all = Vec::new();
    // `--only cipher`: what encryption costs; `--only local`: one computer; `--only window`: the real window;
    // `--only assignment`: leads given out; `--only reports`: figures of a million leads.
    let parts: &[Part] = match value("--only").as_deref() {
        Some("cipher") => &[local::cipher],
        Some("local") => &[local::measure],
        Some("window") => &[window::measure],
        Some("assignment") => &[assignment::measure],
        Some("reports") => &[reports::measure],
        _ => &[server::measure, assignment::measure, reports::measure, local::measure, wire::measure, window::measure],
    };
    for part in parts {
        let measured = part(folder.path())?;
        measured.iter().for_each(|m| eprintln!("{}", m.line()));
        all.extend(measured);
    }
    if let Some(gzip) = value("--wasm-gzip") {
        let kb = |text: &str| text.parse::<f64>().map(|b| b / 1_024.0).context("a size in bytes");
        let (gzip, raw) = (kb(&gzip)?, value("--wasm-raw").map(|r| kb(&r)).transpose()?);
        all.push(Measured::by_value("wasm_gzip", gzip, raw, "KB (baseline: raw)", gzip <= 700.0, "≤ 700 KB gzip"));
    }
    println!("| name | value | baseline | ratio | target | |\n|---|---|---|---|---|---|");
    all.iter().for_each(|m| println!("{}", m.line()));
    if let Some(file) = value("--json") {
        std::fs::write(&file, serde_json::to_string_pretty(&all)?).with_context(|| format!("writing {file}"))?;
    }
    Ok(())
}
