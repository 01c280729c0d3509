//! One's account, the people page and the gate's rarer faces in the real window: each test is one story.

use anyhow::{Context, Result, ensure};
use bridge::account::AccountGet;
use bridge::admin::{DeviceList, DeviceRevoke, PeopleList};
use client::desk::Desk;
use client::{Station, system_env, vault::Homes};
use domain::people::{Device, DeviceState, Person};
use fantoccini::key::Key;
use serde_json::json;
use std::path::Path;
use tests::processes::{PASSWORD, Server, Terminal, eventually};
use tests::record;
use tests::visit::{choose, fill_in, go, of_user_menu, pill, retype, sign_in};
use tests::window::Window;
use totp_rs::{Builder, Secret};

const ASHA: &str = "asha@nakshatra.example";
const VIKRAM: &str = "vikram@nakshatra.example";
const NEW: &str = "copper lantern drifting harbour";
const NEWER: &str = "seven otters paint a violin";

fn admin(folder: &Path, server: &Server) -> Result<Desk> {
    Terminal::sign_in(&folder.join("terminal"), server, VIKRAM)?.borrow(true)
}

fn person(desk: &Desk, email: &str) -> Result<Person> {
    let people = desk.ask(PeopleList {})?.people.into_iter().map(|dated| dated.item);
    people.into_iter().find(|person| person.email == email).context("the person")
}

fn devices_of(desk: &Desk, name: &str) -> Result<Vec<Device>> {
    Ok(desk.ask(DeviceList {})?.into_iter().map(|dated| dated.item).filter(|device| device.user_name == name).collect())
}

/// Until Asha's only computer is so; being told to ask less often is no answer yet.
fn becomes(desk: &Desk, what: &str, state: DeviceState) -> Result<()> {
    eventually(what, || Ok(devices_of(desk, "Asha Menon").is_ok_and(|devices| devices[0].state == state)))
}

