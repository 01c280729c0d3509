//! Quarantine: edits that were put aside because their author or device was cut off. Each is read,
//! then let through or dropped; what is dropped is gone, so that asks.

use crate::asked::{Order, use_asked, use_order};
use crate::clipboard::copy;
use crate::components::empty::Empty;
use crate::components::key::Key;
use crate::components::name::Name;
use crate::components::sync_panel::icon_of;
use crate::icon::{Glyph, Icon};
use crate::pages::admin::confirm::Confirm;
use crate::pages::admin::refresh;
use crate::pages::admin::rows;
use crate::route::{ListFilter, Route};
use crate::{keys, t, toast, words};
use bridge::Change;
use bridge::admin::{QuarantineDrop, QuarantineList, QuarantineRelease, QuarantineView};
use domain::CommandId;
use domain::people::QuarantineReason;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;
use yew::prelude::*;

#[component]
pub fn QuarantinePage() -> Html {
    let asked = use_asked(QuarantineList {}, |change: &Change| change.attention);
    let at = use_state_eq(|| None::<CommandId>);
    let open = use_state_eq(|| None::<QuarantineView>);
    let release = use_order();
    // Which one the last release was about.
    let released = use_state_eq(|| None::<CommandId>);
    use_effect_with((), |()| {
        let listener = keys::listen(takes, Callback::from(|event: KeyboardEvent| pressed(&event)));
        move || drop(listener)
    });
    let on_at = {
        let at = at.clone();
        Callback::from(move |id| at.set(Some(id)))
    };
    let on_open = {
        let open = open.clone();
        Callback::from(move |item: Option<QuarantineView>| open.set(item))
    };
    let on_release = {
        let (release, released, again) = (release.clone(), released.clone(), asked.again.clone());
        Callback::from(move |id: CommandId| {
            released.set(Some(id));
            let again = again.clone();
            release.give(QuarantineRelease { id }, move |answer| {
                if answer.is_ok() {
                    toast::done(t!("quarantine-released"));
                }
                again.emit(());
            });
        })
    };
    let body = match &asked.data {
        None => asked.instead(),
        Some(items) if items.is_empty() => {
            html! { <Empty icon={Icon::CheckCircle} title={t!("quarantine-none")} text={t!("quarantine-none-text")} testid="quarantine-none" /> }
        }
        Some(items) => {
            // One filled button in the view: that of the item the keys are on.
            let here = (*at).filter(|id| items.iter().any(|item| item.id == *id)).unwrap_or(items[0].id);
            let card = |item: &QuarantineView| {
                let complaint = if *released == Some(item.id) { release.complaint() } else { Html::default() };
                card(item, item.id == here, &release, complaint, &on_at, &on_release, &on_open)
            };
            html! { <div class="admin__scroll quarantine">{ for items.iter().map(card) }</div> }
        }
    };
    let has_items = asked.data.as_ref().is_some_and(|items| !items.is_empty());
    html! {
        <section class="admin" data-testid="quarantine-page" aria-label={t!("page-quarantine")}>
            <div class="admin__bar">
                <span class="admin__note">{ asked.data.as_ref().filter(|items| !items.is_empty()).map(|items| t!("quarantine-count", count = items.len() as u64)) }</span>
                <span class="admin__end">
                    if has_items { <span class="admin__keys" aria-hidden="true">{ Key::of("J") }{ Key::of("K") }{ t!("attention-keys-move") }{ Key::of("O") }{ t!("attention-keys-open") }</span> }
                    { refresh(&asked.again) }
                </span>
            </div>
            { asked.stale() }
            { body }
            if let Some(item) = &*open { <DropDialog item={item.clone()} on_close={on_open.reform(|()| None)} again={&asked.again} /> }
        </section>
    }
}

