//! The leads list in the real window, narrowed by what its panel offers and kept in the address.

use anyhow::{Result, ensure};
use domain::command::NewLead;
use domain::{Command, LeadId};
use fantoccini::key::Key;
use tests::device::Device;
use tests::processes::Server;
use tests::visit::{go, pill, sign_in};
use tests::window::Window;

const ASHA: &str = "asha@nakshatra.example";
const MANAGER: &str = "meera@nakshatra.example";

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
    window.css("[aria-sort=descending] [data-testid=sort-due]").await?;
    window.click("sort-due").await?;
    window.css("[aria-sort=descending] [data-testid=sort-changed]").await?;
    window.close().await
}

/// What the grid shows first, and how far below its head.
async fn first_in_view(window: &Window) -> Result<(String, i64)> {
    let script = "const grid = document.querySelector('[data-testid=lead-grid]'); \
        const head = grid.querySelector('.grid__head').getBoundingClientRect().bottom; \
        const row = [...grid.querySelectorAll('[data-testid=lead-row]')].find(row => row.getBoundingClientRect().bottom > head + 1); \
        return [row.dataset.lead, Math.round(row.getBoundingClientRect().top - head)]";
    Ok(serde_json::from_value(window.client.execute(script, vec![]).await?)?)
}

async fn names(window: &Window) -> Result<Vec<String>> {
    let script = "return [...document.querySelectorAll('[data-testid=lead-row] .grid__cell--name')].map(cell => cell.textContent)";
    Ok(serde_json::from_value(window.client.execute(script, vec![]).await?)?)
}

