//! Which state of a lead bars what (row B24): one table. Buttons are disabled by it, with its words as
//! the reason; commands are judged by the same ([`Command::check_state`]).

use crate::command::Command;
use crate::lead::Status;
use crate::policy::{Action, Subject};
use crate::refusal::{Refusal, RefusalCode};

/// A lead's state, as far as it bars anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Open,
    /// Open, and nobody owns it.
    Nobodys,
    Lost,
    Converted,
    Deleted,
}

impl State {
    pub const ALL: [State; 5] = [State::Open, State::Nobodys, State::Lost, State::Converted, State::Deleted];

    #[must_use]
    pub fn of(subject: &Subject) -> Self {
        match subject {
            Subject { deleted: true, .. } => State::Deleted,
            Subject { converted: true, .. } => State::Converted,
            Subject { lost: true, .. } => State::Lost,
            Subject { owner: None, .. } => State::Nobodys,
            Subject { .. } => State::Open,
        }
    }
}

/// What is done to a lead, as finely as its state tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    Look,
    /// Fields, notes, tags.
    Edit,
    /// Moves the status among the open ones.
    Move,
    Interest,
    LogCall,
    Convert,
    Drop,
    Reopen,
    Assign,
    /// Schedules or moves a follow-up.
    Plan,
    /// Completes or cancels one.
    Settle,
    Delete,
    Restore,
    Undo,
}

impl Deed {
    pub const ALL: [Deed; 14] = [
        Deed::Look,
        Deed::Edit,
        Deed::Move,
        Deed::Interest,
        Deed::LogCall,
        Deed::Convert,
        Deed::Drop,
        Deed::Reopen,
        Deed::Assign,
        Deed::Plan,
        Deed::Settle,
        Deed::Delete,
        Deed::Restore,
        Deed::Undo,
    ];

    /// `None` for the creation: there is no lead yet.
    #[must_use]
    pub fn of(command: &Command) -> Option<Deed> {
        Some(match command {
            Command::CreateLead(_)
            | Command::SetSetting { .. }
            | Command::AddOption { .. }
            | Command::ChangeOption { .. }
            | Command::SetPreference { .. }
            | Command::MarkNotices { .. }
            | Command::Ledger(_) => return None,
            Command::SetField { .. }
            | Command::AddNote { .. }
            | Command::EditNote { .. }
            | Command::AddTag { .. }
            | Command::RemoveTag { .. }
            | Command::SetCustom { .. }
            | Command::AddComment { .. } => Deed::Edit,
            Command::ChangeStatus { to: Status::Converted, .. } => Deed::Convert,
            Command::ChangeStatus { to: Status::Lost, .. } => Deed::Drop,
            Command::ChangeStatus { from: Status::Lost, .. } => Deed::Reopen,
            Command::ChangeStatus { .. } => Deed::Move,
            Command::SetInterest { .. } => Deed::Interest,
            Command::LogCall { .. } => Deed::LogCall,
            Command::ScheduleFollowUp { .. } | Command::MoveFollowUp { .. } => Deed::Plan,
            Command::CompleteFollowUp { .. } | Command::CancelFollowUp { .. } => Deed::Settle,
            Command::DeleteLead { .. } => Deed::Delete,
            Command::RestoreLead { .. } => Deed::Restore,
            // Not as the deed that it takes back: who drops a lead by mistake need not reopen it.
            Command::Undo { .. } => Deed::Undo,
        })
    }

