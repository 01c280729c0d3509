//! Every decoder that meets bytes from outside, each as one plain function of bytes: `tests/fuzz` and
//! `tests/tests/hostile.rs` run the same ones. A target panics, or hangs, only where the product is at
//! fault; what it looks at afterwards is written in its own file. Never part of the product.

mod answer;
mod change;
pub mod chunk;
mod command;
mod config;
mod cursor;
mod invitation;
mod laptop;
mod live;
pub mod mutate;
pub mod office;
pub mod panics;
mod pen;
mod pull;
pub mod push;
mod reading;
mod request;
mod session;
mod settings;
mod snapshot;
mod token;

use std::path::PathBuf;

/// One decoder and what is behind it.
#[derive(Clone, Copy)]
pub struct Target {
    pub name: &'static str,
    /// Where such bytes come from.
    pub meets: &'static str,
    pub run: fn(&[u8]),
    /// Honest bytes, to begin with.
    pub seeds: fn() -> Vec<Seed>,
    /// Longer inputs teach nothing new.
    pub max_len: usize,
}

/// One input of a corpus.
#[derive(Clone, Debug)]
pub struct Seed {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// All of them.
pub const TARGETS: [Target; 14] = [
    push::TARGET,
    command::TARGET,
    change::TARGET,
    snapshot::TARGET,
    pull::TARGET,
    answer::TARGET,
    session::TARGET,
    token::TARGET,
    cursor::TARGET,
    request::TARGET,
    live::TARGET,
    invitation::TARGET,
    config::TARGET,
    settings::TARGET,
];

/// The target of this name.
#[must_use]
pub fn target(name: &str) -> Option<Target> {
    TARGETS.into_iter().find(|target| target.name == name)
}

/// Runs one input.
///
/// # Errors
/// What escaped: the product is at fault.
pub fn attempt(target: &Target, bytes: &[u8]) -> Result<(), String> {
    panics::counted(|| (target.run)(bytes))
}

/// For `tests/fuzz`: as [`attempt`], ending the process at a fault.
pub fn fuzz(name: &str, bytes: &[u8]) {
    let target = target(name).expect("a fuzz target is in the list");
    if bytes.len() > target.max_len {
        return;
    }
    if let Err(escaped) = attempt(&target, bytes) {
        eprintln!("{name}: {escaped}");
        std::process::abort();
    }
}

/// Where the inputs of a target are kept.
#[must_use]
pub fn corpus(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name)
}

/// The first byte of an input says how the rest is used.
fn split(input: &[u8]) -> (u8, &[u8]) {
    input.split_first().map_or((0, input), |(mode, rest)| (*mode, rest))
}

/// An input of a mode byte and the rest.
fn seed(name: impl Into<String>, mode: u8, rest: &[u8]) -> Seed {
    let mut bytes = vec![mode];
    bytes.extend_from_slice(rest);
    Seed { name: name.into(), bytes }
}
