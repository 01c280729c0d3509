//! What is done to many leads at once, and the list as a table for elsewhere.

use crate::lead::{LeadFilter, OwnerChoice};
use crate::requests;
use domain::{CommandId, LeadId, Status, UserId};
use serde::{Deserialize, Serialize};

/// Leads in one request at most: whoever has more asks again, and shows how far it is.
pub const BULK_MAX: usize = 200;

/// One edit, for each of many leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "k")]
pub enum BulkWhat {
    Tag {
        tag: String,
    },
    /// To a status; a drop and a reopening take a reason.
    Status {
        to: Status,
        reason: Option<String>,
    },
    /// `local` is wall time in the organisation's zone, `2026-11-22T17:00`.
    FollowUp {
        local: String,
        note: String,
    },
    /// To somebody, or to nobody; the server compares the owner of each with who it is here. Out of its reach each waits.
    Assign {
        to: Option<UserId>,
    },
}

/// What became of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkDone {
    /// Leads that were changed.
    pub done: u32,
    /// What each was carried out as, to be taken back.
    pub edits: Vec<(LeadId, Vec<CommandId>)>,
    /// Of leads that were assigned, who had each before.
    pub given: Vec<(LeadId, Option<UserId>)>,
    /// Of those done, how many wait for the server.
    pub waiting: u32,
    /// Why others were not, the most frequent reason first.
    pub not: Vec<BulkNot>,
}

/// A reason, and how many leads it kept from being changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkNot {
    pub why: String,
    pub count: u32,
}

impl BulkDone {
    /// Leads that were not changed.
    #[must_use]
    pub fn not_done(&self) -> u32 {
        self.not.iter().map(|not| not.count).sum()
    }

    /// Counts leads that a reason kept from being changed.
    pub fn refuse(&mut self, why: impl Into<String>, count: u32) {
        let why = why.into();
        match self.not.iter_mut().find(|not| not.why == why) {
            Some(not) => not.count += count,
            None => self.not.push(BulkNot { why, count }),
        }
        self.not.sort_by_key(|not| std::cmp::Reverse(not.count));
    }

    /// Joins what became of two parts.
    pub fn absorb(&mut self, other: BulkDone) {
        self.done += other.done;
        self.edits.extend(other.edits);
        self.given.extend(other.given);
        self.waiting += other.waiting;
        other.not.into_iter().for_each(|not| self.refuse(not.why, not.count));
    }
}

/// What can be done to at least one of many leads; else why to none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkCan {
    pub tag_blocked: Option<String>,
    pub drop_blocked: Option<String>,
    pub follow_up_blocked: Option<String>,
    pub status_blocked: Option<String>,
    pub assign_blocked: Option<String>,
    /// The statuses that one of them may move to, without the drop.
    pub statuses: Vec<Status>,
    /// One of them is dropped: the move into work asks for a reason.
    pub reopens: bool,
}

/// A column of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Column {
    Name,
    Phone,
    Status,
    Interest,
    Next,
    Owner,
    Source,
    Language,
    Tags,
    Created,
    Updated,
}

/// A table as text (RFC 4180), and its lines below the heading.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Csv {
    pub text: String,
    pub rows: u32,
}

requests! {
    /// The ids of a stretch of the list, in its order.
    "lead_ids" LeadIds { pub filter: LeadFilter, pub offset: u32, pub limit: u32 } -> Vec<LeadId>;
    /// Which of these the filter holds, in the list's order.
    "lead_still" LeadStill { pub filter: LeadFilter, pub leads: Vec<LeadId> } -> Vec<LeadId>;
    "lead_bulk_can" LeadBulkCan { pub leads: Vec<LeadId> } -> BulkCan;
    /// [`BULK_MAX`] leads at most.
    "lead_bulk" LeadBulk { pub leads: Vec<LeadId>, pub what: BulkWhat } -> BulkDone;
    /// Takes back what [`LeadBulk`] did, lead by lead; [`BULK_MAX`] leads at most.
    "lead_bulk_undo" LeadBulkUndo { pub edits: Vec<(LeadId, Vec<CommandId>)> } -> BulkDone;
    /// Whom the person may give leads to, by name.
    "lead_bulk_owners" LeadBulkOwners {} -> Vec<OwnerChoice>;
    /// Gives leads that `from` has now back to who had each; [`BULK_MAX`] leads at most.
    "lead_bulk_give_back" LeadBulkGiveBack { pub from: Option<UserId>, pub leads: Vec<(LeadId, Option<UserId>)> } -> BulkDone;
    /// All that the filter holds, or those of it that are named, in the list's order; each column with its heading.
    "lead_csv" LeadCsv { pub filter: LeadFilter, pub leads: Option<Vec<LeadId>>, pub columns: Vec<(Column, String)> } -> Csv;
}
