//! All payments and refunds that count (row L7), the latest day first, with their sum.

use super::row::tone;
use crate::asked::Asking;
use crate::components::empty::Empty;
use crate::components::name::Name;
use crate::icon::{Glyph, Icon};
use crate::text::count;
use crate::{hub, ipc, t, words};
use bridge::payment::{PayRecord, PayRecords, PaymentRecords};
use bridge::{Change, Problem};
use domain::LeadId;
use yew::prelude::*;

const LINES: u32 = 200;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub on_open: Callback<LeadId>,
}

pub enum Msg {
    Listed(Result<PayRecords, Problem>),
    Changed(Change),
    More,
}

pub struct Records {
    answer: Option<Result<PayRecords, Problem>>,
    shown: u32,
    asking: Asking,
    _hub: hub::Subscription,
}

impl Component for Records {
    type Message = Msg;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        let hub = hub::subscribe(ctx.link().callback(Msg::Changed));
        let mut records = Self { answer: None, shown: LINES, asking: Asking::default(), _hub: hub };
        records.ask(ctx);
        records
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Listed(answer) => {
                self.answer = Some(answer);
                if self.asking.ended() {
                    self.ask(ctx);
                }
                return true;
            }
            Msg::Changed(change) if change.many_leads || change.session || !change.leads.is_empty() => self.ask(ctx),
            Msg::Changed(_) => {}
            Msg::More => {
                self.shown += LINES;
                self.ask(ctx);
            }
        }
        false
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let page = match &self.answer {
            None => return Html::default(),
            Some(Err(problem)) => return html! { <Empty icon={Icon::Alert} title={t!("list-failed")} text={problem.text.clone()} /> },
            Some(Ok(page)) if page.rows.is_empty() => {
                return html! { <Empty icon={Icon::CheckCircle} title={t!("payments-none-records")} text={t!("payments-none-all-text")} testid="payments-none" /> };
            }
            Some(Ok(page)) => page,
        };
        let left = page.total.saturating_sub(page.rows.len() as u32);
        html! {
            <>
            <div class="due">
                <table class="pay-records" data-testid="finance-payments-table">
                    <thead><tr>
                        <th>{ t!("payments-day") }</th><th>{ t!("payments-customer") }</th><th class="payer__sum">{ t!("payments-amount") }</th>
                        <th>{ t!("payments-mode") }</th><th>{ t!("payments-reference") }</th><th>{ t!("payments-by") }</th>
                    </tr></thead>
                    <tbody>{ for page.rows.iter().map(|one| line(one, &ctx.props().on_open)) }</tbody>
                </table>
                if left > 0 {
                    <button type="button" class="button due__more" data-testid="payments-more" onclick={ctx.link().callback(|_| Msg::More)}>
                        { Glyph::of(Icon::ChevronDown) }{ t!("due-more", count = left.min(LINES)) }
                    </button>
                }
            </div>
            <footer class="due__foot payments__foot">
                <span data-testid="records-sum">{ t!("payments-records-sum", count = count(page.total), sum = page.sum.as_str()) }</span>
            </footer>
            </>
        }
    }
}

impl Records {
    fn ask(&mut self, ctx: &Context<Self>) {
        if !self.asking.may_start() {
            return;
        }
        let request = PaymentRecords { offset: 0, limit: self.shown };
        ctx.link().send_future(async move { Msg::Listed(ipc::call(&request).await) });
    }
}

fn line(one: &PayRecord, on_open: &Callback<LeadId>) -> Html {
    let lead = one.lead;
    html! {
        <tr key={one.entry.to_string()} data-testid="record-row">
            <td class={classes!((one.day.day > 0).then(|| tone(&one.day)))}>{ words::day(&one.day) }</td>
            <td>
                <button type="button" class="pay-records__open" onclick={on_open.reform(move |_: MouseEvent| lead)}>{ Name::of(one.name.clone()) }</button>
            </td>
            <td class="payer__sum">{ &one.amount }</td>
            <td>{ one.mode.label() }</td>
            <td>
                { for one.reference.clone() }
                if one.is_twice { <span class="tone--warn" title={t!("payment-flag", flag = "twice")} data-testid="record-twice">{ Glyph::of(Icon::Triangle).size(14) }</span> }
            </td>
            <td>{ &one.by }</td>
        </tr>
    }
}
