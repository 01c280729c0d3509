//! The desktop shell: one window, one command, one event. Owns the window and where the profiles
//! lie; never looks inside a request and never decides anything about records.

mod commands;
mod logs;
mod profile;

use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, bail};
use tauri::{App, Emitter, Manager, RunEvent, WebviewWindowBuilder};

use crate::profile::Opened;

/// What the UI listens to; the payload is a `bridge::Change`.
const CHANGED: &str = "changed";
/// How long the process outlives its window for what still ends.
const END_AT_MOST: Duration = Duration::from_secs(2);

/// Runs the window until it is closed.
///
/// # Errors
/// When the window or the profile can't be opened.
pub fn run(profile: Option<PathBuf>) -> anyhow::Result<()> {
    refuse_foreign_driver()?;
    let app = tauri::Builder::default()
        .invoke_handler(tauri::generate_handler![commands::request])
        .setup(move |app| Ok(open(app, profile)?))
        .build(tauri::generate_context!())
        .context("the window could not be opened")?;
    app.run(|app, event| {
        if let (RunEvent::Exit, Some(opened)) = (event, app.try_state::<Arc<Opened>>()) {
            opened.close();
            if !client::background::settle(END_AT_MOST) {
                tracing::warn!("something in the background did not end in time");
            }
        }
    });
    Ok(())
}

/// Tauri lets anyone who sets this variable drive the window; only test builds allow that.
fn refuse_foreign_driver() -> anyhow::Result<()> {
    if is_driven() && !cfg!(feature = "automation") {
        bail!("this build can't be driven by WebDriver: unset TAURI_WEBVIEW_AUTOMATION, or build with the feature `automation`");
    }
    Ok(())
}

fn is_driven() -> bool {
    std::env::var_os("TAURI_WEBVIEW_AUTOMATION").is_some()
}

/// Removes what the web view of an older version kept.
fn forget(kept: &Path) {
    match std::fs::remove_dir_all(kept) {
        Err(error) if error.kind() != ErrorKind::NotFound => tracing::warn!("the web view's old folder is left: {error}"),
        _ => {}
    }
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
    let opened = Opened::at(profile.clone(), move |change| {
        // Fails only while the window closes, when nobody is left to tell.
        let _ = handle.emit(CHANGED, change);
    });
    app.manage(Arc::new(opened));

    let config = app.config().app.windows.first().context("tauri.conf.json names no window")?.clone();
    // A list is copied once the client has written it, which is after the key press that asked for it.
    let window = WebviewWindowBuilder::from_config(app, &config)?.enable_clipboard_access();
    // The web view keeps nothing: drafts, too, are in the encrypted copy. One that keeps nothing can't
    // be driven, so in tests it has a folder, in which they look for what should not be there.
    let kept = profile.join("webview");
    let window = if is_driven() {
        window.data_directory(kept)
    } else {
        forget(&kept);
        window.incognito(true)
    };
    window.build()?;
    Ok(())
}
