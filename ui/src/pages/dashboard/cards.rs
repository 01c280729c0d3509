//! The cards (rows J2, J5, J8): a number of today, what it counts, and one fact under it.

use super::Place;
use crate::icon::{Glyph, Icon};
use crate::route::{DueNarrow, Page, Route};
use crate::text::count;
use crate::{t, words};
use bridge::dashboard::{Aside, Behind, Card, CardKind, Dashboard, Figure};
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub shown: Rc<Dashboard>,
    pub place: Place,
}

#[component]
pub fn Cards(props: &Props) -> Html {
    html! { <div class="stats" role="list" aria-label={t!("cards-label")}>{ for props.shown.cards.iter().map(|card| one(card, &props.place)) }</div> }
}

fn one(card: &Card, place: &Place) -> Html {
    let (icon, tone, word) = look(card.kind);
    let href = match &card.behind {
        Behind::Leads { filter } => place.route(filter),
        Behind::FollowUps { tab, everyone } => Route::FollowUps { narrow: DueNarrow { tab: *tab, everyone: *everyone }, open: None },
        Behind::Attendance => Page::Attendance.route(),
    };
    html! {
        <div class="stat" role="listitem" data-testid="dashboard-card" data-card={crate::route::name_of(&card.kind)}>
            <a class="stat__open" href={href.to_string()} data-testid="card-open">
                <span class="stat__word">{ word }<span class={classes!("stat__icon", format!("stat__icon--{tone}"))}>{ Glyph::of(icon) }</span></span>
                <span class="stat__value" data-testid="card-value">{ value(card) }</span>
            </a>
            <span class="stat__aside">{ aside(&card.aside, place) }</span>
        </div>
    }
}

fn value(card: &Card) -> String {
    match (card.kind, card.value) {
        (_, None) => t!("card-none"),
        (CardKind::ResponseTime, Some(minutes)) => minutes_in_words(minutes),
        (_, Some(number)) => count(number),
    }
}

fn minutes_in_words(minutes: u32) -> String {
    if minutes < 60 { t!("card-minutes", minutes = minutes) } else { t!("card-hours", hours = minutes / 60, minutes = minutes % 60) }
}

fn aside(aside: &Aside, place: &Place) -> Html {
    let link =
        |figure: &Figure, text: String| html! { <a class="stat__more" href={place.href(figure)} data-testid="card-aside">{ text }</a> };
    match aside {
        Aside::NotCalled { figure } => link(figure, t!("card-not-begun", count = count(figure.count))),
        Aside::Qualified { figure } => link(figure, t!("card-qualified", count = count(figure.count))),
        Aside::ThisMonth { figure } => link(figure, t!("card-this-month", count = count(figure.count))),
        Aside::NotAssigned { figure } => link(figure, t!("card-not-assigned", count = count(figure.count))),
        Aside::NextAt { when } => html! { { t!("card-next", when = words::time_or_day(when)) } },
        Aside::Oldest { when } => html! { { t!("card-oldest", when = words::day(when)) } },
        Aside::CheckedIn { count: number } => html! { { t!("card-checked-in", count = count(*number)) } },
        Aside::Nothing => Html::default(),
    }
}

/// Icon, colour and word: green converted, yellow today, red missed, blue assigned, grey dropped.
fn look(kind: CardKind) -> (Icon, &'static str, String) {
    match kind {
        CardKind::AssignedToday => (Icon::UserPlus, "info", t!("card-assigned-today")),
        CardKind::DueToday => (Icon::Bell, "warn", t!("card-due-today")),
        CardKind::InProgress => (Icon::HalfPie, "link", t!("card-in-progress")),
        CardKind::Converted => (Icon::CheckCircle, "ok", t!("card-converted")),
        CardKind::Missed => (Icon::CalendarClock, "danger", t!("card-missed")),
        CardKind::CreatedToday => (Icon::UserPlus, "info", t!("card-created-today")),
        CardKind::ConvertedToday => (Icon::CheckCircle, "ok", t!("card-converted-today")),
        CardKind::DroppedToday => (Icon::SolidCross, "muted", t!("card-dropped-today")),
        CardKind::Unassigned => (Icon::Archive, "warn", t!("card-unassigned")),
        CardKind::Active => (Icon::Users, "ok", t!("card-active")),
        CardKind::ResponseTime => (Icon::Clock, "link", t!("card-response")),
    }
}
