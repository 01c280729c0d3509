//! Edits that a person decides about: hand-over proposals are taken or dropped by whoever has the
//! lead now, quarantined edits are released or dropped by a manager. What is taken or released goes
//! in under its author, carried out here.

use super::batch::{Admitted, Batch};
use super::cache::Cache;
use super::judge;
use crate::audit::{AuditEvent, Settled};
use crate::auth::SignedIn;
use crate::error::Error;
use crate::live::Touched;
use crate::sight::{Channel, Sight};
use crate::store::actors::Holder;
use crate::store::leads::Standing;
use crate::store::quarantine::{self, Held};
use crate::store::{Store, StoreError, proposals};
use domain::command::Facts;
use domain::people::{Proposal, ProposalState};
use domain::{Action, Actor, Command, CommandId, DocId, Env, Envelope, LeadId, OrgId, Refusal, RefusalCode, policy};
use protocol::ChangeHash;
use protocol::push::PushItem;
use protocol::rows::Row;

/// Carries a proposal out as the lead is now, under its author.
///
/// # Errors
/// `NotFound` for one out of sight, `Changed` for one that is settled, `Refused` where the taker
/// could not do it themselves.
pub fn take_proposal(store: &Store, env: &Env, org: OrgId, who: &SignedIn, id: CommandId) -> Result<Touched, Error> {
    in_batch(store, env, org, |batch| {
        let (proposal, standing) = open_proposal(batch, who, id)?;
        policy::authorise_command(who.actor(), &proposal.envelope.command, &standing.subject())?;
        carry_out(batch, who, proposal.doc, &proposal.envelope, standing, None)?;
        settled(batch, who, proposal, ProposalState::Taken)
    })
}

/// Drops a proposal.
///
/// # Errors
/// As [`take_proposal`].
pub fn drop_proposal(store: &Store, env: &Env, org: OrgId, who: &SignedIn, id: CommandId) -> Result<Touched, Error> {
    in_batch(store, env, org, |batch| {
        let (proposal, standing) = open_proposal(batch, who, id)?;
        policy::authorise_command(who.actor(), &proposal.envelope.command, &standing.subject())?;
        settled(batch, who, proposal, ProposalState::Dropped)
    })
}

/// Carries a quarantined edit out under its author.
///
/// # Errors
/// `NotFound` for one that does not wait or is not this person's to read; `Refused` where the lead
/// does not allow it any more.
pub fn release(store: &Store, env: &Env, org: OrgId, who: &SignedIn, id: CommandId) -> Result<Touched, Error> {
    in_batch(store, env, org, |batch| {
        let (held, standing) = waiting(batch, who, id)?;
        let gated = records::gate(&held.change).map_err(|e| judge::malformed(&e.to_string()))?;
        let standing = match standing {
            Some(standing) => standing,
            None => new_lead(batch, &held)?,
        };
        policy::authorise_command(who.actor(), &held.envelope.command, &standing.subject())?;
        if is_in(batch, held.doc, id)? {
            // It got in another way; carrying it out again would bring an old value back.
            note_quarantined(batch, who, &held, Settled::Taken);
            return Ok(quarantine::settle(batch.tx, org, id, true, who.actor().user)?);
        }
        let base = judge::standing_base(batch, held.doc, &gated)?;
        carry_out(batch, who, held.doc, &held.envelope, standing, Some(base))?;
        note_quarantined(batch, who, &held, Settled::Taken);
        Ok(quarantine::settle(batch.tx, org, id, true, who.actor().user)?)
    })
}

/// Drops a quarantined edit; it stays in the table for the audit log.
///
/// # Errors
/// `NotFound`.
pub fn drop_quarantined(store: &Store, env: &Env, org: OrgId, who: &SignedIn, id: CommandId) -> Result<Touched, Error> {
    in_batch(store, env, org, |batch| {
        let (held, _) = waiting(batch, who, id)?;
        note_quarantined(batch, who, &held, Settled::Dropped);
        Ok(quarantine::settle(batch.tx, org, id, false, who.actor().user)?)
    })
}

