//! One form for what is done to a ledger. Amounts are read by the client as they were typed; a problem stands at the
//! box it is about, and what was typed stays.

use super::plan_rows::{self, Rows};
use crate::clock::Clock;
use crate::components::day_picker::DayPicker;
use crate::components::input::InputField;
use crate::components::key::Key;
use crate::{calendar, ipc, keys, t, toast};
use bridge::payment::{DiscountAdd, LedgerView, PackageSet, PaymentAdd, PaymentRefund, PaymentReverse, PlanSet, PromiseAdd};
use bridge::session::Me;
use bridge::{Problem, Request};
use domain::ledger::Mode;
use domain::{CommandId, LeadId};
use std::rc::Rc;
use uuid::Uuid;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

/// What is being entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// With the amount that is expected.
    Pay {
        amount: String,
    },
    Refund,
    Discount,
    Package,
    Plan,
    Promise,
    Reverse {
        entry: Uuid,
        what: String,
        can_replace: bool,
    },
}

impl Form {
    pub fn name(&self) -> &'static str {
        match self {
            Form::Pay { .. } => "payment",
            Form::Refund => "refund",
            Form::Discount => "discount",
            Form::Package => "package",
            Form::Plan => "plan",
            Form::Promise => "promise",
            Form::Reverse { .. } => "reverse",
        }
    }

    fn has_mode(&self) -> bool {
        matches!(self, Form::Pay { .. } | Form::Refund)
    }

    fn needs_reason(&self) -> bool {
        matches!(self, Form::Refund | Form::Discount | Form::Reverse { .. })
    }

    fn has_amount(&self) -> bool {
        !matches!(self, Form::Plan | Form::Reverse { can_replace: false, .. })
    }
}

#[derive(Properties, PartialEq)]
pub struct Props {
    pub form: Form,
    pub lead: LeadId,
    pub view: Rc<LedgerView>,
    pub me: Rc<Me>,
    pub clock: Clock,
    /// Ctrl Enter goes to the next customer.
    pub can_go_on: bool,
    /// And on to the next.
    pub on_saved: Callback<bool>,
    pub on_close: Callback<()>,
}

pub enum Msg {
    Amount(String),
    Mode(Mode),
    Day(Option<i64>),
    Reference(String),
    Note(String),
    Reason(String),
    Rows(Rows),
    Save(bool),
    Saved(bool, Box<Result<Done, Problem>>),
}

/// What was done, and how it is taken back.
pub struct Done {
    said: String,
    undo: Option<Callback<()>>,
}

pub struct LedgerForm {
    amount: String,
    mode: Mode,
    day: i64,
    reference: String,
    note: String,
    reason: String,
    rows: Rows,
    problem: Option<Problem>,
    is_saving: bool,
}

