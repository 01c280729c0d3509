//! Commands: every local edit is one, and exactly one Automerge change is made of it. The checks
//! here run in the form, in the client before saving and at the server before accepting.

use crate::config::{FieldKind, OptionList, Setting};
use crate::follow_up::FollowUpState;
use crate::id::{CommandId, DocKind, UserId};
use crate::lead::{LeadField, LeadRecord, Status};
use crate::ledger::LedgerCommand;
use crate::policy::Action;
use crate::refusal::{Refusal, RefusalCode};
use crate::state::{Deed, State};
use crate::{lifecycle, limits, phone};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A command with who gave it and when; its compact JSON is the message of the change it makes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Envelope {
    /// UUIDv7; also the id of what the command creates.
    #[serde(rename = "i")]
    pub id: CommandId,
    #[serde(rename = "u")]
    pub author: UserId,
    /// Device time, ms since the epoch; shown, never compared.
    #[serde(rename = "t")]
    pub at: i64,
    #[serde(rename = "c")]
    pub command: Command,
}

/// What one person did to one record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "k", rename_all = "snake_case")]
pub enum Command {
    CreateLead(NewLead),
    /// Sets a contact field; on a field in conflict, the pick. `None` empties it.
    SetField {
        field: LeadField,
        value: Option<String>,
    },
    /// `from` is what the author saw.
    ChangeStatus {
        from: Status,
        to: Status,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    SetInterest {
        level: u8,
    },
    ScheduleFollowUp {
        due_at: i64,
        zone: String,
        local: String,
        note: String,
    },
    MoveFollowUp {
        follow_up: Uuid,
        due_at: i64,
        zone: String,
        local: String,
    },
    CompleteFollowUp {
        follow_up: Uuid,
        outcome: String,
    },
    CancelFollowUp {
        follow_up: Uuid,
    },
    LogCall {
        at: i64,
        outcome: String,
    },
    AddNote {
        text: String,
    },
    EditNote {
        note: Uuid,
        splices: Vec<Splice>,
    },
    AddTag {
        tag: String,
    },
    RemoveTag {
        tag: String,
    },
    /// Takes the lead out of everybody's sight but an Admin's; nothing is erased.
    DeleteLead {
        reason: String,
    },
    /// Undoes these deletions, which are all that stood when the author looked.
    RestoreLead {
        deletions: Vec<Uuid>,
        reason: String,
    },
    /// Sets a field of the organisation's own; `None` empties it.
    SetCustom {
        field: Uuid,
        value: Option<String>,
    },
    /// Says something to the others, and names some of them.
    AddComment {
        text: String,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        mentions: Vec<UserId>,
    },
    /// Sets a rule of the organisation; `None` goes back to the default.
    SetSetting {
        setting: Setting,
        value: Option<String>,
    },
    /// Adds an entry to one of the organisation's lists.
    AddOption {
        list: OptionList,
        label: String,
        /// Of a custom field.
        #[serde(default)]
        kind: FieldKind,
    },
    /// Renames an entry of a list, or offers it no more or again.
    ChangeOption {
        option: Uuid,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        label: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        active: Option<bool>,
    },
    /// Keeps something of this person's own, on all their devices; `None` forgets it.
    SetPreference {
        key: String,
        value: Option<String>,
    },
    /// What this person did with notifications of theirs.
    MarkNotices {
        notices: Vec<Uuid>,
        mark: NoticeMark,
    },
    /// Something about the money of a converted lead.
    Ledger(LedgerCommand),
    /// Takes back `of`, which its author gave as `command`: what that set is as it was before.
    Undo {
        command: CommandId,
        #[cfg_attr(feature = "openapi", schema(no_recursion))]
        of: Box<Command>,
    },
}

/// What became of a notification at whom it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum NoticeMark {
    Read,
    Unread,
    /// Shown no more; it can't come back.
    Removed,
}

