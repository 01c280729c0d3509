//! Many leads at once in the real window: ticked by key and mouse, changed, taken back, copied.

use anyhow::{Result, ensure};
use bridge::lead::LeadGet;
use domain::command::NewLead;
use domain::{Command, LeadId, Status};
use fantoccini::key::Key;
use tests::device::Device;
use tests::processes::{Server, Terminal};
use tests::visit::{fill_in, go, pill, sign_in};
use tests::window::Window;
use tests::wire::Wire;

const ASHA: &str = "asha@nakshatra.example";
const MANAGER: &str = "meera@nakshatra.example";
const FAIR: &str = "Education fair";

/// Leads of one source, the last made first in the list.
fn at_the_fair(device: &Device, count: usize) -> Result<Vec<LeadId>> {
    let lead = |n: usize| {
        let new =
            NewLead { name: format!("Fair {n}"), phone: format!("+9198200147{n:02}"), source: Some(FAIR.into()), ..NewLead::default() };
        Ok(device.engine.create_lead(new)?)
    };
    let leads = (0..count).map(lead).collect::<Result<_>>()?;
    device.sync()?;
    Ok(leads)
}

fn row(lead: LeadId, rest: &str) -> String {
    format!("[data-testid=lead-row][data-lead='{lead}']{rest}")
}

fn with(modifier: Key, key: &str) -> String {
    format!("{modifier}{key}{}", Key::Null)
}

