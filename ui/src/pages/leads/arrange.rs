//! How the list looks: which columns, in which order, and how dense. Each person's own.

use super::columns;
use super::kept::Density;
use crate::components::menu::Menu;
use crate::icon::{Glyph, Icon};
use crate::route::name_of;
use crate::t;
use bridge::bulk::Column;
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub columns: Vec<Column>,
    /// Those that there is room for now.
    pub shown: Rc<Vec<Column>>,
    pub density: Density,
    pub on_columns: Callback<Vec<Column>>,
    pub on_density: Callback<Density>,
}

#[component]
pub fn Arrange(props: &Props) -> Html {
    let is_open = use_state_eq(|| false);
    let toggle = {
        let is_open = is_open.clone();
        move |_: MouseEvent| is_open.set(!*is_open)
    };
    let on_close = {
        let is_open = is_open.clone();
        Callback::from(move |()| is_open.set(false))
    };
    html! {
        <span class="leads__menu">
            <button type="button" class="button button--bar button--ghost" data-testid="columns" aria-haspopup="dialog" aria-expanded={is_open.to_string()}
                aria-label={t!("columns")} title={t!("columns")} onclick={toggle}>{ Glyph::of(Icon::Columns).size(14) }<span class="leads__tool">{ t!("columns") }</span></button>
            if *is_open {
                <Menu label={t!("columns")} role="dialog" {on_close} class="menu--right arrange" testid="columns-menu" returns_to="[data-testid=columns]">
                    { density(props) }
                    <div class="menu__line"></div>
                    <div>{ for offered(&props.columns).into_iter().map(|column| line(props, column)) }</div>
                    <div class="menu__line"></div>
                    <button type="button" class="menu__item" data-testid="columns-usual" onclick={props.on_columns.reform(|_: MouseEvent| columns::USUAL.to_vec())}>{ t!("columns-usual") }</button>
                </Menu>
            }
        </span>
    }
}

/// Those shown in their order, then the others.
fn offered(shown: &[Column]) -> Vec<Column> {
    let others = columns::ALL.into_iter().filter(|column| !shown.contains(column));
    shown.iter().copied().chain(others).collect()
}

fn density(props: &Props) -> Html {
    let chip = |density: Density| {
        let is_on = props.density == density;
        html! {
            <button type="button" class={classes!("chip", is_on.then_some("chip--on"))} role="radio" aria-checked={is_on.to_string()} data-testid={format!("density-{}", name_of(&density))}
                onclick={props.on_density.reform(move |_: MouseEvent| density)}>{ t!("density", density = name_of(&density)) }</button>
        }
    };
    html! {
        <div class="arrange__density" role="radiogroup" aria-label={t!("density-label")}>
            { for [Density::Compact, Density::Comfortable, Density::Cards].into_iter().map(chip) }
        </div>
    }
}

fn line(props: &Props, column: Column) -> Html {
    let at = props.columns.iter().position(|one| *one == column);
    let is_fixed = column == Column::Name;
    let (word, name) = (columns::word(column), name_of(&column));
    let toggled: Vec<Column> = match at {
        Some(_) => props.columns.iter().copied().filter(|one| *one != column).collect(),
        None => props.columns.iter().copied().chain([column]).collect(),
    };
    let step = |by: isize, icon: Icon, label: String, is_off: bool| {
        let moved = columns::moved(&props.columns, column, by);
        html! {
            <button type="button" class="button button--icon button--small" aria-label={label} disabled={is_off} data-testid={format!("column-{}-{name}", if by < 0 { "up" } else { "down" })}
                onclick={props.on_columns.reform(move |_: MouseEvent| moved.clone())}>{ Glyph::of(icon).size(14) }</button>
        }
    };
    html! {
        <div class="arrange__line" key={name.clone()}>
            <button type="button" class="menu__item" role="checkbox" aria-checked={at.is_some().to_string()} disabled={is_fixed} title={is_fixed.then(|| t!("column-fixed"))}
                data-testid={format!("column-{name}")} onclick={props.on_columns.reform(move |_: MouseEvent| toggled.clone())}>
                <span class={classes!("tick", at.is_some().then_some("tick--on"))}>if at.is_some() { { Glyph::of(Icon::Check).size(14) } }</span>{ &word }
                if at.is_some() && !props.shown.contains(&column) { <span class="menu__note menu__note--end">{ t!("column-no-room") }</span> }
            </button>
            <span class="arrange__steps">
                if let Some(at) = at.filter(|_| !is_fixed) {
                    { step(-1, Icon::ChevronUp, t!("column-up", column = word.as_str()), at <= 1) }
                    { step(1, Icon::ChevronDown, t!("column-down", column = word.as_str()), at + 1 == props.columns.len()) }
                }
            </span>
        </div>
    }
}
