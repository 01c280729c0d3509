//! `leadline lead …`

use crate::args::Lead;
use crate::output::{Output, table, time};
use bridge::lead::{
    FieldView, LeadChangeStatus, LeadCreate, LeadFilter, LeadForm, LeadGet, LeadList, LeadPage, LeadPick, LeadSetField, LeadSetInterest,
    LeadTimeline, LeadView, NoteAdd, NoteEdit, TextSplice, TimelineEntry, TimelineWhat,
};
use bridge::{Problem, ProblemCode};
use client::desk::Desk;
use domain::lifecycle::label;
use domain::{LeadId, Status};
use uuid::Uuid;

pub fn run(desk: &Desk, task: Lead, output: &Output) -> Result<(), Problem> {
    match task {
        Lead::Add { name, phone, alt_phone, email, budget, source, language, note } => {
            let id = desk.ask(LeadCreate { form: LeadForm { name, phone, alt_phone, email, budget, source, language, note } })?;
            output.show(&serde_json::json!({ "lead": id }), |_| id.to_string());
        }
        Lead::List { search, status, pool, limit, offset } => {
            let page = desk.ask(LeadList { filter: LeadFilter { pool, statuses: status, search }, offset, limit })?;
            output.show(&page, list);
        }
        Lead::Show { lead } => show(desk, desk.find_lead(&lead)?, output)?,
        Lead::Set { lead, fields } => {
            let lead = desk.find_lead(&lead)?;
            for (field, value) in fields {
                desk.ask(LeadSetField { lead, field, value })?;
            }
            output.done("Saved.");
        }
        Lead::Pick { lead, field, value } => {
            let value = (!value.is_empty()).then_some(value);
            desk.ask(LeadPick { lead: desk.find_lead(&lead)?, field, value })?;
            output.done("Saved.");
        }
        Lead::Status { lead, to, reason } => {
            let to: Status = to.parse()?;
            desk.ask(LeadChangeStatus { lead: desk.find_lead(&lead)?, to, reason })?;
            output.done("Saved.");
        }
        Lead::Interest { lead, level } => {
            desk.ask(LeadSetInterest { lead: desk.find_lead(&lead)?, level })?;
            output.done("Saved.");
        }
        Lead::Note { lead, text, edit: None } => {
            desk.ask(NoteAdd { lead: desk.find_lead(&lead)?, text })?;
            output.done("Saved.");
        }
        Lead::Note { lead, text, edit: Some(note) } => edit_note(desk, desk.find_lead(&lead)?, note, &text, output)?,
    }
    Ok(())
}

fn list(page: &LeadPage) -> String {
    let row = |r: &bridge::lead::LeadRow| {
        vec![
            r.id.to_string(),
            r.name.clone(),
            r.phone.clone(),
            label(r.status).to_owned(),
            r.next_follow_up.as_ref().map(time).unwrap_or_default(),
            r.owner.clone().unwrap_or_default(),
        ]
    };
    let rows: Vec<_> = page.rows.iter().map(row).collect();
    format!("{}\n{} leads", table(&["id", "name", "phone", "status", "next follow-up", "owner"], &rows), page.total)
}

fn show(desk: &Desk, lead: LeadId, output: &Output) -> Result<(), Problem> {
    let view = desk.ask(LeadGet { lead })?;
    let timeline = if view.can.timeline { desk.ask(LeadTimeline { lead })? } else { Vec::new() };
    output.show(&serde_json::json!({ "lead": view, "timeline": timeline }), |_| text(&view, &timeline));
    Ok(())
}

fn text(view: &LeadView, timeline: &[TimelineEntry]) -> String {
    let mut lines = vec![format!("{}  {}", view.name.display.as_deref().unwrap_or(""), view.id)];
    lines.push(format!("status     {}{}", label(view.status), if view.review { "  (two people moved it at once: review)" } else { "" }));
    lines.extend(view.interest.map(|i| format!("interest   {i}")));
    lines.extend(view.owner.as_ref().map(|(_, name)| format!("owner      {name}")));
    for field in &view.fields {
        lines.extend(field_lines(field));
    }
    lines.extend(view.drop_reason.as_ref().map(|r| format!("dropped    {r}")));
    if !view.tags.is_empty() {
        lines.push(format!("tags       {}", view.tags.join(", ")));
    }
    for follow_up in &view.follow_ups {
        let state = if follow_up.open { "open" } else { follow_up.outcome.as_deref().unwrap_or("cancelled") };
        lines.push(format!("follow-up  {}  {state}  {}  {}", time(&follow_up.when), follow_up.note, follow_up.id));
    }
    for note in &view.notes {
        let unplaced = if note.note.unplaced { " (could not be placed)" } else { "" };
        lines.push(format!("note       {}{unplaced}\n           {}, {}  {}", note.note.text, note.by, time(&note.when), note.note.id));
    }
    lines.push("timeline".into());
    for entry in timeline {
        let arrived = entry.arrived.as_ref().map(|w| format!("  (edited offline, arrived {})", time(w))).unwrap_or_default();
        let unsent = if entry.sent { "" } else { "  (not sent)" };
        lines.push(format!("  {}  {}: {}{arrived}{unsent}", time(&entry.when), entry.by, what(&entry.what)));
    }
    lines.join("\n")
}

