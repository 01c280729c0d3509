//! Reports on leads, which the server makes: what may be asked, what is answered, and what each figure means. The
//! server counts by these definitions, the screens show them, and each number names the records behind it.

use crate::id::{LeadId, TeamId, UserId};
use crate::lead::Status;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::str::FromStr;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Ends of the ages of an open lead, ms since it was created; the last bucket has none.
pub const AGES: [i64; 4] = [DAY, 3 * DAY, 7 * DAY, 30 * DAY];
/// Ends of the times from creation to the first call, ms; the last bucket has none.
pub const FIRST_CALLS: [i64; 5] = [5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR, DAY];
/// Tries are counted one by one up to this many, which stands for more, too.
pub const TRIES_MAX: u8 = 5;
/// Rows of one page at most.
pub const REPORT_PAGE_MAX: u32 = 200;
/// Days in one report at most.
pub const REPORT_DAYS_MAX: i64 = 10 * 366;

/// Statuses that an open lead can have; converted and lost ones are closed.
pub const OPEN: [Status; 5] = [Status::New, Status::InProgress, Status::Cnp, Status::Interested, Status::Qualified];

/// The funnel's steps, and the statuses that have reached each by now. How far a dropped lead had come nobody keeps:
/// it was begun.
pub const FUNNEL: [(Status, &[Status]); 5] = [
    (Status::New, &Status::ALL),
    (Status::InProgress, &[Status::InProgress, Status::Cnp, Status::Interested, Status::Qualified, Status::Converted, Status::Lost]),
    (Status::Interested, &[Status::Interested, Status::Qualified, Status::Converted]),
    (Status::Qualified, &[Status::Qualified, Status::Converted]),
    (Status::Converted, &[Status::Converted]),
];

/// Which bucket a span of time is in: the first whose end it does not reach.
#[must_use]
pub fn bucket(ends: &[i64], ms: i64) -> usize {
    ends.partition_point(|end| *end <= ms)
}

/// Hundredths of a percent, rounded half up; nothing of nothing is nothing.
#[must_use]
pub fn basis_points(part: u64, whole: u64) -> u32 {
    if whole == 0 {
        return 0;
    }
    let points = (u128::from(part) * 20_000 / u128::from(whole)).div_ceil(2);
    u32::try_from(points).unwrap_or(u32::MAX)
}

/// Values of one parameter, with commas between; a comma or backslash inside of one has a backslash before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed<T>(pub Vec<T>);

impl<T> Default for Listed<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: fmt::Display> Serialize for Listed<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let escaped = |value: &T| value.to_string().replace('\\', "\\\\").replace(',', "\\,");
        serializer.serialize_str(&self.0.iter().map(escaped).collect::<Vec<_>>().join(","))
    }
}

impl<'de, T: FromStr> Deserialize<'de> for Listed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.is_empty() {
            return Ok(Self::default());
        }
        let (mut values, mut value, mut chars) = (Vec::new(), String::new(), text.chars());
        while let Some(c) = chars.next() {
            match c {
                '\\' => value.extend(chars.next()),
                ',' => values.push(std::mem::take(&mut value)),
                c => value.push(c),
            }
        }
        values.push(value);
        let unknown = || de::Error::custom("a value is not known");
        Ok(Self(values.iter().map(|value| value.parse().map_err(|_| unknown())).collect::<Result<_, _>>()?))
    }
}

/// How leads ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    Converted,
    Dropped,
}

/// What a report is of. An empty list narrows nothing; a source of no letters is none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(default)]
pub struct LeadReportFilter {
    /// Created from this day on, `2026-11-01`, in the organisation's zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_date: Option<String>,
    /// The last day, included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_date: Option<String>,
    /// Values of one parameter stand with commas between.
    #[serde(skip_serializing_if = "is_empty")]
    #[cfg_attr(feature = "openapi", param(value_type = Option<String>, example = "new,in_progress"))]
    pub status: Listed<Status>,
    #[serde(skip_serializing_if = "is_empty")]
    #[cfg_attr(feature = "openapi", param(value_type = Option<String>))]
    pub source: Listed<String>,
    /// Owners.
    #[serde(skip_serializing_if = "is_empty")]
    #[cfg_attr(feature = "openapi", param(value_type = Option<String>))]
    pub assigned_to: Listed<UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team: Option<TeamId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ending: Option<Ending>,
    /// Only the leads behind one number of the report.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(value_type = Option<String>, example = "funnel.qualified"))]
    pub behind: Option<Behind>,
}

