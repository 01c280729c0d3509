//! `leadline payment …`

use crate::args::{Payment, PdfTo};
use crate::failure::Failure;
use crate::lead::{edit, one_of, saved};
use crate::place::Place;
use crate::print::{Printer, table};
use crate::words;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bridge::ProblemCode;
use bridge::lead::When;
use bridge::payment::{
    DiscountAdd, EntryView, LedgerGet, LedgerView, PAY_MAX, PackageSet, PayFilter, PayRecord, PayRow, PayTab, PaymentAdd, PaymentList,
    PaymentRecords, PaymentRefund, PaymentReverse, PdfFile, PlanSet, PromiseAdd, ReceiptPdf, StatementPdf,
};
use domain::ledger::Mode;
use serde_json::json;
use std::io::Write as _;

pub fn run(place: &Place, print: &Printer, command: Payment) -> Result<(), Failure> {
    match command {
        Payment::Add { lead, amount, mode, day, reference, note } => {
            let mode = mode_of(&mode)?;
            edit(place, print, &lead, |lead| PaymentAdd { lead, amount, mode, day, reference, note })
        }
        Payment::List { lead } => list(place, print, &lead),
        Payment::Customers { tab, search } => customers(place, print, &tab, search),
        Payment::Records => records(place, print),
        Payment::Reverse { lead, entry, reason, corrected } => {
            let desk = place.write()?;
            let lead = desk.find_lead(&lead)?;
            let entries = desk.ask(LedgerGet { lead })?.entries;
            let entry = one_of(entries.iter().map(|one| (one.id, ())), &entry, "entry")?.0;
            desk.ask(PaymentReverse { lead, entry, reason, amount: corrected })?;
            saved(print, lead)
        }
        Payment::Receipt { lead, entry, file, paper } => {
            let desk = place.read()?;
            let lead = desk.find_lead(&lead)?;
            let entries = desk.ask(LedgerGet { lead })?.entries;
            let entry = one_of(entries.iter().map(|one| (one.id, ())), &entry, "entry")?.0;
            let (paper, language) = (parsed(&paper)?, parsed(&file.language)?);
            save(print, &file, &desk.ask(ReceiptPdf { lead, entry, paper, language })?)
        }
        Payment::Statement { lead, file } => {
            let desk = place.read()?;
            let lead = desk.find_lead(&lead)?;
            save(print, &file, &desk.ask(StatementPdf { lead, language: parsed(&file.language)? })?)
        }
        Payment::Refund { lead, amount, mode, day, reason } => {
            let mode = mode_of(&mode)?;
            edit(place, print, &lead, |lead| PaymentRefund { lead, amount, mode, day, reason })
        }
        Payment::Discount { lead, amount, reason } => edit(place, print, &lead, |lead| DiscountAdd { lead, amount, reason }),
        Payment::Package { lead, total } => edit(place, print, &lead, |lead| PackageSet { lead, total }),
        Payment::Plan { lead, instalments } => {
            let instalments = instalments.iter().map(|one| instalment(one)).collect::<Result<_, _>>()?;
            edit(place, print, &lead, |lead| PlanSet { lead, instalments })
        }
        Payment::Promise { lead, day, amount, note } => edit(place, print, &lead, |lead| PromiseAdd { lead, day, amount, note }),
    }
}

fn mode_of(typed: &str) -> Result<Mode, Failure> {
    parsed(typed)
}

fn parsed<T: std::str::FromStr<Err = String>>(typed: &str) -> Result<T, Failure> {
    typed.parse().map_err(|text: String| Failure::new(ProblemCode::Refused, text))
}

/// Writes a file that is not there yet.
fn save(print: &Printer, to: &PdfTo, file: &PdfFile) -> Result<(), Failure> {
    let content = STANDARD.decode(&file.content).map_err(|e| Failure::new(ProblemCode::Internal, e.to_string()))?;
    let path = to.to.clone().unwrap_or_else(|| file.name.clone().into());
    let refused = |e: std::io::Error| Failure::new(ProblemCode::Disk, format!("{} can’t be written: {e}.", path.display()));
    let mut new = std::fs::OpenOptions::new().write(true).create_new(true).open(&path).map_err(refused)?;
    new.write_all(&content).map_err(refused)?;
    print.answer(&json!({ "file": path, "bytes": content.len() }), || format!("Saved as {}", path.display()))
}

/// `2026-12-01=5000` as day and amount.
fn instalment(typed: &str) -> Result<(String, String), Failure> {
    let (day, amount) = typed
        .split_once('=')
        .ok_or_else(|| Failure::new(ProblemCode::Refused, format!("{typed} is no instalment; one is written like 2026-12-01=5000")))?;
    Ok((day.to_owned(), amount.to_owned()))
}

