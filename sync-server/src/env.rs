//! The system's own clock and randomness.

use domain::{Clock, Entropy, Env};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

struct System;

impl Clock for System {
    fn now_ms(&self) -> i64 {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX))
    }
}

impl Entropy for System {
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the system gives random bytes");
    }
}

/// What a real server is given.
#[must_use]
pub fn system() -> Env {
    Env { clock: Arc::new(System), entropy: Arc::new(System) }
}
