//! Hand-over: what becomes of an old owner's edits, of deleted leads, of role and team changes, and
//! of who was cut off.

use crate::support::{self, Device, World, name, note, phone, refusal, status, stored};
use domain::people::{Post, ProposalState, QuarantineReason};
use domain::{Action, Command, LeadField, LeadId, RefusalCode, Role, Status};
use protocol::admin::{ChangePost, QuarantineUpload, SetOwner};
use protocol::pull::Entry;
use protocol::push::Outcome;
use protocol::rows::Row;
use sync_server::Error;

const HOUR: i64 = 3_600_000;

/// Gives the lead to `to`, as the Super Admin.
fn give(world: &World, lead: LeadId, to: Option<&str>) {
    let boss = world.device("ananya");
    let owner = world.core.snapshot(&boss.who, lead).expect("the lead").summary.expect("a lead").owner;
    let set = SetOwner { expected_owner: owner, owner: to.map(|name| world.user(name)) };
    world.core.set_owner(&boss.who, lead, set).expect("assigned");
}

fn post(world: &World, who: &str, change: impl Fn(Post) -> Post) {
    let boss = world.device("ananya");
    let user = world.user(who);
    let row =
        world.core.store().read(|tx| sync_server::store::users::by_id(tx, world.core.org().id, user)).expect("read").expect("there").row;
    let expected = Post { role: row.role, team: row.team, disabled: row.disabled };
    let change = ChangePost { post: change(expected.clone()), expected };
    world.core.change_post(&boss.who, user, &change).expect("changed");
}

/// A lead of asha's that her device and its server agree on.
fn ashas_lead(asha: &mut Device<'_>) -> LeadId {
    let lead = asha.created("+919812345678");
    asha.pull();
    lead
}

fn proposals(entries: &[Entry]) -> Vec<(domain::CommandId, ProposalState)> {
    let one = |entry: &Entry| match entry {
        Entry::Row(Row::Proposal(p)) => Some((p.id, p.state)),
        _ => None,
    };
    entries
        .iter()
        .filter_map(one)
        .chain(entries.iter().flat_map(|e| match e {
            Entry::Snapshot(s) => s.proposals.iter().map(|p| (p.id, p.state)).collect(),
            _ => Vec::new(),
        }))
        .collect()
}

fn evicted(entries: &[Entry], lead: LeadId) -> bool {
    entries.iter().any(|entry| matches!(entry, Entry::Evict { doc } if doc.id == lead.0))
}

#[test]
fn an_old_owners_edits_are_kept_or_proposed_until_their_device_knows() {
    let world = World::memory();
    let (mut asha, mut arjun) = (world.device("asha"), world.device("arjun"));
    let lead = ashas_lead(&mut asha);
    // Offline: five edits.
    let items = [
        asha.edit(lead, note("Called back, wants the evening batch")),
        asha.edit(lead, name("Priya S. Sharma")),
        asha.edit(lead, status(Status::New, Status::InProgress)),
        asha.edit(lead, Command::LogCall { at: support::START, outcome: "Call made".into() }),
        asha.edit(lead, Command::AddTag { tag: "hot".into() }),
    ];
    give(&world, lead, Some("arjun"));
    arjun.pull();
    let outcomes = asha.push(&items);
    assert!(matches!(outcomes[0], Outcome::Applied { .. }), "{outcomes:?}");
    assert!(matches!(outcomes[1..3], [Outcome::Proposed { .. }, Outcome::Proposed { .. }]), "{outcomes:?}");
    assert!(matches!(outcomes[3..], [Outcome::Reapplied { .. }, Outcome::Reapplied { .. }]), "{outcomes:?}");
    assert_eq!(asha.push(&items), outcomes, "a repeat gets the same answers");
    let record = arjun_record(&mut arjun, lead);
    assert_eq!((record.notes.len(), record.calls.len(), record.tags), (2, 1, vec!["hot".to_owned()]));
    assert_eq!((record.name.value.as_deref(), record.status), (Some("Priya Sharma"), Status::New));
    let history = records::history(&stored(&world, lead));
    let by_asha = history.iter().filter(|h| h.envelope.as_ref().is_some_and(|e| e.author == asha.user())).count();
    assert_eq!(by_asha, 4, "what was kept stands under its author");

    // She learns of it, and acknowledges by pulling again.
    assert!(evicted(&asha.pull(), lead));
    let meanwhile = {
        asha.docs.insert(lead, stored(&world, lead));
        asha.edit(lead, note("too late?"))
    };
    assert!(matches!(asha.push_one(&meanwhile), Outcome::Applied { .. }), "sent before she acknowledged");
    asha.pull();
    let late = asha.edit(lead, note("too late"));
    assert_eq!(refusal(&asha.push_one(&late)).code, RefusalCode::HandedOver);
}

