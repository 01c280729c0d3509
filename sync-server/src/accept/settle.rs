//! Edits that a person decides about: hand-over proposals are taken or dropped by whoever has the
//! lead now, quarantined edits are released or dropped by a manager. What is taken or released goes
//! in under its author, carried out here.

use super::Record;
use super::batch::{Admitted, Batch};
use super::cache::Cache;
use super::judge;
use crate::audit::{AuditEvent, Settled};
use crate::auth::{self, SignedIn};
use crate::error::Error;
use crate::live::Touched;
use crate::sight::Sight;
use crate::store::actors::Holder;
use crate::store::leads::Standing;
use crate::store::quarantine::{self, Held};
use crate::store::users::User;
use crate::store::{Store, StoreError, Tx, outcomes, proposals};
use domain::command::Facts;
use domain::people::{Proposal, ProposalState};
use domain::sabotage::{self, Fault};
use domain::{Action, Actor, Command, CommandId, DeviceId, DocId, DocKind, Env, Envelope, LeadId, OrgId, Refusal, RefusalCode, policy};
use protocol::ChangeHash;
use protocol::push::PushItem;
use protocol::rows::Row;
use records::{Gated, Verdict};
use std::collections::{HashMap, HashSet};

/// Carries a proposal out as the lead is now, under its author.
///
/// # Errors
/// `NotFound` for one out of sight, `Changed` for one that is settled, `Refused` where the taker
/// could not do it themselves.
pub fn take_proposal(store: &Store, env: &Env, org: OrgId, who: &SignedIn, id: CommandId) -> Result<Touched, Error> {
    in_batch(store, env, org, |batch| {
        let who = &auth::as_of(batch.tx, org, who)?;
        let (proposal, standing) = open_proposal(batch, who, id)?;
        policy::authorise_command(who.actor(), &proposal.envelope.command, &standing.subject())?;
        carry_out(batch, who, proposal.doc, &proposal.envelope, Some(standing), None)?;
        settled(batch, who, proposal, ProposalState::Taken)
    })
}

/// Drops a proposal; who may edit the lead may, whatever it says: one that can't be taken must not stay.
///
/// # Errors
/// As [`take_proposal`]; `Refused` for who may not edit the lead.
pub fn drop_proposal(store: &Store, env: &Env, org: OrgId, who: &SignedIn, id: CommandId) -> Result<Touched, Error> {
    in_batch(store, env, org, |batch| {
        let who = &auth::as_of(batch.tx, org, who)?;
        let (proposal, standing) = open_proposal(batch, who, id)?;
        policy::authorise(who.actor(), Action::EditLead, &standing.subject())?;
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
        let who = &auth::as_of(batch.tx, org, who)?;
        let (held, standing) = waiting(batch, who, id)?;
        let gated = records::gate(&held.change).map_err(|e| judge::malformed(&e.to_string()))?;
        let standing = match standing {
            _ if held.doc.kind != DocKind::Lead => None,
            Some(standing) => Some(standing),
            None => Some(new_lead(batch, &held)?),
        };
        let subject = standing.as_ref().map(Standing::subject).unwrap_or_default();
        policy::authorise_command(who.actor(), &held.envelope.command, &subject)?;
        if let Some(hash) = is_in(batch, held.doc, id)? {
            // It got in another way; carrying it out again would bring an old value back.
            outcomes::set_stands(batch.tx, org, id, hash)?;
            note_quarantined(batch, who, &held, Settled::Taken);
            return Ok(quarantine::settle(batch.tx, org, id, true, who.actor().user)?);
        }
        let seen = seen(batch, &held, gated)?;
        carry_out(batch, who, held.doc, &held.envelope, standing, Some(&seen))?;
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
        let who = &auth::as_of(batch.tx, org, who)?;
        let (held, _) = waiting(batch, who, id)?;
        note_quarantined(batch, who, &held, Settled::Dropped);
        Ok(quarantine::settle(batch.tx, org, id, false, who.actor().user)?)
    })
}

