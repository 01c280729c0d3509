//! The background thread that keeps a profile in sync: at once after an edit or a poke, else now
//! and then; with backoff and jitter while the server is out of reach.

use crate::engine::Engine;
use crate::error::ClientError;
use crate::sync::{SyncReport, SyncStep};
use crate::transport::{Transport, TransportError};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// Without a live socket the client asks this often.
const POLL: Duration = Duration::from_secs(20);
/// With one, this often all the same: a lost poke must not last.
const POLL_LIVE: Duration = Duration::from_secs(120);
/// First and longest wait after a failure.
const BACKOFF_FIRST: Duration = Duration::from_secs(1);
const BACKOFF_MAX: Duration = Duration::from_secs(60);

/// A running sync thread; ends when dropped.
pub struct SyncLoop {
    signal: Arc<Signal>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
pub(crate) struct Signal {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    wake: bool,
    stop: bool,
}

impl Signal {
    pub(crate) fn wake(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).wake = true;
        self.changed.notify_all();
    }

    pub(crate) fn stop(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).stop = true;
        self.changed.notify_all();
    }

    pub(crate) fn stopped(&self) -> bool {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).stop
    }

    /// Waits for a wake-up or the time; false when the loop is to end.
    pub(crate) fn wait(&self, at_most: Duration) -> bool {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.changed.wait_timeout_while(state, at_most, |s| !s.wake && !s.stop);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.wake = false;
        !state.stop
    }
}

impl SyncLoop {
    /// Starts syncing `engine` over `transport`.
    #[must_use]
    pub fn start(engine: Arc<Engine>, transport: Arc<dyn Transport>) -> Self {
        let signal = Arc::new(Signal::default());
        let thread = std::thread::Builder::new().name("sync".into()).spawn({
            let signal = signal.clone();
            move || run(&engine, transport.as_ref(), &signal)
        });
        Self { signal, thread: thread.inspect_err(|e| tracing::error!("no sync thread: {e}")).ok() }
    }

    /// Syncs now rather than at the next turn.
    pub fn wake(&self) {
        self.signal.wake();
    }

    pub(crate) fn signal(&self) -> Arc<Signal> {
        self.signal.clone()
    }
}

impl Drop for SyncLoop {
    fn drop(&mut self) {
        self.signal.stop();
        if let Some(thread) = self.thread.take() {
            // A panicked thread has nothing left to stop.
            let _ = thread.join();
        }
    }
}

fn run(engine: &Engine, transport: &dyn Transport, signal: &Signal) {
    let mut failures = 0;
    loop {
        let wait = match round(engine, transport) {
            Ok((SyncStep::Quiet, _)) => {
                failures = 0;
                engine.idle();
                if engine.sync_status().live { POLL_LIVE } else { POLL }
            }
            Ok((SyncStep::Wait { after_ms }, _)) => Duration::from_millis(after_ms),
            Err(ClientError::Transport(TransportError::Busy { after_ms } | TransportError::TooMany { after_ms, .. })) => {
                Duration::from_millis(after_ms)
            }
            Err(ClientError::Transport(TransportError::SignInNeeded | TransportError::CutOff { .. })) => BACKOFF_MAX,
            Err(_) => {
                failures += 1;
                jittered(backoff(failures), engine)
            }
        };
        let now = engine.env().now_ms();
        engine.note_status(|s| {
            let wait_ms = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
            s.next_try = s.problem.as_ref().map(|_| now.saturating_add(wait_ms));
        });
        if !signal.wait(wait) {
            return;
        }
    }
}

/// A defect, or an answer that is one, must not end the thread: what was not committed is as before, and
/// the next round asks again.
fn round(engine: &Engine, transport: &dyn Transport) -> Result<(SyncStep, SyncReport), ClientError> {
    catch_unwind(AssertUnwindSafe(|| engine.sync(transport))).unwrap_or_else(|_| {
        let broken = TransportError::Broken("its answer could not be taken in; Leadline tries again".into());
        tracing::error!("a round of sync panicked");
        engine.note_status(|s| s.problem = Some(broken.clone()));
        Err(broken.into())
    })
}

fn backoff(failures: u32) -> Duration {
    BACKOFF_FIRST.saturating_mul(1 << failures.saturating_sub(1).min(6)).min(BACKOFF_MAX)
}

/// Half to all of it, so that an office does not come back in one wave.
fn jittered(wait: Duration, engine: &Engine) -> Duration {
    let [byte] = engine.env().random::<1>();
    wait / 2 + wait.mul_f64(f64::from(byte) / 512.0)
}

impl std::fmt::Debug for SyncLoop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SyncLoop")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Profile, system_env, vault::Key};
    use protocol::pull::{PullBatch, Snapshot};
    use protocol::push::{PushRequest, PushResponse};
    use std::ops::ControlFlow;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Instant;

    /// Breaks whoever asks it for the first time.
    #[derive(Default)]
    struct Breaking(AtomicU32);

    impl Transport for Breaking {
        fn push(&self, _: &PushRequest) -> Result<PushResponse, TransportError> {
            Err(TransportError::NotFound)
        }

        fn pull(&self, _: Option<&str>, _: &mut dyn FnMut(PullBatch) -> ControlFlow<()>) -> Result<(), TransportError> {
            assert!(self.0.fetch_add(1, Ordering::Relaxed) > 0, "the first answer");
            Ok(())
        }

        fn snapshot(&self, _: domain::DocId) -> Result<Snapshot, TransportError> {
            Err(TransportError::NotFound)
        }
    }

    #[test]
    fn a_round_that_panics_is_followed_by_another() {
        let folder = tempfile::tempdir().expect("a folder");
        let env = system_env();
        let engine = Engine::open(&Profile::at(folder.path()).expect("a profile"), &Key::new(&env), env).expect("an engine");
        let (engine, transport) = (Arc::new(engine), Arc::new(Breaking::default()));
        let running = SyncLoop::start(engine.clone(), transport.clone());
        let begun = Instant::now();
        while transport.0.load(Ordering::Relaxed) < 2 || engine.sync_status().problem.is_some() {
            assert!(begun.elapsed() < Duration::from_secs(30), "no round after the one that panicked");
            running.wake();
            std::thread::yield_now();
        }
    }
}
