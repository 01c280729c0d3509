//! Reminders on this computer: a thread that looks at the clock, and what was pressed on a notice. A locked
//! copy still rings, without a name; nobody else's does.

use super::{Found, Station, lock};
use crate::desk::remind::Asleep;
use crate::reminders::{About, Notice, Press};
use bridge::link::Link;
use bridge::session::Gate;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// How often the thread looks: a due minute must not be late, and the clock may jump.
const EVERY: Duration = Duration::from_secs(2);

/// What the thread says to whoever has a screen.
pub trait Teller: Send + 'static {
    fn show(&mut self, notice: Notice);
    /// How much is behind the bell, whenever that changed; `None` while no copy is open.
    fn count(&mut self, due: Option<u32>);
}

/// A thread that looks now and then; has ended once this is dropped.
#[derive(Debug)]
pub struct Reminding {
    end: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Reminding {
    fn drop(&mut self) {
        self.end = None;
        if let Some(thread) = self.thread.take() {
            // A panicked thread has nothing left to stop.
            let _ = thread.join();
        }
    }
}

/// A locked copy that still rings.
pub(super) struct Sleeper {
    id: String,
    asleep: Asleep,
}

impl Station {
    /// Reminds in the background.
    #[must_use]
    pub fn remind_by(&self, mut teller: Box<dyn Teller>) -> Reminding {
        let (end, ended) = channel();
        let station = std::sync::Arc::downgrade(&self.0);
        let run = move || {
            let mut told = None;
            while ended.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                let Some(inner) = station.upgrade() else { return };
                let station = Station(inner);
                station.remind().into_iter().for_each(|notice| teller.show(notice));
                let due = station.due_count();
                if told != Some(due) {
                    told = Some(due);
                    teller.count(due);
                }
            }
        };
        let thread = std::thread::Builder::new().name("remind".into()).spawn(run);
        let thread = thread.inspect_err(|e| tracing::error!("nothing reminds of follow-ups: {e}")).ok();
        Reminding { end: Some(end), thread }
    }

    /// One look at the clock: what is to be shown now.
    pub fn remind(&self) -> Vec<Notice> {
        let Some(open) = self.open() else { return self.remind_asleep() };
        let notices = open.desk.remind(!open.greeted.load(std::sync::atomic::Ordering::Relaxed));
        open.greeted.store(true, std::sync::atomic::Ordering::Relaxed);
        notices.unwrap_or_else(|e| {
            tracing::warn!("reminders could not be read: {e}");
            Vec::new()
        })
    }

    /// How much is behind the bell; `None` while no copy is open.
    #[must_use]
    pub fn due_count(&self) -> Option<u32> {
        self.open()?.desk.due_count().ok()
    }

    /// Does what was pressed on a notice. Whoever has the window shows it for `Press::Open`.
    pub fn press(&self, about: About, press: Press) {
        match (press, about) {
            (Press::Open, About::FollowUp { lead, .. }) => self.open_at(Link::Lead { lead }),
            (Press::Open, About::Missed { before_today }) => self.open_at(Link::FollowUps { missed: before_today }),
            (Press::Snooze, About::FollowUp { follow_up, .. }) => self.snooze(follow_up),
            (Press::Open, About::News { lead }) => self.open_at(lead.map_or(Link::Notices, |lead| Link::Lead { lead })),
            (Press::Open, About::Payments) => self.open_at(Link::Payments),
            (Press::Snooze, About::Missed { .. } | About::Payments | About::News { .. }) => {}
        }
    }

    fn snooze(&self, follow_up: uuid::Uuid) {
        match self.open() {
            Some(open) => {
                if let Err(e) = open.desk.snooze(follow_up) {
                    tracing::warn!("a reminder was not put off: {e}");
                }
            }
            None => {
                let now_ms = self.0.env.now_ms();
                if let Some(sleeper) = &mut lock(&self.0.state).sleeper {
                    sleeper.asleep.snooze(follow_up, now_ms);
                }
            }
        }
    }

    /// Before the copy closes: its times still ring.
    pub(super) fn fall_asleep(&self, open: &super::Open) {
        let asleep = open.desk.fall_asleep().ok();
        lock(&self.0.state).sleeper = asleep.map(|asleep| Sleeper { id: open.id.clone(), asleep });
    }

    /// As a copy opens: it takes over what was told meanwhile. Of another one's nothing rings any more.
    pub(super) fn wake_up(&self, id: &str, desk: &crate::desk::Desk) {
        let sleeper = lock(&self.0.state).sleeper.take().filter(|sleeper| sleeper.id == id);
        if let Some(Err(e)) = sleeper.map(|sleeper| desk.wake_up(sleeper.asleep)) {
            tracing::warn!("what rang behind the lock may ring again: {e}");
        }
    }

    fn remind_asleep(&self) -> Vec<Notice> {
        let now_ms = self.0.env.now_ms();
        let mut state = lock(&self.0.state);
        let Some(id) = state.sleeper.as_ref().map(|sleeper| sleeper.id.clone()) else { return Vec::new() };
        let gate = state.profiles.iter().find(|found| found.id == id).map(|found: &Found| found.gate(now_ms));
        if state.chosen.as_ref() != Some(&id) || gate != Some(Gate::Locked) {
            return Vec::new();
        }
        state.sleeper.as_mut().map(|sleeper| sleeper.asleep.remind(now_ms)).unwrap_or_default()
    }
}
