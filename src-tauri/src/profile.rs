//! The station of this window: the copies in its folder, one of them open at most. Owns where they
//! lie; what they hold is `client`'s.

use std::{path::PathBuf, sync::Arc};

use bridge::{Change, Problem};
use client::{Station, station::Watch, system_env, vault::Homes};
use serde_json::Value;

/// The station and what watches over it, as long as the app runs.
pub struct Opened {
    station: Station,
    _watch: Watch,
}

impl Opened {
    /// Opens it; `changed` hears of each commit and of each lock, from any thread.
    pub fn at(dir: PathBuf, changed: impl Fn(Change) + Send + Sync + 'static) -> Self {
        let station = Station::at(dir, system_env(), Homes::system());
        station.listen(Arc::new(changed));
        let watch = station.watch();
        Self { station, _watch: watch }
    }

    /// Answers one request. Blocks on the disk.
    pub fn answer(&self, name: &str, payload: Value) -> Result<Value, Problem> {
        self.station.answer(name, payload)
    }

    /// Closes the open copy as the window ends.
    pub fn close(&self) {
        if let Err(problem) = self.station.lock() {
            tracing::warn!("the copy was not closed: {problem}");
        }
    }
}