fn arjun_record(arjun: &mut Device<'_>, lead: LeadId) -> domain::LeadRecord {
    arjun.pull();
    arjun.record(lead)
}

#[test]
fn the_new_owner_takes_one_proposal_and_drops_another() {
    let world = World::memory();
    let (mut asha, mut arjun) = (world.device("asha"), world.device("arjun"));
    let lead = ashas_lead(&mut asha);
    let items = [asha.edit(lead, name("Priya S. Sharma")), asha.edit(lead, status(Status::New, Status::InProgress))];
    give(&world, lead, Some("arjun"));
    asha.push(&items);
    let mut open: Vec<_> = proposals(&arjun.pull());
    open.dedup();
    assert_eq!(open, [(items[0].envelope.id, ProposalState::Open), (items[1].envelope.id, ProposalState::Open)]);
    // Somebody else has nothing to say about it.
    let ravi = world.device("ravi");
    assert!(matches!(world.core.take_proposal(&ravi.who, items[0].envelope.id), Err(Error::NotFound)), "Delhi is not his team");
    assert!(matches!(world.core.take_proposal(&asha.who, items[0].envelope.id), Err(Error::NotFound)));

    world.core.take_proposal(&arjun.who, items[0].envelope.id).expect("taken");
    world.core.drop_proposal(&arjun.who, items[1].envelope.id).expect("dropped");
    for again in [world.core.take_proposal(&arjun.who, items[0].envelope.id), world.core.drop_proposal(&arjun.who, items[1].envelope.id)] {
        assert!(matches!(again, Err(Error::Changed(_))));
    }
    let told = proposals(&arjun.pull());
    assert!(told.contains(&(items[0].envelope.id, ProposalState::Taken)) && told.contains(&(items[1].envelope.id, ProposalState::Dropped)));
    let record = arjun.record(lead);
    assert_eq!((record.name.value.as_deref(), record.status), (Some("Priya S. Sharma"), Status::New));
    let taken = records::history(&stored(&world, lead)).into_iter().filter_map(|h| h.envelope).find(|e| e.id == items[0].envelope.id);
    assert_eq!(taken.expect("in the timeline").author, asha.user());
    assert!(proposals(&world.device("arjun").pull()).is_empty(), "a fresh device is told of open ones only");
}

#[test]
fn a_frozen_cursor_edits_no_longer_than_its_lease() {
    let world = World::memory();
    let mut asha = world.device("asha");
    let lead = ashas_lead(&mut asha);
    give(&world, lead, Some("arjun"));
    // A forged client that never sends a newer cursor.
    for day in 0..5 {
        world.later(20 * HOUR);
        let (kept, field) = (asha.edit(lead, note("still here")), asha.edit(lead, name("Mine")));
        let outcomes = asha.push(&[kept, field]);
        if day < 3 {
            assert!(
                matches!(outcomes[..], [Outcome::Applied { .. } | Outcome::Reapplied { .. }, Outcome::Proposed { .. }]),
                "{day}: {outcomes:?}"
            );
        } else {
            let quarantined = Outcome::Quarantined { reason: QuarantineReason::LeaseEnded };
            assert_eq!(outcomes, [quarantined.clone(), quarantined], "day {day}");
        }
    }
    // Who may assign the lead reads what waits, releases one and drops one; a salesperson finds nothing there,
    // nor does the manager of the team that it left.
    let boss = world.device("ananya");
    let waiting = world.core.quarantine(&boss.who).expect("a list");
    assert_eq!(waiting.len(), 4);
    assert!(waiting.iter().all(|q| q.author == asha.user() && q.lead == lead && q.lead_name == "Priya Sharma"));
    for nobody in ["arjun", "meera"] {
        assert!(world.core.quarantine(&world.device(nobody).who).expect("a list").is_empty(), "{nobody}");
    }
    assert!(matches!(world.core.release_quarantined(&asha.who, waiting[0].id), Err(Error::NotFound)));
    world.core.release_quarantined(&boss.who, waiting[0].id).expect("released");
    world.core.drop_quarantined(&boss.who, waiting[1].id).expect("dropped");
    for done in &waiting[..2] {
        assert!(matches!(world.core.release_quarantined(&boss.who, done.id), Err(Error::NotFound)));
    }
    let mut arjun = world.device("arjun");
    assert_eq!(arjun_record(&mut arjun, lead).notes.len(), 5, "the first, three in time, one released");
    assert_eq!(world.core.quarantine(&boss.who).expect("a list").len(), 2);
}

