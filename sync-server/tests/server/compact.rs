//! Compaction: what goes, what stays, what devices that were away are told, and that the log proves
//! as much as before.

use crate::audit::{days, decisions, faults, flipped, lead_filter, lines, rows, run};
use crate::support::{self, Device, World, email, name, note, refusal, stored};
use domain::people::{AuditAction, AuditFilter, QuarantineReason};
use domain::{CommandId, DeviceId, DocId, LeadId, RefusalCode};
use protocol::admin::{QuarantineUpload, SetOwner};
use protocol::auth::{Secret, SignIn};
use protocol::pull::{Entry, Snapshot};
use protocol::push::Outcome;
use sha2::Digest as _;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use sync_server::audit;
use sync_server::compact::{self, Options, Report};
use sync_server::store::log::LogRow;
use sync_server::store::{Value, devices, orgs};
use sync_server::{Store, files};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

fn compact(world: &World, keep_days: u32) -> Report {
    let options = Options { keep_days, is_shared: false };
    compact::compact(world.core.store(), world.core.env(), options, &mut |_, _| {}).expect("compacted")
}

fn retained_from(world: &World) -> u64 {
    world.core.store().read(|tx| orgs::head(tx, world.core.org().id)).expect("readable").retained_from
}

fn give(world: &World, lead: LeadId, to: &str) {
    let boss = world.device("ananya");
    let owner = world.core.snapshot(&boss.who, lead).expect("the lead").summary.expect("a lead").owner;
    world.core.set_owner(&boss.who, lead, SetOwner { expected_owner: owner, owner: Some(world.user(to)) }).expect("assigned");
}

/// What people can read of the past: every audit page as it is sent, and what stands behind timelines.
#[derive(PartialEq, Debug)]
struct Past {
    pages: Vec<String>,
    snapshots: Vec<String>,
}

fn past(world: &World, leads: &[LeadId]) -> Past {
    let who = world.device("ananya").who;
    let mut filters = vec![AuditFilter::default()];
    filters.extend(AuditAction::ALL.map(|action| AuditFilter { action: Some(action), ..AuditFilter::default() }));
    filters.extend(["asha", "meera", "arjun"].map(|name| AuditFilter { by: Some(world.user(name)), ..AuditFilter::default() }));
    filters.extend(leads.iter().map(|lead| lead_filter(*lead)));
    let mut pages: Vec<String> = Vec::new();
    for filter in filters {
        let page = world.core.audit(&who, &filter).expect("a page");
        pages.push(serde_json::to_string(&page).expect("plain"));
        pages.push(serde_json::to_string(&lines(world, &who, &filter)).expect("plain"));
    }
    let told = |lead: &LeadId| {
        let Snapshot { summary, metas, blob, .. } = world.core.snapshot(&who, *lead).expect("the lead");
        let doc = records::Doc::load(&blob).expect("a document");
        format!("{summary:?} {metas:?} {:?}", records::history(&doc))
    };
    Past { pages, snapshots: leads.iter().map(told).collect() }
}

#[test]
fn what_is_old_goes_and_everybody_reads_the_same_as_before() {
    nothing_is_missed(&Store::memory().expect("a database"));
}

/// Also told on the other engine.
pub fn nothing_is_missed(store: &Store) {
    let world = World::on(store.clone());
    let mut leads = days(&world);
    leads.push(decisions(&world));
    world.later(DAY);
    let (before, past_before, head) = (rows(&world), past(&world, &leads), world.head());
    let early = compact(&world, 30);
    assert_eq!((early.entries, early.documents, early.codes), (0, 0, 1), "only an invitation is over");
    assert_eq!((rows(&world).len(), retained_from(&world)), (before.len(), 1));

    world.later(29 * DAY);
    let report = compact(&world, 29);
    let after = rows(&world);
    let went: Vec<&LogRow> = before.iter().filter(|row| row.is_droppable()).collect();
    let weight: u64 = went.iter().map(|row| row.weight()).sum();
    assert_eq!((report.entries, report.entry_bytes, report.missing), (went.len() as u64, weight, 0));
    for (old, new) in before.iter().zip(&after) {
        assert_eq!(new.is_dropped(), old.is_droppable(), "entry {}", old.seq);
        let kept = LogRow { payload: new.payload.clone(), salt: new.salt.clone(), ..old.clone() };
        assert_eq!(format!("{kept:?}"), format!("{new:?}"), "nothing else of it changed");
        assert!(new.is_dropped() || (&old.payload, &old.salt) == (&new.payload, &new.salt));
    }
    let kinds: BTreeSet<&str> = after.iter().filter(|row| !row.is_dropped()).map(|row| row.entry.as_str()).collect();
    assert_eq!(kinds, BTreeSet::from(["event", "horizon", "move"]));
    assert_eq!(retained_from(&world), went.last().expect("some").seq.cast_unsigned() + 1);
    assert_eq!(past(&world, &leads), past_before);
    assert_eq!(faults(store, &[], true), [""; 0]);
    assert_eq!(world.head(), head + 1, "the horizon's own entry");

    let again = compact(&world, 29);
    assert_eq!((again.entries, again.folded, again.outcomes, world.head()), (0, 0, 0, head + 1), "run again, it finds nothing to do");
    assert_eq!(rows(&world).len(), after.len());
}

