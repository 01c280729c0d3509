//! One line of the list. Drawn again only when its own facts change.

use crate::badge;
use crate::clock::Clock;
use crate::components::avatar::Avatar;
use crate::components::badge::{FollowUpBadge, StatusBadge};
use crate::components::name::Name;
use crate::icon::{Glyph, Icon};
use crate::words;
use bridge::lead::{LeadRow, Mark};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub row: LeadRow,
    pub index: u32,
    pub is_cursor: bool,
    pub is_open: bool,
    pub clock: Clock,
    /// Who else is on it.
    pub on_it: Option<String>,
    pub on_open: Callback<u32>,
}

#[component]
pub fn Row(props: &Props) -> Html {
    let Props { row, index, .. } = props;
    let class = classes!("grid__row", props.is_cursor.then_some("grid__row--cursor"), props.is_open.then_some("grid__row--open"));
    let index = *index;
    html! {
        <div {class} id={format!("lead-{}", row.id)} role="row" aria-rowindex={(index + 2).to_string()}
            aria-selected={if props.is_open { "true" } else { "false" }} data-testid="lead-row" data-lead={row.id.to_string()}
            data-status={row.status.as_str()} onclick={props.on_open.reform(move |_: MouseEvent| index)}>
            <div role="gridcell" class="grid__cell grid__cell--name"><Name name={row.name.clone()} /></div>
            <div role="gridcell" class="grid__cell grid__cell--phone">{ &row.phone }</div>
            <div role="gridcell" class="grid__cell grid__cell--status"><StatusBadge status={row.status} interest={row.interest} /></div>
            <div role="gridcell" class="grid__cell grid__cell--next"><FollowUpBadge next={row.next_follow_up.clone()} /></div>
            <div role="gridcell" class="grid__cell grid__cell--owner">
                if let Some(owner) = &row.owner { <Avatar name={owner.clone()} /><Name name={owner.clone()} /> }
            </div>
            <div role="gridcell" class="grid__cell grid__cell--source">{ row.source.as_deref().unwrap_or_default() }</div>
            <div role="gridcell" class="grid__cell grid__cell--updated">{ words::ago(row.updated_at, props.clock) }</div>
            <div role="gridcell" class="grid__cell grid__cell--mark">
                if let Some(on_it) = &props.on_it {
                    <span class="mark tone--info" role="img" aria-label={on_it.clone()} title={on_it.clone()} data-testid="row-presence"><Glyph icon={Icon::Eye} /></span>
                }
                { for row.mark.map(mark) }
            </div>
        </div>
    }
}

fn mark(mark: Mark) -> Html {
    let look = badge::mark(mark);
    html! {
        <span class={classes!("mark", format!("tone--{}", look.tone))} role="img" aria-label={look.text.clone()} title={look.text} data-testid="row-mark">
            <Glyph icon={look.glyph} />
        </span>
    }
}
