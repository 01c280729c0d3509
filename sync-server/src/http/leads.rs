//! Assignment.

use super::body::{At, Body};
use super::{App, Problem, blocking};
use crate::auth::SignedIn;
use crate::error::Error;
use axum::extract::State;
use axum::response::Response;
use domain::LeadId;
use protocol::admin::SetOwner;
use protocol::rows::OwnerRow;
use std::sync::Arc;

/// Gives a lead to somebody, if its owner is who the caller’s screen shows; else `owner_changed`.
#[utoipa::path(
    post,
    path = "/api/v1/leads/{id}/owner",
    tag = "Leads",
    request_body = SetOwner,
    responses((status = 200, body = OwnerRow), (status = 409), (status = 422)),
)]
pub async fn set_owner(
    State(app): State<Arc<App>>,
    who: SignedIn,
    At(lead): At<String>,
    Body(set, format): Body<SetOwner>,
) -> Result<Response, Problem> {
    let lead: LeadId = lead.parse().map_err(|_| Error::NotFound)?;
    let row = blocking(&app, move |core| core.set_owner(&who, lead, set)).await?;
    Ok(format.answer(&row))
}
