//! Assignment.

use super::body::Body;
use super::{App, Problem, blocking};
use crate::auth::SignedIn;
use crate::error::Error;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::LeadId;
use protocol::admin::SetOwner;
use std::sync::Arc;

pub async fn set_owner(
    State(app): State<Arc<App>>,
    who: SignedIn,
    Path(lead): Path<String>,
    Body(set, format): Body<SetOwner>,
) -> Result<Response, Problem> {
    let lead: LeadId = lead.parse().map_err(|_| Error::NotFound)?;
    let row = blocking(&app, move |core| core.set_owner(&who, lead, set)).await?;
    Ok(format.answer(&row))
}
