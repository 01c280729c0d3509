//! Bytes that no honest client sends, and a server that has no room.

use crate::support::*;
use automerge::{Change, ExpandedChange};
use domain::{Command, DocId, LeadId, RefusalCode, Status};
use protocol::ChangeHash;
use protocol::push::{Outcome, PushItem};
use sha2::{Digest as _, Sha256};
use sync_server::Store;
use sync_server::demo::Dice;

#[test]
fn a_foreign_actor_id_is_refused() {
    let world = World::memory();
    let mut asha = world.device("asha");
    let lead = asha.created("+919820014786");
    let mut meera = world.device("meera");
    meera.pull();
    meera.actor = asha.actor;
    let item = meera.edit(lead, name("X"));
    assert_eq!(refusal(&meera.push_one(&item)).code, RefusalCode::ForeignActor);
}

#[test]
fn an_edit_in_somebody_elses_name_is_refused() {
    let world = World::memory();
    let mut asha = world.device("asha");
    let lead = asha.created("+919820014786");
    let mut envelope = asha.envelope(name("X"));
    envelope.author = world.user("meera");
    let item = asha.edit_as(lead, envelope);
    assert_eq!(refusal(&asha.push_one(&item)).code, RefusalCode::NotPermitted);
}

#[test]
fn what_is_not_the_change_of_its_command_is_refused() {
    let world = World::memory();
    let mut asha = world.device("asha");
    let lead = asha.created("+919820014786");
    let honest = asha.edit(lead, name("X"));
    let cases: Vec<(&str, PushItem)> = vec![
        ("garbage", with_bytes(&honest, vec![7; 300])),
        ("nothing", with_bytes(&honest, vec![])),
        ("cut", with_bytes(&honest, honest.change[..honest.change.len() / 2].to_vec())),
        ("a wrong checksum", with_bytes(&honest, flipped(&honest.change, 5))),
        ("another hash", PushItem { hash: ChangeHash([1; 32]), ..honest.clone() }),
        ("another command", PushItem { envelope: asha.envelope(name("Y")), ..honest.clone() }),
        ("a gap in the actor's sequence", rebuilt(&honest, |change| change.seq = std::num::NonZeroU64::new(9).expect("9").into())),
        ("a start op far ahead", rebuilt(&honest, |change| change.start_op = std::num::NonZeroU64::new(1 << 40).expect("big"))),
        ("more ops than the command's", rebuilt(&honest, |change| change.operations.extend(change.operations.clone()))),
        ("a compressed bomb", bomb(&honest)),
        ("a change after nothing", rebuilt(&honest, |change| change.deps.clear())),
    ];
    let (heads, head) = (stored(&world, lead).heads(), world.head());
    for (what, mut item) in cases {
        // Each under its own command id, or the first outcome would be repeated.
        if what != "another command" {
            item.envelope.id = domain::CommandId(world.core.env().new_id());
        }
        assert_eq!(refusal(&asha.push_one(&item)).code, RefusalCode::MalformedChange, "{what}");
    }
    assert_eq!((stored(&world, lead).heads(), world.head()), (heads, head));
    assert!(matches!(asha.push_one(&honest), Outcome::Applied { .. }));
}

#[test]
fn mutated_changes_with_repaired_checksums_harm_nothing() {
    let seed = 20_261_121;
    let world = World::memory();
    let mut asha = world.device("asha");
    let lead = asha.created("+919820014786");
    let mut dice = Dice::new(seed);
    for round in 0..500 {
        let honest = asha.edit(lead, if round % 2 == 0 { name("Priya Sharma") } else { note("a short note") });
        let mut bytes = honest.change.clone();
        for _ in 0..=dice.below(3) {
            let at = 9 + dice.below(bytes.len() - 9);
            bytes[at] ^= 1 << dice.below(8);
        }
        let item = with_hash(&honest, repaired(bytes));
        match asha.push_one(&item) {
            Outcome::Refused { .. } => {}
            // Another actor id alone is another honest change.
            Outcome::Applied { .. } => assert_eq!(but_actor(&item), but_actor(&honest), "seed {seed}, round {round}"),
            Outcome::Need { .. } => {}
            other => panic!("seed {seed}, round {round}: {other:?}"),
        }
        let doc = stored(&world, lead);
        records::lead::read(&doc, lead).unwrap_or_else(|e| panic!("seed {seed}, round {round}: {e}"));
        asha.docs.insert(lead, doc);
        asha.actor = world.core.env().random();
    }
}

#[test]
fn oversized_text_is_refused_with_its_length() {
    let world = World::memory();
    let mut asha = world.device("asha");
    let lead = asha.created("+919820014786");
    let long_name = asha.edit(lead, name(&"😀".repeat(10_000)));
    let outcome = asha.push_one(&long_name);
    assert_eq!(refusal(&outcome).code, RefusalCode::TooLong);
    assert!(refusal(&outcome).text.contains("10000"), "{outcome:?}");
    let mut other = world.device("asha");
    other.docs.insert(lead, stored(&world, lead));
    let huge = other.edit(lead, note(&"x".repeat(5_000_000)));
    assert!(matches!(other.push_one(&huge), Outcome::Refused { .. }));
}