#[test]
fn nobody_proposes_to_a_lead_they_never_had() {
    let world = World::memory();
    let mut asha = world.device("asha");
    let lead = ashas_lead(&mut asha);
    let mut arjun = world.device("arjun");
    arjun.docs.insert(lead, stored(&world, lead));
    for command in [note("hello"), name("Mine"), phone("+919800000000"), Command::AddTag { tag: "x".into() }] {
        let item = arjun.edit(lead, command);
        assert_eq!(refusal(&arjun.push_one(&item)).code, RefusalCode::NotFound);
    }
    assert!(world.core.quarantine(&world.device("meera").who).expect("a list").is_empty());
}

#[test]
fn a_deleted_lead_leaves_everybody_but_admins_and_comes_back() {
    let world = World::memory();
    let (mut asha, mut ananya, mut meera) = (world.device("asha"), world.device("ananya"), world.device("meera"));
    let lead = ashas_lead(&mut asha);
    ananya.pull();
    meera.pull();
    let offline = asha.edit(lead, name("Priya S."));
    let no = meera.edit(lead, Command::DeleteLead { reason: "test".into() });
    assert_eq!(refusal(&meera.push_one(&no)).code, RefusalCode::NotPermitted);
    let delete = ananya.edit(lead, Command::DeleteLead { reason: "Duplicate".into() });
    assert!(matches!(ananya.push_one(&delete), Outcome::Applied { .. }));
    assert!(evicted(&meera.pull(), lead));
    assert!(matches!(world.core.snapshot(&meera.who, lead), Err(Error::NotFound)));
    // Edited by somebody who did not know: it stays deleted, and is flagged.
    assert!(matches!(asha.push_one(&offline), Outcome::Applied { .. }));
    assert!(evicted(&asha.pull(), lead));
    ananya.pull();
    let deleted = ananya.record(lead).deleted.expect("it stays deleted");
    assert!(deleted.edited_after && deleted.reason == "Duplicate" && deleted.by == ananya.user());
    asha.pull();
    let after = asha.edit_as_on(&world, lead, note("late"));
    assert_eq!(refusal(&asha.push_one(&after)).code, RefusalCode::HandedOver);

    let restore = ananya.edit(lead, Command::RestoreLead { deletions: deleted.deletions, reason: "Not a duplicate".into() });
    assert!(matches!(ananya.push_one(&restore), Outcome::Applied { .. }));
    for device in [&mut asha, &mut meera] {
        let entries = device.pull();
        assert!(
            entries
                .iter()
                .any(|e| matches!(e, Entry::Snapshot(s) if s.doc.id == lead.0 && s.summary.as_ref().is_some_and(|row| !row.deleted)))
        );
        assert_eq!(device.record(lead).name.value.as_deref(), Some("Priya S."));
    }
}

#[test]
fn a_role_change_takes_away_what_the_new_role_may_not_see() {
    let world = World::memory();
    let (mut asha, mut ravi) = (world.device("asha"), world.device("ravi"));
    let lead = ashas_lead(&mut asha);
    ravi.pull();
    let (kept, proposed) = (ravi.edit(lead, note("Team Lead was here")), ravi.edit(lead, name("By Ravi")));
    post(&world, "ravi", |post| Post { role: Role::Salesperson, ..post });
    let outcomes = ravi.push(&[kept, proposed]);
    assert!(matches!(outcomes[..], [Outcome::Applied { .. }, Outcome::Proposed { .. }]), "{outcomes:?}");
    let entries = ravi.pull();
    assert!(entries.iter().any(|e| matches!(e, Entry::Resync)), "a back-fill begins");
    let me = entries.iter().find_map(|e| match e {
        Entry::Row(Row::User(row)) if row.id == ravi.user() => Some(row.role),
        _ => None,
    });
    assert_eq!(me, Some(Role::Salesperson));
    assert!(!entries.iter().any(|e| matches!(e, Entry::Snapshot(s) if s.doc.id == lead.0)), "which does not name the lead");
    assert!(matches!(entries.last(), Some(Entry::BackfillEnd)));
    ravi.pull();
    let late = ravi.edit(lead, note("late"));
    assert_eq!(refusal(&ravi.push_one(&late)).code, RefusalCode::HandedOver);
    // Up again: everything of the team comes back.
    post(&world, "ravi", |post| Post { role: Role::TeamLead, ..post });
    assert!(ravi.pull().iter().any(|e| matches!(e, Entry::Snapshot(s) if s.doc.id == lead.0)));
}

