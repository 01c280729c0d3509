//! Reports: `GET /api/v1/reports/leads/summary` and, a page of the leads behind it, `GET /api/v1/reports/leads`, with
//! `start_date, end_date, status, source, assigned_to, team, ending, behind`; and of the page `sort, reversed, after, limit`.

use super::body::{Asked, Named};
use super::{App, Problem, blocking};
use crate::auth::SignedIn;
use crate::reports::Page;
use axum::Json;
use axum::extract::State;
use domain::report::{LeadReport, LeadReportFilter, LeadReportRows};
use std::sync::Arc;

/// All figures of leads in the caller’s sight.
#[utoipa::path(
    get,
    path = "/api/v1/reports/leads/summary",
    tag = "Reports",
    params(LeadReportFilter),
    responses((status = 200, body = LeadReport), (status = 422)),
)]
pub async fn leads(
    State(app): State<Arc<App>>,
    who: SignedIn,
    named: Named,
    Asked(filter): Asked<LeadReportFilter>,
) -> Result<Json<LeadReport>, Problem> {
    named.only(&[&LeadReportFilter::NAMES])?;
    Ok(Json(blocking(&app, move |core| core.report_leads(&who, &filter)).await?))
}

/// A page of the leads behind a report, or behind one number of it.
#[utoipa::path(
    get,
    path = "/api/v1/reports/leads",
    tag = "Reports",
    params(LeadReportFilter, Page),
    responses((status = 200, body = LeadReportRows), (status = 422)),
)]
pub async fn rows(
    State(app): State<Arc<App>>,
    who: SignedIn,
    named: Named,
    Asked(filter): Asked<LeadReportFilter>,
    Asked(page): Asked<Page>,
) -> Result<Json<LeadReportRows>, Problem> {
    named.only(&[&LeadReportFilter::NAMES, &Page::NAMES])?;
    Ok(Json(blocking(&app, move |core| core.report_lead_rows(&who, &filter, &page)).await?))
}