    /// Whether the state allows it.
    ///
    /// # Errors
    /// `LeadDeleted`, `LeadClosed`, `LeadUnassigned`, `InvalidValue`: why not, and what to do.
    pub fn check(self, state: State) -> Result<(), Refusal> {
        let (code, text) = match (self, state) {
            (Deed::Look, _) | (Deed::Restore, State::Deleted) => return Ok(()),
            (Deed::Restore, _) => (RefusalCode::InvalidValue, "This lead is not deleted."),
            (_, State::Deleted) => (RefusalCode::LeadDeleted, "This lead is deleted. An Admin can restore it."),
            (Deed::Edit | Deed::LogCall | Deed::Settle | Deed::Delete | Deed::Undo, _) => return Ok(()),
            (Deed::Assign, State::Converted) => (RefusalCode::LeadClosed, "A converted lead stays with its owner."),
            (Deed::Assign, State::Open | State::Nobodys | State::Lost) => return Ok(()),
            (Deed::Plan, State::Converted) => (RefusalCode::LeadClosed, "A converted lead can’t have a follow-up."),
            (Deed::Plan, State::Lost) => (RefusalCode::LeadClosed, "A dropped lead can’t have a follow-up."),
            (Deed::Plan, State::Nobodys) => {
                (RefusalCode::LeadUnassigned, "Nobody owns this lead, so nobody would be reminded. Have it assigned first.")
            }
            (_, State::Converted) => (RefusalCode::LeadClosed, "A converted lead keeps its status."),
            (Deed::Reopen, State::Lost) => return Ok(()),
            (Deed::Reopen, State::Open | State::Nobodys) => (RefusalCode::InvalidValue, "Only a dropped lead can be reopened."),
            (_, State::Lost) => (RefusalCode::LeadClosed, "This lead is dropped. Reopen it first."),
            (Deed::Move | Deed::Interest | Deed::Convert | Deed::Drop | Deed::Plan, State::Open | State::Nobodys) => return Ok(()),
        };
        Err(Refusal::new(code, text))
    }
}

/// Whether the record's state allows the action, for a person who has it; actions that are not about
/// one lead are always allowed by its state.
///
/// # Errors
/// As [`Deed::check`].
pub fn eligible(action: Action, subject: &Subject) -> Result<(), Refusal> {
    let deed = match action {
        Action::ViewLead | Action::SeePhone | Action::ViewTimeline => Deed::Look,
        Action::EditLead => Deed::Edit,
        Action::ChangeStatus => Deed::Move,
        Action::ConvertLead => Deed::Convert,
        Action::DropLead => Deed::Drop,
        Action::ReopenLead => Deed::Reopen,
        Action::AssignLead => Deed::Assign,
        Action::ScheduleFollowUp => Deed::Plan,
        Action::DeleteLead => Deed::Delete,
        Action::RestoreLead => Deed::Restore,
        _ => return Ok(()),
    };
    deed.check(State::of(subject))
}

