//! Signing in and out.

use super::body::Body;
use super::limits::LimitKey;
use super::{App, Problem, blocking};
use crate::auth::SignedIn;
use crate::error::Error;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use protocol::auth::{Refresh, SignIn};
use std::sync::Arc;

pub async fn sign_in(State(app): State<Arc<App>>, Body(request, format): Body<SignIn>) -> Result<Response, Problem> {
    app.limits.check(LimitKey::account(&request.email))?;
    let _turn = app.passwords.acquire().await.map_err(|_| Error::ShuttingDown)?;
    let session = blocking(&app, move |core| core.sign_in(&request)).await?;
    Ok(format.answer(&session))
}

pub async fn refresh(State(app): State<Arc<App>>, Body(request, format): Body<Refresh>) -> Result<Response, Problem> {
    let session = blocking(&app, move |core| core.refresh(&request)).await?;
    Ok(format.answer(&session))
}

pub async fn sign_out(State(app): State<Arc<App>>, who: SignedIn) -> Result<StatusCode, Problem> {
    blocking(&app, move |core| core.sign_out(&who)).await?;
    Ok(StatusCode::NO_CONTENT)
}