/// A lead typed into the form or the CLI; the phone is E.164 already.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewLead {
    pub name: String,
    pub phone: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alt_phone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Minor units as digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// A first note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A text edit by Automerge text cursors, so that it keeps its place while others type: remove the
/// characters from `at` up to but without `to`, then insert at `at`. A cursor names a character, or
/// the end of the text by `e`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Splice {
    #[serde(rename = "a")]
    pub at: String,
    /// `None` removes nothing.
    #[serde(rename = "z", default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    #[serde(rename = "x", default, skip_serializing_if = "String::is_empty")]
    pub insert: String,
}

/// What must be known of a lead to judge a command on it, besides its record.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The lead as it is now; `None` before it exists.
    pub now: Option<&'a LeadRecord>,
    /// Its status when the author looked, which the author's own operations overwrite.
    pub seen_status: Option<Status>,
    /// It was deleted when the author looked. One who did not know edits it, which flags it.
    pub seen_deleted: bool,
    pub owned: bool,
    /// What an [`Command::Undo`] names is there, is its author's, and when they looked everything that it set
    /// still stood. True of every other command.
    pub undoable: bool,
}

impl Command {
    /// Which kind of document it writes.
    #[must_use]
    pub fn kind(&self) -> DocKind {
        match self {
            Command::CreateLead(_)
            | Command::SetField { .. }
            | Command::ChangeStatus { .. }
            | Command::SetInterest { .. }
            | Command::ScheduleFollowUp { .. }
            | Command::MoveFollowUp { .. }
            | Command::CompleteFollowUp { .. }
            | Command::CancelFollowUp { .. }
            | Command::LogCall { .. }
            | Command::AddNote { .. }
            | Command::EditNote { .. }
            | Command::AddTag { .. }
            | Command::RemoveTag { .. }
            | Command::DeleteLead { .. }
            | Command::RestoreLead { .. }
            | Command::SetCustom { .. }
            | Command::AddComment { .. } => DocKind::Lead,
            Command::Ledger(_) => DocKind::Ledger,
            Command::SetSetting { .. } | Command::AddOption { .. } | Command::ChangeOption { .. } => DocKind::Config,
            Command::SetPreference { .. } | Command::MarkNotices { .. } => DocKind::UserState,
            Command::Undo { of, .. } => of.kind(),
        }
    }

    /// What of the permission table it needs.
    #[must_use]
    pub fn action(&self) -> Action {
        match self {
            Command::CreateLead(_) => Action::CreateLead,
            Command::SetField { .. } | Command::AddTag { .. } | Command::RemoveTag { .. } => Action::EditLead,
            Command::ChangeStatus { to: Status::Converted, .. } => Action::ConvertLead,
            Command::ChangeStatus { to: Status::Lost, .. } => Action::DropLead,
            Command::ChangeStatus { from: Status::Lost, .. } => Action::ReopenLead,
            Command::ChangeStatus { .. } | Command::SetInterest { .. } | Command::LogCall { .. } => Action::ChangeStatus,
            Command::ScheduleFollowUp { .. }
            | Command::MoveFollowUp { .. }
            | Command::CompleteFollowUp { .. }
            | Command::CancelFollowUp { .. } => Action::ScheduleFollowUp,
            Command::AddNote { .. } | Command::EditNote { .. } | Command::SetCustom { .. } | Command::AddComment { .. } => Action::EditLead,
            Command::SetSetting { .. } | Command::AddOption { .. } | Command::ChangeOption { .. } => Action::ManageSettings,
            Command::Ledger(command) => command.action(),
            // Everybody's own.
            Command::SetPreference { .. } | Command::MarkNotices { .. } => Action::SignIn,
            Command::DeleteLead { .. } => Action::DeleteLead,
            Command::RestoreLead { .. } => Action::RestoreLead,
            Command::Undo { of, .. } => of.action(),
        }
    }

