//! A menu under its opener: arrows, Enter, Esc; a click elsewhere closes it. The page under it gets
//! no keys meanwhile.

use crate::keys::{Layer, focused};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, Node, ScrollIntoViewOptions, ScrollLogicalPosition};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub label: AttrValue,
    pub on_close: Callback<()>,
    #[prop_or_default]
    pub testid: Option<&'static str>,
    #[prop_or_default]
    pub class: Classes,
    /// `menu`, `listbox` or `dialog`.
    #[prop_or("menu")]
    pub role: &'static str,
    /// Where the focus goes when the opener is gone, as a selector.
    #[prop_or_default]
    pub returns_to: Option<&'static str>,
    /// [`MenuItem`]s, or for a dialog anything.
    pub children: Html,
}

#[component]
pub fn Menu(props: &Props) -> Html {
    let panel = use_node_ref();
    use_effect_with((), {
        let panel = panel.clone();
        let (on_close, returns_to) = (props.on_close.clone(), props.returns_to);
        move |()| {
            let layer = Layer::open();
            let opener = focused();
            focus_first(&panel);
            show_whole(&panel);
            let element = panel.cast::<HtmlElement>();
            let outside = close_on_click_outside(&panel, &opener, on_close);
            move || {
                drop((layer, outside));
                // Unless the click that closed it went into another field.
                let within = |f: &HtmlElement| f.tag_name() == "BODY" || element.as_ref().is_some_and(|e| e.contains(Some(f)));
                if !focused().is_none_or(|f| within(&f)) {
                    return;
                }
                match (opener.filter(|o| o.is_connected() && o.tag_name() != "BODY"), returns_to) {
                    (Some(opener), _) => drop(opener.focus()),
                    (None, Some(selector)) => crate::keys::focus(selector),
                    (None, None) => {}
                }
            }
        }
    });
    let onkeydown = {
        let (panel, on_close) = (panel.clone(), props.on_close.clone());
        move |event: KeyboardEvent| {
            event.stop_propagation();
            match event.key().as_str() {
                "Escape" => on_close.emit(()),
                "ArrowDown" => step(&panel, 1),
                "ArrowUp" => step(&panel, -1),
                _ => return,
            }
            event.prevent_default();
        }
    };
    html! {
        <div ref={panel} class={classes!("menu", props.class.clone())} role={props.role} aria-label={props.label.clone()} tabindex="-1"
            data-testid={props.testid} {onkeydown}>
            { props.children.clone() }
        </div>
    }
}

#[derive(Properties, PartialEq)]
pub struct ItemProps {
    pub on_pick: Callback<()>,
    #[prop_or_default]
    pub testid: Option<AttrValue>,
    #[prop_or_default]
    pub checked: Option<bool>,
    #[prop_or_default]
    pub disabled: bool,
    /// Why it is disabled.
    #[prop_or_default]
    pub why: Option<String>,
    #[prop_or("menuitem")]
    pub role: &'static str,
    pub children: Html,
}

#[component]
pub fn MenuItem(props: &ItemProps) -> Html {
    let checked = props.checked.map(|on| if on { "true" } else { "false" });
    let role = if props.checked.is_some() && props.role == "menuitem" { "menuitemradio" } else { props.role };
    html! {
        <button type="button" class="menu__item" {role} aria-checked={checked.filter(|_| role == "menuitemradio")}
            aria-selected={checked.filter(|_| role == "option")} disabled={props.disabled} title={props.why.clone()}
            aria-description={props.why.clone()} data-testid={props.testid.clone()}
            onclick={props.on_pick.reform(|_: MouseEvent| ())}>
            { props.children.clone() }
        </button>
    }
}

fn items(panel: &NodeRef) -> Vec<HtmlElement> {
    let found = panel.cast::<Element>().and_then(|p| p.query_selector_all("button:not([disabled]), input").ok());
    let Some(found) = found else { return Vec::new() };
    (0..found.length()).filter_map(|at| found.item(at)?.dyn_into().ok()).collect()
}

fn focus_first(panel: &NodeRef) {
    let is_inside = |p: &HtmlElement| focused().is_some_and(|f| p.contains(Some(&f)));
    if panel.cast::<HtmlElement>().is_some_and(|p| is_inside(&p)) {
        return;
    }
    let wanted = panel.cast::<Element>().and_then(|p| p.query_selector("[data-autofocus]").ok().flatten()?.dyn_into().ok());
    let first = wanted.or_else(|| items(panel).into_iter().next()).or_else(|| panel.cast::<HtmlElement>());
    if let Some(first) = first {
        let _ = first.focus();
    }
}

/// A menu low in a scrolled place may end below its edge.
fn show_whole(panel: &NodeRef) {
    if let Some(panel) = panel.cast::<HtmlElement>() {
        let options = ScrollIntoViewOptions::new();
        options.set_block(ScrollLogicalPosition::Nearest);
        panel.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

fn step(panel: &NodeRef, by: isize) {
    let items = items(panel);
    let now = focused().and_then(|f| items.iter().position(|item| *item == f));
    let next = now.map_or(0, |at| (at as isize + by).rem_euclid(items.len() as isize) as usize);
    if let Some(item) = items.get(next) {
        let _ = item.focus();
    }
}

/// The opener is left to toggle by itself.
fn close_on_click_outside(panel: &NodeRef, opener: &Option<HtmlElement>, on_close: Callback<()>) -> Option<gloo_events::EventListener> {
    let (panel, opener) = (panel.clone(), opener.clone());
    let document = web_sys::window()?.document()?;
    Some(gloo_events::EventListener::new(&document, "mousedown", move |event| {
        let target = event.target().and_then(|t| t.dyn_into::<Node>().ok());
        let within = |element: Option<HtmlElement>| element.is_some_and(|e| e.contains(target.as_ref()));
        if !within(panel.cast::<HtmlElement>()) && !within(opener.clone()) {
            on_close.emit(());
        }
    }))
}
