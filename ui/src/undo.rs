//! Offers to take an edit back, for ten seconds, with Ctrl Z.

use crate::{ipc, toast};
use bridge::lead::{Edited, LeadUndo};
use domain::LeadId;
use wasm_bindgen_futures::spawn_local;
use yew::Callback;

/// Says what was done; `then` runs once it is taken back. Where nothing changed, it says nothing.
pub fn offer(said: String, lead: LeadId, edited: Edited, then: impl Fn() + 'static) {
    if edited.commands.is_empty() {
        return;
    }
    let then = Callback::from(move |()| then());
    let undo = move |()| {
        let (request, then) = (LeadUndo { lead, commands: edited.commands.clone() }, then.clone());
        spawn_local(async move {
            match ipc::call(&request).await {
                Ok(_) => then.emit(()),
                Err(problem) => toast::problem(problem.text),
            }
        });
    };
    toast::undoable(said, Callback::from(undo));
}
