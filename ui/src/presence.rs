//! Who else is on which lead, as the window knows it; and telling which lead is on the screen.

use crate::{hub, ipc, t};
use bridge::Change;
use bridge::presence::{Caller, LeadViewing, PresenceGet, PresenceOf};
use domain::LeadId;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use wasm_bindgen_futures::spawn_local;

thread_local! {
    static KNOWN: RefCell<HashMap<LeadId, PresenceOf>> = RefCell::default();
    static AT: Cell<u64> = const { Cell::new(0) };
}

/// Asks anew who is where, and lets the screens draw it.
pub fn refresh() {
    spawn_local(async {
        let all = ipc::call(&PresenceGet {}).await.unwrap_or_default();
        KNOWN.set(all.into_iter().map(|one| (one.lead, one)).collect());
        hub::publish(&Change { presence: true, ..Change::default() });
    });
}

/// Tells which lead is on the screen; `calls` for the one that the queue shows.
pub fn view(lead: Option<LeadId>, calls: bool) {
    // Later than all that a window before this one told.
    let at = AT.get().max((js_sys::Date::now() * 1_000.0) as u64) + 1;
    AT.set(at);
    ipc::tell(LeadViewing { at, lead, calls });
}

/// Somebody else, or this person elsewhere, calls the lead.
pub fn is_called(lead: LeadId) -> bool {
    KNOWN.with_borrow(|known| known.get(&lead).is_some_and(|one| one.caller.is_some()))
}

/// Who is on the lead, in a sentence.
pub fn sentence(lead: LeadId) -> Option<String> {
    KNOWN.with_borrow(|known| known.get(&lead).and_then(said))
}

fn said(one: &PresenceOf) -> Option<String> {
    match &one.caller {
        Some(Caller::Other { name }) => return Some(t!("presence-calls", name = name.as_str())),
        Some(Caller::Me) => return Some(t!("presence-calls-elsewhere")),
        None => {}
    }
    match one.others.as_slice() {
        [] => None,
        [one] => Some(t!("presence-one", name = one.as_str())),
        [first, second] => Some(t!("presence-two", first = first.as_str(), second = second.as_str())),
        [first, rest @ ..] => Some(t!("presence-more", first = first.as_str(), count = rest.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_names_the_caller_first() {
        let lead: LeadId = "0193c5a0-0000-7000-8000-000000000001".parse().expect("an id");
        let of = |others: &[&str], caller| PresenceOf { lead, others: others.iter().map(|name| (*name).to_owned()).collect(), caller };
        let meera = Some(Caller::Other { name: "Meera".into() });
        for (one, says) in [
            (of(&[], None), None),
            (of(&["Asha"], None), Some("Asha is on this lead")),
            (of(&["Asha", "Ravi"], None), Some("Asha and Ravi are on this lead")),
            (of(&["Asha", "Ravi", "Meera"], None), Some("Asha and 2 others are on this lead")),
            (of(&["Asha", "Meera"], meera), Some("Meera is calling this lead")),
            (of(&[], Some(Caller::Me)), Some("You are calling this lead on another computer")),
        ] {
            assert_eq!(said(&one).as_deref(), says);
        }
    }
}
