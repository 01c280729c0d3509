//! Quarantine: a chain of edits from one device that was cut off goes in as its author typed it, in
//! whatever order a manager releases it, or says why it can't.

use crate::support::{Device, World, name, note, status, stored};
use domain::follow_up::FollowUpState;
use domain::people::{DeviceState, QuarantineReason};
use domain::{Command, CommandId, LeadField, LeadId, LeadRecord, Status};
use protocol::admin::QuarantineUpload;
use protocol::auth::Secret;
use protocol::push::{Outcome, PushItem};
use records::TextEdit;
use sha2::Digest as _;

/// A device that is revoked before it sent anything of this.
fn cut_off(device: &Device<'_>, items: &[PushItem]) {
    let (core, id) = (&device.world.core, device.who.device());
    let secret = Secret("a device's own secret".into());
    let prepared = core.store().write(|tx| {
        let hash = sha2::Sha256::digest(secret.0.as_bytes()).into();
        sync_server::store::devices::set_secret(tx, core.org().id, id, hash)?;
        sync_server::store::devices::set_state(tx, core.org().id, id, DeviceState::Revoked)
    });
    prepared.expect("a revoked device");
    let upload = QuarantineUpload { device: id, secret, items: items.to_vec(), wiped: false, sent_on: false };
    assert_eq!(core.upload_quarantine(&upload).expect("kept").kept as usize, items.len());
}

fn record(world: &World, lead: LeadId) -> LeadRecord {
    records::lead::read(&stored(world, lead), lead).expect("a lead")
}

fn schedule() -> Command {
    let (zone, local) = ("Asia/Kolkata".to_owned(), "2026-11-22T11:00".to_owned());
    Command::ScheduleFollowUp { due_at: 1_795_249_800_000, zone, local, note: "Demo".into() }
}

fn mail(value: &str) -> Command {
    Command::SetField { field: LeadField::Email, value: Some(value.into()) }
}

/// Two edits of Asha's on one lead of hers, the second made on the first.
type Chain = (&'static str, fn(&mut Device<'_>, LeadId) -> [PushItem; 2], fn(&LeadRecord) -> bool);

fn chains() -> [Chain; 4] {
    [
        (
            "an outcome of a follow-up that was set with it",
            |asha, lead| {
                let set = asha.edit(lead, schedule());
                let follow_up = set.envelope.id.0;
                [set, asha.edit(lead, Command::CompleteFollowUp { follow_up, outcome: "Call made".into() })]
            },
            |record| record.follow_ups.iter().any(|f| f.state == FollowUpState::Done && f.outcome.as_deref() == Some("Call made")),
        ),
        (
            "a status after a status",
            |asha, lead| {
                [asha.edit(lead, status(Status::New, Status::InProgress)), asha.edit(lead, status(Status::InProgress, Status::Interested))]
            },
            |record| record.status == Status::Interested && !record.review,
        ),
        (
            "an e-mail address after another",
            |asha, lead| [asha.edit(lead, mail("a@example.com")), asha.edit(lead, mail("b@example.com"))],
            |record| record.email.value.as_deref() == Some("b@example.com") && record.email.others.is_empty(),
        ),
        (
            "a note that was written on",
            |asha, lead| {
                let added = asha.edit(lead, note("Call after"));
                let doc = &asha.docs[&lead];
                let edit = TextEdit { at: 10, delete: 0, insert: " six".into() };
                let splices = records::splices(doc, &doc.heads(), added.envelope.id.0, &[edit]).expect("a place");
                let note = added.envelope.id.0;
                [added, asha.edit(lead, Command::EditNote { note, splices })]
            },
            |record| record.notes.len() == 2 && record.notes.iter().any(|n| n.text == "Call after six" && !n.unplaced),
        ),
    ]
}

