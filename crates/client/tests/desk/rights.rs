//! What the drawer offers: every role × every place × every state of a lead, as the words of the golden
//! tables say it, not as the code that judges does.

use crate::office::{ASHA, NOW, Office, RAVI, Server};
use bridge::lead::{Can, LeadGet};
use domain::command::NewLead;
use domain::{Command, LeadId, Role, Status, TeamId, UserId};
use protocol::pull::Entry;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

const NORTH: TeamId = TeamId(Uuid::from_u128(7));
const SOUTH: TeamId = TeamId(Uuid::from_u128(8));

/// Owner and team of a lead.
const PLACES: [(Option<UserId>, Option<TeamId>); 5] =
    [(Some(ASHA), Some(NORTH)), (Some(RAVI), Some(NORTH)), (Some(RAVI), Some(SOUTH)), (None, None), (None, Some(NORTH))];

#[derive(Clone, Copy, Debug, PartialEq)]
enum At {
    Open,
    Lost,
    Converted,
    Deleted,
}

const STATES: [At; 4] = [At::Open, At::Lost, At::Converted, At::Deleted];

/// A lead of Asha, of team North, or of somebody else, in a state.
struct Cell {
    owner: Option<UserId>,
    team: Option<TeamId>,
    at: At,
}

/// The golden tables: an action's scope of each role, and what a deed is answered in each state.
struct Tables {
    scopes: BTreeMap<(String, usize), String>,
    states: HashMap<(String, String), bool>,
}

impl Tables {
    fn read() -> Self {
        let mut scopes = BTreeMap::new();
        for line in include_str!("../../../domain/golden/policy.txt").lines().skip(1) {
            let mut words = line.split(' ').skip(1);
            let action = words.next().expect("an action");
            scopes.extend(words.enumerate().map(|(role, word)| ((action.to_owned(), role), word.to_owned())));
        }
        let (mut deed, mut states) = ("", HashMap::new());
        for line in include_str!("../../../domain/golden/states.txt").lines().skip(1) {
            match line.strip_prefix("    ").and_then(|cell| cell.split_once(": ")) {
                None => deed = line,
                Some((state, answer)) => drop(states.insert((deed.to_owned(), state.to_owned()), answer == "yes")),
            }
        }
        assert_eq!((scopes.len(), states.len()), (400, 70));
        Self { scopes, states }
    }

    fn word(&self, action: &str, role: Role) -> &str {
        &self.scopes[&(action.to_owned(), role as usize)]
    }

    fn may(&self, action: &str, role: Role, Cell { owner, team, at }: &Cell) -> bool {
        let there = *at != At::Deleted || self.word("DeletedItemsPage", role) != "None";
        let reached = match self.word(action, role) {
            "All" | "View" => true,
            "Team" => *owner == Some(ASHA) || *team == Some(NORTH),
            "Own" => *owner == Some(ASHA),
            "Converted" => *at == At::Converted,
            "None" => false,
            other => panic!("{other} is no scope"),
        };
        there && reached
    }

    fn allows(&self, deed: &str, cell: &Cell) -> bool {
        let state = match cell {
            Cell { at: At::Open, owner: None, .. } => "Nobodys".to_owned(),
            Cell { at, .. } => format!("{at:?}"),
        };
        self.states[&(deed.to_owned(), state)]
    }

    /// What is offered, and what is offered and barred: each of [`Can`] that is so, by name.
    fn expected(&self, role: Role, cell: &Cell) -> Vec<&'static str> {
        let may = |action: &str| self.may(action, role, cell);
        let both = |action: &str, deed: &str| may(action) && self.allows(deed, cell);
        let barred = |offered: bool, deed: &str| offered && !self.allows(deed, cell);
        let plans = may("ScheduleFollowUp") && self.word("ScheduleFollowUp", role) != "Converted";
        let all = [
            ("edit", both("EditLead", "Edit")),
            ("change_status", both("ChangeStatus", "Move")),
            ("drop", both("DropLead", "Drop")),
            ("convert", both("ConvertLead", "Convert")),
            ("reopen", both("ReopenLead", "Reopen")),
            ("follow_up", plans),
            ("follow_up_blocked", barred(plans, "Plan")),
            ("settle_blocked", barred(plans, "Settle")),
            ("log_call", may("ChangeStatus")),
            ("log_call_blocked", barred(may("ChangeStatus"), "LogCall")),
            ("timeline", may("ViewTimeline")),
            ("assign", may("AssignLead")),
            ("assign_blocked", barred(may("AssignLead"), "Assign")),
            ("delete", may("DeleteLead")),
            ("delete_blocked", barred(may("DeleteLead"), "Delete")),
            ("restore", both("RestoreLead", "Restore")),
        ];
        all.into_iter().filter(|(_, is_so)| *is_so).map(|(name, _)| name).collect()
    }
}