async fn heads(window: &Window, wanted: &[&str]) -> Result<()> {
    let script =
        "return [...document.querySelectorAll('.grid__head [role=columnheader]')].map(head => head.textContent.trim()).filter(Boolean)";
    let are_so = async || {
        let shown: Vec<String> = serde_json::from_value(window.client.execute(script, vec![]).await?)?;
        ensure!(shown == wanted, "they are {shown:?}");
        Ok(())
    };
    window.retry("the heads", are_so).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_stay_under_the_reader_while_others_work() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::demo(&folder.path().join("server"), 1_500)?;
    let asha = Device::sign_in(&folder.path().join("asha"), &server, ASHA)?;
    let window = Window::open(&folder.path().join("desk")).await?;
    sign_in(&window, &server, MANAGER).await?;
    go(&window, "#/leads?pool=all").await?;
    window.find("lead-row").await?;
    window.client.execute("document.querySelector('[data-testid=lead-grid]').scrollTop = 500 * 36 + 13", vec![]).await?;
    window.css("[data-testid=lead-row][aria-rowindex='505']").await?;
    let before = first_in_view(&window).await?;
    let total = window.text_of("lead-total").await?;

    // New ones come to the top, and one that is in view goes there.
    for n in 0..7 {
        a_lead(&asha, &format!("Newcomer {n}"), &format!("+9198200147{n:02}"), "Website", None)?;
    }
    let script = "return [...document.querySelectorAll('[data-testid=lead-row]')].map(row => row.dataset.lead)";
    let drawn: Vec<LeadId> = serde_json::from_value(window.client.execute(script, vec![]).await?)?;
    let first: LeadId = before.0.parse().expect("an id");
    let theirs = drawn.into_iter().filter(|lead| *lead != first).find(|lead| asha.engine.record(*lead).is_ok());
    if let Some(lead) = theirs {
        asha.engine.execute(lead, Command::AddTag { tag: "seen".into() })?;
    }
    asha.sync()?;
    window
        .retry("the newcomers", async || {
            ensure!(window.text_of("lead-total").await? != total, "they are not here");
            Ok(())
        })
        .await?;
    let stays = async || {
        ensure!(first_in_view(&window).await? == before, "the list moved from {before:?} to {:?}", first_in_view(&window).await?);
        Ok(())
    };
    window.retry("the row stays", stays).await?;
    window.close().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_arranges_the_list_and_finds_it_so_again() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::demo(&folder.path().join("server"), 300)?;
    let window = Window::open(&folder.path().join("desk")).await?;
    sign_in(&window, &server, MANAGER).await?;
    window.find("lead-row").await?;
    heads(&window, &["Name", "Phone", "Status", "Next follow-up", "Owner", "Source", "Updated", "Mark"]).await?;

    // Columns: one on, one off, one further left; the order is in the list at once.
    window.click("columns").await?;
    window.click("column-tags").await?;
    window.click("column-owner").await?;
    window.click("column-up-tags").await?;
    heads(&window, &["Name", "Phone", "Status", "Next follow-up", "Source", "Tags", "Updated", "Mark"]).await?;
    window.click("density-comfortable").await?;
    window.css(".leads--comfortable").await?;
    let height = "return document.querySelector('[data-testid=lead-row]').getBoundingClientRect().height";
    ensure!(window.client.execute(height, vec![]).await? == 44, "a comfortable row");
    // Cards show what there is no room for in a row, in the same order and under the same keys.
    window.click("density-cards").await?;
    window.css(".leads--cards [data-testid=lead-row] .grid__cell--tags").await?;
    ensure!(window.client.execute(height, vec![]).await? == 60, "a card");
    window.click("density-comfortable").await?;
    window.css(".leads--comfortable").await?;
    window.press(&Key::Escape.to_string()).await?;
    window.gone("[data-testid=columns-menu]").await?;

    // The order by every head, by keyboard, too.
    window.click("sort-name").await?;
    window.css("[aria-sort=ascending] [data-testid=sort-name]").await?;
    let by_name = names(&window).await?;
    window
        .retry("names rise", async || {
            let names = names(&window).await?;
            ensure!(names.len() > 5 && names.is_sorted_by_key(|name| name.to_lowercase()), "{names:?}");
            Ok(())
        })
        .await?;
    window.client.execute("document.querySelector('[data-testid=sort-status]').focus()", vec![]).await?;
    window.press(&Key::Enter.to_string()).await?;
    window.css("[aria-sort=ascending] [data-testid=sort-status]").await?;
    window.click("sort-name").await?;
    window.click("sort-name").await?;
    window.css("[aria-sort=descending] [data-testid=sort-name]").await?;
    ensure!(names(&window).await? != by_name, "the other way round");

    // A view under a name, its filter with it; renamed, made the first thing, deleted and taken back.
    window.press("f").await?;
    window.find("filter-panel").await?;
    window.click_css("[data-testid=filter-due][data-value='Missed']").await?;
    window.press(&Key::Escape.to_string()).await?;
    window.css("[data-testid=filter-chip][data-part=due]").await?;
    window.click("views").await?;
    window.fill("view-name", "Missed, by name").await?;
    window.press(&Key::Enter.to_string()).await?;
    window.css("[data-view='Missed, by name']").await?;
    window.click("view-rename").await?;
    window.css("[data-testid=view-new-name]:focus").await?;
    window.fill("view-new-name", "Call back").await?;
    window.press(&Key::Enter.to_string()).await?;
    window.css("[data-view='Call back']").await?;
    window.click("view-default").await?;
    window.css("[data-testid=view-default][aria-pressed=true]").await?;
    window.click("view-delete").await?;
    window.gone("[data-testid=view-line]").await?;
    window.shows("toast", "deleted").await?;
    window.click("toast-action").await?;
    window.gone("[data-testid=views-menu]").await?;
    window.click("views").await?;
    window.css("[data-view='Call back'] [aria-pressed=true]").await?;
    window.press(&Key::Escape.to_string()).await?;

    // Whoever comes back finds it so, also on another computer.
    window.click_css("[data-testid=filter-chip][data-part=due]").await?;
    window.gone("[data-testid=filter-chips]").await?;
    pill(&window, "synced").await?;
    let elsewhere = Window::open(&folder.path().join("elsewhere")).await?;
    sign_in(&elsewhere, &server, MANAGER).await?;
    elsewhere.css("[data-testid=filter-chip][data-part=due]").await?;
    elsewhere.css(".leads--comfortable [aria-sort=descending] [data-testid=sort-name]").await?;
    heads(&elsewhere, &["Name", "Phone", "Status", "Next follow-up", "Source", "Tags", "Updated", "Mark"]).await?;
    elsewhere.close().await?;
    window.close().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_list_says_why_and_the_way_out() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::demo(&folder.path().join("server"), 60)?;
    let window = Window::open(&folder.path().join("desk")).await?;
    sign_in(&window, &server, MANAGER).await?;
    window.find("lead-row").await?;
    window.press("f").await?;
    window.click("filter-updated-from-today").await?;
    window.click("filter-next-from-next-7").await?;
    window.press(&Key::Escape.to_string()).await?;
    window.css("[data-testid=filter-chip][data-part=updated]").await?;
    window.css("[data-testid=filter-chip][data-part=next]").await?;
    go(&window, "#/leads?pool=all&updated=2001-01-01..2001-01-02&status=lost").await?;
    window.find("no-leads-found").await?;
    window.shows("no-leads-found", "Status: Lost").await?;
    window.shows("no-leads-found", "Changed: 1 Jan 2001").await?;
    window.click_css("[data-testid=filter-chip][data-part=updated]").await?;
    window.gone("[data-part=updated]").await?;
    window.click("clear-filters").await?;
    window.find("lead-row").await?;
    window.gone("[data-testid=filter-chips]").await?;
    window.close().await
}
