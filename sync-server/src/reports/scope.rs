//! Which leads a report is of: what its reader may see, and what they asked for.

use super::facts::{Facts, Lead, NEVER};
use crate::error::Error;
use domain::policy::{self, Scope as Reach};
use domain::report::{
    AGES, Behind, DueState, Ending, FIRST_CALLS, FUNNEL, LeadReportFilter, REPORT_DAYS_MAX, TRIES_MAX, TriesState, bucket,
};
use domain::{Action, Actor, Status};
use jiff::civil::{Date, Time};
use jiff::{Timestamp, Unit, tz::TimeZone};
use std::ops::Range;

/// The organisation's days.
pub struct Days<'a> {
    pub zone: &'a TimeZone,
    pub now: i64,
    pub today: Range<i64>,
}

impl<'a> Days<'a> {
    pub fn at(zone: &'a TimeZone, now: i64) -> Self {
        let day = number(local(zone, now));
        Self { zone, now, today: begin(zone, day)..begin(zone, day + 1) }
    }

    /// The day of an instant, in days since 1970-01-01.
    pub fn of(&self, at: i64) -> i64 {
        number(local(self.zone, at))
    }
}

fn local(zone: &TimeZone, at: i64) -> Date {
    Timestamp::from_millisecond(at).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(zone.clone()).date()
}

const EPOCH: Date = Date::constant(1970, 1, 1);

fn number(date: Date) -> i64 {
    EPOCH.until((Unit::Day, date)).map_or(0, |span| i64::from(span.get_days()))
}

/// The first instant of a day, days since 1970-01-01; ms since the epoch.
pub fn begin(zone: &TimeZone, day: i64) -> i64 {
    let date = jiff::Span::new().try_days(day).and_then(|days| EPOCH.checked_add(days)).unwrap_or(EPOCH);
    // Where the clocks jump over midnight, the day begins after the gap.
    zone.to_ambiguous_timestamp(date.to_datetime(Time::midnight())).compatible().map_or(0, Timestamp::as_millisecond)
}

/// The Monday on or before a day.
pub fn monday(day: i64) -> i64 {
    // 1970-01-01 was a Thursday.
    day - (day + 3).rem_euclid(7)
}

/// Which leads.
pub struct Scope {
    reach: Reach,
    /// Places in the facts; `None` is in none of them.
    me: Option<u32>,
    my_team: Option<u32>,
    created: Range<i64>,
    /// First and last day, where they were asked for.
    pub days: Option<(i64, i64)>,
    statuses: Vec<Status>,
    sources: Option<Vec<u32>>,
    owners: Option<Vec<u32>>,
    team: Option<Option<u32>>,
    ending: Option<Ending>,
    behind: Option<Behind>,
    week: Option<Range<i64>>,
}

impl Scope {
    /// # Errors
    /// `NotPermitted` for who has no reports; `BadRequest` for days that are none.
    pub fn of(actor: &Actor, filter: &LeadReportFilter, facts: &Facts, zone: &TimeZone) -> Result<Self, Error> {
        let reach = policy::reach(actor, Action::RunReports);
        if !matches!(reach, Reach::All | Reach::View | Reach::Team) {
            policy::authorise(actor, Action::RunReports, &domain::Subject::default())?;
        }
        let (first, last) = (day(filter.start_date.as_deref())?, day(filter.end_date.as_deref())?);
        let days = match (first, last) {
            (Some(first), Some(last)) if last < first => return Err(Error::BadRequest("The last day is before the first.".into())),
            (Some(first), Some(last)) if last - first >= REPORT_DAYS_MAX => {
                return Err(Error::BadRequest(format!("A report is of {REPORT_DAYS_MAX} days at most.")));
            }
            (first, last) => (first, last),
        };
        let created = days.0.map_or(i64::MIN, |day| begin(zone, day))..days.1.map_or(i64::MAX, |day| begin(zone, day + 1));
        let sources = |listed: &Vec<String>| {
            let place = |source: &String| if source.is_empty() { Some(0) } else { facts.sources.find(source) };
            listed.iter().filter_map(place).collect()
        };
        let week = match filter.behind {
            Some(Behind::Week(monday)) => Some(begin(zone, monday)..begin(zone, monday.saturating_add(7))),
            _ => None,
        };
        Ok(Self {
            reach,
            me: facts.owners.find(&actor.user),
            my_team: actor.team.and_then(|team| facts.teams.find(&team)),
            created,
            days: days.0.zip(days.1),
            statuses: filter.status.0.clone(),
            sources: (!filter.source.0.is_empty()).then(|| sources(&filter.source.0)),
            owners: (!filter.assigned_to.0.is_empty())
                .then(|| filter.assigned_to.0.iter().filter_map(|owner| facts.owners.find(owner)).collect()),
            team: filter.team.map(|team| facts.teams.find(&team)),
            ending: filter.ending,
            behind: filter.behind,
            week,
        })
    }

