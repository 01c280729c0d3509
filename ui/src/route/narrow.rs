//! How pages other than the list and the reports are narrowed, in the address.

use super::{Days, action_name, escape, unescape};
use crate::calendar;
use bridge::follow_up::DueTab;
use bridge::payment::{PayFilter, PayTab};
use domain::ledger::PaymentStatus;
use domain::people::AuditAction;
use domain::{LeadId, UserId};

/// Which days the dashboard's charts show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Span {
    Today,
    #[default]
    Week,
    Month,
    /// The calendar month.
    ThisMonth,
    /// Days since 1970-01-01, both included.
    Days {
        from: i64,
        to: i64,
    },
}

impl Span {
    pub const NAMED: [Span; 4] = [Span::Today, Span::Week, Span::Month, Span::ThisMonth];

    pub fn as_str(self) -> &'static str {
        match self {
            Span::Today => "today",
            Span::Week => "last7",
            Span::Month => "last30",
            Span::ThisMonth => "month",
            Span::Days { .. } => "days",
        }
    }

    /// First and last day, as seen from a day.
    pub fn days(self, today: i64) -> (i64, i64) {
        match self {
            Span::Today => (today, today),
            Span::Week => (today - 6, today),
            Span::Month => (today - 29, today),
            Span::ThisMonth => (today - i64::from(calendar::civil(today).day) + 1, today),
            Span::Days { from, to } => (from, to),
        }
    }

    pub(super) fn query(self) -> String {
        match self {
            Span::Days { from, to } => format!("?days={}..{}", calendar::iso(from), calendar::iso(to)),
            named => format!("?days={}", named.as_str()),
        }
    }

    pub(super) fn read(query: &str) -> Self {
        let value = query.split('&').find_map(|part| part.strip_prefix("days=")).unwrap_or_default();
        match Days::read(value) {
            Days { from: Some(from), to: Some(to) } if from <= to => Span::Days { from, to },
            _ => Span::NAMED.into_iter().find(|span| span.as_str() == value).unwrap_or_default(),
        }
    }
}

/// Which follow-ups the page shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DueNarrow {
    pub tab: DueTab,
    /// Not one's own alone.
    pub everyone: bool,
}

impl DueNarrow {
    pub(super) fn query(self) -> String {
        let everyone = if self.everyone { "&everyone=1" } else { "" };
        format!("?tab={}{everyone}", self.tab.as_str())
    }

    pub(super) fn read(query: &str) -> Self {
        let mut narrow = Self::default();
        for (key, value) in query.split('&').filter_map(|part| part.split_once('=')) {
            match key {
                "tab" => narrow.tab = DueTab::ALL.into_iter().find(|tab| tab.as_str() == value).unwrap_or_default(),
                "everyone" => narrow.everyone = value == "1",
                _ => {}
            }
        }
        narrow
    }
}

/// The two halves of the users page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UsersTab {
    #[default]
    People,
    Teams,
}

/// How the audit log is narrowed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditNarrow {
    pub lead: Option<LeadId>,
    pub by: Option<UserId>,
    pub action: Option<AuditAction>,
    /// Days since 1970-01-01 on the organisation's wall, both included.
    pub from: Option<i64>,
    pub to: Option<i64>,
}

impl AuditNarrow {
    pub fn of_lead(lead: LeadId) -> Self {
        Self { lead: Some(lead), ..Self::default() }
    }

    pub(super) fn query(&self) -> String {
        let day = |days: Option<i64>| days.map(calendar::iso);
        let parts = [
            ("lead", self.lead.map(|id| id.to_string())),
            ("by", self.by.map(|id| id.to_string())),
            ("action", self.action.map(action_name)),
            ("from", day(self.from)),
            ("to", day(self.to)),
        ];
        let parts: Vec<_> = parts.into_iter().filter_map(|(key, value)| Some(format!("{key}={}", value?))).collect();
        if parts.is_empty() { String::new() } else { format!("?{}", parts.join("&")) }
    }

