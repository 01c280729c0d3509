//! Who gets what: back-fill, entering and leaving, cursors, masked phones.

use crate::support::*;
use domain::{Command, LeadId, Status};
use protocol::Cursor;
use protocol::live::{Hold, Poke};
use protocol::pull::{Entry, Snapshot};
use protocol::rows::Row;
use sync_server::{SetOwner, files};

fn snapshots(entries: &[Entry]) -> Vec<&Snapshot> {
    entries
        .iter()
        .filter_map(|e| if let Entry::Snapshot(s) = e { Some(&**s) } else { None })
        .filter(|s| s.doc.as_lead().is_some())
        .collect()
}

fn evicted(entries: &[Entry], lead: LeadId) -> bool {
    entries.iter().any(|e| matches!(e, Entry::Evict { doc } if doc.id == lead.0))
}

#[test]
fn first_pull_brings_rows_then_everything_in_sight_and_ends() {
    let world = World::memory();
    let mut asha = world.device("asha");
    let leads: Vec<_> = (0..5).map(|i| asha.created(&format!("+91982001478{i}"))).collect();
    world.device("arjun").created("+919820014799");
    let mut tablet = world.device("asha");
    let entries = tablet.pull();
    assert!(matches!(entries[0], Entry::Epoch { epoch: 1 }));
    let users = entries.iter().filter(|e| matches!(e, Entry::Row(Row::User(_)))).count();
    assert_eq!(users, 7);
    assert!(matches!(entries.last(), Some(Entry::BackfillEnd)));
    assert_eq!(tablet.docs.keys().copied().collect::<Vec<_>>(), leads);
    let snapshot = snapshots(&entries)[0];
    assert_eq!((snapshot.metas.len(), snapshot.metas[0].author), (1, asha.user()));
}

#[test]
fn an_interrupted_back_fill_goes_on_where_it_was_and_loses_nothing() {
    let world = World::memory();
    let mut asha = world.device("asha");
    let mut leads: Vec<_> = (0..9).map(|i| asha.created(&format!("+91982001478{i}"))).collect();
    let mut tablet = world.device("asha");
    tablet.batch(2);
    let page = tablet.batch(2);
    assert_eq!((snapshots(&page.entries).len(), page.progress.map(|p| (p.done, p.total))), (2, Some((2, 9))));
    // Meanwhile: an edit of a record already sent, and a new record.
    let item = asha.edit(leads[0], name("Changed meanwhile"));
    asha.push_one(&item);
    leads.push(asha.created("+919820014799"));
    while !tablet.batch(2).up_to_date {}
    assert_eq!(tablet.docs.keys().copied().collect::<Vec<_>>(), leads);
    assert_eq!(tablet.record(leads[0]).name.value.as_deref(), Some("Changed meanwhile"));
    for lead in leads {
        assert_eq!(tablet.docs[&lead].heads(), stored(&world, lead).heads());
    }
}

#[test]
fn changes_of_one_record_come_together_and_once() {
    let world = World::memory();
    let (mut asha, mut meera) = (world.device("asha"), world.device("meera"));
    let lead = asha.created("+919820014786");
    meera.pull();
    let items: Vec<_> = (0..3).map(|i| asha.edit(lead, note(&format!("{i}")))).collect();
    asha.push(&items);
    let entries = meera.pull();
    let [Entry::Changes { changes, summary, .. }] = &entries[..] else { panic!("{entries:?}") };
    assert_eq!((changes.len(), summary.as_ref().and_then(|row| row.owner)), (3, Some(asha.user())));
    assert!(meera.pull().is_empty());
}