fn card(
    item: &QuarantineView,
    is_here: bool,
    release: &Order,
    complaint: Html,
    on_at: &Callback<CommandId>,
    on_release: &Callback<CommandId>,
    on_open: &Callback<Option<QuarantineView>>,
) -> Html {
    let id = item.id;
    let lead_name = if item.lead_name.is_empty() { t!("quarantine-lead-gone") } else { item.lead_name.clone() };
    let typed = item.typed.clone();
    let drops = {
        let item = item.clone();
        on_open.reform(move |_: MouseEvent| Some(item.clone()))
    };
    html! {
        <article key={id.to_string()} class={classes!("card", is_here.then_some("card--here"))} tabindex="0" data-row="true" data-testid="quarantine-item"
            data-command={id.to_string()} onfocusin={on_at.reform(move |_: FocusEvent| id)}>
            <header class="card__head">
                { Glyph::of(Icon::Archive).class("tone--warn") }<span class="card__kind tone--warn">{ reason(item.reason) }</span>
                <h2 class="card__title">{ Name::of(lead_name) }{ t!("attention-topic", topic = words::topic(&item.what)) }</h2>
                <span class="card__when">{ t!("quarantine-when", wrote = words::moment(&item.wrote), arrived = words::moment(&item.arrived)) }</span>
            </header>
            <p class="card__why" data-testid="quarantine-why">{ why(item) }</p>
            <dl class="card__facts">
                <div><dt>{ Name::of(item.by.clone()) }</dt><dd dir="auto">{ Glyph::of(icon_of(&item.what)).size(14) }<span>{ words::edit(&item.what) }</span></dd></div>
                if !item.typed.trim().is_empty() {
                    <div><dt>{ t!("quarantine-typed") }</dt><dd dir="auto" data-testid="quarantine-typed"><span>{ &item.typed }</span></dd></div>
                }
            </dl>
            { complaint }
            <footer class="card__acts">
                <button type="button" class={classes!("button", is_here.then_some("button--filled"))} data-testid="quarantine-release" data-row-main="true" disabled={release.is_busy() || !item.can_release}
                    title={(!item.can_release).then(|| t!("quarantine-release-not"))}
                    onclick={on_release.reform(move |_: MouseEvent| id)}>{ t!("quarantine-release") }{ Key::of("↵") }</button>
                if !item.typed.trim().is_empty() {
                    <button type="button" class="button" data-testid="quarantine-copy" data-key="c" onclick={move |_: MouseEvent| copy(&typed)}>{ t!("copy-text") }</button>
                }
                if item.lead_here {
                    <a class="button" data-testid="quarantine-open" data-key="o" href={Route::Leads { filter: ListFilter::default(), open: Some(item.lead) }.to_string()}>{ t!("open-lead") }{ Key::of("O") }</a>
                }
                <button type="button" class="button button--danger card__discard" data-testid="quarantine-drop" data-key="delete" onclick={drops}>{ t!("quarantine-drop") }{ Key::of("Del") }</button>
            </footer>
        </article>
    }
}

fn reason(reason: QuarantineReason) -> String {
    match reason {
        QuarantineReason::LeaseEnded => t!("quarantine-lease"),
        QuarantineReason::UserDisabled => t!("quarantine-disabled"),
        QuarantineReason::DeviceRevoked => t!("quarantine-revoked"),
        QuarantineReason::Recovered => t!("quarantine-recovered"),
        QuarantineReason::Restored => t!("quarantine-restored"),
        QuarantineReason::SentByAuthor => t!("quarantine-sent"),
    }
}

fn why(item: &QuarantineView) -> String {
    let (name, device) = (item.by.as_str(), item.device_name.as_str());
    match item.reason {
        QuarantineReason::LeaseEnded => t!("quarantine-lease-why", name = name, device = device),
        QuarantineReason::UserDisabled => t!("quarantine-disabled-why", name = name, device = device),
        QuarantineReason::DeviceRevoked => t!("quarantine-revoked-why", name = name, device = device),
        QuarantineReason::Recovered => t!("quarantine-recovered-why", name = name, device = device),
        QuarantineReason::Restored => t!("quarantine-restored-why", name = name, device = device),
        QuarantineReason::SentByAuthor => t!("quarantine-sent-why", name = name, device = device),
    }
}

fn takes(event: &KeyboardEvent) -> bool {
    let is_ours = match event.key().as_str() {
        "o" | "O" | "Delete" => true,
        "Enter" => !keys::is_on_control(event),
        _ => false,
    };
    rows::takes(event) || (is_ours && keys::is_plain(event) && !keys::is_typing(event) && !keys::is_covered() && here().is_some())
}

fn pressed(event: &KeyboardEvent) {
    let selector = match event.key().as_str() {
        "o" | "O" => "[data-key=o]",
        "Delete" => "[data-key=delete]",
        "Enter" => "[data-row-main]",
        _ => return rows::pressed(event),
    };
    if let Some(button) = here().and_then(|card| card.query_selector(selector).ok()??.dyn_into::<HtmlElement>().ok()) {
        button.click();
    }
}

/// The card that the keys are on.
fn here() -> Option<HtmlElement> {
    web_sys::window()?.document()?.query_selector(".quarantine .card--here").ok()??.dyn_into().ok()
}

#[derive(Properties, PartialEq)]
struct DropProps {
    item: QuarantineView,
    on_close: Callback<()>,
    again: Callback<()>,
}

#[component]
fn DropDialog(props: &DropProps) -> Html {
    let DropProps { item, on_close, again } = props;
    let order = use_order();
    let on_act = {
        let (order, id, on_close, again) = (order.clone(), item.id, on_close.clone(), again.clone());
        Callback::from(move |()| {
            let (on_close, again) = (on_close.clone(), again.clone());
            order.give(QuarantineDrop { id }, move |answer| {
                if answer.is_ok() {
                    toast::done(t!("quarantine-dropped"));
                    on_close.emit(());
                }
                again.emit(());
            });
        })
    };
    let first = item.by.split_whitespace().next().unwrap_or(&item.by);
    html! {
        <Confirm title={t!("quarantine-drop-title", name = first)} keep={t!("keep-it")} act={t!("drop-it")} testid="quarantine-drop-dialog"
            {order} {on_act} {on_close}>
            <p>{ t!("quarantine-drop-text", edit = words::edit(&item.what)) }</p>
        </Confirm>
    }
}
