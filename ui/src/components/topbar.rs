//! The topbar: organisation, title, search, sync pill (row C4), and the bell of what is due (row I7).

use crate::components::key::Key;
use crate::components::sync_pill::SyncPill;
use crate::icon::{Glyph, Icon};
use crate::route::{DueNarrow, Route};
use crate::t;
use crate::text::count;
use bridge::follow_up::DueTab;
use bridge::sync::Pill;
use web_sys::HtmlInputElement;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub org: AttrValue,
    pub title: AttrValue,
    pub pill: Option<Pill>,
    pub is_panel_open: bool,
    pub on_panel: Callback<()>,
    /// Leads are in the role.
    pub can_search: bool,
    /// Searches all leads, from any page.
    pub on_search: Callback<String>,
    /// This person's follow-ups that were missed, and that are due today; `None` where they are not in the role.
    pub due: Option<(u32, u32)>,
}

#[component]
pub fn Topbar(props: &Props) -> Html {
    html! {
        <header class="topbar" data-testid="topbar">
            <div class="topbar__brand">
                <span class="topbar__logo" aria-hidden="true"></span>
                <span class="topbar__names">
                    <span class="topbar__app">{ t!("app-name") }</span>
                    <span class="topbar__org">{ &props.org }</span>
                </span>
            </div>
            <h1 class="topbar__title" data-testid="page-title">{ &props.title }</h1>
            if props.can_search { <GlobalSearch on_search={&props.on_search} /> } else { <span></span> }
            <div class="topbar__end">
                if let Some((missed, today)) = props.due { { bell(missed, today) } }
                if let Some(pill) = &props.pill {
                    <SyncPill pill={pill.clone()} is_open={props.is_panel_open} on_toggle={&props.on_panel} />
                }
            </div>
        </header>
    }
}

fn bell(missed: u32, today: u32) -> Html {
    let tab = if missed > 0 { DueTab::Missed } else { DueTab::Today };
    let href = Route::FollowUps { narrow: DueNarrow { tab, everyone: false }, open: None }.to_string();
    let label = t!("bell-due", missed = missed, today = today);
    html! {
        <a class="button button--icon bell" {href} aria-label={label.clone()} title={label} data-testid="bell">
            <Glyph icon={Icon::Bell} size={18} />
            if missed + today > 0 { <span class="bell__count" data-testid="alert-badge">{ count(missed + today) }</span> }
        </a>
    }
}

#[derive(Properties, PartialEq)]
struct SearchProps {
    on_search: Callback<String>,
}

/// Holds its text only while it is being used; the list's own box shows what the list is narrowed by.
#[component]
fn GlobalSearch(props: &SearchProps) -> Html {
    let text = use_state_eq(String::new);
    let oninput = {
        let (text, on_search) = (text.clone(), props.on_search.clone());
        move |event: InputEvent| {
            let typed = event.target_unchecked_into::<HtmlInputElement>().value();
            text.set(typed.clone());
            on_search.emit(typed);
        }
    };
    let onblur = {
        let text = text.clone();
        move |_: FocusEvent| text.set(String::new())
    };
    let onkeydown = |event: KeyboardEvent| match event.key().as_str() {
        "Enter" | "ArrowDown" => {
            event.prevent_default();
            crate::keys::focus("[data-testid=lead-grid]");
        }
        "Escape" => {
            event.stop_propagation();
            let _ = event.target_unchecked_into::<HtmlInputElement>().blur();
        }
        _ => {}
    };
    html! {
        <label class="search topbar__search">
            <Glyph icon={Icon::Search} />
            <input class="search__input" type="text" role="searchbox" placeholder={t!("search-all")} aria-label={t!("search-all")} dir="auto"
                autocomplete="off" spellcheck="false" data-testid="global-search" value={(*text).clone()} {oninput} {onblur} {onkeydown} />
            <Key name="Ctrl K" />
        </label>
    }
}
