//! The real window at 100,000 leads of one's own: from a key to its painted result, a start, and memory. The page
//! itself takes the times: from the event to after the frame that shows the result.

use super::report::{Measured, percentile};
use crate::processes::{PASSWORD, Server};
use crate::visit::{fill_in, go, pill};
use crate::window::Window;
use anyhow::{Context, Result, ensure};
use fantoccini::key::Key;
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};

const OWNER: &str = "asha@nakshatra.example";
/// One in eight leads of the demo company has no owner.
const LEADS: usize = 115_000;
const OWN_LEADS: u64 = 100_000;
const SAMPLES: usize = 60;
/// For the first sync of them all.
const SYNC_PATIENCE: Duration = Duration::from_secs(600);
const POLL: Duration = Duration::from_millis(200);

/// Waits for the next key, then for the first frame that shows what is wanted, and for that to be painted.
/// The page may not make functions of text, so BEFORE and IS_THERE are put into the script.
const WATCH: &str = "
    const before = (() => { BEFORE })(), is_there = before => { IS_THERE };
    const out = window.__painted = { ms: null };
    const pressed = event => {
        if (['Control', 'Alt', 'Shift'].includes(event.key)) return;
        removeEventListener('keydown', pressed, true);
        const from = performance.now();
        const look = () => {
            if (!is_there(before)) return requestAnimationFrame(look);
            const after = new MessageChannel();
            after.port1.onmessage = () => { out.ms = performance.now() - from; };
            after.port2.postMessage(0);
        };
        requestAnimationFrame(look);
    };
    addEventListener('keydown', pressed, true);";
const PAINTED: &str = "return window.__painted.ms";
/// An empty frame, by the same means: what the display alone costs.
const NOTHING: &str = "return true";

/// What is pressed, and how its result is known. Both are bodies of functions in the page.
struct Step {
    keys: String,
    before: &'static str,
    is_there: &'static str,
}

/// Opens the window on a company whose leads are nearly all one person's, and works in it.
///
/// # Errors
/// Whatever fails.
pub fn measure(folder: &Path) -> Result<Vec<Measured>> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?.block_on(work(folder))
}

async fn work(folder: &Path) -> Result<Vec<Measured>> {
    eprintln!("  a window on {OWN_LEADS} leads …");
    let data = folder.join("window-server");
    Server::fill_for(&data, LEADS, &["--owner", OWNER])?;
    let server = Server::start(&data)?;
    let profile = folder.join("window");
    let window = Window::open(&profile).await?;
    let started = Instant::now();
    fill_in(&window, &server.url, OWNER, PASSWORD).await?;
    // The pill says "synced" also before the back-fill begins.
    let count = "return +(document.querySelector('[data-testid=sidebar-leads-count]')?.textContent ?? '0').replaceAll(',', '')";
    while window.client.execute(count, vec![]).await?.as_u64().unwrap_or(0) < OWN_LEADS {
        ensure!(started.elapsed() < SYNC_PATIENCE, "the first sync does not end");
        tokio::time::sleep(POLL).await;
    }
    pill(&window, "synced").await?;
    let synced = started.elapsed().as_secs_f64();
    window.close().await?;

    let (window, start) = start(&profile).await?;
    let mut all = vec![Measured::by_value("window_start", start, None, "ms", start <= 1_500.0, "≤ 1.5 s to the first rows, typing apart")];
    all.push(Measured::by_value("window_first_sync", synced, None, "s", true, "printed"));
    go(&window, "#/leads?pool=all").await?;
    window.css("[data-testid=tab-all][aria-selected=true]").await?;
    window.css("[data-testid=lead-grid][aria-busy=false]").await?;
    let own = window.client.execute("return document.querySelector('[data-testid=lead-grid]').ariaRowCount", vec![]).await?;
    let own: u64 = own.as_str().context("rows of the grid")?.parse()?;
    ensure!(own > OWN_LEADS, "{own} leads are too few");
    let frame = sample(&window, SAMPLES, async |_| Ok(()), |_| step("z", "", NOTHING)).await?;
    let base = percentile(&mut frame.clone(), 50.0);
    for (name, mut taken) in [
        ("window_move", moves(&window).await?),
        ("window_filter", filters(&window).await?),
        ("window_search", searches(&window).await?),
        ("window_open_drawer", drawers(&window).await?),
        ("window_next", next(&window).await?),
        ("window_disposition", dispositions(&window).await?),
    ] {
        let [p50, p95, p99] = [50.0, 95.0, 99.0].map(|p| percentile(&mut taken, p));
        eprintln!("  {name}: p50 {p50:.1}, p95 {p95:.1}, p99 {p99:.1} ms");
        all.push(Measured::by_value(name, p95, Some(base), "ms p95 (baseline: a key that changes nothing)", p95 <= 50.0, "≤ 50 ms p95"));
    }
    let memory = window.memory_kb()? as f64 / 1_024.0;
    all.push(Measured::by_value("window_memory", memory, None, "MB PSS of the process tree", true, "printed"));
    window.close().await?;
    Ok(all)
}

