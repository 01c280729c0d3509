//! The ledger of one converted lead: what was paid, given back and promised, and what that comes to.
//! Entries are only ever added; a wrong one is reversed by another, with a reason.
//!
//! An entry counts until a reversal names it. Of several reversals of one entry only the one with the smallest id
//! counts, with its replacement; the others are kept and flagged (architecture §5). What a reversal puts in place
//! is an entry of the reversal's id, and can be reversed in turn.

mod account;
mod command;
mod receipt;

pub use account::AccountLine;
pub use command::{INSTALMENTS_MAX, LedgerCommand};
pub use receipt::{Paper, provisional_number, receipt_number};

use crate::config::is_date;
use crate::id::UserId;
use crate::lead::Status;
use crate::money::{Currency, Money, MoneyError};
use crate::refusal::{Refusal, RefusalCode};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// A calendar day where the organisation is, `YYYY-MM-DD`; days compare by their order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String, format = Date, example = "2026-11-30"))]
#[serde(into = "String", try_from = "String")]
pub struct Day([u8; 10]);

impl Day {
    /// Before any that is dealt with.
    pub const FIRST: Day = Day(*b"0001-01-01");
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(std::str::from_utf8(&self.0).unwrap_or_default())
    }
}

impl std::fmt::Debug for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

impl std::str::FromStr for Day {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let day = <[u8; 10]>::try_from(text.as_bytes()).ok().filter(|_| is_date(text));
        day.map(Self).ok_or_else(|| format!("{text} is no day; one is written like 2026-11-30"))
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}

impl TryFrom<String> for Day {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

/// How money came (Appendix B.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    Upi,
    BankTransfer,
    Cash,
    Card,
    Other,
}

impl Mode {
    pub const ALL: [Mode; 5] = [Mode::Upi, Mode::BankTransfer, Mode::Cash, Mode::Card, Mode::Other];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Mode::Upi => "upi",
            Mode::BankTransfer => "bank_transfer",
            Mode::Cash => "cash",
            Mode::Card => "card",
            Mode::Other => "other",
        }
    }
}

impl Mode {
    /// As people read it.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Mode::Upi => "UPI",
            Mode::BankTransfer => "Bank Transfer",
            Mode::Cash => "Cash",
            Mode::Card => "Card",
            Mode::Other => "Other",
        }
    }
}

impl std::str::FromStr for Mode {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let names = || Mode::ALL.map(Mode::as_str).join(", ");
        Mode::ALL
            .into_iter()
            .find(|mode| mode.as_str() == text)
            .ok_or_else(|| format!("{text} is no mode of payment; they are {}", names()))
    }
}

/// Money that came or went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Payment {
    pub amount: Money,
    pub mode: Mode,
    pub day: Day,
    /// Of the bank, the card or the receipt book; compared as [`reference_key`] has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// One share of the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Instalment {
    pub due: Day,
    pub amount: Money,
}

/// What is compared of a reference number: its letters and digits, small.
#[must_use]
pub fn reference_key(reference: &str) -> String {
    reference.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// What an entry says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "k", rename_all = "snake_case")]
pub enum What {
    Payment(Payment),
    Refund {
        payment: Payment,
        reason: String,
    },
    Discount {
        amount: Money,
        reason: String,
    },
    Reversal {
        entry: Uuid,
        reason: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        replacement: Option<Payment>,
    },
    Promise {
        day: Day,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        amount: Option<Money>,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
    },
}

impl What {
    /// The command that writes it.
    #[must_use]
    pub fn command(&self) -> LedgerCommand {
        match self.clone() {
            What::Payment(payment) => LedgerCommand::AddPayment { payment },
            What::Refund { payment, reason } => LedgerCommand::Refund { payment, reason },
            What::Discount { amount, reason } => LedgerCommand::AddDiscount { amount, reason },
            What::Reversal { entry, reason, replacement } => LedgerCommand::Reverse { entry, reason, replacement },
            What::Promise { day, amount, note } => LedgerCommand::Promise { day, amount, note },
        }
    }
}

/// One entry, of the id of the command that made it; a receipt names it by that id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub by: UserId,
    /// Device time, ms since the epoch; shown, never compared.
    pub at: i64,
    #[serde(flatten)]
    pub what: What,
}