#[test]
fn a_change_of_owner_arrives_as_snapshot_here_and_evict_there() {
    let world = World::memory();
    let (mut asha, mut arjun, mut meera, mut ravi) =
        (world.device("asha"), world.device("arjun"), world.device("meera"), world.device("ravi"));
    let lead = asha.created("+919820014786");
    for device in [&mut asha, &mut arjun, &mut meera, &mut ravi] {
        device.pull();
    }
    let set = SetOwner { expected_owner: Some(asha.user()), owner: Some(arjun.user()) };
    world.core.set_owner(&world.device("ananya").who, lead, set).expect("assigned");
    assert!(evicted(&asha.pull(), lead));
    assert!(evicted(&ravi.pull(), lead), "the lead left Pune");
    let entries = arjun.pull();
    assert_eq!(snapshots(&entries).iter().map(|s| s.summary.as_ref().expect("a lead").owner).collect::<Vec<_>>(), [Some(arjun.user())]);
    let entries = meera.pull();
    let [Entry::Row(Row::Owner(row)), Entry::Row(Row::Assignment(line))] = &entries[..] else { panic!("{entries:?}") };
    assert_eq!((row.owner, line.from, line.to), (Some(arjun.user()), Some(asha.user()), Some(arjun.user())));
    // Who lost sight of it can't ask for it, either.
    assert_eq!(world.core.snapshot(&asha.who, lead).expect_err("out of sight").problem().status, 404);
}

#[test]
fn assignment_compares_before_it_sets() {
    let world = World::memory();
    let ananya = world.device("ananya");
    let lead = world.device("asha").created("+919820014786");
    let set = |expected, owner| world.core.set_owner(&ananya.who, lead, SetOwner { expected_owner: expected, owner });
    let (asha, arjun) = (world.user("asha"), world.user("arjun"));
    set(Some(asha), Some(arjun)).expect("the first is in time");
    assert_eq!(set(Some(asha), None).expect_err("late").problem().code, "owner_changed");
    let by_agent = world.core.set_owner(&world.device("arjun").who, lead, SetOwner { expected_owner: Some(arjun), owner: Some(asha) });
    assert_eq!(by_agent.expect_err("not theirs to give").problem().status, 403);
    let unseen = world.core.set_owner(&world.device("asha").who, lead, SetOwner { expected_owner: Some(arjun), owner: Some(asha) });
    assert_eq!(unseen.expect_err("out of sight").problem().status, 404);
}

#[test]
fn a_lead_that_came_and_went_while_away_leaves_nothing() {
    let world = World::memory();
    let (mut asha, mut arjun, ananya) = (world.device("asha"), world.device("arjun"), world.device("ananya"));
    let lead = asha.created("+919820014786");
    asha.pull();
    arjun.pull();
    let set = |from, to| world.core.set_owner(&ananya.who, lead, SetOwner { expected_owner: Some(from), owner: Some(to) }).map(drop);
    set(asha.user(), arjun.user()).expect("there");
    set(arjun.user(), asha.user()).expect("and back");
    arjun.pull();
    assert!(arjun.docs.is_empty());
    asha.pull();
    assert_eq!(asha.docs[&lead].heads(), stored(&world, lead).heads());
}

#[test]
fn a_converted_lead_enters_the_sight_of_recovery() {
    let world = World::memory();
    let (mut asha, mut deepak) = (world.device("asha"), world.device("deepak"));
    let lead = asha.created("+919820014786");
    deepak.pull();
    let moves = [(Status::New, Status::Interested), (Status::Interested, Status::Qualified), (Status::Qualified, Status::Converted)];
    let items: Vec<_> = moves.into_iter().map(|(from, to)| asha.edit(lead, status(from, to))).collect();
    asha.push(&items[..2]);
    assert!(deepak.pull().is_empty());
    asha.push(&items[2..]);
    assert_eq!(snapshots(&deepak.pull()).len(), 1);
    assert_eq!(deepak.docs[&lead].heads(), stored(&world, lead).heads());
}

