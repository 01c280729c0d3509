//! What of every lead its lists are narrowed by besides pool, status and number: sources, owners, tags and
//! times, in memory beside the index. Texts are kept once and known by number.

use super::search;
use crate::store::leads::Facet;
use bridge::lead::{DueState, LeadFilter};
use domain::calling::Candidate;
use domain::lead::Called;
use domain::{Status, UserId};
use std::cmp::Ordering;
use std::collections::HashMap;
use std::hash::Hash;
use std::ops::Range;

/// No follow-up is due after all others.
const NEVER: i64 = i64::MAX;

/// Each value once, by its number.
#[derive(Default)]
pub(super) struct Known<T> {
    numbers: HashMap<T, u32>,
    values: Vec<T>,
}

impl<T: Clone + Eq + Hash> Known<T> {
    fn number(&mut self, value: &T) -> u32 {
        if let Some(number) = self.numbers.get(value) {
            return *number;
        }
        let number = u32::try_from(self.values.len()).unwrap_or(u32::MAX);
        self.values.push(value.clone());
        self.numbers.insert(value.clone(), number);
        number
    }

    /// The numbers of those that occur at all.
    fn numbers(&self, values: &[T]) -> Vec<u32> {
        values.iter().filter_map(|value| self.numbers.get(value).copied()).collect()
    }

    /// Each value with how often it occurs, without those that do not.
    fn counted(&self, occurring: impl Iterator<Item = u32>) -> Vec<(T, u32)> {
        let mut counts = vec![0_u32; self.values.len()];
        occurring.for_each(|number| counts[number as usize] += 1);
        self.values.iter().cloned().zip(counts).filter(|(_, count)| *count > 0).collect()
    }
}

/// One lead's values.
#[derive(Clone, Default)]
struct Values {
    source: u32,
    language: u32,
    owner: u32,
    interest: u8,
    due_at: i64,
    created_at: i64,
    assigned_at: i64,
    converted_at: i64,
    dropped_at: i64,
    tags: Box<[u32]>,
    called: Box<[Called]>,
    last_call_at: i64,
    unreached: u32,
    do_not_call: bool,
    /// The name without case and accents.
    name: Box<str>,
}

/// By row id.
#[derive(Default)]
pub(super) struct Facets {
    rows: Vec<Values>,
    sources: Known<String>,
    languages: Known<String>,
    owners: Known<Option<UserId>>,
    tags: Known<String>,
}

/// Values with their counts.
pub(super) struct Counted {
    pub sources: Vec<(String, u32)>,
    pub languages: Vec<(String, u32)>,
    pub owners: Vec<(Option<UserId>, u32)>,
    pub tags: Vec<(String, u32)>,
}

/// A filter in numbers; `None` is any.
#[derive(Default)]
pub(super) struct Wanted {
    sources: Option<Vec<u32>>,
    languages: Option<Vec<u32>>,
    owners: Option<Vec<u32>>,
    tags: Option<Vec<u32>>,
    interests: Option<Vec<u8>>,
    /// With the day that is today.
    due: Option<(Vec<DueState>, Range<i64>)>,
    created: Option<Range<i64>>,
    updated: Option<Range<i64>>,
    next: Option<Range<i64>>,
    assigned: Option<Range<i64>>,
    converted: Option<Range<i64>>,
    dropped: Option<Range<i64>>,
    called: Option<Range<i64>>,
    callers: Option<Vec<UserId>>,
}

impl Facets {
    pub(super) fn put(&mut self, n: usize, facet: &Facet) {
        if self.rows.len() <= n {
            self.rows.resize(n + 1, Values::default());
        }
        self.rows[n] = Values {
            source: self.sources.number(&facet.source),
            language: self.languages.number(&facet.language),
            owner: self.owners.number(&facet.owner),
            interest: facet.interest.unwrap_or(0),
            due_at: facet.next_follow_up_at.unwrap_or(NEVER),
            created_at: facet.created_at,
            assigned_at: facet.assigned_at.unwrap_or(NEVER),
            converted_at: facet.converted_at.unwrap_or(NEVER),
            dropped_at: facet.dropped_at.unwrap_or(NEVER),
            tags: facet.tags.iter().map(|tag| self.tags.number(tag)).collect(),
            called: facet.called.as_slice().into(),
            last_call_at: facet.last_call_at.unwrap_or(NEVER),
            unreached: facet.unreached,
            do_not_call: facet.do_not_call,
            name: search::fold(facet.name.trim()).into(),
        };
    }

    pub(super) fn wanted(&self, filter: &LeadFilter, today: &Range<i64>) -> Wanted {
        Wanted {
            sources: (!filter.sources.is_empty()).then(|| self.sources.numbers(&filter.sources)),
            languages: (!filter.languages.is_empty()).then(|| self.languages.numbers(&filter.languages)),
            owners: (!filter.owners.is_empty()).then(|| self.owners.numbers(&filter.owners)),
            tags: (!filter.tags.is_empty()).then(|| self.tags.numbers(&filter.tags)),
            interests: (!filter.interests.is_empty()).then(|| filter.interests.clone()),
            due: (!filter.due.is_empty()).then(|| (filter.due.clone(), today.clone())),
            created: span(filter.created),
            updated: span(filter.updated),
            next: span(filter.next),
            assigned: span(filter.assigned),
            converted: span(filter.converted),
            dropped: span(filter.dropped),
            called: span(filter.called),
            callers: (!filter.callers.is_empty()).then(|| filter.callers.clone()),
        }
    }

