//! Who may do what: every role × every place a lead can have for it × every action that has a
//! command or a route, by changes that a forged client pushes, by what is pulled, and by calls of the
//! routes. What is expected comes from the words of the golden tables, not from the code that judges.

mod money;
mod own;
mod pulled;
mod pushed;
mod routes;

use crate::support::{Device, PASSWORD, World, person};
use domain::{Command, DocId, LeadId, Role, Status, TeamId, UserId};
use protocol::auth::Secret;
use protocol::push::Outcome;
use std::collections::BTreeMap;
use sync_server::NewUser;
use sync_server::store::{leads, log, orgs, teams, users};
use uuid::Uuid;

/// Who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Who {
    role: Role,
    /// In the team North; else in none.
    teamed: bool,
}

impl Who {
    fn name(self) -> String {
        format!("{}{}", self.role.as_str(), if self.teamed { "" } else { "_alone" })
    }
}

/// Every role, and without a team those whose scope a team decides.
fn everybody() -> Vec<Who> {
    let teamed = Role::ALL.map(|role| Who { role, teamed: true });
    let alone = [Role::Manager, Role::TeamLead].map(|role| Who { role, teamed: false });
    teamed.into_iter().chain(alone).collect()
}

/// Where a lead stands for the person who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Own,
    /// A colleague's, in the team North.
    Team,
    OtherTeam,
    Nobodys,
    /// Nobody's yet, in the team North.
    Waiting,
    /// Another team's, converted.
    Converted,
    OwnConverted,
    TeamConverted,
    /// One's own, deleted.
    Deleted,
}

const PLACES: [Place; 9] = [
    Place::Own,
    Place::Team,
    Place::OtherTeam,
    Place::Nobodys,
    Place::Waiting,
    Place::Converted,
    Place::OwnConverted,
    Place::TeamConverted,
    Place::Deleted,
];

impl Place {
    fn is_converted(self) -> bool {
        matches!(self, Place::Converted | Place::OwnConverted | Place::TeamConverted)
    }

    fn is_own(self) -> bool {
        matches!(self, Place::Own | Place::OwnConverted | Place::Deleted)
    }
}

/// The golden table: action and role to the word of the scope.
struct Table(BTreeMap<(String, Role), String>);

impl Table {
    fn read() -> Self {
        let golden = include_str!("../../../../crates/domain/golden/policy.txt");
        let mut table = BTreeMap::new();
        for line in golden.lines().skip(1) {
            let mut words = line.split(' ').skip(1);
            let action = words.next().expect("an action");
            for (role, word) in Role::ALL.into_iter().zip(words) {
                table.insert((action.to_owned(), role), word.to_owned());
            }
        }
        assert_eq!(table.len(), 400, "50 actions of 8 roles");
        Self(table)
    }

    fn word(&self, action: &str, role: Role) -> &str {
        &self.0[&(action.to_owned(), role)]
    }

    fn has(&self, action: &str, role: Role) -> bool {
        self.word(action, role) != "None"
    }

    /// Whether the scope's word reaches a lead in this place.
    fn reaches(&self, action: &str, who: Who, place: Place) -> bool {
        let there = place != Place::Deleted || self.has("DeletedItemsPage", who.role);
        there
            && match self.word(action, who.role) {
                "All" | "View" => true,
                "Own" => place.is_own(),
                // Appendix A.2, note 8: all if they are in no team.
                "Team" if who.role == Role::Manager && !who.teamed => true,
                "Team" => place.is_own() || (who.teamed && matches!(place, Place::Team | Place::TeamConverted | Place::Waiting)),
                "Converted" => place.is_converted(),
                "None" => false,
                other => panic!("{other} is no scope"),
            }
    }

    fn sees(&self, who: Who, place: Place) -> bool {
        self.reaches("ViewLead", who, place)
    }
}

/// A company with one person of every kind, a colleague in each team, and one who had every lead before.
fn company() -> World {
    let world = World::memory();
    for who in everybody() {
        let team = who.teamed.then_some("North");
        let user = NewUser { password: Some(Secret(PASSWORD.into())), ..person(&who.name(), who.role, team) };
        world.core.add_user(&user).expect("a user");
    }
    for (name, team) in [("north", "North"), ("south", "South"), ("former", "West")] {
        world.core.add_user(&person(name, Role::Salesperson, Some(team))).expect("a user");
    }
    world
}

/// A lead, and what commands on it name.
#[derive(Clone, Copy, Debug)]
struct Made {
    lead: LeadId,
    follow_up: Uuid,
    /// Of one that is deleted.
    deletion: Uuid,
}

