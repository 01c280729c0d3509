//! What the list is narrowed by besides search and status, in one panel: what there is of each, with how
//! many; and the order.

use crate::components::day_picker::DayPicker;
use crate::components::key::Key;
use crate::components::menu::Menu;
use crate::icon::{Glyph, Icon};
use crate::route::{Days, ListFilter, name_of};
use crate::text::count;
use crate::{ipc, t};
use bridge::lead::{DueState, LeadFacets, LeadFacetsGet, LeadSort};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

const DUE: [DueState; 4] = [DueState::Missed, DueState::Today, DueState::Upcoming, DueState::NotSet];

#[derive(Properties, PartialEq)]
pub struct Props {
    pub filter: ListFilter,
    /// Days since 1970-01-01.
    pub today: i64,
    pub is_open: bool,
    pub on_open: Callback<bool>,
    pub on_filter: Callback<ListFilter>,
}

#[component]
pub fn Narrow(props: &Props) -> Html {
    let is_open = props.is_open;
    let facets = use_state_eq(LeadFacets::default);
    use_effect_with(is_open, {
        let facets = facets.clone();
        move |is_open| {
            if *is_open {
                spawn_local(async move {
                    // What can't be read now stays as it was.
                    if let Ok(fresh) = ipc::call(&LeadFacetsGet {}).await {
                        facets.set(fresh);
                    }
                });
            }
        }
    });
    let number = props.filter.narrowings();
    html! {
        <span class="leads__status-filter">
            <button type="button" class={classes!("button", "button--bar", (number > 0).then_some("button--on"))} data-testid="filter-more"
                aria-haspopup="dialog" aria-expanded={is_open.to_string()} onclick={props.on_open.reform(move |_: MouseEvent| !is_open)}>
                if number == 0 { { Glyph::of(Icon::Plus).size(14) }{ t!("filter-more") }{ Key::of("F") } } else { { t!("filter-more-some", count = number as u64) }{ Glyph::of(Icon::ChevronDown).size(14) } }
            </button>
            if is_open {
                <Menu label={t!("filter-more")} role="dialog" on_close={props.on_open.reform(|()| false)} class="narrow" testid="filter-panel" returns_to="[data-testid=filter-more]">
                    { panel(props, &facets) }
                </Menu>
            }
        </span>
    }
}

fn panel(props: &Props, facets: &LeadFacets) -> Html {
    let filter = &props.filter;
    let texts = |values: &[(String, u32)]| values.iter().map(|(text, count)| (text.clone(), text.clone(), *count)).collect::<Vec<_>>();
    let owners: Vec<_> = facets.owners.iter().map(|(owner, name, count)| (*owner, name.clone(), *count)).collect();
    let due = DUE.map(|state| (state, t!("filter-due", state = name_of(&state)), 0));
    let interests = [1, 2, 3, 4, 5].map(|level: u8| (level, level.to_string(), 0));
    html! {
        <>
            { group(props, t!("filter-by-due"), "due", &due, &filter.due, |filter, due| filter.due = due) }
            { group(props, t!("filter-by-interest"), "interest", &interests, &filter.interests, |filter, interests| filter.interests = interests) }
            { group(props, t!("filter-by-source"), "source", &texts(&facets.sources), &filter.sources, |filter, sources| filter.sources = sources) }
            { group(props, t!("filter-by-language"), "language", &texts(&facets.languages), &filter.languages, |filter, languages| filter.languages = languages) }
            { group(props, t!("filter-by-tag"), "tag", &texts(&facets.tags), &filter.tags, |filter, tags| filter.tags = tags) }
            { group(props, t!("filter-by-owner"), "owner", &owners, &filter.owners, |filter, owners| filter.owners = owners) }
            { days(props, t!("filter-by-created"), ["filter-from", "filter-to"], false, filter.created(), |filter, days| (filter.from, filter.to) = (days.from, days.to)) }
            { days(props, t!("filter-by-updated"), ["filter-updated-from", "filter-updated-to"], false, filter.updated, |filter, days| filter.updated = days) }
            { days(props, t!("filter-by-next"), ["filter-next-from", "filter-next-to"], true, filter.next, |filter, days| filter.next = days) }
            { order(props) }
        </>
    }
}

