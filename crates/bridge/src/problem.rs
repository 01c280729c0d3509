//! Why a request was not carried out, in words for the person who asked.

use domain::Refusal;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemCode {
    /// The command breaks a rule; `field` may name the form field.
    Refused,
    NotSignedIn,
    WrongCredentials,
    /// The six digits of the authenticator app are needed, or were wrong.
    SecondFactor,
    /// There is no keychain: may the wrapped key lie in a file?
    KeyFile,
    /// The profile is locked: unlock it or sign in.
    Locked,
    /// Too many wrong tries; the text says until when.
    TooMany,
    /// Somebody else was faster: look again.
    Changed,
    /// Needs the server, which is out of reach.
    Offline,
    /// The server's name can't be found.
    ServerName,
    /// Nothing listens at that address.
    ServerRefused,
    ServerTimeout,
    ServerCertificate,
    /// A proxy answered instead of the server.
    ServerProxy,
    /// This computer's clock is too far off.
    Clock,
    /// Something answered that is not a Leadline server, or it failed.
    ServerOther,
    /// The disk is full or can't be written.
    Disk,
    /// The copy's file is damaged: it can be repaired with its password.
    Damaged,
    /// Another process holds this profile for writing.
    ProfileHeld,
    /// The profile was written by a newer version.
    UpdateNeeded,
    NotFound,
    Internal,
}

/// A failed request. Nothing that was typed is lost: forms keep it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    pub code: ProblemCode,
    /// What happened and what to do.
    pub text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

impl Problem {
    #[must_use]
    pub fn new(code: ProblemCode, text: impl Into<String>) -> Self {
        Self { code, text: text.into(), field: None }
    }
}

impl From<Refusal> for Problem {
    fn from(r: Refusal) -> Self {
        Self { code: ProblemCode::Refused, text: r.text, field: r.field }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Problem {}
