//! The sidebar: the pages that the role has, and the person in its footer (rows B5, C2, C3). Which
//! those are is decided in `route`.

use crate::components::attendance::AttendanceBadge;
use crate::components::user_menu::{UserAct, UserMenu};
use crate::icon::{Glyph, Icon};
use crate::route::{Page, Route};
use crate::t;
use crate::text::count;
use crate::theme::Theme;
use bridge::attendance::MyAttendance;
use bridge::lead::LeadCounts;
use bridge::session::Me;
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub me: Rc<Me>,
    pub route: Route,
    pub counts: Rc<LeadCounts>,
    pub theme: Theme,
    pub can_quit: bool,
    /// `None` where it is not in the role.
    pub attendance: Option<Rc<MyAttendance>>,
    pub on_theme: Callback<Theme>,
    pub on_user: Callback<UserAct>,
}

#[component]
pub fn Sidebar(props: &Props) -> Html {
    let listed = Page::listed(props.me.role);
    let (admin, own): (Vec<Page>, Vec<Page>) = listed.into_iter().partition(|page| page.is_admin());
    html! {
        <nav class="sidebar" aria-label={t!("sidebar-label")} data-testid="sidebar">
            <div class="sidebar__scroll">
                <div class="sidebar__links">{ for own.into_iter().map(|page| link(props, page)) }</div>
                if !admin.is_empty() {
                    <div class="sidebar__links" role="group" aria-labelledby="sidebar-admin" data-testid="sidebar-admin">
                        <h2 id="sidebar-admin" class="sidebar__group">{ t!("sidebar-admin") }</h2>
                        { for admin.into_iter().map(|page| link(props, page)) }
                    </div>
                }
            </div>
            if let Some(mine) = &props.attendance {
                <div class="sidebar__attendance" data-testid="footer-attendance"><AttendanceBadge status={mine.status} reason={mine.reason.clone()} waits={mine.waits} since={mine.since.clone()} /></div>
            }
            <UserMenu me={props.me.clone()} theme={props.theme} can_quit={props.can_quit} on_theme={&props.on_theme} on_user={&props.on_user} />
        </nav>
    }
}

fn link(props: &Props, page: Page) -> Html {
    let (icon, testid) = look(page);
    let is_here = props.route.page() == Some(page);
    let label = word(page);
    let number = match page {
        Page::Leads => props.counts.all,
        Page::FollowUps => props.counts.missed + props.counts.today,
        Page::Attention => props.counts.attention,
        _ => 0,
    };
    html! {
        <a key={testid} class={classes!("sidebar__link", is_here.then_some("sidebar__link--here"))} href={page.route().to_string()}
            data-testid={testid} aria-current={is_here.then_some("page")} title={label.clone()}>
            { Glyph::of(icon).size(18) }<span class="sidebar__word">{ label }</span>
            if number > 0 { <span class="sidebar__count" data-testid={format!("{testid}-count")}>{ count(number) }</span> }
        </a>
    }
}

fn look(page: Page) -> (Icon, &'static str) {
    match page {
        Page::Dashboard => (Icon::Dashboard, "sidebar-dashboard"),
        Page::Queue => (Icon::Phone, "sidebar-queue"),
        Page::Leads => (Icon::Users, "sidebar-leads"),
        Page::FollowUps => (Icon::Calendar, "sidebar-followups"),
        Page::Payments => (Icon::Rupee, "sidebar-payments"),
        Page::Reports => (Icon::Chart, "sidebar-reports"),
        Page::Notices => (Icon::Bell, "sidebar-notices"),
        Page::Attention => (Icon::Triangle, "sidebar-attention"),
        Page::Attendance => (Icon::Clock, "sidebar-attendance"),
        Page::Users => (Icon::IdCard, "sidebar-users"),
        Page::Assignment => (Icon::HandOver, "sidebar-assignment"),
        Page::Permissions => (Icon::Shield, "sidebar-permissions"),
        Page::Devices => (Icon::Laptop, "sidebar-devices"),
        Page::Deleted => (Icon::Trash, "sidebar-deleted"),
        Page::Audit => (Icon::History, "sidebar-audit"),
        Page::Quarantine => (Icon::Archive, "sidebar-quarantine"),
        Page::Account => (Icon::User, "sidebar-account"),
    }
}

/// What a page is called, here, in the topbar and in sentences.
pub fn word(page: Page) -> String {
    match page {
        Page::Dashboard => t!("page-dashboard"),
        Page::Queue => t!("page-queue"),
        Page::Leads => t!("page-leads"),
        Page::FollowUps => t!("page-follow-ups"),
        Page::Payments => t!("page-payments"),
        Page::Reports => t!("page-reports"),
        Page::Notices => t!("page-notices"),
        Page::Attention => t!("page-attention"),
        Page::Attendance => t!("page-attendance"),
        Page::Users => t!("page-users"),
        Page::Assignment => t!("page-assignment"),
        Page::Permissions => t!("page-permissions"),
        Page::Devices => t!("page-devices"),
        Page::Deleted => t!("page-deleted"),
        Page::Audit => t!("page-audit"),
        Page::Quarantine => t!("page-quarantine"),
        Page::Account => t!("page-account"),
    }
}
