//! Drives the real desktop window by WebDriver: a private display, a driver, the debug build of the
//! shell. Knows test ids and keys, nothing of what a screen means. Waits with a deadline, never for
//! a fixed time.

use std::{
    net::TcpListener,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use fantoccini::{
    Client, ClientBuilder, Locator,
    elements::Element,
    wd::{Capabilities, TimeoutConfiguration},
};
use serde_json::json;
use tempfile::TempDir;

use crate::display::Display;

/// How long anything in a window may take before the test fails.
pub const PATIENCE: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(20);
/// Whether an element slides with what it is in: a click would land where it was.
const MOVES: &str = "return document.getAnimations().some(a => a instanceof CSSAnimation && a.playState === 'running' \
    && a.effect.target !== arguments[0] && a.effect.target.contains(arguments[0]))";

/// One open window. Everything it started ends with this value.
pub struct Window {
    /// The WebDriver session, for what the methods below don't cover.
    pub client: Client,
    app: PathBuf,
    driver: Child,
    /// What lies behind the window.
    pub display: Display,
    /// What the system was asked to open, a line each.
    dialled: PathBuf,
    /// Home folder of the app, so that no run sees another's.
    _home: TempDir,
}

/// What is around a window.
#[derive(Clone, Debug)]
pub struct Surroundings<'a> {
    pub size: (u32, u32),
    /// Where there is no keychain, a file for the key is agreed to already.
    pub file_agreed: bool,
    /// The session bus; none but this one is reached.
    pub bus: Option<&'a str>,
    /// What the app is started with, besides its folder.
    pub args: &'a [&'a str],
}

impl Default for Surroundings<'_> {
    fn default() -> Self {
        Self { size: (1280, 800), file_agreed: true, bus: None, args: &[] }
    }
}

impl Window {
    /// Opens the shell on a profile, 1280 × 800.
    ///
    /// # Errors
    /// When the display, the driver or the shell doesn't start.
    pub async fn open(profile: &Path) -> Result<Self> {
        Self::open_sized(profile, 1280, 800).await
    }

    /// Opens the shell on a display of this size.
    ///
    /// # Errors
    /// When the display, the driver or the shell doesn't start.
    pub async fn open_sized(profile: &Path, width: u32, height: u32) -> Result<Self> {
        Self::open_in(profile, &Surroundings { size: (width, height), ..Surroundings::default() }).await
    }

    /// Opens the shell where there is no keychain, and nobody agreed to a file yet.
    ///
    /// # Errors
    /// When the display, the driver or the shell doesn't start.
    pub async fn open_without_keychain(profile: &Path, size: (u32, u32)) -> Result<Self> {
        Self::open_in(profile, &Surroundings { size, file_agreed: false, ..Surroundings::default() }).await
    }

    /// Opens the shell in these surroundings.
    ///
    /// # Errors
    /// When the display, the driver or the shell doesn't start.
    pub async fn open_in(profile: &Path, around: &Surroundings<'_>) -> Result<Self> {
        let app = app()?;
        let display = Display::open(around.size.0, around.size.1)?;
        let home = tempfile::tempdir()?;
        let dialled = put_opener(home.path())?;
        let (mut driver, port) = start_driver(&display, home.path(), around)?;
        match connect(&mut driver, port, &app, profile, around.args).await {
            Ok(client) => Ok(Self { client, app, driver, display, dialled, _home: home }),
            Err(error) => {
                end(&mut driver);
                Err(error)
            }
        }
    }

    /// The element with this test id, once it is there.
    ///
    /// # Errors
    /// When it doesn't come in time.
    pub async fn find(&self, test_id: &str) -> Result<Element> {
        self.css(&by_test_id(test_id)).await
    }

    /// The first element a CSS selector matches, once it is there.
    ///
    /// # Errors
    /// When it doesn't come in time.
    pub async fn css(&self, selector: &str) -> Result<Element> {
        let wait = self.client.wait().at_most(PATIENCE).every(POLL);
        match wait.for_element(Locator::Css(selector)).await {
            Ok(element) => Ok(element),
            Err(error) => bail!("no {selector} in the window ({error}). It shows:\n{}", self.text().await.unwrap_or_default()),
        }
    }

