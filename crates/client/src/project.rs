//! From documents to rows: who is the provisional owner, what a permission compares.

use crate::session::SessionFacts;
use domain::policy::scope;
use domain::{Action, Scope, Subject, UserId};
use protocol::rows::LeadSummary;

/// The owner a lead made here is shown with until the server's row arrives: its maker, where the
/// role works on its own leads.
pub(crate) fn provisional_owner(facts: &SessionFacts) -> Option<UserId> {
    match scope(facts.me.role, Action::CreateLead) {
        Scope::Own => Some(facts.me.user),
        Scope::None | Scope::Team | Scope::Converted | Scope::View | Scope::All => None,
    }
}

/// What a permission compares.
pub(crate) fn subject(lead: &LeadSummary) -> Subject {
    let (converted, lost) = (lead.status == domain::Status::Converted, lead.status == domain::Status::Lost);
    Subject { owner: lead.owner, team: lead.team, converted, lost, deleted: lead.deleted }
}
