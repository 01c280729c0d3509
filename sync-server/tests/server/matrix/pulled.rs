//! What is pulled: by a device that begins, and by one that follows.

use super::routes::{Ids, cells};
use super::{Made, PLACES, Place, Table, Who, company, compare, doc, everybody, lead_for};
use crate::support::{Device, note};
use domain::{CommandId, LeadId, Role, Status};
use protocol::pull::{Entry, Snapshot};
use protocol::push::Outcome;
use protocol::rows::Row;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use sync_server::sight::Sight;
use sync_server::store::leads;

/// What a pull says of one lead.
#[derive(Default)]
struct Told<'a> {
    whole: Vec<&'a Snapshot>,
    changes: usize,
    rows: usize,
    evicted: bool,
}

fn told(entries: &[Entry], lead: LeadId) -> Told<'_> {
    let mut told = Told::default();
    for entry in entries {
        match entry {
            Entry::Snapshot(snapshot) if snapshot.doc == doc(lead) => told.whole.push(snapshot),
            Entry::Changes { doc: of, changes, .. } if *of == doc(lead) => told.changes += changes.len(),
            Entry::Evict { doc: of } if *of == doc(lead) => told.evicted = true,
            Entry::Row(Row::Owner(owner)) if owner.lead == lead => told.rows += 1,
            Entry::Row(Row::Proposal(proposal)) if proposal.doc == doc(lead) => told.rows += 1,
            Entry::Snapshot(_) | Entry::Changes { .. } | Entry::Evict { .. } | Entry::Row(_) => {}
            Entry::Epoch { .. } | Entry::Resync | Entry::BackfillEnd => {}
        }
    }
    told
}

/// How much of a lead the table shows: rows 7, 8, 30 and 33.
fn shown(table: &Table, who: Who, place: Place) -> &'static str {
    match (table.sees(who, place), table.has("SeePhone", who.role)) {
        (false, _) => "nothing",
        (true, false) => "masked",
        (true, true) => "whole",
    }
}

fn check_whole(table: &Table, who: Who, place: Place, entries: &[Entry], lead: LeadId, phone: &str) {
    let told = told(entries, lead);
    let want = shown(table, who, place);
    let at = format!("{who:?} {place:?}");
    assert_eq!(told.whole.is_empty(), want == "nothing", "{at}");
    if want == "nothing" {
        assert_eq!((told.changes, told.rows), (0, 0), "{at}");
    }
    for snapshot in told.whole {
        assert_eq!(snapshot.is_withheld(), want == "masked", "{at}");
        let row = snapshot.summary.as_ref().expect("a lead's row");
        assert_eq!(row.phone == phone, want == "whole", "{at}: {}", row.phone);
        assert_eq!(row.deleted, place == Place::Deleted, "{at}");
        assert_eq!(!snapshot.metas.is_empty(), table.has("ViewTimeline", who.role), "{at}");
    }
}

/// No number of a lead out of sight, or masked, stands anywhere in what was sent.
fn check_numbers(table: &Table, who: Who, cells: &[(Place, LeadId, String)], entries: &[Entry]) {
    let sent = format!("{entries:?}");
    for (place, _, phone) in cells {
        let is_there = sent.contains(phone.as_str());
        assert!(!is_there || shown(table, who, *place) == "whole", "{who:?} {place:?}: {phone}");
    }
}

/// The same people, asked three ways: by the table's words, by `sees`, and by the query's condition.
fn check_condition(boss: &Device<'_>, follower: &Device<'_>, all: &[LeadId]) {
    let core = &boss.world.core;
    let sight = Sight::of(follower.who.actor());
    let by_query: BTreeSet<LeadId> = core
        .store()
        .read(|tx| leads::page(tx, core.org().id, &sight, None, 10_000, usize::MAX))
        .expect("a page")
        .into_iter()
        .map(|held| held.id)
        .collect();
    let counted = core.store().read(|tx| leads::count(tx, core.org().id, &sight)).expect("a count");
    assert_eq!(counted as usize, by_query.len());
    for lead in all {
        let row = core.store().read(|tx| leads::get(tx, core.org().id, *lead)).expect("readable").expect("there");
        assert_eq!(by_query.contains(lead), sight.sees(&row.standing), "{:?} {:?}", follower.who.actor(), row.standing);
    }
}