/// Everything that a ledger says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    pub entries: BTreeMap<Uuid, Entry>,
    pub package: Option<Money>,
    pub plan: Vec<Instalment>,
    /// Price or plan were set twice at once; one of them shows.
    pub contested: bool,
}

/// What counts, of the entries of a ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Payments, replacements among them, by the id under which they are reversed.
    pub payments: BTreeMap<Uuid, Payment>,
    pub refunds: BTreeMap<Uuid, Payment>,
    pub discounts: BTreeMap<Uuid, Money>,
    pub promises: BTreeMap<Uuid, (Day, Option<Money>)>,
    /// Reversals that lost to another of the same entry, for Finance to look at.
    pub outdone: BTreeSet<Uuid>,
}

impl Standing {
    /// Whether the entry of this id counts.
    #[must_use]
    pub fn holds(&self, id: Uuid) -> bool {
        self.payments.contains_key(&id)
            || self.refunds.contains_key(&id)
            || self.discounts.contains_key(&id)
            || self.promises.contains_key(&id)
    }
}

/// Where a ledger stands (Appendix B.5, CX18).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    /// Nothing was paid.
    Pending,
    /// Less than the price, or there is none.
    Partial,
    /// The price or more.
    Completed,
    /// Less than what was due before today.
    Overdue,
}

impl PaymentStatus {
    pub const ALL: [PaymentStatus; 4] = [PaymentStatus::Pending, PaymentStatus::Partial, PaymentStatus::Completed, PaymentStatus::Overdue];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            PaymentStatus::Pending => "pending",
            PaymentStatus::Partial => "partial",
            PaymentStatus::Completed => "completed",
            PaymentStatus::Overdue => "overdue",
        }
    }
}

/// As much of a ledger as those see who may not hold it (Appendix A.2, note 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Badge {
    /// Never overdue: that is a matter of the day.
    pub status: PaymentStatus,
    /// Of the first instalment that is not paid in full.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_due: Option<Day>,
}

impl Badge {
    #[must_use]
    pub fn on(&self, today: Day) -> PaymentStatus {
        let is_late = self.status != PaymentStatus::Completed && self.next_due.is_some_and(|day| day < today);
        if is_late { PaymentStatus::Overdue } else { self.status }
    }
}

/// What a ledger comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Payments less refunds.
    pub paid: Money,
    pub refunded: Money,
    pub discounts: Money,
    /// The price less discounts, not below zero; `None` without a price (CX19).
    pub due: Option<Money>,
    /// What is still to pay, not below zero.
    pub balance: Option<Money>,
    /// Paid beyond the price; zero without one.
    pub over_paid: Money,
    pub last_payment: Option<Day>,
    /// Of each instalment that is not paid in full, by day, what is missing.
    pub missing: Vec<Instalment>,
    /// What was due before today and is not paid.
    pub overdue: Money,
    pub status: PaymentStatus,
}

impl Summary {
    /// What it says on any day; `self` was worked out for one on which nothing was due yet.
    #[must_use]
    pub fn badge(&self) -> Badge {
        Badge { status: self.status, next_due: self.next().map(|one| one.due) }
    }

    /// The first instalment that is not paid in full, with what is missing of it.
    #[must_use]
    pub fn next(&self) -> Option<Instalment> {
        self.missing.first().copied()
    }
}

/// A promise that waits to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Promised {
    /// The entry.
    pub id: Uuid,
    pub day: Day,
    /// None: anything.
    pub amount: Option<Money>,
}

