//! What a caller of the engine can act on.

use bridge::{Problem, ProblemCode};
use domain::Refusal;

#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// A rule says no; nothing was stored.
    #[error("{0}")]
    Refused(#[from] Refusal),
    #[error("nobody is signed in to this profile; sign in first")]
    NotSignedIn,
    /// The profile was closed, or was never opened: its password opens it.
    #[error("Leadline is locked; type your password to go on")]
    Locked,
    #[error("this is not the password of the copy on this computer")]
    WrongPassword,
    /// Before the wrapped key may lie in a file.
    #[error(
        "this computer has no keychain that answers; may the key to your data, locked by your password, lie in a file that only you can read?"
    )]
    KeyFile,
    #[error("this computer's keychain, where the key to this copy lies, does not answer; unlock it and try again")]
    KeychainGone,
    #[error("this computer's keychain failed: {0}")]
    Keychain(String),
    /// What the server sent as a lease is none of its own for this person and computer.
    #[error("the server's permission to work offline can't be trusted: {0}")]
    Lease(&'static str),
    #[error("this profile belongs to {0}; sign in as them or use another profile")]
    OtherUser(String),
    #[error("{holder} holds this profile for writing; close it or use it there")]
    ProfileHeld { holder: String },
    #[error("this profile was written by a newer version of Leadline (format {found}, this one reads {known}); update the app")]
    NewerProfile { found: u32, known: u32 },
    #[error("not saved: the disk is full. Free some space and try again; what was saved before is safe")]
    DiskFull,
    #[error(
        "not saved: the disk or the folder of this copy can't be written to. Make it writable and try again; what was saved before is safe"
    )]
    ReadOnly,
    #[error("the profile can't be read or written: {0}")]
    Disk(String),
    /// Reading or writing fails below the file.
    #[error("the disk fails ({0}). Try again, and have the disk checked if this stays; what was saved before is kept")]
    DiskBroken(String),
    /// What lies on the disk is not what was written there.
    #[error(
        "this copy is damaged on the disk. Nothing that was sent is lost. To repair it, lock Leadline and unlock it with your password, or run \
         `leadline repair`; the damaged file is set aside"
    )]
    Damaged,
    /// The record of the key, not the database.
    #[error("the record of the key to this copy is damaged or was made by another program")]
    Unreadable,
    #[error("this record is not on this computer")]
    NotFound,
    #[error("{0}")]
    Record(#[from] records::RecordError),
    #[error("{0}")]
    Transport(#[from] crate::TransportError),
    #[error("{0}")]
    Internal(String),
}

impl From<rusqlite::Error> for ClientError {
    fn from(e: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Code;
        match e.sqlite_error_code() {
            Some(Code::DiskFull) => Self::DiskFull,
            // Without room for the -shm file SQLite does not say "full".
            Some(Code::SystemIoFailure) if e.sqlite_extended_error_code() == Some(rusqlite::ffi::SQLITE_IOERR_SHMSIZE) => Self::DiskFull,
            Some(Code::SystemIoFailure) => Self::DiskBroken(e.to_string()),
            Some(Code::ReadOnly) => Self::ReadOnly,
            Some(Code::CannotOpen | Code::PermissionDenied) => Self::Disk(e.to_string()),
            Some(Code::NotADatabase | Code::DatabaseCorrupt) => Self::Damaged,
            _ => Self::Internal(e.to_string()),
        }
    }
}

impl From<std::io::Error> for ClientError {
    fn from(e: std::io::Error) -> Self {
        use std::io::ErrorKind as Kind;
        match e.kind() {
            Kind::StorageFull | Kind::QuotaExceeded => Self::DiskFull,
            Kind::ReadOnlyFilesystem => Self::ReadOnly,
            _ => Self::Disk(e.to_string()),
        }
    }
}

impl ClientError {
    pub(crate) fn code(&self) -> ProblemCode {
        match self {
            ClientError::Refused(_) => ProblemCode::Refused,
            ClientError::Transport(crate::TransportError::Local { code, .. }) => *code,
            ClientError::Transport(_) => ProblemCode::ServerOther,
            ClientError::NotSignedIn | ClientError::OtherUser(_) => ProblemCode::NotSignedIn,
            ClientError::Locked => ProblemCode::Locked,
            ClientError::WrongPassword => ProblemCode::WrongCredentials,
            ClientError::KeyFile => ProblemCode::KeyFile,
            ClientError::Lease(_) => ProblemCode::ServerOther,
            ClientError::ProfileHeld { .. } => ProblemCode::ProfileHeld,
            ClientError::NewerProfile { .. } => ProblemCode::UpdateNeeded,
            ClientError::Damaged => ProblemCode::Damaged,
            ClientError::DiskFull
            | ClientError::ReadOnly
            | ClientError::Disk(_)
            | ClientError::DiskBroken(_)
            | ClientError::Unreadable
            | ClientError::KeychainGone
            | ClientError::Keychain(_) => ProblemCode::Disk,
            ClientError::NotFound => ProblemCode::NotFound,
            ClientError::Record(_) | ClientError::Internal(_) => ProblemCode::Internal,
        }
    }

    /// Its words as a sentence.
    pub(crate) fn sentence(&self) -> String {
        let text = self.to_string();
        let mut letters = text.chars();
        let first = letters.next().map(|c| c.to_uppercase().collect::<String>()).unwrap_or_default();
        let rest: String = letters.collect();
        if rest.ends_with('.') { format!("{first}{rest}") } else { format!("{first}{rest}.") }
    }
}

impl From<ClientError> for Problem {
    fn from(e: ClientError) -> Self {
        match e {
            ClientError::Refused(refusal) => refusal.into(),
            ClientError::Transport(transport) => transport.into(),
            other => Problem::new(other.code(), other.sentence()),
        }
    }
}
