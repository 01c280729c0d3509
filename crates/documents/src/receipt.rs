//! The receipt of one payment.

use crate::flow::{Align, Column, Flow, Points, Style};
use crate::labels::{self, Labels};
use crate::pdf::Title;
use crate::{DocumentError, Organisation, Paper};
use domain::ledger::{Payment, Summary};
use domain::money::Language;

/// Whether the payment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State<'a> {
    Stands,
    /// Its entry was reversed, and why.
    Reversed(&'a str),
}

/// What a receipt says.
#[derive(Clone, Copy, Debug)]
pub struct Receipt<'a> {
    pub organisation: Organisation<'a>,
    pub number: &'a str,
    /// The server did not give its number yet.
    pub is_provisional: bool,
    pub payment: &'a Payment,
    pub state: State<'a>,
    /// Who paid.
    pub from: &'a str,
    /// Who took it.
    pub by: &'a str,
    /// What the ledger comes to, and its price.
    pub summary: &'a Summary,
    pub language: Language,
    /// When it is made, ms since the epoch.
    pub at_ms: i64,
}

/// The receipt as a PDF file.
///
/// # Errors
/// `Logo`, `Setting`.
pub fn receipt(of: &Receipt<'_>, paper: Paper) -> Result<Vec<u8>, DocumentError> {
    let labels = Labels::of(of.language);
    let mut flow = Flow::new(paper, of.organisation.logo)?;
    let tax_number = with_label(labels.tax, of.organisation.tax_number);
    flow.head(&Organisation { tax_number: &tax_number, ..of.organisation })?;
    let is_roll = paper == Paper::Roll;
    let size = if is_roll { 8.0 } else { 10.5 };
    flow.gap(size / 2.0);
    let title = Style::plain(size * 1.5).bold();
    flow.text(labels.receipt, if is_roll { title.to(Align::Centre) } else { title })?;
    if of.is_provisional {
        flow.text(labels.provisional, Style::plain(size).bold())?;
    }
    if let State::Reversed(reason) = of.state {
        flow.text(labels.reversed, Style::plain(size).bold())?;
        pair(&mut flow, labels.why, reason, size, false)?;
    }
    flow.gap(size / 2.0);
    facts(&mut flow, of, &labels, size)?;
    flow.rule(0.4);
    standing(&mut flow, of.summary, &labels, size)?;
    if !is_roll {
        flow.gap(60.0);
        flow.text(&format!("{}: ____________________", labels.sign), Style::plain(size).to(Align::Right))?;
    }
    let title = Title { title: &format!("{} {}", labels.receipt, of.number), author: of.organisation.name, at_ms: of.at_ms };
    flow.save(&title, |page, of| format!("{} {page}/{of}", labels.page))
}

fn facts(flow: &mut Flow, of: &Receipt<'_>, labels: &Labels, size: Points) -> Result<(), DocumentError> {
    let payment = of.payment;
    let number = if of.is_provisional { format!("{} ({})", of.number, labels.provisional_number) } else { of.number.to_owned() };
    let is_struck = matches!(of.state, State::Reversed(_));
    pair(flow, labels.number, &number, size, false)?;
    pair(flow, labels.day, &written(payment.day), size, false)?;
    pair(flow, labels.from, of.from, size, true)?;
    let sum = Style::plain(size * 1.25).bold().struck(is_struck);
    row(flow, labels.received_sum, &payment.amount.written(), size, sum)?;
    pair(flow, labels.in_words, &payment.amount.in_words(of.language), size, false)?;
    pair(flow, labels.mode, labels::mode(payment.mode, of.language), size, false)?;
    pair(flow, labels.reference, payment.reference.as_deref().unwrap_or_default(), size, false)?;
    pair(flow, labels.note, &payment.note, size, false)?;
    pair(flow, labels.by, of.by, size, false)
}

/// What was paid and is left, after this payment and every other that counts.
pub fn standing(flow: &mut Flow, summary: &Summary, labels: &Labels, size: Points) -> Result<(), DocumentError> {
    let mut lines = vec![(labels.paid, Some(summary.paid))];
    lines.push((labels.left, summary.balance));
    lines.push((labels.over, Some(summary.over_paid).filter(|over| over.minor > 0)));
    for (label, shown) in lines {
        pair(flow, label, &shown.map(|shown| shown.written()).unwrap_or_default(), size, true)?;
    }
    Ok(())
}

/// A label and what it says; nothing where there is nothing to say.
pub fn pair(flow: &mut Flow, label: &str, value: &str, size: Points, is_bold: bool) -> Result<(), DocumentError> {
    let style = Style::plain(size);
    row(flow, label, value, size, if is_bold { style.bold() } else { style })
}

fn row(flow: &mut Flow, label: &str, value: &str, size: Points, style: Style) -> Result<(), DocumentError> {
    if value.trim().is_empty() {
        return Ok(());
    }
    let (inner, middle) = (flow.inner(), (flow.inner() * 0.36).min(size * 12.5));
    let (labels, values) = (Column { from: 0.0, to: middle - 4.0 }, Column { from: middle, to: inner });
    flow.row(&[(labels, label, Style::plain(size).quiet()), (values, value, style)])
}

pub fn with_label(label: &str, value: &str) -> String {
    if value.trim().is_empty() { String::new() } else { format!("{label}: {}", value.trim()) }
}

/// A day as people write it: `26-11-2026`.
pub fn written(day: domain::ledger::Day) -> String {
    let day = day.to_string();
    let parts: Vec<&str> = day.split('-').rev().collect();
    parts.join("-")
}
