//! Everything a developer or CI does with the tree: `cargo xtask run`, `test`, `ci`, `ui`.
//! One module per command; none of them is part of the product.

mod setup;
mod shell;
mod ui;

use anyhow::Result;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Build, run and check Leadline")]
struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build the window's content to ui/dist
    Ui(ui::Args),
}

fn main() -> Result<()> {
    match Args::parse().task {
        Task::Ui(args) => ui::run(&args),
    }
}
