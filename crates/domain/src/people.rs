//! People, teams, devices and what the administration pages show of them: plain facts that the
//! server owns. The wire and the screens use these same types.

use crate::command::Envelope;
use crate::id::{CommandId, DeviceId, DocId, LeadId, TeamId, UserId};
use crate::role::Role;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A person as the users page shows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Person {
    pub id: UserId,
    pub name: String,
    pub email: String,
    pub role: Role,
    pub team: Option<TeamId>,
    pub disabled: bool,
    /// Never signed in: the invitation waits.
    pub invited: bool,
    pub totp: bool,
    /// Ms since the epoch.
    pub last_seen: Option<i64>,
}

/// What an administrator may change of a person. The server compares `expected` with what is so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Post {
    pub role: Role,
    pub team: Option<TeamId>,
    pub disabled: bool,
}

/// A team with how many people are in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Team {
    pub id: TeamId,
    pub name: String,
    pub people: u32,
}

/// A one-time code with the link that carries it, the server's address and its certificate's
/// fingerprint. The code is shown once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OneTimeCode {
    pub user: UserId,
    /// `K7QF-2MXD-9TRA`
    pub code: String,
    /// `leadline://join?server=…&code=…&pin=…`
    pub link: String,
    /// Ms since the epoch.
    pub until: i64,
}

/// An installation of the app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Device {
    pub id: DeviceId,
    pub user: UserId,
    pub user_name: String,
    /// Its person's: who may cut it off depends on that.
    pub user_role: Role,
    pub name: String,
    pub app_version: String,
    /// Ms since the epoch.
    pub last_seen: i64,
    /// Commands it last said wait to be sent.
    pub pending: Option<u32>,
    pub state: DeviceState,
    /// Until when it works without the server, ms since the epoch.
    pub lease_until: Option<i64>,
    /// The one that asks.
    pub this: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DeviceState {
    Active,
    /// It may only upload into quarantine.
    Revoked,
    /// It is told to destroy its key, after that upload.
    WipeOrdered,
    /// It said that it did.
    Wiped,
}

/// One sign-in that is still good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignInSession {
    pub id: Uuid,
    pub device: DeviceId,
    pub device_name: String,
    /// Ms since the epoch.
    pub began: i64,
    pub last_used: i64,
    pub this: bool,
}

/// Two-step sign-in, as it is set up: shown once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TotpSetup {
    /// Base32, for typing.
    pub secret: String,
    /// `otpauth://…`
    pub uri: String,
    /// The same as a QR code, an SVG drawing.
    pub svg: String,
}

/// An old owner's edit that the new owner takes or drops.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// Also the id of the proposed command.
    pub id: CommandId,
    pub doc: DocId,
    pub envelope: Envelope,
    pub state: ProposalState,
    /// When the server got it, ms since the epoch.
    pub arrived_at: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProposalState {
    Open,
    Taken,
    Dropped,
}

/// Why an edit was put aside instead of being judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum QuarantineReason {
    /// The lead had left, and the device's lease had ended.
    LeaseEnded,
    UserDisabled,
    DeviceRevoked,
    /// Taken from a profile folder with the organisation's recovery key.
    Recovered,
    /// Brought back after a restore, by somebody the restored rows no longer permit.
    Restored,
    /// Refused, and sent on by its author.
    SentByAuthor,
}

/// An edit in quarantine: a manager reads it, releases it or drops it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Quarantined {
    pub id: CommandId,
    pub lead: LeadId,
    /// As the lead is named now; empty for one that is not there.
    pub lead_name: String,
    pub author: UserId,
    pub author_name: String,
    pub device_name: String,
    pub envelope: Envelope,
    pub reason: QuarantineReason,
    /// Ms since the epoch.
    pub arrived_at: i64,
}

/// One line of the audit log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditLine {
    pub seq: u64,
    /// Ms since the epoch, server time.
    pub at: i64,
    /// `None` where nobody was signed in.
    pub by: Option<UserId>,
    pub by_name: String,
    pub action: AuditAction,
    /// The lead it is about.
    pub lead: Option<LeadId>,
    pub lead_name: String,
    /// The person, device or team it is about, in words.
    pub about: String,
    /// What changed, in words; holds no phone number.
    pub details: String,
}

/// Row N7, and what happens to accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AuditAction {
    Create,
    Update,
    Status,
    FollowUp,
    Call,
    Note,
    Drop,
    Reopen,
    Convert,
    Assign,
    Delete,
    Restore,
    SignIn,
    SignInFailed,
    SignOut,
    PasswordChanged,
    TotpChanged,
    CodeMade,
    PersonAdded,
    PersonChanged,
    TeamChanged,
    DeviceRevoked,
    DeviceWiped,
    Quarantine,
    Proposal,
    Export,
    Attendance,
    /// The organisation's rules and lists.
    Settings,
    /// Backups, restores, seals.
    Server,
}

