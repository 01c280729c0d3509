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

/// What a receipt is printed on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Paper {
    #[default]
    A4,
    /// A till's roll of 80 mm; as long as the receipt is.
    Roll,
}

impl Paper {
    pub const ALL: [Paper; 2] = [Paper::A4, Paper::Roll];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Paper::A4 => "a4",
            Paper::Roll => "roll",
        }
    }
}

impl std::str::FromStr for Paper {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "a4" => Ok(Paper::A4),
            "roll" | "80mm" => Ok(Paper::Roll),
            _ => Err(format!("{text} is no paper; it is a4 or roll (80 mm)")),
        }
    }
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
