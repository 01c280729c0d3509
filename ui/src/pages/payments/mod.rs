//! The Payments page (mock-up 08): whom to collect from, in the order to call; what is due this week, promised and
//! paid; all payments; and the ledger of the customer who is open.

pub mod panel;
mod records;
mod row;
mod tabs;

use crate::asked::Asking;
use crate::clock::Clock;
use crate::components::empty::Empty;
use crate::components::key::Key;
use crate::icon::{Glyph, Icon};
use crate::pages::leads::drawer::LeadDrawer;
use crate::route::{PayNarrow, Route};
use crate::text::count;
use crate::{hub, ipc, keys, t};
use bridge::payment::{PayFilter, PayPage, PayRow, PayTab, PaymentList};
use bridge::session::Me;
use bridge::sync::Pill;
use bridge::{Change, Problem};
use domain::LeadId;
use gloo_events::EventListener;
use records::Records;
use row::Line;
use std::rc::Rc;
use yew::prelude::*;

/// Lines that are shown at first, and that each "show more" adds.
const LINES: u32 = 100;
const SEARCH: &str = "[data-testid=payments-search]";

#[derive(Properties, PartialEq)]
pub struct Props {
    pub me: Rc<Me>,
    pub narrow: PayNarrow,
    pub open: Option<LeadId>,
    pub clock: Clock,
    pub pill: Option<Pill>,
    pub on_route: Callback<Route>,
}

pub enum Msg {
    Listed(u32, Result<PayPage, Problem>),
    Changed(Change),
    Narrow(PayNarrow),
    More,
    At(usize),
    Open(usize),
    Show(LeadId),
    Close,
    Step(i64),
    Key(KeyboardEvent),
}

pub struct PaymentsPage {
    page: Option<PayPage>,
    problem: Option<Problem>,
    shown: u32,
    at: usize,
    /// The cursor is to be scrolled into view.
    follows: bool,
    /// Counts questions about another list, so that answers to an older one are dropped.
    asked: u32,
    asking: Asking,
    _hub: hub::Subscription,
    _keys: Option<EventListener>,
}

impl Component for PaymentsPage {
    type Message = Msg;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        let mut page = Self {
            page: None,
            problem: None,
            shown: LINES,
            at: 0,
            follows: false,
            asked: 0,
            asking: Asking::default(),
            _hub: hub::subscribe(ctx.link().callback(Msg::Changed)),
            _keys: keys::listen(takes, ctx.link().callback(Msg::Key)),
        };
        page.ask(ctx);
        page
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &Props) -> bool {
        let new = ctx.props();
        if new.narrow != old.narrow {
            (self.shown, self.at) = (LINES, 0);
            self.restart(ctx);
        } else if new.clock.local().days != old.clock.local().days {
            // What was due today is late after midnight.
            self.ask(ctx);
        }
        true
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Listed(asked, answer) => return self.listed(ctx, asked, answer),
            Msg::Changed(change) => {
                if change.many_leads || change.directory || change.session || !change.leads.is_empty() {
                    self.ask(ctx);
                }
                return false;
            }
            Msg::Narrow(narrow) => {
                ctx.props().on_route.emit(Route::Payments { narrow, open: ctx.props().open });
                return false;
            }
            Msg::More => {
                self.shown += LINES;
                self.ask(ctx);
            }
            Msg::At(at) => self.at = at,
            Msg::Open(at) => self.open(ctx, at),
            Msg::Show(lead) => self.show(ctx, Some(lead)),
            Msg::Close => {
                self.show(ctx, None);
                self.follows = true;
            }
            Msg::Step(by) => self.step(ctx, by),
            Msg::Key(event) => self.key(ctx, &event),
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let Props { me, open, clock, pill, narrow, .. } = ctx.props();
        let link = ctx.link();
        let position = open.and_then(|lead| self.rows().iter().position(|row| row.lead == lead));
        let total = self.page.as_ref().map_or(0, |page| page.total);
        html! {
            <div class={classes!("leads", "payments", open.is_some().then_some("leads--open"))} data-testid="payments-page">
                <section class="leads__list" aria-label={t!("page-payments")}>
                    { tabs::bar(me, narrow, self.page.as_ref(), link) }
                    if narrow.records {
                        <Records on_open={link.callback(Msg::Show)} />
                    } else {
                        { tabs::filters(me, narrow, self.page.as_ref(), link) }
                        <div class="due" data-testid="payments-list" role="table" aria-label={t!("page-payments")} aria-rowcount={total.to_string()}>
                            { self.lines(ctx) }
                        </div>
                        { self.foot() }
                    }
                </section>
                if let Some(lead) = open {
                    <LeadDrawer lead={*lead} me={me.clone()} clock={*clock} position={position.map(|at| (at as u32, total))}
                        is_offline={matches!(pill, Some(Pill::Offline { .. }))} collects=true
                        on_close={link.callback(|()| Msg::Close)} on_step={link.callback(Msg::Step)} />
                }
            </div>
        }
    }

    fn rendered(&mut self, _: &Context<Self>, _: bool) {
        if std::mem::take(&mut self.follows) {
            keys::focus(&format!("#payer-{}", self.at));
        }
    }
}