#[test]
fn a_move_between_teams_takes_the_leads_along() {
    let world = World::memory();
    let (mut asha, mut ravi, mut meera) = (world.device("asha"), world.device("ravi"), world.device("meera"));
    let lead = ashas_lead(&mut asha);
    ravi.pull();
    meera.pull();
    let delhi = world.core.store().read(|tx| sync_server::store::teams::by_name(tx, world.core.org().id, "Delhi")).expect("read");
    post(&world, "asha", |post| Post { team: delhi, ..post });
    assert!(evicted(&ravi.pull(), lead), "Pune's Team Lead loses it");
    assert!(matches!(world.core.snapshot(&ravi.who, lead), Err(Error::NotFound)));
    let told = meera.pull();
    assert!(told.iter().any(|e| matches!(e, Entry::Row(Row::Owner(row)) if row.lead == lead && row.team == delhi)), "{told:?}");
    assert!(
        asha.pull()
            .iter()
            .any(|e| matches!(e, Entry::Snapshot(s) if s.doc.id == lead.0 && s.summary.as_ref().is_some_and(|row| row.team == delhi))),
        "she keeps it"
    );
}

#[test]
fn conversion_lets_recovery_in_and_a_month_offline_ends_right() {
    let world = World::memory();
    let (mut asha, mut deepak) = (world.device("asha"), world.device("deepak"));
    let lead = ashas_lead(&mut asha);
    deepak.pull();
    let steps = [
        status(Status::New, Status::InProgress),
        status(Status::InProgress, Status::Interested),
        status(Status::Interested, Status::Qualified),
        status(Status::Qualified, Status::Converted),
    ];
    for step in steps {
        let item = asha.edit(lead, step);
        assert!(matches!(asha.push_one(&item), Outcome::Applied { .. }));
    }
    assert!(deepak.pull().iter().any(|e| matches!(e, Entry::Snapshot(s) if s.doc.id == lead.0)));
    let contact = deepak.edit(lead, Command::SetField { field: LeadField::Email, value: Some("priya@example.com".into()) });
    assert!(matches!(deepak.push_one(&contact), Outcome::Applied { .. }));
    let more = deepak.edit(lead, note("not for him"));
    assert_eq!(refusal(&deepak.push_one(&more)).code, RefusalCode::NotPermitted);

    // Away for a month, while other leads go to and fro.
    let mut other = world.device("asha");
    other.pull();
    let second = other.created("+919812345679");
    asha.pull();
    let third = other.created("+919812345670");
    for to in ["arjun", "asha", "arjun"] {
        give(&world, second, Some(to));
        give(&world, third, Some(if to == "asha" { "arjun" } else { "asha" }));
        world.later(10 * 24 * HOUR);
    }
    asha.pull();
    let held: Vec<_> = asha.docs.keys().copied().collect();
    assert!(held.contains(&lead) && held.contains(&third) && !held.contains(&second), "{held:?}");
}

