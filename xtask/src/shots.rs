//! `cargo xtask shots`: pictures of every screen of the real window into `docs/screenshots`.

use anyhow::Result;

use crate::shell::{self, root, step};
use crate::test;

pub fn run() -> Result<()> {
    test::build()?;
    step("Taking pictures");
    shell::run(shell::program(root().join("target/debug/shots")).arg(root().join("docs/screenshots")))
}
