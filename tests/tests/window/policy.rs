//! The permission table in the real window: its page cell by cell (row B13), and what a lead's state
//! bars in the drawer, disabled with the reason (row B24).

use anyhow::{Context, Result, ensure};
use domain::command::NewLead;
use domain::policy::{Action, scope};
use domain::{Command, Role, Status};
use tests::device::Device;
use tests::processes::Server;
use tests::visit::{go, open_lead, sign_in};
use tests::window::Window;

const ASHA: &str = "asha@nakshatra.example";
const VIKRAM: &str = "vikram@nakshatra.example";

/// Number, role and scope of every cell, as the page has them.
const CELLS: &str = "return [...document.querySelectorAll('[data-testid=permissions-grid] tbody tr')].flatMap(row => \
     [...row.querySelectorAll('td')].map(cell => \
         [Number(row.dataset.action), cell.dataset.role, cell.querySelector('[data-scope]').dataset.scope]))";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_permissions_page_is_the_table() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::demo(&folder.path().join("server"), 10)?;
    let window = Window::open(&folder.path().join("vikram")).await?;
    sign_in(&window, &server, VIKRAM).await?;
    go(&window, "#/admin/permissions").await?;
    window.find("permissions-grid").await?;
    let shown: Vec<(usize, String, String)> = serde_json::from_value(window.client.execute(CELLS, vec![]).await?)?;
    let mut table = Vec::new();
    for action in Action::ALL {
        for role in Role::ALL {
            let scope = serde_json::to_value(scope(role, action))?;
            table.push((action.number(), role.as_str().to_owned(), scope.as_str().context("a word")?.to_owned()));
        }
    }
    ensure!(shown == table, "the page shows {shown:?}");
    window.close().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_converted_lead_bars_is_disabled_and_says_why() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::demo(&folder.path().join("server"), 10)?;
    let asha = Device::sign_in(&folder.path().join("desk"), &server, ASHA)?;
    let new = NewLead { name: "Kavya Converted".into(), phone: "+919820014700".into(), ..NewLead::default() };
    let lead = asha.engine.create_lead(new)?;
    let mut from = Status::New;
    for to in [Status::Interested, Status::Qualified, Status::Converted] {
        asha.engine.execute(lead, Command::ChangeStatus { from, to, reason: None })?;
        from = to;
    }
    asha.sync()?;
    let window = Window::open(&folder.path().join("asha")).await?;
    sign_in(&window, &server, ASHA).await?;
    open_lead(&window, &lead.to_string()).await?;
    for (control, why) in [("status-select", "onverted"), ("action-followup", "onverted")] {
        let control = window.find(control).await?;
        ensure!(control.attr("disabled").await?.is_some(), "{why}");
        let title = control.attr("title").await?.unwrap_or_default();
        ensure!(title.contains(why), "{title}");
    }
    let call = window.find("action-log-call").await?;
    ensure!(call.attr("disabled").await?.is_none(), "calls are still logged");
    // What is not in the role is not there at all.
    ensure!(window.count("assign-btn").await? == 0 && window.count("delete-lead").await? == 0);
    window.close().await
}