/// Makes a lead in an open transaction, as this person asked of the server itself: the first command makes it, the
/// others are edits of it.
///
/// # Errors
/// `Refused` for who may not, and for a lead that can't stand.
pub fn create(tx: &mut dyn Tx, env: &Env, org: OrgId, who: &SignedIn, commands: Vec<Command>) -> Result<(LeadId, Touched), Error> {
    let lead = LeadId(env.new_id());
    let touched = within(tx, env, org, |batch| {
        let standing = judge::new_standing(who.actor());
        for (n, command) in commands.into_iter().enumerate() {
            let id = if n == 0 { CommandId(lead.0) } else { CommandId(env.new_id()) };
            policy::authorise_command(who.actor(), &command, &standing.subject())?;
            let envelope = Envelope { id, author: who.actor().user, at: env.now_ms(), command };
            carry_out(batch, who, DocId::lead(lead), &envelope, Some(standing), None)?;
        }
        Ok(())
    })?;
    Ok((lead, touched))
}

/// Runs `body` as one transaction, with what it admits.
fn in_batch(store: &Store, env: &Env, org: OrgId, body: impl FnOnce(&mut Batch<'_>) -> Result<(), Error>) -> Result<Touched, Error> {
    store.write(|tx| within(tx, env, org, body))
}

/// As [`in_batch`], in an open transaction.
fn within(tx: &mut dyn Tx, env: &Env, org: OrgId, body: impl FnOnce(&mut Batch<'_>) -> Result<(), Error>) -> Result<Touched, Error> {
    let mut cache = Cache::new(1);
    let mut batch = Batch::open(tx, env, org, &mut cache)?;
    body(&mut batch)?;
    let plan = batch.into_plan();
    let blobs = plan.verify().map_err(|doc| StoreError::Corrupt(format!("{doc} does not load again")))?;
    plan.write(tx, env, org, blobs)?;
    Ok(plan.touched())
}

/// The change as which the command stands in the document already.
fn is_in(batch: &mut Batch<'_>, doc: DocId, id: CommandId) -> Result<Option<ChangeHash>, Error> {
    let Some(loaded) = batch.work(doc)?.loaded.clone() else { return Ok(None) };
    let stands = records::history(&loaded.doc).into_iter().find(|entry| entry.envelope.as_ref().is_some_and(|e| e.id == id));
    Ok(stands.map(|entry| ChangeHash(entry.hash.0)))
}

/// An edit in quarantine, on what its author saw.
struct Seen {
    gated: Gated,
    device: DeviceId,
    /// All of that which is in the document, as it was or made again.
    base: Vec<ChangeHash>,
}

/// Walks back from the edit through those that wait or waited with it, to what is in the document.
fn seen(batch: &mut Batch<'_>, held: &Held, gated: Gated) -> Result<Seen, Error> {
    let doc = batch.work(held.doc)?.loaded.as_ref().map(|loaded| loaded.doc.clone()).unwrap_or_default();
    let here = |hash: &ChangeHash| doc.has(&records::ChangeHash(hash.0));
    let put_aside: HashMap<_, _> = quarantine::of_doc(batch.tx, batch.org, held.doc)?
        .into_iter()
        .filter_map(|(other, waits)| Some((records::ChangeHash::of(&other.change)?, (other, waits))))
        .collect();
    let (mut base, mut walked) = (Vec::new(), HashSet::new());
    let mut before = gated.deps.clone();
    while let Some(dep) = before.pop() {
        if !walked.insert(dep) {
            continue;
        }
        let hash = ChangeHash(dep.0);
        if here(&hash) {
            base.push(hash);
            continue;
        }
        base.extend(batch.maps_to(held.doc, hash)?.unwrap_or_default().into_iter().filter(here));
        let Some((earlier, waits)) = put_aside.get(&dep) else { continue };
        if *waits && held.envelope.command.builds_on(&earlier.envelope) {
            return Err(out_of_turn().into());
        }
        before.extend(records::gate(&earlier.change).map(|gated| gated.deps).unwrap_or_default());
    }
    if base.is_empty() {
        base = doc.heads().iter().map(|h| ChangeHash(h.0)).collect();
    }
    base.sort_unstable();
    base.dedup();
    Ok(Seen { gated, device: held.device, base })
}

fn out_of_turn() -> Refusal {
    Refusal::new(
        RefusalCode::InvalidValue,
        "This edit builds on an earlier one of the same lead, which waits here too. Release or drop that one first.",
    )
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
    if !sabotage::is_on(Fault::SettleNothing) {
        proposals::settle(batch.tx, batch.org, proposal.id, state, who.actor().user)?;
    }
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

/// One that this person may decide about, and how its lead stands, where it is there.
fn waiting(batch: &mut Batch<'_>, who: &SignedIn, id: CommandId) -> Result<(Held, Option<Standing>), Error> {
    let held = quarantine::get(batch.tx, batch.org, id)?.ok_or(Error::NotFound)?;
    let standing = batch.work(held.doc)?.standing;
    let author = batch.user(held.envelope.author)?;
    if may_decide(who.actor(), standing.as_ref(), author.as_ref()) { Ok((held, standing)) } else { Err(Error::NotFound) }
}

/// Whether this person decides about a quarantined edit: somebody who may assign its lead, as that stands;
/// where it is not there, as it would stand if its author had made it now.
#[must_use]
pub fn may_decide(actor: &Actor, standing: Option<&Standing>, author: Option<&User>) -> bool {
    let made = || author.map(|author| judge::new_standing(&author.actor()).subject());
    let subject = standing.map(Standing::subject).or_else(made).unwrap_or_default();
    policy::authorise(actor, Action::AssignLead, &subject).is_ok()
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

/// Carries a command out under its author: as they saw the lead, or as it is now. What later edits were
/// made on is then this change.
fn carry_out(
    batch: &mut Batch<'_>,
    who: &SignedIn,
    doc: DocId,
    envelope: &Envelope,
    standing: Option<Standing>,
    seen: Option<&Seen>,
) -> Result<(), Error> {
    let loaded = batch.work(doc)?.loaded.clone();
    let now = loaded.as_ref().map_or_else(|| records::Doc::seed(doc.kind), |l| l.doc.clone());
    let base: Vec<records::ChangeHash> = match seen {
        Some(seen) => seen.base.iter().map(|h| records::ChangeHash(h.0)).collect(),
        None => now.heads(),
    };
    envelope.command.check_shape()?;
    match (&standing, loaded.as_ref().map(|l| &l.record)) {
        (None, Some(record)) => record.check_own(&envelope.command, batch.currency_for(doc)?)?,
        (None, None) => return Err(Error::NotFound),
        (Some(standing), record) => {
            let (now_is, owned) = (record.and_then(Record::lead), standing.owner.is_some());
            let (seen_status, seen_deleted) = (records::lead::seen_status(&now, &base), seen.is_none() && standing.deleted);
            let undoable = records::undoable(&now, &base, envelope);
            envelope.command.check_state(Facts { now: now_is, seen_status, seen_deleted, owned, undoable })?;
        }
    }
    let admitted = match seen.map(|seen| as_sent(batch, seen, &now)).transpose()?.flatten() {
        Some(admitted) => admitted,
        None => made_again(batch, envelope, now, &base)?,
    };
    let hash = admitted.hash;
    let item = PushItem { doc, envelope: envelope.clone(), change: admitted.bytes.clone(), hash };
    batch.admit(who, &item, admitted, standing)??;
    Ok(outcomes::set_stands(batch.tx, batch.org, envelope.id, hash)?)
}

/// The change itself, where all that it was made on is here: what was made on it then fits too, to the
/// character.
fn as_sent(batch: &mut Batch<'_>, seen: &Seen, now: &records::Doc) -> Result<Option<Admitted>, Error> {
    let mine = Holder::Device(seen.device);
    let holder = batch.holder(&seen.gated.actor)?;
    if holder.is_some_and(|holder| holder != mine) {
        return Ok(None);
    }
    let Ok(Verdict::Accepted(doc)) = records::accept(now, &seen.gated) else { return Ok(None) };
    if holder.is_none() {
        batch.register(seen.gated.actor, mine);
    }
    let (hash, bytes) = (ChangeHash(seen.gated.hash.0), seen.gated.bytes().to_vec());
    Ok(Some(Admitted { doc, hash, bytes, reexecuted: false }))
}

fn made_again(batch: &mut Batch<'_>, envelope: &Envelope, now: records::Doc, base: &[records::ChangeHash]) -> Result<Admitted, Error> {
    let (mut doc, actor) = (now, batch.env.random());
    let made = records::reexecute(&mut doc, base, actor, envelope).map_err(|e| judge::malformed(&e.to_string()))?;
    batch.register(actor, Holder::Server);
    Ok(Admitted { doc, hash: ChangeHash(made.hash.0), bytes: made.bytes, reexecuted: true })
}
