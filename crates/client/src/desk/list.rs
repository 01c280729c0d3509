//! The list of leads: a window of it, by pool, status and search; and the counts beside the tabs.

use super::index::{AnyOf, Kinds, LeadIndex, Rows, Sieve, Table};
use super::search::{self, Part};
use super::when::Today;
use super::words::Reader;
use super::{Desk, due};
use crate::error::ClientError;
use crate::store::leads::{self, Line, Window};
use crate::store::{attention, meta, notices, requests};
use crate::sync::BackfillState;
use bridge::Problem;
use bridge::bulk::{LeadIds, LeadStill};
use bridge::lead::{LeadCounts, LeadCountsGet, LeadFacets, LeadFacetsGet, LeadFilter, LeadList, LeadPage, LeadRow, Mark, PAGE_MAX};
use domain::{LeadId, Pool};
use rusqlite::Connection;
use std::collections::HashSet;
use std::ops::Range;

pub(super) fn list(desk: &Desk, ask: LeadList) -> Result<LeadPage, Problem> {
    let limit = ask.limit.min(PAGE_MAX);
    let now_ms = desk.engine.env().now_ms();
    Ok(desk.read(|c| {
        let reader = desk.reader(c)?;
        let parts = parts(&reader, &ask.filter);
        let today = reader.today(now_ms);
        let row = |line: Line<'_>| row(c, &reader, &today, line);
        if ask.filter.is_plain() && parts.is_empty() {
            let (window, total) = plain(desk, c, ask.filter.pool, ask.offset)?;
            let rows = window.map(|window| leads::lines(c, ask.filter.pool, window, limit, row)).transpose()?.unwrap_or_default();
            return Ok(LeadPage { rows, offset: ask.offset, total });
        }
        let sieve = sieve(c, &ask.filter, today.span(), parts)?;
        let (found, total) = desk.ask_index(c, |table| table.window(&sieve, ask.offset, limit))?;
        let rows = leads::lines(c, None, Window::Rows(&found), limit, row)?;
        Ok(LeadPage { rows, offset: ask.offset, total })
    })?)
}

pub(super) fn ids(desk: &Desk, ask: LeadIds) -> Result<Vec<LeadId>, Problem> {
    let now_ms = desk.engine.env().now_ms();
    Ok(desk.read(|c| {
        let sieve = desk.sieve(c, &ask.filter, now_ms)?;
        desk.ask_index(c, |table| table.window(&sieve, ask.offset, ask.limit).0.into_iter().map(|n| table.id(n)).collect())
    })?)
}

pub(super) fn still(desk: &Desk, ask: LeadStill) -> Result<Vec<LeadId>, Problem> {
    let now_ms = desk.engine.env().now_ms();
    let leads: HashSet<LeadId> = ask.leads.into_iter().collect();
    Ok(desk.read(|c| {
        let sieve = desk.sieve(c, &ask.filter, now_ms)?;
        desk.ask_index(c, |table| table.among(&sieve, &leads).into_iter().map(|n| table.id(n)).collect())
    })?)
}

pub(super) fn counts(desk: &Desk, _: LeadCountsGet) -> Result<LeadCounts, Problem> {
    let now_ms = desk.engine.env().now_ms();
    Ok(desk.read(|c| {
        let reader = desk.reader(c)?;
        let (missed, today) = due::own(c, &reader, now_ms)?;
        let [fresh, working, converted, dropped] = by_pool(desk, c)?;
        let all = fresh + working + converted + dropped;
        let attention = attention::count(c)? + requests::count_refused(c)?;
        let (unread, _) = notices::count(c)?;
        Ok(LeadCounts { fresh, working, converted, dropped, all, attention, missed, today, unread })
    })?)
}

pub(super) fn facets(desk: &Desk, _: LeadFacetsGet) -> Result<LeadFacets, Problem> {
    Ok(desk.read(|c| {
        let reader = desk.reader(c)?;
        let found = desk.ask_index(c, Table::count_facets)?;
        let by_name = |mut values: Vec<(String, u32)>| {
            values.sort();
            values
        };
        let mut owners = Vec::with_capacity(found.owners.len());
        for (owner, count) in found.owners {
            owners.push((owner, owner.map(|owner| reader.name(c, owner)).transpose()?.unwrap_or_default(), count));
        }
        owners.sort_by(|a, b| a.1.cmp(&b.1));
        Ok(LeadFacets { sources: by_name(found.sources), languages: by_name(found.languages), tags: by_name(found.tags), owners })
    })?)
}

fn by_pool(desk: &Desk, c: &Connection) -> Result<[u32; 4], ClientError> {
    match desk.peek_index(c, |table| table.counts())? {
        Some(counts) => Ok(counts),
        None => leads::count_by_pool(c),
    }
}

/// A pool, or all: one statement that starts at the window's first key; `None` beyond the end.
fn plain(desk: &Desk, c: &Connection, pool: Option<Pool>, offset: u32) -> Result<(Option<Window<'static>>, u32), ClientError> {
    // The top of the list needs no key, and shows what was committed a moment ago.
    let ask = |table: &Table| (table.counts(), if offset == 0 { None } else { Some(table.key_at(pool, offset)) });
    let (counts, key) = match desk.peek_index(c, ask)? {
        Some(asked) => asked,
        None if desk.reads_all_at_once(c)? => desk.ask_index(c, ask)?,
        None => (leads::count_by_pool(c)?, None),
    };
    let total = pool.map_or_else(|| counts.iter().sum(), |pool| counts[pool as usize]);
    let window = match key {
        None => Some(Window::After(offset)),
        Some(key) => key.map(Window::From),
    };
    Ok((window, total))
}