/// Runs `body` as one transaction, with what it admits.
fn in_batch(store: &Store, env: &Env, org: OrgId, body: impl FnOnce(&mut Batch<'_>) -> Result<(), Error>) -> Result<Touched, Error> {
    store.write(|tx| {
        let mut cache = Cache::new(1);
        let mut batch = Batch::open(tx, env, org, &mut cache)?;
        body(&mut batch)?;
        let plan = batch.into_plan();
        let blobs = plan.verify().map_err(|doc| StoreError::Corrupt(format!("{doc} does not load again")))?;
        plan.write(tx, env, org, blobs)?;
        Ok(plan.touched())
    })
}

/// Whether the command stands in the document already.
fn is_in(batch: &mut Batch<'_>, doc: DocId, id: CommandId) -> Result<bool, Error> {
    let Some(loaded) = batch.work(doc)?.loaded.clone() else { return Ok(false) };
    Ok(records::history(&loaded.doc).iter().any(|entry| entry.envelope.as_ref().is_some_and(|envelope| envelope.id == id)))
}

fn open_proposal(batch: &mut Batch<'_>, who: &SignedIn, id: CommandId) -> Result<(Proposal, Standing), Error> {
    let proposal = proposals::get(batch.tx, batch.org, id)?.ok_or(Error::NotFound)?;
    let standing = batch.work(proposal.doc)?.standing.filter(|standing| Sight::of(who.actor()).sees(standing)).ok_or(Error::NotFound)?;
    match proposal.state {
        ProposalState::Open => Ok((proposal, standing)),
        ProposalState::Taken | ProposalState::Dropped => Err(Error::Changed("Somebody else decided about this proposal already.".into())),
    }
}

fn settled(batch: &mut Batch<'_>, who: &SignedIn, proposal: Proposal, state: ProposalState) -> Result<(), Error> {
    proposals::settle(batch.tx, batch.org, proposal.id, state, who.actor().user)?;
    let what = if state == ProposalState::Taken { Settled::Taken } else { Settled::Dropped };
    let (command, lead, of) = (proposal.id, LeadId(proposal.doc.id), proposal.envelope.author);
    batch.note(who, AuditEvent::Proposal { what, command, lead, of });
    batch.tell(proposal.doc, who.actor().user, Row::Proposal(Proposal { state, ..proposal }))?;
    Ok(())
}

fn note_quarantined(batch: &mut Batch<'_>, who: &SignedIn, held: &Held, what: Settled) {
    let (command, lead, of) = (held.envelope.id, LeadId(held.doc.id), held.envelope.author);
    batch.note(who, AuditEvent::Quarantine { what, command, lead, of });
}

/// One that this person may decide about: somebody who assigns leads and sees this one; of a lead
/// that is not there, somebody who assigns everywhere.
fn waiting(batch: &mut Batch<'_>, who: &SignedIn, id: CommandId) -> Result<(Held, Option<Standing>), Error> {
    let held = quarantine::get(batch.tx, batch.org, id)?.ok_or(Error::NotFound)?;
    let standing = batch.work(held.doc)?.standing;
    if may_decide(who.actor(), standing.as_ref()) { Ok((held, standing)) } else { Err(Error::NotFound) }
}

/// Whether this person decides about quarantined edits of a lead that stands so; see [`release`].
#[must_use]
pub fn may_decide(actor: &Actor, standing: Option<&Standing>) -> bool {
    let sight = Sight::of(actor);
    let sees = standing.map_or_else(|| sight.reaches(&[Channel::LeadAll]), |standing| sight.sees(standing));
    sees && policy::has(actor.role, Action::AssignLead)
}

/// The standing of a lead that only quarantine knows: nobody's, in its author's team.
fn new_lead(batch: &mut Batch<'_>, held: &Held) -> Result<Standing, Error> {
    if !matches!(held.envelope.command, Command::CreateLead(_)) {
        return Err(Refusal::new(RefusalCode::NotFound, "Release the edit that created this lead first.").into());
    }
    let author = batch.user(held.envelope.author)?.ok_or(Error::NotFound)?;
    let standing = judge::new_standing(&author.actor());
    Ok(if author.row.disabled { Standing { owner: None, ..standing } } else { standing })
}

/// Carries a command out under its author: on `base` as they saw the lead, or as it is now.
fn carry_out(
    batch: &mut Batch<'_>,
    who: &SignedIn,
    doc: DocId,
    envelope: &Envelope,
    standing: Standing,
    base: Option<Vec<ChangeHash>>,
) -> Result<(), Error> {
    let loaded = batch.work(doc)?.loaded.clone();
    let mut next = loaded.as_ref().map_or_else(records::Doc::empty, |l| l.doc.clone());
    let base: Vec<records::ChangeHash> = match base {
        Some(base) => base.iter().map(|h| records::ChangeHash(h.0)).collect(),
        None => next.heads(),
    };
    let seen_status = loaded.as_ref().and_then(|l| records::lead::seen_status(&l.doc, &base));
    envelope.command.check_shape()?;
    envelope.command.check_state(Facts { now: loaded.as_ref().map(|l| &l.record), seen_status, owned: standing.owner.is_some() })?;
    let actor = batch.env.random();
    let made = records::reexecute(&mut next, &base, actor, envelope).map_err(|e| judge::malformed(&e.to_string()))?;
    batch.register(actor, Holder::Server);
    let hash = ChangeHash(made.hash.0);
    let item = PushItem { doc, envelope: envelope.clone(), change: made.bytes.clone(), hash };
    let admitted = Admitted { doc: next, hash, bytes: made.bytes, reexecuted: true };
    batch.admit(who, &item, admitted, standing)??;
    Ok(())
}
