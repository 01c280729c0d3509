//! The sign-in form, by server, e-mail and password; and the same form where an online sign-in is the
//! only way on: the time without the server is over, or this copy is gone.

use super::enter::{Enter, Submit};
use super::{Stage, chosen, failure, last_used, logo};
use crate::components::input::InputField;
use crate::components::new_password::eye;
use crate::icon::{Glyph, Icon};
use crate::route::Route;
use crate::{keys, t};
use bridge::session::{DemoAccount, Gate, SessionSignIn, SessionView};
use bridge::{Problem, ProblemCode};
use domain::command::is_email;
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub session: Rc<SessionView>,
    /// Someone is signed in already and came only to sign in again.
    pub may_go_back: bool,
    pub on_session: Callback<SessionView>,
    pub on_stage: Callback<Stage>,
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
    FillIn(DemoAccount),
    Submit,
    Asking(bool),
    Failed(Option<Problem>),
}

pub struct SignInForm {
    form: Form,
    /// Boxes that were left once, or all after a try: only these complain.
    left: Vec<Entry>,
    shows_password: bool,
    submit: Option<Submit>,
    is_asking: bool,
    problem: Option<Problem>,
    selects_password: bool,
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

impl Component for SignInForm {
    type Message = Msg;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        let session = &ctx.props().session;
        let form = Form { server: session.server.clone(), email: session.email.clone(), password: String::new() };
        Self { form, left: Vec::new(), shows_password: false, submit: None, is_asking: false, problem: None, selects_password: false }
    }

    fn update(&mut self, _: &Context<Self>, msg: Msg) -> bool {
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
            Msg::FillIn(DemoAccount { server, email, password }) => (self.form, self.problem) = (Form { server, email, password }, None),
            Msg::Submit => self.submit(),
            Msg::Asking(is_asking) => self.is_asking = is_asking,
            Msg::Failed(problem) => {
                (self.submit, self.is_asking) = (None, false);
                self.selects_password = problem.as_ref().is_none_or(|p| p.code == ProblemCode::WrongCredentials);
                self.problem = problem;
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
        html! {
            <>
                <form class="gate" data-testid="login-form" novalidate=true hidden={self.is_asking} {onsubmit}>
                    { head(&props.session) }
                    { failure(self.problem.as_ref()) }
                    { self.boxes(ctx) }
                    { super::submit("login-submit", self.submit.is_some(), t!("sign-in"), t!("sign-in-busy")) }
                    { links(props) }
                    if let Some(demo) = props.session.demo.clone() {
                        <button type="button" class="link gate__link" data-testid="demo-account"
                            onclick={link.callback(move |_| Msg::FillIn(demo.clone()))}>{ t!("demo-account") }</button>
                    }
                </form>
                if let Some(submit) = &self.submit {
                    <Enter submit={submit.clone()} on_session={&props.on_session} on_asking={link.callback(Msg::Asking)} on_failed={link.callback(Msg::Failed)} />
                }
            </>
        }
    }

    fn rendered(&mut self, _: &Context<Self>, _: bool) {
        if std::mem::take(&mut self.selects_password) {
            keys::select("#login-password");
        }
    }
}

impl SignInForm {
    fn submit(&mut self) {
        self.left = vec![Entry::Server, Entry::Email, Entry::Password];
        if self.submit.is_some() || !self.form.is_whole() {
            return;
        }
        self.problem = None;
        let Form { server, email, password } = self.form.clone();
        let (server, email) = (server.trim().to_owned(), email.trim().to_owned());
        self.submit = Some(Submit::SignIn(SessionSignIn { server, email, password, second_factor: None, allow_key_file: false }));
    }

    fn boxes(&self, ctx: &Context<Self>) -> Html {
        let link = ctx.link();
        let on_input = |of: Entry| link.callback(move |text| Msg::Typed(of, text));
        let on_blur = |of: Entry| link.callback(move |()| Msg::Left(of));
        let problem = |of: Entry| self.left.contains(&of).then(|| self.form.problem(of)).flatten().map(AttrValue::from);
        let is_busy = self.submit.is_some();
        let knows_server = !ctx.props().session.server.is_empty();
        let knows_email = !ctx.props().session.email.is_empty();
        html! {
            <>
                <InputField name="login-server" testid="login-server" label={t!("sign-in-server")} value={self.form.server.clone()}
                    on_input={on_input(Entry::Server)} on_blur={on_blur(Entry::Server)} problem={problem(Entry::Server)} placeholder="https://leads.example.com"
                    input_mode="url" disabled={is_busy} autofocus={!knows_server} />
                <InputField name="login-email" testid="login-email" label={t!("sign-in-email")} kind="email" value={self.form.email.clone()}
                    on_input={on_input(Entry::Email)} on_blur={on_blur(Entry::Email)} problem={problem(Entry::Email)} autocomplete="username"
                    disabled={is_busy} autofocus={knows_server && !knows_email} />
                <div class="secret">
                    <InputField name="login-password" testid="login-password" label={t!("sign-in-password")}
                        kind={if self.shows_password { "text" } else { "password" }} value={self.form.password.clone()}
                        on_input={on_input(Entry::Password)} on_blur={on_blur(Entry::Password)} problem={problem(Entry::Password)}
                        autocomplete="current-password" disabled={is_busy} autofocus={knows_server && knows_email} />
                    { eye(self.shows_password, link.callback(|()| Msg::ShowPassword)) }
                </div>
            </>
        }
    }
}

/// What this is, and why it is asked for now.
fn head(session: &SessionView) -> Html {
    let used = chosen(session).and_then(last_used);
    let (icon, title, text) = match &session.gate {
        Gate::LeaseEnded => (Some(Icon::Clock), t!("lease-ended-title"), t!("lease-ended-text")),
        Gate::Wiped => (Some(Icon::Trash), t!("wiped-title"), t!("wiped-text")),
        Gate::SignIn | Gate::Locked | Gate::CutOff { .. } | Gate::OldCopy { .. } | Gate::Open => {
            (None, t!("sign-in-title"), t!("sign-in-text"))
        }
    };
    let card = chosen(session).filter(|_| icon.is_some());
    html! {
        <>
            if let Some(icon) = icon { { Glyph::of(icon).size(24).class("tone--warn") } } else { { logo() } }
            <h1 class="sign-in__title" data-testid="gate-title">{ title }</h1>
            <p class="sign-in__text">{ text }</p>
            if let Some(card) = card {
                <p class="sign-in__text" data-testid="gate-since"><strong>{ &card.label }</strong>{ used.map(|used| format!(", {used}")) }</p>
            }
            if session.gate == Gate::Wiped { { session.recover.as_deref().map(super::recovery) } }
        </>
    }
}

fn links(props: &Props) -> Html {
    let to = |stage: Stage| props.on_stage.reform(move |_: MouseEvent| stage);
    html! {
        <div class="gate__links">
            if props.may_go_back {
                <a href={Route::leads().to_string()}>{ t!("sign-in-back") }</a>
            } else if !props.session.profiles.is_empty() {
                <button type="button" class="link" data-testid="people-here" onclick={to(Stage::People)}>{ t!("people-here") }</button>
            }
            <button type="button" class="link" data-testid="have-invitation" onclick={to(Stage::Invitation)}>{ t!("have-invitation") }</button>
        </div>
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
