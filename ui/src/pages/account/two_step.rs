//! Two-step sign-in (row A19): set up with an authenticator app, recovery codes shown once, turned
//! off by the password.

use crate::clipboard;
use crate::components::dialog::Dialog;
use crate::components::input::InputField;
use crate::icon::{Glyph, Icon};
use crate::{ipc, keys, t, toast};
use bridge::account::{TotpBegin, TotpConfirm, TotpEnd};
use bridge::{Done, Problem};
use domain::people::TotpSetup;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub is_on: bool,
    pub on_done: Callback<()>,
}

/// How far it is.
enum Step {
    Rest,
    /// To be scanned and confirmed.
    SetUp(TotpSetup),
    /// The recovery codes, shown once.
    Codes(Vec<String>),
    /// The password, to turn it off.
    TurnOff,
}

pub enum Msg {
    Begin,
    Begun(Result<TotpSetup, Problem>),
    Typed(String),
    Confirm,
    Confirmed(Result<Vec<String>, Problem>),
    TurnOff,
    End,
    Ended(Result<Done, Problem>),
    Close,
}

pub struct TwoStepRow {
    step: Step,
    typed: String,
    is_busy: bool,
    problem: Option<String>,
    selects: bool,
}

impl Component for TwoStepRow {
    type Message = Msg;
    type Properties = Props;

    fn create(_: &Context<Self>) -> Self {
        Self { step: Step::Rest, typed: String::new(), is_busy: false, problem: None, selects: false }
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Begin | Msg::Confirm | Msg::End if self.is_busy => return false,
            Msg::Begin => {
                self.is_busy = true;
                ctx.link().send_future(async { Msg::Begun(ipc::call(&TotpBegin {}).await) });
            }
            Msg::Begun(answer) => match answer {
                Ok(setup) => self.go(Step::SetUp(setup)),
                Err(problem) => {
                    self.is_busy = false;
                    toast::problem(problem.text);
                }
            },
            Msg::Typed(typed) => (self.typed, self.problem) = (typed, None),
            Msg::Confirm => self.confirm(ctx),
            Msg::Confirmed(Ok(codes)) => {
                self.go(Step::Codes(codes));
                ctx.props().on_done.emit(());
            }
            Msg::Ended(Ok(_)) => {
                self.go(Step::Rest);
                toast::done(t!("two-step-turned-off"));
                ctx.props().on_done.emit(());
            }
            Msg::Confirmed(Err(problem)) | Msg::Ended(Err(problem)) => {
                (self.is_busy, self.problem, self.selects) = (false, Some(problem.text), true);
            }
            Msg::TurnOff => self.go(Step::TurnOff),
            Msg::End if self.typed.is_empty() => self.problem = Some(t!("sign-in-password-missing")),
            Msg::End => {
                self.is_busy = true;
                let password = self.typed.clone();
                ctx.link().send_future(async { Msg::Ended(ipc::call(&TotpEnd { password }).await) });
            }
            Msg::Close => self.go(Step::Rest),
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let link = ctx.link();
        let is_on = ctx.props().is_on;
        html! {
            <div class="setting">
                <div class="setting__words">
                    <span class="setting__title">
                        { t!("second-factor-title") }
                        if is_on { <span class="setting__state tone--ok" data-testid="two-step-on">{ Glyph::of(Icon::CheckCircle).size(14) }{ t!("two-step-on") }</span> }
                    </span>
                    <p class="setting__text">{ if is_on { t!("two-step-on-text") } else { t!("two-step-text") } }</p>
                </div>
                if matches!(self.step, Step::TurnOff) {
                    { self.turn_off(ctx) }
                } else if is_on {
                    <button type="button" class="button" data-testid="two-step-end" onclick={link.callback(|_| Msg::TurnOff)}>{ t!("two-step-turn-off") }</button>
                } else {
                    <button type="button" class="button" data-testid="two-step-begin" disabled={self.is_busy} onclick={link.callback(|_| Msg::Begin)}>{ t!("two-step-set-up") }</button>
                }
                { self.dialog(ctx) }
            </div>
        }
    }

    fn rendered(&mut self, _: &Context<Self>, _: bool) {
        if std::mem::take(&mut self.selects) {
            keys::select("#two-step-box");
        }
    }
}

impl TwoStepRow {
    fn go(&mut self, step: Step) {
        self.step = step;
        (self.typed, self.is_busy, self.problem) = (String::new(), false, None);
    }

    fn confirm(&mut self, ctx: &Context<Self>) {
        let code: String = self.typed.chars().filter(char::is_ascii_digit).collect();
        if code.len() != 6 {
            self.problem = Some(t!("two-step-six"));
            return;
        }
        self.is_busy = true;
        ctx.link().send_future(async { Msg::Confirmed(ipc::call(&TotpConfirm { code }).await) });
    }