impl Component for LedgerForm {
    type Message = Msg;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        let Props { form, view, clock, .. } = ctx.props();
        let amount = match form {
            Form::Pay { amount } => amount.clone(),
            Form::Package => view.package.clone().unwrap_or_default(),
            Form::Refund | Form::Discount | Form::Plan | Form::Promise | Form::Reverse { .. } => String::new(),
        };
        Self {
            amount,
            mode: Mode::Upi,
            day: clock.local().days,
            reference: String::new(),
            note: String::new(),
            reason: String::new(),
            rows: Rows::of(&view.plan),
            problem: None,
            is_saving: false,
        }
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Amount(amount) => self.amount = amount,
            Msg::Mode(mode) => self.mode = mode,
            Msg::Day(day) => self.day = day.unwrap_or(ctx.props().clock.local().days),
            Msg::Reference(reference) => self.reference = reference,
            Msg::Note(note) => self.note = note,
            Msg::Reason(reason) => self.reason = reason,
            Msg::Rows(rows) => self.rows = rows,
            Msg::Save(goes_on) => self.save(ctx, goes_on),
            Msg::Saved(goes_on, answer) => {
                self.is_saving = false;
                match *answer {
                    Ok(Done { said, undo }) => {
                        match undo {
                            Some(undo) => toast::undoable(said, undo),
                            None => toast::done(said),
                        }
                        ctx.props().on_saved.emit(goes_on);
                    }
                    Err(problem) => self.problem = Some(problem),
                }
            }
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let Props { form, can_go_on, on_close, .. } = ctx.props();
        let link = ctx.link();
        let onsubmit = link.callback(|event: SubmitEvent| {
            event.prevent_default();
            Msg::Save(false)
        });
        let onkeydown = {
            let (link, on_close) = (link.clone(), on_close.clone());
            move |event: KeyboardEvent| match event.key().as_str() {
                "Enter" if keys::is_command(&event) => {
                    event.prevent_default();
                    event.stop_propagation();
                    link.send_message(Msg::Save(true));
                }
                "Escape" => {
                    event.prevent_default();
                    event.stop_propagation();
                    on_close.emit(());
                }
                _ => {}
            }
        };
        html! {
            <form class="ledger__form" data-testid="payment-form" data-form={form.name()} {onsubmit} {onkeydown} novalidate=true aria-label={t!("payment-form", form = form.name())}>
                <h3 class="section__title">{ t!("payment-form", form = form.name()) }</h3>
                if let Form::Reverse { what, .. } = form { <p class="section__aside">{ what }</p> }
                { self.fields(ctx) }
                if let Some(problem) = self.problem.as_ref().filter(|problem| !self.is_at_a_box(ctx, problem)) {
                    <p class="field__problem" role="alert" data-testid="form-error">{ &problem.text }</p>
                }
                <div class="ledger__acts">
                    <button type="submit" class="button button--filled" data-testid="submit-payment" disabled={self.is_saving}>
                        { t!("payment-save", form = form.name()) }if *can_go_on { { Key::of("Ctrl ↵") } }
                    </button>
                    <button type="button" class="button" data-testid="payment-form-close" onclick={on_close.reform(|_: MouseEvent| ())}>{ t!("close") }{ Key::of("Esc") }</button>
                </div>
            </form>
        }
    }
}

impl LedgerForm {
    fn fields(&self, ctx: &Context<Self>) -> Html {
        let (form, link, today) = (&ctx.props().form, ctx.link(), ctx.props().clock.local().days);
        let at = |field: &str| self.problem.as_ref().filter(|p| p.field.as_deref() == Some(field)).map(|p| AttrValue::from(p.text.clone()));
        let amount_word = match form {
            Form::Package => t!("payment-package-total"),
            Form::Promise => t!("payment-amount-any"),
            Form::Reverse { .. } => t!("payment-amount-right"),
            Form::Pay { .. } | Form::Refund | Form::Discount | Form::Plan => t!("payments-amount"),
        };
        html! {
            <>
                if form.has_amount() {
                    <InputField name="ledger-amount" label={amount_word} value={self.amount.clone()} on_input={link.callback(Msg::Amount)} input_mode="decimal"
                        problem={at("amount").or_else(|| at("package"))} testid="payment-amount" autofocus=true />
                }
                if form.has_mode() {
                    <div class="ledger__pair">
                        { self.modes(link) }
                        <div class="field">
                            <span class="field__label">{ t!("payments-day") }</span>
                            <DayPicker label={t!("payments-day")} testid="payment-day" chosen={Some(self.day)} {today} on_pick={link.callback(Msg::Day)} />
                        </div>
                    </div>
                }
                if matches!(form, Form::Promise) {
                    <div class="field">
                        <span class="field__label">{ t!("payment-promise-day") }</span>
                        <DayPicker label={t!("payments-day")} testid="promise-day" chosen={Some(self.day)} {today} is_open_ended=true on_pick={link.callback(Msg::Day)} />
                    </div>
                }
                if matches!(form, Form::Pay { .. }) {
                    <InputField name="ledger-reference" label={t!("payments-reference")} value={self.reference.clone()} on_input={link.callback(Msg::Reference)}
                        problem={at("reference")} testid="payment-reference" />
                }
                if matches!(form, Form::Pay { .. } | Form::Promise) {
                    <InputField name="ledger-note" label={t!("payment-note")} value={self.note.clone()} on_input={link.callback(Msg::Note)} problem={at("note")} testid="payment-note" />
                }
                if form.needs_reason() {
                    <InputField name="ledger-reason" label={t!("payment-reason")} required=true value={self.reason.clone()} on_input={link.callback(Msg::Reason)}
                        problem={at("reason")} testid="payment-reason" autofocus={!form.has_amount()} />
                }
                if matches!(form, Form::Plan) {
                    { plan_rows::view(&self.rows, &ctx.props().view, &ctx.props().me.currency, today, link.callback(Msg::Rows)) }
                }
            </>
        }
    }

