//! Hands each "what changed" to the screens that are open. A screen subscribes while it lives.

use bridge::Change;
use std::cell::RefCell;
use yew::Callback;

thread_local! {
    static LISTENERS: RefCell<Vec<(u64, Callback<Change>)>> = const { RefCell::new(Vec::new()) };
    static NEXT: RefCell<u64> = const { RefCell::new(0) };
}

/// Ends when it is dropped.
pub struct Subscription(u64);

impl Drop for Subscription {
    fn drop(&mut self) {
        LISTENERS.with_borrow_mut(|all| all.retain(|(id, _)| *id != self.0));
    }
}

#[must_use]
pub fn subscribe(callback: Callback<Change>) -> Subscription {
    let id = NEXT.with_borrow_mut(|next| {
        *next += 1;
        *next
    });
    LISTENERS.with_borrow_mut(|all| all.push((id, callback)));
    Subscription(id)
}

pub fn publish(change: &Change) {
    // A listener may open or close screens, so the list is not held while they run.
    let listeners = LISTENERS.with_borrow(Clone::clone);
    for (_, listener) in listeners {
        listener.emit(change.clone());
    }
}
