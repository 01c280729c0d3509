//! The only code that knows Automerge. Per record kind a schema and its merge rules; for all kinds
//! the same few verbs: load and save, execute a command as exactly one change, execute it again
//! elsewhere, judge a foreign change, read the record, read its history.
//!
//! Foreign bytes never reach a document: [`accept`] carries the command out itself on a clone and
//! demands that the very same change comes out.

mod accept;
pub mod config;
mod doc;
mod error;
mod execute;
mod gate;
mod history;
pub mod lead;
pub mod ledger;
mod merge;
mod shape;
mod text;
mod undo;
pub mod user_state;

pub use accept::{Verdict, accept, accept_remade, verify};
pub use doc::{ActorBytes, ChangeHash, Doc};
pub use error::{GateError, RecordError};
pub use execute::{NewChange, execute, reexecute};
pub use gate::{Gated, gate};
pub use history::{HistoryEntry, envelope_in, envelope_of, history, history_since};
pub use text::{TextEdit, splices};
pub use undo::undoable;