fn list(place: &Place, print: &Printer, lead: &str) -> Result<(), Failure> {
    let desk = place.read()?;
    let lead = desk.find_lead(lead)?;
    let ledger = desk.ask(LedgerGet { lead })?;
    print.answer(&json!({ "lead": lead, "ledger": ledger }), || in_words(&ledger))
}

fn customers(place: &Place, print: &Printer, tab: &str, search: String) -> Result<(), Failure> {
    let names = || PayTab::ALL.map(PayTab::as_str).join(", ");
    let unknown = || Failure::new(ProblemCode::Refused, format!("{tab} is no tab; they are {}", names()));
    let tab = PayTab::ALL.into_iter().find(|one| one.as_str() == tab).ok_or_else(unknown)?;
    let filter = PayFilter { tab, search, ..PayFilter::default() };
    let page = place.read()?.ask(PaymentList { filter, offset: 0, limit: PAY_MAX })?;
    let or_none = |amount: &Option<String>| amount.clone().unwrap_or_else(|| "-".into());
    let row = |one: &PayRow| {
        let next = one.next.as_ref().map(|(day, amount)| format!("{amount} on {}", date(day))).unwrap_or_default();
        vec![words::short_lead(one.lead), one.name.clone(), one.status.as_str().to_owned(), or_none(&one.paid), or_none(&one.balance), next]
    };
    print.answer(&json!(page), || {
        let lines = table(&["LEAD", "CUSTOMER", "STATUS", "PAID", "LEFT", "NEXT"], page.rows.iter().map(row).collect());
        format!("{lines}\n\n{} customers, {} paid, {} to collect", page.total, page.paid, page.balance)
    })
}

fn records(place: &Place, print: &Printer) -> Result<(), Failure> {
    let page = place.read()?.ask(PaymentRecords { offset: 0, limit: PAY_MAX })?;
    let row = |one: &PayRecord| {
        let reference = one.reference.clone().unwrap_or_default();
        let twice = if one.is_twice { "stands twice" } else { "" };
        vec![date(&one.day), one.name.clone(), one.amount.clone(), one.mode.label().to_owned(), reference, one.by.clone(), twice.to_owned()]
    };
    print.answer(&json!(page), || {
        let lines = table(&["DAY", "CUSTOMER", "AMOUNT", "MODE", "REFERENCE", "BY", ""], page.rows.iter().map(row).collect());
        format!("{lines}\n\n{} payments and refunds, together {}", page.total, page.sum)
    })
}

/// `2026-11-21`
fn date(when: &When) -> String {
    when.local.chars().take_while(|c| *c != 'T').collect()
}

fn in_words(ledger: &LedgerView) -> String {
    let mut head = vec![format!("{}: {} paid", ledger.status.as_str(), ledger.paid)];
    head.extend(ledger.package.as_ref().map(|package| format!("package {package}")));
    head.extend(ledger.balance.as_ref().map(|balance| format!("{balance} left")));
    head.extend(ledger.over_paid.as_ref().map(|over| format!("{over} too much")));
    head.extend(ledger.overdue.as_ref().map(|overdue| format!("{overdue} overdue")));
    head.extend(ledger.next.as_ref().map(|(day, amount)| format!("next {amount} on {day}")));
    head.extend(ledger.unconverted.then(|| "the lead is not converted".to_owned()));
    head.extend(ledger.contested.then(|| "package or plan were set twice at once".to_owned()));
    let state = |entry: &EntryView| match (entry.counts, entry.outdone) {
        (true, _) => "counts",
        (false, true) => "another reversal counts",
        (false, false) => "",
    };
    let row = |entry: &EntryView| {
        let reference = entry.reference.clone().unwrap_or_default();
        let receipt = entry.receipt.as_ref().map_or_else(String::new, |receipt| {
            if receipt.is_provisional { format!("{} (provisional)", receipt.number) } else { receipt.number.clone() }
        });
        vec![
            words::short(entry.id),
            words::when(&entry.when),
            entry.what.clone(),
            receipt,
            reference,
            entry.by.clone(),
            state(entry).to_owned(),
        ]
    };
    let rows = ledger.entries.iter().map(row).collect();
    let head = head.join(" · ");
    if ledger.entries.is_empty() {
        head
    } else {
        format!("{head}\n\n{}", table(&["ENTRY", "WHEN", "WHAT", "RECEIPT", "REFERENCE", "BY", ""], rows))
    }
}
