//! The read model of ledgers: one row for what each comes to, and one for each payment and refund that counts. Days
//! are `YYYY-MM-DD` where the organisation is, amounts minor units of its currency.

use super::{documents, meta};
use crate::error::ClientError;
use domain::ledger::{Badge, Day, Instalment, Mode, Payment, PaymentStatus, Promised};
use domain::money::MoneyError;
use domain::sabotage::{self, Fault};
use domain::{Currency, DocKind, LeadId, Ledger, Money, Refusal, RefusalCode, UserId};
use protocol::rows::OrgRow;
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::HashSet;
use uuid::Uuid;

/// What a ledger comes to, on any day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Pending, partial or completed.
    pub status: PaymentStatus,
    pub package: Option<i64>,
    pub due: Option<i64>,
    pub paid: i64,
    pub balance: Option<i64>,
    pub over_paid: i64,
    pub refunded: i64,
    pub discounts: i64,
    pub last_payment: Option<Day>,
    /// By day, what is missing of each instalment.
    pub missing: Vec<(Day, i64)>,
    pub promised: Option<(Day, Option<i64>)>,
    pub contested: bool,
    pub outdone: bool,
}

impl Standing {
    /// As it is today: what was due before and is not paid is overdue.
    #[must_use]
    pub fn status(&self, today: Day) -> PaymentStatus {
        Badge { status: self.status, next_due: self.missing.first().map(|(day, _)| *day) }.on(today)
    }
}

/// A payment or, with an amount below zero, a refund; it counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub entry: Uuid,
    pub lead: LeadId,
    /// The lead's name; empty of one that is not in sight.
    pub name: String,
    pub day: String,
    pub amount: i64,
    pub mode: String,
    pub reference: Option<String>,
    pub note: String,
    pub author: UserId,
    /// Its reference number stands on another payment, too.
    pub is_twice: bool,
}

/// A converted lead, or one that something was paid for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payer {
    pub n: u32,
    pub lead: LeadId,
    pub name: String,
    pub phone: String,
    pub owner: Option<UserId>,
    pub converted: bool,
    pub unsent: bool,
    /// None where no ledger is in sight.
    pub standing: Option<Standing>,
    /// What the server says to those who may not hold the ledger.
    pub badge: Option<Badge>,
}

impl Payer {
    /// Nothing was paid where nobody knows better.
    #[must_use]
    pub fn status(&self, today: Day) -> PaymentStatus {
        match (&self.standing, self.badge) {
            (Some(standing), _) => standing.status(today),
            (None, Some(badge)) => badge.on(today),
            (None, None) => PaymentStatus::Pending,
        }
    }
}

/// The currency that this device counts in.
pub fn currency(c: &Connection) -> Result<Currency, ClientError> {
    let code = meta::get::<OrgRow>(c, meta::ORG)?.map(|org| org.currency);
    Ok(code.and_then(|code| code.parse().ok()).unwrap_or(Currency::INR))
}

/// Writes the rows of a ledger, as it says now.
pub fn put(c: &Connection, lead: LeadId, ledger: &Ledger) -> Result<(), ClientError> {
    remove(c, lead)?;
    if ledger.is_empty() || sabotage::is_on(Fault::StaleMoney) {
        return Ok(());
    }
    let currency = currency(c)?;
    write_summary(c, lead, ledger, currency)?;
    let standing = ledger.standing();
    let paid = standing.payments.iter().map(|(id, payment)| (*id, payment, 1));
    let refunded = standing.refunds.iter().map(|(id, payment)| (*id, payment, -1));
    for (id, payment, sign) in paid.chain(refunded).filter(|(_, payment, _)| payment.amount.currency == currency) {
        let author = ledger.entries.get(&id).map_or(Uuid::nil(), |entry| entry.by.0);
        write_payment(c, lead, id, payment, payment.amount.minor * sign, author)?;
    }
    Ok(())
}

