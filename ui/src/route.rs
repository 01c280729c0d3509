//! The hash router (row C7): what the window shows, and how the list is narrowed, is in the
//! address, so that back, forward and reload keep it. Reading and writing are pure.

mod report;

pub use report::ReportNarrow;

use crate::calendar;
use crate::clock::{self, Clock};
use bridge::dashboard::DashboardKind;
use bridge::follow_up::DueTab;
use bridge::lead::{DueState, LeadFilter, LeadSort};
use bridge::payment::{PayFilter, PayTab};
use domain::lead::{Pool, Status};
use domain::ledger::PaymentStatus;
use domain::people::AuditAction;
use domain::policy::{self, Action, Scope};
use domain::{LeadId, Role, UserId};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt;

/// In the address, the owner of leads that nobody owns.
const NOBODY: &str = "nobody";

/// A screen.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "there is one route at a time")]
pub enum Route {
    Dashboard(Span),
    /// The list, with a lead's drawer open or not.
    Leads {
        filter: ListFilter,
        open: Option<LeadId>,
    },
    /// One lead on the whole page.
    Lead(LeadId),
    /// With a lead's drawer open or not.
    FollowUps {
        narrow: DueNarrow,
        open: Option<LeadId>,
    },
    /// With a customer's drawer open or not.
    Payments {
        narrow: PayNarrow,
        open: Option<LeadId>,
    },
    Queue,
    Reports(ReportNarrow),
    Notices,
    Attention,
    Attendance(AttendanceNarrow),
    Users(UsersTab),
    Assignment,
    Permissions,
    Devices,
    Deleted,
    Audit(AuditNarrow),
    Quarantine,
    Account,
    Login,
}

/// A page with an address of its own. The one table of who may open which (rows B3 to B6): nothing
/// else in the window decides about pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Page {
    Dashboard,
    Queue,
    Leads,
    FollowUps,
    Payments,
    Reports,
    Notices,
    Attention,
    Attendance,
    Users,
    Assignment,
    Permissions,
    Devices,
    Deleted,
    Audit,
    Quarantine,
    Account,
}

impl Page {
    /// In the sidebar's order.
    pub const ALL: [Page; 17] = [
        Page::Dashboard,
        Page::Queue,
        Page::Leads,
        Page::FollowUps,
        Page::Payments,
        Page::Reports,
        Page::Notices,
        Page::Attention,
        Page::Attendance,
        Page::Users,
        Page::Assignment,
        Page::Permissions,
        Page::Devices,
        Page::Deleted,
        Page::Audit,
        Page::Quarantine,
        Page::Account,
    ];

    /// The right that opens it. One's own refused edits and one's own account are everybody's.
    pub fn action(self) -> Action {
        match self {
            Page::Dashboard => Action::DashboardPage,
            Page::Queue => Action::ChangeStatus,
            Page::Leads => Action::LeadsPage,
            Page::FollowUps => Action::FollowUpsPage,
            Page::Payments => Action::PaymentsPage,
            Page::Reports => Action::RunReports,
            Page::Notices => Action::Notifications,
            Page::Attention | Page::Account => Action::SignIn,
            Page::Attendance => Action::ViewAttendance,
            Page::Users | Page::Devices => Action::ManageUsers,
            Page::Assignment => Action::ManageSettings,
            Page::Permissions => Action::PermissionsPage,
            Page::Deleted => Action::DeletedItemsPage,
            Page::Audit => Action::ViewAudit,
            // Whoever gives leads away also judges the edits of those who no longer have them.
            Page::Quarantine => Action::AssignLead,
        }
    }

    pub fn is_open_to(self, role: Role) -> bool {
        policy::has(role, self.action())
            && match self {
                Page::Dashboard => DashboardKind::of(role).is_some(),
                // One's own is in the topbar.
                Page::Attendance => policy::scope(role, self.action()) != Scope::Own,
                _ => true,
            }
    }

    /// Where a role begins: the first page it has. Nobody's work starts at what was refused, and a call is
    /// begun on purpose.
    pub fn landing(role: Role) -> Self {
        let starts = |page: &Page| !matches!(page, Page::Queue | Page::Notices | Page::Attention) && page.is_open_to(role);
        Page::ALL.into_iter().find(starts).unwrap_or(Page::Account)
    }

