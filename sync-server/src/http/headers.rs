//! Headers that keep browsers off. No page has business here: there are no CORS headers, and a request
//! that a page of another origin makes is refused.

use super::{App, Problem};
use crate::error::Error;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use std::sync::Arc;

/// On every answer.
const ALWAYS: [(HeaderName, HeaderValue); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
];
/// With TLS: a year.
const TLS_ONLY: HeaderValue = HeaderValue::from_static("max-age=31536000");

pub async fn secure(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let mut response = if is_foreign(request.headers(), app.public_url.as_deref()) {
        Problem(Error::ForeignOrigin).into_response()
    } else {
        next.run(request).await
    };
    for (name, value) in ALWAYS {
        // The one page says its own policy.
        response.headers_mut().entry(name).or_insert(value);
    }
    if app.tls {
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, TLS_ONLY);
    }
    response
}

/// Whether a page of another origin asks. `Host` says nothing here: a page can choose it by DNS.
fn is_foreign(headers: &HeaderMap, own: Option<&str>) -> bool {
    headers.get_all(header::ORIGIN).iter().any(|origin| own.is_none_or(|own| !origin.as_bytes().eq_ignore_ascii_case(own.as_bytes())))
}
