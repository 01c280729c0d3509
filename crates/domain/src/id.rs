//! Identifiers. Every id is a UUIDv7 in its own newtype; none is derived from content.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { self.0.fmt(f) }
        }
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { self.0.fmt(f) }
        }
        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(s: &str) -> Result<Self, Self::Err> { Uuid::parse_str(s).map(Self) }
        }
        impl From<Uuid> for $name { fn from(u: Uuid) -> Self { Self(u) } }
    )*};
}

ids! {
    /// One organisation; a profile and a server serve exactly one.
    OrgId,
    /// A person who signs in.
    UserId,
    TeamId,
    /// One registered installation of the client.
    DeviceId,
    /// A lead; also the id of the command that created it.
    LeadId,
    /// One local edit; also the id of what it creates.
    CommandId,
}

impl From<CommandId> for LeadId {
    fn from(c: CommandId) -> Self {
        Self(c.0)
    }
}

/// The kinds of Automerge documents. A new kind is one module in `records`, its policy rows,
/// one projection and its screens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DocKind {
    Lead,
    /// Payments and plan of one converted lead, of the lead's id.
    Ledger,
    /// Lists and rules of the organisation, one document per organisation, of its id.
    Config,
    /// What one person keeps: preferences and what they have read. Of the person's id.
    UserState,
}

impl DocKind {
    pub const ALL: &[DocKind] = &[DocKind::Lead, DocKind::Ledger, DocKind::Config, DocKind::UserState];

    /// The name used on the wire and in tables.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            DocKind::Lead => "lead",
            DocKind::Ledger => "ledger",
            DocKind::Config => "config",
            DocKind::UserState => "user_state",
        }
    }
}

impl std::str::FromStr for DocKind {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        Self::ALL.iter().copied().find(|k| k.as_str() == s).ok_or_else(|| format!("unknown document kind {s}"))
    }
}

/// Names one document: its kind and the UUID of its record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DocId {
    pub kind: DocKind,
    pub id: Uuid,
}

impl DocId {
    #[must_use]
    pub fn lead(id: LeadId) -> Self {
        Self { kind: DocKind::Lead, id: id.0 }
    }

    #[must_use]
    pub fn ledger(lead: LeadId) -> Self {
        Self { kind: DocKind::Ledger, id: lead.0 }
    }

    #[must_use]
    pub fn config(org: OrgId) -> Self {
        Self { kind: DocKind::Config, id: org.0 }
    }

    #[must_use]
    pub fn user_state(user: UserId) -> Self {
        Self { kind: DocKind::UserState, id: user.0 }
    }

    /// The lead whose ledger it is, where it is one.
    #[must_use]
    pub fn ledger_of(self) -> Option<LeadId> {
        (self.kind == DocKind::Ledger).then_some(LeadId(self.id))
    }

    /// The lead it is of, where it is one's.
    #[must_use]
    pub fn as_lead(self) -> Option<LeadId> {
        (self.kind == DocKind::Lead).then_some(LeadId(self.id))
    }
}

impl std::fmt::Display for DocId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.kind.as_str(), self.id)
    }
}
