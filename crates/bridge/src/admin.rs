//! Administration: people, teams, devices, quarantine, the audit log. The server owns all of it:
//! these need the server, and say so when it is out of reach.

use crate::lead::{TimelineWhat, When};
use crate::{Done, requests};
use domain::people::{AuditFilter, AuditLine, Device, OneTimeCode, Person, Post, QuarantineReason, Team};
use domain::{CommandId, DeviceId, LeadId, Role, TeamId, UserId};
use serde::{Deserialize, Serialize};

/// Something with its time as a person reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dated<T> {
    pub item: T,
    pub when: Option<When>,
}

/// The users page: everybody, disabled ones too, and the teams.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeopleView {
    /// By name; `when` is when they were last seen.
    pub people: Vec<Dated<Person>>,
    /// By name.
    pub teams: Vec<Team>,
}

/// A one-time code with until when it is good.
pub type CodeView = Dated<OneTimeCode>;

/// An edit in quarantine, ready to be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuarantineView {
    pub id: CommandId,
    pub lead: LeadId,
    pub lead_name: String,
    pub lead_here: bool,
    pub by: String,
    pub device_name: String,
    pub what: TimelineWhat,
    /// The typed text in full.
    pub typed: String,
    pub wrote: When,
    pub arrived: When,
    pub reason: QuarantineReason,
    /// Whether this person may do themselves what it does.
    pub can_release: bool,
}

/// One page of the audit log, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditView {
    pub lines: Vec<Dated<AuditLine>>,
    /// `before` of the next page.
    pub next: Option<u64>,
}

requests! {
    "people_list" PeopleList {} -> PeopleView;
    "person_invite" PersonInvite { pub name: String, pub email: String, pub role: Role, pub team: Option<TeamId> } -> CodeView;
    /// `expected` is what the screen shows; somebody else may have been faster.
    "person_change" PersonChange { pub user: UserId, pub expected: Post, pub post: Post } -> Done;
    /// For a forgotten password, or instead of an invitation that ran out.
    "person_code" PersonCode { pub user: UserId } -> CodeView;
    "team_create" TeamCreate { pub name: String } -> Done;
    "team_rename" TeamRename { pub team: TeamId, pub name: String } -> Done;
    /// `when` is when it was last seen.
    "device_list" DeviceList {} -> Vec<Dated<Device>>;
    "device_revoke" DeviceRevoke { pub device: DeviceId } -> Done;
    "device_wipe" DeviceWipe { pub device: DeviceId } -> Done;
    "quarantine_list" QuarantineList {} -> Vec<QuarantineView>;
    "quarantine_release" QuarantineRelease { pub id: CommandId } -> Done;
    "quarantine_drop" QuarantineDrop { pub id: CommandId } -> Done;
    "audit_page" AuditGet { pub filter: AuditFilter } -> AuditView;
}
