//! What only the server can do: calls with JSON in and out, for the person signed in. A call that
//! finds no server says that it needs one.

use crate::http::HttpTransport;
use crate::transport::TransportError;
use bridge::{Problem, ProblemCode};
use serde::{Serialize, de::DeserializeOwned};

/// How a route is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

/// The body of a call that has nothing to say.
pub(crate) const NOTHING: Option<&()> = None;

impl HttpTransport {
    /// Calls a route as the person signed in; an access token that ran out is renewed first.
    ///
    /// # Errors
    /// What the server answered, in its words; `Offline` when it is out of reach.
    pub(crate) fn call<T: Serialize, R: DeserializeOwned>(&self, method: Method, path: &str, body: Option<&T>) -> Result<R, Problem> {
        let body = body.map(serde_json::to_vec).transpose().map_err(|e| Problem::new(ProblemCode::Internal, e.to_string()))?;
        self.json(method, path, body.as_deref()).map_err(problem)
    }
}

/// A failed call in words for the person who asked.
pub(crate) fn problem(e: TransportError) -> Problem {
    match &e {
        TransportError::Name(_)
        | TransportError::Refused(_)
        | TransportError::Timeout(_)
        | TransportError::Certificate(_)
        | TransportError::Proxy(_)
        | TransportError::Clock(_)
        | TransportError::Broken(_) => Problem::new(
            ProblemCode::Offline,
            format!("This needs the server, which is out of reach: {}.", e.to_string().trim_end_matches('.')),
        ),
        TransportError::NotFound => Problem::new(ProblemCode::NotFound, "This is not there any more."),
        TransportError::SignInNeeded
        | TransportError::WrongCredentials
        | TransportError::UpdateNeeded
        | TransportError::Busy { .. }
        | TransportError::TooMany { .. }
        | TransportError::No { .. }
        | TransportError::CutOff { .. }
        | TransportError::Local { .. }
        | TransportError::Server(_) => e.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_says_reaches_the_person() {
        let no = |code: &str| TransportError::No { code: code.into(), text: "A sentence.".into(), field: Some("email".into()) };
        for (error, code, text) in [
            (no("not_permitted"), ProblemCode::Refused, "A sentence."),
            (no("refused"), ProblemCode::Refused, "A sentence."),
            (no("owner_changed"), ProblemCode::Changed, "A sentence."),
            (no("changed"), ProblemCode::Changed, "A sentence."),
            (no("totp_required"), ProblemCode::SecondFactor, "A sentence."),
            (TransportError::TooMany { after_ms: 3_000, text: "Wait 3 s.".into() }, ProblemCode::TooMany, "Wait 3 s."),
            (TransportError::NotFound, ProblemCode::NotFound, "This is not there any more."),
            (TransportError::WrongCredentials, ProblemCode::WrongCredentials, "E-mail or password is wrong."),
            (
                TransportError::Refused("leads.example.com".into()),
                ProblemCode::Offline,
                "This needs the server, which is out of reach: nothing answers at leads.example.com; the server is not running, or the \
                 port is wrong.",
            ),
        ] {
            let told = problem(error);
            assert_eq!((told.code, told.text.as_str()), (code, text));
        }
        assert_eq!(problem(no("refused")).field.as_deref(), Some("email"));
    }
}
