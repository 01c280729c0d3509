//! Why a control can't be used now (row B24): for a screen reader, beside the control's title.

use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    /// What the control's `aria-describedby` names.
    pub id: AttrValue,
    pub why: Option<String>,
}

#[component]
pub fn Why(props: &Props) -> Html {
    match &props.why {
        Some(why) => html! { <span id={props.id.clone()} class="visually-hidden">{ why }</span> },
        None => Html::default(),
    }
}