impl LeadReportFilter {
    /// The names of its parameters.
    pub const NAMES: [&str; 8] = ["start_date", "end_date", "status", "source", "assigned_to", "team", "ending", "behind"];
}

fn is_empty<T>(listed: &Listed<T>) -> bool {
    listed.0.is_empty()
}

/// A number of a report that is no value of the filter. As text: `funnel.qualified`, `age.new.2`, `first_call.0`,
/// `never_called`, `due.overdue`, `tries.3.reached`, `week.20780`, `no_owner`, `no_team`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behind {
    Funnel(Status),
    /// Open leads of a status in a bucket of [`AGES`].
    Age(Status, u8),
    /// Leads in a bucket of [`FIRST_CALLS`].
    FirstCall(u8),
    NeverCalled,
    Due(DueState),
    Tries(u8, TriesState),
    /// Created in the week that begins on this Monday, days since 1970-01-01.
    Week(i64),
    NoOwner,
    NoTeam,
}

/// The next promise of an open lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DueState {
    Overdue,
    Today,
    Upcoming,
    /// Nothing is planned.
    Nothing,
}

impl DueState {
    pub const ALL: [DueState; 4] = [DueState::Overdue, DueState::Today, DueState::Upcoming, DueState::Nothing];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            DueState::Overdue => "overdue",
            DueState::Today => "today",
            DueState::Upcoming => "upcoming",
            DueState::Nothing => "nothing",
        }
    }
}

/// What became of leads that were called so many times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TriesState {
    All,
    /// Somebody took at least one of the calls.
    Reached,
    /// Could not be reached, and to be tried again.
    Waiting,
    Converted,
    Dropped,
}

impl TriesState {
    pub const ALL: [TriesState; 5] =
        [TriesState::All, TriesState::Reached, TriesState::Waiting, TriesState::Converted, TriesState::Dropped];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            TriesState::All => "all",
            TriesState::Reached => "reached",
            TriesState::Waiting => "waiting",
            TriesState::Converted => "converted",
            TriesState::Dropped => "dropped",
        }
    }
}

impl fmt::Display for Behind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Behind::Funnel(step) => write!(f, "funnel.{}", step.as_str()),
            Behind::Age(status, bucket) => write!(f, "age.{}.{bucket}", status.as_str()),
            Behind::FirstCall(bucket) => write!(f, "first_call.{bucket}"),
            Behind::NeverCalled => f.write_str("never_called"),
            Behind::Due(state) => write!(f, "due.{}", state.as_str()),
            Behind::Tries(tries, state) => write!(f, "tries.{tries}.{}", state.as_str()),
            Behind::Week(monday) => write!(f, "week.{monday}"),
            Behind::NoOwner => f.write_str("no_owner"),
            Behind::NoTeam => f.write_str("no_team"),
        }
    }
}

impl FromStr for Behind {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let unknown = || format!("{text:?} is no number of a report");
        let parts: Vec<&str> = text.split('.').collect();
        let number = |part: &str, max: usize| part.parse::<u8>().ok().filter(|n| usize::from(*n) <= max).ok_or_else(unknown);
        match parts[..] {
            ["never_called"] => Ok(Behind::NeverCalled),
            ["no_owner"] => Ok(Behind::NoOwner),
            ["no_team"] => Ok(Behind::NoTeam),
            ["funnel", step] => Ok(Behind::Funnel(step.parse().map_err(|_| unknown())?)),
            ["first_call", n] => Ok(Behind::FirstCall(number(n, FIRST_CALLS.len())?)),
            ["age", status, n] => Ok(Behind::Age(status.parse().map_err(|_| unknown())?, number(n, AGES.len())?)),
            ["due", state] => DueState::ALL.into_iter().find(|one| one.as_str() == state).map(Behind::Due).ok_or_else(unknown),
            ["tries", n, state] => {
                let state = TriesState::ALL.into_iter().find(|one| one.as_str() == state).ok_or_else(unknown)?;
                Ok(Behind::Tries(number(n, TRIES_MAX.into())?, state))
            }
            ["week", monday] => Ok(Behind::Week(monday.parse().map_err(|_| unknown())?)),
            _ => Err(unknown()),
        }
    }
}

