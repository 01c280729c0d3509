//! Signing in, refreshing, signing out, and checking an access token.

use super::keys::{Keys, LEASE_MS};
use super::lockout::Attempt;
use super::tally::{self, Failed, Tally};
use super::token::{Pair, digest};
use super::totp::{self, Second};
use super::{SignedIn, code, device_secret, password};
use crate::audit::{self, AuditEvent, Failure};
use crate::devices::label;
use crate::error::Error;
use crate::store::sessions::{self, SessionRow};
use crate::store::users::User;
use crate::store::{self, Store, StoreError, Tx, codes, devices, users};
use domain::people::{DeviceState, SignInSession};
use domain::{DeviceId, Env, OrgId, UserId};
use protocol::auth::{ChangePassword, Me, Redeem, Refresh, Secret, Session, SignIn};
use uuid::Uuid;

/// Access tokens live this long.
const ACCESS_FOR_S: u32 = 15 * 60;
/// A sign-in that is not refreshed for this long has ended.
const REFRESH_FOR_MS: i64 = 30 * 24 * 3_600_000;

/// Opens a session for a correct password. Slow on purpose: call it on a blocking thread.
///
/// # Errors
/// `WrongCredentials`, `TotpRequired`, `TotpWrong`, `Locked`, `DeviceTaken`, `DeviceRevoked`.
pub fn sign_in(store: &Store, env: &Env, org: OrgId, request: &SignIn) -> Result<Session, Error> {
    let attempt = Attempt::begin(store, env, org, &request.email)?;
    let user = store.read(|tx| users::by_email(tx, org, &request.email))?;
    let stored = user.as_ref().map(|u| u.password_hash.as_str());
    let right = password::verify(env, &request.password.0, stored);
    let (Some(user), None) = (&user, failure(user.as_ref(), right)) else {
        let reason = failure(user.as_ref(), right).unwrap_or(Failure::UnknownAddress);
        store.write(|tx| failed(tx, env, org, &attempt, user.as_ref(), reason))?;
        return Err(Error::WrongCredentials);
    };
    let place = Place { device: request.device, name: &request.device_name, app_version: &request.app_version };
    // What the second step came to is written although the answer is an error.
    store.write(|tx| {
        let same = |now: &User| now.password_hash == user.password_hash && !now.row.disabled;
        let Some(user) = users::by_id(tx, org, user.row.id)?.filter(same) else {
            // The password or the access changed while it was compared.
            failed(tx, env, org, &attempt, Some(user), Failure::WrongPassword)?;
            return Ok(Err(Error::WrongCredentials));
        };
        match second(tx, env, org, &attempt, &user, request.second_factor.as_ref())? {
            Ok(()) => open(tx, env, org, &user, &place),
            Err(error) => Ok(Err(error)),
        }
    })?
}

/// Opens a session without asking for a password: for tests and the simulator.
///
/// # Errors
/// `NotFound`, `UserDisabled`, `DeviceTaken`, `DeviceRevoked`.
pub fn sign_in_unchecked(store: &Store, env: &Env, org: OrgId, user: UserId, device: DeviceId) -> Result<Session, Error> {
    store.write(|tx| {
        let user = users::by_id(tx, org, user)?.ok_or(Error::NotFound)?;
        if user.row.disabled {
            return Ok(Err(Error::UserDisabled));
        }
        open(tx, env, org, &user, &Place { device, name: "test", app_version: "0" })
    })?
}