fn write_summary(c: &Connection, lead: LeadId, ledger: &Ledger, currency: Currency) -> Result<(), ClientError> {
    let summary = ledger.summary(currency, Day::FIRST).map_err(too_much)?;
    let promised: Option<Promised> = ledger.promised().map_err(too_much)?;
    let missing: Vec<(Day, i64)> = summary.missing.iter().map(|Instalment { due, amount }| (*due, amount.minor)).collect();
    let minor = |amount: Option<Money>| amount.filter(|a| a.currency == currency).map(|a| a.minor);
    c.prepare_cached(
        "INSERT INTO ledgers (lead, status, package, due, paid, balance, over_paid, refunded, discounts, last_payment, missing, next_due, \
         promise_day, promise_amount, contested, outdone) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
    )?
    .execute(params![
        lead.0.as_bytes(),
        summary.status.as_str(),
        minor(ledger.package),
        summary.due.map(|m| m.minor),
        summary.paid.minor,
        summary.balance.map(|m| m.minor),
        summary.over_paid.minor,
        summary.refunded.minor,
        summary.discounts.minor,
        summary.last_payment.map(|day| day.to_string()),
        if missing.is_empty() { String::new() } else { serde_json::to_string(&missing).unwrap_or_default() },
        missing.first().map(|(day, _)| day.to_string()),
        promised.map(|p| p.day.to_string()),
        promised.and_then(|p| minor(p.amount)),
        ledger.contested,
        !ledger.standing().outdone.is_empty(),
    ])?;
    Ok(())
}

fn write_payment(c: &Connection, lead: LeadId, id: Uuid, payment: &Payment, amount: i64, author: Uuid) -> Result<(), ClientError> {
    let Payment { mode, day, reference, note, .. } = payment;
    c.prepare_cached(
        "INSERT OR REPLACE INTO payments (entry, lead, day, amount, mode, reference, reference_key, note, author) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
        id.as_bytes(),
        lead.0.as_bytes(),
        day.to_string(),
        amount,
        mode.as_str(),
        reference,
        reference.as_deref().map(domain::ledger::reference_key),
        note,
        author.as_bytes()
    ])?;
    Ok(())
}

fn too_much(e: MoneyError) -> ClientError {
    Refusal::new(RefusalCode::InvalidValue, e.to_string()).into()
}

/// Of a ledger that is not in sight any more.
pub fn remove(c: &Connection, lead: LeadId) -> Result<(), ClientError> {
    c.prepare_cached("DELETE FROM ledgers WHERE lead = ?1")?.execute([lead.0.as_bytes()])?;
    c.prepare_cached("DELETE FROM payments WHERE lead = ?1")?.execute([lead.0.as_bytes()])?;
    Ok(())
}

/// Keeps what the server says of a ledger that is not here; `None` forgets it.
pub fn put_badge(c: &Connection, lead: LeadId, badge: Option<Badge>) -> Result<(), ClientError> {
    let Some(Badge { status, next_due }) = badge else {
        c.prepare_cached("DELETE FROM payment_badges WHERE lead = ?1")?.execute([lead.0.as_bytes()])?;
        return Ok(());
    };
    let sql = "INSERT INTO payment_badges (lead, status, next_due) VALUES (?1, ?2, ?3) \
               ON CONFLICT (lead) DO UPDATE SET status = ?2, next_due = ?3";
    let day = next_due.map(|day| day.to_string());
    c.prepare_cached(sql)?.execute(params![lead.0.as_bytes(), status.as_str(), day])?;
    Ok(())
}

/// Where the payments of a lead stand today, by its ledger or as the server says; `None` where nothing is known.
pub fn status(c: &Connection, lead: LeadId, today: Day) -> Result<Option<PaymentStatus>, ClientError> {
    if let Some(standing) = get(c, lead)? {
        return Ok(Some(standing.status(today)));
    }
    let mut found = c.prepare_cached("SELECT status, next_due FROM payment_badges WHERE lead = ?1")?;
    Ok(found.query_row([lead.0.as_bytes()], |r| badge(r, 0)).optional()?.flatten().map(|badge| badge.on(today)))
}

