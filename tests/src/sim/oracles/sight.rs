//! Who sees which lead, as Appendix A says in its row 7 and row 8; written anew, so that the table in
//! `domain` and the channels are checked by it.

use super::truth::{Lead, Truth};
use domain::people::Person;
use domain::{Role, Status};

/// The leads that a person sees.
pub fn of<'t>(me: &Person, truth: &'t Truth) -> Vec<&'t Lead> {
    truth.leads.values().filter(|lead| sees(me, lead)).collect()
}

fn sees(me: &Person, lead: &Lead) -> bool {
    let mine = lead.owner == Some(me.id);
    let my_teams = me.team.is_some() && lead.team == me.team;
    if lead.record.deleted.is_some() && !matches!(me.role, Role::SuperAdmin | Role::Admin) {
        return false;
    }
    match me.role {
        Role::SuperAdmin | Role::Admin | Role::Manager | Role::Analyst => true,
        Role::TeamLead => mine || my_teams,
        Role::Salesperson => mine,
        Role::RecoveryAgent | Role::FinanceManager => lead.record.status == Status::Converted,
    }
}

/// Who sees no phones gets rows, and never a document.
pub fn is_masked(me: &Person) -> bool {
    me.role == Role::Analyst
}
