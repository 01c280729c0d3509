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

pub async fn check_in(State(app): State<Arc<App>>, who: SignedIn, Body(asked, format): Body<AttendanceStep>) -> Result<Response, Problem> {
    Ok(format.answer(&blocking(&app, move |core| core.attend(&who, &asked, &Step::CheckIn)).await?))
}

pub async fn check_out(State(app): State<Arc<App>>, who: SignedIn, Body(asked, format): Body<AttendanceStep>) -> Result<Response, Problem> {
    Ok(format.answer(&blocking(&app, move |core| core.attend(&who, &asked, &Step::CheckOut)).await?))
}

pub async fn pause(State(app): State<Arc<App>>, who: SignedIn, Body(asked, format): Body<AttendanceStep>) -> Result<Response, Problem> {
    let step = Step::Pause { reason: asked.reason.clone().unwrap_or_default() };
    Ok(format.answer(&blocking(&app, move |core| core.attend(&who, &asked, &step)).await?))
}

pub async fn resume(State(app): State<Arc<App>>, who: SignedIn, Body(asked, format): Body<AttendanceStep>) -> Result<Response, Problem> {
    Ok(format.answer(&blocking(&app, move |core| core.attend(&who, &asked, &Step::Resume)).await?))
}

pub async fn status(State(app): State<Arc<App>>, who: SignedIn) -> Result<Json<Vec<AttendanceLine>>, Problem> {
    Ok(Json(blocking(&app, move |core| core.attendance(&who)).await?))
}

pub async fn logs(
    State(app): State<Arc<App>>,
    who: SignedIn,
    Asked(filter): Asked<AttendanceFilter>,
) -> Result<Json<Vec<AttendanceLine>>, Problem> {
    Ok(Json(blocking(&app, move |core| core.attendance_log(&who, &filter)).await?))
}
