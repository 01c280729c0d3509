//! Assigning by hand in the real window: at once, and out of the server's reach, where it waits, can be
//! taken back, and says who was faster. And what waits for a manager: released and dropped.

use anyhow::{Context, Result};
use bridge::admin::DeviceRevoke;
use bridge::lead::{LeadAssign, LeadGet, LeadOwners};
use client::desk::Desk;
use domain::{Command, LeadField, LeadId};
use fantoccini::key::Key;
use tests::device::Device;
use tests::processes::{Server, Terminal};
use tests::visit::{fill_in, go, open_lead, pill, sign_in};
use tests::window::Window;
use tests::wire::Wire;

const ASHA: &str = "asha@nakshatra.example";
const TEAM_LEAD: &str = "ravi@nakshatra.example";
const ADMIN: &str = "vikram@nakshatra.example";
const NEW_OWNER: &str = "Sanjay Kulkarni";

fn a_lead(device: &Device, name: &str, phone: &str) -> Result<LeadId> {
    let new = domain::command::NewLead { name: name.into(), phone: phone.into(), ..Default::default() };
    let lead = device.engine.create_lead(new)?;
    device.sync()?;
    Ok(lead)
}

/// Opens the menu, types part of the name, takes the first.
async fn assign(window: &Window, typed: &str) -> Result<()> {
    window.click("assign-btn").await?;
    window.css("[data-testid=assign-filter]:focus").await?;
    window.press(typed).await?;
    window.css("[data-testid=user-dropdown] [role=option]:only-child").await?;
    window.press(&Key::Enter.to_string()).await
}

async fn sync_now(window: &Window) -> Result<()> {
    window.click("sync-pill").await?;
    window.click("sync-now").await?;
    window.click("sync-pill").await
}

fn give(desk: &Desk, lead: LeadId, to: &str) -> Result<()> {
    desk.sync_once()?;
    let expected = desk.ask(LeadGet { lead })?.owner.map(|(user, _)| user);
    let choice = desk.ask(LeadOwners { lead })?.into_iter().find(|choice| choice.name == to).context("the new owner")?;
    desk.ask(LeadAssign { lead, expected, owner: Some(choice.user) })?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lead_is_assigned_by_a_click_online_and_offline() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::demo(&folder.path().join("server"), 60)?;
    let asha = Device::sign_in(&folder.path().join("asha"), &server, ASHA)?;
    let (first, second) = (a_lead(&asha, "Kavya Assigned", "+919820014700")?, a_lead(&asha, "Meena Contested", "+919820014701")?);
    let admin = Terminal::sign_in(&folder.path().join("vikram"), &server, ADMIN)?.borrow(true)?;
    let wire = Wire::to(&server.url)?;
    let window = Window::open(&folder.path().join("ravi")).await?;
    fill_in(&window, &wire.url, TEAM_LEAD, tests::processes::PASSWORD).await?;
    window.find("app-shell").await?;
    pill(&window, "synced").await?;

    // At once, with the server.
    open_lead(&window, &first.to_string()).await?;
    assign(&window, "sanj").await?;
    window.shows("assigned-badge", NEW_OWNER).await?;
    assert_eq!(window.count("owner-asked").await?, 0);
    admin.sync_once()?;
    assert_eq!(admin.ask(LeadGet { lead: first })?.owner.map(|(_, name)| name).as_deref(), Some(NEW_OWNER));

    // Out of its reach it waits, in the drawer and in the list, and can be taken back.
    wire.cut();
    pill(&window, "offline").await?;
    open_lead(&window, &second.to_string()).await?;
    assign(&window, "sanj").await?;
    window.shows("owner-asked", NEW_OWNER).await?;
    window.shows("owner-asked", "waits for the server").await?;
    window.shows("assigned-badge", "Asha Menon").await?;
    window.css(&format!("[data-testid=lead-row][data-lead='{second}'] [data-testid=row-mark][aria-label='waits for server']")).await?;
    window.click("owner-asked-cancel").await?;
    window.gone("[data-testid=owner-asked]").await?;
    window.gone(&format!("[data-testid=lead-row][data-lead='{second}'] [data-testid=row-mark]")).await?;
    assign(&window, "sanj").await?;
    window.find("owner-asked").await?;

    // Somebody is faster meanwhile: the person is told who has it.
    give(&admin, second, "Ravi Deshmukh")?;
    wire.mend();
    sync_now(&window).await?;
    window.gone("[data-testid=owner-asked]").await?;
    go(&window, "#/attention").await?;
    window.css("[data-testid=attention-item][data-kind=assignment]").await?;
    window.shows("attention-why", "you own this lead now").await?;
    window.click("attention-dismiss").await?;
    window.find("attention-none").await?;

    // Nobody else is: it goes through by itself.
    wire.cut();
    pill(&window, "offline").await?;
    open_lead(&window, &second.to_string()).await?;
    assign(&window, "sanj").await?;
    window.find("owner-asked").await?;
    wire.mend();
    sync_now(&window).await?;
    window.gone("[data-testid=owner-asked]").await?;
    window.shows("assigned-badge", NEW_OWNER).await?;
    pill(&window, "synced").await?;
    admin.sync_once()?;
    assert_eq!(admin.ask(LeadGet { lead: second })?.owner.map(|(_, name)| name).as_deref(), Some(NEW_OWNER));
    window.close().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_revoked_computer_left_is_released_and_dropped() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::demo(&folder.path().join("server"), 60)?;
    let asha = Device::sign_in(&folder.path().join("asha"), &server, ASHA)?;
    let lead = a_lead(&asha, "Kavya Kept", "+919820014700")?;
    asha.engine.execute(lead, Command::AddNote { text: "Typed on a lost laptop".into() })?;
    let email = |value: &str| Command::SetField { field: LeadField::Email, value: Some(value.into()) };
    asha.engine.execute(lead, email("kavya@lost.example"))?;
    let admin = Terminal::sign_in(&folder.path().join("vikram"), &server, ADMIN)?.borrow(true)?;
    admin.ask(DeviceRevoke { device: asha.engine.device()? })?;
    assert!(asha.sync().is_err(), "it may only hand over");

    let window = Window::open(&folder.path().join("window")).await?;
    sign_in(&window, &server, ADMIN).await?;
    go(&window, "#/admin/quarantine").await?;
    window.find("quarantine-item").await?;
    assert_eq!(window.count("quarantine-item").await?, 2);
    window.click_css("[data-testid=quarantine-item]:first-of-type [data-testid=quarantine-release]").await?;
    window.fewer("quarantine-item", 2).await?;
    window.click("quarantine-drop").await?;
    window.find("quarantine-drop-dialog").await?;
    window.click("confirm-act").await?;
    window.gone("[data-testid=quarantine-item]").await?;

    admin.sync_once()?;
    let (record, _) = admin.engine().record(lead)?;
    assert_eq!(record.notes.first().map(|note| note.text.as_str()), Some("Typed on a lost laptop"));
    assert_eq!(record.email.value, None, "the address was dropped");
    window.close().await
}
