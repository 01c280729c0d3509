//! The `ledger` document of one lead, of the lead's id. Root keys:
//!
//! | key | value |
//! |---|---|
//! | `v` | schema version, 1 |
//! | `entry:<uuid>` | JSON of an [`Entry`], never changed |
//! | `package` | JSON of a [`Money`] |
//! | `plan` | JSON of a list of [`Instalment`] |
//!
//! Entries merge by union; of a price or plan set twice at once one shows, the same everywhere, and says so.

use crate::config::put_or_delete;
use crate::doc::{ChangeHash, Doc, guarded};
use crate::error::RecordError;
use crate::merge;
use automerge::transaction::{Transactable, Transaction};
use automerge::{ROOT, ReadDoc, Value};
use domain::ledger::{Entry, Instalment, What};
use domain::{Command, Envelope, Ledger, LedgerCommand, Money};
use serde::Serialize;
use uuid::Uuid;

fn entry_key(id: Uuid) -> String {
    format!("entry:{id}")
}

/// Whether the entry is there at `heads`.
pub(crate) fn holds(doc: &Doc, heads: &[ChangeHash], entry: Uuid) -> bool {
    let heads: Vec<_> = heads.iter().map(|head| (*head).into()).collect();
    doc.am.get_at(ROOT, entry_key(entry), &heads).is_ok_and(|found| found.is_some())
}

pub(crate) fn write(tx: &mut Transaction<'_>, envelope: &Envelope) -> Result<(), RecordError> {
    let Command::Ledger(command) = &envelope.command else { return Ok(()) };
    let what = match command.clone() {
        LedgerCommand::SetPackage { total } => return put_or_delete(tx, "package", total.as_ref().map(json).as_deref()),
        LedgerCommand::SetPlan { instalments } => {
            let plan = (!instalments.is_empty()).then(|| json(&instalments));
            return put_or_delete(tx, "plan", plan.as_deref());
        }
        LedgerCommand::AddPayment { payment } => What::Payment(payment),
        LedgerCommand::Refund { payment, reason } => What::Refund { payment, reason },
        LedgerCommand::AddDiscount { amount, reason } => What::Discount { amount, reason },
        LedgerCommand::Reverse { entry, reason, replacement } => What::Reversal { entry, reason, replacement },
        LedgerCommand::Promise { day, amount, note } => What::Promise { day, amount, note },
    };
    let entry = Entry { by: envelope.author, at: envelope.at, what };
    tx.put(ROOT, entry_key(envelope.id.0), json(&entry))?;
    Ok(())
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("money, days and texts are plain values")
}

/// Reads the ledger. What this version does not know is left out.
///
/// # Errors
/// `Corrupt`.
pub fn read(doc: &Doc) -> Result<Ledger, RecordError> {
    guarded(|| {
        let mut ledger = Ledger::default();
        for item in doc.am.map_range(ROOT, ..) {
            let Some(id) = item.key.strip_prefix("entry:").and_then(|id| id.parse().ok()) else { continue };
            let entry: Option<Entry> = merge::text_of(&Value::from(item.value)).and_then(|text| serde_json::from_str(&text).ok());
            ledger.entries.extend(entry.map(|entry| (id, entry)));
        }
        let (package, plan) = (merge::field(doc, "package"), merge::field(doc, "plan"));
        ledger.contested = !package.others.is_empty() || !plan.others.is_empty();
        ledger.package = package.value.and_then(|text| serde_json::from_str::<Money>(&text).ok());
        ledger.plan = plan.value.and_then(|text| serde_json::from_str::<Vec<Instalment>>(&text).ok()).unwrap_or_default();
        Ok(ledger)
    })
}