#[test]
fn pulled_entries_are_those_that_the_table_shows() {
    let table = Table::read();
    let world = company();
    let mut boss = world.device("ananya");
    let mut followers: Vec<(Who, Device<'_>)> = everybody().into_iter().map(|who| (who, world.device(&who.name()))).collect();
    followers.iter_mut().for_each(|(_, follower)| drop(follower.pull()));
    let mut cells: Vec<(Who, Place, LeadId, String)> = Vec::new();
    for who in everybody() {
        for place in PLACES {
            let Made { lead, .. } = lead_for(&world, &mut boss, who, place, Status::New);
            let phone = boss.record(lead).phone.value.expect("a phone");
            cells.push((who, place, lead, phone));
        }
    }
    let all: Vec<LeadId> = cells.iter().map(|(_, _, lead, _)| *lead).collect();
    let mut golden = String::new();
    for (who, follower) in &mut followers {
        let mine: Vec<_> =
            cells.iter().filter(|(of, ..)| of == who).map(|(_, place, lead, phone)| (*place, *lead, phone.clone())).collect();
        for entries in [world.device(&who.name()).pull(), follower.pull()] {
            mine.iter().for_each(|(place, lead, phone)| check_whole(&table, *who, *place, &entries, *lead, phone));
            check_numbers(&table, *who, &mine, &entries);
        }
        check_condition(&boss, follower, &all);
        let line: Vec<&str> = mine.iter().map(|(place, ..)| shown(&table, *who, *place)).collect();
        let _ = writeln!(golden, "{}: {}", who.name(), line.join(" "));
    }
    // An edit of each that is there to be edited.
    for (_, place, lead, _) in &cells {
        let item = boss.edit(*lead, note("Prefers evenings"));
        let applied = matches!(boss.push_one(&item), Outcome::Applied { .. });
        assert_eq!(applied, *place != Place::Deleted);
    }
    for (who, follower) in &mut followers {
        let entries = follower.pull();
        for (_, place, lead, _) in cells.iter().filter(|(of, place, ..)| of == who && *place != Place::Deleted) {
            let told = told(&entries, *lead);
            let (changes, whole) = (told.changes, told.whole.len());
            let want = match shown(&table, *who, *place) {
                "whole" => (1, 0),
                "masked" => (0, 1),
                _ => (0, 0),
            };
            assert_eq!((changes, whole, told.evicted), (want.0, want.1, false), "{who:?} {place:?}");
        }
    }
    assert!(Role::ALL.iter().any(|role| !table.has("SeePhone", *role)), "somebody sees masked rows");
    compare("access-pulled.txt", &golden);
}

/// Proposals say what a lead's fields were to become, so they go with the document only.
#[test]
fn proposals_reach_those_who_get_the_document() {
    let table = Table::read();
    let world = company();
    let mut boss = world.device("ananya");
    let mut followers: Vec<(Who, Device<'_>)> = everybody().into_iter().map(|who| (who, world.device(&who.name()))).collect();
    followers.iter_mut().for_each(|(_, follower)| drop(follower.pull()));
    let cells = cells(&world, &mut boss, &|_| Ids::nobodys());
    for (who, follower) in &mut followers {
        for (how, entries) in [("begins", world.device(&who.name()).pull()), ("follows", follower.pull())] {
            for cell in cells.iter().filter(|cell| cell.who == *who) {
                let found = proposed(&entries, cell.ids.lead);
                let want = if shown(&table, *who, cell.place) == "whole" { 2 } else { 0 };
                assert_eq!(found.len(), want, "{who:?} {:?}, a device that {how}", cell.place);
            }
        }
    }
}

/// The open proposals of one lead that were pulled.
fn proposed(entries: &[Entry], lead: LeadId) -> BTreeSet<CommandId> {
    let mut found = BTreeSet::new();
    for entry in entries {
        match entry {
            Entry::Snapshot(snapshot) if snapshot.doc == doc(lead) => found = snapshot.proposals.iter().map(|p| p.id).collect(),
            Entry::Row(Row::Proposal(proposal)) if proposal.doc == doc(lead) => drop(found.insert(proposal.id)),
            _ => {}
        }
    }
    found
}
