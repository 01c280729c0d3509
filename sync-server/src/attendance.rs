//! Attendance: who is at work, by the server's clock in the organisation's zone. Each step is a line of its table, an event
//! of the audit log and a row for whoever sees it.

use crate::audit::AuditEvent;
use crate::auth::{self, SignedIn};
use crate::error::Error;
use crate::live::Touched;
use crate::rules;
use crate::sight::Channel;
use crate::store::attendance::{self, Whose};
use crate::store::log::{self, Appender, Entry, Trail};
use crate::store::users::User;
use crate::store::{Store, StoreError, Tx, devices, orgs, users};
use domain::attendance::{Attendance, AttendanceFilter, AttendanceLine, LocalMoment, Standing, Step, WorkingHours};
use domain::config::{OptionList, Setting};
use domain::policy::{self, scope};
use domain::{Action, Actor, DeviceId, Env, OrgId, Scope, Subject, UserId};
use jiff::Timestamp;
use protocol::admin::AttendanceStep;
use protocol::rows::{OrgRow, Row as Fact};
use std::collections::BTreeSet;
use uuid::Uuid;

/// After the working hours nobody is checked out whose last edit is younger: they finish their call and its note.
const FINISHING_MS: i64 = 15 * 60_000;
/// What the log says of a check-out by the server.
const DAY_OVER: &str = "End of the working hours";
const SILENT: &str = "Nothing was heard of their computers";
const POST_CHANGED: &str = "Not in their role any more";

/// Whom the live sockets of this node show at work.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Live {
    pub connected: BTreeSet<UserId>,
    /// In a call.
    pub calling: BTreeSet<UserId>,
}

/// Takes a person's own step. The same id again gets the same answer.
///
/// # Errors
/// `Refused` for who has no attendance, for a step that does not follow, and for a check-in outside of the
/// working hours; `BadRequest` for an id that stands for something else.
pub fn take(
    store: &Store,
    env: &Env,
    org: &OrgRow,
    who: &SignedIn,
    asked: &AttendanceStep,
    step: &Step,
) -> Result<(AttendanceLine, Touched), Error> {
    store.write(|tx| {
        let now = env.now_ms();
        let mut log = Appender::new(org.id, &orgs::lock(tx, org.id)?, now);
        let actor = *auth::as_of(tx, org.id, who)?.actor();
        policy::authorise(&actor, Action::UseAttendance, &of(&actor))?;
        if let Some(done) = attendance::by_id(tx, org.id, actor.user, asked.id)? {
            let is_same = done.status == step.to() && done.reason.as_deref() == step.reason();
            return if is_same {
                Ok((done, Touched::default()))
            } else {
                Err(Error::BadRequest("This id was used for another step.".into()))
            };
        }
        let last = attendance::last_of(tx, org.id, actor.user)?;
        let status = step.from(last.map_or_else(Attendance::default, |line| line.status))?;
        let rules = rules::of(tx, org.id)?;
        step.check_reason(&rules.labels(OptionList::PauseReasons))?;
        if *step == Step::CheckIn {
            rules.working().check(&moment(now, &org.zone))?;
        }
        let reason = step.reason().map(str::to_owned);
        let line = AttendanceLine { id: asked.id, user: actor.user, place: 0, status, reason, at: now, by: Some(actor.user) };
        let mut touched = Touched::default();
        let line = put(tx, env, &mut log, Some(who.device()), &actor, line, &mut touched)?;
        log.finish(tx)?;
        Ok((line, touched))
    })
}

/// Writes a line into the table, the audit log and the stream of those who see it.
fn put(
    tx: &mut dyn Tx,
    env: &Env,
    log: &mut Appender,
    device: Option<DeviceId>,
    person: &Actor,
    mut line: AttendanceLine,
    touched: &mut Touched,
) -> Result<AttendanceLine, StoreError> {
    attendance::append(tx, log.org(), &mut line)?;
    let event = AuditEvent::Attended { user: line.user, status: line.status, reason: line.reason.clone() };
    log.append(tx, &event.by(line.by, device), env.random())?;
    let standing = attendance::standing(tx, log.org(), line.clone())?;
    tell(tx, env, log, person, standing, touched)?;
    Ok(line)
}

