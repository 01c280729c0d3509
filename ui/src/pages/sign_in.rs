//! The full-window gate before the shell (rows A1 to A5): says exactly why it can't let in.

use crate::components::input::InputField;
use crate::icon::{Glyph, Icon};
use crate::route::Route;
use crate::{ipc, t};
use bridge::session::{SessionSignIn, SessionView};
use bridge::{Problem, ProblemCode};
use domain::command::is_email;
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub session: Rc<SessionView>,
    /// Someone is signed in already and came only to sign in again.
    pub may_go_back: bool,
    pub on_signed_in: Callback<SessionView>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    Server,
    Email,
    Password,
}

pub enum Msg {
    Typed(Entry, String),
    Left(Entry),
    ShowPassword,
    Submit,
    Answered(Box<Result<SessionView, Problem>>),
}

pub struct SignInPage {
    form: Form,
    /// Boxes that were left once, or all after a try: only these complain.
    left: Vec<Entry>,
    shows_password: bool,
    is_busy: bool,
    problem: Option<Problem>,
}

/// What is typed.
#[derive(Clone, Debug, Default)]
struct Form {
    server: String,
    email: String,
    password: String,
}

impl Form {
    fn problem(&self, of: Entry) -> Option<String> {
        match of {
            Entry::Server if self.server.trim().is_empty() => Some(t!("sign-in-server-missing")),
            Entry::Server if !is_address(self.server.trim()) => Some(t!("sign-in-server-odd")),
            Entry::Email if self.email.trim().is_empty() => Some(t!("sign-in-email-missing")),
            Entry::Email if !is_email(self.email.trim()) => Some(t!("sign-in-email-odd")),
            Entry::Password if self.password.is_empty() => Some(t!("sign-in-password-missing")),
            Entry::Server | Entry::Email | Entry::Password => None,
        }
    }

    fn is_whole(&self) -> bool {
        [Entry::Server, Entry::Email, Entry::Password].into_iter().all(|of| self.problem(of).is_none())
    }
}

/// A host with an optional scheme and port; what can't be reached is said by the client.
fn is_address(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or(text);
    let host = rest.split('/').next().unwrap_or_default();
    !host.is_empty() && !host.starts_with(':') && !text.contains(char::is_whitespace) && !rest.contains("://") && !rest.contains('@')
}

impl Component for SignInPage {
    type Message = Msg;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        let session = &ctx.props().session;
        let form = Form { server: session.server.clone(), email: session.email.clone(), password: String::new() };
        Self { form, left: Vec::new(), shows_password: false, is_busy: false, problem: None }
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Typed(of, text) => {
                self.problem = None;
                match of {
                    Entry::Server => self.form.server = text,
                    Entry::Email => self.form.email = text,
                    Entry::Password => self.form.password = text,
                }
            }
            Msg::Left(of) => self.left.push(of),
            Msg::ShowPassword => self.shows_password = !self.shows_password,
            Msg::Submit => self.submit(ctx),
            Msg::Answered(answer) => {
                self.is_busy = false;
                match *answer {
                    Ok(session) => ctx.props().on_signed_in.emit(session),
                    Err(problem) => self.problem = Some(problem),
                }
            }
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let onsubmit = ctx.link().callback(|event: SubmitEvent| {
            event.prevent_default();
            Msg::Submit
        });
        html! {
            <main class="sign-in">
                <form class="sign-in__card" data-testid="login-form" novalidate=true {onsubmit}>
                    <span class="sign-in__logo" aria-hidden="true"></span>
                    <h1 class="sign-in__title">{ t!("sign-in-title") }</h1>
                    <p class="sign-in__text">{ t!("sign-in-text") }</p>
                    { self.problem() }
                    { self.boxes(ctx) }
                    <button type="submit" class="button button--filled sign-in__submit" data-testid="login-submit" disabled={self.is_busy}>
                        if self.is_busy { <Glyph icon={Icon::Refresh} class="icon--turning" />{ t!("sign-in-busy") } } else { { t!("sign-in") } }
                    </button>
                    if ctx.props().may_go_back {
                        <a class="sign-in__back" href={Route::leads().to_string()}>{ t!("sign-in-back") }</a>
                    }
                    <p class="sign-in__version">{ t!("sign-in-version", version = ctx.props().session.version.as_str()) }</p>
                </form>
            </main>
        }
    }
}

