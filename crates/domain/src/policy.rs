//! The permission table: role × action × scope (Appendix A), and `authorise`, the only maker of a
//! [`Permit`]. The UI hides by it, the client refuses early by it, the server refuses for real.

use crate::id::{TeamId, UserId};
use crate::refusal::{Refusal, RefusalCode};
use crate::role::Role;
use serde::{Deserialize, Serialize};

/// Which records a right reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    None,
    Own,
    Team,
    Converted,
    All,
}

/// Something a role may do; the number is the row of Appendix A.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// 3
    LeadsPage,
    /// 7
    ViewLead,
    /// 8
    SeePhone,
    /// 9
    CreateLead,
    /// 11
    EditLead,
    /// 12
    ChangeStatus,
    /// 13
    ConvertLead,
    /// 14
    DropLead,
    /// 15
    ReopenLead,
    /// 16
    AssignLead,
    /// 21
    ScheduleFollowUp,
    /// 33
    ViewTimeline,
    /// 37
    ManageUsers,
}

impl Action {
    pub const ALL: [Action; 13] = [
        Action::LeadsPage,
        Action::ViewLead,
        Action::SeePhone,
        Action::CreateLead,
        Action::EditLead,
        Action::ChangeStatus,
        Action::ConvertLead,
        Action::DropLead,
        Action::ReopenLead,
        Action::AssignLead,
        Action::ScheduleFollowUp,
        Action::ViewTimeline,
        Action::ManageUsers,
    ];
}

/// One row of the table, in the order of [`Role::ALL`].
fn row(action: Action) -> [Scope; 8] {
    use Scope::{All as A, Converted as C, None as N, Own as O, Team as T};
    match action {
        //                          SA Ad Mg TL Sp Re Fi An
        Action::LeadsPage => [A, A, A, T, O, N, N, N],
        Action::ViewLead => [A, A, A, T, O, C, C, A],
        Action::SeePhone => [A, A, A, T, O, C, C, N],
        Action::CreateLead => [A, A, A, T, O, N, N, N],
        Action::EditLead => [A, A, A, T, O, C, N, N],
        Action::ChangeStatus => [A, A, A, T, O, N, N, N],
        Action::ConvertLead => [A, A, A, T, O, N, N, N],
        Action::DropLead => [A, A, A, T, O, N, N, N],
        Action::ReopenLead => [A, A, A, T, N, N, N, N],
        Action::AssignLead => [A, A, T, T, N, N, N, N],
        Action::ScheduleFollowUp => [A, A, A, T, O, N, N, N],
        Action::ViewTimeline => [A, A, A, T, O, C, C, A],
        Action::ManageUsers => [A, A, N, N, N, N, N, N],
    }
}

/// The scope a role has for an action.
#[must_use]
pub fn scope(role: Role, action: Action) -> Scope {
    row(action)[role as usize]
}

/// The person who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    pub user: UserId,
    pub role: Role,
    pub team: Option<TeamId>,
}

/// What is acted on: the facts that scopes compare.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    pub owner: Option<UserId>,
    pub team: Option<TeamId>,
    pub converted: bool,
}

/// Proof that `authorise` said yes to one action. Cannot be made elsewhere.
#[derive(Debug, PartialEq, Eq)]
pub struct Permit {
    action: Action,
}

impl Permit {
    #[must_use]
    pub fn action(&self) -> Action {
        self.action
    }
}

/// Whether `actor` may do `action` on `subject`.
///
/// # Errors
/// `NotPermitted`, in words that name no record.
pub fn authorise(actor: &Actor, action: Action, subject: &Subject) -> Result<Permit, Refusal> {
    let scope = match scope(actor.role, action) {
        // A manager of no team assigns everywhere (Appendix A.2, note 8).
        Scope::Team if actor.role == Role::Manager && actor.team.is_none() => Scope::All,
        scope => scope,
    };
    let allowed = match scope {
        Scope::None => false,
        Scope::All => true,
        Scope::Own => subject.owner == Some(actor.user),
        Scope::Team => subject.owner == Some(actor.user) || (actor.team.is_some() && subject.team == actor.team),
        Scope::Converted => subject.converted,
    };
    if allowed { Ok(Permit { action }) } else { Err(Refusal::new(RefusalCode::NotPermitted, denied(actor, action))) }
}

fn denied(actor: &Actor, action: Action) -> String {
    match (scope(actor.role, action), action) {
        (Scope::None, Action::ReopenLead) => "Reopening a dropped lead is for a Team Lead or Manager. Ask one of them.".to_owned(),
        (Scope::None, _) => "This is not in your role. Ask your manager.".to_owned(),
        _ => "This lead is not yours to change. Ask your manager.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matrix_is_the_reviewed_one() {
        let mut table = String::from("action");
        for role in Role::ALL {
            table.push_str(&format!(" {}", role.as_str()));
        }
        table.push('\n');
        for action in Action::ALL {
            table.push_str(&format!("{action:?}"));
            for role in Role::ALL {
                table.push_str(&format!(" {:?}", scope(role, action)));
            }
            table.push('\n');
        }
        let golden = include_str!("../golden/policy.txt");
        assert_eq!(table, golden, "the permission table changed: review it and write it to crates/domain/golden/policy.txt");
    }

    #[test]
    fn scopes_compare_owner_team_and_conversion() {
        let me = UserId(uuid::Uuid::from_u128(1));
        let other = UserId(uuid::Uuid::from_u128(2));
        let north = TeamId(uuid::Uuid::from_u128(3));
        let mine = Subject { owner: Some(me), team: Some(north), converted: false };
        let theirs = Subject { owner: Some(other), team: Some(north), converted: true };
        let nobodys = Subject::default();
        let as_role = |role, team| Actor { user: me, role, team };
        for (role, team, subject, allowed) in [
            (Role::Salesperson, None, mine, true),
            (Role::Salesperson, None, theirs, false),
            (Role::Salesperson, None, nobodys, false),
            (Role::TeamLead, Some(north), theirs, true),
            (Role::TeamLead, None, nobodys, false),
            (Role::Manager, None, nobodys, true),
            (Role::RecoveryAgent, None, mine, false),
            (Role::RecoveryAgent, None, theirs, true),
            (Role::Analyst, None, mine, false),
        ] {
            assert_eq!(authorise(&as_role(role, team), Action::EditLead, &subject).is_ok(), allowed, "{role:?} {subject:?}");
        }
    }
}
