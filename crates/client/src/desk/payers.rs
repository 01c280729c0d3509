//! The Payments page: customers by what is paid and due, and all payments. A count, its list and its sums are made in
//! one pass, so they agree.

use super::payment::{Held, promise_view, this_day};
use super::when::Today;
use super::words::Reader;
use super::{Desk, payment};
use crate::error::ClientError;
use crate::ledger;
use crate::store::assignments;
use crate::store::ledgers::{self, Payer, Standing};
use bridge::Problem;
use bridge::lead::LeadFilter;
use bridge::payment::{
    LedgerFlag, PAY_MAX, PayCounts, PayFilter, PayPage, PayRecord, PayRecords, PayRow, PayTab, PaymentList, PaymentRecords,
};
use domain::ledger::{Day, PaymentStatus, total};
use domain::policy::{has, scope};
use domain::{Action, Currency, LeadId, Money, Refusal, RefusalCode, Scope};
use rusqlite::Connection;
use std::cmp::Reverse;
use std::collections::HashSet;

/// The last day of what is due this week, from today.
const WEEK: i32 = 6;

/// What the page judges customers by.
struct Judge {
    today: Day,
    week_ends: Day,
    twice: HashSet<LeadId>,
}

/// A customer, judged.
struct Customer {
    payer: Payer,
    status: PaymentStatus,
    flags: Vec<LedgerFlag>,
    /// The next instalment or promise, whichever is earlier.
    due: Option<Day>,
    /// When to call: not before the day that was promised.
    call: Day,
}

pub(super) fn list(desk: &Desk, ask: PaymentList) -> Result<PayPage, Problem> {
    let now_ms = desk.engine.env().now_ms();
    Ok(desk.read(|c| {
        let reader = desk.reader(c)?;
        check_page(&reader)?;
        let (today, currency) = (reader.today(now_ms), ledger::currency(&reader.facts)?);
        let judge = Judge {
            today: this_day(&today)?,
            week_ends: today.day_after(WEEK).parse().map_err(ClientError::Internal)?,
            twice: ledgers::twice(c)?,
        };
        let mut customers = customers(desk, c, &reader, &judge, &ask.filter, now_ms)?;
        let counts = counts(&customers, &judge);
        let PayFilter { tab, status, flagged, .. } = ask.filter;
        customers.retain(|one| {
            is_in(tab, one, &judge) && status.is_none_or(|status| one.status == status) && (!flagged || !one.flags.is_empty())
        });
        customers.sort_by_cached_key(|one| (place(tab, one), one.payer.name.to_lowercase(), one.payer.lead));
        let sum = |of: fn(&Standing) -> Option<i64>| {
            let known = customers.iter().filter_map(|one| one.payer.standing.as_ref().and_then(of));
            add(known, currency)
        };
        let (paid, balance) = (sum(|s| Some(s.paid))?.written(), sum(|s| s.balance)?.written());
        let mut received = Vec::new();
        ledgers::amounts(c, &today.day(), &today.day(), |amount| received.push(amount))?;
        let window = customers.iter().skip(ask.offset as usize).take(ask.limit.min(PAY_MAX) as usize);
        Ok(PayPage {
            rows: window.map(|one| row(&reader, &today, currency, one)).collect(),
            offset: ask.offset,
            total: number(customers.len()),
            counts,
            paid,
            balance,
            today_count: number(received.len()),
            today: add(received, currency)?.written(),
        })
    })?)
}

pub(super) fn records(desk: &Desk, ask: PaymentRecords) -> Result<PayRecords, Problem> {
    let now_ms = desk.engine.env().now_ms();
    Ok(desk.read(|c| {
        let reader = desk.reader(c)?;
        check_page(&reader)?;
        let (today, currency) = (reader.today(now_ms), ledger::currency(&reader.facts)?);
        let (found, total) = ledgers::records(c, ask.offset, ask.limit.min(PAY_MAX))?;
        let mut amounts = Vec::new();
        ledgers::amounts(c, "", "~", |amount| amounts.push(amount))?;
        let record = |one: ledgers::Record| {
            Ok(PayRecord {
                entry: one.entry,
                lead: one.lead,
                name: one.name,
                day: today.on(&one.day),
                amount: Money::new(one.amount, currency).written(),
                mode: ledgers::mode(&one.mode),
                reference: one.reference,
                note: one.note,
                by: reader.name(c, one.author)?,
                is_twice: one.is_twice,
            })
        };
        let rows = found.into_iter().map(record).collect::<Result<_, ClientError>>()?;
        Ok(PayRecords { rows, offset: ask.offset, total, sum: add(amounts, currency)?.written() })
    })?)
}

fn check_page(reader: &Reader) -> Result<(), ClientError> {
    let role = reader.facts.me.role;
    if has(role, Action::PaymentsPage) && has(role, Action::ViewPayments) {
        return Ok(());
    }
    Err(Refusal::new(RefusalCode::NotPermitted, "Payments are not in your role. Ask your manager.").into())
}

fn add(amounts: impl IntoIterator<Item = i64>, currency: Currency) -> Result<Money, ClientError> {
    total(amounts.into_iter().map(|minor| Money::new(minor, currency)), currency).map_err(payment::too_much)
}

