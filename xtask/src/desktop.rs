//! A display for the window where there is none: Xvfb and screenshots. Knows nothing of Leadline.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result, ensure};

use crate::shell;

/// A private X server; ends with this value.
pub struct Xvfb {
    server: Child,
    pub display: String,
}

impl Xvfb {
    /// Starts on a free display number, which the X server itself picks.
    pub fn start(width: u32, height: u32) -> Result<Self> {
        let screen = format!("{width}x{height}x24");
        let mut command = shell::program("Xvfb");
        command.args(["-displayfd", "1", "-nolisten", "tcp", "-screen", "0", &screen]);
        let mut server =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().context("Xvfb can't be started")?;
        let stdout = server.stdout.take().context("Xvfb's answer is piped")?;
        let mut xvfb = Self { server, display: String::new() };
        let mut number = String::new();
        BufReader::new(stdout).read_line(&mut number)?;
        ensure!(!number.trim().is_empty(), "Xvfb ended before it named its display");
        xvfb.display = format!(":{}", number.trim());
        Ok(xvfb)
    }

    /// Writes what the whole display shows as a PNG.
    pub fn screenshot(&self, file: &Path) -> Result<()> {
        let mut import = shell::program("import");
        shell::run(import.args(["-display", &self.display, "-window", "root"]).arg(file))
    }

    /// How many colours the display shows: a window that has not painted yet shows one or two.
    pub fn colours(&self) -> Result<usize> {
        let mut import = shell::program("import");
        let seen = shell::read(import.args(["-display", &self.display, "-window", "root", "-format", "%k", "info:-"]))?;
        seen.trim().parse().with_context(|| format!("ImageMagick counted {seen:?} colours"))
    }
}

impl Drop for Xvfb {
    fn drop(&mut self) {
        // Fails only when it has ended already.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Whether a window can be shown to somebody.
pub fn is_present() -> bool {
    cfg!(not(target_os = "linux"))
        || ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// Asks a program to end, and waits until it has.
pub fn end(child: &mut Child) -> Result<()> {
    if cfg!(unix) {
        shell::succeeds(Command::new("kill").args(["-TERM", &child.id().to_string()]));
    } else {
        child.kill()?;
    }
    child.wait().map(|_| ()).context("a program that was ended can't be waited for")
}