/// Makes all rows anew from the documents: in a file of an older format, and when the currency is another one.
pub fn build(c: &Connection) -> Result<(), ClientError> {
    c.execute_batch("DELETE FROM ledgers; DELETE FROM payments")?;
    for doc in documents::all(c)?.into_iter().filter(|doc| doc.kind == DocKind::Ledger) {
        let Some(stored) = documents::load_readable(c, doc)? else { continue };
        put(c, LeadId(doc.id), &records::ledger::read(&stored.doc)?)?;
    }
    Ok(())
}

const STANDING: &str = "g.status, g.package, g.due, g.paid, g.balance, g.over_paid, g.refunded, g.discounts, g.last_payment, g.missing, \
                        g.promise_day, g.promise_amount, g.contested, g.outdone";

/// What the ledger of a lead comes to; `None` where none is in sight.
pub fn get(c: &Connection, lead: LeadId) -> Result<Option<Standing>, ClientError> {
    let mut found = c.prepare_cached(&format!("SELECT {STANDING} FROM ledgers g WHERE lead = ?1"))?;
    Ok(found.query_row([lead.0.as_bytes()], |r| standing(r, 0)).optional()?.flatten())
}

/// Every lead that is converted, or has a ledger in sight; in no order.
pub fn payers(c: &Connection, mut take: impl FnMut(Payer)) -> Result<(), ClientError> {
    let columns = "l.n, l.id, l.name, l.phone, l.owner, l.status, \
                   l.pending > 0 OR EXISTS (SELECT 1 FROM outbox o WHERE o.doc = l.id AND o.kind = 'ledger')";
    let mut statement = c.prepare_cached(&format!(
        "SELECT {columns}, b.status, b.next_due, {STANDING} FROM leads l LEFT JOIN ledgers g ON g.lead = l.id \
         LEFT JOIN payment_badges b ON b.lead = l.id WHERE l.status = 'converted' AND l.deleted = 0 \
         UNION ALL SELECT {columns}, NULL, NULL, {STANDING} FROM ledgers g JOIN leads l ON l.id = g.lead \
         WHERE l.status <> 'converted' AND l.deleted = 0"
    ))?;
    let mut rows = statement.query([])?;
    while let Some(r) = rows.next()? {
        take(Payer {
            n: r.get(0)?,
            lead: LeadId(Uuid::from_bytes(r.get(1)?)),
            name: r.get(2)?,
            phone: r.get(3)?,
            owner: r.get::<_, Option<[u8; 16]>>(4)?.map(|owner| UserId(Uuid::from_bytes(owner))),
            converted: r.get::<_, String>(5)? == "converted",
            unsent: r.get(6)?,
            badge: badge(r, 7)?,
            standing: standing(r, 9)?,
        });
    }
    Ok(())
}

fn badge(r: &rusqlite::Row<'_>, at: usize) -> rusqlite::Result<Option<Badge>> {
    let Some(status) = r.get::<_, Option<String>>(at)? else { return Ok(None) };
    let next_due = r.get::<_, Option<String>>(at + 1)?.and_then(|day| day.parse().ok());
    Ok(Some(Badge { status: named(&status), next_due }))
}

fn named(status: &str) -> PaymentStatus {
    PaymentStatus::ALL.into_iter().find(|one| one.as_str() == status).unwrap_or(PaymentStatus::Pending)
}

