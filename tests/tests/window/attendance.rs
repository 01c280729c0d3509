//! Attendance in the real window: the toggle and its pauses, online and out of the server's reach, and the floor that a
//! Team Lead sees move.

use anyhow::Result;
use fantoccini::key::Key;
use tests::processes::{PASSWORD, Server, Terminal};
use tests::visit::{choose, fill_in, go, pill, sign_in};
use tests::window::Window;
use tests::wire::Wire;

const ASHA: &str = "asha@nakshatra.example";
const RAVI: &str = "ravi@nakshatra.example";
const ADMIN: &str = "vikram@nakshatra.example";

/// The badge says so, and whether the server has taken it.
async fn stands(window: &Window, status: &str, is_pending: bool) -> Result<()> {
    let badge = format!("[data-testid=attendance-badge][data-status={status}][data-pending={is_pending}]");
    window.css(&badge).await?;
    window.css(&format!("[data-testid=footer-attendance] [data-status={status}][data-pending={is_pending}]")).await.map(drop)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_checks_in_pauses_and_goes_on_and_the_floor_follows() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::demo(&folder.path().join("server"), 60)?;
    let admin = Terminal::sign_in(&folder.path().join("vikram"), &server, ADMIN)?;
    // Whenever this runs.
    for (setting, value) in
        [("working_hours_start", "00:00"), ("working_hours_end", "24:00"), ("working_days", "mon,tue,wed,thu,fri,sat,sun")]
    {
        admin.run(&["config", "set", setting, value])?;
    }
    admin.run(&["sync"])?;

    let floor = Window::open(&folder.path().join("ravi")).await?;
    sign_in(&floor, &server, RAVI).await?;
    assert_eq!(floor.count("attendance").await?, 0, "a Team Lead has none of their own");
    floor.click("sidebar-attendance").await?;
    floor.find("floor-live").await?;
    floor.find("floor-person").await?;
    let present = floor.text_of("floor-present").await?;

    let wire = Wire::to(&server.url)?;
    let window = Window::open(&folder.path().join("asha")).await?;
    fill_in(&window, &wire.url, ASHA, PASSWORD).await?;
    window.find("app-shell").await?;
    pill(&window, "synced").await?;
    let was_in = window.count("check-out-btn").await? > 0;
    if was_in {
        window.click("check-out-btn").await?;
    }
    stands(&window, "absent", false).await?;
    window.click("check-in-btn").await?;
    stands(&window, "present", false).await?;
    window.shows("toast", "You are present.").await?;
    let asha = "[data-testid=floor-person]:first-child";
    floor.css("[data-testid=floor-person][data-status=present]").await?;
    floor.shows("floor-table", "Asha Menon").await?;
    assert!(was_in || floor.text_of("floor-present").await? != present);

    // On which lead she is.
    go(&window, "#/leads?pool=all").await?;
    window.click("lead-row").await?;
    window.find("lead-drawer").await?;
    floor.css(&format!("{asha} [data-testid=floor-lead] a")).await?;

    window.pick("pause-reason", "pause-option").await?;
    stands(&window, "paused", false).await?;
    window.shows("attendance-badge", "Paused: Lunch").await?;
    floor.css("[data-testid=floor-person][data-status=paused]").await?;

    // Out of reach a step waits, and is sent once the server is there again.
    wire.cut();
    window.click("resume-btn").await?;
    stands(&window, "present", true).await?;
    // By itself: whether the button to try at once is still there by then is a race.
    wire.mend();
    stands(&window, "present", false).await?;
    window.press(&format!("{}a{}", Key::Alt, Key::Null)).await?;
    stands(&window, "absent", false).await?;
    window.close().await?;

    floor.click("tab-log").await?;
    floor.css("[data-testid=attendance-line][data-status=absent]").await?;
    let user = floor.css("[data-testid=attendance-line]").await?.attr("data-user").await?.unwrap_or_default();
    choose(&floor, "attendance-person", &user).await?;
    floor.find("attendance-end").await?;
    floor.css("[data-testid=attendance-line][data-status=paused]").await?;
    floor.shows("attendance-table", "Lunch").await?;
    assert!(floor.count("attendance-line").await? >= 4);
    floor.close().await
}