    /// The command that it takes back, or itself: what it is about.
    #[must_use]
    pub fn undone(&self) -> &Command {
        match self {
            Command::Undo { of, .. } => of,
            command => command,
        }
    }

    /// Whether there is an [`Command::Undo`] of it. Texts have an undo of their own, a deletion is restored with a
    /// reason, and who takes an undo back does the thing again.
    #[must_use]
    pub fn can_be_undone(&self) -> bool {
        match self {
            Command::SetField { .. }
            | Command::ChangeStatus { .. }
            | Command::SetInterest { .. }
            | Command::ScheduleFollowUp { .. }
            | Command::MoveFollowUp { .. }
            | Command::CompleteFollowUp { .. }
            | Command::CancelFollowUp { .. }
            | Command::LogCall { .. }
            | Command::AddTag { .. }
            | Command::RemoveTag { .. }
            | Command::SetCustom { .. } => true,
            Command::CreateLead(_)
            | Command::AddNote { .. }
            | Command::EditNote { .. }
            | Command::AddComment { .. }
            | Command::DeleteLead { .. }
            | Command::RestoreLead { .. }
            | Command::SetSetting { .. }
            | Command::AddOption { .. }
            | Command::ChangeOption { .. }
            | Command::SetPreference { .. }
            | Command::MarkNotices { .. }
            | Command::Ledger(_)
            | Command::Undo { .. } => false,
        }
    }

    /// Checks what the command says by itself: lengths, formats, canonical values.
    ///
    /// # Errors
    /// A refusal naming the field and what to type instead.
    pub fn check_shape(&self) -> Result<(), Refusal> {
        match self {
            Command::CreateLead(new) => {
                check_field(LeadField::Name, Some(&new.name))?;
                check_field(LeadField::Phone, Some(&new.phone))?;
                for (field, value) in [
                    (LeadField::AltPhone, &new.alt_phone),
                    (LeadField::Email, &new.email),
                    (LeadField::Budget, &new.budget),
                    (LeadField::Source, &new.source),
                    (LeadField::Language, &new.language),
                ] {
                    check_field(field, value.as_deref())?;
                }
                new.note.as_deref().map_or(Ok(()), |n| required_text("note", n, limits::NOTE_MAX))
            }
            Command::SetField { field, value } => check_field(*field, value.as_deref()),
            Command::ChangeStatus { from, to, reason } => {
                limits::check_text("reason", reason.as_deref().unwrap_or(""), limits::LINE_MAX)?;
                lifecycle::check(*from, *to, reason.as_deref())
            }
            Command::SetInterest { level } if (1..=5).contains(level) => Ok(()),
            Command::SetInterest { .. } => Err(Refusal::new(RefusalCode::InvalidValue, "Interest is a number from 1 to 5.").on("interest")),
            Command::ScheduleFollowUp { due_at, zone, local, note } => {
                check_time(*due_at, zone, local)?;
                limits::check_text("note", note, limits::LINE_MAX)
            }
            Command::MoveFollowUp { due_at, zone, local, .. } => check_time(*due_at, zone, local),
            Command::CompleteFollowUp { outcome, .. } | Command::LogCall { outcome, .. } => {
                required_text("outcome", outcome, limits::LINE_MAX)
            }
            Command::CancelFollowUp { .. } => Ok(()),
            Command::AddNote { text } => required_text("note", text, limits::NOTE_MAX),
            Command::EditNote { splices, .. } => check_splices(splices),
            Command::AddTag { tag } | Command::RemoveTag { tag } => required_text("tag", tag, limits::LINE_MAX),
            Command::DeleteLead { reason } => required_text("reason", reason, limits::LINE_MAX),
            Command::RestoreLead { deletions, reason } => {
                if deletions.is_empty() || deletions.len() > limits::SPLICES_MAX {
                    return Err(Refusal::new(RefusalCode::InvalidValue, "This names no deletion to undo."));
                }
                required_text("reason", reason, limits::LINE_MAX)
            }
            Command::SetCustom { value, .. } => value.as_deref().map_or(Ok(()), |v| required_text("field", v, limits::LINE_MAX)),
            Command::AddComment { text, mentions } => {
                if mentions.len() > limits::MENTIONS_MAX {
                    return Err(Refusal::new(RefusalCode::TooLong, "This names more people than a comment can.").on("comment"));
                }
                required_text("comment", text, limits::NOTE_MAX)
            }
            Command::SetSetting { setting, value } => value.as_deref().map_or(Ok(()), |value| setting.check(value)),
            Command::AddOption { list, label, kind } => check_option(*list, label, kind),
            Command::ChangeOption { label, active, .. } => match (label, active) {
                (None, None) => Err(Refusal::new(RefusalCode::InvalidValue, "This changes nothing.")),
                (label, _) => label.as_deref().map_or(Ok(()), |label| required_text("label", label, limits::LINE_MAX)),
            },
            Command::SetPreference { key, value } => check_preference(key, value.as_deref()),
            Command::MarkNotices { notices, .. } if notices.is_empty() || notices.len() > limits::NOTICES_MAX => {
                Err(Refusal::new(RefusalCode::InvalidValue, "This marks no notification, or too many at once."))
            }
            Command::MarkNotices { .. } => Ok(()),
            Command::Ledger(command) => command.check_shape(),
            Command::Undo { of, .. } if of.can_be_undone() => of.check_shape(),
            Command::Undo { .. } => Err(Refusal::new(RefusalCode::InvalidValue, "This can’t be undone.")),
        }
    }

