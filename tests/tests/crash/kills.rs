//! Ten kills of each side; `cargo xtask crash` does a hundred.

use anyhow::{Result, ensure};
use tests::crash::{SCENARIOS, Whose, run, table};

const KILLS: usize = 10;

#[test]
fn ten_clients_are_killed_and_lose_nothing() -> Result<()> {
    kill(Whose::Client)
}

#[test]
fn ten_servers_are_killed_and_lose_nothing() -> Result<()> {
    kill(Whose::Server)
}

fn kill(whose: Whose) -> Result<()> {
    let (mut played, mut hits, mut acknowledged) = (0, 0, 0);
    run(&[whose], KILLS, 1, |scenario, tally| {
        eprintln!("{}", table::line(scenario, tally));
        assert_eq!((tally.verdict.lost, tally.verdict.doubled), (0, 0), "{}", scenario.name);
        (played, hits, acknowledged) = (played + 1, hits + tally.hits, acknowledged + tally.verdict.acknowledged);
    })?;
    assert_eq!(played, SCENARIOS.iter().filter(|scenario| scenario.whose == whose).count());
    ensure!(acknowledged > 0, "nothing was acknowledged: this proves nothing");
    ensure!(hits > 0, "every kill came too late: this proves nothing");
    Ok(())
}
