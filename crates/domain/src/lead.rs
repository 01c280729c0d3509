//! A lead as the rules see it: statuses, fields, pools and the record that `records` reads out of
//! a document. Two devices hold the same record when these values are equal.

use crate::calling::UNREACHED;
use crate::follow_up::{Due, FollowUp};
use crate::id::{LeadId, UserId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Where a lead stands (row F1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Status {
    New,
    InProgress,
    Cnp,
    Interested,
    Qualified,
    Converted,
    Lost,
}

impl Status {
    pub const ALL: [Status; 7] =
        [Status::New, Status::InProgress, Status::Cnp, Status::Interested, Status::Qualified, Status::Converted, Status::Lost];

    /// Stable name in documents, tables and on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Status::New => "new",
            Status::InProgress => "in_progress",
            Status::Cnp => "cnp",
            Status::Interested => "interested",
            Status::Qualified => "qualified",
            Status::Converted => "converted",
            Status::Lost => "lost",
        }
    }

    /// Which of two concurrent moves shows: the furthest along
    /// (converted > qualified > interested > in progress > lost > cnp > new).
    #[must_use]
    pub fn progress(self) -> u8 {
        match self {
            Status::New => 0,
            Status::Cnp => 1,
            Status::Lost => 2,
            Status::InProgress => 3,
            Status::Interested => 4,
            Status::Qualified => 5,
            Status::Converted => 6,
        }
    }

    /// No sales work is left to do on it.
    #[must_use]
    pub fn is_closed(self) -> bool {
        matches!(self, Status::Converted | Status::Lost)
    }
}

impl std::fmt::Display for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for Status {
    type Err = crate::Refusal;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        Status::ALL.into_iter().find(|x| x.as_str() == s).ok_or_else(|| {
            let names: Vec<_> = Status::ALL.iter().map(|x| x.as_str()).collect();
            crate::Refusal::new(
                crate::RefusalCode::UnknownStatus,
                format!("“{}” is not a status. The statuses are {}.", s.chars().take(40).collect::<String>(), names.join(", ")),
            )
            .on("status")
        })
    }
}

/// The lists that the demo company and a new organisation start with.
pub mod defaults {
    pub const SOURCES: [&str; 5] = ["Facebook", "Website", "Google", "Referral", "WhatsApp"];
    pub const LANGUAGES: [&str; 3] = ["Hindi", "English", "Other"];
    pub const FOLLOW_UP_REASONS: [&str; 4] = ["Busy", "Need Time", "Reschedule", "Demo Done"];
    pub const FOLLOW_UP_OUTCOMES: [&str; 4] = ["Call made", "Not reachable", "Interested", "Not interested"];
    /// The outcome of a call that nobody took (CNP).
    pub const NOT_REACHED: &str = FOLLOW_UP_OUTCOMES[1];
    pub const DROP_REASONS: [&str; 4] = ["Financial", "Not Interested", "Joined Competitor", "Other"];
}

/// A contact field that one person may change while another does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum LeadField {
    Name,
    Phone,
    AltPhone,
    Email,
    /// Whole minor units of the organisation's currency, written as digits.
    Budget,
    Source,
    Language,
    /// Why the lead is not to be called; empty where it may be.
    DoNotCall,
}

impl LeadField {
    pub const ALL: [LeadField; 8] = [
        LeadField::Name,
        LeadField::Phone,
        LeadField::AltPhone,
        LeadField::Email,
        LeadField::Budget,
        LeadField::Source,
        LeadField::Language,
        LeadField::DoNotCall,
    ];

    /// Its root key in the document and its name everywhere else.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            LeadField::Name => "name",
            LeadField::Phone => "phone",
            LeadField::AltPhone => "alt_phone",
            LeadField::Email => "email",
            LeadField::Budget => "budget",
            LeadField::Source => "source",
            LeadField::Language => "language",
            LeadField::DoNotCall => "do_not_call",
        }
    }
}

impl std::str::FromStr for LeadField {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|f| f.as_str() == s).ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|f| f.as_str()).collect();
            format!("{s} is not a field of a lead; the fields are {}", names.join(", "))
        })
    }
}

/// A field's value and, while two people's values stand side by side, the other ones.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldState {
    pub value: Option<String>,
    /// Concurrent values that do not show, largest operation id first; empty without a conflict.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Rival>,
    /// Who wrote the shown value; set only while there is a conflict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<Rival>,
    /// What stood before both; set only while there is a conflict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
}

/// One of several concurrent values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rival {
    pub value: Option<String>,
    pub author: UserId,
    /// Device time of the edit, ms since the epoch; shown, never compared.
    pub at: i64,
}

/// One note; its text merges character by character.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    pub id: Uuid,
    pub text: String,
    /// Text that lost its place when an earlier edit was refused.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unplaced: bool,
}

/// What one person says to the others about a lead; it is not edited afterwards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comment {
    pub id: Uuid,
    pub by: UserId,
    /// Device time, ms since the epoch.
    pub at: i64,
    pub text: String,
}

/// One attempt to call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallAttempt {
    pub id: Uuid,
    pub at: i64,
    pub outcome: String,
    /// Out of the document's history; `None` where that can't be read.
    #[serde(skip)]
    pub by: Option<UserId>,
}

/// A call as counts know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Called {
    /// Device time, ms since the epoch.
    pub at: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<UserId>,
}

