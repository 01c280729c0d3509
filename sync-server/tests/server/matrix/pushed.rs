//! What a forged client pushes.

use super::{Made, PLACES, Place, Table, Who, company, compare, everybody, lead_for, schedule};
use crate::support::{note, status, stored};
use domain::command::Splice;
use domain::{Command, CommandId, LeadField, LedgerCommand, RefusalCode, Status};
use protocol::push::Outcome;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// A command as somebody would give it on a lead.
struct Sample {
    /// The status it starts from.
    at: Status,
    command: fn(&Made) -> Command,
}

const ZONE: (&str, &str, i64) = ("Asia/Kolkata", "2026-11-22T11:00", 1_795_325_400_000);

fn new(command: fn(&Made) -> Command) -> Sample {
    at(Status::New, command)
}

fn at(at: Status, command: fn(&Made) -> Command) -> Sample {
    Sample { at, command }
}

fn samples() -> Vec<Sample> {
    vec![
        new(|_| Command::SetField { field: LeadField::Name, value: Some("Ananya Iyer".into()) }),
        new(|_| Command::SetField { field: LeadField::Phone, value: Some("+919811111111".into()) }),
        new(|_| Command::SetField { field: LeadField::AltPhone, value: Some("+919822222222".into()) }),
        new(|_| Command::SetField { field: LeadField::Email, value: Some("x@example.com".into()) }),
        new(|_| Command::SetField { field: LeadField::Budget, value: Some("4500000".into()) }),
        new(|_| Command::SetField { field: LeadField::Source, value: Some("Google".into()) }),
        new(|_| Command::SetField { field: LeadField::Language, value: Some("Hindi".into()) }),
        new(|_| Command::SetField { field: LeadField::DoNotCall, value: Some("Asked on the phone".into()) }),
        new(|made| Command::SetCustom { field: made.follow_up, value: Some("Evening".into()) }),
        new(|_| Command::AddComment { text: "Please call".into(), mentions: Vec::new() }),
        new(|_| note("a note")),
        new(|made| {
            let splices = vec![Splice { at: "e".into(), to: None, insert: ", and more".into() }];
            Command::EditNote { note: made.lead.0, splices }
        }),
        new(|_| Command::AddTag { tag: "hot".into() }),
        new(|_| Command::RemoveTag { tag: "hot".into() }),
        new(|_| status(Status::New, Status::InProgress)),
        at(Status::Interested, |_| Command::SetInterest { level: 4 }),
        new(|_| Command::LogCall { at: 1, outcome: "Call made".into() }),
        at(Status::Qualified, |_| status(Status::Qualified, Status::Converted)),
        new(|_| Command::ChangeStatus { from: Status::New, to: Status::Lost, reason: Some("Financial".into()) }),
        at(Status::Lost, |_| Command::ChangeStatus { from: Status::Lost, to: Status::InProgress, reason: Some("Called back".into()) }),
        new(|_| Command::ScheduleFollowUp { due_at: ZONE.2, zone: ZONE.0.into(), local: ZONE.1.into(), note: String::new() }),
        new(|made| Command::MoveFollowUp { follow_up: made.follow_up, due_at: ZONE.2, zone: ZONE.0.into(), local: ZONE.1.into() }),
        new(|made| Command::CompleteFollowUp { follow_up: made.follow_up, outcome: "Call made".into() }),
        new(|made| Command::CancelFollowUp { follow_up: made.follow_up }),
        new(|_| Command::DeleteLead { reason: "Duplicate".into() }),
        new(|made| Command::RestoreLead { deletions: vec![made.deletion], reason: "Wrong".into() }),
        new(|made| Command::Undo { command: CommandId(made.follow_up), of: Box::new(schedule()) }),
    ]
}

