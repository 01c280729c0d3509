//! Two-step sign-in: six digits that an authenticator app shows, each time step once, or one of ten
//! recovery codes.

use super::code;
use super::lockout::Attempt;
use super::tally::{self, Failed, Tally};
use super::{SignedIn, password, session};
use crate::audit::{self, AuditEvent, Failure};
use crate::error::Error;
use crate::store::users::User;
use crate::store::{self, Store, Tx, codes, users};
use domain::people::TotpSetup;
use domain::{Env, OrgId, Refusal, RefusalCode};
use protocol::admin::RecoveryCodes;
use protocol::auth::Secret;
use protocol::rows::OrgRow;
use qrcode::QrCode;
use qrcode::render::svg;
use totp_rs::{Builder, Totp};

/// Recovery codes made at a time.
const RECOVERY_CODES: usize = 10;
/// Pixels of a module of the QR code.
const MODULE: u32 = 4;

/// Makes a secret, which counts once its first code was typed.
///
/// # Errors
/// `Refused` when two-step sign-in is on.
pub fn begin(store: &Store, env: &Env, org: &OrgRow, who: &SignedIn) -> Result<TotpSetup, Error> {
    let secret: [u8; 20] = env.random();
    let email = store.write(|tx| {
        let user = users::by_id(tx, org.id, who.actor().user)?.ok_or(Error::NotFound)?;
        if user.totp.is_some() {
            return Err(refused("Two-step sign-in is on. Turn it off first to set up another authenticator."));
        }
        users::set_pending_totp(tx, org.id, user.row.id, &secret)?;
        Ok(user.email)
    })?;
    let unfit = |_| refused("The names of the organisation and of the account don't fit into an authenticator.");
    let issuer = format!("Leadline {}", org.name.replace(':', " "));
    let totp = Builder::new().with_secret(secret).with_account_name(email.as_str()).with_issuer(Some(issuer)).build().map_err(unfit)?;
    let uri = totp.to_url().map_err(unfit)?;
    let svg = draw(&uri).ok_or_else(|| refused("The names of the organisation and of the account are too long for a QR code."))?;
    Ok(TotpSetup { secret: totp.secret().to_base32(), uri, svg })
}

/// Turns two-step sign-in on, and answers the recovery codes.
///
/// # Errors
/// `Refused` for a wrong code, or before [`begin`].
pub fn confirm(store: &Store, env: &Env, org: OrgId, who: &SignedIn, typed: &Secret) -> Result<RecoveryCodes, Error> {
    let user = who.actor().user;
    // A wrong code is written down although the answer is an error.
    store.write(|tx| -> Result<Result<RecoveryCodes, Error>, Error> {
        let secret = users::pending_totp(tx, org, user)?.ok_or_else(|| refused("Begin with setting up the authenticator."))?;
        let Some(step) = step(env, &secret, &typed.0) else {
            let failed = Failed { user: Some(user), device: Some(who.device()), reason: Failure::WrongCode, locked: false };
            tally::count(tx, env, org, Tally::Confirm(user), failed)?;
            return Ok(Err(refused("That code is not the one the authenticator shows now.")));
        };
        audit::append(tx, env, org, Some(user), Some(who.device()), AuditEvent::TotpChanged { user, on: true })?;
        users::set_totp(tx, org, user, Some(&secret))?;
        users::use_totp_step(tx, org, user, step)?;
        let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| code::fresh(env)).collect();
        let hashes: Vec<_> = codes.iter().map(|code| code::hash(code)).collect();
        codes::set_recovery(tx, org, user, &hashes)?;
        Ok(Ok(RecoveryCodes { codes: codes.into_iter().map(Secret).collect() }))
    })?
}

/// Turns two-step sign-in off.
///
/// # Errors
/// `WrongCredentials`, `Locked`.
pub fn end(store: &Store, env: &Env, org: OrgId, who: &SignedIn, typed: &Secret) -> Result<(), Error> {
    let user = store.read(|tx| users::by_id(tx, org, who.actor().user))?.ok_or(Error::NotFound)?;
    let attempt = Attempt::begin(store, env, org, &user.email)?;
    if !password::verify(env, &typed.0, Some(&user.password_hash)) {
        store.write(|tx| session::failed(tx, env, org, &attempt, Some(&user), Failure::OldPassword))?;
        return Err(password::wrong("password"));
    }
    Ok(store.write(|tx| {
        let event = AuditEvent::TotpChanged { user: user.row.id, on: false };
        audit::append(tx, env, org, Some(user.row.id), Some(who.device()), event)?;
        attempt.succeeded(tx)?;
        forget(tx, org, &user)
    })?)
}

/// Takes the authenticator and its recovery codes from a person.
///
/// # Errors
/// The database's.
pub fn forget(tx: &mut dyn Tx, org: OrgId, user: &User) -> store::Result<()> {
    users::set_totp(tx, org, user.row.id, None)?;
    codes::set_recovery(tx, org, user.row.id, &[])
}

/// What the second step of a sign-in came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Second {
    /// Right, or not asked for.
    Passed,
    Missing,
    Wrong,
}

/// Checks a sign-in's second step, and uses up what was typed.
///
/// # Errors
/// The database's.
pub fn second_step(tx: &mut dyn Tx, env: &Env, org: OrgId, user: &User, typed: Option<&Secret>) -> store::Result<Second> {
    let Some(secret) = &user.totp else { return Ok(Second::Passed) };
    let Some(typed) = typed.map(|typed| typed.0.trim()).filter(|typed| !typed.is_empty()) else { return Ok(Second::Missing) };
    let passed = match step(env, secret, typed) {
        Some(step) => users::use_totp_step(tx, org, user.row.id, step)?,
        None => codes::use_recovery(tx, org, user.row.id, code::hash(typed))?,
    };
    Ok(if passed { Second::Passed } else { Second::Wrong })
}

/// The time step, now or one beside, whose code was typed.
fn step(env: &Env, secret: &[u8], typed: &str) -> Option<u64> {
    let totp: Totp = Builder::new().with_secret(secret).with_skew(1).build().ok()?;
    let digits: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    totp.check(&digits, u64::try_from(env.now_ms()).ok()? / 1_000)
}

/// A drawing that may stand inside a page.
fn draw(uri: &str) -> Option<String> {
    let drawing = QrCode::new(uri).ok()?.render::<svg::Color<'_>>().module_dimensions(MODULE, MODULE).build();
    drawing.split_once("?>").map(|(_, svg)| svg.to_owned())
}

fn refused(text: &str) -> Error {
    Refusal::new(RefusalCode::InvalidValue, text).into()
}
