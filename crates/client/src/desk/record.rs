//! One lead, whole: what the drawer shows, and what this person may do with it now.

use super::Desk;
use super::timeline::{self, Past, what};
use super::when::Today;
use super::words::Reader;
use crate::error::ClientError;
use crate::project;
use crate::store::{attention, documents, drafts, leads, ledgers, outbox, proposals, requests};
use bridge::Problem;
use bridge::lead::{
    AskedOwner, Can, Choice, CommentView, CustomView, DeletedView, FieldConflict, FieldView, FollowUpView, LeadGet, LeadOpen, LeadOpened,
    LeadTimeline, LeadView, NoteView, ProposalView, RecordSync,
};
use bridge::session::CustomField;
use domain::config::{ConfigOption, OptionList};
use domain::follow_up::{FollowUp, FollowUpState};
use domain::lead::{Deletion, Rival};
use domain::ledger::PaymentStatus;
use domain::people::Proposal;
use domain::policy::{self, eligible, eligible_command};
use domain::state::{Deed, State};
use domain::{
    Action, Command, CommandId, DocId, Envelope, LeadField, LeadId, LeadRecord, Refusal, RefusalCode, Status, Subject, lifecycle,
};
use records::ChangeHash;
use rusqlite::Connection;
use std::cmp::Reverse;

/// Below the name, in this order.
const SHOWN: [LeadField; 6] =
    [LeadField::Phone, LeadField::AltPhone, LeadField::Email, LeadField::Budget, LeadField::Source, LeadField::Language];

pub(super) fn get(desk: &Desk, ask: LeadGet) -> Result<LeadView, Problem> {
    let (record, stored) = desk.engine.record(ask.lead)?;
    let now_ms = desk.engine.env().now_ms();
    Ok(desk.read(|c| {
        let reader = desk.reader(c)?;
        let row = leads::get(c, ask.lead)?.ok_or(ClientError::NotFound)?;
        let subject = project::subject(&row.summary);
        if subject.deleted && !reader.may(Action::DeletedItemsPage, &subject) {
            return Err(ClientError::NotFound);
        }
        let page = Page {
            c,
            reader: &reader,
            today: reader.today(now_ms),
            see_phone: reader.may(Action::SeePhone, &subject),
            past: Past::of(&stored),
        };
        page.view(record, &subject, &stored.doc.heads())
    })?)
}

pub(super) fn open(desk: &Desk, LeadOpen { lead }: LeadOpen) -> Result<LeadOpened, Problem> {
    let view = get(desk, LeadGet { lead })?;
    let timeline = if view.can.timeline { timeline::get(desk, LeadTimeline { lead })? } else { Vec::new() };
    let draft = desk.read(|c| drafts::get(c, &drafts::key(DocId::lead(lead))))?;
    Ok(LeadOpened { view, timeline, draft })
}

impl Desk {
    /// The lead's number in E.164, or its other one, for who may see it.
    ///
    /// # Errors
    /// `NotFound`; `Refused` for who sees it masked, and for a lead without it.
    pub(crate) fn number_of(&self, lead: LeadId, other: bool) -> Result<String, Problem> {
        let (record, _) = self.engine.record(lead)?;
        let may = self.read(|c| {
            let row = leads::get(c, lead)?.ok_or(ClientError::NotFound)?;
            let subject = project::subject(&row.summary);
            Ok(!subject.deleted && self.reader(c)?.may(Action::SeePhone, &subject))
        })?;
        let refused = |code, text| Problem::from(ClientError::from(Refusal::new(code, text)));
        if !may {
            return Err(refused(RefusalCode::NotPermitted, "This number is not yours to call."));
        }
        if record.do_not_call.value.is_some() {
            return Err(refused(
                RefusalCode::InvalidValue,
                "This person asked not to be called. Take that back first, if it is not so any more.",
            ));
        }
        let field = if other { LeadField::AltPhone } else { LeadField::Phone };
        let number = record.field(field).value.clone().filter(|number| !number.is_empty());
        number.ok_or_else(|| refused(RefusalCode::NotFound, "This lead has no such number."))
    }
}

