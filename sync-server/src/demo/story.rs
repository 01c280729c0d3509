//! One lead's story as commands: created, called, moved through legal statuses, promised a call
//! back. Every command passes the checks that a device's would.

use super::cast::{CALLS, FIRST, LAST, NOTES, TAGS, WHOLE};
use super::{Agents, Dice};
use crate::error::Error;
use crate::rules;
use crate::store::StoreError;
use domain::command::{Facts, NewLead};
use domain::lead::defaults::{DROP_REASONS, FOLLOW_UP_OUTCOMES, FOLLOW_UP_REASONS, LANGUAGES, SOURCES};
use domain::{Actor, Command, CommandId, Env, Envelope, LeadId, LeadRecord, Status, TeamId, UserId, phone};
use jiff::{Timestamp, tz::TimeZone};
use protocol::rows::OrgRow;
use records::{Doc, NewChange};
use std::collections::HashSet;
use uuid::Uuid;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A finished lead.
pub struct Told {
    pub doc: Doc,
    pub record: LeadRecord,
    pub owner: Option<UserId>,
    pub team: Option<TeamId>,
    pub changes: Vec<Step>,
}

/// One command and its change, with the status after it.
pub struct Step {
    pub envelope: Envelope,
    pub made: NewChange,
    pub status: Status,
}

/// What all stories share.
pub struct Plot<'a> {
    env: &'a Env,
    zone: TimeZone,
    zone_name: &'a str,
    agents: Agents,
    /// Numbers given out.
    phones: HashSet<String>,
}

impl<'a> Plot<'a> {
    pub fn new(env: &'a Env, org: &'a OrgRow, agents: Agents) -> Self {
        let zone = rules::zone(&org.zone);
        Self { env, zone, zone_name: &org.zone, agents, phones: HashSet::new() }
    }

    /// The next lead.
    pub fn tell(&mut self, dice: &mut Dice, actor: records::ActorBytes) -> Result<Told, Error> {
        let owner: Option<Actor> = (!dice.chance(12)).then(|| *dice.pick(&self.agents.sales));
        let created_at = self.env.now_ms() - HOUR - dice.below(60 * 24 * 60) as i64 * MINUTE;
        let author = owner.map_or(self.agents.manager, |o| o.user);
        let id = id_at(self.env, created_at);
        let mut pen = Pen {
            env: self.env,
            actor,
            author,
            at: created_at,
            owned: owner.is_some(),
            id: LeadId(id),
            doc: Doc::empty(),
            record: None,
            changes: vec![],
        };
        let new = self.new_lead(dice);
        pen.write_as(id, Command::CreateLead(new))?;
        if owner.is_some() {
            self.work(dice, &mut pen)?;
        }
        let record = pen.record.ok_or(Error::NotFound)?;
        Ok(Told { doc: pen.doc, record, owner: owner.map(|o| o.user), team: owner.and_then(|o| o.team), changes: pen.changes })
    }

    fn new_lead(&mut self, dice: &mut Dice) -> NewLead {
        let name = if dice.chance(8) { (*dice.pick(WHOLE)).to_owned() } else { format!("{} {}", dice.pick(FIRST), dice.pick(LAST)) };
        let email = (name.is_ascii() && dice.chance(55))
            .then(|| format!("{}{}@example.com", name.to_lowercase().replace(' ', "."), dice.below(1000)));
        NewLead {
            name,
            phone: self.phone(dice),
            alt_phone: dice.chance(10).then(|| self.phone(dice)),
            email,
            budget: dice.chance(40).then(|| ((20 + dice.below(180)) * 100_000).to_string()),
            source: Some((*dice.pick(&SOURCES)).to_owned()),
            language: dice.chance(80).then(|| (*dice.pick(&LANGUAGES)).to_owned()),
            note: dice.chance(35).then(|| (*dice.pick(NOTES)).to_owned()),
        }
    }

    /// A number that exists in its numbering plan and nobody else has.
    fn phone(&mut self, dice: &mut Dice) -> String {
        loop {
            let mut digits = |n: usize| (0..n).map(|_| char::from(b'0' + u8::try_from(dice.below(10)).unwrap_or(0))).collect::<String>();
            let tail = digits(9);
            let number = match dice.below(100) {
                0..2 => format!("+49151{}", &tail[..8]),
                2..4 => format!("+4477{}", &tail[..8]),
                4..6 => format!("+97150{}", &tail[..7]),
                _ => format!("+91{}{tail}", 6 + dice.below(4)),
            };
            if phone::check(&number).is_ok() && self.phones.insert(number.clone()) {
                return number;
            }
        }
    }

