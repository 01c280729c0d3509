//! Who else is on which lead: what the live socket told, and what this device has to tell. Only in memory;
//! without a socket nothing is known, and nobody waits for it.

use domain::{LeadId, UserId};
use protocol::live::{Hold, Tell};
use std::collections::{BTreeMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Leads of which something is known at once; more are not kept.
const KNOWN_MAX: usize = 5_000;

/// Shared by the socket, which hears and tells, and the desk, which asks.
#[derive(Debug, Default)]
pub struct Presence(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// The newest of what the window told.
    at: u64,
    viewing: Option<LeadId>,
    calls: bool,
    known: BTreeMap<LeadId, On>,
}

/// Who is on a lead besides this person, and who calls it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct On {
    pub users: Vec<UserId>,
    pub hold: Option<Hold>,
}

impl Presence {
    /// The lead on the screen from now on; what was told before it is left out.
    pub fn view(&self, at: u64, lead: Option<LeadId>, calls: bool) {
        let mut state = self.lock();
        if at > state.at {
            (state.at, state.viewing, state.calls) = (at, lead, calls && lead.is_some());
        }
    }

    /// What the server is to know.
    pub(crate) fn told(&self) -> Tell {
        let state = self.lock();
        Tell::Viewing { lead: state.viewing, hold: state.calls }
    }

    /// Takes what the server told; whether that is new.
    pub(crate) fn heard(&self, lead: LeadId, on: On) -> bool {
        let mut state = self.lock();
        if on == On::default() {
            return state.known.remove(&lead).is_some();
        }
        if state.known.len() >= KNOWN_MAX && !state.known.contains_key(&lead) {
            return false;
        }
        state.known.insert(lead, on.clone()) != Some(on)
    }

    /// The socket is gone; whether anything was known.
    pub(crate) fn lost(&self) -> bool {
        !std::mem::take(&mut self.lock().known).is_empty()
    }

    /// All that is known.
    #[must_use]
    pub fn known(&self) -> BTreeMap<LeadId, On> {
        self.lock().known.clone()
    }

    /// Leads that another device calls.
    #[must_use]
    pub fn called_elsewhere(&self) -> HashSet<LeadId> {
        let is_elsewhere = |on: &On| on.hold.is_some_and(|hold| !hold.here);
        self.lock().known.iter().filter(|(_, on)| is_elsewhere(on)).map(|(lead, _)| *lead).collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn what_comes_late_is_left_out_and_a_lost_line_forgets() {
        let (presence, lead) = (Presence::default(), LeadId(Uuid::from_u128(1)));
        presence.view(2, Some(lead), true);
        presence.view(1, None, false);
        assert_eq!(presence.told(), Tell::Viewing { lead: Some(lead), hold: true });
        presence.view(3, None, true);
        assert_eq!(presence.told(), Tell::Viewing { lead: None, hold: false });
        let user = UserId(Uuid::from_u128(2));
        let of = |here| On { users: vec![user], hold: Some(Hold { user, here }) };
        assert!(presence.heard(lead, of(true)) && !presence.heard(lead, of(true)));
        assert!(presence.called_elsewhere().is_empty(), "this device's own");
        assert!(presence.heard(lead, of(false)));
        assert_eq!(presence.called_elsewhere(), HashSet::from([lead]));
        assert!(presence.lost() && !presence.lost());
        assert!(presence.known().is_empty());
        assert!(!presence.heard(lead, On::default()));
    }
}
