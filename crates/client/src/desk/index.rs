//! What of every lead the list compares, in memory: orders, pool, status, digits and [`Facets`], about 200
//! bytes a lead. Made from the read model at first need, then kept up lead by lead from what each commit
//! says it changed. Holds nothing that is not in the read model and is never written to it.

use super::facets::{Counted, Facets, Facts};
use crate::error::ClientError;
use crate::store::leads::{self, Facet};
use bridge::Change;
use bridge::lead::{LeadFilter, LeadSort};
use domain::calling::Candidate;
use domain::sabotage::{self, Fault};
use domain::{LeadId, Pool, Status, UserId};
use rusqlite::Connection;
use std::cell::OnceCell;
use std::cmp::Ordering;
use std::collections::HashSet;
use std::ops::Range;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Mutex, MutexGuard, PoisonError};
use uuid::Uuid;

/// Above this many changed leads, reading all of them is quicker.
const CHANGED_MAX: usize = 2_000;

/// The index of one profile.
#[derive(Default)]
pub(super) struct LeadIndex {
    table: Mutex<Option<Table>>,
    changed: Mutex<Changed>,
    /// All leads are being read: that takes a while.
    reads_all: AtomicBool,
}

/// What the table lacks of the last commits.
#[derive(Default)]
struct Changed {
    all: bool,
    leads: Vec<LeadId>,
}

impl LeadIndex {
    /// Notes what a commit changed.
    pub(super) fn note(&self, change: &Change) {
        if sabotage::is_on(Fault::StaleCounts) && !change.many_leads {
            return;
        }
        let mut changed = lock(&self.changed);
        changed.leads.extend(&change.leads);
        if change.many_leads || changed.leads.len() > CHANGED_MAX {
            *changed = Changed { all: true, leads: Vec::new() };
        }
    }

    /// Asks the table, made or brought up to date first.
    pub(super) fn ask<T>(&self, c: &Connection, f: impl FnOnce(&Table) -> T) -> Result<T, ClientError> {
        let mut table = lock(&self.table);
        let current = match table.take() {
            Some(current) => self.catch_up(c, current)?,
            None => self.read_all(c)?,
        };
        Ok(f(table.insert(current)))
    }

    /// Asks the table if that costs no reading of all leads, and no waiting for whoever reads them now.
    pub(super) fn peek<T>(&self, c: &Connection, f: impl FnOnce(&Table) -> T) -> Result<Option<T>, ClientError> {
        if self.reads_all.load(Relaxed) {
            return Ok(None);
        }
        let mut table = lock(&self.table);
        if lock(&self.changed).all {
            return Ok(None);
        }
        let Some(current) = table.take() else { return Ok(None) };
        let current = self.catch_up(c, current)?;
        Ok(Some(f(table.insert(current))))
    }

    fn catch_up(&self, c: &Connection, mut table: Table) -> Result<Table, ClientError> {
        let changed = std::mem::take(&mut *lock(&self.changed));
        if changed.all {
            return self.read_all(c);
        }
        for lead in changed.leads {
            match leads::facet_of(c, lead)? {
                Some(facet) => table.put(&facet),
                // Gone, and its row id with it.
                None => return self.read_all(c),
            }
        }
        Ok(table)
    }