    /// Listed under Admin.
    pub fn is_admin(self) -> bool {
        match self {
            Page::Users | Page::Assignment | Page::Permissions | Page::Devices | Page::Deleted | Page::Audit | Page::Quarantine => true,
            Page::Dashboard
            | Page::Queue
            | Page::Leads
            | Page::FollowUps
            | Page::Payments
            | Page::Reports
            | Page::Notices
            | Page::Attention
            | Page::Attendance
            | Page::Account => false,
        }
    }

    /// What the sidebar lists. Notifications are behind the bell. One's account is behind one's name; it is listed
    /// where it is all there is.
    pub fn listed(role: Role) -> Vec<Page> {
        let landing = Page::landing(role);
        let is_listed = |page: &Page| match page {
            Page::Notices => false,
            Page::Account => landing == Page::Account,
            _ => true,
        };
        Page::ALL.into_iter().filter(|page| page.is_open_to(role) && is_listed(page)).collect()
    }

    pub fn route(self) -> Route {
        match self {
            Page::Dashboard => Route::Dashboard(Span::default()),
            Page::Queue => Route::Queue,
            Page::Leads => Route::leads(),
            Page::FollowUps => Route::FollowUps { narrow: DueNarrow::default(), open: None },
            Page::Payments => Route::Payments { narrow: PayNarrow::default(), open: None },
            Page::Reports => Route::Reports(ReportNarrow::default()),
            Page::Notices => Route::Notices,
            Page::Attention => Route::Attention,
            Page::Attendance => Route::Attendance(AttendanceNarrow::default()),
            Page::Users => Route::Users(UsersTab::People),
            Page::Assignment => Route::Assignment,
            Page::Permissions => Route::Permissions,
            Page::Devices => Route::Devices,
            Page::Deleted => Route::Deleted,
            Page::Audit => Route::Audit(AuditNarrow::default()),
            Page::Quarantine => Route::Quarantine,
            Page::Account => Route::Account,
        }
    }
}

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

    fn query(self) -> String {
        match self {
            Span::Days { from, to } => format!("?days={}..{}", calendar::iso(from), calendar::iso(to)),
            named => format!("?days={}", named.as_str()),
        }
    }

    fn read(query: &str) -> Self {
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
    fn query(self) -> String {
        let everyone = if self.everyone { "&everyone=1" } else { "" };
        format!("?tab={}{everyone}", self.tab.as_str())
    }

    fn read(query: &str) -> Self {
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

/// How the list is narrowed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListFilter {
    /// `None` is the tab the role starts on.
    pub tab: Option<Tab>,
    pub statuses: Vec<Status>,
    pub search: String,
    /// Of each of these, empty is any; the empty text is none.
    pub sources: Vec<String>,
    pub languages: Vec<String>,
    pub tags: Vec<String>,
    /// `None` is nobody.
    pub owners: Vec<Option<UserId>>,
    pub interests: Vec<u8>,
    pub due: Vec<DueState>,
    /// When the lead was made: days since 1970-01-01 on the organisation's wall, both included.
    pub from: Option<i64>,
    pub to: Option<i64>,
    /// When it changed last, and when its next follow-up is.
    pub updated: Days,
    pub next: Days,
    /// When the owner got it, when it was converted or dropped, and when somebody called.
    pub assigned: Days,
    pub converted: Days,
    pub dropped: Days,
    pub called: Days,
    /// Who called.
    pub callers: Vec<UserId>,
    pub sort: LeadSort,
    /// The other way round.
    pub reversed: bool,
}

/// Days since 1970-01-01 on the organisation's wall, both included; without one, from or until any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Days {
    pub from: Option<i64>,
    pub to: Option<i64>,
}

impl Days {
    pub fn is_any(self) -> bool {
        self == Self::default()
    }

    /// Instants, the last not included.
    fn span(self, begins: impl Fn(i64) -> i64) -> Option<(i64, i64)> {
        (!self.is_any()).then(|| (self.from.map_or(i64::MIN, &begins), self.to.map_or(i64::MAX, |day| begins(day + 1))))
    }