fn field_lines(field: &FieldView) -> Vec<String> {
    let name = field.field.as_str().replace('_', " ");
    let Some(conflict) = &field.conflict else {
        return field.display.iter().map(|value| format!("{name:<10} {value}")).collect();
    };
    let mut lines = vec![format!("{name:<10} two people changed it; settle it with `lead pick`:")];
    for choice in &conflict.choices {
        let value = choice.value.as_deref().unwrap_or("(empty)");
        lines.push(format!("           {value}  {}, {}", choice.by, time(&choice.when)));
    }
    lines.extend(conflict.before.as_ref().map(|before| format!("           before: {before}")));
    lines
}

/// What happened, in a few words.
pub fn what(what: &TimelineWhat) -> String {
    match what {
        TimelineWhat::Created => "added this lead".into(),
        TimelineWhat::Field { field, display } => format!("{} to {}", field.as_str().replace('_', " "), display.as_deref().unwrap_or("nothing")),
        TimelineWhat::Status { from, to, reason } => {
            format!("{} → {}{}", label(*from), label(*to), reason.as_ref().map(|r| format!(" ({r})")).unwrap_or_default())
        }
        TimelineWhat::Interest { level } => format!("interest {level}"),
        TimelineWhat::FollowUpSet { when, note } => format!("follow-up at {} {note}", time(when)),
        TimelineWhat::FollowUpMoved { when } => format!("follow-up moved to {}", time(when)),
        TimelineWhat::FollowUpDone { outcome } => format!("follow-up done: {outcome}"),
        TimelineWhat::FollowUpCancelled => "follow-up cancelled".into(),
        TimelineWhat::Call { outcome } => format!("called: {outcome}"),
        TimelineWhat::NoteAdded { text } => format!("note: {text}"),
        TimelineWhat::NoteEdited => "edited a note".into(),
        TimelineWhat::TagAdded { tag } => format!("tagged {tag}"),
        TimelineWhat::TagRemoved { tag } => format!("removed tag {tag}"),
    }
}

fn edit_note(desk: &Desk, lead: LeadId, note: Uuid, text: &str, output: &Output) -> Result<(), Problem> {
    let view = desk.ask(LeadGet { lead })?;
    let found = view.notes.iter().find(|n| n.note.id == note);
    let before = found.ok_or_else(|| Problem::new(ProblemCode::NotFound, "This note is not on this lead."))?;
    if let Some(splice) = difference(&before.note.text, text) {
        desk.ask(NoteEdit { lead, note, heads: view.heads, splices: vec![splice] })?;
    }
    output.done("Saved.");
    Ok(())
}

/// The one splice between two texts; `None` for equal ones.
fn difference(before: &str, after: &str) -> Option<TextSplice> {
    let (old, new): (Vec<char>, Vec<char>) = (before.chars().collect(), after.chars().collect());
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let tail = old[head..].iter().rev().zip(new[head..].iter().rev()).take_while(|(a, b)| a == b).count();
    let delete = old.len() - head - tail;
    let insert: String = new[head..new.len() - tail].iter().collect();
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    (delete > 0 || !insert.is_empty()).then(|| TextSplice { at: count(head), delete: count(delete), insert })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_difference_is_sent() {
        let splice = |at, delete, insert: &str| Some(TextSplice { at, delete, insert: insert.into() });
        for (before, after, expected) in [
            ("abc", "abc", None),
            ("abc", "abXc", splice(2, 0, "X")),
            ("aaa", "aa", splice(2, 1, "")),
            ("", "नमस्ते", splice(0, 0, "नमस्ते")),
            ("call at six", "call at seven", splice(9, 2, "even")),
        ] {
            assert_eq!(difference(before, after), expected, "{before} → {after}");
        }
    }
}
