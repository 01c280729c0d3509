//! Accounts, teams, devices, assignment, proposals and quarantine: JSON in and out. Answers are the
//! types of [`domain::people`]; `{}` where there is nothing to say.
//!
//! | route | takes | answers |
//! |---|---|---|
//! | `POST /auth/redeem` | [`crate::auth::Redeem`] | [`crate::auth::Session`] |
//! | `POST /auth/password` | [`crate::auth::ChangePassword`] | `{}` |
//! | `GET /auth/profile` · `PATCH /auth/profile` | · [`ChangeProfile`] | `Person`, oneself · `{}` |
//! | `GET /auth/sessions` · `DELETE /auth/sessions/{id}` | | `[SignInSession]` · `{}` |
//! | `POST /auth/sign-out-everywhere` | | `{}` |
//! | `POST /auth/totp` begins · `PUT` confirms · `DELETE` ends | · [`ConfirmTotp`] · [`EndTotp`] | `TotpSetup` · [`RecoveryCodes`] · `{}` |
//! | `GET /users` · `POST /users` invites | · [`Invite`] | `[Person]` · `OneTimeCode` |
//! | `PATCH /users/{id}` | [`ChangePost`] | `Person` |
//! | `POST /users/{id}/code` | | `OneTimeCode`, for a forgotten password or a new invitation |
//! | `GET /teams` · `POST /teams` · `PATCH /teams/{id}` | · [`NameTeam`] · [`NameTeam`] | `[Team]` · `Team` · `Team` |
//! | `GET /devices` | | `[Device]`: all for who manages users, else one's own |
//! | `POST /devices/{id}/revoke` · `/wipe` | | `{}` |
//! | `POST /leads/{id}/owner` | [`SetOwner`] | `OwnerRow` |
//! | `POST /attendance/check-in` · `/check-out` · `/pause` · `/resume` | [`AttendanceStep`] | `AttendanceLine` |
//! | `GET /attendance/status` · `GET /attendance/logs?…` (fields of `AttendanceFilter`) | | `[AttendanceLine]` of those in sight |
//! | `POST /proposals/{id}/take` · `/drop` | | `{}` |
//! | `POST /quarantine` | [`QuarantineUpload`] | [`QuarantineAnswer`] |
//! | `GET /quarantine` · `POST /quarantine/{id}/release` · `/drop` | | `[Quarantined]` · `{}` |
//! | `GET /audit?…` (fields of `AuditFilter`) | | `AuditPage` |

use crate::auth::Secret;
use crate::push::PushItem;
use domain::people::{Post, QuarantineReason};
use domain::{DeviceId, Role, TeamId, UserId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Invite {
    pub name: String,
    pub email: String,
    pub role: Role,
    pub team: Option<TeamId>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ChangePost {
    /// As the caller's screen shows it.
    pub expected: Post,
    pub post: Post,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ChangeProfile {
    pub name: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NameTeam {
    pub name: String,
}

/// Six digits of the authenticator app.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ConfirmTotp {
    pub code: Secret,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EndTotp {
    pub password: Secret,
}

/// Each signs in once, when the authenticator is lost. Shown once.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RecoveryCodes {
    pub codes: Vec<Secret>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetOwner {
    /// Who owns it on the caller's screen.
    pub expected_owner: Option<UserId>,
    pub owner: Option<UserId>,
}

/// The outbox of a device that may do nothing else any more. At most
/// [`crate::QUARANTINE_ITEMS_MAX`] items.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct QuarantineUpload {
    pub device: DeviceId,
    pub secret: Secret,
    pub items: Vec<PushItem>,
    /// The device destroyed its key; said in the last upload.
    #[serde(default)]
    pub wiped: bool,
    /// Refused edits that their author sends on for a manager to decide: from a device that may push, too.
    #[serde(default)]
    pub sent_on: bool,
}

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct QuarantineAnswer {
    /// Items kept, or already there.
    pub kept: u32,
    /// The device must destroy its key now.
    pub wipe: bool,
    /// What the device was cut off for.
    #[serde(default)]
    pub reason: Option<QuarantineReason>,
}

/// A step of one's own attendance; the route says which.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AttendanceStep {
    /// New for every step: the same again gets the same answer.
    pub id: Uuid,
    /// Of a pause.
    #[serde(default)]
    pub reason: Option<String>,
}

/// Nothing to say but "done".
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Done {}
