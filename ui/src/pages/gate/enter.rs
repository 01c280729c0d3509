//! One try to get in, by password or invitation, and what the answer may ask for on the way: the
//! second factor, or leave to keep the key in a file. The form stays as it is behind.

use super::failure;
use crate::components::input::InputField;
use crate::icon::{Glyph, Icon};
use crate::{ipc, keys, t};
use bridge::session::{SessionBeginNew, SessionRedeem, SessionSignIn, SessionView};
use bridge::{Problem, ProblemCode};
use yew::prelude::*;

/// What is sent; the same again once a question is answered.
#[derive(Clone, Debug, PartialEq)]
pub enum Submit {
    SignIn(SessionSignIn),
    Redeem(SessionRedeem),
    BeginNew(SessionBeginNew),
}

impl Submit {
    fn add_code(&mut self, code: String) {
        match self {
            Submit::SignIn(ask) => ask.second_factor = Some(code),
            Submit::Redeem(ask) => ask.second_factor = Some(code),
            Submit::BeginNew(ask) => ask.second_factor = Some(code),
        }
    }

    fn allow_key_file(&mut self) {
        match self {
            Submit::SignIn(ask) => ask.allow_key_file = true,
            Submit::Redeem(ask) => ask.allow_key_file = true,
            Submit::BeginNew(ask) => ask.allow_key_file = true,
        }
    }

    async fn send(self) -> Result<SessionView, Problem> {
        match self {
            Submit::SignIn(ask) => ipc::call(&ask).await,
            Submit::Redeem(ask) => ipc::call(&ask).await,
            Submit::BeginNew(ask) => ipc::call(&ask).await,
        }
    }
}

#[derive(Properties, PartialEq)]
pub struct Props {
    pub submit: Submit,
    pub on_session: Callback<SessionView>,
    /// Whether a question stands in place of the form.
    pub on_asking: Callback<bool>,
    /// It ended without an entry; `None` when the person went back.
    pub on_failed: Callback<Option<Problem>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Question {
    None,
    Code,
    KeyFile,
}

pub enum Msg {
    Answered(Box<Result<SessionView, Problem>>),
    Typed(String),
    SendCode,
    AllowKeyFile,
    NotNow,
    Back,
}

pub struct Enter {
    submit: Submit,
    question: Question,
    code: String,
    /// The code that was tried was wrong.
    wrong: Option<Problem>,
    is_busy: bool,
    selects_code: bool,
}

impl Component for Enter {
    type Message = Msg;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        let mut enter = Self {
            submit: ctx.props().submit.clone(),
            question: Question::None,
            code: String::new(),
            wrong: None,
            is_busy: false,
            selects_code: false,
        };
        enter.send(ctx);
        enter
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Answered(answer) => self.answered(ctx, *answer),
            Msg::Typed(code) => (self.code, self.wrong) = (code, None),
            Msg::SendCode => {
                let code = tidy(&self.code);
                if !code.is_empty() {
                    self.submit.add_code(code);
                    self.send(ctx);
                }
            }
            Msg::AllowKeyFile => {
                self.submit.allow_key_file();
                self.send(ctx);
            }
            Msg::NotNow => ctx.props().on_failed.emit(Some(Problem::new(ProblemCode::KeyFile, t!("key-file-refused")))),
            Msg::Back => ctx.props().on_failed.emit(None),
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        match self.question {
            Question::None => Html::default(),
            Question::Code => self.ask_code(ctx),
            Question::KeyFile => self.ask_key_file(ctx),
        }
    }

    fn rendered(&mut self, _: &Context<Self>, _: bool) {
        if std::mem::take(&mut self.selects_code) {
            keys::select("#login-code");
        }
    }
}

impl Enter {
    fn send(&mut self, ctx: &Context<Self>) {
        if std::mem::replace(&mut self.is_busy, true) {
            return;
        }
        let submit = self.submit.clone();
        ctx.link().send_future(async move { Msg::Answered(Box::new(submit.send().await)) });
    }

    fn answered(&mut self, ctx: &Context<Self>, answer: Result<SessionView, Problem>) {
        self.is_busy = false;
        let props = ctx.props();
        match answer {
            Ok(session) => props.on_session.emit(session),
            Err(problem) => match problem.code {
                ProblemCode::SecondFactor => {
                    self.wrong = (self.question == Question::Code).then_some(problem);
                    self.ask(ctx, Question::Code);
                    self.selects_code = true;
                }
                ProblemCode::KeyFile => self.ask(ctx, Question::KeyFile),
                // The code stands until it is accepted; other trouble is the form's.
                ProblemCode::TooMany if self.question == Question::Code => self.wrong = Some(problem),
                _ => props.on_failed.emit(Some(problem)),
            },
        }
    }

