//! What a pull answers: frames, zstd, batches, and all that a real profile does with them; then every
//! screen, and the honest server again.
//!
//! Mode: bit 0 the bytes are the frames themselves, else one batch in MessagePack, which is framed here ·
//! bit 1 the documents in it are not put in order · bit 2 the person types meanwhile.

use super::laptop::{Begin, Honest, Laptop, Says};
use super::office::{self, Office, template};
use super::pen::Pen;
use super::{Seed, Target, chunk, seed, split};
use domain::people::Post;
use domain::{Command, Role};
use protocol::admin::ChangePost;
use protocol::pull::{Entry, PullBatch};
use protocol::push::{PushItem, PushRequest};
use protocol::{PULL_BATCH_MAX, frame};
use sha2::{Digest as _, Sha256};
use std::cell::RefCell;
use sync_server::SetOwner;

const FRAMES: u8 = 1;
const AS_IT_IS: u8 = 2;
const TYPING: u8 = 4;

pub const TARGET: Target = Target { name: "pull", meets: "what a server answers to a pull", run, seeds, max_len: 16 * 1024 };

thread_local! {
    static KEPT: RefCell<Option<Laptop>> = const { RefCell::new(None) };
}

fn run(input: &[u8]) {
    let (mode, body) = split(input);
    let frames = if mode & FRAMES != 0 { body.to_vec() } else { framed(mode, body) };
    let laptop = KEPT.take().unwrap_or_else(|| Laptop::new(Begin::Synced));
    // Nothing of it can be read: the profile stays as it is.
    if !matches!(frame::read(&mut frames.as_slice()), Ok(Some(_))) {
        KEPT.set(Some(laptop));
        return;
    }
    laptop.hears(Says { pull: frames, snapshot: body.to_vec(), typing: mode & TYPING != 0, ..Says::default() });
    // As costly as all the rest: for every fourth input, the same ones at every run.
    if Sha256::digest(input)[0] % 4 == 0 {
        office::with(|office| laptop.heals(office));
    }
}

fn framed(mode: u8, body: &[u8]) -> Vec<u8> {
    match protocol::packed::read::<PullBatch>(body) {
        Ok(mut batch) => {
            if mode & AS_IT_IS == 0 {
                batch.entries.iter_mut().for_each(order);
            }
            frame::encode(&batch)
        }
        Err(_) => packed(body),
    }
}

/// Any bytes as one frame.
fn packed(plain: &[u8]) -> Vec<u8> {
    let packed = zstd::bulk::compress(plain, 1).expect("compressing into memory");
    let mut frame = u32::try_from(packed.len()).expect("inputs are short").to_le_bytes().to_vec();
    frame.extend(packed);
    frame
}

fn order(entry: &mut Entry) {
    match entry {
        Entry::Changes { changes, .. } => changes.iter_mut().for_each(|c| c.change = chunk::repaired(&c.change)),
        Entry::Snapshot(snapshot) => snapshot.blob = chunk::repaired(&snapshot.blob),
        Entry::Evict { .. } | Entry::Row(_) | Entry::Epoch { .. } | Entry::Resync | Entry::BackfillEnd => {}
    }
}

fn seeds() -> Vec<Seed> {
    let batches = office::with(batches);
    let plain = |batch: &PullBatch| rmp_serde::to_vec_named(batch).expect("plain values");
    let mut seeds: Vec<Seed> = batches.iter().map(|(name, batch)| seed(*name, 0, &plain(batch))).collect();
    seeds.push(seed("typing", TYPING, &plain(&batches[2].1)));
    let frames: Vec<u8> = batches.iter().flat_map(|(_, batch)| frame::encode(batch)).collect();
    seeds.push(seed("frames", FRAMES, &frames));
    seeds.push(seed("nested", AS_IT_IS, &[ENTRIES, &[0x91; 1_000], &[0xc0]].concat()));
    seeds.push(seed("bomb-of-zeros", FRAMES, &packed(&vec![0; 2 * PULL_BATCH_MAX])));
    seeds.push(seed("bomb-of-values", FRAMES, &packed(&nothings(PULL_BATCH_MAX - 64))));
    seeds
}

/// Begins a batch of one entry that this version does not know.
const ENTRIES: &[u8] = b"\x81\xa7entries\x91\x81\xa1x";

/// Such an entry full of nothings, a byte each.
fn nothings(count: usize) -> Vec<u8> {
    let length = u32::try_from(count).expect("below 4 GiB").to_be_bytes();
    [ENTRIES, &[0xdd], &length, &vec![0xc0; count]].concat()
}

/// What the honest server says to asha's computer while things happen.
fn batches(office: &Office) -> Vec<(&'static str, PullBatch)> {
    office.touch();
    let laptop = Laptop::new(Begin::Synced);
    let who = Honest::of(office, laptop.desk.engine()).who;
    let core = office.core();
    let admin = core.authenticate(&template().admin).expect("the Admin");
    let (lead, asha, arjun) = (template().lead, template().asha, template().arjun);
    let mut cursor: Option<String> = None;
    let mut said = Vec::new();
    let mut pull = |name| {
        let batch = core.pull(&who, cursor.as_deref(), 50).expect("a batch");
        cursor = Some(batch.cursor.clone());
        said.push((name, batch));
    };
    let push = |items: Vec<PushItem>| core.push(&who, PushRequest { items }).expect("taken");
    let give = |from, to| core.set_owner(&admin, lead, SetOwner { expected_owner: Some(from), owner: Some(to) }).expect("given");
    pull("backfill-begins");
    pull("backfill");
    let mut pen = Pen::new(31, asha, office::document());
    push([Command::AddNote { text: "from elsewhere".into() }, Command::AddTag { tag: "new".into() }].map(|c| pen.write(lead, c)).into());
    pull("changes");
    give(asha, arjun);
    pull("evict");
    give(arjun, asha);
    pull("snapshot");
    push(office::honest_items().drain(..1).map(|(_, item)| item).collect());
    pull("new-lead");
    let person = core.people(&admin).expect("people").into_iter().find(|p| p.id == asha).expect("asha");
    let expected = Post { role: person.role, team: person.team, disabled: false };
    core.change_post(&admin, asha, &ChangePost { post: Post { role: Role::TeamLead, ..expected.clone() }, expected }).expect("posted");
    pull("post-changes");
    said
}
