//! A box of a table that is read when one leaves it: what is half typed changes nothing yet.

use crate::components::text_box::TextBox;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub value: AttrValue,
    pub label: AttrValue,
    pub testid: AttrValue,
    #[prop_or_default]
    pub placeholder: AttrValue,
    #[prop_or_default]
    pub number: bool,
    /// Whether it can be read so.
    pub takes: Callback<String, bool>,
    pub on_read: Callback<String>,
}

#[component]
pub fn Cell(props: &Props) -> Html {
    let typed = use_state_eq(|| props.value.to_string());
    let is_wrong = use_state_eq(|| false);
    use_effect_with(props.value.clone(), {
        let (typed, is_wrong) = (typed.clone(), is_wrong.clone());
        move |value: &AttrValue| {
            typed.set(value.to_string());
            is_wrong.set(false);
        }
    });
    let on_input = {
        let typed = typed.clone();
        Callback::from(move |text: String| typed.set(text))
    };
    let read = {
        let (is_wrong, takes, on_read) = (is_wrong.clone(), props.takes.clone(), props.on_read.clone());
        Callback::from(move |text: String| {
            let is_read = takes.emit(text.clone());
            is_wrong.set(!is_read);
            if is_read {
                on_read.emit(text);
            }
        })
    };
    let on_blur = {
        let (read, typed) = (read.clone(), typed.clone());
        Callback::from(move |()| read.emit((*typed).clone()))
    };
    let input_mode = props.number.then_some(AttrValue::Static("numeric"));
    let class = if props.number { "input assignment__number" } else { "input assignment__text" };
    html! {
        <TextBox {class} label={props.label.clone()} testid={props.testid.clone()} placeholder={props.placeholder.clone()} value={(*typed).clone()} {input_mode}
            {on_input} {on_blur} on_enter={read} invalid={*is_wrong} />
    }
}
