//! The sidebar: the pages that exist, and the person in its footer (rows C2, C3).

use crate::components::user_menu::UserMenu;
use crate::icon::{Glyph, Icon};
use crate::route::Route;
use crate::t;
use crate::text::count;
use crate::theme::Theme;
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
    pub on_theme: Callback<Theme>,
    pub on_sign_out: Callback<()>,
}

#[component]
pub fn Sidebar(props: &Props) -> Html {
    let link = |route: Route, icon, label: String, testid: &'static str, number: u32| {
        let is_here = props.route.is_same_page(&route);
        html! {
            <a class={classes!("sidebar__link", is_here.then_some("sidebar__link--here"))} href={route.to_string()} data-testid={testid}
                aria-current={is_here.then_some("page")} title={label.clone()}>
                <Glyph {icon} size={18} /><span class="sidebar__word">{ label }</span>
                if number > 0 { <span class="sidebar__count" data-testid={format!("{testid}-count")}>{ count(number) }</span> }
            </a>
        }
    };
    html! {
        <nav class="sidebar" aria-label={t!("sidebar-label")} data-testid="sidebar">
            <div class="sidebar__links">
                { link(Route::leads(), Icon::Users, t!("page-leads"), "sidebar-leads", props.counts.all) }
                { link(Route::Attention, Icon::Triangle, t!("page-attention"), "sidebar-attention", props.counts.attention) }
            </div>
            <UserMenu me={props.me.clone()} theme={props.theme} on_theme={&props.on_theme} on_sign_out={&props.on_sign_out} />
        </nav>
    }
}
