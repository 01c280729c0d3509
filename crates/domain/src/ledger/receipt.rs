//! Numbers of receipts. Each entry that brings money gets one from the server when it is accepted: one after the
//! other, none left out, none given twice.

use super::{LedgerCommand, What};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Digits of a number at least.
const DIGITS: usize = 5;
/// Characters of a provisional number.
const PROVISIONAL: usize = 8;

impl LedgerCommand {
    /// Whether what it writes brings money, so that there is a receipt for it.
    #[must_use]
    pub fn has_receipt(&self) -> bool {
        match self {
            LedgerCommand::AddPayment { .. } | LedgerCommand::Reverse { replacement: Some(_), .. } => true,
            LedgerCommand::Refund { .. }
            | LedgerCommand::AddDiscount { .. }
            | LedgerCommand::Reverse { replacement: None, .. }
            | LedgerCommand::SetPackage { .. }
            | LedgerCommand::SetPlan { .. }
            | LedgerCommand::Promise { .. } => false,
        }
    }
}

impl What {
    /// See [`LedgerCommand::has_receipt`].
    #[must_use]
    pub fn has_receipt(&self) -> bool {
        self.command().has_receipt()
    }
}

/// `R-00017`: what stood as the prefix when it was given stays.
#[must_use]
pub fn receipt_number(prefix: &str, number: u64) -> String {
    format!("{prefix}{number:0DIGITS$}")
}

/// What an entry's receipt is called until the server gave it a number: the end of its id.
#[must_use]
pub fn provisional_number(entry: Uuid) -> String {
    let id = entry.simple().to_string().to_uppercase();
    format!("P-{}", &id[id.len() - PROVISIONAL..])
}

/// What a receipt is printed on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Paper {
    #[default]
    A4,
    /// A till's roll of 80 mm; as long as the receipt is.
    Roll,
}

impl std::str::FromStr for Paper {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "a4" => Ok(Paper::A4),
            "roll" => Ok(Paper::Roll),
            _ => Err(format!("{text} is no paper; it is a4 or roll, which is 80 mm wide")),
        }
    }
}