fn offered(can: &Can) -> Vec<&'static str> {
    let all = [
        ("edit", can.edit),
        ("change_status", can.change_status),
        ("drop", can.drop),
        ("convert", can.convert),
        ("reopen", can.reopen),
        ("follow_up", can.follow_up),
        ("follow_up_blocked", can.follow_up_blocked.is_some()),
        ("settle_blocked", can.settle_blocked.is_some()),
        ("log_call", can.log_call),
        ("log_call_blocked", can.log_call_blocked.is_some()),
        ("timeline", can.timeline),
        ("assign", can.assign),
        ("assign_blocked", can.assign_blocked.is_some()),
        ("delete", can.delete),
        ("delete_blocked", can.delete_blocked.is_some()),
        ("restore", can.restore),
    ];
    all.into_iter().filter(|(_, is_so)| *is_so).map(|(name, _)| name).collect()
}

/// A lead that is one step from everything its state allows.
fn deliver(server: &Server, n: u64, cell: &Cell, withheld: bool) -> LeadId {
    let new = NewLead { name: "Ananya".into(), phone: format!("+9198{n:08}"), ..NewLead::default() };
    let Entry::Snapshot(made) = server.snapshot(n, new, cell.owner, NOW) else { unreachable!() };
    let lead = LeadId(made.doc.id);
    let to = |from, to: Status| Command::ChangeStatus { from, to, reason: (to == Status::Lost).then(|| "Financial".into()) };
    let qualified = [to(Status::New, Status::Interested), to(Status::Interested, Status::Qualified)];
    let last = match cell.at {
        At::Open => None,
        At::Lost => Some(to(Status::Qualified, Status::Lost)),
        At::Converted => Some(to(Status::Qualified, Status::Converted)),
        At::Deleted => Some(Command::DeleteLead { reason: "Duplicate".into() }),
    };
    server.carry_out(lead, qualified.into_iter().chain(last));
    let Entry::Snapshot(mut whole) = server.again(lead, cell.owner) else { unreachable!() };
    whole.summary.as_mut().expect("a lead").team = cell.team;
    let whole = Entry::Snapshot(whole);
    server.deliver(vec![if withheld { Server::masked(whole) } else { whole }]);
    lead
}

#[test]
fn the_drawer_offers_what_the_tables_say() {
    let tables = Tables::read();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for role in Role::ALL {
        let office = Office::in_team(role, Some(NORTH));
        let server = Server::default();
        server.deliver_directory();
        let withheld = tables.word("SeePhone", role) == "None";
        let cells: Vec<Cell> = PLACES.iter().flat_map(|(owner, team)| STATES.map(|at| Cell { owner: *owner, team: *team, at })).collect();
        let leads: Vec<LeadId> = (1..).zip(&cells).map(|(n, cell)| deliver(&server, n, cell, withheld)).collect();
        office.sync(&server);
        for (cell, lead) in cells.iter().zip(leads) {
            if cell.at == At::Deleted && tables.word("DeletedItemsPage", role) == "None" {
                office.desk.ask(LeadGet { lead }).expect_err("gone");
                continue;
            }
            let found = offered(&office.view(lead).can);
            assert_eq!(found, tables.expected(role, cell), "{role:?} {:?} {:?} {:?}", cell.owner, cell.team, cell.at);
            found.into_iter().for_each(|name| *seen.entry(name).or_default() += 1);
        }
    }
    // Every button is offered to somebody, and all that are ever barred are barred somewhere.
    assert_eq!(seen.len(), 16, "{seen:?}");
}
