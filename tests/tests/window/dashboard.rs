//! The dashboard in the real window: its numbers are those of the lists behind them, and follow what happens.

use anyhow::{Context, Result};
use domain::{Command, LeadId, Status};
use tests::device::Device;
use tests::processes::Server;
use tests::visit::{go, pill, sign_in};
use tests::window::Window;

const ASHA: &str = "asha@nakshatra.example";
const RAVI: &str = "ravi@nakshatra.example";
const ANALYST: &str = "karthik@nakshatra.example";

fn a_lead(device: &Device, name: &str, phone: &str) -> Result<LeadId> {
    let new = domain::command::NewLead { name: name.into(), phone: phone.into(), ..Default::default() };
    let lead = device.engine.create_lead(new)?;
    device.sync()?;
    Ok(lead)
}

/// The digits of a text.
fn number(text: &str) -> Result<u32> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    digits.parse().with_context(|| format!("“{text}” holds no number"))
}

fn card(kind: &str) -> String {
    format!("[data-testid=dashboard-card][data-card={kind}]")
}

async fn value(window: &Window, kind: &str) -> Result<u32> {
    number(&window.css(&format!("{} [data-testid=card-value]", card(kind))).await?.text().await?)
}

/// Waits until the card says so.
async fn says(window: &Window, kind: &str, wanted: u32) -> Result<()> {
    let check = async || {
        let value = value(window, kind).await?;
        if value == wanted { Ok(()) } else { anyhow::bail!("{kind} is {value}, not {wanted}") }
    };
    window.retry(kind, check).await
}

/// Follows the link, compares what the list counts, and comes back.
async fn leads_to(window: &Window, link: &str, wanted: u32) -> Result<()> {
    window.click_css(link).await?;
    window.find("lead-total").await?;
    let check = async || {
        let total = number(&window.text_of("lead-total").await?)?;
        if total == wanted { Ok(()) } else { anyhow::bail!("{link}: the list has {total}, not {wanted}") }
    };
    window.retry(link, check).await?;
    go(window, "#/dashboard?days=last30").await?;
    window.find("dashboard-card").await.map(drop)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agents_day_is_counted_live_and_each_number_opens_its_list() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::demo(&folder.path().join("server"), 300)?;
    let asha = Device::sign_in(&folder.path().join("asha"), &server, ASHA)?;
    let first = a_lead(&asha, "Kavya Counted", "+919820014700")?;
    let window = Window::open(&folder.path().join("desk")).await?;
    sign_in(&window, &server, ASHA).await?;
    window.click("sidebar-dashboard").await?;
    window.shows("dashboard-greeting", "Welcome back, Asha.").await?;
    window.shows("dashboard-role-title", "Salesperson dashboard").await?;
    window.find("dashboard-card").await?;
    assert_eq!(window.count("dashboard-card").await?, 5);
    let (assigned, begun, converted) =
        (value(&window, "assigned_today").await?, value(&window, "in_progress").await?, value(&window, "converted").await?);
    assert!(assigned >= 1);

    // Live: elsewhere a lead is made, and another one is begun.
    a_lead(&asha, "Meena Counted", "+919820014701")?;
    says(&window, "assigned_today", assigned + 1).await?;
    asha.engine.execute(first, Command::ChangeStatus { from: Status::New, to: Status::InProgress, reason: None })?;
    asha.sync()?;
    says(&window, "in_progress", begun + 1).await?;

    leads_to(&window, &format!("{} [data-testid=card-open]", card("assigned_today")), assigned + 1).await?;
    leads_to(&window, &format!("{} [data-testid=card-open]", card("in_progress")), begun + 1).await?;
    leads_to(&window, &format!("{} [data-testid=card-open]", card("converted")), converted).await?;
    // A follow-up that was missed is on its page.
    let missed = value(&window, "missed").await?;
    window.click_css(&format!("{} [data-testid=card-open]", card("missed"))).await?;
    window.css("[data-testid=due-missed][aria-selected=true]").await?;
    window.shows("due-missed", &missed.to_string()).await?;

    // The funnel's first step, by its bar's number; the days are in the address.
    go(&window, "#/dashboard").await?;
    window.click("span-last30").await?;
    let step = "[data-testid=dashboard-funnel] tr:first-child [data-testid=figure]";
    window.css("[data-testid=span-last30][aria-pressed=true]").await?;
    let came = number(&window.css(step).await?.text().await?)?;
    assert!(came > assigned, "more came in thirty days than today");
    leads_to(&window, step, came).await?;
    window.css("[data-testid=span-last30][aria-pressed=true]").await?;
    // The chart as a table, where its numbers can be followed too.
    assert!(window.count("trend-point").await? >= 30);
    window.click("trend-toggle").await?;
    let today = "[data-testid=trend-table] tr:last-child td:nth-child(3) [data-testid=figure]";
    assert_eq!(number(&window.css(today).await?.text().await?)?, assigned + 1);
    leads_to(&window, today, assigned + 1).await?;
    window.close().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_team_lead_sees_the_team_and_an_analyst_nothing_of_it() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::demo(&folder.path().join("server"), 300)?;
    let window = Window::open(&folder.path().join("ravi")).await?;
    sign_in(&window, &server, RAVI).await?;
    go(&window, "#/dashboard?days=last30").await?;
    window.find("agent").await?;
    assert_eq!(window.count("dashboard-card").await?, 7);
    let ashas = "[data-testid=agent]:first-child td:nth-child(2) [data-testid=figure]";
    window.shows("agent", "Asha Menon").await?;
    let assigned = number(&window.css(ashas).await?.text().await?)?;
    assert!(assigned > 0);
    leads_to(&window, ashas, assigned).await?;
    let created = value(&window, "created_today").await?;
    leads_to(&window, &format!("{} [data-testid=card-open]", card("created_today")), created).await?;
    window.close().await?;

    let window = Window::open(&folder.path().join("analyst")).await?;
    tests::visit::fill_in(&window, &server.url, ANALYST, tests::processes::PASSWORD).await?;
    window.find("app-shell").await?;
    pill(&window, "synced").await?;
    assert_eq!(window.count("sidebar-dashboard").await?, 0);
    go(&window, "#/dashboard").await?;
    window.shows("toast", "Dashboard is not in your role.").await?;
    window.close().await
}