/// The row of Appendix A that a command needs (`.rest` where one who reaches converted leads only may
/// not, A.2, notes 1 and 3), and its row in the table of states. The match names every variant: a new
/// command is not left out.
fn rows(command: &Command) -> (&'static str, &'static str) {
    match command {
        Command::CreateLead(_) => ("CreateLead", ""),
        Command::SetField { field: LeadField::Name | LeadField::Phone | LeadField::AltPhone | LeadField::Email, .. } => {
            ("EditLead", "Edit")
        }
        Command::SetField { .. }
        | Command::AddNote { .. }
        | Command::EditNote { .. }
        | Command::AddTag { .. }
        | Command::RemoveTag { .. }
        | Command::SetCustom { .. }
        | Command::AddComment { .. } => ("EditLead.rest", "Edit"),
        Command::ChangeStatus { to: Status::Converted, .. } => ("ConvertLead", "Convert"),
        Command::ChangeStatus { to: Status::Lost, .. } => ("DropLead", "Drop"),
        Command::ChangeStatus { from: Status::Lost, .. } => ("ReopenLead", "Reopen"),
        Command::ChangeStatus { .. } => ("ChangeStatus", "Move"),
        Command::SetInterest { .. } => ("ChangeStatus", "Interest"),
        Command::LogCall { .. } => ("ChangeStatus", "LogCall"),
        Command::ScheduleFollowUp { .. } | Command::MoveFollowUp { .. } => ("ScheduleFollowUp.rest", "Plan"),
        Command::CompleteFollowUp { .. } | Command::CancelFollowUp { .. } => ("ScheduleFollowUp.rest", "Settle"),
        Command::DeleteLead { .. } => ("DeleteLead", "Delete"),
        Command::RestoreLead { .. } => ("RestoreLead", "Restore"),
        // Of no lead: see `own`.
        Command::SetSetting { .. } | Command::AddOption { .. } | Command::ChangeOption { .. } => ("ManageSettings", ""),
        Command::SetPreference { .. } | Command::MarkNotices { .. } => ("SignIn", ""),
        // Of its ledger: see `money`.
        Command::Ledger(LedgerCommand::AddPayment { .. }) => ("AddPayment", ""),
        Command::Ledger(_) => ("EditPayment", ""),
        Command::Undo { of, .. } => (rows(of).0, "Undo"),
    }
}

/// The variant's name.
fn name(command: &Command) -> String {
    format!("{command:?}").chars().take_while(|c| c.is_ascii_alphanumeric()).collect()
}

/// As the golden file names it: a field by its own name, too.
fn title(command: &Command) -> String {
    match command {
        Command::SetField { field, .. } => format!("SetField {}", field.as_str()),
        other => name(other),
    }
}

/// The name of a variant that begins on this line of the enum.
fn variant(line: &str) -> Option<&str> {
    let name = line.strip_prefix("    ").filter(|name| name.starts_with(|c: char| c.is_ascii_uppercase()))?;
    name.split(|c: char| !c.is_ascii_alphanumeric()).next()
}

/// Every command that there is stands among the samples.
#[test]
fn no_command_is_left_out() {
    let source = include_str!("../../../../crates/domain/src/command.rs");
    let body = source.split("pub enum Command {").nth(1).expect("the commands").split("\n}").next().expect("their end");
    let there: BTreeSet<&str> = body.lines().filter_map(variant).collect();
    let made = Made { lead: domain::LeadId(uuid::Uuid::nil()), follow_up: uuid::Uuid::nil(), deletion: uuid::Uuid::nil() };
    let commands: Vec<Command> = samples().iter().map(|sample| (sample.command)(&made)).collect();
    let mut asked: BTreeSet<String> = commands.iter().map(name).collect();
    asked.insert("CreateLead".into());
    asked.extend(super::money::commands(uuid::Uuid::nil()).into_iter().map(|command| name(&Command::Ledger(command))));
    asked.extend(super::own::settings().iter().chain(&super::own::kept()).map(name));
    assert_eq!(asked.iter().map(String::as_str).collect::<BTreeSet<_>>(), there);
    for field in LeadField::ALL {
        assert!(commands.iter().any(|command| matches!(command, Command::SetField { field: of, .. } if *of == field)), "{field:?}");
    }
}

