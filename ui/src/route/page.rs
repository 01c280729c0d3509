//! The pages there are, and who may open which.

use super::{AttendanceNarrow, AuditNarrow, DueNarrow, PayNarrow, ReportNarrow, Route, Span, UsersTab};
use bridge::dashboard::DashboardKind;
use domain::Role;
use domain::policy::{self, Action, Scope};

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