/// One line of chips, of which several may be on; left out where there is nothing to choose.
fn group<T: Clone + PartialEq + 'static>(
    props: &Props,
    title: String,
    name: &'static str,
    values: &[(T, String, u32)],
    chosen: &[T],
    set: fn(&mut ListFilter, Vec<T>),
) -> Html {
    if values.is_empty() && chosen.is_empty() {
        return Html::default();
    }
    let chip = |(value, word, number): &(T, String, u32)| {
        let is_on = chosen.contains(value);
        let mut then = chosen.to_vec();
        if is_on {
            then.retain(|one| one != value);
        } else {
            then.push(value.clone());
        }
        let mut filter = props.filter.clone();
        set(&mut filter, then);
        let word = if word.is_empty() { t!("field-empty") } else { word.clone() };
        html! {
            <button type="button" class={classes!("chip", is_on.then_some("chip--on"))} aria-pressed={is_on.to_string()} data-testid={format!("filter-{name}")} data-value={word.clone()}
                onclick={props.on_filter.reform(move |_: MouseEvent| filter.clone())}><bdi>{ word }</bdi>if *number > 0 { <span class="narrow__count">{ count(*number) }</span> }</button>
        }
    };
    html! {
        <section class="narrow__group" role="group" aria-label={title.clone()}>
            <h4 class="narrow__title">{ title }</h4><div class="narrow__chips">{ for values.iter().map(chip) }</div>
        </section>
    }
}

/// A range of days: at a press, or by its ends; `ahead` for days to come.
fn days(props: &Props, title: String, [from, to]: [&'static str; 2], ahead: bool, chosen: Days, set: fn(&mut ListFilter, Days)) -> Html {
    let put = |days: Days| {
        let mut filter = props.filter.clone();
        set(&mut filter, days);
        filter
    };
    let preset = |(name, days): (&'static str, Days)| {
        let is_on = chosen == days;
        let filter = put(if is_on { Days::default() } else { days });
        html! {
            <button type="button" class={classes!("chip", is_on.then_some("chip--on"))} aria-pressed={is_on.to_string()} data-testid={format!("{from}-{name}")}
                onclick={props.on_filter.reform(move |_: MouseEvent| filter.clone())}>{ t!("days", span = name) }</button>
        }
    };
    let picked = |end: fn(Days, Option<i64>) -> Days| {
        let filter = props.filter.clone();
        props.on_filter.reform(move |day: Option<i64>| {
            let mut filter = filter.clone();
            set(&mut filter, end(chosen, day));
            filter
        })
    };
    html! {
        <section class="narrow__group" role="group" aria-label={title.clone()}>
            <h4 class="narrow__title">{ title }</h4>
            <div class="narrow__chips">
                { for presets(props.today, ahead).into_iter().map(preset) }
                <DayPicker label={t!("audit-from")} testid={from} chosen={chosen.from} today={props.today} is_open_ended={ahead} on_pick={picked(|days, from| Days { from, ..days })} />
                <DayPicker label={t!("audit-to")} testid={to} chosen={chosen.to} today={props.today} is_open_ended={ahead} on_pick={picked(|days, to| Days { to, ..days })} />
            </div>
        </section>
    }
}

/// By name; of days to come or of days past.
fn presets(today: i64, ahead: bool) -> [(&'static str, Days); 3] {
    let span = |from, to| Days { from: Some(from), to: Some(to) };
    if ahead {
        [("today", span(today, today)), ("tomorrow", span(today + 1, today + 1)), ("next-7", span(today, today + 6))]
    } else {
        [("today", span(today, today)), ("yesterday", span(today - 1, today - 1)), ("last-7", span(today - 6, today))]
    }
}

fn order(props: &Props) -> Html {
    let chip = |sort: LeadSort| {
        let is_on = props.filter.sort == sort;
        let filter = ListFilter { sort, reversed: false, ..props.filter.clone() };
        html! {
            <button type="button" class={classes!("chip", is_on.then_some("chip--on"))} role="radio" aria-checked={is_on.to_string()} data-testid={format!("order-{}", name_of(&sort))}
                onclick={props.on_filter.reform(move |_: MouseEvent| filter.clone())}>{ t!("order", sort = name_of(&sort)) }</button>
        }
    };
    html! {
        <section class="narrow__group" role="radiogroup" aria-label={t!("filter-order")}>
            <h4 class="narrow__title">{ t!("filter-order") }</h4><div class="narrow__chips">{ for LeadSort::ALL.map(chip) }</div>
        </section>
    }
}
