//! The dashboard: figures of today and of a range of days, each with the list behind it (Appendix E).

use crate::follow_up::DueTab;
use crate::lead::{LeadFilter, When};
use crate::queue::Pace;
use crate::requests;
use domain::policy::{self, Action, Scope};
use domain::{Role, Status, UserId};
use serde::{Deserialize, Serialize};

/// Whose figures a role sees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DashboardKind {
    /// One's own.
    #[default]
    Own,
    /// Of all leads in sight: the team's, or everybody's.
    Team,
}

impl DashboardKind {
    /// `None` where a role has no leads of its own to count.
    #[must_use]
    pub fn of(role: Role) -> Option<Self> {
        if !policy::has(role, Action::DashboardPage) {
            return None;
        }
        match policy::scope(role, Action::ViewLead) {
            Scope::Own => Some(Self::Own),
            Scope::Team | Scope::All => Some(Self::Team),
            Scope::None | Scope::Converted | Scope::View => None,
        }
    }
}

/// A number of leads, and the list that has exactly those.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    pub count: u32,
    pub behind: LeadFilter,
}

/// What a card counts; today is a day of the organisation's zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardKind {
    AssignedToday,
    DueToday,
    InProgress,
    Converted,
    Missed,
    CreatedToday,
    ConvertedToday,
    DroppedToday,
    Unassigned,
    /// Present now, of those whose attendance the person sees.
    Active,
    /// Mean minutes from the assignment of today's leads to their first call.
    ResponseTime,
}

/// What is behind a card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "k")]
pub enum Behind {
    Leads {
        filter: Box<LeadFilter>,
    },
    /// The Follow-ups page.
    FollowUps {
        tab: DueTab,
        everyone: bool,
    },
    /// The floor.
    Attendance,
}

/// What a card says under its number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "k")]
pub enum Aside {
    NotCalled {
        figure: Figure,
    },
    Qualified {
        figure: Figure,
    },
    ThisMonth {
        figure: Figure,
    },
    NotAssigned {
        figure: Figure,
    },
    /// The next promise.
    NextAt {
        when: When,
    },
    /// How many checked in today.
    CheckedIn {
        count: u32,
    },
    /// The longest missed.
    Oldest {
        when: When,
    },
    Nothing,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    pub kind: CardKind,
    /// `None` where nothing was measured.
    pub value: Option<u32>,
    pub behind: Behind,
    pub aside: Aside,
}

/// One day, or as many as `days` says, of the trend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrendPoint {
    /// Days since 1970-01-01.
    pub day: i64,
    pub days: u32,
    /// Leads that were called, each once.
    pub called: Figure,
    pub new: Figure,
    pub converted: Figure,
    pub dropped: Figure,
}

/// Leads got in the range that reached this step by now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunnelStep {
    pub status: Status,
    pub reached: Figure,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceLine {
    /// Empty for none.
    pub source: String,
    /// Leads got in the range, and of these those that are converted.
    pub leads: Figure,
    pub converted: Figure,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentLine {
    pub user: UserId,
    pub name: String,
    /// Leads given to them in the range.
    pub assigned: Figure,
    /// Leads they called in the range.
    pub called: Figure,
    pub converted: Figure,
    /// Their leads whose next follow-up was let pass.
    pub missed: Figure,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dashboard {
    pub kind: DashboardKind,
    pub cards: Vec<Card>,
    pub trend: Vec<TrendPoint>,
    pub funnel: Vec<FunnelStep>,
    pub sources: Vec<SourceLine>,
    /// Of a team, by name.
    pub agents: Vec<AgentLine>,
    /// One's own day.
    pub pace: Option<Pace>,
    /// Own follow-ups of today, for the greeting.
    pub due_today: u32,
}

/// Days in one range at most.
pub const DAYS_MAX: i64 = 3 * 366;

requests! {
    /// From the first day to the last, both included; days since 1970-01-01 in the organisation's zone.
    "dashboard_get" DashboardGet { pub from: i64, pub to: i64 } -> Dashboard;
}
