//! Who owns a lead and what becomes of the old owner's edits; deleting and restoring.

use super::Desk;
use super::admin::order;
use super::record;
use crate::error::ClientError;
use crate::http::HttpTransport;
use crate::online::Method;
use crate::project;
use crate::store::{leads, rows};
use bridge::lead::{
    Assigned, DeletedRow, LeadAssign, LeadAssignCancel, LeadDelete, LeadDeletedList, LeadOwners, LeadRestore, OwnerChoice, ProposalDrop,
    ProposalTake,
};
use bridge::{Done, Problem, ProblemCode};
use domain::policy::{authorise, eligible, has, may_be_given};
use domain::{Action, Command, CommandId, LeadId};
use protocol::admin::SetOwner;
use protocol::paths;
use protocol::rows::OwnerRow;
use rusqlite::Connection;
use std::cmp::Reverse;

pub(super) fn delete(desk: &Desk, ask: LeadDelete) -> Result<Done, Problem> {
    desk.edit(ask.lead, Command::DeleteLead { reason: ask.reason.trim().to_owned() }).map(|_| Done {})
}

pub(super) fn restore(desk: &Desk, ask: LeadRestore) -> Result<Done, Problem> {
    let deletions = desk.engine.record(ask.lead)?.0.deleted.map(|deleted| deleted.deletions).unwrap_or_default();
    if deletions.is_empty() {
        return Err(Problem::new(ProblemCode::Refused, "This lead is not deleted."));
    }
    desk.edit(ask.lead, Command::RestoreLead { deletions, reason: ask.reason.trim().to_owned() }).map(|_| Done {})
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
        choices(desk, c)
    })?)
}

/// Whom the person may give leads to.
pub(super) fn choices(desk: &Desk, c: &Connection) -> Result<Vec<OwnerChoice>, ClientError> {
    let open = leads::open_by_owner(c)?;
    let me = desk.reader(c)?.facts.actor();
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
}

pub(super) fn assign(desk: &Desk, ask: LeadAssign) -> Result<Assigned, Problem> {
    let server = desk.online()?;
    let body = SetOwner { expected_owner: ask.expected, owner: ask.owner };
    let answer: Result<OwnerRow, Problem> = server.call(Method::Post, &format!("{}/{}/owner", paths::LEADS, ask.lead), Some(&body));
    match answer {
        Ok(owner) => {
            // What waited of this lead is overtaken.
            let _ = desk.engine.take_back_owner(ask.lead);
            desk.engine.apply_owner(owner)?;
        }
        Err(problem) if problem.code == ProblemCode::Changed => return Err(desk.who_was_faster(&server, ask.lead, problem)),
        Err(problem) if problem.code == ProblemCode::Offline => return ask_later(desk, &ask),
        Err(problem) => return Err(problem),
    }
    desk.wake();
    Ok(Assigned { waits: false })
}

/// The server is out of reach: what it would refuse anyhow is refused here, the rest waits.
pub(super) fn ask_later(desk: &Desk, ask: &LeadAssign) -> Result<Assigned, Problem> {
    desk.read(|c| {
        let reader = desk.reader(c)?;
        let subject = project::subject(&leads::get(c, ask.lead)?.ok_or(ClientError::NotFound)?.summary);
        if subject.owner == ask.owner {
            // Given back before the server heard of it.
            return Ok(());
        }
        let me = reader.facts.actor();
        authorise(&me, Action::AssignLead, &subject)?;
        eligible(Action::AssignLead, &subject)?;
        if let Some(owner) = ask.owner {
            let owner = rows::user(c, owner)?.filter(|user| !user.disabled).ok_or(ClientError::NotFound)?;
            may_be_given(&me, owner.role, owner.team)?;
        }
        Ok(())
    })?;
    desk.engine.ask_for_owner(ask.lead, ask.expected, ask.owner)?;
    desk.wake();
    Ok(Assigned { waits: true })
}

pub(super) fn cancel_assign(desk: &Desk, ask: LeadAssignCancel) -> Result<Done, Problem> {
    desk.engine.take_back_owner(ask.lead)?;
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
    /// In words, who owns the lead at the server; it is so here then, too.
    fn who_was_faster(&self, server: &HttpTransport, lead: LeadId, problem: Problem) -> Problem {
        match self.engine.owner_now(server, lead) {
            Ok((_, text)) => Problem { text, ..problem },
            Err(e) => {
                tracing::warn!("who owns the lead could not be asked: {e}");
                problem
            }
        }
    }
}