/// Asha's lead, the two edits of a chain in quarantine, and what she had typed before them.
fn put_aside(world: &World, chain: &Chain, first: Option<Command>) -> (LeadId, Vec<CommandId>) {
    let mut asha = world.device("asha");
    let lead = asha.created("+919812345678");
    asha.pull();
    let mut items: Vec<PushItem> = first.map(|command| asha.edit(lead, command)).into_iter().collect();
    items.extend(chain.1(&mut asha, lead));
    cut_off(&asha, &items);
    // The lead moves on meanwhile.
    let mut boss = world.device("ananya");
    boss.pull();
    let tag = boss.edit(lead, Command::AddTag { tag: "vip".into() });
    assert!(matches!(boss.push_one(&tag), Outcome::Applied { .. }));
    (lead, items.iter().map(|item| item.envelope.id).collect())
}

#[test]
fn edits_that_build_on_one_another_are_released_as_they_were_typed() {
    for chain in chains() {
        let world = World::memory();
        let (lead, ids) = put_aside(&world, &chain, None);
        let meera = world.device("meera");
        for id in ids {
            world.core.release_quarantined(&meera.who, id).unwrap_or_else(|e| panic!("{}: {e}", chain.0));
        }
        let record = record(&world, lead);
        assert!(chain.2(&record), "{}: {record:?}", chain.0);
        assert_eq!(record.tags, ["vip"]);
    }
}

#[test]
fn the_later_of_two_edits_waits_for_the_earlier_one() {
    for chain in chains() {
        let world = World::memory();
        let (lead, ids) = put_aside(&world, &chain, None);
        let (meera, before) = (world.device("meera"), record(&world, lead));
        let refused = world.core.release_quarantined(&meera.who, ids[1]).expect_err(chain.0).problem();
        assert!(refused.title.contains("Release or drop that one first"), "{}: {}", chain.0, refused.title);
        assert_eq!(record(&world, lead), before, "{}", chain.0);
        assert_eq!(world.core.quarantine(&meera.who).expect("a list").len(), 2, "{}: it waits on", chain.0);
        for id in ids {
            world.core.release_quarantined(&meera.who, id).unwrap_or_else(|e| panic!("{}: {e}", chain.0));
        }
        assert!(chain.2(&record(&world, lead)), "{}", chain.0);
    }
}

/// What has nothing to do with the rest may be released first, or without it.
#[test]
fn an_edit_beside_the_chain_goes_in_before_it_or_never() {
    for chain in chains().into_iter().take(3) {
        for drops in [false, true] {
            let world = World::memory();
            let (lead, ids) = put_aside(&world, &chain, Some(name("By Asha")));
            let meera = world.device("meera");
            let [first, ..] = ids[..] else { unreachable!() };
            if drops {
                world.core.drop_quarantined(&meera.who, first).expect("dropped");
            }
            world.core.release_quarantined(&meera.who, ids[1]).unwrap_or_else(|e| panic!("{}: {e}", chain.0));
            if !drops {
                world.core.release_quarantined(&meera.who, first).expect("released late");
            }
            world.core.release_quarantined(&meera.who, ids[2]).unwrap_or_else(|e| panic!("{}: {e}", chain.0));
            let record = record(&world, lead);
            assert!(chain.2(&record), "{} {drops}: {record:?}", chain.0);
            assert_eq!(record.name.value.as_deref(), Some(if drops { "Priya Sharma" } else { "By Asha" }));
            assert!(record.name.others.is_empty());
        }
    }
}

/// The author saw neither of what the lead says now: a value of somebody else's is a conflict, never
/// overwritten in silence.
#[test]
fn a_released_edit_conflicts_with_what_its_author_did_not_see() {
    let world = World::memory();
    let mut asha = world.device("asha");
    let lead = asha.created("+919812345678");
    asha.pull();
    let items = [asha.edit(lead, note("Called")), asha.edit(lead, mail("asha@example.com"))];
    let mut boss = world.device("ananya");
    boss.pull();
    let theirs = boss.edit(lead, mail("boss@example.com"));
    boss.push_one(&theirs);
    cut_off(&asha, &items);
    let meera = world.device("meera");
    world.core.drop_quarantined(&meera.who, items[0].envelope.id).expect("dropped");
    world.core.release_quarantined(&meera.who, items[1].envelope.id).expect("released");
    assert_eq!(record(&world, lead).email.others.len(), 1);
}

