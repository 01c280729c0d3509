//! The organisation, its people and teams: making them, and changing who is what. Each change of a
//! person or team is an entry of the log.

use crate::assign::{self, Gift};
use crate::assignment::Pen;
use crate::attendance;
use crate::audit::{AuditEvent, CodePurpose, note};
use crate::auth::{SignedIn, code, password, totp};
use crate::error::Error;
use crate::live::Touched;
use crate::store::log::{Appender, Entry};
use crate::store::users::User;
use crate::store::{Store, StoreError, Tx, codes, leads, log, orgs, sessions, teams, users};
use domain::assignment::Why;
use domain::people::{Person, Post, Team};
use domain::{Action, Actor, Env, LeadField, OrgId, Refusal, RefusalCode, Role, Subject, TeamId, UserId, command, limits, policy};
use protocol::admin::{ChangePost, Invite};
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
        Ok(add_named(tx, env, org.id, admin, hash)?.0)
    })
}

/// Adds one person, for whoever has the server's command line.
///
/// # Errors
/// `BadRequest` for an address that is taken; `Refused` for a bad one or a bad password.
pub fn add(store: &Store, env: &Env, org: OrgId, user: &NewUser) -> Result<(UserId, Touched), Error> {
    let hash = checked_hash(env, user)?;
    store.write(|tx| {
        let (id, seq) = add_named(tx, env, org, user, hash)?;
        Ok((id, Touched { seq, everyone: true, ..Touched::default() }))
    })
}

/// Everybody, by address.
///
/// # Errors
/// `Refused`, `NotPermitted`, for who does not manage users.
pub fn list(store: &Store, org: OrgId, who: &SignedIn) -> Result<Vec<Person>, Error> {
    policy::authorise(who.actor(), Action::ManageUsers, &Subject::default())?;
    Ok(store.read(|tx| users::all(tx, org))?.iter().map(User::person).collect())
}

/// Oneself.
///
/// # Errors
/// `NotFound` for who is not there any more.
pub fn oneself(store: &Store, org: OrgId, who: &SignedIn) -> Result<Person, Error> {
    let user = store.read(|tx| users::by_id(tx, org, who.actor().user))?;
    Ok(user.ok_or(Error::NotFound)?.person())
}

/// Adds a person who takes the invitation, a one-time code, later.
///
/// # Errors
/// `BadRequest` for an address that is taken; `NotFound` for the team; `Refused`.
pub fn invite(store: &Store, env: &Env, org: OrgId, who: &SignedIn, invite: &Invite) -> Result<(code::Made, Touched), Error> {
    check_names(&invite.name, &invite.email)?;
    store.write(|tx| {
        let mut log = Appender::new(org, &orgs::lock(tx, org)?, env.now_ms());
        administrator(tx, org, who, invite.role)?;
        check_team(tx, org, invite.team)?;
        let row = UserRow {
            id: UserId(env.new_id()),
            name: invite.name.trim().to_owned(),
            role: invite.role,
            team: invite.team,
            disabled: false,
        };
        let user = insert(tx, env, &mut log, Some(who), row, &invite.email, password::NONE.to_owned())?;
        let made = code_for(tx, env, &mut log, Some(who), &user)?;
        let seq = log.seq();
        log.finish(tx)?;
        Ok((made, Touched { seq, everyone: true, ..Touched::default() }))
    })
}

/// Makes a one-time code for who forgot their password or lost their invitation.
///
/// # Errors
/// `NotFound`; `Refused` for a disabled person, or one whom the caller may not administer.
pub fn new_code(store: &Store, env: &Env, org: OrgId, who: &SignedIn, user: UserId) -> Result<code::Made, Error> {
    store.write(|tx| {
        let mut log = Appender::new(org, &orgs::lock(tx, org)?, env.now_ms());
        let found = administered(tx, org, who, user)?.1;
        let made = code_for(tx, env, &mut log, Some(who), &found)?;
        log.finish(tx)?;
        Ok(made)
    })
}

