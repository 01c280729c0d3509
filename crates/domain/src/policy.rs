//! The permission table: role × action × scope (Appendix A), and `authorise`, the only maker of a
//! [`Permit`]. The UI hides by it, the client refuses early by it, the server refuses for real.

use crate::command::Command;
use crate::id::{TeamId, UserId};
use crate::lead::LeadField;
use crate::ledger::LedgerCommand;
use crate::refusal::{Refusal, RefusalCode};
use crate::role::Role;
use serde::{Deserialize, Serialize};

pub use crate::state::{eligible, eligible_command};

/// Which records a right reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    None,
    Own,
    Team,
    Converted,
    /// Everything, to look at.
    View,
    All,
}

/// Something a role may do; the number is the row of Appendix A.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// 1: sign in and out
    SignIn,
    /// 2: dashboard page
    DashboardPage,
    /// 3: leads page
    LeadsPage,
    /// 4: follow-ups page
    FollowUpsPage,
    /// 5: payments page
    PaymentsPage,
    /// 6: reports page
    ReportsPage,
    /// 7: view leads, open the drawer
    ViewLead,
    /// 8: see phones in full
    SeePhone,
    /// 9: create a lead by hand
    CreateLead,
    /// 10: import leads from a file
    ImportLeads,
    /// 11: edit a lead's fields
    EditLead,
    /// 12: change status and interest, log calls
    ChangeStatus,
    /// 13: convert a lead
    ConvertLead,
    /// 14: drop a lead with a reason
    DropLead,
    /// 15: reopen a dropped lead
    ReopenLead,
    /// 16: assign by hand
    AssignLead,
    /// 17: trigger automatic distribution
    DistributeLeads,
    /// 18: be given leads by assignment
    ReceiveLeads,
    /// 19: check in and out
    UseAttendance,
    /// 20: view attendance logs
    ViewAttendance,
    /// 21: schedule, move, settle follow-ups
    ScheduleFollowUp,
    /// 22: view others' follow-ups
    ViewOthersFollowUps,
    /// 23: view payments
    ViewPayments,
    /// 24: add a payment
    AddPayment,
    /// 25: edit a payment
    EditPayment,
    /// 26: delete a payment
    DeletePayment,
    /// 27: restore a payment
    RestorePayment,
    /// 28: delete a lead
    DeleteLead,
    /// 29: restore a deleted lead
    RestoreLead,
    /// 30: Deleted items page
    DeletedItemsPage,
    /// 31: run reports
    RunReports,
    /// 32: export CSV
    ExportData,
    /// 33: timeline in the drawer
    ViewTimeline,
    /// 34: audit log
    ViewAudit,
    /// 35: in-app notifications
    Notifications,
    /// 36: e-mail alerts
    EmailAlerts,
    /// 37: users list, change role, invite
    ManageUsers,
    /// 38: permissions matrix page
    PermissionsPage,
    /// 39: define custom roles
    DefineRoles,
    /// 40: settings and lists
    ManageSettings,
    /// 41: view as somebody else
    Impersonate,
    /// 42: source analytics
    SourceAnalytics,
    /// 43: raise a support ticket
    RaiseTicket,
    /// 44: manage support tickets
    ManageTickets,
    /// 45: developer panel
    DeveloperPanel,
    /// 46: live activity feed
    ActivityFeed,
    /// 47: system alerts
    SystemAlerts,
    /// 48: tenants
    ManageTenants,
    /// 49: report builder, shared dashboards
    BuildReports,
    /// 50: automation rules
    AutomationRules,
}

