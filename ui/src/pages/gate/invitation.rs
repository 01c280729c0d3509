//! An invitation, or a code for a forgotten password: the link fills in the server, the person
//! chooses a password (rows A18, A20).

use super::enter::{Enter, Submit};
use super::{Stage, failure, logo};
use crate::components::input::InputField;
use crate::components::new_password::NewPassword;
use crate::icon::{Glyph, Icon};
use crate::{ipc, t};
use bridge::account::Strength;
use bridge::session::{Invitation, InvitationRead, SessionRedeem, SessionView};
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
    Pasted(String),
    Read(String, Result<Invitation, Problem>),
    Server(String),
    Password(String),
    Strength(Option<Strength>),
    Submit,
    Asking(bool),
    Failed(Option<Problem>),
}

pub struct InvitationForm {
    typed: String,
    invitation: Option<Invitation>,
    /// Why what is typed is no invitation.
    unread: Option<String>,
    server: String,
    password: String,
    strength: Option<Strength>,
    has_tried: bool,
    submit: Option<Submit>,
    is_asking: bool,
    problem: Option<Problem>,
}

impl Component for InvitationForm {
    type Message = Msg;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        Self {
            typed: String::new(),
            invitation: None,
            unread: None,
            server: ctx.props().session.server.clone(),
            password: String::new(),
            strength: None,
            has_tried: false,
            submit: None,
            is_asking: false,
            problem: None,
        }
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Pasted(text) => self.pasted(ctx, text),
            Msg::Read(text, _) if text != self.typed => return false,
            Msg::Read(_, Ok(invitation)) => {
                if !invitation.server.is_empty() {
                    self.server.clone_from(&invitation.server);
                }
                (self.invitation, self.unread) = (Some(invitation), None);
            }
            Msg::Read(_, Err(problem)) => (self.invitation, self.unread) = (None, Some(problem.text)),
            Msg::Server(server) => self.server = server,
            Msg::Password(password) => (self.password, self.problem) = (password, None),
            Msg::Strength(strength) => self.strength = strength,
            Msg::Submit => self.submit(),
            Msg::Asking(is_asking) => self.is_asking = is_asking,
            Msg::Failed(problem) => {
                (self.submit, self.is_asking) = (None, false);
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
        let back = Stage::start(&props.session, false);
        let to_back = props.on_stage.clone();
        let onkeydown = {
            let on_stage = props.on_stage.clone();
            move |event: KeyboardEvent| {
                if event.key() == "Escape" {
                    on_stage.emit(back);
                }
            }
        };
        html! {
            <>
                <form class="gate" data-testid="invitation-form" novalidate=true hidden={self.is_asking} {onsubmit} {onkeydown}>
                    { logo() }
                    <h1 class="sign-in__title">{ t!("invitation-title") }</h1>
                    <p class="sign-in__text">{ t!("invitation-text") }</p>
                    { failure(self.problem.as_ref()) }
                    { self.boxes(ctx) }
                    { super::submit("invitation-submit", self.submit.is_some(), t!("invitation-submit"), t!("sign-in-busy")) }
                    <button type="button" class="link gate__link" data-testid="gate-back" onclick={move |_| to_back.emit(back)}>{ t!("back") }</button>
                </form>
                if let Some(submit) = &self.submit {
                    <Enter submit={submit.clone()} on_session={&props.on_session} on_asking={link.callback(Msg::Asking)} on_failed={link.callback(Msg::Failed)} />
                }
            </>
        }
    }
}

impl InvitationForm {
    fn pasted(&mut self, ctx: &Context<Self>, text: String) {
        (self.problem, self.unread, self.invitation) = (None, None, None);
        self.typed = text.clone();
        let tidied = tidy(&text);
        if tidied.is_empty() {
            return;
        }
        ctx.link().send_future(async move {
            let answer = ipc::call(&InvitationRead { text: tidied }).await;
            Msg::Read(text, answer)
        });
    }