/// A new lead with a follow-up, which is `former`'s.
fn begin(world: &World, boss: &mut Device<'_>) -> Made {
    let lead = boss.created(&format!("+9198{:08}", 10_000_000 + boss.docs.len()));
    own(world, lead, Some(world.user("former")), team_of(world, world.user("former")));
    let item = boss.edit(lead, schedule());
    assert!(matches!(boss.push_one(&item), Outcome::Applied { .. }));
    Made { lead, follow_up: item.envelope.id.0, deletion: Uuid::nil() }
}

fn schedule() -> Command {
    let (zone, local) = ("Asia/Kolkata".into(), "2026-11-18T15:10".into());
    Command::ScheduleFollowUp { due_at: 1_795_000_000_000, zone, local, note: String::new() }
}

/// Puts the lead where it is `place` for `who`, at this status; a converted place is at its own.
fn put(world: &World, boss: &mut Device<'_>, made: &mut Made, who: Who, place: Place, at: Status) {
    let at = if place.is_converted() { Status::Converted } else { at };
    let owner = match place {
        Place::Own | Place::OwnConverted | Place::Deleted => Some(world.user(&who.name())),
        Place::Team | Place::TeamConverted => Some(world.user("north")),
        Place::OtherTeam | Place::Converted => Some(world.user("south")),
        Place::Nobodys | Place::Waiting => None,
    };
    let team = match (place, owner) {
        (Place::Waiting, _) => team_of(world, world.user("north")),
        (_, owner) => owner.and_then(|owner| team_of(world, owner)),
    };
    let mut items = Vec::new();
    let mut from = Status::New;
    for to in path(at) {
        let reason = (*to == Status::Lost).then(|| "Financial".into());
        items.push(boss.edit(made.lead, Command::ChangeStatus { from, to: *to, reason }));
        from = *to;
    }
    // People who work on no leads own none by assignment: they keep one from before their role.
    own(world, made.lead, owner, team);
    if place == Place::Deleted {
        let item = boss.edit(made.lead, Command::DeleteLead { reason: "test".into() });
        made.deletion = item.envelope.id.0;
        items.push(item);
    }
    let outcomes = boss.push(&items);
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Applied { .. })), "{outcomes:?}");
}

fn path(at: Status) -> &'static [Status] {
    match at {
        Status::New => &[],
        Status::InProgress => &[Status::InProgress],
        Status::Interested => &[Status::InProgress, Status::Interested],
        Status::Qualified => &[Status::InProgress, Status::Interested, Status::Qualified],
        Status::Converted => &[Status::InProgress, Status::Interested, Status::Qualified, Status::Converted],
        Status::Cnp => &[Status::Cnp],
        Status::Lost => &[Status::Lost],
    }
}

/// A lead in this place for `who`.
fn lead_for(world: &World, boss: &mut Device<'_>, who: Who, place: Place, at: Status) -> Made {
    let mut made = begin(world, boss);
    put(world, boss, &mut made, who, place, at);
    made
}

fn team_of(world: &World, user: UserId) -> Option<TeamId> {
    let found = world.core.store().read(|tx| users::by_id(tx, world.core.org().id, user));
    found.expect("readable").expect("a user").row.team
}

fn team_named(world: &World, name: &str) -> TeamId {
    world.core.store().read(|tx| teams::by_name(tx, world.core.org().id, name)).expect("readable").expect("a team")
}

/// Sets the owner past the rules of giving, which are not what is asked here.
fn own(world: &World, lead: LeadId, owner: Option<UserId>, team: Option<TeamId>) {
    let core = &world.core;
    let (org, by) = (core.org().id, world.user("ananya"));
    let done = core.store().write(|tx| {
        let head = orgs::lock(tx, org)?;
        let row = leads::get(tx, org, lead)?.expect("a lead");
        let mut log = log::Appender::new(org, &head, core.env().now_ms());
        let gift = sync_server::assign::Gift { by: Some(by), owner, team, why: domain::assignment::Why::Hand, version: 0 };
        let mut pen = sync_server::assignment::Pen { tx, env: core.env(), log: &mut log, touched: &mut Default::default() };
        sync_server::assign::give(&mut pen, row, gift)?;
        log.finish(tx)
    });
    done.expect("owned");
}

fn doc(lead: LeadId) -> DocId {
    DocId::lead(lead)
}

fn compare(file: &str, found: &str) {
    let path = format!("{}/tests/golden/{file}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("LEADLINE_BLESS").is_some() {
        std::fs::write(&path, found).expect("the golden file can be written");
    }
    let golden = std::fs::read_to_string(&path).expect("the golden file");
    assert!(golden == found, "{file} changed: review it, and write it with LEADLINE_BLESS=1");
}
