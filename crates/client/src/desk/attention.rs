//! Needs attention: what was refused, with what was typed in full, until the person decides; and what
//! was proposed or put aside, until the person has read so.

use super::Desk;
use super::edits::placed;
use super::timeline::what;
use super::when::Today;
use super::words::Reader;
use crate::error::ClientError;
use crate::online::problem;
use crate::project;
use crate::store::attention::{self, Refused};
use crate::store::leads;
use crate::store::requests::{self, RefusedRequest};
use bridge::attention::{AttentionDiscard, AttentionItem, AttentionKind, AttentionList, AttentionRestore, AttentionRetry, AttentionSend};
use bridge::lead::TimelineWhat;
use bridge::{Done, Problem};
use domain::command::NewLead;
use domain::{Action, Command, LeadField, LeadId, RefusalCode, Status, lifecycle};
use rusqlite::Connection;
use std::cmp::Reverse;

pub(super) fn list(desk: &Desk, _: AttentionList) -> Result<Vec<AttentionItem>, Problem> {
    let now_ms = desk.engine.env().now_ms();
    Ok(desk.read(|c| {
        let reader = desk.reader(c)?;
        let today = reader.today(now_ms);
        let mut items: Vec<AttentionItem> =
            attention::waiting(c)?.into_iter().map(|refused| item(c, &reader, &today, refused)).collect::<Result<_, _>>()?;
        for refused in requests::refused(c)? {
            items.push(assignment(c, &reader, &today, refused)?);
        }
        items.sort_by_key(|item| Reverse(item.refused.at));
        Ok(items)
    })?)
}

pub(super) fn retry(desk: &Desk, ask: AttentionRetry) -> Result<Done, Problem> {
    desk.engine.retry(ask.command).map_err(placed)?;
    desk.wake();
    Ok(Done {})
}

pub(super) fn send(desk: &Desk, ask: AttentionSend) -> Result<Done, Problem> {
    match desk.engine.send_on(&desk.online()?, ask.command) {
        Ok(()) => Ok(Done {}),
        Err(ClientError::Transport(e)) => Err(problem(e)),
        Err(e) => Err(e.into()),
    }
}

pub(super) fn discard(desk: &Desk, ask: AttentionDiscard) -> Result<Done, Problem> {
    desk.engine.settle(ask.command, Some("discarded"))?;
    Ok(Done {})
}

pub(super) fn restore(desk: &Desk, ask: AttentionRestore) -> Result<Done, Problem> {
    desk.engine.settle(ask.command, None)?;
    Ok(Done {})
}

fn item(c: &Connection, reader: &Reader, today: &Today<'_>, refused: Refused) -> Result<AttentionItem, ClientError> {
    let lead = LeadId(refused.doc.id);
    let about = refused.doc.as_lead().or(refused.doc.ledger_of());
    let row = about.map_or(Ok(None), |lead| leads::get(c, lead))?;
    let see_phone = row.as_ref().is_some_and(|row| reader.may(Action::SeePhone, &project::subject(&row.summary)));
    let typed_name = match &refused.envelope.command {
        Command::CreateLead(new) => new.name.clone(),
        _ if about.is_none() => "Settings".to_owned(),
        _ => refused.title,
    };
    let refusal = refused.refusal;
    let owner = row.as_ref().and_then(|row| row.summary.owner).filter(|owner| !reader.is_me(*owner));
    let owner = owner.map(|owner| reader.name(c, owner)).transpose()?;
    Ok(AttentionItem {
        command: refused.envelope.id,
        lead,
        lead_here: row.is_some(),
        lead_name: row.map_or(typed_name, |row| row.summary.name),
        // One's own typed phone is no secret to oneself.
        what: what(&refused.envelope.command, reader, today, true),
        typed: typed(&refused.envelope.command, reader),
        wrote: today.when(refused.envelope.at),
        refused: today.when(refused.refused_at),
        kind: refused.kind,
        code: refusal.code,
        why: match refused.kind {
            AttentionKind::Refused => refusal.text,
            kind => notice(kind, owner.as_deref()),
        },
        can_send: refused.kind == AttentionKind::Refused && refused.change.is_some(),
        winning: refusal.winning.map(|value| winning(&refused.envelope.command, value, reader, see_phone)),
    })
}

