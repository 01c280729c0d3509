//! Stands in for `client::desk::Desk` until the client has it: same shape, knows nothing.

use std::path::PathBuf;

use bridge::{Change, Problem, ProblemCode};
use serde_json::Value;

/// Answers the UI's requests for one profile.
pub struct Desk {
    profile: PathBuf,
}

impl Desk {
    /// Opens the profile; `changed` is called after each commit, from any thread.
    pub fn open(profile: PathBuf, changed: impl Fn(Change) + Send + Sync + 'static) -> Self {
        changed(Change::default());
        Self { profile }
    }

    /// Answers one request. Blocks on the disk.
    pub fn answer(&self, name: &str, _payload: Value) -> Result<Value, Problem> {
        let text = format!("Nothing answers {name} for the profile {} yet.", self.profile.display());
        Err(Problem::new(ProblemCode::NotFound, text))
    }
}
