//! Behind the pill: why, what waits, what is here (mock-up 05).

use crate::clock::Clock;
use crate::components::key::Key;
use crate::components::name::Name;
use crate::components::sync_pill;
use crate::icon::{Glyph, Icon};
use crate::keys::{self, Layer};
use crate::route::Route;
use crate::text::{bytes, count};
use crate::{ipc, t, words};
use bridge::lead::TimelineWhat;
use bridge::sync::{OutboxItem, Pill, SyncNow, SyncView};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlElement;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub sync: Rc<SyncView>,
    /// Refused edits that wait for a decision.
    pub attention: u32,
    pub clock: Clock,
    pub on_close: Callback<()>,
}

#[component]
pub fn SyncPanel(props: &Props) -> Html {
    let panel = use_node_ref();
    use_effect_with((), {
        let panel = panel.clone();
        move |()| {
            let layer = Layer::open();
            if let Some(panel) = panel.cast::<HtmlElement>() {
                let _ = panel.focus();
            }
            move || {
                drop(layer);
                keys::focus("[data-testid=sync-pill]");
            }
        }
    });
    let onkeydown = {
        let on_close = props.on_close.clone();
        move |event: KeyboardEvent| {
            event.stop_propagation();
            match event.key().as_str() {
                "Escape" => on_close.emit(()),
                "r" | "R" if keys::is_plain(&event) => try_now(),
                _ => return,
            }
            event.prevent_default();
        }
    };
    let sync = &props.sync;
    html! {
        <>
            <div class="sync-panel__outside" onclick={props.on_close.reform(|_: MouseEvent| ())}></div>
            <section ref={panel} class="sync-panel" role="dialog" aria-label={t!("sync-panel-label")} tabindex="-1" data-testid="sync-panel"
                {onkeydown}>
                { head(props) }
                { why(sync) }
                { outbox(sync) }
                { attention(props) }
                { facts(sync) }
            </section>
        </>
    }
}

/// Asks for a round of sync; what is against it is said.
pub fn try_now() {
    spawn_local(async {
        if let Err(problem) = ipc::call(&SyncNow {}).await {
            crate::toast::problem(problem.text);
        }
    });
}

fn head(props: &Props) -> Html {
    let sync = &props.sync;
    let (icon, tone) = sync_pill::look(&sync.pill);
    let title = match &sync.offline_since {
        Some(since) if !matches!(sync.pill, Pill::CantSave { .. }) => t!("sync-offline-since", when = words::time_or_day(since)),
        _ => words::pill(&sync.pill),
    };
    let text = match &sync.pill {
        Pill::CantSave { .. } => t!("sync-cant-save-text"),
        _ if sync.offline_since.is_some() => t!("sync-offline-text"),
        Pill::Synced => t!("sync-synced-text"),
        Pill::Sending { .. } => t!("sync-sending-text"),
        Pill::Offline { .. } => t!("sync-offline-text"),
        Pill::Busy { .. } => t!("sync-busy-text"),
        Pill::Loading { .. } => t!("sync-loading-text"),
        Pill::NeedsAttention { .. } => t!("sync-attention-text"),
        Pill::UpdateNeeded => t!("sync-update-text"),
        Pill::SignInNeeded { .. } => t!("sync-sign-in-text"),
    };
    html! {
        <>
            <header class="sync-panel__head">
                { Glyph::of(icon).size(18).class(tone_class(tone)) }
                <h2 class="sync-panel__title">{ title }</h2>
                if let Some(since) = &sync.offline_since {
                    <span class="sync-panel__since">{ words::lasting(since.at, props.clock) }</span>
                }
            </header>
            <p class="sync-panel__text">{ text }</p>
            if let Pill::Loading { done, total } = &sync.pill {
                <progress class="progress" max={total.to_string()} value={done.to_string()} aria-label={words::pill(&sync.pill)}></progress>
            }
        </>
    }
}

fn tone_class(tone: &str) -> &'static str {
    match tone {
        "ok" => "tone--ok",
        "info" => "tone--info",
        "warn" => "tone--warn",
        _ => "tone--muted",
    }
}

fn why(sync: &SyncView) -> Html {
    if matches!(sync.pill, Pill::SignInNeeded { .. }) {
        return html! {
            <div class="sync-panel__why">
                <span class="sync-panel__why-text">{ t!("sync-sign-in-why") }</span>
                <a class="button button--filled" href={Route::Login.to_string()} data-testid="sync-sign-in">{ t!("sign-in") }</a>
            </div>
        };
    }
    let tried = sync.last_try.as_ref().map(|last| match sync.next_try_in_s {
        Some(seconds) => t!("sync-tried-next", last = words::time_or_day(last), seconds = seconds),
        None => t!("sync-tried", last = words::time_or_day(last)),
    });
    if sync.why.is_none() && matches!(sync.pill, Pill::Synced | Pill::Sending { .. } | Pill::Loading { .. }) {
        return Html::default();
    }
    html! {
        <div class="sync-panel__why">
            <span class="sync-panel__why-text">
                if let Some(why) = &sync.why { <span data-testid="sync-why"><strong>{ t!("sync-why") }</strong>{ " " }{ why }</span> }
                if let Some(tried) = tried { <span class="sync-panel__tried">{ tried }</span> }
            </span>
            <button type="button" class="button button--filled" data-testid="sync-now" onclick={|_| try_now()}>
                { t!("sync-try-now") }{ Key::of("R") }
            </button>
        </div>
    }
}

