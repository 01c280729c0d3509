//! What is this computer's, whoever works at it: the theme, the last server, what closing the window does.
//! Nothing of a person.

use super::tray::ZOOM_DEFAULT;
use crate::profile::{Profile, write_private};
use bridge::call::Dialling;
use serde::{Deserialize, Serialize};
use std::path::Path;

const FILE: &str = "station.json";

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Settings {
    /// Empty until one is set.
    pub theme: String,
    pub server: String,
    /// SHA-256 of its key, hex, if it was invited with one.
    pub pin: Option<String>,
    /// Closing the window leaves it in the tray, where there is one.
    pub close_to_tray: bool,
    pub dialling: Dialling,
    /// Size of everything in the window, percent.
    pub zoom: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: String::new(),
            server: String::new(),
            pin: None,
            close_to_tray: true,
            dialling: Dialling::default(),
            zoom: ZOOM_DEFAULT,
        }
    }
}

impl Settings {
    pub fn read(root: &Path) -> Self {
        std::fs::read(root.join(FILE)).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
    }

    /// Changes them; a disk that can't be written costs only this.
    pub fn change(&mut self, root: &Path, change: impl FnOnce(&mut Self)) {
        let before = self.clone();
        change(self);
        if *self == before {
            return;
        }
        let written = serde_json::to_vec(self)
            .map_err(|e| e.to_string())
            .and_then(|text| Profile::at(root).and_then(|_| write_private(&root.join(FILE), &text)).map_err(|e| e.to_string()));
        if let Err(e) = written {
            tracing::warn!("this computer's settings are not kept: {e}");
        }
    }
}
