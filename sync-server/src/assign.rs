//! Assignment is the server's alone: compare the owner, set the owner, and tell who gains and who
//! loses the lead.

use crate::auth::SignedIn;
use crate::error::Error;
use crate::live::Touched;
use crate::sight::{Channel, Sight};
use crate::store::leads::Standing;
use crate::store::log::{Appender, Entry, Move};
use crate::store::users::User;
use crate::store::{Store, Tx, leads, orgs, users};
use domain::{Action, DocId, Env, LeadId, OrgId, UserId, policy};
use protocol::rows::OwnerRow;
use serde::{Deserialize, Serialize};

/// `POST /api/v1/leads/{id}/owner`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetOwner {
    /// Who owns it on the caller's screen.
    pub expected_owner: Option<UserId>,
    pub owner: Option<UserId>,
}

/// Gives the lead to `owner`, and with it to their team.
///
/// # Errors
/// `NotFound` for a lead out of sight or an owner who isn't there, `OwnerChanged`, `Refused`.
pub fn set_owner(store: &Store, env: &Env, org: OrgId, who: &SignedIn, lead: LeadId, set: SetOwner) -> Result<(OwnerRow, Touched), Error> {
    store.write(|tx| {
        let head = orgs::lock(tx, org)?;
        let row = leads::get(tx, org, lead)?.filter(|row| Sight::of(who.actor()).sees(&row.standing)).ok_or(Error::NotFound)?;
        policy::authorise(who.actor(), Action::AssignLead, &row.standing.subject())?;
        if row.standing.owner != set.expected_owner {
            return Err(Error::OwnerChanged);
        }
        let team = new_owner(tx, org, set.owner)?.map_or(row.standing.team, |user| user.row.team);
        let standing = Standing { owner: set.owner, team, ..row.standing };
        let owner = OwnerRow { lead, owner: set.owner, team };
        let moved = Move { before: Channel::of_lead(&row.standing), after: Channel::of_lead(&standing), owner: Some(owner.clone()) };
        let touched = moved.before.iter().chain(&moved.after).copied().collect();
        let mut log = Appender::new(org, &head, env.now_ms());
        let seq = log.append(tx, &Entry::Move { doc: DocId::lead(lead), author: who.actor().user, moved }, env.random())?;
        log.finish(tx)?;
        let mut summary = row.summary;
        (summary.owner, summary.team) = (set.owner, team);
        leads::put(tx, org, lead, &summary, seq)?;
        Ok((owner, Touched { seq, channels: touched, everyone: false }))
    })
}

fn new_owner(tx: &mut dyn Tx, org: OrgId, owner: Option<UserId>) -> Result<Option<User>, Error> {
    let Some(id) = owner else { return Ok(None) };
    Ok(Some(users::by_id(tx, org, id)?.filter(|user| !user.row.disabled).ok_or(Error::NotFound)?))
}
