//! What can go wrong with a document or a foreign change.

use crate::doc::ChangeHash;

/// A failure on our own documents.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The stored bytes are not a document; fetch the record's snapshot again.
    #[error("this record's document can't be read: {0}")]
    Corrupt(String),
    /// A change whose dependencies are not here; fetch the record's snapshot.
    #[error("a change depends on {0:?}, which is not here")]
    MissingDependency(Vec<ChangeHash>),
    /// A note that the command edits is not in the document.
    #[error("the note is not here")]
    NoteMissing,
    /// A follow-up that the command is about is not in the document.
    #[error("the follow-up is not here")]
    ItemMissing,
    /// What an undo would take back is not here, or was changed since.
    #[error("what this would undo does not stand any more")]
    NotCurrent,
    /// A text cursor that names no character of this document.
    #[error("the place of this text edit is not here")]
    Unplaced,
    #[error("automerge: {0}")]
    Automerge(#[from] automerge::AutomergeError),
}

/// Why foreign bytes are not let in.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum GateError {
    #[error("a change of {0} bytes is larger than a change may be")]
    TooLarge(usize),
    #[error("not one uncompressed Automerge change")]
    NotAChange,
    #[error("its checksum is not that of its content")]
    Checksum,
    #[error("its message is not a command")]
    NoCommand,
    /// Also a gap in the actor's sequence, a wrong start op, ops on other paths.
    #[error("it is not the change that its command makes")]
    NotItsCommand,
    #[error("the document would not load again")]
    Unloadable,
}
