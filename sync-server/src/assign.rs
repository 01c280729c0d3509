//! Assignment is the server's alone: compare the owner, set the owner, write down why, and tell who gains and who
//! loses the lead.

use crate::assignment::Pen;
use crate::attendance::moment;
use crate::auth::{self, SignedIn};
use crate::error::Error;
use crate::live::Touched;
use crate::notices::{self, Happened};
use crate::sight::{Channel, Sight};
use crate::store::leads::{LeadRow, Standing};
use crate::store::log::{Appender, Entry, Move};
use crate::store::users::User;
use crate::store::{Store, StoreError, Tx, assignment, attendance, leads, log, orgs, users};
use domain::assignment::{Assignment, Part, Why};
use domain::attendance::Attendance;
use domain::notice::News;
use domain::sabotage::{self, Fault};
use domain::{Action, Actor, DocId, Env, LeadId, OrgId, Refusal, RefusalCode, Subject, TeamId, UserId, policy};
use protocol::admin::{EligibleUser, SetOwner};
use protocol::rows::{OwnerRow, Row as Fact};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What a lead becomes whose.
#[derive(Clone, Debug)]
pub struct Gift {
    /// Nobody where the server does it by itself.
    pub by: Option<UserId>,
    pub owner: Option<UserId>,
    pub team: Option<TeamId>,
    pub why: Why,
    /// Of the rules that it was decided by; 0 by hand.
    pub version: u64,
}

/// Gives the lead to `owner`, and with it to their team.
///
/// # Errors
/// `NotFound` for a lead out of sight or an owner who isn't there, `OwnerChanged`, `Refused`; `UserDisabled`
/// and `DeviceRevoked` of the giver, as of now.
pub fn set_owner(store: &Store, env: &Env, org: OrgId, who: &SignedIn, lead: LeadId, set: SetOwner) -> Result<(OwnerRow, Touched), Error> {
    store.write(|tx| {
        let head = orgs::lock(tx, org)?;
        let giver = *auth::as_of(tx, org, who)?.actor();
        let (mut log, mut touched) = (Appender::new(org, &head, env.now_ms()), Touched::default());
        let owner = by_hand(&mut Pen { tx, env, log: &mut log, touched: &mut touched }, &giver, lead, set)?;
        log.finish(tx)?;
        Ok((owner, touched))
    })
}

/// As [`set_owner`], in an open transaction. Nothing is written where it answers an error that is not the database's.
///
/// # Errors
/// As [`set_owner`].
pub fn by_hand(pen: &mut Pen<'_>, giver: &Actor, lead: LeadId, set: SetOwner) -> Result<OwnerRow, Error> {
    let org = pen.log.org();
    let row = leads::get(pen.tx, org, lead)?.filter(|row| Sight::of(giver).sees(&row.standing)).ok_or(Error::NotFound)?;
    policy::authorise(giver, Action::AssignLead, &row.standing.subject())?;
    policy::eligible(Action::AssignLead, &row.standing.subject())?;
    if row.standing.owner != set.expected_owner && !sabotage::is_on(Fault::AssignBlindly) {
        return Err(Error::OwnerChanged);
    }
    let team = match new_owner(pen.tx, org, set.owner)? {
        None => row.standing.team,
        Some(user) => {
            policy::may_be_given(giver, user.row.role, user.row.team)?;
            user.row.team
        }
    };
    Ok(give(pen, row, Gift { by: Some(giver.user), owner: set.owner, team, why: Why::Hand, version: 0 })?)
}

/// Writes a lead's new owner and team into the log and the read model.
///
/// # Errors
/// The database's.
pub fn give(pen: &mut Pen<'_>, row: LeadRow, gift: Gift) -> Result<OwnerRow, StoreError> {
    let (org, author) = (pen.log.org(), gift.by.unwrap_or(UserId(Uuid::nil())));
    let standing = Standing { owner: gift.owner, team: gift.team, ..row.standing };
    let mut summary = leads::current(pen.tx, org, &row)?;
    let given = summary.ownership().given(gift.owner, gift.team, pen.log.now());
    let told = given.row(row.id);
    let moved = Move { before: Channel::of_lead(&row.standing), after: Channel::of_lead(&standing), owner: Some(told.clone()) };
    pen.touched.channels.extend(moved.before.iter().chain(&moved.after).copied());
    pen.touched.seq = pen.log.append(pen.tx, &Entry::Move { doc: DocId::lead(row.id), author, moved }, pen.env.random())?;
    (summary.owner, summary.team, summary.assigned_at) = (gift.owner, gift.team, given.assigned_at);
    leads::put(pen.tx, org, row.id, &summary, pen.touched.seq)?;
    if gift.owner != row.standing.owner {
        assignment::settle(pen.tx, org, row.id)?;
        note(pen, row.id, row.standing.owner, &gift, Part::Lead)?;
        tell_owner(pen, gift.by, (row.id, &summary.name, &standing))?;
    }
    Ok(told)
}

