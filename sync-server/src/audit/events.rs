//! What happens to accounts, devices and edits put aside. Stored packed in the log: fields may be
//! added, none is renamed.

use crate::store::log::Entry;
use domain::attendance::Attendance;
use domain::people::{AuditAction, Post};
use domain::{Command, CommandId, DeviceId, LeadId, Status, TeamId, UserId};
use serde::{Deserialize, Serialize};

/// One event. People, teams and devices are named by id: what they are called is looked up when a
/// line is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "e", rename_all = "snake_case")]
pub enum AuditEvent {
    SignIn,
    /// `user` only where the address is somebody's; an unknown address is not kept.
    SignInFailed {
        user: Option<UserId>,
        reason: Failure,
        /// It locked the account for a while.
        locked: bool,
        /// How often it has happened so far, for what is not written down each time.
        #[serde(default = "once", skip_serializing_if = "is_once")]
        times: u32,
    },
    SignOut {
        everywhere: bool,
    },
    /// A sign-in ended otherwise: its token was used twice, or somebody ended it.
    SessionEnded {
        user: UserId,
        reused: bool,
    },
    PasswordChanged {
        user: UserId,
        /// With a one-time code instead of the old password.
        by_code: bool,
    },
    TotpChanged {
        user: UserId,
        on: bool,
    },
    CodeMade {
        user: UserId,
        purpose: CodePurpose,
    },
    PersonAdded {
        user: UserId,
        post: Post,
    },
    PersonChanged {
        user: UserId,
        before: Post,
        after: Post,
    },
    /// By themselves.
    PersonRenamed {
        user: UserId,
        before: String,
    },
    /// `before` is `None` for a new one.
    TeamChanged {
        team: TeamId,
        before: Option<String>,
        after: String,
    },
    DeviceRevoked {
        device: DeviceId,
        user: UserId,
    },
    /// Told to destroy its key, or `done`: it said that it did.
    DeviceWiped {
        device: DeviceId,
        user: UserId,
        done: bool,
    },
    /// Edits of a device were put aside.
    QuarantineReceived {
        of: UserId,
        edits: u32,
    },
    /// An edit left quarantine.
    Quarantine {
        what: Settled,
        command: CommandId,
        lead: LeadId,
        /// Whose edit it is.
        of: UserId,
    },
    /// A hand-over proposal was settled.
    Proposal {
        what: Settled,
        command: CommandId,
        lead: LeadId,
        /// Whose edit it is.
        of: UserId,
    },
    /// How leads are given out: the names of the rules that stand, in their order.
    RulesChanged {
        version: u64,
        rules: Vec<String>,
    },
    /// Somebody checked in or out, paused or went on; no author where the server did it.
    Attended {
        user: UserId,
        status: Attendance,
        reason: Option<String>,
    },
    /// Rows of `what` left the server as a file.
    Export {
        what: String,
        rows: u64,
    },
    /// The whole database was copied into a file.
    Backup,
    /// All entries of version 1, in the columns that their chain does not cover.
    Sealed {
        entries: u64,
        /// SHA-256, hex.
        hash: String,
    },
    /// The log goes on from an earlier state: a backup was put in the database's place.
    EpochBegun {
        epoch: u64,
    },
}

fn once() -> u32 {
    1
}

fn is_once(times: &u32) -> bool {
    *times == 1
}

/// Why a sign-in failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    UnknownAddress,
    WrongPassword,
    WrongCode,
    /// Of somebody signed in, who had to type it again.
    OldPassword,
    Disabled,
    /// The device is somebody else's, revoked or wiped.
    Device,
    /// While the account was locked: what was typed was not looked at.
    Locked,
    /// Of a device that wanted to put edits into quarantine.
    DeviceSecret,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodePurpose {
    Invitation,
    Password,
}

/// How an edit that waited for somebody's decision ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Settled {
    /// Released from quarantine, or taken by the new owner.
    Taken,
    Dropped,
}

impl AuditEvent {
    /// As an entry of the log.
    #[must_use]
    pub fn by(self, author: Option<UserId>, device: Option<DeviceId>) -> Entry {
        Entry::Event { author, device, event: self }
    }

