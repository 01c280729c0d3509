//! G, then a letter: to a page. The letter is heard before the page's own keys, and only just after the G.

use crate::keys;
use crate::route::Page;
use std::cell::Cell;
use web_sys::KeyboardEvent;

/// How long after the G the letter still counts, ms.
const WITHIN_MS: f64 = 1_500.0;

thread_local! {
    /// When G was pressed, ms since the epoch.
    static PRESSED: Cell<f64> = const { Cell::new(f64::MIN) };
}

/// What a key is of the chord.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Start,
    Page(Page),
}

/// The key's part, where it is one; called once for each key.
pub fn part(event: &KeyboardEvent) -> Option<Part> {
    if !keys::is_plain(event) || keys::is_typing(event) || keys::is_covered() {
        return None;
    }
    let (now, key) = (js_sys::Date::now(), event.key().to_lowercase());
    let is_second = now - PRESSED.replace(f64::MIN) <= WITHIN_MS;
    match key.as_str() {
        "g" => {
            PRESSED.set(now);
            Some(Part::Start)
        }
        letter if is_second => page(letter).map(Part::Page),
        _ => None,
    }
}

/// The page of a letter.
pub fn page(letter: &str) -> Option<Page> {
    LETTERS.into_iter().find(|(known, _)| *known == letter).map(|(_, page)| page)
}

/// As the sheet lists them.
pub const LETTERS: [(&str, Page); 8] = [
    ("d", Page::Dashboard),
    ("q", Page::Queue),
    ("l", Page::Leads),
    ("f", Page::FollowUps),
    ("p", Page::Payments),
    ("r", Page::Reports),
    ("n", Page::Notices),
    ("a", Page::Attention),
];
