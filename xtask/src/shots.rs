//! `cargo xtask shots`: pictures of every screen of the real window into `docs/screenshots`.

use anyhow::Result;

use crate::setup::{self, Need};
use crate::shell::{self, root, step};
use crate::test::AUTOMATION;
use crate::ui::{self, Variant};

pub fn run() -> Result<()> {
    setup::ensure(Need::Tests)?;
    ui::build(Variant::Dev)?;
    step("Building the window and the server");
    let packages = ["leadline-desktop", "sync-server", "tests"].into_iter().flat_map(|p| ["-p", p]);
    shell::run(shell::cargo().arg("build").args(packages).arg("--bins").args(AUTOMATION))?;
    step("Taking pictures");
    shell::run(shell::program(root().join("target/debug/shots")).arg(root().join("docs/screenshots")))
}
