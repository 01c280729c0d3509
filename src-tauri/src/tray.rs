//! The icon in the tray: what is due, and the way back to the window. There is one only where the desktop
//! shows it.

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use bridge::link::Link;
use tauri::{
    AppHandle, Manager,
    menu::{Menu, MenuEvent, MenuItem, PredefinedMenuItem},
    tray::{MouseButton, TrayIcon, TrayIconBuilder, TrayIconEvent},
};

use crate::window;

const DUE: &str = "due";
const OPEN: &str = "open";
const NEXT: &str = "next";
const QUIT: &str = "quit";
/// How often it is looked whether the desktop shows tray icons: a panel may start later, or crash.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// The icon, once there is one.
pub struct Tray {
    /// Where the picture lies that the desktop shows.
    folder: PathBuf,
    shown: Mutex<Shown>,
}

#[derive(Default)]
struct Shown {
    icon: Option<(TrayIcon, MenuItem<tauri::Wry>)>,
    due: Option<u32>,
}

impl Tray {
    /// The tray of a profile's folder; there is no icon yet.
    pub fn of(profile: &Path) -> Self {
        Self { folder: profile.join("tray"), shown: Mutex::default() }
    }

    /// Shows how much is due; `None` behind the lock.
    pub fn count(&self, due: Option<u32>) {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        shown.due = due;
        shown.say();
    }

    fn place(&self, app: &AppHandle) -> tauri::Result<()> {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if shown.icon.is_none() {
            shown.icon = Some(build(app, &self.folder)?);
            shown.say();
        }
        Ok(())
    }

    fn remove(&self, app: &AppHandle) {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((icon, _)) = shown.icon.take() {
            app.remove_tray_by_id(icon.id());
        }
    }

    fn is_there(&self) -> bool {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner).icon.is_some()
    }
}

impl Shown {
    fn say(&self) {
        let Some((icon, line)) = &self.icon else { return };
        let words = words(self.due);
        let title = self.due.filter(|due| *due > 0).map(|due| due.to_string());
        let said =
            line.set_text(&words).and_then(|()| icon.set_tooltip(Some(format!("Leadline: {words}")))).and_then(|()| icon.set_title(title));
        if let Err(error) = said {
            tracing::warn!("the tray says something old: {error}");
        }
    }
}

/// Looks on a thread of its own whether there is a tray, and keeps the icon in it as long as there is.
pub fn watch(app: &AppHandle) {
    let app = app.clone();
    let watching = std::thread::Builder::new().name("tray".into()).spawn(move || {
        loop {
            look(&app);
            std::thread::sleep(LOOK_EVERY);
        }
    });
    if let Err(error) = watching {
        tracing::warn!("there is no tray icon: {error}");
    }
}

fn look(app: &AppHandle) {
    let is_host = has_host();
    if is_host == app.state::<Tray>().is_there() {
        return;
    }
    let handle = app.clone();
    let done = app.run_on_main_thread(move || {
        let tray = handle.state::<Tray>();
        if is_host {
            if let Err(error) = tray.place(&handle) {
                tracing::warn!("there is no tray icon: {error}");
            }
        } else {
            // A window that nobody could find again comes back.
            tray.remove(&handle);
            window::show(&handle);
        }
        window::station(&handle).set_tray(tray.is_there());
    });
    if let Err(error) = done {
        tracing::warn!("there is no tray icon: {error}");
    }
}

fn build(app: &AppHandle, folder: &Path) -> tauri::Result<(TrayIcon, MenuItem<tauri::Wry>)> {
    let line = MenuItem::with_id(app, DUE, words(None), true, None::<&str>)?;
    let menu = Menu::with_items(
        app,
        &[
            &line,
            &PredefinedMenuItem::separator(app)?,
            &MenuItem::with_id(app, OPEN, "Open", true, None::<&str>)?,
            &MenuItem::with_id(app, NEXT, "Next call", true, None::<&str>)?,
            &MenuItem::with_id(app, QUIT, "Quit", true, None::<&str>)?,
        ],
    )?;
    let mut icon = TrayIconBuilder::with_id("leadline")
        .temp_dir_path(folder)
        .menu(&menu)
        .show_menu_on_left_click(false)
        .on_menu_event(picked)
        .on_tray_icon_event(|icon, event| {
            if matches!(event, TrayIconEvent::Click { button: MouseButton::Left, .. }) {
                window::show(icon.app_handle());
            }
        });
    if let Some(image) = app.default_window_icon() {
        icon = icon.icon(image.clone());
    }
    Ok((icon.build(app)?, line))
}

fn picked(app: &AppHandle, event: MenuEvent) {
    match event.id().as_ref() {
        QUIT => window::station(app).quit(),
        id @ (DUE | OPEN | NEXT) => {
            match id {
                DUE => window::station(app).open_at(Link::FollowUps { missed: false }),
                NEXT => window::station(app).open_at(Link::Queue),
                _ => {}
            }
            window::show(app);
        }
        _ => {}
    }
}

fn words(due: Option<u32>) -> String {
    match due {
        None => "Locked".to_owned(),
        Some(0) => "Nothing is due".to_owned(),
        Some(1) => "1 follow-up due".to_owned(),
        Some(due) => format!("{due} follow-ups due"),
    }
}

/// Whether the desktop shows tray icons now.
#[cfg(target_os = "linux")]
pub fn has_host() -> bool {
    host::is_there().unwrap_or(false)
}

#[cfg(not(target_os = "linux"))]
pub fn has_host() -> bool {
    true
}

#[cfg(target_os = "linux")]
mod host {
    use std::{
        sync::{Mutex, PoisonError},
        time::Duration,
    };

    use zbus::blocking::{Connection, Proxy, connection::Builder};

    const WATCHER: &str = "org.kde.StatusNotifierWatcher";
    const PATIENCE: Duration = Duration::from_millis(500);

    static BUS: Mutex<Option<Connection>> = Mutex::new(None);

    pub fn is_there() -> zbus::Result<bool> {
        let mut bus = BUS.lock().unwrap_or_else(PoisonError::into_inner);
        let connection = match &*bus {
            Some(connection) => connection.clone(),
            None => bus.insert(Builder::session()?.method_timeout(PATIENCE).build()?).clone(),
        };
        let asked = ask(&connection);
        // A bus that went away may come back.
        if matches!(asked, Err(zbus::Error::InputOutput(_))) {
            *bus = None;
        }
        asked
    }

    fn ask(connection: &Connection) -> zbus::Result<bool> {
        let proxy = Proxy::new(connection, WATCHER, "/StatusNotifierWatcher", WATCHER)?;
        proxy.get_property("IsStatusNotifierHostRegistered")
    }
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn the_line_counts_what_is_due() {
        let said = [None, Some(0), Some(1), Some(3)].map(words);
        assert_eq!(said, ["Locked", "Nothing is due", "1 follow-up due", "3 follow-ups due"]);
    }
}
