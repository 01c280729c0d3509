//! What the real window leaves on the disk while somebody works in it: nothing of anybody, not in the
//! copy, not in the logs, not in the web view's own folder.

use anyhow::{Context, Result, ensure};
use tests::folder::copy;
use tests::processes::{Server, Terminal};
use tests::theft::{places, secrets};
use tests::visit::{open_lead, sign_in};
use tests::window::Window;

const ASHA: &str = "asha@nakshatra.example";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_working_window_leaves_nothing_readable_behind() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::demo(&folder.path().join("server"), 200)?;
    let profile = folder.path().join("asha");
    let window = Window::open(&profile).await?;
    sign_in(&window, &server, ASHA).await?;
    let lead = window.css("[data-testid=lead-row]").await?.attr("data-lead").await?.context("a lead")?;
    open_lead(&window, &lead).await?;
    window.click("note-add").await?;
    window.press("Her brother Prathamesh decides").await?;
    let kept = window.client.execute("return localStorage.length + sessionStorage.length", vec![]).await?;
    assert_eq!(kept, 0, "the page stores nothing");

    // In the middle of it, as a stolen laptop would be, and after a crash.
    let words = |mut words: Vec<String>| {
        words.extend(["Prathamesh", "brother"].map(str::to_owned));
        words
    };
    let terminal = Terminal { profile: profile.clone() };
    let words = words(secrets(&terminal, [ASHA, "Asha Menon"])?);
    copy(&profile, &folder.path().join("open"))?;
    window.kill_app()?;
    drop(window);
    copy(&profile, &folder.path().join("killed"))?;
    ensure!(profile.join("webview").is_dir() && profile.join("logs").is_dir(), "the copies have both");
    for copy in ["open", "killed"] {
        let found = places(&folder.path().join(copy), &words)?;
        ensure!(found.is_empty(), "{copy}: {found:#?}");
    }
    Ok(())
}
