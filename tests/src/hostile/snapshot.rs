//! A document as a server sends it, and as it lies on a disk: a snapshot, or one followed by changes.
//!
//! Mode: bit 0 the bytes are not put in order.

use super::office::{honest_items, template};
use super::{Seed, Target, chunk, reading, seed, split};
use records::Doc;

pub const TARGET: Target = Target { name: "snapshot", meets: "a document that a server sent", run, seeds, max_len: 8 * 1024 };

fn run(input: &[u8]) {
    let (mode, body) = split(input);
    let bytes = if mode & 1 == 0 { chunk::repaired(body) } else { body.to_vec() };
    if let Ok(doc) = Doc::load(&bytes) {
        reading::everything(&doc);
    }
}

fn seeds() -> Vec<Seed> {
    let items = honest_items();
    let change = |name: &str| items.iter().find(|(kind, _)| *kind == name).map(|(_, item)| item.change.clone()).expect("one of every kind");
    let endless = [template().blob.clone(), chunk::endless()].concat();
    let mut seeds = vec![seed("document", 0, &template().blob), seed("creation", 0, &change("create-lead")), seed("endless", 0, &endless)];
    for name in ["add-note", "edit-note", "set-field", "remove-tag", "cancel-follow-up"] {
        seeds.push(seed(format!("document-and-{name}"), 0, &[template().blob.clone(), change(name)].concat()));
    }
    let both = [template().blob.clone(), change("set-field"), change("change-status"), change("schedule-follow-up")].concat();
    seeds.push(seed("document-and-three", 0, &both));
    seeds
}
