//! The one window: where it was last, what closing it does, and bringing it back.

use std::{path::Path, sync::Arc};

use anyhow::Context;
use client::Station;
use serde::{Deserialize, Serialize};
use tauri::{AppHandle, Manager, PhysicalPosition, PhysicalSize, Runtime, WebviewWindow, WindowEvent};

use crate::{profile::Opened, tray};

const LABEL: &str = "main";
const FILE: &str = "window.json";
/// So much of the window's top must be on a screen, px, or nobody could move it.
const GRIP: i64 = 80;

/// Where the window was, in physical pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Place {
    x: i32,
    y: i32,
    width: u32,
    height: u32,
    is_maximized: bool,
}

/// A screen.
#[derive(Clone, Copy, Debug)]
struct Screen {
    x: i32,
    y: i32,
    width: u32,
    height: u32,
}

/// Puts the window where it was, and keeps where it goes.
pub fn remember(window: &WebviewWindow, profile: &Path) {
    restore(window, profile);
    let (watched, profile) = (window.clone(), profile.to_owned());
    window.on_window_event(move |event| match event {
        WindowEvent::CloseRequested { api, .. } => {
            keep(&watched, &profile);
            let app = watched.app_handle();
            // Asked now: the tray may have gone a moment ago.
            if station(app).hides_when_closed() && tray::has_host() {
                api.prevent_close();
                if let Err(error) = watched.hide() {
                    tracing::warn!("the window stays: {error}");
                }
            }
        }
        WindowEvent::Focused(false) => keep(&watched, &profile),
        _ => {}
    });
}

/// Draws everything in it at this size, percent.
pub fn zoom(window: &WebviewWindow, percent: u32) {
    if let Err(error) = window.set_zoom(f64::from(percent) / 100.0) {
        tracing::warn!("the window keeps its size: {error}");
    }
}

/// Brings the window back, wherever it is. May be called on any thread.
pub fn show<R: Runtime>(app: &AppHandle<R>) {
    let Some(window) = app.get_webview_window(LABEL) else { return };
    let shown = window.show().and_then(|()| window.unminimize()).and_then(|()| window.set_focus());
    if let Err(error) = shown {
        tracing::warn!("the window could not be shown: {error}");
    }
}

/// The station of the app.
pub fn station<R: Runtime>(app: &AppHandle<R>) -> Station {
    app.state::<Arc<Opened>>().station().clone()
}

fn restore(window: &WebviewWindow, profile: &Path) {
    let Some(kept) = std::fs::read(profile.join(FILE)).ok().and_then(|text| serde_json::from_slice::<Place>(&text).ok()) else { return };
    let screens = window.available_monitors().unwrap_or_default();
    let screens: Vec<Screen> = screens
        .iter()
        .map(|monitor| (monitor.position(), monitor.size()))
        .map(|(at, size)| Screen { x: at.x, y: at.y, width: size.width, height: size.height })
        .collect();
    let Some(place) = kept.on(&screens) else { return };
    let placed = window
        .set_size(PhysicalSize::new(place.width, place.height))
        .and_then(|()| window.set_position(PhysicalPosition::new(place.x, place.y)))
        .and_then(|()| if place.is_maximized { window.maximize() } else { Ok(()) });
    if let Err(error) = placed {
        tracing::warn!("the window is not where it was: {error}");
    }
}

/// Keeps where it is now.
pub fn keep(window: &WebviewWindow, profile: &Path) {
    if let Err(error) = try_keep(window, profile) {
        tracing::warn!("where the window is was not kept: {error:#}");
    }
}

fn try_keep(window: &WebviewWindow, profile: &Path) -> anyhow::Result<()> {
    if window.is_minimized()? || !window.is_visible()? {
        return Ok(());
    }
    let file = profile.join(FILE);
    let (at, size) = (window.outer_position()?, window.inner_size()?);
    let mut place = Place { x: at.x, y: at.y, width: size.width, height: size.height, is_maximized: window.is_maximized()? };
    // A maximized one goes back to what it was before.
    if place.is_maximized
        && let Some(before) = std::fs::read(&file).ok().and_then(|text| serde_json::from_slice::<Place>(&text).ok())
    {
        place = Place { is_maximized: true, ..before };
    }
    std::fs::write(&file, serde_json::to_vec(&place)?).context("the profile can't be written")
}

impl Place {
    /// The same on the screens of now: no larger than the one it is on; none where it is on no screen.
    fn on(self, screens: &[Screen]) -> Option<Self> {
        let middle = (i64::from(self.x) + i64::from(self.width) / 2, i64::from(self.y));
        let screen = screens.iter().find(|screen| screen.holds(middle) && screen.holds((middle.0, middle.1 + GRIP)))?;
        (self.width > 0 && self.height > 0).then_some(Self {
            width: self.width.min(screen.width),
            height: self.height.min(screen.height),
            ..self
        })
    }
}

impl Screen {
    fn holds(&self, (x, y): (i64, i64)) -> bool {
        let (left, top) = (i64::from(self.x), i64::from(self.y));
        (left..left + i64::from(self.width)).contains(&x) && (top..top + i64::from(self.height)).contains(&y)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_comes_back_only_where_somebody_can_reach_it() {
        let laptop = Screen { x: 0, y: 0, width: 1366, height: 768 };
        let second = Screen { x: 1366, y: -200, width: 1920, height: 1080 };
        let place = |x, y, width, height| Place { x, y, width, height, is_maximized: false };
        for (kept, screens, wanted) in [
            (place(40, 30, 1280, 700), vec![laptop], Some(place(40, 30, 1280, 700))),
            (place(1500, -100, 1280, 800), vec![laptop, second], Some(place(1500, -100, 1280, 800))),
            (place(1500, -100, 1280, 800), vec![laptop], None),
            (place(0, 0, 1920, 1080), vec![laptop], Some(place(0, 0, 1366, 768))),
            (place(0, 740, 1280, 700), vec![laptop], None),
            (place(i32::MAX, i32::MIN, u32::MAX, u32::MAX), vec![laptop, second], None),
            (place(0, 0, 0, 0), vec![laptop], None),
            (place(40, 30, 1280, 700), vec![], None),
        ] {
            assert_eq!(kept.on(&screens), wanted, "{kept:?}");
        }
    }
}
