//! On demand: all that nobody has, by the rules (row H4); and many by hand, each with its compare.

use super::{Asked, Pen, Round, give_out, unassigned_row};
use crate::assign;
use crate::auth::{self, SignedIn};
use crate::error::Error;
use crate::live::Touched;
use crate::store::log::Appender;
use crate::store::{Store, assignment, orgs};
use domain::assignment::Decision;
use domain::{Action, Env, LeadId, OrgId, Refusal, RefusalCode, Subject, policy};
use protocol::admin::{AssignMany, AssignedMany, AutoDistribute, Distributed, NotAssigned};
use protocol::auth::ProblemDetails;

/// Leads of one request at most: each is a few writes in one transaction, and others wait for it.
pub const MOST: u32 = 200;

/// Gives out some of the leads that nobody has; asked again from `next` on, all of them.
///
/// # Errors
/// `Refused` for who may not, and while the rules are switched off.
pub fn distribute(
    store: &Store,
    env: &Env,
    org: OrgId,
    who: &SignedIn,
    asked: &AutoDistribute,
) -> Result<(Distributed, Vec<LeadId>, Touched), Error> {
    store.write(|tx| {
        let head = orgs::lock(tx, org)?;
        let actor = *auth::as_of(tx, org, who)?.actor();
        policy::authorise(&actor, Action::DistributeLeads, &Subject::default())?;
        let now = env.now_ms();
        let mut round = Round::open(tx, org, now)?;
        if !round.is_enabled() {
            return Err(switched_off().into());
        }
        let most = asked.most.unwrap_or(MOST).clamp(1, MOST);
        let found = assignment::unassigned(tx, org, asked.after, most.into())?;
        let next = found.last().copied().filter(|_| found.len() == most as usize);
        let (mut log, mut touched) = (Appender::new(org, &head, now), Touched::default());
        let (mut answer, mut moved) = (Distributed { next, ..Distributed::default() }, Vec::new());
        for lead in found {
            let Some(row) = unassigned_row(tx, org, lead)? else { continue };
            let mut pen = Pen { tx, env, log: &mut log, touched: &mut touched };
            match give_out(&mut pen, &mut round, row, Asked { by: Some(actor.user), from: None })? {
                Decision::Give { to, .. } => {
                    *answer.given.entry(to).or_insert(0) += 1;
                    moved.push(lead);
                }
                Decision::Queue { .. } => answer.waiting += 1,
            }
        }
        log.finish(tx)?;
        Ok((answer, moved, touched))
    })
}

fn switched_off() -> Refusal {
    Refusal::new(RefusalCode::NotCurrent, "Automatic assignment is switched off. Switch it on in the assignment rules first.")
}

/// Gives many leads by hand in one transaction; those that can't be given are told and stop no other.
///
/// # Errors
/// `TooLarge`; `UserDisabled` and `DeviceRevoked` of the giver, as of now.
pub fn assign_many(
    store: &Store,
    env: &Env,
    org: OrgId,
    who: &SignedIn,
    asked: &AssignMany,
) -> Result<(AssignedMany, Vec<LeadId>, Touched), Error> {
    if asked.items.len() > MOST as usize {
        return Err(Error::TooLarge);
    }
    store.write(|tx| {
        let head = orgs::lock(tx, org)?;
        let giver = *auth::as_of(tx, org, who)?.actor();
        let (mut log, mut touched) = (Appender::new(org, &head, env.now_ms()), Touched::default());
        let (mut answer, mut moved) = (AssignedMany::default(), Vec::new());
        for item in &asked.items {
            let mut pen = Pen { tx, env, log: &mut log, touched: &mut touched };
            match assign::by_hand(&mut pen, &giver, item.lead, item.set) {
                Ok(row) => {
                    answer.owners.push(row);
                    moved.push(item.lead);
                }
                // Judged before anything is written.
                Err(error @ (Error::NotFound | Error::OwnerChanged | Error::Refused(_))) => {
                    let ProblemDetails { code, title, .. } = error.problem();
                    answer.not.push(NotAssigned { lead: item.lead, code, text: title });
                }
                Err(error) => return Err(error),
            }
        }
        log.finish(tx)?;
        Ok((answer, moved, touched))
    })
}
