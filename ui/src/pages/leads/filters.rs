//! The bar that narrows the list: search as you type, statuses, and everything else behind one button (row D3);
//! beside it what else a person sets up.

use crate::components::badge::StatusBadge;
use crate::components::key::Key;
use crate::components::menu::{Menu, MenuItem};
use crate::components::text_box::TextBox;
use crate::icon::{Glyph, Icon};
use crate::pages::leads::narrow::Narrow;
use crate::route::ListFilter;
use crate::text::count;
use crate::{keys, t, words};
use domain::Status;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub filter: ListFilter,
    /// Days since 1970-01-01.
    pub today: i64,
    /// Leads in the whole result.
    pub total: Option<u32>,
    pub is_menu_open: bool,
    pub on_menu: Callback<bool>,
    pub is_panel_open: bool,
    pub on_panel: Callback<bool>,
    pub on_filter: Callback<ListFilter>,
    /// At the end of the bar.
    pub children: Html,
}

#[component]
pub fn Filters(props: &Props) -> Html {
    html! {
        <div class="leads__filters" role="search">
            { search(props) }
            { statuses(props) }
            <Narrow filter={props.filter.clone()} today={props.today} is_open={props.is_panel_open} on_open={&props.on_panel} on_filter={&props.on_filter} />
            if props.filter.is_narrowed() {
                <button type="button" class="button button--bar button--ghost" data-testid="clear-filters" onclick={clear(props)}>{ t!("clear-filters") }</button>
            }
            <span class="leads__total" data-testid="lead-total" aria-live="polite">
                { props.total.map(|total| t!("lead-total", number = total, count = count(total))).unwrap_or_default() }
            </span>
            { props.children.clone() }
        </div>
    }
}

fn search(props: &Props) -> Html {
    let narrowed = |search: String| ListFilter { search, ..props.filter.clone() };
    let on_input = {
        let (filter, on_filter) = (props.filter.clone(), props.on_filter.clone());
        move |search: String| on_filter.emit(ListFilter { search, ..filter.clone() })
    };
    let emptied = narrowed(String::new());
    let on_key = {
        let on_filter = props.on_filter.clone();
        let is_empty = props.filter.search.is_empty();
        move |event: KeyboardEvent| match event.key().as_str() {
            "Enter" | "ArrowDown" => {
                event.prevent_default();
                event.stop_propagation();
                keys::focus("[data-testid=lead-grid]");
            }
            "Escape" => {
                event.stop_propagation();
                if is_empty {
                    keys::focus("[data-testid=lead-grid]");
                } else {
                    on_filter.emit(emptied.clone());
                }
            }
            _ => {}
        }
    };
    html! {
        <label class="search leads__search">
            { Glyph::of(Icon::Search) }
            <TextBox class="search__input" role="searchbox" placeholder={t!("search-list")} label={t!("search-list-label")} testid="lead-search"
                value={props.filter.search.clone()} {on_input} on_key={on_key} />
            { Key::of("/") }
        </label>
    }
}

fn statuses(props: &Props) -> Html {
    let chosen = &props.filter.statuses;
    let word = match chosen.as_slice() {
        [] => t!("filter-status"),
        [one] => t!("filter-status-one", status = words::status(*one)),
        more => t!("filter-status-some", count = more.len() as u64, all = Status::ALL.len() as u64),
    };
    let item = |status: Status| {
        let is_on = chosen.contains(&status);
        let mut statuses = chosen.clone();
        if is_on {
            statuses.retain(|s| *s != status)
        } else {
            statuses.push(status)
        }
        let filter = ListFilter { statuses, ..props.filter.clone() };
        html! {
            <MenuItem testid={format!("filter-status-{}", status.as_str())} role="menuitemcheckbox" checked={Some(is_on)}
                on_pick={props.on_filter.reform(move |()| filter.clone())}>
                <span class={classes!("tick", is_on.then_some("tick--on"))}>if is_on { { Glyph::of(Icon::Check).size(14) } }</span>
                { StatusBadge::of(status) }
            </MenuItem>
        }
    };
    let is_open = props.is_menu_open;
    html! {
        <span class="leads__status-filter">
            <button type="button" class={classes!("button", "button--bar", (!chosen.is_empty()).then_some("button--on"))} data-testid="filter-status"
                aria-haspopup="menu" aria-expanded={is_open.to_string()} onclick={props.on_menu.reform(move |_: MouseEvent| !is_open)}>
                if chosen.is_empty() { { Glyph::of(Icon::Plus).size(14) } }
                { word }
                if !chosen.is_empty() { { Glyph::of(Icon::ChevronDown).size(14) } }
            </button>
            if is_open {
                <Menu label={t!("filter-status-label")} on_close={props.on_menu.reform(|()| false)}>{ for Status::ALL.into_iter().map(item) }</Menu>
            }
        </span>
    }
}

fn clear(props: &Props) -> Callback<MouseEvent> {
    let tab = props.filter.tab;
    props.on_filter.reform(move |_| ListFilter { tab, ..ListFilter::default() })
}
