//! The organisation's own keys: leases are signed with one (Ed25519), profile keys sealed to the other
//! (X25519). Both are made once, at the first start.

use crate::store::{self, StoreError, Tx, orgs};
use crypto_box::SecretKey;
use domain::{DeviceId, Env, OrgId};
use ed25519_dalek::{Signature, Signer as _, SigningKey};
use protocol::auth::{Lease, SignedLease};

use crate::store::users::User;

/// How long a device works without the server.
pub const LEASE_MS: i64 = 72 * 3_600_000;
/// After so long beyond that it destroys its key.
const WIPE_AFTER_MS: i64 = 30 * 24 * 3_600_000;

/// What every session carries of them.
pub struct Keys {
    lease: SigningKey,
    recovery: SecretKey,
}

impl Keys {
    /// The organisation's keys, made if there are none.
    ///
    /// # Errors
    /// The database's.
    pub fn of(tx: &mut dyn Tx, env: &Env, org: OrgId) -> store::Result<Self> {
        if let Some(keys) = Self::kept(tx, org)? {
            return Ok(keys);
        }
        orgs::set_secrets(tx, org, env.random(), env.random())?;
        Self::kept(tx, org)?.ok_or(StoreError::Empty)
    }

    /// The organisation's keys, if they were made.
    ///
    /// # Errors
    /// The database's.
    pub fn kept(tx: &mut dyn Tx, org: OrgId) -> store::Result<Option<Self>> {
        let secrets = orgs::secrets(tx, org)?;
        Ok(secrets.map(|(lease, recovery)| Self { lease: SigningKey::from_bytes(&lease), recovery: SecretKey::from(recovery) }))
    }

    /// Ed25519, public.
    #[must_use]
    pub fn lease_key(&self) -> Vec<u8> {
        self.lease.verifying_key().to_bytes().to_vec()
    }

    /// X25519, public.
    #[must_use]
    pub fn recovery_key(&self) -> Vec<u8> {
        self.recovery.public_key().as_bytes().to_vec()
    }

    /// Opens what was sealed to [`Keys::recovery_key`].
    #[must_use]
    pub fn recovery_secret(&self) -> &SecretKey {
        &self.recovery
    }

    /// What a lease says, if it was signed here.
    #[must_use]
    pub fn verified(&self, signed: &SignedLease) -> Option<Lease> {
        let signature = Signature::from_slice(&signed.signature).ok()?;
        self.lease.verifying_key().verify_strict(&signed.lease, &signature).ok()?;
        serde_json::from_slice(&signed.lease).ok()
    }

    /// A lease from `now` on.
    #[must_use]
    pub fn lease(&self, user: &User, device: DeviceId, now: i64) -> SignedLease {
        let until = now + LEASE_MS;
        let lease = Lease { user: user.row.id, device, role: user.row.role, issued_at: now, until, wipe_at: until + WIPE_AFTER_MS };
        let lease = serde_json::to_vec(&lease).expect("a lease holds only plain values");
        let signature = self.lease.sign(&lease).to_bytes().to_vec();
        SignedLease { lease, signature }
    }
}