fn number(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// Everybody that the search and the scope leave.
fn customers(
    desk: &Desk,
    c: &Connection,
    reader: &Reader,
    judge: &Judge,
    filter: &PayFilter,
    now_ms: i64,
) -> Result<Vec<Customer>, ClientError> {
    let found: Option<HashSet<u32>> = if filter.search.trim().is_empty() {
        None
    } else {
        let search = LeadFilter { search: filter.search.clone(), ..LeadFilter::default() };
        let sieve = desk.sieve(c, &search, now_ms)?;
        Some(desk.ask_index(c, |table| table.window(&sieve, 0, u32::MAX).0.into_iter().collect())?)
    };
    let is_mine_only = filter.mine && scope(reader.facts.me.role, Action::ViewPayments) == Scope::Own;
    let handed = if is_mine_only { assignments::collected_by(c, reader.facts.me.user)? } else { HashSet::new() };
    let mut customers = Vec::new();
    ledgers::payers(c, |payer| {
        let is_found = found.as_ref().is_none_or(|found| found.contains(&payer.n));
        if is_found && (!is_mine_only || payer.standing.is_some() || handed.contains(&payer.lead)) {
            customers.push(judge.customer(payer));
        }
    })?;
    Ok(customers)
}

impl Judge {
    fn customer(&self, payer: Payer) -> Customer {
        let standing = payer.standing.as_ref();
        let status = payer.status(self.today);
        let held = Held {
            is_converted: payer.converted,
            is_contested: standing.is_some_and(|s| s.contested),
            is_outdone: standing.is_some_and(|s| s.outdone),
            is_over_paid: standing.is_some_and(|s| s.over_paid > 0),
            is_twice: self.twice.contains(&payer.lead),
        };
        let next = standing.and_then(|s| s.missing.first()).map(|(day, _)| *day);
        let promised = standing.and_then(|s| s.promised).map(|(day, _)| day);
        let due = [next, promised].into_iter().flatten().min();
        let call = promised.filter(|day| *day >= self.today).or(due).unwrap_or(self.today);
        Customer { status, flags: held.flags(), due, call, payer }
    }
}

fn is_in(tab: PayTab, one: &Customer, judge: &Judge) -> bool {
    let is_open = one.status != PaymentStatus::Completed;
    match tab {
        PayTab::Due => is_open,
        PayTab::Week => is_open && one.due.is_some_and(|day| day <= judge.week_ends),
        PayTab::Promised => is_open && promised(one).is_some(),
        PayTab::Completed => !is_open,
        PayTab::All => true,
    }
}

fn promised(one: &Customer) -> Option<Day> {
    one.payer.standing.as_ref()?.promised.map(|(day, _)| day)
}

/// Where a customer stands in a tab: who is to be called first, the larger sum first; of those who paid, who paid last.
fn place(tab: PayTab, one: &Customer) -> (bool, Option<Day>, bool, Reverse<Option<Day>>, Reverse<i64>) {
    let is_completed = one.status == PaymentStatus::Completed;
    let last = one.payer.standing.as_ref().and_then(|s| s.last_payment).filter(|_| is_completed);
    let open = one.payer.standing.as_ref().and_then(|s| s.balance).unwrap_or(0);
    let by = match tab {
        PayTab::Promised => promised(one),
        PayTab::Due | PayTab::Week | PayTab::Completed | PayTab::All => (!is_completed).then_some(one.call),
    };
    (is_completed, by, one.due.is_none(), Reverse(last), Reverse(open))
}

fn counts(customers: &[Customer], judge: &Judge) -> PayCounts {
    let of = |tab| number(customers.iter().filter(|one| is_in(tab, one, judge)).count());
    PayCounts {
        due: of(PayTab::Due),
        week: of(PayTab::Week),
        promised: of(PayTab::Promised),
        completed: of(PayTab::Completed),
        all: of(PayTab::All),
        by_status: PaymentStatus::ALL.map(|status| number(customers.iter().filter(|one| one.status == status).count())),
        flagged: number(customers.iter().filter(|one| !one.flags.is_empty()).count()),
    }
}

fn row(reader: &Reader, today: &Today<'_>, currency: Currency, one: &Customer) -> PayRow {
    let Customer { payer, status, flags, .. } = one;
    let written = |minor: i64| Money::new(minor, currency).written();
    let standing = payer.standing.as_ref();
    PayRow {
        lead: payer.lead,
        name: payer.name.clone(),
        phone: reader.listed_phone(&payer.phone, payer.owner),
        package: standing.and_then(|s| s.package).map(written),
        paid: standing.map(|s| written(s.paid)),
        balance: standing.and_then(|s| s.balance).map(written),
        next: standing.and_then(|s| s.missing.first()).map(|(day, minor)| (today.on(&day.to_string()), written(*minor))),
        promise: standing
            .and_then(|s| s.promised)
            .map(|(day, minor)| promise_view(today, day, minor.map(|minor| Money::new(minor, currency)))),
        last_payment: standing.and_then(|s| s.last_payment).map(|day| today.on(&day.to_string())),
        status: *status,
        flags: flags.clone(),
        unsent: payer.unsent,
    }
}
