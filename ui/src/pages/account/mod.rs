//! One's own account (row A21): name, password, two-step sign-in, where one is signed in, and when
//! this computer locks. The server keeps all but the last; without it the page says so.

mod computer;
mod dialling;
mod name;
mod password;
mod sessions;
mod two_step;

use crate::clock::Clock;
use crate::components::avatar::Avatar;
use crate::components::name::Name;
use crate::icon::{Glyph, Icon};
use crate::{hub, ipc, t, words};
use bridge::account::{AccountGet, AccountView};
use bridge::session::{Me, SessionView};
use bridge::sync::Pill;
use bridge::{Change, Problem};
use gloo_timers::callback::Timeout;
use name::NameRow;
use password::PasswordRow;
use sessions::Sessions;
use std::rc::Rc;
use two_step::TwoStepRow;
use yew::prelude::*;

/// An answer that takes longer than this is drawn as a skeleton meanwhile.
const SKELETON_AFTER_MS: u32 = 120;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub me: Rc<Me>,
    pub clock: Clock,
    pub pill: Option<Pill>,
    pub session: Rc<SessionView>,
    pub on_idle_lock: Callback<u32>,
    pub on_prefer: Callback<(&'static str, String)>,
}

pub enum Msg {
    Ask,
    Answered(Result<AccountView, Problem>),
    Changed(Change),
    Slow,
}

pub struct AccountPage {
    view: Option<Rc<AccountView>>,
    problem: Option<Problem>,
    is_asking: bool,
    is_stale: bool,
    is_slow: bool,
    _slow: Timeout,
    _hub: hub::Subscription,
}

impl Component for AccountPage {
    type Message = Msg;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        let link = ctx.link().clone();
        let mut page = Self {
            view: None,
            problem: None,
            is_asking: false,
            is_stale: false,
            is_slow: false,
            _slow: Timeout::new(SKELETON_AFTER_MS, move || link.send_message(Msg::Slow)),
            _hub: hub::subscribe(ctx.link().callback(Msg::Changed)),
        };
        page.ask(ctx);
        page
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &Props) -> bool {
        let is_offline = |pill: &Option<Pill>| matches!(pill, Some(Pill::Offline { .. }));
        // The server is back: what it keeps can be shown again.
        if is_offline(&old.pill) && !is_offline(&ctx.props().pill) {
            self.ask(ctx);
        }
        true
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Ask => self.ask(ctx),
            Msg::Changed(change) => {
                if change.session {
                    self.ask(ctx);
                }
                return false;
            }
            Msg::Slow => self.is_slow = true,
            Msg::Answered(answer) => {
                self.is_asking = false;
                match answer {
                    Ok(view) => (self.view, self.problem) = (Some(Rc::new(view)), None),
                    Err(problem) => self.problem = Some(problem),
                }
                if std::mem::take(&mut self.is_stale) {
                    self.ask(ctx);
                }
            }
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        html! {
            <section class="account" data-testid="account-page" aria-label={t!("page-account")}>
                <div class="account__column">
                    { self.head(ctx) }
                    { self.problem(ctx) }
                    { self.kept_by_server(ctx) }
                    { computer::panel(ctx.props()) }
                </div>
            </section>
        }
    }
}

impl AccountPage {
    fn ask(&mut self, ctx: &Context<Self>) {
        if std::mem::replace(&mut self.is_asking, true) {
            self.is_stale = true;
            return;
        }
        ctx.link().send_future(async { Msg::Answered(ipc::call(&AccountGet {}).await) });
    }

    /// What this computer knows by itself.
    fn head(&self, ctx: &Context<Self>) -> Html {
        let me = &ctx.props().me;
        let name = self.view.as_ref().map_or(&me.name, |view| &view.name).clone();
        let role = words::role(me.role);
        let role = match &me.team {
            Some(team) => t!("role-team", role = role, team = team.as_str()),
            None => role,
        };
        html! {
            <header class="account__head">
                { Avatar::of(name.clone()).size(64) }
                <div class="account__who">
                    <h2 class="account__name">{ Name::of(name) }</h2>
                    <p class="account__mail" data-testid="account-email">{ &me.email }</p>
                    <p class="account__role" data-testid="account-role">{ role }</p>
                </div>
            </header>
        }
    }

    /// Why what the server keeps is not here, or may be old.
    fn problem(&self, ctx: &Context<Self>) -> Html {
        let Some(problem) = &self.problem else { return Html::default() };
        html! {
            <div class="account__offline" role="status" data-testid="account-problem">
                { Glyph::of(Icon::CloudOff).class("tone--warn") }
                <p>{ t!("account-offline") }{ " " }{ &problem.text }</p>
                <button type="button" class="button button--bar" data-testid="account-again" disabled={self.is_asking}
                    onclick={ctx.link().callback(|_| Msg::Ask)}>{ t!("sync-try-now") }</button>
            </div>
        }
    }

    fn kept_by_server(&self, ctx: &Context<Self>) -> Html {
        let Some(view) = &self.view else {
            return if self.is_slow && self.problem.is_none() { skeleton() } else { Html::default() };
        };
        let on_done = ctx.link().callback(|()| Msg::Ask);
        html! {
            <>
                <section class="panel" aria-label={t!("account-profile")}>
                    <NameRow name={view.name.clone()} on_done={&on_done} />
                </section>
                <section class="panel" aria-label={t!("account-sign-in")}>
                    <PasswordRow />
                    <TwoStepRow is_on={view.totp} on_done={&on_done} />
                </section>
                <Sessions view={view.clone()} clock={ctx.props().clock} on_done={&on_done} />
            </>
        }
    }
}

fn skeleton() -> Html {
    let row = |_| html! { <div class="setting"><i class="bone"></i></div> };
    html! { <div class="panel" aria-hidden="true" data-testid="skeleton">{ for (0..3).map(row) }</div> }
}