    /// Checks the command against the lead: transitions against what the author saw, everything
    /// else against what is so now.
    ///
    /// # Errors
    /// A refusal with the value that stands instead.
    pub fn check_state(&self, facts: Facts<'_>) -> Result<(), Refusal> {
        let Some(lead) = facts.now else {
            return match self {
                Command::CreateLead(_) => Ok(()),
                _ => Err(Refusal::new(RefusalCode::NotFound, "This lead is not here any more.")),
            };
        };
        if let (true, Some(deed)) = (facts.seen_deleted, Deed::of(self)) {
            deed.check(State::Deleted)?;
        }
        match self {
            Command::CreateLead(_) => Err(Refusal::new(RefusalCode::Duplicate, "This lead exists already.")),
            Command::ChangeStatus { from, .. } => match facts.seen_status {
                Some(seen) if seen != *from => Err(Refusal::new(
                    RefusalCode::TransitionNotAllowed,
                    format!("This change starts from {}, but the lead was {}.", lifecycle::label(*from), lifecycle::label(seen)),
                )
                .winning(lead.status.as_str())),
                _ => Ok(()),
            },
            Command::SetInterest { .. } => match facts.seen_status.unwrap_or(lead.status) {
                Status::Interested => Ok(()),
                other => Err(Refusal::new(
                    RefusalCode::InvalidValue,
                    format!("Interest is set while a lead is Interested; this one is {}.", lifecycle::label(other)),
                )
                .on("interest")
                .winning(lead.status.as_str())),
            },
            Command::ScheduleFollowUp { .. } => {
                may_follow_up(lead, facts.owned)?;
                room_for_one_more(lead)
            }
            Command::MoveFollowUp { follow_up, .. } => {
                may_follow_up(lead, facts.owned)?;
                existing(lead, *follow_up).map(|_| ())
            }
            Command::CompleteFollowUp { follow_up, .. } | Command::CancelFollowUp { follow_up } => existing(lead, *follow_up).map(|_| ()),
            Command::EditNote { note, .. } => match lead.notes.iter().any(|n| n.id == *note) {
                true => Ok(()),
                false => Err(Refusal::new(RefusalCode::NotFound, "This note is not here any more.")),
            },
            Command::AddNote { .. } | Command::LogCall { .. } | Command::AddTag { .. } | Command::AddComment { .. } => {
                room_for_one_more(lead)
            }
            Command::SetCustom { field, .. } if !lead.custom.contains_key(field) => room_for_one_more(lead),
            Command::SetField { .. } | Command::RemoveTag { .. } | Command::SetCustom { .. } => Ok(()),
            Command::SetSetting { .. }
            | Command::AddOption { .. }
            | Command::ChangeOption { .. }
            | Command::SetPreference { .. }
            | Command::MarkNotices { .. }
            | Command::Ledger(_) => Err(Refusal::new(RefusalCode::InvalidValue, "This is no edit of a lead.")),
            // Of two people who delete at once both are right.
            Command::DeleteLead { .. } => Ok(()),
            Command::RestoreLead { deletions, .. } => match &lead.deleted {
                Some(deleted) if deletions.iter().any(|d| deleted.deletions.contains(d)) => Ok(()),
                Some(_) | None => Err(Refusal::new(RefusalCode::InvalidValue, "This lead is not deleted.")),
            },
            Command::Undo { .. } if facts.undoable => Ok(()),
            Command::Undo { .. } => Err(not_current()),
        }
    }

