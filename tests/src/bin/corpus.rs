//! Writes the seeds of every fuzz target, honest traffic all, into `tests/fuzz/corpus`: run by
//! `cargo xtask fuzz --seeds` after the wire format changed.

use anyhow::{Context, Result};
use std::fs;
use tests::hostile::{TARGETS, corpus};

fn main() -> Result<()> {
    for target in TARGETS {
        let folder = corpus(target.name);
        fs::create_dir_all(&folder)?;
        let seeds = (target.seeds)();
        for seed in &seeds {
            let path = folder.join(format!("seed-{}", seed.name));
            fs::write(&path, &seed.bytes).with_context(|| format!("{} can't be written", path.display()))?;
        }
        println!("{:12} {} seeds, {} bytes", target.name, seeds.len(), seeds.iter().map(|seed| seed.bytes.len()).sum::<usize>());
    }
    Ok(())
}
