//! The dashboard's figures, counted in one pass over the index. Each comes with the filter that makes the list of
//! exactly the leads it counts; the two are made beside each other and a test compares them.

mod cards;
mod charts;

use super::facets::Facts;
use super::when::{self, Today};
use super::words::Reader;
use super::{Desk, attendance, due, queue};
use crate::error::ClientError;
use bridge::Problem;
use bridge::dashboard::{DAYS_MAX, Dashboard, DashboardGet, DashboardKind, Figure};
use bridge::lead::LeadFilter;
use domain::{Pool, Refusal, RefusalCode, Role, Status, UserId};
use rusqlite::Connection;
use std::ops::Range;

pub(super) fn get(desk: &Desk, ask: DashboardGet) -> Result<Dashboard, Problem> {
    let now_ms = desk.engine.env().now_ms();
    if ask.from > ask.to || ask.to - ask.from >= DAYS_MAX {
        let text = "Choose days from an earlier one to a later one, at most three years.";
        return Err(crate::error::ClientError::from(Refusal::new(RefusalCode::InvalidValue, text)).into());
    }
    Ok(desk.read(|c| {
        let reader = desk.reader(c)?;
        let Some(kind) = DashboardKind::of(reader.facts.me.role) else {
            return Err(Refusal::new(RefusalCode::NotPermitted, "The dashboard is not in your role.").into());
        };
        let scope = Scope::of(&reader, kind);
        let days = Days::of(&reader, now_ms, ask.from, ask.to);
        let mut cards = cards::Tally::default();
        let mut charts = charts::Tally::of(&days);
        desk.ask_index(c, |table| {
            table.each(|pool, status, lead| {
                if scope.holds(&lead) {
                    cards.take(&scope, &days, pool, status, &lead);
                    charts.take(&scope, &days, status, &lead);
                }
            });
        })?;
        let today = reader.today(now_ms);
        let follow_ups = FollowUps::of(c, &reader, &scope, &today)?;
        let due_today = due::own(c, &reader, now_ms)?.1;
        let pace = (kind == DashboardKind::Own).then(|| queue::pace_of(desk, c, &reader, now_ms)).transpose()?;
        Ok(Dashboard {
            kind,
            cards: cards.cards(&scope, &days, &follow_ups, attendance::active(c, &reader, now_ms)?),
            trend: charts.trend(&scope, &days),
            funnel: charts.funnel(&scope, &days),
            sources: charts.sources(&scope, &days),
            agents: if kind == DashboardKind::Team { charts.agents(c, &reader, &days)? } else { Vec::new() },
            pace,
            due_today,
        })
    })?)
}

/// Whose leads are counted.
pub(super) struct Scope {
    kind: DashboardKind,
    me: UserId,
}

impl Scope {
    fn of(reader: &Reader, kind: DashboardKind) -> Self {
        Self { kind, me: reader.facts.me.user }
    }

    fn holds(&self, lead: &Facts<'_>) -> bool {
        self.kind == DashboardKind::Team || lead.owner == Some(self.me)
    }

    /// The list of all that is counted.
    fn filter(&self) -> LeadFilter {
        let owners = if self.kind == DashboardKind::Own { vec![Some(self.me)] } else { Vec::new() };
        LeadFilter { owners, ..LeadFilter::default() }
    }

    /// When it became one of those counted: got by oneself, or made.
    fn came_at(&self, lead: &Facts<'_>) -> Option<i64> {
        if self.kind == DashboardKind::Own { lead.assigned_at } else { Some(lead.created_at) }
    }

    /// Those that came in this time.
    fn came(&self, span: &Range<i64>) -> LeadFilter {
        let span = Some((span.start, span.end));
        match self.kind {
            DashboardKind::Own => LeadFilter { assigned: span, ..self.filter() },
            DashboardKind::Team => LeadFilter { created: span, ..self.filter() },
        }
    }

    /// Whether a call counts: one's own, or anybody's.
    fn counts_call(&self, by: Option<UserId>) -> bool {
        self.kind == DashboardKind::Team || by == Some(self.me)
    }

    fn called(&self, span: &Range<i64>) -> LeadFilter {
        let callers = if self.kind == DashboardKind::Own { vec![self.me] } else { Vec::new() };
        LeadFilter { called: Some((span.start, span.end)), callers, ..self.filter() }
    }
}

/// The times that figures are of, in the organisation's zone; ms since the epoch.
pub(super) struct Days {
    today: Range<i64>,
    month: Range<i64>,
    range: Range<i64>,
    /// Where each point of the trend begins, with its first day; and the end.
    points: Vec<(i64, i64)>,
    end: i64,
    /// Days in a point.
    step: u32,
}

impl Days {
    fn of(reader: &Reader, now_ms: i64, from: i64, to: i64) -> Self {
        let begins = |day: i64| when::begin_of(&reader.zone, day).unwrap_or(now_ms);
        let (first, next) = when::month_of(&reader.zone, now_ms);
        let step: u32 = match to - from {
            0..=31 => 1,
            32..=366 => 7,
            _ => 30,
        };
        let starts = (from..=to).step_by(step as usize);
        let points = starts.map(|day| (begins(day), day)).collect();
        let end = begins(to + 1);
        Self { today: reader.today(now_ms).span(), month: begins(first)..begins(next), range: begins(from)..end, points, end, step }
    }

    /// The point that holds an instant.
    fn point(&self, at: i64) -> Option<usize> {
        if !self.range.contains(&at) {
            return None;
        }
        self.points.partition_point(|(begin, _)| *begin <= at).checked_sub(1)
    }

    fn span(&self, point: usize) -> Range<i64> {
        let end = self.points.get(point + 1).map_or(self.end, |(begin, _)| *begin);
        self.points[point].0..end
    }
}

/// What the Follow-ups page counts.
pub(super) struct FollowUps {
    missed: u32,
    today: u32,
    next: Option<bridge::lead::When>,
    oldest: Option<bridge::lead::When>,
}

impl FollowUps {
    fn of(c: &Connection, reader: &Reader, scope: &Scope, today: &Today<'_>) -> Result<Self, ClientError> {
        let owner = (scope.kind == DashboardKind::Own).then_some(reader.facts.me.user);
        let [missed, due_today, _] = crate::store::leads::count_due(c, &today.span(), owner)?;
        let first = |span: Range<i64>| Ok(crate::store::leads::due(c, span, owner, 1, |_, _, due| Ok(today.when(due.due_at)))?.pop());
        let next: Result<_, ClientError> = first(today.now_ms..today.span().end);
        Ok(Self { missed, today: due_today, next: next?, oldest: first(i64::MIN..today.span().start)? })
    }
}

/// So many leads, and their list.
fn figure(count: u32, behind: LeadFilter) -> Figure {
    Figure { count, behind }
}

/// Those who are given leads.
fn is_agent(role: Role) -> bool {
    domain::policy::has(role, domain::Action::ReceiveLeads)
}

fn is_in_progress(pool: Pool, status: Status) -> bool {
    pool == Pool::Working && cards::IN_PROGRESS.contains(&status)
}
