//! Random companies whose server is compacted at random instants, down to the last entry: everybody ends
//! with what the server holds, nothing acknowledged is lost or doubled, the log proves as much as before and
//! the audit log reads the same.

use client::store::{documents, outbox};
use domain::people::AuditFilter;
use domain::{CommandId, DocId, LeadId};
use rand::Rng as _;
use records::Doc;
use std::collections::{HashMap, HashSet};
use sync_server::{audit, compact};
use tests::world::World;

const SEEDS: u64 = 80;

#[test]
fn companies_that_are_compacted_at_random_instants_converge() {
    let (mut entries, mut anew) = (0, 0);
    // One seed named by `LEADLINE_SEED` replays alone.
    let only: Option<u64> = std::env::var("LEADLINE_SEED").ok().and_then(|s| s.parse().ok());
    for seed in (0..SEEDS).filter(|s| only.is_none_or(|o| o == *s)) {
        let lived = std::panic::catch_unwind(|| one_company(seed));
        let Ok(lived) = lived else { panic!("LEADLINE_SEED={seed} replays it") };
        entries += lived.entries;
        anew += lived.anew;
    }
    eprintln!("{entries} entries were compacted, {anew} times a copy began anew");
    assert!(only.is_some() || (entries > 1_000 && anew > 300), "{entries} {anew}");
}

/// What happened in a company.
struct Lived {
    entries: u64,
    /// Back-fills beyond everybody's first.
    anew: i64,
}

fn one_company(seed: u64) -> Lived {
    let mut world = World::new(seed, 2 + (seed % 3) as usize);
    world.unleash();
    let mut entries = 0;
    for _ in 0..world.rng.random_range(20..60) {
        world.step();
        if world.rng.random_bool(0.15) {
            entries += compacted(&world);
        }
    }
    entries += compacted(&world);
    world.quiesce();
    for who in 0..world.people.len() {
        holds_what_the_server_holds(&world, who);
    }
    nothing_is_doubled_or_lost(&world);
    assert_eq!(audit::verify(world.core.store(), &[], true).expect("readable").faults, [""; 0]);
    let backfills = |who: &tests::world::Person| {
        let state = who.engine().store().read(|c| client::store::meta::get::<serde_json::Value>(c, client::store::meta::BACKFILL));
        state.expect("readable").map_or(0, |state| state["number"].as_i64().unwrap_or(0))
    };
    Lived { entries, anew: world.people.iter().map(|person| backfills(person) - 1).sum() }
}

/// Compacts everything up to now. What people read of the past stays as it is.
fn compacted(world: &World) -> u64 {
    let before = (audit_log(world), world.leads.iter().map(|lead| metas(world, *lead)).collect::<Vec<_>>());
    let options = compact::Options { keep_days: 0, is_shared: false };
    let report = compact::compact(world.core.store(), world.core.env(), options, &mut |_, _| {}).expect("compacted");
    assert!(report.is_sound(), "{report:?}");
    assert_eq!(before, (audit_log(world), world.leads.iter().map(|lead| metas(world, *lead)).collect()));
    report.entries
}

fn audit_log(world: &World) -> String {
    let admin = world.people[0].transport.who();
    let (mut filter, mut all) = (AuditFilter::default(), Vec::new());
    loop {
        let page = world.core.audit(&admin, &filter).expect("the Admin reads it");
        all.extend(page.lines);
        match page.next {
            Some(next) => filter.before = Some(next),
            None => return serde_json::to_string(&all).expect("plain"),
        }
    }
}

fn metas(world: &World, lead: LeadId) -> String {
    format!("{:?}", world.server(lead).map(|snapshot| (snapshot.metas, snapshot.summary, snapshot.seq)))
}

fn holds_what_the_server_holds(world: &World, who: usize) {
    let engine = world.people[who].engine();
    let mut seen = HashSet::new();
    for lead in world.leads.iter().copied().filter(|lead| world.sees(who, *lead)) {
        seen.insert(DocId::lead(lead));
        let server = world.server(lead).expect("a visible lead is there");
        let ground = Doc::load(&server.blob).expect("it loads");
        let (record, stored) = engine.record(lead).unwrap_or_else(|e| panic!("person {who} lacks {lead}: {e}"));
        assert_eq!(stored.doc.heads(), ground.heads(), "heads of {lead} at person {who}");
        assert_eq!(record, records::lead::read(&ground, lead).expect("a lead"), "{lead} at person {who}");
        let row = engine.store().read(|c| client::store::leads::get(c, lead)).expect("readable").expect("a row");
        assert_eq!((row.summary, row.pending), (server.summary, 0), "row of {lead} at person {who}");
    }
    let here: HashSet<DocId> = engine.store().read(documents::all).expect("readable").into_iter().collect();
    assert_eq!(here, seen, "person {who} holds exactly what they may see");
}

/// Every acknowledged command stands in the documents once, or is shown as refused, or waits aside.
fn nothing_is_doubled_or_lost(world: &World) {
    let org = world.core.org().id;
    let mut fates: HashMap<CommandId, u32> = HashMap::new();
    for lead in &world.leads {
        let Some(snapshot) = world.server(*lead) else { continue };
        for entry in records::history(&Doc::load(&snapshot.blob).expect("it loads")) {
            *fates.entry(entry.envelope.expect("a command").id).or_insert(0) += 1;
        }
    }
    for sql in
        ["SELECT command_id FROM proposals WHERE org_id = $1 AND state <> 'taken'", "SELECT command_id FROM quarantine WHERE org_id = $1"]
    {
        for mut row in world.core.store().read(|tx| tx.query(sql, &[org.into()])).expect("readable") {
            *fates.entry(row.id(0).expect("an id")).or_insert(0) += 1;
        }
    }
    for person in &world.people {
        let store = person.engine().store();
        assert_eq!(store.read(outbox::size).expect("readable").0, 0);
        for refused in store.read(client::store::attention::waiting).expect("readable") {
            if refused.kind == bridge::attention::AttentionKind::Refused {
                *fates.entry(refused.envelope.id).or_insert(0) += 1;
            }
        }
    }
    for (lead, command) in world.people.iter().flat_map(|person| &person.acknowledged) {
        assert_eq!(fates.get(command), Some(&1), "{command} on {lead}");
    }
}