/// Uses a one-time code: sets the password, ends the person's other sign-ins and signs in.
///
/// # Errors
/// `WrongCode`, `Refused` for a weak password; the code is good for another try then. Otherwise as [`sign_in`].
pub fn redeem(store: &Store, env: &Env, org: OrgId, request: &Redeem) -> Result<Session, Error> {
    let hash = code::hash(&request.code.0);
    let user = store.read(|tx| match codes::holder(tx, org, hash, env.now_ms())? {
        Some(user) => users::by_id(tx, org, user),
        None => Ok(None),
    })?;
    let Some(user) = user.filter(|u| !u.row.disabled) else {
        store.write(|tx| wrong_code(tx, env, org))?;
        return Err(Error::WrongCode);
    };
    let new = password::checked_hash(env, &request.password.0, &user.row.name, &user.email)?;
    // Who has the code needs no guessing; of the second step only.
    let attempt = match user.totp {
        Some(_) => Attempt::begin(store, env, org, &user.email)?,
        None => Attempt::uncounted(org, &user.email),
    };
    let place = Place { device: request.device, name: &request.device_name, app_version: &request.app_version };
    store.write(|tx| {
        if let Err(error) = second(tx, env, org, &attempt, &user, request.second_factor.as_ref())? {
            return Ok(Err(error));
        }
        if let Err(error) = free(tx, env, org, &user, request.device)? {
            return Ok(Err(error));
        }
        if !codes::redeem(tx, org, hash, env.now_ms())? {
            wrong_code(tx, env, org)?;
            return Ok(Err(Error::WrongCode));
        }
        let changed = AuditEvent::PasswordChanged { user: user.row.id, by_code: true };
        audit::append(tx, env, org, Some(user.row.id), None, changed)?;
        set_password(tx, org, &user, &new, None)?;
        open(tx, env, org, &user, &place)
    })?
}

/// Changes one's own password and ends all one's other sign-ins.
///
/// # Errors
/// `Refused` for a wrong old or a weak new password; `Locked`.
pub fn change_password(store: &Store, env: &Env, org: OrgId, who: &SignedIn, request: &ChangePassword) -> Result<(), Error> {
    let user = store.read(|tx| users::by_id(tx, org, who.actor().user))?.ok_or(Error::NotFound)?;
    let attempt = Attempt::begin(store, env, org, &user.email)?;
    if !password::verify(env, &request.old.0, Some(&user.password_hash)) {
        store.write(|tx| failed(tx, env, org, &attempt, Some(&user), Failure::OldPassword))?;
        return Err(password::wrong("old"));
    }
    store.write(|tx| attempt.succeeded(tx))?;
    let new = password::checked_hash(env, &request.new.0, &user.row.name, &user.email)?;
    Ok(store.write(|tx| {
        let changed = AuditEvent::PasswordChanged { user: user.row.id, by_code: false };
        audit::append(tx, env, org, Some(user.row.id), Some(who.device()), changed)?;
        set_password(tx, org, &user, &new, who.session())
    })?)
}

/// The next token pair. The same refresh token with the same nonce gets the same pair again; with
/// another nonce it was stolen, and the whole family ends.
///
/// # Errors
/// `SessionEnded`, `SessionRevoked`, `UserDisabled`, `DeviceRevoked`.
pub fn refresh(store: &Store, env: &Env, org: OrgId, request: &Refresh) -> Result<Session, Error> {
    let (hash, nonce) = (digest(&request.refresh), digest(&request.nonce));
    // A revocation is written although the answer is an error.
    store.write(|tx| -> Result<Result<Session, Error>, Error> {
        sessions::delete_expired(tx, org, env.now_ms())?;
        let Some(session) = sessions::by_refresh(tx, org, hash)? else { return Ok(Err(Error::SessionEnded)) };
        let user = match cut_off(tx, org, &session)? {
            Ok(user) if !session.revoked => user,
            Ok(_) => return Ok(Err(Error::SessionEnded)),
            Err(error) => {
                refused_renewal(tx, env, org, &session, &error)?;
                return Ok(Err(error));
            }
        };
        let pair = Pair::after(&request.refresh, &request.nonce, &session.salt);
        match session.used_nonce {
            None => {
                // At another node, at the same moment: the next try finds what that one did.
                if !sessions::mark_used(tx, org, hash, nonce)? {
                    return Err(StoreError::Busy.into());
                }
                sessions::insert(tx, org, &row(env, &pair, &user, session.device, session.family, session.began))?;
            }
            Some(used) if used == nonce => {}
            Some(_) => {
                let ended = AuditEvent::SessionEnded { user: user.row.id, reused: true };
                audit::append(tx, env, org, None, Some(session.device), ended)?;
                sessions::revoke_family(tx, org, session.family)?;
                tracing::warn!(user = %user.row.id, device = %session.device, "a refresh token was used twice; its sign-in has ended");
                return Ok(Err(Error::SessionRevoked));
            }
        }
        Ok(Ok(answer(tx, env, org, pair, &user, session.device)?))
    })?
}

