//! The lead on the line: who, the clock of the call, what is known, and what was last.

use super::{Msg, Open, QueuePage};
use crate::components::avatar::Avatar;
use crate::components::badge::StatusBadge;
use crate::components::key::Key;
use crate::components::name::Name;
use crate::components::sync_panel::icon_of;
use crate::icon::{Glyph, Icon};
use crate::{presence, t, words};
use bridge::lead::{FieldView, TimelineEntry};
use domain::LeadField;
use yew::html::Scope;
use yew::prelude::*;

/// Entries of the timeline, and notes, that are shown.
const LAST: usize = 3;

pub fn head(now: &Open, call: Option<(f64, Option<f64>)>, link: &Scope<QueuePage>) -> Html {
    let view = &now.view;
    let name = view.name.value.clone().unwrap_or_default();
    let shown = |field: LeadField| view.fields.iter().find(|f| f.field == field).and_then(|f| f.display.clone());
    html! {
        <header class="queue__head" data-testid="queue-lead" data-lead={view.id.to_string()}>
            { Avatar::of(name.clone()).size(40) }
            <div class="queue__who">
                <h2 class="queue__name">{ Name::of(name) }{ StatusBadge::of(view.status).interest(view.interest) }</h2>
                <p class="queue__phone">
                    <span data-testid="queue-phone">{ shown(LeadField::Phone).unwrap_or_default() }</span>
                    if let Some(other) = shown(LeadField::AltPhone) { <span>{ other }</span> }
                    if let Some(language) = shown(LeadField::Language) { <span class="queue__aside">{ language }</span> }
                </p>
                if let Some(on_it) = presence::sentence(view.id) {
                    <p class="record-sync tone--info" role="status" data-testid="lead-presence">{ Glyph::of(Icon::Eye) }<span>{ on_it }</span></p>
                }
            </div>
            { clock(call) }
            if let Some(why) = &view.do_not_call.value {
                <p class="do-not-call" role="note" data-testid="do-not-call">{ Glyph::of(Icon::Ban) }<strong>{ t!("do-not-call") }</strong><bdi dir="auto">{ why }</bdi></p>
            } else if call.is_some_and(|(_, until)| until.is_none()) {
                <button type="button" class="button" data-testid="queue-end" onclick={link.callback(|_| Msg::End)}>
                    { Glyph::of(Icon::MissedPhone).class("tone--danger") }{ t!("queue-end") }{ Key::of("Alt E") }
                </button>
            } else {
                <button type="button" class="button" data-testid="queue-call" title={t!("queue-call-hint")} onclick={link.callback(|_| Msg::Call)}>
                    { Glyph::of(Icon::Phone) }{ t!("queue-call") }{ Key::of("C") }
                </button>
            }
        </header>
    }
}

fn clock(call: Option<(f64, Option<f64>)>) -> Html {
    let Some((from, until)) = call else { return Html::default() };
    let seconds = ((until.unwrap_or_else(super::now_ms) - from) / 1_000.0).max(0.0) as u64;
    let is_on = until.is_none();
    html! {
        <div class="queue__clock" role="timer" data-testid="queue-timer">
            <span class={if is_on { "tone--ok" } else { "tone--muted" }}>{ if is_on { t!("queue-on-call") } else { t!("queue-call-ended") } }</span>
            <span class="queue__time">{ format!("{:02}:{:02}", seconds / 60, seconds % 60) }</span>
        </div>
    }
}

pub fn known(now: &Open) -> Html {
    let fields = [LeadField::Budget, LeadField::Source, LeadField::Email];
    let found = |field: LeadField| now.view.fields.iter().find(|f| f.field == field);
    let line = |field: &FieldView| {
        html! { <div><dt>{ words::field(field.field) }</dt><dd dir="auto">{ field.display.clone().unwrap_or_else(|| t!("field-empty")) }</dd></div> }
    };
    html! {
        <section aria-label={t!("queue-known")}>
            <h2 class="queue__title">{ t!("queue-known") }</h2>
            <dl class="queue__facts">
                { for fields.into_iter().filter_map(found).map(line) }
                if !now.view.tags.is_empty() { <div><dt>{ t!("section-tags") }</dt><dd dir="auto">{ now.view.tags.join(", ") }</dd></div> }
            </dl>
        </section>
    }
}

pub fn last(now: &Open) -> Html {
    let line = |entry: &TimelineEntry| {
        html! {
            <li class="queue__after">{ Glyph::of(icon_of(&entry.what)).size(14) }<span dir="auto">{ words::deed(&entry.what) }</span>
                <span class="queue__aside">{ words::time_or_day(&entry.when) }</span></li>
        }
    };
    html! {
        <section aria-label={t!("queue-last-three")}>
            <h2 class="queue__title">{ t!("queue-last-three") }</h2>
            <ol class="queue__list" data-testid="queue-last">{ for now.timeline.iter().take(LAST).map(line) }</ol>
        </section>
    }
}

pub fn notes(now: &Open) -> Html {
    if now.view.notes.is_empty() {
        return Html::default();
    }
    let line = |note: &bridge::lead::NoteView| {
        html! { <div class="queue__earlier"><dt>{ words::time_or_day(&note.when) }</dt><dd dir="auto">{ words::shortened(&note.note.text, 160) }</dd></div> }
    };
    html! {
        <section aria-label={t!("queue-earlier")}>
            <h2 class="queue__aside">{ t!("queue-earlier") }</h2>
            <dl data-testid="queue-earlier">{ for now.view.notes.iter().rev().take(LAST).map(line) }</dl>
        </section>
    }
}