/// Why a lead was dropped (row F10).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DropRecord {
    pub id: Uuid,
    pub reason: String,
    pub at: i64,
}

/// A soft deletion (row N1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deletion {
    /// All that no restore names; a restore must name each.
    pub deletions: Vec<Uuid>,
    /// Of the first of them.
    pub by: UserId,
    pub at: i64,
    pub reason: String,
    /// Somebody who did not know of it edited the lead: it stays deleted, and this says so.
    pub edited_after: bool,
}

/// Everything a lead's document says. The owner is not in it: that is a server row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadRecord {
    pub id: LeadId,
    pub name: FieldState,
    pub phone: FieldState,
    pub alt_phone: FieldState,
    pub email: FieldState,
    pub budget: FieldState,
    pub source: FieldState,
    pub language: FieldState,
    #[serde(default)]
    pub do_not_call: FieldState,
    /// Values of the organisation's own fields, by the field's id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub custom: BTreeMap<Uuid, FieldState>,
    pub status: Status,
    /// Two people moved the status at once; the furthest along shows until someone sets it again.
    pub review: bool,
    /// 1 to 5, only while interested (row F5); the higher of two concurrent ones.
    pub interest: Option<u8>,
    pub follow_ups: Vec<FollowUp>,
    pub calls: Vec<CallAttempt>,
    pub notes: Vec<Note>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub comments: Vec<Comment>,
    pub tags: Vec<String>,
    /// The drop that stands, while the lead is lost.
    pub drop: Option<DropRecord>,
    /// The conversion that stands, device time, ms since the epoch; out of the document's history.
    #[serde(skip)]
    pub converted_at: Option<i64>,
    /// The deletion that stands; the record is kept whole.
    pub deleted: Option<Deletion>,
    pub created_by: UserId,
    pub created_at: i64,
}

impl LeadRecord {
    #[must_use]
    pub fn field(&self, field: LeadField) -> &FieldState {
        match field {
            LeadField::Name => &self.name,
            LeadField::Phone => &self.phone,
            LeadField::AltPhone => &self.alt_phone,
            LeadField::Email => &self.email,
            LeadField::Budget => &self.budget,
            LeadField::Source => &self.source,
            LeadField::Language => &self.language,
            LeadField::DoNotCall => &self.do_not_call,
        }
    }

    /// Fields on which two values stand.
    pub fn conflicts(&self) -> impl Iterator<Item = LeadField> + '_ {
        LeadField::ALL.into_iter().filter(|f| !self.field(*f).others.is_empty())
    }

    /// How many fields, the organisation's own too, have two values.
    #[must_use]
    pub fn conflict_count(&self) -> usize {
        self.conflicts().count() + self.custom.values().filter(|field| !field.others.is_empty()).count()
    }

    /// The follow-ups still to be done, the earliest first.
    #[must_use]
    pub fn due(&self) -> Vec<Due> {
        let open = self.follow_ups.iter().filter(|f| f.is_open());
        let mut due: Vec<Due> = open.map(|f| Due { id: f.id, due_at: f.due_at, note: f.note.clone() }).collect();
        due.sort_by_key(|f| (f.due_at, f.id));
        due
    }

    /// All calls, the first first.
    #[must_use]
    pub fn called(&self) -> Vec<Called> {
        let mut calls: Vec<&CallAttempt> = self.calls.iter().collect();
        calls.sort_by_key(|call| (call.at, call.id));
        calls.into_iter().map(|call| Called { at: call.at, by: call.by }).collect()
    }

    /// When somebody called last, by the clocks of the devices; ms since the epoch.
    #[must_use]
    pub fn last_call_at(&self) -> Option<i64> {
        self.calls.iter().map(|call| call.at).max()
    }

    /// Calls that nobody took since somebody was reached last.
    #[must_use]
    pub fn unreached(&self) -> usize {
        let mut calls: Vec<&CallAttempt> = self.calls.iter().collect();
        calls.sort_by_key(|call| std::cmp::Reverse((call.at, call.id)));
        calls.iter().take_while(|call| UNREACHED.contains(&call.outcome.as_str())).count()
    }
}

/// Which tab a lead stands under (Appendix B.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pool {
    Fresh,
    Working,
    Converted,
    Dropped,
}

impl Pool {
    pub const ALL: [Pool; 4] = [Pool::Fresh, Pool::Working, Pool::Converted, Pool::Dropped];

    /// The pool of a lead that is not deleted; CNP leaves Working only when its `tries_max` retries are used up, after
    /// `unreached` calls in a row.
    #[must_use]
    pub fn of(status: Status, owned: bool, unreached: u32, tries_max: u32) -> Pool {
        match status {
            Status::New if !owned => Pool::Fresh,
            Status::Cnp if unreached >= tries_max => Pool::Dropped,
            Status::New | Status::InProgress | Status::Cnp | Status::Interested | Status::Qualified => Pool::Working,
            Status::Converted => Pool::Converted,
            Status::Lost => Pool::Dropped,
        }
    }

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Pool::Fresh => "fresh",
            Pool::Working => "working",
            Pool::Converted => "converted",
            Pool::Dropped => "dropped",
        }
    }
}

impl std::str::FromStr for Pool {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|p| p.as_str() == s).ok_or_else(|| format!("{s} is not a pool"))
    }
}