    /// The one box of a step.
    fn entry(&self, ctx: &Context<Self>, label: String, kind: &'static str) -> Html {
        html! {
            <InputField name="two-step-box" testid="two-step-box" {label} {kind} value={self.typed.clone()} autofocus=true
                on_input={ctx.link().callback(Msg::Typed)} problem={self.problem.clone().map(AttrValue::from)}
                input_mode={(kind == "text").then_some(AttrValue::Static("numeric"))} />
        }
    }

    fn turn_off(&self, ctx: &Context<Self>) -> Html {
        let link = ctx.link();
        let onsubmit = link.callback(|event: SubmitEvent| {
            event.prevent_default();
            Msg::End
        });
        let onkeydown = link.batch_callback(|event: KeyboardEvent| (event.key() == "Escape").then_some(Msg::Close));
        html! {
            <form class="setting__form" data-testid="two-step-off-form" novalidate=true {onsubmit} {onkeydown}>
                { self.entry(ctx, t!("sign-in-password"), "password") }
                <div class="setting__acts">
                    <button type="button" class="button button--ghost" onclick={link.callback(|_| Msg::Close)}>{ t!("two-step-keep") }</button>
                    <button type="submit" class="button button--filled" data-testid="two-step-end-confirm" disabled={self.is_busy}>{ t!("two-step-turn-off") }</button>
                </div>
            </form>
        }
    }

    fn dialog(&self, ctx: &Context<Self>) -> Html {
        let on_close = ctx.link().callback(|()| Msg::Close);
        match &self.step {
            Step::Rest | Step::TurnOff => Html::default(),
            Step::SetUp(setup) => html! {
                <Dialog key="set-up" title={t!("two-step-set-up-title")} {on_close} testid="two-step-dialog">{ self.set_up(ctx, setup) }</Dialog>
            },
            // Not left by mistake: these are shown once.
            Step::Codes(codes) => html! {
                <Dialog key="codes" title={t!("two-step-codes-title")} on_close={Callback::noop()} testid="two-step-codes">{ self.codes(ctx, codes) }</Dialog>
            },
        }
    }

    fn set_up(&self, ctx: &Context<Self>, setup: &TotpSetup) -> Html {
        let link = ctx.link();
        let onsubmit = link.callback(|event: SubmitEvent| {
            event.prevent_default();
            Msg::Confirm
        });
        let secret = setup.secret.clone();
        html! {
            <form class="form" novalidate=true {onsubmit}>
                <ol class="two-step">
                    <li><p>{ t!("two-step-scan") }</p><img class="two-step__qr" src={picture(&setup.svg)} alt={t!("two-step-qr")} data-testid="two-step-qr" width="192" height="192" /></li>
                    <li>
                        <p>{ t!("two-step-or-type") }</p>
                        <p class="two-step__secret">
                            <code data-testid="two-step-secret">{ grouped(&setup.secret) }</code>
                            <button type="button" class="button button--bar" onclick={move |_: MouseEvent| clipboard::copy(&secret)}>{ t!("copy") }</button>
                        </p>
                    </li>
                </ol>
                { self.entry(ctx, t!("two-step-code"), "text") }
                <div class="form__foot">
                    <button type="button" class="button button--ghost" onclick={link.callback(|_| Msg::Close)}>{ t!("not-now") }</button>
                    <button type="submit" class="button button--filled" data-testid="two-step-confirm" disabled={self.is_busy}>{ t!("two-step-turn-on") }</button>
                </div>
            </form>
        }
    }

    fn codes(&self, ctx: &Context<Self>, codes: &[String]) -> Html {
        let all = codes.join("\n");
        html! {
            <div class="form">
                <p class="dialog__text">{ t!("two-step-codes-text") }</p>
                <ul class="two-step__codes" data-testid="recovery-codes">{ for codes.iter().map(|code| html! { <li><code>{ code }</code></li> }) }</ul>
                <div class="form__foot">
                    <button type="button" class="button" data-testid="recovery-copy" onclick={move |_: MouseEvent| clipboard::copy(&all)}>{ Glyph::of(Icon::Copy) }{ t!("copy-all") }</button>
                    <button type="button" class="button button--filled" data-testid="recovery-kept" onclick={ctx.link().callback(|_| Msg::Close)}>{ t!("two-step-kept") }</button>
                </div>
            </div>
        }
    }
}

/// As a picture: what the server drew can't do anything here.
fn picture(svg: &str) -> String {
    format!("data:image/svg+xml,{}", String::from(js_sys::encode_uri_component(svg)))
}

/// In fours, for typing.
fn grouped(secret: &str) -> String {
    let letters: Vec<char> = secret.chars().filter(|c| !c.is_whitespace()).collect();
    letters.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_reads_in_fours() {
        let rows = [("JBSWY3DPEHPK3PXP", "JBSW Y3DP EHPK 3PXP"), ("JBSWY", "JBSW Y"), ("", "")];
        for (secret, expected) in rows {
            assert_eq!(grouped(secret), expected);
        }
    }
}
