//! Saved views: filter, order and columns under a name. Each person's own; one of them may be how the list opens.

use super::kept::{NAME_MAX, SavedView, VIEWS_MAX, with_view};
use crate::components::key::Key;
use crate::components::menu::Menu;
use crate::components::text_box::TextBox;
use crate::icon::{Glyph, Icon};
use crate::route::ListFilter;
use crate::{t, toast};
use bridge::bulk::Column;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub views: Vec<SavedView>,
    /// What stands now, to be saved.
    pub filter: ListFilter,
    pub columns: Vec<Column>,
    pub on_views: Callback<Vec<SavedView>>,
    pub on_view: Callback<SavedView>,
}

#[component]
pub fn Views(props: &Props) -> Html {
    let is_open = use_state_eq(|| false);
    let renaming = use_state_eq(|| None::<String>);
    let toggle = {
        let is_open = is_open.clone();
        move |_: MouseEvent| is_open.set(!*is_open)
    };
    let on_close = {
        let (is_open, renaming) = (is_open.clone(), renaming.clone());
        Callback::from(move |()| {
            renaming.set(None);
            is_open.set(false);
        })
    };
    let now = props.views.iter().find(|view| view.query == props.filter.query() && view.columns == props.columns);
    let word = now.map_or_else(|| t!("views"), |view| view.name.clone());
    html! {
        <span class="leads__menu">
            <button type="button" class={classes!("button", "button--bar", "button--ghost", now.map(|_| "button--on"))} data-testid="views" aria-haspopup="dialog"
                aria-expanded={is_open.to_string()} aria-label={t!("views")} title={word.clone()} onclick={toggle}>
                { Glyph::of(Icon::Bookmark).size(14) }<bdi class="leads__tool views__now" dir="auto">{ word }</bdi>
            </button>
            if *is_open {
                <Menu label={t!("views")} role="dialog" on_close={on_close.clone()} class="menu--right views" testid="views-menu" returns_to="[data-testid=views]">
                    if props.views.is_empty() { <p class="menu__note views__none">{ t!("views-none") }</p> }
                    <div>{ for props.views.iter().map(|view| line(props, view, &renaming, &on_close)) }</div>
                    <div class="menu__line"></div>
                    <SaveForm views={props.views.clone()} filter={props.filter.clone()} columns={props.columns.clone()} on_views={props.on_views.clone()} />
                </Menu>
            }
        </span>
    }
}

fn line(props: &Props, view: &SavedView, renaming: &UseStateHandle<Option<String>>, on_close: &Callback<()>) -> Html {
    if renaming.as_deref() == Some(view.name.as_str()) {
        return html! { <Rename key={format!("rename-{}", view.name)} view={view.clone()} views={props.views.clone()} on_views={props.on_views.clone()} renaming={renaming.clone()} /> };
    }
    let pick = {
        let (on_view, on_close, view) = (props.on_view.clone(), on_close.clone(), view.clone());
        move |_: MouseEvent| {
            on_close.emit(());
            on_view.emit(view.clone());
        }
    };
    let begin = {
        let (renaming, name) = (renaming.clone(), view.name.clone());
        move |_: MouseEvent| renaming.set(Some(name.clone()))
    };
    let with_default: Vec<SavedView> =
        props.views.iter().map(|one| SavedView { is_default: one.name == view.name && !view.is_default, ..one.clone() }).collect();
    let tool = |icon, label: String, testid: &'static str, onclick: Callback<MouseEvent>, pressed: Option<bool>| {
        html! {
            <button type="button" class={classes!("button", "button--icon", "button--small", (pressed == Some(true)).then_some("views__default"))} title={label.clone()} aria-label={label}
                aria-pressed={pressed.map(|on| on.to_string())} data-testid={testid} {onclick}>{ Glyph::of(icon).size(14) }</button>
        }
    };
    let name = view.name.as_str();
    html! {
        <div class="arrange__line" key={view.name.clone()} data-testid="view-line" data-view={view.name.clone()}>
            <button type="button" class="menu__item" data-testid="view-open" onclick={pick}>{ Glyph::of(Icon::Bookmark).size(14) }<bdi dir="auto">{ name }</bdi></button>
            { tool(Icon::Star, t!("view-default", name = name), "view-default", props.on_views.reform(move |_| with_default.clone()), Some(view.is_default)) }
            { tool(Icon::Pencil, t!("view-rename", name = name), "view-rename", begin.into(), None) }
            { tool(Icon::Trash, t!("view-delete", name = name), "view-delete", delete(props, view).into(), None) }
        </div>
    }
}