#[test]
fn an_unknown_status_in_a_message_is_refused() {
    let world = World::memory();
    let mut asha = world.device("asha");
    let lead = asha.created("+919820014786");
    let honest = asha.edit(lead, status(Status::New, Status::InProgress));
    let item = rebuilt(&honest, |change| {
        change.message = change.message.as_ref().map(|m| m.replace("in_progress", "in_paradise"));
    });
    assert_eq!(refusal(&asha.push_one(&item)).code, RefusalCode::MalformedChange);
}

#[test]
fn a_lead_whose_id_is_not_its_commands_is_refused() {
    let world = World::memory();
    let mut asha = world.device("asha");
    let (_, mut item) = asha.create("Priya", "+919820014786");
    item.doc.id = world.core.env().new_id();
    assert_eq!(refusal(&asha.push_one(&item)).code, RefusalCode::MalformedChange);
}

#[test]
fn a_full_disk_is_later_and_never_a_refusal() {
    let folder = tempfile::tempdir().expect("a folder");
    let world = World::on(Store::sqlite(&folder.path().join("full.db")).expect("a database"));
    let mut asha = world.device("asha");
    let lead = asha.created("+919820014786");
    let pages = |limit: &str| {
        world.core.store().write(|tx| tx.query(&format!("PRAGMA max_page_count = {limit}"), &[])).expect("a limit");
    };
    pages("1");
    let items: Vec<_> = (0..100).map(|i| asha.edit(lead, note(&format!("{i} {}", "long ".repeat(100))))).collect();
    let head = world.head();
    let outcomes = asha.push(&items);
    assert!(outcomes.iter().all(|o| matches!(o, Outcome::RetryLater { .. })), "{:?}", outcomes.first());
    assert_eq!(world.head(), head);
    pages("1000000");
    assert!(asha.push(&items).iter().all(|o| matches!(o, Outcome::Applied { .. })));
    assert_eq!(stored(&world, lead).heads(), asha.docs[&lead].heads());
}

#[test]
fn a_record_keeps_no_more_than_it_may_hold() {
    let world = World::memory();
    let mut asha = world.device("asha");
    let lead = asha.created("+919820014786");
    let missing = Command::CancelFollowUp { follow_up: LeadId::from(domain::CommandId(world.core.env().new_id())).0 };
    // No client makes a change of it; a forged one makes an empty one.
    let envelope = asha.envelope(missing);
    let doc = asha.docs.entry(lead).or_default();
    let heads = doc.heads();
    let made = records::reexecute(doc, &heads, asha.actor, &envelope).expect("an empty change");
    let item = PushItem { doc: DocId::lead(lead), envelope, change: made.bytes, hash: ChangeHash(made.hash.0) };
    assert_eq!(refusal(&asha.push_one(&item)).code, RefusalCode::NotFound);
}

/// Whether a lead is out of sight or not there at all, nobody learns.
#[test]
fn a_lead_out_of_sight_is_answered_as_one_that_is_not_there() {
    let world = World::memory();
    let mut asha = world.device("asha");
    let (hidden, lead) = (asha.created("+919820014786"), asha.create("Nobody", "+919820014787").0);
    for who in ["deepak", "arjun"] {
        let mut forged = world.device(who);
        forged.docs.insert(hidden, stored(&world, hidden));
        forged.docs.insert(lead, asha.docs[&lead].clone());
        // Recovery may change the contact fields of converted leads, and delete none.
        let delete = || Command::DeleteLead { reason: "x".into() };
        let (there, nowhere) = (forged.edit(hidden, delete()), forged.edit(lead, delete()));
        assert_eq!(refusal(&forged.push_one(&there)), refusal(&forged.push_one(&nowhere)), "{who}");
    }
}

/// The item with other bytes, claiming what they hash to.
fn with_bytes(item: &PushItem, change: Vec<u8>) -> PushItem {
    with_hash(item, change)
}

fn with_hash(item: &PushItem, change: Vec<u8>) -> PushItem {
    let hash = ChangeHash(change.get(8..).map(|content| Sha256::digest(content).into()).unwrap_or_default());
    PushItem { change, hash, ..item.clone() }
}

fn flipped(bytes: &[u8], at: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at] ^= 0xff;
    bytes
}

/// Bytes with the checksum that they should have.
fn repaired(mut bytes: Vec<u8>) -> Vec<u8> {
    let digest = Sha256::digest(&bytes[8..]);
    bytes[4..8].copy_from_slice(&digest[..4]);
    bytes
}

/// The change decoded, altered, and encoded again: well-formed, but not what its command makes.
fn rebuilt(item: &PushItem, alter: impl FnOnce(&mut ExpandedChange)) -> PushItem {
    let mut change = Change::from_bytes(item.change.clone()).expect("a change").decode();
    alter(&mut change);
    let change = Change::from(change);
    PushItem { hash: ChangeHash(change.hash().0), change: change.raw_bytes().to_vec(), ..item.clone() }
}

/// The change in words, without its actor id (its hash differs with that).
fn but_actor(item: &PushItem) -> String {
    let mut change = Change::from_bytes(item.change.clone()).expect("a change").decode();
    change.hash = None;
    format!("{change:?}").replace(&change.actor_id.to_hex_string(), "me")
}

/// A compressed chunk whose header is in order.
fn bomb(item: &PushItem) -> PushItem {
    let mut bytes = vec![0x85, 0x6f, 0x4a, 0x83, 0, 0, 0, 0, 2, 0x80, 0x08];
    bytes.extend(std::iter::repeat_n(0, 1024));
    with_hash(item, repaired(bytes))
}
