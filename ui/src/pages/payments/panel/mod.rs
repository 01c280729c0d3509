//! The ledger of one customer, in the lead's drawer: what it comes to, the plan, the promise, the history, and what is
//! done about it. A wrong entry is reversed by another, so the history stays true.

mod form;
mod history;
mod plan;
mod plan_rows;
mod print;

use crate::asked::Asking;
use crate::clock::Clock;
use crate::components::badge::PaymentBadge;
use crate::components::key::Key;
use crate::icon::{Glyph, Icon};
use crate::{hub, ipc, keys, t, words};
use bridge::payment::{LedgerGet, LedgerView};
use bridge::session::Me;
use bridge::{Change, Problem};
use domain::LeadId;
use form::{Form, LedgerForm};
use gloo_events::EventListener;
use print::PrintMenu;
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub lead: LeadId,
    pub me: Rc<Me>,
    pub clock: Clock,
    /// On the Payments page: Ctrl Enter saves and goes to the next customer.
    pub on_next: Option<Callback<i64>>,
}

#[expect(clippy::large_enum_variant, reason = "few at a time, and none of them is kept")]
pub enum Msg {
    Viewed(Result<LedgerView, Problem>),
    Changed(Change),
    Form(Option<Form>),
    /// Saved; and on to the next customer.
    Saved(bool),
    Key(KeyboardEvent),
}

pub struct PaymentsPanel {
    view: Option<Rc<LedgerView>>,
    problem: Option<Problem>,
    form: Option<Form>,
    asking: Asking,
    _hub: hub::Subscription,
    _keys: Option<EventListener>,
}

impl Component for PaymentsPanel {
    type Message = Msg;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        let mut panel = Self {
            view: None,
            problem: None,
            form: None,
            asking: Asking::default(),
            _hub: hub::subscribe(ctx.link().callback(Msg::Changed)),
            _keys: keys::listen(takes, ctx.link().callback(Msg::Key)),
        };
        panel.ask(ctx);
        panel
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Viewed(answer) => {
                if self.asking.ended() {
                    self.ask(ctx);
                }
                match answer {
                    Ok(view) => (self.view, self.problem) = (Some(Rc::new(view)), None),
                    Err(problem) => self.problem = Some(problem),
                }
            }
            Msg::Changed(change) => {
                if change.touches(ctx.props().lead) || change.many_leads || change.session {
                    self.ask(ctx);
                }
                return false;
            }
            Msg::Form(form) => self.form = form,
            Msg::Saved(goes_on) => {
                self.form = None;
                self.ask(ctx);
                if let Some(next) = ctx.props().on_next.as_ref().filter(|_| goes_on) {
                    next.emit(1);
                }
            }
            Msg::Key(event) => self.key(&event),
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        if let Some(problem) = &self.problem {
            return html! { <section class="section"><p class="section__empty">{ &problem.text }</p></section> };
        }
        let Some(view) = &self.view else { return Html::default() };
        let Props { lead, me, clock, on_next, .. } = ctx.props();
        let link = ctx.link();
        html! {
            <section class="section ledger" aria-label={t!("page-payments")} data-testid="payment-panel">
                { head(view, *lead, link) }
                { summary(view) }
                { for view.flags.iter().map(|flag| html! {
                    <p class="ledger__flag" role="note" data-testid={format!("flag-{}", flag.as_str())}>{ Glyph::of(Icon::Triangle).size(14) }{ t!("payment-flag", flag = flag.as_str()) }</p>
                }) }
                if let Some(form) = &self.form {
                    <LedgerForm key={form.name()} form={form.clone()} lead={*lead} view={view.clone()} me={me.clone()} clock={*clock} can_go_on={on_next.is_some()}
                        on_saved={link.callback(Msg::Saved)} on_close={link.callback(|()| Msg::Form(None))} />
                }
                { promise(view, link) }
                { plan::section(view, link) }
                { history::section(view, *lead, link) }
            </section>
        }
    }
}

impl PaymentsPanel {
    fn ask(&mut self, ctx: &Context<Self>) {
        if !self.asking.may_start() {
            return;
        }
        let lead = ctx.props().lead;
        ctx.link().send_future(async move { Msg::Viewed(ipc::call(&LedgerGet { lead }).await) });
    }

    fn key(&mut self, event: &KeyboardEvent) {
        let Some(view) = &self.view else { return };
        let promised = view.promise.as_ref().map(|promise| promise.amount.clone().unwrap_or_default());
        self.form = match event.key().as_str() {
            "p" | "P" | "1" if view.can_add => Some(Form::Pay { amount: promised.unwrap_or_default() }),
            "2" if view.can_edit => Some(Form::Promise),
            "i" | "I" if view.can_edit => Some(Form::Plan),
            _ => return,
        };
    }
}

