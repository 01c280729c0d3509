//! The charts of a range of days: trend, funnel, sources and people.

use super::{Days, Facts, Scope, figure, is_agent};
use crate::desk::words::Reader;
use crate::error::ClientError;
use crate::store::rows;
use bridge::dashboard::{AgentLine, FunnelStep, SourceLine, TrendPoint};
use bridge::lead::{DueState, LeadFilter};
use domain::report::FUNNEL;
use domain::{Role, Status, UserId};
use rusqlite::Connection;
use std::collections::{BTreeMap, HashMap};

#[derive(Clone, Copy, Default)]
struct Point {
    called: u32,
    new: u32,
    converted: u32,
    dropped: u32,
}

#[derive(Clone, Copy, Default)]
struct Agent {
    assigned: u32,
    called: u32,
    converted: u32,
    missed: u32,
}

pub(super) struct Tally {
    points: Vec<Point>,
    steps: [u32; FUNNEL.len()],
    /// Leads, and of these those that are converted.
    sources: BTreeMap<String, (u32, u32)>,
    agents: HashMap<UserId, Agent>,
}

impl Tally {
    pub(super) fn of(days: &Days) -> Self {
        Self {
            points: vec![Point::default(); days.points.len()],
            steps: [0; FUNNEL.len()],
            sources: BTreeMap::new(),
            agents: HashMap::new(),
        }
    }

    pub(super) fn take(&mut self, scope: &Scope, days: &Days, status: Status, lead: &Facts<'_>) {
        self.take_point(scope, days, status, lead);
        self.take_agents(days, status, lead);
        if !scope.came_at(lead).is_some_and(|at| days.range.contains(&at)) {
            return;
        }
        for (count, (_, reached)) in self.steps.iter_mut().zip(FUNNEL) {
            *count += u32::from(reached.contains(&status));
        }
        if !self.sources.contains_key(lead.source) {
            self.sources.insert(lead.source.to_owned(), (0, 0));
        }
        if let Some((leads, converted)) = self.sources.get_mut(lead.source) {
            *leads += 1;
            *converted += u32::from(status == Status::Converted);
        }
    }

    fn take_point(&mut self, scope: &Scope, days: &Days, status: Status, lead: &Facts<'_>) {
        let point = |at: Option<i64>| at.and_then(|at| days.point(at));
        if let Some(i) = point(scope.came_at(lead)) {
            self.points[i].new += 1;
        }
        if let Some(i) = point(lead.converted_at.filter(|_| status == Status::Converted)) {
            self.points[i].converted += 1;
        }
        if let Some(i) = point(lead.dropped_at) {
            self.points[i].dropped += 1;
        }
        // A lead counts once in each point, however often it was called.
        let mut last = None;
        for call in lead.called {
            let point = days.point(call.at).filter(|i| scope.counts_call(call.by) && last != Some(*i));
            if let Some(i) = point {
                self.points[i].called += 1;
                last = Some(i);
            }
        }
    }

    fn take_agents(&mut self, days: &Days, status: Status, lead: &Facts<'_>) {
        let is_in = |at: Option<i64>| at.is_some_and(|at| days.range.contains(&at));
        if let Some(owner) = lead.owner {
            let agent = self.agents.entry(owner).or_default();
            agent.assigned += u32::from(is_in(lead.assigned_at));
            agent.converted += u32::from(status == Status::Converted && is_in(lead.converted_at));
            agent.missed += u32::from(!status.is_closed() && lead.due_at.is_some_and(|at| at < days.today.start));
        }
        let mut callers: Vec<UserId> = lead.called.iter().filter(|call| is_in(Some(call.at))).filter_map(|call| call.by).collect();
        callers.sort_unstable();
        callers.dedup();
        for caller in callers {
            self.agents.entry(caller).or_default().called += 1;
        }
    }

    pub(super) fn trend(&self, scope: &Scope, days: &Days) -> Vec<TrendPoint> {
        let line = |(i, point): (usize, &Point)| {
            let span = days.span(i);
            let then = Some((span.start, span.end));
            TrendPoint {
                day: days.points[i].1,
                days: days.step,
                called: figure(point.called, scope.called(&span)),
                new: figure(point.new, scope.came(&span)),
                converted: figure(point.converted, LeadFilter { statuses: vec![Status::Converted], converted: then, ..scope.filter() }),
                dropped: figure(point.dropped, LeadFilter { dropped: then, ..scope.filter() }),
            }
        };
        self.points.iter().enumerate().map(line).collect()
    }

    pub(super) fn funnel(&self, scope: &Scope, days: &Days) -> Vec<FunnelStep> {
        let step = |(count, (status, reached)): (&u32, (Status, &[Status]))| FunnelStep {
            status,
            reached: figure(*count, LeadFilter { statuses: narrowed(reached), ..scope.came(&days.range) }),
        };
        self.steps.iter().zip(FUNNEL).map(step).collect()
    }

    /// The most leads first.
    pub(super) fn sources(&self, scope: &Scope, days: &Days) -> Vec<SourceLine> {
        let line = |(source, (leads, converted)): (&String, &(u32, u32))| {
            let of_source = LeadFilter { sources: vec![source.clone()], ..scope.came(&days.range) };
            let of_converted = LeadFilter { statuses: vec![Status::Converted], ..of_source.clone() };
            SourceLine { source: source.clone(), leads: figure(*leads, of_source), converted: figure(*converted, of_converted) }
        };
        let mut lines: Vec<SourceLine> = self.sources.iter().map(line).collect();
        lines.sort_by_key(|line| std::cmp::Reverse(line.leads.count));
        lines
    }

    /// Those who are given leads and are in the team of whoever asks, and whoever did something.
    pub(super) fn agents(&self, c: &Connection, reader: &Reader, days: &Days) -> Result<Vec<AgentLine>, ClientError> {
        let me = &reader.facts.me;
        let in_sight = |user: &protocol::rows::UserRow| me.role != Role::TeamLead || user.team == me.team;
        let mut lines = Vec::new();
        for user in rows::users(c)? {
            let done = self.agents.get(&user.id).copied();
            if done.is_none() && (user.disabled || !is_agent(user.role) || !in_sight(&user)) {
                continue;
            }
            let (done, range) = (done.unwrap_or_default(), Some((days.range.start, days.range.end)));
            let own = LeadFilter { owners: vec![Some(user.id)], ..LeadFilter::default() };
            lines.push(AgentLine {
                user: user.id,
                name: user.name,
                assigned: figure(done.assigned, LeadFilter { assigned: range, ..own.clone() }),
                called: figure(done.called, LeadFilter { called: range, callers: vec![user.id], ..LeadFilter::default() }),
                converted: figure(done.converted, LeadFilter { statuses: vec![Status::Converted], converted: range, ..own.clone() }),
                missed: figure(
                    done.missed,
                    LeadFilter {
                        statuses: Status::ALL.into_iter().filter(|status| !status.is_closed()).collect(),
                        due: vec![DueState::Missed],
                        ..own
                    },
                ),
            });
        }
        lines.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(lines)
    }
}

/// All statuses are none to choose from.
fn narrowed(statuses: &[Status]) -> Vec<Status> {
    if statuses.len() == Status::ALL.len() { Vec::new() } else { statuses.to_vec() }
}