    /// `2026-11-01..2026-11-20`, either left out.
    fn query(self) -> Option<String> {
        let side = |day: Option<i64>| day.map(calendar::iso).unwrap_or_default();
        (!self.is_any()).then(|| format!("{}..{}", side(self.from), side(self.to)))
    }

    fn read(text: &str) -> Self {
        let (from, to) = text.split_once("..").unwrap_or_default();
        Self { from: calendar::parse_date(from), to: calendar::parse_date(to) }
    }
}

/// A pool, or all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    Pool(Pool),
    All,
}

impl Tab {
    pub const ALL: [Tab; 5] =
        [Tab::Pool(Pool::Fresh), Tab::Pool(Pool::Working), Tab::Pool(Pool::Converted), Tab::Pool(Pool::Dropped), Tab::All];

    pub fn as_str(self) -> &'static str {
        match self {
            Tab::Pool(pool) => pool.as_str(),
            Tab::All => "all",
        }
    }

    pub fn pool(self) -> Option<Pool> {
        match self {
            Tab::Pool(pool) => Some(pool),
            Tab::All => None,
        }
    }

    fn read(text: &str) -> Option<Self> {
        Tab::ALL.into_iter().find(|tab| tab.as_str() == text)
    }

    /// Callers start on what they work on; everyone else on everything.
    pub fn start(role: Role) -> Self {
        match policy::scope(role, Action::LeadsPage) {
            Scope::Own => Tab::Pool(Pool::Working),
            Scope::None | Scope::Team | Scope::Converted | Scope::View | Scope::All => Tab::All,
        }
    }
}

impl ListFilter {
    pub fn tab(&self, role: Role) -> Tab {
        self.tab.unwrap_or(Tab::start(role))
    }

    /// Narrowed beyond the tab.
    pub fn is_narrowed(&self) -> bool {
        !self.statuses.is_empty() || !self.search.trim().is_empty() || self.narrowings() > 0
    }

    /// By how many of the filter's parts it is narrowed.
    pub fn narrowings(&self) -> usize {
        let parts = [
            self.sources.is_empty(),
            self.languages.is_empty(),
            self.tags.is_empty(),
            self.owners.is_empty(),
            self.interests.is_empty(),
            self.due.is_empty(),
            self.created().is_any(),
            self.updated.is_any(),
            self.next.is_any(),
            self.assigned.is_any(),
            self.converted.is_any(),
            self.dropped.is_any(),
            self.called.is_any(),
            self.callers.is_empty(),
        ];
        parts.into_iter().filter(|is_any| !is_any).count()
    }

    pub fn created(&self) -> Days {
        Days { from: self.from, to: self.to }
    }

    /// The list behind a figure, whose times are whole days of `zone`.
    pub fn of(filter: &LeadFilter, zone: &str, clock: Clock) -> Self {
        let day = |at: i64| Some(clock::day_of(zone, at, clock)).filter(|_| at != i64::MIN && at != i64::MAX);
        let days = |span: Option<(i64, i64)>| {
            span.map_or(Days::default(), |(from, until)| Days { from: day(from), to: day(until).map(|day| day - 1) })
        };
        let created = days(filter.created);
        Self {
            tab: Some(filter.pool.map_or(Tab::All, Tab::Pool)),
            statuses: filter.statuses.clone(),
            search: filter.search.clone(),
            sources: filter.sources.clone(),
            languages: filter.languages.clone(),
            tags: filter.tags.clone(),
            owners: filter.owners.clone(),
            interests: filter.interests.clone(),
            due: filter.due.clone(),
            from: created.from,
            to: created.to,
            updated: days(filter.updated),
            next: days(filter.next),
            assigned: days(filter.assigned),
            converted: days(filter.converted),
            dropped: days(filter.dropped),
            called: days(filter.called),
            callers: filter.callers.clone(),
            sort: filter.sort,
            reversed: filter.reversed,
        }
    }

