//! The agent's day in the real window, by keyboard: the calling queue, the Follow-ups page, and times in
//! one's own words. Leads are promised calls of long ago: those are first in the queue at any hour.

use anyhow::{Context, Result};
use bridge::lead::{FollowUpView, LeadGet};
use bridge::session::DraftGet;
use client::desk::Desk;
use domain::{Command, LeadId, Status};
use fantoccini::key::Key;
use tests::device::Device;
use tests::processes::{Server, Terminal, eventually};
use tests::visit::{edit_field, go, open_lead, pill, sign_in, unlock};
use tests::window::Window;

const ASHA: &str = "asha@nakshatra.example";
const ADMIN: &str = "vikram@nakshatra.example";
const RAVI: &str = "ravi@nakshatra.example";
const DAY: i64 = 24 * 3_600_000;

/// A lead whose call was promised so many days ago.
fn promised(device: &Device, name: &str, phone: &str, days_ago: i64) -> Result<LeadId> {
    let new = domain::command::NewLead { name: name.into(), phone: phone.into(), ..Default::default() };
    let lead = device.engine.create_lead(new)?;
    let due_at = client::system_env().now_ms() - days_ago * DAY;
    let (zone, local) = ("Asia/Kolkata".to_owned(), "2026-09-01T11:00".to_owned());
    device.engine.execute(lead, Command::ScheduleFollowUp { due_at, zone, local, note: "Fees".into() })?;
    Ok(lead)
}

async fn alt(window: &Window, key: &str) -> Result<()> {
    window.press(&format!("{}{key}{}", Key::Alt, Key::Null)).await
}

async fn save(window: &Window) -> Result<()> {
    window.press(&format!("{}{}{}", Key::Control, Key::Enter, Key::Null)).await
}

