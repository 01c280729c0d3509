//! Puts text on the clipboard and says so.

use crate::{t, toast};

pub fn copy(text: &str) {
    if let Some(window) = web_sys::window() {
        // The promise fails only without a focus; the text is on the screen to be marked.
        let _ = window.navigator().clipboard().write_text(text);
        toast::done(t!("copied"));
    }
}
