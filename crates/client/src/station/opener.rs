//! The program that the system opens links and files with.

use std::path::Path;
use std::process::{Command, Stdio};

#[cfg(target_os = "macos")]
pub const OPENER: &[&str] = &["open"];
#[cfg(windows)]
pub const OPENER: &[&str] = &["rundll32", "url.dll,FileProtocolHandler"];
#[cfg(not(any(target_os = "macos", windows)))]
pub const OPENER: &[&str] = &["xdg-open"];

/// Shows a file in whatever the system shows it in; whether that could be started.
pub fn open(file: &Path) -> bool {
    let Some((program, args)) = OPENER.split_first() else { return false };
    let mut command = Command::new(program);
    command.args(args).arg(file).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    match command.spawn() {
        Ok(mut child) => std::thread::Builder::new().name("open".into()).spawn(move || child.wait()).is_ok(),
        Err(e) => {
            tracing::warn!("nothing opens a saved file here: {e}");
            false
        }
    }
}
