//! Reports: asked of the server, and kept, so that the last ones can be read without it.

use super::Desk;
use crate::error::ClientError;
use crate::online::{Method, NOTHING};
use crate::store::meta;
use bridge::report::{Kept, ReportLeadRows, ReportLeads};
use bridge::{Problem, ProblemCode};
use domain::report::{LeadReport, LeadReportFilter, LeadReportRows};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use protocol::paths;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

/// Answers that are kept.
const KEPT_MAX: usize = 24;
/// Rows on a page.
const ROWS: u32 = 100;

/// One answer, by the address that it was asked for under.
#[derive(Serialize, Deserialize)]
struct Answer {
    path: String,
    /// Ms since the epoch.
    at: i64,
    body: Value,
}

pub(super) fn leads(desk: &Desk, ask: ReportLeads) -> Result<Kept<LeadReport>, Problem> {
    kept(desk, &format!("{}/leads/summary?{}", paths::REPORTS, query(&ask.filter)?), ask.filter, true)
}

pub(super) fn rows(desk: &Desk, ask: ReportLeadRows) -> Result<Kept<LeadReportRows>, Problem> {
    let sort = serde_json::to_value(ask.sort).map_err(internal)?;
    let mut path = format!("{}/leads?limit={ROWS}&sort={}&reversed={}", paths::REPORTS, sort.as_str().unwrap_or_default(), ask.reversed);
    let filter = query(&ask.filter)?;
    if !filter.is_empty() {
        path.extend(["&", &filter]);
    }
    if let Some(after) = &ask.after {
        path.extend(["&after=", &utf8_percent_encode(after, NON_ALPHANUMERIC).to_string()]);
    }
    // Later pages stand on the first: alone they say nothing.
    kept(desk, &path, ask.filter, ask.after.is_none())
}

/// The server's answer, or where it is out of reach the last one to the same question.
fn kept<T: DeserializeOwned>(desk: &Desk, path: &str, of: LeadReportFilter, keeps: bool) -> Result<Kept<T>, Problem> {
    let asked = desk.online().and_then(|server| server.call::<(), Value>(Method::Get, path, NOTHING));
    let (answer, stale) = match asked {
        Ok(body) => {
            let answer = Answer { path: path.to_owned(), at: desk.engine.env().now_ms(), body };
            if keeps {
                keep(desk, &answer)?;
            }
            (answer, None)
        }
        Err(problem) if problem.code == ProblemCode::Offline => {
            let found = answers(desk)?.into_iter().find(|answer| answer.path == path);
            (found.ok_or_else(|| problem.clone())?, Some(problem))
        }
        Err(problem) => return Err(problem),
    };
    let now_ms = desk.engine.env().now_ms();
    let as_of = desk.read(|c| Ok(desk.reader(c)?.today(now_ms).when(answer.at)))?;
    Ok(Kept { answer: serde_json::from_value(answer.body).map_err(internal)?, of, as_of, stale })
}

fn answers(desk: &Desk) -> Result<Vec<Answer>, ClientError> {
    desk.read(|c| Ok(meta::get(c, meta::REPORTS)?.unwrap_or_default()))
}

fn keep(desk: &Desk, answer: &Answer) -> Result<(), ClientError> {
    desk.engine.store().write(|tx| {
        let mut all: Vec<Answer> = meta::get(tx, meta::REPORTS)?.unwrap_or_default();
        all.retain(|one| one.path != answer.path);
        let excess = (all.len() + 1).saturating_sub(KEPT_MAX);
        let all: Vec<&Answer> = all.iter().skip(excess).chain([answer]).collect();
        meta::set(tx, meta::REPORTS, &all)
    })
}

/// The filter as the server reads it; empty for one that narrows nothing.
fn query(filter: &LeadReportFilter) -> Result<String, Problem> {
    let Value::Object(parts) = serde_json::to_value(filter).map_err(internal)? else { return Ok(String::new()) };
    let part = |(name, value): (&String, &Value)| {
        let value = value.as_str()?;
        Some(format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)))
    };
    Ok(parts.iter().filter_map(part).collect::<Vec<_>>().join("&"))
}

fn internal(e: serde_json::Error) -> Problem {
    Problem::new(ProblemCode::Internal, e.to_string())
}
