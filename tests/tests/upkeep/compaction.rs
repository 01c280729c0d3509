//! A real device that was away for longer than the server's log tells of, over HTTP, at a server that is
//! compacted beside it.

use anyhow::{Context as _, Result, ensure};
use bridge::lead::{LeadAssign, LeadGet, LeadOwners};
use client::store::{documents, leads, meta, outbox};
use domain::command::NewLead;
use domain::{Command, CommandId, DocId, LeadField, LeadId};
use protocol::rows::LeadSummary;
use records::ChangeHash;
use std::collections::BTreeMap;
use std::path::Path;
use tests::device::Device;
use tests::processes::{Server, Terminal};

const ASHA: &str = "asha@nakshatra.example";
const MEERA: &str = "meera@nakshatra.example";

/// What a device holds: heads and row of each lead.
fn held(device: &Device) -> Result<BTreeMap<LeadId, (Vec<ChangeHash>, LeadSummary)>> {
    let store = device.engine.store();
    let all = store.read(documents::all)?;
    let one = |lead: LeadId| {
        let row = store.read(|c| leads::get(c, lead))?.context("a row")?;
        Ok((lead, (device.engine.record(lead)?.1.doc.heads(), row.summary)))
    };
    all.into_iter().filter_map(DocId::as_lead).map(one).collect()
}

fn backfills(device: &Device) -> Result<i64> {
    let state = device.engine.store().read(|c| meta::get::<serde_json::Value>(c, meta::BACKFILL))?;
    state.context("a back-fill")?["number"].as_i64().context("its number")
}

fn note(text: &str) -> Command {
    Command::AddNote { text: text.into() }
}

fn new_lead(name: &str, phone: &str) -> NewLead {
    NewLead { name: name.into(), phone: phone.into(), ..NewLead::default() }
}

/// Somebody in the office gives a lead to another salesperson.
fn give_away(profile: &Path, server: &Server, lead: LeadId) -> Result<()> {
    let desk = Terminal::sign_in(profile, server, MEERA)?.borrow(true)?;
    desk.sync_once()?;
    let expected = desk.ask(LeadGet { lead })?.owner.map(|owner| owner.0);
    let to = desk.ask(LeadOwners { lead })?.into_iter().map(|choice| choice.user).find(|user| Some(*user) != expected);
    desk.ask(LeadAssign { lead, expected, owner: Some(to.context("somebody else")?) })?;
    Ok(())
}

#[test]
fn a_device_that_was_away_begins_anew_and_loses_nothing_it_typed() -> Result<()> {
    let folder = tests::folder::folder();
    let server = Server::demo(&folder.path().join("server"), 60)?;
    let asha = Device::sign_in(&folder.path().join("asha"), &server, ASHA)?;
    let meera = Device::sign_in(&folder.path().join("meera"), &server, MEERA)?;
    let staying = asha.engine.create_lead(new_lead("Stays Hers", "+919820014701"))?;
    let leaving = asha.engine.create_lead(new_lead("Given Away", "+919820014702"))?;
    asha.sync()?;
    meera.sync()?;
    let before = held(&asha)?;
    ensure!(before.contains_key(&staying) && before.contains_key(&leaving) && backfills(&asha)? == 1);

    // She is away; others go on, and a lead of hers goes to somebody else.
    let mut typed: Vec<(LeadId, CommandId)> = Vec::new();
    let mut type_in = |lead: LeadId, command: Command| -> Result<()> {
        typed.push((lead, asha.engine.execute(lead, command)?));
        Ok(())
    };
    type_in(staying, note("typed before the others went on"))?;
    type_in(leaving, note("typed on one that leaves"))?;
    for i in 0..30 {
        meera.engine.execute(staying, note(&format!("while she was away {i}")))?;
    }
    meera.engine.execute(staying, Command::SetField { field: LeadField::Name, value: Some("Stays, Renamed".into()) })?;
    meera.sync()?;
    give_away(&folder.path().join("office"), &server, leaving)?;
    let said = server.ask(&["compact", "--keep-days", "0"])?;
    ensure!(said.contains("entries older than 0 days gave up") && said.contains("database "), "{said}");
    type_in(staying, Command::SetField { field: LeadField::Name, value: Some("Stays, Hers".into()) })?;
    let created = asha.engine.create_lead(new_lead("Typed Offline", "+919820014703"))?;
    typed.push((created, CommandId(created.0)));
    ensure!(server.ask(&["audit", "verify", "--deep"])?.contains("The log is whole"));

    asha.sync()?;
    assert_eq!(backfills(&asha)?, 2, "her cursor was older than the horizon");
    assert_eq!(asha.engine.store().read(outbox::size)?.0, 0);
    let refused = asha.engine.store().read(client::store::attention::waiting)?;
    ensure!(refused.is_empty(), "{refused:?}");
    let after = held(&asha)?;
    ensure!(!after.contains_key(&leaving) && after.contains_key(&created) && after.len() == before.len());
    meera.sync()?;
    for (lead, command) in &typed {
        let history = records::history(&meera.engine.record(*lead)?.1.doc);
        let times = history.iter().filter(|entry| entry.envelope.as_ref().is_some_and(|e| e.id == *command)).count();
        assert_eq!(times, 1, "{command} of {lead}");
    }
    assert_eq!(meera.engine.record(staying)?.0.name.others.len(), 1, "two names, one kept as a conflict");

    let fresh = Device::sign_in(&folder.path().join("fresh"), &server, ASHA)?;
    fresh.sync()?;
    assert_eq!(held(&fresh)?, after, "the same as on a new computer");
    asha.sync()?;
    assert_eq!((backfills(&asha)?, held(&asha)?), (2, after), "once");
    Ok(())
}
