//! Hostile bytes on a machine without a fuzzer: every corpus again, and seeded mutations of it. What is
//! looked at after each input is written beside its target, in `tests/src/hostile`.

use rand::SeedableRng as _;
use rand::rngs::SmallRng;
use std::fs;
use std::time::{Duration, Instant};
use tests::hostile::mutate::mutated;
use tests::hostile::{TARGETS, Target, attempt, corpus, office, panics, push, target};

/// One target takes this long at most; the slow ones, which open a database for each input, get less far.
const TIME: Duration = Duration::from_secs(3);
/// Mutations of one target at most.
const MUTATIONS: usize = 6_000;
/// What is held at most: a whole batch of a pull, twice while it grows, and some databases.
const PEAK_MB: u64 = 512;
/// One input that takes longer hangs whoever meets it.
const ONE: Duration = Duration::from_secs(20);

#[test]
fn every_decoder_answers_its_corpus_and_mutations_of_it() {
    let seed: u64 = std::env::var("LEADLINE_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_121);
    println!("seed {seed}");
    // Made once, and slow: passwords are hashed.
    let _ = office::template();
    for target in TARGETS {
        let inputs = inputs(&target);
        assert!(!inputs.is_empty(), "{} has no corpus", target.name);
        let (before, begun) = (panics::seen(), Instant::now());
        for (name, bytes) in &inputs {
            judge(&target, bytes, &format!("corpus input {name}"));
        }
        let corpus: Vec<Vec<u8>> = inputs.into_iter().map(|(_, bytes)| bytes).collect();
        let tried = mutations(&target, &corpus, seed);
        let caught = panics::seen() - before;
        println!("{:10} corpus {:3} · mutations {tried:5} · panics caught {caught:5} · {:?}", target.name, corpus.len(), begun.elapsed());
    }
    let peak = peak_mb();
    println!("peak memory {peak:?} MB");
    assert!(peak.is_none_or(|peak| peak < PEAK_MB), "some bytes cost {peak:?} MB");
}

/// The most memory that this process ever had, where the system says so.
fn peak_mb() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().split(' ').next()?.parse::<u64>().ok().map(|kb| kb / 1024)
}

/// A corpus from before the wire format changed is refused at the first look and tries nothing:
/// `cargo xtask fuzz --seeds` writes it anew.
#[test]
fn the_honest_pushes_of_the_corpus_are_still_taken() {
    let target = target("push").expect("a target");
    let honest: Vec<_> = inputs(&target).into_iter().filter(|(name, _)| name.starts_with("seed-honest-")).collect();
    assert!(honest.len() > 10, "{} honest pushes", honest.len());
    for (name, bytes) in honest {
        // Deleting and restoring are not a salesperson's.
        assert_eq!(push::is_applied(&bytes), !name.contains("delete-lead") && !name.contains("restore-lead"), "{name}");
    }
}

/// How many were tried.
fn mutations(target: &Target, corpus: &[Vec<u8>], seed: u64) -> usize {
    let begun = Instant::now();
    for n in 0..MUTATIONS {
        if begun.elapsed() > TIME {
            return n;
        }
        let mut rng = SmallRng::seed_from_u64(seed ^ (n as u64).rotate_left(32));
        let bytes = mutated(corpus, target.max_len, &mut rng);
        judge(target, &bytes, &format!("seed {seed}, mutation {n}"));
    }
    MUTATIONS
}

fn judge(target: &Target, bytes: &[u8], which: &str) {
    let begun = Instant::now();
    if let Err(escaped) = attempt(target, bytes) {
        let path = std::env::temp_dir().join(format!("hostile-{}", target.name));
        fs::write(&path, bytes).expect("the input is kept");
        panic!("{}: {which}, kept as {}: {escaped}", target.name, path.display());
    }
    assert!(begun.elapsed() < ONE, "{}: {which} took {:?}", target.name, begun.elapsed());
}

/// The corpus, by name.
fn inputs(target: &Target) -> Vec<(String, Vec<u8>)> {
    let files = fs::read_dir(corpus(target.name)).expect("a corpus").map(|file| file.expect("a file").path());
    let mut inputs: Vec<(String, Vec<u8>)> =
        files.map(|path| (path.file_name().expect("a name").to_string_lossy().into_owned(), fs::read(&path).expect("an input"))).collect();
    inputs.sort();
    inputs
}
