//! Devices.

use super::body::At;
use super::{App, Problem, blocking};
use crate::auth::SignedIn;
use crate::error::Error;
use axum::Json;
use axum::extract::State;
use domain::DeviceId;
use domain::people::Device;
use protocol::admin::Done;
use std::sync::Arc;

/// All devices for who manages users, else one’s own.
#[utoipa::path(
    get,
    path = "/api/v1/devices",
    tag = "Devices",
    responses((status = 200, body = Vec<Device>)),
)]
pub async fn list(State(app): State<Arc<App>>, who: SignedIn) -> Result<Json<Vec<Device>>, Problem> {
    Ok(Json(blocking(&app, move |core| core.devices(&who)).await?))
}

/// Cuts a device off: it may only upload into quarantine.
#[utoipa::path(
    post,
    path = "/api/v1/devices/{id}/revoke",
    tag = "Devices",
    responses((status = 200, body = Done), (status = 422)),
)]
pub async fn revoke(State(app): State<Arc<App>>, who: SignedIn, At(device): At<String>) -> Result<Json<Done>, Problem> {
    let device: DeviceId = device.parse().map_err(|_| Error::NotFound)?;
    blocking(&app, move |core| core.revoke_device(&who, device)).await?;
    Ok(Json(Done {}))
}

/// Cuts a device off and orders it to destroy its key, after it uploaded what it holds.
#[utoipa::path(
    post,
    path = "/api/v1/devices/{id}/wipe",
    tag = "Devices",
    responses((status = 200, body = Done), (status = 422)),
)]
pub async fn wipe(State(app): State<Arc<App>>, who: SignedIn, At(device): At<String>) -> Result<Json<Done>, Problem> {
    let device: DeviceId = device.parse().map_err(|_| Error::NotFound)?;
    blocking(&app, move |core| core.wipe_device(&who, device)).await?;
    Ok(Json(Done {}))
}
