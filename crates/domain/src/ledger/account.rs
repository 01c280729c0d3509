//! A ledger as a statement of account: every entry in its order, what each moved, and the balance after it.

use super::{Entry, Ledger, What};
use crate::money::{Currency, Money, MoneyError};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What one entry moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountLine<'a> {
    pub id: Uuid,
    pub entry: &'a Entry,
    /// Added to what is to be paid: a discount takes from it, its reversal gives back.
    pub charged: Money,
    /// Added to what was paid: a refund and the reversal of a payment take from it.
    pub received: Money,
    /// Price and charges so far less what was paid so far; below zero where more was paid.
    pub balance: Money,
    /// It is in the sums now; of a reversal, that it is the one which counts.
    pub counts: bool,
}

impl Ledger {
    /// The entries of the ledger by age. The first balance follows from the price. Entries of other currencies move nothing.
    ///
    /// # Errors
    /// `TooMuch`.
    pub fn account(&self, currency: Currency) -> Result<Vec<AccountLine<'_>>, MoneyError> {
        let (moved, standing) = (self.moved(currency)?, self.standing());
        let none = (Money::zero(currency), Money::zero(currency));
        let mut balance = self.package.filter(|p| p.currency == currency).unwrap_or(Money::zero(currency));
        let mut lines = Vec::with_capacity(self.entries.len());
        for (id, entry) in &self.entries {
            let (charged, received) = moved.get(id).copied().unwrap_or(none);
            balance = balance.plus(charged)?.minus(received)?;
            let counts = match entry.what {
                What::Reversal { .. } => moved.contains_key(id),
                _ => standing.holds(*id),
            };
            lines.push(AccountLine { id: *id, entry, charged, received, balance, counts });
        }
        Ok(lines)
    }

    /// What each entry charged and received.
    fn moved(&self, currency: Currency) -> Result<BTreeMap<Uuid, (Money, Money)>, MoneyError> {
        let (reversals, zero) = (self.reversals(), Money::zero(currency));
        let ours = |amount: Money| if amount.currency == currency { amount } else { zero };
        let mut moved = BTreeMap::new();
        for (id, entry) in &self.entries {
            let reversed_by = reversals.get(id).map(|of_one| of_one[0]);
            let (charged, received) = match &entry.what {
                What::Payment(payment) => (zero, ours(payment.amount)),
                What::Refund { payment, .. } => (zero, zero.minus(ours(payment.amount))?),
                What::Discount { amount, .. } => (zero.minus(ours(*amount))?, zero),
                What::Promise { .. } => (zero, zero),
                What::Reversal { .. } => continue,
            };
            moved.insert(*id, (charged, received));
            let (mut by, mut before) = (reversed_by, (charged, received));
            // No longer than there are entries, also where forged reversals name each other.
            for _ in 0..=self.entries.len() {
                let Some(reversal) = by else { break };
                let What::Reversal { replacement, .. } = &self.entries[&reversal].what else { break };
                let is_payment = matches!(entry.what, What::Payment(_));
                let put = replacement.as_ref().filter(|_| is_payment).map_or(zero, |payment| ours(payment.amount));
                moved.insert(reversal, (zero.minus(before.0)?, put.minus(before.1)?));
                before = (zero, put);
                by = reversals.get(&reversal).map(|of_one| of_one[0]).filter(|_| is_payment && replacement.is_some());
            }
        }
        Ok(moved)
    }
}
