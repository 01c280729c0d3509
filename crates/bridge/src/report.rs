//! Reports, which the server makes: the last answers stay on this computer, to be read without it.

use crate::lead::When;
use crate::problem::Problem;
use crate::requests;
use domain::report::{LeadReport, LeadReportFilter, LeadReportRows, ReportSort};
use serde::{Deserialize, Serialize};

/// A server's answer, or the last one it gave to the same question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Kept<T> {
    pub answer: T,
    /// What was asked.
    pub of: LeadReportFilter,
    /// When the server gave it.
    pub as_of: When,
    /// Why it is not of now.
    pub stale: Option<Problem>,
}

requests! {
    "report_leads" ReportLeads { pub filter: LeadReportFilter } -> Kept<LeadReport>;
    "report_lead_rows" ReportLeadRows {
        pub filter: LeadReportFilter,
        pub sort: ReportSort,
        pub reversed: bool,
        /// What the page before said; `None` begins.
        pub after: Option<String>,
    } -> Kept<LeadReportRows>;
}
