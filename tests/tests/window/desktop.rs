//! The window in a desktop: reminders as notifications, the tray, links, where it was last, and calls. On a bus
//! of its own, with a notification server and a tray that are there or not.

use anyhow::{Context, Result, ensure};
use bridge::lead::{CommentAdd, LeadAssign, LeadGet, LeadOwners};
use bridge::presence::{Caller, LeadViewing, PresenceGet, PresenceOf};
use client::desk::Desk;
use domain::{Command, LeadId};
use fantoccini::Locator;
use fantoccini::key::Key;
use tests::desktop::Desktop;
use tests::device::Device;
use tests::processes::{Server, Terminal, eventually};
use tests::visit::{go, of_user_menu, open_lead, pill, sign_in, unlock};
use tests::window::{Surroundings, Window};

const ASHA: &str = "asha@nakshatra.example";

/// A lead whose call is promised in so many seconds.
fn promised_in(device: &Device, name: &str, phone: &str, seconds: i64) -> Result<LeadId> {
    let new = domain::command::NewLead { name: name.into(), phone: phone.into(), ..Default::default() };
    let lead = device.engine.create_lead(new)?;
    let due_at = client::system_env().now_ms() + seconds * 1_000;
    let (zone, local) = ("Asia/Kolkata".to_owned(), "2026-09-01T11:00".to_owned());
    device.engine.execute(lead, Command::ScheduleFollowUp { due_at, zone, local, note: "Fees <b>now</b>".into() })?;
    device.sync()?;
    Ok(lead)
}

fn is_hidden(window: &Window) -> Result<()> {
    eventually("the window is hidden", || Ok(!window.display.shows_window()?))
}

fn is_back(window: &Window) -> Result<()> {
    eventually("the window is back", || window.display.shows_window())
}

fn has_ended(pid: u32) -> Result<()> {
    eventually("the process ends", || {
        let state = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        Ok(state.is_empty() || state.contains(") Z "))
    })
}

/// Waits until so many of its own pixels fit into the window, give or take one.
async fn is_wide(window: &Window, wanted: i64) -> Result<()> {
    let fits = async || {
        let width = window.client.execute("return window.innerWidth", vec![]).await?.as_i64().context("a number")?;
        ensure!((width - wanted).abs() <= 1, "{width} px");
        Ok(())
    };
    window.retry(&format!("{wanted} px"), fits).await
}

