//! The window on this computer: what closing it means, and how large everything in it is. Knows no window:
//! whoever has one asks.

use super::{Station, lock};
use bridge::session::Gate;
use bridge::{Done, Problem, ProblemCode};
use std::sync::atomic::Ordering;

/// Preference of this computer: `on` leaves the window in the tray when it is closed, `off` ends the app.
pub(super) const CLOSE_TO_TRAY: &str = "close_to_tray";

/// Preference of this computer: the size of everything in the window, percent.
pub(super) const ZOOM: &str = "zoom";
pub(super) const ZOOM_DEFAULT: u32 = 100;
const ZOOM_RANGE: std::ops::RangeInclusive<u32> = 90..=150;

impl Station {
    /// How large everything in the window is, percent.
    #[must_use]
    pub fn zoom(&self) -> u32 {
        lock(&self.0.state).settings.zoom.clamp(*ZOOM_RANGE.start(), *ZOOM_RANGE.end())
    }

    /// Draws everything in the window at another size, percent, from any thread.
    pub fn on_zoom(&self, zoom: impl Fn(u32) + Send + Sync + 'static) {
        *lock(&self.0.zoom) = Some(std::sync::Arc::new(zoom));
    }

    /// # Errors
    /// `Refused` for a size that the window does not have.
    pub(super) fn set_zoom(&self, percent: &str) -> Result<Done, Problem> {
        let percent = percent.parse().ok().filter(|percent| ZOOM_RANGE.contains(percent));
        let percent: u32 = percent.ok_or_else(|| Problem::new(ProblemCode::Refused, "The window can be 90 to 150 % large."))?;
        lock(&self.0.state).settings.change(&self.0.root, |settings| settings.zoom = percent);
        if let Some(zoom) = lock(&self.0.zoom).clone() {
            zoom(percent);
        }
        Ok(Done {})
    }

    /// Says whether there is a tray with a way back to the window.
    pub fn set_tray(&self, is_there: bool) {
        if self.0.has_tray.swap(is_there, Ordering::Relaxed) != is_there {
            self.tell_session();
        }
    }

    /// Whether closing the window leaves it in the tray: only where somebody works, and not the sign-in form.
    #[must_use]
    pub fn hides_when_closed(&self) -> bool {
        self.closes_to_tray() == Some(true) && self.view().is_ok_and(|view| matches!(view.gate, Gate::Open | Gate::Locked))
    }

    /// `None` where there is no tray.
    pub(super) fn closes_to_tray(&self) -> Option<bool> {
        self.0.has_tray.load(Ordering::Relaxed).then(|| lock(&self.0.state).settings.close_to_tray)
    }

    /// Ends the app when the person asks for it.
    pub fn on_quit(&self, quit: impl Fn() + Send + Sync + 'static) {
        *lock(&self.0.quit) = Some(std::sync::Arc::new(quit));
    }

    /// The person asks for it.
    pub fn quit(&self) {
        if let Some(quit) = lock(&self.0.quit).clone() {
            quit();
        }
    }
}