impl Serialize for Behind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Behind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// Leads of one source, person, team or week.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Group<K> {
    pub key: K,
    pub leads: u64,
    /// Converted by now, and lost.
    pub converted: u64,
    pub dropped: u64,
}

/// A person or a team by name; nobody is none.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Named<T> {
    pub name: String,
    // As a parameter it would lose its `null`.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<uuid::Uuid>))]
    pub id: Option<T>,
}

/// How long something took, ms: of those that it happened to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Took {
    pub count: u64,
    /// The lower of the two in the middle, where there are two; `None` of nothing.
    pub median: Option<i64>,
    /// Nine in ten took at most this.
    pub ninth: Option<i64>,
    /// Rounded down.
    pub mean: Option<i64>,
}

impl Took {
    /// Of spans of time, ms, in any order.
    #[must_use]
    pub fn of(mut spans: Vec<i64>) -> Self {
        spans.sort_unstable();
        let count = spans.len();
        let Some(last) = count.checked_sub(1) else { return Self::default() };
        let sum: i128 = spans.iter().copied().map(i128::from).sum();
        let mean = i64::try_from(sum.div_euclid(count as i128)).ok();
        Self { count: count as u64, median: Some(spans[last / 2]), ninth: Some(spans[last * 9 / 10]), mean }
    }
}

/// Open leads of one status by age.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgeLine {
    pub status: Status,
    /// By the buckets of [`AGES`].
    pub leads: [u64; AGES.len() + 1],
}

/// From creation to the first call by anybody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FirstCall {
    /// By the buckets of [`FIRST_CALLS`].
    pub leads: [u64; FIRST_CALLS.len() + 1],
    /// Not called by now.
    pub never: u64,
    pub took: Took,
}

/// Open leads by their next promise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Promises {
    pub overdue: u64,
    pub today: u64,
    pub upcoming: u64,
    pub nothing: u64,
}

/// Leads that were called so many times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TriesLine {
    /// [`TRIES_MAX`] stands for more, too.
    pub tries: u8,
    pub leads: u64,
    pub reached: u64,
    pub waiting: u64,
    pub converted: u64,
    pub dropped: u64,
}

/// What the server answers. Deleted leads are in none of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LeadReport {
    /// When it was counted, ms since the epoch.
    pub as_of: i64,
    /// The first and last day it is of, days since 1970-01-01; without a filter those of the leads.
    pub days: Option<(i64, i64)>,
    pub leads: u64,
    pub converted: u64,
    pub dropped: u64,
    /// Leads by status, in the order of [`Status::ALL`].
    pub statuses: Vec<(Status, u64)>,
    /// By [`FUNNEL`].
    pub funnel: Vec<(Status, u64)>,
    /// The most leads first; a source of no letters is none.
    pub sources: Vec<Group<String>>,
    pub people: Vec<Group<Named<UserId>>>,
    pub teams: Vec<Group<Named<TeamId>>>,
    /// By the Monday that each begins on, days since 1970-01-01; the first first, without gaps.
    pub weeks: Vec<Group<i64>>,
    /// From creation to conversion.
    pub to_convert: Took,
    pub ages: Vec<AgeLine>,
    pub first_call: FirstCall,
    pub promises: Promises,
    pub tries: Vec<TriesLine>,
}

impl LeadReport {
    /// Converted of all, hundredths of a percent.
    #[must_use]
    pub fn conversion_rate(&self) -> u32 {
        basis_points(self.converted, self.leads)
    }
}