    fn read_all(&self, c: &Connection) -> Result<Table, ClientError> {
        // Before reading: what is committed meanwhile is noted again.
        *lock(&self.changed) = Changed::default();
        self.reads_all.store(true, Relaxed);
        let mut table = Table::default();
        let read = leads::facets(c, |facet| table.add(&facet));
        table.sort();
        self.reads_all.store(false, Relaxed);
        read.map(|()| table)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Rows by their row id `n`, and all `n` newest first.
#[derive(Default)]
pub(super) struct Table {
    kinds: Vec<Kind>,
    updated: Vec<i64>,
    numbers: Vec<[Number; 2]>,
    ids: Vec<LeadId>,
    facets: Facets,
    order: Vec<u32>,
    /// The other orders by [`LeadSort`], each made when it is first asked for.
    orders: [OnceCell<Vec<u32>>; LeadSort::ALL.len()],
    counts: [u32; 4],
}

impl Table {
    /// Leads in each pool, in the order of [`Pool::ALL`].
    pub(super) fn counts(&self) -> [u32; 4] {
        self.counts
    }

    /// The key of the row that stands at `offset` in a pool, or in all.
    pub(super) fn key_at(&self, pool: Option<Pool>, offset: u32) -> Option<(i64, i64)> {
        let offset = offset as usize;
        let n = match pool {
            None => *self.order.get(offset)?,
            Some(pool) => *self.order.iter().filter(|n| self.kinds[**n as usize].pool() == Some(pool)).nth(offset)?,
        };
        Some((self.updated[n as usize], i64::from(n)))
    }

    /// Sources, owners and such of all leads.
    pub(super) fn count_facets(&self) -> Counted {
        self.facets.count(&self.order)
    }

    /// Every lead, for counting.
    pub(super) fn each(&self, mut f: impl FnMut(Pool, Status, Facts<'_>)) {
        for (n, facts) in self.facets.facts(&self.order) {
            if let (Some(pool), Some(status)) = (self.kinds[n as usize].pool(), self.status(n)) {
                f(pool, status, facts);
            }
        }
    }

    /// One person's leads as the calling queue sees them, in no order; closed ones too.
    pub(super) fn each_candidate(&self, owner: UserId, mut f: impl FnMut(LeadId, Candidate)) {
        self.facets.candidates(&self.order, owner, |n| self.status(n), |n, candidate| f(self.ids[n as usize], candidate));
    }

    fn status(&self, n: u32) -> Option<Status> {
        Status::ALL.get(usize::from(self.kinds[n as usize].status())).copied()
    }

    /// One window of the rows that pass, and how many pass in all. In the usual order, numbers that end with
    /// what was typed stand first.
    pub(super) fn window(&self, sieve: &Sieve, offset: u32, limit: u32) -> (Vec<u32>, u32) {
        let window = offset as usize..(offset as usize).saturating_add(limit as usize);
        if let Some(tail) = sieve.first_by.filter(|_| sieve.order() == (LeadSort::Changed, false)) {
            let ends = |n: &u32| self.numbers[*n as usize].iter().any(|number| number.ends_with(tail));
            let (mut first, rest): (Vec<u32>, Vec<u32>) = self.passing(sieve).partition(ends);
            first.extend(rest);
            let total = first.len();
            let rows = first.into_iter().skip(window.start).take(window.len()).collect();
            return (rows, u32::try_from(total).unwrap_or(u32::MAX));
        }
        let mut rows = Vec::with_capacity(window.len().min(self.order.len()));
        let mut total = 0;
        for n in self.passing(sieve) {
            if window.contains(&(total as usize)) {
                rows.push(n);
            }
            total += 1;
        }
        (rows, total)
    }

    pub(super) fn id(&self, n: u32) -> LeadId {
        self.ids[n as usize]
    }

    /// Those rows of these leads that pass, in order.
    pub(super) fn among(&self, sieve: &Sieve, leads: &HashSet<LeadId>) -> Vec<u32> {
        self.passing(sieve).filter(|n| leads.contains(&self.ids[*n as usize])).collect()
    }

    fn passing(&self, sieve: &Sieve) -> impl Iterator<Item = u32> {
        let wanted = sieve.filter.as_ref().map(|(filter, today)| self.facets.wanted(filter, today)).unwrap_or_default();
        let (sort, is_reversed) = sieve.order();
        self.ordered(sort, is_reversed).filter(move |n| self.passes(sieve, *n) && self.facets.holds(&wanted, *n, self.updated[*n as usize]))
    }

    fn ordered(&self, sort: LeadSort, is_reversed: bool) -> impl Iterator<Item = u32> {
        let order = match sort {
            LeadSort::Changed => &self.order,
            _ => self.orders[sort as usize].get_or_init(|| {
                let mut order = self.order.clone();
                order.sort_unstable_by(|a, b| self.compare_by(sort, *a, *b));
                order
            }),
        };
        let has_place = |n: &u32| match sort {
            LeadSort::Due => self.facets.is_due(*n),
            LeadSort::Interest => self.facets.has_interest(*n),
            LeadSort::Changed | LeadSort::Created | LeadSort::Name | LeadSort::Status => true,
        };
        let (placed, others) = order.split_at(if is_reversed { order.partition_point(has_place) } else { 0 });
        placed.iter().rev().chain(others).copied()
    }

    fn passes(&self, sieve: &Sieve, n: u32) -> bool {
        sieve.kinds.holds(self.kinds[n as usize]) && sieve.all_of.iter().all(|one| one.holds(n, &self.numbers[n as usize]))
    }

    fn put(&mut self, facet: &Facet) {
        let Some(n) = row(facet.n) else { return };
        if self.kinds.get(n as usize).is_some_and(|kind| kind.pool().is_some()) {
            self.take(n);
        }
        self.add(facet);
        self.order.pop();
        for sort in LeadSort::ALL {
            self.change_order(sort, |table, order| {
                let at = order.binary_search_by(|other| table.compare_by(sort, *other, n)).unwrap_or_else(|at| at);
                order.insert(at, n);
            });
        }
    }

    fn take(&mut self, n: u32) {
        for sort in LeadSort::ALL {
            self.change_order(sort, |table, order| {
                if let Ok(at) = order.binary_search_by(|other| table.compare_by(sort, *other, n)) {
                    order.remove(at);
                }
            });
        }
        if let Some(pool) = self.kinds[n as usize].pool() {
            self.counts[pool as usize] -= 1;
        }
        self.kinds[n as usize] = Kind::default();
    }

    /// Changes an order, if it was made.
    fn change_order(&mut self, sort: LeadSort, change: impl FnOnce(&Self, &mut Vec<u32>)) {
        if sort == LeadSort::Changed {
            let mut order = std::mem::take(&mut self.order);
            change(self, &mut order);
            self.order = order;
        } else if let Some(mut order) = self.orders[sort as usize].take() {
            change(self, &mut order);
            self.orders[sort as usize] = OnceCell::from(order);
        }
    }

    /// Adds a row at the end, out of order.
    fn add(&mut self, facet: &Facet) {
        let Some(n) = row(facet.n) else { return };
        let i = n as usize;
        if self.kinds.len() <= i {
            self.kinds.resize(i + 1, Kind::default());
            self.updated.resize(i + 1, 0);
            self.numbers.resize(i + 1, Default::default());
            self.ids.resize(i + 1, LeadId(Uuid::nil()));
        }
        self.ids[i] = facet.id;
        self.kinds[i] = Kind::of(facet.pool, facet.status);
        self.updated[i] = facet.updated_at;
        self.facets.put(i, facet);
        self.numbers[i] = [Number::of(&facet.phone), facet.alt_phone.as_deref().map(Number::of).unwrap_or_default()];
        self.counts[facet.pool as usize] += 1;
        self.order.push(n);
    }

    fn sort(&mut self) {
        let mut order = std::mem::take(&mut self.order);
        order.sort_unstable_by(|a, b| self.compare(*a, *b));
        self.order = order;
    }

    /// In the natural direction of an order.
    fn compare_by(&self, sort: LeadSort, a: u32, b: u32) -> Ordering {
        let by_key = match sort {
            LeadSort::Changed => Ordering::Equal,
            LeadSort::Created => self.facets.by_creation(a, b),
            LeadSort::Due => self.facets.by_due(a, b),
            LeadSort::Name => self.facets.by_name(a, b),
            LeadSort::Interest => self.facets.by_interest(a, b),
            LeadSort::Status => self.kinds[a as usize].status().cmp(&self.kinds[b as usize].status()),
        };
        by_key.then_with(|| self.compare(a, b))
    }

    /// Newest first, as the read model's own index.
    fn compare(&self, a: u32, b: u32) -> Ordering {
        let key = |n: u32| (self.updated[n as usize], n);
        key(b).cmp(&key(a))
    }
}

/// Row ids count up from 1; one beyond this never comes.
fn row(n: i64) -> Option<u32> {
    u32::try_from(n).ok()
}

/// Pool and status of a row in one byte; 0 is no row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Kind(u8);

impl Kind {
    fn of(pool: Pool, status: Status) -> Self {
        Self(0x80 | (pool as u8) << 3 | status as u8)
    }

    fn pool(self) -> Option<Pool> {
        if self.0 == 0 { None } else { Pool::ALL.get(usize::from(self.0 >> 3 & 0b11)).copied() }
    }

    /// Its number in the order of [`Status::ALL`].
    fn status(self) -> u8 {
        self.0 & 0b111
    }
}

/// A set of [`Kind`]s.
pub(super) struct Kinds([bool; 256]);

impl Kinds {
    /// No pool is any pool, no status any status.
    pub(super) fn of(pool: Option<Pool>, statuses: &[Status]) -> Self {
        let mut set = [false; 256];
        for p in Pool::ALL.into_iter().filter(|p| pool.is_none_or(|wanted| wanted == *p)) {
            for s in Status::ALL.into_iter().filter(|s| statuses.is_empty() || statuses.contains(s)) {
                set[usize::from(Kind::of(p, s).0)] = true;
            }
        }
        Self(set)
    }

    fn holds(&self, kind: Kind) -> bool {
        self.0[usize::from(kind.0)]
    }
}

/// What rows must be to pass.
pub(super) struct Sieve {
    pub kinds: Kinds,
    /// One for each word or number typed.
    pub all_of: Vec<AnyOf>,
    /// Rows whose number ends so stand first.
    pub first_by: Option<Digits>,
    /// The rest of a filter, and its order, with the day that is today.
    pub filter: Option<(LeadFilter, Range<i64>)>,
}

impl Sieve {
    fn order(&self) -> (LeadSort, bool) {
        self.filter.as_ref().map_or((LeadSort::Changed, false), |(filter, _)| (filter.sort, filter.reversed))
    }
}

/// Found by its words, or by its digits.
#[derive(Default)]
pub(super) struct AnyOf {
    pub rows: Option<Rows>,
    pub digits: Vec<(Place, Digits)>,
}

impl AnyOf {
    fn holds(&self, n: u32, numbers: &[Number; 2]) -> bool {
        self.rows.as_ref().is_some_and(|rows| rows.holds(n))
            || self.digits.iter().any(|(place, digits)| numbers.iter().any(|number| number.has(*place, *digits)))
    }
}

/// A set of row ids.
#[derive(Default)]
pub(super) struct Rows(Vec<u64>);

impl Rows {
    pub(super) fn insert(&mut self, n: i64) {
        let Some(n) = row(n) else { return };
        let (word, bit) = (n as usize / 64, n % 64);
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << bit;
    }

    fn holds(&self, n: u32) -> bool {
        self.0.get(n as usize / 64).is_some_and(|word| word >> (n % 64) & 1 == 1)
    }
}

/// Where in a number typed digits are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Anywhere,
    End,
    /// After this many digits of country code.
    Start {
        after: u8,
    },
}

/// Typed digits, one in each four bits as digit + 1, so that 0 is no digit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Digits {
    packed: u64,
    count: u32,
}

impl Digits {
    /// `None` for no digits, or more than any number has.
    pub(super) fn of(digits: &str) -> Option<Self> {
        let count = u32::try_from(digits.len()).ok()?;
        (1..=15).contains(&count).then(|| Self { packed: pack(digits), count })
    }