impl Action {
    pub const ALL: [Action; 50] = [
        Action::SignIn,
        Action::DashboardPage,
        Action::LeadsPage,
        Action::FollowUpsPage,
        Action::PaymentsPage,
        Action::ReportsPage,
        Action::ViewLead,
        Action::SeePhone,
        Action::CreateLead,
        Action::ImportLeads,
        Action::EditLead,
        Action::ChangeStatus,
        Action::ConvertLead,
        Action::DropLead,
        Action::ReopenLead,
        Action::AssignLead,
        Action::DistributeLeads,
        Action::ReceiveLeads,
        Action::UseAttendance,
        Action::ViewAttendance,
        Action::ScheduleFollowUp,
        Action::ViewOthersFollowUps,
        Action::ViewPayments,
        Action::AddPayment,
        Action::EditPayment,
        Action::DeletePayment,
        Action::RestorePayment,
        Action::DeleteLead,
        Action::RestoreLead,
        Action::DeletedItemsPage,
        Action::RunReports,
        Action::ExportData,
        Action::ViewTimeline,
        Action::ViewAudit,
        Action::Notifications,
        Action::EmailAlerts,
        Action::ManageUsers,
        Action::PermissionsPage,
        Action::DefineRoles,
        Action::ManageSettings,
        Action::Impersonate,
        Action::SourceAnalytics,
        Action::RaiseTicket,
        Action::ManageTickets,
        Action::DeveloperPanel,
        Action::ActivityFeed,
        Action::SystemAlerts,
        Action::ManageTenants,
        Action::BuildReports,
        Action::AutomationRules,
    ];

    /// Its row in Appendix A.
    #[must_use]
    pub fn number(self) -> usize {
        self as usize + 1
    }

    /// As the permissions page names it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Action::SignIn => "Sign in and out",
            Action::DashboardPage => "Dashboard page",
            Action::LeadsPage => "Leads page",
            Action::FollowUpsPage => "Follow-ups page",
            Action::PaymentsPage => "Payments page",
            Action::ReportsPage => "Reports page",
            Action::ViewLead => "View leads, open the drawer",
            Action::SeePhone => "See phones in full",
            Action::CreateLead => "Create a lead by hand",
            Action::ImportLeads => "Import leads from a file",
            Action::EditLead => "Edit a lead's fields",
            Action::ChangeStatus => "Change status and interest, log calls",
            Action::ConvertLead => "Convert a lead",
            Action::DropLead => "Drop a lead with a reason",
            Action::ReopenLead => "Reopen a dropped lead",
            Action::AssignLead => "Assign by hand",
            Action::DistributeLeads => "Trigger automatic distribution",
            Action::ReceiveLeads => "Be given leads by assignment",
            Action::UseAttendance => "Check in and out",
            Action::ViewAttendance => "View attendance logs",
            Action::ScheduleFollowUp => "Schedule, move, settle follow-ups",
            Action::ViewOthersFollowUps => "View others' follow-ups",
            Action::ViewPayments => "View payments",
            Action::AddPayment => "Add a payment",
            Action::EditPayment => "Edit a payment",
            Action::DeletePayment => "Delete a payment",
            Action::RestorePayment => "Restore a payment",
            Action::DeleteLead => "Delete a lead",
            Action::RestoreLead => "Restore a deleted lead",
            Action::DeletedItemsPage => "Deleted items page",
            Action::RunReports => "Run reports",
            Action::ExportData => "Export CSV",
            Action::ViewTimeline => "Timeline in the drawer",
            Action::ViewAudit => "Audit log",
            Action::Notifications => "In-app notifications",
            Action::EmailAlerts => "E-mail alerts",
            Action::ManageUsers => "Users list, change role, invite",
            Action::PermissionsPage => "Permissions matrix page",
            Action::DefineRoles => "Define custom roles",
            Action::ManageSettings => "Settings and lists",
            Action::Impersonate => "View as somebody else",
            Action::SourceAnalytics => "Source analytics",
            Action::RaiseTicket => "Raise a support ticket",
            Action::ManageTickets => "Manage support tickets",
            Action::DeveloperPanel => "Developer panel",
            Action::ActivityFeed => "Live activity feed",
            Action::SystemAlerts => "System alerts",
            Action::ManageTenants => "Tenants",
            Action::BuildReports => "Report builder, shared dashboards",
            Action::AutomationRules => "Automation rules",
        }
    }
}

