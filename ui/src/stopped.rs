//! The last resort: a screen that stopped says so, that the work is saved, and how to go on. Builds
//! its page by hand, because the app that drew pages is gone.

use crate::{clipboard, t};
use std::panic::PanicHookInfo;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Document, Element, HtmlElement};

/// From here on a panic shows the page instead of a dead screen.
pub fn watch() {
    yew::set_custom_panic_hook(Box::new(|info| {
        let report = report(info);
        web_sys::console::error_1(&report.as_str().into());
        let _ = show(&report);
    }));
}

/// Where it stopped; never what anyone typed.
fn report(info: &PanicHookInfo<'_>) -> String {
    let place = info.location().map(|at| format!("{}:{}", at.file(), at.line())).unwrap_or_default();
    let message = info.payload_as_str().unwrap_or_default();
    format!("Leadline {} stopped at {place}: {message}", env!("CARGO_PKG_VERSION"))
}

fn show(report: &str) -> Option<()> {
    let document = web_sys::window()?.document()?;
    let page = element(&document, "div", "stopped")?;
    page.set_attribute("role", "alert").ok()?;
    page.set_attribute("data-testid", "screen-stopped").ok()?;
    let title = element(&document, "h1", "stopped__title")?;
    title.set_text_content(Some(&t!("stopped-title")));
    let text = element(&document, "p", "stopped__text")?;
    text.set_text_content(Some(&t!("stopped-text")));
    let reload = button(&document, &t!("stopped-reload"), "button button--filled", || {
        let _ = web_sys::window().map(|window| window.location().reload());
    })?;
    let copied = report.to_owned();
    let copy = button(&document, &t!("stopped-copy"), "button", move || clipboard::copy(&copied))?;
    for part in [&title, &text, reload.as_ref(), copy.as_ref()] {
        page.append_child(part).ok()?;
    }
    document.body()?.append_child(&page).ok()?;
    reload.focus().ok()
}

fn element(document: &Document, tag: &str, class: &str) -> Option<Element> {
    let element = document.create_element(tag).ok()?;
    element.set_class_name(class);
    Some(element)
}

fn button(document: &Document, word: &str, class: &str, act: impl Fn() + 'static) -> Option<HtmlElement> {
    let button: HtmlElement = element(document, "button", class)?.dyn_into().ok()?;
    button.set_text_content(Some(word));
    let act = Closure::<dyn Fn()>::new(act);
    button.set_onclick(Some(act.as_ref().unchecked_ref()));
    act.forget();
    Some(button)
}
