//! The statement of one account: every entry with what it moved and the balance after it, reversals among them.

use crate::flow::{Align, Column, Flow, Points, Style};
use crate::labels::{self, Labels};
use crate::pdf::{MM, Title};
use crate::receipt::{pair, standing, with_label, written};
use crate::{DocumentError, Organisation, Paper};
use domain::ledger::{AccountLine, Day, What};
use domain::money::{Currency, Language, Money};
use domain::{Ledger, UserId};
use uuid::Uuid;

/// What a statement says.
pub struct Statement<'a> {
    pub organisation: Organisation<'a>,
    /// Whose account it is.
    pub customer: &'a str,
    pub as_of: Day,
    pub ledger: &'a Ledger,
    pub currency: Currency,
    /// The number of an entry's receipt, where it has one.
    pub number: &'a dyn Fn(Uuid) -> Option<String>,
    pub name: &'a dyn Fn(UserId) -> String,
    /// The day of an entry that says none of its own, by the time it was typed, ms since the epoch.
    pub day_of: &'a dyn Fn(i64) -> Day,
    pub language: Language,
    /// When it is made, ms since the epoch.
    pub at_ms: i64,
}

const SIZE: Points = 8.5;

/// The statement as a PDF file on A4.
///
/// # Errors
/// `Money` for sums that can't be counted, `Logo`, `Setting`.
pub fn statement(of: &Statement<'_>) -> Result<Vec<u8>, DocumentError> {
    let labels = Labels::of(of.language);
    let summary = of.ledger.summary(of.currency, of.as_of)?;
    let lines = of.ledger.account(of.currency)?;
    let mut flow = Flow::new(Paper::A4, of.organisation.logo)?;
    let tax_number = with_label(labels.tax, of.organisation.tax_number);
    flow.head(&Organisation { tax_number: &tax_number, ..of.organisation })?;
    flow.gap(6.0);
    flow.text(labels.statement, Style::plain(15.0).bold())?;
    flow.gap(4.0);
    pair(&mut flow, labels.customer, of.customer, 10.5, true)?;
    pair(&mut flow, labels.as_of, &written(of.as_of), 10.5, false)?;
    flow.gap(6.0);
    let columns = Columns::of(flow.inner());
    columns.head(&mut flow, &labels)?;
    let package = of.ledger.package.filter(|package| package.currency == of.currency);
    if let Some(package) = package {
        let cells = [String::new(), labels.package.to_owned(), package.written(), String::new(), package.written()];
        columns.row(&mut flow, &labels, &cells, false)?;
    }
    for line in &lines {
        columns.row(&mut flow, &labels, &cells(of, &labels, line), line_is_struck(line))?;
    }
    flow.rule(0.8);
    let zero = Money::zero(of.currency);
    let mut totals = (package.unwrap_or(zero), zero);
    for line in &lines {
        totals = (totals.0.plus(line.charged)?, totals.1.plus(line.received)?);
    }
    let balance = totals.0.minus(totals.1)?;
    let bold = Style::plain(SIZE).bold();
    let total = [labels.total.to_owned(), totals.0.written(), totals.1.written(), balance.written()];
    columns.set(&mut flow, ["", &total[0], &total[1], &total[2], &total[3]], bold, bold)?;
    flow.gap(10.0);
    standing(&mut flow, &summary, &labels, 10.5)?;
    let title = Title { title: &format!("{} {}", labels.statement, of.customer), author: of.organisation.name, at_ms: of.at_ms };
    flow.save(&title, |page, of| format!("{} {page}/{of}", labels.page))
}

/// An entry that was reversed stays to be read, struck through.
fn line_is_struck(line: &AccountLine<'_>) -> bool {
    !line.counts && !matches!(line.entry.what, What::Reversal { .. })
}

fn cells(of: &Statement<'_>, labels: &Labels, line: &AccountLine<'_>) -> [String; 5] {
    let moved = |amount: Money| if amount.minor == 0 { String::new() } else { amount.written() };
    let what = what(of, labels, line).join(" · ");
    [written(day(of, line)), what, moved(line.charged), moved(line.received), line.balance.written()]
}

