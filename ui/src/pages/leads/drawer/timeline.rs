//! What happened to the lead, newest first, by whom, and what was written offline.

use crate::components::name::Name;
use crate::components::sync_panel::icon_of;
use crate::icon::{Glyph, Icon};
use crate::{t, words};
use bridge::lead::{TimelineEntry, TimelineWhat};
use std::rc::Rc;
use yew::prelude::*;

/// Entries drawn before someone asks for all.
const SHOWN_FIRST: usize = 60;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Show {
    All,
    Calls,
    Notes,
    FollowUps,
    Changes,
}

impl Show {
    fn takes(self, what: &TimelineWhat) -> bool {
        let kind = match what {
            TimelineWhat::Call { .. } => Show::Calls,
            TimelineWhat::NoteAdded { .. } | TimelineWhat::NoteEdited | TimelineWhat::Commented { .. } => Show::Notes,
            TimelineWhat::FollowUpSet { .. }
            | TimelineWhat::FollowUpMoved { .. }
            | TimelineWhat::FollowUpDone { .. }
            | TimelineWhat::FollowUpCancelled => Show::FollowUps,
            TimelineWhat::Undone { of } => return self.takes(of),
            _ => Show::Changes,
        };
        self == Show::All || self == kind
    }
}

#[derive(Properties, PartialEq)]
pub struct Props {
    pub entries: Rc<Vec<TimelineEntry>>,
}

#[component]
pub fn Timeline(props: &Props) -> Html {
    let show = use_state_eq(|| Show::All);
    let is_whole = use_state_eq(|| false);
    let filter = |of: Show, word: String, testid: &'static str| {
        let is_on = *show == of;
        let show = show.clone();
        html! {
            <button type="button" class={classes!("timeline__filter", is_on.then_some("timeline__filter--on"))} aria-pressed={is_on.to_string()} data-testid={testid}
                onclick={move |_| show.set(of)}>{ word }</button>
        }
    };
    let shown: Vec<&TimelineEntry> = props.entries.iter().filter(|entry| show.takes(&entry.what)).collect();
    let most = if *is_whole { shown.len() } else { SHOWN_FIRST };
    let hidden = shown.len().saturating_sub(most);
    html! {
        <section class="section" aria-label={t!("section-timeline")} data-testid="timeline">
            <div class="section__head">
                <h3 class="section__title">{ t!("section-timeline") }</h3>
                <span class="section__tools">
                    { filter(Show::All, t!("timeline-all"), "timeline-all") }
                    { filter(Show::Calls, t!("timeline-calls"), "timeline-calls") }
                    { filter(Show::Notes, t!("timeline-notes"), "timeline-notes") }
                    { filter(Show::FollowUps, t!("timeline-follow-ups"), "timeline-follow-ups") }
                    { filter(Show::Changes, t!("timeline-changes"), "timeline-changes") }
                </span>
            </div>
            if shown.is_empty() { <p class="section__empty">{ t!("timeline-none") }</p> }
            <ol class="timeline">{ for shown.iter().take(most).map(|entry| line(entry)) }</ol>
            if hidden > 0 {
                <button type="button" class="link" onclick={let is_whole = is_whole.clone(); move |_| is_whole.set(true)}>
                    { t!("timeline-more", count = hidden as u64) }
                </button>
            }
        </section>
    }
}

fn line(entry: &TimelineEntry) -> Html {
    html! {
        <li class="timeline__entry" key={entry.command.to_string()} data-testid="timeline-entry" data-sent={entry.sent.to_string()}>
            <span class="timeline__icon">{ Glyph::of(icon_of(&entry.what)) }</span>
            <div class="timeline__body">
                <p class="timeline__deed" dir="auto">
                    if entry.mine { <strong>{ t!("you") }</strong> } else { <strong>{ Name::of(entry.by.clone()) }</strong> }
                    { " " }{ words::deed(&entry.what) }
                </p>
                if !entry.sent {
                    <p class="timeline__state tone--muted">{ Glyph::of(Icon::CloudUp).size(14) }{ t!("timeline-not-sent") }</p>
                } else if let Some(arrived) = &entry.arrived {
                    <p class="timeline__state tone--info">{ Glyph::of(Icon::CloudUp).size(14) }{ t!("timeline-arrived", when = words::time_or_day(arrived)) }</p>
                }
                if let (true, true, Some(here)) = (entry.mine, entry.sent, entry.here) {
                    <p class="timeline__state">{ if here { t!("timeline-here") } else { t!("timeline-elsewhere") } }</p>
                }
            </div>
            <time class="timeline__time" title={words::moment(&entry.when)}>{ words::time_or_day(&entry.when) }</time>
        </li>
    }
}
