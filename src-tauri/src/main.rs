//! The desktop program: reads its arguments and runs the shell.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::path::PathBuf;

use clap::Parser;

/// Leadline, the window.
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Folder of the local copies of the people at this computer; the default is the system's place for application data.
    #[arg(long, env = "LEADLINE_PROFILE", value_name = "DIR")]
    profile: Option<PathBuf>,
    /// A link to open, like `leadline://lead/ID`; a window that is open already opens it.
    #[arg(value_name = "LINK")]
    link: Option<String>,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    leadline_desktop_lib::run(args.profile, args.link)
}