/// What a device sends later, made on an edit that is released by then, finds it.
#[test]
fn a_push_that_builds_on_a_released_edit_finds_it() {
    let world = World::memory();
    let (mut asha, mut boss) = (world.device("asha"), world.device("ananya"));
    let lead = asha.created("+919812345678");
    asha.pull();
    // Its predecessor is dropped, so it is made again under another hash.
    let items = [asha.edit(lead, name("By Asha")), asha.edit(lead, schedule())];
    let follow_up = items[1].envelope.id.0;
    let done = asha.edit(lead, Command::CompleteFollowUp { follow_up, outcome: "Call made".into() });
    cut_off(&asha, &items);
    boss.pull();
    world.core.drop_quarantined(&boss.who, items[0].envelope.id).expect("dropped");
    world.core.release_quarantined(&boss.who, items[1].envelope.id).expect("released");
    let org = world.core.org().id;
    let let_in =
        |tx: &mut dyn sync_server::store::Tx| sync_server::store::devices::set_state(tx, org, asha.who.device(), DeviceState::Active);
    world.core.store().write(let_in).expect("let in again");
    assert!(matches!(asha.push_one(&done), Outcome::Reapplied { .. }));
    assert_eq!(record(&world, lead).follow_ups[0].state, FollowUpState::Done);
}

/// As a proposal that was taken does.
#[test]
fn a_push_that_builds_on_a_taken_proposal_finds_it() {
    let world = World::memory();
    let (mut asha, arjun) = (world.device("asha"), world.device("arjun"));
    let lead = asha.created("+919812345678");
    asha.pull();
    let items = [asha.edit(lead, name("Priya S.")), asha.edit(lead, name("Priya S. Sharma"))];
    let boss = world.device("ananya");
    let set = protocol::admin::SetOwner { expected_owner: Some(asha.user()), owner: Some(arjun.user()) };
    world.core.set_owner(&boss.who, lead, set).expect("given");
    assert!(matches!(asha.push_one(&items[0]), Outcome::Proposed { .. }));
    world.core.take_proposal(&arjun.who, items[0].envelope.id).expect("taken");
    // She gets it back; what she typed on top of the first is no conflict with it.
    let set = protocol::admin::SetOwner { expected_owner: Some(arjun.user()), owner: Some(asha.user()) };
    world.core.set_owner(&boss.who, lead, set).expect("given back");
    assert!(matches!(asha.push_one(&items[1]), Outcome::Reapplied { .. }));
    let name = record(&world, lead).name;
    assert_eq!((name.value.as_deref(), name.others.len()), (Some("Priya S. Sharma"), 0));
}

/// The lead moved on meanwhile: what fits goes in, and what does not says why and can be dropped.
#[test]
fn an_edit_is_released_or_not_as_the_lead_is_by_then() {
    let steps = [Status::New, Status::InProgress, Status::Interested, Status::Qualified, Status::Converted];
    for then in ["converted", "dropped", "deleted", "reassigned"] {
        let world = World::memory();
        let (mut asha, mut boss) = (world.device("asha"), world.device("ananya"));
        let lead = asha.created("+919812345678");
        asha.pull();
        let items = [asha.edit(lead, schedule()), asha.edit(lead, note("Called"))];
        cut_off(&asha, &items);
        boss.pull();
        let commands = match then {
            "converted" => steps.windows(2).map(|two| status(two[0], two[1])).collect(),
            "dropped" => vec![Command::ChangeStatus { from: Status::New, to: Status::Lost, reason: Some("Financial".into()) }],
            "deleted" => vec![Command::DeleteLead { reason: "Duplicate".into() }],
            _ => vec![],
        };
        for command in commands {
            let item = boss.edit(lead, command);
            assert!(matches!(boss.push_one(&item), Outcome::Applied { .. }), "{then}");
        }
        if then == "reassigned" {
            let set = protocol::admin::SetOwner { expected_owner: Some(asha.user()), owner: Some(world.user("ravi")) };
            world.core.set_owner(&boss.who, lead, set).expect("given");
        }
        // A closed lead takes no follow-up; a note it does.
        let scheduled = world.core.release_quarantined(&boss.who, items[0].envelope.id);
        let closed = matches!(then, "converted" | "dropped");
        assert_eq!(scheduled.as_ref().err().map(|e| e.problem().code.clone()), closed.then(|| "refused".to_owned()), "{then}");
        world.core.release_quarantined(&boss.who, items[1].envelope.id).unwrap_or_else(|e| panic!("{then}: {e}"));
        if closed {
            world.core.drop_quarantined(&boss.who, items[0].envelope.id).expect("dropped");
        }
        let record = record(&world, lead);
        assert_eq!((record.notes.len(), record.follow_ups.len()), (2, usize::from(!closed)), "{then}");
        assert_eq!(record.deleted.map(|deleted| deleted.edited_after), (then == "deleted").then_some(true));
        assert!(world.core.quarantine(&boss.who).expect("a list").is_empty());
    }
}

