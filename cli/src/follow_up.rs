//! `leadline follow-up …`

use crate::args::FollowUp;
use crate::failure::Failure;
use crate::lead::{edit, one_of, saved};
use crate::place::Place;
use crate::print::{Printer, table};
use crate::words;
use bridge::ProblemCode;
use bridge::lead::{FollowUpComplete, FollowUpSchedule, FollowUpView, LeadGet, LeadRow};
use serde_json::json;

pub fn run(place: &Place, print: &Printer, command: FollowUp) -> Result<(), Failure> {
    match command {
        FollowUp::Add { lead, at, note } => {
            let local = at.trim().replacen(' ', "T", 1);
            edit(place, print, &lead, |lead| FollowUpSchedule { lead, local, note })
        }
        FollowUp::Done { lead, follow_up, outcome } => done(place, print, &lead, follow_up.as_deref(), outcome),
        FollowUp::List { lead: Some(lead), .. } => list_one(place, print, &lead),
        FollowUp::List { lead: None, limit } => list(place, print, limit),
    }
}

fn done(place: &Place, print: &Printer, lead: &str, follow_up: Option<&str>, outcome: String) -> Result<(), Failure> {
    let desk = place.write()?;
    let lead = desk.find_lead(lead)?;
    let all = desk.ask(LeadGet { lead })?.follow_ups;
    let follow_up = match follow_up {
        Some(typed) => one_of(all.iter().map(|f| (f.id, ())), typed, "follow-up")?.0,
        None => only_open(&all)?,
    };
    desk.ask(FollowUpComplete { lead, follow_up, outcome })?;
    saved(print, lead)
}

fn only_open(all: &[FollowUpView]) -> Result<uuid::Uuid, Failure> {
    let open: Vec<&FollowUpView> = all.iter().filter(|f| f.open).collect();
    match open[..] {
        [one] => Ok(one.id),
        [] => Err(Failure::new(ProblemCode::NotFound, "This lead has no open follow-up.")),
        _ => Err(Failure::new(
            ProblemCode::NotFound,
            "This lead has several open follow-ups. Say which, see `leadline follow-up list LEAD`.",
        )),
    }
}

fn list_one(place: &Place, print: &Printer, lead: &str) -> Result<(), Failure> {
    let desk = place.read()?;
    let lead = desk.find_lead(lead)?;
    let all = desk.ask(LeadGet { lead })?.follow_ups;
    print.answer(&json!({ "lead": lead, "follow_ups": all }), || {
        let state = |f: &FollowUpView| match (&f.outcome, f.cancelled, f.missed) {
            (Some(outcome), _, _) => outcome.clone(),
            (None, true, _) => "cancelled".to_owned(),
            (None, false, true) => "missed".to_owned(),
            (None, false, false) => "open".to_owned(),
        };
        let rows = all.iter().map(|f| vec![words::short(f.id), words::when(&f.when), state(f), f.note.clone()]).collect();
        if all.is_empty() { "No follow-ups.".to_owned() } else { table(&["FOLLOW-UP", "WHEN", "STATE", "NOTE"], rows) }
    })
}

fn list(place: &Place, print: &Printer, limit: u32) -> Result<(), Failure> {
    let desk = place.read()?;
    let now_ms = desk.engine().env().now_ms();
    let due = desk.leads_due(limit)?;
    print.answer(&due, || {
        let line = |row: &LeadRow| {
            let next = row.next_follow_up.as_ref();
            let missed = if next.is_some_and(|n| n.at < now_ms) { "missed" } else { "" };
            let when = next.map(words::when).unwrap_or_default();
            let owner = row.owner.clone().unwrap_or_default();
            vec![
                when,
                words::short_lead(row.id),
                row.name.clone(),
                row.phone.clone(),
                words::status(row.status, row.interest),
                owner,
                missed.to_owned(),
            ]
        };
        let rows = due.iter().map(line).collect();
        if due.is_empty() {
            "No open follow-ups.".to_owned()
        } else {
            table(&["WHEN", "LEAD", "NAME", "PHONE", "STATUS", "OWNER", ""], rows)
        }
    })
}
