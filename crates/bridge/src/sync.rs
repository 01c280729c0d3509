//! The sync pill and the panel behind it.

use crate::lead::When;
use crate::{Done, requests};
use domain::LeadId;
use serde::{Deserialize, Serialize};

/// What the pill says: one state, the worst.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum Pill {
    Synced,
    Sending {
        done: u32,
        total: u32,
    },
    Offline {
        pending: u32,
    },
    /// The server asked to wait.
    Busy {
        retry_in_s: u32,
        pending: u32,
    },
    Loading {
        done: u32,
        total: u32,
    },
    NeedsAttention {
        count: u32,
    },
    /// This app is older than the server's records; it can still send.
    UpdateNeeded,
    /// The server wants a new sign-in; everything typed stays.
    SignInNeeded {
        pending: u32,
    },
    /// The disk of this computer takes nothing, or the copy on it is damaged.
    CantSave {
        pending: u32,
    },
}

/// An edit waiting in the outbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxItem {
    pub lead: LeadId,
    pub lead_name: String,
    pub what: crate::lead::TimelineWhat,
    pub when: When,
}

/// Outbox items shown in the panel at most.
pub const OUTBOX_SHOWN_MAX: usize = 50;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncView {
    pub pill: Pill,
    pub offline_since: Option<When>,
    /// Why the server can't be reached, or nothing saved, in words.
    pub why: Option<String>,
    pub last_try: Option<When>,
    /// Seconds until the next try.
    pub next_try_in_s: Option<u32>,
    /// Oldest first.
    pub outbox: Vec<OutboxItem>,
    pub outbox_total: u32,
    pub outbox_bytes: u64,
    pub received_up_to: Option<When>,
    pub leads_here: u32,
    pub complete: bool,
    pub live: bool,
    pub server: String,
}

requests! {
    "sync_get" SyncGet {} -> SyncView;
    /// Tries at once instead of waiting for the next try.
    "sync_now" SyncNow {} -> Done;
}
