//! Where the copies lie, whose is meant, and the password that opens it.

use crate::failure::Failure;
use bridge::{Problem, ProblemCode};
use client::desk::Desk;
use client::vault::Homes;
use client::{Station, system_env};
use std::io::{IsTerminal as _, Read as _};
use std::path::PathBuf;

/// The folder of the desktop app, inside the system's folder for application data.
const APP_FOLDER: &str = "org.leadline.desktop";
const PASSWORD: &str = "LEADLINE_PASSWORD";
/// Bytes of a password line.
const PASSWORD_MAX: u64 = 4_096;

pub struct Place {
    pub dir: Option<PathBuf>,
    pub copy: Option<String>,
    pub password_stdin: bool,
}

impl Place {
    pub fn station(&self) -> Result<Station, Failure> {
        let default = || dirs::data_dir().map(|data| data.join(APP_FOLDER));
        let none = || Failure::new(ProblemCode::Disk, "This system names no folder for data; give one by --profile.");
        let dir = self.dir.clone().or_else(default).ok_or_else(none)?;
        let station = Station::for_commands(dir, system_env(), Homes::system());
        if let Some(copy) = &self.copy {
            station.choose(Some(copy.clone()))?;
        }
        Ok(station)
    }

    /// Opens the copy for reading, also beside the app.
    pub fn read(&self) -> Result<Desk, Failure> {
        Ok(self.station()?.borrow(|| self.password(), false)?)
    }

    /// Opens the copy for writing.
    pub fn write(&self) -> Result<Desk, Failure> {
        Ok(self.station()?.borrow(|| self.password(), true)?)
    }

    /// From standard input if told so, else from the environment, else from who sits at the terminal.
    pub fn password(&self) -> Result<String, Problem> {
        let none = |text: &str| Problem::new(ProblemCode::WrongCredentials, text);
        if self.password_stdin {
            return first_line().filter(|line| !line.is_empty()).ok_or_else(|| none("Standard input holds no password."));
        }
        if let Some(password) = std::env::var(PASSWORD).ok().filter(|password| !password.is_empty()) {
            return Ok(password);
        }
        if !std::io::stdin().is_terminal() {
            return Err(none("The password is needed: put it in LEADLINE_PASSWORD, or give it by --password-stdin."));
        }
        rpassword::prompt_password("Password: ").map_err(|e| none(&format!("The password can't be asked for: {e}.")))
    }
}

fn first_line() -> Option<String> {
    let mut text = String::new();
    std::io::stdin().lock().take(PASSWORD_MAX).read_to_string(&mut text).ok()?;
    text.split(['\n', '\r']).next().map(str::to_owned)
}
