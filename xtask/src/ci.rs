//! `cargo xtask ci`: everything that must hold before a change lands. Golden files are checked by
//! tests, next to the code that makes them.

use anyhow::{Context, Result};

use crate::{
    dependencies,
    setup::{self, Need},
    shell::{self, step},
    test::{self, AUTOMATION},
    tidy,
    ui::{self, Variant},
};

pub fn run() -> Result<()> {
    setup::ensure(Need::Tests)?;
    setup::ensure_component("fmt", "rustfmt")?;
    setup::ensure_component("clippy", "clippy")?;
    step("Checking the format");
    shell::run(shell::cargo().args(["fmt", "--all", "--check"])).context("run `cargo fmt --all`")?;
    tidy::run()?;
    dependencies::run()?;
    // Before clippy: the shell embeds it, so it does not compile without.
    ui::build(Variant::Dev)?;
    step("Checking lints (clippy)");
    shell::run(shell::cargo().arg("clippy").arg("--workspace").arg("--all-targets").args(AUTOMATION).args(["--", "-D", "warnings"]))?;
    step("Checking the documentation (rustdoc)");
    shell::run(shell::cargo().args(["doc", "--no-deps", "--quiet"]).arg("--workspace").env("RUSTDOCFLAGS", "-D warnings"))?;
    test::run(&test::Args::default())
}
