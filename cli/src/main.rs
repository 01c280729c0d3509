//! `leadline`: the client engine on a terminal. Decides nothing: it asks the desk what the app
//! asks it, and prints the answer as a table or as JSON.

mod args;
mod attention;
mod failure;
mod follow_up;
mod lead;
mod print;
mod session;
mod sync;
mod words;

use args::{Cli, Command};
use bridge::ProblemCode;
use clap::Parser;
use client::desk::Desk;
use client::{ClientError, Profile, system_env};
use failure::Failure;
use print::Printer;
use std::path::PathBuf;
use std::process::ExitCode;

/// The folder of the desktop app, inside the system's folder for application data.
const APP_FOLDER: &str = "org.leadline.desktop";

fn main() -> ExitCode {
    let cli = Cli::parse();
    let log = tracing_subscriber::EnvFilter::try_from_env("LEADLINE_LOG").unwrap_or_else(|_| "off".into());
    tracing_subscriber::fmt().with_env_filter(log).with_writer(std::io::stderr).init();
    let print = Printer::new(cli.json);
    match run(cli, &print) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            print.failure(&failure);
            failure.exit_code()
        }
    }
}

fn run(cli: Cli, print: &Printer) -> Result<(), Failure> {
    let place = Place { dir: cli.profile };
    match cli.command {
        Command::Login(login) => session::login(&place, print, login),
        Command::Lead(command) => lead::run(&place, print, command),
        Command::FollowUp(command) => follow_up::run(&place, print, command),
        Command::Sync { watch: false } => sync::once(&place, print),
        Command::Sync { watch: true } => sync::watch(&place, print),
        Command::Attention(command) => attention::run(&place, print, command),
        Command::Status => sync::status(&place, print),
        Command::SupportBundle { file } => session::support_bundle(&place, print, &file),
    }
}

/// Where the profile lies.
struct Place {
    dir: Option<PathBuf>,
}

impl Place {
    fn dir(&self) -> Result<PathBuf, Failure> {
        let default = || dirs::data_dir().map(|data| data.join(APP_FOLDER));
        self.dir
            .clone()
            .or_else(default)
            .ok_or_else(|| Failure::new(ProblemCode::Disk, "This system names no folder for data; give one by --profile."))
    }

    /// Opens the profile for reading, also beside the app.
    fn read(&self) -> Result<Desk, Failure> {
        Ok(Desk::open_read_only(self.existing()?, system_env())?)
    }

    /// Opens the profile for writing.
    fn write(&self) -> Result<Desk, Failure> {
        Ok(Desk::open(self.existing()?, system_env())?)
    }

    /// Opens the profile for writing, made if there is none.
    fn make(&self) -> Result<Desk, Failure> {
        Ok(Desk::open(Profile::at(self.dir()?)?, system_env())?)
    }

    /// A command that finds nothing leaves no folder behind.
    fn existing(&self) -> Result<Profile, Failure> {
        let dir = self.dir()?;
        if dir.is_dir() { Ok(Profile::at(dir)?) } else { Err(ClientError::NotSignedIn.into()) }
    }
}
