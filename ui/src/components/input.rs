//! A labelled field with its sentence below: problem or hint (row A1).

use crate::components::text_box::TextBox;
use crate::icon::{Glyph, Icon};
use crate::t;
use web_sys::HtmlInputElement;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    /// Also the element's id.
    pub name: AttrValue,
    pub label: AttrValue,
    pub value: AttrValue,
    pub on_input: Callback<String>,
    #[prop_or_default]
    pub on_blur: Callback<()>,
    #[prop_or(AttrValue::Static("text"))]
    pub kind: AttrValue,
    #[prop_or_default]
    pub required: bool,
    #[prop_or_default]
    pub placeholder: AttrValue,
    #[prop_or_default]
    pub problem: Option<AttrValue>,
    /// A sentence that is no problem.
    #[prop_or_default]
    pub hint: Option<Html>,
    #[prop_or_default]
    pub testid: Option<AttrValue>,
    /// The problem's test id.
    #[prop_or(AttrValue::Static("form-error"))]
    pub problem_testid: AttrValue,
    #[prop_or(AttrValue::Static("off"))]
    pub autocomplete: AttrValue,
    #[prop_or_default]
    pub input_mode: Option<AttrValue>,
    #[prop_or_default]
    pub autofocus: bool,
    #[prop_or_default]
    pub disabled: bool,
    /// Values to pick from while typing.
    #[prop_or_default]
    pub choices: Vec<String>,
}

#[component]
pub fn InputField(props: &Props) -> Html {
    let input = use_node_ref();
    let autofocus = props.autofocus;
    use_effect_with((), {
        let input = input.clone();
        move |()| {
            if let Some(input) = input.cast::<HtmlInputElement>().filter(|_| autofocus) {
                let _ = input.focus();
            }
        }
    });
    let message_id = format!("{}-message", props.name);
    let list_id = (!props.choices.is_empty()).then(|| format!("{}-choices", props.name));
    html! {
        <div class={classes!("field", props.problem.is_some().then_some("field--problem"))}>
            <label class="field__label" for={props.name.clone()}>
                { &props.label }
                if props.required { <span class="field__required">{ t!("field-required") }</span> }
            </label>
            <span class="field__box">
                <TextBox node={input} id={props.name.clone()} kind={props.kind.clone()} value={props.value.clone()} on_input={&props.on_input}
                    on_blur={&props.on_blur} placeholder={props.placeholder.clone()} disabled={props.disabled} autocomplete={props.autocomplete.clone()}
                    input_mode={props.input_mode.clone()} list={list_id.clone()} required={props.required} invalid={props.problem.is_some()}
                    described_by={message_id.clone()} testid={props.testid.clone()} />
                if props.problem.is_some() { { Glyph::of(Icon::Alert).class("field__icon") } }
            </span>
            if let Some(id) = list_id {
                <datalist {id}>{ for props.choices.iter().map(|choice| html! { <option value={choice.clone()} /> }) }</datalist>
            }
            <div id={message_id} class="field__message" aria-live="polite">
                if let Some(problem) = &props.problem {
                    <span class="field__problem" data-testid={props.problem_testid.clone()} data-field={props.name.clone()}>{ problem }</span>
                } else if let Some(hint) = &props.hint {
                    { hint.clone() }
                }
            </div>
        </div>
    }
}