/// What this copy remembers of its reminders, as text.
fn reminded(desk: &Desk) -> Result<String> {
    let kept =
        desk.engine().store().read(|c| Ok(c.query_row("SELECT value FROM meta WHERE key = 'reminded'", [], |r| r.get::<_, String>(0))?));
    Ok(kept?)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_window_closed_to_the_tray_reminds_and_comes_back() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::demo(&folder.path().join("server"), 60)?;
    let asha = Device::sign_in(&folder.path().join("asha"), &server, ASHA)?;
    let desktop = Desktop::start(true)?;
    let profile = folder.path().join("desk");
    let window = Window::open_in(&profile, &Surroundings { bus: Some(desktop.address()), ..Surroundings::default() }).await?;
    let app = window.app_pid().context("the app")?;
    desktop.menu_has("Locked")?;
    sign_in(&window, &server, ASHA).await?;
    // What the demo company's people missed is told at the launch, once.
    let missed = desktop.wait_for("missed")?;
    ensure!(!missed.actions.iter().any(|action| action == "snooze"), "{missed:?}");

    window.display.close_window()?;
    is_hidden(&window)?;
    let riya = promised_in(&asha, "Riya <i>Sharma</i>", "+919820014700", 6)?;
    let due = desktop.wait_for("Follow-up due: Riya <i>Sharma</i>")?;
    ensure!(due.body.contains("Fees &lt;b&gt;now&lt;/b&gt;"), "no markup comes out of a record: {}", due.body);
    ensure!(due.actions == ["default", "Open", "open", "Open", "snooze", "Snooze 10 min"], "{:?}", due.actions);
    ensure!(!window.display.shows_window()?, "a reminder does not bring the window");
    desktop.press(&due, "open", || window.display.shows_window())?;
    window.css(&format!("[data-testid=lead-drawer][data-lead='{riya}']")).await?;

    // From the tray: to the queue, and what is due.
    window.display.close_window()?;
    is_hidden(&window)?;
    desktop.pick("Next call")?;
    is_back(&window)?;
    window.find("queue-page").await?;
    let count = window.text_of("alert-badge").await?;
    desktop.menu_has(&format!("{count} follow-ups due"))?;

    // Put off: kept on this computer, and nowhere else.
    promised_in(&asha, "Akash", "+919820014701", 4)?;
    let due = desktop.wait_for("Follow-up due: Akash")?;
    let key = unlocked(&profile)?;
    desktop.press(&due, "snooze", || Ok(reminded(&key())?.contains("snoozed_until")))?;

    // The tray goes while the window is in it: nobody could find the window again.
    window.display.close_window()?;
    is_hidden(&window)?;
    desktop.lose_tray()?;
    is_back(&window)?;
    window.display.close_window()?;
    has_ended(app)?;
    let told = desktop.shown();
    ensure!(told.iter().filter(|shown| shown.title.contains("Riya")).count() == 1, "nothing rings twice: {told:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_given_a_lead_or_named_hears_of_it_while_the_window_is_closed() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::demo(&folder.path().join("server"), 20)?;
    let admin = Terminal::sign_in(&folder.path().join("vikram"), &server, "vikram@nakshatra.example")?.borrow(true)?;
    let new = domain::command::NewLead { name: "Kavya <i>Handed</i>".into(), phone: "+919820014700".into(), ..Default::default() };
    let lead = admin.engine().create_lead(new)?;
    admin.sync_once()?;
    let desktop = Desktop::start(true)?;
    let surroundings = Surroundings { bus: Some(desktop.address()), ..Surroundings::default() };
    let window = Window::open_in(&folder.path().join("desk"), &surroundings).await?;
    sign_in(&window, &server, ASHA).await?;
    pill(&window, "synced").await?;
    // It has looked at the clock once: what came before that is behind the bell alone.
    desktop.wait_for("missed")?;
    window.display.close_window()?;
    is_hidden(&window)?;

    let choice = admin.ask(LeadOwners { lead })?.into_iter().find(|choice| choice.name == "Asha Menon").context("Asha")?;
    let expected = admin.ask(LeadGet { lead })?.owner.map(|(user, _)| user);
    admin.ask(LeadAssign { lead, expected, owner: Some(choice.user) })?;
    let given = desktop.wait_for("New lead: Kavya <i>Handed</i>")?;
    ensure!(given.body.contains("Assigned to you by"), "{given:?}");
    ensure!(!given.actions.iter().any(|action| action == "snooze"), "nothing is due: {given:?}");

    admin.ask(CommentAdd { lead, text: "@Asha Menon <b>today</b>, please".into(), mentions: vec![choice.user] })?;
    admin.sync_once()?;
    let named = desktop.wait_for("mentioned you: Kavya <i>Handed</i>")?;
    ensure!(named.body.contains("&lt;b&gt;today&lt;/b&gt;"), "no markup comes out of a comment: {}", named.body);
    ensure!(!window.display.shows_window()?, "news do not bring the window");
    desktop.press(&named, "open", || window.display.shows_window())?;
    window.css(&format!("[data-testid=lead-drawer][data-lead='{lead}']")).await?;
    window.shows("lead-drawer", "please").await
}

/// Opens the copy that is open in the window for reading, as often as wanted.
fn unlocked(profile: &std::path::Path) -> Result<impl Fn() -> Desk> {
    let terminal = Terminal { profile: profile.to_owned() };
    terminal.borrow(false)?;
    Ok(move || terminal.borrow(false).expect("it opened before"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn quit_ends_it_and_the_sign_in_form_is_never_hidden() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::demo(&folder.path().join("server"), 20)?;
    let desktop = Desktop::start(true)?;
    let profile = folder.path().join("desk");
    let around = Surroundings { bus: Some(desktop.address()), ..Surroundings::default() };
    let window = Window::open_in(&profile, &around).await?;
    window.find("login-submit").await?;
    desktop.menu_has("Quit")?;
    let app = window.app_pid().context("the app")?;
    window.display.close_window()?;
    has_ended(app)?;
    drop(window);

    let window = Window::open_in(&profile, &around).await?;
    sign_in(&window, &server, ASHA).await?;
    // Everything larger, also after a restart.
    window.press(&format!("{}={}", Key::Control, Key::Null)).await?;
    is_wide(&window, 1_280 * 100 / 110).await?;
    desktop.menu_has("Quit")?;
    let app = window.app_pid().context("the app")?;
    window.display.close_window()?;
    is_hidden(&window)?;
    desktop.pick("Quit")?;
    has_ended(app)?;
    drop(window);

    // Behind one's name, too; and where closing is to end it.
    let window = Window::open_in(&profile, &around).await?;
    unlock(&window).await?;
    is_wide(&window, 1_280 * 100 / 110).await?;
    window.press(&format!("{}0{}", Key::Control, Key::Null)).await?;
    is_wide(&window, 1_280).await?;
    go(&window, "#/account").await?;
    tests::visit::choose(&window, "close-to-tray", "off").await?;
    let app = window.app_pid().context("the app")?;
    eventually("the setting is kept", || Ok(std::fs::read_to_string(profile.join("station.json"))?.contains("\"close_to_tray\":false")))?;
    window.display.close_window()?;
    has_ended(app)?;
    drop(window);
    let window = Window::open_in(&profile, &around).await?;
    unlock(&window).await?;
    go(&window, "#/account").await?;
    tests::visit::choose(&window, "close-to-tray", "on").await?;
    let app = window.app_pid().context("the app")?;
    let place = (30, 20, 1_100, 700);
    window.display.place_window(place)?;
    eventually("it moved", || Ok(window.display.window_place()? == place))?;
    of_user_menu(&window, "quit-button").await?;
    has_ended(app)?;
    ensure!(std::fs::read_to_string(profile.join("window.json"))?.contains("\"width\":1100"), "where it was is kept");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_bus_the_bell_has_it_and_closing_ends_the_app() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::demo(&folder.path().join("server"), 20)?;
    let asha = Device::sign_in(&folder.path().join("asha"), &server, ASHA)?;
    let profile = folder.path().join("desk");
    let window = Window::open(&profile).await?;
    let app = window.app_pid().context("the app")?;
    sign_in(&window, &server, ASHA).await?;
    let before: u32 = window.text_of("alert-badge").await.ok().and_then(|count| count.parse().ok()).unwrap_or(0);
    promised_in(&asha, "Riya", "+919820014700", 1)?;
    window.shows("alert-badge", &(before + 1).to_string()).await?;
    eventually("it was to be shown", || Ok(reminded(&Terminal { profile: profile.clone() }.borrow(false)?)?.contains("\"at\"")))?;
    window.find("app-shell").await?;
    go(&window, "#/account").await?;
    window.find("remind-before").await?;
    ensure!(window.count("close-to-tray").await? == 0, "no tray, no such setting");
    window.display.close_window()?;
    has_ended(app)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_opens_the_window_that_is_there_and_waits_for_the_password() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::demo(&folder.path().join("server"), 20)?;
    let asha = Device::sign_in(&folder.path().join("asha"), &server, ASHA)?;
    let lead = promised_in(&asha, "Riya", "+919820014700", 3_600)?;
    let other = promised_in(&asha, "Akash", "+919820014701", 7_200)?;
    let profile = folder.path().join("desk");
    let window = Window::open(&profile).await?;
    sign_in(&window, &server, ASHA).await?;
    let drawer = |lead: LeadId| format!("[data-testid=lead-drawer][data-lead='{lead}']");
    ensure!(window.start_again(&profile, &[&format!("leadline://lead/{lead}")])? == Some(0), "the second start hands over");
    window.css(&drawer(lead)).await?;
    for (link, says) in [("leadline://lead/nobody", "names no lead"), ("https://example.com/x", "no link of Leadline")] {
        ensure!(window.start_again(&profile, &[link])? == Some(0), "{link}");
        window.shows("toast", says).await?;
        window.css(&drawer(lead)).await?;
    }
    ensure!(window.start_again(&profile, &[])? == Some(0), "it only wants the window");

    // Behind the lock it waits.
    of_user_menu(&window, "lock-button").await?;
    window.find("unlock-password").await?;
    ensure!(window.start_again(&profile, &[&format!("leadline://lead/{other}")])? == Some(0), "handed over");
    ensure!(window.count("lead-drawer").await? == 0, "nothing is shown behind the lock");
    unlock(&window).await?;
    window.css(&drawer(other)).await?;
    window.close().await?;

    // At a cold start.
    let link = format!("leadline://lead/{lead}");
    let window = Window::open_in(&profile, &Surroundings { args: &[&link], ..Surroundings::default() }).await?;
    unlock(&window).await?;
    window.css(&drawer(lead)).await?;
    window.close().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_window_is_where_it_was_and_never_where_no_screen_is() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let profile = folder.path().join("desk");
    let place = (150, 60, 1100, 700);
    let large = Surroundings { size: (1600, 1000), ..Surroundings::default() };
    let window = Window::open_in(&profile, &large).await?;
    window.find("login-submit").await?;
    window.display.place_window(place)?;
    eventually("it moved", || Ok(window.display.window_place()? == place))?;
    let app = window.app_pid().context("the app")?;
    window.display.close_window()?;
    has_ended(app)?;
    drop(window);
    let window = Window::open_in(&profile, &large).await?;
    window.find("login-submit").await?;
    eventually("it is there again", || Ok(window.display.window_place()? == place))?;
    drop(window);

    std::fs::write(profile.join("window.json"), r#"{"x":4000,"y":100,"width":1100,"height":700,"is_maximized":false}"#)?;
    let window = Window::open_in(&profile, &large).await?;
    window.find("login-submit").await?;
    let (x, ..) = window.display.window_place()?;
    ensure!((0..1_600).contains(&x), "that screen is gone: {x}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_goes_to_the_systems_program_or_to_ones_own() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::demo(&folder.path().join("server"), 20)?;
    let asha = Device::sign_in(&folder.path().join("asha"), &server, ASHA)?;
    let lead = promised_in(&asha, "Riya", "+919820014700", 3_600)?;
    let profile = folder.path().join("desk");
    let window = Window::open(&profile).await?;
    sign_in(&window, &server, ASHA).await?;
    open_lead(&window, &lead.to_string()).await?;
    window.press("c").await?;
    eventually("it is dialled", || Ok(window.dialled() == ["tel:+919820014700"]))?;

    // A softphone of one's own; what is no command is refused.
    let (script, argv) = (folder.path().join("soft phone"), folder.path().join("argv"));
    std::fs::write(&script, format!("#!/bin/sh\nprintf '[%s]' \"$@\" >'{}'\n", argv.display()))?;
    std::fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    go(&window, "#/account").await?;
    window.click("dialling-change").await?;
    window.click("dialling-command").await?;
    window.fill("dialling-line", "soft phone").await?;
    window.click("dialling-save").await?;
    window.shows("form-error", "{number}").await?;
    window.fill("dialling-line", &format!("\"{}\" --call sip:{{number}}@pbx $HOME;x", script.display())).await?;
    window.click("dialling-save").await?;
    window.gone("[data-testid=dialling-dialog]").await?;
    window.shows("dialling-now", "soft phone").await?;
    open_lead(&window, &lead.to_string()).await?;
    window.click("action-call").await?;
    eventually("the softphone was started", || {
        Ok(std::fs::read_to_string(&argv).is_ok_and(|said| said == "[--call][sip:+919820014700@pbx][$HOME;x]"))
    })?;
    ensure!(window.dialled().len() == 1, "the system's program is not asked any more");

    // A program that is not there says so; nothing was logged by any of it.
    std::fs::remove_file(&script)?;
    window.click("action-call").await?;
    window.shows("toast", "could not be started").await?;
    pill(&window, "synced").await?;
    window.close().await?;
    let desk = Terminal { profile }.borrow(false)?;
    let entries = desk.ask(bridge::lead::LeadTimeline { lead })?;
    ensure!(!entries.iter().any(|entry| matches!(entry.what, bridge::lead::TimelineWhat::Call { .. })), "dialling logs no call");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_else_is_on_a_lead_is_said_and_a_lead_that_is_called_is_passed_over() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::demo(&folder.path().join("server"), 20)?;
    let asha = Device::sign_in(&folder.path().join("asha"), &server, ASHA)?;
    // Promised long ago: the first in the queue.
    let first = promised_in(&asha, "Riya", "+919820014700", -3_600 * 24 * 90)?;
    let second = promised_in(&asha, "Akash", "+919820014701", -3_600 * 24 * 89)?;
    let meera = Terminal::sign_in(&folder.path().join("meera"), &server, "meera@nakshatra.example")?.borrow(true)?;
    meera.sync_once()?;
    meera.start_sync()?;
    let window = Window::open(&folder.path().join("desk")).await?;
    sign_in(&window, &server, ASHA).await?;
    pill(&window, "synced").await?;
    let view = |at, lead, calls| meera.ask(LeadViewing { at, lead, calls });

    open_lead(&window, &first.to_string()).await?;
    eventually("her line is open", || Ok(meera.engine().sync_status().live))?;
    view(1, Some(first), false)?;
    window.shows("lead-presence", "Meera Nair is on this lead").await?;
    window.css(&format!("[data-testid=lead-row][data-lead='{first}'] [data-testid=row-presence]")).await?;
    eventually("she sees who is on it, too", || Ok(!meera.ask(PresenceGet {})?.is_empty()))?;
    view(2, None, false)?;
    window.gone("[data-testid=lead-presence]").await?;

    go(&window, "#/queue").await?;
    let shows = |lead: LeadId| format!("[data-testid=queue-lead][data-lead='{lead}']");
    window.css(&shows(first)).await?;
    let called = |lead| PresenceOf { lead, others: vec!["Asha Menon".into()], caller: Some(Caller::Other { name: "Asha Menon".into() }) };
    eventually("she calls it", || Ok(meera.ask(PresenceGet {})? == [called(first)]))?;
    // The other one is called elsewhere: it is not offered.
    view(3, Some(second), true)?;
    window.gone(&format!("[data-testid=queue-first][data-lead='{second}']")).await?;
    window.client.execute("document.activeElement.blur()", vec![]).await?;
    window.press(&format!("{}{}{}", Key::Control, Key::Right, Key::Null)).await?;
    window.gone(&shows(first)).await?;
    eventually("she lets go of it", || Ok(!meera.ask(PresenceGet {})?.iter().any(|one| one.lead == first)))?;
    ensure!(window.client.find_all(Locator::Css(&shows(second))).await?.is_empty(), "nobody is called twice");
    meera.close();
    window.close().await
}
