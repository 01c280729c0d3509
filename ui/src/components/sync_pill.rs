//! The pill in the topbar: one state, the worst; opens the panel.

use crate::icon::{Glyph, Icon};
use crate::words;
use bridge::sync::Pill;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub pill: Pill,
    pub is_open: bool,
    pub on_toggle: Callback<()>,
}

#[component]
pub fn SyncPill(props: &Props) -> Html {
    let (icon, tone) = look(&props.pill);
    html! {
        <button type="button" class={classes!("pill", format!("pill--{tone}"), props.is_open.then_some("pill--open"))}
            data-testid="sync-pill" data-state={state(&props.pill)} aria-haspopup="dialog"
            aria-expanded={if props.is_open { "true" } else { "false" }} onclick={props.on_toggle.reform(|_: MouseEvent| ())}>
            { Glyph::of(icon).class((icon == Icon::Refresh).then_some("icon--turning")) }
            <span aria-live="polite">{ words::pill(&props.pill) }</span>
        </button>
    }
}

pub fn look(pill: &Pill) -> (Icon, &'static str) {
    match pill {
        Pill::Synced => (Icon::CheckCircle, "ok"),
        Pill::Sending { .. } => (Icon::Refresh, "info"),
        Pill::Offline { .. } => (Icon::CloudOff, "warn"),
        Pill::Busy { .. } => (Icon::Clock, "muted"),
        Pill::Loading { .. } => (Icon::Download, "info"),
        Pill::NeedsAttention { .. } => (Icon::Triangle, "warn"),
        Pill::UpdateNeeded => (Icon::Lock, "warn"),
        Pill::SignInNeeded { .. } => (Icon::LogIn, "warn"),
        Pill::CantSave { .. } => (Icon::Disk, "warn"),
    }
}

/// The state's name, for tests and styles.
fn state(pill: &Pill) -> &'static str {
    match pill {
        Pill::Synced => "synced",
        Pill::Sending { .. } => "sending",
        Pill::Offline { .. } => "offline",
        Pill::Busy { .. } => "busy",
        Pill::Loading { .. } => "loading",
        Pill::NeedsAttention { .. } => "needs_attention",
        Pill::UpdateNeeded => "update_needed",
        Pill::SignInNeeded { .. } => "sign_in_needed",
        Pill::CantSave { .. } => "cant_save",
    }
}