/// Ends everything that this sign-in led to.
///
/// # Errors
/// The database's.
pub fn sign_out(store: &Store, env: &Env, org: OrgId, who: &SignedIn) -> Result<(), Error> {
    let Some(family) = who.family else { return Ok(()) };
    Ok(store.write(|tx| {
        audit::append(tx, env, org, Some(who.actor().user), Some(who.device()), AuditEvent::SignOut { everywhere: false })?;
        sessions::revoke_family(tx, org, family)
    })?)
}

/// Ends all of one's sign-ins, this one too.
///
/// # Errors
/// The database's.
pub fn sign_out_everywhere(store: &Store, env: &Env, org: OrgId, who: &SignedIn) -> Result<(), Error> {
    Ok(store.write(|tx| {
        audit::append(tx, env, org, Some(who.actor().user), Some(who.device()), AuditEvent::SignOut { everywhere: true })?;
        sessions::revoke_user(tx, org, who.actor().user, None)
    })?)
}

/// One's sign-ins that are still good, the one used last first.
///
/// # Errors
/// The database's.
pub fn sessions(store: &Store, env: &Env, org: OrgId, who: &SignedIn) -> Result<Vec<SignInSession>, Error> {
    let mut found = store.read(|tx| sessions::of_user(tx, org, who.actor().user, env.now_ms()))?;
    found.iter_mut().for_each(|session| session.this = Some(session.id) == who.session());
    Ok(found)
}

/// Ends one of one's own sign-ins.
///
/// # Errors
/// `NotFound`.
pub fn end_session(store: &Store, env: &Env, org: OrgId, who: &SignedIn, session: Uuid) -> Result<(), Error> {
    let user = who.actor().user;
    store.write(|tx| {
        audit::append(tx, env, org, Some(user), Some(who.device()), AuditEvent::SessionEnded { user, reused: false })?;
        if sessions::revoke_of_user(tx, org, user, session)? { Ok(()) } else { Err(Error::NotFound) }
    })
}

/// Who an access token belongs to, as they are now.
///
/// # Errors
/// `NotSignedIn`, `TokenExpired`, `UserDisabled`, `DeviceRevoked`.
pub fn authenticate(store: &Store, env: &Env, org: OrgId, access: &Secret) -> Result<SignedIn, Error> {
    store.read(|tx| {
        let session = sessions::by_access(tx, org, digest(access))?.ok_or(Error::NotSignedIn)?;
        let user = cut_off(tx, org, &session)??;
        if session.revoked {
            return Err(Error::NotSignedIn);
        }
        if session.access_until <= env.now_ms() {
            return Err(Error::TokenExpired);
        }
        Ok(SignedIn::new(user.actor(), session.device, Some(session.family)))
    })
}

/// The same person at the same device as they are now, if their sign-in still is: for what lives
/// longer than a request.
///
/// # Errors
/// `NotSignedIn`.
pub fn still(store: &Store, env: &Env, org: OrgId, who: &SignedIn) -> Result<SignedIn, Error> {
    store.read(|tx| {
        let user = users::by_id(tx, org, who.actor().user)?.filter(|user| !user.row.disabled).ok_or(Error::NotSignedIn)?;
        let device = devices::state(tx, org, who.device())?;
        let good = match who.family {
            Some(family) => sessions::is_good(tx, org, family, env.now_ms())?,
            None => true,
        };
        if good && device == Some(DeviceState::Active) {
            Ok(SignedIn::new(user.actor(), who.device(), who.family))
        } else {
            Err(Error::NotSignedIn)
        }
    })
}

