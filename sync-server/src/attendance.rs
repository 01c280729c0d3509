//! Attendance: who is at work, by the server's clock in the organisation's zone.

use crate::auth::{self, SignedIn};
use crate::error::Error;
use crate::rules;
use crate::store::{Store, Tx, attendance, orgs, users};
use domain::attendance::{Attendance, AttendanceLine, LocalMoment, Step};
use domain::{Action, Actor, Env, OrgId, Subject, UserId, policy};
use jiff::{Timestamp, tz::TimeZone};
use protocol::admin::{AttendanceFilter, AttendanceStep};
use protocol::rows::OrgRow;
use std::collections::BTreeSet;

/// Lines of one answer.
const LINES_MAX: usize = 500;
/// What the log says of a check-out by the server.
const DAY_OVER: &str = "End of the working hours";

/// Takes a person's own step. The same id again gets the same answer.
///
/// # Errors
/// `Refused` for who has no attendance, for a step that does not follow, and for a check-in outside of the
/// working hours; `BadRequest` for an id that stands for something else.
pub fn take(store: &Store, env: &Env, org: &OrgRow, who: &SignedIn, asked: &AttendanceStep, step: &Step) -> Result<AttendanceLine, Error> {
    store.write(|tx| {
        orgs::lock(tx, org.id)?;
        let actor = *auth::as_of(tx, org.id, who)?.actor();
        policy::authorise(&actor, Action::UseAttendance, &of(&actor))?;
        if let Some(done) = attendance::by_id(tx, org.id, actor.user, asked.id)? {
            return if is_of(&done, step) { Ok(done) } else { Err(Error::BadRequest("This id was used for another step.".into())) };
        }
        let (now, last) = (env.now_ms(), attendance::last_of(tx, org.id, actor.user)?);
        let status = step.from(last.map_or_else(Attendance::default, |line| line.status))?;
        if *step == Step::CheckIn {
            rules::of(tx, org.id)?.working().check(&moment(now, &org.zone))?;
        }
        let reason = step.reason().map(str::to_owned);
        let mut line = AttendanceLine { id: asked.id, user: actor.user, place: 0, status, reason, at: now, by: Some(actor.user) };
        attendance::append(tx, org.id, &mut line)?;
        Ok(line)
    })
}

/// Where those in sight stand: the newest line of each who ever checked in.
///
/// # Errors
/// `Refused` for who may not look.
pub fn status(store: &Store, org: OrgId, who: &SignedIn) -> Result<Vec<AttendanceLine>, Error> {
    store.read(|tx| {
        let seen = Seen::by(tx, org, who)?;
        Ok(attendance::newest(tx, org)?.into_iter().filter(|line| seen.has(line.user)).collect())
    })
}

/// The log of those in sight, the newest first.
///
/// # Errors
/// `Refused` for who may not look.
pub fn logs(store: &Store, org: OrgId, who: &SignedIn, filter: &AttendanceFilter) -> Result<Vec<AttendanceLine>, Error> {
    store.read(|tx| {
        let seen = Seen::by(tx, org, who)?;
        let mut lines = Vec::new();
        attendance::before(tx, org, filter.before.unwrap_or(i64::MAX.cast_unsigned()), &mut |line| {
            if seen.has(line.user) && filter.user.is_none_or(|user| user == line.user) {
                lines.push(line);
            }
            lines.len() < LINES_MAX
        })?;
        Ok(lines)
    })
}

/// Outside of the working hours nobody stays checked in (row G11); answers how many were checked out.
///
/// # Errors
/// The database's.
pub fn end_day(store: &Store, env: &Env, org: &OrgRow) -> Result<usize, Error> {
    let (is_over, is_anybody) = store.read(|tx| {
        let is_over = rules::of(tx, org.id)?.working().check(&moment(env.now_ms(), &org.zone)).is_err();
        Ok::<_, Error>((is_over, is_over && attendance::newest(tx, org.id)?.iter().any(is_in)))
    })?;
    if !is_over || !is_anybody {
        return Ok(0);
    }
    store.write(|tx| {
        orgs::lock(tx, org.id)?;
        let mut ended = 0;
        for last in attendance::newest(tx, org.id)?.into_iter().filter(is_in) {
            let (reason, at) = (Some(DAY_OVER.to_owned()), env.now_ms());
            let mut line = AttendanceLine { id: env.new_id(), status: Attendance::Absent, reason, at, by: None, ..last };
            attendance::append(tx, org.id, &mut line)?;
            ended += 1;
        }
        Ok(ended)
    })
}

fn is_in(line: &AttendanceLine) -> bool {
    line.status != Attendance::Absent
}

/// Whether this line is what the step makes.
fn is_of(line: &AttendanceLine, step: &Step) -> bool {
    let status = match step {
        Step::CheckIn | Step::Resume => Attendance::Present,
        Step::Pause { .. } => Attendance::Paused,
        Step::CheckOut => Attendance::Absent,
    };
    line.status == status && line.reason.as_deref() == step.reason()
}

fn of(actor: &Actor) -> Subject {
    Subject { owner: Some(actor.user), team: actor.team, ..Subject::default() }
}

/// Whose attendance somebody sees (row 20 of Appendix A).
struct Seen(BTreeSet<UserId>);

impl Seen {
    fn by(tx: &mut dyn Tx, org: OrgId, who: &SignedIn) -> Result<Self, Error> {
        let actor = *auth::as_of(tx, org, who)?.actor();
        policy::authorise(&actor, Action::ViewAttendance, &of(&actor))?;
        let sees = |other: &Actor| policy::authorise(&actor, Action::ViewAttendance, &of(other)).is_ok();
        Ok(Self(users::all(tx, org)?.iter().map(users::User::actor).filter(sees).map(|other| other.user).collect()))
    }

    fn has(&self, user: UserId) -> bool {
        self.0.contains(&user)
    }
}

pub(crate) fn moment(now_ms: i64, zone: &str) -> LocalMoment {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let now = Timestamp::from_millisecond(now_ms).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(zone);
    LocalMoment {
        date: now.date().to_string(),
        weekday: now.weekday().to_monday_zero_offset().unsigned_abs(),
        minute: u16::from(now.hour().unsigned_abs()) * 60 + u16::from(now.minute().unsigned_abs()),
    }
}
