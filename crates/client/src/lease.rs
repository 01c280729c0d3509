//! The offline lease: the server's signed word that this person may work on this computer without
//! it, until a time. The time is the highest clock ever seen here: setting it back gains nothing.

use crate::error::ClientError;
use crate::store::meta;
use ed25519_dalek::{Signature, VerifyingKey};
use protocol::auth::{Lease, Me, Session, SignedLease};
use rusqlite::Connection;

/// What a lease allows now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Good,
    /// Only an online sign-in opens the profile.
    Ended,
    /// The key has to be destroyed.
    WipeDue,
}

impl Standing {
    #[must_use]
    pub(crate) fn at(now_ms: i64, until: Option<i64>, wipe_at: Option<i64>) -> Self {
        if wipe_at.is_some_and(|wipe_at| now_ms >= wipe_at) {
            Self::WipeDue
        } else if until.is_some_and(|until| now_ms >= until) {
            Self::Ended
        } else {
            Self::Good
        }
    }
}

/// The lease of this profile; none before the first sign-in at a server that gives leases.
///
/// # Errors
/// `Lease`: somebody wrote another one into the database.
pub(crate) fn load(c: &Connection) -> Result<Option<Lease>, ClientError> {
    let Some(key) = meta::get::<Vec<u8>>(c, meta::LEASE_KEY)? else { return Ok(None) };
    let signed = meta::get::<SignedLease>(c, meta::LEASE)?.ok_or(ClientError::Lease("it is missing"))?;
    verify(&key, &signed).map(Some)
}

/// Keeps the lease of a fresh session: at the first sign-in with the key it is signed with, later only
/// if that key signed it.
///
/// # Errors
/// `Lease`, `Disk`.
pub(crate) fn store(c: &Connection, session: &Session) -> Result<(), ClientError> {
    let pinned: Option<Vec<u8>> = meta::get(c, meta::LEASE_KEY)?;
    if pinned.is_none() && session.lease_key.is_empty() {
        // A server from before leases.
        return Ok(());
    }
    let lease = verify(pinned.as_ref().unwrap_or(&session.lease_key), &session.lease)?;
    check_holder(c, &lease, &session.me)?;
    if pinned.is_none() {
        meta::set(c, meta::LEASE_KEY, &session.lease_key)?;
    }
    meta::set(c, meta::LEASE, &session.lease)
}

/// # Errors
/// `Lease` for another person's or another computer's.
fn check_holder(c: &Connection, lease: &Lease, me: &Me) -> Result<(), ClientError> {
    if lease.user != me.user || meta::get(c, meta::DEVICE)?.is_some_and(|device: domain::DeviceId| device != lease.device) {
        return Err(ClientError::Lease("it was given to somebody else"));
    }
    Ok(())
}

/// # Errors
/// `Lease` unless `key` signed it.
pub(crate) fn verify(key: &[u8], signed: &SignedLease) -> Result<Lease, ClientError> {
    let malformed = ClientError::Lease("it is malformed");
    let (Ok(key), Ok(signature)) = (<&[u8; 32]>::try_from(key), Signature::from_slice(&signed.signature)) else { return Err(malformed) };
    let key = VerifyingKey::from_bytes(key).map_err(|_| ClientError::Lease("its key is malformed"))?;
    key.verify_strict(&signed.lease, &signature).map_err(|_| ClientError::Lease("another key signed it"))?;
    serde_json::from_slice(&signed.lease).map_err(|_| malformed)
}

/// The highest clock seen here, ms since the epoch.
pub(crate) fn clock(c: &Connection, now_ms: i64) -> Result<i64, ClientError> {
    Ok(meta::get::<i64>(c, meta::CLOCK)?.map_or(now_ms, |seen| seen.max(now_ms)))
}

/// Remembers the clock, if it is higher than any seen.
pub(crate) fn note_clock(c: &Connection, now_ms: i64) -> Result<(), ClientError> {
    meta::set(c, meta::CLOCK, &clock(c, now_ms)?)
}

/// After an online sign-in the server's clock is what counts.
pub(crate) fn reset_clock(c: &Connection, server_ms: i64) -> Result<(), ClientError> {
    meta::set(c, meta::CLOCK, &server_ms)
}

/// What the lease of an open profile allows.
///
/// # Errors
/// `Lease`, `Disk`.
pub(crate) fn standing(c: &Connection, now_ms: i64) -> Result<Standing, ClientError> {
    let now_ms = clock(c, now_ms)?;
    Ok(load(c)?.map_or(Standing::Good, |lease| Standing::at(now_ms, Some(lease.until), Some(lease.wipe_at))))
}
