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

pub async fn list(State(app): State<Arc<App>>, who: SignedIn) -> Result<Json<Vec<Device>>, Problem> {
    Ok(Json(blocking(&app, move |core| core.devices(&who)).await?))
}

pub async fn revoke(State(app): State<Arc<App>>, who: SignedIn, At(device): At<String>) -> Result<Json<Done>, Problem> {
    let device: DeviceId = device.parse().map_err(|_| Error::NotFound)?;
    blocking(&app, move |core| core.revoke_device(&who, device)).await?;
    Ok(Json(Done {}))
}

pub async fn wipe(State(app): State<Arc<App>>, who: SignedIn, At(device): At<String>) -> Result<Json<Done>, Problem> {
    let device: DeviceId = device.parse().map_err(|_| Error::NotFound)?;
    blocking(&app, move |core| core.wipe_device(&who, device)).await?;
    Ok(Json(Done {}))
}
