//! What is to be opened from outside the window: a link, a notification, the tray.

use crate::requests;
use domain::LeadId;
use serde::{Deserialize, Serialize};

/// Where to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "k")]
pub enum Link {
    Lead {
        lead: LeadId,
    },
    /// The Follow-ups page: what was missed on earlier days, or today's.
    FollowUps {
        missed: bool,
    },
    Queue,
    /// What is due this week, or late.
    Payments,
    Notices,
    /// It opens nothing, and why.
    Unfit {
        why: String,
    },
}

requests! {
    /// What waits to be opened, once; nothing while the copy is locked.
    "link_take" LinkTake {} -> Option<Link>;
}
