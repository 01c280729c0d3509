//! Errors as answers: problem details with the right status, and a log line for those that are the
//! server's own.

use crate::error::Error;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// An error on its way out.
#[derive(Debug)]
pub struct Problem(pub Error);

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let problem = self.0.problem();
        match &self.0 {
            Error::Store(cause) => tracing::error!(cause = cause.class(), "a request failed"),
            // What it said may hold what was sent; where it was, the panic hook has logged.
            Error::Panicked(_) => tracing::error!("a request panicked"),
            _ => {}
        }
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, axum::Json(problem)).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        let retry_after_s = match &self.0 {
            Error::TooMany { after_s } | Error::Locked { after_s } => Some(*after_s),
            _ => (status == StatusCode::SERVICE_UNAVAILABLE).then_some(5),
        };
        if let Some(seconds) = retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
