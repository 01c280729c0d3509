//! Signing in, refreshing, signing out, and checking an access token.

use super::token::{Pair, digest};
use super::{SignedIn, password};
use crate::error::Error;
use crate::store::sessions::{self, SessionRow};
use crate::store::users::User;
use crate::store::{Store, Tx, devices, users};
use domain::{DeviceId, Env, OrgId};
use protocol::auth::{Me, Refresh, Secret, Session, SignIn};
use uuid::Uuid;

/// Access tokens live this long.
const ACCESS_FOR_S: u32 = 15 * 60;
/// A sign-in that is not refreshed for this long has ended.
const REFRESH_FOR_MS: i64 = 30 * 24 * 3_600_000;
/// Characters of a device's name and version that are kept.
const LABEL_MAX: usize = 100;

/// Opens a session for a correct password. Slow on purpose: call it on a blocking thread.
///
/// # Errors
/// `WrongCredentials`, `DeviceTaken`.
pub fn sign_in(store: &Store, env: &Env, org: OrgId, request: &SignIn) -> Result<Session, Error> {
    let user = store.read(|tx| users::by_email(tx, org, &request.email))?;
    let stored = user.as_ref().map(|u| u.password_hash.as_str());
    let right = password::verify(env, &request.password.0, stored);
    let user = user.filter(|u| right && !u.row.disabled).ok_or(Error::WrongCredentials)?;
    store.write(|tx| {
        register(tx, env, org, &user, request)?;
        let pair = Pair::fresh(env);
        let (salt, family) = (env.random(), env.new_id());
        sessions::insert(tx, org, &row(env, &pair, salt, family, &user, request.device))?;
        Ok(answer(env, org, pair, &user))
    })
}

/// The next token pair. The same refresh token with the same nonce gets the same pair again; with
/// another nonce it was stolen, and the whole family ends.
///
/// # Errors
/// `SessionEnded`, `SessionRevoked`.
pub fn refresh(store: &Store, env: &Env, org: OrgId, request: &Refresh) -> Result<Session, Error> {
    let (hash, nonce) = (digest(&request.refresh), digest(&request.nonce));
    // A revocation is written although the answer is an error.
    store.write(|tx| -> Result<Result<Session, Error>, Error> {
        sessions::delete_expired(tx, org, env.now_ms())?;
        let Some(session) = sessions::by_refresh(tx, org, hash)?.filter(|s| !s.revoked) else { return Ok(Err(Error::SessionEnded)) };
        let Some(user) = users::by_id(tx, org, session.user)?.filter(|u| !u.row.disabled) else { return Ok(Err(Error::SessionEnded)) };
        let pair = Pair::after(&request.refresh, &request.nonce, &session.salt);
        match session.used_nonce {
            None => {
                sessions::mark_used(tx, org, hash, nonce)?;
                sessions::insert(tx, org, &row(env, &pair, env.random(), session.family, &user, session.device))?;
            }
            Some(used) if used == nonce => {}
            Some(_) => {
                sessions::revoke_family(tx, org, session.family)?;
                tracing::warn!(user = %user.row.id, device = %session.device, "a refresh token was used twice; its sign-in has ended");
                return Ok(Err(Error::SessionRevoked));
            }
        }
        Ok(Ok(answer(env, org, pair, &user)))
    })?
}

/// Ends everything that this sign-in led to.
///
/// # Errors
/// The database's.
pub fn sign_out(store: &Store, org: OrgId, who: &SignedIn) -> Result<(), Error> {
    let Some(family) = who.family else { return Ok(()) };
    Ok(store.write(|tx| sessions::revoke_family(tx, org, family))?)
}

/// Who an access token belongs to, as they are now.
///
/// # Errors
/// `NotSignedIn`, `TokenExpired`.
pub fn authenticate(store: &Store, env: &Env, org: OrgId, access: &Secret) -> Result<SignedIn, Error> {
    store.read(|tx| {
        let session = sessions::by_access(tx, org, digest(access))?.filter(|s| !s.revoked).ok_or(Error::NotSignedIn)?;
        if session.access_until <= env.now_ms() {
            return Err(Error::TokenExpired);
        }
        let user = users::by_id(tx, org, session.user)?.filter(|u| !u.row.disabled).ok_or(Error::NotSignedIn)?;
        Ok(SignedIn::new(user.actor(), session.device, Some(session.family)))
    })
}

fn register(tx: &mut dyn Tx, env: &Env, org: OrgId, user: &User, request: &SignIn) -> Result<(), Error> {
    if devices::owner(tx, org, request.device)?.is_some_and(|owner| owner != user.row.id) {
        return Err(Error::DeviceTaken);
    }
    let label = |text: &str| text.chars().filter(|c| !c.is_control()).take(LABEL_MAX).collect::<String>();
    let (name, version) = (label(&request.device_name), label(&request.app_version));
    Ok(devices::register(tx, org, request.device, user.row.id, &name, &version, env.now_ms())?)
}

fn row(env: &Env, pair: &Pair, salt: [u8; 32], family: Uuid, user: &User, device: DeviceId) -> SessionRow {
    let now = env.now_ms();
    SessionRow {
        access: digest(&pair.access),
        refresh: digest(&pair.refresh),
        family,
        user: user.row.id,
        device,
        salt,
        access_until: now + i64::from(ACCESS_FOR_S) * 1_000,
        refresh_until: now + REFRESH_FOR_MS,
        used_nonce: None,
        revoked: false,
    }
}

fn answer(env: &Env, org: OrgId, pair: Pair, user: &User) -> Session {
    Session {
        access: pair.access,
        access_for_s: ACCESS_FOR_S,
        refresh: pair.refresh,
        me: Me { org, user: user.row.id, name: user.row.name.clone(), email: user.email.clone(), role: user.row.role, team: user.row.team },
        server_ms: env.now_ms(),
    }
}
