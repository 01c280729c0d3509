//! A new password, for whoever knows the old one.

use crate::components::input::InputField;
use crate::components::new_password::NewPassword;
use crate::{ipc, keys, t, toast};
use bridge::account::{PasswordChange, Strength};
use bridge::{Done, Problem, ProblemCode};
use yew::prelude::*;

pub enum Msg {
    Open,
    Close,
    Old(String),
    New(String),
    Strength(Option<Strength>),
    Submit,
    Answered(Result<Done, Problem>),
}

#[derive(Default)]
pub struct PasswordRow {
    is_open: bool,
    old: String,
    new: String,
    strength: Option<Strength>,
    has_tried: bool,
    is_busy: bool,
    problem: Option<Problem>,
    selects_old: bool,
}

impl Component for PasswordRow {
    type Message = Msg;
    type Properties = ();

    fn create(_: &Context<Self>) -> Self {
        Self::default()
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Open => self.is_open = true,
            Msg::Close => *self = Self::default(),
            Msg::Old(old) => (self.old, self.problem) = (old, None),
            Msg::New(new) => (self.new, self.problem) = (new, None),
            Msg::Strength(strength) => self.strength = strength,
            Msg::Submit => self.submit(ctx),
            Msg::Answered(Ok(_)) => {
                toast::done(t!("password-changed"));
                *self = Self::default();
            }
            Msg::Answered(Err(problem)) => {
                self.is_busy = false;
                self.selects_old = is_about_old(&problem);
                self.problem = Some(problem);
            }
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let link = ctx.link();
        html! {
            <div class="setting">
                <div class="setting__words">
                    <span class="setting__title">{ t!("sign-in-password") }</span>
                    <p class="setting__text">{ t!("password-text") }</p>
                </div>
                if self.is_open {
                    { self.form(ctx) }
                } else {
                    <button type="button" class="button" data-testid="password-open" onclick={link.callback(|_| Msg::Open)}>{ t!("password-change") }</button>
                }
            </div>
        }
    }

    fn rendered(&mut self, _: &Context<Self>, _: bool) {
        if std::mem::take(&mut self.selects_old) {
            keys::select("#password-old");
        }
    }
}

impl PasswordRow {
    fn old_problem(&self) -> Option<String> {
        if let Some(problem) = self.problem.as_ref().filter(|p| is_about_old(p)) {
            return Some(problem.text.clone());
        }
        (self.has_tried && self.old.is_empty()).then(|| t!("sign-in-password-missing"))
    }

    fn new_problem(&self) -> Option<String> {
        let refused = self.problem.as_ref().filter(|p| p.code == ProblemCode::Refused && !is_about_old(p));
        if let Some(problem) = refused {
            return Some(problem.text.clone());
        }
        let weak = self.strength.as_ref().is_some_and(|strength| !strength.good_enough);
        match self.new.is_empty() {
            _ if !self.has_tried => None,
            true => Some(t!("invitation-password-missing")),
            false => weak.then(|| t!("password-too-weak")),
        }
    }

    fn submit(&mut self, ctx: &Context<Self>) {
        (self.has_tried, self.problem) = (true, None);
        if self.is_busy || self.old_problem().is_some() || self.new_problem().is_some() {
            return;
        }
        self.is_busy = true;
        let request = PasswordChange { old: self.old.clone(), new: self.new.clone() };
        ctx.link().send_future(async move { Msg::Answered(ipc::call(&request).await) });
    }

    fn form(&self, ctx: &Context<Self>) -> Html {
        let link = ctx.link();
        let onsubmit = link.callback(|event: SubmitEvent| {
            event.prevent_default();
            Msg::Submit
        });
        let onkeydown = link.batch_callback(|event: KeyboardEvent| (event.key() == "Escape").then_some(Msg::Close));
        let general = self.problem.as_ref().filter(|p| !matches!(p.code, ProblemCode::WrongCredentials | ProblemCode::Refused));
        html! {
            <form class="setting__form" data-testid="password-form" novalidate=true {onsubmit} {onkeydown}>
                if let Some(problem) = general { <p class="form__problem" role="alert" data-testid="password-error">{ &problem.text }</p> }
                <InputField name="password-old" testid="password-old" label={t!("password-old")} kind="password" value={self.old.clone()} autofocus=true
                    on_input={link.callback(Msg::Old)} problem={self.old_problem().map(AttrValue::from)} autocomplete="current-password" />
                <NewPassword name="password-new" label={t!("invitation-password")} value={self.new.clone()} on_input={link.callback(Msg::New)}
                    on_strength={link.callback(Msg::Strength)} problem={self.new_problem().map(AttrValue::from)} />
                <div class="setting__acts">
                    <button type="button" class="button button--ghost" onclick={link.callback(|_| Msg::Close)}>{ t!("leave") }</button>
                    <button type="submit" class="button button--filled" data-testid="password-save" disabled={self.is_busy}>{ t!("password-change") }</button>
                </div>
            </form>
        }
    }
}

/// The present password was wrong, and not the new one unfit.
fn is_about_old(problem: &Problem) -> bool {
    problem.code == ProblemCode::WrongCredentials || problem.field.as_deref() == Some("old")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_stands_at_the_box_it_is_about() {
        let about = |code, field: Option<&str>| Problem { field: field.map(str::to_owned), ..Problem::new(code, "") };
        assert!(is_about_old(&about(ProblemCode::WrongCredentials, None)));
        assert!(is_about_old(&about(ProblemCode::Refused, Some("old"))));
        assert!(!is_about_old(&about(ProblemCode::Refused, Some("password"))));
        assert!(!is_about_old(&about(ProblemCode::Offline, None)));
    }
}
