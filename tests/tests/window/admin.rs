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
use tests::visit::{go, open_lead, pill, sign_in};
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
        window.find("dashboard-page").await?;
    }

    give_role(&admin, ASHA, Role::TeamLead)?;
    window.find("sidebar-audit").await?;
    window.shows("user-role", "Team Lead").await?;
    assert_eq!(window.count("sidebar-users").await?, 0);
    go(&window, "#/admin/audit").await?;
    window.find("audit-log-item").await?;

    give_role(&admin, ASHA, Role::Salesperson)?;
    window.find("dashboard-page").await?;
    window.gone("[data-testid=audit-page]").await?;
    window.gone("[data-testid=sidebar-admin]").await?;
    window.shows("toast", "Audit log is not in it").await?;

    // An Analyst begins with the reports.
    give_role(&admin, ASHA, Role::Analyst)?;
    window.find("reports-page").await?;
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
    pill(&window, "synced").await?;
    go(&window, &format!("#/admin/audit?lead={lead}")).await?;
    window.css("[data-testid=audit-log-item][data-action=restore]:first-child").await?;
    window.css("[data-testid=audit-log-item][data-action=delete]").await?;
    window.shows("audit-table", "Was a mistake").await?;
    window.close().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lead_is_deleted_from_its_drawer_with_a_reason() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::demo(&folder.path().join("server"), 60)?;
    let admin = Device::sign_in(&folder.path().join("desk"), &server, VIKRAM)?;
    let new = domain::command::NewLead { name: "Kavya Rao".into(), phone: "+919820014700".into(), ..Default::default() };
    let lead = admin.engine.create_lead(new)?;
    admin.sync()?;
    let window = Window::open(&folder.path().join("vikram")).await?;
    sign_in(&window, &server, VIKRAM).await?;
    let row = format!("[data-testid=lead-row][data-lead='{lead}']");
    window.css(&row).await?;
    open_lead(&window, &lead.to_string()).await?;
    window.pick("drawer-more", "delete-lead").await?;
    window.css("[data-testid=lead-reason]:focus").await?;
    window.shows("reason-dialog", "Kavya Rao").await?;
    // Without a reason it stays.
    window.press(&Key::Enter.to_string()).await?;
    window.find("reason-dialog").await?;
    window.click("reason-keep").await?;
    window.gone("[data-testid=reason-dialog]").await?;
    window.css(&row).await?;

    window.pick("drawer-more", "delete-lead").await?;
    window.css("[data-testid=lead-reason]:focus").await?;
    window.press(&format!("Asked to be forgotten{}", Key::Enter)).await?;
    window.shows("toast", "Kavya Rao deleted").await?;
    window.gone("[data-testid=reason-dialog]").await?;
    window.gone("[data-testid=lead-drawer]").await?;
    window.gone(&row).await?;
    pill(&window, "synced").await?;
    go(&window, "#/admin/deleted").await?;
    window.shows("deleted-list", "Asked to be forgotten").await?;

    // What was done to it is one pick away from the lead itself.
    open_lead(&window, &lead.to_string()).await?;
    window.shows("deleted-reason", "Asked to be forgotten").await?;
    window.pick("drawer-more", "lead-audit").await?;
    window.css("[data-testid=audit-log-item][data-action=delete]:first-child").await?;
    window.css("[data-testid=audit-log-item][data-action=create]:last-child").await?;
    window.shows("audit-lead", "Kavya Rao").await?;
    assert_eq!(window.count("audit-log-item").await?, 2, "of this lead alone");
    window.close().await
}

/// Who is named on the lines that are shown.
async fn names(window: &Window) -> Result<Vec<String>> {
    let script = "return [...document.querySelectorAll('[data-testid=audit-log-item] th')].map(cell => cell.textContent.trim())";
    Ok(serde_json::from_value(window.client.execute(script, vec![]).await?)?)
}

/// Waits until the lines that are shown are by this person alone.
async fn only_by(window: &Window, name: &str) -> Result<()> {
    let shown = async || {
        let shown = names(window).await?;
        anyhow::ensure!(!shown.is_empty() && shown.iter().all(|shown| shown == name), "by {shown:?}");
        Ok(())
    };
    window.retry(&format!("lines by {name} alone"), shown).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_audit_log_is_narrowed_by_person_action_and_day() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::demo(&folder.path().join("server"), 60)?;
    let admin = Terminal::sign_in(&folder.path().join("terminal"), &server, VIKRAM)?.borrow(true)?;
    let asha = person(&admin, ASHA)?;
    let window = Window::open(&folder.path().join("vikram")).await?;
    sign_in(&window, &server, VIKRAM).await?;
    go(&window, "#/admin/audit").await?;
    window.find("audit-log-item").await?;
    let first = window.count("audit-log-item").await?;
    assert_eq!(first, domain::people::AUDIT_PAGE);
    window.click("load-older").await?;
    window.css(&format!("[data-testid=audit-log-item]:nth-child({})", first + 1)).await?;

    window.css(&format!("[data-testid=audit-person] option[value='{}']", asha.id)).await?;
    window.find("audit-person").await?.select_by_value(&asha.id.to_string()).await?;
    only_by(&window, &asha.name).await?;
    window.find("audit-action").await?.select_by_value("create").await?;
    window.gone("[data-testid=audit-log-item]:not([data-action=create])").await?;
    only_by(&window, &asha.name).await?;
    window.find("audit-action").await?.select_by_value("export").await?;
    window.shows("audit-none", "fits these filters").await?;

    window.click("clear-filters").await?;
    window.css("[data-testid=audit-log-item][data-action=sign_in]").await?;
    // Up to yesterday: nobody had signed in.
    window.click("audit-to").await?;
    window.click_css(".day-picker__menu .planner__day:not([disabled]):not(.planner__day--today)").await?;
    window.gone("[data-testid=audit-log-item][data-action=sign_in]").await?;
    window.click("clear-filters").await?;
    window.css("[data-testid=audit-log-item][data-action=sign_in]").await?;
    window.click("audit-from").await?;
    window.click_css(".day-picker__menu .planner__day--today").await?;
    window.css("[data-testid=audit-log-item][data-action=sign_in]").await?;
    window.close().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_audit_log_is_looked_through_to_the_line_that_fits() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::demo(&folder.path().join("server"), 20)?;
    let asha = Device::sign_in(&folder.path().join("asha"), &server, ASHA)?;
    let new = domain::command::NewLead { name: "Kavya Rao".into(), phone: "+919820014700".into(), ..Default::default() };
    let lead = asha.engine.create_lead(new)?;
    asha.engine.execute(lead, Command::AddTag { tag: "long ago".into() })?;
    // More than the server looks through for one answer.
    for part in 0..8 {
        let new = domain::command::NewLead { name: format!("Part {part}"), phone: format!("+91982001470{part}"), ..Default::default() };
        let lead = asha.engine.create_lead(new)?;
        for n in 0..280 {
            asha.engine.execute(lead, Command::LogCall { at: 1_795_000_000_000, outcome: format!("Try {n}") })?;
        }
    }
    asha.sync()?;
    let me = asha.engine.session()?.context("signed in")?.me.user;
    let window = Window::open(&folder.path().join("vikram")).await?;
    sign_in(&window, &server, VIKRAM).await?;
    go(&window, &format!("#/admin/audit?by={me}&action=update")).await?;
    window.find("audit-page").await?;
    window.css("[data-testid=audit-log-item][data-action=update]").await?;
    go(&window, &format!("#/admin/audit?by={me}&action=server")).await?;
    window.shows("audit-none", "fits these filters").await?;
    window.close().await
}