/// What the parts of one view share.
struct Page<'a> {
    c: &'a Connection,
    reader: &'a Reader,
    today: Today<'a>,
    see_phone: bool,
    past: Past,
}

impl Page<'_> {
    fn view(&self, record: LeadRecord, subject: &Subject, heads: &[ChangeHash]) -> Result<LeadView, ClientError> {
        let lead = record.id;
        let owner_provisional = outbox::contains(self.c, CommandId(lead.0))?;
        let mut next = lifecycle::next(record.status);
        next.retain(|to| !subject.deleted && self.may_move(record.status, *to, subject));
        Ok(LeadView {
            id: lead,
            name: self.field(&record, LeadField::Name)?,
            fields: SHOWN.into_iter().map(|field| self.field(&record, field)).collect::<Result<_, _>>()?,
            status: record.status,
            payment: self.payment(&record)?,
            review: record.review,
            interest: record.interest,
            owner: subject.owner.map(|owner| Ok::<_, ClientError>((owner, self.reader.name(self.c, owner)?))).transpose()?,
            owner_provisional,
            asked_owner: self.asked_owner(lead)?,
            follow_ups: self.follow_ups(&record),
            notes: self.notes(&record)?,
            comments: self.comments(&record)?,
            do_not_call: self.field(&record, LeadField::DoNotCall)?,
            custom: self.custom(&record)?,
            can: self.can(&record, &next, subject, owner_provisional),
            next,
            deleted: record.deleted.as_ref().map(|deletion| deleted(self.c, self.reader, &self.today, deletion)).transpose()?,
            proposals: self.proposals(&record, subject)?,
            drop_reason: record.drop.map(|drop| drop.reason),
            tags: record.tags,
            created: self.today.when(record.created_at),
            sync: sync_of(self.c, lead)?,
            heads: write_heads(heads),
        })
    }

    /// Where its payments stand, for who may know; nothing was paid where nobody says so.
    fn payment(&self, record: &LeadRecord) -> Result<Option<PaymentStatus>, ClientError> {
        if !policy::sees_payment_badge(self.reader.facts.me.role) {
            return Ok(None);
        }
        let today = self.today.day().parse().map_err(ClientError::Internal)?;
        let known = ledgers::status(self.c, record.id, today)?;
        Ok(known.or((record.status == Status::Converted).then_some(PaymentStatus::Pending)))
    }

    fn asked_owner(&self, lead: LeadId) -> Result<Option<AskedOwner>, ClientError> {
        let Some(asked) = requests::of_lead(self.c, lead)? else { return Ok(None) };
        let to = asked.owner.map(|owner| self.reader.name(self.c, owner)).transpose()?;
        Ok(Some(AskedOwner { to, when: self.today.when(asked.asked_at) }))
    }

    fn field(&self, record: &LeadRecord, field: LeadField) -> Result<FieldView, ClientError> {
        let state = record.field(field);
        let hidden = matches!(field, LeadField::Phone | LeadField::AltPhone) && !self.see_phone;
        let display = |raw: &Option<String>| raw.as_deref().map(|raw| self.reader.display(field, raw, self.see_phone));
        let raw = |raw: &Option<String>| if hidden { None } else { raw.clone() };
        let choice = |rival: &Rival| -> Result<Choice, ClientError> {
            Ok(Choice {
                value: raw(&rival.value),
                display: display(&rival.value),
                by: self.reader.name(self.c, rival.author)?,
                mine: self.reader.is_me(rival.author),
                when: self.today.when(rival.at),
            })
        };
        let conflict = if state.others.is_empty() {
            None
        } else {
            let choices = state.shown.iter().chain(&state.others).map(choice).collect::<Result<_, _>>()?;
            Some(FieldConflict { choices, before: display(&state.before) })
        };
        Ok(FieldView { field, value: raw(&state.value), display: display(&state.value), conflict })
    }

    /// Open ones by time, then the settled ones, the latest first.
    fn follow_ups(&self, record: &LeadRecord) -> Vec<FollowUpView> {
        let mut all: Vec<&FollowUp> = record.follow_ups.iter().collect();
        all.sort_by_key(|f| if f.is_open() { (false, f.due_at, Reverse(0)) } else { (true, 0, Reverse(f.due_at)) });
        let view = |f: &FollowUp| FollowUpView {
            id: f.id,
            when: self.today.when(f.due_at),
            missed: f.is_open() && f.due_at < self.today.now_ms,
            open: f.is_open(),
            cancelled: f.state == FollowUpState::Cancelled,
            outcome: f.outcome.clone(),
            note: f.note.clone(),
        };
        all.into_iter().map(view).collect()
    }

    fn notes(&self, record: &LeadRecord) -> Result<Vec<NoteView>, ClientError> {
        let view = |note: &domain::lead::Note| {
            let (author, at) = self.past.made(note.id).unwrap_or((record.created_by, record.created_at));
            Ok(NoteView { note: note.clone(), by: self.reader.name(self.c, author)?, when: self.today.when(at) })
        };
        record.notes.iter().map(view).collect()
    }

    /// Oldest first.
    fn comments(&self, record: &LeadRecord) -> Result<Vec<CommentView>, ClientError> {
        let view = |comment: &domain::lead::Comment| {
            Ok(CommentView {
                id: comment.id,
                by: self.reader.name(self.c, comment.by)?,
                mine: self.reader.is_me(comment.by),
                when: self.today.when(comment.at),
                text: comment.text.clone(),
            })
        };
        record.comments.iter().map(view).collect()
    }

    /// The fields that the organisation offers, and those it offers no more where the lead has a value.
    fn custom(&self, record: &LeadRecord) -> Result<Vec<CustomView>, ClientError> {
        let shown = |field: &ConfigOption| field.active || record.custom.get(&field.id).is_some_and(|state| state.value.is_some());
        let view = |field: ConfigOption| {
            let state = record.custom.get(&field.id).cloned().unwrap_or_default();
            let choice = |rival: &Rival| -> Result<Choice, ClientError> {
                Ok(Choice {
                    value: rival.value.clone(),
                    display: rival.value.clone(),
                    by: self.reader.name(self.c, rival.author)?,
                    mine: self.reader.is_me(rival.author),
                    when: self.today.when(rival.at),
                })
            };
            let conflict = match state.others.is_empty() {
                true => None,
                false => {
                    let choices = state.shown.iter().chain(&state.others).map(choice).collect::<Result<_, _>>()?;
                    Some(FieldConflict { choices, before: state.before })
                }
            };
            Ok(CustomView { field: CustomField::from(field), value: state.value, conflict })
        };
        self.reader.config.all(OptionList::CustomFields).into_iter().filter(shown).map(view).collect()
    }

    /// Old owners' edits, each with what the lead says now in that place.
    fn proposals(&self, record: &LeadRecord, subject: &Subject) -> Result<Vec<ProposalView>, ClientError> {
        let view = |proposal: Proposal| {
            let Envelope { id, author, at, command } = proposal.envelope;
            Ok(ProposalView {
                id,
                by: self.reader.name(self.c, author)?,
                what: what(&command, self.reader, &self.today, self.see_phone),
                now: self.stands(record, &command),
                wrote: self.today.when(at),
                arrived: self.today.when(proposal.arrived_at),
                can_take: self.reader.may_command(&command, subject) && eligible_command(&command, subject).is_ok(),
                can_drop: self.reader.may(Action::EditLead, subject),
            })
        };
        proposals::of_doc(self.c, DocId::lead(record.id))?.into_iter().map(view).collect()
    }

    /// What stands where a command would write, as people read it.
    fn stands(&self, record: &LeadRecord, command: &Command) -> Option<String> {
        match command.undone() {
            Command::SetField { field, .. } => {
                record.field(*field).value.as_deref().map(|raw| self.reader.display(*field, raw, self.see_phone))
            }
            Command::ChangeStatus { .. } => Some(lifecycle::label(record.status).to_owned()),
            Command::SetInterest { .. } => record.interest.map(|level| level.to_string()),
            Command::SetCustom { field, .. } => record.custom.get(field).and_then(|state| state.value.clone()),
            // Additive: nothing stands in their place.
            Command::CreateLead(_)
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
            | Command::AddComment { .. }
            | Command::SetSetting { .. }
            | Command::AddOption { .. }
            | Command::ChangeOption { .. }
            | Command::SetPreference { .. }
            | Command::MarkNotices { .. }
            | Command::Ledger(_)
            | Command::Undo { .. } => None,
        }
    }

    fn may_move(&self, from: Status, to: Status, subject: &Subject) -> bool {
        self.reader.may(Command::ChangeStatus { from, to, reason: None }.action(), subject)
    }

    fn can(&self, record: &LeadRecord, next: &[Status], subject: &Subject, unsent: bool) -> Can {
        // Scheduling is more than its right where a role reaches only converted leads.
        let plan = Command::ScheduleFollowUp { due_at: 0, zone: String::new(), local: String::new(), note: String::new() };
        let may = |action| match action {
            Action::ScheduleFollowUp => self.reader.may_command(&plan, subject),
            action => self.reader.may(action, subject),
        };
        let state = State::of(subject);
        let unknown = || Refusal::new(RefusalCode::NotFound, "The server does not know this lead yet. It can be assigned once it is sent.");
        let known = if unsent { Err(unknown()) } else { Ok(()) };
        let can = |action| may(action) && eligible(action, subject).is_ok();
        let blocked = |action, deed: Deed, so_far: Result<(), Refusal>| {
            let why = deed.check(state).and(so_far).err();
            why.filter(|_| may(action)).map(|refusal| refusal.text)
        };
        Can {
            edit: can(Action::EditLead),
            change_status: can(Action::ChangeStatus),
            drop: next.contains(&Status::Lost),
            convert: next.contains(&Status::Converted),
            reopen: record.status == Status::Lost && !next.is_empty(),
            follow_up: may(Action::ScheduleFollowUp),
            follow_up_blocked: blocked(Action::ScheduleFollowUp, Deed::Plan, Ok(())),
            settle_blocked: blocked(Action::ScheduleFollowUp, Deed::Settle, Ok(())),
            log_call: may(Action::ChangeStatus),
            log_call_blocked: blocked(Action::ChangeStatus, Deed::LogCall, Ok(())),
            timeline: may(Action::ViewTimeline),
            assign: may(Action::AssignLead),
            assign_blocked: blocked(Action::AssignLead, Deed::Assign, known),
            delete: may(Action::DeleteLead),
            delete_blocked: blocked(Action::DeleteLead, Deed::Delete, Ok(())),
            restore: can(Action::RestoreLead),
        }
    }
}

