//! The leads behind a report, a page at a time: by a key and the lead's id, so that a page begins where the one
//! before ended, whatever was written between.

use super::facts::{Facts, Lead};
use super::scope::{Days, Scope};
use super::tally::Directory;
use crate::error::Error;
use domain::LeadId;
use domain::report::{REPORT_PAGE_MAX, ReportSort};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// What is asked for, besides the filter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct Page {
    pub sort: ReportSort,
    /// The other way round.
    pub reversed: bool,
    /// What the page before said.
    pub after: Option<String>,
    /// Rows, at most [`REPORT_PAGE_MAX`].
    pub limit: Option<u32>,
}

/// Where a row stands: by its key, and among equals the newer first.
type Place = (i64, Reverse<LeadId>);

impl Page {
    /// The names of its parameters.
    pub const NAMES: [&str; 4] = ["sort", "reversed", "after", "limit"];
}

/// The ids of one page, all rows there are, and what the next page is asked for with.
pub struct Found {
    pub leads: Vec<LeadId>,
    pub total: u64,
    pub next: Option<String>,
}

/// # Errors
/// `BadRequest` for what no page said.
pub fn page(facts: &Facts, scope: &Scope, days: &Days<'_>, directory: &Directory<'_>, page: &Page) -> Result<Found, Error> {
    let after = page.after.as_deref().map(read).transpose()?;
    let limit = page.limit.unwrap_or(REPORT_PAGE_MAX / 4).clamp(1, REPORT_PAGE_MAX) as usize;
    let key = Keys::of(facts, directory, page);
    let (mut total, mut first) = (0, BinaryHeap::with_capacity(limit + 2));
    for lead in facts.leads.iter().filter(|lead| scope.has(lead, days)) {
        total += 1;
        let place: Place = (key.of_lead(lead), Reverse(lead.id));
        if after.is_some_and(|after| place <= after) || (first.len() > limit && first.peek().is_some_and(|last| place >= *last)) {
            continue;
        }
        first.push(place);
        if first.len() > limit + 1 {
            first.pop();
        }
    }
    let mut found = first.into_sorted_vec();
    let has_more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| has_more).map(|(key, Reverse(lead))| format!("{key}.{lead}"));
    Ok(Found { leads: found.into_iter().map(|(_, Reverse(lead))| lead).collect(), total, next })
}

fn read(text: &str) -> Result<Place, Error> {
    let parts = text.split_once('.').and_then(|(key, lead)| Some((key.parse().ok()?, Reverse(lead.parse().ok()?))));
    parts.ok_or_else(|| Error::BadRequest("No page said this.".into()))
}

/// Numbers that stand as what rows are ordered by.
struct Keys {
    sort: ReportSort,
    reversed: bool,
    /// Of names, by their places: how they stand in the alphabet, those without a name last.
    ranks: Vec<i64>,
}

impl Keys {
    fn of(facts: &Facts, directory: &Directory<'_>, page: &Page) -> Self {
        let ranks = match page.sort {
            ReportSort::Source => ranks(facts.sources.each().map(|source| source.map(|source| source.to_lowercase())).collect()),
            ReportSort::Owner => {
                ranks(facts.owners.each().map(|owner| directory.people.get(owner?).map(|name| name.to_lowercase())).collect())
            }
            ReportSort::Created | ReportSort::Status | ReportSort::Calls | ReportSort::Converted => Vec::new(),
        };
        Self { sort: page.sort, reversed: page.reversed, ranks }
    }

    /// Newest, most and latest first; statuses and names from their beginning.
    fn of_lead(&self, lead: &Lead) -> i64 {
        let key = match self.sort {
            ReportSort::Created => -lead.created_at,
            ReportSort::Status => domain::Status::ALL.iter().position(|status| *status == lead.status).unwrap_or(0) as i64,
            ReportSort::Source => self.ranks[lead.source as usize],
            ReportSort::Owner => self.ranks[lead.owner as usize],
            ReportSort::Calls => -i64::from(lead.calls),
            // Those that are not stand behind, also the other way round.
            ReportSort::Converted if lead.converted_at == super::facts::NEVER => return i64::MAX,
            ReportSort::Converted => -lead.converted_at,
        };
        if self.reversed { -key } else { key }
    }
}

fn ranks(names: Vec<Option<String>>) -> Vec<i64> {
    let mut order: Vec<usize> = (0..names.len()).collect();
    order.sort_by_key(|place| (names[*place].is_none(), &names[*place]));
    let mut ranks = vec![0; names.len()];
    // Equal names share a rank, or a page could not tell where it ended.
    let mut rank = 0;
    for (n, place) in order.iter().enumerate() {
        if n > 0 && names[*place] != names[order[n - 1]] {
            rank += 1;
        }
        ranks[*place] = rank;
    }
    ranks
}