impl PaymentsPage {
    fn rows(&self) -> &[PayRow] {
        self.page.as_ref().map_or(&[], |page| page.rows.as_slice())
    }

    fn restart(&mut self, ctx: &Context<Self>) {
        self.asked += 1;
        self.asking = Asking::default();
        self.ask(ctx);
    }

    fn ask(&mut self, ctx: &Context<Self>) {
        if !self.asking.may_start() {
            return;
        }
        let request = PaymentList { filter: ctx.props().narrow.filter.clone(), offset: 0, limit: self.shown };
        let asked = self.asked;
        ctx.link().send_future(async move { Msg::Listed(asked, ipc::call(&request).await) });
    }

    fn listed(&mut self, ctx: &Context<Self>, asked: u32, answer: Result<PayPage, Problem>) -> bool {
        if asked != self.asked {
            return false;
        }
        match answer {
            Ok(page) => {
                // The reader stays on the line, wherever it went.
                let now = self.rows().get(self.at).map(|row| row.lead);
                let found = now.and_then(|id| page.rows.iter().position(|row| row.lead == id));
                self.at = found.unwrap_or(self.at).min(page.rows.len().saturating_sub(1));
                (self.page, self.problem) = (Some(page), None);
            }
            Err(problem) => self.problem = Some(problem),
        }
        if self.asking.ended() {
            self.ask(ctx);
        }
        true
    }

    fn show(&self, ctx: &Context<Self>, open: Option<LeadId>) {
        ctx.props().on_route.emit(Route::Payments { narrow: ctx.props().narrow.clone(), open });
    }

    fn open(&mut self, ctx: &Context<Self>, at: usize) {
        let Some(lead) = self.rows().get(at).map(|row| row.lead) else { return };
        self.at = at;
        self.show(ctx, Some(lead));
    }

    /// From the open customer to the neighbour; from one that has left the list, to who took the place.
    fn step(&mut self, ctx: &Context<Self>, by: i64) {
        let open = ctx.props().open.and_then(|lead| self.rows().iter().position(|row| row.lead == lead));
        let last = self.rows().len().saturating_sub(1);
        let next = match open {
            Some(at) => at.saturating_add_signed(by as isize).min(last),
            None => self.at.min(last),
        };
        if Some(next) != open {
            self.open(ctx, next);
        }
    }

    fn key(&mut self, ctx: &Context<Self>, event: &KeyboardEvent) {
        if ctx.props().narrow.records && event.key() != "Escape" {
            return;
        }
        let (last, at) = (self.rows().len().saturating_sub(1), self.at);
        match event.key().as_str() {
            "ArrowDown" | "j" | "J" => (self.at, self.follows) = ((at + 1).min(last), true),
            "ArrowUp" | "k" | "K" => (self.at, self.follows) = (at.saturating_sub(1), true),
            "Enter" => self.open(ctx, at),
            "/" => keys::select(SEARCH),
            "Escape" if ctx.props().open.is_some() => {
                self.show(ctx, None);
                self.follows = true;
            }
            _ => {}
        }
    }

