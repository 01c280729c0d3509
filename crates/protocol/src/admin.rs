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
//! | `POST /leads` with `Idempotency-Key` | [`PostLead`] | [`MadeLead`], 201 |
//! | `POST /leads/auto-distribute` | [`AutoDistribute`] | [`Distributed`] |
//! | `POST /leads/assign` | [`AssignMany`] | [`AssignedMany`] |
//! | `GET /leads/eligible-users` | | `[EligibleUser]`: whom the caller may give leads to |
//! | `GET /assignment/rules` · `PUT /assignment/rules` | · `Rules` of the version that was read | `Rules` |
//! | `POST /assignment/dry-run` | [`DryRun`] | `[DryRunLine]` |
//! | `POST /attendance/check-in` · `/check-out` · `/pause` · `/resume` | [`AttendanceStep`] | `AttendanceLine` |
//! | `GET /attendance/status` · `GET /attendance/logs?…` (fields of `AttendanceFilter`) | | `[AttendanceLine]` of those in sight |
//! | `POST /proposals/{id}/take` · `/drop` | | `{}` |
//! | `POST /quarantine` | [`QuarantineUpload`] | [`QuarantineAnswer`] |
//! | `GET /quarantine` · `POST /quarantine/{id}/release` · `/drop` | | `[Quarantined]` · `{}` |
//! | `GET /audit?…` (fields of `AuditFilter`) | | `AuditPage` |

use crate::auth::Secret;
use crate::push::PushItem;
use crate::rows::OwnerRow;
use domain::assignment::{Rules, Why};
use domain::attendance::Attendance;
use domain::people::{Post, QuarantineReason};
use domain::{DeviceId, LeadId, Role, TeamId, UserId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Invite {
    pub name: String,
    pub email: String,
    pub role: Role,
    pub team: Option<TeamId>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangePost {
    /// As the caller's screen shows it.
    pub expected: Post,
    pub post: Post,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangeProfile {
    pub name: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NameTeam {
    pub name: String,
}

/// Six digits of the authenticator app.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConfirmTotp {
    pub code: Secret,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EndTotp {
    pub password: Secret,
}

/// Each signs in once, when the authenticator is lost. Shown once.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecoveryCodes {
    pub codes: Vec<Secret>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SetOwner {
    /// Who owns it on the caller's screen.
    pub expected_owner: Option<UserId>,
    pub owner: Option<UserId>,
}

/// A lead over the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(example = json!({ "name": "Priya Sharma", "phone": "98200 14786", "source": "Website", "tags": ["mba"] })))]
#[serde(deny_unknown_fields)]
pub struct PostLead {
    pub name: String,
    /// As people write it; without a prefix it is of the organisation's country.
    pub phone: String,
    #[serde(default)]
    pub alt_phone: Option<String>,
    #[serde(default)]
    pub email: Option<String>,
    /// An amount of the organisation's currency, as people write it: `120000.50`.
    #[serde(default)]
    pub budget: Option<String>,
    #[serde(default)]
    pub source: Option<String>,
    #[serde(default)]
    pub language: Option<String>,
    #[serde(default)]
    pub note: Option<String>,
    #[serde(default)]
    pub tags: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MadeLead {
    pub id: LeadId,
    /// Nobody while it waits.
    pub owner: Option<UserId>,
    pub team: Option<TeamId>,
    /// What the rules decided; nothing where they were not asked.
    pub why: Option<Why>,
}

/// Gives out leads that nobody has, by the rules.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AutoDistribute {
    /// Those after this one.
    #[serde(default)]
    pub after: Option<LeadId>,
    /// At most so many, and never more than the server takes at once.
    #[serde(default)]
    pub most: Option<u32>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Distributed {
    /// How many went to whom.
    pub given: BTreeMap<UserId, u32>,
    /// How many nobody could be given.
    pub waiting: u32,
    /// `after` of the next request; nothing where that was all.
    pub next: Option<LeadId>,
}

/// Gives many leads by hand.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AssignMany {
    pub items: Vec<AssignOne>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AssignOne {
    pub lead: LeadId,
    #[serde(flatten)]
    pub set: SetOwner,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AssignedMany {
    pub owners: Vec<OwnerRow>,
    pub not: Vec<NotAssigned>,
}

/// Somebody the caller may give leads to (row H5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EligibleUser {
    pub id: UserId,
    pub name: String,
    pub role: Role,
    pub team: Option<TeamId>,
    /// By hand a lead may go to who is not at work, too.
    pub attendance: Attendance,
    /// Leads of theirs that are not closed.
    pub open_leads: u32,
}

/// One that was not given, as a problem says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NotAssigned {
    pub lead: LeadId,
    pub code: String,
    pub text: String,
}

/// Who would get the newest leads.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DryRun {
    /// Instead of those that stand.
    #[serde(default)]
    pub rules: Option<Rules>,
    /// As if everybody were at work.
    #[serde(default)]
    pub all_present: bool,
    /// How many; 100 at most, and unless it says.
    #[serde(default)]
    pub leads: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DryRunLine {
    pub lead: LeadId,
    pub name: String,
    pub source: Option<String>,
    pub language: Option<String>,
    pub to: Option<UserId>,
    pub why: Why,
}

/// The outbox of a device that may do nothing else any more. At most
/// [`crate::QUARANTINE_ITEMS_MAX`] items.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AttendanceStep {
    /// New for every step: the same again gets the same answer.
    pub id: Uuid,
    /// Of a pause.
    #[serde(default)]
    pub reason: Option<String>,
}

/// Nothing to say but "done".
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Done {}
