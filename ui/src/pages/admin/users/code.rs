//! A one-time code, shown once: for reading out, copying, or sending as a link.

use crate::clipboard::copy;
use crate::components::dialog::Dialog;
use crate::components::key::Key;
use crate::icon::{Glyph, Icon};
use crate::{t, words};
use bridge::admin::CodeView;
use web_sys::HtmlElement;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub name: String,
    /// An invitation; else for a forgotten password.
    pub is_new: bool,
    pub code: CodeView,
    pub on_close: Callback<()>,
}

#[component]
pub fn CodeDialog(props: &Props) -> Html {
    let Props { name, code, on_close, .. } = props;
    let first = use_node_ref();
    use_effect_with((), {
        let first = first.clone();
        move |()| {
            if let Some(first) = first.cast::<HtmlElement>() {
                let _ = first.focus();
            }
        }
    });
    let copies = |text: &str| {
        let text = text.to_owned();
        move |_: MouseEvent| copy(&text)
    };
    let title = if props.is_new { t!("code-title-new", name = name.as_str()) } else { t!("code-title", name = name.as_str()) };
    let text = if props.is_new { t!("code-text-new") } else { t!("code-text") };
    html! {
        <Dialog {title} {on_close} testid="code-dialog">
            <div class="form">
                <p class="code__text">{ text }</p>
                <p class="code" data-testid="one-time-code">{ &code.item.code }</p>
                <p class="code__link" data-testid="one-time-link" title={code.item.link.clone()}>{ &code.item.link }</p>
                if let Some(until) = &code.when { <p class="code__until" data-testid="code-until">{ Glyph::of(Icon::Clock).size(14) }{ t!("code-until", when = words::moment(until)) }</p> }
                <p class="notice">{ Glyph::of(Icon::Triangle).size(14) }{ t!("code-once") }</p>
                <div class="form__foot">
                    <button ref={first} type="button" class="button" data-testid="copy-code" onclick={copies(&code.item.code)}>{ Glyph::of(Icon::Copy) }{ t!("code-copy") }</button>
                    <button type="button" class="button" data-testid="copy-link" onclick={copies(&code.item.link)}>{ Glyph::of(Icon::Copy) }{ t!("code-copy-link") }</button>
                    <button type="button" class="button button--filled" data-testid="code-done" onclick={on_close.reform(|_: MouseEvent| ())}>{ t!("code-done") }{ Key::of("Esc") }</button>
                </div>
            </div>
        </Dialog>
    }
}
