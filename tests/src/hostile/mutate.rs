//! Seeded mutations of a corpus, for machines without a fuzzer: what the fuzzers do, without looking at
//! what it reached.

use rand::Rng as _;
use rand::rngs::SmallRng;
use rand::seq::IndexedRandom as _;

/// Mutations of one input at most.
const ROUNDS: usize = 4;
/// Values on which counting and allocating break.
const EDGES: [u64; 12] = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fff_ffff, 0xffff_ffff, 1 << 40, i64::MAX as u64, u64::MAX];

/// One input of the corpus, changed in one to four ways.
///
/// # Panics
/// For an empty corpus.
pub fn mutated(corpus: &[Vec<u8>], max_len: usize, rng: &mut SmallRng) -> Vec<u8> {
    let mut bytes = corpus.choose(rng).expect("a corpus").clone();
    for _ in 0..rng.random_range(1..=ROUNDS) {
        mutate(&mut bytes, corpus, rng);
    }
    bytes.truncate(max_len);
    bytes
}

fn mutate(bytes: &mut Vec<u8>, corpus: &[Vec<u8>], rng: &mut SmallRng) {
    if bytes.is_empty() {
        bytes.push(rng.random());
        return;
    }
    let at = rng.random_range(0..bytes.len());
    match rng.random_range(0..10) {
        0..3 => bytes[at] ^= 1 << rng.random_range(0..8),
        3 => bytes[at] = rng.random(),
        4 => bytes.truncate(at),
        5 => splice(bytes, at, corpus, rng),
        6 => {
            let end = (at + rng.random_range(1..16)).min(bytes.len());
            bytes.drain(at..end);
        }
        7 => {
            let end = (at + rng.random_range(1..64)).min(bytes.len());
            let part = bytes[at..end].to_vec();
            bytes.splice(at..at, part);
        }
        _ => length(bytes, at, rng),
    }
}

/// A part of another input over a part of this one.
fn splice(bytes: &mut Vec<u8>, at: usize, corpus: &[Vec<u8>], rng: &mut SmallRng) {
    let other = corpus.choose(rng).expect("a corpus");
    if other.is_empty() {
        return;
    }
    let from = rng.random_range(0..other.len());
    let to = (from + rng.random_range(1..256)).min(other.len());
    let end = (at + rng.random_range(0..256)).min(bytes.len());
    bytes.splice(at..end, other[from..to].iter().copied());
}

/// A number as one of the formats writes it, where one may stand: LEB128, MessagePack, little-endian, digits.
fn length(bytes: &mut Vec<u8>, at: usize, rng: &mut SmallRng) {
    let number = *EDGES.choose(rng).expect("there are some");
    let mut written = Vec::new();
    match rng.random_range(0..4) {
        0 => super::chunk::leb128(&mut written, number),
        1 => {
            // Headers of arrays, maps, strings and bytes with a length of four bytes.
            written.push(*[0xdd, 0xdf, 0xdb, 0xc6, 0xcf].choose(rng).expect("there are some"));
            written.extend((number as u32).to_be_bytes());
        }
        2 => written.extend((number as u32).to_le_bytes()),
        _ => written.extend(number.to_string().bytes()),
    }
    let end = (at + if rng.random_bool(0.5) { written.len() } else { 1 }).min(bytes.len());
    bytes.splice(at..end, written);
}
