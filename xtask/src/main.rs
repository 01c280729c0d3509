//! Everything a developer or CI does with the tree: `cargo xtask run`, `test`, `ci`, `ui`.
//! One module per command; none of them is part of the product.

mod bench;
mod ci;
mod crash;
mod demo;
mod dependencies;
mod desktop;
mod fixture;
mod fuzz;
mod mutants;
mod run;
mod setup;
mod shell;
mod shift;
mod shots;
mod sim;
mod test;
mod tidy;
mod ui;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Build, run and check Leadline")]
struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Open Leadline on a working demo company: installs what is missing, builds, starts the server and the window
    Run(run::Args),
    /// Run every test there is; ends with one summary
    Test(test::Args),
    /// What CI runs: format, lints, docs, forbidden dependencies, tidy, then every test
    Ci,
    /// Tell the story of two agents, one of them offline, in the terminal
    Demo,
    /// Keep a server database and a copy of the present build, which every later version must upgrade
    Fixture(fixture::Args),
    /// Take pictures of every screen into docs/screenshots
    Shots,
    /// Work a shift in the real window by keyboard alone, and compare the figures with the log
    Shift(shift::Args),
    /// Measure, each number beside a raw baseline
    Bench(bench::Args),
    /// Run simulated companies under every misfortune; shrink what fails
    Sim(sim::Args),
    /// Kill clients and servers at random instants; says what was lost
    Crash(crash::Args),
    /// Break the permission table and the gate in every small way; says what no test notices
    Mutants(mutants::Args),
    /// Feed every decoder hostile bytes for some minutes each; the corpus is run again by the tests
    Fuzz(fuzz::Args),
    /// Build the window's content to ui/dist
    Ui(ui::Args),
    /// Check that documents and sources keep the habits of the tree
    Tidy,
    /// Check that no package can reach what it must not know
    Dependencies,
}

fn main() -> ExitCode {
    let done = match Args::parse().task {
        Task::Run(args) => run::run(&args),
        Task::Test(args) => test::run(&args),
        Task::Ci => ci::run(),
        Task::Demo => demo::run(),
        Task::Fixture(args) => fixture::run(&args),
        Task::Shots => shots::run(),
        Task::Shift(args) => shift::run(&args),
        Task::Bench(args) => bench::run(&args),
        Task::Sim(args) => sim::run(&args),
        Task::Crash(args) => crash::run(&args),
        Task::Mutants(args) => mutants::run(&args),
        Task::Fuzz(args) => fuzz::run(&args),
        Task::Ui(args) => ui::run(&args),
        Task::Tidy => tidy::run(),
        Task::Dependencies => dependencies::run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\x1b[31mError:\x1b[0m {error:#}");
            ExitCode::FAILURE
        }
    }
}
