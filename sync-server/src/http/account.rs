//! One's own account: invitation, password, two-step sign-in, name, and where one is signed in.

use super::body::{At, Body};
use super::{App, Problem, blocking};
use crate::auth::SignedIn;
use crate::error::Error;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use domain::people::{Person, SignInSession, TotpSetup};
use protocol::admin::{ChangeProfile, ConfirmTotp, Done, EndTotp};
use protocol::auth::{ChangePassword, Redeem};
use std::sync::Arc;
use uuid::Uuid;

pub async fn redeem(State(app): State<Arc<App>>, Body(request, format): Body<Redeem>) -> Result<Response, Problem> {
    let _turn = app.passwords.acquire().await.map_err(|_| Error::ShuttingDown)?;
    let session = blocking(&app, move |core| core.redeem(&request)).await?;
    Ok(format.answer(&session))
}

pub async fn change_password(
    State(app): State<Arc<App>>,
    who: SignedIn,
    Body(request, format): Body<ChangePassword>,
) -> Result<Response, Problem> {
    let _turn = app.passwords.acquire().await.map_err(|_| Error::ShuttingDown)?;
    blocking(&app, move |core| core.change_password(&who, &request)).await?;
    Ok(format.answer(&Done {}))
}

pub async fn profile(State(app): State<Arc<App>>, who: SignedIn) -> Result<Json<Person>, Problem> {
    Ok(Json(blocking(&app, move |core| core.oneself(&who)).await?))
}

pub async fn change_profile(
    State(app): State<Arc<App>>,
    who: SignedIn,
    Body(request, format): Body<ChangeProfile>,
) -> Result<Response, Problem> {
    blocking(&app, move |core| core.rename(&who, &request.name)).await?;
    Ok(format.answer(&Done {}))
}

pub async fn sessions(State(app): State<Arc<App>>, who: SignedIn) -> Result<Json<Vec<SignInSession>>, Problem> {
    Ok(Json(blocking(&app, move |core| core.sessions(&who)).await?))
}

pub async fn end_session(State(app): State<Arc<App>>, who: SignedIn, At(id): At<String>) -> Result<Json<Done>, Problem> {
    let id: Uuid = id.parse().map_err(|_| Error::NotFound)?;
    blocking(&app, move |core| core.end_session(&who, id)).await?;
    Ok(Json(Done {}))
}

pub async fn sign_out_everywhere(State(app): State<Arc<App>>, who: SignedIn) -> Result<Json<Done>, Problem> {
    blocking(&app, move |core| core.sign_out_everywhere(&who)).await?;
    Ok(Json(Done {}))
}

pub async fn begin_totp(State(app): State<Arc<App>>, who: SignedIn) -> Result<Json<TotpSetup>, Problem> {
    Ok(Json(blocking(&app, move |core| core.begin_totp(&who)).await?))
}

pub async fn confirm_totp(
    State(app): State<Arc<App>>,
    who: SignedIn,
    Body(request, format): Body<ConfirmTotp>,
) -> Result<Response, Problem> {
    let codes = blocking(&app, move |core| core.confirm_totp(&who, &request.code)).await?;
    Ok(format.answer(&codes))
}

pub async fn end_totp(State(app): State<Arc<App>>, who: SignedIn, Body(request, format): Body<EndTotp>) -> Result<Response, Problem> {
    let _turn = app.passwords.acquire().await.map_err(|_| Error::ShuttingDown)?;
    blocking(&app, move |core| core.end_totp(&who, &request.password)).await?;
    Ok(format.answer(&Done {}))
}
