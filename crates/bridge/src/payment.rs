//! The money of one converted lead. Amounts are typed and shown as text in the organisation's currency; days are
//! `YYYY-MM-DD` where the organisation is.

use crate::lead::When;
use crate::requests;
use domain::ledger::{Mode, Paper, PaymentStatus};
use domain::money::Language;
use domain::{CommandId, LeadId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What a ledger comes to today, and its history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerView {
    pub status: PaymentStatus,
    pub paid: String,
    /// None without a package.
    pub package: Option<String>,
    pub balance: Option<String>,
    /// What was paid beyond the package, where something was.
    pub over_paid: Option<String>,
    pub last_payment: Option<String>,
    /// Day and what is missing of it.
    pub next: Option<(String, String)>,
    pub overdue: Option<String>,
    /// Money of a lead that is not converted: for Finance to look at.
    pub unconverted: bool,
    /// Package or plan were set twice at once.
    pub contested: bool,
    /// The oldest first.
    pub entries: Vec<EntryView>,
    pub can_add: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryView {
    /// A receipt names it by this.
    pub id: Uuid,
    /// `Payment of ₹500 by UPI on 2026-11-20`.
    pub what: String,
    pub reference: Option<String>,
    pub note: String,
    /// Of a refund, discount or reversal.
    pub reason: String,
    pub by: String,
    pub when: When,
    /// It is in the sums.
    pub counts: bool,
    /// Another reversal of the same entry counts instead.
    pub outdone: bool,
    /// Of an entry that brings money.
    pub receipt: Option<ReceiptView>,
}

/// What a receipt is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptView {
    /// `R-00042`; `P-1234ABCD` while it is provisional.
    pub number: String,
    /// The server did not number it yet.
    pub is_provisional: bool,
}

/// A file that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PdfFile {
    /// `Receipt R-00042.pdf`
    pub name: String,
    /// In base64.
    pub content: String,
}

/// What is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "k")]
pub enum Document {
    Receipt { lead: LeadId, entry: Uuid, paper: Paper },
    Statement { lead: LeadId },
}

/// Where a file was saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedFile {
    pub path: String,
    /// The system's viewer has it, from where it can be printed.
    pub is_opened: bool,
}

requests! {
    /// What this person may see of it; refused where payments are not in their role.
    "ledger_get" LedgerGet { pub lead: LeadId } -> LedgerView;
    /// Today where no day is given.
    "payment_add" PaymentAdd {
        pub lead: LeadId,
        pub amount: String,
        pub mode: Mode,
        pub day: Option<String>,
        pub reference: Option<String>,
        pub note: String
    } -> CommandId;
    /// With `amount` a corrected payment takes the entry's place.
    "payment_reverse" PaymentReverse { pub lead: LeadId, pub entry: Uuid, pub reason: String, pub amount: Option<String> } -> CommandId;
    "payment_refund" PaymentRefund { pub lead: LeadId, pub amount: String, pub mode: Mode, pub day: Option<String>, pub reason: String } -> CommandId;
    "discount_add" DiscountAdd { pub lead: LeadId, pub amount: String, pub reason: String } -> CommandId;
    /// None for no package.
    "package_set" PackageSet { pub lead: LeadId, pub total: Option<String> } -> CommandId;
    /// Day and amount of each, the earliest first; none for no plan.
    "plan_set" PlanSet { pub lead: LeadId, pub instalments: Vec<(String, String)> } -> CommandId;
    /// The receipt of an entry that brings money.
    "receipt_pdf" ReceiptPdf { pub lead: LeadId, pub entry: Uuid, pub paper: Paper, pub language: Language } -> PdfFile;
    /// Every entry of the ledger, and what it comes to today.
    "statement_pdf" StatementPdf { pub lead: LeadId, pub language: Language } -> PdfFile;
    /// Saves one into this person's folder for downloads, and shows it there in the system's viewer to print it.
    "document_save" DocumentSave { pub document: Document, pub language: Language, pub open: bool } -> SavedFile;
    "promise_add" PromiseAdd { pub lead: LeadId, pub day: String, pub amount: Option<String>, pub note: String } -> CommandId;
}
