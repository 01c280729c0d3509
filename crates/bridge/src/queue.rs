//! The calling queue: who now and why, and what a finished call leaves behind.

use crate::lead::{Edited, LeadRow, When};
use crate::requests;
use domain::calling::Reason;
use domain::{LeadId, Status};
use serde::{Deserialize, Serialize};

/// A lead to call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueItem {
    pub lead: LeadRow,
    pub reason: Reason,
    /// The promised time, the last call, or when the lead came.
    pub since: When,
    /// What the call was promised for.
    pub note: String,
    /// Calls in a row that nobody took.
    pub unreached: u32,
}

/// A person's day so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pace {
    /// Own leads that were called today.
    pub called: u32,
    pub target: u32,
    /// How many that should be by now, over the calling hours.
    pub expected: u32,
}

/// An outcome on the bar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    pub key: u8,
    pub name: String,
    pub hint: String,
    /// When the next call is proposed.
    pub next: Option<When>,
    /// It closes the lead.
    pub closes: bool,
    /// What the key means on a lead that is qualified already, where that is another thing.
    #[serde(default)]
    pub converts: Option<Converts>,
}

/// An outcome that converts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Converts {
    pub name: String,
    pub hint: String,
}

impl Outcome {
    /// As it is on a lead of this status.
    #[must_use]
    pub fn on(&self, status: Status) -> Outcome {
        match self.converts.as_ref().filter(|_| status == Status::Qualified) {
            Some(to) => Outcome { name: to.name.clone(), hint: to.hint.clone(), next: None, closes: true, ..self.clone() },
            None => self.clone(),
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueView {
    /// The next ones, the best first.
    pub items: Vec<QueueItem>,
    /// Leads to call in all.
    pub total: u32,
    pub pace: Pace,
    pub outcomes: Vec<Outcome>,
    /// People may be called now.
    pub in_hours: bool,
    /// From and until, minutes after midnight in the organisation's zone.
    pub hours: (u16, u16),
    /// The earliest promise that is still to come.
    pub next: Option<When>,
}

/// Items in one answer.
pub const QUEUE_SHOWN: usize = 5;

requests! {
    /// This person's queue without the leads that were put off.
    "queue_get" QueueGet { pub skip: Vec<LeadId> } -> QueueView;
    /// A call ended so: all of it is saved, or nothing. `next` is wall time in the organisation's zone.
    "call_dispose" CallDispose { pub lead: LeadId, pub key: u8, pub note: String, pub next: Option<String> } -> Edited;
}