async fn statuses(window: &Window, leads: &[LeadId], status: Status) -> Result<()> {
    for lead in leads {
        window.css(&row(*lead, &format!("[data-status={}]", status.as_str()))).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ticked_leads_are_changed_together_and_taken_back() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::demo(&folder.path().join("server"), 60)?;
    let asha = Device::sign_in(&folder.path().join("asha"), &server, ASHA)?;
    let leads = at_the_fair(&asha, 5)?;
    let window = Window::open(&folder.path().join("desk")).await?;
    sign_in(&window, &server, ASHA).await?;
    go(&window, "#/leads?pool=all&source=Education%20fair").await?;
    window.css(&row(leads[0], "")).await?;

    // By keys: one, two more with Shift; by mouse another, and none of it opens a lead.
    window.press("j").await?;
    window.press("x").await?;
    window.shows("bulk-count", "1 selected").await?;
    window.press(&with(Key::Shift, &Key::Down.to_string())).await?;
    window.press(&with(Key::Shift, "J")).await?;
    window.shows("bulk-count", "3 selected").await?;
    window.click_css(&row(leads[0], " [data-testid=row-tick]")).await?;
    window.shows("bulk-count", "4 selected").await?;
    window.css(&row(leads[0], "[aria-selected=true]")).await?;
    ensure!(window.count("lead-drawer").await? == 0, "a tick opens nothing");
    ensure!(window.count("bulk-copy").await? == 0, "a salesperson exports nothing");

    // A tag, and back by Ctrl Z.
    window.press("t").await?;
    window.css("[data-testid=bulk-tag-text]:focus").await?;
    window.press(&format!("vip{}", Key::Enter)).await?;
    window.shows("toast", "4 changed").await?;
    window.press(&with(Key::Control, "z")).await?;
    window.shows("toast", "4 taken back").await?;

    // All that match, the status by mouse.
    window.press(&with(Key::Control, "a")).await?;
    window.shows("bulk-count", "5 selected").await?;
    window.click("bulk-status").await?;
    window.click("bulk-to-in_progress").await?;
    window.shows("toast", "5 changed").await?;
    statuses(&window, &leads, Status::InProgress).await?;
    window.click("toast-action").await?;
    window.shows("toast", "5 taken back").await?;
    statuses(&window, &leads, Status::New).await?;

    // A drop asks why; where they leave the list, they leave the selection.
    go(&window, "#/leads?pool=working&source=Education%20fair").await?;
    window.press(&with(Key::Control, "a")).await?;
    window.shows("bulk-count", "5 selected").await?;
    window.press("d").await?;
    window.fill("reason-text", "Bought elsewhere").await?;
    window.click("reason-save").await?;
    window.shows("toast", "5 changed").await?;
    window.find("no-leads-found").await?;
    window.gone("[data-testid=bulk-bar]").await?;
    window.press(&with(Key::Control, "z")).await?;
    window.shows("toast", "5 taken back").await?;
    statuses(&window, &leads, Status::New).await?;
    window.close().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_not_done_is_told_and_what_cannot_be_is_off() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::demo(&folder.path().join("server"), 60)?;
    let asha = Device::sign_in(&folder.path().join("asha"), &server, ASHA)?;
    let leads = at_the_fair(&asha, 3)?;
    let drop = Command::ChangeStatus { from: Status::New, to: Status::Lost, reason: Some("Financial".into()) };
    asha.engine.execute(leads[0], drop)?;
    asha.sync()?;
    let window = Window::open(&folder.path().join("desk")).await?;
    sign_in(&window, &server, ASHA).await?;
    go(&window, "#/leads?pool=all&source=Education%20fair").await?;
    window.css(&row(leads[0], "")).await?;

    window.click("tick-all").await?;
    window.shows("bulk-count", "3 selected").await?;
    window.press("u").await?;
    window.css("[data-testid=followup-phrase]:focus").await?;
    window.press("tomorrow 4pm").await?;
    window.shows("followup-when", "16:00").await?;
    window.press(&Key::Enter.to_string()).await?;
    window.shows("toast", "2 changed, 1 not: A dropped lead can’t have a follow-up").await?;

    // Of the dropped one alone.
    window.press(&Key::Escape.to_string()).await?;
    window.gone("[data-testid=bulk-bar]").await?;
    window.click_css(&row(leads[0], " [data-testid=row-tick]")).await?;
    window.css("[data-testid=bulk-follow-up]:disabled[title*='dropped lead']").await?;
    window.css("[data-testid=bulk-drop]:disabled").await?;
    window.css("[data-testid=bulk-tag]:enabled").await?;
    window.press("u").await?;
    ensure!(window.count("followup-modal").await? == 0, "the key is off, too");
    window.click("bulk-clear").await?;
    window.gone("[data-testid=bulk-bar]").await?;
    window.close().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_selection_outlives_scrolling_and_tells_who_left() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::demo(&folder.path().join("server"), 600)?;
    let asha = Device::sign_in(&folder.path().join("asha"), &server, ASHA)?;
    let leads = at_the_fair(&asha, 2)?;
    let window = Window::open(&folder.path().join("desk")).await?;
    sign_in(&window, &server, MANAGER).await?;
    go(&window, "#/leads?pool=working").await?;
    window.css(&row(leads[1], "")).await?;
    window.press(&with(Key::Control, "a")).await?;
    let total = window.text_of("lead-total").await?;
    let total: u32 = total.trim_end_matches(" leads").replace(',', "").parse()?;
    window.shows("bulk-count", &format!("{total} selected")).await?;

    // Rows that were never loaded are ticked.
    window.press(&Key::End.to_string()).await?;
    window.css(&format!("[data-testid=lead-row][aria-rowindex='{}'][aria-selected=true]", total + 1)).await?;
    window.press(&Key::Home.to_string()).await?;
    window.css(&row(leads[1], "[aria-selected=true]")).await?;

    // One leaves the pool on another computer.
    let drop = Command::ChangeStatus { from: Status::New, to: Status::Lost, reason: Some("Financial".into()) };
    asha.engine.execute(leads[1], drop)?;
    asha.sync()?;
    window.shows("bulk-left", "1 left the list").await?;
    window.shows("bulk-count", &format!("{} selected", total - 1)).await?;

    // So many take a while: it shows how far it is, and can be stopped.
    window.press("t").await?;
    window.css("[data-testid=bulk-tag-text]:focus").await?;
    window.press(&format!("autumn{}", Key::Enter)).await?;
    window.find("bulk-progress").await?;
    window.click("bulk-stop").await?;
    window.shows("toast", "not: stopped").await?;
    window.press(&with(Key::Control, "z")).await?;
    window.shows("toast", "taken back").await?;
    window.close().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_is_copied_to_the_clipboard() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::demo(&folder.path().join("server"), 300)?;
    let asha = Device::sign_in(&folder.path().join("asha"), &server, ASHA)?;
    let leads = at_the_fair(&asha, 2)?;
    let evil = NewLead { name: "=1+1".into(), phone: "+919820014777".into(), source: Some(FAIR.into()), ..NewLead::default() };
    asha.engine.create_lead(evil)?;
    asha.sync()?;
    let window = Window::open(&folder.path().join("desk")).await?;
    sign_in(&window, &server, MANAGER).await?;
    go(&window, "#/leads?pool=all").await?;
    window.css(&row(leads[0], "")).await?;
    let total = window.text_of("lead-total").await?;
    window.press("e").await?;
    window.shows("toast", &format!("{total} copied as CSV")).await?;
    let copied = pasted(&window).await?;
    let lines: Vec<&str> = copied.lines().collect();
    ensure!(lines[0] == "Name,Phone,Status,Next follow-up,Owner,Source,Updated", "{}", lines[0]);
    ensure!(format!("{} leads", lines.len() - 1) == total.replace(',', ""), "{} lines of {total}", lines.len());
    ensure!(lines[1].starts_with("'=1+1,982•••••••,New,,"), "{}", lines[1]);

    // The ticked ones alone, in the list's order.
    window.click_css(&row(leads[0], " [data-testid=row-tick]")).await?;
    window.click_css(&row(leads[1], " [data-testid=row-tick]")).await?;
    window.click("bulk-copy").await?;
    window.shows("toast", "2 leads copied as CSV").await?;
    let copied = pasted(&window).await?;
    let names: Vec<&str> = copied.lines().map(|line| line.split(',').next().unwrap_or_default()).collect();
    ensure!(names == ["Name", "Fair 1", "Fair 0"], "{names:?}");
    pill(&window, "synced").await?;
    window.close().await
}

/// What the clipboard holds, as another program would get it.
async fn pasted(window: &Window) -> Result<String> {
    let make = "document.getElementById('pasted')?.remove(); const box = document.createElement('textarea'); box.id = 'pasted'; \
        document.body.append(box); box.focus()";
    window.client.execute(make, vec![]).await?;
    window.press(&with(Key::Control, "v")).await?;
    let read = "const box = document.getElementById('pasted'); return box.value";
    let text = window
        .retry("the clipboard", async || {
            let text = window.client.execute(read, vec![]).await?;
            let text = text.as_str().unwrap_or_default().to_owned();
            ensure!(!text.is_empty(), "nothing came");
            Ok(text)
        })
        .await?;
    window.client.execute("document.getElementById('pasted').remove()", vec![]).await?;
    Ok(text)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ticked_leads_are_given_to_somebody_and_back_also_without_the_server() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::demo(&folder.path().join("server"), 60)?;
    let asha = Device::sign_in(&folder.path().join("asha"), &server, ASHA)?;
    let leads = at_the_fair(&asha, 4)?;
    let admin = Terminal::sign_in(&folder.path().join("vikram"), &server, "vikram@nakshatra.example")?.borrow(true)?;
    let owner = |lead: LeadId| -> Result<Option<String>> {
        admin.sync_once()?;
        Ok(admin.ask(LeadGet { lead })?.owner.map(|(_, name)| name))
    };
    let wire = Wire::to(&server.url)?;
    let window = Window::open(&folder.path().join("desk")).await?;
    fill_in(&window, &wire.url, MANAGER, tests::processes::PASSWORD).await?;
    window.find("app-shell").await?;
    pill(&window, "synced").await?;
    go(&window, "#/leads?pool=all&source=Education%20fair").await?;
    window.css(&row(leads[0], "")).await?;
    window.press(&with(Key::Control, "a")).await?;
    window.shows("bulk-count", "4 selected").await?;
    window.press("a").await?;
    window.css("[data-testid=assign-filter]:focus").await?;
    window.press("sanj").await?;
    window.css("[data-testid=bulk-menu] [role=option]:only-child").await?;
    window.press(&Key::Enter.to_string()).await?;
    window.shows("toast", "4 assigned").await?;
    for lead in &leads {
        ensure!(owner(*lead)?.as_deref() == Some("Sanjay Kulkarni"));
    }
    window.click("toast-action").await?;
    window.shows("toast", "4 taken back").await?;
    for lead in &leads {
        ensure!(owner(*lead)?.as_deref() == Some("Asha Menon"));
    }

    // Out of reach they wait, each visibly, and go out when it comes back.
    wire.cut();
    pill(&window, "offline").await?;
    window.click("bulk-assign").await?;
    window.css("[data-testid=assign-filter]:focus").await?;
    window.press("sanj").await?;
    window.css("[data-testid=bulk-menu] [role=option]:only-child").await?;
    window.press(&Key::Enter.to_string()).await?;
    window.shows("toast", "4 assigned (4 wait for the server)").await?;
    for lead in &leads {
        window.css(&row(*lead, " [data-testid=row-mark][aria-label='waits for server']")).await?;
    }
    wire.mend();
    window.click("sync-pill").await?;
    window.click("sync-now").await?;
    window.click("sync-pill").await?;
    for lead in &leads {
        window.gone(&row(*lead, " [data-testid=row-mark]")).await?;
        ensure!(owner(*lead)?.as_deref() == Some("Sanjay Kulkarni"));
    }
    window.close().await
}