fn follow_ups(desk: &Desk, lead: LeadId) -> Result<Vec<FollowUpView>> {
    desk.sync_once()?;
    Ok(desk.ask(LeadGet { lead })?.follow_ups)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_are_worked_through_by_the_keyboard() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::demo(&folder.path().join("server"), 60)?;
    let asha = Device::sign_in(&folder.path().join("asha"), &server, ASHA)?;
    let first = promised(&asha, "Kavya First", "+919820014700", 90)?;
    let second = promised(&asha, "मीना दूसरी", "+919820014701", 89)?;
    let third = promised(&asha, "Chetan Third", "+919820014702", 88)?;
    let buyer = promised(&asha, "Farida Buyer", "+919820014703", 91)?;
    let way = [Status::New, Status::InProgress, Status::Interested, Status::Qualified];
    for step in way.windows(2) {
        asha.engine.execute(buyer, Command::ChangeStatus { from: step[0], to: step[1], reason: None })?;
    }
    asha.sync()?;
    let window = Window::open(&folder.path().join("desk")).await?;
    sign_in(&window, &server, ASHA).await?;
    // Before all of it is here, somebody else may be first.
    pill(&window, "synced").await?;

    window.click("sidebar-queue").await?;
    let shows = |lead: LeadId| format!("[data-testid=queue-lead][data-lead='{lead}']");
    // Who is qualified already buys by the key that qualifies others.
    window.css(&shows(buyer)).await?;
    window.css("[data-testid=queue-note]:focus").await?;
    window.shows("outcome-6", "Converted").await?;
    alt(&window, "6").await?;
    window.css("[data-testid=outcome-6][aria-checked=true]").await?;
    save(&window).await?;
    window.css(&shows(first)).await?;
    window.css("[data-testid=queue-why][data-reason=overdue]").await?;
    window.shows("queue-phone", "98200 14700").await?;
    // The next one is here already.
    window.css(&format!("[data-testid=queue-first][data-lead='{second}']")).await?;

    // A note, an outcome, and on: two chords beside the text.
    window.css("[data-testid=queue-note]:focus").await?;
    window.press("Wants the fee break-up").await?;
    save(&window).await?;
    window.shows("form-error", "Say how it went first").await?;
    alt(&window, "2").await?;
    window.css("[data-testid=outcome-2][aria-checked=true]").await?;
    window.css("[data-testid=queue-proposed][aria-pressed=true]").await?;
    save(&window).await?;
    window.css(&shows(second)).await?;
    window.shows("toast", "Kavya First: Call back").await?;

    // What was typed outlives the process.
    window.css("[data-testid=queue-note]:focus").await?;
    window.press("आधा लिखा").await?;
    let desk = folder.path().join("desk");
    eventually("the note is kept", || {
        let kept = Terminal { profile: desk.clone() }.borrow(false)?.ask(DraftGet { key: format!("lead:{second}") })?;
        Ok(kept.is_some_and(|kept| kept.contains("आधा लिखा")))
    })?;
    window.kill_app()?;
    drop(window);
    let window = Window::open(&folder.path().join("desk")).await?;
    unlock(&window).await?;
    go(&window, "#/queue").await?;
    window.css(&shows(second)).await?;
    let kept = "return document.querySelector('[data-testid=queue-note]').value";
    let note = async || {
        let note = window.client.execute(kept, vec![]).await?;
        anyhow::ensure!(note == "आधा लिखा", "it holds {note}");
        Ok(())
    };
    window.retry("the note that was typed", note).await?;

    // Put off, and back again. Outside the text the keys need no Alt.
    window.click("queue-call").await?;
    window.press(&format!("{}{}{}", Key::Control, Key::Right, Key::Null)).await?;
    window.css(&shows(third)).await?;
    window.client.execute("document.activeElement.blur()", vec![]).await?;
    window.press(&format!("{}{}{}", Key::Control, Key::Left, Key::Null)).await?;
    window.css(&shows(second)).await?;
    window.click("queue-call").await?;
    window.find("queue-timer").await?;
    alt(&window, "e").await?;
    window.shows("queue-timer", "Ended").await?;
    // In one's own words.
    alt(&window, "2").await?;
    alt(&window, "d").await?;
    window.css("[data-testid=queue-phrase]:focus").await?;
    window.press("someday").await?;
    window.css("[data-testid=queue-phrase][aria-invalid=true]").await?;
    window.press(&format!("{}a{}", Key::Control, Key::Null)).await?;
    window.press("day after tomorrow 4pm").await?;
    window.shows("queue-own", "16:00").await?;
    save(&window).await?;
    window.css(&shows(third)).await?;
    window.css("[data-testid=queue-note]:focus").await?;
    alt(&window, "8").await?;
    save(&window).await?;
    window.gone(&shows(third)).await?;
    // The wrong key: taken back, with its lead on the screen again, and done once more.
    window.shows("toast", "Chetan Third: Wrong number").await?;
    window.press(&format!("{}z{}", Key::Control, Key::Null)).await?;
    window.css(&shows(third)).await?;
    window.css("[data-testid=queue-note]:focus").await?;
    alt(&window, "8").await?;
    save(&window).await?;
    window.gone(&shows(third)).await?;
    pill(&window, "synced").await?;

    let desk = Terminal::sign_in(&folder.path().join("ravi"), &server, RAVI)?.borrow(true)?;
    desk.sync_once()?;
    let view = desk.ask(LeadGet { lead: first })?;
    assert_eq!((view.status, view.notes[0].note.text.as_str()), (Status::InProgress, "Wants the fee break-up"));
    let plans = follow_ups(&desk, first)?;
    assert_eq!(plans.iter().filter(|f| f.open && f.when.day == 1).count(), 1, "{plans:?}");
    assert_eq!(plans.iter().filter(|f| f.outcome.as_deref() == Some("Call made")).count(), 1, "{plans:?}");
    let planned = follow_ups(&desk, second)?.into_iter().find(|f| f.open).context("a next call")?;
    assert_eq!((planned.when.day, planned.when.local.get(11..)), (2, Some("16:00")));
    let view = desk.ask(LeadGet { lead: third })?;
    assert_eq!((view.status, view.drop_reason.as_deref()), (Status::Lost, Some("Wrong number")));
    assert_eq!(desk.ask(LeadGet { lead: buyer })?.status, Status::Converted);
    window.close().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_due_is_done_and_moved_from_its_line() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::demo(&folder.path().join("server"), 60)?;
    let asha = Device::sign_in(&folder.path().join("asha"), &server, ASHA)?;
    let (first, second) = (promised(&asha, "Kavya First", "+919820014700", 90)?, promised(&asha, "मीना दूसरी", "+919820014701", 89)?);
    asha.sync()?;
    let window = Window::open(&folder.path().join("desk")).await?;
    sign_in(&window, &server, ASHA).await?;

    // The bell counts what was missed, and leads there.
    window.find("alert-badge").await?;
    window.click("bell").await?;
    window.click("bell-missed").await?;
    window.css("[data-testid=due-missed][aria-selected=true]").await?;
    let row = |lead: LeadId| format!("[data-testid=due-row][data-lead='{lead}']");
    window.css(&format!("{}:first-child", row(first))).await?;
    window.shows("due-row", "Fees").await?;

    // By its line: done with an outcome.
    window.click_css(&format!("{} [data-testid=due-done]", row(first))).await?;
    window.find("outcome-menu").await?;
    window.click("outcome-Call made").await?;
    window.gone(&row(first)).await?;
    window.shows("toast", "Kavya First: follow-up done").await?;
    // By a key: three days on, and back.
    window.press("k").await?;
    window.css(&format!("{}.due__row--cursor", row(second))).await?;
    window.press("3").await?;
    window.gone(&row(second)).await?;
    window.click("due-upcoming").await?;
    window.css(&row(second)).await?;
    window.shows("toast", "मीना दूसरी").await?;
    window.click("toast-action").await?;
    window.gone(&row(second)).await?;
    window.click("due-missed").await?;
    // Its lead, beside the list.
    window.click_css(&format!("{} .due__name", row(second))).await?;
    window.css(&format!("[data-testid=lead-drawer][data-lead='{second}']")).await?;
    window.press(&Key::Escape.to_string()).await?;
    window.gone("[data-testid=lead-drawer]").await?;

    // In one's own words.
    open_lead(&window, &second.to_string()).await?;
    window.click("add-followup-btn").await?;
    window.css("[data-testid=followup-phrase]:focus").await?;
    window.press("soon").await?;
    window.shows("followup-when", "“soon” is no time").await?;
    window.press(&format!("{}a{}", Key::Control, Key::Null)).await?;
    window.press("tomorrow 4pm").await?;
    window.shows("followup-when", "16:00").await?;
    window.press(&Key::Enter.to_string()).await?;
    window.gone("[data-testid=followup-modal]").await?;
    pill(&window, "synced").await?;
    let desk = Terminal::sign_in(&folder.path().join("ravi"), &server, RAVI)?.borrow(true)?;
    let plans = follow_ups(&desk, second)?;
    assert_eq!(plans.iter().filter(|f| f.open && f.when.day == 1 && f.when.local.ends_with("16:00")).count(), 1, "{plans:?}");
    assert_eq!(plans.iter().filter(|f| f.open).count(), 2, "the old promise still stands: {plans:?}");
    window.close().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_is_reached_without_the_mouse() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::demo(&folder.path().join("server"), 60)?;
    let asha = Device::sign_in(&folder.path().join("asha"), &server, ASHA)?;
    let lead = promised(&asha, "Kavya First", "+919820014786", 90)?;
    asha.sync()?;
    let window = Window::open(&folder.path().join("desk")).await?;
    sign_in(&window, &server, ASHA).await?;
    let command = |key: &str| format!("{}{key}{}", Key::Control, Key::Null);

    // A lead by the end of its number.
    window.press(&command("k")).await?;
    window.css("[data-testid=palette-input]:focus").await?;
    window.press("4786").await?;
    window.css("[data-testid=palette-lead][aria-selected=true]:first-child").await?;
    window.shows("palette", "Kavya First").await?;
    window.press(&Key::Enter.to_string()).await?;
    window.css(&format!("[data-testid=lead-drawer][data-lead='{lead}']")).await?;
    window.gone("[data-testid=palette]").await?;

    // A page, by a part of its name; the plain keys under it rest meanwhile.
    window.press(&command("k")).await?;
    window.css("[data-testid=palette-input]:focus").await?;
    window.press(">follow").await?;
    window.css("[data-testid=palette-page]:only-child").await?;
    window.press(&Key::Enter.to_string()).await?;
    window.find("followups-page").await?;
    // An act; and what is called nothing.
    window.press(&command("k")).await?;
    window.css("[data-testid=palette-input]:focus").await?;
    window.press("zzzz").await?;
    window.find("palette-none").await?;
    window.press(&command("a")).await?;
    window.press("add l").await?;
    window.css("[data-testid=palette-act]:only-child").await?;
    window.press(&Key::Enter.to_string()).await?;
    window.css("[data-testid=add-lead-dialog] :focus").await?;
    window.press(&Key::Escape.to_string()).await?;
    window.gone("[data-testid=add-lead-dialog]").await?;

    // The sheet, and pages by two letters.
    window.press("?").await?;
    window.shows("key-sheet", "to the calling queue").await?;
    window.press(&Key::Escape.to_string()).await?;
    window.gone("[data-testid=key-sheet]").await?;
    for (letter, page) in [("l", "leads-page"), ("f", "followups-page"), ("a", "attention-page"), ("q", "queue-page")] {
        // In the queue the note has the focus, where letters are text.
        window.client.execute("document.activeElement.blur()", vec![]).await?;
        window.press("g").await?;
        window.press(letter).await?;
        window.find(page).await?;
    }
    window.close().await
}