/// An assignment that somebody else was faster with.
fn assignment(c: &Connection, reader: &Reader, today: &Today<'_>, refused: RefusedRequest) -> Result<AttentionItem, ClientError> {
    let RefusedRequest { request, why, refused_at } = refused;
    let row = leads::get(c, request.lead)?;
    let to = request.owner.map(|owner| reader.name(c, owner)).transpose()?;
    Ok(AttentionItem {
        command: request.id,
        lead: request.lead,
        lead_here: row.is_some(),
        lead_name: row.map(|row| row.summary.name).unwrap_or_default(),
        typed: to.clone().unwrap_or_default(),
        what: TimelineWhat::Assigned { to, why: None },
        wrote: today.when(request.asked_at),
        refused: today.when(refused_at),
        kind: AttentionKind::Assignment,
        code: RefusalCode::HandedOver,
        why,
        winning: None,
        can_send: false,
    })
}

/// What became of an edit that waits for somebody else.
fn notice(kind: AttentionKind, owner: Option<&str>) -> String {
    match (kind, owner) {
        (AttentionKind::Proposed, Some(owner)) => format!("{owner} now owns this lead; your change was proposed to them."),
        (AttentionKind::Proposed, None) => "This lead went to somebody else; your change was proposed to them.".to_owned(),
        (AttentionKind::Unsaved, _) => "The lead left before you saved this. Copy it if somebody should have it.".to_owned(),
        (AttentionKind::Refused | AttentionKind::Quarantined | AttentionKind::Assignment, _) => {
            "This could not be sent as yourself any more; it is kept for your manager to release.".to_owned()
        }
    }
}

/// What stands instead, as people read it.
fn winning(command: &Command, value: String, reader: &Reader, see_phone: bool) -> String {
    match (command, value.parse::<Status>()) {
        (Command::SetField { field, .. }, _) => reader.display(*field, &value, see_phone),
        (_, Ok(status)) => lifecycle::label(status).to_owned(),
        _ => value,
    }
}

/// What was typed, in full, for copying.
pub(super) fn typed(command: &Command, reader: &Reader) -> String {
    let shown = |field: LeadField, value: &str| reader.display(field, value, true);
    match command {
        Command::CreateLead(new) => typed_lead(new, shown),
        Command::SetField { field, value } => value.as_deref().map(|value| shown(*field, value)).unwrap_or_default(),
        Command::ChangeStatus { to, reason, .. } => join(": ", &[lifecycle::label(*to), reason.as_deref().unwrap_or_default()]),
        Command::SetInterest { level } => level.to_string(),
        Command::ScheduleFollowUp { local, note, .. } => join("\n", &[&local.replace('T', " "), note]),
        Command::MoveFollowUp { local, .. } => local.replace('T', " "),
        Command::CompleteFollowUp { outcome, .. } | Command::LogCall { outcome, .. } => outcome.clone(),
        Command::CancelFollowUp { .. } => String::new(),
        Command::AddNote { text } => text.clone(),
        Command::EditNote { splices, .. } => join("\n", &splices.iter().map(|s| s.insert.as_str()).collect::<Vec<_>>()),
        Command::AddTag { tag } | Command::RemoveTag { tag } => tag.clone(),
        Command::DeleteLead { reason } | Command::RestoreLead { reason, .. } => reason.clone(),
        Command::SetCustom { value, .. } | Command::SetSetting { value, .. } | Command::SetPreference { value, .. } => {
            value.clone().unwrap_or_default()
        }
        Command::AddComment { text, .. } => text.clone(),
        Command::AddOption { label, .. } => label.clone(),
        Command::ChangeOption { label, .. } => label.clone().unwrap_or_default(),
        Command::Ledger(command) => join(": ", &[&command.words(), command.reason()]),
        Command::MarkNotices { .. } | Command::Undo { .. } => String::new(),
    }
}

fn typed_lead(new: &NewLead, shown: impl Fn(LeadField, &str) -> String) -> String {
    let fields = [
        (LeadField::Name, Some(&new.name)),
        (LeadField::Phone, Some(&new.phone)),
        (LeadField::AltPhone, new.alt_phone.as_ref()),
        (LeadField::Email, new.email.as_ref()),
        (LeadField::Budget, new.budget.as_ref()),
        (LeadField::Source, new.source.as_ref()),
        (LeadField::Language, new.language.as_ref()),
    ];
    let mut lines: Vec<String> = fields.into_iter().filter_map(|(field, value)| Some(shown(field, value?))).collect();
    lines.extend(new.note.clone());
    lines.join("\n")
}

fn join(between: &str, parts: &[&str]) -> String {
    let parts: Vec<&str> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
    parts.join(between)
}