    /// How many elements have this test id now.
    ///
    /// # Errors
    /// When the window doesn't answer.
    pub async fn count(&self, test_id: &str) -> Result<usize> {
        Ok(self.client.find_all(Locator::Css(&by_test_id(test_id))).await?.len())
    }

    /// Waits until fewer elements than this have this test id.
    ///
    /// # Errors
    /// When there are as many after a while.
    pub async fn fewer(&self, test_id: &str, than: usize) -> Result<()> {
        self.retry(&format!("fewer than {than} {test_id}"), async || {
            ensure!(self.count(test_id).await? < than, "there are as many");
            Ok(())
        })
        .await
    }

    /// Clicks the element with this test id. A screen may redraw meanwhile: it is looked up again.
    ///
    /// # Errors
    /// When it can't be clicked in time.
    pub async fn click(&self, test_id: &str) -> Result<()> {
        self.click_css(&by_test_id(test_id)).await
    }

    /// Clicks what a CSS selector matches, once it can be clicked.
    ///
    /// # Errors
    /// When it can't be in time.
    pub async fn click_css(&self, selector: &str) -> Result<()> {
        self.retry(&format!("click {selector}"), async || {
            let element = self.client.find(Locator::Css(selector)).await?;
            let moves = self.client.execute(MOVES, vec![serde_json::to_value(&element)?]).await?;
            ensure!(moves == false, "it still moves");
            Ok(element.click().await?)
        })
        .await
    }

    /// Picks from the menu behind an opener, both by test id. A menu that closed again, as when what it is in was
    /// drawn anew, is opened once more.
    ///
    /// # Errors
    /// When it can't be picked in time.
    pub async fn pick(&self, opener: &str, item: &str) -> Result<()> {
        let closed = format!("[data-testid={opener}]:not([aria-expanded=true])");
        self.retry(&format!("pick {item} of {opener}"), async || {
            if let Ok(item) = self.client.find(Locator::Css(&by_test_id(item))).await {
                return Ok(item.click().await?);
            }
            if let Ok(opener) = self.client.find(Locator::Css(&closed)).await {
                opener.click().await?;
            }
            bail!("it is not open yet")
        })
        .await
    }

    /// Waits until a CSS selector matches nothing.
    ///
    /// # Errors
    /// When something still does after a while.
    pub async fn gone(&self, selector: &str) -> Result<()> {
        self.retry(&format!("no {selector}"), async || {
            ensure!(self.client.find_all(Locator::Css(selector)).await?.is_empty(), "it is still there");
            Ok(())
        })
        .await
    }

    /// Replaces what an input holds.
    ///
    /// # Errors
    /// When it can't be typed into in time.
    pub async fn fill(&self, test_id: &str, text: &str) -> Result<()> {
        self.retry(&format!("fill {test_id}"), async || {
            let element = self.client.find(Locator::Css(&by_test_id(test_id))).await?;
            element.clear().await?;
            Ok(element.send_keys(text).await?)
        })
        .await
    }

    /// Types into whatever has the focus; keys are those of `fantoccini::key::Key`.
    ///
    /// # Errors
    /// When nothing has the focus.
    pub async fn press(&self, keys: &str) -> Result<()> {
        let focused = self.retry("something has the focus", async || Ok(self.client.active_element().await?)).await?;
        match focused.send_keys(keys).await {
            // A screen that redraws takes the element away before anything is typed.
            Err(error) if error.is_stale_element_reference() || error.is_no_such_element() => {
                Ok(self.client.active_element().await?.send_keys(keys).await?)
            }
            Err(error) => Err(error).with_context(|| format!("typing {keys:?}")),
            Ok(()) => Ok(()),
        }
    }

    /// What the window shows, as text.
    ///
    /// # Errors
    /// When the window doesn't answer.
    pub async fn text(&self) -> Result<String> {
        Ok(self.client.find(Locator::Css("body")).await?.text().await?)
    }

    /// What the element with this test id shows, once it is there.
    ///
    /// # Errors
    /// When it doesn't come in time.
    pub async fn text_of(&self, test_id: &str) -> Result<String> {
        self.retry(&format!("read {test_id}"), async || Ok(self.client.find(Locator::Css(&by_test_id(test_id))).await?.text().await?)).await
    }