/// A lead that she knows was given to somebody else, and an edit of hers that she made before.
fn given_away(asha: &mut Device<'_>, boss: &Device<'_>) -> (LeadId, PushItem) {
    let lead = asha.created("+919812345678");
    asha.pull();
    let set = protocol::admin::SetOwner { expected_owner: Some(asha.user()), owner: Some(asha.world.user("arjun")) };
    asha.world.core.set_owner(&boss.who, lead, set).expect("given");
    let item = asha.edit(lead, note("She called me back"));
    asha.pull();
    asha.pull();
    (lead, item)
}

/// Refused, and sent on by its author: kept once, and a manager decides.
#[test]
fn what_was_refused_is_sent_on_to_a_manager() {
    let world = World::memory();
    let (mut asha, boss) = (world.device("asha"), world.device("ananya"));
    let (lead, item) = given_away(&mut asha, &boss);
    let refused = asha.push_one(&item);
    assert!(matches!(refused, Outcome::Refused { .. }), "she knew of the hand-over");
    let secret = Secret("her own secret".into());
    let (org, device) = (world.core.org().id, asha.who.device());
    let prepared = |tx: &mut dyn sync_server::store::Tx| {
        sync_server::store::devices::set_secret(tx, org, device, sha2::Sha256::digest(secret.0.as_bytes()).into())
    };
    world.core.store().write(prepared).expect("a secret");
    let upload = |sent_on| {
        let items = vec![item.clone()];
        world.core.upload_quarantine(&QuarantineUpload { device, secret: secret.clone(), items, wiped: false, sent_on })
    };
    assert!(matches!(upload(false), Err(sync_server::Error::NotCutOff)));
    for _ in 0..2 {
        assert_eq!(upload(true).expect("kept").kept, 1);
    }
    let waiting = world.core.quarantine(&boss.who).expect("a list");
    assert_eq!((waiting.len(), waiting[0].reason), (1, QuarantineReason::SentByAuthor));
    let received = domain::people::AuditFilter { action: Some(domain::people::AuditAction::Quarantine), ..Default::default() };
    assert_eq!(world.core.audit(&boss.who, &received).expect("the log").lines.len(), 1, "on the audit log, once");
    world.core.release_quarantined(&boss.who, item.envelope.id).expect("released");
    assert_eq!(record(&world, lead).notes.len(), 2);
    assert_eq!(asha.push_one(&item), refused, "the answer to her device stays");
    assert_eq!(upload(true).expect("kept").kept, 1);
    assert!(world.core.quarantine(&boss.who).expect("a list").is_empty(), "decided is decided");
}

/// Refused, the answer was lost, and its author was cut off before the device could ask again: it is not lost.
#[test]
fn what_was_refused_and_never_answered_is_kept_when_its_author_is_cut_off() {
    let world = World::memory();
    let (mut asha, boss) = (world.device("asha"), world.device("ananya"));
    let (lead, item) = given_away(&mut asha, &boss);
    assert!(matches!(asha.push_one(&item), Outcome::Refused { .. }), "she knew of the hand-over");
    cut_off(&asha, std::slice::from_ref(&item));
    let waiting = world.core.quarantine(&boss.who).expect("a list");
    assert_eq!((waiting.len(), waiting[0].reason), (1, QuarantineReason::DeviceRevoked));
    world.core.release_quarantined(&boss.who, item.envelope.id).expect("released");
    assert_eq!(record(&world, lead).notes.len(), 2);
}
