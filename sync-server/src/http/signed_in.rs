//! The only way for a route to get a user: the bearer token of its request. Here is counted what one
//! device and one person ask.

use super::limits::LimitKey;
use super::{App, Problem, blocking};
use crate::auth::SignedIn;
use crate::error::Error;
use axum::extract::FromRequestParts;
use axum::http::{header, request::Parts};
use protocol::auth::Secret;
use protocol::{PROTOCOL_HEADER, PROTOCOL_VERSION};
use std::sync::Arc;

impl FromRequestParts<Arc<App>> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let header = parts.headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok());
        let token = header.and_then(|v| v.strip_prefix("Bearer ")).ok_or(Error::NotSignedIn)?;
        let token = Secret(token.trim().to_owned());
        let spoken = parts.headers.get(PROTOCOL_HEADER).and_then(|v| v.to_str().ok()?.parse::<u32>().ok());
        let who = blocking(app, move |core| core.authenticate(&token)).await?;
        app.limits.check(LimitKey::Device(who.device()))?;
        app.limits.check(LimitKey::Person(who.actor().user))?;
        Ok(if spoken.is_some_and(|version| version < PROTOCOL_VERSION) { who.at_older_app() } else { who })
    }
}
