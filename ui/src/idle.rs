//! Locks the screen when nobody has touched a key, the mouse or the wheel for a while (row A17). The
//! arithmetic is pure; `Watch` listens.

use gloo_events::{EventListener, EventListenerOptions};
use gloo_timers::callback::Interval;
use std::cell::RefCell;
use std::rc::Rc;
use yew::Callback;

/// What counts as a touch.
const TOUCHES: [&str; 3] = ["keydown", "pointerdown", "wheel"];
/// How often the clock is looked at.
const LOOK_MS: u32 = 5_000;
/// What a person may choose, minutes; 0 is never.
pub const CHOICES_MIN: [u32; 6] = [5, 10, 15, 30, 60, 0];

/// When it was last touched. By the wall clock, so that a night asleep counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Idle {
    limit_min: u32,
    touched_ms: i64,
}

impl Idle {
    fn touch(&mut self, now_ms: i64) {
        self.touched_ms = now_ms;
    }

    /// Whether the time is over. A clock that was set back starts the wait anew.
    fn is_over(&mut self, now_ms: i64) -> bool {
        if now_ms < self.touched_ms {
            self.touch(now_ms);
        }
        self.limit_min > 0 && now_ms - self.touched_ms >= i64::from(self.limit_min) * 60_000
    }
}

/// Watches while it lives.
pub struct Watch {
    limit_min: u32,
    _touches: Vec<EventListener>,
    _clock: Interval,
}

impl Watch {
    /// Calls back at each look after `limit_min` without a touch; `None` for never.
    pub fn start(limit_min: u32, over: Callback<()>) -> Option<Self> {
        if limit_min == 0 {
            return None;
        }
        let window = web_sys::window()?;
        let idle = Rc::new(RefCell::new(Idle { limit_min, touched_ms: now_ms() }));
        let touch = |name| {
            let idle = idle.clone();
            // Before anyone else: a menu keeps its keys to itself.
            let options = EventListenerOptions::run_in_capture_phase();
            EventListener::new_with_options(&window, name, options, move |_| {
                let now = now_ms();
                let mut idle = idle.borrow_mut();
                // A touch after the time is over is too late: the next look locks.
                if !idle.is_over(now) {
                    idle.touch(now);
                }
            })
        };
        let touches = TOUCHES.into_iter().map(touch).collect();
        let clock = Interval::new(LOOK_MS, move || {
            if idle.borrow_mut().is_over(now_ms()) {
                over.emit(());
            }
        });
        Some(Self { limit_min, _touches: touches, _clock: clock })
    }

    pub fn limit_min(&self) -> u32 {
        self.limit_min
    }
}

fn now_ms() -> i64 {
    js_sys::Date::now() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;

    #[test]
    fn the_time_is_over_after_the_last_touch_not_before() {
        let mut idle = Idle { limit_min: 15, touched_ms: 0 };
        assert!(!idle.is_over(15 * MINUTE - 1));
        assert!(idle.is_over(15 * MINUTE));
        idle.touch(10 * MINUTE);
        assert!(!idle.is_over(24 * MINUTE));
        assert!(idle.is_over(10 * 60 * MINUTE), "asleep for a night");
    }

    #[test]
    fn never_is_never_and_a_clock_set_back_starts_anew() {
        assert!(!Idle { limit_min: 0, touched_ms: 0 }.is_over(i64::MAX));
        let mut idle = Idle { limit_min: 5, touched_ms: 100 * MINUTE };
        assert!(!idle.is_over(40 * MINUTE));
        assert!(!idle.is_over(44 * MINUTE));
        assert!(idle.is_over(45 * MINUTE));
    }
}
