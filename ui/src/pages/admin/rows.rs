//! What the tables of this area share: the keys that go through their rows, the box that narrows
//! them, and the menu at the end of a row. Reads nothing of what a row means.

use crate::components::key::Key;
use crate::components::menu::{Menu, MenuItem};
use crate::components::text_box::TextBox;
use crate::icon::{Glyph, Icon};
use crate::{keys, t};
use gloo_timers::callback::Timeout;
use wasm_bindgen::JsCast;
use web_sys::{Document, Element, HtmlElement};
use yew::prelude::*;

/// What a key steps through.
const ROWS: &str = "[data-row]";
/// What Enter presses in the row that has the focus.
const MAIN: &str = "[data-row-main]";
const SEARCH: &str = "[data-testid=admin-search]";

/// ↑ ↓ J K step through the rows, Enter presses a row's main button, / goes to the search box.
#[hook]
pub fn use_row_keys() {
    use_effect_with((), |()| {
        let listener = keys::listen(takes, Callback::from(|event: KeyboardEvent| pressed(&event)));
        move || drop(listener)
    });
}

pub fn takes(event: &KeyboardEvent) -> bool {
    if keys::is_covered() || keys::is_typing(event) || !keys::is_plain(event) {
        return false;
    }
    match event.key().as_str() {
        "j" | "J" | "k" | "K" | "ArrowDown" | "ArrowUp" | "/" => true,
        "Enter" => focused_row().is_some(),
        _ => false,
    }
}

pub fn pressed(event: &KeyboardEvent) {
    match event.key().as_str() {
        "/" => keys::focus(SEARCH),
        "Enter" => {
            let main = focused_row().and_then(|row| row.query_selector(MAIN).ok().flatten()?.dyn_into::<HtmlElement>().ok());
            if let Some(main) = main {
                main.click();
            }
        }
        "k" | "K" | "ArrowUp" => step(-1),
        _ => step(1),
    }
}

fn document() -> Option<Document> {
    web_sys::window()?.document()
}

fn focused_row() -> Option<Element> {
    document()?.active_element().filter(|element| element.matches(ROWS).unwrap_or(false))
}

fn step(by: isize) {
    let Some(found) = document().and_then(|document| document.query_selector_all(ROWS).ok()) else { return };
    let rows: Vec<HtmlElement> = (0..found.length()).filter_map(|at| found.item(at)?.dyn_into().ok()).collect();
    let focused = document().and_then(|document| document.active_element());
    // From a button inside a row too.
    let now = rows.iter().position(|row| focused.as_ref().is_some_and(|element| row.contains(Some(element))));
    let next = now.map_or(0, |at| at.saturating_add_signed(by).min(rows.len().saturating_sub(1)));
    if let Some(row) = rows.get(next) {
        let _ = row.focus();
    }
}

#[derive(Properties, PartialEq)]
pub struct SearchProps {
    pub value: AttrValue,
    pub on_input: Callback<String>,
    pub placeholder: AttrValue,
}

/// Narrows what is on the page, as one types.
#[component]
pub fn Search(props: &SearchProps) -> Html {
    let on_key = {
        let (on_input, is_empty) = (props.on_input.clone(), props.value.is_empty());
        move |event: KeyboardEvent| match event.key().as_str() {
            "Enter" | "ArrowDown" => {
                event.prevent_default();
                event.stop_propagation();
                keys::focus(ROWS);
            }
            "Escape" => {
                event.stop_propagation();
                if is_empty { keys::focus(ROWS) } else { on_input.emit(String::new()) }
            }
            _ => {}
        }
    };
    html! {
        <label class="search admin__search">
            { Glyph::of(Icon::Search) }
            <TextBox class="search__input" role="searchbox" placeholder={props.placeholder.clone()} label={props.placeholder.clone()} testid="admin-search"
                value={props.value.clone()} on_input={&props.on_input} {on_key} />
            { Key::of("/") }
        </label>
    }
}

/// One thing to do with a row.
#[derive(Clone, PartialEq)]
pub struct Deed {
    pub word: String,
    pub icon: Icon,
    pub testid: &'static str,
    /// Why it can't be done now.
    pub why_not: Option<String>,
    pub act: Callback<()>,
}

#[derive(Properties, PartialEq)]
pub struct MenuProps {
    /// Whose row it is, for a screen reader.
    pub label: AttrValue,
    pub deeds: Vec<Deed>,
}

#[component]
pub fn RowMenu(props: &MenuProps) -> Html {
    let open = use_state_eq(|| false);
    let toggle = {
        let open = open.clone();
        move |_: MouseEvent| open.set(!*open)
    };
    let close = {
        let open = open.clone();
        Callback::from(move |()| open.set(false))
    };
    let item = |deed: &Deed| {
        let (close, act) = (close.clone(), deed.act.clone());
        let on_pick = Callback::from(move |()| {
            close.emit(());
            let act = act.clone();
            // Once the menu has given the focus back: a dialog returns it to where it was.
            Timeout::new(0, move || act.emit(())).forget();
        });
        html! {
            <MenuItem testid={deed.testid} {on_pick} disabled={deed.why_not.is_some()}>
                { Glyph::of(deed.icon) }{ &deed.word }
                if let Some(why) = &deed.why_not { <span class="menu__note menu__note--end">{ why }</span> }
            </MenuItem>
        }
    };
    html! {
        <span class="row-menu">
            <button type="button" class="button button--icon" data-testid="row-menu" data-row-main="true" aria-haspopup="menu" aria-expanded={(*open).to_string()}
                aria-label={props.label.clone()} title={t!("more")} onclick={toggle}>{ Glyph::of(Icon::More) }</button>
            if *open {
                <Menu label={props.label.clone()} on_close={close.clone()} class="menu--right">{ for props.deeds.iter().map(item) }</Menu>
            }
        </span>
    }
}