#[test]
fn assigning_is_compared_and_stays_within_ones_reach() {
    let world = World::memory();
    let mut asha = world.device("asha");
    let lead = ashas_lead(&mut asha);
    let (ravi, meera, karthik) = (world.device("ravi"), world.device("meera"), world.device("karthik"));
    let (me, arjun) = (asha.user(), world.user("arjun"));
    let set = |expected_owner, owner| SetOwner { expected_owner, owner };
    let code = |result: Result<_, Error>| result.map(|_: protocol::rows::OwnerRow| ()).expect_err("refused").problem().code;
    assert_eq!(code(world.core.set_owner(&asha.who, lead, set(Some(me), Some(arjun)))), "not_permitted");
    assert_eq!(code(world.core.set_owner(&ravi.who, lead, set(Some(me), Some(arjun)))), "not_permitted", "not of his team");
    assert_eq!(code(world.core.set_owner(&meera.who, lead, set(Some(me), Some(arjun)))), "not_permitted");
    let boss = world.device("ananya");
    assert_eq!(code(world.core.set_owner(&boss.who, lead, set(Some(me), Some(karthik.user())))), "refused", "an Analyst has no leads");
    assert_eq!(code(world.core.set_owner(&boss.who, lead, set(None, Some(arjun)))), "owner_changed");
    world.core.set_owner(&ravi.who, lead, set(Some(me), Some(ravi.user()))).expect("within the team");
    assert!(domain::policy::has(Role::TeamLead, Action::AssignLead));
}

#[test]
fn who_is_cut_off_uploads_into_quarantine_and_nowhere_else() {
    let world = World::memory();
    let mut asha = world.device("asha");
    let lead = ashas_lead(&mut asha);
    let secret = protocol::auth::Secret("a device's own secret".into());
    world
        .core
        .store()
        .write(|tx| {
            let hash = <sha2::Sha256 as sha2::Digest>::digest(secret.0.as_bytes()).into();
            sync_server::store::devices::set_secret(tx, world.core.org().id, asha.who.device(), hash)
        })
        .expect("a secret");
    let items = vec![asha.edit(lead, note("typed before the end")), asha.edit(lead, name("By Asha"))];
    let upload = |secret: &str, items: Vec<_>| QuarantineUpload {
        device: asha.who.device(),
        secret: protocol::auth::Secret(secret.into()),
        items,
        wiped: false,
        sent_on: false,
    };
    assert!(matches!(world.core.upload_quarantine(&upload(&secret.0, items.clone())), Err(Error::NotCutOff)));
    post(&world, "asha", |post| Post { disabled: true, ..post });
    let quarantined = Outcome::Quarantined { reason: QuarantineReason::UserDisabled };
    assert_eq!(asha.push_one(&items[0]), quarantined, "even where a token is still believed");
    assert!(matches!(world.core.upload_quarantine(&upload("wrong", items.clone())), Err(Error::NotFound)));
    for _ in 0..2 {
        assert_eq!(world.core.upload_quarantine(&upload(&secret.0, items.clone())).expect("kept").kept, 2);
    }
    let forged = support::Device { world: &world, who: world.device("arjun").who, actor: [7; 16], docs: Default::default(), cursor: None };
    let mut forged = forged;
    forged.docs.insert(lead, stored(&world, lead));
    let foreign = forged.edit(lead, note("in another's name"));
    assert_eq!(world.core.upload_quarantine(&upload(&secret.0, vec![foreign])).expect("answered").kept, 0);
    let meera = world.device("meera");
    let waiting = world.core.quarantine(&meera.who).expect("a list");
    assert_eq!(waiting.len(), 2);
    for held in &waiting {
        world.core.release_quarantined(&meera.who, held.id).expect("released");
    }
    let record = records::lead::read(&stored(&world, lead), lead).expect("a lead");
    assert_eq!((record.name.value.as_deref(), record.notes.len()), (Some("By Asha"), 2));
    // Let in again, her device sends what it kept: each of them was answered, and none goes in twice.
    post(&world, "asha", |post| Post { disabled: false, ..post });
    assert_eq!(asha.push(&items), [quarantined.clone(), quarantined]);
    assert_eq!(records::lead::read(&stored(&world, lead), lead).expect("a lead"), record);
}

