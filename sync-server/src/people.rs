//! Making an organisation and the people in it. Each new person and team is an entry of the log.

use crate::auth::password;
use crate::error::Error;
use crate::live::Touched;
use crate::store::log::{Appender, Entry};
use crate::store::users::User;
use crate::store::{Store, StoreError, Tx, log, orgs, teams, users};
use domain::{Env, OrgId, Role, TeamId, UserId, command, limits};
use protocol::auth::Secret;
use protocol::rows::{OrgRow, Row, TeamRow, UserRow};

/// A person to be added. The team is made if there is none of that name.
#[derive(Clone, Debug)]
pub struct NewUser {
    pub name: String,
    pub email: String,
    pub role: Role,
    pub team: Option<String>,
    /// Without one nobody can sign in as this person yet.
    pub password: Option<Secret>,
}

/// Makes the database's one organisation and its first admin.
///
/// # Errors
/// `BadRequest` when there is one already; `Refused` for a bad e-mail address or password.
pub fn init(store: &Store, env: &Env, org: &OrgRow, admin: &NewUser) -> Result<UserId, Error> {
    check_org(org)?;
    let hash = checked_hash(env, admin)?;
    store.write(|tx| {
        match orgs::only(tx) {
            Err(StoreError::Empty) => {}
            Ok(there) => return Err(Error::BadRequest(format!("There is an organisation already: {}.", there.name))),
            Err(other) => return Err(other.into()),
        }
        orgs::insert(tx, org, log::genesis(org.id), env.now_ms())?;
        Ok(insert(tx, env, org.id, admin, hash)?.0)
    })
}

/// Adds one person.
///
/// # Errors
/// `BadRequest` for an address that is taken; `Refused` for a bad one or a bad password.
pub fn add(store: &Store, env: &Env, org: OrgId, user: &NewUser) -> Result<(UserId, Touched), Error> {
    let hash = checked_hash(env, user)?;
    store.write(|tx| {
        let (id, seq) = insert(tx, env, org, user, hash)?;
        Ok((id, Touched { seq, everyone: true, ..Touched::default() }))
    })
}

fn insert(tx: &mut dyn Tx, env: &Env, org: OrgId, new: &NewUser, password_hash: String) -> Result<(UserId, u64), Error> {
    let head = orgs::lock(tx, org)?;
    if users::by_email(tx, org, &new.email)?.is_some() {
        return Err(Error::BadRequest(format!("There is a user with the address {} already.", new.email)));
    }
    let id = UserId(env.new_id());
    let mut log = Appender::new(org, &head, env.now_ms());
    let mut tell = |tx: &mut dyn Tx, fact| log.append(tx, &Entry::Row { author: id, fact }, env.random());
    let team = match &new.team {
        Some(name) => Some(team(tx, env, org, name, &mut tell)?),
        None => None,
    };
    let row = UserRow { id, name: new.name.trim().to_owned(), role: new.role, team, disabled: false };
    users::insert(tx, org, &User { row: row.clone(), email: new.email.trim().to_lowercase(), password_hash }, env.now_ms())?;
    let seq = tell(tx, Row::User(row))?;
    log.finish(tx)?;
    Ok((id, seq))
}

type Tell<'a> = dyn FnMut(&mut dyn Tx, Row) -> crate::store::Result<u64> + 'a;

fn team(tx: &mut dyn Tx, env: &Env, org: OrgId, name: &str, tell: &mut Tell<'_>) -> Result<TeamId, Error> {
    let name = name.trim();
    if let Some(id) = teams::by_name(tx, org, name)? {
        return Ok(id);
    }
    limits::check_text("team", name, limits::LINE_MAX)?;
    let row = TeamRow { id: TeamId(env.new_id()), name: name.to_owned() };
    teams::insert(tx, org, &row)?;
    tell(tx, Row::Team(row.clone()))?;
    Ok(row.id)
}

fn checked_hash(env: &Env, new: &NewUser) -> Result<String, Error> {
    command::check_field(domain::LeadField::Name, Some(&new.name))?;
    command::check_field(domain::LeadField::Email, Some(new.email.trim()))?;
    let Some(password) = &new.password else { return Ok(password::NONE.to_owned()) };
    password::check(&password.0)?;
    Ok(password::hash(env, &password.0))
}

fn check_org(org: &OrgRow) -> Result<(), Error> {
    let bad = |text: String| Err(Error::BadRequest(text));
    limits::check_text("name", &org.name, limits::LINE_MAX)?;
    if org.name.trim().is_empty() {
        return bad("The organisation needs a name.".to_owned());
    }
    if jiff::tz::TimeZone::get(&org.zone).is_err() {
        return bad(format!("{} is not a time zone; one is Asia/Kolkata.", org.zone));
    }
    let capitals = |text: &str, length| text.len() == length && text.bytes().all(|b| b.is_ascii_uppercase());
    if !capitals(&org.country, 2) {
        return bad(format!("{} is not a country of two capital letters, as IN.", org.country));
    }
    if !capitals(&org.currency, 3) {
        return bad(format!("{} is not a currency of three capital letters, as INR.", org.currency));
    }
    let digits = org.phone_prefix.strip_prefix('+').unwrap_or("");
    if !(1..=3).contains(&digits.len()) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return bad(format!("{} is not a phone prefix, as +91.", org.phone_prefix));
    }
    Ok(())
}
