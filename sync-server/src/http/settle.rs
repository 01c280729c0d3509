//! Proposals and quarantine: what somebody has to decide about.

use super::body::{At, Body};
use super::{App, Problem, blocking};
use crate::auth::SignedIn;
use crate::core::Core;
use crate::error::Error;
use axum::Json;
use axum::extract::{FromRequest as _, Request, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use domain::people::Quarantined;
use domain::{CommandId, DeviceId};
use protocol::admin::{Done, QuarantineAnswer, QuarantineUpload};
use protocol::auth::Secret;
use protocol::{DEVICE_HEADER, SECRET_HEADER};
use std::sync::Arc;

/// Takes an old owner’s edit: it is carried out on the lead as it is.
#[utoipa::path(
    post,
    path = "/api/v1/proposals/{id}/take",
    tag = "Hand-over",
    responses((status = 200, body = Done), (status = 409), (status = 422)),
)]
pub async fn take_proposal(app: State<Arc<App>>, who: SignedIn, At(id): At<String>) -> Result<Response, Problem> {
    decide(&app, who, &id, Core::take_proposal).await
}

/// Drops an old owner’s edit.
#[utoipa::path(
    post,
    path = "/api/v1/proposals/{id}/drop",
    tag = "Hand-over",
    responses((status = 200, body = Done), (status = 409), (status = 422)),
)]
pub async fn drop_proposal(app: State<Arc<App>>, who: SignedIn, At(id): At<String>) -> Result<Response, Problem> {
    decide(&app, who, &id, Core::drop_proposal).await
}

/// Lets an edit in quarantine in.
#[utoipa::path(
    post,
    path = "/api/v1/quarantine/{id}/release",
    tag = "Hand-over",
    responses((status = 200, body = Done), (status = 409), (status = 422)),
)]
pub async fn release(app: State<Arc<App>>, who: SignedIn, At(id): At<String>) -> Result<Response, Problem> {
    decide(&app, who, &id, Core::release_quarantined).await
}

/// Drops an edit in quarantine.
#[utoipa::path(
    post,
    path = "/api/v1/quarantine/{id}/drop",
    tag = "Hand-over",
    responses((status = 200, body = Done), (status = 409), (status = 422)),
)]
pub async fn drop_quarantined(app: State<Arc<App>>, who: SignedIn, At(id): At<String>) -> Result<Response, Problem> {
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

/// Edits that wait for the caller’s decision.
#[utoipa::path(
    get,
    path = "/api/v1/quarantine",
    tag = "Hand-over",
    responses((status = 200, body = Vec<Quarantined>)),
)]
pub async fn quarantine(State(app): State<Arc<App>>, who: SignedIn) -> Result<Response, Problem> {
    let held = blocking(&app, move |core| core.quarantine(&who)).await?;
    Ok(Json(held).into_response())
}

/// The one route of a device that was cut off: its secret stands for the session. It is looked at before the
/// body is read, where the head has it.
#[utoipa::path(
    post,
    path = "/api/v1/quarantine",
    tag = "Hand-over",
    request_body = QuarantineUpload,
    security(()),
    params(("leadline-device" = Option<uuid::Uuid>, Header, description = "The device, so that its secret is looked at before the body is read."), ("leadline-secret" = Option<String>, Header, description = "Its secret.")),
    responses((status = 200, body = QuarantineAnswer), (status = 404), (status = 409), (status = 422)),
)]
pub async fn upload(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let proof = Proof::in_head(request.headers());
    let uploads = if let Some(Proof { device, secret }) = proof {
        blocking(&app, move |core| core.admit_to_quarantine(device, &secret)).await?;
        &app.uploads
    } else {
        &app.unproven_uploads
    };
    let _turn = uploads.try_acquire().map_err(|_| Error::Overloaded)?;
    let Body(upload, format) = Body::<QuarantineUpload>::from_request(request, &app).await?;
    let answer = blocking(&app, move |core| core.upload_quarantine(&upload)).await?;
    Ok(format.answer(&answer))
}

/// Which device wants to upload, and that it is it.
struct Proof {
    device: DeviceId,
    secret: Secret,
}

impl Proof {
    fn in_head(head: &HeaderMap) -> Option<Self> {
        let said = |name| head.get(name).and_then(|value| value.to_str().ok());
        Some(Self { device: said(DEVICE_HEADER)?.parse().ok()?, secret: Secret(said(SECRET_HEADER)?.to_owned()) })
    }
}