/// What rows are ordered by; among equals the newer lead is first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReportSort {
    #[default]
    Created,
    Status,
    Source,
    Owner,
    Calls,
    Converted,
}

/// A page of the leads behind a report.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LeadReportRows {
    pub rows: Vec<LeadReportRow>,
    /// Of all pages: the report's own number.
    pub total: u64,
    /// What the next page is asked for with.
    pub next: Option<String>,
}

/// One lead of a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LeadReportRow {
    pub lead: LeadId,
    pub name: String,
    /// As its reader may see it.
    pub phone: String,
    pub status: Status,
    pub interest: Option<u8>,
    pub source: Option<String>,
    pub owner: Option<String>,
    pub calls: u32,
    /// Ms since the epoch.
    pub created_at: i64,
    pub first_call_at: Option<i64>,
    pub converted_at: Option<i64>,
    pub dropped_at: Option<i64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_read_back_as_it_is_written() {
        let mut all = vec![Behind::NeverCalled, Behind::NoOwner, Behind::NoTeam, Behind::Week(20_780), Behind::Week(-3)];
        all.extend(FUNNEL.map(|(step, _)| Behind::Funnel(step)));
        all.extend(OPEN.into_iter().flat_map(|status| (0..=4).map(move |n| Behind::Age(status, n))));
        all.extend((0..=5).map(Behind::FirstCall));
        all.extend(DueState::ALL.map(Behind::Due));
        all.extend(TriesState::ALL.into_iter().flat_map(|state| (1..=TRIES_MAX).map(move |n| Behind::Tries(n, state))));
        for one in all {
            assert_eq!(one.to_string().parse(), Ok(one));
        }
        for wrong in ["", "age", "age.new", "age.new.5", "first_call.6", "tries.6.all", "funnel.warm", "week.", "due"] {
            assert!(wrong.parse::<Behind>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn lists_hold_any_text() {
        let filter = LeadReportFilter {
            source: Listed(vec![String::new(), "Meta, Ads".into(), "a\\b".into(), "मेला".into()]),
            status: Listed(vec![Status::New, Status::Cnp]),
            behind: Some(Behind::Funnel(Status::Qualified)),
            ..LeadReportFilter::default()
        };
        let json = serde_json::to_value(&filter).expect("plain values");
        assert_eq!(json["source"], ",Meta\\, Ads,a\\\\b,मेला");
        assert_eq!(json["status"], "new,cnp");
        assert_eq!(serde_json::from_value::<LeadReportFilter>(json).expect("as it was written"), filter);
        assert!(serde_json::from_str::<LeadReportFilter>(r#"{"status":"warm"}"#).is_err());
    }

    #[test]
    fn rates_are_rounded_half_up_and_nothing_of_nothing_is_nothing() {
        for (part, whole, points) in
            [(0, 0, 0), (1, 3, 3_333), (2, 3, 6_667), (1, 8, 1_250), (1, 20_000, 1), (1, 20_001, 0), (7, 7, 10_000)]
        {
            assert_eq!(basis_points(part, whole), points, "{part} of {whole}");
        }
    }

    #[test]
    fn the_middle_is_one_of_them() {
        assert_eq!(Took::of(vec![]), Took::default());
        assert_eq!(Took::of(vec![9]), Took { count: 1, median: Some(9), ninth: Some(9), mean: Some(9) });
        assert_eq!(Took::of(vec![4, 1, 3, 2]), Took { count: 4, median: Some(2), ninth: Some(3), mean: Some(2) });
        assert_eq!(Took::of((1..=100).rev().collect()), Took { count: 100, median: Some(50), ninth: Some(90), mean: Some(50) });
    }

    #[test]
    fn a_bucket_ends_where_the_next_begins() {
        assert_eq!([0, MINUTE * 5 - 1, MINUTE * 5, DAY - 1, DAY, 90 * DAY].map(|ms| bucket(&FIRST_CALLS, ms)), [0, 0, 1, 4, 5, 5]);
    }
}
