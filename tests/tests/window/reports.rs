//! Reports in the real window: each number leads to its leads, a Team Lead counts the team, and without the server the
//! last answer is shown with when it was given.

use anyhow::{Context, Result, ensure};
use domain::command::NewLead;
use tests::device::Device;
use tests::processes::Server;
use tests::visit::{go, sign_in};
use tests::window::Window;

const ADMIN: &str = "vikram@nakshatra.example";
const RAVI: &str = "ravi@nakshatra.example";
const TOTAL: &str = "[data-testid=summary-card][data-card=total] [data-testid=card-value]";

async fn number(window: &Window, selector: &str) -> Result<u32> {
    let text = window.css(selector).await?.text().await?;
    text.replace(',', "").trim().parse().with_context(|| format!("{selector} says {text:?}"))
}

/// Waits until the whole report is of so many leads.
async fn is_of(window: &Window, leads: u32) -> Result<()> {
    window
        .retry(&format!("a report of {leads} leads"), async || {
            ensure!(number(window, TOTAL).await? == leads, "it is of others");
            let rows = window.count("report-row").await?;
            ensure!(rows == leads.min(100) as usize, "{rows} rows of {leads}");
            Ok(())
        })
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_number_leads_to_its_leads_and_the_last_answer_stays() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut server = Server::demo(&folder.path().join("server"), 140)?;
    let window = Window::open(&folder.path().join("desk")).await?;
    sign_in(&window, &server, ADMIN).await?;
    window.press("g").await?;
    window.press("r").await?;
    window.find("reports-page").await?;
    go(&window, "#/reports?days=2020-01-01..2029-12-31").await?;
    is_of(&window, 140).await?;

    // From a step of the funnel to its leads, and out again.
    let step = "[data-testid=report-funnel] tr:nth-child(4) [data-testid=figure]";
    let qualified = number(&window, step).await?;
    ensure!((1..140).contains(&qualified), "{qualified} are qualified");
    window.click_css(step).await?;
    window.shows("narrow-behind", "reached Qualified").await?;
    is_of(&window, qualified).await?;
    window.click("narrow-behind").await?;
    is_of(&window, 140).await?;
    // Two parts at once: a source, and how it ended.
    let source = "[data-testid=report-sources] tbody tr:first-child td:nth-child(4) [data-testid=figure]";
    let dropped = number(&window, source).await?;
    window.click_css(source).await?;
    window.find("narrow-source").await?;
    window.css("[data-testid=ending-dropped][aria-pressed=true]").await?;
    is_of(&window, dropped).await?;
    window.click("clear-filters").await?;
    is_of(&window, 140).await?;
    // All statuses together are all of it.
    window.click("report-status").await?;
    window.click("report-status-new").await?;
    window.find("clear-filters").await?;
    window.css("[data-testid=report-rows-total]").await?;
    window.client.execute("document.activeElement.blur()", vec![]).await?;
    go(&window, "#/reports?days=2020-01-01..2029-12-31&sort=calls").await?;
    window.css("[aria-sort=descending] [data-testid=report-sort-calls]").await?;
    // The second page follows the first.
    window.click("report-more").await?;
    window
        .retry("all rows", async || {
            ensure!(window.count("report-row").await? == 140, "not all of them");
            Ok(())
        })
        .await?;

    // What came since is counted when it is asked for.
    let admin = Device::sign_in(&folder.path().join("admin"), &server, ADMIN)?;
    admin.engine.create_lead(NewLead { name: "Kavya Late".into(), phone: "+919820014700".into(), ..NewLead::default() })?;
    admin.sync()?;
    window.click("report-again").await?;
    is_of(&window, 141).await?;

    // Without the server: what was asked before, with its age, and nothing for what was not.
    server.kill()?;
    go(&window, "#/reports?days=2020-01-01..2029-12-31&behind=funnel.qualified").await?;
    window.css("[data-testid=report-as-of][data-stale=true]").await?;
    is_of(&window, qualified).await?;
    go(&window, "#/reports?days=2019-01-01..2019-12-31").await?;
    window.find("page-offline").await?;
    window.gone(TOTAL).await?;
    window.close().await?;

    server.restart()?;
    let window = Window::open(&folder.path().join("ravi")).await?;
    sign_in(&window, &server, RAVI).await?;
    go(&window, "#/reports?days=2020-01-01..2029-12-31").await?;
    let team = number(&window, TOTAL).await?;
    ensure!((1..140).contains(&team), "a Team Lead counts the team: {team}");
    window.close().await
}
