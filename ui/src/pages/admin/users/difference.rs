//! What a person gains and loses with another role: read off the permission table, never written by
//! hand. Pure but for the words.

use crate::components::sidebar;
use crate::pages::admin::scope::name;
use crate::route::Page;
use crate::t;
use domain::Role;
use domain::policy::{self, Action, Scope};

/// Rights whose reach changes in the same way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub from: Scope,
    pub to: Scope,
    pub actions: Vec<Action>,
}

/// How a group is put: `For the team, until now for own records`, and the rights it is so for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub reach: String,
    pub rights: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    pub pages_gained: Vec<Page>,
    pub pages_lost: Vec<Page>,
    /// New, or reaching further.
    pub gained: Vec<Group>,
    /// Gone, or reaching less far.
    pub lost: Vec<Group>,
    /// Reaching elsewhere, neither more nor less.
    pub moved: Vec<Group>,
}

impl Difference {
    pub fn between(from: Role, to: Role) -> Self {
        let mut difference = Self::default();
        for page in Page::ALL {
            match (page.is_open_to(from), page.is_open_to(to)) {
                (false, true) => difference.pages_gained.push(page),
                (true, false) => difference.pages_lost.push(page),
                (true, true) | (false, false) => {}
            }
        }
        for action in Action::ALL.into_iter().filter(|action| !is_page(*action)) {
            let (before, after) = (policy::scope(from, action), policy::scope(to, action));
            let groups = match (covers(after, before), covers(before, after)) {
                (true, true) => continue,
                (true, false) => &mut difference.gained,
                (false, true) => &mut difference.lost,
                (false, false) => &mut difference.moved,
            };
            match groups.iter_mut().find(|group| (group.from, group.to) == (before, after)) {
                Some(group) => group.actions.push(action),
                None => groups.push(Group { from: before, to: after, actions: vec![action] }),
            }
        }
        difference
    }

    pub fn gains(&self) -> Vec<Line> {
        lines(&self.pages_gained, &self.gained)
    }

    pub fn losses(&self) -> Vec<Line> {
        lines(&self.pages_lost, &self.lost)
    }

    pub fn moves(&self) -> Vec<Line> {
        lines(&[], &self.moved)
    }
}

/// Whether `wide` reaches every record that `narrow` does, with as much to do there.
fn covers(wide: Scope, narrow: Scope) -> bool {
    match (wide, narrow) {
        (_, Scope::None) | (Scope::All, _) | (Scope::Team, Scope::Own) => true,
        (wide, narrow) => wide == narrow,
    }
}

/// Named with the pages; or opening a page that the sidebar can't have yet.
fn is_page(action: Action) -> bool {
    let unnamed = [Action::DashboardPage, Action::FollowUpsPage, Action::PaymentsPage, Action::ReportsPage];
    let named = [Action::LeadsPage, Action::PermissionsPage, Action::DeletedItemsPage];
    unnamed.contains(&action) || named.contains(&action)
}

fn lines(pages: &[Page], groups: &[Group]) -> Vec<Line> {
    let pages: Vec<String> = pages.iter().map(|page| sidebar::word(*page)).collect();
    let pages = (!pages.is_empty()).then(|| Line { reach: t!("difference-pages", count = pages.len() as u64), rights: pages.join(", ") });
    let (gone, reached): (Vec<&Group>, Vec<&Group>) = groups.iter().partition(|group| group.to == Scope::None);
    // Whatever it reached, it is gone.
    let gone: Vec<Action> = gone.into_iter().flat_map(|group| group.actions.iter().copied()).collect();
    let gone = (!gone.is_empty()).then(|| Line { reach: t!("difference-gone"), rights: list(&gone) });
    pages.into_iter().chain(reached.into_iter().map(line)).chain(gone).collect()
}

fn line(group: &Group) -> Line {
    let reach = match group.from {
        Scope::None => t!("difference-new", scope = name(group.to)),
        from => t!("difference-reach", from = name(from), to = name(group.to)),
    };
    Line { reach, rights: list(&group.actions) }
}

fn list(actions: &[Action]) -> String {
    actions.iter().map(|action| lower(action.title())).collect::<Vec<_>>().join(", ")
}

fn lower(title: &str) -> String {
    let mut rest = title.chars();
    rest.next().map(|first| first.to_lowercase().chain(rest).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn all(groups: &[Group]) -> Vec<Action> {
        groups.iter().flat_map(|group| group.actions.iter().copied()).collect()
    }

    #[test]
    fn a_salesperson_who_becomes_team_lead() {
        let difference = Difference::between(Role::Salesperson, Role::TeamLead);
        assert_eq!(difference.pages_gained, [Page::Reports, Page::Attendance, Page::Audit, Page::Quarantine]);
        assert_eq!(difference.pages_lost, []);
        assert!(all(&difference.gained).contains(&Action::ReopenLead) && all(&difference.gained).contains(&Action::ViewLead));
        let lost: BTreeSet<Action> = all(&difference.lost).into_iter().collect();
        assert_eq!(lost, BTreeSet::from([Action::ReceiveLeads, Action::UseAttendance, Action::ManageTickets]));
        assert_eq!(difference.moved, []);
        let said = |lines: Vec<Line>| lines.into_iter().map(|line| format!("{}: {}", line.reach, line.rights)).collect::<Vec<_>>();
        let gains = said(difference.gains());
        assert_eq!(gains[0], "Pages: Reports, Attendance, Audit log, Quarantine");
        assert!(
            gains.iter().any(|line| line.starts_with("For the team, until now for own records: view leads, open the drawer")),
            "{gains:?}"
        );
        assert!(gains.iter().any(|line| line.starts_with("For the team: reopen a dropped lead, assign by hand")), "{gains:?}");
        assert_eq!(said(difference.losses()), ["No more: be given leads by assignment, check in and out, manage support tickets"]);
    }

    #[test]
    fn what_reaches_elsewhere_is_neither() {
        let difference = Difference::between(Role::Salesperson, Role::Analyst);
        let views = difference.moved.iter().find(|group| group.actions.contains(&Action::ViewLead));
        assert_eq!(views.map(|group| (group.from, group.to)), Some((Scope::Own, Scope::View)));
        assert_eq!(difference.pages_lost, [Page::Dashboard, Page::Queue, Page::Leads, Page::FollowUps, Page::Notices]);
    }

    /// For every two roles: what one way gains the other way loses, and nothing is left out.
    #[test]
    fn the_way_back_is_the_mirror() {
        for from in Role::ALL {
            for to in Role::ALL {
                let (there, back) = (Difference::between(from, to), Difference::between(to, from));
                assert_eq!((&there.pages_gained, &there.pages_lost), (&back.pages_lost, &back.pages_gained));
                assert_eq!(all(&there.gained).len(), all(&back.lost).len(), "{from:?} {to:?}");
                let mut named: Vec<Action> = [all(&there.gained), all(&there.lost), all(&there.moved)].concat();
                named.sort_unstable();
                let differs = |action: &Action| policy::scope(from, *action) != policy::scope(to, *action);
                let expected: Vec<Action> = Action::ALL.into_iter().filter(|action| !is_page(*action) && differs(action)).collect();
                assert_eq!(named, expected, "{from:?} {to:?}");
                assert_eq!(from == to, there == Difference::default(), "{from:?} {to:?}");
            }
        }
    }
}
