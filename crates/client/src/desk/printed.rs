//! Receipts and statements of the ledgers that are here, as files. Nothing is sent, nothing is kept.

use super::Desk;
use super::payment::{check_role, receipt_of, this_day};
use super::when::Today;
use super::words::Reader;
use crate::error::ClientError;
use crate::ledger;
use crate::store::{leads, meta, receipts};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bridge::Problem;
use bridge::payment::{PdfFile, ReceiptPdf, StatementPdf};
use documents::{DocumentError, Organisation, Receipt, State, Statement};
use domain::config::{Config, Setting};
use domain::ledger::{Day, Payment, What};
use domain::{LeadId, Ledger, Refusal, RefusalCode};
use protocol::rows::ReceiptRow;
use rusqlite::Connection;
use std::collections::BTreeMap;
use uuid::Uuid;

/// What is read for either.
struct Account {
    config: Config,
    /// As the organisation is called where its settings say nothing else.
    name: String,
    logo: Option<Vec<u8>>,
    customer: String,
    ledger: Ledger,
    numbers: BTreeMap<Uuid, ReceiptRow>,
}

impl Account {
    fn load(c: &Connection, reader: &Reader, lead: LeadId) -> Result<Self, ClientError> {
        check_role(reader)?;
        let row = leads::get(c, lead)?.ok_or(ClientError::NotFound)?;
        let config: Config = meta::get(c, meta::CONFIG)?.unwrap_or_default();
        let set_name = config.value(Setting::CompanyName);
        let name = if set_name.trim().is_empty() { reader.facts.org.name.clone() } else { set_name };
        // One that can't be printed is left out: the receipt is what matters.
        let logo = STANDARD.decode(config.value(Setting::Logo)).ok().filter(|file| documents::check_logo(file).is_ok());
        let (ledger, numbers) = (ledger::of_lead(c, lead)?, receipts::of_lead(c, lead)?);
        Ok(Self { name, logo, customer: row.summary.name, ledger, numbers, config })
    }

    fn texts(&self) -> [String; 2] {
        [Setting::CompanyAddress, Setting::TaxNumber].map(|setting| self.config.value(setting))
    }

    fn organisation<'a>(&'a self, [address, tax_number]: &'a [String; 2]) -> Organisation<'a> {
        Organisation { name: &self.name, address, tax_number, logo: self.logo.as_deref() }
    }

    /// What came by this entry.
    fn payment(&self, entry: Uuid) -> Result<&Payment, ClientError> {
        let found = self.ledger.entries.get(&entry).ok_or(ClientError::NotFound)?;
        match &found.what {
            What::Payment(payment) | What::Reversal { replacement: Some(payment), .. } => Ok(payment),
            What::Refund { .. } | What::Discount { .. } | What::Reversal { replacement: None, .. } | What::Promise { .. } => {
                Err(Refusal::new(RefusalCode::InvalidValue, "Only a payment has a receipt. Print the statement.").into())
            }
        }
    }

    fn state(&self, entry: Uuid) -> State<'_> {
        if self.ledger.standing().payments.contains_key(&entry) {
            return State::Stands;
        }
        let reversal = self.ledger.entries.values().find_map(|other| match &other.what {
            What::Reversal { entry: of, reason, .. } if *of == entry => Some(reason.as_str()),
            _ => None,
        });
        State::Reversed(reversal.unwrap_or_default())
    }
}

pub(super) fn receipt(desk: &Desk, ask: ReceiptPdf) -> Result<PdfFile, Problem> {
    let now_ms = desk.engine.env().now_ms();
    Ok(desk.read(|c| {
        let reader = desk.reader(c)?;
        let account = Account::load(c, &reader, ask.lead)?;
        let payment = account.payment(ask.entry)?;
        let currency = ledger::currency(&reader.facts)?;
        let summary = account.ledger.summary(currency, this_day(&reader.today(now_ms))?).map_err(|e| unprintable(e.into()))?;
        let named = receipt_of(ask.entry, &account.numbers);
        let by = account.ledger.entries.get(&ask.entry).map_or(Ok(String::new()), |entry| reader.name(c, entry.by))?;
        let texts = account.texts();
        let receipt = Receipt {
            organisation: account.organisation(&texts),
            number: &named.number,
            is_provisional: named.is_provisional,
            payment,
            state: account.state(ask.entry),
            from: &account.customer,
            by: &by,
            summary: &summary,
            language: ask.language,
            at_ms: now_ms,
        };
        let content = documents::receipt(&receipt, ask.paper).map_err(unprintable)?;
        Ok(file(&format!("Receipt {}", named.number), &content))
    })?)
}

pub(super) fn statement(desk: &Desk, ask: StatementPdf) -> Result<PdfFile, Problem> {
    let now_ms = desk.engine.env().now_ms();
    Ok(desk.read(|c| {
        let reader = desk.reader(c)?;
        let account = Account::load(c, &reader, ask.lead)?;
        let today = reader.today(now_ms);
        let as_of = this_day(&today)?;
        let authors = account.ledger.authors().into_iter();
        let names = authors.map(|author| Ok((author, reader.name(c, author)?))).collect::<Result<BTreeMap<_, _>, ClientError>>()?;
        let texts = account.texts();
        let statement = Statement {
            organisation: account.organisation(&texts),
            customer: &account.customer,
            as_of,
            ledger: &account.ledger,
            currency: ledger::currency(&reader.facts)?,
            number: &|entry| {
                let is_receipted = account.ledger.entries.get(&entry).is_some_and(|entry| entry.what.has_receipt());
                is_receipted.then(|| receipt_of(entry, &account.numbers).number)
            },
            name: &|author| names.get(&author).cloned().unwrap_or_default(),
            day_of: &|at| day_of(&today, at).unwrap_or(as_of),
            language: ask.language,
            at_ms: now_ms,
        };
        let content = documents::statement(&statement).map_err(unprintable)?;
        Ok(file(&format!("Statement {} {as_of}", account.customer), &content))
    })?)
}

fn day_of(today: &Today<'_>, at: i64) -> Option<Day> {
    today.when(at).local.get(..10)?.parse().ok()
}

fn unprintable(e: DocumentError) -> ClientError {
    Refusal::new(RefusalCode::InvalidValue, format!("This can’t be printed: {e}.")).into()
}

/// Its name holds nothing that a system keeps from names of files.
fn file(name: &str, content: &[u8]) -> PdfFile {
    let plain = |c: char| if c.is_alphanumeric() || " -_.".contains(c) || is_mark(c) { c } else { '-' };
    let name: String = name.chars().map(plain).take(NAME_MAX).collect();
    PdfFile { name: format!("{}.pdf", name.trim().trim_start_matches('.')), content: STANDARD.encode(content) }
}

/// Characters of a file's name.
const NAME_MAX: usize = 80;

/// Vowel signs and the like, without which a name in Devanagari can't be read.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{0900}'..='\u{0963}')
}