    pub(super) fn read(query: &str) -> Self {
        let mut narrow = Self::default();
        for (key, value) in query.split('&').filter_map(|part| part.split_once('=')) {
            match key {
                "lead" => narrow.lead = value.parse().ok(),
                "by" => narrow.by = value.parse().ok(),
                "action" => narrow.action = AuditAction::ALL.into_iter().find(|action| action_name(*action) == value),
                "from" => narrow.from = calendar::parse_date(value),
                "to" => narrow.to = calendar::parse_date(value),
                _ => {}
            }
        }
        narrow
    }
}

/// The two halves of the attendance page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AttendanceTab {
    #[default]
    Floor,
    Log,
}

/// What of attendance is shown; person and days narrow the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AttendanceNarrow {
    pub tab: AttendanceTab,
    pub user: Option<UserId>,
    /// Days since 1970-01-01 on the organisation's wall, both included.
    pub from: Option<i64>,
    pub to: Option<i64>,
}

impl AttendanceNarrow {
    pub(super) fn query(&self) -> String {
        let day = |days: Option<i64>| days.map(calendar::iso);
        let tab = (self.tab == AttendanceTab::Log).then(|| "log".to_owned());
        let parts = [("tab", tab), ("user", self.user.map(|id| id.to_string())), ("from", day(self.from)), ("to", day(self.to))];
        let parts: Vec<_> = parts.into_iter().filter_map(|(key, value)| Some(format!("{key}={}", value?))).collect();
        if parts.is_empty() { String::new() } else { format!("?{}", parts.join("&")) }
    }

    pub(super) fn read(query: &str) -> Self {
        let mut narrow = Self::default();
        for (key, value) in query.split('&').filter_map(|part| part.split_once('=')) {
            match key {
                "tab" if value == "log" => narrow.tab = AttendanceTab::Log,
                "user" => narrow.user = value.parse().ok(),
                "from" => narrow.from = calendar::parse_date(value),
                "to" => narrow.to = calendar::parse_date(value),
                _ => {}
            }
        }
        narrow
    }
}

/// How the Payments page is narrowed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PayNarrow {
    pub filter: PayFilter,
    /// All payments instead of customers.
    pub records: bool,
}

impl PayNarrow {
    pub fn of(tab: PayTab) -> Self {
        Self { filter: PayFilter { tab, ..PayFilter::default() }, records: false }
    }

    pub(super) fn query(&self) -> String {
        let PayFilter { tab, status, search, mine, flagged } = &self.filter;
        let flag = |is_on: bool| is_on.then(|| "1".to_owned());
        let parts = [
            ("tab", (*tab != PayTab::default()).then(|| tab.as_str().to_owned())),
            ("status", status.map(|status| status.as_str().to_owned())),
            ("q", (!search.is_empty()).then(|| escape(search))),
            ("mine", flag(*mine)),
            ("flagged", flag(*flagged)),
            ("records", flag(self.records)),
        ];
        let parts: Vec<_> = parts.into_iter().filter_map(|(key, value)| Some(format!("{key}={}", value?))).collect();
        if parts.is_empty() { String::new() } else { format!("?{}", parts.join("&")) }
    }

    pub(super) fn read(query: &str) -> Self {
        let mut narrow = Self::default();
        for (key, value) in query.split('&').filter_map(|part| part.split_once('=')) {
            let filter = &mut narrow.filter;
            match key {
                "tab" => filter.tab = PayTab::ALL.into_iter().find(|tab| tab.as_str() == value).unwrap_or_default(),
                "status" => filter.status = PaymentStatus::ALL.into_iter().find(|status| status.as_str() == value),
                "q" => filter.search = unescape(value),
                "mine" => filter.mine = value == "1",
                "flagged" => filter.flagged = value == "1",
                "records" => narrow.records = value == "1",
                _ => {}
            }
        }
        narrow
    }
}