    fn ask(&mut self, ctx: &Context<Self>, question: Question) {
        self.question = question;
        ctx.props().on_asking.emit(true);
    }

    fn ask_code(&self, ctx: &Context<Self>) -> Html {
        let link = ctx.link();
        let onsubmit = link.callback(|event: SubmitEvent| {
            event.prevent_default();
            Msg::SendCode
        });
        html! {
            <form class="gate" data-testid="second-factor-form" novalidate=true {onsubmit} onkeydown={escape(ctx)}>
                { Glyph::of(Icon::Lock).size(24).class("tone--info") }
                <h1 class="sign-in__title">{ t!("second-factor-title") }</h1>
                <p class="sign-in__text">{ t!("second-factor-text") }</p>
                { failure(self.wrong.as_ref()) }
                <InputField name="login-code" testid="login-code" label={t!("second-factor-code")} value={self.code.clone()} autofocus=true
                    on_input={link.callback(Msg::Typed)} autocomplete="one-time-code" />
                { super::submit("login-code-submit", self.is_busy, t!("sign-in"), t!("sign-in-busy")) }
                { back(ctx) }
            </form>
        }
    }

    fn ask_key_file(&self, ctx: &Context<Self>) -> Html {
        let link = ctx.link();
        html! {
            <section class="gate" data-testid="key-file-question" onkeydown={escape(ctx)}>
                { Glyph::of(Icon::Disk).size(24).class("tone--info") }
                <h1 class="sign-in__title">{ t!("key-file-title") }</h1>
                <p class="sign-in__text">{ t!("key-file-text") }</p>
                <p class="sign-in__text">{ t!("key-file-safety") }</p>
                <div class="gate__acts">
                    <FirstButton testid="key-file-not-now" on_press={link.callback(|()| Msg::NotNow)}>{ t!("not-now") }</FirstButton>
                    <button type="button" class="button button--filled" data-testid="key-file-allow" disabled={self.is_busy}
                        onclick={link.callback(|_| Msg::AllowKeyFile)}>{ t!("allow") }</button>
                </div>
            </section>
        }
    }
}

#[derive(Properties, PartialEq)]
struct FirstProps {
    testid: &'static str,
    on_press: Callback<()>,
    children: Html,
}

/// The safe choice of a question: it has the focus.
#[component]
fn FirstButton(props: &FirstProps) -> Html {
    let button = use_node_ref();
    use_effect_with((), {
        let button = button.clone();
        move |()| {
            if let Some(button) = button.cast::<web_sys::HtmlElement>() {
                let _ = button.focus();
            }
        }
    });
    html! {
        <button ref={button} type="button" class="button" data-testid={props.testid} onclick={props.on_press.reform(|_: MouseEvent| ())}>
            { props.children.clone() }
        </button>
    }
}

fn back(ctx: &Context<Enter>) -> Html {
    html! { <button type="button" class="link gate__link" data-testid="gate-back" onclick={ctx.link().callback(|_| Msg::Back)}>{ t!("back") }</button> }
}

fn escape(ctx: &Context<Enter>) -> Callback<KeyboardEvent> {
    ctx.link().batch_callback(|event: KeyboardEvent| (event.key() == "Escape").then_some(Msg::Back))
}

/// Six digits as apps show them, `123 456`; recovery codes keep their dashes.
fn tidy(typed: &str) -> String {
    typed.chars().filter(|c| !c.is_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use bridge::session::Invitation;

    #[test]
    fn the_same_submit_is_repeated_with_what_was_asked_for() {
        let ask = SessionSignIn {
            server: "host".into(),
            email: "a@b.in".into(),
            password: "pw".into(),
            second_factor: None,
            allow_key_file: false,
        };
        let mut submit = Submit::SignIn(ask.clone());
        submit.add_code(tidy(" 123 456 "));
        submit.allow_key_file();
        assert_eq!(submit, Submit::SignIn(SessionSignIn { second_factor: Some("123456".into()), allow_key_file: true, ..ask }));
        let redeem = SessionRedeem { invitation: Invitation::default(), password: "pw".into(), second_factor: None, allow_key_file: false };
        let mut submit = Submit::Redeem(redeem.clone());
        submit.allow_key_file();
        assert_eq!(submit, Submit::Redeem(SessionRedeem { allow_key_file: true, ..redeem }));
    }
}