fn outbox(sync: &SyncView) -> Html {
    if sync.outbox_total == 0 {
        return Html::default();
    }
    let hidden = sync.outbox_total.saturating_sub(sync.outbox.len() as u32);
    html! {
        <>
            <h3 class="sync-panel__heading">
                { t!("sync-to-send", count = sync.outbox_total) }
                <span class="sync-panel__aside">{ t!("sync-oldest-first", size = bytes(sync.outbox_bytes)) }</span>
            </h3>
            <ul class="sync-panel__outbox">
                { for sync.outbox.iter().map(outbox_item) }
                if hidden > 0 { <li class="sync-panel__more">{ t!("sync-more", count = count(hidden)) }</li> }
            </ul>
        </>
    }
}

fn outbox_item(item: &OutboxItem) -> Html {
    html! {
        <li class="sync-panel__item" data-testid="outbox-item">
            { Glyph::of(icon_of(&item.what)).class("tone--muted") }
            <span class="sync-panel__what">{ words::edit(&item.what) }</span>
            { Name::of(item.lead_name.clone()).class("sync-panel__lead") }
            <time class="sync-panel__time">{ words::time_or_day(&item.when) }</time>
        </li>
    }
}

fn attention(props: &Props) -> Html {
    if props.attention == 0 {
        return Html::default();
    }
    html! {
        <div class="sync-panel__stuck">
            { Glyph::of(Icon::Triangle).class("tone--warn") }
            <span>
                <strong>{ t!("sync-stuck", count = props.attention) }</strong>{ " " }{ t!("sync-stuck-text") }{ " " }
                <a href={Route::Attention.to_string()} onclick={props.on_close.reform(|_: MouseEvent| ())}>{ t!("sync-decide") }</a>
            </span>
        </div>
    }
}

fn facts(sync: &SyncView) -> Html {
    let here = if sync.complete {
        t!("sync-here-complete", count = count(sync.leads_here))
    } else {
        t!("sync-here", count = count(sync.leads_here))
    };
    let received = sync.received_up_to.as_ref().map_or_else(|| t!("sync-received-nothing"), words::moment);
    let row = |icon, label: String, value: String| {
        html! { <div class="sync-panel__fact">{ Glyph::of(icon) }<dt>{ label }</dt><dd>{ value }</dd></div> }
    };
    html! {
        <dl class="sync-panel__facts">
            { row(Icon::Download, t!("sync-received"), received) }
            { row(Icon::Disk, t!("sync-on-this-computer"), here) }
            { row(Icon::Server, t!("sync-server"), sync.server.clone()) }
            { row(Icon::Refresh, t!("sync-updates"), if sync.live { t!("sync-live") } else { t!("sync-polling") }) }
        </dl>
    }
}

/// The icon of an edit, here and on the timeline.
pub fn icon_of(what: &TimelineWhat) -> Icon {
    match what {
        TimelineWhat::Created => Icon::UserPlus,
        TimelineWhat::Field { .. }
        | TimelineWhat::Custom { .. }
        | TimelineWhat::Setting { .. }
        | TimelineWhat::Attendance { .. }
        | TimelineWhat::Payment { .. }
        | TimelineWhat::Edited => Icon::Pencil,
        TimelineWhat::Commented { .. } => Icon::Note,
        TimelineWhat::Status { .. } => Icon::ArrowRight,
        TimelineWhat::Interest { .. } => Icon::Flame,
        TimelineWhat::FollowUpSet { .. } | TimelineWhat::FollowUpMoved { .. } => Icon::CalendarClock,
        TimelineWhat::FollowUpDone { .. } => Icon::Check,
        TimelineWhat::FollowUpCancelled => Icon::CalendarOff,
        TimelineWhat::Call { .. } => Icon::Phone,
        TimelineWhat::NoteAdded { .. } | TimelineWhat::NoteEdited => Icon::Note,
        TimelineWhat::TagAdded { .. } | TimelineWhat::TagRemoved { .. } => Icon::Tag,
        TimelineWhat::Deleted { .. } => Icon::Trash,
        TimelineWhat::Restored { .. } => Icon::Retry,
        TimelineWhat::Undone { .. } => Icon::Retry,
        TimelineWhat::Assigned { .. } | TimelineWhat::Collector { .. } => Icon::HandOver,
        TimelineWhat::Waiting { .. } => Icon::Clock,
    }
}
