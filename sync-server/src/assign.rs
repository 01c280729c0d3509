//! Assignment is the server's alone: compare the owner, set the owner, and tell who gains and who
//! loses the lead.

use crate::auth::{self, SignedIn};
use crate::error::Error;
use crate::live::Touched;
use crate::notices::{self, Happened};
use crate::sight::{Channel, Sight};
use crate::store::leads::{LeadRow, Standing};
use crate::store::log::{Appender, Entry, Move};
use crate::store::users::User;
use crate::store::{Store, StoreError, Tx, leads, orgs, users};
use domain::notice::News;
use domain::sabotage::{self, Fault};
use domain::{Action, DocId, Env, LeadId, OrgId, TeamId, UserId, policy};
use protocol::admin::SetOwner;
use protocol::rows::OwnerRow;

/// Gives the lead to `owner`, and with it to their team.
///
/// # Errors
/// `NotFound` for a lead out of sight or an owner who isn't there, `OwnerChanged`, `Refused`; `UserDisabled`
/// and `DeviceRevoked` of the giver, as of now.
pub fn set_owner(store: &Store, env: &Env, org: OrgId, who: &SignedIn, lead: LeadId, set: SetOwner) -> Result<(OwnerRow, Touched), Error> {
    store.write(|tx| {
        let head = orgs::lock(tx, org)?;
        let giver = *auth::as_of(tx, org, who)?.actor();
        let row = leads::get(tx, org, lead)?.filter(|row| Sight::of(&giver).sees(&row.standing)).ok_or(Error::NotFound)?;
        policy::authorise(&giver, Action::AssignLead, &row.standing.subject())?;
        policy::eligible(Action::AssignLead, &row.standing.subject())?;
        if row.standing.owner != set.expected_owner && !sabotage::is_on(Fault::AssignBlindly) {
            return Err(Error::OwnerChanged);
        }
        let team = match new_owner(tx, org, set.owner)? {
            None => row.standing.team,
            Some(user) => {
                policy::may_be_given(&giver, user.row.role, user.row.team)?;
                user.row.team
            }
        };
        let mut log = Appender::new(org, &head, env.now_ms());
        let mut touched = Touched::default();
        let owner = give(tx, env, &mut log, giver.user, row, set.owner, team, &mut touched)?;
        log.finish(tx)?;
        Ok((owner, touched))
    })
}

/// Writes a lead's new owner and team into the log and the read model.
///
/// # Errors
/// The database's.
#[expect(clippy::too_many_arguments, reason = "one place for what assignment and a change of team both do")]
pub fn give(
    tx: &mut dyn Tx,
    env: &Env,
    log: &mut Appender,
    by: UserId,
    row: LeadRow,
    owner: Option<UserId>,
    team: Option<TeamId>,
    touched: &mut Touched,
) -> Result<OwnerRow, StoreError> {
    let standing = Standing { owner, team, ..row.standing };
    let mut summary = leads::current(tx, log.org(), &row)?;
    let given = summary.ownership().given(owner, team, log.now());
    let told = given.row(row.id);
    let moved = Move { before: Channel::of_lead(&row.standing), after: Channel::of_lead(&standing), owner: Some(told.clone()) };
    touched.channels.extend(moved.before.iter().chain(&moved.after).copied());
    touched.seq = log.append(tx, &Entry::Move { doc: DocId::lead(row.id), author: by, moved }, env.random())?;
    (summary.owner, summary.team, summary.assigned_at) = (owner, team, given.assigned_at);
    leads::put(tx, log.org(), row.id, &summary, touched.seq)?;
    if owner != row.standing.owner {
        tell_owner(tx, env, log, by, (row.id, &summary.name, &standing), touched)?;
    }
    Ok(told)
}

/// The new owner is told, unless they took it themselves.
fn tell_owner(
    tx: &mut dyn Tx,
    env: &Env,
    log: &mut Appender,
    by: UserId,
    (lead, name, standing): (LeadId, &str, &Standing),
    touched: &mut Touched,
) -> Result<(), StoreError> {
    let Some(owner) = standing.owner else { return Ok(()) };
    let Some(owner) = users::by_id(tx, log.org(), owner)? else { return Ok(()) };
    let (subject, at) = (standing.subject(), log.now());
    let happened = Happened { news: &News::Assigned, lead, subject, name, by: Some(by), mentioned: &[], at };
    notices::tell(tx, env, log, &happened, &[owner.actor()], touched)
}

fn new_owner(tx: &mut dyn Tx, org: OrgId, owner: Option<UserId>) -> Result<Option<User>, Error> {
    let Some(id) = owner else { return Ok(None) };
    Ok(Some(users::by_id(tx, org, id)?.filter(|user| !user.row.disabled).ok_or(Error::NotFound)?))
}
