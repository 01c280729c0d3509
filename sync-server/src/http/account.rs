//! One's own account: invitation, password, two-step sign-in, name, and where one is signed in.

use super::body::{At, Body};
use super::{App, Problem, blocking};
use crate::auth::SignedIn;
use crate::error::Error;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use domain::people::{Person, SignInSession, TotpSetup};
use protocol::admin::{ChangeProfile, ConfirmTotp, Done, EndTotp, RecoveryCodes};
use protocol::auth::{ChangePassword, Redeem, Session};
use std::sync::Arc;
use uuid::Uuid;

/// Uses an invitation or the code for a forgotten password: sets the password and signs in.
#[utoipa::path(
    post,
    path = "/api/v1/auth/redeem",
    tag = "Account",
    request_body = Redeem,
    security(()),
    responses((status = 200, body = Session), (status = 401), (status = 409), (status = 422)),
)]
pub async fn redeem(State(app): State<Arc<App>>, Body(request, format): Body<Redeem>) -> Result<Response, Problem> {
    let _turn = app.passwords.acquire().await.map_err(|_| Error::ShuttingDown)?;
    let session = blocking(&app, move |core| core.redeem(&request)).await?;
    Ok(format.answer(&session))
}

/// Changes one’s own password; every other sign-in ends.
#[utoipa::path(
    post,
    path = "/api/v1/auth/password",
    tag = "Account",
    request_body = ChangePassword,
    responses((status = 200, body = Done), (status = 422)),
)]
pub async fn change_password(
    State(app): State<Arc<App>>,
    who: SignedIn,
    Body(request, format): Body<ChangePassword>,
) -> Result<Response, Problem> {
    let _turn = app.passwords.acquire().await.map_err(|_| Error::ShuttingDown)?;
    blocking(&app, move |core| core.change_password(&who, &request)).await?;
    Ok(format.answer(&Done {}))
}

/// Oneself.
#[utoipa::path(
    get,
    path = "/api/v1/auth/profile",
    tag = "Account",
    responses((status = 200, body = Person)),
)]
pub async fn profile(State(app): State<Arc<App>>, who: SignedIn) -> Result<Json<Person>, Problem> {
    Ok(Json(blocking(&app, move |core| core.oneself(&who)).await?))
}

/// Changes one’s own name.
#[utoipa::path(
    patch,
    path = "/api/v1/auth/profile",
    tag = "Account",
    request_body = ChangeProfile,
    responses((status = 200, body = Done), (status = 422)),
)]
pub async fn change_profile(
    State(app): State<Arc<App>>,
    who: SignedIn,
    Body(request, format): Body<ChangeProfile>,
) -> Result<Response, Problem> {
    blocking(&app, move |core| core.rename(&who, &request.name)).await?;
    Ok(format.answer(&Done {}))
}

/// Where one is signed in.
#[utoipa::path(
    get,
    path = "/api/v1/auth/sessions",
    tag = "Account",
    responses((status = 200, body = Vec<SignInSession>)),
)]
pub async fn sessions(State(app): State<Arc<App>>, who: SignedIn) -> Result<Json<Vec<SignInSession>>, Problem> {
    Ok(Json(blocking(&app, move |core| core.sessions(&who)).await?))
}

/// Ends one of one’s own sign-ins.
#[utoipa::path(
    delete,
    path = "/api/v1/auth/sessions/{id}",
    tag = "Account",
    responses((status = 200, body = Done)),
)]
pub async fn end_session(State(app): State<Arc<App>>, who: SignedIn, At(id): At<String>) -> Result<Json<Done>, Problem> {
    let id: Uuid = id.parse().map_err(|_| Error::NotFound)?;
    blocking(&app, move |core| core.end_session(&who, id)).await?;
    Ok(Json(Done {}))
}

/// Ends all of one’s own sign-ins, this one too.
#[utoipa::path(
    post,
    path = "/api/v1/auth/sign-out-everywhere",
    tag = "Account",
    responses((status = 200, body = Done)),
)]
pub async fn sign_out_everywhere(State(app): State<Arc<App>>, who: SignedIn) -> Result<Json<Done>, Problem> {
    blocking(&app, move |core| core.sign_out_everywhere(&who)).await?;
    Ok(Json(Done {}))
}

/// Begins two-step sign-in: a secret for an authenticator app. It is on when a code of it came back.
#[utoipa::path(
    post,
    path = "/api/v1/auth/totp",
    tag = "Account",
    responses((status = 200, body = TotpSetup), (status = 422)),
)]
pub async fn begin_totp(State(app): State<Arc<App>>, who: SignedIn) -> Result<Json<TotpSetup>, Problem> {
    Ok(Json(blocking(&app, move |core| core.begin_totp(&who)).await?))
}

/// Switches two-step sign-in on by the first code; answers with recovery codes, shown once.
#[utoipa::path(
    put,
    path = "/api/v1/auth/totp",
    tag = "Account",
    request_body = ConfirmTotp,
    responses((status = 200, body = RecoveryCodes), (status = 422)),
)]
pub async fn confirm_totp(
    State(app): State<Arc<App>>,
    who: SignedIn,
    Body(request, format): Body<ConfirmTotp>,
) -> Result<Response, Problem> {
    let codes = blocking(&app, move |core| core.confirm_totp(&who, &request.code)).await?;
    Ok(format.answer(&codes))
}

/// Switches two-step sign-in off.
#[utoipa::path(
    delete,
    path = "/api/v1/auth/totp",
    tag = "Account",
    request_body = EndTotp,
    responses((status = 200, body = Done), (status = 422)),
)]
pub async fn end_totp(State(app): State<Arc<App>>, who: SignedIn, Body(request, format): Body<EndTotp>) -> Result<Response, Problem> {
    let _turn = app.passwords.acquire().await.map_err(|_| Error::ShuttingDown)?;
    blocking(&app, move |core| core.end_totp(&who, &request.password)).await?;
    Ok(format.answer(&Done {}))
}
