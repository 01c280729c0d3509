//! A private X display for one window. Owns the Xvfb process; chooses no size of its own.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result, ensure};

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

impl Drop for Display {
    fn drop(&mut self) {
        // Fails only when it has ended already.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
