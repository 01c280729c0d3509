//! Quarantine: what a disabled person's or a revoked device's outbox may still do. Uploading needs
//! no session, only the device's own secret, and is bounded; a manager reads, releases or drops.

use crate::accept::{self, may_decide};
use crate::audit::{self, AuditEvent, Failure};
use crate::auth::tally::{self, Failed, Tally};
use crate::auth::{SignedIn, device_secret};
use crate::error::Error;
use crate::store::leads::LeadRow;
use crate::store::outcomes::{self, OutcomeRow};
use crate::store::quarantine::{self, Held};
use crate::store::users::User;
use crate::store::{Store, StoreError, Tx, devices, documents, leads, proposals, users};
use domain::people::{DeviceState, QuarantineReason, Quarantined};
use domain::{CommandId, DeviceId, DocId, DocKind, Env, LeadId, OrgId, UserId};
use protocol::admin::{QuarantineAnswer, QuarantineUpload};
use protocol::auth::Secret;
use protocol::push::{Outcome, PushItem};
use protocol::{ChangeHash, QUARANTINE_ITEMS_MAX};
use records::{Doc, Gated};
use uuid::Uuid;

/// Edits shown at a time; what is decided makes room.
const SHOWN_MAX: usize = 500;
/// Edits looked through at a time.
const PAGE: u64 = 500;
/// Bytes of one person's edits that wait at most.
const HELD_MAX: u64 = 32 * 1024 * 1024;

/// Keeps the outbox of a device that was cut off, or what was refused and its author sends on. Repeating it
/// keeps nothing twice.
///
/// # Errors
/// `NotFound` for an unknown device or a wrong secret; `NotCutOff` for one that may push; `TooLarge`.
pub fn upload(store: &Store, env: &Env, org: OrgId, upload: &QuarantineUpload) -> Result<QuarantineAnswer, Error> {
    if upload.items.len() > QUARANTINE_ITEMS_MAX {
        return Err(Error::TooLarge);
    }
    admit(store, env, org, upload.device, &upload.secret)?;
    store.write(|tx| {
        let owner = devices::owner(tx, org, upload.device)?.ok_or(Error::NotFound)?;
        let user = users::by_id(tx, org, owner)?.ok_or(Error::NotFound)?;
        let state = devices::state(tx, org, upload.device)?.ok_or(Error::NotFound)?;
        let reason = match state {
            DeviceState::Revoked | DeviceState::WipeOrdered | DeviceState::Wiped => QuarantineReason::DeviceRevoked,
            DeviceState::Active if user.row.disabled => QuarantineReason::UserDisabled,
            DeviceState::Active if upload.sent_on => QuarantineReason::SentByAuthor,
            DeviceState::Active => return Err(Error::NotCutOff),
        };
        // What its author sends on was refused before: it is kept as that, whatever else the device may.
        let kept_as = if upload.sent_on { QuarantineReason::SentByAuthor } else { reason };
        let held = quarantine::count_of(tx, org, upload.device)?;
        let more: usize = upload.items.iter().map(|item| item.change.len()).sum();
        if quarantine::bytes_of(tx, org, owner)? + more as u64 > HELD_MAX {
            return Err(Error::TooLarge);
        }
        let mut kept = 0;
        for item in &upload.items {
            kept += u32::from(keep(tx, env, org, owner, upload.device, item, kept_as)?);
        }
        let edits = u32::try_from(quarantine::count_of(tx, org, upload.device)?.saturating_sub(held)).unwrap_or(u32::MAX);
        if edits > 0 {
            let received = AuditEvent::QuarantineReceived { of: owner, edits };
            audit::append(tx, env, org, None, Some(upload.device), received)?;
        }
        if upload.wiped && state != DeviceState::Wiped {
            let done = AuditEvent::DeviceWiped { device: upload.device, user: owner, done: true };
            audit::append(tx, env, org, None, Some(upload.device), done)?;
            devices::set_state(tx, org, upload.device, DeviceState::Wiped)?;
        }
        Ok(QuarantineAnswer { kept, wipe: state == DeviceState::WipeOrdered && !upload.wiped, reason: Some(reason) })
    })
}

/// Whether this is the device's own secret; that it is not is written down.
///
/// # Errors
/// `NotFound` for an unknown device or a wrong secret.
pub fn admit(store: &Store, env: &Env, org: OrgId, device: DeviceId, secret: &Secret) -> Result<(), Error> {
    if store.read(|tx| device_secret::is_of(tx, env, org, device, secret))? {
        return Ok(());
    }
    store.write(|tx| {
        let user = devices::owner(tx, org, device)?;
        let device = user.map(|_| device);
        let failed = Failed { user, device, reason: Failure::DeviceSecret, locked: false };
        tally::count(tx, env, org, Tally::DeviceSecret(device), failed)
    })?;
    Err(Error::NotFound)
}

