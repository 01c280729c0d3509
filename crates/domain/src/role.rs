//! The eight roles (row B1).

use serde::{Deserialize, Serialize};

/// What a person is in the organisation. Rights come only from [`crate::policy`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    SuperAdmin,
    Admin,
    Manager,
    TeamLead,
    Salesperson,
    RecoveryAgent,
    FinanceManager,
    Analyst,
}

impl Role {
    pub const ALL: [Role; 8] = [
        Role::SuperAdmin,
        Role::Admin,
        Role::Manager,
        Role::TeamLead,
        Role::Salesperson,
        Role::RecoveryAgent,
        Role::FinanceManager,
        Role::Analyst,
    ];

    /// Stable name in tables and on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Role::SuperAdmin => "super_admin",
            Role::Admin => "admin",
            Role::Manager => "manager",
            Role::TeamLead => "team_lead",
            Role::Salesperson => "salesperson",
            Role::RecoveryAgent => "recovery_agent",
            Role::FinanceManager => "finance_manager",
            Role::Analyst => "analyst",
        }
    }
}

impl std::str::FromStr for Role {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        Role::ALL.into_iter().find(|r| r.as_str() == s).ok_or_else(|| {
            let names: Vec<_> = Role::ALL.iter().map(|r| r.as_str()).collect();
            format!("{s} is not a role; the roles are {}", names.join(", "))
        })
    }
}
