//! The instalments of a ledger.

use super::form::Form;
use super::{Msg, PaymentsPanel};
use crate::components::badge::InstalmentBadge;
use crate::components::key::Key;
use crate::{t, words};
use bridge::payment::{InstalmentView, LedgerView};
use yew::prelude::*;

pub fn section(view: &LedgerView, link: &html::Scope<PaymentsPanel>) -> Html {
    if view.plan.is_empty() && !view.can_edit {
        return Html::default();
    }
    html! {
        <div class="section">
            <div class="section__head">
                <h3 class="section__title">{ t!("payment-plan") }</h3>
                if view.can_edit {
                    <button type="button" class="button button--bar button--ghost" data-testid="set-plan" onclick={link.callback(|_| Msg::Form(Some(Form::Plan)))}>
                        { Key::of("I") }{ t!("payment-plan-change") }
                    </button>
                }
            </div>
            if view.plan.is_empty() { <p class="section__empty">{ t!("payment-plan-none") }</p> }
            <ol class="ledger__plan" data-testid="payment-plan">{ for view.plan.iter().map(line) }</ol>
        </div>
    }
}

fn line(one: &InstalmentView) -> Html {
    let missing = one.missing.as_ref().filter(|missing| **missing != one.amount);
    html! {
        <li class="ledger__instalment" data-testid="instalment">
            <span>{ words::day(&one.due) }</span>
            <span class="payer__sum">{ &one.amount }</span>
            <span class="ledger__rest">if let Some(missing) = missing { { t!("payment-missing", amount = missing.as_str()) } }</span>
            <InstalmentBadge is_paid={one.missing.is_none()} due={one.due.clone()} />
        </li>
    }
}
