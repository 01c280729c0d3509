//! A person's name with its own direction and language.

use crate::words;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub name: AttrValue,
    #[prop_or_default]
    pub class: Classes,
}

#[component]
pub fn Name(props: &Props) -> Html {
    html! { <bdi class={props.class.clone()} dir="auto" lang={words::language(&props.name)}>{ &props.name }</bdi> }
}
