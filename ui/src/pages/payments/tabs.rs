//! The tabs of the Payments page with their counts, and what narrows the list.

use super::{Msg, PaymentsPage};
use crate::badge;
use crate::components::text_box::TextBox;
use crate::icon::{Glyph, Icon};
use crate::route::PayNarrow;
use crate::text::count;
use crate::{keys, t};
use bridge::payment::{PayFilter, PayPage, PayTab};
use bridge::session::Me;
use domain::ledger::PaymentStatus;
use domain::policy::{self, Action, Scope};
use yew::prelude::*;

type Link = html::Scope<PaymentsPage>;

/// A tab of customers, or that of all payments.
type Place = Option<PayTab>;

pub fn bar(_: &Me, narrow: &PayNarrow, page: Option<&PayPage>, link: &Link) -> Html {
    let places: Vec<Place> = PayTab::ALL.into_iter().map(Some).chain([None]).collect();
    let here: Place = (!narrow.records).then_some(narrow.filter.tab);
    let tab = |place: &Place| {
        let (place, narrow, is_on) = (*place, narrow.clone(), *place == here);
        let name = place.map_or("records", PayTab::as_str);
        let number = place.and_then(|tab| Some(page?.counts.of(tab)));
        let go = move |_| Msg::Narrow(at(&narrow, place));
        html! {
            <button type="button" class={classes!("tab", is_on.then_some("tab--on"))} role="tab" aria-selected={is_on.to_string()}
                tabindex={if is_on { "0" } else { "-1" }} data-testid={format!("payments-{name}")} data-tab={name} onclick={link.callback(go)}>
                { t!("payments-tab", tab = name) }<span class="tab__count">{ for number.map(count) }</span>
            </button>
        }
    };
    let onkeydown = {
        let (narrow, link, places) = (narrow.clone(), link.clone(), places.clone());
        move |event: KeyboardEvent| {
            let by = match event.key().as_str() {
                "ArrowRight" => 1,
                "ArrowLeft" => places.len() - 1,
                _ => return,
            };
            event.prevent_default();
            let now = places.iter().position(|place| *place == here).unwrap_or(0);
            let place = places[(now + by) % places.len()];
            link.send_message(Msg::Narrow(at(&narrow, place)));
            keys::focus(&format!("[data-tab={}]", place.map_or("records", PayTab::as_str)));
        }
    };
    html! {
        <div class="leads__tabs">
            <div class="tabs" role="tablist" aria-label={t!("page-payments")} {onkeydown}>{ for places.iter().map(tab) }</div>
        </div>
    }
}

fn at(narrow: &PayNarrow, place: Place) -> PayNarrow {
    let filter = &narrow.filter;
    PayNarrow { filter: PayFilter { tab: place.unwrap_or(filter.tab), status: None, ..filter.clone() }, records: place.is_none() }
}

pub fn filters(me: &Me, narrow: &PayNarrow, page: Option<&PayPage>, link: &Link) -> Html {
    let filter = &narrow.filter;
    let put = |change: fn(&mut PayFilter)| {
        let narrow = narrow.clone();
        link.callback(move |_: MouseEvent| {
            let mut narrow = narrow.clone();
            change(&mut narrow.filter);
            Msg::Narrow(narrow)
        })
    };
    let on_search = {
        let narrow = narrow.clone();
        link.callback(move |search| Msg::Narrow(PayNarrow { filter: PayFilter { search, ..narrow.filter.clone() }, ..narrow.clone() }))
    };
    let chip = |(n, status): (usize, PaymentStatus)| {
        let (look, narrow, is_on) = (badge::payment(status), narrow.clone(), filter.status == Some(status));
        let number = page.map_or(0, |page| page.counts.by_status[n]);
        let pick = move |_| {
            let filter = PayFilter { status: (!is_on).then_some(status), tab: PayTab::All, ..narrow.filter.clone() };
            Msg::Narrow(PayNarrow { filter, ..narrow.clone() })
        };
        html! {
            <button type="button" class={classes!("button", "button--bar", is_on.then_some("button--on"))} aria-pressed={is_on.to_string()}
                data-testid={format!("bucket-{}", status.as_str())} onclick={link.callback(pick)}>
                { Glyph::of(look.glyph).size(14) }{ look.text }<span class="tab__count">{ count(number) }</span>
            </button>
        }
    };
    let sees_own_only = policy::scope(me.role, Action::ViewPayments) == Scope::Own;
    let flagged = page.map_or(0, |page| page.counts.flagged);
    let toggle = |is_on: bool, testid: &'static str, onclick: Callback<MouseEvent>, word: String| {
        html! {
            <button type="button" class={classes!("button", "button--bar", is_on.then_some("button--on"))} aria-pressed={is_on.to_string()}
                data-testid={testid} {onclick}>{ word }</button>
        }
    };
    html! {
        <div class="leads__filters payments__filters">
            <TextBox class="input leads__search" kind="search" label={t!("payments-search")} placeholder={t!("payments-search")} testid="payments-search"
                value={filter.search.clone()} on_input={on_search} />
            { for PaymentStatus::ALL.into_iter().enumerate().map(chip) }
            if sees_own_only { { toggle(filter.mine, "payments-mine", put(|filter| filter.mine = !filter.mine), t!("payments-mine")) } }
            if flagged > 0 || filter.flagged {
                <button type="button" class={classes!("button", "button--bar", filter.flagged.then_some("button--on"))} data-testid="payments-flagged"
                    aria-pressed={filter.flagged.to_string()} onclick={put(|filter| (filter.flagged, filter.tab) = (!filter.flagged, PayTab::All))}>
                    { Glyph::of(Icon::Triangle).size(14) }{ t!("payments-flagged") }<span class="tab__count">{ count(flagged) }</span>
                </button>
            }
        </div>
    }
}
