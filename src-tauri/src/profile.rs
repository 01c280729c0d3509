//! Opens the profile of this window, once. Owns where it lies; what it holds is `client`'s.

use std::{path::Path, sync::Arc};

use bridge::{Change, Problem};
use client::{Listener, Profile, desk::Desk, system_env};
use serde_json::Value;

/// The open profile; or why it can't be opened, which then answers every request.
pub struct Opened(Result<Desk, Problem>);

impl Opened {
    /// Opens it for writing; `changed` hears of each commit, from any thread.
    pub fn at(dir: &Path, changed: impl Fn(Change) + Send + Sync + 'static) -> Self {
        let desk = Profile::at(dir).and_then(|profile| Desk::open(profile, system_env()));
        match &desk {
            Ok(desk) => start(desk, Arc::new(changed)),
            Err(error) => tracing::error!("the profile can't be opened: {error}"),
        }
        Self(desk.map_err(Problem::from))
    }

    /// Answers one request. Blocks on the disk.
    pub fn answer(&self, name: &str, payload: Value) -> Result<Value, Problem> {
        self.0.as_ref().map_err(Problem::clone)?.answer(name, payload)
    }
}

/// Work goes on without sync: whoever is signed in just sees that nothing is sent.
fn start(desk: &Desk, changed: Listener) {
    desk.listen(changed);
    if let Err(error) = desk.start_sync() {
        tracing::error!("sync can't be started: {error}");
    }
}
