//! Threads that end by themselves. The process waits a moment for them before it exits: one that still had
//! the database in use would crash while the libraries below it are taken down.

use std::sync::{Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

const LOOK_EVERY: Duration = Duration::from_millis(2);

static RUNNING: Mutex<Vec<JoinHandle<()>>> = Mutex::new(Vec::new());

/// Runs `work` on a thread of this name.
///
/// # Errors
/// When the system starts no more threads.
pub(crate) fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
    let handle = Builder::new().name(name.to_owned()).spawn(work)?;
    let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
    running.retain(|handle| !handle.is_finished());
    running.push(handle);
    Ok(())
}

/// Waits until all of them have ended, but no longer than this; whether they have.
pub fn settle(at_most: Duration) -> bool {
    let deadline = Instant::now() + at_most;
    loop {
        let running = std::mem::take(&mut *RUNNING.lock().unwrap_or_else(PoisonError::into_inner));
        let (ended, left): (Vec<_>, Vec<_>) = running.into_iter().partition(JoinHandle::is_finished);
        // What panicked has said so.
        ended.into_iter().for_each(|handle| drop(handle.join()));
        let is_empty = left.is_empty();
        RUNNING.lock().unwrap_or_else(PoisonError::into_inner).extend(left);
        if is_empty || Instant::now() >= deadline {
            return is_empty;
        }
        std::thread::sleep(LOOK_EVERY);
    }
}
