//! Follow-ups: an instant, the zone it was promised in and the local time that was said.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How far along a follow-up is. An outcome beats a cancel; both beat scheduled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FollowUpState {
    Scheduled,
    Cancelled,
    Done,
}

impl FollowUpState {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            FollowUpState::Scheduled => "scheduled",
            FollowUpState::Cancelled => "cancelled",
            FollowUpState::Done => "done",
        }
    }

    /// Which of two concurrent states stands.
    #[must_use]
    pub fn rank(self) -> u8 {
        match self {
            FollowUpState::Scheduled => 0,
            FollowUpState::Cancelled => 1,
            FollowUpState::Done => 2,
        }
    }
}

impl std::str::FromStr for FollowUpState {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        [FollowUpState::Scheduled, FollowUpState::Cancelled, FollowUpState::Done]
            .into_iter()
            .find(|x| x.as_str() == s)
            .ok_or_else(|| format!("{s} is not a follow-up state"))
    }
}

/// A promise to call again (row I2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowUp {
    pub id: Uuid,
    /// When, ms since the epoch, UTC.
    pub due_at: i64,
    /// IANA zone in which the time was promised.
    pub zone: String,
    /// The promised local time, `2026-11-22T17:00`.
    pub local: String,
    pub note: String,
    pub state: FollowUpState,
    pub outcome: Option<String>,
}

/// What a row says of an open follow-up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    pub id: Uuid,
    /// When, ms since the epoch, UTC.
    pub due_at: i64,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

impl FollowUp {
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.state == FollowUpState::Scheduled
    }
}
