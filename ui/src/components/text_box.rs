//! The one text box: what is typed in it never waits for, and is never undone by, a late frame.

use crate::typing::Typing;
use web_sys::{HtmlInputElement, HtmlTextAreaElement};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub value: AttrValue,
    pub on_input: Callback<String>,
    #[prop_or_default]
    pub on_blur: Callback<()>,
    #[prop_or_default]
    pub on_key: Callback<KeyboardEvent>,
    /// Gets what the line holds at Enter, also what was typed since the last frame.
    #[prop_or_default]
    pub on_enter: Option<Callback<String>>,
    #[prop_or_default]
    pub node: NodeRef,
    #[prop_or_default]
    pub id: Option<AttrValue>,
    #[prop_or(AttrValue::Static("input"))]
    pub class: AttrValue,
    /// Rows of a text area; without, it is one line.
    #[prop_or_default]
    pub rows: Option<u8>,
    #[prop_or(AttrValue::Static("text"))]
    pub kind: AttrValue,
    #[prop_or_default]
    pub role: Option<AttrValue>,
    #[prop_or_default]
    pub label: Option<AttrValue>,
    #[prop_or_default]
    pub placeholder: AttrValue,
    #[prop_or_default]
    pub testid: Option<AttrValue>,
    /// The lead's field it edits.
    #[prop_or_default]
    pub field: Option<AttrValue>,
    #[prop_or_default]
    pub described_by: Option<AttrValue>,
    #[prop_or_default]
    pub list: Option<AttrValue>,
    /// The option of a list below it that Enter picks.
    #[prop_or_default]
    pub active: Option<AttrValue>,
    /// Of a combobox, the list that it picks from.
    #[prop_or_default]
    pub controls: Option<AttrValue>,
    #[prop_or_default]
    pub input_mode: Option<AttrValue>,
    #[prop_or_default]
    pub max_length: Option<usize>,
    #[prop_or(AttrValue::Static("off"))]
    pub autocomplete: AttrValue,
    #[prop_or_default]
    pub required: bool,
    #[prop_or_default]
    pub invalid: bool,
    #[prop_or_default]
    pub disabled: bool,
    #[prop_or_default]
    pub readonly: bool,
}

#[component]
pub fn TextBox(props: &Props) -> Html {
    let typing = use_mut_ref(|| Typing::new(&props.value));
    let value = typing.borrow_mut().show(&props.value);
    let heard = {
        let on_input = props.on_input.clone();
        move |text: String| {
            typing.borrow_mut().typed(text.clone());
            on_input.emit(text);
        }
    };
    let onblur = props.on_blur.reform(|_: FocusEvent| ());
    let onkeydown = props.on_key.clone();
    let invalid = props.invalid.then_some("true");
    if let Some(rows) = props.rows {
        let oninput = move |event: InputEvent| heard(event.target_unchecked_into::<HtmlTextAreaElement>().value());
        return html! {
            <textarea ref={props.node.clone()} id={props.id.clone()} class={props.class.clone()} rows={rows.to_string()} dir="auto"
                aria-label={props.label.clone()} aria-describedby={props.described_by.clone()} aria-invalid={invalid}
                placeholder={props.placeholder.clone()} data-testid={props.testid.clone()} readonly={props.readonly} {value} {oninput} {onblur} {onkeydown} />
        };
    }
    let oninput = move |event: InputEvent| heard(event.target_unchecked_into::<HtmlInputElement>().value());
    let onkeydown = {
        let on_enter = props.on_enter.clone();
        move |event: KeyboardEvent| match &on_enter {
            Some(on_enter) if event.key() == "Enter" && !event.is_composing() => {
                event.prevent_default();
                event.stop_propagation();
                on_enter.emit(event.target_unchecked_into::<HtmlInputElement>().value());
            }
            _ => onkeydown.emit(event),
        }
    };
    html! {
        <input ref={props.node.clone()} id={props.id.clone()} class={props.class.clone()} type={props.kind.clone()} role={props.role.clone()} dir="auto"
            aria-label={props.label.clone()} aria-describedby={props.described_by.clone()} aria-invalid={invalid}
            aria-required={props.required.then_some("true")} placeholder={props.placeholder.clone()} list={props.list.clone()} aria-activedescendant={props.active.clone()}
            aria-controls={props.controls.clone()} aria-expanded={props.controls.is_some().then_some("true")}
            inputmode={props.input_mode.clone()} maxlength={props.max_length.map(|most| most.to_string())} autocomplete={props.autocomplete.clone()}
            spellcheck="false" data-testid={props.testid.clone()} data-field={props.field.clone()} disabled={props.disabled}
            readonly={props.readonly} {value} {oninput} {onblur} {onkeydown} />
    }
}
