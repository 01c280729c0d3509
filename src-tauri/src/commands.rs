//! The commands the UI may call. There is one: a typed request of `bridge`, passed to the client
//! unread. Nothing is decided here.

use std::sync::Arc;

use bridge::{Problem, ProblemCode};
use serde_json::Value;
use tauri::State;

use crate::profile::Opened;

/// The longest request name there is room for; longer ones are not ours.
const NAME_MAX: usize = 64;

/// Answers one request off the main thread, so that the window never waits for the disk.
#[tauri::command]
pub async fn request(name: String, payload: Value, profile: State<'_, Arc<Opened>>) -> Result<Value, Problem> {
    if name.len() > NAME_MAX {
        return Err(Problem::new(ProblemCode::NotFound, "This screen asked for something that does not exist."));
    }
    let profile = Arc::clone(&profile);
    tauri::async_runtime::spawn_blocking(move || profile.answer(&name, payload))
        .await
        .unwrap_or_else(|_| Err(Problem::new(ProblemCode::Internal, "This request stopped. Your work is saved.")))
}