pub(super) fn deleted(c: &Connection, reader: &Reader, today: &Today<'_>, deletion: &Deletion) -> Result<DeletedView, ClientError> {
    Ok(DeletedView {
        by: reader.name(c, deletion.by)?,
        when: today.when(deletion.at),
        reason: deletion.reason.clone(),
        edited_after: deletion.edited_after,
    })
}

/// What keeps a record from being the same everywhere, the worst first.
fn sync_of(c: &Connection, lead: LeadId) -> Result<RecordSync, ClientError> {
    let doc = DocId::lead(lead);
    if documents::is_frozen(c, doc)? {
        return Ok(RecordSync::Leaving { count: outbox::count_of(c, doc)? });
    }
    let refused = attention::of_doc(c, doc)?;
    if let Some(first) = refused.first() {
        let count = u32::try_from(refused.len()).unwrap_or(u32::MAX);
        return Ok(RecordSync::NeedsAttention { count, why: first.refusal.text.clone() });
    }
    match outbox::count_of(c, doc)? {
        0 => Ok(RecordSync::Synced),
        count => Ok(RecordSync::NotSent { count }),
    }
}

/// Heads as text for the window, which only gives them back.
fn write_heads(heads: &[ChangeHash]) -> String {
    let hex: Vec<String> = heads.iter().map(|h| protocol::ChangeHash(h.0).to_string()).collect();
    hex.join(",")
}

/// What [`write_heads`] wrote.
pub(super) fn read_heads(text: &str) -> Option<Vec<ChangeHash>> {
    text.split(',').map(|hex| hex.parse::<protocol::ChangeHash>().ok().map(|h| ChangeHash(h.0))).collect()
}
