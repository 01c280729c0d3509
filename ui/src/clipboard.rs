//! Puts text on the clipboard and says so.

use crate::{t, toast};
use wasm_bindgen_futures::JsFuture;

/// As [`copy`], and says what was copied, once it was; text that is nowhere on the screen may not get lost.
pub async fn put(text: &str, said: String) {
    let Some(window) = web_sys::window() else { return };
    match JsFuture::from(window.navigator().clipboard().write_text(text)).await {
        Ok(_) => toast::done(said),
        Err(_) => toast::problem(t!("copy-failed")),
    }
}

pub fn copy(text: &str) {
    if let Some(window) = web_sys::window() {
        // The promise fails only without a focus; the text is on the screen to be marked.
        let _ = window.navigator().clipboard().write_text(text);
        toast::done(t!("copied"));
    }
}
