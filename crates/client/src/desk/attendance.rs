//! Who is at work: one's own, the floor from rows and presence, and the server's log of it.

use super::Desk;
use super::csv;
use super::words::Reader;
use crate::attendance::Own;
use crate::error::ClientError;
use crate::online::{Method, NOTHING};
use crate::session::SessionFacts;
use crate::store::{attendance, leads, meta, rows};
use bridge::attendance::{
    AttendanceGet, AttendanceRead, AttendanceTake, COPIED_MAX, Floor, FloorGet, FloorPerson, LogColumn, LogCsv, LogGet, LogLine, LogView,
    MyAttendance, OnLead,
};
use bridge::bulk::Csv;
use bridge::lead::When;
use bridge::{Done, Problem, ProblemCode};
use domain::attendance::{Attendance, AttendanceFilter, AttendanceLine, LINES_MAX, LocalMoment};
use domain::config::OptionList;
use domain::policy::{has, scope};
use domain::{Action, Refusal, RefusalCode, Scope, Subject, UserId};
use protocol::paths;
use rusqlite::Connection;
use std::collections::HashMap;

pub(super) fn mine(desk: &Desk, _: AttendanceGet) -> Result<Option<MyAttendance>, Problem> {
    let now_ms = desk.engine.env().now_ms();
    let is_offline = desk.engine.sync_status().problem.is_some();
    Ok(desk.read(|c| {
        let reader = desk.reader(c)?;
        if !has(reader.facts.me.role, Action::UseAttendance) {
            return Ok(None);
        }
        let (own, today) = (Own::load(c)?, reader.today(now_ms));
        let warning = reader.config.working().check(&moment(&today.when(now_ms))).err().map(|refusal| refusal.text);
        Ok(Some(MyAttendance {
            status: own.status,
            reason: own.reason,
            since: own.at.map(|at| today.when(at)),
            waits: own.waits,
            is_offline,
            refused: meta::get(c, meta::ATTENDANCE_REFUSED)?,
            warning: warning.filter(|_| own.status == Attendance::Absent),
            reasons: reader.config.labels(OptionList::PauseReasons),
        }))
    })?)
}

pub(super) fn take(desk: &Desk, ask: AttendanceTake) -> Result<Option<MyAttendance>, Problem> {
    desk.check_signed_in()?;
    desk.engine.ask_to_attend(&ask.step)?;
    desk.wake();
    mine(desk, AttendanceGet {})
}

pub(super) fn read(desk: &Desk, _: AttendanceRead) -> Result<Done, Problem> {
    desk.engine.attendance_read()?;
    Ok(Done {})
}

/// In the organisation's zone.
fn moment(now: &When) -> LocalMoment {
    let (date, clock) = now.local.split_once('T').unwrap_or_default();
    let (hour, minute) = clock.split_once(':').unwrap_or_default();
    let number = |text: &str| text.parse::<u16>().unwrap_or(0);
    LocalMoment { date: date.to_owned(), weekday: now.weekday, minute: number(hour) * 60 + number(minute) }
}

pub(super) fn floor(desk: &Desk, _: FloorGet) -> Result<Floor, Problem> {
    let now_ms = desk.engine.env().now_ms();
    let is_live = desk.engine.sync_status().live;
    Ok(desk.read(|c| {
        let reader = desk.reader(c)?;
        check_others(&reader.facts)?;
        let today = reader.today(now_ms);
        let mut on = on_leads(desk, c)?;
        let mut people = Vec::new();
        for (user, standing) in agents(c, &reader)? {
            let team = user.team.map(|team| rows::team_name(c, team)).transpose()?.flatten();
            let in_today = standing.as_ref().is_some_and(|standing| today.span().contains(&standing.in_at));
            let since = standing.as_ref().map(|standing| today.when(standing.at));
            let (status, reason) = standing.map_or_else(Default::default, |standing| (standing.status, standing.reason));
            let on = on.remove(&user.id).unwrap_or_default();
            people.push(FloorPerson { user: user.id, name: user.name, role: user.role, team, status, reason, since, in_today, on });
        }
        people.sort_by_key(|person| match person.status {
            Attendance::Present => 0,
            Attendance::Paused => 1,
            Attendance::Absent => 2,
        });
        let as_of = meta::get(c, meta::PULLED_AT)?.map(|at| today.when(at));
        Ok(Floor { people, is_live, as_of })
    })?)
}

/// How many of those in sight are present now, and how many of them checked in today.
pub(super) fn active(c: &Connection, reader: &Reader, now_ms: i64) -> Result<(u32, u32), ClientError> {
    let today = reader.today(now_ms).span();
    let agents = agents(c, reader)?;
    let count = |is: &dyn Fn(&domain::attendance::Standing) -> bool| {
        let found = agents.iter().filter(|(_, standing)| standing.as_ref().is_some_and(is)).count();
        u32::try_from(found).unwrap_or(u32::MAX)
    };
    Ok((count(&|standing| standing.status == Attendance::Present), count(&|standing| today.contains(&standing.in_at))))
}

