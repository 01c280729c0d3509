//! `leadline sync` and `leadline status`

use crate::failure::Failure;
use crate::place::Place;
use crate::print::{Printer, table};
use crate::words;
use bridge::ProblemCode;
use bridge::lead::LeadCountsGet;
use bridge::session::SessionGet;
use bridge::sync::{Pill, SyncGet, SyncView};
use client::desk::Desk;
use serde_json::json;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Changes are looked at this often at most.
const CALM: Duration = Duration::from_millis(200);

pub fn once(place: &Place, print: &Printer) -> Result<(), Failure> {
    let desk = place.write()?;
    let report = desk.sync_once()?;
    let waiting = desk.ask(SyncGet {})?.outbox_total;
    let json = json!({ "pushed": report.pushed, "refused": report.refused, "pulled": report.pulled, "waiting": waiting });
    print.answer(&json, || {
        let refused =
            if report.refused > 0 { format!(" {} refused, see `leadline attention list`.", report.refused) } else { String::new() };
        format!("Sent {}, received {}.{refused}", report.pushed - report.refused, report.pulled)
    })
}

pub fn watch(place: &Place, print: &Printer) -> Result<(), Failure> {
    let desk = place.write()?;
    if desk.ask(SessionGet {})?.me.is_none() {
        return Err(client::ClientError::NotSignedIn.into());
    }
    let changed = Arc::new((Mutex::new(true), Condvar::new()));
    desk.listen({
        let changed = changed.clone();
        Arc::new(move |change| {
            if change.sync || change.attention || change.session {
                *changed.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
                changed.1.notify_one();
            }
        })
    });
    desk.start_sync()?;
    let mut last = None;
    loop {
        if desk.engine().lease_standing()? != client::Standing::Good {
            return Err(Failure::new(ProblemCode::Locked, "The time without the server is over: sign in again."));
        }
        let state = State::of(&desk)?;
        if last.as_ref() != Some(&state) {
            // A disk that takes nothing is what the state is about, and no reason to end.
            let _ = desk.engine().note_clock();
            print.answer(&state, || state.in_words())?;
            last = Some(state);
        }
        let waiting = changed.0.lock().unwrap_or_else(PoisonError::into_inner);
        *changed.1.wait_while(waiting, |changed| !*changed).unwrap_or_else(PoisonError::into_inner) = false;
        std::thread::sleep(CALM);
    }
}

/// What `--watch` prints a line about.
#[derive(PartialEq, serde::Serialize)]
struct State {
    pill: Pill,
    why: Option<String>,
    outbox: u32,
    leads: u32,
    attention: u32,
    complete: bool,
    live: bool,
}

impl State {
    fn of(desk: &Desk) -> Result<Self, Failure> {
        let sync = desk.ask(SyncGet {})?;
        let counts = desk.ask(LeadCountsGet {})?;
        Ok(Self {
            pill: sync.pill,
            why: sync.why,
            outbox: sync.outbox_total,
            leads: counts.all,
            attention: counts.attention,
            complete: sync.complete,
            live: sync.live,
        })
    }

    fn in_words(&self) -> String {
        let why = self.why.as_ref().map(|why| format!(" {why}")).unwrap_or_default();
        let live = if self.live { ", live" } else { "" };
        format!("{}, {} leads here{live}.{why}", pill(&self.pill), words::count(self.leads))
    }
}

pub fn status(place: &Place, print: &Printer) -> Result<(), Failure> {
    let desk = place.read()?;
    let session = desk.ask(SessionGet {})?;
    let me =
        session.me.clone().ok_or_else(|| Failure::new(ProblemCode::NotSignedIn, "Nobody is signed in to this profile; sign in first."))?;
    let sync = desk.ask(SyncGet {})?;
    let counts = desk.ask(LeadCountsGet {})?;
    let (seen_head, contradicted) = (desk.seen_head()?, desk.contradicted_heads()?);
    let json = json!({ "session": session, "sync": sync, "counts": counts, "seen_head": seen_head, "contradicted_heads": contradicted });
    print.answer(&json, || {
        let team = me.team.as_ref().map(|team| format!(", {team}")).unwrap_or_default();
        let mut rows = vec![
            ("person", format!("{}, {}{team}", me.name, words::role(me.role))),
            ("organisation", format!("{} ({})", me.org, me.zone)),
            ("server", sync.server.clone()),
            ("to send", to_send(&sync)),
            ("needs attention", words::count(counts.attention)),
            ("received up to", sync.received_up_to.as_ref().map(words::when).unwrap_or_else(|| "nothing yet".to_owned())),
            ("log seen up to", seen_head.unwrap_or_else(|| "nothing yet".to_owned())),
            ("leads here", format!("{}{}", words::count(counts.all), if sync.complete { ", complete" } else { ", not complete yet" })),
        ];
        rows.extend(contradicted.into_iter().map(|head| ("log seen before, and not there later", head)));
        if matches!(sync.pill, Pill::SignInNeeded { .. }) {
            rows.push(("session", "has ended; `leadline sign-in` to send and receive".to_owned()));
        }
        table(&["STATUS", ""], rows.into_iter().map(|(name, value)| vec![name.to_owned(), value]).collect())
    })
}

fn to_send(sync: &SyncView) -> String {
    match sync.outbox_total {
        0 => "nothing".to_owned(),
        1 => format!("1 edit, {} bytes", sync.outbox_bytes),
        n => format!("{} edits, {} bytes", words::count(n), sync.outbox_bytes),
    }
}

fn pill(pill: &Pill) -> String {
    match pill {
        Pill::Synced => "Synced".to_owned(),
        Pill::Sending { done, total } => format!("Sending {} of {}", words::count(*done), words::count(*total)),
        Pill::Offline { pending } => format!("Offline, {} to send", words::count(*pending)),
        Pill::Busy { retry_in_s, .. } => format!("Server busy, retry in {retry_in_s} s"),
        Pill::Loading { done, total } => format!("Loading {} of {}", words::count(*done), words::count(*total)),
        Pill::NeedsAttention { count } => format!("{} need attention", words::count(*count)),
        Pill::UpdateNeeded => "Update needed, read-only".to_owned(),
        Pill::SignInNeeded { pending } => format!("Sign in again, {} to send", words::count(*pending)),
        Pill::CantSave { .. } => "Can’t save".to_owned(),
    }
}
