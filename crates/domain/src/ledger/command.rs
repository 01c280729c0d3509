//! What is done to a ledger, and its checks: by itself, and against what stands.

use super::{Day, Instalment, Ledger, Payment, What, reference_key, total};
use crate::limits;
use crate::money::{AMOUNT_MAX, Currency, Money};
use crate::policy::Action;
use crate::refusal::{Refusal, RefusalCode};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What is done to a ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum LedgerCommand {
    AddPayment {
        payment: Payment,
    },
    /// Money given back.
    Refund {
        payment: Payment,
        reason: String,
    },
    AddDiscount {
        amount: Money,
        reason: String,
    },
    /// Takes an entry out of all sums, and puts a right one in its place where there is one.
    Reverse {
        entry: Uuid,
        reason: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        replacement: Option<Payment>,
    },
    /// The price agreed on; `None` for none yet.
    SetPackage {
        total: Option<Money>,
    },
    /// All instalments anew, by due day; none for no plan.
    SetPlan {
        instalments: Vec<Instalment>,
    },
    /// What the customer said when they would pay.
    Promise {
        day: Day,
        amount: Option<Money>,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
    },
}

/// Instalments of one plan at most.
pub const INSTALMENTS_MAX: usize = 120;

impl LedgerCommand {
    /// Checks what it says by itself.
    ///
    /// # Errors
    /// A refusal naming the field and what to type instead.
    pub fn check_shape(&self) -> Result<(), Refusal> {
        match self {
            LedgerCommand::AddPayment { payment } => check_payment(payment),
            LedgerCommand::Refund { payment, reason } => check_payment(payment).and_then(|()| check_reason(reason)),
            LedgerCommand::AddDiscount { amount, reason } => check_amount(*amount, "amount").and_then(|()| check_reason(reason)),
            LedgerCommand::Reverse { reason, replacement, .. } => {
                check_reason(reason)?;
                replacement.as_ref().map_or(Ok(()), check_payment)
            }
            LedgerCommand::SetPackage { total } => total.map_or(Ok(()), |total| check_amount(total, "package")),
            LedgerCommand::SetPlan { instalments } => check_plan(instalments),
            LedgerCommand::Promise { amount, note, .. } => {
                amount.map_or(Ok(()), |amount| check_amount(amount, "amount"))?;
                limits::check_text("note", note, limits::LINE_MAX)
            }
        }
    }

    /// Checks it against the ledger as it is now, which may hold what its author did not know of.
    ///
    /// # Errors
    /// `NotFound`, `InvalidValue`, `TooLong`.
    pub fn check_state(&self, ledger: &Ledger, currency: Currency) -> Result<(), Refusal> {
        if self.currencies().any(|c| c != currency) {
            return Err(Refusal::new(RefusalCode::InvalidValue, format!("This organisation counts in {currency}. Type the amount in it."))
                .on("amount"));
        }
        if ledger.entries.len() >= limits::ITEMS_MAX {
            return Err(Refusal::new(RefusalCode::TooLong, "This ledger holds as many entries as one can have."));
        }
        let LedgerCommand::Reverse { entry, replacement, .. } = self else { return Ok(()) };
        match ledger.entries.get(entry).map(|e| &e.what) {
            Some(What::Payment(_) | What::Reversal { replacement: Some(_), .. }) => Ok(()),
            Some(What::Refund { .. } | What::Discount { .. } | What::Promise { .. }) if replacement.is_none() => Ok(()),
            Some(What::Refund { .. } | What::Discount { .. } | What::Promise { .. }) => Err(Refusal::new(
                RefusalCode::InvalidValue,
                "Only a payment is replaced by a payment. Reverse this entry, and add the right one.",
            )),
            Some(What::Reversal { .. }) => Err(Refusal::new(RefusalCode::InvalidValue, "A reversal stands. Add the payment again.")),
            None => Err(Refusal::new(RefusalCode::NotFound, "This payment is not here any more.")),
        }
    }

    /// The entry that it is about, by the id of the command that made it.
    #[must_use]
    pub fn target(&self) -> Option<Uuid> {
        match self {
            LedgerCommand::Reverse { entry, .. } => Some(*entry),
            _ => None,
        }
    }

    /// What of the permission table it needs (rows 24 and 25).
    #[must_use]
    pub fn action(&self) -> Action {
        match self {
            LedgerCommand::AddPayment { .. } => Action::AddPayment,
            _ => Action::EditPayment,
        }
    }

