//! `cargo xtask crash`: kills clients and servers, `--kills N` of each, drawn from `--seed S`; prints a
//! table, and ends with an error if anything is lost or doubled.

use anyhow::{Context, Result, ensure};
use tests::crash::{Verdict, Whose, run, table};

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let number = |name: &str| {
        let value = args.iter().position(|a| a == name).and_then(|i| args.get(i + 1)).with_context(|| format!("{name} N"))?;
        value.parse::<u64>().with_context(|| format!("{name} {value}"))
    };
    let (kills, seed) = (usize::try_from(number("--kills")?)?, number("--seed")?);
    println!("{}", table::HEAD);
    let mut sum = Verdict::default();
    run(&[Whose::Client, Whose::Server], kills, seed, |scenario, tally| {
        println!("{}", table::line(scenario, tally));
        sum.acknowledged += tally.verdict.acknowledged;
        sum.lost += tally.verdict.lost;
        sum.doubled += tally.verdict.doubled;
    })?;
    println!("\n{} acknowledged edits, {} lost, {} doubled.", sum.acknowledged, sum.lost, sum.doubled);
    ensure!(sum.lost == 0 && sum.doubled == 0, "edits were lost or doubled; --seed {seed} draws the same instants again");
    Ok(())
}
