//! The administration area in the real window: a role is felt the moment it changes, forbidden pages
//! lead away, and an administrator works on people by the keyboard alone.

use anyhow::{Context, Result};
use bridge::admin::{PeopleList, PersonChange};
use client::desk::Desk;
use domain::people::{Person, Post};
use domain::{Command, Role};
use fantoccini::key::Key;
use tests::device::Device;
use tests::processes::{Server, Terminal};
use tests::visit::{go, sign_in};
use tests::window::Window;

const ASHA: &str = "asha@nakshatra.example";
const VIKRAM: &str = "vikram@nakshatra.example";

fn person(desk: &Desk, email: &str) -> Result<Person> {
    let view = desk.ask(PeopleList {})?;
    view.people.into_iter().map(|dated| dated.item).find(|person| person.email == email).context("the person")
}

fn give_role(desk: &Desk, email: &str, role: Role) -> Result<()> {
    let person = person(desk, email)?;
    let expected = Post { role: person.role, team: person.team, disabled: person.disabled };
    let post = Post { role, ..expected.clone() };
    desk.ask(PersonChange { user: person.id, expected, post })?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_change_redraws_the_window_at_once() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::demo(&folder.path().join("server"), 60)?;
    let admin = Terminal::sign_in(&folder.path().join("vikram"), &server, VIKRAM)?.borrow(true)?;
    let window = Window::open(&folder.path().join("asha")).await?;
    sign_in(&window, &server, ASHA).await?;
    window.find("sidebar-leads").await?;
    assert_eq!(window.count("sidebar-admin").await?, 0);
    for address in ["#/admin/users", "#/admin/permissions", "#/admin/audit", "#/admin/quarantine"] {
        go(&window, address).await?;
        window.shows("toast", "is not in your role").await?;
        window.find("leads-page").await?;
    }

    give_role(&admin, ASHA, Role::TeamLead)?;
    window.find("sidebar-audit").await?;
    window.shows("user-role", "Team Lead").await?;
    assert_eq!(window.count("sidebar-users").await?, 0);
    go(&window, "#/admin/audit").await?;
    window.find("audit-log-item").await?;

    give_role(&admin, ASHA, Role::Salesperson)?;
    window.find("leads-page").await?;
    window.gone("[data-testid=audit-page]").await?;
    window.gone("[data-testid=sidebar-admin]").await?;
    window.shows("toast", "Audit log is not in it").await?;

    // Nothing but the audit log: it is where an Analyst begins.
    give_role(&admin, ASHA, Role::Analyst)?;
    window.find("audit-page").await?;
    window.gone("[data-testid=sidebar-leads]").await?;
    window.gone("[data-testid=global-search]").await?;
    window.close().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_administrator_works_by_the_keyboard() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::demo(&folder.path().join("server"), 60)?;
    let admin = Terminal::sign_in(&folder.path().join("terminal"), &server, VIKRAM)?.borrow(true)?;
    let window = Window::open(&folder.path().join("vikram")).await?;
    sign_in(&window, &server, VIKRAM).await?;
    go(&window, "#/admin/users").await?;
    window.find("user-row").await?;

    // The search box, the row, its menu, the first of it.
    window.press("/").await?;
    window.press("asha").await?;
    window.css("[data-testid=user-row]:only-child").await?;
    window.press(&Key::Enter.to_string()).await?;
    window.css("[data-testid=user-row]:focus").await?;
    window.press(&Key::Enter.to_string()).await?;
    window.css("[data-testid=change-role]:focus").await?;
    window.press(&Key::Enter.to_string()).await?;
    window.css("[data-testid=role-dropdown]:focus").await?;
    window.press("Team").await?;
    window.shows("role-gains", "Audit log, Quarantine").await?;
    window.shows("role-loses", "be given leads by assignment").await?;
    window.press(&format!("{}{}{}", Key::Control, Key::Enter, Key::Null)).await?;
    window.gone("[data-testid=role-dialog]").await?;
    window.shows("user-row-role", "Team Lead").await?;
    assert_eq!(person(&admin, ASHA)?.role, Role::TeamLead);

    window.press("i").await?;
    window.css("[data-testid=invite-name]:focus").await?;
    window.press("Kavya Rao").await?;
    window.press(&format!("{}{ASHA}{}", Key::Tab, Key::Enter)).await?;
    window.shows("invite-dialog", "already").await?;
    window.fill("invite-email", "kavya@nakshatra.example").await?;
    window.press(&Key::Enter.to_string()).await?;
    window.find("one-time-code").await?;
    window.shows("one-time-link", "leadline://join").await?;
    window.press(&Key::Escape.to_string()).await?;
    window.gone("[data-testid=code-dialog]").await?;
    assert!(person(&admin, "kavya@nakshatra.example")?.invited);
    window.close().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_lead_is_found_and_restored_with_a_reason() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::demo(&folder.path().join("server"), 60)?;
    let admin = Device::sign_in(&folder.path().join("desk"), &server, VIKRAM)?;
    let new = domain::command::NewLead { name: "Kavya Deleted".into(), phone: "+919820014700".into(), ..Default::default() };
    let lead = admin.engine.create_lead(new)?;
    admin.engine.execute(lead, Command::DeleteLead { reason: "Asked to be forgotten".into() })?;
    admin.sync()?;
    let window = Window::open(&folder.path().join("vikram")).await?;
    sign_in(&window, &server, VIKRAM).await?;
    go(&window, "#/admin/deleted").await?;
    window.shows("deleted-list", "Asked to be forgotten").await?;
    window.click("restore-button").await?;
    window.css("[data-testid=restore-reason]:focus").await?;
    window.press(&format!("Was a mistake{}", Key::Enter)).await?;
    window.find("deleted-none").await?;

    // Both are in the log of that lead, the newest first.
    tests::visit::pill(&window, "synced").await?;
    go(&window, &format!("#/admin/audit?lead={lead}")).await?;
    window.css("[data-testid=audit-log-item][data-action=restore]:first-child").await?;
    window.css("[data-testid=audit-log-item][data-action=delete]").await?;
    window.shows("audit-table", "Was a mistake").await?;
    window.close().await
}
