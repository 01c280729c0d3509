//! Sends one edit of the open lead and has the drawer ask again. Every part of the drawer edits by it.

use crate::{ipc, toast};
use bridge::{Problem, Request};
use domain::LeadId;
use wasm_bindgen_futures::spawn_local;
use yew::Callback;

/// The way to edit the open lead.
#[derive(Clone, PartialEq)]
pub struct Editor {
    pub lead: LeadId,
    /// The lead was edited here; called before the answer reaches whoever asked.
    pub on_edited: Callback<()>,
}

impl Editor {
    /// Sends, and shows a refusal as a toast.
    pub fn send<R: Request + 'static>(&self, request: R) {
        self.send_then(request, |answer| {
            if let Err(problem) = answer {
                toast::problem(problem.text);
            }
        });
    }

    /// Sends, and offers to undo.
    pub fn send_undoable<R: Request + 'static, U: Request + Clone + 'static>(&self, request: R, said: String, undo: U) {
        let this = self.clone();
        self.send_then(request, move |answer| match answer {
            Ok(_) => toast::undoable(said, Callback::from(move |()| this.send(undo.clone()))),
            Err(problem) => toast::problem(problem.text),
        });
    }

    pub fn send_then<R: Request + 'static>(&self, request: R, then: impl FnOnce(Result<R::Response, Problem>) + 'static) {
        let on_edited = self.on_edited.clone();
        spawn_local(async move {
            let answer = ipc::call(&request).await;
            if answer.is_ok() {
                on_edited.emit(());
            }
            then(answer);
        });
    }
}
