//! The real window: what it shows is driven through WebDriver.

use anyhow::Result;
use tests::window::Window;

#[tokio::test]
async fn window_paints_the_app() -> Result<()> {
    let profile = tempfile::tempdir()?;
    let window = Window::open(profile.path()).await?;
    window.css("#app > *").await?;
    let text = window.text().await?;
    assert!(!text.trim().is_empty(), "the window is blank");
    assert!(!text.contains("could not start"), "the window shows: {text}");
    assert!(window.app_pid().is_some(), "no process of the app under the driver");
    window.close().await
}