/// Quarantine is no way round the permission table: what is released must be in the releaser's role.
#[test]
fn nobody_releases_what_they_could_not_do() {
    let world = World::memory();
    let (mut asha, mut ravi) = (world.device("asha"), world.device("ravi"));
    let lead = ashas_lead(&mut asha);
    ravi.pull();
    let secret = protocol::auth::Secret("another device's secret".into());
    let org = world.core.org().id;
    let prepared = world.core.store().write(|tx| {
        let hash = <sha2::Sha256 as sha2::Digest>::digest(secret.0.as_bytes()).into();
        sync_server::store::devices::set_secret(tx, org, ravi.who.device(), hash)?;
        sync_server::store::devices::set_state(tx, org, ravi.who.device(), domain::people::DeviceState::Revoked)
    });
    prepared.expect("a revoked device");
    let items = vec![ravi.edit(lead, Command::DeleteLead { reason: "mine".into() }), ravi.edit(lead, note("kept"))];
    let (delete, kept) = (items[0].envelope.id, items[1].envelope.id);
    let upload = QuarantineUpload { device: ravi.who.device(), secret, items, wiped: false, sent_on: false };
    assert_eq!(world.core.upload_quarantine(&upload).expect("kept").kept, 2);
    let (other, boss) = (world.device("ravi"), world.device("ananya"));
    let refused = world.core.release_quarantined(&other.who, delete).expect_err("not in a Team Lead's role");
    assert_eq!(refused.problem().code, "not_permitted");
    world.core.release_quarantined(&other.who, kept).expect("a note is");
    world.core.release_quarantined(&boss.who, delete).expect("an Admin deletes");
    assert!(records::lead::read(&stored(&world, lead), lead).expect("a lead").deleted.is_some());
}

/// Deleted after it went to somebody else: the first owner's fields are proposals, not edits.
#[test]
fn a_deleted_lead_keeps_only_edits_of_who_had_it() {
    let world = World::memory();
    let (mut asha, mut ananya) = (world.device("asha"), world.device("ananya"));
    let lead = ashas_lead(&mut asha);
    ananya.pull();
    let (field, text) = (asha.edit(lead, name("By Asha")), asha.edit(lead, note("By Asha")));
    give(&world, lead, Some("arjun"));
    let delete = ananya.edit(lead, Command::DeleteLead { reason: "Duplicate".into() });
    assert!(matches!(ananya.push_one(&delete), Outcome::Applied { .. }));
    let outcomes = asha.push(&[field, text]);
    assert!(matches!(outcomes[..], [Outcome::Proposed { .. }, Outcome::Reapplied { .. }]), "{outcomes:?}");
}

/// A proposal that can't be taken any more can be dropped all the same, by whoever edits the lead.
#[test]
fn a_proposal_of_any_lead_can_be_dropped() {
    enum Then {
        Converted,
        Lost,
        Deleted,
        MovedOn,
    }
    for then in [Then::Converted, Then::Lost, Then::Deleted, Then::MovedOn] {
        let world = World::memory();
        let (mut asha, mut arjun, mut ananya) = (world.device("asha"), world.device("arjun"), world.device("ananya"));
        let lead = ashas_lead(&mut asha);
        let items = [asha.edit(lead, status(Status::New, Status::InProgress)), asha.edit(lead, name("By Asha"))];
        give(&world, lead, Some("arjun"));
        arjun.pull();
        ananya.pull();
        asha.push(&items);
        let run = |device: &mut Device<'_>, command: Command| {
            let item = device.edit(lead, command);
            assert!(matches!(device.push_one(&item), Outcome::Applied { .. }));
        };
        let settler = match then {
            Then::Converted => {
                let steps = [Status::New, Status::InProgress, Status::Interested, Status::Qualified, Status::Converted];
                steps.windows(2).for_each(|two| run(&mut arjun, status(two[0], two[1])));
                "arjun"
            }
            Then::Lost => {
                run(&mut arjun, Command::ChangeStatus { from: Status::New, to: Status::Lost, reason: Some("Financial".into()) });
                "arjun"
            }
            Then::Deleted => {
                run(&mut ananya, Command::DeleteLead { reason: "Duplicate".into() });
                "ananya"
            }
            Then::MovedOn => {
                give(&world, lead, Some("ravi"));
                "ravi"
            }
        };
        let settler = world.device(settler);
        if !matches!(then, Then::MovedOn) {
            // Two on one lead; the one about its status can't be taken where that is closed or moved on.
            let stale = world.core.take_proposal(&settler.who, items[0].envelope.id);
            assert!(stale.is_err() || matches!(then, Then::Deleted));
        }
        if !matches!(then, Then::Deleted) {
            world.core.drop_proposal(&settler.who, items[0].envelope.id).expect("dropped");
        }
        world.core.drop_proposal(&settler.who, items[1].envelope.id).expect("dropped");
        let gone = world.core.drop_proposal(&settler.who, items[1].envelope.id);
        assert!(matches!(gone, Err(Error::Changed(_))));
        assert!(world.core.drop_proposal(&world.device("karthik").who, items[1].envelope.id).is_err());
        let record = records::lead::read(&stored(&world, lead), lead).expect("a lead");
        assert_eq!(record.name.value.as_deref(), Some("Priya Sharma"));
    }
}

