//! Attendance: `POST /api/v1/attendance/check-in` and its brothers, `GET …/status`, `GET …/logs?user=…&from=…&to=…&before=…`.

use super::body::{Asked, Body};
use super::{App, Problem, blocking};
use crate::auth::SignedIn;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use domain::attendance::{AttendanceFilter, AttendanceLine, Step};
use protocol::admin::AttendanceStep;
use std::sync::Arc;

/// Begins work; refused outside of the working hours.
#[utoipa::path(
    post,
    path = "/api/v1/attendance/check-in",
    tag = "Attendance",
    request_body = AttendanceStep,
    responses((status = 200, body = AttendanceLine), (status = 409), (status = 422)),
)]
pub async fn check_in(State(app): State<Arc<App>>, who: SignedIn, Body(asked, format): Body<AttendanceStep>) -> Result<Response, Problem> {
    Ok(format.answer(&blocking(&app, move |core| core.attend(&who, &asked, &Step::CheckIn)).await?))
}

/// Ends work.
#[utoipa::path(
    post,
    path = "/api/v1/attendance/check-out",
    tag = "Attendance",
    request_body = AttendanceStep,
    responses((status = 200, body = AttendanceLine), (status = 409), (status = 422)),
)]
pub async fn check_out(State(app): State<Arc<App>>, who: SignedIn, Body(asked, format): Body<AttendanceStep>) -> Result<Response, Problem> {
    Ok(format.answer(&blocking(&app, move |core| core.attend(&who, &asked, &Step::CheckOut)).await?))
}

/// Pauses, for one of the organisation’s reasons.
#[utoipa::path(
    post,
    path = "/api/v1/attendance/pause",
    tag = "Attendance",
    request_body = AttendanceStep,
    responses((status = 200, body = AttendanceLine), (status = 409), (status = 422)),
)]
pub async fn pause(State(app): State<Arc<App>>, who: SignedIn, Body(asked, format): Body<AttendanceStep>) -> Result<Response, Problem> {
    let step = Step::Pause { reason: asked.reason.clone().unwrap_or_default() };
    Ok(format.answer(&blocking(&app, move |core| core.attend(&who, &asked, &step)).await?))
}

/// Ends a pause.
#[utoipa::path(
    post,
    path = "/api/v1/attendance/resume",
    tag = "Attendance",
    request_body = AttendanceStep,
    responses((status = 200, body = AttendanceLine), (status = 409), (status = 422)),
)]
pub async fn resume(State(app): State<Arc<App>>, who: SignedIn, Body(asked, format): Body<AttendanceStep>) -> Result<Response, Problem> {
    Ok(format.answer(&blocking(&app, move |core| core.attend(&who, &asked, &Step::Resume)).await?))
}

/// Where everybody in sight stands: the newest line of each.
#[utoipa::path(
    get,
    path = "/api/v1/attendance/status",
    tag = "Attendance",
    responses((status = 200, body = Vec<AttendanceLine>)),
)]
pub async fn status(State(app): State<Arc<App>>, who: SignedIn) -> Result<Json<Vec<AttendanceLine>>, Problem> {
    Ok(Json(blocking(&app, move |core| core.attendance(&who)).await?))
}

/// The attendance log of those in sight, the newest first, 200 lines at most.
#[utoipa::path(
    get,
    path = "/api/v1/attendance/logs",
    tag = "Attendance",
    params(AttendanceFilter),
    responses((status = 200, body = Vec<AttendanceLine>)),
)]
pub async fn logs(
    State(app): State<Arc<App>>,
    who: SignedIn,
    Asked(filter): Asked<AttendanceFilter>,
) -> Result<Json<Vec<AttendanceLine>>, Problem> {
    Ok(Json(blocking(&app, move |core| core.attendance_log(&who, &filter)).await?))
}