#[test]
fn who_may_not_see_phones_gets_masked_rows_and_no_documents() {
    let world = World::memory();
    let mut asha = world.device("asha");
    let lead = asha.created("+919820014786");
    let mut karthik = world.device("karthik");
    // Who changed it and when is told, what it was is not.
    let author = asha.user();
    let check = |entries: &[Entry], changes: usize| {
        let found = snapshots(entries);
        assert!(!found.is_empty() && found.iter().all(|s| s.is_withheld() && s.summary.as_ref().expect("a lead").phone == "982•••••••"));
        assert!(found.iter().all(|s| s.metas.len() == changes && s.metas.iter().all(|meta| meta.author == author)));
    };
    check(&karthik.pull(), 1);
    let item = asha.edit(lead, name("X"));
    asha.push_one(&item);
    check(&karthik.pull(), 2);
    let item = asha.edit(lead, Command::LogCall { at: 1_700_000_000_000, outcome: "Talked".into() });
    asha.push_one(&item);
    world.core.set_owner(&world.device("ananya").who, lead, SetOwner { expected_owner: Some(author), owner: None }).expect("taken back");
    let entries = karthik.pull();
    for snapshot in snapshots(&entries) {
        let row = snapshot.summary.as_ref().expect("a lead");
        assert_eq!((row.assigned_at, row.converted_at, row.dropped_at, row.called.len()), (None, None, None, 0));
    }
    let owner = entries.iter().find_map(|entry| if let Entry::Row(Row::Owner(row)) = entry { Some(row) } else { None });
    assert_eq!(owner.expect("whose it is now").assigned_at, None);
}

#[test]
fn a_cursor_of_another_server_or_of_nothing_starts_over() {
    let (here, there) = (World::memory(), World::memory());
    let (mut asha, mut other) = (here.device("asha"), there.device("asha"));
    asha.created("+919820014786");
    other.created("+919820014786");
    other.pull();
    asha.pull();
    // A cursor that nobody sealed, and one whose seal is another's.
    let ahead = Cursor { epoch: 1, seq: 1 << 40, chain: vec![0; 32], backfill: None, took_away: false }.pack();
    let encode = |bytes: &[u8]| base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, bytes);
    let (ahead, mut altered) = (encode(&ahead), asha.cursor.clone().expect("one").into_bytes());
    let last = altered.len() - 1;
    altered[last] = if altered[last] == b'A' { b'B' } else { b'A' };
    let altered = String::from_utf8(altered).expect("base64");
    for cursor in [other.cursor.clone().expect("one"), "garbage!".into(), String::new(), ahead, altered] {
        let batch = here.core.pull(&asha.who, Some(&cursor), 500).expect("a batch");
        assert!(matches!(batch.entries[0], Entry::Epoch { .. }), "{cursor}");
    }
}

#[test]
fn a_restored_server_begins_an_epoch_and_takes_back_what_it_lost() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.db");
    let world = World::on(sync_server::Store::sqlite(&path).expect("a database"));
    let (mut asha, mut meera) = (world.device("asha"), world.device("meera"));
    let lead = asha.created("+919820014786");
    world.core.store().backup(&folder.path().join("b.db")).expect("a backup");
    let lost = asha.edit(lead, name("Lost"));
    asha.push_one(&lost);
    meera.pull();
    let on_top = meera.edit(lead, note("on top of it"));
    meera.push_one(&on_top);

    let store = sync_server::Store::sqlite(&folder.path().join("b.db")).expect("the backup opens");
    files::begin_epoch(&store, world.core.env()).expect("an epoch");
    let core = sync_server::Core::open(store, world.core.env().clone()).expect("a server");
    let restored = World { core, clock: std::sync::Arc::clone(&world.clock) };
    let who = restored.core.session_for(meera.user(), meera.who.device()).expect("meera again");
    let mut meera = Device { world: &restored, who, actor: meera.actor, docs: meera.docs.clone(), cursor: meera.cursor.clone() };
    let batch = restored.core.pull(&meera.who, meera.cursor.as_deref(), 500).expect("a batch");
    assert!(matches!(batch.entries[0], Entry::Epoch { epoch } if epoch > 1));
    use protocol::push::Outcome;
    assert_eq!(meera.push_one(&on_top), Outcome::Need { hashes: vec![lost.hash] });
    // Meera brings what Asha wrote, too.
    let outcomes = meera.push(&[lost, on_top]);
    assert!(outcomes.iter().all(|o| matches!(o, Outcome::Applied { .. })), "{outcomes:?}");
    meera.cursor = None;
    let heads = meera.docs[&lead].heads();
    meera.pull();
    assert_eq!(meera.docs[&lead].heads(), heads);
}

