//! Every edit: what was typed becomes a command, the engine carries it out, the sync is woken.

use super::Desk;
use super::record::read_heads;
use super::when;
use crate::error::ClientError;
use crate::project;
use crate::store::{leads, rows};
use bridge::lead::{
    CallLog, CommentAdd, Edited, FollowUpCancel, FollowUpComplete, FollowUpMove, FollowUpSchedule, LeadChangeStatus, LeadCreate,
    LeadMentionable, LeadPick, LeadSetCustom, LeadSetField, LeadSetInterest, LeadUndo, NoteAdd, NoteEdit, TagAdd, TagRemove,
};
use bridge::{Done, Problem, ProblemCode};
use domain::command::NewLead;
use domain::config::OptionList;
use domain::policy::authorise;
use domain::{Action, Actor, Command, CommandId, Envelope, LeadField, LeadId, Refusal, RefusalCode, Status, UserId};
use protocol::rows::UserRow;
use records::{RecordError, TextEdit};

pub(super) fn create(desk: &Desk, ask: LeadCreate) -> Result<LeadId, Problem> {
    let form = ask.form;
    let reader = desk.read(|c| desk.reader(c))?;
    let new = NewLead {
        name: form.name.trim().to_owned(),
        phone: reader.raw(LeadField::Phone, &form.phone)?.unwrap_or_default(),
        alt_phone: reader.raw(LeadField::AltPhone, &form.alt_phone)?,
        email: reader.raw(LeadField::Email, &form.email)?,
        budget: reader.raw(LeadField::Budget, &form.budget)?,
        source: reader.raw(LeadField::Source, &form.source)?,
        language: reader.raw(LeadField::Language, &form.language)?,
        note: Some(form.note).filter(|note| !note.trim().is_empty()),
    };
    if new.phone.is_empty() {
        domain::command::check_field(LeadField::Name, Some(&new.name))?;
        domain::command::check_field(LeadField::Phone, None)?;
    }
    let lead = desk.engine.create_lead(new)?;
    desk.wake();
    Ok(lead)
}

pub(super) fn set_field(desk: &Desk, ask: LeadSetField) -> Result<Edited, Problem> {
    let reader = desk.read(|c| desk.reader(c))?;
    let value = reader.raw(ask.field, &ask.value)?;
    if desk.stands(ask.lead, ask.field, value.as_deref())? {
        return Ok(Edited::default());
    }
    desk.edit(ask.lead, Command::SetField { field: ask.field, value })
}

pub(super) fn pick(desk: &Desk, ask: LeadPick) -> Result<Edited, Problem> {
    desk.edit(ask.lead, Command::SetField { field: ask.field, value: ask.value })
}

pub(super) fn change_status(desk: &Desk, ask: LeadChangeStatus) -> Result<Edited, Problem> {
    let from = desk.status(ask.lead)?;
    let reason = ask.reason.map(|r| r.trim().to_owned()).filter(|r| !r.is_empty());
    desk.edit(ask.lead, Command::ChangeStatus { from, to: ask.to, reason })
}

pub(super) fn set_interest(desk: &Desk, ask: LeadSetInterest) -> Result<Edited, Problem> {
    desk.edit(ask.lead, Command::SetInterest { level: ask.level })
}

pub(super) fn schedule_follow_up(desk: &Desk, ask: FollowUpSchedule) -> Result<Edited, Problem> {
    let (due_at, zone) = desk.instant(&ask.local)?;
    desk.edit(ask.lead, Command::ScheduleFollowUp { due_at, zone, local: ask.local, note: ask.note.trim().to_owned() })
}

pub(super) fn move_follow_up(desk: &Desk, ask: FollowUpMove) -> Result<Edited, Problem> {
    let (due_at, zone) = desk.instant(&ask.local)?;
    desk.edit(ask.lead, Command::MoveFollowUp { follow_up: ask.follow_up, due_at, zone, local: ask.local })
}

pub(super) fn complete_follow_up(desk: &Desk, ask: FollowUpComplete) -> Result<Edited, Problem> {
    desk.edit(ask.lead, Command::CompleteFollowUp { follow_up: ask.follow_up, outcome: ask.outcome.trim().to_owned() })
}

pub(super) fn cancel_follow_up(desk: &Desk, ask: FollowUpCancel) -> Result<Edited, Problem> {
    desk.edit(ask.lead, Command::CancelFollowUp { follow_up: ask.follow_up })
}

pub(super) fn add_note(desk: &Desk, ask: NoteAdd) -> Result<Done, Problem> {
    desk.edit(ask.lead, Command::AddNote { text: ask.text }).map(|_| Done {})
}

pub(super) fn edit_note(desk: &Desk, ask: NoteEdit) -> Result<Done, Problem> {
    desk.check_signed_in()?;
    let heads = read_heads(&ask.heads).ok_or_else(|| Problem::new(ProblemCode::Internal, "This edit names no state of the note."))?;
    let index = |n: u32| usize::try_from(n).unwrap_or(usize::MAX);
    let edits: Vec<TextEdit> =
        ask.splices.into_iter().map(|s| TextEdit { at: index(s.at), delete: index(s.delete), insert: s.insert }).collect();
    if edits.iter().all(|e| e.delete == 0 && e.insert.is_empty()) {
        return Ok(Done {});
    }
    desk.engine.edit_note(ask.lead, ask.note, &heads, &edits).map_err(placed)?;
    desk.wake();
    Ok(Done {})
}

pub(super) fn add_tag(desk: &Desk, ask: TagAdd) -> Result<Edited, Problem> {
    desk.edit(ask.lead, Command::AddTag { tag: ask.tag.trim().to_owned() })
}

