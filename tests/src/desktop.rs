//! A desktop on a bus of its own: a notification server and, if wanted, a tray. Real D-Bus all the way; only
//! nobody draws anything.

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, ensure};
use zbus::blocking::{Connection, Proxy, connection::Builder};
use zbus::zvariant::{OwnedObjectPath, OwnedValue, Value};

use crate::processes::eventually;

const NOTIFICATIONS: &str = "org.freedesktop.Notifications";
const NOTIFICATIONS_PATH: &str = "/org/freedesktop/Notifications";
const WATCHER: &str = "org.kde.StatusNotifierWatcher";
const WATCHER_PATH: &str = "/StatusNotifierWatcher";
const ITEM: &str = "org.kde.StatusNotifierItem";
const MENU: &str = "com.canonical.dbusmenu";

/// Something that was shown.
#[derive(Clone, Debug)]
pub struct Shown {
    pub id: u32,
    pub title: String,
    pub body: String,
    /// Keys and words in turn.
    pub actions: Vec<String>,
}

#[derive(Clone, Default)]
struct Notifications(Arc<Mutex<Vec<Shown>>>);

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Notifications {
    #[expect(clippy::too_many_arguments, reason = "as the specification has it")]
    fn notify(
        &self,
        _app_name: &str,
        _replaces_id: u32,
        _app_icon: &str,
        summary: &str,
        body: &str,
        actions: Vec<String>,
        _hints: HashMap<&str, Value<'_>>,
        _expire_timeout: i32,
    ) -> u32 {
        let mut shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let id = u32::try_from(shown.len() + 1).unwrap_or(u32::MAX);
        shown.push(Shown { id, title: summary.to_owned(), body: body.to_owned(), actions });
        id
    }

    fn get_capabilities(&self) -> Vec<&str> {
        vec!["actions", "body", "body-markup"]
    }

    fn close_notification(&self, _id: u32) {}

    fn get_server_information(&self) -> (&str, &str, &str, &str) {
        ("desktop of a test", "Leadline", "1", "1.2")
    }
}

/// A line of a menu: its number, what it says, and what is below it.
type Line = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);

/// Where the icon that was put into the tray is: its connection and its path.
type Item = (String, String);

#[derive(Clone, Default)]
struct Watcher(Arc<Mutex<Option<Item>>>);

#[zbus::interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    fn register_status_notifier_item(&self, service: &str, #[zbus(header)] header: zbus::message::Header<'_>) {
        let sender = header.sender().map(ToString::to_string).unwrap_or_default();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((sender, service.to_owned()));
    }

    fn register_status_notifier_host(&self, _service: &str) {}

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        Vec::new()
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }
}

/// The bus and who answers on it; all of it ends with this value.
pub struct Desktop {
    bus: Child,
    address: String,
    connection: Connection,
    notifications: Notifications,
    watcher: Watcher,
}