impl AuditAction {
    pub const ALL: [AuditAction; 29] = [
        AuditAction::Create,
        AuditAction::Update,
        AuditAction::Status,
        AuditAction::FollowUp,
        AuditAction::Call,
        AuditAction::Note,
        AuditAction::Drop,
        AuditAction::Reopen,
        AuditAction::Convert,
        AuditAction::Assign,
        AuditAction::Delete,
        AuditAction::Restore,
        AuditAction::SignIn,
        AuditAction::SignInFailed,
        AuditAction::SignOut,
        AuditAction::PasswordChanged,
        AuditAction::TotpChanged,
        AuditAction::CodeMade,
        AuditAction::PersonAdded,
        AuditAction::PersonChanged,
        AuditAction::TeamChanged,
        AuditAction::DeviceRevoked,
        AuditAction::DeviceWiped,
        AuditAction::Quarantine,
        AuditAction::Proposal,
        AuditAction::Export,
        AuditAction::Attendance,
        AuditAction::Settings,
        AuditAction::Server,
    ];

    /// Stable name in tables and on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            AuditAction::Create => "create",
            AuditAction::Update => "update",
            AuditAction::Status => "status",
            AuditAction::FollowUp => "follow_up",
            AuditAction::Call => "call",
            AuditAction::Note => "note",
            AuditAction::Drop => "drop",
            AuditAction::Reopen => "reopen",
            AuditAction::Convert => "convert",
            AuditAction::Assign => "assign",
            AuditAction::Delete => "delete",
            AuditAction::Restore => "restore",
            AuditAction::SignIn => "sign_in",
            AuditAction::SignInFailed => "sign_in_failed",
            AuditAction::SignOut => "sign_out",
            AuditAction::PasswordChanged => "password_changed",
            AuditAction::TotpChanged => "totp_changed",
            AuditAction::CodeMade => "code_made",
            AuditAction::PersonAdded => "person_added",
            AuditAction::PersonChanged => "person_changed",
            AuditAction::TeamChanged => "team_changed",
            AuditAction::DeviceRevoked => "device_revoked",
            AuditAction::DeviceWiped => "device_wiped",
            AuditAction::Quarantine => "quarantine",
            AuditAction::Proposal => "proposal",
            AuditAction::Export => "export",
            AuditAction::Attendance => "attendance",
            AuditAction::Settings => "settings",
            AuditAction::Server => "server",
        }
    }

    /// As filters and columns name it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            AuditAction::Create => "Lead created",
            AuditAction::Update => "Lead edited",
            AuditAction::Status => "Status changed",
            AuditAction::FollowUp => "Follow-up",
            AuditAction::Call => "Call logged",
            AuditAction::Note => "Note",
            AuditAction::Drop => "Dropped",
            AuditAction::Reopen => "Reopened",
            AuditAction::Convert => "Converted",
            AuditAction::Assign => "Assigned",
            AuditAction::Delete => "Deleted",
            AuditAction::Restore => "Restored",
            AuditAction::SignIn => "Signed in",
            AuditAction::SignInFailed => "Sign-in failed",
            AuditAction::SignOut => "Signed out",
            AuditAction::PasswordChanged => "Password changed",
            AuditAction::TotpChanged => "Two-step sign-in changed",
            AuditAction::CodeMade => "One-time code made",
            AuditAction::PersonAdded => "Person added",
            AuditAction::PersonChanged => "Role, team or access changed",
            AuditAction::TeamChanged => "Team changed",
            AuditAction::DeviceRevoked => "Device revoked",
            AuditAction::DeviceWiped => "Device wiped",
            AuditAction::Quarantine => "Quarantine",
            AuditAction::Proposal => "Hand-over proposal",
            AuditAction::Export => "Exported",
            AuditAction::Attendance => "Attendance",
            AuditAction::Settings => "Settings changed",
            AuditAction::Server => "Server maintained",
        }
    }
}

/// Which lines of the audit log are asked for; every part narrows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct AuditFilter {
    pub lead: Option<LeadId>,
    pub by: Option<UserId>,
    pub action: Option<AuditAction>,
    /// Ms since the epoch, included.
    pub from: Option<i64>,
    /// Ms since the epoch, excluded.
    pub to: Option<i64>,
    /// Only lines before this one: the next page.
    pub before: Option<u64>,
}

/// Newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditPage {
    pub lines: Vec<AuditLine>,
    /// `before` of the next page; `None` at the end.
    pub next: Option<u64>,
}

/// Lines on one page of the audit log.
pub const AUDIT_PAGE: usize = 100;