/// One row of the table, in the order of [`Role::ALL`].
fn row(action: Action) -> [Scope; 8] {
    use Scope::{All as A, Converted as C, None as N, Own as O, Team as T, View as V};
    match action {
        //                          SA Ad Mg TL Sp Re Fi An
        Action::SignIn => [A, A, A, A, A, A, A, A],
        Action::DashboardPage => [A, A, A, T, O, O, A, V],
        Action::LeadsPage => [A, A, A, T, O, N, N, N],
        Action::FollowUpsPage => [A, A, A, T, O, N, N, N],
        Action::PaymentsPage => [A, A, A, N, N, O, A, N],
        Action::ReportsPage => [A, A, A, T, N, N, N, V],
        Action::ViewLead => [A, A, A, T, O, C, C, V],
        Action::SeePhone => [A, A, A, T, O, C, C, N],
        Action::CreateLead => [A, A, A, T, O, N, N, N],
        Action::ImportLeads => [A, A, A, N, N, N, N, N],
        Action::EditLead => [A, A, A, T, O, C, N, N],
        Action::ChangeStatus => [A, A, A, T, O, N, N, N],
        Action::ConvertLead => [A, A, A, T, O, N, N, N],
        Action::DropLead => [A, A, A, T, O, N, N, N],
        Action::ReopenLead => [A, A, A, T, N, N, N, N],
        Action::AssignLead => [A, A, T, T, N, N, N, N],
        Action::DistributeLeads => [A, A, N, N, N, N, N, N],
        Action::ReceiveLeads => [N, N, N, N, A, C, N, N],
        Action::UseAttendance => [N, N, N, N, O, O, N, N],
        Action::ViewAttendance => [A, A, A, T, O, O, N, N],
        Action::ScheduleFollowUp => [A, A, A, T, O, C, C, N],
        Action::ViewOthersFollowUps => [A, A, A, T, N, N, N, V],
        Action::ViewPayments => [A, A, A, N, N, O, A, V],
        Action::AddPayment => [A, A, N, N, N, O, A, N],
        Action::EditPayment => [A, A, N, N, N, O, A, N],
        Action::DeletePayment => [A, A, N, N, N, N, N, N],
        Action::RestorePayment => [A, A, N, N, N, N, N, N],
        Action::DeleteLead => [A, A, N, N, N, N, N, N],
        Action::RestoreLead => [A, A, N, N, N, N, N, N],
        Action::DeletedItemsPage => [A, A, N, N, N, N, N, N],
        Action::RunReports => [A, A, A, T, N, N, N, A],
        Action::ExportData => [A, A, A, T, N, N, N, A],
        Action::ViewTimeline => [A, A, A, T, O, C, C, V],
        Action::ViewAudit => [A, A, N, O, N, N, N, V],
        Action::Notifications => [A, A, T, T, O, O, A, N],
        Action::EmailAlerts => [A, A, T, T, O, O, A, N],
        Action::ManageUsers => [A, A, N, N, N, N, N, N],
        Action::PermissionsPage => [A, A, N, N, N, N, N, N],
        Action::DefineRoles => [A, A, N, N, N, N, N, N],
        Action::ManageSettings => [A, A, N, N, N, N, N, N],
        Action::Impersonate => [A, A, N, T, N, N, N, N],
        Action::SourceAnalytics => [A, A, A, T, O, N, N, V],
        Action::RaiseTicket => [A, A, A, A, A, A, A, A],
        Action::ManageTickets => [A, A, N, N, O, O, O, O],
        Action::DeveloperPanel => [N, N, N, N, N, N, N, N],
        Action::ActivityFeed => [A, A, A, T, N, N, N, N],
        Action::SystemAlerts => [A, A, N, N, N, N, N, N],
        Action::ManageTenants => [A, N, N, N, N, N, N, N],
        Action::BuildReports => [A, A, A, T, O, O, O, A],
        Action::AutomationRules => [A, A, N, N, N, N, N, N],
    }
}

/// The scope a role has for an action.
#[must_use]
pub fn scope(role: Role, action: Action) -> Scope {
    row(action)[role as usize]
}

/// Whether the role has the action at all, on some record: what decides about pages and columns.
#[must_use]
pub fn has(role: Role, action: Action) -> bool {
    scope(role, action) != Scope::None
}

/// The person who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    pub user: UserId,
    pub role: Role,
    pub team: Option<TeamId>,
}

