//! `leadline`: the client engine on a terminal. Decides nothing: it asks the desk what the app
//! asks it, and prints the answer as a table or as JSON.

mod args;
mod attendance;
mod attention;
mod config;
mod failure;
mod follow_up;
mod lead;
mod payment;
mod place;
mod print;
mod session;
mod sync;
mod words;

use args::{Cli, Command};
use clap::Parser;
use failure::Failure;
use place::Place;
use print::Printer;
use std::process::ExitCode;

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
    let place = Place { dir: cli.profile, copy: cli.copy, password_stdin: cli.password_stdin };
    match cli.command {
        Command::SignIn(ask) => session::sign_in(&place, print, ask),
        Command::Copies => session::copies(&place, print),
        Command::Lead(command) => lead::run(&place, print, command),
        Command::Payment(command) => payment::run(&place, print, command),
        Command::FollowUp(command) => follow_up::run(&place, print, command),
        Command::Sync { watch: false } => sync::once(&place, print),
        Command::Sync { watch: true } => sync::watch(&place, print),
        Command::Attendance(command) => attendance::run(&place, print, command),
        Command::Attention(command) => attention::run(&place, print, command),
        Command::Config(command) => config::run(&place, print, command),
        Command::Status => sync::status(&place, print),
        Command::Repair => session::repair(&place, print),
        Command::SupportBundle { file } => session::support_bundle(&place, print, &file),
    }
}
