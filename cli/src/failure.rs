//! Why a command did not do what it was asked, and its exit code.

use bridge::{Problem, ProblemCode};
use client::ClientError;
use std::process::ExitCode;

#[derive(Debug)]
pub struct Failure(pub Problem);

impl Failure {
    pub fn new(code: ProblemCode, text: impl Into<String>) -> Self {
        Self(Problem::new(code, text))
    }

    /// The codes that `--help` lists.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self.0.code {
            ProblemCode::Internal => 1,
            ProblemCode::Refused | ProblemCode::Changed => 3,
            ProblemCode::NotSignedIn
            | ProblemCode::WrongCredentials
            | ProblemCode::SecondFactor
            | ProblemCode::KeyFile
            | ProblemCode::Locked
            | ProblemCode::TooMany => 4,
            ProblemCode::ServerName
            | ProblemCode::ServerRefused
            | ProblemCode::ServerTimeout
            | ProblemCode::ServerCertificate
            | ProblemCode::ServerProxy
            | ProblemCode::Clock
            | ProblemCode::Offline
            | ProblemCode::ServerOther => 5,
            ProblemCode::ProfileHeld => 6,
            ProblemCode::Disk | ProblemCode::Damaged => 7,
            ProblemCode::NotFound => 8,
            ProblemCode::UpdateNeeded => 9,
        })
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl From<domain::Refusal> for Failure {
    fn from(refusal: domain::Refusal) -> Self {
        Self(refusal.into())
    }
}

impl From<ClientError> for Failure {
    fn from(e: ClientError) -> Self {
        Self(e.into())
    }
}

impl From<std::io::Error> for Failure {
    fn from(e: std::io::Error) -> Self {
        ClientError::from(e).into()
    }
}
