//! The server let the person in, and the copy on this computer does not open: its password is an old
//! one, or this computer was revoked. They open it once more, or begin a new copy.

use super::enter::{Enter, Submit};
use super::repair::Repair;
use super::{Stage, failure, recovery};
use crate::components::input::InputField;
use crate::components::new_password::eye;
use crate::icon::{Glyph, Icon};
use crate::{ipc, keys, t};
use bridge::session::{Gate, SessionBeginNew, SessionUnlock, SessionView};
use bridge::{Problem, ProblemCode};
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub session: Rc<SessionView>,
    pub on_session: Callback<SessionView>,
    pub on_stage: Callback<Stage>,
}

pub enum Msg {
    Typed(String),
    Show,
    Open,
    Answered(Box<Result<SessionView, Problem>>),
    Begin,
    Asking(bool),
    Failed(Option<Problem>),
}

#[derive(Default)]
pub struct OldCopy {
    password: String,
    is_shown: bool,
    is_busy: bool,
    submit: Option<Submit>,
    is_asking: bool,
    problem: Option<Problem>,
    selects: bool,
}

impl Component for OldCopy {
    type Message = Msg;
    type Properties = Props;

    fn create(_: &Context<Self>) -> Self {
        Self::default()
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Typed(password) => (self.password, self.problem) = (password, None),
            Msg::Show => self.is_shown = !self.is_shown,
            Msg::Open if self.is_busy || self.password.is_empty() => self.selects = true,
            Msg::Open => {
                (self.is_busy, self.problem) = (true, None);
                let password = self.password.clone();
                ctx.link().send_future(async move { Msg::Answered(Box::new(ipc::call(&SessionUnlock { password }).await)) });
            }
            Msg::Answered(answer) => {
                self.is_busy = false;
                match *answer {
                    Ok(session) => ctx.props().on_session.emit(session),
                    Err(problem) => (self.problem, self.selects) = (Some(problem), true),
                }
            }
            Msg::Begin if self.submit.is_none() => {
                self.problem = None;
                self.submit = Some(Submit::BeginNew(SessionBeginNew { second_factor: None, allow_key_file: false }));
            }
            Msg::Begin => return false,
            Msg::Asking(is_asking) => self.is_asking = is_asking,
            Msg::Failed(problem) => (self.submit, self.is_asking, self.problem) = (None, false, problem),
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let (link, props) = (ctx.link(), ctx.props());
        let Gate::OldCopy { why, is_locked, recover } = &props.session.gate else { return Html::default() };
        let title = if *is_locked { t!("old-copy-title") } else { t!("old-copy-revoked-title") };
        html! {
            <>
                <section class="gate" data-testid="old-copy" hidden={self.is_asking}>
                    { Glyph::of(if *is_locked { Icon::Lock } else { Icon::Ban }).size(24).class("tone--warn") }
                    <h1 class="sign-in__title" data-testid="gate-title">{ title }</h1>
                    <p class="sign-in__text">{ why }</p>
                    { failure(self.problem.as_ref()) }
                    if *is_locked { { self.open(ctx) } }
                    <p class="sign-in__text">{ if *is_locked { t!("old-copy-new-text") } else { t!("old-copy-revoked-text") } }</p>
                    { recovery(recover) }
                    <div class="gate__acts">
                        <button type="button" class={classes!("button", (!is_locked).then_some("button--filled"))} data-testid="begin-new"
                            disabled={self.submit.is_some()} onclick={link.callback(|_| Msg::Begin)}>{ t!("begin-new") }</button>
                    </div>
                    <div class="gate__links">
                        <button type="button" class="link" data-testid="someone-else" onclick={props.on_stage.reform(|_: MouseEvent| Stage::People)}>{ t!("someone-else") }</button>
                    </div>
                </section>
                if let Some(submit) = &self.submit {
                    <Enter submit={submit.clone()} on_session={&props.on_session} on_asking={link.callback(Msg::Asking)} on_failed={link.callback(Msg::Failed)} />
                }
            </>
        }
    }

    fn rendered(&mut self, _: &Context<Self>, _: bool) {
        if std::mem::take(&mut self.selects) {
            keys::select("#old-password");
        }
    }
}

impl OldCopy {
    fn open(&self, ctx: &Context<Self>) -> Html {
        let link = ctx.link();
        let onsubmit = link.callback(|event: SubmitEvent| {
            event.prevent_default();
            Msg::Open
        });
        html! {
            <form class="gate__form" data-testid="old-copy-form" novalidate=true {onsubmit}>
                <div class="secret">
                    <InputField name="old-password" testid="old-password" label={t!("old-password")} value={self.password.clone()} autofocus=true
                        kind={if self.is_shown { "text" } else { "password" }} on_input={link.callback(Msg::Typed)} autocomplete="current-password" />
                    { eye(self.is_shown, link.callback(|()| Msg::Show)) }
                </div>
                if self.problem.as_ref().is_some_and(|problem| problem.code == ProblemCode::Damaged) {
                    <Repair password={self.password.clone()} on_session={ctx.props().on_session.clone()} />
                } else {
                    { super::submit("old-password-submit", self.is_busy, t!("old-copy-open"), t!("unlock-busy")) }
                }
            </form>
        }
    }
}