    /// What the audit log files it under.
    #[must_use]
    pub fn action(&self) -> AuditAction {
        match self {
            AuditEvent::SignIn => AuditAction::SignIn,
            AuditEvent::SignInFailed { .. } => AuditAction::SignInFailed,
            AuditEvent::SignOut { .. } | AuditEvent::SessionEnded { .. } => AuditAction::SignOut,
            AuditEvent::PasswordChanged { .. } => AuditAction::PasswordChanged,
            AuditEvent::TotpChanged { .. } => AuditAction::TotpChanged,
            AuditEvent::CodeMade { .. } => AuditAction::CodeMade,
            AuditEvent::PersonAdded { .. } => AuditAction::PersonAdded,
            AuditEvent::PersonChanged { .. } | AuditEvent::PersonRenamed { .. } => AuditAction::PersonChanged,
            AuditEvent::TeamChanged { .. } => AuditAction::TeamChanged,
            AuditEvent::DeviceRevoked { .. } => AuditAction::DeviceRevoked,
            AuditEvent::DeviceWiped { .. } => AuditAction::DeviceWiped,
            AuditEvent::QuarantineReceived { .. } | AuditEvent::Quarantine { .. } => AuditAction::Quarantine,
            AuditEvent::Proposal { .. } => AuditAction::Proposal,
            AuditEvent::RulesChanged { .. } => AuditAction::Settings,
            AuditEvent::Attended { .. } => AuditAction::Attendance,
            AuditEvent::Export { .. } => AuditAction::Export,
            AuditEvent::Backup | AuditEvent::Sealed { .. } | AuditEvent::EpochBegun { .. } => AuditAction::Server,
        }
    }

    /// The lead it is about.
    #[must_use]
    pub fn lead(&self) -> Option<LeadId> {
        match self {
            AuditEvent::Quarantine { lead, .. } | AuditEvent::Proposal { lead, .. } => Some(*lead),
            AuditEvent::SignIn
            | AuditEvent::SignInFailed { .. }
            | AuditEvent::SignOut { .. }
            | AuditEvent::SessionEnded { .. }
            | AuditEvent::PasswordChanged { .. }
            | AuditEvent::TotpChanged { .. }
            | AuditEvent::CodeMade { .. }
            | AuditEvent::PersonAdded { .. }
            | AuditEvent::PersonChanged { .. }
            | AuditEvent::PersonRenamed { .. }
            | AuditEvent::TeamChanged { .. }
            | AuditEvent::DeviceRevoked { .. }
            | AuditEvent::DeviceWiped { .. }
            | AuditEvent::QuarantineReceived { .. }
            | AuditEvent::RulesChanged { .. }
            | AuditEvent::Attended { .. }
            | AuditEvent::Export { .. }
            | AuditEvent::Backup
            | AuditEvent::Sealed { .. }
            | AuditEvent::EpochBegun { .. } => None,
        }
    }
}

/// What the audit log files an accepted edit under.
#[must_use]
pub fn action_of(command: &Command) -> Option<AuditAction> {
    Some(match command {
        Command::CreateLead(_) => AuditAction::Create,
        Command::SetField { .. }
        | Command::SetInterest { .. }
        | Command::AddTag { .. }
        | Command::RemoveTag { .. }
        | Command::SetCustom { .. } => AuditAction::Update,
        Command::ChangeStatus { to: Status::Converted, .. } => AuditAction::Convert,
        Command::ChangeStatus { to: Status::Lost, .. } => AuditAction::Drop,
        Command::ChangeStatus { from: Status::Lost, .. } => AuditAction::Reopen,
        Command::ChangeStatus { .. } => AuditAction::Status,
        Command::ScheduleFollowUp { .. }
        | Command::MoveFollowUp { .. }
        | Command::CompleteFollowUp { .. }
        | Command::CancelFollowUp { .. } => AuditAction::FollowUp,
        Command::LogCall { .. } => AuditAction::Call,
        Command::AddNote { .. } | Command::EditNote { .. } | Command::AddComment { .. } => AuditAction::Note,
        Command::DeleteLead { .. } => AuditAction::Delete,
        Command::RestoreLead { .. } => AuditAction::Restore,
        Command::SetSetting { .. } | Command::AddOption { .. } | Command::ChangeOption { .. } => AuditAction::Settings,
        Command::Ledger(_) => AuditAction::Update,
        // What a person keeps for themselves is nobody's business.
        Command::SetPreference { .. } | Command::MarkNotices { .. } => return None,
        Command::Undo { of, .. } => return action_of(of),
    })
}