/// Keeps one edit of `user`; one that was taken before, or waits already, counts as kept.
///
/// # Errors
/// The database's.
pub fn keep(
    tx: &mut dyn Tx,
    env: &Env,
    org: OrgId,
    user: UserId,
    device: DeviceId,
    item: &PushItem,
    reason: QuarantineReason,
) -> Result<bool, StoreError> {
    let Some(gated) = accept::gate(item).ok().filter(|gated| gated.envelope.author == user) else { return Ok(false) };
    if gated.envelope.command.check_shape().is_err() {
        return Ok(false);
    }
    // What a person keeps for themselves is nothing to decide about; it ends with their access.
    if item.doc.kind == DocKind::UserState {
        return Ok(true);
    }
    let known = outcomes::by_command(tx, org, item.envelope.id)?;
    if known.is_none() && is_settled(tx, org, item.doc, item.envelope.id)? {
        return Ok(true);
    }
    let refused = known.as_ref().is_some_and(|row| row.author == user && matches!(row.outcome, Outcome::Refused { .. }));
    // One that was refused and is still in the outbox: its author never got the answer, or sends it on.
    if known.is_none() || refused {
        let (envelope, change) = (item.envelope.clone(), item.change.clone());
        quarantine::insert(tx, org, &Held { doc: item.doc, envelope, change, device, reason, arrived_at: env.now_ms() })?;
    }
    if known.is_none() {
        // So it is answered, should the device ever push it: once is enough, and nobody takes its id.
        let maps_to = Some(seen_by(tx, org, item.doc, &gated)?);
        let (command, hash, doc) = (item.envelope.id, item.hash, item.doc);
        let row = OutcomeRow { command, hash, doc, author: user, device, outcome: Outcome::Quarantined { reason }, maps_to };
        outcomes::insert(tx, org, &row, env.now_ms())?;
    }
    Ok(true)
}

/// Whether the command was carried out or proposed, although how it ended was forgotten: `compact` does
/// that for devices that are gone.
fn is_settled(tx: &mut dyn Tx, org: OrgId, doc: DocId, command: CommandId) -> Result<bool, StoreError> {
    let stored = stored(tx, org, doc)?;
    let is_in = records::history(&stored).iter().any(|entry| entry.envelope.as_ref().is_some_and(|envelope| envelope.id == command));
    Ok(is_in || proposals::get(tx, org, command)?.is_some())
}

/// The document, as it begins where there is none.
fn stored(tx: &mut dyn Tx, org: OrgId, doc: DocId) -> Result<Doc, StoreError> {
    Ok(documents::blob(tx, org, doc)?.and_then(|blob| Doc::load(&blob).ok()).unwrap_or_else(|| Doc::seed(doc.kind)))
}

/// What of the document its author saw: what stands for it while it waits.
fn seen_by(tx: &mut dyn Tx, org: OrgId, doc: DocId, gated: &Gated) -> Result<Vec<ChangeHash>, StoreError> {
    let stored = stored(tx, org, doc)?;
    let here = |hash: &ChangeHash| stored.has(&records::ChangeHash(hash.0));
    let mut seen = Vec::new();
    for dep in gated.deps.iter().map(|dep| ChangeHash(dep.0)) {
        let stands = if here(&dep) { vec![dep] } else { outcomes::maps_to(tx, org, doc, dep)?.unwrap_or_default() };
        seen.extend(stands.into_iter().filter(here));
    }
    if seen.is_empty() {
        seen = stored.heads().iter().map(|head| ChangeHash(head.0)).collect();
    }
    seen.sort_unstable();
    seen.dedup();
    Ok(seen)
}

/// What waits for a decision of this person, as it was written.
///
/// # Errors
/// `Refused` for a role that decides nothing.
pub fn list(store: &Store, org: OrgId, who: &SignedIn) -> Result<Vec<Quarantined>, Error> {
    store.read(|tx| {
        let (mut shown, mut after) = (Vec::new(), CommandId(Uuid::nil()));
        // Others' edits, however many, hide none of one's own.
        loop {
            let page = quarantine::page(tx, org, after, PAGE)?;
            let Some(last) = page.last() else { return Ok(shown) };
            after = last.envelope.id;
            for held in page {
                let lead = leads::get(tx, org, LeadId(held.doc.id))?;
                let author = users::by_id(tx, org, held.envelope.author)?;
                if may_decide(who.actor(), lead.as_ref().map(|row| &row.standing), author.as_ref()) {
                    shown.push(shown_as(tx, org, held, lead, author)?);
                }
                if shown.len() == SHOWN_MAX {
                    return Ok(shown);
                }
            }
        }
    })
}

fn shown_as(tx: &mut dyn Tx, org: OrgId, held: Held, lead: Option<LeadRow>, author: Option<User>) -> Result<Quarantined, StoreError> {
    Ok(Quarantined {
        id: held.envelope.id,
        lead: LeadId(held.doc.id),
        lead_name: lead.map(|row| row.summary.name).unwrap_or_default(),
        author: held.envelope.author,
        author_name: author.map(|user| user.row.name).unwrap_or_default(),
        device_name: devices::name(tx, org, held.device)?.unwrap_or_default(),
        reason: held.reason,
        arrived_at: held.arrived_at,
        envelope: held.envelope,
    })
}
