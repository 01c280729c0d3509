//! The crash rig: real processes of the client and of the server, killed by SIGKILL at instants that a
//! seed decides, started again, and looked at: nothing that they had acknowledged may be lost, nothing
//! may be there twice, every file is whole, and everybody comes to hold the same.

pub mod check;
mod client;
pub mod kill;
mod marks;
pub mod office;
pub mod old;
mod server;

pub use marks::{Mark, Marks, Verdict};

use crate::folder;
use crate::processes::Server;
use anyhow::{Context, Result};
use kill::Dice;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Leads of the demo company.
const LEADS: usize = 60;

/// Whose process is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    Client,
    Server,
}

/// What a process is killed at.
pub struct Scenario {
    pub whose: Whose,
    pub name: &'static str,
    begin: fn(&Grounds) -> Result<Box<dyn Play>>,
}

/// Every scenario. One more is one more line.
pub const SCENARIOS: &[Scenario] = &[
    Scenario { whose: Whose::Client, name: "client edits", begin: client::edits },
    Scenario { whose: Whose::Client, name: "client syncs", begin: client::syncs },
    Scenario { whose: Whose::Client, name: "client syncs for the first time", begin: client::syncs_first },
    Scenario { whose: Whose::Client, name: "client migrates", begin: client::migrates },
    Scenario { whose: Whose::Client, name: "client repairs", begin: client::repairs },
    Scenario { whose: Whose::Server, name: "server accepts pushes", begin: server::accepts },
    Scenario { whose: Whose::Server, name: "server migrates", begin: server::migrates },
    Scenario { whose: Whose::Server, name: "server backs up", begin: server::backs_up },
    Scenario { whose: Whose::Server, name: "server restores", begin: server::restores },
    Scenario { whose: Whose::Server, name: "server compacts", begin: server::compacts },
];

/// One scenario, going on.
trait Play {
    /// Kills the process once, and starts it again; whether the kill came before its end.
    fn kill(&mut self, dice: &mut Dice) -> Result<bool>;

    /// What holds now; an error where something is not whole.
    fn check(&mut self) -> Result<Verdict>;

    /// Brings everybody together; what holds in the end.
    fn end(self: Box<Self>) -> Result<Verdict>;
}

/// What scenarios begin on.
struct Grounds {
    folder: TempDir,
    company: PathBuf,
}

impl Grounds {
    fn new() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let company = folder.path().join("company");
        Server::fill(&company, LEADS)?;
        Ok(Self { folder, company })
    }

    /// A new folder of this name with the demo company's database in it.
    fn company(&self, name: &str) -> Result<PathBuf> {
        let data = self.folder.path().join(name);
        folder::copy(&self.company, &data)?;
        Ok(data)
    }

    fn folder(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// What came of one scenario.
#[derive(Clone, Copy, Debug)]
pub struct Tally {
    pub kills: usize,
    /// Kills that came before the process ended by itself.
    pub hits: usize,
    pub verdict: Verdict,
    pub took: Duration,
}

/// Kills `kills` processes of each side, spread over its scenarios; `done` hears of each scenario.
///
/// # Errors
/// Where something was not whole, naming scenario and kill.
pub fn run(sides: &[Whose], kills: usize, seed: u64, mut done: impl FnMut(&Scenario, &Tally)) -> Result<()> {
    let grounds = Grounds::new()?;
    for whose in sides {
        let of_side: Vec<&Scenario> = SCENARIOS.iter().filter(|scenario| scenario.whose == *whose).collect();
        for (n, scenario) in of_side.iter().enumerate() {
            let share = kills / of_side.len() + usize::from(n < kills % of_side.len());
            let tally = play(scenario, &grounds, share, seed ^ n as u64).with_context(|| format!("{}, seed {seed}", scenario.name))?;
            done(scenario, &tally);
        }
    }
    Ok(())
}

fn play(scenario: &Scenario, grounds: &Grounds, kills: usize, seed: u64) -> Result<Tally> {
    let started = Instant::now();
    let mut dice = Dice::new(seed);
    let mut play = (scenario.begin)(grounds)?;
    let (mut hits, mut worst) = (0, Verdict::default());
    for n in 0..kills {
        hits += usize::from(play.kill(&mut dice).with_context(|| format!("kill {n}"))?);
        worst = worse(worst, play.check().with_context(|| format!("after kill {n}"))?);
    }
    let verdict = worse(worst, play.end().context("at the end")?);
    Ok(Tally { kills, hits, verdict, took: started.elapsed() })
}

/// What is lost once counts, also if it comes back.
fn worse(one: Verdict, other: Verdict) -> Verdict {
    Verdict {
        acknowledged: one.acknowledged.max(other.acknowledged),
        lost: one.lost.max(other.lost),
        doubled: one.doubled.max(other.doubled),
    }
}

/// The table that is printed: its head, and a line for each scenario.
pub mod table {
    use super::{Scenario, Tally};

    pub const HEAD: &str = "\
| scenario | kills | in the midst | acknowledged edits | lost | doubled | seconds |
|---|---|---|---|---|---|---|";

    #[must_use]
    pub fn line(scenario: &Scenario, tally: &Tally) -> String {
        let Tally { kills, hits, verdict, took } = tally;
        format!(
            "| {} | {kills} | {hits} | {} | {} | {} | {:.0} |",
            scenario.name,
            verdict.acknowledged,
            verdict.lost,
            verdict.doubled,
            took.as_secs_f64()
        )
    }
}
