//! The ledger of one lead, read and written.

use super::Desk;
use super::when::Today;
use super::words::Reader;
use crate::error::ClientError;
use crate::ledger;
use crate::store::{assignments, leads, ledgers, receipts};
use bridge::Problem;
use bridge::payment::{
    DiscountAdd, EntryKind, EntryView, InstalmentView, LedgerFlag, LedgerGet, LedgerView, PackageSet, PaymentAdd, PaymentRefund,
    PaymentReverse, PlanSet, PromiseAdd, PromiseView, ReceiptView,
};
use domain::ledger::{Day, Entry, Instalment, Mode, Payment, Standing, What, may_begin, provisional_number};
use domain::money::MoneyError;
use domain::policy::{Handed, authorise_ledger, has};
use domain::{Action, CommandId, Currency, LeadId, Ledger, LedgerCommand, Money, Refusal, RefusalCode, UserId};
use protocol::rows::ReceiptRow;
use rusqlite::Connection;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Refused to who sees no payments.
pub(super) fn check_role(reader: &Reader) -> Result<(), ClientError> {
    if has(reader.facts.me.role, Action::ViewPayments) {
        return Ok(());
    }
    Err(Refusal::new(RefusalCode::NotPermitted, "Payments are not in your role. Ask your manager.").into())
}

pub(super) fn get(desk: &Desk, ask: LedgerGet) -> Result<LedgerView, Problem> {
    let now_ms = desk.engine.env().now_ms();
    Ok(desk.read(|c| {
        let reader = desk.reader(c)?;
        check_role(&reader)?;
        view(c, &reader, &reader.today(now_ms), ask.lead)
    })?)
}

fn view(c: &Connection, reader: &Reader, today: &Today<'_>, lead: LeadId) -> Result<LedgerView, ClientError> {
    let row = leads::get(c, lead)?.ok_or(ClientError::NotFound)?;
    let (ledger, currency) = (ledger::of_lead(c, lead)?, ledger::currency(&reader.facts)?);
    let summary = ledger.summary(currency, this_day(today)?).map_err(too_much)?;
    let (standing, twice, numbers) = (ledger.standing(), ledgers::twice_in(c, lead)?, receipts::of_lead(c, lead)?);
    let collector = assignments::collector(c, lead)?;
    let may = |command: &LedgerCommand| authorise_ledger(&reader.facts.actor(), command, &Handed { collector, entry_by: None }).is_ok();
    let can_edit = may(&LedgerCommand::SetPackage { total: None });
    let whole = Whole { standing: &standing, collector };
    let receipt = |(id, entry): (&Uuid, &Entry)| entry.what.has_receipt().then(|| receipt_of(*id, &numbers));
    let shown = |(id, entry): (&Uuid, &Entry)| {
        Ok(EntryView { receipt: receipt((id, entry)), ..shown_entry(c, reader, today, &whole, *id, entry, twice.contains(id))? })
    };
    let is_converted = may_begin(row.summary.status).is_ok();
    let held = Held {
        is_converted,
        is_contested: ledger.contested,
        is_outdone: !standing.outdone.is_empty(),
        is_over_paid: summary.over_paid.minor > 0,
        is_twice: !twice.is_empty(),
    };
    let missing = |day: Day| summary.missing.iter().find(|one| one.due == day).map(|one| one.amount.written());
    Ok(LedgerView {
        status: summary.status,
        paid: summary.paid.written(),
        package: ledger.package.map(Money::written),
        balance: summary.balance.map(Money::written),
        over_paid: above_zero(summary.over_paid),
        last_payment: summary.last_payment.map(|day| today.on(&day.to_string())),
        next: summary.next().map(|one| (one.due.to_string(), one.amount.written())),
        overdue: above_zero(summary.overdue),
        unconverted: !is_converted && !ledger.is_empty(),
        contested: ledger.contested,
        entries: ledger.entries.iter().map(shown).collect::<Result<_, ClientError>>()?,
        can_add: is_converted && may(&nothing()),
        refunded: above_zero(summary.refunded),
        discounts: above_zero(summary.discounts),
        flags: held.flags(),
        plan: ledger.plan.iter().map(|one| instalment(today, one, missing(one.due))).collect(),
        promise: ledger.promised().map_err(too_much)?.map(|one| promise_view(today, one.day, one.amount)),
        can_edit: is_converted && can_edit,
    })
}

pub(super) fn too_much(e: MoneyError) -> ClientError {
    Refusal::new(RefusalCode::InvalidValue, e.to_string()).into()
}