/// What was typed, as far as this person may look by it.
fn parts(reader: &Reader, filter: &LeadFilter) -> Vec<Part> {
    let mut parts = search::parts(&filter.search, &reader.facts.org.phone_prefix);
    if reader.sees_no_phones() {
        parts.iter_mut().for_each(Part::forget_digits);
    }
    parts
}

/// Anything narrower: the index says which rows, the read model what is in them.
fn sieve(c: &Connection, filter: &LeadFilter, day: Range<i64>, parts: Vec<Part>) -> Result<Sieve, ClientError> {
    let mut sieve =
        Sieve { kinds: Kinds::of(filter.pool, &filter.statuses), all_of: Vec::new(), first_by: None, filter: Some((filter.clone(), day)) };
    let (words, others): (Vec<Part>, Vec<Part>) = parts.into_iter().partition(|part| part.word.is_some() && part.digits.is_empty());
    let words: Vec<String> = words.into_iter().filter_map(|part| part.word).collect();
    if !words.is_empty() {
        sieve.all_of.push(AnyOf { rows: Some(rows_with_words(c, &words)?), digits: Vec::new() });
    }
    for part in others {
        let rows = part.word.map(|word| rows_with_words(c, &[word])).transpose()?;
        sieve.first_by = sieve.first_by.or(part.tail);
        sieve.all_of.push(AnyOf { rows, digits: part.digits });
    }
    Ok(sieve)
}

/// Rows in which each of these begins a word; read through while the search tables can't tell.
fn rows_with_words(c: &Connection, words: &[String]) -> Result<Rows, ClientError> {
    let mut rows = Rows::default();
    if !first_sync_runs(c)? {
        match leads::matching_words(c, &search::expression(words), |n| rows.insert(n)) {
            // What the tables would cut in two they can't look for.
            Err(ClientError::Internal(e)) => tracing::debug!("search without its tables: {e}"),
            done => return done.map(|()| rows),
        }
    }
    let folded: Vec<String> = words.iter().map(|word| search::fold(word)).collect();
    leads::names(c, |n, name, email| {
        if search::begin_words(&folded, name, email) {
            rows.insert(n);
        }
    })?;
    Ok(rows)
}

/// During a first sync the search tables are empty and each batch changes many rows.
pub(super) fn first_sync_runs(c: &Connection) -> Result<bool, ClientError> {
    Ok(meta::get::<BackfillState>(c, meta::BACKFILL)?.is_some_and(|b| b.running && b.first))
}

impl Desk {
    /// What a filter lets through now.
    pub(super) fn sieve(&self, c: &Connection, filter: &LeadFilter, now_ms: i64) -> Result<Sieve, ClientError> {
        let reader = self.reader(c)?;
        sieve(c, filter, reader.today(now_ms).span(), parts(&reader, filter))
    }

    pub(super) fn ask_index<T>(&self, c: &Connection, f: impl FnOnce(&Table) -> T) -> Result<T, ClientError> {
        if self.read_only {
            // Another process writes, and says nothing here.
            return LeadIndex::default().ask(c, f);
        }
        self.known.index.ask(c, f)
    }

    pub(super) fn peek_index<T>(&self, c: &Connection, f: impl FnOnce(&Table) -> T) -> Result<Option<T>, ClientError> {
        if self.read_only { Ok(None) } else { self.known.index.peek(c, f) }
    }

    /// Whether reading all leads into the index now is the quickest way: not for the one answer of a
    /// reader, not for each batch of a first sync, and not while a window waits that can have it read
    /// in the background.
    fn reads_all_at_once(&self, c: &Connection) -> Result<bool, ClientError> {
        if self.read_only || first_sync_runs(c)? {
            return Ok(false);
        }
        let window_waits = super::lock(&self.known.listener).is_some();
        if window_waits {
            self.warm();
        }
        Ok(!window_waits)
    }
}

pub(super) fn row(c: &Connection, reader: &Reader, today: &Today<'_>, line: Line<'_>) -> Result<LeadRow, ClientError> {
    let marks = [
        (Mark::NeedsAttention, reader.waiting.contains(&line.id)),
        (Mark::Conflict, line.conflict),
        (Mark::Proposal, reader.proposed.contains(&line.id)),
        (Mark::Waiting, reader.asked.contains(&line.id)),
        (Mark::NotSent, line.unsent),
    ];
    let mark = marks.into_iter().find_map(|(mark, is_so)| is_so.then_some(mark));
    Ok(LeadRow {
        id: line.id,
        name: line.name.to_owned(),
        phone: reader.listed_phone(line.phone, line.owner),
        status: line.status,
        interest: line.interest,
        owner: line.owner.map(|owner| reader.name(c, owner)).transpose()?,
        source: line.source.map(str::to_owned),
        next_follow_up: line.next_follow_up_at.map(|at| today.when(at)),
        language: line.language.map(str::to_owned),
        tags: line.tags(),
        created_at: line.created_at,
        updated_at: line.updated_at,
        mark,
    })
}
