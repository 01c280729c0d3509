//! Receipts and statements at the desk: what they are called, who gets them, and that nothing keeps one from being made.

use crate::office::{Office, Server};
use bridge::ProblemCode;
use bridge::lead::LeadChangeStatus;
use bridge::payment::{DiscountAdd, LedgerGet, PaymentAdd, PaymentReverse, PdfFile, ReceiptPdf, ReceiptView, StatementPdf};
use domain::config::Setting;
use domain::ledger::{Mode, Paper};
use domain::money::Language;
use domain::{Command, LeadId, Role, Status};
use protocol::pull::Entry;
use protocol::rows::{ReceiptRow, Row};
use uuid::Uuid;

fn customer(office: &Office) -> LeadId {
    let lead = office.create("अनन्या / कृष्णन", "9820014786");
    for to in [Status::InProgress, Status::Interested, Status::Qualified, Status::Converted] {
        office.desk.ask(LeadChangeStatus { lead, to, reason: None }).expect("a status");
    }
    lead
}

fn receipt(office: &Office, lead: LeadId, entry: Uuid) -> Result<PdfFile, bridge::Problem> {
    office.desk.ask(ReceiptPdf { lead, entry, paper: Paper::Roll, language: Language::Hindi })
}

fn named(office: &Office, lead: LeadId, entry: Uuid) -> Option<ReceiptView> {
    let ledger = office.desk.ask(LedgerGet { lead }).expect("a ledger");
    ledger.entries.into_iter().find(|one| one.id == entry).expect("an entry").receipt
}

/// The first bytes of every PDF, in base64.
const PDF: &str = "JVBERi0x";

#[test]
fn a_receipt_is_provisional_until_its_number_comes() {
    let (office, server) = (Office::of(Role::Admin), Server::default());
    let lead = customer(&office);
    let pay = PaymentAdd { lead, amount: "25000.50".into(), mode: Mode::Cash, day: None, reference: None, note: String::new() };
    let entry = office.desk.ask(pay).expect("a payment").0;
    let discount = office.desk.ask(DiscountAdd { lead, amount: "5".into(), reason: "r".into() }).expect("a discount").0;
    let provisional = named(&office, lead, entry).expect("a receipt");
    assert!(provisional.is_provisional && provisional.number.starts_with("P-"), "{provisional:?}");
    let file = receipt(&office, lead, entry).expect("a file");
    assert!(file.content.starts_with(PDF));
    assert_eq!(file.name, format!("Receipt {}.pdf", provisional.number));
    assert_eq!(named(&office, lead, discount), None);
    assert_eq!(receipt(&office, lead, discount).map_err(|p| p.code), Err(ProblemCode::Refused), "no money came");
    assert_eq!(receipt(&office, lead, Uuid::from_u128(9)).map_err(|p| p.code), Err(ProblemCode::NotFound));
    server.deliver(vec![Entry::Row(Row::Receipt(ReceiptRow { entry, lead, number: 7, prefix: "A/26-".into() }))]);
    office.sync(&server);
    assert_eq!(named(&office, lead, entry), Some(ReceiptView { number: "A/26-00007".into(), is_provisional: false }));
    // A slash is in no name of a file.
    assert_eq!(receipt(&office, lead, entry).expect("a file").name, "Receipt A-26-00007.pdf");
    let reverse = PaymentReverse { lead, entry, reason: "typed wrong".into(), amount: Some("500".into()) };
    let corrected = office.desk.ask(reverse).expect("a reversal").0;
    assert!(receipt(&office, lead, entry).expect("still there, and not valid").content.starts_with(PDF));
    assert!(named(&office, lead, corrected).is_some_and(|receipt| receipt.is_provisional), "what came in its place has its own");
    let statement = office.desk.ask(StatementPdf { lead, language: Language::English }).expect("a statement");
    assert!(statement.content.starts_with(PDF) && statement.name.starts_with("Statement अनन्या - कृष्णन "), "{}", statement.name);
}

#[test]
fn a_logo_that_can_not_be_printed_keeps_nobody_from_a_receipt() {
    let office = Office::of(Role::Admin);
    let lead = customer(&office);
    let pay = PaymentAdd { lead, amount: "1".into(), mode: Mode::Upi, day: None, reference: None, note: String::new() };
    let entry = office.desk.ask(pay).expect("a payment").0;
    for (setting, value) in [(Setting::Logo, "iVBORw0KGgoA"), (Setting::CompanyName, "नक्षत्र"), (Setting::CompanyAddress, "1\n2\n3")]
    {
        office.desk.engine().configure(Command::SetSetting { setting, value: Some(value.into()) }).expect("set");
    }
    assert!(receipt(&office, lead, entry).expect("a file").content.starts_with(PDF));
}

#[test]
fn who_sees_no_payments_gets_no_paper() {
    let office = Office::of(Role::Salesperson);
    let lead = office.create("Ananya", "9820014786");
    let statement = office.desk.ask(StatementPdf { lead, language: Language::English });
    assert_eq!(statement.map_err(|p| p.code), Err(ProblemCode::Refused));
    assert_eq!(receipt(&office, lead, Uuid::from_u128(1)).map_err(|p| p.code), Err(ProblemCode::Refused));
}
