//! A key printed in a button.

use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub name: AttrValue,
}

#[component]
pub fn Key(props: &Props) -> Html {
    html! { <kbd class="key" aria-hidden="true">{ &props.name }</kbd> }
}