    /// The question for the client; days are those of `zone`.
    pub fn question(&self, role: Role, zone: &str, clock: Clock) -> LeadFilter {
        let begins = |day: i64| clock::start_of_day(zone, day, clock);
        LeadFilter {
            pool: self.tab(role).pool(),
            statuses: self.statuses.clone(),
            search: self.search.trim().to_owned(),
            sources: self.sources.clone(),
            languages: self.languages.clone(),
            owners: self.owners.clone(),
            tags: self.tags.clone(),
            interests: self.interests.clone(),
            due: self.due.clone(),
            created: self.created().span(begins),
            updated: self.updated.span(begins),
            next: self.next.span(begins),
            assigned: self.assigned.span(begins),
            converted: self.converted.span(begins),
            dropped: self.dropped.span(begins),
            called: self.called.span(begins),
            callers: self.callers.clone(),
            sort: self.sort,
            reversed: self.reversed,
        }
    }

    pub fn query(&self) -> String {
        let texts = |values: &[String]| values.iter().map(|value| escape(value)).collect::<Vec<_>>();
        let owners = self.owners.iter().map(|owner| owner.map_or_else(|| NOBODY.to_owned(), |owner| owner.to_string()));
        let lists: [(&str, Vec<String>); 8] = [
            ("status", self.statuses.iter().map(|s| s.as_str().to_owned()).collect()),
            ("source", texts(&self.sources)),
            ("language", texts(&self.languages)),
            ("tag", texts(&self.tags)),
            ("owner", owners.collect()),
            ("interest", self.interests.iter().map(u8::to_string).collect()),
            ("due", self.due.iter().map(name_of).collect()),
            ("caller", self.callers.iter().map(UserId::to_string).collect()),
        ];
        let mut parts: Vec<String> = self.tab.iter().map(|tab| format!("pool={}", tab.as_str())).collect();
        // A list of one empty text is not empty.
        parts.extend(lists.into_iter().filter(|(_, values)| !values.is_empty()).map(|(key, values)| format!("{key}={}", values.join(","))));
        let days = [("from", self.from), ("to", self.to)];
        parts.extend(days.into_iter().filter_map(|(key, day)| Some(format!("{key}={}", calendar::iso(day?)))));
        let spans = [
            ("updated", self.updated),
            ("next", self.next),
            ("assigned", self.assigned),
            ("converted", self.converted),
            ("dropped", self.dropped),
            ("called", self.called),
        ];
        parts.extend(spans.into_iter().filter_map(|(key, days)| Some(format!("{key}={}", days.query()?))));
        if (self.sort, self.reversed) != (LeadSort::default(), false) {
            parts.push(format!("sort={}{}", if self.reversed { "-" } else { "" }, name_of(&self.sort)));
        }
        if !self.search.is_empty() {
            parts.push(format!("q={}", escape(&self.search)));
        }
        if parts.is_empty() { String::new() } else { format!("?{}", parts.join("&")) }
    }

