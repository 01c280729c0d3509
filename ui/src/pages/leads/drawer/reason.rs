//! The dialog that asks for a reason, to delete a lead or to restore it (rows CX21, N1).

use crate::components::dialog::Dialog;
use crate::components::input::InputField;
use crate::components::key::Key;
use crate::t;
use domain::limits;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub title: String,
    pub text: String,
    /// The verb of the button.
    pub verb: String,
    /// The verb of the way back.
    pub keep: String,
    pub on_reason: Callback<String>,
    pub on_close: Callback<()>,
}

#[component]
pub fn ReasonDialog(props: &Props) -> Html {
    let typed = use_state_eq(String::new);
    let has_tried = use_state_eq(|| false);
    let problem = match limits::check_text("reason", typed.trim(), limits::LINE_MAX) {
        Err(refusal) => Some(refusal.text),
        Ok(()) => (*has_tried && typed.trim().is_empty()).then(|| t!("reason-missing")),
    };
    let on_input = {
        let typed = typed.clone();
        move |text: String| typed.set(text)
    };
    let onsubmit = {
        let (typed, has_tried, on_reason, is_wrong) = (typed.clone(), has_tried.clone(), props.on_reason.clone(), problem.is_some());
        move |event: SubmitEvent| {
            event.prevent_default();
            has_tried.set(true);
            if !is_wrong && !typed.trim().is_empty() {
                on_reason.emit(typed.trim().to_owned());
            }
        }
    };
    html! {
        <Dialog title={props.title.clone()} on_close={&props.on_close} testid="reason-dialog">
            <p class="dialog__text">{ &props.text }</p>
            <form class="form" novalidate=true {onsubmit}>
                <InputField name="lead-reason" testid="lead-reason" label={t!("reason-label")} required=true value={(*typed).clone()} {on_input}
                    placeholder={t!("reason-placeholder")} problem={problem.map(AttrValue::from)} autofocus=true />
                <div class="form__foot">
                    <button type="button" class="button" data-testid="reason-keep" onclick={props.on_close.reform(|_: MouseEvent| ())}>{ &props.keep }{ Key::of("Esc") }</button>
                    <button type="submit" class="button button--filled" data-testid="reason-confirm">{ &props.verb }{ Key::of("↵") }</button>
                </div>
            </form>
        </Dialog>
    }
}
