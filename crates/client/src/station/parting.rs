//! The end of a session or of a copy: signed out by its person, here or everywhere; ended or cut off by
//! the server; wiped. What was typed stays sealed in the copy.

use super::{Found, Station, lock};
use crate::background;
use crate::desk::Desk;
use crate::engine::{CutOff, Engine, WipeReport};
use crate::error::ClientError;
use bridge::Problem;
use bridge::account::SignOutEverywhere;
use bridge::session::{SessionSignOut, SessionView};
use std::sync::Arc;

impl Station {
    /// Ends the session and closes the copy; a sign-in opens it again.
    ///
    /// # Errors
    /// `NotSignedIn`, `Disk`.
    pub fn sign_out(&self) -> Result<SessionView, Problem> {
        let _turn = lock(&self.0.turn);
        let open = self.opened()?;
        open.desk.ask(SessionSignOut {})?;
        self.close_signed_out(&open.id);
        lock(&self.0.state).chosen = None;
        self.view()
    }

    /// Ends every session of this person at the server, and closes the copy here at once.
    ///
    /// # Errors
    /// `Offline`: then nothing has ended; `NotSignedIn`, `Disk`.
    pub fn sign_out_everywhere(&self) -> Result<SessionView, Problem> {
        let _turn = lock(&self.0.turn);
        let open = self.opened()?;
        open.desk.ask(SignOutEverywhere {})?;
        self.close_signed_out(&open.id);
        self.view()
    }

    /// The copy is closed by its person's word: only a sign-in opens it.
    fn close_signed_out(&self, id: &str) {
        self.note(id, |facts| facts.signed_out = true);
        self.close();
    }

    /// Closes the copy `id` when the server ends its session, or cuts it off.
    pub(super) fn hear_of_the_end(&self, id: &str, engine: &Engine) {
        let (station, profile) = (Arc::downgrade(&self.0), id.to_owned());
        engine.on_cut_off(Arc::new({
            let (station, profile) = (station.clone(), profile.clone());
            move |cut_off| {
                let (Some(inner), profile) = (station.upgrade(), profile.clone()) else { return };
                // The sync thread tells it, and is waited for.
                apart(move || Self(inner).cut_off(&profile, cut_off));
            }
        }));
        engine.on_session_end(Arc::new(move || {
            let (Some(inner), profile) = (station.upgrade(), profile.clone()) else { return };
            apart(move || Self(inner).session_ended(&profile));
        }));
    }

    /// The same for a process that lives for one command: here and now.
    pub(super) fn hear_of_the_end_now(&self, id: &str, engine: &Arc<Engine>) {
        let (station, profile, lent) = (self.clone(), id.to_owned(), Arc::downgrade(engine));
        engine.on_cut_off(Arc::new(move |cut_off| {
            let _turn = lock(&station.0.turn);
            let report = lent.upgrade().and_then(|engine| engine.wipe_report());
            station.shut(&profile, cut_off, report);
        }));
        let (station, profile) = (self.clone(), id.to_owned());
        engine.on_session_end(Arc::new(move || station.note(&profile, |facts| facts.signed_out = true)));
    }

    pub(super) fn cut_off(&self, id: &str, cut_off: CutOff) {
        let _turn = lock(&self.0.turn);
        let mut report = None;
        if let Some(open) = self.open().filter(|open| open.id == id) {
            report = open.desk.engine().wipe_report();
            self.close();
        }
        self.shut(id, cut_off, report);
    }

    /// A password that was changed elsewhere, or a word of the person: this computer asks for it again.
    fn session_ended(&self, id: &str) {
        let _turn = lock(&self.0.turn);
        let Some(open) = self.open().filter(|open| open.id == id) else { return };
        // Whoever signed in again meanwhile works on.
        if open.desk.is_signed_in() {
            return;
        }
        if let Err(e) = open.desk.ask(SessionSignOut {}) {
            tracing::warn!("the end of the session was not noted: {e}");
        }
        self.close_signed_out(id);
    }

    /// Asks what the server wants of a copy that may not open, and does it; whether it was cut off.
    pub(super) fn part(&self, found: &Found, desk: &Desk) -> bool {
        match desk.hand_over() {
            Ok(Some(cut_off)) => {
                let report = desk.engine().wipe_report();
                desk.close();
                self.shut(&found.id, cut_off, report);
                true
            }
            Ok(None) => false,
            Err(e) => {
                tracing::info!("the server can't be asked about this copy: {e}");
                false
            }
        }
    }

    /// Shuts a closed copy; destroys its key if that was ordered, and says so to the server.
    fn shut(&self, id: &str, cut_off: CutOff, report: Option<WipeReport>) {
        let CutOff { why, wipe } = cut_off;
        let done = self.with_found(id, |found, homes| match wipe {
            true => found.destroy(homes),
            false => found.note(homes, |facts| facts.cut_off = Some(why)),
        });
        match done {
            Err(e) => tracing::error!("the copy could not be cut off: {e}"),
            // Best effort: the key is gone, whoever hears of it.
            Ok(()) => report.filter(|_| wipe).into_iter().for_each(WipeReport::send),
        }
        self.tell_session();
    }
}

impl Desk {
    fn is_signed_in(&self) -> bool {
        let facts: Result<_, ClientError> = self.engine().session();
        facts.is_ok_and(|facts| facts.is_some_and(|facts| facts.signed_in))
    }
}

/// On a thread of its own.
fn apart(work: impl FnOnce() + Send + 'static) {
    if let Err(e) = background::spawn("parting", work) {
        tracing::error!("the copy stays open until it is started again: {e}");
    }
}
