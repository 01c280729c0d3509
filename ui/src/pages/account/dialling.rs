//! How this computer dials: the system's program for calls, a command of one's own, or nothing.

use crate::components::dialog::Dialog;
use crate::components::input::InputField;
use crate::components::key::Key;
use crate::{ipc, t, toast};
use bridge::call::{Dialling, DiallingSet};
use bridge::{Done, Problem};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub dialling: Dialling,
}

pub enum Msg {
    Open(bool),
    Pick(Dialling),
    Typed(String),
    Save,
    Saved(Result<Done, Problem>),
}

pub struct DiallingRow {
    picked: Option<Dialling>,
    line: String,
    refused: Option<String>,
    is_saving: bool,
}

impl Component for DiallingRow {
    type Message = Msg;
    type Properties = Props;

    fn create(_: &Context<Self>) -> Self {
        Self { picked: None, line: String::new(), refused: None, is_saving: false }
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Open(is_open) => {
                let now = &ctx.props().dialling;
                self.picked = is_open.then(|| now.clone());
                if let Dialling::Command { line } = now {
                    self.line.clone_from(line);
                }
                self.refused = None;
            }
            Msg::Pick(dialling) => (self.picked, self.refused) = (Some(dialling), None),
            Msg::Typed(line) => (self.line, self.refused) = (line, None),
            Msg::Save => self.save(ctx),
            Msg::Saved(answer) => {
                self.is_saving = false;
                match answer {
                    Ok(_) => {
                        self.picked = None;
                        toast::done(t!("dialling-saved"));
                    }
                    Err(problem) => self.refused = Some(problem.text),
                }
            }
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        html! {
            <div class="setting">
                <div class="setting__words">
                    <span class="setting__title">{ t!("dialling") }</span>
                    <p class="setting__text" data-testid="dialling-now">{ says(&ctx.props().dialling) }</p>
                </div>
                <button type="button" class="button" data-testid="dialling-change" onclick={ctx.link().callback(|_| Msg::Open(true))}>{ t!("edit") }</button>
                { for self.picked.as_ref().map(|picked| self.dialog(ctx, picked)) }
            </div>
        }
    }
}

impl DiallingRow {
    fn save(&mut self, ctx: &Context<Self>) {
        let (Some(picked), false) = (self.picked.clone(), self.is_saving) else { return };
        let dialling = match picked {
            Dialling::Command { .. } => Dialling::Command { line: self.line.trim().to_owned() },
            other => other,
        };
        self.is_saving = true;
        ctx.link().send_future(async move { Msg::Saved(ipc::call(&DiallingSet { dialling }).await) });
    }

    fn dialog(&self, ctx: &Context<Self>, picked: &Dialling) -> Html {
        let link = ctx.link();
        let is_command = matches!(picked, Dialling::Command { .. });
        let onsubmit = link.callback(|event: SubmitEvent| {
            event.prevent_default();
            Msg::Save
        });
        let choice = |id: &'static str, dialling: Dialling| {
            let checked = std::mem::discriminant(&dialling) == std::mem::discriminant(picked);
            html! {
                <label class="choice">
                    <input type="radio" name="dialling" value={id} {checked} data-testid={format!("dialling-{id}")}
                        onchange={link.callback({ let dialling = dialling.clone(); move |_| Msg::Pick(dialling.clone()) })} />
                    <span>{ says(&dialling) }</span>
                </label>
            }
        };
        html! {
            <Dialog title={t!("dialling")} on_close={link.callback(|()| Msg::Open(false))} testid="dialling-dialog">
                <form class="form" {onsubmit}>
                    <fieldset class="choices" aria-label={t!("dialling")}>
                        { choice("tel", Dialling::Tel) }
                        { choice("sip", Dialling::Sip) }
                        { choice("command", Dialling::Command { line: String::new() }) }
                        { choice("off", Dialling::Off) }
                    </fieldset>
                    if is_command {
                        <InputField name="dialling-line" label={t!("dialling-line")} value={self.line.clone()} on_input={link.callback(Msg::Typed)}
                            testid="dialling-line" placeholder="linphone --call {number}" problem={self.refused.clone()}
                            hint={Html::from(t!("dialling-line-hint"))} autofocus=true />
                    } else if let Some(refused) = &self.refused {
                        <p class="field__problem" role="alert" data-testid="form-error">{ refused }</p>
                    }
                    <div class="form__foot">
                        <button type="button" class="button" data-testid="dialling-cancel" onclick={link.callback(|_| Msg::Open(false))}>{ t!("close") }{ Key::of("Esc") }</button>
                        <button type="submit" class="button button--filled" data-testid="dialling-save" disabled={self.is_saving}>{ t!("save") }{ Key::of("↵") }</button>
                    </div>
                </form>
            </Dialog>
        }
    }
}

fn says(dialling: &Dialling) -> String {
    match dialling {
        Dialling::Tel => t!("dialling-tel"),
        Dialling::Sip => t!("dialling-sip"),
        Dialling::Command { line } if line.is_empty() => t!("dialling-command"),
        Dialling::Command { line } => t!("dialling-command-line", line = line.as_str()),
        Dialling::Off => t!("dialling-off"),
    }
}
