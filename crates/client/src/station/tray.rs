//! What closing the window means on this computer. Knows no window: whoever has one asks.

use super::{Station, lock};
use bridge::session::Gate;
use std::sync::atomic::Ordering;

/// Preference of this computer: `on` leaves the window in the tray when it is closed, `off` ends the app.
pub(super) const CLOSE_TO_TRAY: &str = "close_to_tray";

impl Station {
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

    pub(super) fn quit(&self) {
        if let Some(quit) = lock(&self.0.quit).clone() {
            quit();
        }
    }
}