    /// Waits until the element with this test id shows a text.
    ///
    /// # Errors
    /// When it doesn't come in time.
    pub async fn shows(&self, test_id: &str, wanted: &str) -> Result<()> {
        self.retry(&format!("{test_id} to show {wanted:?}"), async || {
            let element = self.client.find(Locator::Css(&by_test_id(test_id))).await?;
            let text = element.text().await?;
            // The driver leaves out what can't be marked.
            let whole = element.prop("textContent").await?.unwrap_or_default();
            ensure!(text.contains(wanted) || whole.contains(wanted), "it shows {text:?}");
            Ok(())
        })
        .await
    }

    /// What the app asked the system to open so far.
    #[must_use]
    pub fn dialled(&self) -> Vec<String> {
        std::fs::read_to_string(&self.dialled).unwrap_or_default().lines().map(str::to_owned).collect()
    }

    /// Starts the app once more on the same folder and display, as a click on a link does; its exit code.
    ///
    /// # Errors
    /// When it can't be started.
    pub fn start_again(&self, profile: &Path, args: &[&str]) -> Result<Option<i32>> {
        let mut again = Command::new(&self.app);
        again.arg("--profile").arg(profile).args(args).env("DISPLAY", self.display.name()).stdin(Stdio::null()).stderr(Stdio::null());
        let mut again = again.env_remove("WAYLAND_DISPLAY").spawn()?;
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if let Some(status) = again.try_wait()? {
                return Ok(status.code());
            }
            std::thread::yield_now();
        }
        end(&mut again);
        bail!("the second start is a window of its own")
    }

    /// Writes what the display shows as a PNG.
    ///
    /// # Errors
    /// When ImageMagick's `import` fails.
    pub fn screenshot(&self, file: &Path) -> Result<()> {
        self.display.screenshot(file)
    }

    /// Kills the app as a crash would, at once and without a word.
    ///
    /// # Errors
    /// When no app runs.
    pub fn kill_app(&self) -> Result<()> {
        let pid = self.app_pid().context("the app has ended already")?;
        signal("KILL", pid)
    }

    /// The app's process.
    #[must_use]
    pub fn app_pid(&self) -> Option<u32> {
        descendants(self.driver.id()).into_iter().find(|pid| runs(*pid, &self.app))
    }

    /// What the app and everything it started hold of memory, kilobytes: shared pages are divided among those that
    /// share them (PSS).
    ///
    /// # Errors
    /// When no app runs.
    pub fn memory_kb(&self) -> Result<u64> {
        let app = self.app_pid().context("the app has ended already")?;
        let all = std::iter::once(app).chain(descendants(app));
        let pss = |rollup: String| {
            rollup.lines().find_map(|line| line.strip_prefix("Pss:")?.trim().strip_suffix("kB")?.trim().parse::<u64>().ok())
        };
        Ok(all.filter_map(|pid| pss(std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?)).sum())
    }

    /// Closes the window as its user would.
    ///
    /// # Errors
    /// When the driver doesn't answer.
    pub async fn close(self) -> Result<()> {
        Ok(self.client.clone().close().await?)
    }

    /// Tries until it works or patience ends.
    ///
    /// # Errors
    /// The last try's.
    pub async fn retry<T>(&self, what: &str, attempt: impl AsyncFn() -> Result<T>) -> Result<T> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match attempt().await {
                Ok(value) => return Ok(value),
                Err(error) if Instant::now() >= deadline => {
                    bail!("waited for: {what}. Last: {error:#}. The window shows:\n{}", self.text().await.unwrap_or_default())
                }
                Err(_) => tokio::time::sleep(POLL).await,
            }
        }
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        end(&mut self.driver);
    }
}

/// The shell of the same build as this program: `cargo xtask test` and `cargo xtask bench` make it before.
fn app() -> Result<PathBuf> {
    Ok(crate::processes::binary("leadline-desktop")?.canonicalize()?)
}

