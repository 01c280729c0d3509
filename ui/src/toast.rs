//! Asking for a toast from anywhere. One at a time: the newest replaces what was shown.

use std::cell::RefCell;
use yew::Callback;

thread_local! {
    static HOST: RefCell<Option<Callback<Option<Toast>>>> = const { RefCell::new(None) };
}

/// A short message at the bottom left.
#[derive(Clone, Debug, PartialEq)]
pub struct Toast {
    pub is_problem: bool,
    /// Says nothing of anybody's work: stays when the person goes.
    pub is_parting: bool,
    pub text: String,
    pub action: Option<Action>,
}

/// What a toast offers.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    pub word: String,
    /// Ctrl Z does the same.
    pub is_undo: bool,
    pub act: Callback<()>,
}

pub fn done(text: String) {
    show(Toast { is_problem: false, is_parting: false, text, action: None });
}

/// Tells a person who leaves that it was done.
pub fn parting(text: String) {
    show(Toast { is_problem: false, is_parting: true, text, action: None });
}

pub fn undoable(text: String, undo: Callback<()>) {
    show(Toast {
        is_problem: false,
        is_parting: false,
        text,
        action: Some(Action { word: crate::t!("toast-undo"), is_undo: true, act: undo }),
    });
}

pub fn problem(text: String) {
    show(Toast { is_problem: true, is_parting: false, text, action: None });
}

pub fn show(toast: Toast) {
    tell(Some(toast));
}

/// Nobody else may read, or take back, what one person did.
pub fn clear() {
    tell(None);
}

fn tell(toast: Option<Toast>) {
    if let Some(host) = HOST.with_borrow(Clone::clone) {
        host.emit(toast);
    }
}

/// The one component that draws toasts says where they go.
pub fn host(callback: Option<Callback<Option<Toast>>>) {
    HOST.set(callback);
}
