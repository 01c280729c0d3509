//! One line of the Follow-ups page: when, whom, what for, and what is done about it.

use crate::components::avatar::Avatar;
use crate::components::badge::{FollowUpBadge, StatusBadge};
use crate::components::menu::{Menu, MenuItem};
use crate::components::name::Name;
use crate::icon::{Glyph, Icon};
use crate::t;
use bridge::follow_up::DueRow;
use uuid::Uuid;
use yew::prelude::*;

/// What is done about a follow-up from its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// With this outcome.
    Done(String),
    /// Moved to so many days from today, at the same hour.
    Plus(i64),
}

#[derive(Properties, PartialEq)]
pub struct Props {
    pub row: DueRow,
    pub at: usize,
    pub is_cursor: bool,
    pub is_open: bool,
    pub shows_owner: bool,
    pub is_menu_open: bool,
    pub outcomes: Vec<String>,
    pub on_at: Callback<usize>,
    pub on_open: Callback<usize>,
    pub on_menu: Callback<Option<Uuid>>,
    pub on_act: Callback<(usize, Act)>,
}

#[component]
pub fn Line(props: &Props) -> Html {
    let Props { row, at, .. } = props;
    let (at, lead) = (*at, &row.lead);
    let class = classes!("due__row", props.is_cursor.then_some("due__row--cursor"), props.is_open.then_some("due__row--open"));
    html! {
        <div {class} id={format!("due-{at}")} role="row" tabindex="-1" aria-rowindex={(at + 1).to_string()} data-testid="due-row"
            data-lead={lead.id.to_string()} onclick={props.on_open.reform(move |_: MouseEvent| at)} onfocusin={props.on_at.reform(move |_: FocusEvent| at)}>
            <div role="cell" class="due__when">{ FollowUpBadge::of(row.when.clone()).with_time(true) }</div>
            <div role="rowheader" class="due__name">{ Name::of(lead.name.clone()) }</div>
            <div role="cell" class="due__phone">{ &lead.phone }</div>
            <div role="cell">{ StatusBadge::of(lead.status).interest(lead.interest) }</div>
            <div role="cell" class="due__note" dir="auto" title={row.note.clone()}>{ &row.note }</div>
            if props.shows_owner {
                <div role="cell" class="due__owner">if let Some(owner) = &lead.owner { { Avatar::of(owner.clone()) }{ Name::of(owner.clone()) } }</div>
            }
            <div role="cell" class="due__acts">if row.can_settle { { acts(props) } }</div>
        </div>
    }
}

fn acts(props: &Props) -> Html {
    let (at, id) = (props.at, props.row.follow_up);
    let plus = |days: i64| {
        let onclick = props.on_act.reform(move |event: MouseEvent| {
            event.stop_propagation();
            (at, Act::Plus(days))
        });
        html! { <button type="button" class="chip" data-testid={format!("due-plus-{days}")} {onclick}>{ t!("plus-days", count = days) }</button> }
    };
    let outcome = |text: &String| {
        let picked = text.clone();
        html! { <MenuItem testid={format!("outcome-{text}")} on_pick={props.on_act.reform(move |()| (at, Act::Done(picked.clone())))}>{ text }</MenuItem> }
    };
    let is_open = props.is_menu_open;
    let toggle = props.on_menu.reform(move |event: MouseEvent| {
        event.stop_propagation();
        (!is_open).then_some(id)
    });
    html! {
        <>
            <span class="due__done" onclick={|event: MouseEvent| event.stop_propagation()}>
                <button type="button" class="button button--bar" data-testid="due-done" aria-haspopup="menu" aria-expanded={is_open.to_string()} onclick={toggle}>
                    { Glyph::of(Icon::Check).size(14) }{ t!("due-done-verb") }
                </button>
                if is_open {
                    <Menu label={t!("set-outcome")} on_close={props.on_menu.reform(|()| None)} class="menu--right" testid="outcome-menu"
                        returns_to="[data-testid=followups-page]">
                        { for props.outcomes.iter().map(outcome) }
                    </Menu>
                }
            </span>
            { for [1, 3, 7].map(plus) }
        </>
    }
}
