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
    #[error("the disk is full, so nothing more can be saved; free some space and try again")]
    DiskFull,
    #[error("the profile can't be read or written: {0}")]
    Disk(String),
    /// The page or the key is wrong.
    #[error("the profile's database is damaged or its key is not the right one")]
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
            Some(Code::ReadOnly | Code::CannotOpen | Code::SystemIoFailure | Code::PermissionDenied) => Self::Disk(e.to_string()),
            Some(Code::NotADatabase | Code::DatabaseCorrupt) => Self::Unreadable,
            _ => Self::Internal(e.to_string()),
        }
    }
}

impl From<std::io::Error> for ClientError {
    fn from(e: std::io::Error) -> Self {
        if e.kind() == std::io::ErrorKind::StorageFull { Self::DiskFull } else { Self::Disk(e.to_string()) }
    }
}

impl From<ClientError> for Problem {
    fn from(e: ClientError) -> Self {
        let code = match e {
            ClientError::Refused(refusal) => return refusal.into(),
            ClientError::Transport(transport) => return transport.into(),
            ClientError::NotSignedIn | ClientError::OtherUser(_) => ProblemCode::NotSignedIn,
            ClientError::Locked => ProblemCode::Locked,
            ClientError::WrongPassword => ProblemCode::WrongCredentials,
            ClientError::KeyFile => ProblemCode::KeyFile,
            ClientError::Lease(_) => ProblemCode::ServerOther,
            ClientError::ProfileHeld { .. } => ProblemCode::ProfileHeld,
            ClientError::NewerProfile { .. } => ProblemCode::UpdateNeeded,
            ClientError::DiskFull
            | ClientError::Disk(_)
            | ClientError::Unreadable
            | ClientError::KeychainGone
            | ClientError::Keychain(_) => ProblemCode::Disk,
            ClientError::NotFound => ProblemCode::NotFound,
            ClientError::Record(_) | ClientError::Internal(_) => ProblemCode::Internal,
        };
        Problem::new(code, sentence(&e.to_string()))
    }
}

/// An error's words as a sentence.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|c| c.to_uppercase().collect::<String>()).unwrap_or_default();
    let rest: String = letters.collect();
    if rest.ends_with('.') { format!("{first}{rest}") } else { format!("{first}{rest}.") }
}
