//! The Leadline window: a Yew app that asks the desktop shell typed questions and draws the answers.

use yew::prelude::*;

#[component]
fn App() -> Html {
    html! { <main data-testid="app-shell">{ "Leadline" }</main> }
}

fn main() {
    let Some(root) = root() else { return };
    yew::Renderer::<App>::with_root(root).render();
}

fn root() -> Option<web_sys::Element> {
    web_sys::window()?.document()?.get_element_by_id("app")
}