impl Ledger {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.package.is_none() && self.plan.is_empty()
    }

    /// What counts.
    #[must_use]
    pub fn standing(&self) -> Standing {
        let reversals = self.reversals();
        let mut standing =
            Standing { outdone: reversals.values().flat_map(|of_one| &of_one[1..]).copied().collect(), ..Standing::default() };
        for (id, entry) in &self.entries {
            let reversed_by = reversals.get(id).map(|of_one| of_one[0]);
            match &entry.what {
                What::Payment(payment) => self.put_payment(&mut standing, &reversals, *id, payment),
                What::Refund { payment, .. } if reversed_by.is_none() => drop(standing.refunds.insert(*id, payment.clone())),
                What::Discount { amount, .. } if reversed_by.is_none() => drop(standing.discounts.insert(*id, *amount)),
                What::Promise { day, amount, .. } if reversed_by.is_none() => drop(standing.promises.insert(*id, (*day, *amount))),
                What::Refund { .. } | What::Discount { .. } | What::Promise { .. } | What::Reversal { .. } => {}
            }
        }
        standing
    }

    /// Which reversals name an entry, the one that counts first.
    fn reversals(&self) -> BTreeMap<Uuid, Vec<Uuid>> {
        let mut reversals: BTreeMap<Uuid, Vec<Uuid>> = BTreeMap::new();
        for (id, entry) in &self.entries {
            if let What::Reversal { entry, .. } = &entry.what {
                reversals.entry(*entry).or_default().push(*id);
            }
        }
        reversals
    }

    /// The payment, or what stands in its place after all reversals, one after the other.
    fn put_payment(&self, standing: &mut Standing, reversals: &BTreeMap<Uuid, Vec<Uuid>>, id: Uuid, payment: &Payment) {
        let (mut id, mut payment) = (id, payment);
        // No longer than there are entries, also where forged reversals name each other.
        for _ in 0..=self.entries.len() {
            let Some(by) = reversals.get(&id).map(|of_one| of_one[0]) else {
                standing.payments.insert(id, payment.clone());
                return;
            };
            let What::Reversal { replacement: Some(next), .. } = &self.entries[&by].what else { return };
            (id, payment) = (by, next);
        }
    }

    /// What it comes to `today`, a day where the organisation is, of the entries in `currency`.
    ///
    /// # Errors
    /// `TooMuch`.
    pub fn summary(&self, currency: Currency, today: Day) -> Result<Summary, MoneyError> {
        let standing = self.standing();
        let ours = |amount: &Money| amount.currency == currency;
        let zero = Money::zero(currency);
        let received = total(standing.payments.values().map(|p| p.amount).filter(ours), currency)?;
        let given_back = total(standing.refunds.values().map(|p| p.amount).filter(ours), currency)?;
        let discounts = total(standing.discounts.values().copied().filter(ours), currency)?;
        let paid = received.minus(given_back)?;
        let due = match self.package.filter(ours) {
            Some(package) => Some(at_least_zero(package.minus(discounts)?)),
            None => None,
        };
        let missing = self.instalments_left(paid, due)?;
        let overdue = total(missing.iter().filter(|one| one.due < today).map(|one| one.amount), currency)?;
        let balance = due.map(|due| due.minus(paid).map(at_least_zero)).transpose()?;
        let over_paid = due.map_or(Ok(zero), |due| paid.minus(due).map(at_least_zero))?;
        let status = match due {
            Some(due) if paid.minor >= due.minor => PaymentStatus::Completed,
            _ if overdue.minor > 0 => PaymentStatus::Overdue,
            _ if paid.minor > 0 => PaymentStatus::Partial,
            _ => PaymentStatus::Pending,
        };
        let last_payment = standing.payments.values().map(|p| p.day).max();
        Ok(Summary { paid, refunded: given_back, discounts, due, balance, over_paid, last_payment, missing, overdue, status })
    }

    /// What was paid fills the instalments in the order of their days; together they are no more than what is due.
    fn instalments_left(&self, paid: Money, due: Option<Money>) -> Result<Vec<Instalment>, MoneyError> {
        let (mut left, mut ceiling, mut open) = (at_least_zero(paid), due, Vec::new());
        for one in self.plan.iter().filter(|one| one.amount.currency == paid.currency) {
            let share = ceiling.map_or(one.amount, |ceiling| smaller(one.amount, ceiling));
            ceiling = ceiling.map(|ceiling| ceiling.minus(share)).transpose()?;
            let covered = smaller(share, left);
            left = left.minus(covered)?;
            let amount = share.minus(covered)?;
            open.extend((amount.minor > 0).then_some(Instalment { due: one.due, amount }));
        }
        Ok(open)
    }

    /// What others may know of it; `None` of an empty one.
    ///
    /// # Errors
    /// `TooMuch`.
    pub fn badge(&self, currency: Currency) -> Result<Option<Badge>, MoneyError> {
        if self.is_empty() { Ok(None) } else { self.summary(currency, Day::FIRST).map(|summary| Some(summary.badge())) }
    }

    /// The last promise, until as much as it says was paid after it; of another currency, or of no amount, anything.
    ///
    /// # Errors
    /// `TooMuch`.
    pub fn promised(&self) -> Result<Option<Promised>, MoneyError> {
        let standing = self.standing();
        let Some((id, (day, amount))) = standing.promises.last_key_value().map(|(id, promise)| (*id, *promise)) else { return Ok(None) };
        // Corrections of older payments keep no promise.
        let is_after = |(of, entry): &(&Uuid, &Entry)| **of > id || matches!(entry.what, What::Reversal { .. });
        let is_money = |what: &What| matches!(what, What::Payment(_) | What::Reversal { .. });
        let later = self.entries.iter().filter(|(_, entry)| is_money(&entry.what)).filter(is_after);
        let later = Ledger { entries: later.map(|(id, entry)| (*id, entry.clone())).collect(), ..Ledger::default() };
        let payments = later.standing().payments;
        let is_kept = match amount {
            None => !payments.is_empty(),
            Some(amount) => {
                let ours = payments.values().map(|p| p.amount).filter(|paid| paid.currency == amount.currency);
                total(ours, amount.currency)?.minor >= amount.minor
            }
        };
        Ok((!is_kept).then_some(Promised { id, day, amount }))
    }

    /// Reference numbers of what counts, as they are compared.
    #[must_use]
    pub fn references(&self) -> Vec<(Uuid, String)> {
        let of = |(id, payment): (Uuid, Payment)| payment.reference.map(|reference| (id, reference_key(&reference)));
        self.standing().payments.into_iter().filter_map(of).collect()
    }

    /// Everybody who wrote an entry: who sees the ledger as their own.
    #[must_use]
    pub fn authors(&self) -> BTreeSet<UserId> {
        self.entries.values().map(|entry| entry.by).collect()
    }
}

