//! A dialog in front of everything: keeps the focus inside, Esc leaves, focus returns to its opener.

use crate::keys::{Layer, focused};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub title: AttrValue,
    pub on_close: Callback<()>,
    #[prop_or_default]
    pub testid: Option<&'static str>,
    pub children: Html,
}

/// What Tab may reach.
const FOCUSABLE: &str = "button:not([disabled]), input:not([disabled]), select:not([disabled]), textarea:not([disabled]), a[href]";

#[component]
pub fn Dialog(props: &Props) -> Html {
    let panel = use_node_ref();
    // Before the boxes inside are there: one of them may take the focus.
    let opener = use_memo((), |()| focused());
    use_effect_with((), {
        let panel = panel.clone();
        move |()| {
            let layer = Layer::open();
            let inside = |p: &HtmlElement| focused().is_some_and(|f| p.contains(Some(&f)));
            if let Some(panel) = panel.cast::<HtmlElement>().filter(|p| !inside(p)) {
                let _ = panel.focus();
            }
            move || {
                drop(layer);
                if let Some(opener) = &*opener {
                    let _ = opener.focus();
                }
            }
        }
    });
    let onkeydown = {
        let (panel, on_close) = (panel.clone(), props.on_close.clone());
        move |event: KeyboardEvent| match event.key().as_str() {
            "Escape" => {
                event.prevent_default();
                event.stop_propagation();
                on_close.emit(());
            }
            "Tab" => keep_inside(&panel, &event),
            _ => {}
        }
    };
    html! {
        <div class="dialog">
            <div ref={panel} class="dialog__panel" role="dialog" aria-modal="true" aria-label={props.title.clone()} tabindex="-1"
                data-testid={props.testid} {onkeydown}>
                <h2 class="dialog__title">{ &props.title }</h2>
                { props.children.clone() }
            </div>
        </div>
    }
}

fn keep_inside(panel: &NodeRef, event: &KeyboardEvent) {
    let Some(found) = panel.cast::<Element>().and_then(|p| p.query_selector_all(FOCUSABLE).ok()) else { return };
    let at = |index: u32| found.item(index).and_then(|node| node.dyn_into::<HtmlElement>().ok());
    let (Some(first), Some(last)) = (at(0), at(found.length().saturating_sub(1))) else { return };
    let now = focused();
    let target = if event.shift_key() && now.as_ref() == Some(&first) {
        last
    } else if !event.shift_key() && now.as_ref() == Some(&last) {
        first
    } else {
        return;
    };
    event.prevent_default();
    let _ = target.focus();
}
