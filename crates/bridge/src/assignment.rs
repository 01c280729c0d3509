//! How leads are given out: the rules as an Admin edits and tries them. The server owns them: these need it.

use crate::{Done, requests};
use domain::assignment::Rules;
use domain::people::Team;
use domain::{LeadId, Role, UserId};
use serde::{Deserialize, Serialize};

/// The rules, and what they are about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignmentView {
    pub rules: Rules,
    /// Leads are given out by them (row H10).
    pub enabled: bool,
    /// Who may be given leads, or collects, by name.
    pub people: Vec<Receiver>,
    /// By name.
    pub teams: Vec<Team>,
    /// What leads come from and speak, as the organisation's lists say.
    pub sources: Vec<String>,
    pub languages: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receiver {
    pub user: UserId,
    pub name: String,
    pub role: Role,
    pub team: Option<String>,
}

/// Who would get a lead, and why, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DryRunRow {
    pub lead: LeadId,
    pub name: String,
    pub source: Option<String>,
    pub to: Option<String>,
    pub why: String,
}

/// What became of the leads that nobody had.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DistributedView {
    pub given: u32,
    pub waiting: u32,
    /// How many each got, by name.
    pub people: Vec<(String, u32)>,
}

requests! {
    "assignment_get" AssignmentGet {} -> AssignmentView;
    /// If they are still those of the version that was shown. A new rule has the nil id.
    "assignment_set" AssignmentSet { pub rules: Rules } -> Rules;
    "assignment_switch" AssignmentSwitch { pub on: bool } -> Done;
    "assignment_dry_run" AssignmentDryRun { pub rules: Rules, pub all_present: bool } -> Vec<DryRunRow>;
    "assignment_distribute" AssignmentDistribute {} -> DistributedView;
}