/// Writes down why: for the lead's timeline, and for the caps of a day.
///
/// # Errors
/// The database's.
pub fn note(pen: &mut Pen<'_>, lead: LeadId, from: Option<UserId>, gift: &Gift, part: Part) -> Result<(), StoreError> {
    let (org, at) = (pen.log.org(), pen.log.now());
    let mut line = Assignment {
        id: pen.env.new_id(),
        lead,
        place: 0,
        part,
        from,
        to: gift.owner,
        at,
        by: gift.by,
        version: gift.version,
        why: gift.why.clone(),
    };
    assignment::append(pen.tx, org, &mut line)?;
    if let Some(to) = line.to {
        let day = moment(at, &orgs::only(pen.tx)?.zone).date;
        assignment::count_given(pen.tx, org, &day, to)?;
    }
    let author = gift.by.unwrap_or(UserId(Uuid::nil()));
    let entry = Entry::DocRow { doc: DocId::lead(lead), author, fact: Fact::Assignment(line) };
    pen.touched.seq = pen.log.append(pen.tx, &entry, pen.env.random())?;
    Ok(())
}

/// Whom somebody may give leads to, by name (rows H5, H6).
///
/// # Errors
/// `Refused` for who gives none; the database's.
pub fn eligible_users(store: &Store, org: OrgId, who: &SignedIn) -> Result<Vec<EligibleUser>, Error> {
    store.read(|tx| {
        let giver = *auth::as_of(tx, org, who)?.actor();
        if !policy::has(giver.role, Action::AssignLead) {
            return Err(Refusal::new(RefusalCode::NotPermitted, "Assigning is not in your role. Ask your manager.").into());
        }
        let present: BTreeMap<UserId, Attendance> =
            attendance::newest_each(tx, org)?.into_iter().map(|line| (line.user, line.status)).collect();
        let open = assignment::open_by_owner(tx, org)?;
        let takes = |user: &User| !user.row.disabled && policy::may_be_given(&giver, user.row.role, user.row.team).is_ok();
        let mut eligible: Vec<EligibleUser> = users::all(tx, org)?
            .into_iter()
            .filter(takes)
            .map(|user| EligibleUser {
                id: user.row.id,
                role: user.row.role,
                team: user.row.team,
                attendance: present.get(&user.row.id).copied().unwrap_or_default(),
                open_leads: open.get(&user.row.id).copied().unwrap_or(0),
                name: user.row.name,
            })
            .collect();
        eligible.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        Ok(eligible)
    })
}

/// The new owner is told, unless they took it themselves.
fn tell_owner(pen: &mut Pen<'_>, by: Option<UserId>, (lead, name, standing): (LeadId, &str, &Standing)) -> Result<(), StoreError> {
    let Some(owner) = standing.owner else { return Ok(()) };
    tell(pen, by, lead, name, standing.subject(), owner)
}

/// What was written down before the lead was handed on is shown to who collects.
///
/// # Errors
/// The database's.
pub fn hand_ledger(pen: &mut Pen<'_>, lead: LeadId, to: UserId) -> Result<(), StoreError> {
    let doc = DocId::ledger(lead);
    let authors: Vec<UserId> = log::metas(pen.tx, pen.log.org(), doc)?.into_iter().map(|meta| meta.author).collect();
    if authors.is_empty() || authors.contains(&to) {
        return Ok(());
    }
    let (before, after) = (Channel::of_ledger(authors.iter().copied()), Channel::of_ledger(authors.iter().copied().chain([to])));
    pen.touched.channels.extend(after.iter().copied());
    let entry = Entry::Move { doc, author: UserId(Uuid::nil()), moved: Move { before, after, owner: None } };
    pen.touched.seq = pen.log.append(pen.tx, &entry, pen.env.random())?;
    Ok(())
}

/// Who collects from now on is told as an owner is.
///
/// # Errors
/// The database's.
pub fn tell_collector(pen: &mut Pen<'_>, row: &LeadRow, to: UserId) -> Result<(), StoreError> {
    let subject = Subject { owner: Some(to), ..row.standing.subject() };
    pen.touched.channels.extend(Channel::of_lead(&row.standing));
    tell(pen, None, row.id, &row.summary.name, subject, to)
}

fn tell(pen: &mut Pen<'_>, by: Option<UserId>, lead: LeadId, name: &str, subject: Subject, to: UserId) -> Result<(), StoreError> {
    let Some(owner) = users::by_id(pen.tx, pen.log.org(), to)? else { return Ok(()) };
    let at = pen.log.now();
    let happened = Happened { news: &News::Assigned, lead, subject, name, by, mentioned: &[], at };
    notices::tell(pen.tx, pen.env, pen.log, &happened, &[owner.actor()], pen.touched)
}

fn new_owner(tx: &mut dyn Tx, org: OrgId, owner: Option<UserId>) -> Result<Option<User>, Error> {
    let Some(id) = owner else { return Ok(None) };
    Ok(Some(users::by_id(tx, org, id)?.filter(|user| !user.row.disabled).ok_or(Error::NotFound)?))
}
