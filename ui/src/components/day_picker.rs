//! Picks a day, for a filter: a button that says the day, a month behind it.

use crate::calendar::{self, Date, Local};
use crate::components::menu::Menu;
use crate::icon::{Glyph, Icon};
use crate::{keys, t, words};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    /// `From` or `To`.
    pub label: AttrValue,
    pub testid: &'static str,
    /// Days since 1970-01-01.
    pub chosen: Option<i64>,
    pub today: i64,
    /// Also days to come.
    #[prop_or_default]
    pub is_open_ended: bool,
    pub on_pick: Callback<Option<i64>>,
}

#[component]
pub fn DayPicker(props: &Props) -> Html {
    let open = use_state_eq(|| false);
    let month = use_state_eq(|| (0_i64, 1_u8));
    let toggle = {
        let (open, month, start) = (open.clone(), month.clone(), date(props.chosen.unwrap_or(props.today)));
        move |_: MouseEvent| {
            month.set((start.year, start.month));
            open.set(!*open);
        }
    };
    let close = {
        let open = open.clone();
        Callback::from(move |()| open.set(false))
    };
    let pick = {
        let (close, on_pick) = (close.clone(), props.on_pick.clone());
        Callback::from(move |day: Option<i64>| {
            close.emit(());
            on_pick.emit(day);
        })
    };
    let turn = |by: i64, icon, label: String| {
        let month = month.clone();
        let onclick = move |_: MouseEvent| month.set(calendar::month_plus(month.0, month.1, by));
        html! { <button type="button" class="button button--icon" aria-label={label} {onclick}>{ Glyph::of(icon) }</button> }
    };
    let says = match props.chosen {
        Some(days) => t!("audit-day", label = props.label.as_str(), day = word(days, props.today)),
        None => props.label.to_string(),
    };
    let (year, number) = *month;
    let start = calendar::grid_start(year, number);
    html! {
        <span class="day-picker">
            <button type="button" class={classes!("button", "button--bar", props.chosen.is_some().then_some("button--on"))} data-testid={props.testid}
                aria-haspopup="dialog" aria-expanded={(*open).to_string()} onclick={toggle}>{ Glyph::of(Icon::Calendar).size(14) }{ says }</button>
            if *open {
                <Menu label={props.label.clone()} role="dialog" on_close={close} class="day-picker__menu">
                    <div class="planner__head">
                        { turn(-1, Icon::ChevronLeft, t!("month-previous")) }
                        <span aria-live="polite">{ t!("month-of-year", month = words::month(number), year = year.to_string()) }</span>
                        { turn(1, Icon::ChevronRight, t!("month-next")) }
                    </div>
                    <div class="planner__grid" role="grid" aria-label={t!("pick-day")} onkeydown={across}>
                        { for (0..7).map(|day| html! { <span class="planner__weekday" aria-hidden="true">{ words::weekday(day) }</span> }) }
                        { for (start..start + 42).map(|days| day(props, number, days, &pick)) }
                    </div>
                    if props.chosen.is_some() {
                        <button type="button" class="button button--bar button--ghost" data-testid="any-day" onclick={pick.reform(|_: MouseEvent| None)}>{ t!("audit-any-day") }</button>
                    }
                </Menu>
            }
        </span>
    }
}

fn day(props: &Props, month: u8, days: i64, pick: &Callback<Option<i64>>) -> Html {
    let is_on = props.chosen == Some(days);
    let is_start = props.chosen.unwrap_or(props.today) == days;
    let class = classes!(
        "planner__day",
        (date(days).month != month).then_some("planner__day--other"),
        (days == props.today).then_some("planner__day--today"),
        is_on.then_some("planner__day--on")
    );
    html! {
        <button type="button" {class} disabled={days > props.today && !props.is_open_ended} aria-pressed={is_on.to_string()} data-autofocus={is_start.then_some("true")}
            data-date={calendar::iso(days)} onclick={pick.reform(move |_: MouseEvent| Some(days))}>{ date(days).day }</button>
    }
}

/// ← → a day, ↑ ↓ a week.
fn across(event: KeyboardEvent) {
    let by = match event.key().as_str() {
        "ArrowLeft" => -1,
        "ArrowRight" => 1,
        "ArrowUp" => -7,
        "ArrowDown" => 7,
        _ => return,
    };
    event.prevent_default();
    event.stop_propagation();
    let focused = web_sys::window().and_then(|window| window.document()).and_then(|document| document.active_element());
    let now = focused.and_then(|element| element.get_attribute("data-date")).and_then(|text| calendar::parse_date(&text));
    if let Some(now) = now {
        keys::focus(&format!(".day-picker__menu [data-date='{}']:not([disabled])", calendar::iso(now + by)));
    }
}

fn date(days: i64) -> Date {
    Local { days, hour: 0, minute: 0 }.date()
}

/// `Today`, `Sat 14`, `3 Oct`, `3 Oct 2025`.
pub fn word(days: i64, today: i64) -> String {
    if days == today {
        return t!("audit-today");
    }
    let midnight = |days| Local { days, hour: 0, minute: 0 };
    words::day(&midnight(days).seen_from(midnight(today), 0))
}
