//! The hand-over in real windows: an agent works offline on a lead that is given to somebody else
//! meanwhile. Her window loses it and says what became of her work; the new owner's window shows it,
//! takes one edit and drops the other; everybody ends with the same.

use anyhow::{Context, Result};
use bridge::lead::{LeadAssign, LeadGet, LeadOwners};
use client::desk::Desk;
use domain::{LeadId, Status};
use fantoccini::key::Key;
use tests::device::Device;
use tests::processes::{Server, Terminal};
use tests::visit::{edit_field, go, open_lead, pill, sign_in};
use tests::window::Window;
use tests::wire::Wire;

const ASHA: &str = "asha@nakshatra.example";
const SANJAY: &str = "sanjay@nakshatra.example";
const TEAM_LEAD: &str = "ravi@nakshatra.example";
const NOTE: &str = "Her brother decides; call after six.";

/// A lead of Asha's, made at another desk of hers.
fn a_lead(device: &Device) -> Result<LeadId> {
    let new = domain::command::NewLead {
        name: "Kavya Handover".into(),
        phone: "+919820014700".into(),
        email: Some("kavya@old.example".into()),
        ..Default::default()
    };
    let lead = device.engine.create_lead(new)?;
    device.sync()?;
    Ok(lead)
}

fn give(team_lead: &Desk, lead: LeadId, to: &str) -> Result<()> {
    team_lead.sync_once()?;
    let expected = team_lead.ask(LeadGet { lead })?.owner.map(|(user, _)| user);
    let choice = team_lead.ask(LeadOwners { lead })?.into_iter().find(|choice| choice.name == to).context("the new owner")?;
    team_lead.ask(LeadAssign { lead, expected, owner: Some(choice.user) })?;
    Ok(())
}

/// Field, status and note, while the wire is cut.
async fn work_offline(window: &Window) -> Result<()> {
    edit_field(window, "email", "kavya@new.example").await?;
    // The line about unsent edits moves what is below it.
    window.css("[data-testid=record-sync][data-state=not_sent]").await?;
    window.click("status-select").await?;
    window.click("status-option-in_progress").await?;
    window.css("[data-testid=status-select][data-value=in_progress]").await?;
    window.click("note-add").await?;
    window.press(NOTE).await?;
    window.press(&format!("{}{}{}", Key::Control, Key::Enter, Key::Null)).await?;
    window.css("[data-testid=note-text]").await?;
    pill(window, "offline").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn work_on_a_lead_that_was_given_away_reaches_its_new_owner() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::demo(&folder.path().join("server"), 60)?;
    let lead = a_lead(&Device::sign_in(&folder.path().join("other-desk"), &server, ASHA)?)?;
    let team_lead = Terminal::sign_in(&folder.path().join("ravi"), &server, TEAM_LEAD)?.borrow(true)?;
    let wire = Wire::to(&server.url)?;
    let hers = Window::open(&folder.path().join("asha")).await?;
    sign_in_over(&hers, &wire).await?;
    open_lead(&hers, &lead.to_string()).await?;

    wire.cut();
    work_offline(&hers).await?;
    give(&team_lead, lead, "Sanjay Kulkarni")?;
    wire.mend();
    hers.click("sync-pill").await?;
    hers.click("sync-now").await?;
    hers.click("sync-pill").await?;

    // Her window loses the lead, and says what became of her work.
    hers.find("record-left").await?;
    hers.shows("record-left", "Kavya Handover").await?;
    hers.gone(&format!("[data-testid=lead-row][data-lead='{lead}']")).await?;
    go(&hers, "#/attention").await?;
    hers.css("[data-testid=attention-item][data-kind=proposed]").await?;
    assert_eq!(hers.count("attention-item").await?, 2, "field and status; the note is on the timeline");
    hers.shows("attention-page", "kavya@new.example").await?;

    // His has her note, and her edits to take or drop.
    let his = Window::open(&folder.path().join("sanjay")).await?;
    sign_in(&his, &server, SANJAY).await?;
    open_lead(&his, &lead.to_string()).await?;
    his.find("proposal").await?;
    assert_eq!(his.count("proposal").await?, 2);
    let note = his.client.execute("return document.querySelector('[data-testid=note-text]').value", vec![]).await?;
    assert_eq!(note, NOTE);
    his.click_css("[data-testid=proposal]:first-of-type [data-testid=proposal-take]").await?;
    his.css("[data-testid=editable-field][data-field=email][data-value='kavya@new.example']").await?;
    // The other by its key.
    his.css("[data-testid=proposal]:only-of-type").await?;
    his.client.execute("document.querySelector('[data-testid=proposal]').focus()", vec![]).await?;
    his.press("d").await?;
    his.gone("[data-testid=proposal]").await?;
    his.css("[data-testid=status-select][data-value=new]").await?;
    pill(&his, "synced").await?;

    team_lead.sync_once()?;
    let (record, _) = team_lead.engine().record(lead)?;
    assert_eq!(record.status, Status::New, "the status was dropped");
    assert_eq!(record.notes.first().map(|note| note.text.as_str()), Some(NOTE));
    let view = team_lead.ask(LeadGet { lead })?;
    assert!(view.proposals.is_empty(), "nothing is left to settle");
    assert_eq!(view.owner.map(|(_, name)| name).as_deref(), Some("Sanjay Kulkarni"));
    let email = view.fields.iter().find(|field| field.field == domain::LeadField::Email).and_then(|field| field.value.clone());
    assert_eq!(email.as_deref(), Some("kavya@new.example"), "the e-mail was taken");

    // She reads her notices and is done.
    while hers.count("attention-item").await? > 0 {
        let left = hers.count("attention-item").await?;
        hers.click("attention-dismiss").await?;
        hers.fewer("attention-item", left).await?;
    }
    hers.find("attention-none").await?;
    hers.close().await?;
    his.close().await
}

async fn sign_in_over(window: &Window, wire: &Wire) -> Result<()> {
    tests::visit::fill_in(window, &wire.url, ASHA, tests::processes::PASSWORD).await?;
    window.find("app-shell").await?;
    pill(window, "synced").await?;
    tests::visit::to_leads(window).await
}