/// One bit or one byte of every column of a compacted entry of each kind; then rows taken out, and
/// documents that are not what the log says.
pub fn alterations_are_found(store: &Store) {
    let world = World::on(store.clone());
    days(&world);
    world.later(10 * DAY);
    compact(&world, 5);
    let mut asha = world.device("asha");
    let young = asha.created("+919820014700");
    assert_eq!(faults(store, &[], true), [""; 0]);
    let all = rows(&world);
    let mut tried = 0;
    for kind in ["change", "row", "horizon"] {
        let row = all.iter().find(|row| row.entry == kind).expect(kind);
        assert_eq!(row.is_dropped(), kind != "horizon");
        for column in
            ["entry", "doc_id", "author", "device_id", "command_id", "hash", "accepted_at", "action", "content", "payload", "salt", "chain"]
        {
            tried += u32::from(an_alteration_is_found(store, row, column));
        }
    }
    assert!(tried > 25, "{tried}");
    for taken in [&all[10], all.iter().find(|row| row.entry == "horizon").expect("one")] {
        run(store, "UPDATE log SET seq = -seq WHERE seq = $1", &[taken.seq.into()]);
        let found = faults(store, &[], false);
        assert!(found.iter().any(|fault| fault.contains(&format!("{} is missing", taken.seq))), "{found:?}");
        run(store, "UPDATE log SET seq = -seq WHERE seq = $1", &[(-taken.seq).into()]);
    }
    a_payload_that_no_compaction_took_is_missed(store, &world, young);
    a_document_must_hold_what_was_dropped(store, &world);
}

fn an_alteration_is_found(store: &Store, row: &LogRow, column: &str) -> bool {
    let select = format!("SELECT {column} FROM log WHERE seq = $1");
    let value = store.read(|tx| tx.query_opt(&select, &[row.seq.into()])).expect("readable").expect("there").0.remove(0);
    // Where there is nothing any more: something.
    let other = if value == Value::Bytes(Vec::new()) { Some(Value::Bytes(vec![7; 16])) } else { flipped(&value) };
    let Some(other) = other else { return false };
    let update = format!("UPDATE log SET {column} = $1 WHERE seq = $2");
    run(store, &update, &[other, row.seq.into()]);
    let found = faults(store, &[], false);
    assert!(found.first().is_some_and(|fault| fault.starts_with(&format!("Entry {} ", row.seq))), "{} {column}: {found:?}", row.entry);
    run(store, &update, &[value, row.seq.into()]);
    assert_eq!(faults(store, &[], false), [""; 0], "{column} is as it was");
    true
}

fn a_payload_that_no_compaction_took_is_missed(store: &Store, world: &World, young: LeadId) {
    let nothing = Value::Bytes(Vec::new());
    for (entry, says) in [("change", "no compaction tells of it"), ("move", "column content is not the hash")] {
        let row = rows(world).into_iter().rfind(|row| row.entry == entry && row.doc == Some(young.0.as_bytes().to_vec())).expect(entry);
        let blank = "UPDATE log SET payload = $1, salt = $2 WHERE seq = $3";
        run(store, blank, &[nothing.clone(), nothing.clone(), row.seq.into()]);
        let found = faults(store, &[], false);
        assert!(found.len() == 1 && found[0].starts_with(&format!("Entry {} ", row.seq)) && found[0].contains(says), "{found:?}");
        run(store, blank, &[row.payload.into(), row.salt.into(), row.seq.into()]);
    }
    let told = retained_from(world);
    run(store, "UPDATE orgs SET retained_from = $1", &[(told + 3).into()]);
    assert!(faults(store, &[], false)[0].contains("(retained_from)"));
    run(store, "UPDATE orgs SET retained_from = $1", &[told.into()]);
}

