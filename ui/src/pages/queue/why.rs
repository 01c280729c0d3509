//! Why this lead is called now, and who comes after it.

use crate::components::avatar::Avatar;
use crate::components::name::Name;
use crate::icon::{Glyph, Icon};
use crate::text::count;
use crate::{t, words};
use bridge::queue::QueueItem;
use domain::calling::{Reason, TRIES_MAX};
use yew::prelude::*;

/// Above the note.
pub fn banner(item: &QueueItem) -> Html {
    let (icon, tone) = look(item.reason);
    html! {
        <div class="queue__why" data-testid="queue-why" data-reason={name(item.reason)}>
            { Glyph::of(icon).class(tone) }
            <p><strong>{ t!("queue-why") }</strong>{ " " }{ sentence(item) }</p>
            if !item.note.is_empty() { <p class="queue__promise" dir="auto">{ &item.note }</p> }
        </div>
    }
}

/// The ones behind it, the first of them read already.
pub fn following(others: &[QueueItem], total: u32) -> Html {
    let line = |item: &QueueItem| {
        let (icon, tone) = look(item.reason);
        html! {
            <li class="queue__after" data-testid="queue-after" data-lead={item.lead.id.to_string()}>
                { Glyph::of(icon).size(14).class(tone) }{ Name::of(item.lead.name.clone()) }
                <span class="queue__aside">{ short(item) }</span>
            </li>
        }
    };
    let more = total.saturating_sub(1 + others.len() as u32);
    html! {
        <section class="queue__card" data-testid="queue-next-lead" aria-label={t!("queue-behind")}>
            <h2 class="queue__title">{ t!("queue-behind") }if more > 0 { <span class="queue__aside">{ t!("queue-more", count = count(more)) }</span> }</h2>
            if let Some(first) = others.first() {
                <div class="queue__first" data-testid="queue-first" data-lead={first.lead.id.to_string()}>
                    { Avatar::of(first.lead.name.clone()).size(32) }
                    <div>{ Name::of(first.lead.name.clone()) }<span class="queue__aside">{ &first.lead.phone }</span></div>
                    <span class="queue__aside">{ short(first) }</span>
                </div>
                <ol class="queue__list">{ for others.iter().skip(1).map(line) }</ol>
            } else {
                <p class="queue__aside">{ t!("queue-last") }</p>
            }
        </section>
    }
}

fn sentence(item: &QueueItem) -> String {
    let when = words::moment(&item.since);
    match item.reason {
        Reason::Overdue => t!("why-overdue", when = when),
        Reason::Due => t!("why-due", when = when),
        Reason::Hot => t!("why-hot", level = item.lead.interest.unwrap_or(4)),
        Reason::Fresh => t!("why-fresh", when = when),
        Reason::Retry => t!("why-retry", when = when, tries = item.unreached, most = TRIES_MAX),
        Reason::Unplanned => t!("why-unplanned", when = when),
    }
}

fn short(item: &QueueItem) -> String {
    let when = words::time_or_day(&item.since);
    match item.reason {
        Reason::Overdue => t!("after-overdue", when = when),
        Reason::Due => t!("after-due", when = when),
        Reason::Hot => t!("after-hot"),
        Reason::Fresh => t!("after-fresh", when = when),
        Reason::Retry => t!("after-retry", tries = item.unreached + 1, most = TRIES_MAX),
        Reason::Unplanned => t!("after-unplanned"),
    }
}

fn name(reason: Reason) -> &'static str {
    match reason {
        Reason::Overdue => "overdue",
        Reason::Due => "due",
        Reason::Hot => "hot",
        Reason::Fresh => "fresh",
        Reason::Retry => "retry",
        Reason::Unplanned => "unplanned",
    }
}

fn look(reason: Reason) -> (Icon, &'static str) {
    match reason {
        Reason::Overdue => (Icon::Alert, "tone--danger"),
        Reason::Due => (Icon::Bell, "tone--warn"),
        Reason::Hot => (Icon::Flame, "tone--ok"),
        Reason::Fresh => (Icon::Ring, "tone--link"),
        Reason::Retry => (Icon::MissedPhone, "tone--muted"),
        Reason::Unplanned => (Icon::CalendarOff, "tone--muted"),
    }
}
