//! The desktop shell: one window, one command, one event; tray icon and notifications. Owns the window and
//! where the profiles lie; never looks inside a request and never decides anything about records.

mod commands;
mod instance;
mod logs;
mod notices;
mod profile;
mod tray;
mod window;

use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, bail};
use client::{
    Station,
    reminders::{Notice, Press},
    station::Teller,
};
use tauri::{App, AppHandle, Emitter, Manager, RunEvent, WebviewWindowBuilder};

use crate::{instance::Instance, notices::Notices, profile::Opened, tray::Tray};

/// What the UI listens to; the payload is a `bridge::Change`.
const CHANGED: &str = "changed";
/// How long the process outlives its window for what still ends.
const END_AT_MOST: Duration = Duration::from_secs(2);

/// Runs the window until it is closed, with a link to follow at its start; or hands the link to the window
/// that is open on this folder already.
///
/// # Errors
/// When the window or the profile can't be opened.
pub fn run(profile: Option<PathBuf>, link: Option<String>) -> anyhow::Result<()> {
    refuse_foreign_driver()?;
    let context = tauri::generate_context!();
    let profile = match profile {
        Some(profile) => profile,
        None => data_dir(&context.config().identifier).context("the system names no folder for application data")?,
    };
    let Some(instance) = instance::claim(&profile, link.as_deref())? else { return Ok(()) };
    let app = tauri::Builder::default()
        .invoke_handler(tauri::generate_handler![commands::request])
        .setup(move |app| Ok(open(app, profile, instance, link)?))
        .build(context)
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

/// Where the system keeps an app's data, as Tauri names it; asked before there is an app.
fn data_dir(identifier: &str) -> Option<PathBuf> {
    dirs::data_dir().map(|dir| dir.join(identifier))
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

/// What the client has to say goes to the notification server and the tray.
struct Speaker {
    app: AppHandle,
    station: Station,
    notices: Notices,
}

impl Teller for Speaker {
    fn show(&mut self, notice: Notice) {
        let (app, station, about) = (self.app.clone(), self.station.clone(), notice.about);
        self.notices.show(&notice, move |press| {
            station.press(about, press);
            if press == Press::Open {
                window::show(&app);
            }
        });
    }

    fn count(&mut self, due: Option<u32>) {
        let app = self.app.clone();
        // Fails only while the app ends, when nobody is left to tell.
        let _ = self.app.run_on_main_thread(move || app.state::<Tray>().count(due));
    }
}

fn open(app: &mut App, profile: PathBuf, instance: Instance, link: Option<String>) -> anyhow::Result<()> {
    match logs::start(&profile) {
        // Kept by the app: the last lines are written as it ends.
        Ok(guard) => {
            app.manage(guard);
        }
        // A full disk must not keep the window shut: it says what is wrong.
        Err(error) => eprintln!("{error:#}"),
    }
    let handle = app.handle().clone();
    app.manage(Tray::of(&profile));
    let speaker = |station| -> Box<dyn Teller> { Box::new(Speaker { app: app.handle().clone(), station, notices: Notices::default() }) };
    let changed = move |change| {
        // Fails only while the window closes, when nobody is left to tell.
        let _ = handle.emit(CHANGED, change);
    };
    let opened = Opened::at(profile.clone(), changed, speaker);
    let station = opened.station().clone();
    app.manage(Arc::new(opened));
    link.iter().for_each(|link| station.follow(link));

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
    let window = window.build()?;
    window::remember(&window, &profile);
    let (handle, quitting) = (app.handle().clone(), window.clone());
    station.on_quit(move || {
        window::keep(&quitting, &profile);
        handle.exit(0);
    });
    window::zoom(&window, station.zoom());
    let zoomed = window.clone();
    station.on_zoom(move |percent| window::zoom(&zoomed, percent));
    tray::watch(app.handle());
    let handle = app.handle().clone();
    instance.listen(move |link| {
        link.iter().for_each(|link| station.follow(link));
        window::show(&handle);
    })?;
    Ok(())
}
