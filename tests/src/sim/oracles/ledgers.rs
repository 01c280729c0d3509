//! Money: who may hold a ledger in sight holds it as the server does, its rows add up to what counts in it, and nobody
//! else has anything of it. Sums are worked out anew here, entry by entry.

use super::truth::{Lead, Truth};
use crate::sim::company::Company;
use crate::sim::tally::Oracle;
use client::store::{documents, ledgers};
use domain::ledger::What;
use domain::people::Person;
use domain::{DocId, Ledger, Role};
use std::collections::BTreeMap;
use uuid::Uuid;

pub fn check(company: &Company, who: usize, me: &Person, sees: &[&Lead], truth: &Truth) {
    let store = company.people[who].engine().store();
    for lead in sees {
        let find = |text: String| company.tally.find(Oracle::Money, format!("the ledger of {} at person {who}: {text}", lead.id));
        let doc = DocId::ledger(lead.id);
        let held = store.read(|c| documents::load(c, doc)).expect("readable");
        let row = store.read(|c| ledgers::get(c, lead.id)).expect("readable");
        let ledger = truth.ledgers.get(&lead.id).filter(|ledger| sees_ledger(me, ledger));
        let Some(ledger) = ledger else {
            if row.is_some() || held.is_some_and(|held| records::ledger::read(&held.doc).is_ok_and(|ledger| !ledger.is_empty())) {
                find("they hold what is not theirs to see".into());
            }
            continue;
        };
        let Some(held) = held else {
            find("they lack it".into());
            continue;
        };
        if Some(&held.doc.heads()) != truth.own.get(&doc) {
            find(format!("heads {:?} where the server has {:?}", held.doc.heads(), truth.own.get(&doc)));
        }
        let (paid, shown) = (paid(ledger), row.as_ref().map_or(0, |row| i128::from(row.paid)));
        if paid != shown {
            find(format!("{shown} is paid by its row, and {paid} by what counts"));
        }
    }
    let (records, _) = store.read(|c| ledgers::records(c, 0, u32::MAX)).expect("readable");
    for (lead, ledger) in &truth.ledgers {
        let each: i128 = records.iter().filter(|one| one.lead == *lead).map(|one| i128::from(one.amount)).sum();
        let is_seen = sees_ledger(me, ledger) && sees.iter().any(|seen| seen.id == *lead);
        if is_seen && each != paid(ledger) {
            company.tally.find(Oracle::Money, format!("payments of {lead} add up to {each} at person {who}, and {} counts", paid(ledger)));
        }
    }
}

/// Appendix A, row 23, written anew; who sees phones masked gets no document.
fn sees_ledger(me: &Person, ledger: &Ledger) -> bool {
    match me.role {
        Role::SuperAdmin | Role::Admin | Role::Manager | Role::FinanceManager => true,
        Role::RecoveryAgent => ledger.entries.values().any(|entry| entry.by == me.id),
        Role::TeamLead | Role::Salesperson | Role::Analyst => false,
    }
}

/// Payments less refunds: of each payment the last that stands in its place; of two reversals the first.
fn paid(ledger: &Ledger) -> i128 {
    let mut by: BTreeMap<Uuid, (Uuid, Option<i64>)> = BTreeMap::new();
    for (id, entry) in &ledger.entries {
        if let What::Reversal { entry, replacement, .. } = &entry.what {
            by.entry(*entry).or_insert((*id, replacement.as_ref().map(|payment| payment.amount.minor)));
        }
    }
    let worth = |mut id: Uuid, mut amount: i64| loop {
        match by.get(&id) {
            None => break i128::from(amount),
            Some((_, None)) => break 0,
            Some((next, Some(instead))) => (id, amount) = (*next, *instead),
        }
    };
    let each = ledger.entries.iter().map(|(id, entry)| match &entry.what {
        What::Payment(payment) => worth(*id, payment.amount.minor),
        What::Refund { payment, .. } if !by.contains_key(id) => -i128::from(payment.amount.minor),
        _ => 0,
    });
    each.sum()
}
