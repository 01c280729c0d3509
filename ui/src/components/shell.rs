//! The frame around every page: topbar, sidebar, the sync panel and the keys that work everywhere
//! (row C1). Decides nothing about the pages in it.

use crate::clock::Clock;
use crate::components::sidebar::{self, Sidebar};
use crate::components::sync_panel::SyncPanel;
use crate::components::topbar::Topbar;
use crate::components::user_menu::UserAct;
use crate::route::{Page, Route};
use crate::theme::Theme;
use bridge::attendance::MyAttendance;
use bridge::lead::LeadCounts;
use bridge::session::Me;
use bridge::sync::SyncView;
use domain::attendance::Step;
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub me: Rc<Me>,
    pub route: Route,
    pub counts: Rc<LeadCounts>,
    pub sync: Option<Rc<SyncView>>,
    pub clock: Clock,
    pub theme: Theme,
    /// Closing the window would not end the app.
    pub can_quit: bool,
    pub is_panel_open: bool,
    pub on_panel: Callback<()>,
    pub on_theme: Callback<Theme>,
    pub on_user: Callback<UserAct>,
    pub on_palette: Callback<()>,
    pub attendance: Option<Rc<MyAttendance>>,
    pub on_step: Callback<Step>,
    pub on_attendance_read: Callback<()>,
    pub children: Html,
}

#[component]
pub fn Shell(props: &Props) -> Html {
    let due = Page::FollowUps.is_open_to(props.me.role).then_some((props.counts.missed, props.counts.today));
    let unread = Page::Notices.is_open_to(props.me.role).then_some(props.counts.unread);
    let title = props.route.page().map(sidebar::word).unwrap_or_default();
    html! {
        <div class={classes!("shell", (props.route == Route::Queue).then_some("shell--narrow"))} data-testid="app-shell">
            <Topbar org={props.me.org.clone()} {title} pill={props.sync.as_ref().map(|s| s.pill.clone())} is_panel_open={props.is_panel_open}
                on_panel={&props.on_panel} can_search={Page::Leads.is_open_to(props.me.role)} on_palette={&props.on_palette} {due} {unread} clock={props.clock}
                attendance={props.attendance.clone()} on_step={&props.on_step} on_read={&props.on_attendance_read} />
            <Sidebar me={props.me.clone()} route={props.route.clone()} counts={props.counts.clone()} theme={props.theme} can_quit={props.can_quit} attendance={props.attendance.clone()}
                on_theme={&props.on_theme} on_user={&props.on_user} />
            <main class="shell__main">{ props.children.clone() }</main>
            if let Some(sync) = props.sync.as_ref().filter(|_| props.is_panel_open) {
                <SyncPanel sync={sync.clone()} attention={props.counts.attention} clock={props.clock} on_close={&props.on_panel} />
            }
        </div>
    }
}
