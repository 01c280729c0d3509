//! One story, told on every storage engine.

use crate::cluster::Cluster;
use crate::support::*;
use domain::Status;
use protocol::push::Outcome;
use sync_server::{SetOwner, Store, StoreError};

/// Everything a store is asked for, with its order and its all-or-nothing.
fn story(store: &Store) {
    let world = World::on(store.clone());
    crate::attendance::a_day(&world);
    let (mut asha, mut arjun, mut meera) = (world.device("asha"), world.device("arjun"), world.device("meera"));
    let leads: Vec<_> = (0..7).map(|i| asha.created(&format!("+91982001478{i}"))).collect();
    let bad = asha.edit(leads[0], status(Status::New, Status::Converted));
    let good = asha.edit(leads[0], name("नाम"));
    let items = [bad, good];
    let outcomes = asha.push(&items);
    assert!(matches!(outcomes[..], [Outcome::Refused { .. }, Outcome::Reapplied { .. }]), "{outcomes:?}");
    assert_eq!(asha.push(&items), outcomes);
    while !meera.batch(3).up_to_date {}
    assert_eq!(meera.docs.len(), leads.len());
    assert_eq!(meera.record(leads[0]).name.value.as_deref(), Some("नाम"));
    arjun.pull();
    world
        .core
        .set_owner(&world.device("ananya").who, leads[1], SetOwner { expected_owner: Some(asha.user()), owner: Some(arjun.user()) })
        .expect("assigned");
    arjun.pull();
    assert_eq!(arjun.docs.keys().copied().collect::<Vec<_>>(), [leads[1]]);
    let mut ravi = world.device("ravi");
    ravi.pull();
    assert_eq!(ravi.docs.len(), leads.len() - 1, "by team or by owner");
    assert_eq!(store.read(|tx| sync_server::store::log::verify(tx, world.core.org().id)).expect("read"), None);
    all_or_nothing(store, &world);
    seqs_have_no_gap(&world);
    world.later(until_ten(world.core.env().now_ms()));
    crate::assignment::a_day(&world);
    crate::receipts::at_once(&world);
    crate::accounts::an_account_lives(&world);
    a_newer_schema_is_refused(store);
}

/// Until ten on the next working day in Kolkata, ms.
fn until_ten(now_ms: i64) -> i64 {
    const HOUR: i64 = 3_600_000;
    let ahead = 11 * HOUR / 2;
    let today = (now_ms + ahead) / (24 * HOUR);
    // The first of 1970 was a Thursday.
    let tomorrow = if (today + 1 + 3) % 7 == 6 { today + 2 } else { today + 1 };
    tomorrow * 24 * HOUR - ahead + 10 * HOUR - now_ms
}

fn all_or_nothing(store: &Store, world: &World) {
    let before = world.head();
    let failed: Result<(), StoreError> = store.write(|tx| {
        sync_server::store::orgs::set_head(tx, world.core.org().id, 1 << 30, [0; 32])?;
        Err(StoreError::Busy)
    });
    assert!(matches!(failed, Err(StoreError::Busy)));
    assert_eq!(world.head(), before);
}

/// Writers of several kinds at once, on several connections.
fn seqs_have_no_gap(world: &World) {
    let before = world.head();
    std::thread::scope(|scope| {
        for n in 0..4 {
            scope.spawn(move || {
                let mut device = world.device("asha");
                for i in 0..5 {
                    device.created(&format!("+9198200{n}1{i}86"));
                    world.core.add_user(&person(&format!("new{n}{i}"), domain::Role::Analyst, None)).expect("a user");
                }
            });
        }
    });
    let mut seqs = Vec::new();
    let read = world.core.store().read(|tx| {
        sync_server::store::log::after(tx, world.core.org().id, before, 1000, &mut |stored| {
            seqs.push(stored.seq);
            Ok(true)
        })
    });
    read.expect("read");
    // A new lead is a move and a change, a new user an event and a row.
    assert_eq!(seqs, (before + 1..=before + 80).collect::<Vec<_>>());
    assert_eq!(world.core.store().read(|tx| sync_server::store::log::verify(tx, world.core.org().id)).expect("read"), None);
}

fn a_newer_schema_is_refused(store: &Store) {
    store.write(|tx| tx.batch("UPDATE schema_version SET version = 999")).expect("written");
}

#[test]
fn in_memory() {
    story(&Store::memory().expect("a database"));
}

#[test]
fn sqlite() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("leadline.db");
    story(&Store::sqlite(&path).expect("a database"));
    let refused = Store::sqlite(&path).expect_err("newer").to_string();
    assert!(refused.contains("999") && refused.contains("newer"), "{refused}");
}

#[test]
fn postgres() {
    let Some(cluster) = Cluster::start() else {
        panic!("PostgreSQL 15 is needed for this test: apt-get install postgresql-15");
    };
    story(&Store::postgres(cluster.url()).expect("a database"));
    let refused = Store::postgres(cluster.url()).expect_err("newer").to_string();
    assert!(refused.contains("999") && refused.contains("newer"), "{refused}");
}
