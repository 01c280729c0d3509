//! A private X display for one window. Owns the Xvfb process; chooses no size of its own.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result, bail, ensure};
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{AtomEnum, ClientMessageEvent, ConfigureWindowAux, ConnectionExt as _, EventMask, MapState, Window};
use x11rb::rust_connection::RustConnection;

/// An Xvfb that ends with this value.
pub struct Display {
    server: Child,
    name: String,
}

impl Display {
    /// Starts on a free display number, which the X server itself picks.
    ///
    /// # Errors
    /// When Xvfb isn't installed or doesn't start.
    pub fn open(width: u32, height: u32) -> Result<Self> {
        let screen = format!("{width}x{height}x24");
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-nolisten", "tcp", "-screen", "0", &screen])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("Xvfb can't be started")?;
        let stdout = server.stdout.take().context("Xvfb's answer is piped")?;
        let mut display = Self { server, name: String::new() };
        let mut number = String::new();
        BufReader::new(stdout).read_line(&mut number).context("Xvfb's display number can't be read")?;
        ensure!(!number.trim().is_empty(), "Xvfb ended before it named its display");
        display.name = format!(":{}", number.trim());
        Ok(display)
    }

    /// What belongs into `DISPLAY`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Asks the app's window to close, as the button on its frame does.
    ///
    /// # Errors
    /// When there is none, or the display does not answer.
    pub fn close_window(&self) -> Result<()> {
        let (connection, root) = self.connect()?;
        let window = app_window(&connection, root)?;
        let message = [atom(&connection, "WM_DELETE_WINDOW")?, x11rb::CURRENT_TIME, 0, 0, 0];
        let event = ClientMessageEvent::new(32, window, atom(&connection, "WM_PROTOCOLS")?, message);
        connection.send_event(false, window, EventMask::NO_EVENT, event)?.check()?;
        Ok(())
    }

    /// Whether the app's window is on the screen.
    ///
    /// # Errors
    /// When there is none, or the display does not answer.
    pub fn shows_window(&self) -> Result<bool> {
        let (connection, root) = self.connect()?;
        let window = app_window(&connection, root)?;
        Ok(connection.get_window_attributes(window)?.reply()?.map_state == MapState::VIEWABLE)
    }

    /// Where the app's window is: left, top, width and height.
    ///
    /// # Errors
    /// When there is none, or the display does not answer.
    pub fn window_place(&self) -> Result<(i16, i16, u16, u16)> {
        let (connection, root) = self.connect()?;
        let place = connection.get_geometry(app_window(&connection, root)?)?.reply()?;
        Ok((place.x, place.y, place.width, place.height))
    }

    /// Moves the app's window there.
    ///
    /// # Errors
    /// When there is none, or the display does not answer.
    pub fn place_window(&self, (x, y, width, height): (i16, i16, u16, u16)) -> Result<()> {
        let (connection, root) = self.connect()?;
        let window = app_window(&connection, root)?;
        let place = ConfigureWindowAux::new().x(i32::from(x)).y(i32::from(y)).width(u32::from(width)).height(u32::from(height));
        connection.configure_window(window, &place)?.check()?;
        Ok(())
    }

    fn connect(&self) -> Result<(RustConnection, Window)> {
        let (connection, screen) = x11rb::connect(Some(&self.name))?;
        let root = connection.setup().roots[screen].root;
        Ok((connection, root))
    }

    /// Writes what the whole display shows as a PNG.
    ///
    /// # Errors
    /// When ImageMagick's `import` fails.
    pub fn screenshot(&self, file: &Path) -> Result<()> {
        let status = Command::new("import")
            .args(["-display", &self.name, "-window", "root"])
            .arg(file)
            .status()
            .context("import can't be started")?;
        ensure!(status.success(), "import ended with {status}");
        Ok(())
    }
}

/// The window that can be asked to close and is called Leadline.
fn app_window(connection: &RustConnection, root: Window) -> Result<Window> {
    let protocols = atom(connection, "WM_PROTOCOLS")?;
    for window in connection.query_tree(root)?.reply()?.children {
        let closes = connection.get_property(false, window, protocols, AtomEnum::ATOM, 0, 32)?.reply()?.value_len > 0;
        let name = connection.get_property(false, window, AtomEnum::WM_NAME, AtomEnum::ANY, 0, 64)?.reply()?.value;
        if closes && name == b"Leadline" {
            return Ok(window);
        }
    }
    bail!("the app has no window")
}

fn atom(connection: &RustConnection, name: &str) -> Result<u32> {
    Ok(connection.intern_atom(false, name.as_bytes())?.reply()?.atom)
}

impl Drop for Display {
    fn drop(&mut self) {
        // Fails only when it has ended already.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