fn tell(
    tx: &mut dyn Tx,
    env: &Env,
    log: &mut Appender,
    person: &Actor,
    standing: Standing,
    touched: &mut Touched,
) -> Result<(), StoreError> {
    let author = standing.by.unwrap_or(UserId(Uuid::nil()));
    touched.seq = log.append(tx, &Entry::Row { author, fact: Fact::Attendance(standing) }, env.random())?;
    touched.channels.extend(Channel::of_attendance(person));
    Ok(())
}

/// Where those in sight stand: the newest line of each who ever checked in.
///
/// # Errors
/// `Refused` for who may not look.
pub fn status(store: &Store, org: OrgId, who: &SignedIn) -> Result<Vec<AttendanceLine>, Error> {
    store.read(|tx| {
        let actor = viewer(tx, org, who)?;
        let people = users::all(tx, org)?;
        let sees = |user| people.iter().any(|other| other.row.id == user && may_see(&actor, &other.actor()));
        Ok(attendance::newest(tx, org)?.into_iter().filter(|line| sees(line.user)).collect())
    })
}

/// The log of those in sight, the newest first, a page at a time.
///
/// # Errors
/// `Refused` for who may not look.
pub fn logs(store: &Store, org: OrgId, who: &SignedIn, filter: &AttendanceFilter) -> Result<Vec<AttendanceLine>, Error> {
    store.read(|tx| {
        let actor = viewer(tx, org, who)?;
        let whose = match (scope(actor.role, Action::ViewAttendance), actor.team) {
            (Scope::All | Scope::View, _) => Whose::Everybody,
            (Scope::Team, Some(team)) => Whose::Team(team, actor.user),
            (Scope::Team, None) | (Scope::Own, _) => Whose::One(actor.user),
            (Scope::None | Scope::Converted, _) => return Ok(Vec::new()),
        };
        let whose = match filter.user {
            None => whose,
            Some(user) => match users::by_id(tx, org, user)?.filter(|other| may_see(&actor, &other.actor())) {
                Some(_) => Whose::One(user),
                // Nobody in sight, or nobody at all.
                None => return Ok(Vec::new()),
            },
        };
        Ok(attendance::page(tx, org, whose, filter)?)
    })
}

/// Checks out who is not at work any more (row G11): after the working hours, unless they are in a call or have just worked;
/// whoever checked in on an earlier day; and where the organisation wants it, who was not heard of. How many that were.
///
/// # Errors
/// The database's.
pub fn check_out(store: &Store, env: &Env, org: &OrgRow, live: &Live) -> Result<(usize, Touched), Error> {
    let leaving = |tx: &mut dyn Tx| Leaving { now: env.now_ms(), org, live }.find(tx);
    if store.read(leaving)?.is_empty() {
        return Ok((0, Touched::default()));
    }
    store.write(|tx| {
        let mut log = Appender::new(org.id, &orgs::lock(tx, org.id)?, env.now_ms());
        let mut touched = Touched::default();
        let found = leaving(tx)?;
        let ended = found.len();
        for (user, why) in found {
            end(tx, env, &mut log, None, &user, why, &mut touched)?;
        }
        log.finish(tx)?;
        Ok((ended, touched))
    })
}

fn end(
    tx: &mut dyn Tx,
    env: &Env,
    log: &mut Appender,
    by: Option<&SignedIn>,
    user: &User,
    why: &str,
    touched: &mut Touched,
) -> Result<(), StoreError> {
    let (reason, at, status) = (Some(why.to_owned()), log.now(), Attendance::Absent);
    let by_user = by.map(|by| by.actor().user);
    let line = AttendanceLine { id: env.new_id(), user: user.row.id, place: 0, status, reason, at, by: by_user };
    put(tx, env, log, by.map(SignedIn::device), &user.actor(), line, touched).map(drop)
}

/// Who is to be checked out, and why.
struct Leaving<'a> {
    now: i64,
    org: &'a OrgRow,
    live: &'a Live,
}

