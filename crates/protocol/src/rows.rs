//! Server-owned facts that travel in the pull stream, read-only on devices.

use domain::follow_up::Due;
use domain::lead::Called;
use domain::ledger::{Badge, receipt_number};
use domain::{LeadId, OrgId, Role, Status, TeamId, UserId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Version of [`LeadSummary`]'s content.
pub const PROJECTION_VERSION: u32 = 4;

/// One server-owned row; a later one with the same key replaces it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "t")]
pub enum Row {
    Org(OrgRow),
    User(UserRow),
    Team(TeamRow),
    /// Who owns a lead; not in the lead's document.
    Owner(OwnerRow),
    /// An edit of an old owner, for whoever sees the lead.
    Proposal(domain::people::Proposal),
    /// Where the payments of a lead stand, for who may know it without the ledger.
    Badge(BadgeRow),
    /// What one person is told; theirs alone.
    Notice(domain::notice::Notice),
    /// Why a lead is with whom it is, for whoever sees the lead.
    Assignment(domain::assignment::Assignment),
    /// The number of a receipt, for whoever sees the ledger.
    Receipt(ReceiptRow),
    /// Where somebody stands at work, for whoever sees their attendance.
    Attendance(domain::attendance::Standing),
}

/// The number that the server gave to an entry's receipt; never another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptRow {
    pub entry: Uuid,
    pub lead: LeadId,
    /// One more than that of the receipt before it, in the whole organisation.
    pub number: u64,
    /// As it was set then.
    pub prefix: String,
}