fn head(view: &LedgerView, lead: LeadId, link: &html::Scope<PaymentsPanel>) -> Html {
    let act = |testid: &'static str, form: Form, word: String| {
        html! {
            <button type="button" class="button button--bar" data-testid={testid} onclick={link.callback(move |_| Msg::Form(Some(form.clone())))}>{ word }</button>
        }
    };
    html! {
        <>
        <div class="section__head">
            <h2 class="section__title">{ t!("page-payments") }</h2>
            <span class="section__tools">
                if !view.entries.is_empty() {
                    <PrintMenu {lead} label={t!("payment-statement-label")} word={t!("payment-statement")} testid="print-statement" />
                }
                { PaymentBadge::of(view.status) }
            </span>
        </div>
        if view.can_add || view.can_edit {
            <div class="ledger__acts">
                if view.can_add {
                    <button type="button" class="button button--filled button--bar" data-testid="add-payment-btn"
                        onclick={link.callback(|_| Msg::Form(Some(Form::Pay { amount: String::new() })))}>
                        { Glyph::of(Icon::Plus).size(14) }{ t!("payment-add") }{ Key::of("P") }
                    </button>
                }
                if view.can_edit {
                    { act("add-promise", Form::Promise, t!("payment-promise")) }
                    { act("add-refund", Form::Refund, t!("payment-refund")) }
                    { act("add-discount", Form::Discount, t!("payment-discount")) }
                    { act("set-package", Form::Package, t!("payment-package")) }
                }
            </div>
        }
        </>
    }
}

fn summary(view: &LedgerView) -> Html {
    let figure = |word: String, value: Option<String>, testid: &'static str| {
        html! { <div><dt>{ word }</dt><dd data-testid={testid}>{ value.unwrap_or_else(|| "–".into()) }</dd></div> }
    };
    let (paid, all) = (view.plan.iter().filter(|one| one.missing.is_none()).count(), view.plan.len());
    let part = |one: &bridge::payment::InstalmentView| {
        let state = if one.missing.is_none() {
            "paid"
        } else if one.due.day < 0 {
            "late"
        } else {
            "open"
        };
        html! { <span class={format!("ledger__part ledger__part--{state}")} title={words::day(&one.due)} /> }
    };
    html! {
        <div class="ledger__card" data-testid="payment-summary">
            <dl class="ledger__figures">
                { figure(t!("payment-total-paid"), Some(view.paid.clone()), "payment-total") }
                { figure(t!("payment-remaining"), view.balance.clone(), "payment-balance") }
                { figure(t!("payments-package"), view.package.clone(), "payment-package") }
                { figure(t!("payment-last"), view.last_payment.as_ref().map(words::day), "payment-last") }
                if view.discounts.is_some() { { figure(t!("payment-discounts"), view.discounts.clone(), "payment-discounts") } }
                if view.refunded.is_some() { { figure(t!("payment-refunded"), view.refunded.clone(), "payment-refunded") } }
                if view.over_paid.is_some() { { figure(t!("payment-over-paid"), view.over_paid.clone(), "payment-over-paid") } }
                if view.overdue.is_some() { { figure(t!("payment-overdue"), view.overdue.clone(), "payment-overdue") } }
            </dl>
            if all > 0 {
                <div class="ledger__bar" aria-hidden="true">{ for view.plan.iter().map(part) }</div>
                <p class="section__aside">{ t!("payment-plan-paid", paid = paid as u64, all = all as u64) }</p>
            }
        </div>
    }
}

fn promise(view: &LedgerView, link: &html::Scope<PaymentsPanel>) -> Html {
    let Some(promise) = &view.promise else { return Html::default() };
    let day = words::day(&promise.due);
    let said = match &promise.amount {
        Some(amount) => t!("payment-promised-sum", amount = amount.as_str(), day = day),
        None => t!("payment-promised-day", day = day),
    };
    let amount = promise.amount.clone().unwrap_or_default();
    html! {
        <div class={classes!("ledger__promise", (promise.due.day < 0).then_some("ledger__promise--late"))} data-testid="payment-promise">
            { Glyph::of(Icon::HandOver).size(16) }<strong>{ said }</strong>
            if view.can_add {
                <button type="button" class="button button--bar" data-testid="promise-paid"
                    onclick={link.callback(move |_| Msg::Form(Some(Form::Pay { amount: amount.clone() })))}>{ t!("payment-is-paid") }{ Key::of("1") }</button>
            }
            if view.can_edit {
                <button type="button" class="button button--bar" data-testid="promise-not-paid"
                    onclick={link.callback(|_| Msg::Form(Some(Form::Promise)))}>{ t!("payment-not-paid") }{ Key::of("2") }</button>
            }
        </div>
    }
}

fn takes(event: &KeyboardEvent) -> bool {
    matches!(event.key().as_str(), "p" | "P" | "i" | "I" | "1" | "2")
        && keys::is_plain(event)
        && !keys::is_typing(event)
        && !keys::is_covered()
}
