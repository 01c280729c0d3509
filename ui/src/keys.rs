//! Keys that work wherever the focus is. Plain keys never fire while typing or under a dialog.

use gloo_events::{EventListener, EventListenerOptions};
use std::cell::Cell;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlInputElement, HtmlTextAreaElement, KeyboardEvent, window};
use yew::{Callback, NodeRef};

thread_local! {
    static LAYERS: Cell<u32> = const { Cell::new(0) };
}

/// While it lives, pages leave keys alone: a dialog or a menu has them.
pub struct Layer(());

impl Layer {
    pub fn open() -> Self {
        LAYERS.set(LAYERS.get() + 1);
        Self(())
    }
}

impl Drop for Layer {
    fn drop(&mut self) {
        LAYERS.set(LAYERS.get().saturating_sub(1));
    }
}

/// A dialog or a menu is open.
pub fn is_covered() -> bool {
    LAYERS.get() > 0
}

/// Calls back for the keys that `takes` claims and no element has taken, while the listener lives.
/// Claimed within the event: an update may come a frame later, when the browser has long acted.
pub fn listen(takes: fn(&KeyboardEvent) -> bool, callback: Callback<KeyboardEvent>) -> Option<EventListener> {
    let options = EventListenerOptions::enable_prevent_default();
    let heard = move |event: &web_sys::Event| {
        let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
        if !event.default_prevented() && !event.is_composing() && takes(event) {
            event.prevent_default();
            callback.emit(event.clone());
        }
    };
    let window = window()?;
    Some(EventListener::new_with_options(&window, "keydown", options, heard))
}

/// Ctrl, or ⌘ on macOS.
pub fn is_command(event: &KeyboardEvent) -> bool {
    event.ctrl_key() || event.meta_key()
}

/// No Ctrl, Alt or ⌘: what would type a character.
pub fn is_plain(event: &KeyboardEvent) -> bool {
    !is_command(event) && !event.alt_key()
}

/// The key goes into a field.
pub fn is_typing(event: &KeyboardEvent) -> bool {
    let Some(target) = event.target().and_then(|t| t.dyn_into::<HtmlElement>().ok()) else { return false };
    let is_text = match target.tag_name().as_str() {
        "TEXTAREA" | "SELECT" => true,
        "INPUT" => !target.dyn_ref::<HtmlInputElement>().is_some_and(|i| matches!(i.type_().as_str(), "checkbox" | "radio" | "button")),
        _ => false,
    };
    is_text || target.is_content_editable()
}

/// The key goes into a field that holds nothing.
pub fn is_in_empty_field(event: &KeyboardEvent) -> bool {
    let target = event.target();
    let text = target.as_ref().and_then(|t| t.dyn_ref::<HtmlTextAreaElement>().map(HtmlTextAreaElement::value));
    let line = || target.as_ref().and_then(|t| t.dyn_ref::<HtmlInputElement>().map(HtmlInputElement::value));
    text.or_else(line).is_some_and(|value| value.is_empty())
}

/// What has the focus.
pub fn focused() -> Option<HtmlElement> {
    window()?.document()?.active_element()?.dyn_into().ok()
}

/// Puts the focus on the first element that matches.
pub fn focus(selector: &str) {
    let found = window().and_then(|w| w.document()).and_then(|d| d.query_selector(selector).ok().flatten());
    if let Some(element) = found.and_then(|e| e.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

/// Presses the first element that matches.
pub fn click(selector: &str) {
    let found = window().and_then(|w| w.document()).and_then(|d| d.query_selector(selector).ok().flatten());
    if let Some(element) = found.and_then(|e| e.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
        element.click();
    }
}

/// Puts the focus on a box and marks what it holds, to be typed over.
pub fn select(selector: &str) {
    focus(selector);
    let focused = window().and_then(|w| w.document()).and_then(|d| d.active_element());
    if let Some(input) = focused.and_then(|e| e.dyn_into::<HtmlInputElement>().ok()) {
        input.select();
    }
}

/// The focus is on something that Enter presses.
pub fn is_on_control(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|t| t.dyn_into::<HtmlElement>().ok());
    target.is_some_and(|e| matches!(e.tag_name().as_str(), "BUTTON" | "A"))
}

/// Moves the focus among the elements of `within` that match, and stops at the ends.
pub fn step_focus(within: &NodeRef, selector: &str, by: i32) {
    let Some(within) = within.cast::<web_sys::Element>() else { return };
    let Ok(found) = within.query_selector_all(selector) else { return };
    let all: Vec<HtmlElement> = (0..found.length()).filter_map(|i| found.get(i)?.dyn_into().ok()).collect();
    let at = focused().and_then(|now| all.iter().position(|one| *one == now));
    let next = match at {
        Some(at) => at.saturating_add_signed(by as isize).min(all.len().saturating_sub(1)),
        None => 0,
    };
    if let Some(element) = all.get(next) {
        let _ = element.focus();
    }
}
