//! How the list is narrowed, in the address.

use super::{escape, name_of, named, unescape};
use crate::calendar;
use crate::clock::{self, Clock};
use bridge::lead::{DueState, LeadFilter, LeadSort};
use domain::lead::{Pool, Status};
use domain::policy::{self, Action, Scope};
use domain::{Role, UserId};

/// In the address, the owner of leads that nobody owns.
const NOBODY: &str = "nobody";

/// How the list is narrowed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListFilter {
    /// `None` is the tab the role starts on.
    pub tab: Option<Tab>,
    pub statuses: Vec<Status>,
    pub search: String,
    /// Of each of these, empty is any; the empty text is none.
    pub sources: Vec<String>,
    pub languages: Vec<String>,
    pub tags: Vec<String>,
    /// `None` is nobody.
    pub owners: Vec<Option<UserId>>,
    pub interests: Vec<u8>,
    pub due: Vec<DueState>,
    /// When the lead was made: days since 1970-01-01 on the organisation's wall, both included.
    pub from: Option<i64>,
    pub to: Option<i64>,
    /// When it changed last, and when its next follow-up is.
    pub updated: Days,
    pub next: Days,
    /// When the owner got it, when it was converted or dropped, and when somebody called.
    pub assigned: Days,
    pub converted: Days,
    pub dropped: Days,
    pub called: Days,
    /// Who called.
    pub callers: Vec<UserId>,
    pub sort: LeadSort,
    /// The other way round.
    pub reversed: bool,
}

impl ListFilter {
    pub fn tab(&self, role: Role) -> Tab {
        self.tab.unwrap_or(Tab::start(role))
    }

    /// Narrowed beyond the tab.
    pub fn is_narrowed(&self) -> bool {
        !self.statuses.is_empty() || !self.search.trim().is_empty() || self.narrowings() > 0
    }

    /// By how many of the filter's parts it is narrowed.
    pub fn narrowings(&self) -> usize {
        let parts = [
            self.sources.is_empty(),
            self.languages.is_empty(),
            self.tags.is_empty(),
            self.owners.is_empty(),
            self.interests.is_empty(),
            self.due.is_empty(),
            self.created().is_any(),
            self.updated.is_any(),
            self.next.is_any(),
            self.assigned.is_any(),
            self.converted.is_any(),
            self.dropped.is_any(),
            self.called.is_any(),
            self.callers.is_empty(),
        ];
        parts.into_iter().filter(|is_any| !is_any).count()
    }

    pub fn created(&self) -> Days {
        Days { from: self.from, to: self.to }
    }

    /// The list behind a figure, whose times are whole days of `zone`.
    pub fn of(filter: &LeadFilter, zone: &str, clock: Clock) -> Self {
        let day = |at: i64| Some(clock::day_of(zone, at, clock)).filter(|_| at != i64::MIN && at != i64::MAX);
        let days = |span: Option<(i64, i64)>| {
            span.map_or(Days::default(), |(from, until)| Days { from: day(from), to: day(until).map(|day| day - 1) })
        };
        let created = days(filter.created);
        Self {
            tab: Some(filter.pool.map_or(Tab::All, Tab::Pool)),
            statuses: filter.statuses.clone(),
            search: filter.search.clone(),
            sources: filter.sources.clone(),
            languages: filter.languages.clone(),
            tags: filter.tags.clone(),
            owners: filter.owners.clone(),
            interests: filter.interests.clone(),
            due: filter.due.clone(),
            from: created.from,
            to: created.to,
            updated: days(filter.updated),
            next: days(filter.next),
            assigned: days(filter.assigned),
            converted: days(filter.converted),
            dropped: days(filter.dropped),
            called: days(filter.called),
            callers: filter.callers.clone(),
            sort: filter.sort,
            reversed: filter.reversed,
        }
    }

    /// The question for the client; days are those of `zone`.
    pub fn question(&self, role: Role, zone: &str, clock: Clock) -> LeadFilter {
        let begins = |day: i64| clock::start_of_day(zone, day, clock);
        LeadFilter {
            pool: self.tab(role).pool(),
            statuses: self.statuses.clone(),
            search: self.search.trim().to_owned(),
            sources: self.sources.clone(),
            languages: self.languages.clone(),
            owners: self.owners.clone(),
            tags: self.tags.clone(),
            interests: self.interests.clone(),
            due: self.due.clone(),
            created: self.created().span(begins),
            updated: self.updated.span(begins),
            next: self.next.span(begins),
            assigned: self.assigned.span(begins),
            converted: self.converted.span(begins),
            dropped: self.dropped.span(begins),
            called: self.called.span(begins),
            callers: self.callers.clone(),
            sort: self.sort,
            reversed: self.reversed,
        }
    }