/// A proposal to delete, of somebody who was an Admin, is not in a salesperson's role to take.
#[test]
fn who_may_not_take_a_proposal_drops_it() {
    let world = World::memory();
    let (mut asha, mut ravi) = (world.device("asha"), world.device("ravi"));
    post(&world, "ravi", |post| Post { role: Role::Admin, ..post });
    let lead = ashas_lead(&mut asha);
    ravi.pull();
    let delete = ravi.edit(lead, Command::DeleteLead { reason: "Duplicate".into() });
    post(&world, "ravi", |post| Post { role: Role::TeamLead, ..post });
    assert!(matches!(ravi.push_one(&delete), Outcome::Proposed { .. }));
    let take = world.core.take_proposal(&asha.who, delete.envelope.id).expect_err("not in her role");
    assert_eq!(take.problem().code, "not_permitted");
    world.core.drop_proposal(&asha.who, delete.envelope.id).expect("dropped");
}

/// What was decided about a request that was on its way is decided as of now.
#[test]
fn whoever_was_cut_off_meanwhile_settles_and_assigns_nothing() {
    let world = World::memory();
    let (mut asha, ravi, meera) = (world.device("asha"), world.device("ravi"), world.device("meera"));
    let lead = ashas_lead(&mut asha);
    let items = [asha.edit(lead, name("By Asha")), asha.edit(lead, name("By Asha again"))];
    give(&world, lead, Some("ravi"));
    asha.push(&items);
    // Both were signed in when they asked.
    post(&world, "ravi", |post| Post { disabled: true, ..post });
    let code = |result: Result<(), Error>| result.expect_err("cut off").problem().code;
    assert_eq!(code(world.core.take_proposal(&ravi.who, items[0].envelope.id)), "user_disabled");
    assert_eq!(code(world.core.drop_proposal(&ravi.who, items[0].envelope.id)), "user_disabled");
    let set = SetOwner { expected_owner: Some(ravi.user()), owner: Some(asha.user()) };
    assert_eq!(code(world.core.set_owner(&ravi.who, lead, set).map(drop)), "user_disabled");
    let org = world.core.org().id;
    let revoke = |tx: &mut dyn sync_server::store::Tx| {
        sync_server::store::devices::set_state(tx, org, meera.who.device(), domain::people::DeviceState::Revoked)
    };
    world.core.store().write(revoke).expect("revoked");
    assert_eq!(code(world.core.drop_proposal(&meera.who, items[0].envelope.id)), "device_revoked");
    // Demoted: nothing of quarantine is hers to decide.
    let other = world.device("meera");
    post(&world, "meera", |post| Post { role: Role::Salesperson, ..post });
    assert!(matches!(world.core.release_quarantined(&other.who, items[0].envelope.id), Err(Error::NotFound)));
}

/// The request was on its way when the device was revoked.
#[test]
fn a_push_in_flight_of_a_revoked_device_is_put_aside() {
    let world = World::memory();
    let mut asha = world.device("asha");
    let lead = ashas_lead(&mut asha);
    let item = asha.edit(lead, note("typed on a lost laptop"));
    let org = world.core.org().id;
    let revoke = |tx: &mut dyn sync_server::store::Tx| {
        sync_server::store::devices::set_state(tx, org, asha.who.device(), domain::people::DeviceState::Revoked)
    };
    world.core.store().write(revoke).expect("revoked");
    assert_eq!(asha.push_one(&item), Outcome::Quarantined { reason: QuarantineReason::DeviceRevoked });
    assert_eq!(records::lead::read(&stored(&world, lead), lead).expect("a lead").notes.len(), 1);
    world.core.release_quarantined(&world.device("meera").who, item.envelope.id).expect("released");
    assert_eq!(records::lead::read(&stored(&world, lead), lead).expect("a lead").notes.len(), 2);
}

