//! Assignment by rules: `GET` and `PUT /api/v1/assignment/rules`, `POST …/dry-run`, `POST /api/v1/leads`,
//! `POST /api/v1/leads/auto-distribute`, `POST /api/v1/leads/assign`.

use super::body::Body;
use super::{App, Problem, blocking};
use crate::auth::SignedIn;
use crate::error::Error;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use domain::assignment::Rules;
use protocol::IDEMPOTENCY_HEADER;
use protocol::admin::{AssignMany, AutoDistribute, DryRun, PostLead};
use std::sync::Arc;

pub async fn rules(State(app): State<Arc<App>>, who: SignedIn) -> Result<Json<Rules>, Problem> {
    Ok(Json(blocking(&app, move |core| core.assignment_rules(&who)).await?))
}

pub async fn set_rules(State(app): State<Arc<App>>, who: SignedIn, Body(rules, format): Body<Rules>) -> Result<Response, Problem> {
    Ok(format.answer(&blocking(&app, move |core| core.set_assignment_rules(&who, rules)).await?))
}

pub async fn dry_run(State(app): State<Arc<App>>, who: SignedIn, Body(asked, format): Body<DryRun>) -> Result<Response, Problem> {
    Ok(format.answer(&blocking(&app, move |core| core.dry_run(&who, &asked)).await?))
}

pub async fn create(
    State(app): State<Arc<App>>,
    who: SignedIn,
    headers: HeaderMap,
    Body(asked, format): Body<PostLead>,
) -> Result<Response, Problem> {
    let key = headers.get(IDEMPOTENCY_HEADER).map(|key| key.to_str().map(str::to_owned)).transpose();
    let key = key.map_err(|_| Error::BadRequest("An Idempotency-Key is plain text.".into()))?;
    let made = blocking(&app, move |core| core.create_lead(&who, key.as_deref(), &asked)).await?;
    let mut answer = format.answer(&made);
    *answer.status_mut() = StatusCode::CREATED;
    Ok(answer)
}

pub async fn distribute(
    State(app): State<Arc<App>>,
    who: SignedIn,
    Body(asked, format): Body<AutoDistribute>,
) -> Result<Response, Problem> {
    Ok(format.answer(&blocking(&app, move |core| core.distribute(&who, &asked)).await?))
}

pub async fn assign_many(State(app): State<Arc<App>>, who: SignedIn, Body(asked, format): Body<AssignMany>) -> Result<Response, Problem> {
    Ok(format.answer(&blocking(&app, move |core| core.assign_many(&who, &asked)).await?))
}
