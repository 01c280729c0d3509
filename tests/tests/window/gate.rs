//! The gate in the real window: locking and unlocking by keys alone, with and without a network;
//! several people at one computer; invitations, two-step sign-in, a role that changes.

use anyhow::{Context, Result, ensure};
use bridge::account::PasswordStrength;
use bridge::admin::{PeopleList, PersonChange, PersonInvite};
use domain::Role;
use domain::people::Post;
use fantoccini::key::Key;
use tests::processes::{PASSWORD, Server, Terminal};
use tests::visit::{fill_in, go, of_user_menu, open_lead, pill, retype, sign_in, unlock, value_of};
use tests::window::Window;
use totp_rs::{Builder, Secret};

const ASHA: &str = "asha@nakshatra.example";
const SANJAY: &str = "sanjay@nakshatra.example";
const ADMIN: &str = "vikram@nakshatra.example";
/// What people of the demo company would choose.
const GOOD: &str = "copper lantern drifting harbour";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lock_is_opened_by_keys_alone_and_nothing_typed_is_lost() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut server = Server::demo(&folder.path().join("server"), 60)?;
    let profile = folder.path().join("asha");
    let window = Window::open(&profile).await?;
    sign_in(&window, &server, ASHA).await?;
    let lead = window.css("[data-testid=lead-row]").await?.attr("data-lead").await?.context("a lead")?;
    open_lead(&window, &lead).await?;
    window.click("note-add").await?;
    window.press("Half a thought").await?;

    of_user_menu(&window, "lock-button").await?;
    window.find("unlock-form").await?;
    window.shows("unlock-name", "@nakshatra.example").await?;
    window.press(&format!("not this one{}", Key::Enter)).await?;
    window.find("login-error").await?;
    // What is typed stands, and is marked to be typed over.
    assert_eq!(value_of(&window, "unlock-password").await?, "not this one");
    unlock(&window).await?;
    window.css(&format!("[data-testid=lead-drawer][data-lead='{lead}']")).await?;
    window.find("note-add").await?;
    assert_eq!(value_of(&window, "note-add").await?, "Half a thought");

    // Nobody touches it for an hour, by the window's clock.
    window.client.execute("const now = Date.now; Date.now = () => now() + 3600e3", vec![]).await?;
    window.find("unlock-form").await?;
    assert!(!window.text().await?.contains("Half a thought"));
    window.close().await?;

    // Another day, without a network.
    server.kill()?;
    let window = Window::open(&profile).await?;
    unlock(&window).await?;
    window.find("lead-row").await?;
    pill(&window, "offline").await?;
    window.close().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_people_share_a_computer_and_each_begins_with_their_own() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::demo(&folder.path().join("server"), 60)?;
    let window = Window::open(&folder.path().join("desk")).await?;
    sign_in(&window, &server, ASHA).await?;
    go(&window, "#/attention").await?;
    window.find("attention-page").await?;
    of_user_menu(&window, "switch-button").await?;
    window.find("people").await?;
    // Around to the last, by keys.
    window.css("[data-testid=profile-card]:focus").await?;
    window.press(&format!("{}{}", Key::Up, Key::Enter)).await?;
    window.find("login-form").await?;
    sign_in(&window, &server, SANJAY).await?;
    window.css("[data-testid=user-menu][title='Sanjay Kulkarni']").await?;
    window.find("leads-page").await?;

    of_user_menu(&window, "switch-button").await?;
    window.click_css("[data-testid=people] li:nth-child(2) button").await?;
    window.find("unlock-form").await?;
    unlock(&window).await?;
    window.css("[data-testid=user-menu][title='Asha Menon']").await?;
    window.find("leads-page").await?;
    // Whoever signs out leaves the others where they were.
    of_user_menu(&window, "logout-button").await?;
    window.find("login-form").await?;
    window.click("people-here").await?;
    assert_eq!(window.count("profile-card").await?, 2);
    window.close().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invitation_and_a_second_step_let_in_and_a_new_role_redraws() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::demo(&folder.path().join("server"), 60)?;
    let admin = Terminal::sign_in(&folder.path().join("admin"), &server, ADMIN)?.borrow(true)?;
    let people = admin.ask(PeopleList {})?;
    let pune = people.teams.iter().find(|team| team.name == "Pune").context("a team")?.id;
    let (name, email) = ("Leela Rane".to_owned(), "leela@nakshatra.example".to_owned());
    let invitation = admin.ask(PersonInvite { name, email, role: Role::Salesperson, team: Some(pune) })?.item;
    ensure!(!admin.ask(PasswordStrength { password: "leela".into() })?.good_enough, "the word is weak");

    let window = Window::open(&folder.path().join("leela")).await?;
    window.click("have-invitation").await?;
    retype(&window, "invitation-code", &invitation.link).await?;
    window.shows("invitation-server", server.url.trim_start_matches("http://")).await?;
    retype(&window, "invitation-password", "leela").await?;
    window.find("password-advice").await?;
    retype(&window, "invitation-password", GOOD).await?;
    window.gone("[data-testid=password-advice]").await?;
    window.press(&Key::Enter.to_string()).await?;
    window.find("app-shell").await?;
    window.shows("user-role", "Salesperson").await?;

    // Two-step sign-in, from the phone's side of it.
    go(&window, "#/account").await?;
    window.click("two-step-begin").await?;
    window.css("[data-testid=two-step-qr]").await?;
    let secret: String = window.find("two-step-secret").await?.prop("textContent").await?.context("a secret")?.split_whitespace().collect();
    retype(&window, "two-step-box", "000000").await?;
    window.click("two-step-confirm").await?;
    window.css("[data-testid=two-step-dialog] .field__problem").await?;
    retype(&window, "two-step-box", &shown_now(&secret)?).await?;
    window.click("two-step-confirm").await?;
    let recovery = window.css("[data-testid=recovery-codes] li").await?.prop("textContent").await?.context("a recovery code")?;
    window.click("recovery-kept").await?;
    window.find("two-step-on").await?;

    // Her role changes while she is there.
    let leela = admin.ask(PeopleList {})?.people.into_iter().find(|p| p.item.name == "Leela Rane").context("she")?.item;
    let expected = Post { role: leela.role, team: leela.team, disabled: leela.disabled };
    admin.ask(PersonChange { user: leela.id, post: Post { role: Role::TeamLead, ..expected.clone() }, expected })?;
    window.shows("toast", "You are now Team Lead.").await?;
    window.shows("user-role", "Team Lead").await?;

    of_user_menu(&window, "logout-button").await?;
    fill_in(&window, &server.url, "leela@nakshatra.example", GOOD).await?;
    window.find("second-factor-form").await?;
    window.css("[data-testid=login-code]:focus").await?;
    window.press(&format!("123456{}", Key::Enter)).await?;
    window.find("login-error").await?;
    retype(&window, "login-code", &recovery).await?;
    window.press(&Key::Enter.to_string()).await?;
    window.find("app-shell").await?;
    window.close().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_password_is_changed_by_its_owner_and_opens_the_copy() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::demo(&folder.path().join("server"), 60)?;
    let window = Window::open(&folder.path().join("asha")).await?;
    sign_in(&window, &server, ASHA).await?;
    go(&window, "#/account").await?;
    window.click("password-open").await?;
    retype(&window, "password-old", "wrong one").await?;
    retype(&window, "password-new", GOOD).await?;
    window.click("password-save").await?;
    window.css("[data-testid=password-form] .field__problem").await?;
    // Marked, to be typed over.
    window.css("[data-testid=password-old]:focus").await?;
    retype(&window, "password-old", PASSWORD).await?;
    window.click("password-save").await?;
    window.shows("toast", "Password changed").await?;
    of_user_menu(&window, "lock-button").await?;
    window.css("[data-testid=unlock-password]:focus").await?;
    window.press(&format!("{GOOD}{}", Key::Enter)).await?;
    window.find("account-page").await?;
    window.close().await
}

/// What an authenticator app shows now.
fn shown_now(secret: &str) -> Result<String> {
    let totp = Builder::new().with_secret(Secret::try_from_base32(secret)?).build()?;
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
    Ok(totp.generate(now.as_secs()).to_string())
}
