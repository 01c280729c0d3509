//! People: the list, invitations, forgotten passwords, and who is what.

use super::body::{At, Body};
use super::{App, Problem, blocking};
use crate::auth::SignedIn;
use crate::auth::code::{Made, link};
use crate::error::Error;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use domain::UserId;
use domain::people::{OneTimeCode, Person};
use protocol::admin::{ChangePost, Invite};
use std::sync::Arc;

/// Everybody, for who manages users.
#[utoipa::path(
    get,
    path = "/api/v1/users",
    tag = "People",
    responses((status = 200, body = Vec<Person>)),
)]
pub async fn list(State(app): State<Arc<App>>, who: SignedIn) -> Result<Json<Vec<Person>>, Problem> {
    Ok(Json(blocking(&app, move |core| core.people(&who)).await?))
}

/// Adds a person; answers with their invitation, whose code is shown once.
#[utoipa::path(
    post,
    path = "/api/v1/users",
    tag = "People",
    request_body = Invite,
    responses((status = 200, body = OneTimeCode), (status = 404), (status = 422)),
)]
pub async fn invite(State(app): State<Arc<App>>, who: SignedIn, Body(request, format): Body<Invite>) -> Result<Response, Problem> {
    let made = blocking(&app, move |core| core.invite(&who, &request)).await?;
    Ok(format.answer(&shown(&app, made)))
}

/// Makes a code for a forgotten password, or a new invitation.
#[utoipa::path(
    post,
    path = "/api/v1/users/{id}/code",
    tag = "People",
    responses((status = 200, body = OneTimeCode), (status = 422)),
)]
pub async fn new_code(State(app): State<Arc<App>>, who: SignedIn, At(user): At<String>) -> Result<Json<OneTimeCode>, Problem> {
    let user: UserId = user.parse().map_err(|_| Error::NotFound)?;
    let made = blocking(&app, move |core| core.new_code(&who, user)).await?;
    Ok(Json(shown(&app, made)))
}

/// Changes somebody’s role, team or access, if they are what the caller’s screen shows.
#[utoipa::path(
    patch,
    path = "/api/v1/users/{id}",
    tag = "People",
    request_body = ChangePost,
    responses((status = 200, body = Person), (status = 409), (status = 422)),
)]
pub async fn change_post(
    State(app): State<Arc<App>>,
    who: SignedIn,
    At(user): At<String>,
    Body(request, format): Body<ChangePost>,
) -> Result<Response, Problem> {
    let user: UserId = user.parse().map_err(|_| Error::NotFound)?;
    let person = blocking(&app, move |core| core.change_post(&who, user, &request)).await?;
    Ok(format.answer(&person))
}

fn shown(app: &App, made: Made) -> OneTimeCode {
    let link = link(app.public_url.as_deref(), app.pin().as_deref(), &made.code);
    OneTimeCode { user: made.user, code: made.code, link, until: made.until }
}
