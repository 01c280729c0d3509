//! Many leads to one person: one request to the server, which compares the owner of each; out of its reach each waits
//! as one alone does.

use super::Desk;
use super::hand_over::{ask_later, choices};
use crate::error::ClientError;
use crate::online::Method;
use crate::store::leads;
use bridge::bulk::{BULK_MAX, BulkDone, LeadBulkGiveBack, LeadBulkOwners};
use bridge::lead::{LeadAssign, OwnerChoice};
use bridge::{Problem, ProblemCode};
use domain::{LeadId, UserId};
use protocol::admin::{AssignMany, AssignOne, AssignedMany, SetOwner};
use protocol::paths;

/// A lead, who is to have it now, and who is to get it.
type Gift = (LeadId, Option<UserId>, Option<UserId>);

pub(super) fn owners(desk: &Desk, _: LeadBulkOwners) -> Result<Vec<OwnerChoice>, Problem> {
    Ok(desk.read(|c| choices(desk, c))?)
}

pub(super) fn assign(desk: &Desk, all: Vec<LeadId>, to: Option<UserId>) -> Result<BulkDone, Problem> {
    check(desk, all.len())?;
    let mut done = BulkDone::default();
    let mut gifts: Vec<Gift> = Vec::with_capacity(all.len());
    for lead in all {
        match desk.read(|c| leads::get(c, lead))?.map(|row| row.summary.owner) {
            None => done.refuse("This lead is not on this computer any more.", 1),
            Some(owner) if owner == to => done.refuse("It is with them already.", 1),
            Some(owner) => gifts.push((lead, owner, to)),
        }
    }
    give(desk, gifts, &mut done)?;
    Ok(done)
}

pub(super) fn give_back(desk: &Desk, ask: LeadBulkGiveBack) -> Result<BulkDone, Problem> {
    check(desk, ask.leads.len())?;
    let mut done = BulkDone::default();
    give(desk, ask.leads.into_iter().map(|(lead, before)| (lead, ask.from, before)).collect(), &mut done)?;
    done.given.clear();
    Ok(done)
}

fn check(desk: &Desk, count: usize) -> Result<(), Problem> {
    desk.check_signed_in()?;
    if count > BULK_MAX {
        return Err(Problem::new(ProblemCode::Internal, format!("{BULK_MAX} leads are assigned at once at most.")));
    }
    Ok(())
}

fn give(desk: &Desk, gifts: Vec<Gift>, done: &mut BulkDone) -> Result<(), Problem> {
    if gifts.is_empty() {
        return Ok(());
    }
    let item =
        |(lead, expected_owner, owner): &Gift| AssignOne { lead: *lead, set: SetOwner { expected_owner: *expected_owner, owner: *owner } };
    let asked = AssignMany { items: gifts.iter().map(item).collect() };
    let answer: Result<AssignedMany, Problem> = desk.online()?.call(Method::Post, &format!("{}/assign", paths::LEADS), Some(&asked));
    match answer {
        Ok(answer) => take(desk, &gifts, answer, done)?,
        Err(problem) if problem.code == ProblemCode::Offline => wait(desk, &gifts, done)?,
        Err(problem) => return Err(problem),
    }
    desk.wake();
    Ok(())
}

fn take(desk: &Desk, gifts: &[Gift], answer: AssignedMany, done: &mut BulkDone) -> Result<(), ClientError> {
    for row in answer.owners {
        let before = gifts.iter().find(|(lead, ..)| *lead == row.lead).and_then(|(_, before, _)| *before);
        done.given.push((row.lead, before));
        done.done += 1;
        // What waited of this lead is overtaken.
        let _ = desk.engine.take_back_owner(row.lead);
        desk.engine.apply_owner(row)?;
    }
    answer.not.into_iter().for_each(|not| done.refuse(not.text, 1));
    Ok(())
}

/// What the server would refuse anyhow is refused here, the rest waits.
fn wait(desk: &Desk, gifts: &[Gift], done: &mut BulkDone) -> Result<(), Problem> {
    for (lead, expected, owner) in gifts.iter().copied() {
        match ask_later(desk, &LeadAssign { lead, expected, owner }) {
            Ok(_) => {
                done.given.push((lead, expected));
                done.done += 1;
                done.waiting += 1;
            }
            Err(problem) if matches!(problem.code, ProblemCode::Refused | ProblemCode::NotFound) => done.refuse(problem.text, 1),
            Err(problem) => return Err(problem),
        }
    }
    Ok(())
}