    pub fn query(&self) -> String {
        let texts = |values: &[String]| values.iter().map(|value| escape(value)).collect::<Vec<_>>();
        let owners = self.owners.iter().map(|owner| owner.map_or_else(|| NOBODY.to_owned(), |owner| owner.to_string()));
        let lists: [(&str, Vec<String>); 8] = [
            ("status", self.statuses.iter().map(|s| s.as_str().to_owned()).collect()),
            ("source", texts(&self.sources)),
            ("language", texts(&self.languages)),
            ("tag", texts(&self.tags)),
            ("owner", owners.collect()),
            ("interest", self.interests.iter().map(u8::to_string).collect()),
            ("due", self.due.iter().map(name_of).collect()),
            ("caller", self.callers.iter().map(UserId::to_string).collect()),
        ];
        let mut parts: Vec<String> = self.tab.iter().map(|tab| format!("pool={}", tab.as_str())).collect();
        // A list of one empty text is not empty.
        parts.extend(lists.into_iter().filter(|(_, values)| !values.is_empty()).map(|(key, values)| format!("{key}={}", values.join(","))));
        let days = [("from", self.from), ("to", self.to)];
        parts.extend(days.into_iter().filter_map(|(key, day)| Some(format!("{key}={}", calendar::iso(day?)))));
        let spans = [
            ("updated", self.updated),
            ("next", self.next),
            ("assigned", self.assigned),
            ("converted", self.converted),
            ("dropped", self.dropped),
            ("called", self.called),
        ];
        parts.extend(spans.into_iter().filter_map(|(key, days)| Some(format!("{key}={}", days.query()?))));
        if (self.sort, self.reversed) != (LeadSort::default(), false) {
            parts.push(format!("sort={}{}", if self.reversed { "-" } else { "" }, name_of(&self.sort)));
        }
        if !self.search.is_empty() {
            parts.push(format!("q={}", escape(&self.search)));
        }
        if parts.is_empty() { String::new() } else { format!("?{}", parts.join("&")) }
    }

    /// What [`ListFilter::query`] wrote, with or without its question mark.
    pub fn read(query: &str) -> Self {
        let query = query.trim_start_matches('?');
        let mut filter = Self::default();
        for (key, value) in query.split('&').filter_map(|part| part.split_once('=')) {
            let texts = || value.split(',').map(unescape).collect();
            match key {
                "pool" => filter.tab = Tab::read(value),
                "status" => filter.statuses = value.split(',').filter_map(|s| s.parse().ok()).collect(),
                "source" => filter.sources = texts(),
                "language" => filter.languages = texts(),
                "tag" => filter.tags = texts(),
                "owner" => {
                    filter.owners =
                        value.split(',').filter_map(|id| if id == NOBODY { Some(None) } else { id.parse().ok().map(Some) }).collect()
                }
                "interest" => filter.interests = value.split(',').filter_map(|level| level.parse().ok()).collect(),
                "due" => filter.due = value.split(',').filter_map(named).collect(),
                "from" => filter.from = calendar::parse_date(value),
                "to" => filter.to = calendar::parse_date(value),
                "updated" => filter.updated = Days::read(value),
                "next" => filter.next = Days::read(value),
                "assigned" => filter.assigned = Days::read(value),
                "converted" => filter.converted = Days::read(value),
                "dropped" => filter.dropped = Days::read(value),
                "called" => filter.called = Days::read(value),
                "caller" => filter.callers = value.split(',').filter_map(|id| id.parse().ok()).collect(),
                "sort" => {
                    let (name, is_reversed) = value.strip_prefix('-').map_or((value, false), |name| (name, true));
                    let sort = named(name);
                    (filter.sort, filter.reversed) = (sort.unwrap_or_default(), is_reversed && sort.is_some());
                }
                "q" => filter.search = unescape(value),
                _ => {}
            }
        }
        filter
    }
}

/// Days since 1970-01-01 on the organisation's wall, both included; without one, from or until any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Days {
    pub from: Option<i64>,
    pub to: Option<i64>,
}

impl Days {
    pub fn is_any(self) -> bool {
        self == Self::default()
    }

    /// Instants, the last not included.
    pub(super) fn span(self, begins: impl Fn(i64) -> i64) -> Option<(i64, i64)> {
        (!self.is_any()).then(|| (self.from.map_or(i64::MIN, &begins), self.to.map_or(i64::MAX, |day| begins(day + 1))))
    }

    /// `2026-11-01..2026-11-20`, either left out.
    pub(super) fn query(self) -> Option<String> {
        let side = |day: Option<i64>| day.map(calendar::iso).unwrap_or_default();
        (!self.is_any()).then(|| format!("{}..{}", side(self.from), side(self.to)))
    }

    pub(super) fn read(text: &str) -> Self {
        let (from, to) = text.split_once("..").unwrap_or_default();
        Self { from: calendar::parse_date(from), to: calendar::parse_date(to) }
    }
}

/// A pool, or all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    Pool(Pool),
    All,
}

impl Tab {
    pub const ALL: [Tab; 5] =
        [Tab::Pool(Pool::Fresh), Tab::Pool(Pool::Working), Tab::Pool(Pool::Converted), Tab::Pool(Pool::Dropped), Tab::All];

    pub fn as_str(self) -> &'static str {
        match self {
            Tab::Pool(pool) => pool.as_str(),
            Tab::All => "all",
        }
    }

    pub fn pool(self) -> Option<Pool> {
        match self {
            Tab::Pool(pool) => Some(pool),
            Tab::All => None,
        }
    }

    pub(super) fn read(text: &str) -> Option<Self> {
        Tab::ALL.into_iter().find(|tab| tab.as_str() == text)
    }

    /// Callers start on what they work on; everyone else on everything.
    pub fn start(role: Role) -> Self {
        match policy::scope(role, Action::LeadsPage) {
            Scope::Own => Tab::Pool(Pool::Working),
            Scope::None | Scope::Team | Scope::Converted | Scope::View | Scope::All => Tab::All,
        }
    }
}
