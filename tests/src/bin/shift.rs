//! `cargo xtask shift`: a whole shift in the real window; prints what it came to.

use anyhow::{Context, Result};

#[tokio::main]
async fn main() -> Result<()> {
    let mut args = std::env::args().skip(1);
    let leads: u32 = args.next().context("how many leads?")?.parse()?;
    let seed: u64 = args.next().context("which seed?")?.parse()?;
    let began = std::time::Instant::now();
    let report = tests::shift::work(leads, seed).await?;
    println!(
        "seed {seed}: {} calls by keyboard in {} s, {} with a note, the network went away {} times",
        report.calls,
        began.elapsed().as_secs(),
        report.notes,
        report.cuts
    );
    println!("{:.2} chords per finished call beside the note's text", f64::from(report.chords) / f64::from(report.calls));
    println!("leads called by her: dashboard {}, log {}", report.called.0, report.called.1);
    println!("leads dropped in her team: dashboard {}, log {}", report.dropped.0, report.dropped.1);
    Ok(())
}
