//! An empty place: what is so, why, and the way out.

use crate::icon::{Glyph, Icon};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub icon: Icon,
    pub title: AttrValue,
    pub text: AttrValue,
    #[prop_or_default]
    pub testid: Option<&'static str>,
    /// Buttons.
    #[prop_or_default]
    pub children: Html,
}

#[component]
pub fn Empty(props: &Props) -> Html {
    html! {
        <div class="empty" data-testid={props.testid}>
            { Glyph::of(props.icon).size(24).class("empty__icon") }
            <h2 class="empty__title">{ &props.title }</h2>
            <p class="empty__text">{ &props.text }</p>
            <div class="empty__actions">{ props.children.clone() }</div>
        </div>
    }
}