/// Two who take or drop one proposal at once: one does, and the other is told.
#[test]
fn one_proposal_is_settled_once() {
    for drops in [false, true] {
        let world = World::memory();
        let (mut asha, arjun, boss) = (world.device("asha"), world.device("arjun"), world.device("ananya"));
        let lead = ashas_lead(&mut asha);
        let item = asha.edit(lead, name("By Asha"));
        give(&world, lead, Some("arjun"));
        asha.push_one(&item);
        let id = item.envelope.id;
        let results: Vec<_> = std::thread::scope(|threads| {
            let core = &world.core;
            let one = threads.spawn(|| core.take_proposal(&arjun.who, id));
            let other = threads.spawn(|| if drops { core.drop_proposal(&boss.who, id) } else { core.take_proposal(&boss.who, id) });
            [one, other].into_iter().map(|thread| thread.join().expect("no panic")).collect()
        });
        let lost: Vec<_> = results.iter().filter_map(|result| result.as_ref().err()).collect();
        assert!(matches!(lost[..], [Error::Changed(_)]), "{results:?}");
        let by_asha = records::history(&stored(&world, lead)).iter().filter(|h| h.envelope.as_ref().is_some_and(|e| e.id == id)).count();
        assert_eq!(by_asha, usize::from(results[0].is_ok() || !drops), "carried out once at most");
    }
}

/// Proposals stay with the lead, whoever has it.
#[test]
fn a_proposal_goes_on_with_the_lead() {
    let world = World::memory();
    let (mut asha, mut ravi) = (world.device("asha"), world.device("ravi"));
    let lead = ashas_lead(&mut asha);
    let item = asha.edit(lead, name("By Asha"));
    give(&world, lead, Some("arjun"));
    asha.push_one(&item);
    give(&world, lead, Some("ravi"));
    assert_eq!(proposals(&ravi.pull()), [(item.envelope.id, ProposalState::Open)]);
    assert!(matches!(world.core.take_proposal(&world.device("arjun").who, item.envelope.id), Err(Error::NotFound)), "not his any more");
    world.core.take_proposal(&ravi.who, item.envelope.id).expect("taken");
    ravi.pull();
    assert_eq!(ravi.record(lead).name.value.as_deref(), Some("By Asha"));
}

/// Of one person's two computers one knows of the hand-over and one does not: each is judged by itself.
#[test]
fn each_of_two_devices_acknowledges_for_itself() {
    let world = World::memory();
    let (mut desk, mut laptop) = (world.device("asha"), world.device("asha"));
    let lead = ashas_lead(&mut desk);
    laptop.pull();
    give(&world, lead, Some("arjun"));
    assert!(evicted(&desk.pull(), lead));
    desk.pull();
    let (knows, does_not) = (desk.edit_as_on(&world, lead, note("late")), laptop.edit(lead, note("in time")));
    assert_eq!(refusal(&desk.push_one(&knows)).code, RefusalCode::HandedOver);
    assert!(matches!(laptop.push_one(&does_not), Outcome::Applied { .. }));
    assert!(evicted(&laptop.pull(), lead));
    laptop.pull();
    let late = laptop.edit_as_on(&world, lead, note("late, too"));
    assert_eq!(refusal(&laptop.push_one(&late)).code, RefusalCode::HandedOver);
}

#[test]
fn others_quarantined_edits_hide_none_of_ones_own() {
    let world = World::memory();
    let (mut arjun, mut asha) = (world.device("arjun"), world.device("asha"));
    let (theirs, ours) = (arjun.created("+919811111111"), asha.created("+919812222222"));
    let many: Vec<_> = (0..600).map(|n| arjun.edit(theirs, note(&format!("note {n}")))).collect();
    let one = asha.edit(ours, note("the one"));
    let keep = |device: &Device<'_>, item| {
        let (org, env, reason) = (world.core.org().id, world.core.env(), QuarantineReason::LeaseEnded);
        let kept =
            world.core.store().write(|tx| sync_server::quarantine::keep(tx, env, org, device.user(), device.who.device(), item, reason));
        assert!(kept.expect("kept"));
    };
    many.iter().for_each(|item| keep(&arjun, item));
    keep(&asha, &one);
    // Ravi leads Pune; Delhi's edits are not his to decide about.
    let listed = world.core.quarantine(&world.device("ravi").who).expect("a list");
    assert_eq!(listed.iter().map(|held| held.id).collect::<Vec<_>>(), [one.envelope.id]);
    assert_eq!(world.core.quarantine(&world.device("ananya").who).expect("a list").len(), 500, "a page of all");
}
