//! The road to the server, as the engine sees it: a few blocking calls. HTTP is one implementation;
//! tests and the simulator bring their own, with faults.

use crate::error::ClientError;
use bridge::{Problem, ProblemCode};
use domain::attendance::{AttendanceLine, Step};
use protocol::admin::{AttendanceStep, QuarantineAnswer, QuarantineUpload, SetOwner};
use protocol::pull::{PullBatch, Snapshot};
use protocol::push::{PushRequest, PushResponse};
use protocol::rows::OwnerRow;
use std::ops::ControlFlow;

/// Why a call brought no answer, as far as a person can act on it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    #[error("the name {0} can't be found; check the address and this computer's network")]
    Name(String),
    #[error("nothing answers at {0}; the server is not running, or the port is wrong")]
    Refused(String),
    #[error("{0} did not answer in time; the network is slow or a firewall swallows the connection")]
    Timeout(String),
    #[error("the server's certificate is not trusted: {0}")]
    Certificate(String),
    #[error("a proxy answered instead of the server ({0}); ask who runs your network to let Leadline through")]
    Proxy(String),
    #[error("this computer's clock is {0} off; set it right and try again")]
    Clock(String),
    #[error("the connection broke: {0}")]
    Broken(String),
    /// The session has ended; everything typed stays, a new sign-in sends it.
    #[error("sign in again to send and receive")]
    SignInNeeded,
    #[error("e-mail or password is wrong")]
    WrongCredentials,
    /// The server can't serve this version any more.
    #[error("this version of Leadline is too old for the server; update it")]
    UpdateNeeded,
    /// The server asks to come back later.
    #[error("the server is busy")]
    Busy { after_ms: u64 },
    /// Too often, or too many wrong tries; `text` is the server's sentence.
    #[error("{text}")]
    TooMany { after_ms: u64, text: String },
    #[error("not found")]
    NotFound,
    /// The server understood and says no, in its own words.
    #[error("{text}")]
    No { code: String, text: String, field: Option<String> },
    /// The person is disabled or this computer revoked: it may only upload into quarantine.
    #[error("{text}")]
    CutOff { code: String, text: String },
    #[error("the server failed: {0}")]
    Server(String),
    /// Not on the way: this computer's disk is full, can't be written, or holds a damaged copy.
    #[error("{text}")]
    Local { code: ProblemCode, text: String },
}

impl TransportError {
    /// What failed on this computer under a call.
    pub(crate) fn local(e: &ClientError) -> Self {
        match e.code() {
            code @ (ProblemCode::Disk | ProblemCode::Damaged) => Self::Local { code, text: e.sentence() },
            _ => Self::Broken(e.to_string()),
        }
    }

    /// Whether trying again later may help by itself.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Name(_)
                | Self::Refused(_)
                | Self::Timeout(_)
                | Self::Certificate(_)
                | Self::Proxy(_)
                | Self::Clock(_)
                | Self::Broken(_)
                | Self::Busy { .. }
        )
    }
}

impl From<TransportError> for Problem {
    fn from(e: TransportError) -> Self {
        let code = match &e {
            TransportError::Name(_) => ProblemCode::ServerName,
            TransportError::Refused(_) => ProblemCode::ServerRefused,
            TransportError::Timeout(_) => ProblemCode::ServerTimeout,
            TransportError::Certificate(_) => ProblemCode::ServerCertificate,
            TransportError::Proxy(_) => ProblemCode::ServerProxy,
            TransportError::Clock(_) => ProblemCode::Clock,
            TransportError::SignInNeeded => ProblemCode::NotSignedIn,
            TransportError::WrongCredentials => ProblemCode::WrongCredentials,
            TransportError::UpdateNeeded => ProblemCode::UpdateNeeded,
            TransportError::TooMany { .. } => ProblemCode::TooMany,
            TransportError::NotFound => ProblemCode::NotFound,
            TransportError::No { code, .. } => match code.as_str() {
                "owner_changed" | "changed" => ProblemCode::Changed,
                "totp_required" => ProblemCode::SecondFactor,
                "locked" => ProblemCode::TooMany,
                _ => ProblemCode::Refused,
            },
            TransportError::CutOff { .. } => ProblemCode::Refused,
            TransportError::Local { code, .. } => *code,
            TransportError::Broken(_) | TransportError::Busy { .. } | TransportError::Server(_) => ProblemCode::ServerOther,
        };
        let text = e.to_string();
        let mut letters = text.trim_end_matches('.').chars();
        let first: String = letters.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
        let field = if let TransportError::No { field, .. } = e { field } else { None };
        Problem { field, ..Problem::new(code, format!("{first}{}.", letters.as_str())) }
    }
}

/// Blocking calls to one server, for one signed-in device. A call that fails may have been carried
/// out: every call is safe to repeat.
pub trait Transport: Send + Sync {
    /// Sends the oldest part of the outbox.
    ///
    /// # Errors
    /// Any [`TransportError`].
    fn push(&self, request: &PushRequest) -> Result<PushResponse, TransportError>;

    /// Streams batches after `cursor` (from the start without one) until the server has no more or
    /// `take` breaks.
    ///
    /// # Errors
    /// Any [`TransportError`]; batches taken before it stay valid.
    fn pull(&self, cursor: Option<&str>, take: &mut dyn FnMut(PullBatch) -> ControlFlow<()>) -> Result<(), TransportError>;

    /// One record as it is now.
    ///
    /// # Errors
    /// `NotFound` when this user may not see it.
    fn snapshot(&self, doc: domain::DocId) -> Result<Snapshot, TransportError>;

    /// Gives a lead to somebody, if it is still whose `set` says.
    ///
    /// # Errors
    /// `No` with the code `owner_changed` when it is not; any [`TransportError`].
    fn set_owner(&self, _: domain::LeadId, _: &SetOwner) -> Result<OwnerRow, TransportError> {
        Err(TransportError::Server("it assigns nothing".into()))
    }

    /// Takes a step of one's own attendance; the same id again gets the same answer.
    ///
    /// # Errors
    /// `No` for one that the server refuses; any [`TransportError`].
    fn attend(&self, _: &Step, _: &AttendanceStep) -> Result<AttendanceLine, TransportError> {
        // A server from before attendance.
        Err(TransportError::NotFound)
    }

    /// Hands over what a person or device that was cut off has not sent.
    ///
    /// # Errors
    /// Any [`TransportError`].
    fn quarantine(&self, _: &QuarantineUpload) -> Result<QuarantineAnswer, TransportError> {
        // A server from before quarantine.
        Err(TransportError::NotFound)
    }
}