/// From the process to the password box, and from the password to the first rows, milliseconds. The files are
/// forgotten by the system before, where that is allowed.
async fn start(profile: &Path) -> Result<(Window, f64)> {
    // Only root may: otherwise it is a warm start.
    let is_cold = std::fs::write("/proc/sys/vm/drop_caches", "3").is_ok();
    eprintln!("  a {} start", if is_cold { "cold" } else { "warm" });
    let window = Window::open(profile).await?;
    window.css("[data-testid=unlock-password]:focus").await?;
    let app = window.app_pid().context("no app")?;
    let painted = "return performance.timeOrigin + performance.getEntriesByName('first-contentful-paint')[0].startTime";
    let painted = window.client.execute(painted, vec![]).await?.as_f64().context("a time")?;
    let gate = painted - spawned_ms(app)?;
    window.press(PASSWORD).await?;
    watch(
        &window,
        &step("", "location.hash = '#/leads?pool=all'", "return document.querySelectorAll('[data-testid=lead-row]').length > 5"),
    )
    .await?;
    window.press(&Key::Enter.to_string()).await?;
    let list = painted_ms(&window).await?;
    eprintln!("  {gate:.0} ms to the gate, {list:.0} ms from the password to the list");
    Ok((window, gate + list))
}

/// When a process was started, ms since the epoch, to a hundredth of a second.
fn spawned_ms(pid: u32) -> Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let after = stat.rsplit_once(')').context("a stat line")?.1;
    let ticks: f64 = after.split_whitespace().nth(19).context("the start")?.parse()?;
    let boot = std::fs::read_to_string("/proc/stat")?;
    let boot: f64 = boot.lines().find_map(|line| line.strip_prefix("btime ")).context("the boot")?.trim().parse()?;
    Ok((boot + ticks / 100.0) * 1_000.0)
}

async fn moves(window: &Window) -> Result<Vec<Duration>> {
    go(window, "#/leads?pool=all").await?;
    focus(window, "lead-grid").await?;
    let cursor = "return document.querySelector('[data-testid=lead-grid]').getAttribute('aria-activedescendant')";
    let moved = "const now = document.querySelector('[data-testid=lead-grid]').getAttribute('aria-activedescendant');
        return now && now !== before && document.getElementById(now)";
    let keys = ["j".to_owned(), "j".to_owned(), "k".to_owned(), Key::PageDown.to_string(), Key::PageDown.to_string()];
    sample(window, SAMPLES, async |_| Ok(()), |n| step(&keys[n % keys.len()], cursor, moved)).await
}

async fn filters(window: &Window) -> Result<Vec<Duration>> {
    let tabs = ["working", "converted", "dropped", "all"];
    let is_there = "const tab = document.activeElement;
        return tab.getAttribute('aria-selected') === 'true' && document.querySelector('[data-testid=lead-grid]').ariaBusy === 'false'
            && document.querySelector('[data-testid=lead-row]')";
    sample(
        window,
        SAMPLES,
        async |n| focus(window, &format!("tab-{}", tabs[n % tabs.len()])).await,
        |_| step(&Key::Enter.to_string(), "", is_there),
    )
    .await
}

