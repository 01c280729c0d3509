//! The audit log: `GET /api/v1/audit?lead=…&by=…&action=…&from=…&to=…&before=…`.

use super::body::Asked;
use super::{App, Problem, blocking};
use crate::auth::SignedIn;
use axum::Json;
use axum::extract::State;
use domain::people::{AuditFilter, AuditPage};
use std::sync::Arc;

pub async fn audit(State(app): State<Arc<App>>, who: SignedIn, Asked(filter): Asked<AuditFilter>) -> Result<Json<AuditPage>, Problem> {
    Ok(Json(blocking(&app, move |core| core.audit(&who, &filter)).await?))
}