/// Whether the person sees the attendance of others (row 20 of Appendix A).
pub(super) fn check_others(facts: &SessionFacts) -> Result<(), Refusal> {
    match scope(facts.me.role, Action::ViewAttendance) {
        Scope::Team | Scope::All | Scope::View => Ok(()),
        Scope::None | Scope::Own | Scope::Converted => {
            Err(Refusal::new(RefusalCode::NotPermitted, "Who is at work is for Team Leads and managers."))
        }
    }
}

type Standings = Vec<(protocol::rows::UserRow, Option<domain::attendance::Standing>)>;

/// Those who check in and whom the person sees, by name.
fn agents(c: &Connection, reader: &Reader) -> Result<Standings, ClientError> {
    let mut standings: HashMap<UserId, _> = attendance::all(c)?.into_iter().map(|standing| (standing.user, standing)).collect();
    let mut found = Vec::new();
    for user in rows::users(c)? {
        let subject = Subject { owner: Some(user.id), team: user.team, ..Subject::default() };
        if !user.disabled && has(user.role, Action::UseAttendance) && reader.may(Action::ViewAttendance, &subject) {
            let standing = standings.remove(&user.id);
            found.push((user, standing));
        }
    }
    Ok(found)
}

/// Which leads people are on, of those that are here.
fn on_leads(desk: &Desk, c: &Connection) -> Result<HashMap<UserId, Vec<OnLead>>, ClientError> {
    let mut all: HashMap<UserId, Vec<OnLead>> = HashMap::new();
    for (lead, on) in desk.presence.known() {
        let Some(row) = leads::get(c, lead)? else { continue };
        for user in on.users {
            let calls = on.hold.is_some_and(|hold| hold.user == user);
            all.entry(user).or_default().push(OnLead { lead, name: row.summary.name.clone(), calls });
        }
    }
    Ok(all)
}

pub(super) fn log(desk: &Desk, ask: LogGet) -> Result<LogView, Problem> {
    let lines = page(desk, &ask.filter)?;
    let next = next(&lines);
    let now_ms = desk.engine.env().now_ms();
    Ok(desk.read(|c| {
        let reader = desk.reader(c)?;
        let today = reader.today(now_ms);
        let view = |line: AttendanceLine| {
            Ok(LogLine {
                place: line.place,
                user: line.user,
                name: reader.name(c, line.user)?,
                status: line.status,
                reason: line.reason,
                when: today.when(line.at),
                by: line.by.map_or(Ok(String::new()), |by| reader.name(c, by))?,
            })
        };
        Ok(LogView { lines: lines.into_iter().map(view).collect::<Result<_, ClientError>>()?, next })
    })?)
}

pub(super) fn copy(desk: &Desk, ask: LogCsv) -> Result<Csv, Problem> {
    let (role, now_ms) = (desk.read(|c| desk.reader(c))?.facts.me.role, desk.engine.env().now_ms());
    if !has(role, Action::ExportData) {
        return Err(Problem::new(ProblemCode::Refused, "Copying lists is not in your role."));
    }
    let mut lines = Vec::new();
    let mut filter = ask.filter;
    while lines.len() < COPIED_MAX {
        let found = page(desk, &filter)?;
        filter.before = next(&found);
        lines.extend(found);
        if filter.before.is_none() {
            break;
        }
    }
    let mut copied = Csv::default();
    csv::line(&mut copied.text, ask.columns.iter().map(|(_, heading)| heading.clone()));
    desk.read(|c| {
        let reader = desk.reader(c)?;
        let today = reader.today(now_ms);
        for line in lines.iter().take(COPIED_MAX) {
            let cell = |column: LogColumn| {
                Ok(match column {
                    LogColumn::Time => today.when(line.at).local.replace('T', " "),
                    LogColumn::Person => reader.name(c, line.user)?,
                    LogColumn::Status => {
                        let word = ask.words.iter().find(|(status, _)| *status == line.status);
                        word.map_or_else(|| line.status.as_str().to_owned(), |(_, word)| word.clone())
                    }
                    LogColumn::Reason => line.reason.clone().unwrap_or_default(),
                    LogColumn::By => line.by.map_or(Ok(String::new()), |by| reader.name(c, by))?,
                })
            };
            let cells = ask.columns.iter().map(|(column, _)| cell(*column)).collect::<Result<Vec<String>, ClientError>>()?;
            csv::line(&mut copied.text, cells.into_iter());
            copied.rows += 1;
        }
        Ok(())
    })?;
    Ok(copied)
}

fn next(lines: &[AttendanceLine]) -> Option<u64> {
    lines.last().filter(|_| lines.len() == LINES_MAX).map(|line| line.place)
}

fn page(desk: &Desk, filter: &AttendanceFilter) -> Result<Vec<AttendanceLine>, Problem> {
    desk.read(|c| Ok(check_others(&desk.reader(c)?.facts)?))?;
    desk.online()?.call(Method::Get, &format!("{}/logs{}", paths::ATTENDANCE, query(filter)), NOTHING)
}

/// Ids and numbers: none needs escaping.
fn query(filter: &AttendanceFilter) -> String {
    fn part(name: &str, value: Option<impl ToString>) -> Option<String> {
        value.map(|value| format!("{name}={}", value.to_string()))
    }
    let parts = [part("user", filter.user), part("from", filter.from), part("to", filter.to), part("before", filter.before)];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { String::new() } else { format!("?{}", parts.join("&")) }
}
