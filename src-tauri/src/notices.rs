//! Native notifications: shows what the client says, and passes back what was pressed. Where there is no
//! notification server nothing breaks: the bell in the window has it all.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use client::reminders::{Notice, Press, SNOOZE_MIN};
use notify_rust::{Notification, Timeout};

const OPEN: &str = "open";
const SNOOZE: &str = "snooze";
/// Notifications whose buttons work at once; each waits on a thread of its own.
const WAITING_MAX: usize = 16;

/// Shows notices, a few of them waiting for a button at a time.
#[derive(Clone, Default)]
pub struct Notices {
    waiting: Arc<AtomicUsize>,
}

impl Notices {
    /// Shows one; `pressed` hears what was pressed on it, on a thread of its own.
    pub fn show(&self, notice: &Notice, pressed: impl FnOnce(Press) + Send + 'static) {
        let notification = notification(notice);
        let waiting = Arc::clone(&self.waiting);
        let shown = std::thread::Builder::new().name("notice".into()).spawn(move || {
            let handle = match notification.show() {
                Ok(handle) => handle,
                Err(error) => return tracing::warn!("a reminder is only in the window: {error}"),
            };
            if waiting.fetch_add(1, Ordering::Relaxed) < WAITING_MAX {
                wait(handle, pressed);
            }
            waiting.fetch_sub(1, Ordering::Relaxed);
        });
        if let Err(error) = shown {
            tracing::warn!("a reminder is only in the window: {error}");
        }
    }
}

fn notification(notice: &Notice) -> Notification {
    let mut notification = Notification::new();
    notification.appname("Leadline").summary(&notice.title).body(&body(&notice.body)).timeout(Timeout::Never);
    notification.action("default", "Open").action(OPEN, "Open");
    if notice.can_snooze {
        notification.action(SNOOZE, &format!("Snooze {SNOOZE_MIN} min"));
    }
    #[cfg(all(unix, not(target_os = "macos")))]
    notification.icon("leadline-desktop").hint(notify_rust::Hint::DesktopEntry("Leadline".into()));
    notification
}

/// A server that reads markup must not read it out of a lead's name.
fn body(text: &str) -> String {
    #[cfg(all(unix, not(target_os = "macos")))]
    if notify_rust::get_capabilities().is_ok_and(|known| known.iter().any(|one| one == "body-markup")) {
        return text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    }
    text.to_owned()
}

#[cfg(all(unix, not(target_os = "macos")))]
fn wait(handle: notify_rust::NotificationHandle, pressed: impl FnOnce(Press)) {
    handle.wait_for_action(|action| match action {
        OPEN | "default" => pressed(Press::Open),
        SNOOZE => pressed(Press::Snooze),
        _ => {}
    });
}

/// Elsewhere a click opens the app, as its system does it.
#[cfg(not(all(unix, not(target_os = "macos"))))]
fn wait<H>(_: H, _: impl FnOnce(Press)) {}
