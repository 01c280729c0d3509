//! The hash router (row C7): what the window shows, and how the list is narrowed, is in the
//! address, so that back, forward and reload keep it. Reading and writing are pure.

mod list;
mod narrow;
mod page;
mod report;

pub use list::{Days, ListFilter, Tab};
pub use narrow::{AttendanceNarrow, AttendanceTab, AuditNarrow, DueNarrow, PayNarrow, Span, UsersTab};
pub use page::Page;
pub use report::ReportNarrow;

use bridge::payment::PayTab;
use domain::people::AuditAction;
use domain::{LeadId, Role};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt;

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
    use crate::calendar;
    use bridge::follow_up::DueTab;
    use bridge::lead::DueState;
    use bridge::lead::LeadSort;
    use bridge::payment::PayFilter;
    use domain::lead::Pool;
    use domain::lead::Status;
    use domain::ledger::PaymentStatus;
    use domain::policy;

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
