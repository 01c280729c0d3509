//! The station of this window: the copies in its folder, one of them open at most. Owns where they
//! lie and what watches over them; what they hold is `client`'s.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use bridge::{Change, Problem};
use client::{
    Station,
    station::{Reminding, Teller, Watch},
    system_env,
    vault::Homes,
};
use serde_json::Value;

/// The station and what watches over it, as long as the app runs.
pub struct Opened {
    station: Station,
    _watch: Watch,
    /// Until the window ends.
    reminding: Mutex<Option<Reminding>>,
}

impl Opened {
    /// Opens it; `changed` hears of each commit and of each lock, from any thread, and `teller` of what is due.
    pub fn at(dir: PathBuf, changed: impl Fn(Change) + Send + Sync + 'static, teller: impl FnOnce(Station) -> Box<dyn Teller>) -> Self {
        let station = Station::at(dir, system_env(), Homes::system());
        station.listen(Arc::new(changed));
        let watch = station.watch();
        let reminding = Mutex::new(Some(station.remind_by(teller(station.clone()))));
        Self { station, _watch: watch, reminding }
    }

    /// What is asked of it, and told it.
    pub fn station(&self) -> &Station {
        &self.station
    }

    /// Answers one request. Blocks on the disk.
    pub fn answer(&self, name: &str, payload: Value) -> Result<Value, Problem> {
        self.station.answer(name, payload)
    }

    /// Closes the open copy as the window ends.
    pub fn close(&self) {
        // Reads the copy no more once this is done.
        drop(self.reminding.lock().unwrap_or_else(PoisonError::into_inner).take());
        if let Err(problem) = self.station.lock() {
            tracing::warn!("the copy was not closed: {problem}");
        }
    }
}
