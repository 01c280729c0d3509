//! The body of a push, and of an upload into quarantine: read by the real route, judged by the real
//! core.
//!
//! Mode: bit 0 JSON · bit 1 into quarantine · bit 2 the bytes of its changes are not put in order.

use super::office::{self, Office, honest_items, post, template};
use super::{Seed, Target, chunk, seed, split};
use protocol::admin::QuarantineUpload;
use protocol::push::{Outcome, PushItem, PushRequest, PushResponse};
use protocol::{ChangeHash, packed, paths};
use serde::{Serialize, de::DeserializeOwned};

const JSON: u8 = 1;
const QUARANTINE: u8 = 2;
const AS_IT_IS: u8 = 4;

pub const TARGET: Target = Target { name: "push", meets: "the body of a push or a quarantine upload", run, seeds, max_len: 16 * 1024 };

fn run(input: &[u8]) {
    let (mode, body) = split(input);
    let is_json = mode & JSON != 0;
    office::with(|office| {
        if mode & QUARANTINE != 0 {
            let body = ordered(mode, body, |upload: &mut QuarantineUpload| upload.items.iter_mut().for_each(order));
            // Whoever sends this is not signed in.
            let (status, _) = office.ask(post(paths::QUARANTINE, None, is_json, body));
            goes_on(office, status);
        } else {
            let body = ordered(mode, body, |push: &mut PushRequest| push.items.iter_mut().for_each(order));
            let (status, answer) = office.ask(office::push(is_json, body));
            if status == 200 {
                judged(is_json, &answer);
            }
            goes_on(office, status);
        }
    });
}

fn goes_on(office: &Office, status: u16) {
    if status == 200 {
        office.goes_on();
    }
}

/// Nothing is put off: a device would send it again for ever, and others' edits with it.
fn judged(is_json: bool, answer: &[u8]) {
    for result in read_answer(is_json, answer).results {
        assert!(!matches!(result.outcome, Outcome::RetryLater { .. }), "the server could not judge {result:?}");
    }
}

fn read_answer(is_json: bool, answer: &[u8]) -> PushResponse {
    let read = if is_json { serde_json::from_slice(answer).ok() } else { rmp_serde::from_slice(answer).ok() };
    read.expect("a device can read the server's answer")
}

/// The body with lengths, checksums and hashes in order, where it can be read at all.
fn ordered<T: Serialize + DeserializeOwned>(mode: u8, body: &[u8], order: impl FnOnce(&mut T)) -> Vec<u8> {
    let is_json = mode & JSON != 0;
    let read = if is_json { serde_json::from_slice(body).ok() } else { packed::read(body).ok() };
    match read {
        Some(mut value) if mode & AS_IT_IS == 0 => {
            order(&mut value);
            let written = if is_json { serde_json::to_vec(&value).ok() } else { rmp_serde::to_vec_named(&value).ok() };
            written.unwrap_or_else(|| body.to_vec())
        }
        _ => body.to_vec(),
    }
}

fn order(item: &mut PushItem) {
    item.change = chunk::repaired(&item.change);
    if let Some(hash) = records::ChangeHash::of(&item.change) {
        item.hash = ChangeHash(hash.0);
    }
}

fn seeds() -> Vec<Seed> {
    let packed = |items: &[PushItem]| rmp_serde::to_vec_named(&PushRequest { items: items.to_vec() }).expect("plain values");
    let all = honest_items();
    let mut seeds: Vec<Seed> =
        all.iter().map(|(name, item)| seed(format!("honest-{name}"), 0, &packed(std::slice::from_ref(item)))).collect();
    let items: Vec<PushItem> = all.into_iter().map(|(_, item)| item).collect();
    seeds.push(seed("all-at-once", 0, &packed(&items)));
    let upload = QuarantineUpload {
        device: template().revoked,
        secret: template().revoked_secret.clone(),
        items: items[1..4].to_vec(),
        wiped: false,
        sent_on: false,
    };
    seeds.push(seed("quarantine", QUARANTINE, &rmp_serde::to_vec_named(&upload).expect("plain values")));
    let json = serde_json::to_vec(&PushRequest { items: items[9..10].to_vec() }).expect("plain values");
    seeds.push(seed("honest-json", JSON, &json));
    seeds.push(seed("nested", AS_IT_IS, &nested()));
    seeds
}

/// A command that this version does not know, as deep as a reader goes.
fn nested() -> Vec<u8> {
    let mut body = vec![0x81, 0xa5];
    body.extend(b"items");
    body.extend([0x91, 0x81, 0xa8]);
    body.extend(b"envelope");
    body.extend([0x81, 0xa1, b'c', 0x81, 0xa1, b'x']);
    body.extend([0x91; 1_000]);
    body.push(0xc0);
    body
}

/// Whether the server takes the first edit of this input.
///
/// # Panics
/// When it does not judge it.
#[must_use]
pub fn is_applied(input: &[u8]) -> bool {
    let (mode, body) = split(input);
    let is_json = mode & JSON != 0;
    let (status, answer) = office::with(|office| office.ask(office::push(is_json, body.to_vec())));
    assert_eq!(status, 200);
    matches!(read_answer(is_json, &answer).results[0].outcome, Outcome::Applied { .. })
}