/// Whether something may be typed into the ledger of a lead in this status (row L1). The server takes what was
/// typed meanwhile (architecture §4).
///
/// # Errors
/// `InvalidValue`.
pub fn may_begin(status: Status) -> Result<(), Refusal> {
    match status {
        Status::Converted => Ok(()),
        other => {
            Err(Refusal::new(RefusalCode::InvalidValue, "Only a converted lead has payments. Convert it first.").winning(other.as_str()))
        }
    }
}

/// Whether a conversion may be undone: only while nothing is paid.
///
/// # Errors
/// `LeadClosed`.
pub fn may_undo_conversion(ledger: &Ledger) -> Result<(), Refusal> {
    if ledger.standing().payments.is_empty() {
        return Ok(());
    }
    Err(Refusal::new(RefusalCode::LeadClosed, "Something was paid for this lead, so it stays converted. Have the payment reversed first."))
}

/// The checked sum.
///
/// # Errors
/// `Currencies`, `TooMuch`.
pub fn total(amounts: impl IntoIterator<Item = Money>, currency: Currency) -> Result<Money, MoneyError> {
    amounts.into_iter().try_fold(Money::zero(currency), Money::plus)
}

fn at_least_zero(amount: Money) -> Money {
    Money { minor: amount.minor.max(0), ..amount }
}

fn smaller(a: Money, b: Money) -> Money {
    Money { minor: a.minor.min(b.minor), ..a }
}

#[cfg(test)]
mod tests;