async fn searches(window: &Window) -> Result<Vec<Duration>> {
    let is_there = "const typed = document.querySelector('[data-testid=lead-search]').value;
        return typed !== before && location.hash.includes(encodeURIComponent(typed)) && document.querySelector('[data-testid=lead-grid]').ariaBusy === 'false'";
    let value = "return document.querySelector('[data-testid=lead-search]').value";
    let (words, mut taken) = (["sharma", "9876", "priya", "41520"], Vec::new());
    for n in 0..SAMPLES / 10 {
        go(window, &format!("#/leads?pool=all&sort={}", if n % 2 == 0 { "name" } else { "due" })).await?;
        window.css("[data-testid=lead-grid][aria-busy=false]").await?;
        focus(window, "lead-search").await?;
        let word: Vec<String> = words[n % words.len()].chars().map(String::from).collect();
        taken.extend(sample(window, word.len(), async |_| Ok(()), |n| step(&word[n], value, is_there)).await?);
    }
    Ok(taken)
}

async fn drawers(window: &Window) -> Result<Vec<Duration>> {
    go(window, "#/leads?pool=all").await?;
    window.css("[data-testid=lead-grid][aria-busy=false]").await?;
    focus(window, "lead-grid").await?;
    window.press("j").await?;
    let is_there = "return document.querySelector('[data-testid=lead-drawer] [data-testid=timeline-entry]')";
    let before = async |n: usize| {
        if n > 0 {
            window.press(&Key::Escape.to_string()).await?;
            window.gone("[data-testid=lead-drawer]").await?;
            window.press("j").await?;
        }
        Ok(())
    };
    sample(window, SAMPLES, before, |_| step(&Key::Enter.to_string(), "", is_there)).await
}

const ON_LEAD: &str = "return document.querySelector('[data-testid=queue-lead]')?.dataset.lead";
const OTHER_LEAD: &str = "const now = document.querySelector('[data-testid=queue-lead]')?.dataset.lead; return now && now !== before";

async fn next(window: &Window) -> Result<Vec<Duration>> {
    go(window, "#/queue").await?;
    window.find("queue-lead").await?;
    // Keys of the list do not go while typing.
    let leave = async |_| window.client.execute("document.activeElement.blur()", vec![]).await.map(drop).map_err(Into::into);
    sample(window, SAMPLES, leave, |_| step(&format!("{}{}{}", Key::Control, Key::Right, Key::Null), ON_LEAD, OTHER_LEAD)).await
}

async fn dispositions(window: &Window) -> Result<Vec<Duration>> {
    go(window, "#/leads").await?;
    go(window, "#/queue").await?;
    let pick = async |_| {
        window.css("[data-testid=queue-note]:focus").await?;
        window.press(&format!("no answer{}1{}", Key::Alt, Key::Null)).await?;
        window.css("[data-testid=outcome-1][aria-checked=true]").await.map(drop)
    };
    sample(window, SAMPLES, pick, |_| step(&format!("{}{}{}", Key::Control, Key::Enter, Key::Null), ON_LEAD, OTHER_LEAD)).await
}

fn step(keys: &str, before: &'static str, is_there: &'static str) -> Step {
    Step { keys: keys.to_owned(), before, is_there }
}

async fn sample(
    window: &Window,
    count: usize,
    before: impl AsyncFn(usize) -> Result<()>,
    step: impl Fn(usize) -> Step,
) -> Result<Vec<Duration>> {
    let mut taken = Vec::with_capacity(count);
    for n in 0..count {
        before(n).await?;
        let step = step(n);
        watch(window, &step).await?;
        window.press(&step.keys).await?;
        taken.push(Duration::from_secs_f64(painted_ms(window).await? / 1_000.0));
    }
    Ok(taken)
}

async fn watch(window: &Window, step: &Step) -> Result<()> {
    window.client.execute(&WATCH.replace("BEFORE", step.before).replace("IS_THERE", step.is_there), vec![]).await?;
    Ok(())
}

/// Of the step that was watched, once it is painted.
async fn painted_ms(window: &Window) -> Result<f64> {
    window.retry("the result is painted", async || window.client.execute(PAINTED, vec![]).await?.as_f64().context("not yet")).await
}

async fn focus(window: &Window, test_id: &str) -> Result<()> {
    let focus = "const one = document.querySelector(`[data-testid=${arguments[0]}]`); one?.focus(); return document.activeElement === one";
    window
        .retry(&format!("{test_id} has the focus"), async || {
            ensure!(window.client.execute(focus, vec![json!(test_id)]).await? == Value::Bool(true), "not yet");
            Ok(())
        })
        .await
}
