//! The answer to a push, to a profile that has edits waiting.
//!
//! Mode: bit 0 the changes in it are not put in order.

use super::laptop::{Begin, Honest, Laptop, Says};
use super::office::{self, template};
use super::pen::Pen;
use super::{Seed, Target, chunk, seed, split};
use client::store::outbox;
use domain::people::QuarantineReason;
use domain::{Command, Refusal, RefusalCode};
use protocol::ChangeHash;
use protocol::push::{Outcome, PushItem, PushRequest, PushResponse, PushResult};
use sha2::{Digest as _, Sha256};

pub const TARGET: Target = Target { name: "answer", meets: "what a server answers to a push", run, seeds, max_len: 4 * 1024 };

fn run(input: &[u8]) {
    let (mode, body) = split(input);
    // Unread, it changes nothing.
    let Ok(mut answer) = protocol::packed::read::<PushResponse>(body) else { return };
    if mode & 1 == 0 {
        answer.results.iter_mut().for_each(order);
    }
    let laptop = Laptop::new(Begin::Pending);
    laptop.hears(Says { push: rmp_serde::to_vec_named(&answer).ok(), ..Says::default() });
    if Sha256::digest(input)[0] % 4 == 0 {
        office::with(|office| laptop.heals(office));
    }
}

fn order(result: &mut PushResult) {
    if let Outcome::Reapplied { change, .. } = &mut result.outcome {
        *change = chunk::repaired(change);
    }
}

/// What waits in the profile, as it is pushed.
fn waiting() -> Vec<PushItem> {
    let laptop = Laptop::new(Begin::Pending);
    let pending = laptop.desk.engine().store().read(|c| outbox::first(c, 10)).expect("the outbox");
    let item = |p: outbox::Pending| PushItem { doc: p.doc, envelope: p.envelope, change: p.change, hash: ChangeHash(p.hash.0) };
    pending.into_iter().map(item).collect()
}

fn seeds() -> Vec<Seed> {
    let items = waiting();
    let honest = office::with(|office| {
        office.touch();
        let laptop = Laptop::new(Begin::Pending);
        let who = Honest::of(office, laptop.desk.engine()).who;
        office.core().push(&who, PushRequest { items: items.clone() }).expect("an answer")
    });
    let all = |outcome: &dyn Fn(&PushItem) -> Outcome| PushResponse {
        results: items.iter().map(|item| PushResult { command: item.envelope.id, outcome: outcome(item) }).collect(),
    };
    let (hashes, reason) = (vec![items[0].hash], QuarantineReason::LeaseEnded);
    let refusal = Refusal::new(RefusalCode::HandedOver, "This lead was handed over.");
    let elsewhere = elsewhere();
    [
        ("applied", honest),
        (
            "reapplied",
            all(&|item| Outcome::Reapplied {
                seq: 40,
                change: if item.hash == items[0].hash { elsewhere.clone() } else { item.change.clone() },
            }),
        ),
        ("refused", all(&|_| Outcome::Refused { refusal: refusal.clone() })),
        ("proposed", all(&|_| Outcome::Proposed { seq: 41 })),
        ("quarantined", all(&|_| Outcome::Quarantined { reason })),
        ("need", all(&|_| Outcome::Need { hashes: hashes.clone() })),
        ("later", all(&|_| Outcome::RetryLater { after_ms: 5_000 })),
    ]
    .map(|(name, answer)| seed(name, 0, &rmp_serde::to_vec_named(&answer).expect("plain values")))
    .into()
}

/// A change that was made elsewhere.
fn elsewhere() -> Vec<u8> {
    Pen::new(41, template().asha, office::document()).write(template().lead, Command::AddTag { tag: "elsewhere".into() }).change
}
