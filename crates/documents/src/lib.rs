//! Receipts and statements as PDF: who pays, how much, in words, shaped for Latin and Devanagari, with text that can
//! be searched and copied. Pure: takes what it prints, gives bytes; reads no clock, no file and no record.

mod face;
mod flow;
mod labels;
mod logo;
mod pdf;
mod receipt;
mod statement;

pub use logo::{LOGO_BYTES_MAX, LOGO_SIDE_MAX, check as check_logo};
pub use receipt::{Receipt, State, receipt};
pub use statement::{Statement, statement};

pub use domain::ledger::Paper;

use domain::money::MoneyError;

/// Who gives the document out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Organisation<'a> {
    pub name: &'a str,
    /// Lines apart by line breaks.
    pub address: &'a str,
    /// As the authority wrote it; empty for none.
    pub tax_number: &'a str,
    /// A PNG file.
    pub logo: Option<&'a [u8]>,
}

/// Why there is no document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// A text or a font that can't be set; names no one.
    #[error("the document could not be set: {0}")]
    Setting(String),
    #[error("{0}")]
    Logo(String),
}