impl SignInPage {
    fn submit(&mut self, ctx: &Context<Self>) {
        self.left = vec![Entry::Server, Entry::Email, Entry::Password];
        if self.is_busy || !self.form.is_whole() {
            return;
        }
        self.is_busy = true;
        self.problem = None;
        let Form { server, email, password } = self.form.clone();
        let request = SessionSignIn { server: server.trim().to_owned(), email: email.trim().to_owned(), password };
        ctx.link().send_future(async move { Msg::Answered(Box::new(ipc::call(&request).await)) });
    }

    /// The client's own words.
    fn problem(&self) -> Html {
        let Some(problem) = &self.problem else { return html! { <div role="alert"></div> } };
        let code = serde_json::to_value(problem.code).ok().and_then(|v| v.as_str().map(str::to_owned));
        let icon = if problem.code == ProblemCode::WrongCredentials { Icon::Lock } else { Icon::Alert };
        html! {
            <div role="alert">
                <p class="sign-in__problem" data-testid="login-error" data-code={code}><Glyph {icon} /><span>{ &problem.text }</span></p>
            </div>
        }
    }

    fn boxes(&self, ctx: &Context<Self>) -> Html {
        let link = ctx.link();
        let on_input = |of: Entry| link.callback(move |text| Msg::Typed(of, text));
        let on_blur = |of: Entry| link.callback(move |()| Msg::Left(of));
        let problem = |of: Entry| self.left.contains(&of).then(|| self.form.problem(of)).flatten().map(AttrValue::from);
        let knows_server = !ctx.props().session.server.is_empty();
        let knows_email = !ctx.props().session.email.is_empty();
        html! {
            <>
                <InputField name="login-server" testid="login-server" label={t!("sign-in-server")} value={self.form.server.clone()}
                    on_input={on_input(Entry::Server)} on_blur={on_blur(Entry::Server)} problem={problem(Entry::Server)} placeholder="https://leads.example.com"
                    input_mode="url" disabled={self.is_busy} autofocus={!knows_server} />
                <InputField name="login-email" testid="login-email" label={t!("sign-in-email")} kind="email" value={self.form.email.clone()}
                    on_input={on_input(Entry::Email)} on_blur={on_blur(Entry::Email)} problem={problem(Entry::Email)} autocomplete="username"
                    disabled={self.is_busy} autofocus={knows_server && !knows_email} />
                <div class="sign-in__password">
                    <InputField name="login-password" testid="login-password" label={t!("sign-in-password")}
                        kind={if self.shows_password { "text" } else { "password" }} value={self.form.password.clone()}
                        on_input={on_input(Entry::Password)} on_blur={on_blur(Entry::Password)} problem={problem(Entry::Password)}
                        autocomplete="current-password" disabled={self.is_busy} autofocus={knows_server && knows_email} />
                    <button type="button" class="button button--icon sign-in__eye" aria-pressed={self.shows_password.to_string()}
                        aria-label={t!("sign-in-show-password")} onclick={link.callback(|_| Msg::ShowPassword)}>
                        <Glyph icon={if self.shows_password { Icon::EyeOff } else { Icon::Eye }} />
                    </button>
                </div>
            </>
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_box_says_what_is_wrong_with_it() {
        let form =
            |server: &str, email: &str, password: &str| Form { server: server.into(), email: email.into(), password: password.into() };
        assert!(form("127.0.0.1:8440", "asha@example.in", "x").is_whole());
        assert!(form("https://leads.example.com/base", " asha@example.in ", "x").is_whole());
        let rows = [
            (form("", "a@b.in", "x"), Entry::Server),
            (form("ftp://x", "a@b.in", "x"), Entry::Server),
            (form("two words", "a@b.in", "x"), Entry::Server),
            (form("host", "asha", "x"), Entry::Email),
            (form("host", "", "x"), Entry::Email),
            (form("host", "a@b.in", ""), Entry::Password),
        ];
        for (form, of) in rows {
            assert!(form.problem(of).is_some(), "{form:?}");
            assert!(!form.is_whole());
        }
    }
}
