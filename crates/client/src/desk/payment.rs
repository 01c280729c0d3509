//! The ledger of one lead, read and written.

use super::Desk;
use super::when::Today;
use super::words::Reader;
use crate::error::ClientError;
use crate::ledger;
use crate::store::{leads, receipts};
use bridge::Problem;
use bridge::payment::{
    DiscountAdd, EntryView, LedgerGet, LedgerView, PackageSet, PaymentAdd, PaymentRefund, PaymentReverse, PlanSet, PromiseAdd, ReceiptView,
};
use domain::ledger::{Day, Entry, Instalment, Mode, Payment, Standing, What, may_begin, provisional_number};
use domain::policy::has;
use domain::{Action, CommandId, Currency, LeadId, Ledger, LedgerCommand, Money, Refusal, RefusalCode};
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
    let too_much = |e: domain::money::MoneyError| ClientError::from(Refusal::new(RefusalCode::InvalidValue, e.to_string()));
    let summary = ledger.summary(currency, this_day(today)?).map_err(too_much)?;
    let (standing, numbers) = (ledger.standing(), receipts::of_lead(c, lead)?);
    let receipt = |(id, entry): (&Uuid, &Entry)| entry.what.has_receipt().then(|| receipt_of(*id, &numbers));
    let shown = |(id, entry): (&Uuid, &Entry)| {
        Ok(EntryView { receipt: receipt((id, entry)), ..shown_entry(c, reader, today, &standing, *id, entry)? })
    };
    let above_zero = |amount: Money| (amount.minor > 0).then(|| amount.written());
    let is_converted = may_begin(row.summary.status).is_ok();
    Ok(LedgerView {
        status: summary.status,
        paid: summary.paid.written(),
        package: ledger.package.map(Money::written),
        balance: summary.balance.map(Money::written),
        over_paid: above_zero(summary.over_paid),
        last_payment: summary.last_payment.map(|day| day.to_string()),
        next: summary.next.map(|one| (one.due.to_string(), one.amount.written())),
        overdue: above_zero(summary.overdue),
        unconverted: !is_converted && !ledger.is_empty(),
        contested: ledger.contested,
        entries: ledger.entries.iter().map(shown).collect::<Result<_, ClientError>>()?,
        can_add: is_converted && has(reader.facts.me.role, Action::AddPayment),
    })
}

fn shown_entry(
    c: &Connection,
    reader: &Reader,
    today: &Today<'_>,
    standing: &Standing,
    id: Uuid,
    entry: &Entry,
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
    let command = entry.what.command();
    Ok(EntryView {
        id,
        what: command.words(),
        reference: payment.and_then(|p| p.reference.clone()),
        note,
        reason: command.reason().to_owned(),
        by: reader.name(c, entry.by)?,
        when: today.when(entry.at),
        counts: standing.holds(id),
        outdone: standing.outdone.contains(&id),
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
