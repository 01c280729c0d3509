//! Sends one edit of the open lead and has the drawer ask again. Every part of the drawer edits by it.

use crate::{ipc, toast, undo};
use bridge::lead::Edited;
use bridge::{Problem, Request};
use domain::LeadId;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::Callback;

/// The way to edit the open lead.
#[derive(Clone)]
pub struct Editor {
    pub lead: LeadId,
    /// Counts edits here; a view that was asked for at an older count may lack the last of them.
    pub epoch: Rc<Cell<u64>>,
    pub on_edited: Callback<()>,
}

impl PartialEq for Editor {
    fn eq(&self, other: &Self) -> bool {
        self.lead == other.lead && Rc::ptr_eq(&self.epoch, &other.epoch) && self.on_edited == other.on_edited
    }
}

impl Editor {
    /// An edit was carried out. Counted at once: what is answered later this frame must know.
    pub fn edited(&self) -> u64 {
        self.epoch.set(self.epoch.get() + 1);
        self.on_edited.emit(());
        self.epoch.get()
    }

    /// Sends, and shows a refusal as a toast.
    pub fn send<R: Request + 'static>(&self, request: R) {
        self.send_then(request, |answer| {
            if let Err(problem) = answer {
                toast::problem(problem.text);
            }
        });
    }

    /// Sends, and offers to take it back.
    pub fn send_undoable<R: Request<Response = Edited> + 'static>(&self, request: R, said: String) {
        let this = self.clone();
        self.send_then(request, move |answer| match answer {
            Ok(edited) => this.offer_undo(said, edited),
            Err(problem) => toast::problem(problem.text),
        });
    }

    pub fn offer_undo(&self, said: String, edited: Edited) {
        let this = self.clone();
        undo::offer(said, self.lead, edited, move || {
            this.edited();
        });
    }

    pub fn send_then<R: Request + 'static>(&self, request: R, then: impl FnOnce(Result<R::Response, Problem>) + 'static) {
        let this = self.clone();
        spawn_local(async move {
            let answer = ipc::call(&request).await;
            if answer.is_ok() {
                this.edited();
            }
            then(answer);
        });
    }
}
