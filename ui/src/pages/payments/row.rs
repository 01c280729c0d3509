//! One customer of the Payments page.

use crate::components::badge::PaymentBadge;
use crate::components::name::Name;
use crate::icon::{Glyph, Icon};
use crate::{t, words};
use bridge::lead::When;
use bridge::payment::PayRow;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub row: PayRow,
    pub at: usize,
    pub is_cursor: bool,
    pub is_open: bool,
    pub on_at: Callback<usize>,
    pub on_open: Callback<usize>,
}

pub fn head() -> Html {
    html! {
        <div class="payer payer--head" role="row">
            <div role="columnheader">{ t!("payments-customer") }</div>
            <div role="columnheader" class="payer__sum payer__package">{ t!("payments-package") }</div>
            <div role="columnheader" class="payer__sum payer__paid">{ t!("payments-paid") }</div>
            <div role="columnheader" class="payer__sum">{ t!("payments-balance") }</div>
            <div role="columnheader">{ t!("payments-next") }</div>
            <div role="columnheader">{ t!("payments-status") }</div>
        </div>
    }
}

#[component]
pub fn Line(props: &Props) -> Html {
    let Props { row, at, .. } = props;
    let at = *at;
    let class = classes!("payer", props.is_cursor.then_some("due__row--cursor"), props.is_open.then_some("due__row--open"));
    let sum = |amount: &Option<String>| amount.clone().unwrap_or_else(|| "–".into());
    html! {
        <div {class} id={format!("payer-{at}")} role="row" tabindex="-1" aria-rowindex={(at + 1).to_string()} data-testid="payment-row"
            data-lead={row.lead.to_string()} onclick={props.on_open.reform(move |_: MouseEvent| at)} onfocusin={props.on_at.reform(move |_: FocusEvent| at)}>
            <div role="rowheader" class="due__name">{ Name::of(row.name.clone()) }</div>
            <div role="cell" class="payer__sum payer__package">{ sum(&row.package) }</div>
            <div role="cell" class="payer__sum payer__paid" data-testid="payment-row-paid">{ sum(&row.paid) }</div>
            <div role="cell" class="payer__sum payer__balance" data-testid="payment-row-balance">{ sum(&row.balance) }</div>
            <div role="cell" class="payer__next">{ next(row) }</div>
            <div role="cell" class="payer__status">
                { PaymentBadge::of(row.status) }
                if !row.flags.is_empty() {
                    <span class="tone--warn" title={row.flags.iter().map(|flag| t!("payment-flag", flag = flag.as_str())).collect::<Vec<_>>().join(" ")}
                        data-testid="payment-flag">{ Glyph::of(Icon::Triangle).size(14) }</span>
                }
                if row.unsent { <span title={t!("mark-not-sent")} class="tone--muted">{ Glyph::of(Icon::CloudUp).size(14) }</span> }
            </div>
        </div>
    }
}

fn next(row: &PayRow) -> Html {
    match (&row.promise, &row.next) {
        (Some(promise), _) => {
            html! { <span class={tone(&promise.due)} title={t!("payment-promised")}>{ Glyph::of(Icon::HandOver).size(14) }{ words::day(&promise.due) }</span> }
        }
        (None, Some((due, _))) => html! { <span class={tone(due)}>{ words::day(due) }</span> },
        (None, None) => html! { { "–" } },
    }
}

/// Only what needs action is tinted.
pub fn tone(when: &When) -> &'static str {
    match when.day {
        ..0 => "tone--danger",
        0 => "tone--warn",
        1.. => "",
    }
}