impl ReceiptRow {
    /// As it is printed.
    #[must_use]
    pub fn text(&self) -> String {
        receipt_number(&self.prefix, self.number)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrgRow {
    pub id: OrgId,
    pub name: String,
    /// IANA zone; "today" is a day here.
    pub zone: String,
    /// ISO 3166-1 alpha-2; numbers without a prefix are dialled there.
    pub country: String,
    /// `+91`
    pub phone_prefix: String,
    /// ISO 4217
    pub currency: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserRow {
    pub id: UserId,
    pub name: String,
    pub role: Role,
    pub team: Option<TeamId>,
    pub disabled: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamRow {
    pub id: TeamId,
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OwnerRow {
    pub lead: LeadId,
    pub owner: Option<UserId>,
    pub team: Option<TeamId>,
    /// See [`Ownership`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assigned_at: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BadgeRow {
    pub lead: LeadId,
    /// None where nothing is in the ledger any more.
    pub badge: Option<Badge>,
}

impl OwnerRow {
    #[must_use]
    pub fn ownership(&self) -> Ownership {
        Ownership { owner: self.owner, team: self.team, assigned_at: self.assigned_at }
    }
}

/// Whose a lead is: what the server alone decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ownership {
    pub owner: Option<UserId>,
    pub team: Option<TeamId>,
    /// When the server gave it to the owner, ms since the epoch; `None` of an owner who has it since it was made.
    pub assigned_at: Option<i64>,
}

impl Ownership {
    /// As the server will make it of a new lead.
    #[must_use]
    pub fn of_new((owner, team): (Option<UserId>, Option<TeamId>)) -> Self {
        Self { owner, team, assigned_at: None }
    }

    /// After it was given away at `at`; who had it before has it since then.
    #[must_use]
    pub fn given(self, owner: Option<UserId>, team: Option<TeamId>, at: i64) -> Self {
        let assigned_at = if owner == self.owner { self.assigned_at } else { owner.map(|_| at) };
        Self { owner, team, assigned_at }
    }

    #[must_use]
    pub fn row(self, lead: LeadId) -> OwnerRow {
        OwnerRow { lead, owner: self.owner, team: self.team, assigned_at: self.assigned_at }
    }
}

/// The projection of a lead that lists and counts read: enough to draw its row and find it without
/// loading the document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadSummary {
    pub name: String,
    /// E.164.
    pub phone: String,
    pub alt_phone: Option<String>,
    pub email: Option<String>,
    pub source: Option<String>,
    pub language: Option<String>,
    pub status: Status,
    pub interest: Option<u8>,
    /// Earliest open follow-up, ms since the epoch.
    pub next_follow_up_at: Option<i64>,
    /// Fields with two values, plus one for a status moved twice at once.
    pub conflicts: u32,
    pub owner: Option<UserId>,
    pub team: Option<TeamId>,
    pub created_at: i64,
    /// Latest change: device time of its command, but never after its arrival.
    pub updated_at: i64,
    #[serde(default)]
    pub deleted: bool,
    /// Open follow-ups, the earliest first.
    #[serde(default)]
    pub follow_ups: Vec<Due>,
    #[serde(default)]
    pub tags: Vec<String>,
    /// Calls in all.
    #[serde(default)]
    pub calls: u32,
    /// Ms since the epoch.
    #[serde(default)]
    pub last_call_at: Option<i64>,
    /// Calls that nobody took since somebody was reached last.
    #[serde(default)]
    pub unreached: u32,
    /// They asked not to be called.
    #[serde(default)]
    pub do_not_call: bool,
    /// When the owner got it, ms since the epoch: from the server, or as they made it.
    #[serde(default)]
    pub assigned_at: Option<i64>,
    /// The conversion, or the drop, that stands: device time, ms since the epoch.
    #[serde(default)]
    pub converted_at: Option<i64>,
    #[serde(default)]
    pub dropped_at: Option<i64>,
    /// The first first.
    #[serde(default)]
    pub called: Vec<Called>,
    /// The [`PROJECTION_VERSION`] it was made by; a server keeps rows of older ones.
    #[serde(default = "first_projection")]
    pub projection: u32,
}

fn first_projection() -> u32 {
    1
}

impl LeadSummary {
    /// As an older projection made it: what that did not know is left out.
    #[must_use]
    pub fn as_of(self, projection: u32) -> Self {
        if projection >= PROJECTION_VERSION {
            return self;
        }
        let since_4 = Self { assigned_at: None, converted_at: None, dropped_at: None, called: Vec::new(), projection, ..self };
        let since_3 = Self { do_not_call: false, ..since_4.clone() };
        match projection {
            3 => since_4,
            2 => since_3,
            _ => Self { follow_ups: Vec::new(), tags: Vec::new(), calls: 0, last_call_at: None, unreached: 0, ..since_3 },
        }
    }

    #[must_use]
    pub fn ownership(&self) -> Ownership {
        Ownership { owner: self.owner, team: self.team, assigned_at: self.assigned_at }
    }

    /// The projection of `lead` with its server-owned facts; `updated_at` is the caller's.
    #[must_use]
    pub fn of(lead: &domain::LeadRecord, owned: Ownership, updated_at: i64) -> Self {
        let Ownership { owner, team, assigned_at } = owned;
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let (conflicts, follow_ups) = (number(lead.conflict_count()), lead.due());
        Self {
            name: lead.name.value.clone().unwrap_or_default(),
            phone: lead.phone.value.clone().unwrap_or_default(),
            alt_phone: lead.alt_phone.value.clone(),
            email: lead.email.value.clone(),
            source: lead.source.value.clone(),
            language: lead.language.value.clone(),
            status: lead.status,
            interest: lead.interest,
            next_follow_up_at: follow_ups.first().map(|f| f.due_at),
            conflicts: conflicts.saturating_add(u32::from(lead.review)),
            owner,
            team,
            created_at: lead.created_at,
            updated_at,
            deleted: lead.deleted.is_some(),
            follow_ups,
            tags: lead.tags.clone(),
            calls: number(lead.calls.len()),
            last_call_at: lead.last_call_at(),
            unreached: number(lead.unreached()),
            do_not_call: lead.do_not_call.value.is_some(),
            assigned_at: owner.map(|_| assigned_at.unwrap_or(lead.created_at)),
            converted_at: lead.converted_at,
            dropped_at: lead.drop.as_ref().map(|drop| drop.at),
            called: lead.called(),
            projection: PROJECTION_VERSION,
        }
    }
}