/// Picks a deed of the menu in the only row that matches.
async fn deed(window: &Window, row: &str, deed: &str) -> Result<()> {
    window.click_css(&format!("{row} [data-testid=row-menu]")).await?;
    window.click(deed).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_administrator_looks_after_people_teams_and_devices() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::demo(&folder.path().join("server"), 30)?;
    let admin = admin(folder.path(), &server)?;
    let asha = Terminal::sign_in(&folder.path().join("asha"), &server, ASHA)?;
    let window = Window::open(&folder.path().join("vikram")).await?;
    sign_in(&window, &server, VIKRAM).await?;
    go(&window, "#/admin/users").await?;
    let row = format!("[data-testid=user-row][data-email='{ASHA}']");

    // A code for a forgotten password; another team; out, and in again.
    deed(&window, &row, "new-code").await?;
    window.shows("one-time-link", "leadline://join").await?;
    window.click("code-done").await?;
    window.gone("[data-testid=code-dialog]").await?;
    deed(&window, &row, "change-team").await?;
    let teams = admin.ask(PeopleList {})?.teams;
    let kochi = teams.iter().find(|team| team.name == "Kochi").context("a team")?.id;
    choose(&window, "team-dropdown", &kochi.to_string()).await?;
    window.click("team-change-confirm").await?;
    window.gone("[data-testid=team-dialog]").await?;
    assert_eq!(person(&admin, ASHA)?.team, Some(kochi));
    deed(&window, &row, "disable-user").await?;
    window.click("confirm-act").await?;
    window.css(&format!("{row} [data-testid=user-status][data-state=disabled]")).await?;
    deed(&window, &row, "enable-user").await?;
    window.css(&format!("{row} [data-testid=user-status][data-state=active]")).await?;
    ensure!(!person(&admin, ASHA)?.disabled);

    window.click("tab-teams").await?;
    window.fill("team-new", "Mumbai").await?;
    window.click("team-create").await?;
    window.shows("teams-table", "Mumbai").await?;
    let mumbai = admin.ask(PeopleList {})?.teams.into_iter().find(|team| team.name == "Mumbai").context("made")?.id;
    window.click_css(&format!("[data-team='{mumbai}'] [data-testid=team-rename]")).await?;
    window.css("[data-testid=team-name]:focus").await?;
    retype(&window, "team-name", &format!("Thane{}", Key::Enter)).await?;
    window.shows("teams-table", "Thane").await?;
    ensure!(admin.ask(PeopleList {})?.teams.iter().any(|team| team.id == mumbai && team.name == "Thane"));

    go(&window, "#/admin/permissions").await?;
    window.shows("permissions-grid", "Assign by hand").await?;

    // First revoked, then to be wiped; the computer says when it did.
    go(&window, "#/admin/devices").await?;
    let device = devices_of(&admin, "Asha Menon")?.first().context("a device")?.id;
    let row = format!("[data-testid=device-row][data-device='{device}']");
    deed(&window, &row, "revoke-device").await?;
    window.click("confirm-act").await?;
    window.css(&row).await?;
    becomes(&admin, "revoked", DeviceState::Revoked)?;
    window.gone("[data-testid=revoke-dialog]").await?;
    deed(&window, &row, "wipe-device").await?;
    window.click("confirm-act").await?;
    window.gone("[data-testid=wipe-dialog]").await?;
    becomes(&admin, "ordered", DeviceState::WipeOrdered)?;
    ensure!(asha.attempt(&["sync"])?.0 != 0);
    becomes(&admin, "wiped", DeviceState::Wiped)?;
    window.click("admin-refresh").await?;
    window.shows("devices-table", "Wiped").await?;
    window.close().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_looks_after_their_own_account() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::demo(&folder.path().join("server"), 30)?;
    let other = Terminal::sign_in(&folder.path().join("other"), &server, ASHA)?;
    let window = Window::open(&folder.path().join("asha")).await?;
    sign_in(&window, &server, ASHA).await?;
    window.shows("toast", "Signed in as Asha Menon").await?;
    go(&window, "#/account").await?;
    window.click("account-name-edit").await?;
    retype(&window, "account-name-input", "Asha Menon-Rao").await?;
    window.press(&Key::Enter.to_string()).await?;
    window.shows("account-name", "Asha Menon-Rao").await?;
    window.css("[data-testid=user-menu][title='Asha Menon-Rao']").await?;

    // The other computer's session.
    assert_eq!(other.borrow(true)?.ask(AccountGet {})?.sessions.len(), 2);
    window.click("session-end").await?;
    window.fewer("session-row", 2).await?;
    ensure!(other.attempt(&["sync"])?.0 != 0, "it has to sign in again");

    window.click("two-step-begin").await?;
    let secret: String = window.find("two-step-secret").await?.prop("textContent").await?.context("a secret")?.split_whitespace().collect();
    let totp = Builder::new().with_secret(Secret::try_from_base32(&secret)?).build()?;
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_secs();
    retype(&window, "two-step-box", &totp.generate(now).to_string()).await?;
    window.click("two-step-confirm").await?;
    window.click("recovery-kept").await?;
    window.find("two-step-on").await?;
    window.click("two-step-end").await?;
    retype(&window, "two-step-box", "not my password").await?;
    window.click("two-step-end-confirm").await?;
    window.css("[data-testid=two-step-off-form] .field__problem").await?;
    retype(&window, "two-step-box", PASSWORD).await?;
    window.click("two-step-end-confirm").await?;
    window.find("two-step-begin").await?;

    // Everywhere is here, too, and at once.
    window.click("sign-out-everywhere").await?;
    window.click("sign-out-everywhere-confirm").await?;
    window.find("login-form").await?;
    fill_in(&window, &server.url, ASHA, PASSWORD).await?;
    window.find("app-shell").await?;
    of_user_menu(&window, "logout-button").await?;
    window.shows("toast", "Signed out").await?;
    window.find("login-form").await?;
    window.close().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_gate_says_why_it_is_shut() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::demo(&folder.path().join("server"), 30)?;
    let profile = folder.path().join("asha");

    // No keychain: the file is asked for first.
    let window = Window::open_without_keychain(&profile, (1280, 800)).await?;
    fill_in(&window, &server.url, ASHA, PASSWORD).await?;
    window.find("key-file-question").await?;
    window.click("key-file-not-now").await?;
    window.shows("login-error", "no place for the key").await?;
    window.click("login-submit").await?;
    window.click("key-file-allow").await?;
    window.find("app-shell").await?;
    pill(&window, "synced").await?;
    window.close().await?;

    record::set(&profile, "lease_until", json!(1))?;
    let window = Window::open(&profile).await?;
    window.shows("gate-title", "Sign in once with the server").await?;
    fill_in(&window, &server.url, ASHA, PASSWORD).await?;
    window.find("app-shell").await?;

    server.command(&["user", "disable", ASHA])?;
    window.find("gate-cut-off").await?;
    window.shows("recover", "leadline-server recover").await?;
    server.command(&["user", "enable", ASHA])?;
    window.click("cut-off-sign-in").await?;
    fill_in(&window, &server.url, ASHA, PASSWORD).await?;
    window.find("app-shell").await?;
    window.close().await?;

    record::set(&profile, "wipe_at", json!(1))?;
    record::set(&profile, "due_since", json!(1))?;
    let window = Window::open(&profile).await?;
    window.shows("gate-title", "This copy is gone").await?;
    let copy = record::copies(&profile)?.pop().context("a copy")?;
    window.shows("recover", copy.to_str().context("a path")?).await?;
    fill_in(&window, &server.url, ASHA, PASSWORD).await?;
    window.find("app-shell").await?;
    ensure!(record::copies(&profile)?.len() == 2 && !copy.join("leadline.key").exists());
    window.close().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_that_a_sign_in_goes_by_is_opened_once_more_or_left() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::demo(&folder.path().join("server"), 30)?;
    let admin = admin(folder.path(), &server)?;
    let elsewhere = Station::at(folder.path().join("elsewhere"), system_env(), Homes::file());
    let window = Window::open(&folder.path().join("asha")).await?;
    sign_in(&window, &server, ASHA).await?;
    for (old, new) in [(PASSWORD, NEW), (NEW, NEWER)] {
        let ask = json!({"server": server.url, "email": ASHA, "password": old});
        elsewhere.answer("session_sign_in", ask)?;
        elsewhere.answer("password_change", json!({"old": old, "new": new}))?;
        // The window hears of it: her session there is over.
        window.find("login-form").await?;
        fill_in(&window, &server.url, ASHA, new).await?;
        window.find("old-copy").await?;
        window.shows("recover", "leadline-server recover").await?;
        if old == PASSWORD {
            window.css("[data-testid=old-password]:focus").await?;
            window.press(&format!("not this one{}", Key::Enter)).await?;
            window.find("login-error").await?;
            retype(&window, "old-password", old).await?;
            window.press(&Key::Enter.to_string()).await?;
        } else {
            // This time it is forgotten.
            window.click("begin-new").await?;
        }
        window.find("app-shell").await?;
    }
    window.shows("toast", "A new copy began").await?;
    assert_eq!(record::copies(&folder.path().join("asha"))?.len(), 2);
    of_user_menu(&window, "switch-button").await?;
    window.find("older-copy").await?;
    window.click_css("[data-testid=people] [data-testid=profile-card]").await?;
    window.css("[data-testid=unlock-password]:focus").await?;
    window.press(&format!("{NEWER}{}", Key::Enter)).await?;
    window.find("app-shell").await?;

    // The computer is revoked; she begins anew with her password.
    let here: Vec<_> = devices_of(&admin, "Asha Menon")?.into_iter().filter(|device| device.state == DeviceState::Active).collect();
    for device in here {
        admin.ask(DeviceRevoke { device: device.id })?;
    }
    window.click("cut-off-sign-in").await?;
    fill_in(&window, &server.url, ASHA, NEWER).await?;
    window.shows("gate-title", "This computer’s copy is closed").await?;
    window.click("begin-new").await?;
    window.find("app-shell").await?;
    window.close().await
}
