//! Random commands on several clients with partitions, lost answers, duplicated and late
//! deliveries, restarts, changes of owner, role and team, deletions and hand-over proposals: at the end everybody who may see a record holds the
//! same one, no acknowledged command is missing, none was applied twice.

use bridge::attention::AttentionKind;
use client::store::{attention, documents, leads, outbox};
use domain::{CommandId, DocId, LeadId};
use protocol::rows::LeadSummary;
use rand::Rng;
use records::Doc;
use std::collections::{HashMap, HashSet};
use tests::world::World;

/// Seeds in each of the four tests, which run in parallel.
const SEEDS: u64 = 250;

#[test]
fn a_thousand_companies_converge_part_1() {
    converge(0);
}

#[test]
fn a_thousand_companies_converge_part_2() {
    converge(1);
}

#[test]
fn a_thousand_companies_converge_part_3() {
    converge(2);
}

#[test]
fn a_thousand_companies_converge_part_4() {
    converge(3);
}

/// One seed named by `LEADLINE_SEED` replays alone.
fn converge(part: u64) {
    let mut happened = [0; EVENTS.len()];
    let only: Option<u64> = std::env::var("LEADLINE_SEED").ok().and_then(|s| s.parse().ok());
    for seed in (part * SEEDS..(part + 1) * SEEDS).filter(|s| only.is_none_or(|o| o == *s)) {
        match std::panic::catch_unwind(|| one_company(seed)) {
            Ok(world) => happened.iter_mut().zip(EVENTS).for_each(|(count, (_, sql))| *count += rows(&world, sql)),
            Err(panic) => {
                eprintln!("the company of seed {seed} did not converge: LEADLINE_SEED={seed} replays it");
                std::panic::resume_unwind(panic);
            }
        }
    }
    for (count, (what, _)) in happened.into_iter().zip(EVENTS) {
        eprintln!("{what}: {count}");
        assert!(count > 0 || only.is_some(), "no company saw this: {what}");
    }
}

/// What must have happened somewhere, or the companies prove nothing about it.
const EVENTS: [(&str, &str); 7] = [
    ("proposals open", "SELECT count(*) FROM proposals WHERE org_id = $1 AND state = 'open'"),
    ("proposals taken", "SELECT count(*) FROM proposals WHERE org_id = $1 AND state = 'taken'"),
    ("proposals dropped", "SELECT count(*) FROM proposals WHERE org_id = $1 AND state = 'dropped'"),
    ("changes of role or team", "SELECT count(*) - count(DISTINCT user_id) FROM user_roles WHERE org_id = $1"),
    ("deleted leads", "SELECT count(*) FROM leads WHERE org_id = $1 AND deleted = 1"),
    ("changes of owner, team or status that move a lead", "SELECT count(*) FROM log WHERE org_id = $1 AND entry = 'move'"),
    ("refused or re-executed edits", "SELECT count(*) FROM outcomes WHERE org_id = $1 AND maps_to IS NOT NULL"),
];

fn rows(world: &World, sql: &str) -> u64 {
    let org = world.core.org().id;
    let mut row = world.core.store().read(|tx| tx.query(sql, &[org.into()])).expect("readable");
    row.remove(0).count(0).expect("a number")
}

fn one_company(seed: u64) -> World {
    let mut world = World::new(seed, 2 + (seed % 3) as usize);
    world.unleash();
    for _ in 0..world.rng.random_range(20..70) {
        world.step();
    }
    world.quiesce();
    let fates = commands_in_documents(&world);
    let aside = commands_put_aside(&world);
    for who in 0..world.people.len() {
        everyone_holds_what_the_server_holds(&world, who);
        nothing_acknowledged_is_lost(&world, who, &fates, &aside);
    }
    let proof = sync_server::audit::verify(world.core.store(), &[], true).expect("readable");
    assert_eq!(proof.faults, [""; 0], "the log, and every document and row, as the log makes them");
    world
}

/// How often each command stands in the server's documents.
fn commands_in_documents(world: &World) -> HashMap<CommandId, u32> {
    let mut fates = HashMap::new();
    for lead in &world.leads {
        let Some(snapshot) = world.server(*lead) else { continue };
        let doc = Doc::load(&snapshot.blob).expect("the server's document loads");
        for entry in records::history(&doc) {
            *fates.entry(entry.envelope.expect("every change carries its command").id).or_insert(0) += 1;
        }
    }
    fates
}

/// Commands that wait as proposals, or were dropped as such, or lie in quarantine.
fn commands_put_aside(world: &World) -> HashSet<CommandId> {
    let org = world.core.org().id;
    let ids = |sql: &str| {
        let rows = world.core.store().read(|tx| tx.query(sql, &[org.into()])).expect("readable");
        rows.into_iter().map(|mut row| row.id::<CommandId>(0).expect("an id")).collect::<Vec<_>>()
    };
    let mut aside = ids("SELECT command_id FROM proposals WHERE org_id = $1 AND state <> 'taken'");
    aside.extend(ids("SELECT command_id FROM quarantine WHERE org_id = $1"));
    aside.into_iter().collect()
}

fn everyone_holds_what_the_server_holds(world: &World, who: usize) {
    let engine = world.people[who].engine();
    let here = engine.store().read(documents::all).expect("readable");
    let mut seen = HashSet::new();
    for lead in world.leads.iter().copied().filter(|l| world.sees(who, *l)) {
        seen.insert(DocId::lead(lead));
        let server = world.server(lead).expect("a visible lead is there");
        let ground = Doc::load(&server.blob).expect("it loads");
        let (record, stored) = engine.record(lead).unwrap_or_else(|e| panic!("person {who} lacks {lead}: {e}"));
        assert_eq!(stored.doc.heads(), ground.heads(), "heads of {lead} at person {who}");
        assert!(stored.confirmed.is_none(), "{lead} at person {who} has nothing pending");
        assert_eq!(record, records::lead::read(&ground, lead).expect("a lead"), "{lead} at person {who}");
        let row = engine.store().read(|c| leads::get(c, lead)).expect("readable").expect("a row");
        let rebuilt = LeadSummary::of(&record, server.summary.owner, server.summary.team, server.summary.updated_at);
        assert_eq!(row.summary, rebuilt, "row of {lead} at person {who}");
        assert_eq!(row.summary, server.summary, "the server's row of {lead}");
        assert_eq!(row.pending, 0);
    }
    let held: HashSet<DocId> = here.into_iter().collect();
    assert_eq!(held, seen, "person {who} holds exactly what they may see");
}

fn nothing_acknowledged_is_lost(world: &World, who: usize, fates: &HashMap<CommandId, u32>, aside: &HashSet<CommandId>) {
    let person = &world.people[who];
    let store = person.engine().store();
    assert_eq!(store.read(outbox::size).expect("readable").0, 0, "the outbox of person {who} is empty");
    let waiting = store.read(attention::waiting).expect("readable").into_iter();
    let refused: HashSet<CommandId> = waiting.filter(|r| r.kind == AttentionKind::Refused).map(|r| r.envelope.id).collect();
    for (lead, command) in &person.acknowledged {
        let applied = fates.get(command).copied().unwrap_or(0);
        let (shown, kept) = (u32::from(refused.contains(command)), u32::from(aside.contains(command)));
        assert_eq!(
            applied + shown + kept,
            1,
            "command {command} on {lead} of person {who}: applied {applied} times, shown as refused {shown} times, put aside {kept} times"
        );
    }
    let known: HashSet<LeadId> = world.leads.iter().copied().collect();
    assert_eq!(known.len(), world.leads.len());
}
