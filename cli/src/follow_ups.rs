//! `leadline follow-up …`

use crate::args::FollowUp;
use crate::output::{Output, table, time};
use bridge::Problem;
use bridge::lead::{FollowUpComplete, FollowUpSchedule, FollowUpView, LeadGet};
use client::desk::Desk;

pub fn run(desk: &Desk, task: FollowUp, output: &Output) -> Result<(), Problem> {
    match task {
        FollowUp::Add { lead, at, note } => {
            desk.ask(FollowUpSchedule { lead: desk.find_lead(&lead)?, local: at, note })?;
            output.done("Scheduled.");
        }
        FollowUp::Done { lead, follow_up, outcome } => {
            desk.ask(FollowUpComplete { lead: desk.find_lead(&lead)?, follow_up, outcome })?;
            output.done("Saved.");
        }
        FollowUp::List { lead } => {
            let view = desk.ask(LeadGet { lead: desk.find_lead(&lead)? })?;
            output.show(&view.follow_ups, |all| table(&["at", "state", "note", "id"], &all.iter().map(row).collect::<Vec<_>>()));
        }
    }
    Ok(())
}

fn row(follow_up: &FollowUpView) -> Vec<String> {
    let state = match (follow_up.open, follow_up.missed) {
        (true, true) => "missed".to_owned(),
        (true, false) => "open".to_owned(),
        (false, _) => follow_up.outcome.clone().unwrap_or_else(|| "cancelled".to_owned()),
    };
    vec![time(&follow_up.when), state, follow_up.note.clone(), follow_up.id.to_string()]
}