/// A driver on a free port. Its children are in this process's group, so that the test runner ends them too.
fn start_driver(display: &Display, home: &Path, around: &Surroundings<'_>) -> Result<(Child, u16)> {
    let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
    let mut driver = Command::new("WebKitWebDriver");
    if around.file_agreed {
        driver.env("LEADLINE_KEY_HOME", "file");
    } else {
        driver.env_remove("LEADLINE_KEY_HOME");
    }
    let nowhere = format!("unix:path={}", home.join("no-bus").display());
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(home.join("bin")).chain(std::env::split_paths(&path)))?;
    let driver = driver
        .env("DBUS_SESSION_BUS_ADDRESS", around.bus.map_or(nowhere, str::to_owned))
        .env("PATH", path)
        .args(["--host=127.0.0.1", &format!("--port={port}")])
        .env("DISPLAY", display.name())
        .env("TAURI_WEBVIEW_AUTOMATION", "true")
        .env("HOME", home)
        .env("XDG_DATA_HOME", home.join("data"))
        .env("XDG_CACHE_HOME", home.join("cache"))
        .env("XDG_CONFIG_HOME", home.join("config"))
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("LEADLINE_PROFILE")
        .stdin(Stdio::null())
        .spawn()
        .context("WebKitWebDriver can't be started")?;
    Ok((driver, port))
}

/// A program that stands for whatever the system opens links with: it writes them down.
fn put_opener(home: &Path) -> Result<PathBuf> {
    let (bin, dialled) = (home.join("bin"), home.join("dialled"));
    std::fs::create_dir(&bin)?;
    let opener = bin.join("xdg-open");
    std::fs::write(&opener, format!("#!/bin/sh\nprintf '%s\\n' \"$@\" >>'{}'\n", dialled.display()))?;
    std::fs::set_permissions(&opener, std::fs::Permissions::from_mode(0o755))?;
    Ok(dialled)
}

/// A session, as soon as the driver listens. The session starts the app.
async fn connect(driver: &mut Child, port: u16, app: &Path, profile: &Path, args: &[&str]) -> Result<Client> {
    let deadline = Instant::now() + PATIENCE;
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        ensure!(driver.try_wait()?.is_none(), "WebKitWebDriver ended at once");
        ensure!(Instant::now() < deadline, "WebKitWebDriver does not listen on port {port}");
        tokio::time::sleep(POLL).await;
    }
    let profile = profile.to_str().context("a path of text")?;
    let args: Vec<&str> = ["--profile", profile].into_iter().chain(args.iter().copied()).collect();
    let mut capabilities = Capabilities::new();
    capabilities.insert("webkitgtk:browserOptions".to_owned(), json!({ "binary": app, "args": args }));
    let connector = hyper_util::client::legacy::connect::HttpConnector::new();
    let mut builder = ClientBuilder::new(connector);
    let client =
        builder.capabilities(capabilities).connect(&format!("http://127.0.0.1:{port}")).await.context("the app gave no session")?;
    client.update_timeouts(TimeoutConfiguration::new(Some(PATIENCE), Some(PATIENCE), Some(Duration::ZERO))).await?;
    Ok(client)
}

/// Ends the driver and everything it started.
fn end(driver: &mut Child) {
    let started = descendants(driver.id());
    // Each of these fails only when the process has ended already.
    let _ = driver.kill();
    let _ = driver.wait();
    for pid in started {
        let _ = signal("KILL", pid);
    }
}

fn signal(name: &str, pid: u32) -> Result<()> {
    let status = Command::new("kill").args([&format!("-{name}"), &pid.to_string()]).stderr(Stdio::null()).status()?;
    ensure!(status.success(), "process {pid} can't be signalled");
    Ok(())
}

/// Children, grandchildren and so on.
fn descendants(pid: u32) -> Vec<u32> {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let children = threads.filter_map(|thread| std::fs::read_to_string(thread.path().join("children")).ok()).collect::<String>();
    let children = children.split_whitespace().filter_map(|pid| pid.parse().ok());
    children.flat_map(|child| std::iter::once(child).chain(descendants(child))).collect()
}

fn runs(pid: u32, program: &Path) -> bool {
    std::fs::read_link(format!("/proc/{pid}/exe")).is_ok_and(|exe| exe == program)
}

fn by_test_id(test_id: &str) -> String {
    format!("[data-testid='{test_id}']")
}
