//! A record's timeline: its change history, newest first, with who, when, and when it arrived.

use super::Desk;
use super::when::Today;
use super::words::Reader;
use crate::error::ClientError;
use crate::project;
use crate::store::documents::Stored;
use crate::store::{leads, outbox};
use bridge::Problem;
use bridge::lead::{LeadTimeline, TimelineEntry, TimelineWhat};
use domain::{Action, Command, CommandId, DocId, Envelope, LeadId, UserId};
use protocol::pull::ChangeMeta;
use rusqlite::Connection;
use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// An edit that reached the server later than this after it was made says when, ms.
const ARRIVED_LATE_MS: i64 = 60_000;

pub(super) fn get(desk: &Desk, ask: LeadTimeline) -> Result<Vec<TimelineEntry>, Problem> {
    let (_, stored) = desk.engine.record(ask.lead)?;
    let now_ms = desk.engine.env().now_ms();
    let entries = desk.read(|c| {
        let reader = desk.reader(c)?;
        let row = leads::get(c, ask.lead)?.ok_or(ClientError::NotFound)?;
        let subject = project::subject(&row.summary);
        if !reader.may(Action::ViewTimeline, &subject) {
            return Ok(None);
        }
        let unsent: HashSet<CommandId> = outbox::of_doc(c, DocId::lead(ask.lead))?.iter().map(|p| p.envelope.id).collect();
        let today = reader.today(now_ms);
        let see_phone = reader.may(Action::SeePhone, &subject);
        if stored.is_withheld() {
            let entry = |meta: &ChangeMeta| withheld(c, &reader, &today, ask.lead, meta);
            return stored.metas.iter().rev().map(entry).collect::<Result<_, _>>().map(Some);
        }
        let entry = |past: PastEdit| {
            Ok(TimelineEntry {
                command: past.envelope.id,
                by: reader.name(c, past.envelope.author)?,
                mine: reader.is_me(past.envelope.author),
                when: today.when(past.envelope.at),
                what: what(&past.envelope.command, &reader, &today, see_phone),
                arrived: past.arrived_late().map(|at| today.when(at)),
                sent: !unsent.contains(&past.envelope.id),
            })
        };
        Past::of(&stored).newest_first().map(entry).collect::<Result<_, ClientError>>().map(Some)
    })?;
    entries.ok_or_else(|| Problem::new(bridge::ProblemCode::Refused, "The timeline of this lead is not in your role."))
}

/// What is told of an edit whose record the reader may not hold: who and when.
fn withheld(c: &Connection, reader: &Reader, today: &Today<'_>, lead: LeadId, meta: &ChangeMeta) -> Result<TimelineEntry, ClientError> {
    Ok(TimelineEntry {
        command: meta.command,
        by: reader.name(c, meta.author)?,
        mine: reader.is_me(meta.author),
        when: today.when(meta.accepted_at),
        what: if LeadId::from(meta.command) == lead { TimelineWhat::Created } else { TimelineWhat::Edited },
        arrived: None,
        sent: true,
    })
}

/// A command in words for the window, except the words.
pub(super) fn what(command: &Command, reader: &Reader, today: &Today<'_>, see_phone: bool) -> TimelineWhat {
    match command.clone() {
        Command::CreateLead(_) => TimelineWhat::Created,
        Command::SetField { field, value } => {
            TimelineWhat::Field { field, display: value.map(|value| reader.display(field, &value, see_phone)) }
        }
        Command::ChangeStatus { from, to, reason } => TimelineWhat::Status { from, to, reason },
        Command::SetInterest { level } => TimelineWhat::Interest { level },
        Command::ScheduleFollowUp { due_at, note, .. } => TimelineWhat::FollowUpSet { when: today.when(due_at), note },
        Command::MoveFollowUp { due_at, .. } => TimelineWhat::FollowUpMoved { when: today.when(due_at) },
        Command::CompleteFollowUp { outcome, .. } => TimelineWhat::FollowUpDone { outcome },
        Command::CancelFollowUp { .. } => TimelineWhat::FollowUpCancelled,
        Command::LogCall { outcome, .. } => TimelineWhat::Call { outcome },
        Command::AddNote { text } => TimelineWhat::NoteAdded { text },
        Command::EditNote { .. } => TimelineWhat::NoteEdited,
        Command::AddTag { tag } => TimelineWhat::TagAdded { tag },
        Command::RemoveTag { tag } => TimelineWhat::TagRemoved { tag },
        Command::DeleteLead { reason } => TimelineWhat::Deleted { reason },
        Command::RestoreLead { reason, .. } => TimelineWhat::Restored { reason },
        Command::Undo { of, .. } => TimelineWhat::Undone { of: Box::new(what(&of, reader, today, see_phone)) },
    }
}

/// The commands that a document carries out, with what the server knows of them.
pub(super) struct Past(Vec<PastEdit>);

struct PastEdit {
    envelope: Envelope,
    accepted_at: Option<i64>,
}

impl PastEdit {
    /// Device time, but never after its arrival: a clock that runs ahead puts nothing on top.
    fn at(&self) -> i64 {
        self.accepted_at.map_or(self.envelope.at, |accepted| accepted.min(self.envelope.at))
    }

    fn arrived_late(&self) -> Option<i64> {
        self.accepted_at.filter(|accepted| accepted - self.envelope.at > ARRIVED_LATE_MS)
    }
}

impl Past {
    pub(super) fn of(stored: &Stored) -> Self {
        let accepted: HashMap<CommandId, i64> = stored.metas.iter().map(|meta| (meta.command, meta.accepted_at)).collect();
        // A change of a newer version whose command this one can't read has no line.
        let envelopes = records::history(&stored.doc).into_iter().filter_map(|entry| entry.envelope);
        Self(envelopes.map(|envelope| PastEdit { accepted_at: accepted.get(&envelope.id).copied(), envelope }).collect())
    }

    /// Who made an item, and when: its id is that of its command.
    pub(super) fn made(&self, id: Uuid) -> Option<(UserId, i64)> {
        self.0.iter().find(|past| past.envelope.id.0 == id).map(|past| (past.envelope.author, past.envelope.at))
    }

    fn newest_first(mut self) -> impl Iterator<Item = PastEdit> {
        self.0.sort_by_key(|past| Reverse((past.at(), past.envelope.id)));
        self.0.into_iter()
    }
}
