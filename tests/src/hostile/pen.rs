//! Honest changes, made as the client makes them; and the clock and the randomness that make them the
//! same at every run.

use domain::{Clock, Command, CommandId, DocId, Entropy, Env, Envelope, LeadId, UserId};
use protocol::ChangeHash;
use protocol::push::PushItem;
use rand::rngs::SmallRng;
use rand::{RngCore as _, SeedableRng as _};
use records::{ActorBytes, Doc};
use std::sync::{Arc, Mutex, PoisonError};

/// 2026-11-21 09:00 in Kolkata.
pub const NOW_MS: i64 = 1_795_231_800_000;

struct Still;

impl Clock for Still {
    fn now_ms(&self) -> i64 {
        NOW_MS
    }
}

struct Seeded(Mutex<SmallRng>);

impl Entropy for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes);
    }
}

/// A clock that stands still, and randomness out of a number.
#[must_use]
pub fn env(seed: u64) -> Env {
    Env { clock: Arc::new(Still), entropy: Arc::new(Seeded(Mutex::new(SmallRng::seed_from_u64(seed)))) }
}

/// One device's hand on one document.
pub struct Pen {
    env: Env,
    author: UserId,
    actor: ActorBytes,
    pub doc: Doc,
}

impl Pen {
    pub fn new(seed: u64, author: UserId, doc: Doc) -> Self {
        let env = env(seed);
        let actor = env.random();
        Self { env, author, actor, doc }
    }

    pub fn envelope(&self, command: Command) -> Envelope {
        Envelope { id: CommandId(self.env.new_id()), author: self.author, at: NOW_MS, command }
    }

    /// Carries a command out and answers what a push of it holds.
    pub fn write(&mut self, lead: LeadId, command: Command) -> PushItem {
        let envelope = self.envelope(command);
        self.write_as(lead, envelope).expect("an honest command makes a change")
    }

    /// As [`Pen::write`], of any envelope.
    pub fn write_as(&mut self, lead: LeadId, envelope: Envelope) -> Option<PushItem> {
        self.write_in(DocId::lead(lead), envelope)
    }

    /// As [`Pen::write_as`], of a document of any kind.
    pub fn write_in(&mut self, doc: DocId, envelope: Envelope) -> Option<PushItem> {
        let made = records::execute(&mut self.doc, self.actor, &envelope).ok()?;
        Some(PushItem { doc, envelope, change: made.bytes, hash: ChangeHash(made.hash.0) })
    }
}
