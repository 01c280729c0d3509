//! The system's own clock and randomness.

use domain::{Clock, Entropy, Env};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

struct SystemClock;

impl Clock for SystemClock {
    fn now_ms(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }
}

struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the operating system gives randomness");
    }
}

/// The environment of a real process.
#[must_use]
pub fn system_env() -> Env {
    Env { clock: Arc::new(SystemClock), entropy: Arc::new(SystemEntropy) }
}
