//! What was entered in a ledger, the newest first; what does not count any more is struck through.

use super::form::Form;
use super::print::PrintMenu;
use super::{Msg, PaymentsPanel};
use crate::icon::{Glyph, Icon};
use crate::{t, words};
use bridge::payment::{EntryKind, EntryView, LedgerView};
use domain::LeadId;
use yew::prelude::*;

pub fn section(view: &LedgerView, lead: LeadId, link: &html::Scope<PaymentsPanel>) -> Html {
    html! {
        <div class="section">
            <div class="section__head">
                <h3 class="section__title">{ t!("payment-history") }</h3>
                <span class="section__aside">{ t!("payment-history-sum", count = view.entries.len() as u64, sum = view.paid.as_str()) }</span>
            </div>
            if view.entries.is_empty() {
                <p class="section__empty">{ t!("payment-history-none") }</p>
            } else {
                <ul class="ledger__entries" data-testid="payment-list">{ for view.entries.iter().rev().map(|entry| line(entry, lead, link)) }</ul>
                <p class="section__aside">{ t!("payment-history-note") }</p>
            }
        </div>
    }
}

fn line(entry: &EntryView, lead: LeadId, link: &html::Scope<PaymentsPanel>) -> Html {
    let is_void = !entry.counts && entry.kind != EntryKind::Reversal && entry.kind != EntryKind::Promise;
    let kind = match entry.kind {
        EntryKind::Payment => "payment",
        EntryKind::Refund => "refund",
        EntryKind::Discount => "discount",
        EntryKind::Reversal => "reversal",
        EntryKind::Promise => "promise",
    };
    let mode = entry.mode.filter(|_| entry.kind == EntryKind::Payment).map(|mode| mode.label().to_owned());
    let about: Vec<String> = [entry.reference.clone(), Some(entry.reason.clone()), Some(entry.note.clone())]
        .into_iter()
        .flatten()
        .filter(|text| !text.is_empty())
        .collect();
    let form = Form::Reverse {
        entry: entry.id,
        what: entry.what.clone(),
        can_replace: matches!(entry.kind, EntryKind::Payment | EntryKind::Reversal),
    };
    html! {
        <li class={classes!("ledger__entry", is_void.then_some("ledger__entry--void"))} key={entry.id.to_string()} data-testid="payment-entry"
            data-kind={kind} data-counts={entry.counts.to_string()} title={entry.what.clone()}>
            <span class="ledger__day">{ words::day(&entry.day) }</span>
            <span>{ mode.unwrap_or_else(|| t!("payment-kind", kind = kind)) }</span>
            <span class="payer__sum ledger__amount">{ entry.amount.clone().unwrap_or_default() }</span>
            <span class="ledger__about" dir="auto">
                { about.join(", ") }
                if entry.is_twice { <span class="tone--warn" title={t!("payment-flag", flag = "twice")}>{ Glyph::of(Icon::Triangle).size(14) }</span> }
                if entry.outdone { <span class="tone--warn" title={t!("payment-flag", flag = "outdone")}>{ Glyph::of(Icon::Triangle).size(14) }</span> }
            </span>
            <span class="ledger__by">{ &entry.by }</span>
            <span class="ledger__deeds">
            if let Some(receipt) = &entry.receipt {
                <PrintMenu {lead} entry={entry.id} testid="print-receipt"
                    label={t!("payment-receipt-label", number = receipt.number.as_str(), state = if receipt.is_provisional { "provisional" } else { "given" })} />
            }
            if entry.can_reverse {
                <button type="button" class="button button--icon" data-testid="reverse-entry" aria-label={t!("payment-reverse")} title={t!("payment-reverse")}
                    onclick={link.callback(move |_| Msg::Form(Some(form.clone())))}>{ Glyph::of(Icon::Retry).size(14) }</button>
            }
            </span>
        </li>
    }
}