/// The person as they are in this transaction, not as they were when the request came in.
///
/// # Errors
/// `UserDisabled`, `DeviceRevoked`.
pub fn as_of(tx: &mut dyn Tx, org: OrgId, who: &SignedIn) -> Result<SignedIn, Error> {
    let user = users::by_id(tx, org, who.actor().user)?.filter(|user| !user.row.disabled).ok_or(Error::UserDisabled)?;
    match devices::state(tx, org, who.device())? {
        Some(DeviceState::Active) => Ok(SignedIn::new(user.actor(), who.device(), who.family)),
        Some(DeviceState::Revoked | DeviceState::WipeOrdered | DeviceState::Wiped) | None => Err(Error::DeviceRevoked),
    }
}

/// Whose session it is, unless they were disabled or their device revoked: a device that had their
/// token must know, to put its unsent edits into quarantine.
fn cut_off(tx: &mut dyn Tx, org: OrgId, session: &SessionRow) -> store::Result<Result<User, Error>> {
    let Some(user) = users::by_id(tx, org, session.user)? else { return Ok(Err(Error::SessionEnded)) };
    if user.row.disabled {
        return Ok(Err(Error::UserDisabled));
    }
    Ok(match devices::state(tx, org, session.device)? {
        Some(DeviceState::Active) => Ok(user),
        Some(DeviceState::Revoked | DeviceState::WipeOrdered | DeviceState::Wiped) | None => Err(Error::DeviceRevoked),
    })
}

/// Settles an attempt by its second step.
fn second(
    tx: &mut dyn Tx,
    env: &Env,
    org: OrgId,
    attempt: &Attempt,
    user: &User,
    typed: Option<&Secret>,
) -> store::Result<Result<(), Error>> {
    Ok(match totp::second_step(tx, env, org, user, typed)? {
        Second::Passed => {
            attempt.succeeded(tx)?;
            Ok(())
        }
        Second::Missing => {
            attempt.undecided(tx)?;
            Err(Error::TotpRequired)
        }
        Second::Wrong => {
            failed(tx, env, org, attempt, Some(user), Failure::WrongCode)?;
            Err(Error::TotpWrong)
        }
    })
}

/// Why this person may not sign in, if so.
fn failure(user: Option<&User>, right: bool) -> Option<Failure> {
    match user {
        None => Some(Failure::UnknownAddress),
        Some(_) if !right => Some(Failure::WrongPassword),
        Some(user) => user.row.disabled.then_some(Failure::Disabled),
    }
}

/// Writes a failure down for the audit log.
pub(super) fn failed(tx: &mut dyn Tx, env: &Env, org: OrgId, attempt: &Attempt, user: Option<&User>, reason: Failure) -> store::Result<()> {
    let locked = attempt.locks();
    let Some(user) = user else {
        let failed = Failed { user: None, device: None, reason, locked };
        return tally::count(tx, env, org, Tally::UnknownAddress, failed);
    };
    let event = AuditEvent::SignInFailed { user: Some(user.row.id), reason, locked, times: 1 };
    audit::append(tx, env, org, None, None, event).map(drop)
}

/// Writes down that somebody typed a one-time code that is none, or not any more.
fn wrong_code(tx: &mut dyn Tx, env: &Env, org: OrgId) -> store::Result<()> {
    let failed = Failed { user: None, device: None, reason: Failure::WrongCode, locked: false };
    tally::count(tx, env, org, Tally::WrongCode, failed)
}

/// Writes down that a sign-in was not renewed: its person or its device was cut off.
fn refused_renewal(tx: &mut dyn Tx, env: &Env, org: OrgId, session: &SessionRow, why: &Error) -> store::Result<()> {
    let reason = if matches!(why, Error::UserDisabled) { Failure::Disabled } else { Failure::Device };
    let failed = Failed { user: Some(session.user), device: Some(session.device), reason, locked: false };
    tally::count(tx, env, org, Tally::Renewal(session.device), failed)
}

