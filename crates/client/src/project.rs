//! From rows to what a permission compares.

use domain::Subject;
use protocol::rows::LeadSummary;

/// What a permission compares.
pub(crate) fn subject(lead: &LeadSummary) -> Subject {
    let (converted, lost) = (lead.status == domain::Status::Converted, lead.status == domain::Status::Lost);
    Subject { owner: lead.owner, team: lead.team, converted, lost, deleted: lead.deleted }
}
