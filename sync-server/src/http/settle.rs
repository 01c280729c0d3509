//! Proposals and quarantine: what somebody has to decide about.

use super::body::Body;
use super::{App, Problem, blocking};
use crate::auth::SignedIn;
use crate::core::Core;
use crate::error::Error;
use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use domain::CommandId;
use protocol::admin::{Done, QuarantineUpload};
use std::sync::Arc;

pub async fn take_proposal(app: State<Arc<App>>, who: SignedIn, id: Path<String>) -> Result<Response, Problem> {
    decide(&app, who, &id, Core::take_proposal).await
}

pub async fn drop_proposal(app: State<Arc<App>>, who: SignedIn, id: Path<String>) -> Result<Response, Problem> {
    decide(&app, who, &id, Core::drop_proposal).await
}

pub async fn release(app: State<Arc<App>>, who: SignedIn, id: Path<String>) -> Result<Response, Problem> {
    decide(&app, who, &id, Core::release_quarantined).await
}

pub async fn drop_quarantined(app: State<Arc<App>>, who: SignedIn, id: Path<String>) -> Result<Response, Problem> {
    decide(&app, who, &id, Core::drop_quarantined).await
}

async fn decide(
    app: &Arc<App>,
    who: SignedIn,
    id: &str,
    how: impl FnOnce(&Core, &SignedIn, CommandId) -> Result<(), Error> + Send + 'static,
) -> Result<Response, Problem> {
    let id: CommandId = id.parse().map_err(|_| Error::NotFound)?;
    blocking(app, move |core| how(core, &who, id)).await?;
    Ok(Json(Done {}).into_response())
}

pub async fn quarantine(State(app): State<Arc<App>>, who: SignedIn) -> Result<Response, Problem> {
    let held = blocking(&app, move |core| core.quarantine(&who)).await?;
    Ok(Json(held).into_response())
}

/// The one route of a device that was cut off: its secret stands for the session.
pub async fn upload(State(app): State<Arc<App>>, Body(upload, format): Body<QuarantineUpload>) -> Result<Response, Problem> {
    let answer = blocking(&app, move |core| core.upload_quarantine(&upload)).await?;
    Ok(format.answer(&answer))
}
