//! Quarantine: what a disabled person's or a revoked device's outbox may still do. Uploading needs
//! no session, only the device's own secret, and is bounded; a manager reads, releases or drops.

use crate::accept::{self, may_decide};
use crate::audit::{self, AuditEvent, Failure};
use crate::auth::tally::{self, Failed, Tally};
use crate::auth::{self, SignedIn};
use crate::error::Error;
use crate::store::outcomes::{self, OutcomeRow};
use crate::store::quarantine::{self, Held};
use crate::store::{Store, StoreError, Tx, devices, documents, leads, users};
use domain::people::{DeviceState, QuarantineReason, Quarantined};
use domain::{DeviceId, Env, LeadId, OrgId, UserId};
use protocol::admin::{QuarantineAnswer, QuarantineUpload};
use protocol::auth::Secret;
use protocol::push::{Outcome, PushItem};
use protocol::{ChangeHash, QUARANTINE_ITEMS_MAX};
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
    admit(store, env, org, upload.device, &upload.secret)?;
    store.write(|tx| {
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

/// Whether this is the device's own secret; that it is not is written down.
///
/// # Errors
/// `NotFound` for an unknown device or a wrong secret.
pub fn admit(store: &Store, env: &Env, org: OrgId, device: DeviceId, secret: &Secret) -> Result<(), Error> {
    let stored = store.read(|tx| devices::secret(tx, org, device))?;
    if stored.is_some_and(|stored| bool::from(stored.ct_eq(&auth::digest(secret)))) {
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
        let (envelope, change) = (item.envelope.clone(), item.change.clone());
        quarantine::insert(tx, org, &Held { doc: item.doc, envelope, change, device, reason, arrived_at: env.now_ms() })?;
        // So it is answered, should the device ever push it: once is enough, and nobody takes its id.
        let heads = match documents::blob(tx, org, item.doc)? {
            Some(blob) => records::Doc::load(&blob).map(|doc| doc.heads()).unwrap_or_default(),
            None => Vec::new(),
        };
        let maps_to = Some(heads.into_iter().map(|head| ChangeHash(head.0)).collect());
        let (command, hash, doc) = (item.envelope.id, item.hash, item.doc);
        let row = OutcomeRow { command, hash, doc, author: user, device, outcome: Outcome::Quarantined { reason }, maps_to };
        outcomes::insert(tx, org, &row, env.now_ms())?;
    }
    Ok(true)
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