/// As [`new_code`], for whoever has the server's command line; `end_totp` for somebody who also lost
/// their authenticator and its recovery codes.
///
/// # Errors
/// `NotFound`; `Refused` for a disabled person.
pub fn new_code_by_operator(store: &Store, env: &Env, org: OrgId, user: UserId, end_totp: bool) -> Result<code::Made, Error> {
    store.write(|tx| {
        let mut log = Appender::new(org, &orgs::lock(tx, org)?, env.now_ms());
        let found = users::by_id(tx, org, user)?.ok_or(Error::NotFound)?;
        if end_totp {
            note(tx, env, &mut log, None, AuditEvent::TotpChanged { user, on: false })?;
            totp::forget(tx, org, &found)?;
        }
        let made = code_for(tx, env, &mut log, None, &found)?;
        log.finish(tx)?;
        Ok(made)
    })
}

fn code_for(tx: &mut dyn Tx, env: &Env, log: &mut Appender, who: Option<&SignedIn>, user: &User) -> Result<code::Made, Error> {
    if user.row.disabled {
        return Err(refused(RefusalCode::InvalidValue, "This person is disabled. Enable them first."));
    }
    let purpose = if user.invited { CodePurpose::Invitation } else { CodePurpose::Password };
    note(tx, env, log, who, AuditEvent::CodeMade { user: user.row.id, purpose })?;
    Ok(code::make(tx, env, log.org(), user)?)
}

/// Changes a person's role, team or access. Their leads follow them to another team; a disabled
/// person's sign-ins end.
///
/// # Errors
/// `NotFound` for the person or the team; `Changed` when they are no longer as the caller saw them;
/// `Refused` for who may not, and for the last Super Admin.
pub fn change_post(
    store: &Store,
    env: &Env,
    org: OrgId,
    who: &SignedIn,
    user: UserId,
    change: &ChangePost,
) -> Result<(Person, Touched), Error> {
    store.write(|tx| {
        let log = Appender::new(org, &orgs::lock(tx, org)?, env.now_ms());
        let (by, found) = administered(tx, org, who, user)?;
        if !policy::may_administer(by.role, change.post.role) {
            return Err(not_above());
        }
        if found.post() != change.expected {
            return Err(Error::Changed(format!("Somebody else changed {} meanwhile. Look again.", found.row.name)));
        }
        put_post(tx, env, log, Some(who), found, &change.post)
    })
}

/// Disables a person or lets them in again, for whoever has the server's command line.
///
/// # Errors
/// `NotFound`; `Refused` for the last Super Admin.
pub fn set_disabled(store: &Store, env: &Env, org: OrgId, user: UserId, disabled: bool) -> Result<(Person, Touched), Error> {
    store.write(|tx| {
        let log = Appender::new(org, &orgs::lock(tx, org)?, env.now_ms());
        let found = users::by_id(tx, org, user)?.ok_or(Error::NotFound)?;
        let post = Post { disabled, ..found.post() };
        put_post(tx, env, log, None, found, &post)
    })
}

/// Writes a person's new post: into their row and its history, the log, and their leads.
fn put_post(
    tx: &mut dyn Tx,
    env: &Env,
    mut log: Appender,
    who: Option<&SignedIn>,
    mut user: User,
    post: &Post,
) -> Result<(Person, Touched), Error> {
    let (org, before) = (log.org(), user.post());
    let by = who.map_or(user.row.id, |who| who.actor().user);
    check_team(tx, org, post.team)?;
    let leaves = before.role == Role::SuperAdmin && (post.role != Role::SuperAdmin || post.disabled);
    if leaves && !before.disabled && users::others_of_role(tx, org, Role::SuperAdmin, user.row.id)? == 0 {
        return Err(refused(RefusalCode::InvalidValue, "This is the last Super Admin. Make somebody else one first."));
    }
    let mut touched = Touched { seq: log.seq(), everyone: true, ..Touched::default() };
    if before != *post {
        (user.row.role, user.row.team, user.row.disabled) = (post.role, post.team, post.disabled);
        let changed = AuditEvent::PersonChanged { user: user.row.id, before: before.clone(), after: post.clone() };
        note(tx, env, &mut log, who, changed)?;
        touched.seq = put_row(tx, env, &mut log, by, &user.row)?;
        attendance::follow_post(tx, env, &mut log, who, &user, &mut touched)?;
    }
    if before.team != post.team {
        for lead in leads::owned_by(tx, org, user.row.id)? {
            let row = leads::get(tx, org, lead)?.ok_or(Error::NotFound)?;
            // With them goes what they have; it is no assignment.
            let gift = Gift { by: Some(by), owner: Some(user.row.id), team: post.team, why: Why::Hand, version: 0 };
            assign::give(&mut Pen { tx, env, log: &mut log, touched: &mut touched }, row, gift)?;
        }
    }
    if post.disabled {
        sessions::revoke_user(tx, org, user.row.id, None)?;
        codes::end(tx, org, user.row.id)?;
    }
    log.finish(tx)?;
    Ok((user.person(), touched))
}

