//! `leadline`: the same client engine as the desktop, on a terminal, for scripts, support and tests.
//! Reading works beside the open app; writing needs the profile for itself. Success is printed
//! after the commit, never before.

mod args;
mod attention;
mod exit;
mod follow_ups;
mod leads;
mod output;
mod session;
mod sync;

use args::{Args, Task};
use bridge::Problem;
use clap::Parser;
use client::desk::Desk;
use client::{Profile, system_env};
use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args = Args::parse();
    let output = output::Output { json: args.json };
    match run(args, &output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            output.problem(&problem);
            ExitCode::from(exit::code(problem.code))
        }
    }
}

fn run(args: Args, output: &output::Output) -> Result<(), Problem> {
    let profile = Profile::at(args.profile.unwrap_or_else(default_profile))?;
    let desk = if args.task.writes() { Desk::open(profile, system_env())? } else { Desk::open_read_only(profile, system_env())? };
    match args.task {
        Task::Login(login) => session::login(&desk, &login, output),
        Task::Lead(lead) => leads::run(&desk, lead, output),
        Task::FollowUp(follow_up) => follow_ups::run(&desk, follow_up, output),
        Task::Sync { watch } => sync::run(&desk, watch, output),
        Task::Attention(attention) => attention::run(&desk, attention, output),
        Task::Status => session::status(&desk, output),
        Task::SupportBundle { file } => session::support_bundle(&desk, &file, output),
    }
}

/// Where the desktop keeps its profile, too.
fn default_profile() -> PathBuf {
    let var = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let data = if cfg!(target_os = "macos") {
        var("HOME").map(|home| home.join("Library/Application Support"))
    } else if cfg!(windows) {
        var("APPDATA")
    } else {
        var("XDG_DATA_HOME").or_else(|| var("HOME").map(|home| home.join(".local/share")))
    };
    data.unwrap_or_else(|| PathBuf::from(".")).join("example.leadline.desktop").join("profile")
}
