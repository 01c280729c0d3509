//! What a caller of the server can be told. Converted once, at the HTTP edge, to problem details.

use crate::store::StoreError;
use domain::{Refusal, RefusalCode};
use protocol::auth::ProblemDetails;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// One answer for a wrong password, an unknown address and a disabled user.
    #[error("E-mail or password is wrong.")]
    WrongCredentials,
    /// Too many wrong ones in a row, whether or not there is such an account.
    #[error("Too many wrong passwords. Try again in {}.", wait(*after_s))]
    Locked { after_s: u64 },
    /// The password is right; the second step is missing.
    #[error("Enter the code that your authenticator shows, or a recovery code.")]
    TotpRequired,
    #[error("That code is wrong or was used. Enter the next one that your authenticator shows.")]
    TotpWrong,
    /// A one-time code that is not there, used or too old.
    #[error("This code is wrong, used or too old. Ask your administrator for a new one.")]
    WrongCode,
    #[error("Sign in first.")]
    NotSignedIn,
    /// The device puts its unsent edits into quarantine and stops.
    #[error("Your account was disabled. Ask your administrator.")]
    UserDisabled,
    /// As for a disabled user.
    #[error("This device may not be used any more. Ask your administrator.")]
    DeviceRevoked,
    /// The access token's time is over: refresh it.
    #[error("This sign-in needs refreshing.")]
    TokenExpired,
    /// The refresh token can't be used: sign in again.
    #[error("This sign-in has ended. Sign in again.")]
    SessionEnded,
    /// A used refresh token came again: all that its sign-in led to was revoked.
    #[error("This sign-in was used in two places and has ended. Sign in again.")]
    SessionRevoked,
    #[error("This device is registered for somebody else. Use a new profile.")]
    DeviceTaken,
    /// Also for what the caller may not see.
    #[error("This is not here.")]
    NotFound,
    #[error("{0}")]
    Refused(Refusal),
    /// The compare of a compare-and-set failed, in words.
    #[error("{0}")]
    Changed(String),
    /// The same, of a lead's owner.
    #[error("Somebody else was faster: the lead has another owner now.")]
    OwnerChanged,
    /// Quarantine is for devices that may do nothing else.
    #[error("This device may send as usual.")]
    NotCutOff,
    #[error("{0}")]
    BadRequest(String),
    #[error("This is not asked for that way.")]
    MethodNotAllowed,
    #[error("Send JSON (application/json) or MessagePack (application/msgpack).")]
    UnknownMediaType,
    #[error("That is more than one request may carry.")]
    TooLarge,
    #[error("This app is too old for the server. Update it.")]
    UpdateNeeded,
    /// A rate limit; one request more is taken after that.
    #[error("That is too often. Try again in {after_s} s.")]
    TooMany { after_s: u64 },
    #[error("Web pages may not ask this server.")]
    ForeignOrigin,
    #[error("The server has more to do than it can. Try again in a moment.")]
    Overloaded,
    #[error("The server is shutting down. It will be back in a moment.")]
    ShuttingDown,
    /// Of a push: nothing of it was decided, and waiting alone does not help.
    #[error(
        "The server can't store anything: its disk or its database fails. What you typed stays on your computer and goes out when it works again. Tell your administrator."
    )]
    CantStore,
    #[error("The server has a problem. Try again; tell your administrator if it stays.")]
    Panicked(String),
    #[error("The server has a problem. Try again; tell your administrator if it stays.")]
    Store(#[from] StoreError),
}

impl Error {
    /// As every route answers it.
    #[must_use]
    pub fn problem(&self) -> ProblemDetails {
        let (status, code) = match self {
            Error::WrongCredentials => (401, "wrong_credentials"),
            Error::Locked { .. } => (429, "locked"),
            Error::TotpRequired | Error::TotpWrong => (401, "totp_required"),
            Error::WrongCode => (401, "wrong_code"),
            Error::UserDisabled => (403, "user_disabled"),
            Error::DeviceRevoked => (403, "device_revoked"),
            Error::NotSignedIn => (401, "not_signed_in"),
            Error::TokenExpired => (401, "token_expired"),
            Error::SessionEnded => (401, "session_ended"),
            Error::SessionRevoked => (401, "session_revoked"),
            Error::DeviceTaken => (409, "device_taken"),
            Error::NotFound => (404, "not_found"),
            Error::Refused(refusal) => match refusal.code {
                RefusalCode::NotPermitted => (403, "not_permitted"),
                RefusalCode::NotFound => (404, "not_found"),
                _ => (422, "refused"),
            },
            Error::OwnerChanged => (409, "owner_changed"),
            Error::Changed(_) => (409, "changed"),
            Error::NotCutOff => (409, "not_cut_off"),
            Error::BadRequest(_) => (400, "bad_request"),
            Error::MethodNotAllowed => (405, "method_not_allowed"),
            Error::UnknownMediaType => (415, "unknown_media_type"),
            Error::TooLarge => (413, "too_large"),
            Error::UpdateNeeded => (426, "update_needed"),
            Error::TooMany { .. } => (429, "too_many"),
            Error::ForeignOrigin => (403, "foreign_origin"),
            Error::Overloaded => (503, "try_later"),
            Error::ShuttingDown => (503, "shutting_down"),
            Error::Store(e) if e.is_passing() => (503, "try_later"),
            Error::CantStore => (500, "cant_store"),
            Error::Store(_) | Error::Panicked(_) => (500, "server_error"),
        };
        let field = if let Error::Refused(refusal) = self { refusal.field.clone() } else { None };
        ProblemDetails { kind: ProblemDetails::kind_of(code), code: code.to_owned(), title: self.to_string(), status, field }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Error::Refused(refusal)
    }
}

/// A wait in words.
fn wait(seconds: u64) -> String {
    match seconds {
        0..=1 => "a second".to_owned(),
        2..=90 => format!("{seconds} seconds"),
        _ => format!("{} minutes", seconds.div_ceil(60)),
    }
}