    /// The follow-up or note that it changes, or what it takes back, by the id of the command that made it.
    #[must_use]
    pub fn target(&self) -> Option<Uuid> {
        match self {
            Command::MoveFollowUp { follow_up: id, .. }
            | Command::CompleteFollowUp { follow_up: id, .. }
            | Command::CancelFollowUp { follow_up: id }
            | Command::EditNote { note: id, .. }
            | Command::Undo { command: CommandId(id), .. } => Some(*id),
            Command::Ledger(command) => command.target(),
            Command::CreateLead(_)
            | Command::SetField { .. }
            | Command::ChangeStatus { .. }
            | Command::SetInterest { .. }
            | Command::ScheduleFollowUp { .. }
            | Command::LogCall { .. }
            | Command::AddNote { .. }
            | Command::AddTag { .. }
            | Command::RemoveTag { .. }
            | Command::DeleteLead { .. }
            | Command::RestoreLead { .. }
            | Command::SetCustom { .. }
            | Command::AddComment { .. }
            | Command::SetSetting { .. }
            | Command::AddOption { .. }
            | Command::ChangeOption { .. }
            | Command::SetPreference { .. }
            | Command::MarkNotices { .. } => None,
        }
    }

    /// Whether it builds on `earlier`, an edit of the same lead: on what that made, or on the value that
    /// it set. One cannot go in before the other is decided about.
    #[must_use]
    pub fn builds_on(&self, earlier: &Envelope) -> bool {
        let made = earlier.id.0;
        match (self.undone(), earlier.command.undone()) {
            (_, Command::CreateLead(_)) => true,
            _ if self.target() == Some(made) => true,
            (Command::SetField { field, .. }, Command::SetField { field: before, .. }) => field == before,
            (Command::SetCustom { field, .. }, Command::SetCustom { field: before, .. }) => field == before,
            (Command::Ledger(LedgerCommand::SetPackage { .. }), Command::Ledger(LedgerCommand::SetPackage { .. }))
            | (Command::Ledger(LedgerCommand::SetPlan { .. }), Command::Ledger(LedgerCommand::SetPlan { .. })) => true,
            (Command::ChangeStatus { .. }, Command::ChangeStatus { .. })
            | (Command::SetInterest { .. }, Command::ChangeStatus { .. } | Command::SetInterest { .. }) => true,
            (
                Command::AddTag { tag } | Command::RemoveTag { tag },
                Command::AddTag { tag: before } | Command::RemoveTag { tag: before },
            ) => tag == before,
            (Command::RestoreLead { deletions, .. }, Command::DeleteLead { .. }) => deletions.contains(&made),
            _ => self.item().is_some_and(|item| item == made || earlier.command.item() == Some(item)),
        }
    }

    /// The follow-up or note that it changes, also by taking a change of it back.
    fn item(&self) -> Option<Uuid> {
        match self {
            Command::Undo { command, of } => of.target().or(Some(command.0)),
            command => command.target(),
        }
    }