/// As [`eligible`], for a command on a lead that is there.
///
/// # Errors
/// As [`Deed::check`].
pub fn eligible_command(command: &Command, subject: &Subject) -> Result<(), Refusal> {
    Deed::of(command).map_or(Ok(()), |deed| deed.check(State::of(subject)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::{Facts, NewLead, Splice};
    use crate::follow_up::{FollowUp, FollowUpState};
    use crate::id::{CommandId, LeadId, UserId};
    use crate::lead::{Deletion, FieldState, LeadField, LeadRecord, Note};
    use uuid::Uuid;

    const ME: UserId = UserId(Uuid::from_u128(1));
    const ITEM: Uuid = Uuid::from_u128(2);

    /// A lead in this state, on which every command finds what it names.
    fn lead(state: State, open: Status) -> LeadRecord {
        let value = |text: &str| FieldState { value: Some(text.into()), ..FieldState::default() };
        let follow_up = FollowUp {
            id: ITEM,
            due_at: 1_795_000_000_000,
            zone: "Asia/Kolkata".into(),
            local: "2026-11-22T11:00".into(),
            note: String::new(),
            state: FollowUpState::Scheduled,
            outcome: None,
        };
        LeadRecord {
            id: LeadId(Uuid::from_u128(3)),
            name: value("Ananya"),
            phone: value("+919820014786"),
            alt_phone: FieldState::default(),
            email: FieldState::default(),
            budget: FieldState::default(),
            source: FieldState::default(),
            language: FieldState::default(),
            do_not_call: FieldState::default(),
            custom: std::collections::BTreeMap::new(),
            status: match state {
                State::Lost => Status::Lost,
                State::Converted => Status::Converted,
                State::Open | State::Nobodys | State::Deleted => open,
            },
            review: false,
            interest: None,
            follow_ups: vec![follow_up],
            calls: Vec::new(),
            notes: vec![Note { id: ITEM, text: "n".into(), unplaced: false }],
            comments: Vec::new(),
            tags: vec!["t".into()],
            drop: None,
            converted_at: None,
            deleted: (state == State::Deleted).then(|| Deletion {
                deletions: vec![ITEM],
                by: ME,
                at: 1,
                reason: "r".into(),
                edited_after: false,
            }),
            created_by: ME,
            created_at: 1,
        }
    }

    /// Every command, with the open status it starts from; the match makes a new one show up here.
    fn commands() -> Vec<(Status, Command)> {
        let moved = |from, to: Status| {
            let reason = (to == Status::Lost || from == Status::Lost).then(|| "because".to_owned());
            (if from == Status::Lost { Status::New } else { from }, Command::ChangeStatus { from, to, reason })
        };
        let (zone, local) = ("Asia/Kolkata".to_owned(), "2026-11-22T11:00".to_owned());
        let due_at = 1_795_000_000_000;
        let splice = Splice { at: "e".into(), to: None, insert: "x".into() };
        let all = vec![
            (Status::New, Command::SetField { field: LeadField::Email, value: None }),
            moved(Status::New, Status::InProgress),
            moved(Status::Qualified, Status::Converted),
            moved(Status::New, Status::Lost),
            moved(Status::Lost, Status::InProgress),
            (Status::Interested, Command::SetInterest { level: 3 }),
            (Status::New, Command::ScheduleFollowUp { due_at, zone: zone.clone(), local: local.clone(), note: String::new() }),
            (Status::New, Command::MoveFollowUp { follow_up: ITEM, due_at, zone, local }),
            (Status::New, Command::CompleteFollowUp { follow_up: ITEM, outcome: "Call made".into() }),
            (Status::New, Command::CancelFollowUp { follow_up: ITEM }),
            (Status::New, Command::LogCall { at: 1, outcome: "Call made".into() }),
            (Status::New, Command::AddNote { text: "n".into() }),
            (Status::New, Command::EditNote { note: ITEM, splices: vec![splice] }),
            (Status::New, Command::AddComment { text: "c".into(), mentions: Vec::new() }),
            (Status::New, Command::SetCustom { field: ITEM, value: None }),
            (Status::New, Command::AddTag { tag: "t".into() }),
            (Status::New, Command::RemoveTag { tag: "t".into() }),
            (Status::New, Command::DeleteLead { reason: "r".into() }),
            (Status::New, Command::RestoreLead { deletions: vec![ITEM], reason: "r".into() }),
            (Status::New, Command::Undo { command: CommandId(ITEM), of: Box::new(Command::AddTag { tag: "t".into() }) }),
        ];
        for deed in Deed::ALL {
            let by_command = all.iter().any(|(_, command)| Deed::of(command) == Some(deed));
            assert_eq!(by_command, !matches!(deed, Deed::Look | Deed::Assign), "{deed:?}");
        }
        all
    }

    /// Architecture §4: what an old owner adds is kept under their name; what they set is only proposed.
    #[test]
    fn what_adds_is_kept_after_a_hand_over_and_what_sets_is_proposed() {
        let names = |additive: bool| -> Vec<String> {
            let those = commands().into_iter().map(|(_, command)| command).filter(|command| command.is_additive() == additive);
            let mut names: Vec<String> =
                those.map(|command| format!("{command:?}").chars().take_while(char::is_ascii_alphabetic).collect()).collect();
            names.dedup();
            names
        };
        assert_eq!(
            names(true),
            [
                "ScheduleFollowUp",
                "MoveFollowUp",
                "CompleteFollowUp",
                "CancelFollowUp",
                "LogCall",
                "AddNote",
                "EditNote",
                "AddComment",
                "AddTag",
                "RemoveTag",
                "Undo"
            ]
        );
        assert_eq!(names(false), ["SetField", "ChangeStatus", "SetInterest", "SetCustom", "DeleteLead", "RestoreLead"]);
        assert!(!Command::CreateLead(NewLead::default()).is_additive());
        let of = Box::new(Command::SetInterest { level: 3 });
        assert!(!Command::Undo { command: CommandId(ITEM), of }.is_additive(), "as what it takes back");
    }

    #[test]
    fn commands_are_judged_as_the_table_says() {
        for (open, command) in commands() {
            for state in State::ALL {
                let record = lead(state, open);
                // What the author saw is what stands.
                let command = match (command.clone(), state) {
                    (Command::ChangeStatus { from, to, reason }, State::Lost | State::Converted) if from != Status::Lost => {
                        let from = if state == State::Converted { Status::Converted } else { from };
                        Command::ChangeStatus { from, to, reason }
                    }
                    (command, _) => command,
                };
                let owned = state != State::Nobodys;
                let (seen_status, seen_deleted) = (Some(record.status), state == State::Deleted);
                let facts = Facts { now: Some(&record), seen_status, seen_deleted, owned, undoable: true };
                let judged = command.check_shape().and_then(|()| command.check_state(facts));
                let subject = Subject {
                    owner: owned.then_some(ME),
                    team: None,
                    converted: record.status == Status::Converted,
                    lost: record.status == Status::Lost,
                    deleted: record.deleted.is_some(),
                };
                let eligible = eligible_command(&command, &subject);
                assert_eq!(eligible.is_ok(), judged.is_ok(), "{command:?} on {state:?}: {eligible:?}, but {judged:?}");
            }
        }
        let record = lead(State::Open, Status::New);
        let facts = Facts { now: Some(&record), seen_status: None, seen_deleted: false, owned: true, undoable: true };
        let again = Command::CreateLead(NewLead::default()).check_state(facts).expect_err("it exists");
        assert_eq!(again.code, RefusalCode::Duplicate);
    }

    /// The whole table as text, a line per deed.
    fn table() -> String {
        let mut table = String::from("# deed: what each state answers\n");
        for deed in Deed::ALL {
            table.push_str(&format!("{deed:?}\n"));
            for state in State::ALL {
                let answer = deed.check(state).map_or_else(|no| format!("{:?}: {}", no.code, no.text), |()| "yes".to_owned());
                table.push_str(&format!("    {state:?}: {answer}\n"));
            }
        }
        table
    }

    #[test]
    fn table_is_the_reviewed_one() {
        if std::env::var_os("LEADLINE_BLESS").is_some() {
            std::fs::write("golden/states.txt", table()).expect("golden/states.txt can be written");
        }
        let golden = std::fs::read_to_string("golden/states.txt").expect("golden/states.txt can be read");
        assert_eq!(table(), golden, "the table of states changed: review it, and write it with LEADLINE_BLESS=1");
    }

    #[test]
    fn a_subject_stands_in_the_state_that_bars_most() {
        let owned = Subject { owner: Some(ME), ..Subject::default() };
        for (subject, state) in [
            (Subject::default(), State::Nobodys),
            (owned, State::Open),
            (Subject { lost: true, ..Subject::default() }, State::Lost),
            (Subject { converted: true, ..owned }, State::Converted),
            (Subject { converted: true, lost: true, deleted: true, ..owned }, State::Deleted),
        ] {
            assert_eq!(State::of(&subject), state);
        }
        // Pages and accounts have no lead to look at.
        for action in Action::ALL {
            let about_a_lead = eligible(action, &Subject { deleted: true, ..owned }).is_err() || eligible(action, &owned).is_err();
            let number = action.number();
            assert_eq!(about_a_lead, matches!(number, 11..=16 | 21 | 28 | 29), "{action:?}");
        }
    }
}
