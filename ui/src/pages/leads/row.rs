//! One line of the list. Drawn again only when its own facts change.

use crate::badge;
use crate::clock::Clock;
use crate::components::avatar::Avatar;
use crate::components::badge::{FollowUpBadge, StatusBadge};
use crate::components::name::Name;
use crate::icon::{Glyph, Icon};
use crate::route::name_of;
use crate::{t, words};
use bridge::bulk::Column;
use bridge::lead::{LeadRow, Mark};
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub row: LeadRow,
    pub index: u32,
    pub columns: Rc<Vec<Column>>,
    pub is_cursor: bool,
    pub is_open: bool,
    /// `None` where nothing is done to many.
    pub is_ticked: Option<bool>,
    pub clock: Clock,
    /// Who else is on it.
    pub on_it: Option<String>,
    pub on_open: Callback<u32>,
    /// With Shift: from the one ticked last to this one.
    pub on_tick: Callback<(u32, bool)>,
}

#[component]
pub fn Row(props: &Props) -> Html {
    let Props { row, index, .. } = props;
    let is_ticked = props.is_ticked == Some(true);
    let class = classes!(
        "grid__row",
        is_ticked.then_some("grid__row--ticked"),
        props.is_cursor.then_some("grid__row--cursor"),
        props.is_open.then_some("grid__row--open")
    );
    let index = *index;
    html! {
        <div {class} id={format!("lead-{}", row.id)} role="row" aria-rowindex={(index + 2).to_string()} aria-current={props.is_open.then_some("true")}
            aria-selected={is_ticked.to_string()} data-testid="lead-row" data-lead={row.id.to_string()}
            data-status={row.status.as_str()} onclick={props.on_open.reform(move |_: MouseEvent| index)}>
            { tick(props) }
            { for props.columns.iter().map(|column| cell(*column, row, props.clock)) }
            <div role="gridcell" class="grid__cell grid__cell--mark">
                if let Some(on_it) = &props.on_it {
                    <span class="mark tone--info" role="img" aria-label={on_it.clone()} title={on_it.clone()} data-testid="row-presence">{ Glyph::of(Icon::Eye) }</span>
                }
                { for row.mark.map(mark) }
            </div>
        </div>
    }
}

fn tick(props: &Props) -> Html {
    let Some(is_on) = props.is_ticked else { return html! { <div role="gridcell" class="grid__cell grid__cell--tick"></div> } };
    let (index, on_tick) = (props.index, props.on_tick.clone());
    let onclick = move |event: MouseEvent| {
        event.stop_propagation();
        on_tick.emit((index, event.shift_key()));
    };
    html! {
        <div role="gridcell" class="grid__cell grid__cell--tick" {onclick}>
            <span class={classes!("tick", is_on.then_some("tick--on"))} role="checkbox" aria-checked={is_on.to_string()}
                aria-label={t!("tick-lead", name = props.row.name.as_str())} data-testid="row-tick">
                if is_on { { Glyph::of(Icon::Check).size(14) } }
            </span>
        </div>
    }
}

fn cell(column: Column, row: &LeadRow, clock: Clock) -> Html {
    let text = |text: &Option<String>| html! { <bdi dir="auto">{ text.as_deref().unwrap_or_default() }</bdi> };
    let inside = match column {
        Column::Name => html! { { Name::of(row.name.clone()) } },
        Column::Phone => html! { { &row.phone } },
        Column::Status => html! { { StatusBadge::of(row.status).interest(row.interest) } },
        Column::Interest => html! { { row.interest.map(|level| t!("interest-of", level = level)).unwrap_or_default() } },
        Column::Next => html! { { FollowUpBadge::of(row.next_follow_up.clone()) } },
        Column::Owner => html! { if let Some(owner) = &row.owner { { Avatar::of(owner.clone()) }{ Name::of(owner.clone()) } } },
        Column::Source => text(&row.source),
        Column::Language => text(&row.language),
        Column::Tags => html! { <bdi dir="auto">{ row.tags.join(", ") }</bdi> },
        Column::Created => html! { { words::ago(row.created_at, clock) } },
        Column::Updated => html! { { words::ago(row.updated_at, clock) } },
    };
    html! { <div role="gridcell" class={classes!("grid__cell", class(column))}>{ inside }</div> }
}

pub fn class(column: Column) -> String {
    format!("grid__cell--{}", name_of(&column))
}

fn mark(mark: Mark) -> Html {
    let look = badge::mark(mark);
    html! {
        <span class={classes!("mark", format!("tone--{}", look.tone))} role="img" aria-label={look.text.clone()} title={look.text} data-testid="row-mark">
            { Glyph::of(look.glyph) }
        </span>
    }
}