pub(super) fn remove_tag(desk: &Desk, ask: TagRemove) -> Result<Edited, Problem> {
    desk.edit(ask.lead, Command::RemoveTag { tag: ask.tag })
}

pub(super) fn set_custom(desk: &Desk, ask: LeadSetCustom) -> Result<Edited, Problem> {
    let typed = ask.value.trim();
    let value = (!typed.is_empty()).then(|| typed.to_owned());
    if let Some(value) = &value {
        let field = desk.engine.config()?.all(OptionList::CustomFields).into_iter().find(|field| field.id == ask.field);
        let gone = || Refusal::new(RefusalCode::NotFound, "This field is not one of your organisation’s any more.");
        let field = field.ok_or_else(gone)?;
        field.kind.check(&field.label, value)?;
    }
    desk.edit(ask.lead, Command::SetCustom { field: ask.field, value })
}

/// Whom a comment may name: those who see the lead.
pub(super) fn mentionable(desk: &Desk, ask: LeadMentionable) -> Result<Vec<(UserId, String)>, Problem> {
    Ok(desk.read(|c| {
        let reader = desk.reader(c)?;
        let row = leads::get(c, ask.lead)?.ok_or(ClientError::NotFound)?;
        let subject = project::subject(&row.summary);
        let sees = |user: &UserRow| {
            let actor = Actor { user: user.id, role: user.role, team: user.team };
            !user.disabled && !reader.is_me(user.id) && authorise(&actor, Action::ViewLead, &subject).is_ok()
        };
        Ok(rows::users(c)?.into_iter().filter(sees).map(|user| (user.id, user.name)).collect())
    })?)
}

pub(super) fn comment(desk: &Desk, ask: CommentAdd) -> Result<Done, Problem> {
    desk.edit(ask.lead, Command::AddComment { text: ask.text.trim().to_owned(), mentions: ask.mentions }).map(|_| Done {})
}

pub(super) fn log_call(desk: &Desk, ask: CallLog) -> Result<Edited, Problem> {
    let at = desk.engine.env().now_ms();
    desk.edit(ask.lead, Command::LogCall { at, outcome: ask.outcome.trim().to_owned() })
}

/// Newest first, as one.
pub(super) fn undo(desk: &Desk, ask: LeadUndo) -> Result<Done, Problem> {
    desk.edit_all(ask.lead, undos(desk, &ask)?).map(|_| Done {})
}

/// The commands that take these back.
pub(super) fn undos(desk: &Desk, ask: &LeadUndo) -> Result<Vec<Command>, Problem> {
    let (_, stored) = desk.engine.record(ask.lead)?;
    let past: Vec<Envelope> = records::history(&stored.doc).into_iter().filter_map(|entry| entry.envelope).collect();
    let undo = |id: &CommandId| {
        let of = past.iter().find(|made| made.id == *id)?;
        Some(Command::Undo { command: *id, of: Box::new(of.command.clone()) })
    };
    let undos: Option<Vec<Command>> = ask.commands.iter().rev().map(undo).collect();
    Ok(undos.ok_or_else(domain::command::not_current)?)
}

impl Desk {
    pub(super) fn edit(&self, lead: LeadId, command: Command) -> Result<Edited, Problem> {
        self.edit_all(lead, vec![command])
    }

    /// All of these, or none.
    pub(super) fn edit_all(&self, lead: LeadId, commands: Vec<Command>) -> Result<Edited, Problem> {
        self.check_signed_in()?;
        let undoable: Vec<bool> = commands.iter().map(Command::can_be_undone).collect();
        let made = self.engine.execute_all(lead, commands)?;
        self.wake();
        Ok(Edited { commands: made.into_iter().zip(undoable).filter(|(_, undoable)| *undoable).map(|(id, _)| id).collect() })
    }

    pub(super) fn check_signed_in(&self) -> Result<(), ClientError> {
        self.read(|c| self.reader(c).map(|_| ()))
    }

    /// Leaving a field as it is is no edit; on a field in conflict it is the pick.
    fn stands(&self, lead: LeadId, field: LeadField, value: Option<&str>) -> Result<bool, ClientError> {
        let row = self.read(|c| leads::get(c, lead))?.ok_or(ClientError::NotFound)?.summary;
        let now = match field {
            LeadField::Name => Some(row.name),
            LeadField::Phone => Some(row.phone),
            LeadField::AltPhone => row.alt_phone,
            LeadField::Email => row.email,
            LeadField::Source => row.source,
            LeadField::Language => row.language,
            // Not in the row.
            LeadField::Budget | LeadField::DoNotCall => self.engine.record(lead)?.0.field(field).value.clone(),
        };
        Ok(row.conflicts == 0 && now.as_deref() == value)
    }

    /// The status the person sees.
    fn status(&self, lead: LeadId) -> Result<Status, ClientError> {
        let row = self.read(|c| leads::get(c, lead))?.ok_or(ClientError::NotFound)?;
        Ok(row.summary.status)
    }

    /// A wall time in the organisation's zone, with the zone's name.
    pub(super) fn instant(&self, local: &str) -> Result<(i64, String), Problem> {
        let reader = self.read(|c| self.reader(c))?;
        Ok((when::instant(&reader.zone, local)?, reader.facts.org.zone.clone()))
    }
}

/// A text edit without its place is a "no" that the person can act on.
pub(super) fn placed(e: ClientError) -> Problem {
    match e {
        ClientError::Record(RecordError::NoteMissing | RecordError::Unplaced) => {
            Refusal::new(RefusalCode::NotFound, "The place of this edit is not in the note any more. Copy your text and type it again.")
                .on("note")
                .into()
        }
        other => other.into(),
    }
}