/// An Admin sets the organisation's rules on a terminal; the agent's window follows, and keeps what was said of a lead.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_else_is_said_of_a_lead_stands_in_its_drawer() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::demo(&folder.path().join("server"), 10)?;
    let asha = Device::sign_in(&folder.path().join("asha"), &server, ASHA)?;
    let lead = promised(&asha, "Kavya First", "+919820014700", 90)?;
    asha.sync()?;
    let admin = Terminal::sign_in(&folder.path().join("admin"), &server, ADMIN)?;
    admin.run(&["config", "add", "custom_fields", "Batch", "--choice", "Morning", "--choice", "Evening"])?;
    admin.run(&["config", "set", "followup_max_gap_days", "2"])?;
    assert_eq!(admin.attempt(&["config", "set", "tries_max", "0"])?.0, 3, "refused, with what to type");
    admin.run(&["sync"])?;

    let window = Window::open(&folder.path().join("desk")).await?;
    sign_in(&window, &server, ASHA).await?;
    pill(&window, "synced").await?;
    open_lead(&window, &lead.to_string()).await?;
    // A choice of the organisation's own.
    window.click("custom-field").await?;
    window.find("custom-input").await?.select_by_value("Evening").await?;
    window.shows("custom-field", "Evening").await?;
    // A comment that names the manager.
    window.click("comment-add").await?;
    window.press("@ravi").await?;
    window.find("mention").await?;
    window.press(&format!("{}फीस पूछी है", Key::Enter)).await?;
    save(&window).await?;
    window.shows("comment", "@Ravi Deshmukh फीस पूछी है").await?;
    window.click("timeline-notes").await?;
    window.shows("timeline-entry", "commented").await?;
    // Further ahead than the organisation likes.
    window.click("add-followup-btn").await?;
    window.click_css("[data-testid=followup-modal] [data-testid=followup-plus-7]").await?;
    window.shows("followup-far", "7 days").await?;
    window.press(&Key::Escape.to_string()).await?;
    // The same on a page of its own, and back.
    window.click("drawer-page").await?;
    window.find("lead-page").await?;
    window.css(".drawer--page [data-testid=custom-field]").await?;
    window.shows("comment", "फीस पूछी है").await?;
    edit_field(&window, "source", "नागपुर मेला").await?;
    window.shows("timeline", "नागपुर मेला").await?;
    window.press(&Key::Escape.to_string()).await?;
    window.gone("[data-testid=lead-page]").await?;
    window.find("lead-grid").await?;
    // Nobody calls who asked not to be called.
    edit_field(&window, "do_not_call", "Asked by mail").await?;
    window.shows("do-not-call", "Asked by mail").await?;
    go(&window, "#/queue").await?;
    window.gone(&format!("[data-testid=queue-lead][data-lead='{lead}']")).await?;
    let desk = Terminal { profile: folder.path().join("desk") };
    eventually("it is kept", || {
        let view = desk.borrow(false)?.ask(LeadGet { lead })?;
        Ok(view.custom[0].value.as_deref() == Some("Evening") && view.comments.len() == 1 && view.do_not_call.value.is_some())
    })?;
    window.close().await
}
