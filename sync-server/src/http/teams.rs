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

pub async fn list(State(app): State<Arc<App>>, who: SignedIn) -> Result<Json<Vec<Team>>, Problem> {
    Ok(Json(blocking(&app, move |core| core.teams(&who)).await?))
}

pub async fn create(State(app): State<Arc<App>>, who: SignedIn, Body(request, format): Body<NameTeam>) -> Result<Response, Problem> {
    let team = blocking(&app, move |core| core.put_team(&who, None, &request.name)).await?;
    Ok(format.answer(&team))
}

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
