//! The device list, revoking a device, and ordering it to destroy its key.

use crate::audit::{self, AuditEvent};
use crate::auth::SignedIn;
use crate::error::Error;
use crate::store::{Store, Tx, devices, sessions, users};
use domain::people::{Device, DeviceState};
use domain::{Action, DeviceId, Env, OrgId, Subject, UserId, policy};

/// Characters of a device's name and version that are kept.
const LABEL_MAX: usize = 100;

/// All devices for who manages users, else one's own; the one seen last first.
///
/// # Errors
/// The database's.
pub fn list(store: &Store, org: OrgId, who: &SignedIn) -> Result<Vec<Device>, Error> {
    let of = (!policy::has(who.actor().role, Action::ManageUsers)).then_some(who.actor().user);
    let mut found = store.read(|tx| devices::all(tx, org, of))?;
    found.iter_mut().for_each(|device| device.this = device.id == who.device());
    Ok(found)
}

/// Ends what a device may do, but for putting its unsent edits into quarantine. Everybody may revoke
/// their own. Answers whose it is.
///
/// # Errors
/// `NotFound` for a device that the caller does not see; `Refused`.
pub fn revoke(store: &Store, env: &Env, org: OrgId, who: &SignedIn, device: DeviceId) -> Result<UserId, Error> {
    cut_off(store, env, org, who, device, DeviceState::Revoked)
}

/// Also orders the device to destroy its key after that. For who manages users.
///
/// # Errors
/// As [`revoke`].
pub fn wipe(store: &Store, env: &Env, org: OrgId, who: &SignedIn, device: DeviceId) -> Result<UserId, Error> {
    cut_off(store, env, org, who, device, DeviceState::WipeOrdered)
}

fn cut_off(store: &Store, env: &Env, org: OrgId, who: &SignedIn, device: DeviceId, to: DeviceState) -> Result<UserId, Error> {
    store.write(|tx| {
        let (owner, state) = reached(tx, org, who, device)?;
        if to == DeviceState::WipeOrdered || owner != who.actor().user {
            policy::authorise(who.actor(), Action::ManageUsers, &Subject::default())?;
        }
        let changes = state == DeviceState::Active || (state == DeviceState::Revoked && to == DeviceState::WipeOrdered);
        if changes {
            let event = match to {
                DeviceState::WipeOrdered => AuditEvent::DeviceWiped { device, user: owner, done: false },
                DeviceState::Active | DeviceState::Revoked | DeviceState::Wiped => AuditEvent::DeviceRevoked { device, user: owner },
            };
            audit::append(tx, env, org, Some(who.actor().user), Some(who.device()), event)?;
            devices::set_state(tx, org, device, to)?;
        }
        sessions::revoke_device(tx, org, device)?;
        Ok(owner)
    })
}

/// Whose device it is, and how it is, if the caller may see it and touch its owner.
fn reached(tx: &mut dyn Tx, org: OrgId, who: &SignedIn, device: DeviceId) -> Result<(UserId, DeviceState), Error> {
    let owner = devices::owner(tx, org, device)?.ok_or(Error::NotFound)?;
    let state = devices::state(tx, org, device)?.ok_or(Error::NotFound)?;
    if owner == who.actor().user {
        return Ok((owner, state));
    }
    if !policy::has(who.actor().role, Action::ManageUsers) {
        return Err(Error::NotFound);
    }
    let role = users::by_id(tx, org, owner)?.ok_or(Error::NotFound)?.row.role;
    if policy::may_administer(who.actor().role, role) { Ok((owner, state)) } else { Err(crate::people::not_above()) }
}

/// Keeps how many commands wait at the caller's device and which version runs there, as it says; written
/// only when one of them changed.
///
/// # Errors
/// The database's.
pub fn note(store: &Store, env: &Env, org: OrgId, who: &SignedIn, pending: u32, app_version: Option<&str>) -> Result<(), Error> {
    let known = store.read(|tx| devices::told(tx, org, who.device()))?;
    let app_version = app_version.map(label).unwrap_or_else(|| known.1.clone());
    if known == (Some(pending), app_version.clone()) {
        return Ok(());
    }
    Ok(store.write(|tx| devices::set_told(tx, org, who.device(), pending, &app_version, env.now_ms()))?)
}

/// A device's name or version, as far as it is kept.
pub(crate) fn label(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(LABEL_MAX).collect()
}