    /// What is missing, of the first box that lacks something.
    fn problem_of(&self, of: &str) -> Option<AttrValue> {
        let text = match of {
            "code" => match &self.invitation {
                Some(_) => None,
                None => Some(self.unread.clone().unwrap_or_else(|| t!("invitation-missing"))),
            },
            "server" => self.server.trim().is_empty().then(|| t!("sign-in-server-missing")),
            _ if self.password.is_empty() => Some(t!("invitation-password-missing")),
            _ => self.strength.as_ref().filter(|strength| !strength.good_enough).map(|_| t!("password-too-weak")),
        };
        text.map(AttrValue::from)
    }

    fn submit(&mut self) {
        self.has_tried = true;
        let is_whole = ["code", "server", "password"].into_iter().all(|of| self.problem_of(of).is_none());
        let Some(invitation) = self.invitation.clone().filter(|_| is_whole && self.submit.is_none()) else { return };
        self.problem = None;
        let invitation = Invitation { server: self.server.trim().to_owned(), ..invitation };
        self.submit =
            Some(Submit::Redeem(SessionRedeem { invitation, password: self.password.clone(), second_factor: None, allow_key_file: false }));
    }

    fn boxes(&self, ctx: &Context<Self>) -> Html {
        let link = ctx.link();
        let is_busy = self.submit.is_some();
        let problem = |of: &str| self.has_tried.then(|| self.problem_of(of)).flatten();
        let refused = self.problem.as_ref().filter(|p| p.code == ProblemCode::Refused && p.field.as_deref() == Some("password"));
        // A link names its server; a code alone does not.
        let asks_server = self.invitation.as_ref().is_some_and(|invitation| invitation.server.is_empty());
        let read = self.invitation.as_ref().filter(|_| !asks_server).map(|invitation| {
            html! { <span class="gate__read tone--ok" data-testid="invitation-server">{ Glyph::of(Icon::CheckCircle).size(14) }{ t!("invitation-read", server = invitation.server.as_str()) }</span> }
        });
        html! {
            <>
                <InputField name="invitation-code" testid="invitation-code" label={t!("invitation-code")} value={self.typed.clone()} hint={read}
                    on_input={link.callback(Msg::Pasted)} problem={problem("code")} placeholder={t!("invitation-placeholder")} disabled={is_busy} autofocus=true />
                if asks_server {
                    <InputField name="invitation-address" testid="invitation-address" label={t!("sign-in-server")} value={self.server.clone()}
                        on_input={link.callback(Msg::Server)} problem={problem("server")} input_mode="url" disabled={is_busy} />
                }
                <NewPassword name="invitation-password" label={t!("invitation-password")} value={self.password.clone()} disabled={is_busy}
                    on_input={link.callback(Msg::Password)} on_strength={link.callback(Msg::Strength)}
                    problem={problem("password").or_else(|| refused.map(|p| AttrValue::from(p.text.clone())))} />
            </>
        }
    }
}

/// What was pasted, as one piece: mail breaks long links, and people copy the marks around them.
fn tidy(text: &str) -> String {
    let whole: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    whole.trim_matches(|c: char| matches!(c, '<' | '>' | '"' | '“' | '”' | '\'' | '‘' | '’' | '(' | ')' | ',' | '.' | ';')).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_pasted_becomes_one_link_or_code() {
        let rows = [
            (" K7QF-2MXD-9TRA\n", "K7QF-2MXD-9TRA"),
            ("“K7QF-2MXD-9TRA”.", "K7QF-2MXD-9TRA"),
            (
                "<leadline://join?server=https%3A%2F%2Fx.in\r\n &code=K7QF-2MXD-9TRA>",
                "leadline://join?server=https%3A%2F%2Fx.in&code=K7QF-2MXD-9TRA",
            ),
            ("   ", ""),
        ];
        for (typed, expected) in rows {
            assert_eq!(tidy(typed), expected);
        }
    }
}