/// A payment of nothing, to ask who may add one.
fn nothing() -> LedgerCommand {
    let payment = Payment { amount: Money::zero(Currency::INR), mode: Mode::Cash, day: Day::FIRST, reference: None, note: String::new() };
    LedgerCommand::AddPayment { payment }
}

fn above_zero(amount: Money) -> Option<String> {
    (amount.minor > 0).then(|| amount.written())
}

fn instalment(today: &Today<'_>, one: &Instalment, missing: Option<String>) -> InstalmentView {
    let day = one.due.to_string();
    InstalmentView { due: today.on(&day), day, amount: one.amount.written(), missing }
}

/// A promise as a screen shows it.
pub(super) fn promise_view(today: &Today<'_>, day: Day, amount: Option<Money>) -> PromiseView {
    PromiseView { due: today.on(&day.to_string()), amount: amount.map(Money::written) }
}

/// What needs a second look in a ledger that has anything in it.
pub(super) struct Held {
    pub is_converted: bool,
    pub is_contested: bool,
    pub is_outdone: bool,
    pub is_over_paid: bool,
    pub is_twice: bool,
}

impl Held {
    pub(super) fn flags(&self) -> Vec<LedgerFlag> {
        let is_so = |flag: &LedgerFlag| match flag {
            LedgerFlag::Unconverted => !self.is_converted,
            LedgerFlag::Contested => self.is_contested,
            LedgerFlag::Outdone => self.is_outdone,
            LedgerFlag::OverPaid => self.is_over_paid,
            LedgerFlag::Twice => self.is_twice,
        };
        LedgerFlag::ALL.into_iter().filter(is_so).collect()
    }
}

/// What the entries of one ledger share.
struct Whole<'a> {
    standing: &'a Standing,
    collector: Option<UserId>,
}

fn shown_entry(
    c: &Connection,
    reader: &Reader,
    today: &Today<'_>,
    Whole { standing, collector }: &Whole<'_>,
    id: Uuid,
    entry: &Entry,
    is_twice: bool,
) -> Result<EntryView, ClientError> {
    let payment = match &entry.what {
        What::Payment(payment) | What::Refund { payment, .. } => Some(payment),
        What::Reversal { replacement, .. } => replacement.as_ref(),
        What::Discount { .. } | What::Promise { .. } => None,
    };
    let note = match &entry.what {
        What::Promise { note, .. } => note.clone(),
        _ => payment.map(|p| p.note.clone()).unwrap_or_default(),
    };
    let (kind, amount) = match &entry.what {
        What::Payment(payment) => (EntryKind::Payment, Some(payment.amount.written())),
        What::Refund { payment, .. } => (EntryKind::Refund, Some(negative(payment.amount))),
        What::Discount { amount, .. } => (EntryKind::Discount, Some(amount.written())),
        What::Reversal { replacement, .. } => (EntryKind::Reversal, replacement.as_ref().map(|p| p.amount.written())),
        What::Promise { amount, .. } => (EntryKind::Promise, amount.map(Money::written)),
    };
    let command = entry.what.command();
    let counts = standing.holds(id);
    let handed = Handed { collector: *collector, entry_by: Some(entry.by) };
    let reversal = LedgerCommand::Reverse { entry: id, reason: String::new(), replacement: None };
    Ok(EntryView {
        id,
        what: command.words(),
        reference: payment.and_then(|p| p.reference.clone()),
        note,
        reason: command.reason().to_owned(),
        by: reader.name(c, entry.by)?,
        when: today.when(entry.at),
        counts,
        outdone: standing.outdone.contains(&id),
        kind,
        amount,
        mode: payment.map(|p| p.mode),
        day: payment.map_or_else(|| today.when(entry.at), |p| today.on(&p.day.to_string())),
        is_twice,
        can_reverse: counts && authorise_ledger(&reader.facts.actor(), &reversal, &handed).is_ok(),
        receipt: None,
    })
}

/// What the entry's receipt is called here.
pub(super) fn receipt_of(entry: Uuid, numbers: &BTreeMap<Uuid, ReceiptRow>) -> ReceiptView {
    match numbers.get(&entry) {
        Some(row) => ReceiptView { number: row.text(), is_provisional: false },
        None => ReceiptView { number: provisional_number(entry), is_provisional: true },
    }
}

fn negative(amount: Money) -> String {
    Money { minor: -amount.minor, ..amount }.written()
}

pub(super) fn this_day(today: &Today<'_>) -> Result<Day, ClientError> {
    today.day().parse().map_err(ClientError::Internal)
}