/// An older state of it, one with a change more, and another's.
fn a_document_must_hold_what_was_dropped(store: &Store, world: &World) {
    let all = rows(world);
    let of = |doc: &Option<Vec<u8>>| all.iter().filter(|row| row.entry == "change" && row.doc == *doc).count();
    let many = all.iter().filter(|row| row.entry == "change").max_by_key(|row| of(&row.doc)).expect("a lead");
    let lead = LeadId(uuid::Uuid::from_slice(many.doc.as_deref().expect("a lead")).expect("an id"));
    let whole = stored(world, lead);
    let mut shorter = records::Doc::empty();
    let hashes = whole.hashes();
    for hash in &hashes[..hashes.len() - 1] {
        shorter.apply_trusted(&whole.change_bytes(hash).expect("there")).expect("in order");
    }
    let mut longer = whole.clone();
    let envelope =
        domain::Envelope { id: CommandId(world.core.env().new_id()), author: world.user("asha"), at: 1, command: note("forged") };
    records::execute(&mut longer, [9; 16], &envelope).expect("a change");
    for (forged, says) in [
        (&shorter, "is not in the stored document"),
        (&longer, "what the log's changes make"),
        (&records::Doc::empty(), "is not in the stored document"),
    ] {
        let update = "UPDATE documents SET blob = $1 WHERE doc_id = $2";
        run(store, update, &[forged.save().into(), lead.into()]);
        let found = faults(store, &[], true);
        assert!(found.len() == 1 && found[0].starts_with(&DocId::lead(lead).to_string()) && found[0].contains(says), "{found:?}");
        run(store, update, &[whole.save().into(), lead.into()]);
    }
    assert_eq!(faults(store, &[], true), [""; 0]);
}

#[test]
fn a_compacted_log_is_proved_like_any_other() {
    alterations_are_found(&Store::memory().expect("a database"));
}

#[test]
fn a_change_that_its_document_lacks_is_not_dropped() {
    let world = World::memory();
    let mut asha = world.device("asha");
    let (lost, kept) = (asha.created("+919820014786"), asha.created("+919820014787"));
    let empty = records::Doc::empty().save();
    run(world.core.store(), "UPDATE documents SET blob = $1 WHERE doc_id = $2", &[empty.into(), lost.into()]);
    world.later(DAY);
    let report = compact(&world, 0);
    assert!(report.missing == 1 && !report.is_sound(), "{report:?}");
    for row in rows(&world).iter().filter(|row| row.entry == "change") {
        assert_eq!(row.is_dropped(), row.doc.as_deref() == Some(kept.0.as_bytes()));
    }
    assert_eq!(faults(world.core.store(), &[], false), [""; 0]);
}

/// Pulls to the end; after a back-fill it holds what was named and nothing else, as a client does.
fn pull(device: &mut Device<'_>) -> Vec<Entry> {
    let entries = device.pull();
    if let Some(begin) = entries.iter().rposition(|entry| matches!(entry, Entry::Resync)) {
        let named: BTreeSet<LeadId> =
            entries[begin..].iter().filter_map(|e| if let Entry::Snapshot(s) = e { Some(LeadId(s.doc.id)) } else { None }).collect();
        device.docs.retain(|lead, _| named.contains(lead));
    }
    entries
}

fn begins_anew(entries: &[Entry]) -> bool {
    matches!(entries.first(), Some(Entry::Resync)) && matches!(entries.last(), Some(Entry::BackfillEnd))
}