#[test]
fn a_commit_pokes_those_it_concerns_only() {
    let world = World::memory();
    let (mut asha, arjun, meera) = (world.device("asha"), world.device("arjun"), world.device("meera"));
    let join = |device: &Device<'_>| world.core.hub().join(device.user(), sync_server::sight::Sight::of(device.who.actor()));
    let (mut to_asha, mut to_arjun, mut to_meera) = (join(&asha), join(&arjun), join(&meera));
    let lead = asha.created("+919820014786");
    // The poke follows the answer.
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(5);
    while *to_meera.behind.borrow() == 0 && std::time::Instant::now() < deadline {
        std::thread::yield_now();
    }
    assert_eq!(*to_meera.behind.borrow_and_update(), world.head());
    assert_eq!(*to_asha.behind.borrow_and_update(), world.head());
    assert_eq!(*to_arjun.behind.borrow_and_update(), 0);
    let now = std::time::Instant::now();
    let seen = |device: &Device<'_>| world.core.seen(&device.who, lead).expect("read").map(|standing| (lead, standing));
    world.core.hub().view(&to_meera, seen(&meera), false, now);
    world.core.hub().view(&to_asha, seen(&asha), false, now);
    assert_eq!(last(&mut to_meera), Some(Poke::Presence { lead, users: vec![asha.user()], hold: None }));
    assert!(to_arjun.presence.try_recv().is_err());
    assert!(seen(&arjun).is_none(), "it is not his to see");
}

fn last(socket: &mut sync_server::live::Socket) -> Option<Poke> {
    std::iter::from_fn(|| socket.presence.try_recv().ok()).last()
}

#[test]
fn who_asks_first_holds_a_lead_until_they_leave_or_fall_silent() {
    let world = World::memory();
    let (mut asha, arjun, meera) = (world.device("asha"), world.device("arjun"), world.device("meera"));
    let hub = world.core.hub();
    let join = |device: &Device<'_>| hub.join(device.user(), sync_server::sight::Sight::of(device.who.actor()));
    let (mut to_asha, mut to_arjun, mut to_meera) = (join(&asha), join(&arjun), join(&meera));
    let lead = asha.created("+919820014786");
    let seen = |device: &Device<'_>| world.core.seen(&device.who, lead).expect("read").map(|standing| (lead, standing));
    let (start, second) = (std::time::Instant::now(), std::time::Duration::from_secs(1));
    let hold = |device: &Device<'_>, here| Some(Hold { user: device.user(), here });
    let of = |users: &[&Device<'_>], hold| Some(Poke::Presence { lead, users: users.iter().map(|device| device.user()).collect(), hold });

    hub.view(&to_asha, seen(&asha), true, start);
    assert_eq!(last(&mut to_asha), of(&[], hold(&asha, true)), "who asks is told");
    assert_eq!(last(&mut to_meera), of(&[&asha], hold(&asha, false)), "so is whoever may see the lead");
    assert_eq!(last(&mut to_arjun), None, "and nobody else");
    hub.view(&to_meera, seen(&meera), true, start + second);
    assert_eq!(last(&mut to_meera), None, "the second does not get it");
    assert_eq!(last(&mut to_asha), of(&[&meera], hold(&asha, true)));

    // Whoever comes later hears of it at once; asking again renews it.
    let mut late = join(&meera);
    assert_eq!(last(&mut late), of(&[&asha], hold(&asha, false)));
    hub.view(&to_asha, seen(&asha), true, start + second * 100);
    hub.expire(start + second * 130);
    hub.view(&to_meera, seen(&meera), true, start + second * 130);
    assert_eq!(last(&mut to_meera), None, "renewed");
    // Silence ends it, and then the next who asks has it.
    hub.expire(start + second * 221);
    assert_eq!(last(&mut to_meera), of(&[&asha], None));
    hub.view(&to_meera, seen(&meera), true, start + second * 222);
    assert_eq!(last(&mut to_meera), of(&[&asha], hold(&meera, true)));
    assert_eq!(last(&mut to_asha), of(&[&meera], hold(&meera, false)));

    // So does leaving: the lead, or the line.
    hub.view(&to_meera, None, false, start + second * 223);
    assert_eq!(last(&mut to_asha), of(&[], None));
    hub.view(&to_asha, seen(&asha), true, start + second * 224);
    assert_eq!(last(&mut late), of(&[&asha], hold(&asha, false)));
    hub.leave(&to_asha);
    assert_eq!(last(&mut late), of(&[], None));
}
