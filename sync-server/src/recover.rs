//! `recover PROFILE`: what one computer never sent, taken out of its folder with the organisation's
//! recovery key and put into quarantine. Works without the person's password, also after a wipe.
//! Never writes to the folder.

use crate::audit::{self, AuditEvent};
use crate::auth::keys::Keys;
use crate::quarantine;
use crate::store::copy::Copy;
use crate::store::{Store, StoreError, Tx, orgs, users};
use anyhow::{Context as _, bail, ensure};
use domain::people::QuarantineReason;
use domain::{DeviceId, Env, OrgId};
use protocol::auth::{Me, SignedLease};
use protocol::push::PushItem;
use std::path::Path;

/// The client's names of its files.
const DATABASE: &str = "leadline.db";
const SEALED: &str = "leadline.sealed";

/// What was found and kept.
#[derive(Debug)]
pub struct Recovered {
    pub name: String,
    pub email: String,
    /// Edits that were waiting to be sent.
    pub found: u32,
    /// Of these, in quarantine now, or answered long ago.
    pub kept: u32,
}

/// Takes the outbox of a profile's folder into quarantine; once more keeps nothing twice.
///
/// # Errors
/// When the folder holds no sealed copy of its key, or of another organisation's; the databases'.
pub fn recover(store: &Store, env: &Env, profile: &Path) -> anyhow::Result<Recovered> {
    let org = store.read(orgs::only)?.id;
    let keys: Option<Keys> = store.read(|tx| Keys::kept(tx, org))?;
    let keys = keys.context("this server has no recovery key yet: nobody has ever signed in")?;
    let database = open(profile, &keys)?;
    let me: Me = database.meta("me")?.context("nobody ever signed in to this profile")?;
    let device: DeviceId = database.meta("device")?.context("this profile has no device id")?;
    ensure!(me.org == org, "this profile belongs to another organisation");
    // Anybody can seal a key of their own; a lease is only given to who signs in.
    let lease: SignedLease = database.meta("lease")?.context("this profile holds no lease of this server")?;
    let lease = keys.verified(&lease).context("the lease in this profile was not signed by this server")?;
    ensure!((lease.user, lease.device) == (me.user, device), "this profile's lease is somebody else's");
    let items = database.outbox()?;
    let found = u32::try_from(items.len()).unwrap_or(u32::MAX);
    let kept = store.write(|tx| keep(tx, env, org, &me, device, &items))?;
    Ok(Recovered { name: me.name, email: me.email, found, kept })
}

/// Opens the profile's database by its sealed key, for reading.
fn open(profile: &Path, keys: &Keys) -> anyhow::Result<Copy> {
    let (database, sealed) = (profile.join(DATABASE), profile.join(SEALED));
    ensure!(database.is_file(), "there is no {DATABASE} in {}: give the folder of one copy", profile.display());
    let sealed = std::fs::read(&sealed).with_context(|| format!("{} can't be read", sealed.display()))?;
    let Ok(key) = keys.recovery_secret().unseal(&sealed) else { bail!("{SEALED} was sealed for another organisation, or is damaged") };
    let hex: String = key.iter().map(|b| format!("{b:02x}")).collect();
    Copy::open(&database, &hex).with_context(|| format!("{} can't be read with the key that was sealed", database.display()))
}

fn keep(tx: &mut dyn Tx, env: &Env, org: OrgId, me: &Me, device: DeviceId, items: &[PushItem]) -> Result<u32, StoreError> {
    if users::by_id(tx, org, me.user)?.is_none() {
        return Ok(0);
    }
    let mut kept = 0;
    for item in items {
        kept += u32::from(quarantine::keep(tx, env, org, me.user, device, item, QuarantineReason::Recovered)?);
    }
    if kept > 0 {
        audit::append(tx, env, org, None, Some(device), AuditEvent::QuarantineReceived { of: me.user, edits: kept })?;
    }
    Ok(kept)
}
