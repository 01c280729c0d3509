//! Who else is on a lead now, and who calls it. Known only while the server is reached; never stored.

use crate::{Done, requests};
use domain::LeadId;
use serde::{Deserialize, Serialize};

/// A lead on which somebody else is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PresenceOf {
    pub lead: LeadId,
    /// Who else has it open.
    pub others: Vec<String>,
    /// Who calls it, unless this window does.
    pub caller: Option<Caller>,
}

/// Whose queue has the lead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "k")]
pub enum Caller {
    Other {
        name: String,
    },
    /// This person, on another computer.
    Me,
}

requests! {
    "presence_get" PresenceGet {} -> Vec<PresenceOf>;
    /// The lead on the screen; `calls` for the one that the queue shows. `at` rises with each that is told: an
    /// older one that comes late is left out.
    "lead_viewing" LeadViewing { pub at: u64, pub lead: Option<LeadId>, pub calls: bool } -> Done;
}