/// What is acted on: the facts that scopes and states compare.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    pub owner: Option<UserId>,
    pub team: Option<TeamId>,
    pub converted: bool,
    pub lost: bool,
    pub deleted: bool,
}

/// Proof that `authorise` said yes to one action. Cannot be made elsewhere.
#[derive(Debug, PartialEq, Eq)]
pub struct Permit {
    action: Action,
}

impl Permit {
    #[must_use]
    pub fn action(&self) -> Action {
        self.action
    }
}

/// Whether `actor` may do `action` on `subject`. A deleted record is there only for those who have
/// the Deleted items page, to be looked at and restored.
///
/// # Errors
/// `NotPermitted`, in words that name no record.
pub fn authorise(actor: &Actor, action: Action, subject: &Subject) -> Result<Permit, Refusal> {
    let reached = match reach(actor, action) {
        Scope::None => false,
        Scope::All | Scope::View => true,
        Scope::Own => subject.owner == Some(actor.user),
        Scope::Team => subject.owner == Some(actor.user) || (actor.team.is_some() && subject.team == actor.team),
        Scope::Converted => subject.converted,
    };
    let there = !subject.deleted || has(actor.role, Action::DeletedItemsPage);
    if reached && there { Ok(Permit { action }) } else { Err(Refusal::new(RefusalCode::NotPermitted, denied(actor, action))) }
}

/// The scope this person has for an action: a manager of no team assigns everywhere (Appendix A.2, note 8).
pub fn reach(actor: &Actor, action: Action) -> Scope {
    match scope(actor.role, action) {
        Scope::Team if actor.role == Role::Manager && actor.team.is_none() => Scope::All,
        scope => scope,
    }
}

/// As [`authorise`], for a command: who reaches only converted leads keeps to their contact fields,
/// and to payment follow-ups, of which there is no command yet (Appendix A.2, notes 1 and 3).
///
/// # Errors
/// `NotPermitted`.
pub fn authorise_command(actor: &Actor, command: &Command, subject: &Subject) -> Result<Permit, Refusal> {
    let permit = authorise(actor, command.action(), subject)?;
    let narrow = scope(actor.role, command.action()) == Scope::Converted;
    if !narrow || matches!(command.undone(), Command::SetField { field, .. } if may_set(actor.role, *field)) {
        return Ok(permit);
    }
    Err(Refusal::new(
        RefusalCode::NotPermitted,
        "In your role only the contact fields of a converted lead can be changed. Ask your manager.",
    ))
}

/// Whose work the money of a lead is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Handed {
    /// Who collects after conversion; nobody yet, or everybody who may.
    pub collector: Option<UserId>,
    /// Who wrote the entry that is reversed.
    pub entry_by: Option<UserId>,
}

/// Whether `actor` may write `command` into a ledger. One's own are the entries that one wrote and the ledgers that
/// one collects (Appendix A.2, note 5); a ledger that nobody collects takes new entries from everybody who has one.
///
/// # Errors
/// `NotPermitted`.
pub fn authorise_ledger(actor: &Actor, command: &LedgerCommand, handed: &Handed) -> Result<Permit, Refusal> {
    let is_theirs = match command {
        LedgerCommand::Reverse { .. } => handed.entry_by.is_none_or(|by| by == actor.user) || handed.collector == Some(actor.user),
        _ => handed.collector.is_none_or(|collector| collector == actor.user),
    };
    let owner = is_theirs.then_some(actor.user);
    authorise(actor, command.action(), &Subject { owner, ..Subject::default() })
}

/// Whether a role sees where the payments of a lead in its sight stand: who views payments, and who sees their badge
/// alone (row 23, note 4).
#[must_use]
pub fn sees_payment_badge(role: Role) -> bool {
    has(role, Action::ViewPayments) || role == Role::TeamLead
}

/// Whether a role that edits a lead may set this field of it (Appendix A.2, note 1).
#[must_use]
pub fn may_set(role: Role, field: LeadField) -> bool {
    let is_contact = matches!(field, LeadField::Name | LeadField::Phone | LeadField::AltPhone | LeadField::Email);
    is_contact || scope(role, Action::EditLead) != Scope::Converted
}

