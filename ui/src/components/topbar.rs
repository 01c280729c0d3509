//! The topbar: organisation, title, search, one's own attendance, the bell and the sync pill (row C4).

use crate::clock::Clock;
use crate::components::attendance::AttendanceControl;
use crate::components::bell::Bell;
use crate::components::key::Key;
use crate::components::sync_pill::SyncPill;
use crate::icon::{Glyph, Icon};
use crate::t;
use bridge::attendance::MyAttendance;
use bridge::sync::Pill;
use domain::attendance::Step;
use std::rc::Rc;
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
    /// Opens the palette, which searches them from any page.
    pub on_palette: Callback<()>,
    /// This person's follow-ups that were missed, and that are due today; `None` where they are not in the role.
    pub due: Option<(u32, u32)>,
    /// Unread notifications; `None` where they are not in the role.
    pub unread: Option<u32>,
    pub clock: Clock,
    /// `None` where it is not in the role.
    pub attendance: Option<Rc<MyAttendance>>,
    pub on_step: Callback<Step>,
    pub on_read: Callback<()>,
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
            if props.can_search { { search(&props.on_palette) } } else { <span></span> }
            <div class="topbar__end">
                if let Some(mine) = &props.attendance { <AttendanceControl mine={mine.clone()} on_step={&props.on_step} on_read={&props.on_read} /> }
                if props.due.is_some() || props.unread.is_some() { <Bell due={props.due} unread={props.unread} clock={props.clock} /> }
                if let Some(pill) = &props.pill {
                    <SyncPill pill={pill.clone()} is_open={props.is_panel_open} on_toggle={&props.on_panel} />
                }
            </div>
        </header>
    }
}

fn search(on_palette: &Callback<()>) -> Html {
    html! {
        <button type="button" class="search topbar__search" data-testid="global-search" aria-haspopup="dialog" onclick={on_palette.reform(|_: MouseEvent| ())}>
            { Glyph::of(Icon::Search) }<span class="topbar__hint">{ t!("search-all") }</span>{ Key::of("Ctrl K") }
        </button>
    }
}