    /// What [`ListFilter::query`] wrote, with or without its question mark.
    pub fn read(query: &str) -> Self {
        let query = query.trim_start_matches('?');
        let mut filter = Self::default();
        for (key, value) in query.split('&').filter_map(|part| part.split_once('=')) {
            let texts = || value.split(',').map(unescape).collect();
            match key {
                "pool" => filter.tab = Tab::read(value),
                "status" => filter.statuses = value.split(',').filter_map(|s| s.parse().ok()).collect(),
                "source" => filter.sources = texts(),
                "language" => filter.languages = texts(),
                "tag" => filter.tags = texts(),
                "owner" => {
                    filter.owners =
                        value.split(',').filter_map(|id| if id == NOBODY { Some(None) } else { id.parse().ok().map(Some) }).collect()
                }
                "interest" => filter.interests = value.split(',').filter_map(|level| level.parse().ok()).collect(),
                "due" => filter.due = value.split(',').filter_map(named).collect(),
                "from" => filter.from = calendar::parse_date(value),
                "to" => filter.to = calendar::parse_date(value),
                "updated" => filter.updated = Days::read(value),
                "next" => filter.next = Days::read(value),
                "assigned" => filter.assigned = Days::read(value),
                "converted" => filter.converted = Days::read(value),
                "dropped" => filter.dropped = Days::read(value),
                "called" => filter.called = Days::read(value),
                "caller" => filter.callers = value.split(',').filter_map(|id| id.parse().ok()).collect(),
                "sort" => {
                    let (name, is_reversed) = value.strip_prefix('-').map_or((value, false), |name| (name, true));
                    let sort = named(name);
                    (filter.sort, filter.reversed) = (sort.unwrap_or_default(), is_reversed && sort.is_some());
                }
                "q" => filter.search = unescape(value),
                _ => {}
            }
        }
        filter
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

    fn query(&self) -> String {
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

    fn read(query: &str) -> Self {
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

impl AuditNarrow {
    pub fn of_lead(lead: LeadId) -> Self {
        Self { lead: Some(lead), ..Self::default() }
    }

    fn query(&self) -> String {
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

    fn read(query: &str) -> Self {
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

impl AttendanceNarrow {
    fn query(&self) -> String {
        let day = |days: Option<i64>| days.map(calendar::iso);
        let tab = (self.tab == AttendanceTab::Log).then(|| "log".to_owned());
        let parts = [("tab", tab), ("user", self.user.map(|id| id.to_string())), ("from", day(self.from)), ("to", day(self.to))];
        let parts: Vec<_> = parts.into_iter().filter_map(|(key, value)| Some(format!("{key}={}", value?))).collect();
        if parts.is_empty() { String::new() } else { format!("?{}", parts.join("&")) }
    }

    fn read(query: &str) -> Self {
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

/// Its stable name, `follow_up`.
pub fn action_name(action: AuditAction) -> String {
    name_of(&action)
}

/// The stable name of a plain value, as it is on the wire.
pub fn name_of<T: Serialize>(value: &T) -> String {
    let name = serde_json::to_value(value).ok();
    name.as_ref().and_then(|name| name.as_str()).unwrap_or_default().to_owned()
}

/// The inverse of [`name_of`].
fn named<T: DeserializeOwned>(name: &str) -> Option<T> {
    serde_json::from_value(name.into()).ok()
}

impl Route {
    pub fn leads() -> Self {
        Route::Leads { filter: ListFilter::default(), open: None }
    }

    /// The page it shows; the sign-in form is none.
    pub fn page(&self) -> Option<Page> {
        match self {
            Route::Dashboard(_) => Some(Page::Dashboard),
            Route::Queue => Some(Page::Queue),
            Route::Leads { .. } | Route::Lead(_) => Some(Page::Leads),
            Route::FollowUps { .. } => Some(Page::FollowUps),
            Route::Payments { .. } => Some(Page::Payments),
            Route::Reports(_) => Some(Page::Reports),
            Route::Notices => Some(Page::Notices),
            Route::Attention => Some(Page::Attention),
            Route::Attendance(_) => Some(Page::Attendance),
            Route::Users(_) => Some(Page::Users),
            Route::Assignment => Some(Page::Assignment),
            Route::Permissions => Some(Page::Permissions),
            Route::Devices => Some(Page::Devices),
            Route::Deleted => Some(Page::Deleted),
            Route::Audit(_) => Some(Page::Audit),
            Route::Quarantine => Some(Page::Quarantine),
            Route::Account => Some(Page::Account),
            Route::Login => None,
        }
    }

    /// The page of it that the role may not open (row B6).
    pub fn forbidden(&self, role: Role) -> Option<Page> {
        self.page().filter(|page| !page.is_open_to(role))
    }

    /// Where a role without a Leads page opens a lead: a customer's ledger (Appendix A.2, note 1).
    pub fn of_customer(&self, role: Role) -> Option<Self> {
        let lead = match self {
            Route::Leads { open, .. } => (*open)?,
            Route::Lead(lead) => *lead,
            _ => return None,
        };
        let is_only_there = !Page::Leads.is_open_to(role) && Page::Payments.is_open_to(role);
        is_only_there.then(|| Route::Payments { narrow: PayNarrow::of(PayTab::All), open: Some(lead) })
    }

    /// Reads `#/leads/<id>?pool=working`; what is unknown opens the dashboard (row C7).
    pub fn read(hash: &str) -> Self {
        let hash = hash.trim_start_matches('#');
        let (path, query) = hash.split_once('?').unwrap_or((hash, ""));
        let mut parts = path.split('/').filter(|p| !p.is_empty());
        match parts.next() {
            Some("followups") => Route::FollowUps { narrow: DueNarrow::read(query), open: parts.next().and_then(|id| id.parse().ok()) },
            Some("payments") => Route::Payments { narrow: PayNarrow::read(query), open: parts.next().and_then(|id| id.parse().ok()) },
            Some("dashboard") => Route::Dashboard(Span::read(query)),
            Some("lead") => parts.next().and_then(|id| id.parse().ok()).map_or_else(Route::leads, Route::Lead),
            Some("queue") => Route::Queue,
            Some("reports") => Route::Reports(ReportNarrow::read(query)),
            Some("notifications") => Route::Notices,
            Some("attention") => Route::Attention,
            Some("attendance") => Route::Attendance(AttendanceNarrow::read(query)),
            Some("account") => Route::Account,
            Some("admin") => match (parts.next(), parts.next()) {
                (Some("users"), Some("teams")) => Route::Users(UsersTab::Teams),
                (Some("users"), _) => Route::Users(UsersTab::People),
                (Some("assignment"), _) => Route::Assignment,
                (Some("permissions"), _) => Route::Permissions,
                (Some("devices"), _) => Route::Devices,
                (Some("deleted"), _) => Route::Deleted,
                (Some("audit"), _) => Route::Audit(AuditNarrow::read(query)),
                (Some("quarantine"), _) => Route::Quarantine,
                _ => Route::Dashboard(Span::default()),
            },
            Some("login") => Route::Login,
            Some("leads") => Route::Leads { filter: ListFilter::read(query), open: parts.next().and_then(|id| id.parse().ok()) },
            _ => Route::Dashboard(Span::default()),
        }
    }

    /// Whether both are the same page, so that its state stays.
    pub fn is_same_page(&self, other: &Route) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Route::Leads { filter, open: None } => write!(f, "#/leads{}", filter.query()),
            Route::Leads { filter, open: Some(lead) } => write!(f, "#/leads/{lead}{}", filter.query()),
            Route::FollowUps { narrow, open: None } => write!(f, "#/followups{}", narrow.query()),
            Route::FollowUps { narrow, open: Some(lead) } => write!(f, "#/followups/{lead}{}", narrow.query()),
            Route::Payments { narrow, open: None } => write!(f, "#/payments{}", narrow.query()),
            Route::Payments { narrow, open: Some(lead) } => write!(f, "#/payments/{lead}{}", narrow.query()),
            Route::Dashboard(span) => write!(f, "#/dashboard{}", span.query()),
            Route::Lead(lead) => write!(f, "#/lead/{lead}"),
            Route::Queue => f.write_str("#/queue"),
            Route::Reports(narrow) => write!(f, "#/reports{}", narrow.query()),
            Route::Notices => f.write_str("#/notifications"),
            Route::Attention => f.write_str("#/attention"),
            Route::Attendance(narrow) => write!(f, "#/attendance{}", narrow.query()),
            Route::Users(UsersTab::People) => f.write_str("#/admin/users"),
            Route::Users(UsersTab::Teams) => f.write_str("#/admin/users/teams"),
            Route::Assignment => f.write_str("#/admin/assignment"),
            Route::Permissions => f.write_str("#/admin/permissions"),
            Route::Devices => f.write_str("#/admin/devices"),
            Route::Deleted => f.write_str("#/admin/deleted"),
            Route::Audit(narrow) => write!(f, "#/admin/audit{}", narrow.query()),
            Route::Quarantine => f.write_str("#/admin/quarantine"),
            Route::Account => f.write_str("#/account"),
            Route::Login => f.write_str("#/login"),
        }
    }
}

/// Goes there: a step that Back takes back.
pub fn go(route: &Route) {
    if let Some(window) = web_sys::window() {
        let _ = window.location().set_hash(&route.to_string());
    }
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

fn unescape(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let coded = (bytes[at] == b'%').then(|| bytes.get(at + 1..at + 3)).flatten();
        let byte = coded.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        out.push(byte.unwrap_or(bytes[at]));
        at += if byte.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_reads_back_as_it_was_written() {
        let lead: LeadId = "0193c5a0-0000-7000-8000-000000000001".parse().expect("an id");
        let narrowed = ListFilter {
            tab: Some(Tab::Pool(Pool::Working)),
            statuses: vec![Status::New, Status::InProgress],
            search: "मीना & 98% = ?".into(),
            sources: vec![String::new(), "Walk-in, Pune & more".into()],
            languages: vec!["हिन्दी".into()],
            tags: vec!["50%".into(), "a=b".into()],
            owners: vec![None, Some("0193c5a0-0000-7000-8000-000000000002".parse().expect("an id"))],
            interests: vec![4, 5],
            due: vec![DueState::Missed, DueState::NotSet],
            from: calendar::parse_date("2026-11-01"),
            to: None,
            updated: Days { from: None, to: calendar::parse_date("2026-11-20") },
            called: Days { from: calendar::parse_date("2026-11-20"), to: calendar::parse_date("2026-11-20") },
            callers: vec!["0193c5a0-0000-7000-8000-000000000002".parse().expect("an id")],
            assigned: Days { from: calendar::parse_date("2026-11-01"), to: calendar::parse_date("2026-11-30") },
            converted: Days { from: calendar::parse_date("2026-11-02"), to: None },
            dropped: Days { from: None, to: calendar::parse_date("2026-11-03") },
            next: Days { from: calendar::parse_date("2026-11-01"), to: calendar::parse_date("2026-11-20") },
            sort: LeadSort::Name,
            reversed: true,
        };
        assert_eq!(ListFilter::read(&narrowed.query()), narrowed);
        let of_no_source = ListFilter { sources: vec![String::new()], ..ListFilter::default() };
        for route in [
            Route::leads(),
            Route::Leads { filter: narrowed.clone(), open: None },
            Route::Leads { filter: of_no_source, open: None },
            Route::Leads { filter: narrowed, open: Some(lead) },
            Route::Leads { filter: ListFilter { tab: Some(Tab::All), ..Default::default() }, open: Some(lead) },
            Route::Login,
            Route::FollowUps { narrow: DueNarrow { tab: DueTab::Upcoming, everyone: true }, open: Some(lead) },
            Route::Payments {
                narrow: PayNarrow {
                    filter: PayFilter {
                        tab: PayTab::Week,
                        status: Some(PaymentStatus::Overdue),
                        search: "रितु & 98%".into(),
                        mine: true,
                        flagged: true,
                    },
                    records: true,
                },
                open: Some(lead),
            },
            Route::Users(UsersTab::Teams),
            Route::Attendance(AttendanceNarrow {
                tab: AttendanceTab::Log,
                user: Some("0193c5a0-0000-7000-8000-000000000002".parse().expect("an id")),
                from: calendar::parse_date("2026-11-01"),
                to: calendar::parse_date("2026-11-21"),
            }),
            Route::Audit(AuditNarrow::of_lead(lead)),
            Route::Audit(AuditNarrow {
                lead: None,
                by: Some("0193c5a0-0000-7000-8000-000000000002".parse().expect("an id")),
                action: Some(AuditAction::FollowUp),
                from: calendar::parse_date("2026-11-01"),
                to: calendar::parse_date("2026-11-21"),
            }),
        ]
        .into_iter()
        .chain(Page::ALL.map(Page::route))
        {
            assert_eq!(Route::read(&route.to_string()), route);
        }
        for page in Page::ALL {
            assert_eq!(page.route().page(), Some(page));
        }
    }

    #[test]
    fn each_role_has_the_pages_its_rights_open() {
        use Page::*;
        let rows: [(Role, &[Page], Page); 8] = [
            (
                Role::SuperAdmin,
                &[
                    Dashboard,
                    Queue,
                    Leads,
                    FollowUps,
                    Payments,
                    Reports,
                    Attention,
                    Attendance,
                    Users,
                    Assignment,
                    Permissions,
                    Devices,
                    Deleted,
                    Audit,
                    Quarantine,
                ],
                Dashboard,
            ),
            (
                Role::Admin,
                &[
                    Dashboard,
                    Queue,
                    Leads,
                    FollowUps,
                    Payments,
                    Reports,
                    Attention,
                    Attendance,
                    Users,
                    Assignment,
                    Permissions,
                    Devices,
                    Deleted,
                    Audit,
                    Quarantine,
                ],
                Dashboard,
            ),
            (Role::Manager, &[Dashboard, Queue, Leads, FollowUps, Payments, Reports, Attention, Attendance, Quarantine], Dashboard),
            (Role::TeamLead, &[Dashboard, Queue, Leads, FollowUps, Reports, Attention, Attendance, Audit, Quarantine], Dashboard),
            (Role::Salesperson, &[Dashboard, Queue, Leads, FollowUps, Attention], Dashboard),
            (Role::RecoveryAgent, &[Payments, Attention], Payments),
            (Role::FinanceManager, &[Payments, Attention], Payments),
            (Role::Analyst, &[Reports, Attention, Audit], Reports),
        ];
        assert_eq!(rows.map(|(role, ..)| role), Role::ALL);
        for (role, listed, landing) in rows {
            assert_eq!(Page::listed(role), listed, "{role:?}");
            assert_eq!(Page::landing(role), landing, "{role:?}");
            for page in Page::ALL {
                let may = page.is_open_to(role);
                assert!(!may || policy::scope(role, page.action()) != policy::Scope::None, "{role:?} {page:?}");
                assert_eq!(page.route().forbidden(role), (!may).then_some(page), "{role:?} {page:?}");
                assert_eq!(listed.contains(&page) || matches!(page, Account | Notices) && may, may, "{role:?} {page:?}");
            }
            assert_eq!(Route::Login.forbidden(role), None);
        }
    }

    #[test]
    fn who_has_no_leads_page_opens_a_lead_on_payments() {
        let lead: LeadId = "0193c5a0-0000-7000-8000-000000000001".parse().expect("an id");
        let opened = Route::Leads { filter: ListFilter::default(), open: Some(lead) };
        for role in Role::ALL {
            let is_there = matches!(role, Role::RecoveryAgent | Role::FinanceManager);
            for route in [opened.clone(), Route::Lead(lead)] {
                let there = route.of_customer(role);
                assert_eq!(there.is_some(), is_there, "{role:?}");
                assert!(there.is_none_or(|there| there.forbidden(role).is_none()), "{role:?}");
            }
            assert_eq!(Route::leads().of_customer(role), None);
        }
    }

    #[test]
    fn what_is_unknown_opens_the_dashboard() {
        for hash in ["", "#", "#/", "#/nowhere", "#/admin", "#/admin/payments", "#/dashboard?days=sometime"] {
            assert_eq!(Route::read(hash), Route::Dashboard(Span::default()), "{hash}");
        }
        for hash in ["#/leads/not-an-id", "#/leads?status=sold&q="] {
            assert_eq!(Route::read(hash), Route::leads(), "{hash}");
        }
        assert_eq!(unescape("50%"), "50%");
    }

    #[test]
    fn the_dashboards_days_are_named_or_written_out() {
        let day = |text: &str| calendar::parse_date(text).expect("a day");
        let custom = Span::Days { from: day("2026-11-01"), to: day("2026-11-20") };
        for span in Span::NAMED.into_iter().chain([custom]) {
            let route = Route::Dashboard(span);
            assert_eq!(Route::read(&route.to_string()), route);
        }
        let today = day("2026-11-21");
        assert_eq!(Span::ThisMonth.days(today), (day("2026-11-01"), today));
        assert_eq!(Span::Week.days(today), (day("2026-11-15"), today));
    }

    #[test]
    fn callers_start_on_their_working_leads() {
        assert_eq!(ListFilter::default().tab(Role::Salesperson).pool(), Some(Pool::Working));
        assert_eq!(ListFilter::default().tab(Role::Manager).pool(), None);
    }
}