    /// Whether the problem is shown at its box.
    fn is_at_a_box(&self, ctx: &Context<Self>, problem: &Problem) -> bool {
        let form = &ctx.props().form;
        match problem.field.as_deref() {
            Some("amount" | "package") => form.has_amount(),
            Some("reference") => matches!(form, Form::Pay { .. }),
            Some("note") => matches!(form, Form::Pay { .. } | Form::Promise),
            Some("reason") => form.needs_reason(),
            _ => false,
        }
    }

    fn modes(&self, link: &html::Scope<Self>) -> Html {
        let onchange = link.batch_callback(|event: Event| {
            let picked = event.target()?.dyn_into::<HtmlSelectElement>().ok()?.value();
            Some(Msg::Mode(picked.parse().ok()?))
        });
        let option = |mode: Mode| html! { <option value={mode.as_str()} selected={mode == self.mode}>{ mode.label() }</option> };
        html! {
            <div class="field">
                <label class="field__label" for="ledger-mode">{ t!("payments-mode") }</label>
                <select id="ledger-mode" class="input" data-testid="payment-mode" {onchange}>{ for Mode::ALL.map(option) }</select>
            </div>
        }
    }

    fn save(&mut self, ctx: &Context<Self>, goes_on: bool) {
        if std::mem::replace(&mut self.is_saving, true) {
            return;
        }
        self.problem = None;
        let Props { lead, view, form, .. } = ctx.props();
        let (lead, view) = (*lead, view.clone());
        let amount = Some(self.amount.trim().to_owned()).filter(|typed| !typed.is_empty());
        let (typed, day, reason) = (self.amount.clone(), calendar::iso(self.day), self.reason.clone());
        let (mode, note) = (self.mode, self.note.clone());
        let said = t!("payment-done", form = form.name());
        let form = form.clone();
        let (reference, rows) = (Some(self.reference.clone()), self.rows.typed());
        ctx.link().send_future(async move {
            let taken_back = |id: CommandId| Some(reverse(lead, id));
            let answer = match form {
                Form::Pay { .. } => {
                    let request = PaymentAdd { lead, amount: typed, mode, day: Some(day), reference, note };
                    ipc::call(&request).await.map(taken_back)
                }
                Form::Refund => ipc::call(&PaymentRefund { lead, amount: typed, mode, day: Some(day), reason }).await.map(taken_back),
                Form::Discount => ipc::call(&DiscountAdd { lead, amount: typed, reason }).await.map(taken_back),
                Form::Promise => ipc::call(&PromiseAdd { lead, day, amount, note }).await.map(taken_back),
                Form::Package => {
                    let back = PackageSet { lead, total: view.package.clone() };
                    ipc::call(&PackageSet { lead, total: amount }).await.map(|_| Some(send(back)))
                }
                Form::Plan => {
                    let before = view.plan.iter().map(|one| (one.day.clone(), one.amount.clone())).collect();
                    let back = PlanSet { lead, instalments: before };
                    ipc::call(&PlanSet { lead, instalments: rows }).await.map(|_| Some(send(back)))
                }
                // A reversal stands; the payment is added again.
                Form::Reverse { entry, .. } => ipc::call(&PaymentReverse { lead, entry, reason, amount }).await.map(|_| None),
            };
            Msg::Saved(goes_on, Box::new(answer.map(|undo| Done { said, undo })))
        });
    }
}

fn reverse(lead: LeadId, entry: CommandId) -> Callback<()> {
    send(PaymentReverse { lead, entry: entry.0, reason: t!("payment-undone-reason"), amount: None })
}

fn send<R: Request + Clone + 'static>(request: R) -> Callback<()> {
    Callback::from(move |()| {
        let request = request.clone();
        spawn_local(async move {
            if let Err(problem) = ipc::call(&request).await {
                toast::problem(problem.text);
            }
        });
    })
}
