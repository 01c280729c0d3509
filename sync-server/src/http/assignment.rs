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
use protocol::admin::{AssignMany, AssignedMany, AutoDistribute, Distributed, DryRun, DryRunLine, EligibleUser, MadeLead, PostLead};
use std::sync::Arc;

/// The rules by which leads are given out.
#[utoipa::path(
    get,
    path = "/api/v1/assignment/rules",
    tag = "Assignment",
    responses((status = 200, body = Rules)),
)]
pub async fn rules(State(app): State<Arc<App>>, who: SignedIn) -> Result<Json<Rules>, Problem> {
    Ok(Json(blocking(&app, move |core| core.assignment_rules(&who)).await?))
}

/// Changes all rules, if they are of the version that was read.
#[utoipa::path(
    put,
    path = "/api/v1/assignment/rules",
    tag = "Assignment",
    request_body = Rules,
    responses((status = 200, body = Rules), (status = 409), (status = 422)),
)]
pub async fn set_rules(State(app): State<Arc<App>>, who: SignedIn, Body(rules, format): Body<Rules>) -> Result<Response, Problem> {
    Ok(format.answer(&blocking(&app, move |core| core.set_assignment_rules(&who, rules)).await?))
}

/// Who would get the newest leads, and why; nothing is given.
#[utoipa::path(
    post,
    path = "/api/v1/assignment/dry-run",
    tag = "Assignment",
    request_body = DryRun,
    responses((status = 200, body = Vec<DryRunLine>), (status = 422)),
)]
pub async fn dry_run(State(app): State<Arc<App>>, who: SignedIn, Body(asked, format): Body<DryRun>) -> Result<Response, Problem> {
    Ok(format.answer(&blocking(&app, move |core| core.dry_run(&who, &asked)).await?))
}

/// Creates a lead and gives it out by the rules. The same `Idempotency-Key` again gets the same answer.
#[utoipa::path(
    post,
    path = "/api/v1/leads",
    tag = "Leads",
    request_body = PostLead,
    params(("Idempotency-Key" = Option<String>, Header, description = "The caller’s own key.")),
    responses((status = 201, body = MadeLead), (status = 409), (status = 422)),
)]
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

/// Gives out leads that nobody has, by the rules, some hundreds at a time.
#[utoipa::path(
    post,
    path = "/api/v1/leads/auto-distribute",
    tag = "Leads",
    request_body = AutoDistribute,
    responses((status = 200, body = Distributed), (status = 422)),
)]
pub async fn distribute(
    State(app): State<Arc<App>>,
    who: SignedIn,
    Body(asked, format): Body<AutoDistribute>,
) -> Result<Response, Problem> {
    Ok(format.answer(&blocking(&app, move |core| core.distribute(&who, &asked)).await?))
}

/// Gives many leads by hand, each by a compare-and-set of its own.
#[utoipa::path(
    post,
    path = "/api/v1/leads/assign",
    tag = "Leads",
    request_body = AssignMany,
    responses((status = 200, body = AssignedMany), (status = 422)),
)]
pub async fn assign_many(State(app): State<Arc<App>>, who: SignedIn, Body(asked, format): Body<AssignMany>) -> Result<Response, Problem> {
    Ok(format.answer(&blocking(&app, move |core| core.assign_many(&who, &asked)).await?))
}

/// Whom the caller may give leads to by hand, with who is at work and how much each has.
#[utoipa::path(
    get,
    path = "/api/v1/leads/eligible-users",
    tag = "Leads",
    responses((status = 200, body = Vec<EligibleUser>)),
)]
pub async fn eligible_users(State(app): State<Arc<App>>, who: SignedIn) -> Result<Json<Vec<EligibleUser>>, Problem> {
    Ok(Json(blocking(&app, move |core| core.eligible_users(&who)).await?))
}
