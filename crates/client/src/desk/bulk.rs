//! One edit for each of many leads: every one is its own command, judged by the engine, and what it would not
//! do is counted by the reason it gave.

use super::Desk;
use super::bulk_assign;
use super::edits;
use super::words::Reader;
use crate::error::ClientError;
use crate::project;
use crate::store::leads;
use bridge::bulk::{BULK_MAX, BulkCan, BulkDone, BulkWhat, LeadBulk, LeadBulkCan, LeadBulkUndo};
use bridge::lead::LeadUndo;
use bridge::{Problem, ProblemCode};
use domain::policy::{authorise, eligible};
use domain::state::{Deed, State};
use domain::{Action, Command, CommandId, LeadId, Refusal, RefusalCode, Status, lifecycle};
use protocol::rows::LeadSummary;

/// Carried out as these commands, or why not.
type Tried = Result<Vec<CommandId>, Problem>;

pub(super) fn carry_out(desk: &Desk, ask: LeadBulk) -> Result<BulkDone, Problem> {
    if let BulkWhat::Assign { to } = ask.what {
        return bulk_assign::assign(desk, ask.leads, to);
    }
    let what = Ready::of(desk, ask.what)?;
    each(desk, ask.leads, |lead| {
        let row = desk.read(|c| leads::get(c, *lead))?.ok_or(ClientError::NotFound)?.summary;
        let command = what.command(&row)?;
        let undoable = command.can_be_undone();
        let id = desk.engine.execute(*lead, command)?;
        Ok(if undoable { vec![id] } else { Vec::new() })
    })
}

pub(super) fn take_back(desk: &Desk, ask: LeadBulkUndo) -> Result<BulkDone, Problem> {
    let mut done = each(desk, ask.edits, |(lead, commands)| {
        let undos = edits::undos(desk, &LeadUndo { lead: *lead, commands: commands.clone() })?;
        Ok(desk.engine.execute_all(*lead, undos)?)
    })?;
    done.edits.clear();
    Ok(done)
}

/// Tries it on each. What stands in the way of all, as a full disk, ends it: what was done until then stays
/// done and is told.
fn each<T: Named>(desk: &Desk, all: Vec<T>, try_one: impl Fn(&T) -> Tried) -> Result<BulkDone, Problem> {
    desk.check_signed_in()?;
    if all.len() > BULK_MAX {
        return Err(Problem::new(ProblemCode::Internal, format!("{BULK_MAX} leads are changed at once at most.")));
    }
    let mut done = BulkDone::default();
    for (n, one) in all.iter().enumerate() {
        match try_one(one) {
            Ok(commands) => {
                done.done += 1;
                done.edits.push((one.lead(), commands));
            }
            Err(problem) if is_about_one(&problem) => done.refuse(problem.text, 1),
            Err(problem) if n == 0 => return Err(problem),
            Err(problem) => {
                done.refuse(problem.text, u32::try_from(all.len() - n).unwrap_or(u32::MAX));
                break;
            }
        }
    }
    desk.wake();
    Ok(done)
}

trait Named {
    fn lead(&self) -> LeadId;
}

impl Named for LeadId {
    fn lead(&self) -> LeadId {
        *self
    }
}

impl Named for (LeadId, Vec<CommandId>) {
    fn lead(&self) -> LeadId {
        self.0
    }
}

/// The next lead may well be another matter.
fn is_about_one(problem: &Problem) -> bool {
    matches!(problem.code, ProblemCode::Refused | ProblemCode::NotFound | ProblemCode::Changed)
}

/// What is asked for, read once.
enum Ready {
    Tag(String),
    Status { to: Status, reason: Option<String> },
    FollowUp { due_at: i64, zone: String, local: String, note: String },
}

impl Ready {
    fn of(desk: &Desk, what: BulkWhat) -> Result<Self, Problem> {
        let trimmed = |text: String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        Ok(match what {
            BulkWhat::Tag { tag } => Ready::Tag(tag.trim().to_owned()),
            BulkWhat::Status { to, reason } => Ready::Status { to, reason: reason.and_then(trimmed) },
            BulkWhat::Assign { .. } => return Err(Problem::new(ProblemCode::Internal, "An assignment is no edit of a record.")),
            BulkWhat::FollowUp { local, note } => {
                let (due_at, zone) = desk.instant(&local)?;
                Ready::FollowUp { due_at, zone, local, note: note.trim().to_owned() }
            }
        })
    }