impl Desktop {
    /// Starts one, with a tray or without.
    ///
    /// # Errors
    /// When `dbus-daemon` isn't installed or doesn't start.
    pub fn start(has_tray: bool) -> Result<Self> {
        let mut bus = Command::new("dbus-daemon")
            .args(["--session", "--nofork", "--nopidfile", "--print-address=1"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("dbus-daemon can't be started")?;
        let mut address = String::new();
        BufReader::new(bus.stdout.take().context("its answer is piped")?).read_line(&mut address)?;
        let address = address.trim().to_owned();
        let (notifications, watcher) = (Notifications::default(), Watcher::default());
        let answering = Builder::address(address.as_str()).and_then(|builder| {
            builder.serve_at(NOTIFICATIONS_PATH, notifications.clone())?.serve_at(WATCHER_PATH, watcher.clone())?.build()
        });
        let connection = match answering {
            Ok(connection) => connection,
            Err(error) => {
                end(&mut bus);
                return Err(error).context("nobody answers on the bus");
            }
        };
        let desktop = Self { bus, address, connection, notifications, watcher };
        desktop.connection.request_name(NOTIFICATIONS)?;
        if has_tray {
            desktop.connection.request_name(WATCHER)?;
        }
        Ok(desktop)
    }

    /// What belongs into `DBUS_SESSION_BUS_ADDRESS`.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The panel that shows the tray crashes.
    ///
    /// # Errors
    /// The bus's.
    pub fn lose_tray(&self) -> Result<()> {
        ensure!(self.connection.release_name(WATCHER)?, "there was no tray");
        Ok(())
    }

    /// What was shown so far.
    #[must_use]
    pub fn shown(&self) -> Vec<Shown> {
        self.notifications.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits for a notification whose title has this in it.
    ///
    /// # Errors
    /// When it does not come in time.
    pub fn wait_for(&self, title: &str) -> Result<Shown> {
        let mut found = None;
        let looked = eventually(title, || {
            found = self.shown().into_iter().find(|shown| shown.title.contains(title));
            Ok(found.is_some())
        });
        looked.with_context(|| format!("{:?}", self.shown()))?;
        found.context("it was found")
    }

    /// Presses a button of a notification. Told again until `so`: the app listens only a moment after it showed it.
    ///
    /// # Errors
    /// When nothing follows.
    pub fn press(&self, shown: &Shown, action: &str, mut so: impl FnMut() -> Result<bool>) -> Result<()> {
        ensure!(shown.actions.iter().any(|known| known == action), "it has no {action}: {shown:?}");
        eventually(&format!("{action} works"), || {
            self.connection.emit_signal(None::<&str>, NOTIFICATIONS_PATH, NOTIFICATIONS, "ActionInvoked", &(shown.id, action))?;
            so()
        })
    }

    /// The lines of the menu in the tray, with their numbers.
    ///
    /// # Errors
    /// When there is no icon.
    pub fn menu(&self) -> Result<Vec<(i32, String)>> {
        let (to, path) = self.menu_place()?;
        let menu = Proxy::new(&self.connection, to, path, MENU)?;
        let _: bool = menu.call("AboutToShow", &(0_i32,)).unwrap_or_default();
        let (_, layout): (u32, Line) = menu.call("GetLayout", &(0_i32, -1_i32, Vec::<&str>::new()))?;
        let mut lines = Vec::new();
        for child in layout.2 {
            let (id, properties, _): Line = child.try_into()?;
            if let Some(label) = properties.get("label") {
                lines.push((id, String::try_from(label.try_clone()?)?));
            }
        }
        Ok(lines)
    }

    /// Waits until the menu has a line.
    ///
    /// # Errors
    /// When it does not in time.
    pub fn menu_has(&self, line: &str) -> Result<()> {
        let mut last = String::new();
        let waited = eventually(line, || {
            let menu = self.menu();
            last = format!("{menu:?}");
            Ok(menu.is_ok_and(|lines| lines.iter().any(|(_, label)| label == line)))
        });
        waited.with_context(|| last)
    }

    /// Picks a line of the menu.
    ///
    /// # Errors
    /// When there is none.
    pub fn pick(&self, line: &str) -> Result<()> {
        let id = self.menu()?.into_iter().find(|(_, label)| label == line).with_context(|| format!("no line {line}"))?.0;
        let (to, path) = self.menu_place()?;
        let menu = Proxy::new(&self.connection, to, path, MENU)?;
        menu.call_noreply("Event", &(id, "clicked", Value::from(0_i32), 0_u32))?;
        Ok(())
    }

    fn menu_place(&self) -> Result<(String, OwnedObjectPath)> {
        let (to, path) = self.watcher.0.lock().unwrap_or_else(PoisonError::into_inner).clone().context("there is no icon in the tray")?;
        let item = Proxy::new(&self.connection, to.clone(), path, ITEM)?;
        Ok((to, item.get_property("Menu")?))
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        end(&mut self.bus);
    }
}

fn end(bus: &mut Child) {
    // Fails only when it has ended already.
    let _ = bus.kill();
    let _ = bus.wait();
}
