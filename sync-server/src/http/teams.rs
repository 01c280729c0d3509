//! Teams.

use super::body::{At, Body};
use super::{App, Problem, blocking};
use crate::auth::SignedIn;
use crate::error::Error;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use domain::TeamId;
use domain::people::Team;
use protocol::admin::NameTeam;
use std::sync::Arc;

/// All teams.
#[utoipa::path(
    get,
    path = "/api/v1/teams",
    tag = "People",
    responses((status = 200, body = Vec<Team>)),
)]
pub async fn list(State(app): State<Arc<App>>, who: SignedIn) -> Result<Json<Vec<Team>>, Problem> {
    Ok(Json(blocking(&app, move |core| core.teams(&who)).await?))
}

/// Adds a team.
#[utoipa::path(
    post,
    path = "/api/v1/teams",
    tag = "People",
    request_body = NameTeam,
    responses((status = 200, body = Team), (status = 422)),
)]
pub async fn create(State(app): State<Arc<App>>, who: SignedIn, Body(request, format): Body<NameTeam>) -> Result<Response, Problem> {
    let team = blocking(&app, move |core| core.put_team(&who, None, &request.name)).await?;
    Ok(format.answer(&team))
}

/// Renames a team.
#[utoipa::path(
    patch,
    path = "/api/v1/teams/{id}",
    tag = "People",
    request_body = NameTeam,
    responses((status = 200, body = Team), (status = 422)),
)]
pub async fn rename(
    State(app): State<Arc<App>>,
    who: SignedIn,
    At(team): At<String>,
    Body(request, format): Body<NameTeam>,
) -> Result<Response, Problem> {
    let team: TeamId = team.parse().map_err(|_| Error::NotFound)?;
    let team = blocking(&app, move |core| core.put_team(&who, Some(team), &request.name)).await?;
    Ok(format.answer(&team))
}