    /// For one lead, as it stands; saying again what it says already is no edit.
    fn command(&self, row: &LeadSummary) -> Result<Command, Refusal> {
        let already = |text: String| Err(Refusal::new(RefusalCode::InvalidValue, text));
        match self {
            Ready::Tag(tag) if row.tags.contains(tag) => already(format!("It has the tag {tag} already.")),
            Ready::Tag(tag) => Ok(Command::AddTag { tag: tag.clone() }),
            Ready::Status { to: Status::Lost, .. } if row.status == Status::Lost => already("It is dropped already.".to_owned()),
            Ready::Status { to, .. } if row.status == *to => already(format!("It is {} already.", lifecycle::label(*to))),
            Ready::Status { to, reason } => Ok(Command::ChangeStatus { from: row.status, to: *to, reason: reason.clone() }),
            Ready::FollowUp { due_at, zone, local, note } => {
                Ok(Command::ScheduleFollowUp { due_at: *due_at, zone: zone.clone(), local: local.clone(), note: note.clone() })
            }
        }
    }
}

pub(super) fn can(desk: &Desk, ask: LeadBulkCan) -> Result<BulkCan, Problem> {
    Ok(desk.read(|c| {
        let reader = desk.reader(c)?;
        let mut sum = Sum::default();
        for lead in ask.leads.iter().take(BULK_MAX) {
            if let Some(row) = leads::get(c, *lead)? {
                sum.add(&reader, &row.summary);
            }
        }
        Ok(sum.can)
    })?)
}

/// What is possible on one at least; the first reason against each is kept until then.
#[derive(Default)]
struct Sum {
    can: BulkCan,
    tags: bool,
    drops: bool,
    plans: bool,
    assigns: bool,
}

impl Sum {
    fn add(&mut self, reader: &Reader, row: &LeadSummary) {
        let subject = project::subject(row);
        let state = State::of(&subject);
        let judged = |command: &Command, deed: Deed| deed.check(state).and_then(|()| reader.check_command(command, &subject));
        let plan = Command::ScheduleFollowUp { due_at: 0, zone: String::new(), local: String::new(), note: String::new() };
        let drop = Command::ChangeStatus { from: row.status, to: Status::Lost, reason: None };
        note(judged(&Command::AddTag { tag: String::new() }, Deed::Edit), &mut self.tags, &mut self.can.tag_blocked);
        note(judged(&drop, Deed::Drop), &mut self.drops, &mut self.can.drop_blocked);
        note(judged(&plan, Deed::Plan), &mut self.plans, &mut self.can.follow_up_blocked);
        let assign = authorise(&reader.facts.actor(), Action::AssignLead, &subject).and_then(|_| eligible(Action::AssignLead, &subject));
        note(assign, &mut self.assigns, &mut self.can.assign_blocked);
        let moves = |to: &Status| {
            *to != Status::Lost && reader.may(Command::ChangeStatus { from: row.status, to: *to, reason: None }.action(), &subject)
        };
        let next: Vec<Status> = if subject.deleted { Vec::new() } else { lifecycle::next(row.status).into_iter().filter(moves).collect() };
        self.can.reopens |= row.status == Status::Lost && !next.is_empty();
        let mut is_moved = !self.can.statuses.is_empty();
        let why = || {
            Deed::Move.check(state).err().unwrap_or_else(|| Refusal::new(RefusalCode::NotPermitted, "Your role may not move this lead on."))
        };
        note(if next.is_empty() { Err(why()) } else { Ok(()) }, &mut is_moved, &mut self.can.status_blocked);
        self.can.statuses.extend(next);
        self.can.statuses.sort_unstable_by_key(|status| *status as u8);
        self.can.statuses.dedup();
    }
}

fn note(judged: Result<(), Refusal>, is_possible: &mut bool, blocked: &mut Option<String>) {
    match judged {
        Ok(()) => (*is_possible, *blocked) = (true, None),
        Err(refusal) if !*is_possible && blocked.is_none() => *blocked = Some(refusal.text),
        Err(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_stands_only_until_one_can() {
        let refused = || Err(Refusal::new(RefusalCode::LeadClosed, "closed"));
        let (mut can, mut blocked) = (false, None);
        note(refused(), &mut can, &mut blocked);
        assert_eq!((can, blocked.as_deref()), (false, Some("closed")));
        note(Ok(()), &mut can, &mut blocked);
        note(refused(), &mut can, &mut blocked);
        assert_eq!((can, blocked), (true, None));
    }

    #[test]
    fn reasons_are_counted_the_most_frequent_first() {
        let mut done = BulkDone::default();
        [("a", 1), ("b", 2), ("a", 3)].into_iter().for_each(|(why, count)| done.refuse(why, count));
        let counted: Vec<_> = done.not.iter().map(|not| (not.why.as_str(), not.count)).collect();
        assert_eq!((counted, done.not_done()), (vec![("a", 4), ("b", 2)], 6));
    }
}
