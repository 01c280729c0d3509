//! The Follow-ups page: what is due when, across leads.

use crate::lead::{LeadRow, When};
use crate::requests;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A tab of the page. A day that has passed is missed; today stays today whatever the hour (row I5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DueTab {
    Missed,
    #[default]
    Today,
    Upcoming,
}

impl DueTab {
    pub const ALL: [DueTab; 3] = [DueTab::Missed, DueTab::Today, DueTab::Upcoming];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            DueTab::Missed => "missed",
            DueTab::Today => "today",
            DueTab::Upcoming => "upcoming",
        }
    }
}

/// One line: a follow-up that is open, on a lead that is worked on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueRow {
    pub lead: LeadRow,
    pub follow_up: Uuid,
    pub when: When,
    pub note: String,
    /// This person may complete and move it.
    pub can_settle: bool,
}

/// Open follow-ups by tab.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueCounts {
    pub missed: u32,
    pub today: u32,
    pub upcoming: u32,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DuePage {
    pub rows: Vec<DueRow>,
    /// Lines in the whole tab.
    pub total: u32,
    pub counts: DueCounts,
    /// The earliest that is still to come.
    pub next: Option<When>,
}

/// Lines of one answer at most.
pub const DUE_MAX: u32 = 1_000;

requests! {
    /// The longest missed first, else the earliest. One's own, or `everyone`'s within sight.
    "follow_up_list" FollowUpList { pub tab: DueTab, pub everyone: bool, pub limit: u32 } -> DuePage;
}