/// Sets a password; codes and sign-ins that the person had end, `but` one.
fn set_password(tx: &mut dyn Tx, org: OrgId, user: &User, hash: &str, but: Option<Uuid>) -> store::Result<()> {
    users::set_password(tx, org, user.row.id, hash)?;
    codes::end(tx, org, user.row.id)?;
    sessions::revoke_user(tx, org, user.row.id, but)
}

/// A device as it describes itself.
struct Place<'a> {
    device: DeviceId,
    name: &'a str,
    app_version: &'a str,
}

/// A new sign-in at a device, which is registered with it and gets a new secret. What was signed in there
/// before ends: a device is one copy.
fn open(tx: &mut dyn Tx, env: &Env, org: OrgId, user: &User, place: &Place<'_>) -> Result<Result<Session, Error>, Error> {
    if let Err(error) = free(tx, env, org, user, place.device)? {
        return Ok(Err(error));
    }
    audit::append(tx, env, org, Some(user.row.id), Some(place.device), AuditEvent::SignIn)?;
    devices::register(tx, org, place.device, user.row.id, &label(place.name), &label(place.app_version), env.now_ms())?;
    let (pair, secret) = (Pair::fresh(env), device_secret::renew(tx, env, org, place.device)?);
    sessions::revoke_device(tx, org, place.device)?;
    sessions::insert(tx, org, &row(env, &pair, user, place.device, env.new_id(), env.now_ms()))?;
    Ok(Ok(Session { device_secret: Some(secret), ..answer(tx, env, org, pair, user, place.device)? }))
}

/// Whether the person may use the device.
fn free(tx: &mut dyn Tx, env: &Env, org: OrgId, user: &User, device: DeviceId) -> store::Result<Result<(), Error>> {
    let error = match (devices::owner(tx, org, device)?, devices::state(tx, org, device)?) {
        (Some(owner), _) if owner != user.row.id => Error::DeviceTaken,
        (_, None | Some(DeviceState::Active)) => return Ok(Ok(())),
        (_, Some(DeviceState::Revoked | DeviceState::WipeOrdered | DeviceState::Wiped)) => Error::DeviceRevoked,
    };
    let event = AuditEvent::SignInFailed { user: Some(user.row.id), reason: Failure::Device, locked: false, times: 1 };
    audit::append(tx, env, org, None, None, event)?;
    Ok(Err(error))
}

fn row(env: &Env, pair: &Pair, user: &User, device: DeviceId, family: Uuid, began: i64) -> SessionRow {
    let now = env.now_ms();
    SessionRow {
        access: digest(&pair.access),
        refresh: digest(&pair.refresh),
        family,
        user: user.row.id,
        device,
        salt: env.random(),
        access_until: now + i64::from(ACCESS_FOR_S) * 1_000,
        refresh_until: now + REFRESH_FOR_MS,
        used_nonce: None,
        revoked: false,
        began,
        made: now,
    }
}

/// What a device is told with its tokens; its lease begins anew.
fn answer(tx: &mut dyn Tx, env: &Env, org: OrgId, pair: Pair, user: &User, device: DeviceId) -> store::Result<Session> {
    let (now, keys) = (env.now_ms(), Keys::of(tx, env, org)?);
    devices::grant_lease(tx, org, device, now, now + LEASE_MS)?;
    devices::seen(tx, org, device, now)?;
    users::seen(tx, org, user.row.id, now)?;
    Ok(Session {
        access: pair.access,
        access_for_s: ACCESS_FOR_S,
        refresh: pair.refresh,
        me: Me { org, user: user.row.id, name: user.row.name.clone(), email: user.email.clone(), role: user.row.role, team: user.row.team },
        server_ms: now,
        lease: keys.lease(user, device, now),
        lease_key: keys.lease_key(),
        recovery_key: keys.recovery_key(),
        device_secret: None,
    })
}
