//! Who owns a lead and what becomes of the old owner's edits; deleting and restoring.

use super::Desk;
use super::admin::order;
use super::record;
use crate::error::ClientError;
use crate::http::HttpTransport;
use crate::online::Method;
use crate::project;
use crate::store::{leads, rows};
use crate::transport::Transport as _;
use bridge::lead::{DeletedRow, LeadAssign, LeadDelete, LeadDeletedList, LeadOwners, LeadRestore, OwnerChoice, ProposalDrop, ProposalTake};
use bridge::{Done, Problem, ProblemCode};
use domain::policy::{has, may_be_given};
use domain::{Action, Command, CommandId, DocId, LeadId};
use protocol::admin::SetOwner;
use protocol::paths;
use protocol::rows::OwnerRow;
use std::cmp::Reverse;

pub(super) fn delete(desk: &Desk, ask: LeadDelete) -> Result<Done, Problem> {
    desk.edit(ask.lead, Command::DeleteLead { reason: ask.reason.trim().to_owned() })
}

pub(super) fn restore(desk: &Desk, ask: LeadRestore) -> Result<Done, Problem> {
    let deletions = desk.engine.record(ask.lead)?.0.deleted.map(|deleted| deleted.deletions).unwrap_or_default();
    if deletions.is_empty() {
        return Err(Problem::new(ProblemCode::Refused, "This lead is not deleted."));
    }
    desk.edit(ask.lead, Command::RestoreLead { deletions, reason: ask.reason.trim().to_owned() })
}

pub(super) fn deleted(desk: &Desk, _: LeadDeletedList) -> Result<Vec<DeletedRow>, Problem> {
    let now_ms = desk.engine.env().now_ms();
    let (reader, found) = desk.read(|c| Ok((desk.reader(c)?, leads::deleted(c)?)))?;
    if !has(reader.facts.me.role, Action::DeletedItemsPage) {
        return Err(Problem::new(ProblemCode::Refused, "Deleted items are not in your role."));
    }
    let today = reader.today(now_ms);
    let mut list = Vec::with_capacity(found.len());
    for row in found {
        // Restored or gone meanwhile.
        let Some(deletion) = desk.engine.record(row.id).ok().and_then(|(record, _)| record.deleted) else { continue };
        list.push(desk.read(|c| {
            Ok(DeletedRow {
                id: row.id,
                phone: reader.listed_phone(&row.summary.phone, row.summary.owner),
                name: row.summary.name,
                status: row.summary.status,
                owner: row.summary.owner.map(|owner| reader.name(c, owner)).transpose()?,
                deleted: record::deleted(c, &reader, &today, &deletion)?,
            })
        })?);
    }
    list.sort_by_key(|row| Reverse((row.deleted.when.at, row.id)));
    Ok(list)
}

pub(super) fn owners(desk: &Desk, ask: LeadOwners) -> Result<Vec<OwnerChoice>, Problem> {
    Ok(desk.read(|c| {
        let reader = desk.reader(c)?;
        let row = leads::get(c, ask.lead)?.ok_or(ClientError::NotFound)?;
        if !reader.may(Action::AssignLead, &project::subject(&row.summary)) {
            return Ok(Vec::new());
        }
        let open = leads::open_by_owner(c)?;
        let me = reader.facts.actor();
        let people = rows::users(c)?.into_iter().filter(|user| !user.disabled && may_be_given(&me, user.role, user.team).is_ok());
        let choice = |user: protocol::rows::UserRow| {
            Ok(OwnerChoice {
                user: user.id,
                team: user.team.map(|team| rows::team_name(c, team)).transpose()?.flatten(),
                name: user.name,
                open_leads: open.get(&user.id).copied().unwrap_or(0),
            })
        };
        people.map(choice).collect()
    })?)
}

pub(super) fn assign(desk: &Desk, ask: LeadAssign) -> Result<Done, Problem> {
    let server = desk.online()?;
    let body = SetOwner { expected_owner: ask.expected, owner: ask.owner };
    let answer: Result<OwnerRow, Problem> = server.call(Method::Post, &format!("{}/{}/owner", paths::LEADS, ask.lead), Some(&body));
    match answer {
        Ok(owner) => desk.engine.apply_owner(owner)?,
        Err(problem) if problem.code == ProblemCode::Changed => return Err(desk.who_was_faster(&server, ask.lead, problem)),
        Err(problem) => return Err(problem),
    }
    desk.wake();
    Ok(Done {})
}

pub(super) fn take(desk: &Desk, ask: ProposalTake) -> Result<Done, Problem> {
    settle(desk, ask.lead, ask.id, "take")
}

pub(super) fn drop(desk: &Desk, ask: ProposalDrop) -> Result<Done, Problem> {
    settle(desk, ask.lead, ask.id, "drop")
}

fn settle(desk: &Desk, lead: LeadId, id: CommandId, how: &str) -> Result<Done, Problem> {
    let settled = order(desk, &format!("{}/{id}/{how}", paths::PROPOSALS));
    // One that is gone was settled by somebody else.
    if !settled.as_ref().is_err_and(|e| e.code != ProblemCode::NotFound) {
        desk.engine.proposal_settled(lead, id)?;
    }
    settled
}

impl Desk {
    /// The lead as it is at the server, here too; and in words, who owns it.
    fn who_was_faster(&self, server: &HttpTransport, lead: LeadId, problem: Problem) -> Problem {
        let Ok(snapshot) = server.snapshot(DocId::lead(lead)) else { return problem };
        let owner = snapshot.summary.owner;
        let row = OwnerRow { lead, owner, team: snapshot.summary.team };
        let name = self.read(|c| owner.map(|owner| self.reader(c)?.name(c, owner)).transpose());
        if let Err(e) = self.engine.apply_owner(row) {
            tracing::warn!("the owner could not be stored: {e}");
        }
        let text = match name {
            Ok(Some(name)) => format!("Somebody else was faster: {name} owns this lead now. Assign it again if it should be otherwise."),
            Ok(None) => "Somebody else was faster: nobody owns this lead now. Assign it again if it should be otherwise.".to_owned(),
            Err(_) => return problem,
        };
        Problem { text, ..problem }
    }
}
