//! The audit log: `GET /api/v1/audit?lead=…&by=…&action=…&from=…&to=…&before=…`.

use super::body::Asked;
use super::{App, Problem, blocking};
use crate::auth::SignedIn;
use axum::Json;
use axum::extract::State;
use domain::people::{AuditFilter, AuditPage};
use std::sync::Arc;

/// A page of the audit log, the newest first.
#[utoipa::path(
    get,
    path = "/api/v1/audit",
    tag = "Audit",
    params(AuditFilter),
    responses((status = 200, body = AuditPage), (status = 404)),
)]
pub async fn audit(State(app): State<Arc<App>>, who: SignedIn, Asked(filter): Asked<AuditFilter>) -> Result<Json<AuditPage>, Problem> {
    Ok(Json(blocking(&app, move |core| core.audit(&who, &filter)).await?))
}
