//! Random commands on several clients with partitions, lost answers, duplicated and late
//! deliveries, restarts and changes of owner: at the end everybody who may see a record holds the
//! same one, no acknowledged command is missing, none was applied twice.

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
    let only: Option<u64> = std::env::var("LEADLINE_SEED").ok().and_then(|s| s.parse().ok());
    for seed in (part * SEEDS..(part + 1) * SEEDS).filter(|s| only.is_none_or(|o| o == *s)) {
        let run = std::panic::catch_unwind(|| one_company(seed));
        if let Err(panic) = run {
            eprintln!("the company of seed {seed} did not converge: LEADLINE_SEED={seed} replays it");
            std::panic::resume_unwind(panic);
        }
    }
}

fn one_company(seed: u64) {
    let mut world = World::new(seed, 2 + (seed % 3) as usize);
    world.unleash();
    for _ in 0..world.rng.random_range(20..70) {
        world.step();
    }
    world.quiesce();
    let fates = commands_in_documents(&world);
    for who in 0..world.people.len() {
        everyone_holds_what_the_server_holds(&world, who);
        nothing_acknowledged_is_lost(&world, who, &fates);
    }
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

fn nothing_acknowledged_is_lost(world: &World, who: usize, fates: &HashMap<CommandId, u32>) {
    let person = &world.people[who];
    let store = person.engine().store();
    assert_eq!(store.read(outbox::size).expect("readable").0, 0, "the outbox of person {who} is empty");
    let refused: HashSet<CommandId> = store.read(attention::waiting).expect("readable").into_iter().map(|r| r.envelope.id).collect();
    for (lead, command) in &person.acknowledged {
        let applied = fates.get(command).copied().unwrap_or(0);
        let shown = u32::from(refused.contains(command));
        assert_eq!(
            applied + shown,
            1,
            "command {command} on {lead} of person {who}: applied {applied} times, shown as refused {shown} times"
        );
    }
    let known: HashSet<LeadId> = world.leads.iter().copied().collect();
    assert_eq!(known.len(), world.leads.len());
}
