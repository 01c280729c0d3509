//! The full window before the shell (rows A1 to A5, A13, A17): who, with which password, or exactly
//! why nobody is let in. The way through is the client's to decide.

mod enter;
mod invitation;
mod old_copy;
mod people;
mod repair;
mod sign_in;
mod unlock;

use crate::icon::{Glyph, Icon};
use crate::{t, words};
use bridge::Problem;
use bridge::session::{Gate, ProfileCard, SessionView};
use invitation::InvitationForm;
use old_copy::OldCopy;
use people::People;
use sign_in::SignInForm;
use std::rc::Rc;
use unlock::UnlockForm;
use yew::prelude::*;

/// What the card asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The chosen person's password.
    Unlock,
    /// Which person.
    People,
    SignIn,
    Invitation,
    CutOff,
    /// What is to become of a copy that the sign-in goes by.
    OldCopy,
}

impl Stage {
    pub fn start(session: &SessionView, chooses_person: bool) -> Self {
        match &session.gate {
            Gate::Locked if chooses_person => Stage::People,
            Gate::Locked => Stage::Unlock,
            Gate::CutOff { .. } => Stage::CutOff,
            Gate::OldCopy { .. } => Stage::OldCopy,
            Gate::SignIn | Gate::LeaseEnded | Gate::Wiped | Gate::Open => Stage::SignIn,
        }
    }
}

#[derive(Properties, PartialEq)]
pub struct Props {
    pub session: Rc<SessionView>,
    /// Someone is signed in already and came only to sign in again.
    pub may_go_back: bool,
    /// Starts with the list of people.
    pub chooses_person: bool,
    pub on_session: Callback<SessionView>,
}

pub struct GatePage {
    stage: Stage,
}

impl Component for GatePage {
    type Message = Stage;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        Self { stage: Stage::start(&ctx.props().session, ctx.props().chooses_person) }
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &Props) -> bool {
        let (new, old) = (&ctx.props().session, &old.session);
        if new.gate != old.gate || chosen(new) != chosen(old) {
            self.stage = Stage::start(new, false);
        }
        true
    }

    fn update(&mut self, _: &Context<Self>, stage: Stage) -> bool {
        self.stage = stage;
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let Props { session, may_go_back, on_session, .. } = ctx.props();
        let on_stage = ctx.link().callback(|stage| stage);
        let card = match self.stage {
            Stage::Unlock => html! { <UnlockForm session={session.clone()} {on_session} {on_stage} /> },
            Stage::People => html! { <People session={session.clone()} {on_session} {on_stage} /> },
            Stage::SignIn => html! { <SignInForm session={session.clone()} may_go_back={*may_go_back} {on_session} {on_stage} /> },
            Stage::Invitation => html! { <InvitationForm session={session.clone()} {on_session} {on_stage} /> },
            Stage::CutOff => cut_off(session, &on_stage),
            Stage::OldCopy => html! { <OldCopy session={session.clone()} {on_session} {on_stage} /> },
        };
        html! {
            <main class="sign-in">
                <div class="sign-in__card" data-testid="gate" data-stage={format!("{:?}", self.stage).to_lowercase()}>
                    { card }
                    <p class="sign-in__version">{ t!("sign-in-version", version = session.version.as_str()) }</p>
                </div>
            </main>
        }
    }
}

pub fn chosen(session: &SessionView) -> Option<&ProfileCard> {
    session.profiles.iter().find(|card| card.chosen)
}

fn cut_off(session: &SessionView, on_stage: &Callback<Stage>) -> Html {
    let why = if let Gate::CutOff { why } = &session.gate { why.as_str() } else { "" };
    let to = |stage: Stage| on_stage.reform(move |_: MouseEvent| stage);
    html! {
        <section class="gate" data-testid="gate-cut-off">
            { Glyph::of(Icon::Ban).size(24).class("tone--danger") }
            <h1 class="sign-in__title">{ t!("cut-off-title") }</h1>
            <p class="sign-in__text" role="alert">{ why }</p>
            <p class="sign-in__text">{ t!("cut-off-text") }</p>
            { session.recover.as_deref().map(recovery) }
            <div class="gate__acts">
                <button type="button" class="button" data-testid="cut-off-sign-in" onclick={to(Stage::SignIn)}>{ t!("sign-in-again") }</button>
                if session.profiles.len() > 1 {
                    <button type="button" class="button" data-testid="someone-else" onclick={to(Stage::People)}>{ t!("someone-else") }</button>
                }
            </div>
        </section>
    }
}

/// How what was not sent is got back, for whoever runs the server.
fn recovery(command: &str) -> Html {
    html! {
        <p class="sign-in__text" data-testid="recover"><span>{ t!("recover-text") }</span>{ " " }<code class="gate__code">{ command }</code></p>
    }
}

fn logo() -> Html {
    html! { <span class="sign-in__logo" aria-hidden="true"></span> }
}

/// The client's own words, with a place for a screen reader to hear them.
fn failure(problem: Option<&Problem>) -> Html {
    let Some(problem) = problem else { return html! { <div role="alert"></div> } };
    let code = serde_json::to_value(problem.code).ok().and_then(|v| v.as_str().map(str::to_owned));
    let icon = match problem.code {
        bridge::ProblemCode::WrongCredentials => Icon::Lock,
        bridge::ProblemCode::TooMany => Icon::Clock,
        _ => Icon::Alert,
    };
    html! {
        <div role="alert">
            <p class="sign-in__problem" data-testid="login-error" data-code={code}>{ Glyph::of(icon) }<span>{ &problem.text }</span></p>
        </div>
    }
}

/// The button that sends the form.
fn submit(testid: &'static str, is_busy: bool, word: String, busy_word: String) -> Html {
    html! {
        <button type="submit" class="button button--filled sign-in__submit" data-testid={testid} disabled={is_busy}>
            if is_busy { { Glyph::of(Icon::Refresh).class("icon--turning") }{ busy_word } } else { { word } }
        </button>
    }
}

/// When a person's copy was last used, in words.
fn last_used(card: &ProfileCard) -> Option<String> {
    card.last_used.as_ref().map(|when| t!("profile-last-used", when = words::moment(when)))
}