/// Whether the device holds what the server lets its person see.
fn is_whole(world: &World, device: &Device<'_>) {
    let here: BTreeMap<LeadId, Vec<records::ChangeHash>> = device.docs.iter().map(|(lead, doc)| (*lead, doc.heads())).collect();
    let mut fresh = Device {
        docs: BTreeMap::new(),
        cursor: None,
        who: world.core.session_for(device.user(), device.who.device()).expect("a session"),
        ..*device
    };
    fresh.pull();
    let there: BTreeMap<LeadId, Vec<records::ChangeHash>> = fresh.docs.iter().map(|(lead, doc)| (*lead, doc.heads())).collect();
    assert_eq!(here, there);
}

#[test]
fn a_cursor_from_before_the_horizon_begins_anew_and_a_later_one_goes_on() {
    let world = World::memory();
    let (mut asha, mut meera, mut arjun) = (world.device("asha"), world.device("meera"), world.device("arjun"));
    let leads: Vec<LeadId> = (0..6).map(|i| asha.created(&format!("+91982001478{i}"))).collect();
    for device in [&mut asha, &mut meera, &mut arjun] {
        device.pull();
    }
    // Meera is away: an edit, a lead that leaves Asha's team, a new one.
    let items = [asha.edit(leads[0], note("while away")), asha.edit(leads[0], name("While Away"))];
    asha.push(&items);
    give(&world, leads[1], "arjun");
    asha.created("+919820014799");
    assert!(!begins_anew(&pull(&mut asha)));
    world.later(DAY);
    compact(&world, 0);
    assert!(!begins_anew(&pull(&mut asha)), "what she knows is not older than the horizon");
    for device in [&mut meera, &mut arjun] {
        assert!(begins_anew(&pull(device)));
        is_whole(&world, device);
        assert!(pull(device).is_empty(), "once");
    }
}

#[test]
fn the_horizon_is_exact() {
    let world = World::memory();
    let (mut asha, mut meera) = (world.device("asha"), world.device("meera"));
    meera.pull();
    let mut cursors = Vec::new();
    for i in 0..8 {
        asha.created(&format!("+91982001478{i}"));
        let batch = meera.batch(500);
        let seen: audit::SeenHead = batch.head.expect("the log's end").parse().expect("as it is printed");
        cursors.push((seen.seq, batch.cursor));
        world.later(if i == 4 { 2 * DAY } else { HOUR });
    }
    compact(&world, 1);
    let horizon = retained_from(&world) - 1;
    assert_eq!(cursors.iter().filter(|(seq, _)| *seq <= horizon).count(), 5, "{cursors:?} {horizon}");
    assert!(cursors.iter().any(|(seq, _)| *seq == horizon));
    for (seq, cursor) in cursors {
        let batch = world.core.pull(&meera.who, Some(&cursor), 500).expect("a batch");
        assert_eq!(matches!(batch.entries.first(), Some(Entry::Resync)), seq < horizon, "{seq} {horizon}");
    }
}

/// What becomes of an old owner's edits, before and after a compaction that took everything away.
#[test]
fn a_frozen_cursor_gains_nothing_by_the_horizon() {
    for compacts in [false, true] {
        let world = World::memory();
        let (mut asha, mut arjun) = (world.device("asha"), world.device("arjun"));
        let (known, unknown) = (asha.created("+919820014786"), asha.created("+919820014787"));
        asha.pull();
        arjun.pull();
        give(&world, known, "arjun");
        asha.pull();
        asha.pull();
        // Acknowledged above; of this hand-over she never hears.
        give(&world, unknown, "arjun");
        let mut frozen = Device { docs: asha.docs.clone(), cursor: asha.cursor.clone(), ..asha };
        let sends = |device: &mut Device<'_>, lead: LeadId| {
            let items = [device.edit_as_on(&world, lead, note("mine")), device.edit_as_on(&world, lead, name("Mine"))];
            device.push(&items)
        };
        let compact_all = || {
            world.later(HOUR);
            if compacts {
                compact(&world, 0);
                assert_eq!(faults(world.core.store(), &[], true), [""; 0]);
            }
        };
        compact_all();
        let outcomes = sends(&mut frozen, known);
        assert!(outcomes.iter().all(|o| refusal(o).code == RefusalCode::HandedOver), "{compacts}: {outcomes:?}");
        let outcomes = sends(&mut frozen, unknown);
        assert!(
            matches!(outcomes[..], [Outcome::Applied { .. } | Outcome::Reapplied { .. }, Outcome::Proposed { .. }]),
            "{compacts}: {outcomes:?}"
        );
        world.later(73 * HOUR);
        compact_all();
        let quarantined = Outcome::Quarantined { reason: QuarantineReason::LeaseEnded };
        assert_eq!(sends(&mut frozen, unknown), [quarantined.clone(), quarantined], "{compacts}");
        // She pulls at last, sends back what she was given, and knows.
        let entries = pull(&mut frozen);
        assert_eq!(begins_anew(&entries), compacts);
        assert!(!frozen.docs.contains_key(&unknown));
        pull(&mut frozen);
        let outcomes = sends(&mut frozen, unknown);
        assert!(outcomes.iter().all(|o| refusal(o).code == RefusalCode::HandedOver), "{compacts}: {outcomes:?}");
    }
}