    /// In words, without what was typed as note or reference number.
    #[must_use]
    pub fn words(&self) -> String {
        let of = |payment: &Payment| format!("{} by {} on {}", payment.amount.written(), payment.mode.label(), payment.day);
        match self {
            LedgerCommand::AddPayment { payment } => format!("Payment of {}", of(payment)),
            LedgerCommand::Refund { payment, .. } => format!("Refund of {}", of(payment)),
            LedgerCommand::AddDiscount { amount, .. } => format!("Discount of {}", amount.written()),
            LedgerCommand::Reverse { replacement: None, .. } => "Entry reversed".to_owned(),
            LedgerCommand::Reverse { replacement: Some(payment), .. } => format!("Payment corrected to {}", of(payment)),
            LedgerCommand::SetPackage { total: Some(total) } => format!("Package of {}", total.written()),
            LedgerCommand::SetPackage { total: None } => "No package any more".to_owned(),
            LedgerCommand::SetPlan { instalments } if instalments.is_empty() => "No instalments any more".to_owned(),
            LedgerCommand::SetPlan { instalments } => format!("Plan of {} instalments", instalments.len()),
            LedgerCommand::Promise { day, amount: Some(amount), .. } => format!("Promise of {} for {day}", amount.written()),
            LedgerCommand::Promise { day, amount: None, .. } => format!("Promise to pay on {day}"),
        }
    }

    /// Why, where it says so.
    #[must_use]
    pub fn reason(&self) -> &str {
        match self {
            LedgerCommand::Refund { reason, .. } | LedgerCommand::AddDiscount { reason, .. } | LedgerCommand::Reverse { reason, .. } => {
                reason
            }
            _ => "",
        }
    }

    fn currencies(&self) -> impl Iterator<Item = Currency> {
        let amounts: Vec<Money> = match self {
            LedgerCommand::AddPayment { payment } | LedgerCommand::Refund { payment, .. } => vec![payment.amount],
            LedgerCommand::AddDiscount { amount, .. } => vec![*amount],
            LedgerCommand::Reverse { replacement, .. } => replacement.iter().map(|p| p.amount).collect(),
            LedgerCommand::SetPackage { total } => total.iter().copied().collect(),
            LedgerCommand::SetPlan { instalments } => instalments.iter().map(|i| i.amount).collect(),
            LedgerCommand::Promise { amount, .. } => amount.iter().copied().collect(),
        };
        amounts.into_iter().map(|amount| amount.currency)
    }
}

fn check_amount(amount: Money, field: &str) -> Result<(), Refusal> {
    match amount.minor {
        1..=AMOUNT_MAX => Ok(()),
        ..=0 => Err(Refusal::new(RefusalCode::InvalidValue, "Type an amount above zero.").on(field)),
        _ => {
            let most = Money::new(AMOUNT_MAX, amount.currency).written();
            Err(Refusal::new(RefusalCode::InvalidValue, format!("That is too much money; {most} is the most.")).on(field))
        }
    }
}

fn check_payment(payment: &Payment) -> Result<(), Refusal> {
    check_amount(payment.amount, "amount")?;
    if let Some(reference) = &payment.reference {
        limits::check_text("reference", reference, limits::LINE_MAX)?;
        if reference_key(reference).is_empty() {
            return Err(Refusal::new(
                RefusalCode::InvalidValue,
                "A reference number has letters or digits. Leave it empty if there is none.",
            )
            .on("reference"));
        }
    }
    limits::check_text("note", &payment.note, limits::NOTE_MAX)
}

fn check_reason(reason: &str) -> Result<(), Refusal> {
    limits::check_text("reason", reason, limits::LINE_MAX)?;
    if reason.trim().is_empty() {
        return Err(Refusal::new(RefusalCode::ReasonRequired, "Say why. The reason stays with the payment.").on("reason"));
    }
    Ok(())
}

fn check_plan(instalments: &[Instalment]) -> Result<(), Refusal> {
    let wrong = |text: &str| Err(Refusal::new(RefusalCode::InvalidValue, text).on("plan"));
    if instalments.len() > INSTALMENTS_MAX {
        return wrong("A plan has 120 instalments at most.");
    }
    instalments.iter().try_for_each(|one| check_amount(one.amount, "plan"))?;
    if !instalments.is_sorted_by(|a, b| a.due < b.due) {
        return wrong("Give every instalment a day of its own, the earliest first.");
    }
    if total(instalments.iter().map(|one| one.amount), instalments.first().map_or(Currency::INR, |one| one.amount.currency)).is_err() {
        return wrong("All instalments are of one currency, and add up to an amount that can be counted.");
    }
    Ok(())
}
