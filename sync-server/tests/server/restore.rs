//! After a restore: what devices bring back, and hand-overs during the recovery window.

use crate::support::{Device, World, name, note};
use domain::people::QuarantineReason;
use domain::{Command, LeadId};
use protocol::admin::SetOwner;
use protocol::push::Outcome;
use sync_server::{Core, Store, files};

/// The server as its backup was, in a new epoch, at the same clock.
fn restored(world: &World, backup: &std::path::Path) -> World {
    let store = Store::sqlite(backup).expect("the backup opens");
    files::begin_epoch(&store, world.core.env()).expect("an epoch");
    let core = Core::open(store, world.core.env().clone()).expect("a server");
    World { core, clock: std::sync::Arc::clone(&world.clock) }
}

/// The same device, signed in to the restored server.
fn again<'w>(device: &Device<'_>, world: &'w World) -> Device<'w> {
    let who = world.core.session_for(device.user(), device.who.device()).expect("a session");
    Device { world, who, actor: device.actor, docs: device.docs.clone(), cursor: device.cursor.clone() }
}

fn give(world: &World, lead: LeadId, to: &str) {
    let boss = world.device("ananya");
    let expected_owner = world.core.snapshot(&boss.who, lead).expect("the lead").summary.expect("a lead").owner;
    world.core.set_owner(&boss.who, lead, SetOwner { expected_owner, owner: Some(world.user(to)) }).expect("given");
}

/// Additive edits are kept and the rest is proposed, as on any day.
#[test]
fn a_hand_over_in_the_recovery_window_is_a_hand_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let world = World::on(Store::sqlite(&folder.path().join("a.db")).expect("a database"));
    let mut asha = world.device("asha");
    let lead = asha.created("+919820014786");
    asha.pull();
    let backup = folder.path().join("b.db");
    world.core.store().backup(&backup).expect("a backup");
    let restored = restored(&world, &backup);
    let mut asha = again(&asha, &restored);
    asha.cursor = None;
    asha.pull();
    restored.later(3_600_000);
    let items = [asha.edit(lead, note("Called")), asha.edit(lead, name("By Asha"))];
    give(&restored, lead, "arjun");
    let outcomes = asha.push(&items);
    assert!(matches!(outcomes[..], [Outcome::Applied { .. }, Outcome::Proposed { .. }]), "{outcomes:?}");
}

/// What the restored rows never permitted, or do not permit any more, is kept for a manager.
#[test]
fn what_only_lost_rows_permitted_goes_to_quarantine() {
    let folder = tempfile::tempdir().expect("a folder");
    let world = World::on(Store::sqlite(&folder.path().join("a.db")).expect("a database"));
    let (mut asha, mut arjun) = (world.device("asha"), world.device("arjun"));
    let lead = asha.created("+919820014786");
    asha.pull();
    let second = asha.created("+919820014787");
    give(&world, second, "arjun");
    asha.pull();
    asha.pull();
    let backup = folder.path().join("b.db");
    world.core.store().backup(&backup).expect("a backup");
    // After the backup: each gets the other's lead and works on it.
    give(&world, lead, "arjun");
    give(&world, second, "asha");
    asha.pull();
    arjun.pull();
    let theirs = arjun.edit(lead, note("Arjun had it"));
    let hers = asha.edit(second, name("Asha had it again"));
    assert!(matches!((arjun.push_one(&theirs), asha.push_one(&hers)), (Outcome::Applied { .. }, Outcome::Applied { .. })));

    let restored = restored(&world, &backup);
    let quarantined = Outcome::Quarantined { reason: QuarantineReason::Restored };
    assert_eq!(again(&arjun, &restored).push_one(&theirs), quarantined, "it was never his there");
    assert_eq!(again(&asha, &restored).push_one(&hers), quarantined, "she had lost it before the backup");
    // Somebody else's, of a lead that left since.
    let mut meera = again(&world.device("meera"), &restored);
    meera.docs.insert(lead, arjun.docs[&lead].clone());
    give(&restored, lead, "ravi");
    let theirs = arjun.edit(lead, Command::AddTag { tag: "vip".into() });
    let outcome = meera.push_one(&theirs);
    assert!(matches!(outcome, Outcome::Quarantined { .. }), "{outcome:?}");
}
