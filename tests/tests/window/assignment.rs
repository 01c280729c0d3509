//! The rules of assignment in the real window: edited, ordered, tried and switched, and what nobody has given out.

use anyhow::Result;
use bridge::assignment::AssignmentGet;
use tests::processes::{Server, Terminal};
use tests::visit::{go, retype, sign_in};
use tests::window::Window;

const ADMIN: &str = "vikram@nakshatra.example";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_admin_edits_tries_and_switches_the_rules() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::demo(&folder.path().join("server"), 60)?;
    let terminal = Terminal::sign_in(&folder.path().join("terminal"), &server, ADMIN)?.borrow(true)?;
    let names =
        || Ok::<_, anyhow::Error>(terminal.ask(AssignmentGet {})?.rules.rules.into_iter().map(|rule| rule.name).collect::<Vec<_>>());
    assert_eq!(names()?, ["Everyone in turn", "Recovery in turn"]);
    let window = Window::open(&folder.path().join("vikram")).await?;
    sign_in(&window, &server, ADMIN).await?;

    // Who would get the newest leads, if all were at work.
    go(&window, "#/admin/assignment").await?;
    window.find("rules-table").await?;
    window.click("dry-run").await?;
    window.shows("dry-run-row", "rule 1 “Everyone in turn”, next in turn of").await?;

    // A new name and another order, saved as one.
    retype(&window, "rule-name", "The whole floor").await?;
    window.click("rule-down").await?;
    window.click("assignment-save").await?;
    window.shows("toast", "The rules are saved").await?;
    assert_eq!(names()?, ["Recovery in turn", "The whole floor"]);
    assert_eq!(terminal.ask(AssignmentGet {})?.rules.version, 1);

    // What nobody has: nobody is at work, so it goes on waiting and says so.
    go(&window, "#/leads?pool=fresh").await?;
    window.click("auto-assign").await?;
    window.shows("toast", "Still waiting").await?;

    // Off.
    go(&window, "#/admin/assignment").await?;
    window.click("assignment-switch").await?;
    window.css("[data-testid=assignment-switch]:not(:checked)").await?;
    window
        .retry("the switch reaches the server", async || {
            terminal.sync_once()?;
            anyhow::ensure!(!terminal.ask(AssignmentGet {})?.enabled, "it is on");
            Ok(())
        })
        .await?;
    go(&window, "#/leads?pool=fresh").await?;
    window.click("auto-assign").await?;
    window.shows("toast", "switched off").await?;
    window.close().await
}
