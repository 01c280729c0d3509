//! The bell in the real window: told at once, read once for all computers of the person.

use anyhow::{Context, Result};
use bridge::lead::{CommentAdd, LeadAssign, LeadMentionable, LeadOwners};
use domain::LeadId;
use tests::device::Device;
use tests::processes::{Server, Terminal};
use tests::visit::{go, pill, sign_in};
use tests::window::Window;

const ASHA: &str = "asha@nakshatra.example";
const RAVI: &str = "ravi@nakshatra.example";
const ADMIN: &str = "vikram@nakshatra.example";

fn card(read: bool, nth: usize) -> String {
    format!("[data-testid=notice][data-read={read}]:nth-child({nth})")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_is_told_at_once_and_reads_it_once() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::demo(&folder.path().join("server"), 20)?;
    let ravi = Device::sign_in(&folder.path().join("ravi"), &server, RAVI)?;
    let new = domain::command::NewLead { name: "Kavya Handed".into(), phone: "+919820014700".into(), ..Default::default() };
    let lead: LeadId = ravi.engine.create_lead(new)?;
    ravi.sync()?;
    let admin = Terminal::sign_in(&folder.path().join("vikram"), &server, ADMIN)?.borrow(true)?;
    admin.sync_once()?;
    let window = Window::open(&folder.path().join("asha")).await?;
    sign_in(&window, &server, ASHA).await?;
    pill(&window, "synced").await?;
    assert_eq!(window.count("notif-bell-badge").await?, 0);

    // Assigned: the badge, the panel, and from it to the lead, which reads it.
    let choice = admin.ask(LeadOwners { lead })?.into_iter().find(|choice| choice.name == "Asha Menon").context("Asha")?;
    let expected = admin.ask(bridge::lead::LeadGet { lead })?.owner.map(|(user, _)| user);
    admin.ask(LeadAssign { lead, expected, owner: Some(choice.user) })?;
    window.shows("notif-bell-badge", "1").await?;
    window.click("bell").await?;
    window.shows("notif-panel", "You have 1 new alert").await?;
    window.shows("notice", "Assigned to you:").await?;
    window.shows("notice", "Kavya Handed").await?;
    window.click("notif-card-click").await?;
    window.shows("lead-drawer", "Kavya Handed").await?;
    window.gone("[data-testid=notif-panel]").await?;
    window.gone("[data-testid=notif-bell-badge]").await?;

    // Named in a comment; marked, removed and put back on the page, by keys.
    let named = admin.ask(LeadMentionable { lead })?.into_iter().find(|(_, name)| name == "Asha Menon").context("Asha")?;
    admin.ask(CommentAdd { lead, text: "@Asha Menon please call before noon".into(), mentions: vec![named.0] })?;
    admin.sync_once()?;
    window.shows("notif-bell-badge", "1").await?;
    go(&window, "#/notifications").await?;
    window.css(&format!("{}:first-child", card(false, 1))).await?;
    window.shows("notices", "please call before noon").await?;
    window.css(&card(true, 2)).await?;
    window.press("j").await?;
    window.press("u").await?;
    window.css(&card(true, 1)).await?;
    window.gone("[data-testid=notif-bell-badge]").await?;
    window.press("u").await?;
    window.shows("notif-bell-badge", "1").await?;
    window.click("notices-unread").await?;
    window.gone(&card(true, 1)).await?;
    window.click("notices-all").await?;
    window.css(&card(true, 2)).await?;
    window.click("notice-remove").await?;
    window.shows("toast", "Notification removed").await?;
    window.gone(&card(true, 2)).await?;
    window.click("toast-action").await?;
    window.css(&card(false, 1)).await?;
    window.css(&card(true, 2)).await?;
    window.click("mark-all-read").await?;
    window.gone("[data-testid=notif-bell-badge]").await?;
    pill(&window, "synced").await?;
    window.close().await?;

    // Another computer of hers.
    let other = Window::open(&folder.path().join("asha at home")).await?;
    sign_in(&other, &server, ASHA).await?;
    pill(&other, "synced").await?;
    go(&other, "#/notifications").await?;
    other.css(&card(true, 2)).await?;
    assert_eq!(other.count("notif-bell-badge").await?, 0);
    other.close().await
}
