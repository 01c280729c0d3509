//! Needs attention: what was refused, kept until the person decides.

use crate::lead::{TimelineWhat, When};
use crate::{Done, requests};
use domain::{CommandId, LeadId, RefusalCode};
use serde::{Deserialize, Serialize};

/// One refused command.
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
    pub refused: When,
    pub code: RefusalCode,
    /// Why not, and what to do.
    pub why: String,
    /// What stands instead, for reading.
    pub winning: Option<String>,
}

requests! {
    /// Newest first.
    "attention_list" AttentionList {} -> Vec<AttentionItem>;
    /// Issues the same edit as a new command.
    "attention_retry" AttentionRetry { pub command: CommandId } -> Done;
    /// Forgets what was typed.
    "attention_discard" AttentionDiscard { pub command: CommandId } -> Done;
    /// Takes a discard back within the session.
    "attention_restore" AttentionRestore { pub command: CommandId } -> Done;
}
