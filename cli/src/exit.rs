//! Exit codes, as `docs/cli.md` and `--help` list them.

use bridge::ProblemCode;

/// The exit code of a failed command; 0 is success, 2 a command line that clap does not take.
pub fn code(problem: ProblemCode) -> u8 {
    match problem {
        ProblemCode::Internal => 1,
        ProblemCode::Refused => 3,
        ProblemCode::NotSignedIn | ProblemCode::WrongCredentials => 4,
        ProblemCode::ServerName
        | ProblemCode::ServerRefused
        | ProblemCode::ServerTimeout
        | ProblemCode::ServerCertificate
        | ProblemCode::ServerProxy
        | ProblemCode::Clock
        | ProblemCode::ServerOther => 5,
        ProblemCode::ProfileHeld => 6,
        ProblemCode::Disk => 7,
        ProblemCode::NotFound => 8,
        ProblemCode::UpdateNeeded => 9,
    }
}