    /// What an old owner's edit becomes when it arrives after the lead was handed over: the additive
    /// ones are kept under their author, the rest is proposed to the new owner.
    #[must_use]
    pub fn is_additive(&self) -> bool {
        match self {
            Command::LogCall { .. }
            | Command::AddNote { .. }
            | Command::EditNote { .. }
            | Command::AddComment { .. }
            | Command::AddTag { .. }
            | Command::RemoveTag { .. }
            | Command::ScheduleFollowUp { .. }
            | Command::MoveFollowUp { .. }
            | Command::CompleteFollowUp { .. }
            | Command::CancelFollowUp { .. }
            | Command::Ledger(_) => true,
            Command::CreateLead(_)
            | Command::SetField { .. }
            | Command::ChangeStatus { .. }
            | Command::SetInterest { .. }
            | Command::SetCustom { .. }
            | Command::DeleteLead { .. }
            | Command::RestoreLead { .. }
            | Command::SetSetting { .. }
            | Command::AddOption { .. }
            | Command::ChangeOption { .. }
            | Command::SetPreference { .. }
            | Command::MarkNotices { .. } => false,
            Command::Undo { of, .. } => of.is_additive(),
        }
    }
}

/// Checks one contact field's value (rows E2, E3).
///
/// # Errors
/// A refusal naming the field and what to type.
pub fn check_field(field: LeadField, value: Option<&str>) -> Result<(), Refusal> {
    let name = field.as_str();
    let Some(value) = value else {
        return match field {
            LeadField::Name => Err(missing("A name is needed.", name)),
            LeadField::Phone => Err(missing("A phone number is needed. Type the number to call.", name)),
            _ => Ok(()),
        };
    };
    match field {
        LeadField::Name => required_text(name, value, limits::NAME_MAX),
        LeadField::Phone | LeadField::AltPhone => phone::check(value).map_err(|r| r.on(name)),
        LeadField::Email => {
            limits::check_text(name, value, limits::EMAIL_MAX)?;
            if is_email(value) {
                Ok(())
            } else {
                Err(Refusal::new(RefusalCode::InvalidEmail, "That is not an e-mail address. It looks like name@example.com.").on(name))
            }
        }
        LeadField::Budget => match value.parse::<i64>() {
            Ok(n) if (0..=limits::BUDGET_MAX).contains(&n) => Ok(()),
            _ => Err(Refusal::new(RefusalCode::InvalidValue, "A budget is a number of money, not below zero.").on(name)),
        },
        LeadField::Source | LeadField::Language | LeadField::DoNotCall => required_text(name, value, limits::LINE_MAX),
    }
}

/// Whether a text has the shape of an e-mail address: one `@`, a dotted domain, no blanks.
#[must_use]
pub fn is_email(value: &str) -> bool {
    value.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && !domain.contains('@')
            && domain.split('.').count() >= 2
            && domain.split('.').all(|part| !part.is_empty())
            && !value.chars().any(|c| c.is_whitespace() || matches!(c, '<' | '>' | ',' | ';' | '"'))
    })
}

/// Whether a follow-up may be scheduled on this lead (row I11).
///
/// # Errors
/// `LeadUnassigned` or `LeadClosed`.
pub fn may_follow_up(lead: &LeadRecord, owned: bool) -> Result<(), Refusal> {
    let state = match lead.status {
        Status::Converted => State::Converted,
        Status::Lost => State::Lost,
        _ if owned => State::Open,
        _ => State::Nobodys,
    };
    let closed = |refusal: Refusal| if lead.status.is_closed() { refusal.winning(lead.status.as_str()) } else { refusal };
    Deed::Plan.check(state).map_err(closed)
}

/// The answer to an undo that comes too late.
#[must_use]
pub fn not_current() -> Refusal {
    Refusal::new(RefusalCode::NotCurrent, "This can’t be undone any more: it was changed since, or it never got in.")
}

