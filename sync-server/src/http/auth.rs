//! Signing in and out.

use super::body::Body;
use super::limits::LimitKey;
use super::{App, Problem, blocking};
use crate::auth::SignedIn;
use crate::error::Error;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use protocol::auth::{Refresh, Session, SignIn};
use std::sync::Arc;

/// Signs a device in. Asks for `second_factor` by `totp_required` where it is on.
#[utoipa::path(
    post,
    path = "/api/v1/auth/sign-in",
    tag = "Signing in",
    request_body = SignIn,
    security(()),
    responses((status = 200, body = Session), (status = 401), (status = 409)),
)]
pub async fn sign_in(State(app): State<Arc<App>>, Body(request, format): Body<SignIn>) -> Result<Response, Problem> {
    app.limits.check(LimitKey::account(&request.email))?;
    let _turn = app.passwords.acquire().await.map_err(|_| Error::ShuttingDown)?;
    let session = blocking(&app, move |core| core.sign_in(&request)).await?;
    Ok(format.answer(&session))
}

/// New tokens for the refresh token. The same nonce again gets the same answer.
#[utoipa::path(
    post,
    path = "/api/v1/auth/refresh",
    tag = "Signing in",
    request_body = Refresh,
    security(()),
    responses((status = 200, body = Session), (status = 401)),
)]
pub async fn refresh(State(app): State<Arc<App>>, Body(request, format): Body<Refresh>) -> Result<Response, Problem> {
    let session = blocking(&app, move |core| core.refresh(&request)).await?;
    Ok(format.answer(&session))
}

/// Ends this sign-in.
#[utoipa::path(
    post,
    path = "/api/v1/auth/sign-out",
    tag = "Signing in",
    responses((status = 204)),
)]
pub async fn sign_out(State(app): State<Arc<App>>, who: SignedIn) -> Result<StatusCode, Problem> {
    blocking(&app, move |core| core.sign_out(&who)).await?;
    Ok(StatusCode::NO_CONTENT)
}
