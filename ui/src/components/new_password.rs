//! A box for a new password, with how good it is while typing: bars, a word and what would help
//! (row A18). Never by colour alone.

use crate::components::input::InputField;
use crate::icon::{Glyph, Icon};
use crate::{ipc, t};
use bridge::account::{PasswordStrength, Strength};
use gloo_timers::callback::Timeout;
use yew::prelude::*;

/// A pause in typing after which it is judged.
const PAUSE_MS: u32 = 120;
/// The best score.
const SCORE_MAX: u8 = 4;

#[derive(Properties, PartialEq)]
pub struct Props {
    /// Also the element's id and test id.
    pub name: AttrValue,
    pub label: AttrValue,
    pub value: AttrValue,
    pub on_input: Callback<String>,
    /// What it was judged; `None` while it is not.
    pub on_strength: Callback<Option<Strength>>,
    #[prop_or_default]
    pub problem: Option<AttrValue>,
    #[prop_or_default]
    pub disabled: bool,
    #[prop_or_default]
    pub autofocus: bool,
}

pub enum Msg {
    Pause,
    Judged(AttrValue, Option<Strength>),
    Show,
}

pub struct NewPassword {
    strength: Option<Strength>,
    is_shown: bool,
    _pause: Option<Timeout>,
}

impl Component for NewPassword {
    type Message = Msg;
    type Properties = Props;

    fn create(_: &Context<Self>) -> Self {
        Self { strength: None, is_shown: false, _pause: None }
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &Props) -> bool {
        if ctx.props().value != old.value {
            let link = ctx.link().clone();
            self._pause = Some(Timeout::new(PAUSE_MS, move || link.send_message(Msg::Pause)));
            ctx.props().on_strength.emit(None);
        }
        true
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Show => self.is_shown = !self.is_shown,
            Msg::Pause => {
                let value = ctx.props().value.clone();
                if value.is_empty() {
                    self.strength = None;
                    return true;
                }
                ctx.link().send_future(async move {
                    let judged = ipc::call(&PasswordStrength { password: value.to_string() }).await.ok();
                    Msg::Judged(value, judged)
                });
                return false;
            }
            Msg::Judged(value, strength) => {
                if value != ctx.props().value {
                    return false;
                }
                ctx.props().on_strength.emit(strength.clone());
                self.strength = strength;
            }
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let props = ctx.props();
        html! {
            <div class="secret">
                <InputField name={props.name.clone()} testid={props.name.clone()} label={props.label.clone()} value={props.value.clone()}
                    kind={if self.is_shown { "text" } else { "password" }} on_input={&props.on_input} problem={props.problem.clone()}
                    hint={Some(self.meter())} autocomplete="new-password" disabled={props.disabled} autofocus={props.autofocus} />
                { eye(self.is_shown, ctx.link().callback(|()| Msg::Show)) }
            </div>
        }
    }
}

impl NewPassword {
    fn meter(&self) -> Html {
        let Some(strength) = &self.strength else { return html! { <span class="field__hint">{ t!("password-advice") }</span> } };
        let word = t!("password-strength", score = strength.score);
        let step = |at: u8| html! { <i class={classes!("meter__step", (at <= strength.score).then_some("meter__step--on"))}></i> };
        html! {
            <span class="meter" data-testid="password-strength" data-score={strength.score.to_string()}>
                <span class={classes!("meter__bar", format!("meter__bar--{}", tone(strength)))} role="meter" aria-label={t!("password-strength-label")}
                    aria-valuemin="0" aria-valuemax={SCORE_MAX.to_string()} aria-valuenow={strength.score.to_string()} aria-valuetext={word.clone()}>
                    { for (0..=SCORE_MAX).map(step) }
                </span>
                <strong class="meter__word">{ word }</strong>
                if !strength.advice.is_empty() { <span class="meter__advice" data-testid="password-advice">{ &strength.advice }</span> }
            </span>
        }
    }
}

/// Shows or hides what is typed.
pub fn eye(is_shown: bool, on_toggle: Callback<()>) -> Html {
    html! {
        <button type="button" class="button button--icon secret__eye" aria-pressed={is_shown.to_string()} aria-label={t!("sign-in-show-password")}
            onclick={on_toggle.reform(|_: MouseEvent| ())}>
            { Glyph::of(if is_shown { Icon::EyeOff } else { Icon::Eye }) }
        </button>
    }
}

fn tone(strength: &Strength) -> &'static str {
    match (strength.good_enough, strength.score) {
        (false, 0..=1) => "poor",
        (false, _) => "fair",
        (true, _) => "good",
    }
}
