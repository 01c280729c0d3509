//! A record's timeline: its change history, newest first, with who, when, and when it arrived.

use super::Desk;
use super::when::Today;
use super::words::Reader;
use crate::error::ClientError;
use crate::project;
use crate::store::documents::Stored;
use crate::store::{assignments, leads, meta, outbox};
use bridge::Problem;
use bridge::lead::{LeadTimeline, TimelineEntry, TimelineWhat};
use domain::assignment::{Assignment, Part, Why};
use domain::{Action, Command, CommandId, DeviceId, DocId, Envelope, LeadField, LeadId, UserId};
use protocol::pull::ChangeMeta;
use rusqlite::Connection;
use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// An edit that reached the server later than this after it was made says when, ms.
const ARRIVED_LATE_MS: i64 = 60_000;
/// Who did what the server did by itself.
const RULES: &str = "Assignment rules";

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
        let this: Option<DeviceId> = meta::get(c, meta::DEVICE)?;
        let today = reader.today(now_ms);
        let see_phone = reader.may(Action::SeePhone, &subject);
        if stored.is_withheld() {
            let entry = |meta: &ChangeMeta| withheld(c, &reader, &today, ask.lead, meta);
            return stored.metas.iter().rev().map(entry).collect::<Result<_, _>>().map(Some);
        }
        let entry = |past: PastEdit| {
            let key = past.at();
            let line = TimelineEntry {
                command: past.envelope.id,
                by: reader.name(c, past.envelope.author)?,
                mine: reader.is_me(past.envelope.author),
                when: today.when(past.envelope.at),
                what: what(&past.envelope.command, &reader, &today, see_phone),
                arrived: past.arrived_late().map(|at| today.when(at)),
                sent: !unsent.contains(&past.envelope.id),
                here: past.device.map(|device| Some(device) == this).or_else(|| unsent.contains(&past.envelope.id).then_some(true)),
            };
            Ok((key, line))
        };
        let past = Past::of(&stored);
        let before = before(&past, &reader, see_phone);
        let mut keyed = past.newest_first().map(entry).collect::<Result<Vec<_>, ClientError>>()?;
        for line in assignments::of_lead(c, ask.lead)? {
            keyed.push((line.at, assigned(c, &reader, &today, &line)?));
        }
        // What came at one instant stays in its order.
        keyed.sort_by_key(|(at, _)| Reverse(*at));
        let mut entries: Vec<TimelineEntry> = keyed.into_iter().map(|(_, entry)| entry).collect();
        for entry in &mut entries {
            if let TimelineWhat::Field { from, .. } | TimelineWhat::Custom { from, .. } = &mut entry.what {
                *from = before.get(&entry.command).cloned();
            }
        }
        Ok(Some(entries))
    })?;
    entries.ok_or_else(|| Problem::new(bridge::ProblemCode::Refused, "The timeline of this lead is not in your role."))
}

/// What the server decided about the owner, or who collects, and why.
fn assigned(c: &Connection, reader: &Reader, today: &Today<'_>, line: &Assignment) -> Result<TimelineEntry, ClientError> {
    let to = line.to.map(|to| reader.name(c, to)).transpose()?;
    let why = Some(line.why.words()).filter(|why| !why.is_empty());
    let what = match (&line.why, line.part) {
        (Why::Waits { .. }, _) => TimelineWhat::Waiting { why: line.why.words() },
        (_, Part::Lead) => TimelineWhat::Assigned { to, why },
        (_, Part::Collection) => TimelineWhat::Collector { to: to.unwrap_or_default(), why },
    };
    Ok(TimelineEntry {
        command: CommandId(line.id),
        by: line.by.map_or_else(|| Ok(RULES.to_owned()), |by| reader.name(c, by))?,
        mine: line.by.is_some_and(|by| reader.is_me(by)),
        when: today.when(line.at),
        what,
        arrived: None,
        sent: true,
        here: None,
    })
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
        here: None,
    })
}

/// What each edit of a field found there, as the history tells it.
fn before(past: &Past, reader: &Reader, see_phone: bool) -> HashMap<CommandId, String> {
    #[derive(PartialEq, Eq, Hash)]
    enum Place {
        Field(LeadField),
        Custom(Uuid),
    }
    let mut now: HashMap<Place, String> = HashMap::new();
    let mut found = HashMap::new();
    for Envelope { id, command, .. } in past.0.iter().map(|past| &past.envelope) {
        let (place, value) = match command {
            Command::CreateLead(new) => {
                let fields = [
                    (LeadField::Name, Some(&new.name)),
                    (LeadField::Phone, Some(&new.phone)),
                    (LeadField::AltPhone, new.alt_phone.as_ref()),
                    (LeadField::Email, new.email.as_ref()),
                    (LeadField::Budget, new.budget.as_ref()),
                    (LeadField::Source, new.source.as_ref()),
                    (LeadField::Language, new.language.as_ref()),
                ];
                let shown =
                    |(field, raw): (LeadField, Option<&String>)| Some((Place::Field(field), reader.display(field, raw?, see_phone)));
                now.extend(fields.into_iter().filter_map(shown));
                continue;
            }
            Command::SetField { field, value } => {
                (Place::Field(*field), value.as_deref().map(|value| reader.display(*field, value, see_phone)))
            }
            Command::SetCustom { field, value } => (Place::Custom(*field), value.clone()),
            _ => continue,
        };
        let was = match value {
            Some(value) => now.insert(place, value),
            None => now.remove(&place),
        };
        found.extend(was.map(|was| (*id, was)));
    }
    found
}

/// A command in words for the window, except the words.
pub(super) fn what(command: &Command, reader: &Reader, today: &Today<'_>, see_phone: bool) -> TimelineWhat {
    match command.clone() {
        Command::CreateLead(_) => TimelineWhat::Created,
        Command::SetField { field, value } => {
            TimelineWhat::Field { field, from: None, display: value.map(|value| reader.display(field, &value, see_phone)) }
        }
        Command::SetCustom { field, value } => TimelineWhat::Custom { label: reader.custom_label(field), from: None, display: value },
        Command::AddComment { text, .. } => TimelineWhat::Commented { text },
        Command::SetSetting { setting, .. } => TimelineWhat::Setting { what: setting.about().to_owned() },
        Command::AddOption { label, .. } => TimelineWhat::Setting { what: label },
        Command::ChangeOption { label, .. } => TimelineWhat::Setting { what: label.unwrap_or_default() },
        Command::Ledger(command) => TimelineWhat::Payment { what: command.words() },
        Command::SetPreference { .. } | Command::MarkNotices { .. } => TimelineWhat::Setting { what: String::new() },
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
    device: Option<DeviceId>,
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
        let known: HashMap<CommandId, (i64, Option<DeviceId>)> =
            stored.metas.iter().map(|meta| (meta.command, (meta.accepted_at, meta.device))).collect();
        // A change of a newer version whose command this one can't read has no line.
        let envelopes = records::history(&stored.doc).into_iter().filter_map(|entry| entry.envelope);
        let edit = |envelope: Envelope| {
            let (accepted_at, device) = known.get(&envelope.id).map_or((None, None), |(at, device)| (Some(*at), *device));
            PastEdit { envelope, accepted_at, device }
        };
        Self(envelopes.map(edit).collect())
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