    fn mask(self) -> u64 {
        (1 << (4 * self.count)) - 1
    }
}

/// A phone number's digits, packed like [`Digits`]; E.164 has 15 at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Number(u64);

impl Number {
    fn of(e164: &str) -> Self {
        Self(pack(e164.get(1..).unwrap_or_default().get(..15).or(e164.get(1..)).unwrap_or_default()))
    }

    fn has(self, place: Place, digits: Digits) -> bool {
        match place {
            Place::Anywhere => {
                let mut rest = self.0;
                while rest >= digits.packed {
                    if rest & digits.mask() == digits.packed {
                        return true;
                    }
                    rest >>= 4;
                }
                false
            }
            Place::End => self.ends_with(digits),
            Place::Start { after } => {
                let skipped = self.count().saturating_sub(u32::from(after) + digits.count);
                self.count() >= u32::from(after) + digits.count && self.0 >> (4 * skipped) & digits.mask() == digits.packed
            }
        }
    }

    fn ends_with(self, digits: Digits) -> bool {
        self.0 & digits.mask() == digits.packed
    }

    fn count(self) -> u32 {
        16 - self.0.leading_zeros() / 4
    }
}

fn pack(digits: &str) -> u64 {
    digits.bytes().filter(u8::is_ascii_digit).fold(0, |packed, digit| packed << 4 | u64::from(digit - b'0' + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(number: &str, place: Place, typed: &str) -> bool {
        Number::of(number).has(place, Digits::of(typed).expect("digits"))
    }

    #[test]
    fn digits_are_found_where_they_are_looked_for() {
        let number = "+919820014786";
        for (place, typed, found) in [
            (Place::Anywhere, "0014", true),
            (Place::Anywhere, "9198", true),
            (Place::Anywhere, "919820014786", true),
            (Place::Anywhere, "0146", false),
            (Place::Anywhere, "19198", false),
            (Place::End, "4786", true),
            (Place::End, "478", false),
            (Place::Start { after: 0 }, "91", true),
            (Place::Start { after: 2 }, "982", true),
            (Place::Start { after: 2 }, "91", false),
            (Place::Start { after: 2 }, "98200147861", false),
        ] {
            assert_eq!(has(number, place, typed), found, "{place:?} {typed}");
        }
        assert!(!has("", Place::Anywhere, "0"), "no number has no digits");
        assert_eq!(Digits::of("1234567890123456"), None);
        assert_eq!(Digits::of(""), None);
    }

    #[test]
    fn rows_keep_their_order_through_changes() {
        let facet = |n, updated_at, pool, status| Facet {
            n,
            id: LeadId(Uuid::from_u128(n as u128)),
            name: format!("Lead {}", 9 - n),
            updated_at,
            pool,
            status,
            phone: "+919820014786".into(),
            alt_phone: None,
            owner: None,
            source: String::new(),
            language: String::new(),
            interest: None,
            next_follow_up_at: None,
            created_at: 0,
            tags: Vec::new(),
            assigned_at: None,
            converted_at: None,
            dropped_at: None,
            called: Vec::new(),
            last_call_at: None,
            unreached: 0,
            do_not_call: false,
        };
        let mut table = Table::default();
        for (n, at) in [(1, 50), (2, 70), (3, 60), (5, 70)] {
            table.add(&facet(n, at, Pool::Working, Status::New));
        }
        table.sort();
        assert_eq!(table.order, [5, 2, 3, 1]);
        let by_name = |table: &Table, is_reversed| table.ordered(LeadSort::Name, is_reversed).collect::<Vec<_>>();
        assert_eq!(by_name(&table, false), [5, 3, 2, 1], "made now, and kept from now on");
        table.put(&facet(1, 80, Pool::Dropped, Status::Lost));
        table.put(&facet(7, 65, Pool::Fresh, Status::New));
        assert_eq!(table.order, [1, 5, 2, 7, 3]);
        assert_eq!(by_name(&table, false), [7, 5, 3, 2, 1]);
        assert_eq!(by_name(&table, true), [1, 2, 3, 5, 7]);
        assert_eq!(table.id(7), LeadId(Uuid::from_u128(7)));
        assert_eq!(table.counts, [1, 3, 0, 1]);
        assert_eq!(table.key_at(Some(Pool::Working), 2), Some((60, 3)));
        assert_eq!(table.key_at(None, 3), Some((65, 7)));
        assert_eq!(table.key_at(None, 5), None);
        let sieve =
            |pool, statuses: &[Status]| Sieve { kinds: Kinds::of(pool, statuses), all_of: Vec::new(), first_by: None, filter: None };
        assert_eq!(table.window(&sieve(None, &[Status::New]), 1, 2), (vec![2, 7], 4));
        assert_eq!(table.window(&sieve(Some(Pool::Dropped), &[]), 0, 50), (vec![1], 1));
        assert_eq!(table.window(&sieve(Some(Pool::Dropped), &[Status::New]), 0, 50), (vec![], 0));
    }
}