/// A person whose role changed while their device was away for longer than the log tells of.
#[test]
fn a_role_taken_away_before_the_horizon_takes_its_records() {
    let world = World::memory();
    let (mut asha, mut meera) = (world.device("asha"), world.device("meera"));
    asha.created("+919820014786");
    meera.pull();
    assert_eq!(meera.docs.len(), 1);
    crate::accounts::change(&world, "ananya", "meera", |post| post.role = domain::Role::Salesperson).expect("changed");
    world.later(DAY);
    compact(&world, 0);
    let who = world.core.session_for(meera.user(), meera.who.device()).expect("as she is now");
    let mut meera = Device { who, docs: meera.docs.clone(), cursor: meera.cursor.clone(), ..meera };
    assert!(begins_anew(&pull(&mut meera)));
    assert!(meera.docs.is_empty());
}

#[test]
fn a_restored_server_takes_back_what_it_lost_also_around_a_compaction() {
    for backup_is_older in [true, false] {
        let folder = tempfile::tempdir().expect("a folder");
        let world = World::on(Store::sqlite(&folder.path().join("a.db")).expect("a database"));
        let (mut asha, mut meera) = (world.device("asha"), world.device("meera"));
        let lead = asha.created("+919820014786");
        let old = asha.edit(lead, note("old"));
        asha.push_one(&old);
        meera.pull();
        world.later(DAY);
        if !backup_is_older {
            assert!(compact(&world, 0).entries > 0);
        }
        world.core.store().backup(&folder.path().join("b.db")).expect("a backup");
        let lost = asha.edit(lead, name("Lost"));
        asha.push_one(&lost);
        meera.pull();
        let on_top = meera.edit(lead, note("on top of it"));
        meera.push_one(&on_top);
        world.later(DAY);
        assert!(compact(&world, 0).entries > 0);

        let store = Store::sqlite(&folder.path().join("b.db")).expect("the backup opens");
        files::begin_epoch(&store, world.core.env()).expect("an epoch");
        let core = sync_server::Core::open(store, world.core.env().clone()).expect("a server");
        let restored = World { core, clock: std::sync::Arc::clone(&world.clock) };
        assert!(compact(&restored, 0).is_sound(), "also while devices bring back what was lost");
        let who = restored.core.session_for(meera.user(), meera.who.device()).expect("meera again");
        let mut meera = Device { world: &restored, who, actor: meera.actor, docs: meera.docs.clone(), cursor: meera.cursor.clone() };
        let batch = restored.core.pull(&meera.who, meera.cursor.as_deref(), 500).expect("a batch");
        assert!(matches!(batch.entries[0], Entry::Epoch { epoch } if epoch > 1));
        // What the lost edits depend on lost its payload in the log, and stands in the document.
        assert_eq!(meera.push_one(&on_top), Outcome::Need { hashes: vec![lost.hash] });
        let outcomes = meera.push(&[old.clone(), lost, on_top]);
        assert!(outcomes.iter().all(|o| matches!(o, Outcome::Applied { .. })), "{outcomes:?}");
        compact(&restored, 0);
        meera.cursor = None;
        let heads = meera.docs[&lead].heads();
        meera.pull();
        assert_eq!(meera.docs[&lead].heads(), heads);
        assert_eq!(faults(restored.core.store(), &[], true), [""; 0]);
    }
}

fn rows_in(store: &Store, sql: &str, params: &[Value]) -> u64 {
    store.read(|tx| tx.query_opt(sql, params)).expect("readable").map_or(0, |mut row| row.count(0).expect("a number"))
}

