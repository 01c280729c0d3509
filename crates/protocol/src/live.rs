//! `GET /api/v1/sync/live`: JSON text messages over a WebSocket. Losing it costs only latency.

use domain::{LeadId, UserId};
use serde::{Deserialize, Serialize};

/// Server → device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", tag = "k")]
pub enum Poke {
    /// There is something after `seq` for this user.
    Behind { seq: u64 },
    /// Who else has this lead open, and who calls it; to all who may see it.
    Presence {
        lead: LeadId,
        users: Vec<UserId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        hold: Option<Hold>,
    },
}

/// Somebody calls the lead: nobody else's queue offers it meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Hold {
    pub user: UserId,
    /// It is this device's.
    pub here: bool,
}

/// A hold that its device does not ask for again ends after this, ms.
pub const HOLD_MS: u64 = 120_000;

/// Device → server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", tag = "k")]
pub enum Tell {
    /// The lead on this device's screen. `hold` asks to be the only one who calls it; whoever asks first is, as
    /// long as they ask again in time.
    Viewing {
        lead: Option<LeadId>,
        #[serde(default)]
        hold: bool,
    },
}