/// Changes one's own name.
///
/// # Errors
/// `Refused`.
pub fn rename(store: &Store, env: &Env, org: OrgId, who: &SignedIn, name: &str) -> Result<Touched, Error> {
    command::check_field(LeadField::Name, Some(name))?;
    store.write(|tx| {
        let mut log = Appender::new(org, &orgs::lock(tx, org)?, env.now_ms());
        let mut row = users::by_id(tx, org, who.actor().user)?.ok_or(Error::NotFound)?.row;
        let before = std::mem::replace(&mut row.name, name.trim().to_owned());
        note(tx, env, &mut log, Some(who), AuditEvent::PersonRenamed { user: row.id, before })?;
        let seq = put_row(tx, env, &mut log, row.id, &row)?;
        log.finish(tx)?;
        Ok(Touched { seq, everyone: true, ..Touched::default() })
    })
}

/// Teams by name.
///
/// # Errors
/// `Refused`, `NotPermitted`, for who does not manage users.
pub fn teams(store: &Store, org: OrgId, who: &SignedIn) -> Result<Vec<Team>, Error> {
    policy::authorise(who.actor(), Action::ManageUsers, &Subject::default())?;
    Ok(store.read(|tx| teams::with_people(tx, org))?)
}

/// Makes a team, or gives the one of this `id` another name.
///
/// # Errors
/// `NotFound`; `Refused` for a name that is taken, and for who may not.
pub fn put_team(store: &Store, env: &Env, org: OrgId, who: &SignedIn, id: Option<TeamId>, name: &str) -> Result<(Team, Touched), Error> {
    let name = team_name(name)?;
    store.write(|tx| {
        let mut log = Appender::new(org, &orgs::lock(tx, org)?, env.now_ms());
        let by = administrator(tx, org, who, Role::Salesperson)?;
        check_team(tx, org, id)?;
        if teams::by_name(tx, org, name)?.is_some_and(|other| Some(other) != id) {
            return Err(Refusal::new(RefusalCode::InvalidValue, format!("There is a team {name} already.")).on("name").into());
        }
        let row = TeamRow { id: id.unwrap_or_else(|| TeamId(env.new_id())), name: name.to_owned() };
        let before = teams::by_id(tx, org, row.id)?.map(|team| team.name);
        note(tx, env, &mut log, Some(who), AuditEvent::TeamChanged { team: row.id, before, after: row.name.clone() })?;
        match id {
            Some(_) => teams::rename(tx, org, &row)?,
            None => teams::insert(tx, org, &row)?,
        }
        let seq = log.append(tx, &Entry::Row { author: by.user, fact: Row::Team(row.clone()) }, env.random())?;
        log.finish(tx)?;
        let team = teams::with_people(tx, org)?.into_iter().find(|team| team.id == row.id).ok_or(Error::NotFound)?;
        Ok((team, Touched { seq, everyone: true, ..Touched::default() }))
    })
}

/// The caller, as they are in this transaction, if they may administer somebody of `role`.
fn administrator(tx: &mut dyn Tx, org: OrgId, who: &SignedIn, role: Role) -> Result<Actor, Error> {
    let actor = users::by_id(tx, org, who.actor().user)?.filter(|user| !user.row.disabled).ok_or(Error::UserDisabled)?.actor();
    policy::authorise(&actor, Action::ManageUsers, &Subject::default())?;
    if policy::may_administer(actor.role, role) { Ok(actor) } else { Err(not_above()) }
}

/// The caller and the person, if the one may administer the other.
fn administered(tx: &mut dyn Tx, org: OrgId, who: &SignedIn, user: UserId) -> Result<(Actor, User), Error> {
    policy::authorise(who.actor(), Action::ManageUsers, &Subject::default())?;
    let found = users::by_id(tx, org, user)?.ok_or(Error::NotFound)?;
    Ok((administrator(tx, org, who, found.row.role)?, found))
}