/// Owner and team of a lead that this person creates, the same on their device and at the server: a
/// salesperson's is their own; a Team Lead's waits in their team; a manager's waits for assignment,
/// in their team if they have one, or they could not assign it (Appendix A.2, note 8).
#[must_use]
pub fn new_standing(author: &Actor) -> (Option<UserId>, Option<TeamId>) {
    match (scope(author.role, Action::CreateLead), author.team) {
        (Scope::Own, team) => (Some(author.user), team),
        (Scope::Team, None) => (Some(author.user), None),
        (Scope::Team | Scope::All, team) => (None, team),
        (Scope::None | Scope::Converted | Scope::View, _) => (None, None),
    }
}

/// Whether a person of `role` and `team` may be given a lead by `giver` (row 16): someone who works
/// on leads, and of the giver's own team where the giver assigns within it.
///
/// # Errors
/// `NotPermitted` or `InvalidValue`, saying whom to pick.
pub fn may_be_given(giver: &Actor, role: Role, team: Option<TeamId>) -> Result<(), Refusal> {
    if !has(role, Action::LeadsPage) {
        return Err(Refusal::new(
            RefusalCode::InvalidValue,
            "This person has no leads page. Pick a salesperson, a Team Lead or a manager.",
        )
        .on("owner"));
    }
    let no = |text: &str| Err(Refusal::new(RefusalCode::NotPermitted, text).on("owner"));
    match (reach(giver, Action::AssignLead), giver.team) {
        (Scope::All, _) => Ok(()),
        (Scope::Team, Some(own)) if team == Some(own) => Ok(()),
        (Scope::Team, Some(_)) => no("You assign within your own team. Pick somebody of it."),
        // Of no team is no team: those who are in none are not together in one.
        (Scope::Team, None) => no("You are in no team, and you assign within your own. Ask an Admin to put you into one."),
        (Scope::None | Scope::Own | Scope::Converted | Scope::View, _) => no("Assigning is not in your role. Ask your manager."),
    }
}

/// Whether an administrator of `role` may make, change or disable a person of `other` (row 37):
/// only a Super Admin touches a Super Admin.
#[must_use]
pub fn may_administer(role: Role, other: Role) -> bool {
    has(role, Action::ManageUsers) && (other != Role::SuperAdmin || role == Role::SuperAdmin)
}