/// The golden table of states: whether the deed is allowed there.
fn states() -> BTreeMap<(String, String), bool> {
    let golden = include_str!("../../../../crates/domain/golden/states.txt");
    let (mut deed, mut table) = ("", BTreeMap::new());
    for line in golden.lines().skip(1) {
        match line.strip_prefix("    ").and_then(|cell| cell.split_once(": ")) {
            None => deed = line,
            Some((state, answer)) => drop(table.insert((deed.to_owned(), state.to_owned()), answer == "yes")),
        }
    }
    assert_eq!(table.len(), 14 * 5);
    table
}

fn state(place: Place, at: Status) -> &'static str {
    match place {
        Place::Deleted => "Deleted",
        place if place.is_converted() => "Converted",
        _ if at == Status::Lost => "Lost",
        Place::Nobodys | Place::Waiting => "Nobodys",
        _ => "Open",
    }
}

/// What the words of the tables say of a pushed command.
fn expected(
    table: &Table,
    states: &BTreeMap<(String, String), bool>,
    who: Who,
    place: Place,
    at: Status,
    command: &Command,
) -> &'static str {
    if !table.sees(who, place) {
        return "not_found";
    }
    let (row, deed) = rows(command);
    let (action, rest) = row.split_once('.').map_or((row, false), |(action, _)| (action, true));
    let narrow = table.word(action, who.role) == "Converted" && rest;
    match (table.reaches(action, who, place) && !narrow, states[&(deed.to_owned(), state(place, at).to_owned())]) {
        (false, _) => "not_permitted",
        // The one there is, of what is somebody else's: nobody takes that back.
        (true, true) if matches!(command, Command::Undo { .. }) => "state",
        (true, true) => "done",
        (true, false) => "state",
    }
}

fn told(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Applied { .. } => "done",
        Outcome::Refused { refusal } => match refusal.code {
            RefusalCode::NotFound => "not_found",
            RefusalCode::NotPermitted => "not_permitted",
            RefusalCode::HandedOver => "handed_over",
            RefusalCode::MalformedChange | RefusalCode::ForeignActor => panic!("{refusal:?}"),
            _ => "state",
        },
        other => panic!("{other:?}"),
    }
}

#[test]
fn pushed_edits_of_every_role_are_judged_as_the_table_says() {
    let (table, states) = (Table::read(), states());
    let world = company();
    let mut boss = world.device("ananya");
    let mut golden = String::new();
    // Leads that no command changed yet.
    let mut fresh: BTreeMap<(Who, Place, Status), Made> = BTreeMap::new();
    for who in everybody() {
        let mut forged = world.device(&who.name());
        for Sample { at, command } in samples() {
            let mut line = String::new();
            for place in PLACES {
                let made = *fresh.entry((who, place, at)).or_insert_with(|| lead_for(&world, &mut boss, who, place, at));
                if place == Place::Deleted {
                    // The device knows that it is gone, and the server knows that it does.
                    forged.pull();
                    forged.pull();
                }
                forged.docs.insert(made.lead, stored(&world, made.lead));
                let command = command(&made);
                // Each under an actor of its own: what was refused is no part of the next one's past.
                let item = forged.forge(made.lead, command.clone());
                let outcome = told(&forged.push_one(&item));
                if outcome == "done" {
                    fresh.remove(&(who, place, at));
                }
                let want = expected(&table, &states, who, place, at, &command);
                // It was theirs, and this device knows that it is not any more.
                let gone = outcome == "handed_over" && place == Place::Deleted && want == "not_found";
                assert!(outcome == want || gone, "{who:?} {command:?} {place:?}: {outcome}, not {want}");
                if line.is_empty() {
                    let _ = write!(line, "{} {} {}:", who.name(), title(&command), rows(&command).0);
                }
                let _ = write!(line, " {outcome}");
            }
            let _ = writeln!(golden, "{line}");
        }
        let (_, new) = forged.create("Somebody", "+919800000001");
        let created = matches!(forged.push_one(&new), Outcome::Applied { .. });
        assert_eq!(created, table.has("CreateLead", who.role), "{who:?} creates");
        let _ = writeln!(golden, "{} CreateLead {created}", who.name());
    }
    compare("access-pushed.txt", &golden);
}