    /// What the owner did with it.
    fn work(&self, dice: &mut Dice, pen: &mut Pen<'_>) -> Result<(), Error> {
        for status in path(dice) {
            pen.pass(dice, 2 * DAY);
            if dice.chance(30) {
                pen.write(Command::LogCall { at: pen.at, outcome: (*dice.pick(CALLS)).to_owned() })?;
            }
            let reason = (*status == Status::Lost).then(|| (*dice.pick(&DROP_REASONS)).to_owned());
            pen.write(Command::ChangeStatus { from: pen.status(), to: *status, reason })?;
            if *status == Status::Interested {
                pen.write(Command::SetInterest { level: u8::try_from(1 + dice.below(5)).unwrap_or(3) })?;
            }
        }
        if dice.chance(30) {
            pen.pass(dice, DAY);
            pen.write(Command::AddNote { text: (*dice.pick(NOTES)).to_owned() })?;
        }
        if dice.chance(15) {
            pen.write(Command::AddTag { tag: (*dice.pick(TAGS)).to_owned() })?;
        }
        if !pen.status().is_closed() && dice.chance(65) {
            self.promise(dice, pen)?;
        }
        Ok(())
    }

    /// A follow-up: overdue, today or ahead; some were done.
    fn promise(&self, dice: &mut Dice, pen: &mut Pen<'_>) -> Result<(), Error> {
        let now = self.env.now_ms();
        let ahead = match dice.below(10) {
            0..2 => -(dice.below(10 * 24) as i64) * HOUR,
            2..5 => (dice.below(16) as i64 - 8) * HOUR,
            _ => dice.below(14 * 24) as i64 * HOUR,
        };
        let due_at = (now + ahead) / (15 * MINUTE) * (15 * MINUTE);
        let local = Timestamp::from_millisecond(due_at)
            .map_err(|e| Error::BadRequest(e.to_string()))?
            .to_zoned(self.zone.clone())
            .strftime("%Y-%m-%dT%H:%M")
            .to_string();
        let note = (*dice.pick(&FOLLOW_UP_REASONS)).to_owned();
        let id = pen.write(Command::ScheduleFollowUp { due_at, zone: self.zone_name.to_owned(), local, note })?;
        if due_at < now && dice.chance(40) {
            pen.at = due_at.max(pen.at);
            pen.write(Command::CompleteFollowUp { follow_up: id, outcome: (*dice.pick(&FOLLOW_UP_OUTCOMES)).to_owned() })?;
        }
        Ok(())
    }
}

/// A legal way from New.
fn path(dice: &mut Dice) -> &'static [Status] {
    use Status::{Cnp, Converted, InProgress, Interested, Lost, Qualified};
    match dice.below(20) {
        0..4 => &[],
        4..7 => &[InProgress],
        7..9 => &[Cnp],
        9 => &[Cnp, InProgress],
        10..12 => &[Interested],
        12..14 => &[InProgress, Interested],
        14..16 => &[InProgress, Interested, Qualified],
        16..18 => &[Interested, Qualified, Converted],
        18 => &[InProgress, Lost],
        _ => &[Interested, Lost],
    }
}

/// Writes one lead's commands into its document.
struct Pen<'a> {
    env: &'a Env,
    actor: records::ActorBytes,
    author: UserId,
    at: i64,
    owned: bool,
    id: LeadId,
    doc: Doc,
    record: Option<LeadRecord>,
    changes: Vec<Step>,
}

impl Pen<'_> {
    fn status(&self) -> Status {
        self.record.as_ref().map_or(Status::New, |r| r.status)
    }

    /// Lets time go by, but not beyond now.
    fn pass(&mut self, dice: &mut Dice, at_most: i64) {
        let minutes = usize::try_from(at_most / MINUTE).unwrap_or(1);
        self.at = (self.at + dice.below(minutes) as i64 * MINUTE).min(self.env.now_ms() - MINUTE);
    }

    fn write(&mut self, command: Command) -> Result<Uuid, Error> {
        let id = id_at(self.env, self.at);
        self.write_as(id, command)?;
        Ok(id)
    }

    fn write_as(&mut self, id: Uuid, command: Command) -> Result<(), Error> {
        // A new lead's number was checked when it was made up, which is the slow part.
        if self.record.is_some() {
            command.check_shape()?;
        }
        let seen_status = self.record.as_ref().map(|r| r.status);
        command.check_state(Facts { now: self.record.as_ref(), seen_status, seen_deleted: false, owned: self.owned, undoable: true })?;
        let envelope = Envelope { id: CommandId(id), author: self.author, at: self.at, command };
        let failed = |e: records::RecordError| Error::Store(StoreError::Corrupt(e.to_string()));
        let made = records::execute(&mut self.doc, self.actor, &envelope).map_err(failed)?;
        let record = records::lead::read(&self.doc, self.id).map_err(failed)?;
        self.changes.push(Step { envelope, made, status: record.status });
        self.record = Some(record);
        Ok(())
    }
}

/// A UUIDv7 of `at`.
fn id_at(env: &Env, at: i64) -> Uuid {
    uuid::Builder::from_unix_timestamp_millis(u64::try_from(at).unwrap_or(0), &env.random()).into_uuid()
}