impl Leaving<'_> {
    fn find(&self, tx: &mut dyn Tx) -> Result<Vec<(User, &'static str)>, StoreError> {
        let rules = rules::of(tx, self.org.id)?;
        let (hours, minutes) = (rules.working(), rules.number(Setting::CheckOutAfterMinutes));
        let mut found = Vec::new();
        for line in attendance::newest(tx, self.org.id)?.into_iter().filter(|line| line.status != Attendance::Absent) {
            let standing = attendance::standing(tx, self.org.id, line)?;
            let why = if self.is_over(&hours, &standing) && !self.is_finishing(tx, &standing)? {
                DAY_OVER
            } else if minutes > 0 && self.is_silent(tx, &standing, i64::from(minutes) * 60_000)? {
                SILENT
            } else {
                continue;
            };
            found.extend(users::by_id(tx, self.org.id, standing.user)?.map(|user| (user, why)));
        }
        Ok(found)
    }

    fn is_over(&self, hours: &WorkingHours, standing: &Standing) -> bool {
        let now = moment(self.now, &self.org.zone);
        hours.check(&now).is_err() || moment(standing.in_at, &self.org.zone).date != now.date
    }

    fn is_finishing(&self, tx: &mut dyn Tx, standing: &Standing) -> Result<bool, StoreError> {
        if standing.status == Attendance::Paused {
            return Ok(false);
        }
        Ok(self.live.calling.contains(&standing.user) || self.now - self.worked_at(tx, standing)? < FINISHING_MS)
    }

    /// When they last checked in, went on, or changed anything.
    fn worked_at(&self, tx: &mut dyn Tx, standing: &Standing) -> Result<i64, StoreError> {
        let newest = log::newest(tx, self.org.id, Trail::Author(standing.user), 0, u64::MAX >> 1, 1)?;
        Ok(newest.first().map_or(standing.at, |entry| entry.accepted_at.max(standing.at)))
    }

    fn is_silent(&self, tx: &mut dyn Tx, standing: &Standing, after: i64) -> Result<bool, StoreError> {
        if self.live.connected.contains(&standing.user) {
            return Ok(false);
        }
        let heard = devices::heard(tx, self.org.id, standing.user)?.unwrap_or(standing.at).max(self.worked_at(tx, standing)?);
        Ok(self.now - heard >= after)
    }
}

/// After a change of role, team or access: who may not be at work any more is checked out, and who came into another team
/// is told to those who see them there.
///
/// # Errors
/// The database's.
pub fn follow_post(
    tx: &mut dyn Tx,
    env: &Env,
    log: &mut Appender,
    by: Option<&SignedIn>,
    user: &User,
    touched: &mut Touched,
) -> Result<(), StoreError> {
    let Some(standing) = attendance::standing_of(tx, log.org(), user.row.id)? else { return Ok(()) };
    let may = !user.row.disabled && policy::has(user.row.role, Action::UseAttendance);
    if !may && standing.status != Attendance::Absent {
        return end(tx, env, log, by, user, POST_CHANGED, touched);
    }
    tell(tx, env, log, &user.actor(), standing, touched)
}

fn of(actor: &Actor) -> Subject {
    Subject { owner: Some(actor.user), team: actor.team, ..Subject::default() }
}

/// Who asks, if they see any attendance (row 20 of Appendix A).
fn viewer(tx: &mut dyn Tx, org: OrgId, who: &SignedIn) -> Result<Actor, Error> {
    let actor = *auth::as_of(tx, org, who)?.actor();
    policy::authorise(&actor, Action::ViewAttendance, &of(&actor))?;
    Ok(actor)
}

fn may_see(actor: &Actor, other: &Actor) -> bool {
    policy::authorise(actor, Action::ViewAttendance, &of(other)).is_ok()
}

pub(crate) fn moment(now_ms: i64, zone: &str) -> LocalMoment {
    let zone = rules::zone(zone);
    let now = Timestamp::from_millisecond(now_ms).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(zone);
    LocalMoment {
        date: now.date().to_string(),
        weekday: now.weekday().to_monday_zero_offset().unsigned_abs(),
        minute: u16::from(now.hour().unsigned_abs()) * 60 + u16::from(now.minute().unsigned_abs()),
    }
}