fn existing(lead: &LeadRecord, follow_up: Uuid) -> Result<FollowUpState, Refusal> {
    lead.follow_ups
        .iter()
        .find(|f| f.id == follow_up)
        .map(|f| f.state)
        .ok_or_else(|| Refusal::new(RefusalCode::NotFound, "This follow-up is not here any more."))
}

fn room_for_one_more(lead: &LeadRecord) -> Result<(), Refusal> {
    let items = lead.follow_ups.len() + lead.calls.len() + lead.notes.len() + lead.comments.len() + lead.tags.len() + lead.custom.len();
    if items < limits::ITEMS_MAX {
        return Ok(());
    }
    Err(Refusal::new(RefusalCode::TooLong, format!("This lead holds {items} entries already, which is the most one can have.")))
}

fn check_splices(splices: &[Splice]) -> Result<(), Refusal> {
    if splices.is_empty() || splices.len() > limits::SPLICES_MAX {
        return Err(Refusal::new(RefusalCode::InvalidValue, "This edit of the note is empty or has too many parts.").on("note"));
    }
    let inserted: usize = splices.iter().map(|s| s.insert.chars().count()).sum();
    if inserted > limits::NOTE_MAX {
        return Err(Refusal::new(
            RefusalCode::TooLong,
            format!("Note has {inserted} characters; it can have {}. Shorten it and save again.", limits::NOTE_MAX),
        )
        .on("note"));
    }
    splices.iter().try_for_each(|s| limits::check_text("note", &s.insert, limits::NOTE_MAX))
}

fn check_option(list: OptionList, label: &str, kind: &FieldKind) -> Result<(), Refusal> {
    required_text("label", label, limits::LINE_MAX)?;
    match kind {
        FieldKind::Text => Ok(()),
        _ if list != OptionList::CustomFields => {
            Err(Refusal::new(RefusalCode::InvalidValue, "Only fields of your own have a kind.").on("kind"))
        }
        FieldKind::Number | FieldKind::Date => Ok(()),
        FieldKind::Choice { choices } if choices.is_empty() || choices.len() > limits::CHOICES_MAX => {
            let text = format!("Name from 1 to {} choices.", limits::CHOICES_MAX);
            Err(Refusal::new(RefusalCode::InvalidValue, text).on("choices"))
        }
        FieldKind::Choice { choices } => choices.iter().try_for_each(|choice| required_text("choice", choice, limits::LINE_MAX)),
    }
}

fn check_preference(key: &str, value: Option<&str>) -> Result<(), Refusal> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-' | ':');
    if key.is_empty() || key.len() > limits::PREFERENCE_KEY_MAX || !key.chars().all(plain) {
        return Err(Refusal::new(RefusalCode::InvalidValue, "This preference has no name that can be kept.").on("key"));
    }
    value.map_or(Ok(()), |value| limits::check_text("preference", value, limits::PREFERENCE_MAX))
}

fn check_time(due_at: i64, zone: &str, local: &str) -> Result<(), Refusal> {
    // 2000-01-01 to 2100-01-01: a device clock may be wrong, a follow-up in 1970 is a mistake.
    let sane = (946_684_800_000..4_102_444_800_000).contains(&due_at);
    if sane && (1..=64).contains(&zone.len()) && local.len() == 16 {
        return Ok(());
    }
    Err(Refusal::new(RefusalCode::InvalidValue, "Pick a date and a time for the follow-up.").on("due_at"))
}

fn required_text(field: &str, text: &str, max: usize) -> Result<(), Refusal> {
    limits::check_text(field, text, max)?;
    if text.trim().is_empty() {
        return Err(missing(&format!("{} is needed.", limits::capital(field)), field));
    }
    Ok(())
}

fn missing(text: &str, field: &str) -> Refusal {
    Refusal::new(RefusalCode::MissingField, text).on(field)
}
