//! Needs attention: what was refused, kept until the person decides; and what was proposed or put
//! aside, until the person has read it.

use crate::lead::{TimelineWhat, When};
use crate::{Done, requests};
use domain::{CommandId, LeadId, RefusalCode};
use serde::{Deserialize, Serialize};

/// What became of a command that did not go in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttentionKind {
    /// Waits for the person: retry, copy or discard.
    #[default]
    Refused,
    /// Proposed to the lead's new owner; to be read, copied or dismissed (a discard).
    Proposed,
    /// Kept for a manager to release; to be read, copied or dismissed (a discard).
    Quarantined,
    /// Typed into a lead that left before it was saved; to be copied or dismissed (a discard).
    Unsaved,
    /// An assignment that somebody was faster with; to be read or dismissed (a discard).
    Assignment,
}

/// One command that did not go in, or a notice of what became of one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttentionItem {
    pub command: CommandId,
    pub lead: LeadId,
    pub lead_name: String,
    /// The lead is still on this computer.
    pub lead_here: bool,
    /// What was typed.
    pub what: TimelineWhat,
    /// The typed text in full, for copying.
    pub typed: String,
    pub wrote: When,
    /// When the server's answer came.
    pub refused: When,
    #[serde(default)]
    pub kind: AttentionKind,
    /// Of a notice: `HandedOver`.
    pub code: RefusalCode,
    /// Why not, and what to do.
    pub why: String,
    /// What stands instead, for reading.
    pub winning: Option<String>,
    /// It can be sent on for a manager to decide.
    #[serde(default)]
    pub can_send: bool,
}

requests! {
    /// Newest first.
    "attention_list" AttentionList {} -> Vec<AttentionItem>;
    /// Issues the same edit as a new command.
    "attention_retry" AttentionRetry { pub command: CommandId } -> Done;
    /// Sends it on for a manager to release or drop; needs the server.
    "attention_send" AttentionSend { pub command: CommandId } -> Done;
    /// Forgets what was typed.
    "attention_discard" AttentionDiscard { pub command: CommandId } -> Done;
    /// Takes a discard back within the session.
    "attention_restore" AttentionRestore { pub command: CommandId } -> Done;
}
