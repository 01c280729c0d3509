//! The secret of a device, by which it may hand over what was typed there when it may do nothing else.
//! It carries the organisation's seal: a server restored from a backup that is older than the secret
//! knows it still.

use crate::seal::{SEAL, SealKey};
use crate::store::{Result, Tx, devices, orgs};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{DeviceId, Env, OrgId};
use protocol::auth::Secret;
use subtle::{Choice, ConstantTimeEq as _};

const NONCE: usize = 32;

/// Gives a device another secret.
///
/// # Errors
/// The database's.
pub fn renew(tx: &mut dyn Tx, env: &Env, org: OrgId, device: DeviceId) -> Result<Secret> {
    let mut secret = env.random::<NONCE>().to_vec();
    let seal = key(tx, org)?.seal(&sealed(&secret, device));
    secret.extend(seal);
    let secret = Secret(URL_SAFE_NO_PAD.encode(secret));
    devices::set_secret(tx, org, device, super::digest(&secret))?;
    Ok(secret)
}

/// Whether this is one of the device's secrets. After a restore also one that the backup does not have.
///
/// # Errors
/// The database's.
pub fn is_of(tx: &mut dyn Tx, env: &Env, org: OrgId, device: DeviceId, secret: &Secret) -> Result<bool> {
    let shown = super::digest(secret);
    let kept = devices::secrets(tx, org, device)?;
    if kept.iter().fold(Choice::from(0), |good, kept| good | kept.ct_eq(&shown)).into() {
        return Ok(true);
    }
    if env.now_ms() >= orgs::head(tx, org)?.recovery_until {
        return Ok(false);
    }
    let Ok(secret) = URL_SAFE_NO_PAD.decode(&secret.0) else { return Ok(false) };
    match secret.split_at_checked(NONCE) {
        Some((nonce, seal)) if seal.len() == SEAL => Ok(key(tx, org)?.is_seal_of(seal, &sealed(nonce, device))),
        _ => Ok(false),
    }
}

fn key(tx: &mut dyn Tx, org: OrgId) -> Result<SealKey> {
    SealKey::of(tx, org, b"leadline device secret 1")
}

fn sealed(nonce: &[u8], device: DeviceId) -> Vec<u8> {
    [nonce, device.0.as_bytes()].concat()
}