fn denied(actor: &Actor, action: Action) -> String {
    match (scope(actor.role, action), action) {
        (Scope::None, Action::ReopenLead) => "Reopening a dropped lead is for a Team Lead or Manager. Ask one of them.".to_owned(),
        (Scope::None, _) => "This is not in your role. Ask your manager.".to_owned(),
        _ => "This lead is not yours to change. Ask your manager.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The whole matrix as text, a line per action.
    fn matrix() -> String {
        let mut table = String::from("# action");
        for role in Role::ALL {
            table.push_str(&format!(" {}", role.as_str()));
        }
        table.push('\n');
        for action in Action::ALL {
            table.push_str(&format!("{} {action:?}", action.number()));
            for role in Role::ALL {
                table.push_str(&format!(" {:?}", scope(role, action)));
            }
            table.push('\n');
        }
        table
    }

    #[test]
    fn matrix_is_the_reviewed_one() {
        if std::env::var_os("LEADLINE_BLESS").is_some() {
            std::fs::write("golden/policy.txt", matrix()).expect("golden/policy.txt can be written");
        }
        let golden = std::fs::read_to_string("golden/policy.txt").expect("golden/policy.txt can be read");
        assert_eq!(matrix(), golden, "the permission table changed: review it, and write it with LEADLINE_BLESS=1");
    }

    /// Every scope of every role and action on records of every kind, against a second writing of
    /// what the words mean.
    #[test]
    fn authorise_reaches_what_the_scopes_say() {
        let (me, other) = (UserId(uuid::Uuid::from_u128(1)), UserId(uuid::Uuid::from_u128(2)));
        let (north, south) = (TeamId(uuid::Uuid::from_u128(3)), TeamId(uuid::Uuid::from_u128(4)));
        for action in Action::ALL {
            for role in Role::ALL {
                for my_team in [None, Some(north)] {
                    let actor = Actor { user: me, role, team: my_team };
                    for bits in 0..36_u8 {
                        let owner = [None, Some(me), Some(other)][usize::from(bits % 3)];
                        let team = [None, Some(north), Some(south)][usize::from(bits / 3 % 3)];
                        let (converted, deleted) = (bits / 9 % 2 == 1, bits / 18 == 1);
                        let subject = Subject { owner, team, converted, lost: false, deleted };
                        let mut expected = match scope(role, action) {
                            Scope::All | Scope::View => true,
                            Scope::Own => owner == Some(me),
                            Scope::Team if role == Role::Manager && my_team.is_none() => true,
                            Scope::Team => owner == Some(me) || (my_team == Some(north) && team == Some(north)),
                            Scope::Converted => converted,
                            Scope::None => false,
                        };
                        if deleted && !matches!(role, Role::SuperAdmin | Role::Admin) {
                            expected = false;
                        }
                        let answer = authorise(&actor, action, &subject);
                        assert_eq!(answer.is_ok(), expected, "{role:?} {action:?} {subject:?}");
                        match answer {
                            Ok(permit) => assert_eq!(permit.action(), action),
                            Err(refusal) => assert_eq!(refusal.code, RefusalCode::NotPermitted),
                        }
                    }
                }
            }
        }
    }

    /// Whether an action changes records or the organisation; pages, reports and one's own account do not.
    fn writes(action: Action) -> bool {
        use Action::*;
        match action {
            CreateLead | ImportLeads | EditLead | ChangeStatus | ConvertLead | DropLead | ReopenLead | AssignLead | DistributeLeads
            | ReceiveLeads | UseAttendance | ScheduleFollowUp | AddPayment | EditPayment | DeletePayment | RestorePayment | DeleteLead
            | RestoreLead | ManageUsers | DefineRoles | ManageSettings | Impersonate | ManageTenants | AutomationRules => true,
            SignIn | DashboardPage | LeadsPage | FollowUpsPage | PaymentsPage | ReportsPage | ViewLead | SeePhone | ViewAttendance
            | ViewOthersFollowUps | ViewPayments | DeletedItemsPage | RunReports | ExportData | ViewTimeline | ViewAudit
            | Notifications | EmailAlerts | PermissionsPage | SourceAnalytics | RaiseTicket | ManageTickets | DeveloperPanel
            | ActivityFeed | SystemAlerts | BuildReports => false,
        }
    }

    #[test]
    fn whoever_only_looks_has_no_action_that_writes() {
        for action in Action::ALL.into_iter().filter(|action| writes(*action)) {
            assert_eq!(scope(Role::Analyst, action), Scope::None, "{action:?}");
            assert!(Role::ALL.iter().all(|role| scope(*role, action) != Scope::View), "{action:?}");
        }
    }

    #[test]
    fn recovery_changes_contact_fields_of_converted_leads_and_nothing_else() {
        let actor = Actor { user: UserId(uuid::Uuid::from_u128(1)), role: Role::RecoveryAgent, team: None };
        let converted = Subject { converted: true, ..Subject::default() };
        let set = |field| Command::SetField { field, value: None };
        for field in LeadField::ALL {
            let contact = [LeadField::Name, LeadField::Phone, LeadField::AltPhone, LeadField::Email].contains(&field);
            assert_eq!(authorise_command(&actor, &set(field), &converted).is_ok(), contact, "{field:?}");
            assert!(authorise_command(&actor, &set(field), &Subject::default()).is_err());
        }
        for command in [
            Command::AddNote { text: "n".into() },
            Command::AddTag { tag: "t".into() },
            Command::CancelFollowUp { follow_up: uuid::Uuid::nil() },
            Command::SetInterest { level: 1 },
        ] {
            assert!(authorise_command(&actor, &command, &converted).is_err(), "{command:?}");
        }
        let owner = Actor { role: Role::Salesperson, ..actor };
        let own = Subject { owner: Some(owner.user), ..Subject::default() };
        assert!(authorise_command(&owner, &Command::AddNote { text: "n".into() }, &own).is_ok());
    }

    #[test]
    fn a_no_says_whom_to_ask_and_names_no_record() {
        let actor = |role| Actor { user: UserId(uuid::Uuid::from_u128(1)), role, team: None };
        let text = |role, action| authorise(&actor(role), action, &Subject::default()).expect_err("refused").text;
        assert!(text(Role::Salesperson, Action::ReopenLead).contains("Team Lead or Manager"));
        assert!(text(Role::Salesperson, Action::DeleteLead).contains("not in your role"));
        assert!(text(Role::Salesperson, Action::EditLead).contains("not yours"));
    }

    #[test]
    fn actions_are_numbered_and_named_as_appendix_a() {
        let titles: std::collections::HashSet<&str> = Action::ALL.iter().map(|action| action.title()).collect();
        assert_eq!(titles.len(), 50, "no two are named the same");
        assert!(titles.iter().all(|title| title.chars().next().is_some_and(char::is_uppercase)));
        assert_eq!((Action::SignIn.number(), Action::AssignLead.number(), Action::AutomationRules.number()), (1, 16, 50));
        assert_eq!(Action::AssignLead.title(), "Assign by hand");
    }

    #[test]
    fn whoever_creates_a_lead_reaches_it() {
        let (me, north) = (UserId(uuid::Uuid::from_u128(1)), TeamId(uuid::Uuid::from_u128(3)));
        for role in Role::ALL {
            for team in [None, Some(north)] {
                let author = Actor { user: me, role, team };
                let (owner, of_team) = new_standing(&author);
                let subject = Subject { owner, team: of_team, ..Subject::default() };
                for action in [Action::ViewLead, Action::EditLead, Action::ChangeStatus, Action::ScheduleFollowUp, Action::AssignLead] {
                    let may = has(role, Action::CreateLead) && has(role, action);
                    assert!(!may || authorise(&author, action, &subject).is_ok(), "{author:?} {action:?}");
                }
                assert_eq!(owner.is_some(), scope(role, Action::CreateLead) == Scope::Own || (role == Role::TeamLead && team.is_none()));
            }
        }
    }

    #[test]
    fn leads_are_given_to_those_who_work_on_them_within_the_givers_reach() {
        let (north, south) = (TeamId(uuid::Uuid::from_u128(3)), TeamId(uuid::Uuid::from_u128(4)));
        let as_role = |role, team| Actor { user: UserId(uuid::Uuid::from_u128(1)), role, team };
        for (giver, role, team, allowed) in [
            (as_role(Role::Admin, None), Role::Salesperson, Some(south), true),
            (as_role(Role::Admin, None), Role::TeamLead, None, true),
            (as_role(Role::Admin, None), Role::Analyst, None, false),
            (as_role(Role::Admin, None), Role::FinanceManager, None, false),
            (as_role(Role::TeamLead, Some(north)), Role::Salesperson, Some(north), true),
            (as_role(Role::TeamLead, Some(north)), Role::Salesperson, Some(south), false),
            (as_role(Role::Manager, None), Role::Salesperson, Some(south), true),
            (as_role(Role::Manager, Some(north)), Role::Salesperson, Some(south), false),
            (as_role(Role::Manager, Some(north)), Role::Salesperson, Some(north), true),
            (as_role(Role::Manager, Some(north)), Role::Salesperson, None, false),
            (as_role(Role::Manager, None), Role::Salesperson, None, true),
            (as_role(Role::TeamLead, None), Role::Salesperson, None, false),
            (as_role(Role::TeamLead, None), Role::Salesperson, Some(north), false),
            (as_role(Role::Salesperson, Some(north)), Role::Salesperson, Some(north), false),
        ] {
            assert_eq!(may_be_given(&giver, role, team).is_ok(), allowed, "{giver:?} {role:?} {team:?}");
        }
        assert!(may_administer(Role::SuperAdmin, Role::SuperAdmin) && may_administer(Role::Admin, Role::Admin));
        assert!(!may_administer(Role::Admin, Role::SuperAdmin) && !may_administer(Role::Manager, Role::Salesperson));
    }
}
