//! What ends by itself: the lease, and the patience with a computer that nobody touches. The window
//! locks after the minutes that the person chose; this is the second line, a minute later, for when
//! the window does not.

use super::{Found, Station, lock};
use crate::desk::session::{IDLE_LOCK_DEFAULT, idle_lock_min};
use crate::engine::Engine;
use crate::error::ClientError;
use crate::lease::{self, Standing};
use serde_json::Value;
use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

const MINUTE_MS: i64 = 60_000;
/// How often the thread looks.
const EVERY: Duration = Duration::from_secs(15);
/// So long after it was first seen that a key has to go, it does.
const DUE_FOR_MS: i64 = 60 * MINUTE_MS;
/// The clock is noted this often, ms.
const NOTE_EVERY_MS: i64 = 3 * MINUTE_MS;
/// Names of requests that are remembered at most; there are fewer.
const NAMES_MAX: usize = 256;

/// When the person last did something. Requests don't say who asked: one that is the same as the last
/// of its name is a screen that looks again.
pub(super) struct Idle {
    since: i64,
    noted: i64,
    last: HashMap<String, u64>,
}

impl Idle {
    pub fn since(now_ms: i64) -> Self {
        Self { since: now_ms, noted: now_ms, last: HashMap::new() }
    }

    pub fn heard(&mut self, name: &str, payload: &Value, now_ms: i64) {
        let mut hasher = DefaultHasher::new();
        payload.to_string().hash(&mut hasher);
        let fingerprint = hasher.finish();
        if self.last.len() >= NAMES_MAX {
            self.last.clear();
        }
        if self.last.insert(name.to_owned(), fingerprint) != Some(fingerprint) {
            self.since = now_ms;
        }
    }
}

/// A thread that looks now and then; ends when dropped.
#[derive(Debug)]
pub struct Watch {
    _end: Sender<()>,
}

impl Station {
    /// Watches over lease and idleness in the background.
    #[must_use]
    pub fn watch(&self) -> Watch {
        let (end, ended) = channel();
        let station = std::sync::Arc::downgrade(&self.0);
        let run = move || {
            while ended.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                let Some(inner) = station.upgrade() else { return };
                Station(inner).look();
            }
        };
        if let Err(e) = std::thread::Builder::new().name("watch".into()).spawn(run) {
            tracing::error!("nothing locks by itself: {e}");
        }
        Watch { _end: end }
    }

    /// One look at lease and idleness.
    pub fn look(&self) {
        // While somebody signs in, nothing is late.
        let Ok(_turn) = self.0.turn.try_lock() else { return };
        if let Some(open) = self.open() {
            let now = self.0.env.now_ms();
            let engine = open.desk.engine();
            let idle_min = engine.store().read(idle_lock_min).unwrap_or(IDLE_LOCK_DEFAULT);
            let idle_for = now - lock(&open.idle).since;
            if self.lease_ended(&open.id, engine).unwrap_or(true) || (idle_min > 0 && idle_for > (i64::from(idle_min) + 1) * MINUTE_MS) {
                self.close();
            } else {
                self.note_lease(&open.id);
                self.note_clock(&open, now);
            }
        }
        self.destroy_what_is_due();
    }

    /// Destroys the keys of closed copies whose time is long over, an hour after that was first seen: a clock
    /// that is a month ahead is set right by then, or the person signs in.
    pub(super) fn destroy_what_is_due(&self) {
        let now = self.0.env.now_ms();
        let due: Vec<(String, Option<i64>)> = {
            let state = lock(&self.0.state);
            let open = state.open.as_ref().map(|open| open.id.as_str());
            let is_due = |profile: &&Found| Some(profile.id.as_str()) != open && profile.standing(now) == Standing::WipeDue;
            let seen = |profile: &Found| profile.facts().and_then(|facts| facts.due_since);
            state.profiles.iter().filter(is_due).map(|profile| (profile.id.clone(), seen(profile))).collect()
        };
        for (id, since) in due {
            if since.is_none_or(|since| now < since) {
                self.note(&id, |facts| facts.due_since = Some(now));
                continue;
            }
            if since.is_some_and(|since| now - since < DUE_FOR_MS) {
                continue;
            }
            match self.with_found(&id, |found, homes| found.destroy(homes)) {
                Ok(()) => self.tell_session(),
                Err(e) => tracing::error!("a key that has to go is still there: {e}"),
            }
        }
    }

    /// Whether this copy's lease lets nobody in. What follows from it is noted in the record.
    ///
    /// # Errors
    /// `Damaged` where the lease can't be read for that.
    pub(super) fn lease_ended(&self, id: &str, engine: &Engine) -> Result<bool, ClientError> {
        self.note_lease_of(id, engine);
        match engine.lease_standing() {
            Ok(Standing::Good) => Ok(false),
            Ok(Standing::Ended | Standing::WipeDue) => Ok(true),
            Err(ClientError::Damaged) => Err(ClientError::Damaged),
            Err(e) => {
                tracing::error!("the lease can't be checked: {e}");
                Ok(true)
            }
        }
    }

    pub(super) fn note_lease(&self, id: &str) {
        if let Some(open) = self.open().filter(|open| open.id == id) {
            self.note_lease_of(id, open.desk.engine());
        }
    }

    /// Copies the ends of the lease into the record, so that a locked copy knows them.
    pub(super) fn note_lease_of(&self, id: &str, engine: &Engine) {
        let now = self.0.env.now_ms();
        let known = engine.store().read(|c| Ok((lease::load(c)?, lease::clock(c, now)?)));
        let (lease, clock) = match known {
            Ok(known) => known,
            Err(e) => return tracing::warn!("the lease can't be read: {e}"),
        };
        self.note(id, |facts| {
            facts.lease_until = lease.as_ref().map(|lease| lease.until);
            facts.wipe_at = lease.as_ref().map(|lease| lease.wipe_at);
            // Exact to some minutes: each note is a write.
            if (clock - facts.last_used).abs() >= NOTE_EVERY_MS || clock < facts.last_used {
                facts.last_used = clock;
            }
        });
    }

    fn note_clock(&self, open: &super::Open, now_ms: i64) {
        let mut idle = lock(&open.idle);
        if now_ms - idle.noted < NOTE_EVERY_MS {
            return;
        }
        idle.noted = now_ms;
        drop(idle);
        if let Err(e) = open.desk.engine().note_clock() {
            tracing::warn!("the clock was not noted: {e}");
        }
    }
}