fn day(of: &Statement<'_>, line: &AccountLine<'_>) -> Day {
    match &line.entry.what {
        What::Payment(payment) | What::Refund { payment, .. } => payment.day,
        What::Discount { .. } | What::Reversal { .. } | What::Promise { .. } => (of.day_of)(line.entry.at),
    }
}

fn what(of: &Statement<'_>, labels: &Labels, line: &AccountLine<'_>) -> Vec<String> {
    let by = |payment: &domain::ledger::Payment| {
        let mode = labels::mode(payment.mode, of.language).to_owned();
        [Some(mode), payment.reference.clone()].into_iter().flatten().collect::<Vec<_>>().join(" ")
    };
    let number = |id: Uuid| (of.number)(id);
    let mut words: Vec<String> = match &line.entry.what {
        What::Payment(payment) => [Some(labels.payment.to_owned()), number(line.id), Some(by(payment))].into_iter().flatten().collect(),
        What::Refund { payment, reason } => vec![labels.refund.to_owned(), by(payment), reason.clone()],
        What::Discount { reason, .. } => vec![labels.discount.to_owned(), reason.clone()],
        What::Promise { day, amount, .. } => {
            let promised = [Some(written(*day)), amount.map(Money::written)].into_iter().flatten().collect::<Vec<_>>().join(" ");
            vec![labels.promise.to_owned(), promised]
        }
        What::Reversal { entry, reason, replacement } => {
            let head = if replacement.is_some() { labels.correction } else { labels.reversal };
            let of_receipt = [Some(head.to_owned()), number(*entry)].into_iter().flatten().collect::<Vec<_>>().join(" ");
            let new = replacement.as_ref().map(|payment| format!("{} {}", payment.amount.written(), by(payment)));
            [Some(of_receipt), Some(reason.clone()), new, number(line.id)].into_iter().flatten().collect()
        }
    };
    words.push((of.name)(line.entry.by));
    words.extend(line_is_struck(line).then(|| labels.is_reversed.to_owned()));
    words.extend((!line.counts && !line_is_struck(line)).then(|| labels.outdone.to_owned()));
    words.retain(|word| !word.trim().is_empty());
    words
}

struct Columns([Column; 5]);

impl Columns {
    fn of(inner: Points) -> Self {
        let ends = [20.0 * MM, inner - 84.0 * MM, inner - 56.0 * MM, inner - 28.0 * MM, inner];
        let starts = [0.0, ends[0] + 2.0, ends[1] + 4.0, ends[2] + 4.0, ends[3] + 4.0];
        Self(std::array::from_fn(|i| Column { from: starts[i], to: ends[i] }))
    }

    fn head(&self, flow: &mut Flow, labels: &Labels) -> Result<(), DocumentError> {
        let bold = Style::plain(SIZE).bold();
        self.set(flow, [labels.day, labels.entry, labels.charged, labels.received, labels.balance], bold, bold)?;
        flow.rule(0.6);
        Ok(())
    }

    /// One entry; the head again where it begins a page.
    fn row(&self, flow: &mut Flow, labels: &Labels, cells: &[String; 5], is_struck: bool) -> Result<(), DocumentError> {
        let plain = Style::plain(SIZE);
        flow.gap(2.0);
        if flow.needs_page(SIZE * 6.0) {
            flow.new_page();
            self.head(flow, labels)?;
        }
        self.set(flow, std::array::from_fn(|i| cells[i].as_str()), plain.struck(is_struck), plain)
    }

    fn set(&self, flow: &mut Flow, cells: [&str; 5], what: Style, figures: Style) -> Result<(), DocumentError> {
        let style = |i: usize| match i {
            0 => figures,
            1 => what,
            _ => figures.to(Align::Right),
        };
        let row: [_; 5] = std::array::from_fn(|i| (self.0[i], cells[i], style(i)));
        flow.row(&row)
    }
}
