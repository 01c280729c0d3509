//! Quarantine: what a disabled person's or a revoked device's outbox may still do. Uploading needs
//! no session, only the device's own secret, and is bounded; a manager reads, releases or drops.

use crate::accept::{self, may_decide};
use crate::audit::{self, AuditEvent};
use crate::auth::{self, SignedIn};
use crate::error::Error;
use crate::store::outcomes::{self, OutcomeRow};
use crate::store::quarantine::{self, Held};
use crate::store::{Store, StoreError, Tx, devices, documents, leads, proposals, users};
use domain::people::{DeviceState, QuarantineReason, Quarantined};
use domain::{CommandId, DeviceId, Env, LeadId, OrgId, UserId};
use protocol::admin::{QuarantineAnswer, QuarantineUpload};
use protocol::push::{Outcome, PushItem};
use protocol::{ChangeHash, QUARANTINE_ITEMS_MAX};
use records::Doc;
use subtle::ConstantTimeEq as _;

/// Edits shown at a time; what is decided makes room.
const SHOWN_MAX: u64 = 500;
/// Bytes of one person's edits that wait at most.
const HELD_MAX: u64 = 32 * 1024 * 1024;

/// Keeps the outbox of a device that was cut off. Repeating it keeps nothing twice.
///
/// # Errors
/// `NotFound` for an unknown device or a wrong secret; `NotCutOff` for one that may push; `TooLarge`.
pub fn upload(store: &Store, env: &Env, org: OrgId, upload: &QuarantineUpload) -> Result<QuarantineAnswer, Error> {
    if upload.items.len() > QUARANTINE_ITEMS_MAX {
        return Err(Error::TooLarge);
    }
    store.write(|tx| {
        let stored = devices::secret(tx, org, upload.device)?.ok_or(Error::NotFound)?;
        if !bool::from(stored.ct_eq(&auth::digest(&upload.secret))) {
            return Err(Error::NotFound);
        }
        let owner = devices::owner(tx, org, upload.device)?.ok_or(Error::NotFound)?;
        let user = users::by_id(tx, org, owner)?.ok_or(Error::NotFound)?;
        let state = devices::state(tx, org, upload.device)?.ok_or(Error::NotFound)?;
        let reason = match state {
            DeviceState::Revoked | DeviceState::WipeOrdered | DeviceState::Wiped => QuarantineReason::DeviceRevoked,
            DeviceState::Active if user.row.disabled => QuarantineReason::UserDisabled,
            DeviceState::Active => return Err(Error::NotCutOff),
        };
        let held = quarantine::count_of(tx, org, upload.device)?;
        let more: usize = upload.items.iter().map(|item| item.change.len()).sum();
        if quarantine::bytes_of(tx, org, owner)? + more as u64 > HELD_MAX {
            return Err(Error::TooLarge);
        }
        let mut kept = 0;
        for item in &upload.items {
            kept += u32::from(keep(tx, env, org, owner, upload.device, item, reason)?);
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
        Ok(QuarantineAnswer { kept, wipe: state == DeviceState::WipeOrdered && !upload.wiped })
    })
}

/// Keeps one edit of `user`; one that was answered before, or waits already, counts as kept.
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
    if accept::gate(item).is_err() || item.envelope.command.check_shape().is_err() || item.envelope.author != user {
        return Ok(false);
    }
    if outcomes::by_command(tx, org, item.envelope.id)?.is_none() {
        let doc = documents::blob(tx, org, item.doc)?.and_then(|blob| Doc::load(&blob).ok()).unwrap_or_default();
        if is_settled(tx, org, &doc, item.envelope.id)? {
            return Ok(true);
        }
        let (envelope, change) = (item.envelope.clone(), item.change.clone());
        quarantine::insert(tx, org, &Held { doc: item.doc, envelope, change, device, reason, arrived_at: env.now_ms() })?;
        // So it is answered, should the device ever push it: once is enough, and nobody takes its id.
        let maps_to = Some(doc.heads().into_iter().map(|head| ChangeHash(head.0)).collect());
        let (command, hash, doc) = (item.envelope.id, item.hash, item.doc);
        let row = OutcomeRow { command, hash, doc, author: user, device, outcome: Outcome::Quarantined { reason }, maps_to };
        outcomes::insert(tx, org, &row, env.now_ms())?;
    }
    Ok(true)
}

/// Whether the command was carried out or proposed, although how it ended was forgotten: `compact` does
/// that for devices that are gone.
fn is_settled(tx: &mut dyn Tx, org: OrgId, doc: &Doc, command: CommandId) -> Result<bool, StoreError> {
    let is_in = records::history(doc).iter().any(|entry| entry.envelope.as_ref().is_some_and(|envelope| envelope.id == command));
    Ok(is_in || proposals::get(tx, org, command)?.is_some())
}

/// What waits for a decision of this person, as it was written.
///
/// # Errors
/// `Refused` for a role that decides nothing.
pub fn list(store: &Store, org: OrgId, who: &SignedIn) -> Result<Vec<Quarantined>, Error> {
    store.read(|tx| {
        let mut shown = Vec::new();
        for held in quarantine::all(tx, org, SHOWN_MAX)? {
            let lead = leads::get(tx, org, LeadId(held.doc.id))?;
            if may_decide(who.actor(), lead.as_ref().map(|row| &row.standing)) {
                shown.push(Quarantined {
                    id: held.envelope.id,
                    lead: LeadId(held.doc.id),
                    lead_name: lead.map(|row| row.summary.name).unwrap_or_default(),
                    author: held.envelope.author,
                    author_name: users::by_id(tx, org, held.envelope.author)?.map(|user| user.row.name).unwrap_or_default(),
                    device_name: devices::name(tx, org, held.device)?.unwrap_or_default(),
                    reason: held.reason,
                    arrived_at: held.arrived_at,
                    envelope: held.envelope,
                });
            }
        }
        Ok(shown)
    })
}
