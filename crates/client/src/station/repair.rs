//! Repairing a copy whose file is damaged, also one that was found to be while it was open.

use super::{Kept, Station, lock};
use crate::error::ClientError;
use crate::store::{self, Repair, meta};
use crate::vault::Facts;
use bridge::session::Repaired;
use bridge::{Problem, ProblemCode};

impl Station {
    /// Repairs the chosen copy, closing it first. One that is whole is left as it is.
    ///
    /// # Errors
    /// `WrongCredentials`; `ProfileHeld`; `NotSignedIn` for a key that is gone; `Disk`: nothing is lost,
    /// and the next try goes on.
    pub fn repair(&self, password: &str) -> Result<Repaired, Problem> {
        let _turn = lock(&self.0.turn);
        self.ready();
        self.close();
        let chosen = lock(&self.0.state).chosen.clone();
        let found = self.readable(chosen.as_deref())?;
        let key = match &found.kept {
            Kept::Plain { key, .. } => key.clone(),
            _ => self.key_of(&found, password)?,
        };
        let profile = found.profile()?;
        let done = store::repair(&profile, &key, &self.0.env)?;
        lock(&self.0.state).damaged.remove(&found.id);
        let Repair::Done { salvaged, aside } = done else { return Ok(Repaired { whole: true, ..Repaired::default() }) };
        tracing::warn!(?salvaged, "a damaged copy was repaired");
        let facts = found.facts().cloned().unwrap_or_default();
        store::Store::open(&profile, &key)?.write(|tx| remember(tx, &facts))?;
        Ok(Repaired {
            whole: false,
            kept: salvaged.kept,
            lost: salvaged.lost,
            uncounted: salvaged.uncounted,
            incomplete: !salvaged.incomplete.is_empty(),
            file: aside.display().to_string(),
        })
    }

    /// Notes that an answer of the open copy met damage: the next unlocking offers the repair.
    pub(super) fn note_damage(&self, id: &str, problem: &Problem) {
        if problem.code == ProblemCode::Damaged {
            lock(&self.0.state).damaged.insert(id.to_owned());
        }
    }
}

/// What the record of the key knows too, where the damaged file no longer says it.
fn remember(c: &rusqlite::Connection, facts: &Facts) -> Result<(), ClientError> {
    if let (None, Some(device)) = (meta::get::<domain::DeviceId>(c, meta::DEVICE)?, facts.device) {
        meta::set(c, meta::DEVICE, &device)?;
    }
    if meta::get::<String>(c, meta::SERVER)?.is_none() {
        meta::set(c, meta::SERVER, &facts.server)?;
    }
    match (meta::get::<String>(c, meta::SERVER_PIN)?, &facts.pin) {
        (None, Some(pin)) => meta::set(c, meta::SERVER_PIN, pin),
        _ => Ok(()),
    }
}
