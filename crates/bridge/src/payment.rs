//! The money of one converted lead. Amounts are typed and shown as text in the organisation's currency; days are
//! `YYYY-MM-DD` where the organisation is.

use crate::lead::When;
use crate::requests;
use domain::ledger::{Mode, Paper, PaymentStatus};
use domain::money::Language;
use domain::{CommandId, LeadId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What needs a second look in a ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LedgerFlag {
    /// Money of a lead that is not converted.
    Unconverted,
    /// Package or plan were set twice at once.
    Contested,
    /// One entry was reversed twice at once; one of them counts.
    Outdone,
    OverPaid,
    /// A reference number stands on two payments.
    Twice,
}

impl LedgerFlag {
    pub const ALL: [LedgerFlag; 5] =
        [LedgerFlag::Unconverted, LedgerFlag::Contested, LedgerFlag::Outdone, LedgerFlag::OverPaid, LedgerFlag::Twice];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            LedgerFlag::Unconverted => "unconverted",
            LedgerFlag::Contested => "contested",
            LedgerFlag::Outdone => "outdone",
            LedgerFlag::OverPaid => "over_paid",
            LedgerFlag::Twice => "twice",
        }
    }
}

/// One instalment of the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstalmentView {
    pub due: When,
    /// `2026-12-15`
    pub day: String,
    pub amount: String,
    /// None of one that is paid in full.
    pub missing: Option<String>,
}

/// What the customer said when they would pay; it waits to be kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromiseView {
    pub due: When,
    pub amount: Option<String>,
}

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
    pub last_payment: Option<When>,
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
    /// Where anything was given back.
    pub refunded: Option<String>,
    /// Taken off the package, where anything was.
    pub discounts: Option<String>,
    pub flags: Vec<LedgerFlag>,
    /// The earliest first.
    pub plan: Vec<InstalmentView>,
    pub promise: Option<PromiseView>,
    /// Set package and plan, correct what counts.
    pub can_edit: bool,
}

/// What kind of entry a line of the history is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    Payment,
    Refund,
    Discount,
    Reversal,
    Promise,
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
    pub kind: EntryKind,
    /// Its amount, below zero of what was given or taken back; None of a promise of anything.
    pub amount: Option<String>,
    pub mode: Option<Mode>,
    /// Of money, the day that it came or went; else of the entry.
    pub day: When,
    /// Its reference number stands on another payment, too.
    pub is_twice: bool,
    /// This person may reverse it.
    pub can_reverse: bool,
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

/// A tab of the Payments page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayTab {
    /// To be collected, in the order of the collection queue.
    #[default]
    Due,
    /// Due or promised within seven days, or late.
    Week,
    /// Promised, and not paid.
    Promised,
    Completed,
    All,
}

impl PayTab {
    pub const ALL: [PayTab; 5] = [PayTab::Due, PayTab::Week, PayTab::Promised, PayTab::Completed, PayTab::All];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            PayTab::Due => "due",
            PayTab::Week => "week",
            PayTab::Promised => "promised",
            PayTab::Completed => "completed",
            PayTab::All => "all",
        }
    }
}

/// Which customers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayFilter {
    pub tab: PayTab,
    pub status: Option<PaymentStatus>,
    /// Name or phone.
    pub search: String,
    /// Whose ledgers one holds, of those who see only their own.
    pub mine: bool,
    pub flagged: bool,
}

/// A customer: what is paid and what is due. Amounts are None where the ledger is not in sight.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayRow {
    pub lead: LeadId,
    pub name: String,
    pub phone: String,
    pub package: Option<String>,
    pub paid: Option<String>,
    pub balance: Option<String>,
    /// The first instalment that is not paid in full, with what is missing of it.
    pub next: Option<(When, String)>,
    pub promise: Option<PromiseView>,
    pub last_payment: Option<When>,
    pub status: PaymentStatus,
    pub flags: Vec<LedgerFlag>,
    /// Something of it waits to be sent.
    pub unsent: bool,
}

/// Customers by tab and by status, of what the search and the other filters leave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayCounts {
    pub due: u32,
    pub week: u32,
    pub promised: u32,
    pub completed: u32,
    pub all: u32,
    /// In the order of [`PaymentStatus::ALL`], of all.
    pub by_status: [u32; 4],
    pub flagged: u32,
}

impl PayCounts {
    #[must_use]
    pub fn of(&self, tab: PayTab) -> u32 {
        match tab {
            PayTab::Due => self.due,
            PayTab::Week => self.week,
            PayTab::Promised => self.promised,
            PayTab::Completed => self.completed,
            PayTab::All => self.all,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayPage {
    pub rows: Vec<PayRow>,
    pub offset: u32,
    /// Customers in the whole tab.
    pub total: u32,
    pub counts: PayCounts,
    /// Sums of the whole tab, of the ledgers in sight.
    pub paid: String,
    pub balance: String,
    /// Payments less refunds of today, of all ledgers in sight, and how many.
    pub today: String,
    pub today_count: u32,
}

/// A payment or refund that counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayRecord {
    pub entry: Uuid,
    pub lead: LeadId,
    pub name: String,
    pub day: When,
    /// Below zero of a refund.
    pub amount: String,
    pub mode: Mode,
    pub reference: Option<String>,
    pub note: String,
    pub by: String,
    pub is_twice: bool,
}

/// What counts, the latest day first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayRecords {
    pub rows: Vec<PayRecord>,
    pub offset: u32,
    pub total: u32,
    /// Of all of them.
    pub sum: String,
}

/// Lines of one answer at most.
pub const PAY_MAX: u32 = 1_000;

requests! {
    "payment_list" PaymentList { pub filter: PayFilter, pub offset: u32, pub limit: u32 } -> PayPage;
    "payment_records" PaymentRecords { pub offset: u32, pub limit: u32 } -> PayRecords;
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
