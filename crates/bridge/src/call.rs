//! Dialling: how this computer calls a lead.

use crate::{Done, requests};
use domain::LeadId;
use serde::{Deserialize, Serialize};

/// What dials.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "k")]
pub enum Dialling {
    /// Whatever program the system has for `tel:` links.
    #[default]
    Tel,
    /// The same for `sip:`.
    Sip,
    /// A program with its arguments; `{number}` stands for the number. No shell reads it.
    Command { line: String },
    /// Nothing: the number is copied.
    Off,
}

requests! {
    /// Calls the lead's number, or its other one. Logs nothing.
    "call_dial" CallDial {
        pub lead: LeadId,
        #[serde(default)]
        pub other: bool,
    } -> Done;
    /// How this computer dials from now on.
    "dialling_set" DiallingSet { pub dialling: Dialling } -> Done;
}
