//! A write-ahead log that is cut or garbled at its end, as a kill or a bad disk leaves it: the commits
//! before that are all there, nothing is there in part, and nothing is corrupt.

use anyhow::{Context, Result, ensure};
use domain::Command;
use domain::command::NewLead;
use rand::rngs::SmallRng;
use rand::{Rng, RngCore as _, SeedableRng};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use sync_server::{Core, Store};
use tests::crash::check::{commands_here, profile_is_sound};
use tests::crash::office::{Road, Way, found, open};
use tests::folder::folder;

const SEEDS: u64 = 60;
const EDITS: usize = 25;

/// A database and its log as they lie while somebody works, and how long the log was after each commit.
struct Image {
    database: Vec<u8>,
    log: Vec<u8>,
    ends: Vec<usize>,
}

impl Image {
    fn new() -> Self {
        Self { database: Vec::new(), log: Vec::new(), ends: Vec::new() }
    }

    fn committed(&mut self, database: &Path) -> Result<()> {
        self.ends.push(fs::metadata(log_of(database))?.len() as usize);
        Ok(())
    }

    fn take(&mut self, database: &Path) -> Result<()> {
        (self.database, self.log) = (fs::read(database)?, fs::read(log_of(database))?);
        Ok(())
    }

    /// Puts it to `database`, its log broken from somewhere on; how many of the commits stay.
    fn broken(&self, rng: &mut SmallRng, database: &Path) -> Result<usize> {
        let at = rng.random_range(0..=self.log.len());
        let mut log = self.log.clone();
        match rng.random_range(0..3) {
            0 => log.truncate(at),
            1 => log[at..].fill(0),
            _ => rng.fill_bytes(&mut log[at..]),
        }
        fs::write(database, &self.database)?;
        fs::write(log_of(database), log)?;
        Ok(self.ends.iter().filter(|end| **end <= at).count())
    }
}

fn log_of(database: &Path) -> std::path::PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

fn new_lead() -> NewLead {
    NewLead { name: "Ananya".into(), phone: "+919820014786".into(), ..NewLead::default() }
}

/// The numbers of the edits, each as often as it is there.
fn edits(commands: &[String]) -> Vec<usize> {
    let number = |command: &String| command.split("edit ").nth(1)?.get(..2)?.parse().ok();
    let mut numbers: Vec<usize> = commands.iter().filter_map(number).collect();
    numbers.sort_unstable();
    numbers
}

#[test]
fn a_clients_log_may_end_anywhere() -> Result<()> {
    let here = folder();
    let profile = here.path().join("profile");
    let mut image = Image::new();
    let engine = open(&profile)?;
    let lead = engine.create_lead(new_lead())?;
    for n in 0..EDITS {
        engine.execute(lead, Command::AddNote { text: format!("edit {n:02} {}", "word ".repeat(n * 20)) })?;
        image.committed(&profile.join("leadline.db"))?;
    }
    // As it lies there now: nobody closed it.
    image.take(&profile.join("leadline.db"))?;
    drop(engine);
    let mut cut_short = 0;
    for seed in 0..SEEDS {
        let (mut rng, there) = (SmallRng::seed_from_u64(seed), folder());
        let kept = image.broken(&mut rng, &there.path().join("leadline.db"))?;
        cut_short += usize::from(kept < EDITS);
        let check = || -> Result<()> {
            let engine = open(there.path())?;
            profile_is_sound(&engine)?;
            let here = edits(&commands_here(&engine)?);
            ensure!(here == (0..kept).collect::<Vec<_>>(), "{here:?} instead of the first {kept}");
            Ok(())
        };
        check().with_context(|| format!("seed {seed}"))?;
    }
    ensure!(cut_short > SEEDS as usize / 2, "only {cut_short} logs lost anything");
    Ok(())
}

/// Also what the server lost with its log comes back from the device, which sees that it is another history.
#[test]
fn a_servers_log_may_end_anywhere() -> Result<()> {
    let (here, there) = (folder(), folder());
    let (database, road) = (here.path().join("leadline.db"), Road::default());
    found(&database)?;
    let core = Arc::new(Core::open(Store::sqlite(&database)?, client::system_env())?);
    road.lead_to(Some(core.clone()));
    let mut image = Image::new();
    let engine = open(&there.path().join("profile"))?;
    let way = Way::of(&engine, &road)?;
    let lead = engine.create_lead(new_lead())?;
    for n in 0..EDITS {
        engine.execute(lead, Command::AddNote { text: format!("edit {n:02}") })?;
        engine.sync(&way)?;
        image.committed(&database)?;
    }
    image.take(&database)?;
    road.lead_to(None);
    drop((core, engine));
    for seed in 0..SEEDS {
        let check = |mut rng: SmallRng| -> Result<()> {
            let broken = folder();
            let database = broken.path().join("leadline.db");
            let kept = image.broken(&mut rng, &database)?;
            let core = Arc::new(Core::open(Store::sqlite(&database)?, client::system_env())?);
            sync_server::store::sqlite::check(&database)?;
            let proof = sync_server::audit::verify(core.store(), &[], true)?;
            ensure!(proof.faults.is_empty(), "{:?}", proof.faults);
            let there_now = edits(&tests::crash::check::commands_on(broken.path())?);
            // A sync has several commits: the next edit's may have been before the break.
            ensure!(there_now == (0..there_now.len()).collect::<Vec<_>>(), "not the first ones: {there_now:?}");
            ensure!([kept, kept + 1].contains(&there_now.len()), "{there_now:?} instead of the first {kept}");
            // A copy of the device, which had all of it confirmed.
            let copy = broken.path().join("profile");
            fs::create_dir(&copy)?;
            fs::copy(there.path().join("profile/leadline.db"), copy.join("leadline.db"))?;
            road.lead_to(Some(core));
            let engine = open(&copy)?;
            engine.sync(&way)?;
            road.lead_to(None);
            let again = edits(&tests::crash::check::commands_on(broken.path())?);
            ensure!(again == (0..EDITS).collect::<Vec<_>>(), "not brought back: {again:?}");
            Ok(())
        };
        check(SmallRng::seed_from_u64(seed)).with_context(|| format!("seed {seed}"))?;
    }
    Ok(())
}
