//! What a seed decides: the clock, everybody's own wrong clock, and all randomness.

use domain::{Clock, Entropy, Env};
use rand::rngs::SmallRng;
use rand::{RngCore, SeedableRng};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// 2026-11-21 09:00 in Kolkata.
pub const START_MS: i64 = 1_795_231_800_000;

/// The true time, which only moves when told to.
#[derive(Debug)]
pub struct TrueClock(AtomicI64);

impl TrueClock {
    #[must_use]
    pub fn new() -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(START_MS)))
    }

    pub fn pass(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::Relaxed);
    }
}

impl Clock for TrueClock {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A computer's clock: the true time, and how wrong it is.
#[derive(Debug)]
pub struct OwnClock {
    truth: Arc<TrueClock>,
    off_ms: AtomicI64,
}

impl OwnClock {
    #[must_use]
    pub fn new(truth: Arc<TrueClock>) -> Arc<Self> {
        Arc::new(Self { truth, off_ms: AtomicI64::new(0) })
    }

    pub fn set_off(&self, ms: i64) {
        self.off_ms.store(ms, Ordering::Relaxed);
    }
}

impl Clock for OwnClock {
    fn now_ms(&self) -> i64 {
        self.truth.now_ms() + self.off_ms.load(Ordering::Relaxed)
    }
}

/// Randomness out of a seed.
struct Seeded(Mutex<SmallRng>);

impl Entropy for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes);
    }
}

/// A clock with seeded randomness, as components take them.
#[must_use]
pub fn env(clock: Arc<dyn Clock>, seed: u64) -> Env {
    Env { clock, entropy: Arc::new(Seeded(Mutex::new(SmallRng::seed_from_u64(seed)))) }
}

/// The randomness of one thing among many under one seed: what happens at the others does not change it.
#[must_use]
pub fn of(seed: u64, place: u64) -> SmallRng {
    SmallRng::seed_from_u64(mix(seed, place))
}

/// Two numbers into one, so that neighbours have nothing in common (`SplitMix64`).
#[must_use]
pub fn mix(seed: u64, place: u64) -> u64 {
    let mut z = seed.wrapping_add(place.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
