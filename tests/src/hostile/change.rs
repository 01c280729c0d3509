//! One change: at the server the gate and the judging by carrying it out again, on the device the
//! applying of what a server sent.
//!
//! Mode: bit 0 the bytes are not put in order.

use super::office::{document, honest_items};
use super::{Seed, Target, chunk, reading, seed, split};
use records::{Doc, Verdict};
use std::cell::OnceCell;

pub const TARGET: Target = Target { name: "change", meets: "one pushed or pulled Automerge change", run, seeds, max_len: 4 * 1024 };

thread_local! {
    static GROUND: OnceCell<Doc> = const { OnceCell::new() };
}

fn run(input: &[u8]) {
    let (mode, body) = split(input);
    let bytes = if mode & 1 == 0 { chunk::repaired(body) } else { body.to_vec() };
    let ground = GROUND.with(|ground| ground.get_or_init(document).clone());
    if let Ok(gated) = records::gate(&bytes)
        && let Ok(Verdict::Accepted(doc)) = records::accept(&ground, &gated)
    {
        records::verify(&doc).expect("what is accepted loads again");
        reading::everything(&doc);
    }
    let mut doc = ground.clone();
    if doc.apply_trusted(&bytes).is_ok() {
        reading::everything(&doc);
    }
    assert!(records::lead::read(&ground, super::office::template().lead).is_ok(), "the document before is as it was");
    let _ = records::envelope_of(&bytes);
}

fn seeds() -> Vec<Seed> {
    let honest = honest_items().into_iter().map(|(name, item)| seed(name, 0, &item.change));
    honest.chain([seed("endless", 0, &chunk::endless())]).collect()
}
