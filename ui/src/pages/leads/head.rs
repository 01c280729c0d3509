//! The heads of the columns: all ticked or none, and the order, by a press.

use super::columns;
use super::row::class;
use crate::icon::{Glyph, Icon};
use crate::route::{ListFilter, name_of};
use crate::t;
use bridge::bulk::Column;
use bridge::lead::LeadSort;
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub filter: ListFilter,
    pub columns: Rc<Vec<Column>>,
    /// Ticked and all leads; `None` where nothing is done to many.
    pub ticked: Option<(u32, u32)>,
    pub on_filter: Callback<ListFilter>,
    pub on_tick_all: Callback<()>,
}

#[component]
pub fn Head(props: &Props) -> Html {
    html! {
        <div class="grid__head" role="row" aria-rowindex="1">
            { tick(props) }
            { for props.columns.iter().map(|column| head(props, *column)) }
            <div role="columnheader" class="grid__cell grid__cell--mark"><span class="visually-hidden">{ t!("column-mark") }</span></div>
        </div>
    }
}

fn tick(props: &Props) -> Html {
    let Some((ticked, total)) = props.ticked.filter(|(_, total)| *total > 0) else {
        return html! { <div role="columnheader" class="grid__cell grid__cell--tick"></div> };
    };
    let (checked, icon) = match ticked {
        0 => ("false", None),
        some if some < total => ("mixed", Some(Icon::Minus)),
        _ => ("true", Some(Icon::Check)),
    };
    html! {
        <div role="columnheader" class="grid__cell grid__cell--tick">
            <button type="button" class="grid__tick" role="checkbox" aria-checked={checked} aria-label={t!("tick-all")} data-testid="tick-all"
                onclick={props.on_tick_all.reform(|_: MouseEvent| ())}>
                <span class={classes!("tick", icon.map(|_| "tick--on"))}>if let Some(icon) = icon { { Glyph::of(icon).size(14) } }</span>
            </button>
        </div>
    }
}

fn head(props: &Props, column: Column) -> Html {
    let word = columns::word(column);
    let Some(sort) = columns::sort(column) else {
        return html! { <div role="columnheader" class={classes!("grid__cell", class(column))}>{ word }</div> };
    };
    let filter = &props.filter;
    let is_on = filter.sort == sort;
    let next = pressed(filter, sort);
    let rises = is_natural_rising(sort) != filter.reversed;
    let direction = match (is_on, rises) {
        (false, _) => "none",
        (true, true) => "ascending",
        (true, false) => "descending",
    };
    html! {
        <div role="columnheader" class={classes!("grid__cell", class(column), is_on.then_some("grid__cell--sorted"))} aria-sort={direction}>
            <button type="button" class="grid__sort" data-testid={format!("sort-{}", name_of(&sort))} onclick={props.on_filter.reform(move |_: MouseEvent| next.clone())}>
                { word }if is_on { { Glyph::of(if rises { Icon::ArrowUp } else { Icon::ArrowDown }).size(14) } }
            </button>
        </div>
    }
}

/// The natural direction, then the other, then the usual order again.
fn pressed(filter: &ListFilter, sort: LeadSort) -> ListFilter {
    let (sort, reversed) = match (filter.sort == sort, filter.reversed) {
        (false, _) => (sort, false),
        (true, false) => (sort, true),
        (true, true) => (LeadSort::default(), false),
    };
    ListFilter { sort, reversed, ..filter.clone() }
}

fn is_natural_rising(sort: LeadSort) -> bool {
    match sort {
        LeadSort::Due | LeadSort::Name | LeadSort::Status => true,
        LeadSort::Changed | LeadSort::Created | LeadSort::Interest => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_presses_come_back_to_the_usual_order() {
        let once = pressed(&ListFilter::default(), LeadSort::Name);
        assert_eq!((once.sort, once.reversed), (LeadSort::Name, false));
        let twice = pressed(&once, LeadSort::Name);
        assert_eq!((twice.sort, twice.reversed), (LeadSort::Name, true));
        assert_eq!(pressed(&twice, LeadSort::Name), ListFilter::default());
        assert!(pressed(&ListFilter::default(), LeadSort::Changed).reversed, "the usual order turns round, too");
    }
}