/// At once, and offers to take it back.
fn delete(props: &Props, view: &SavedView) -> impl Fn(MouseEvent) + 'static {
    let (views, on_views, name) = (props.views.clone(), props.on_views.clone(), view.name.clone());
    move |_| {
        on_views.emit(views.iter().filter(|one| one.name != name).cloned().collect());
        let (views, on_views) = (views.clone(), on_views.clone());
        toast::undoable(t!("view-deleted", name = name.as_str()), Callback::from(move |()| on_views.emit(views.clone())));
    }
}

#[derive(Properties, PartialEq)]
struct SaveProps {
    views: Vec<SavedView>,
    filter: ListFilter,
    columns: Vec<Column>,
    on_views: Callback<Vec<SavedView>>,
}

#[component]
fn SaveForm(props: &SaveProps) -> Html {
    let typed = use_state_eq(String::new);
    let on_input = {
        let typed = typed.clone();
        move |text: String| typed.set(text)
    };
    let save = {
        let (typed, views, on_views) = (typed.clone(), props.views.clone(), props.on_views.clone());
        let (query, columns) = (props.filter.query(), props.columns.clone());
        Callback::from(move |name: String| {
            let name = name.trim().to_owned();
            if name.is_empty() {
                return;
            }
            if views.len() >= VIEWS_MAX && !views.iter().any(|view| view.name == name) {
                return toast::problem(t!("views-full", most = VIEWS_MAX as u64));
            }
            toast::done(t!("view-saved", name = name.as_str()));
            let view = SavedView { name, query: query.clone(), columns: columns.clone(), is_default: false };
            on_views.emit(with_view(&views, view));
            typed.set(String::new());
        })
    };
    let replaces = props.views.iter().any(|view| view.name == typed.trim());
    let onclick = {
        let typed = typed.clone();
        save.reform(move |_: MouseEvent| (*typed).clone())
    };
    html! {
        <div class="menu__form">
            <TextBox label={t!("view-name")} placeholder={t!("view-name")} testid="view-name" max_length={NAME_MAX} value={(*typed).clone()} {on_input} on_enter={save} />
            <button type="button" class="button" data-testid="view-save" disabled={typed.trim().is_empty()} {onclick}>
                { if replaces { t!("view-replace") } else { t!("view-save") } }{ Key::of("↵") }
            </button>
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct RenameProps {
    view: SavedView,
    views: Vec<SavedView>,
    on_views: Callback<Vec<SavedView>>,
    renaming: UseStateHandle<Option<String>>,
}

#[component]
fn Rename(props: &RenameProps) -> Html {
    let typed = use_state_eq(|| props.view.name.clone());
    let node = use_node_ref();
    use_effect_with((), {
        let node = node.clone();
        move |()| {
            if let Some(input) = node.cast::<web_sys::HtmlInputElement>() {
                let _ = input.focus();
                input.select();
            }
        }
    });
    let on_input = {
        let typed = typed.clone();
        move |text: String| typed.set(text)
    };
    let is_taken = |name: &str| name != props.view.name && props.views.iter().any(|view| view.name == name);
    let on_enter = {
        let (renaming, view, views, on_views) = (props.renaming.clone(), props.view.clone(), props.views.clone(), props.on_views.clone());
        move |name: String| {
            let name = name.trim().to_owned();
            if name.is_empty() || (name != view.name && views.iter().any(|one| one.name == name)) {
                return;
            }
            let renamed =
                |one: &SavedView| SavedView { name: if one.name == view.name { name.clone() } else { one.name.clone() }, ..one.clone() };
            on_views.emit(views.iter().map(renamed).collect());
            renaming.set(None);
        }
    };
    html! {
        <div class="menu__form">
            <TextBox {node} label={t!("view-rename", name = props.view.name.as_str())} testid="view-new-name" max_length={NAME_MAX} value={(*typed).clone()}
                invalid={is_taken(typed.trim())} {on_input} {on_enter} />
        </div>
    }
}
