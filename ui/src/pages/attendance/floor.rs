//! The floor: who is present, paused or absent, since when, and on which lead.

use crate::clock::Clock;
use crate::components::attendance::AttendanceBadge;
use crate::components::avatar::Avatar;
use crate::components::empty::Empty;
use crate::components::name::Name;
use crate::icon::{Glyph, Icon};
use crate::route::{ListFilter, Route};
use crate::{t, words};
use bridge::attendance::{Floor as Shown, FloorPerson, OnLead};
use domain::attendance::Attendance;
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub shown: Rc<Shown>,
    pub clock: Clock,
}

#[component]
pub fn Floor(props: &Props) -> Html {
    let people = &props.shown.people;
    if people.is_empty() {
        return html! { <Empty icon={Icon::Users} title={t!("floor-none")} text={t!("floor-none-text")} testid="floor-none" /> };
    }
    html! {
        <>
        <div class="admin__bar" role="status" data-testid="floor-counts">
            { for [Attendance::Present, Attendance::Paused, Attendance::Absent].map(|status| number(people, status)) }
            <span class="admin__end">{ freshness(&props.shown) }</span>
        </div>
        <div class="admin__scroll">
            <table class="table table--floor" data-testid="floor-table">
                <thead><tr>
                    <th scope="col">{ t!("floor-person") }</th><th scope="col">{ t!("floor-team") }</th><th scope="col">{ t!("floor-status") }</th>
                    <th scope="col">{ t!("floor-since") }</th><th scope="col">{ t!("floor-lead") }</th>
                </tr></thead>
                <tbody>{ for people.iter().map(|person| row(person, props.clock)) }</tbody>
            </table>
        </div>
        </>
    }
}

fn number(people: &[FloorPerson], status: Attendance) -> Html {
    let count = people.iter().filter(|person| person.status == status).count();
    html! {
        <span class="floor__count" data-status={status.as_str()} data-testid={format!("floor-{}", status.as_str())}>
            <AttendanceBadge {status} /><strong>{ count }</strong>
        </span>
    }
}

/// Without the live line it is what was pulled last.
fn freshness(shown: &Shown) -> Html {
    if shown.is_live {
        return html! { <span class="admin__note" data-testid="floor-live">{ Glyph::of(Icon::CheckCircle).size(14) }{ t!("floor-live") }</span> };
    }
    let text = match &shown.as_of {
        Some(when) => t!("floor-as-of", when = words::moment(when)),
        None => t!("floor-not-live"),
    };
    html! { <span class="admin__note" data-testid="floor-as-of">{ Glyph::of(Icon::CloudOff).size(14) }{ text }</span> }
}

fn row(person: &FloorPerson, clock: Clock) -> Html {
    let since =
        person.since.as_ref().map(|when| t!("floor-since-at", when = words::moment(when), lasting = words::lasting(when.at, clock)));
    html! {
        <tr key={person.user.to_string()} tabindex="-1" data-row="true" data-testid="floor-person" data-user={person.user.to_string()} data-status={person.status.as_str()}>
            <th scope="row" class="table__name"><span class="table__who">{ Avatar::of(person.name.clone()) }{ Name::of(person.name.clone()) }</span></th>
            <td class="table__name">{ person.team.clone().unwrap_or_default() }</td>
            <td><AttendanceBadge status={person.status} reason={person.reason.clone().filter(|_| person.status == Attendance::Paused)} /></td>
            <td class="table__time" data-testid="floor-since">{ since.unwrap_or_else(|| t!("floor-never")) }</td>
            <td class="table__name" data-testid="floor-lead">{ for person.on.iter().map(on) }</td>
        </tr>
    }
}

fn on(lead: &OnLead) -> Html {
    let address = Route::Leads { filter: ListFilter::default(), open: Some(lead.lead) }.to_string();
    html! {
        <a key={lead.lead.to_string()} class="table__open" data-row-main="true" href={address}>
            { Glyph::of(if lead.calls { Icon::Phone } else { Icon::Eye }).size(14) }{ Name::of(lead.name.clone()) }
        </a>
    }
}
