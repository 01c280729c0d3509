//! Invites a person (row P3): name, e-mail, role, team; what was typed is kept until it is sent.

use crate::components::dialog::Dialog;
use crate::components::input::InputField;
use crate::components::key::Key;
use crate::draft::Drafts;
use crate::icon::{Glyph, Icon};
use crate::pages::admin::users::team::options;
use crate::{ipc, keys, t, words};
use bridge::Problem;
use bridge::admin::{CodeView, PersonInvite};
use domain::people::Team;
use domain::{Role, TeamId, policy};
use web_sys::HtmlSelectElement;
use yew::prelude::*;

const DRAFT: &str = "invite";
const NAME: &str = "name";
const EMAIL: &str = "email";
const ROLE: &str = "role";
const TEAM: &str = "team";

#[derive(Properties, PartialEq)]
pub struct Props {
    /// Of the administrator.
    pub role: Role,
    pub teams: Vec<Team>,
    pub on_close: Callback<()>,
    /// The person's name and the code for them.
    pub on_code: Callback<(String, CodeView)>,
}

pub enum Msg {
    Drafts(Drafts),
    Typed(&'static str, String),
    Role(Role),
    Team(Option<TeamId>),
    Submit,
    Sent(Result<CodeView, Problem>),
}

pub struct Invite {
    drafts: Option<Drafts>,
    name: String,
    email: String,
    role: Role,
    team: Option<TeamId>,
    /// The field it is about, if it is about one.
    problem: Option<(Option<String>, String)>,
    is_busy: bool,
}

impl Component for Invite {
    type Message = Msg;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        ctx.link().send_future(async { Msg::Drafts(Drafts::load(DRAFT.to_owned()).await) });
        Self { drafts: None, name: String::new(), email: String::new(), role: Role::Salesperson, team: None, problem: None, is_busy: false }
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Drafts(drafts) => self.restore(ctx, drafts),
            Msg::Typed(part, text) => {
                self.keep(part, &text);
                *(if part == NAME { &mut self.name } else { &mut self.email }) = text;
                self.problem = None;
            }
            Msg::Role(role) => {
                self.keep(ROLE, role.as_str());
                self.role = role;
            }
            Msg::Team(team) => {
                self.keep(TEAM, &team.map(|team| team.to_string()).unwrap_or_default());
                self.team = team;
            }
            Msg::Submit => self.submit(ctx),
            Msg::Sent(answer) => self.sent(ctx, answer),
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        // The focus goes to the first box, which must stand there with what was kept in it.
        if self.drafts.is_none() {
            return Html::default();
        }
        let (link, on_close) = (ctx.link(), &ctx.props().on_close);
        let onsubmit = link.callback(|event: SubmitEvent| {
            event.prevent_default();
            Msg::Submit
        });
        let onkeydown = link.batch_callback(|event: KeyboardEvent| {
            let saves = keys::is_command(&event) && matches!(event.key().as_str(), "Enter" | "s");
            saves.then(|| {
                event.prevent_default();
                Msg::Submit
            })
        });
        let general = self.problem.as_ref().filter(|(field, _)| !field.as_deref().is_some_and(|f| [NAME, EMAIL].contains(&f)));
        html! {
            <Dialog title={t!("invite-title")} {on_close} testid="invite-dialog">
                <form class="form" novalidate=true {onsubmit} {onkeydown}>
                    if let Some((_, text)) = general {
                        <p class="form__problem" role="alert" data-testid="form-error">{ Glyph::of(Icon::Alert) }<span>{ text }</span></p>
                    }
                    { self.input(ctx, NAME, t!("column-name"), &self.name, None) }
                    { self.input(ctx, EMAIL, t!("users-email"), &self.email, Some("email")) }
                    <div class="form__pair">{ self.roles(ctx) }{ self.teams(ctx) }</div>
                    <div class="form__foot">
                        <span class="form__kept">{ t!("draft-kept") }</span>
                        <button type="button" class="button" onclick={on_close.reform(|_: MouseEvent| ())}>{ t!("leave") }{ Key::of("Esc") }</button>
                        <button type="submit" class="button button--filled" data-testid="invite-send" disabled={self.is_busy}>
                            if self.is_busy { { Glyph::of(Icon::Refresh).class("icon--turning") } }
                            { t!("invite-make") }{ Key::of("Ctrl ↵") }
                        </button>
                    </div>
                </form>
            </Dialog>
        }
    }
}

