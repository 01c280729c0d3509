//! Between rows and records: what a permission compares, and the record of a lead whose document this
//! role may not hold.

use domain::follow_up::{Due, FollowUp, FollowUpState};
use domain::lead::FieldState;
use domain::{LeadId, LeadRecord, Subject, UserId};
use protocol::rows::LeadSummary;
use std::collections::BTreeMap;
use uuid::Uuid;

/// What a permission compares.
pub(crate) fn subject(lead: &LeadSummary) -> Subject {
    let (converted, lost) = (lead.status == domain::Status::Converted, lead.status == domain::Status::Lost);
    Subject { owner: lead.owner, team: lead.team, converted, lost, deleted: lead.deleted }
}

/// As much of a lead as its row says: the phones masked, the open follow-ups, no notes or calls.
pub(crate) fn record_of(lead: LeadId, row: &LeadSummary) -> LeadRecord {
    let field = |value: &Option<String>| FieldState { value: value.clone(), ..FieldState::default() };
    let open = |due: &Due| FollowUp {
        id: due.id,
        due_at: due.due_at,
        zone: String::new(),
        local: String::new(),
        note: due.note.clone(),
        state: FollowUpState::Scheduled,
        outcome: None,
    };
    // A row of an older server names only the next one.
    let next = row.next_follow_up_at.map(|due_at| Due { id: Uuid::nil(), due_at, note: String::new() });
    let due = if row.follow_ups.is_empty() { next.into_iter().collect() } else { row.follow_ups.clone() };
    LeadRecord {
        id: lead,
        name: field(&Some(row.name.clone())),
        phone: field(&Some(row.phone.clone())),
        alt_phone: field(&row.alt_phone),
        email: field(&row.email),
        budget: FieldState::default(),
        source: field(&row.source),
        language: field(&row.language),
        do_not_call: FieldState { value: row.do_not_call.then(|| "Asked not to be called".to_owned()), ..FieldState::default() },
        custom: BTreeMap::new(),
        status: row.status,
        review: false,
        interest: row.interest,
        follow_ups: due.iter().map(open).collect(),
        calls: Vec::new(),
        notes: Vec::new(),
        comments: Vec::new(),
        tags: row.tags.clone(),
        drop: None,
        converted_at: row.converted_at,
        deleted: None,
        created_by: UserId(Uuid::nil()),
        created_at: row.created_at,
    }
}