fn standing(r: &rusqlite::Row<'_>, at: usize) -> rusqlite::Result<Option<Standing>> {
    let Some(status) = r.get::<_, Option<String>>(at)? else { return Ok(None) };
    let day = |i: usize| Ok::<_, rusqlite::Error>(r.get::<_, Option<String>>(at + i)?.and_then(|day| day.parse().ok()));
    let missing: String = r.get(at + 9)?;
    let amount: Option<i64> = r.get(at + 11)?;
    Ok(Some(Standing {
        status: named(&status),
        package: r.get(at + 1)?,
        due: r.get(at + 2)?,
        paid: r.get(at + 3)?,
        balance: r.get(at + 4)?,
        over_paid: r.get(at + 5)?,
        refunded: r.get(at + 6)?,
        discounts: r.get(at + 7)?,
        last_payment: day(8)?,
        missing: if missing.is_empty() { Vec::new() } else { serde_json::from_str(&missing).unwrap_or_default() },
        promised: day(10)?.map(|day: Day| (day, amount)),
        contested: r.get(at + 12)?,
        outdone: r.get(at + 13)?,
    }))
}

/// Leads with a payment whose reference number stands on another one, of this lead or not.
pub fn twice(c: &Connection) -> Result<HashSet<LeadId>, ClientError> {
    let mut rows = c.prepare_cached(&format!("SELECT DISTINCT lead FROM payments p WHERE {IS_TWICE}"))?;
    Ok(rows.query_map([], |r| Ok(LeadId(Uuid::from_bytes(r.get(0)?))))?.collect::<Result<_, _>>()?)
}

const IS_TWICE: &str =
    "p.reference_key IS NOT NULL AND EXISTS (SELECT 1 FROM payments q WHERE q.reference_key = p.reference_key AND q.entry <> p.entry)";

/// Payments of this ledger whose reference number stands on another one.
pub fn twice_in(c: &Connection, lead: LeadId) -> Result<HashSet<Uuid>, ClientError> {
    let mut rows = c.prepare_cached(&format!("SELECT entry FROM payments p WHERE lead = ?1 AND {IS_TWICE}"))?;
    Ok(rows.query_map([lead.0.as_bytes()], |r| Ok(Uuid::from_bytes(r.get(0)?)))?.collect::<Result<_, _>>()?)
}

/// What counts, the latest day first; and how many there are.
pub fn records(c: &Connection, offset: u32, limit: u32) -> Result<(Vec<Record>, u32), ClientError> {
    let mut rows = c.prepare_cached(&format!(
        "SELECT p.entry, p.lead, coalesce(l.name, ''), p.day, p.amount, p.mode, p.reference, p.note, p.author, {IS_TWICE} \
         FROM payments p LEFT JOIN leads l ON l.id = p.lead ORDER BY p.day DESC, p.entry DESC LIMIT ?1 OFFSET ?2"
    ))?;
    let record = |r: &rusqlite::Row<'_>| {
        Ok(Record {
            entry: Uuid::from_bytes(r.get(0)?),
            lead: LeadId(Uuid::from_bytes(r.get(1)?)),
            name: r.get(2)?,
            day: r.get(3)?,
            amount: r.get(4)?,
            mode: r.get(5)?,
            reference: r.get(6)?,
            note: r.get(7)?,
            author: UserId(Uuid::from_bytes(r.get(8)?)),
            is_twice: r.get(9)?,
        })
    };
    let found = rows.query_map(params![limit, offset], record)?.collect::<Result<_, _>>()?;
    Ok((found, c.query_row("SELECT count(*) FROM payments", [], |r| r.get(0))?))
}

/// What counts, one sum each of `[from, until]`, both included, and how many; amounts are added by the caller,
/// who checks the sum.
pub fn amounts(c: &Connection, from: &str, until: &str, mut take: impl FnMut(i64)) -> Result<(), ClientError> {
    let mut statement = c.prepare_cached("SELECT amount FROM payments WHERE day >= ?1 AND day <= ?2")?;
    let mut rows = statement.query([from, until])?;
    while let Some(r) = rows.next()? {
        take(r.get(0)?);
    }
    Ok(())
}

/// The mode as people read it.
#[must_use]
pub fn mode(name: &str) -> Mode {
    name.parse().unwrap_or(Mode::Other)
}
