//! The story in the real window: an agent without a network edits a lead, her app is killed right
//! after the last edit, a manager edits the same lead meanwhile; afterwards both see one truth.

use anyhow::{Context, Result, ensure};
use domain::{Command, LeadField, LeadId, Status};
use fantoccini::key::Key;
use records::TextEdit;
use std::path::Path;
use tests::device::Device;
use tests::processes::{PASSWORD, Server, Terminal};
use tests::visit::{edit_field, fill_in, open_lead, pill, sign_in, unlock};
use tests::window::Window;

const ASHA: &str = "asha@nakshatra.example";

/// A lead of Asha's that the story can be told of: new, with one note of three words.
fn a_lead(device: &Device) -> Result<LeadId> {
    let new = domain::command::NewLead {
        name: "Kavya Story".into(),
        phone: "+919820014700".into(),
        note: Some("Prefers evening batch.".into()),
        ..Default::default()
    };
    let lead = device.engine.create_lead(new)?;
    device.sync()?;
    Ok(lead)
}

fn manager_edits(manager: &Device, lead: LeadId) -> Result<()> {
    let engine = &manager.engine;
    engine.execute(lead, Command::SetField { field: LeadField::Phone, value: Some("+919820014768".into()) })?;
    engine.execute(lead, Command::SetField { field: LeadField::Email, value: Some("kavya@example.com".into()) })?;
    let (record, stored) = engine.record(lead)?;
    let note = record.notes.first().context("the note")?;
    let end = note.text.chars().count();
    let edit = TextEdit { at: end, delete: 0, insert: " Father pays.".into() };
    engine.edit_note(lead, note.id, &stored.doc.heads(), &[edit])?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn offline_edits_survive_a_kill_and_merge_with_the_managers() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut server = Server::demo(&folder.path().join("server"), 60)?;
    // Her lead is made at another desk of hers, and is there when she signs in.
    let lead = {
        let desk = Device::sign_in(&folder.path().join("other-desk"), &server, ASHA)?;
        a_lead(&desk)?
    };
    let manager = Device::sign_in(&folder.path().join("manager"), &server, "meera@nakshatra.example")?;
    manager.sync()?;
    let profile = folder.path().join("asha");
    let window = Window::open(&profile).await?;
    sign_in(&window, &server, ASHA).await?;
    open_lead(&window, &lead.to_string()).await?;

    // The network is gone; both go on.
    server.kill()?;
    edit_field(&window, "phone", "98200 14786").await?;
    // The line that says "not sent" moves what is below it.
    window.find("record-sync").await?;
    window.click("status-select").await?;
    window.click("status-option-in_progress").await?;
    window.css("[data-testid=status-select][data-value=in_progress]").await?;
    window.click("note-text").await?;
    window.press(&format!("{}Call after six. ", Key::Home)).await?;
    window.click("followup-plus-1").await?;
    window.css("[data-testid=followup-entry][data-state=open]").await?;
    window.find("record-sync").await?;
    let held = eventually_pending(&profile, lead, 4)?;
    window.kill_app()?;
    drop(window);
    manager_edits(&manager, lead)?;
    ensure!(held >= 4, "four edits wait in the outbox");

    // The network is back. The manager is first.
    server.restart()?;
    manager.sync()?;
    let window = Window::open(&profile).await?;
    unlock(&window).await?;
    pill(&window, "synced").await?;
    open_lead(&window, &lead.to_string()).await?;
    window.shows("conflict-phone", "98200 14786").await?;
    window.shows("conflict-phone", "98200 14768").await?;
    window.shows("lead-drawer", "kavya@example.com").await?;
    window.css("[data-testid=status-select][data-value=in_progress]").await?;
    let text = window.client.execute("return document.querySelector('[data-testid=note-text]').value", vec![]).await?;
    assert_eq!(text, "Call after six. Prefers evening batch. Father pays.");
    window.shows("timeline", "Meera Nair").await?;
    window.shows("timeline", "You").await?;

    manager.sync()?;
    let (record, stored) = manager.engine.record(lead)?;
    assert_eq!(record.status, Status::InProgress);
    assert_eq!(record.phone.others.len(), 1, "the manager sees the conflict, too");
    assert_eq!(record.notes[0].text, "Call after six. Prefers evening batch. Father pays.");
    assert_eq!(record.follow_ups.len(), 1);
    let authors: std::collections::HashSet<_> =
        records::history(&stored.doc).into_iter().filter_map(|e| Some(e.envelope?.author)).collect();
    assert_eq!(authors.len(), 2, "both are on the timeline");

    // She picks; the manager's screen follows.
    window.click("keep-1").await?;
    window.gone("[data-testid=conflict-phone]").await?;
    pill(&window, "synced").await?;
    manager.sync()?;
    assert!(manager.engine.record(lead)?.0.phone.others.is_empty());
    window.close().await
}

/// Reads the profile beside the open window until this many edits wait.
fn eventually_pending(profile: &Path, lead: LeadId, wanted: u32) -> Result<u32> {
    let mut pending = 0;
    tests::processes::eventually("the edits are in the outbox", || {
        let desk = Terminal { profile: profile.to_owned() }.borrow(false)?;
        pending = desk.engine().store().read(|c| client::store::outbox::count_of(c, domain::DocId::lead(lead)))?;
        Ok(pending >= wanted)
    })?;
    Ok(pending)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_pulled_in_the_background_appears_without_moving_the_reader() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::demo(&folder.path().join("server"), 400)?;
    let manager = Device::sign_in(&folder.path().join("manager"), &server, "vikram@nakshatra.example")?;
    manager.sync()?;
    let window = Window::open(&folder.path().join("asha")).await?;
    sign_in(&window, &server, ASHA).await?;
    let first = window.css("[data-testid=lead-row]").await?.attr("data-lead").await?.context("a lead")?;
    let lead: LeadId = first.parse()?;
    open_lead(&window, &first).await?;
    manager.engine.execute(lead, Command::SetField { field: LeadField::Email, value: Some("pushed@example.com".into()) })?;
    manager.sync()?;
    window.shows("lead-drawer", "pushed@example.com").await?;
    assert!(window.count("lead-row").await? > 5);
    window.close().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sign_in_page_says_why_it_can_not_connect() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let window = Window::open(&folder.path().join("asha")).await?;
    fill_in(&window, "http://127.0.0.1:1", ASHA, PASSWORD).await?;
    window.shows("login-error", "Nothing answers at 127.0.0.1:1").await?;
    window.close().await
}