    pub fn has(&self, lead: &Lead, days: &Days<'_>) -> bool {
        let any = |wanted: &Option<Vec<u32>>, place: u32| wanted.as_ref().is_none_or(|wanted| wanted.contains(&place));
        !lead.deleted
            && self.created.contains(&lead.created_at)
            && self.is_seen(lead)
            && (self.statuses.is_empty() || self.statuses.contains(&lead.status))
            && any(&self.sources, lead.source)
            && any(&self.owners, lead.owner)
            && self.team.is_none_or(|team| team == Some(lead.team))
            && self.ending.is_none_or(|ending| ended(lead) == Some(ending))
            && self.behind.is_none_or(|behind| self.is_behind(behind, lead, days))
    }

    /// As `policy::authorise` says of a team: one's own leads, and those of one's team.
    fn is_seen(&self, lead: &Lead) -> bool {
        match self.reach {
            Reach::All | Reach::View => true,
            Reach::Team => Some(lead.owner) == self.me || Some(lead.team) == self.my_team,
            Reach::None | Reach::Own | Reach::Converted => false,
        }
    }

    fn is_behind(&self, behind: Behind, lead: &Lead, days: &Days<'_>) -> bool {
        match behind {
            Behind::Funnel(step) => FUNNEL.iter().any(|(of, reached)| *of == step && reached.contains(&lead.status)),
            Behind::Age(status, n) => lead.status == status && age(lead, days) == Some(usize::from(n)),
            Behind::FirstCall(n) => first_call(lead) == Some(usize::from(n)),
            Behind::NeverCalled => lead.first_call_at == NEVER,
            Behind::Due(state) => due(lead, days) == Some(state),
            Behind::Tries(n, state) => tries(lead) == Some(n) && tried(lead, state),
            Behind::Week(_) => self.week.as_ref().is_some_and(|week| week.contains(&lead.created_at)),
            Behind::NoOwner => lead.owner == 0,
            Behind::NoTeam => lead.team == 0,
        }
    }
}

fn day(text: Option<&str>) -> Result<Option<i64>, Error> {
    let Some(text) = text else { return Ok(None) };
    let date: Date = text.parse().map_err(|_| Error::BadRequest("A day is written like 2026-11-27.".into()))?;
    // Beyond these no lead was made, and their midnights are no instants.
    let known = Date::constant(1900, 1, 1)..Date::constant(9000, 1, 1);
    if !known.contains(&date) {
        return Err(Error::BadRequest("The day is too far away.".into()));
    }
    Ok(Some(number(date)))
}

pub fn ended(lead: &Lead) -> Option<Ending> {
    match lead.status {
        Status::Converted => Some(Ending::Converted),
        Status::Lost => Some(Ending::Dropped),
        _ => None,
    }
}

/// The bucket of [`AGES`] that an open lead is in.
pub fn age(lead: &Lead, days: &Days<'_>) -> Option<usize> {
    (!lead.status.is_closed()).then(|| bucket(&AGES, days.now.saturating_sub(lead.created_at)))
}

/// Ms from creation to the first call. A call that was written down before counts as at once.
pub fn to_first_call(lead: &Lead) -> Option<i64> {
    (lead.first_call_at != NEVER).then(|| lead.first_call_at.saturating_sub(lead.created_at).max(0))
}

pub fn first_call(lead: &Lead) -> Option<usize> {
    to_first_call(lead).map(|ms| bucket(&FIRST_CALLS, ms))
}

pub fn due(lead: &Lead, days: &Days<'_>) -> Option<DueState> {
    if lead.status.is_closed() {
        return None;
    }
    Some(match lead.due_at {
        NEVER => DueState::Nothing,
        at if at < days.today.start => DueState::Overdue,
        at if at < days.today.end => DueState::Today,
        _ => DueState::Upcoming,
    })
}

/// How often it was called; `None` for never.
pub fn tries(lead: &Lead) -> Option<u8> {
    u8::try_from(lead.calls.min(TRIES_MAX.into())).ok().filter(|tries| *tries > 0)
}

pub fn tried(lead: &Lead, state: TriesState) -> bool {
    match state {
        TriesState::All => true,
        TriesState::Reached => lead.unreached < lead.calls,
        TriesState::Waiting => lead.status == Status::Cnp,
        TriesState::Converted => lead.status == Status::Converted,
        TriesState::Dropped => lead.status == Status::Lost,
    }
}
