//! Who is signed in, with their account, lock, theme and sign-out behind it (rows C3, C4, A17).

use crate::components::avatar::Avatar;
use crate::components::menu::{Menu, MenuItem};
use crate::components::name::Name;
use crate::icon::{Glyph, Icon};
use crate::route::Route;
use crate::theme::Theme;
use crate::{t, words};
use bridge::session::Me;
use std::rc::Rc;
use yew::prelude::*;

/// What the person wants of their session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserAct {
    Lock,
    /// Locks, and shows who else has a copy here.
    Switch,
    SignOut,
    /// Ends the app.
    Quit,
}

#[derive(Properties, PartialEq)]
pub struct Props {
    pub me: Rc<Me>,
    pub theme: Theme,
    pub can_quit: bool,
    pub on_theme: Callback<Theme>,
    pub on_user: Callback<UserAct>,
}

#[component]
pub fn UserMenu(props: &Props) -> Html {
    let open = use_state_eq(|| false);
    let toggle = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(!*open))
    };
    let close = {
        let open = open.clone();
        Callback::from(move |()| open.set(false))
    };
    let role = words::role(props.me.role);
    let role = match &props.me.team {
        Some(team) => t!("role-team", role = role, team = team.as_str()),
        None => role,
    };
    html! {
        <div class="user-menu">
            <button type="button" class="user-menu__opener" data-testid="user-menu" aria-haspopup="menu"
                aria-expanded={if *open { "true" } else { "false" }} title={props.me.name.clone()} onclick={toggle}>
                { Avatar::of(props.me.name.clone()).size(32) }
                <span class="user-menu__who">
                    { Name::of(props.me.name.clone()).class("user-menu__name") }
                    <span class="user-menu__role" data-testid="user-role">{ role }</span>
                </span>
                { Glyph::of(Icon::UpDown).class("user-menu__arrows") }
            </button>
            if *open {
                <Menu label={t!("user-menu-label")} on_close={close.clone()} class="menu--above">
                    { menu_head(&props.me) }
                    <MenuItem testid="my-account" on_pick={close.reform(|()| open_account())}>{ Glyph::of(Icon::User) }{ t!("page-account") }</MenuItem>
                    <div class="menu__line" role="separator"></div>
                    { themes(props) }
                    <div class="menu__line" role="separator"></div>
                    { act(props, UserAct::Lock, "lock-button", Icon::Lock, t!("lock")) }
                    { act(props, UserAct::Switch, "switch-button", Icon::Users, t!("switch-person")) }
                    { act(props, UserAct::SignOut, "logout-button", Icon::LogOut, t!("sign-out")) }
                    if props.can_quit { { act(props, UserAct::Quit, "quit-button", Icon::X, t!("quit")) } }
                </Menu>
            }
        </div>
    }
}

fn act(props: &Props, act: UserAct, testid: &'static str, icon: Icon, word: String) -> Html {
    html! { <MenuItem {testid} on_pick={props.on_user.reform(move |()| act)}>{ Glyph::of(icon) }{ word }</MenuItem> }
}

fn open_account() {
    if let Some(window) = web_sys::window() {
        let _ = window.location().set_hash(&Route::Account.to_string());
    }
}

fn menu_head(me: &Me) -> Html {
    html! {
        <div class="menu__head">
            <strong>{ t!("welcome", name = me.name.as_str()) }</strong>
            <span class="menu__note">{ &me.email }</span>
        </div>
    }
}

fn themes(props: &Props) -> Html {
    let item = |theme: Theme| {
        let (icon, word) = match theme {
            Theme::Dark => (Icon::Moon, t!("theme-dark")),
            Theme::Light => (Icon::Sun, t!("theme-light")),
            Theme::System => (Icon::Monitor, t!("theme-system")),
        };
        let is_on = props.theme == theme;
        html! {
            <MenuItem testid={format!("theme-{}", theme.as_str())} checked={Some(is_on)} on_pick={props.on_theme.reform(move |()| theme)}>
                { Glyph::of(icon) }{ word }
                if is_on { { Glyph::of(Icon::Check).class("menu__check") } }
            </MenuItem>
        }
    };
    html! { <>{ for Theme::ALL.into_iter().map(item) }</> }
}