    fn lines(&self, ctx: &Context<Self>) -> Html {
        if let Some(problem) = &self.problem {
            return html! { <Empty icon={Icon::Alert} title={t!("list-failed")} text={problem.text.clone()} /> };
        }
        let Some(page) = &self.page else { return Html::default() };
        let (filter, link) = (&ctx.props().narrow.filter, ctx.link());
        if page.rows.is_empty() {
            return nothing(filter, link);
        }
        let line = |(at, row): (usize, &PayRow)| {
            html! {
                <Line key={row.lead.to_string()} row={row.clone()} {at} is_cursor={at == self.at} is_open={ctx.props().open == Some(row.lead)}
                    on_at={link.callback(Msg::At)} on_open={link.callback(Msg::Open)} />
            }
        };
        let left = page.total.saturating_sub(page.rows.len() as u32);
        html! {
            <>
                { row::head() }
                { for page.rows.iter().enumerate().map(line) }
                if left > 0 {
                    <button type="button" class="button due__more" data-testid="payments-more" onclick={link.callback(|_| Msg::More)}>
                        { Glyph::of(Icon::ChevronDown) }{ t!("due-more", count = left.min(LINES)) }
                    </button>
                }
            </>
        }
    }

    fn foot(&self) -> Html {
        let Some(page) = &self.page else { return Html::default() };
        html! {
            <footer class="due__foot payments__foot">
                <span data-testid="payments-sums">{ t!("payments-sums", paid = page.paid.as_str(), balance = page.balance.as_str()) }</span>
                <span aria-hidden="true">{ Key::of("J") }{ Key::of("K") }{ t!("attention-keys-move") }{ Key::of("↵") }{ t!("attention-keys-open") }</span>
                <span class="payments__today" data-testid="payments-today">
                    { t!("payments-today", sum = page.today.as_str(), count = count(page.today_count)) }
                </span>
            </footer>
        }
    }
}

fn nothing(filter: &PayFilter, link: &html::Scope<PaymentsPage>) -> Html {
    let is_narrowed = !filter.search.is_empty() || filter.status.is_some() || filter.flagged || filter.mine;
    if is_narrowed {
        let bare = PayNarrow::of(filter.tab);
        return html! {
            <Empty icon={Icon::SearchX} title={t!("payments-none-found")} text={t!("payments-none-found-text")} testid="payments-none">
                <button type="button" class="button" data-testid="payments-clear" onclick={link.callback(move |_| Msg::Narrow(bare.clone()))}>
                    { t!("payments-clear") }
                </button>
            </Empty>
        };
    }
    let (title, text) = match filter.tab {
        PayTab::Due => (t!("payments-none-due"), t!("payments-none-due-text")),
        PayTab::Week => (t!("payments-none-week"), t!("payments-none-week-text")),
        PayTab::Promised => (t!("payments-none-promised"), t!("payments-none-promised-text")),
        PayTab::Completed => (t!("payments-none-completed"), t!("payments-none-completed-text")),
        PayTab::All => (t!("payments-none-all"), t!("payments-none-all-text")),
    };
    html! { <Empty icon={Icon::CheckCircle} {title} {text} testid="payments-none" /> }
}

fn takes(event: &KeyboardEvent) -> bool {
    let is_ours = match event.key().as_str() {
        "Enter" => !keys::is_on_control(event),
        "ArrowDown" | "ArrowUp" | "j" | "J" | "k" | "K" | "/" | "Escape" => true,
        _ => false,
    };
    is_ours && keys::is_plain(event) && !keys::is_typing(event) && !keys::is_covered()
}
