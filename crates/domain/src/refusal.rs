//! Why a command is not accepted, in words a person can act on.

use serde::{Deserialize, Serialize};

/// The stable reason; screens may translate it, scripts may match it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RefusalCode {
    NotPermitted,
    NotFound,
    MissingField,
    InvalidPhone,
    InvalidEmail,
    InvalidValue,
    TooLong,
    UnknownStatus,
    TransitionNotAllowed,
    ReasonRequired,
    LeadUnassigned,
    LeadClosed,
    LeadDeleted,
    /// The lead went to somebody else, and this device knew.
    HandedOver,
    FollowUpSettled,
    /// What an undo would take back was changed since.
    NotCurrent,
    Duplicate,
    /// The bytes are not a change that this command makes.
    MalformedChange,
    /// The change names an actor id that belongs to another device.
    ForeignActor,
    /// The device is older than the record's format.
    UpdateNeeded,
}

/// A final "no" to one command: the code, a sentence, and what stands instead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[error("{text}")]
pub struct Refusal {
    pub code: RefusalCode,
    /// What happened and what to do, in plain English.
    pub text: String,
    /// The value that won, for those who may read the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub winning: Option<String>,
    /// The field at fault, for forms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

impl Refusal {
    #[must_use]
    pub fn new(code: RefusalCode, text: impl Into<String>) -> Self {
        Self { code, text: text.into(), winning: None, field: None }
    }

    #[must_use]
    pub fn on(mut self, field: &str) -> Self {
        self.field = Some(field.to_owned());
        self
    }

    #[must_use]
    pub fn winning(mut self, value: impl Into<String>) -> Self {
        self.winning = Some(value.into());
        self
    }
}
