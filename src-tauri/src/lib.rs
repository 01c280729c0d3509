//! The desktop shell: one window, one command, one event. Owns the window and where the profile
//! lies; never looks inside a request and never decides anything about records.

mod commands;
mod logs;
mod profile;

use std::{path::PathBuf, sync::Arc};

use anyhow::{Context, bail};
use tauri::{App, Emitter, Manager, WebviewWindowBuilder};

use crate::profile::Opened;

/// What the UI listens to; the payload is a `bridge::Change`.
const CHANGED: &str = "changed";

/// Runs the window until it is closed.
///
/// # Errors
/// When the window or the profile can't be opened.
pub fn run(profile: Option<PathBuf>) -> anyhow::Result<()> {
    refuse_foreign_driver()?;
    tauri::Builder::default()
        .invoke_handler(tauri::generate_handler![commands::request])
        .setup(move |app| Ok(open(app, profile)?))
        .run(tauri::generate_context!())
        .context("the window could not be opened")
}

/// Tauri lets anyone who sets this variable drive the window; only test builds allow that.
fn refuse_foreign_driver() -> anyhow::Result<()> {
    let asked = std::env::var_os("TAURI_WEBVIEW_AUTOMATION").is_some();
    if asked && !cfg!(feature = "automation") {
        bail!("this build can't be driven by WebDriver: unset TAURI_WEBVIEW_AUTOMATION, or build with the feature `automation`");
    }
    Ok(())
}

fn open(app: &mut App, profile: Option<PathBuf>) -> anyhow::Result<()> {
    let profile = match profile {
        Some(profile) => profile,
        None => app.path().app_data_dir().context("the system names no folder for application data")?,
    };

    match logs::start(&profile) {
        // Kept by the app: the last lines are written as it ends.
        Ok(guard) => {
            app.manage(guard);
        }
        // A full disk must not keep the window shut: it says what is wrong.
        Err(error) => eprintln!("{error:#}"),
    }
    let handle = app.handle().clone();
    let opened = Opened::at(&profile, move |change| {
        // Fails only while the window closes, when nobody is left to tell.
        let _ = handle.emit(CHANGED, change);
    });
    app.manage(Arc::new(opened));

    let config = app.config().app.windows.first().context("tauri.conf.json names no window")?.clone();
    // What the web view keeps (drafts) belongs to the profile.
    WebviewWindowBuilder::from_config(app, &config)?.data_directory(profile.join("webview")).build()?;
    Ok(())
}
