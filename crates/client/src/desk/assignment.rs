//! How leads are given out: the server's rules, asked for, set and tried, and what nobody has given out by them.

use super::Desk;
use crate::error::ClientError;
use crate::online::{Method, NOTHING};
use crate::store::rows;
use bridge::assignment::{
    AssignmentDistribute, AssignmentDryRun, AssignmentGet, AssignmentSet, AssignmentSwitch, AssignmentView, DistributedView, DryRunRow,
    Receiver,
};
use bridge::{Done, Problem};
use domain::assignment::Rules;
use domain::config::{OptionList, Setting};
use domain::people::Team;
use domain::policy::has;
use domain::{Action, Command, UserId};
use protocol::admin::{AutoDistribute, Distributed, DryRun, DryRunLine};
use protocol::paths;
use std::collections::BTreeMap;

pub(super) fn get(desk: &Desk, _: AssignmentGet) -> Result<AssignmentView, Problem> {
    let server = desk.online()?;
    let rules: Rules = server.call(Method::Get, &format!("{}/rules", paths::ASSIGNMENT), NOTHING)?;
    let mut teams: Vec<Team> = server.call(Method::Get, paths::TEAMS, NOTHING)?;
    teams.sort_by_cached_key(|team| (team.name.to_lowercase(), team.id));
    let config = desk.engine.config()?;
    let people = desk.read(|c| {
        let receives = |user: &protocol::rows::UserRow| !user.disabled && has(user.role, Action::ReceiveLeads);
        let receiver = |user: protocol::rows::UserRow| {
            let team = user.team.map(|team| rows::team_name(c, team)).transpose()?.flatten();
            Ok(Receiver { user: user.id, name: user.name, role: user.role, team })
        };
        rows::users(c)?.into_iter().filter(receives).map(receiver).collect::<Result<Vec<_>, ClientError>>()
    })?;
    Ok(AssignmentView {
        rules,
        enabled: config.is_on(Setting::LeadAssignmentEnabled),
        people,
        teams,
        sources: config.labels(OptionList::Sources),
        languages: config.labels(OptionList::Languages),
    })
}

pub(super) fn set(desk: &Desk, ask: AssignmentSet) -> Result<Rules, Problem> {
    let rules = named(desk, ask.rules);
    rules.check()?;
    desk.online()?.call(Method::Put, &format!("{}/rules", paths::ASSIGNMENT), Some(&rules))
}

/// Gives rules that were just added an id.
fn named(desk: &Desk, mut rules: Rules) -> Rules {
    rules.rules.iter_mut().filter(|rule| rule.id.is_nil()).for_each(|rule| rule.id = desk.engine.env().new_id());
    rules
}

pub(super) fn switch(desk: &Desk, ask: AssignmentSwitch) -> Result<Done, Problem> {
    let value = Some(ask.on.to_string());
    desk.engine.configure(Command::SetSetting { setting: Setting::LeadAssignmentEnabled, value })?;
    desk.wake();
    Ok(Done {})
}

pub(super) fn dry_run(desk: &Desk, ask: AssignmentDryRun) -> Result<Vec<DryRunRow>, Problem> {
    let body = DryRun { rules: Some(named(desk, ask.rules)), all_present: ask.all_present, leads: None };
    let lines: Vec<DryRunLine> = desk.online()?.call(Method::Post, &format!("{}/dry-run", paths::ASSIGNMENT), Some(&body))?;
    let names = names(desk)?;
    let row = |line: DryRunLine| DryRunRow {
        lead: line.lead,
        name: line.name,
        source: line.source,
        to: line.to.map(|to| names.get(&to).cloned().unwrap_or_default()),
        why: line.why.words(),
    };
    Ok(lines.into_iter().map(row).collect())
}

pub(super) fn distribute(desk: &Desk, _: AssignmentDistribute) -> Result<DistributedView, Problem> {
    let (server, path) = (desk.online()?, format!("{}/auto-distribute", paths::LEADS));
    let (mut given, mut waiting, mut after) = (BTreeMap::<UserId, u32>::new(), 0, None);
    loop {
        let done: Distributed = server.call(Method::Post, &path, Some(&AutoDistribute { after, most: None }))?;
        done.given.into_iter().for_each(|(user, count)| *given.entry(user).or_insert(0) += count);
        waiting += done.waiting;
        after = done.next;
        if after.is_none() {
            break;
        }
    }
    desk.wake();
    let names = names(desk)?;
    let mut people: Vec<(String, u32)> = given.iter().map(|(user, count)| (names.get(user).cloned().unwrap_or_default(), *count)).collect();
    people.sort();
    Ok(DistributedView { given: given.values().sum(), waiting, people })
}

fn names(desk: &Desk) -> Result<BTreeMap<UserId, String>, Problem> {
    Ok(desk.read(|c| Ok(rows::users(c)?.into_iter().map(|user| (user.id, user.name)).collect()))?)
}
