//! Dark, light or as the system has it: sets `data-theme` on the page; colours are CSS variables.

use gloo_events::EventListener;
use web_sys::window;

const LIGHT_QUERY: &str = "(prefers-color-scheme: light)";

/// What the person chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    Dark,
    Light,
    System,
}

impl Theme {
    pub const ALL: [Theme; 3] = [Theme::Dark, Theme::Light, Theme::System];

    pub fn as_str(self) -> &'static str {
        match self {
            Theme::Dark => "dark",
            Theme::Light => "light",
            Theme::System => "system",
        }
    }

    /// Dark unless something else was chosen.
    pub fn read(text: &str) -> Self {
        Theme::ALL.into_iter().find(|theme| theme.as_str() == text).unwrap_or(Theme::Dark)
    }

    /// For the key that goes round.
    pub fn next(self) -> Self {
        match self {
            Theme::Dark => Theme::Light,
            Theme::Light => Theme::System,
            Theme::System => Theme::Dark,
        }
    }
}

pub fn apply(theme: Theme) {
    let shown = match theme {
        Theme::System if system_is_light() => Theme::Light,
        Theme::System | Theme::Dark => Theme::Dark,
        Theme::Light => Theme::Light,
    };
    let root = window().and_then(|w| w.document()).and_then(|d| d.document_element());
    if let Some(root) = root {
        let _ = root.set_attribute("data-theme", shown.as_str());
    }
}

/// Follows the system while the listener lives.
pub fn follow_system(theme: Theme) -> Option<EventListener> {
    let query = window()?.match_media(LIGHT_QUERY).ok()??;
    Some(EventListener::new(&query, "change", move |_| apply(theme)))
}

fn system_is_light() -> bool {
    window().and_then(|w| w.match_media(LIGHT_QUERY).ok().flatten()).is_some_and(|query| query.matches())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_theme_is_dark() {
        assert_eq!(Theme::read("sepia"), Theme::Dark);
        assert!(Theme::ALL.into_iter().all(|theme| Theme::read(theme.as_str()) == theme));
        assert_eq!(Theme::Dark.next().next().next(), Theme::Dark);
    }
}