/// How a device's commands ended is kept while it may ask again.
pub fn devices_gone_for_good_are_forgotten(store: &Store) {
    let world = World::on(store.clone());
    let admin = world.device("ananya");
    // Of three computers of hers one is wiped, one revoked, one only stays away.
    let mut asha: Vec<Device<'_>> = (0..3).map(|_| signed_in(&world, "asha")).collect();
    let lead = asha[0].created("+919820014786");
    asha[1..].iter_mut().for_each(|device| drop(device.pull()));
    let items: Vec<_> = asha.iter_mut().map(|device| device.edit(lead, note("once"))).collect();
    for (device, item) in asha.iter().zip(&items) {
        assert!(matches!(device.push_one(item), Outcome::Applied { .. }));
    }
    let actors: Vec<_> = asha.iter().map(|device| device.actor).collect();
    let [wiped, revoked, away] = [0, 1, 2].map(|i| asha[i].who.device());
    world.core.wipe_device(&admin.who, wiped).expect("ordered");
    let secret = |device: DeviceId| QuarantineUpload { device, secret: Secret("s".into()), items: Vec::new(), wiped: true, sent_on: false };
    store.write(|tx| devices::set_secret(tx, world.core.org().id, wiped, sha(b"s"))).expect("known");
    world.core.upload_quarantine(&secret(wiped)).expect("done");
    world.core.revoke_device(&admin.who, revoked).expect("revoked");
    let outcomes = |device: DeviceId| rows_in(store, "SELECT count(*) FROM outcomes WHERE device_id = $1", &[device.into()]);
    let leases = |device: DeviceId| rows_in(store, "SELECT count(*) FROM leases WHERE device_id = $1", &[device.into()]);
    let lines_before = lines(&world, &admin.who, &AuditFilter::default());

    world.later(20 * DAY);
    compact(&world, 30);
    assert_eq!([wiped, revoked, away].map(outcomes), [2, 1, 1], "not so soon");
    world.later(11 * DAY);
    let report = compact(&world, 30);
    assert_eq!(([wiped, revoked, away].map(outcomes), report.outcomes), ([0, 1, 1], 2), "its lease ended too late for its key to be gone");
    world.later(10 * DAY);
    compact(&world, 30);
    assert_eq!([wiped, revoked, away].map(outcomes), [0, 0, 1]);
    assert_eq!([wiped, revoked, away].map(leases), [0, 0, 1]);
    world.later(3_000 * DAY);
    compact(&world, 30);
    assert_eq!(([wiped, revoked, away].map(outcomes), leases(away)), ([0, 0, 1], 1), "who may come back is never forgotten");
    assert_eq!(rows_in(store, "SELECT count(*) FROM sessions WHERE org_id = $1", &[world.core.org().id.into()]), 0, "expired");
    assert_eq!(lines(&world, &admin.who, &AuditFilter::default()), lines_before, "its name stays");

    // The one that stayed away asks again, and gets the old answer.
    assert!(matches!(asha[2].push_one(&items[2]), Outcome::Applied { .. }));
    let notes = || stored(&world, lead).hashes().len();
    assert_eq!(notes(), 4);
    // Nobody else may ever write under the name of a device that is gone.
    let mut thief = world.device("asha");
    thief.pull();
    thief.actor = actors[0];
    let forged = thief.edit(lead, note("under another's name"));
    assert_eq!(refusal(&thief.push_one(&forged)).code, RefusalCode::ForeignActor);
    // What its folder still holds is found to be in.
    let org = world.core.org().id;
    let kept = store.write(|tx| {
        sync_server::quarantine::keep(tx, world.core.env(), org, asha[1].user(), revoked, &items[1], QuarantineReason::Recovered)
    });
    assert!(kept.expect("written"));
    assert_eq!((world.core.quarantine(&world.device("meera").who).expect("a list").len(), notes()), (0, 4));
    assert_eq!(faults(store, &[], true), [""; 0]);
}

fn sha(bytes: &[u8]) -> [u8; 32] {
    sha2::Sha256::digest(bytes).into()
}

