//! The leads list in the real window, narrowed by what its panel offers and kept in the address.

use anyhow::{Result, ensure};
use domain::command::NewLead;
use domain::{Command, LeadId};
use fantoccini::key::Key;
use tests::device::Device;
use tests::processes::Server;
use tests::visit::{go, sign_in};
use tests::window::Window;

const ASHA: &str = "asha@nakshatra.example";

fn a_lead(device: &Device, name: &str, phone: &str, source: &str, tag: Option<&str>) -> Result<LeadId> {
    let new = NewLead { name: name.into(), phone: phone.into(), source: Some(source.into()), ..NewLead::default() };
    let lead = device.engine.create_lead(new)?;
    if let Some(tag) = tag {
        device.engine.execute(lead, Command::AddTag { tag: tag.into() })?;
    }
    Ok(lead)
}

async fn rows(window: &Window, wanted: &[LeadId]) -> Result<()> {
    let shown = "return [...document.querySelectorAll('[data-testid=lead-row]')].map(row => row.dataset.lead)";
    let wanted: Vec<String> = wanted.iter().map(ToString::to_string).collect();
    let are_so = async || {
        let shown: Vec<String> = serde_json::from_value(window.client.execute(shown, vec![]).await?)?;
        ensure!(shown == wanted, "they are {shown:?}");
        Ok(())
    };
    window.retry("the rows", are_so).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_list_is_narrowed_by_its_panel_and_its_address() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::demo(&folder.path().join("server"), 60)?;
    let asha = Device::sign_in(&folder.path().join("asha"), &server, ASHA)?;
    let first = a_lead(&asha, "Kavya Fair", "+919820014700", "Education fair, Pune", Some("weekend"))?;
    let second = a_lead(&asha, "मीना मेला", "+919820014701", "Education fair, Pune", None)?;
    let (zone, local) = ("Asia/Kolkata".to_owned(), "2026-09-01T11:00".to_owned());
    let due_at = client::system_env().now_ms() - 90 * 24 * 3_600_000;
    asha.engine.execute(first, Command::ScheduleFollowUp { due_at, zone, local, note: String::new() })?;
    asha.sync()?;
    let window = Window::open(&folder.path().join("desk")).await?;
    sign_in(&window, &server, ASHA).await?;

    window.click("filter-more").await?;
    window.find("filter-panel").await?;
    window.click_css("[data-testid=filter-source][data-value='Education fair, Pune']").await?;
    rows(&window, &[first, second]).await?;
    window.click_css("[data-testid=filter-due][data-value='Not set']").await?;
    rows(&window, &[second]).await?;
    window.click_css("[data-testid=filter-due][data-value='Missed']").await?;
    rows(&window, &[first, second]).await?;
    window.click_css("[data-testid=filter-tag][data-value=weekend]").await?;
    rows(&window, &[first]).await?;
    window.press(&Key::Escape.to_string()).await?;
    window.gone("[data-testid=filter-panel]").await?;
    window.shows("filter-more", "3 filters").await?;

    // The address holds it; whoever follows it sees the same.
    let address = window.client.execute("return location.hash", vec![]).await?;
    let address = address.as_str().unwrap_or_default().to_owned();
    ensure!(address.contains("due=not_set,missed") && address.contains("tag=weekend"), "{address}");
    window.click("clear-filters").await?;
    window.shows("filter-more", "Filter").await?;
    go(&window, "#/followups").await?;
    window.find("followups-page").await?;
    go(&window, &address).await?;
    rows(&window, &[first]).await?;

    // The order is a press on a head, and a press back.
    window.click("clear-filters").await?;
    window.click("sort-due").await?;
    window.css(&format!("[data-testid=lead-row][data-lead='{first}'][aria-rowindex='2']")).await?;
    window.click("sort-due").await?;
    window.css("[aria-sort=descending] [data-testid=sort-changed]").await?;
    window.close().await
}
