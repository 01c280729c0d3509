//! How a report is narrowed, in the address.

use super::{Span, escape, name_of, named, unescape};
use crate::calendar;
use domain::report::{Behind, Ending, LeadReportFilter, Listed, ReportSort};
use serde_json::{Map, Value};

/// Which leads a report is of, and how its rows are ordered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportNarrow {
    /// Days on which the leads were created.
    pub span: Span,
    /// Without its days.
    pub filter: LeadReportFilter,
    pub sort: ReportSort,
    pub reversed: bool,
}

impl Default for ReportNarrow {
    fn default() -> Self {
        Self { span: Span::Month, filter: LeadReportFilter::default(), sort: ReportSort::default(), reversed: false }
    }
}

impl ReportNarrow {
    /// What the server is asked, as seen from a day.
    pub fn question(&self, today: i64) -> LeadReportFilter {
        let (from, to) = self.span.days(today);
        LeadReportFilter { start_date: Some(calendar::iso(from)), end_date: Some(calendar::iso(to)), ..self.filter.clone() }
    }

    pub fn with(&self, change: impl FnOnce(&mut LeadReportFilter)) -> Self {
        let mut narrow = self.clone();
        change(&mut narrow.filter);
        narrow
    }

    pub fn behind(&self, behind: Behind) -> Self {
        self.with(|filter| filter.behind = Some(behind))
    }

    pub fn ended(&self, ending: Ending) -> Self {
        self.with(|filter| filter.ending = Some(ending))
    }

    pub fn of_source(&self, source: &str) -> Self {
        self.with(|filter| filter.source = Listed(vec![source.to_owned()]))
    }

    pub(super) fn query(&self) -> String {
        let mut query = self.span.query();
        if let Ok(Value::Object(parts)) = serde_json::to_value(&self.filter) {
            let texts = parts.iter().filter_map(|(name, value)| Some((name, value.as_str()?)));
            query.extend(texts.map(|(name, value)| format!("&{name}={}", escape(value))));
        }
        if (self.sort, self.reversed) != (ReportSort::default(), false) {
            query.push_str(&format!("&sort={}{}", if self.reversed { "-" } else { "" }, name_of(&self.sort)));
        }
        query
    }

    pub(super) fn read(query: &str) -> Self {
        let mut narrow = Self::default();
        if query.contains("days=") {
            narrow.span = Span::read(query);
        }
        for (key, value) in query.split('&').filter_map(|part| part.split_once('=')) {
            if key == "sort" {
                let (name, reversed) = value.strip_prefix('-').map_or((value, false), |name| (name, true));
                (narrow.sort, narrow.reversed) = (named(name).unwrap_or_default(), reversed);
            } else if !matches!(key, "start_date" | "end_date") {
                // What can't be read narrows nothing.
                let mut parts = match serde_json::to_value(&narrow.filter) {
                    Ok(Value::Object(parts)) => parts,
                    _ => Map::new(),
                };
                parts.insert(key.to_owned(), unescape(value).into());
                narrow.filter = serde_json::from_value(parts.into()).unwrap_or(narrow.filter);
            }
        }
        narrow
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Status;

    #[test]
    fn a_report_is_in_the_address() {
        let narrow = ReportNarrow {
            span: Span::Days { from: 20_700, to: 20_710 },
            filter: LeadReportFilter {
                source: Listed(vec!["Meta, Ads & more".into(), String::new()]),
                status: Listed(vec![Status::Cnp]),
                behind: Some(Behind::Age(Status::New, 2)),
                ending: Some(Ending::Dropped),
                ..LeadReportFilter::default()
            },
            sort: ReportSort::Calls,
            reversed: true,
        };
        assert_eq!(ReportNarrow::read(narrow.query().trim_start_matches('?')), narrow);
        assert_eq!(ReportNarrow::read(""), ReportNarrow::default());
        assert_eq!(ReportNarrow::read("status=warm&behind=x&colour=red"), ReportNarrow::default());
        assert_eq!(narrow.question(0).start_date.as_deref(), Some(calendar::iso(20_700).as_str()));
    }
}
