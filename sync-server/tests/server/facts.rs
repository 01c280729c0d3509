//! What the server says of a lead beside its document for counts: since when the owner has it.

use crate::support::{Device, World, name};
use domain::lead::Called;
use domain::people::Post;
use domain::{Command, LeadId};
use protocol::admin::{ChangePost, SetOwner};
use protocol::push::Outcome;
use protocol::rows::LeadSummary;
use sync_server::audit;
use sync_server::store::leads;

const HOUR: i64 = 3_600_000;

fn row(world: &World, lead: LeadId) -> LeadSummary {
    let found = world.core.store().read(|tx| leads::get(tx, world.core.org().id, lead));
    found.expect("read").expect("there").summary
}

/// When the server says that it was given; `None` of nobody.
fn give(world: &World, lead: LeadId, to: Option<&str>) -> Option<i64> {
    let before = world.core.env().now_ms();
    let set = SetOwner { expected_owner: row(world, lead).owner, owner: to.map(|name| world.user(name)) };
    let told = world.core.set_owner(&world.device("ananya").who, lead, set).expect("assigned");
    assert_eq!(told.assigned_at, row(world, lead).assigned_at, "the giver is told the same");
    assert!(told.assigned_at.is_none_or(|at| (before..world.core.env().now_ms()).contains(&at)));
    told.assigned_at
}

fn edit(device: &mut Device<'_>, lead: LeadId, to: &str) {
    let item = device.edit(lead, name(to));
    device.push_one(&item);
}

fn prove(world: &World) {
    assert_eq!(audit::verify(world.core.store(), &[], true).expect("verified").faults, [""; 0]);
}

#[test]
fn who_has_a_lead_since_when() {
    let world = World::memory();
    let mut asha = world.device("asha");
    let lead = asha.created("+919820014786");
    let made = row(&world, lead);
    assert_eq!(made.assigned_at, Some(made.created_at), "its maker has it since then");
    world.later(HOUR);
    edit(&mut asha, lead, "Priya");
    assert_eq!(row(&world, lead).assigned_at, Some(made.created_at));

    world.later(HOUR);
    let given_at = give(&world, lead, Some("arjun"));
    assert!(given_at.is_some_and(|at| at >= made.created_at + 2 * HOUR), "{given_at:?}");
    world.later(HOUR);
    let mut arjun = world.device("arjun");
    arjun.pull();
    edit(&mut arjun, lead, "Priya S.");
    assert_eq!(row(&world, lead).assigned_at, given_at, "edits leave it");

    let of = |team| Post { team, ..post_of(&world, "arjun") };
    let change = ChangePost { expected: post_of(&world, "arjun"), post: of(None) };
    world.core.change_post(&world.device("ananya").who, world.user("arjun"), &change).expect("changed");
    assert_eq!((row(&world, lead).team, row(&world, lead).assigned_at), (None, given_at), "so does a change of team");

    assert_eq!(give(&world, lead, None), None);
    world.later(HOUR);
    let again = give(&world, lead, Some("arjun"));
    assert!(again > given_at);
    prove(&world);
}

#[test]
fn rows_of_an_older_version_are_made_anew_when_they_are_written() {
    let world = World::memory();
    let (mut asha, mut arjun) = (world.device("asha"), world.device("arjun"));
    let (first, second) = (asha.created("+919820014786"), asha.created("+919820014787"));
    world.later(HOUR);
    let given_at = give(&world, first, Some("arjun"));
    let item = asha.edit(second, Command::LogCall { at: 1_700_000_000_000, outcome: "Talked".into() });
    assert!(matches!(asha.push_one(&item), Outcome::Applied { .. }));
    for lead in [first, second] {
        let (older, seq, org) = (row(&world, lead).as_of(3), world.head(), world.core.org().id);
        world.core.store().write(|tx| leads::put(tx, org, lead, &older, seq)).expect("put");
    }
    prove(&world);
    arjun.pull();
    edit(&mut arjun, first, "Priya");
    assert_eq!(row(&world, first).assigned_at, given_at, "out of the log");
    world.later(HOUR);
    let again = give(&world, second, Some("arjun"));
    assert_eq!(row(&world, second).assigned_at, again);
    assert_eq!(row(&world, second).called, [Called { at: 1_700_000_000_000, by: Some(asha.user()) }], "out of the document");
    prove(&world);
}

fn post_of(world: &World, who: &str) -> Post {
    let user = world.user(who);
    let found = world.core.store().read(|tx| sync_server::store::users::by_id(tx, world.core.org().id, user));
    let row = found.expect("read").expect("there").row;
    Post { role: row.role, team: row.team, disabled: row.disabled }
}