/// Reads what was typed in the organisation's currency and zone, and writes it.
fn write(desk: &Desk, lead: LeadId, command: impl FnOnce(Typed<'_>) -> Result<LedgerCommand, ClientError>) -> Result<CommandId, Problem> {
    let now_ms = desk.engine.env().now_ms();
    let command = desk.read(|c| {
        let reader = desk.reader(c)?;
        command(Typed {
            currency: ledger::currency(&reader.facts)?,
            today: this_day(&reader.today(now_ms))?,
            ledger: &ledger::of_lead(c, lead)?,
        })
    })?;
    let id = desk.engine.account(lead, command)?;
    desk.wake();
    Ok(id)
}

/// What typed amounts and days mean.
struct Typed<'a> {
    currency: Currency,
    today: Day,
    ledger: &'a Ledger,
}

impl Typed<'_> {
    fn amount(&self, typed: &str) -> Result<Money, ClientError> {
        Ok(Money::parse(typed, self.currency, "amount")?)
    }

    fn day(&self, typed: &str) -> Result<Day, ClientError> {
        Ok(typed.trim().parse().map_err(|text: String| Refusal::new(RefusalCode::InvalidValue, text).on("day"))?)
    }

    fn payment(
        &self,
        amount: &str,
        mode: Mode,
        day: Option<&str>,
        reference: Option<String>,
        note: String,
    ) -> Result<Payment, ClientError> {
        let day = day.map_or(Ok(self.today), |day| self.day(day))?;
        let reference = reference.map(|typed| typed.trim().to_owned()).filter(|typed| !typed.is_empty());
        Ok(Payment { amount: self.amount(amount)?, mode, day, reference, note })
    }
}

pub(super) fn add(desk: &Desk, ask: PaymentAdd) -> Result<CommandId, Problem> {
    write(desk, ask.lead, |typed| {
        let payment = typed.payment(&ask.amount, ask.mode, ask.day.as_deref(), ask.reference, ask.note)?;
        Ok(LedgerCommand::AddPayment { payment })
    })
}

pub(super) fn reverse(desk: &Desk, ask: PaymentReverse) -> Result<CommandId, Problem> {
    write(desk, ask.lead, |typed| {
        let amount = ask.amount.as_deref().map(|amount| typed.amount(amount)).transpose()?;
        let was = typed.ledger.standing().payments.remove(&ask.entry);
        let not_there =
            || Refusal::new(RefusalCode::InvalidValue, "Only a payment that counts can be corrected. Add a new one.").on("amount");
        let replacement = amount.map(|amount| was.map(|was| Payment { amount, ..was }).ok_or_else(not_there)).transpose()?;
        Ok(LedgerCommand::Reverse { entry: ask.entry, reason: ask.reason.trim().to_owned(), replacement })
    })
}

pub(super) fn refund(desk: &Desk, ask: PaymentRefund) -> Result<CommandId, Problem> {
    write(desk, ask.lead, |typed| {
        let payment = typed.payment(&ask.amount, ask.mode, ask.day.as_deref(), None, String::new())?;
        Ok(LedgerCommand::Refund { payment, reason: ask.reason.trim().to_owned() })
    })
}

pub(super) fn discount(desk: &Desk, ask: DiscountAdd) -> Result<CommandId, Problem> {
    write(desk, ask.lead, |typed| {
        Ok(LedgerCommand::AddDiscount { amount: typed.amount(&ask.amount)?, reason: ask.reason.trim().to_owned() })
    })
}

pub(super) fn package(desk: &Desk, ask: PackageSet) -> Result<CommandId, Problem> {
    write(desk, ask.lead, |typed| {
        let total = ask.total.as_deref().map(|total| typed.amount(total)).transpose()?;
        Ok(LedgerCommand::SetPackage { total })
    })
}

pub(super) fn plan(desk: &Desk, ask: PlanSet) -> Result<CommandId, Problem> {
    write(desk, ask.lead, |typed| {
        let one = |(day, amount): &(String, String)| Ok(Instalment { due: typed.day(day)?, amount: typed.amount(amount)? });
        Ok(LedgerCommand::SetPlan { instalments: ask.instalments.iter().map(one).collect::<Result<_, ClientError>>()? })
    })
}

pub(super) fn promise(desk: &Desk, ask: PromiseAdd) -> Result<CommandId, Problem> {
    write(desk, ask.lead, |typed| {
        let amount = ask.amount.as_deref().map(|amount| typed.amount(amount)).transpose()?;
        Ok(LedgerCommand::Promise { day: typed.day(&ask.day)?, amount, note: ask.note })
    })
}
