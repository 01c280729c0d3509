//! Administration: people, teams, devices, quarantine, the audit log. All of it is the server's.

use super::Desk;
use super::attention::typed;
use super::timeline::what;
use crate::online::{Method, NOTHING};
use crate::project;
use crate::store::leads;
use bridge::admin::{
    AuditGet, AuditView, CodeView, Dated, DeviceList, DeviceRevoke, DeviceWipe, PeopleList, PeopleView, PersonChange, PersonCode,
    PersonInvite, QuarantineDrop, QuarantineList, QuarantineRelease, QuarantineView, TeamCreate, TeamRename,
};
use bridge::{Done, Problem};
use domain::people::{AuditFilter, AuditPage, Device, OneTimeCode, Person, Quarantined, Team};
use protocol::admin::{self, ChangePost, Invite, NameTeam};
use protocol::paths;

pub(super) fn people(desk: &Desk, _: PeopleList) -> Result<PeopleView, Problem> {
    let server = desk.online()?;
    let mut people: Vec<Person> = server.call(Method::Get, paths::USERS, NOTHING)?;
    let mut teams: Vec<Team> = server.call(Method::Get, paths::TEAMS, NOTHING)?;
    people.sort_by_cached_key(|person| (person.name.to_lowercase(), person.id));
    teams.sort_by_cached_key(|team| (team.name.to_lowercase(), team.id));
    Ok(PeopleView { people: desk.dated(people, |person| person.last_seen)?, teams })
}

pub(super) fn invite(desk: &Desk, ask: PersonInvite) -> Result<CodeView, Problem> {
    let body = Invite { name: ask.name.trim().to_owned(), email: ask.email.trim().to_owned(), role: ask.role, team: ask.team };
    let code: OneTimeCode = desk.online()?.call(Method::Post, paths::USERS, Some(&body))?;
    desk.wake();
    code_view(desk, code)
}

pub(super) fn change_person(desk: &Desk, ask: PersonChange) -> Result<Done, Problem> {
    let body = ChangePost { expected: ask.expected, post: ask.post };
    let _: Person = desk.online()?.call(Method::Patch, &format!("{}/{}", paths::USERS, ask.user), Some(&body))?;
    desk.wake();
    Ok(Done {})
}

pub(super) fn person_code(desk: &Desk, ask: PersonCode) -> Result<CodeView, Problem> {
    let code: OneTimeCode = desk.online()?.call(Method::Post, &format!("{}/{}/code", paths::USERS, ask.user), NOTHING)?;
    code_view(desk, code)
}

fn code_view(desk: &Desk, code: OneTimeCode) -> Result<CodeView, Problem> {
    let reader = desk.read(|c| desk.reader(c))?;
    let when = reader.today(desk.engine.env().now_ms()).when(code.until);
    Ok(Dated { item: code, when: Some(when) })
}

pub(super) fn create_team(desk: &Desk, ask: TeamCreate) -> Result<Done, Problem> {
    let _: Team = desk.online()?.call(Method::Post, paths::TEAMS, Some(&NameTeam { name: ask.name.trim().to_owned() }))?;
    desk.wake();
    Ok(Done {})
}

pub(super) fn rename_team(desk: &Desk, ask: TeamRename) -> Result<Done, Problem> {
    let body = NameTeam { name: ask.name.trim().to_owned() };
    let _: Team = desk.online()?.call(Method::Patch, &format!("{}/{}", paths::TEAMS, ask.team), Some(&body))?;
    desk.wake();
    Ok(Done {})
}

pub(super) fn devices(desk: &Desk, _: DeviceList) -> Result<Vec<Dated<Device>>, Problem> {
    let devices: Vec<Device> = desk.online()?.call(Method::Get, paths::DEVICES, NOTHING)?;
    desk.dated(devices, |device| Some(device.last_seen))
}

pub(super) fn revoke_device(desk: &Desk, ask: DeviceRevoke) -> Result<Done, Problem> {
    order(desk, &format!("{}/{}/revoke", paths::DEVICES, ask.device))
}

pub(super) fn wipe_device(desk: &Desk, ask: DeviceWipe) -> Result<Done, Problem> {
    order(desk, &format!("{}/{}/wipe", paths::DEVICES, ask.device))
}

pub(super) fn quarantine(desk: &Desk, _: QuarantineList) -> Result<Vec<QuarantineView>, Problem> {
    let held: Vec<Quarantined> = desk.online()?.call(Method::Get, paths::QUARANTINE, NOTHING)?;
    let now_ms = desk.engine.env().now_ms();
    Ok(desk.read(|c| {
        let reader = desk.reader(c)?;
        let today = reader.today(now_ms);
        let view = |held: Quarantined| {
            let row = leads::get(c, held.lead)?;
            // What is not here the server judges.
            let may = |row: &leads::Row| reader.may_command(&held.envelope.command, &project::subject(&row.summary));
            Ok(QuarantineView {
                can_release: row.as_ref().is_none_or(may),
                id: held.id,
                lead: held.lead,
                lead_here: row.is_some(),
                lead_name: held.lead_name,
                by: held.author_name,
                device_name: held.device_name,
                what: what(&held.envelope.command, &reader, &today, !reader.sees_no_phones()),
                typed: typed(&held.envelope.command, &reader),
                wrote: today.when(held.envelope.at),
                arrived: today.when(held.arrived_at),
                reason: held.reason,
            })
        };
        held.into_iter().map(view).collect()
    })?)
}

pub(super) fn release(desk: &Desk, ask: QuarantineRelease) -> Result<Done, Problem> {
    order(desk, &format!("{}/{}/release", paths::QUARANTINE, ask.id))
}

pub(super) fn drop_quarantined(desk: &Desk, ask: QuarantineDrop) -> Result<Done, Problem> {
    order(desk, &format!("{}/{}/drop", paths::QUARANTINE, ask.id))
}

pub(super) fn audit(desk: &Desk, ask: AuditGet) -> Result<AuditView, Problem> {
    let page: AuditPage = desk.online()?.call(Method::Get, &format!("{}{}", paths::AUDIT, query(&ask.filter)), NOTHING)?;
    Ok(AuditView { lines: desk.dated(page.lines, |line| Some(line.at))?, next: page.next })
}

/// The filter as a query, which is empty for one that narrows nothing. Its values are ids, numbers
/// and names of actions: none needs escaping.
fn query(filter: &AuditFilter) -> String {
    fn part(name: &str, value: Option<impl ToString>) -> Option<String> {
        value.map(|value| format!("{name}={}", value.to_string()))
    }
    let parts = [
        part("lead", filter.lead),
        part("by", filter.by),
        part("action", filter.action.map(|action| action.as_str())),
        part("from", filter.from),
        part("to", filter.to),
        part("before", filter.before),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { String::new() } else { format!("?{}", parts.join("&")) }
}

/// A call that says all in its path; what it changes comes with the next pull.
pub(super) fn order(desk: &Desk, path: &str) -> Result<Done, Problem> {
    let _: admin::Done = desk.online()?.call(Method::Post, path, NOTHING)?;
    desk.wake();
    Ok(Done {})
}
