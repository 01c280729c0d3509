//! The audit log: `GET /api/v1/audit?lead=…&by=…&action=…&from=…&to=…&before=…`.

use super::{App, Problem, blocking};
use crate::auth::SignedIn;
use crate::error::Error;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use domain::people::{AuditFilter, AuditPage};
use std::sync::Arc;

pub async fn audit(
    State(app): State<Arc<App>>,
    who: SignedIn,
    query: Result<Query<AuditFilter>, QueryRejection>,
) -> Result<Json<AuditPage>, Problem> {
    let Query(filter) = query.map_err(|_| Error::BadRequest("This is no filter of the audit log.".into()))?;
    Ok(Json(blocking(&app, move |core| core.audit(&who, &filter)).await?))
}