    pub(super) fn holds(&self, wanted: &Wanted, n: u32, updated_at: i64) -> bool {
        let Some(row) = self.rows.get(n as usize) else { return false };
        let is_in = |wanted: &Option<Vec<u32>>, number: u32| wanted.as_ref().is_none_or(|wanted| wanted.contains(&number));
        is_in(&wanted.sources, row.source)
            && is_in(&wanted.languages, row.language)
            && is_in(&wanted.owners, row.owner)
            && wanted.tags.as_ref().is_none_or(|wanted| row.tags.iter().any(|tag| wanted.contains(tag)))
            && wanted.interests.as_ref().is_none_or(|wanted| wanted.contains(&row.interest))
            && wanted.due.as_ref().is_none_or(|(states, today)| states.contains(&state(row.due_at, today)))
            && wanted.created.as_ref().is_none_or(|span| span.contains(&row.created_at))
            && wanted.updated.as_ref().is_none_or(|span| span.contains(&updated_at))
            && holds_time(&wanted.next, row.due_at)
            && holds_time(&wanted.assigned, row.assigned_at)
            && holds_time(&wanted.converted, row.converted_at)
            && holds_time(&wanted.dropped, row.dropped_at)
            && wanted.was_called(&row.called)
    }

    /// Each of these rows, for counting.
    pub(super) fn facts<'a>(&'a self, rows: &'a [u32]) -> impl Iterator<Item = (u32, Facts<'a>)> {
        rows.iter().filter_map(|n| {
            let row = self.rows.get(*n as usize)?;
            let facts = Facts {
                source: &self.sources.values[row.source as usize],
                owner: self.owners.values[row.owner as usize],
                due_at: time(row.due_at),
                created_at: row.created_at,
                assigned_at: time(row.assigned_at),
                converted_at: time(row.converted_at),
                dropped_at: time(row.dropped_at),
                called: &row.called,
            };
            Some((*n, facts))
        })
    }

    /// Rows of one person, among these, as the calling queue sees them.
    pub(super) fn candidates(
        &self,
        rows: &[u32],
        owner: UserId,
        status: impl Fn(u32) -> Option<Status>,
        mut take: impl FnMut(u32, Candidate),
    ) {
        let Some(owner) = self.owners.numbers.get(&Some(owner)).copied() else { return };
        for n in rows {
            let (Some(row), Some(status)) = (self.rows.get(*n as usize).filter(|row| row.owner == owner), status(*n)) else { continue };
            let candidate = Candidate {
                status,
                interest: (row.interest > 0).then_some(row.interest),
                next_follow_up_at: time(row.due_at),
                created_at: row.created_at,
                last_call_at: time(row.last_call_at),
                unreached: row.unreached,
                do_not_call: row.do_not_call,
            };
            take(*n, candidate);
        }
    }

    /// The newest first.
    pub(super) fn by_creation(&self, a: u32, b: u32) -> Ordering {
        self.row(b).created_at.cmp(&self.row(a).created_at)
    }

    /// The earliest next follow-up first, without one last.
    pub(super) fn by_due(&self, a: u32, b: u32) -> Ordering {
        self.row(a).due_at.cmp(&self.row(b).due_at)
    }

    pub(super) fn by_name(&self, a: u32, b: u32) -> Ordering {
        self.row(a).name.cmp(&self.row(b).name)
    }

    /// The highest first, without one last.
    pub(super) fn by_interest(&self, a: u32, b: u32) -> Ordering {
        self.row(b).interest.cmp(&self.row(a).interest)
    }

    pub(super) fn is_due(&self, n: u32) -> bool {
        self.row(n).due_at != NEVER
    }

    pub(super) fn has_interest(&self, n: u32) -> bool {
        self.row(n).interest > 0
    }

    fn row(&self, n: u32) -> &Values {
        &self.rows[n as usize]
    }

    /// Of these rows.
    pub(super) fn count(&self, rows: &[u32]) -> Counted {
        let each = || rows.iter().filter_map(|n| self.rows.get(*n as usize));
        Counted {
            sources: self.sources.counted(each().map(|row| row.source)),
            languages: self.languages.counted(each().map(|row| row.language)),
            owners: self.owners.counted(each().map(|row| row.owner)),
            tags: self.tags.counted(each().flat_map(|row| row.tags.iter().copied())),
        }
    }
}

/// What counts read of a lead.
pub(super) struct Facts<'a> {
    /// Empty for none.
    pub source: &'a str,
    pub owner: Option<UserId>,
    pub due_at: Option<i64>,
    pub created_at: i64,
    pub assigned_at: Option<i64>,
    pub converted_at: Option<i64>,
    pub dropped_at: Option<i64>,
    /// The first first.
    pub called: &'a [Called],
}

impl Wanted {
    fn was_called(&self, calls: &[Called]) -> bool {
        if self.called.is_none() && self.callers.is_none() {
            return true;
        }
        let is_then = |call: &Called| self.called.as_ref().is_none_or(|span| span.contains(&call.at));
        let is_theirs = |call: &Called| self.callers.as_ref().is_none_or(|callers| call.by.is_some_and(|by| callers.contains(&by)));
        calls.iter().any(|call| is_then(call) && is_theirs(call))
    }
}

fn span(filter: Option<(i64, i64)>) -> Option<Range<i64>> {
    filter.map(|(from, until)| from..until)
}

/// What never was is at no time.
fn holds_time(wanted: &Option<Range<i64>>, at: i64) -> bool {
    wanted.as_ref().is_none_or(|span| at != NEVER && span.contains(&at))
}

/// The inverse of keeping [`NEVER`] for none.
fn time(at: i64) -> Option<i64> {
    (at != NEVER).then_some(at)
}

fn state(due_at: i64, today: &Range<i64>) -> DueState {
    match due_at {
        NEVER => DueState::NotSet,
        at if at < today.start => DueState::Missed,
        at if at < today.end => DueState::Today,
        _ => DueState::Upcoming,
    }
}
