//! One process, ended by SIGKILL at an instant that a seed decides.

use crate::processes::PATIENCE;
use anyhow::{Result, ensure};
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use std::collections::HashMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Where a kill may fall, in parts of how long the work takes; beyond 1 it may come too late.
const SPAN: f64 = 1.1;
/// How much longer work is thought to take after a kill in its midst.
const GROWTH: f64 = 1.6;
/// How long work is thought to take before it was seen to its end.
const UNKNOWN: Duration = Duration::from_millis(20);

/// What was seen of a process that was to be killed.
pub struct Ended {
    /// The kill came before its own end.
    pub killed: bool,
    /// What it had printed.
    pub said: String,
    /// From the begin of its work to its end.
    pub worked: Duration,
}

/// Starts `command` and kills it so long `after` its work begins, unless it ends before.
///
/// # Errors
/// When it can't be run, or neither ends nor begins its work.
pub fn run_and_kill(mut command: Command, begins: &dyn Fn(u32) -> bool, after: Duration) -> Result<Ended> {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let (started, mut began) = (Instant::now(), None);
    while child.try_wait()?.is_none() {
        began = began.or_else(|| begins(child.id()).then(Instant::now));
        if began.is_some_and(|began| began.elapsed() >= after) {
            child.kill()?;
            break;
        }
        ensure!(started.elapsed() < PATIENCE, "{command:?} does not come to its work");
        std::thread::yield_now();
    }
    let output = child.wait_with_output()?;
    Ok(Ended {
        // No exit code: a signal ended it.
        killed: output.status.code().is_none(),
        said: String::from_utf8_lossy(&output.stdout).into_owned(),
        worked: began.map_or(Duration::ZERO, |began| began.elapsed()),
    })
}

/// A process of the client works from when it holds the profile's lock.
pub fn holds(copy: &Path) -> impl Fn(u32) -> bool {
    let lock = copy.join("writer.lock");
    move |pid| std::fs::read_to_string(&lock).is_ok_and(|holder| holder.contains(&format!("(process {pid})")))
}

/// Draws instants, and learns how long each kind of work takes.
pub struct Dice {
    pub rng: SmallRng,
    lengths: HashMap<&'static str, Duration>,
}

impl Dice {
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { rng: SmallRng::seed_from_u64(seed), lengths: HashMap::new() }
    }

    /// An instant within work of this kind.
    pub fn instant(&mut self, work: &'static str) -> Duration {
        let length = self.lengths.get(work).copied().unwrap_or(UNKNOWN);
        length.mul_f64(self.rng.random_range(0.0..SPAN))
    }

    /// Work of this kind was done to its end, or went on for at least so long.
    pub fn learn(&mut self, work: &'static str, ended: &Ended) {
        let known = self.lengths.entry(work).or_insert(UNKNOWN);
        // A kill shows only that the work takes longer: further on the next time, until one comes too late.
        *known = if ended.killed { ended.worked.mul_f64(GROWTH).max(*known) } else { ended.worked };
    }
}