/// A device with a lease, as HTTP gives it.
fn signed_in<'w>(world: &'w World, who: &str) -> Device<'w> {
    let mut device = world.device(who);
    let request = SignIn {
        email: email(who),
        password: Secret(support::PASSWORD.into()),
        device: DeviceId(world.core.env().new_id()),
        device_name: "laptop".into(),
        app_version: "0.1.0".into(),
        second_factor: None,
    };
    let session = world.core.sign_in(&request).expect("signed in");
    device.who = world.core.authenticate(&session.access).expect("valid");
    device
}

#[test]
fn what_a_device_gone_for_good_left_behind_is_forgotten() {
    devices_gone_for_good_are_forgotten(&Store::memory().expect("a database"));
}

#[test]
fn documents_that_rest_are_packed_and_read_as_ever() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.db");
    let world = World::on(Store::sqlite(&path).expect("a database"));
    let mut asha = world.device("asha");
    let leads: Vec<LeadId> = (0..60).map(|i| asha.created(&format!("+919820014{i:03}"))).collect();
    for lead in &leads {
        let items: Vec<_> = (0..20).map(|i| asha.edit(*lead, note(&format!("Spoke to her about the fees, part {i}")))).collect();
        asha.push(&items);
    }
    let mut meera = world.device("meera");
    meera.pull();
    let before: BTreeMap<LeadId, Vec<u8>> = leads.iter().map(|lead| (*lead, stored(&world, *lead).save())).collect();
    world.later(3 * DAY);
    // One is not at rest.
    let item = asha.edit(leads[0], note("just now"));
    asha.push_one(&item);
    let report = compact(&world, 2);
    assert_eq!((report.documents, report.folded), (59, 59), "{report:?}");
    let sizes = |lead: LeadId| rows_in(world.core.store(), "SELECT length(blob) FROM documents WHERE doc_id = $1", &[lead.into()]);
    let (packed, plain) = (sizes(leads[1]), before[&leads[1]].len() as u64);
    eprintln!("a document of 21 edits: {plain} bytes, packed {packed}; the file: {:?} → {:?}", report.before, report.after);
    assert!(packed * 2 < plain && report.folded_bytes > 30 * (plain - packed), "{packed} of {plain}");
    assert!(report.after.used * 10 < report.before.used * 8 && report.after.free == 0, "{report:?}");
    for (lead, blob) in &before {
        let now = world.core.snapshot(&meera.who, *lead).expect("in sight").blob;
        assert_eq!(*lead == leads[0], now != *blob, "devices get the very same bytes");
    }
    // The next change writes it plainly, on top of what was packed.
    let item = asha.edit(leads[1], note("after"));
    assert!(matches!(asha.push_one(&item), Outcome::Applied { .. }));
    assert!(sizes(leads[1]) > plain);
    is_whole(&world, &asha);
    assert_eq!(compact(&world, 2).folded, 0);
    assert_eq!(faults(world.core.store(), &[], true), [""; 0]);
    // A packed document that is damaged is said to be.
    run(world.core.store(), "UPDATE documents SET blob = substr(blob, 1, 40) WHERE doc_id = $1", &[leads[2].into()]);
    assert!(world.core.snapshot(&meera.who, leads[2]).is_err());
}

/// Two runs and a company at work, all at once.
#[test]
fn runs_beside_each_other_and_beside_pushes_do_no_harm() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.db");
    let world = World::on(Store::sqlite(&path).expect("a database"));
    let mut asha = world.device("asha");
    let leads: Vec<LeadId> = (0..20).map(|i| asha.created(&format!("+9198200147{i:02}"))).collect();
    let (other, done) = (Store::sqlite(&path).expect("another process"), AtomicBool::new(false));
    std::thread::scope(|scope| {
        for store in [world.core.store(), &other] {
            let (done, env) = (&done, world.core.env());
            scope.spawn(move || {
                while !done.load(Ordering::Relaxed) {
                    let options = Options { keep_days: 0, is_shared: true };
                    compact::compact(store, env, options, &mut |_, _| {}).expect("compacted");
                }
            });
        }
        for round in 0..60 {
            let lead = leads[round % leads.len()];
            let item = asha.edit(lead, note(&format!("{round}")));
            assert!(matches!(asha.push_one(&item), Outcome::Applied { .. }));
            pull(&mut asha);
        }
        done.store(true, Ordering::Relaxed);
    });
    pull(&mut asha);
    is_whole(&world, &asha);
    assert_eq!(faults(world.core.store(), &[], true), [""; 0]);
}