impl Invite {
    fn keep(&self, part: &str, text: &str) {
        if let Some(drafts) = &self.drafts {
            if text.is_empty() { drafts.forget(part) } else { drafts.put(part, "", text) }
        }
    }

    fn restore(&mut self, ctx: &Context<Self>, drafts: Drafts) {
        self.name = drafts.text(NAME).unwrap_or_default();
        self.email = drafts.text(EMAIL).unwrap_or_default();
        let role = drafts.text(ROLE).and_then(|text| text.parse().ok());
        self.role = role.filter(|role| policy::may_administer(ctx.props().role, *role)).unwrap_or(self.role);
        let team: Option<TeamId> = drafts.text(TEAM).and_then(|text| text.parse().ok());
        self.team = team.filter(|team| ctx.props().teams.iter().any(|known| known.id == *team));
        self.drafts = Some(drafts);
    }

    fn submit(&mut self, ctx: &Context<Self>) {
        if self.is_busy {
            return;
        }
        let (name, email) = (self.name.trim().to_owned(), self.email.trim().to_owned());
        let problem = if name.is_empty() {
            Some((NAME, t!("invite-name-missing")))
        } else if email.is_empty() {
            Some((EMAIL, t!("invite-email-missing")))
        } else if !is_address(&email) {
            Some((EMAIL, t!("sign-in-email-odd")))
        } else {
            None
        };
        if let Some((field, text)) = problem {
            return self.complain(Some(field.to_owned()), text);
        }
        self.is_busy = true;
        let request = PersonInvite { name, email, role: self.role, team: self.team };
        ctx.link().send_future(async move { Msg::Sent(ipc::call(&request).await) });
    }

    fn sent(&mut self, ctx: &Context<Self>, answer: Result<CodeView, Problem>) {
        self.is_busy = false;
        match answer {
            Ok(code) => {
                if let Some(drafts) = &self.drafts {
                    drafts.forget_all();
                }
                ctx.props().on_code.emit((self.name.trim().to_owned(), code));
            }
            Err(problem) => self.complain(problem.field, problem.text),
        }
    }

    fn complain(&mut self, field: Option<String>, text: String) {
        if let Some(field) = &field {
            keys::focus(&format!("#invite-{field}"));
        }
        self.problem = Some((field, text));
    }

    fn input(&self, ctx: &Context<Self>, part: &'static str, label: String, value: &str, mode: Option<&'static str>) -> Html {
        let problem = self.problem.as_ref().filter(|(field, _)| field.as_deref() == Some(part)).map(|(_, text)| text.clone());
        let placeholder = if part == EMAIL { "name@example.com" } else { "" };
        html! {
            <InputField name={format!("invite-{part}")} testid={format!("invite-{part}")} {label} required=true value={value.to_owned()} {placeholder}
                problem={problem.map(AttrValue::from)} input_mode={mode.map(AttrValue::from)} autofocus={part == NAME}
                on_input={ctx.link().callback(move |text| Msg::Typed(part, text))} />
        }
    }

    fn roles(&self, ctx: &Context<Self>) -> Html {
        let onchange = ctx
            .link()
            .batch_callback(|event: Event| event.target_unchecked_into::<HtmlSelectElement>().value().parse().ok().map(Msg::Role));
        let roles = Role::ALL.into_iter().filter(|role| policy::may_administer(ctx.props().role, *role));
        let option = |role: Role| html! { <option value={role.as_str()} selected={role == self.role}>{ words::role(role) }</option> };
        html! {
            <div class="field">
                <label class="field__label" for="invite-role">{ t!("users-role") }</label>
                <select id="invite-role" class="input" data-testid="role-dropdown" {onchange}>{ for roles.map(option) }</select>
                <div class="field__message"></div>
            </div>
        }
    }

    fn teams(&self, ctx: &Context<Self>) -> Html {
        html! {
            <div class="field">
                <label class="field__label" for="invite-team">{ t!("users-team") }</label>
                { options("invite-team", &ctx.props().teams, self.team, NodeRef::default(), ctx.link().callback(Msg::Team)) }
                <div class="field__message"></div>
            </div>
        }
    }
}

/// Enough to catch a slip; the server judges.
fn is_address(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !text.contains(char::is_whitespace))
}
