//! The chosen person's password opens their copy, also offline (row A17).

use super::repair::Repair;
use super::{Stage, chosen, failure};
use crate::components::avatar::Avatar;
use crate::components::input::InputField;
use crate::components::name::Name;
use crate::components::new_password::eye;
use crate::{ipc, keys, t};
use bridge::session::{SessionUnlock, SessionView};
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
    Submit,
    Answered(Box<Result<SessionView, Problem>>),
}

#[derive(Default)]
pub struct UnlockForm {
    password: String,
    is_shown: bool,
    is_busy: bool,
    problem: Option<Problem>,
    selects: bool,
}

impl Component for UnlockForm {
    type Message = Msg;
    type Properties = Props;

    fn create(_: &Context<Self>) -> Self {
        Self::default()
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Typed(password) => (self.password, self.problem) = (password, None),
            Msg::Show => self.is_shown = !self.is_shown,
            Msg::Submit if self.is_busy || self.password.is_empty() => self.selects = true,
            Msg::Submit => {
                (self.is_busy, self.problem) = (true, None);
                let password = self.password.clone();
                ctx.link().send_future(async move { Msg::Answered(Box::new(ipc::call(&SessionUnlock { password }).await)) });
            }
            Msg::Answered(answer) => {
                self.is_busy = false;
                match *answer {
                    Ok(session) => ctx.props().on_session.emit(session),
                    Err(problem) => {
                        self.problem = Some(problem);
                        self.selects = true;
                    }
                }
            }
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let (link, props) = (ctx.link(), ctx.props());
        let onsubmit = link.callback(|event: SubmitEvent| {
            event.prevent_default();
            Msg::Submit
        });
        let name = chosen(&props.session).map_or_else(|| props.session.email.clone(), |card| card.label.clone());
        let to = |stage: Stage| props.on_stage.reform(move |_: MouseEvent| stage);
        html! {
            <form class="gate gate--unlock" data-testid="unlock-form" novalidate=true {onsubmit}>
                { Avatar::of(name.clone()).size(64) }
                <h1 class="sign-in__title" data-testid="unlock-name">{ Name::of(name) }</h1>
                <p class="sign-in__text">{ t!("unlock-text") }</p>
                { failure(self.problem.as_ref()) }
                <div class="secret">
                    <InputField name="unlock-password" testid="unlock-password" label={t!("sign-in-password")} value={self.password.clone()}
                        kind={if self.is_shown { "text" } else { "password" }} on_input={link.callback(Msg::Typed)} autocomplete="current-password"
                        autofocus=true />
                    { eye(self.is_shown, link.callback(|()| Msg::Show)) }
                </div>
                if self.problem.as_ref().is_some_and(|problem| problem.code == ProblemCode::Damaged) {
                    <Repair password={self.password.clone()} on_session={props.on_session.clone()} />
                } else {
                    { super::submit("unlock-submit", self.is_busy, t!("unlock"), t!("unlock-busy")) }
                }
                <div class="gate__links">
                    <button type="button" class="link" data-testid="someone-else" onclick={to(Stage::People)}>{ t!("someone-else") }</button>
                    <button type="button" class="link" data-testid="forgot-password" onclick={to(Stage::Invitation)}>{ t!("forgot-password") }</button>
                </div>
            </form>
        }
    }

    fn rendered(&mut self, _: &Context<Self>, _: bool) {
        if std::mem::take(&mut self.selects) {
            keys::select("#unlock-password");
        }
    }
}