fn add_named(tx: &mut dyn Tx, env: &Env, org: OrgId, new: &NewUser, hash: String) -> Result<(UserId, u64), Error> {
    let mut log = Appender::new(org, &orgs::lock(tx, org)?, env.now_ms());
    let id = UserId(env.new_id());
    let team = match &new.team {
        Some(name) => Some(team(tx, env, &mut log, id, name)?),
        None => None,
    };
    let row = UserRow { id, name: new.name.trim().to_owned(), role: new.role, team, disabled: false };
    insert(tx, env, &mut log, None, row, &new.email, hash)?;
    let seq = log.seq();
    log.finish(tx)?;
    Ok((id, seq))
}

/// Writes a new person into the table, its history and the log.
fn insert(
    tx: &mut dyn Tx,
    env: &Env,
    log: &mut Appender,
    who: Option<&SignedIn>,
    row: UserRow,
    email: &str,
    password_hash: String,
) -> Result<User, Error> {
    if users::by_email(tx, log.org(), email)?.is_some() {
        return Err(Error::BadRequest(format!("There is a user with the address {} already.", email.trim())));
    }
    let invited = password_hash == password::NONE;
    let user = User { row, email: email.trim().to_lowercase(), password_hash, invited, last_seen: None, totp: None };
    let by = who.map_or(user.row.id, |who| who.actor().user);
    note(tx, env, log, who, AuditEvent::PersonAdded { user: user.row.id, post: user.post() })?;
    let seq = log.append(tx, &Entry::Row { author: by, fact: Row::User(user.row.clone()) }, env.random())?;
    users::insert(tx, log.org(), &user, seq, env.now_ms())?;
    Ok(user)
}

/// Writes a person's row into the table, its history and the log; answers the entry's `seq`.
fn put_row(tx: &mut dyn Tx, env: &Env, log: &mut Appender, by: UserId, row: &UserRow) -> Result<u64, StoreError> {
    let seq = log.append(tx, &Entry::Row { author: by, fact: Row::User(row.clone()) }, env.random())?;
    users::update(tx, log.org(), row, seq, env.now_ms())?;
    Ok(seq)
}

fn team(tx: &mut dyn Tx, env: &Env, log: &mut Appender, by: UserId, name: &str) -> Result<TeamId, Error> {
    let name = team_name(name)?;
    if let Some(id) = teams::by_name(tx, log.org(), name)? {
        return Ok(id);
    }
    let row = TeamRow { id: TeamId(env.new_id()), name: name.to_owned() };
    teams::insert(tx, log.org(), &row)?;
    note(tx, env, log, None, AuditEvent::TeamChanged { team: row.id, before: None, after: row.name.clone() })?;
    log.append(tx, &Entry::Row { author: by, fact: Row::Team(row.clone()) }, env.random())?;
    Ok(row.id)
}

fn team_name(name: &str) -> Result<&str, Refusal> {
    let name = name.trim();
    limits::check_text("name", name, limits::LINE_MAX)?;
    if name.is_empty() { Err(Refusal::new(RefusalCode::MissingField, "A team needs a name.").on("name")) } else { Ok(name) }
}

fn check_team(tx: &mut dyn Tx, org: OrgId, team: Option<TeamId>) -> Result<(), Error> {
    let Some(team) = team else { return Ok(()) };
    teams::by_id(tx, org, team)?.map(drop).ok_or(Error::NotFound)
}

fn check_names(name: &str, email: &str) -> Result<(), Refusal> {
    command::check_field(LeadField::Name, Some(name))?;
    command::check_field(LeadField::Email, Some(email.trim()))
}

fn checked_hash(env: &Env, new: &NewUser) -> Result<String, Error> {
    check_names(&new.name, &new.email)?;
    let Some(password) = &new.password else { return Ok(password::NONE.to_owned()) };
    Ok(password::checked_hash(env, &password.0, &new.name, &new.email)?)
}

/// Who is not to touch a Super Admin is told so.
pub(crate) fn not_above() -> Error {
    refused(RefusalCode::NotPermitted, "Only a Super Admin makes or changes a Super Admin. Ask one.")
}

fn refused(code: RefusalCode, text: &str) -> Error {
    Refusal::new(code, text).into()
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
