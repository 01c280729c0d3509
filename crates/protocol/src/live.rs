//! `GET /api/v1/sync/live`: JSON text messages over a WebSocket. Losing it costs only latency.

use domain::{LeadId, UserId};
use serde::{Deserialize, Serialize};

/// Server → device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "k")]
pub enum Poke {
    /// There is something after `seq` for this user.
    Behind { seq: u64 },
    /// Who else has this lead open.
    Presence { lead: LeadId, users: Vec<UserId> },
}

/// Device → server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "k")]
pub enum Tell {
    /// The lead on this device's screen.
    Viewing { lead: Option<LeadId> },
}
