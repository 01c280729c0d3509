//! The dashboard (area J, Appendix E): today's cards, what is due, and charts of a range of days; one's own, or the
//! team's. Every number leads to the list behind it.

mod agents;
mod bars;
mod cards;
mod due;
mod trend;

use crate::asked::Asking;
use crate::clock::Clock;
use crate::components::empty::Empty;
use crate::components::key::Key;
use crate::components::span_picker::SpanPicker;
use crate::icon::{Glyph, Icon};
use crate::pages::queue::pace::PaceBar;
use crate::route::{ListFilter, Page, Route, Span};
use crate::text::count;
use crate::{hub, ipc, t, words};
use agents::Agents;
use bars::{Funnel, Sources};
use bridge::dashboard::{Dashboard, DashboardGet, DashboardKind, Figure};
use bridge::follow_up::{DuePage, DueTab, FollowUpList};
use bridge::session::Me;
use bridge::{Change, Problem};
use cards::Cards;
use due::DueNow;
use std::rc::Rc;
use trend::Trend;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub me: Rc<Me>,
    pub span: Span,
    pub clock: Clock,
    pub on_route: Callback<Route>,
}

pub enum Msg {
    Got(u32, Box<Result<Dashboard, Problem>>),
    Due(DuePage, DuePage),
    Changed(Change),
    Span(Span),
}

pub struct DashboardPage {
    shown: Option<Rc<Dashboard>>,
    problem: Option<Problem>,
    due: Option<Rc<(DuePage, DuePage)>>,
    /// Counts questions, so that answers to an older one are dropped.
    asked: u32,
    asking: Asking,
    _hub: hub::Subscription,
}

/// Where a number leads, and the days of the person's organisation.
#[derive(Clone, PartialEq)]
pub struct Place {
    zone: AttrValue,
    clock: Clock,
}

impl Place {
    /// A number of leads as a link to them.
    pub fn number(&self, figure: &Figure, label: String, class: &'static str) -> Html {
        html! { <a {class} href={self.href(figure)} aria-label={label} data-testid="figure">{ count(figure.count) }</a> }
    }

    pub fn href(&self, figure: &Figure) -> String {
        self.route(&figure.behind).to_string()
    }

    pub fn route(&self, filter: &bridge::lead::LeadFilter) -> Route {
        Route::Leads { filter: ListFilter::of(filter, &self.zone, self.clock), open: None }
    }
}

impl Component for DashboardPage {
    type Message = Msg;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        let _hub = hub::subscribe(ctx.link().callback(Msg::Changed));
        let mut page = Self { shown: None, problem: None, due: None, asked: 0, asking: Asking::default(), _hub };
        page.ask(ctx);
        page
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &Props) -> bool {
        let is_new_day = ctx.props().clock.local().days != old.clock.local().days;
        if ctx.props().span != old.span || is_new_day {
            self.asked += 1;
            self.asking = Asking::default();
            self.ask(ctx);
        }
        true
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Got(asked, answer) => {
                if asked != self.asked {
                    return false;
                }
                match *answer {
                    Ok(dashboard) => (self.shown, self.problem) = (Some(Rc::new(dashboard)), None),
                    Err(problem) => self.problem = Some(problem),
                }
                if self.asking.ended() {
                    self.ask(ctx);
                }
            }
            Msg::Due(missed, today) => self.due = Some(Rc::new((missed, today))),
            Msg::Changed(change) => {
                if change.many_leads || change.directory || change.config || !change.leads.is_empty() {
                    self.ask(ctx);
                }
                return false;
            }
            Msg::Span(span) => {
                ctx.props().on_route.emit(Route::Dashboard(span));
                return false;
            }
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let Props { me, clock, .. } = ctx.props();
        if let Some(problem) = &self.problem {
            return html! { <Empty icon={Icon::Alert} title={t!("dashboard-failed")} text={problem.text.clone()} testid="dashboard-failed" /> };
        }
        let place = Place { zone: me.zone.clone().into(), clock: *clock };
        html! {
            <div class="dashboard" data-testid="dashboard-page">
                <header class="dashboard__head">
                    <div class="dashboard__words">
                        { self.greeting(me) }
                        <p class="dashboard__date">{ now(*clock) }<span data-testid="dashboard-role-title">{ t!("dashboard-title", role = words::role(me.role)) }</span></p>
                    </div>
                    if Page::Queue.is_open_to(me.role) && self.is_own() {
                        <a class="button button--filled" href={Page::Queue.route().to_string()} data-testid="start-calling">
                            { Glyph::of(Icon::Phone) }{ t!("dashboard-start") }{ Key::of("G Q") }
                        </a>
                    }
                </header>
                { for self.shown.iter().map(|shown| self.body(ctx, shown, &place)) }
            </div>
        }
    }
}

impl DashboardPage {
    fn is_own(&self) -> bool {
        self.shown.as_ref().is_none_or(|shown| shown.kind == DashboardKind::Own)
    }

    fn greeting(&self, me: &Me) -> Html {
        let name = me.name.split_whitespace().next().unwrap_or_default().to_owned();
        let text = match self.shown.as_ref().map(|shown| shown.due_today) {
            None => t!("greeting", name = name),
            Some(due) => t!("greeting-due", name = name, count = due),
        };
        html! { <h2 class="dashboard__greeting" data-testid="dashboard-greeting">{ text }</h2> }
    }

    fn ask(&mut self, ctx: &Context<Self>) {
        if !self.asking.may_start() {
            return;
        }
        let (from, to) = ctx.props().span.days(ctx.props().clock.local().days);
        let asked = self.asked;
        ctx.link().send_future(async move { Msg::Got(asked, Box::new(ipc::call(&DashboardGet { from, to }).await)) });
        if DashboardKind::of(ctx.props().me.role) != Some(DashboardKind::Own) {
            return;
        }
        ctx.link().send_future(async move {
            // What can't be read stays empty; the cards say what is wrong.
            let list = async |tab| ipc::call(&FollowUpList { tab, everyone: false, limit: due::LINES as u32 }).await.unwrap_or_default();
            Msg::Due(list(DueTab::Missed).await, list(DueTab::Today).await)
        });
    }

    fn body(&self, ctx: &Context<Self>, shown: &Rc<Dashboard>, place: &Place) -> Html {
        let clock = ctx.props().clock;
        let is_team = shown.kind == DashboardKind::Team;
        html! {
            <>
                <Cards shown={shown.clone()} place={place.clone()} />
                <SpanPicker span={ctx.props().span} today={clock.local().days} on_span={ctx.link().callback(Msg::Span)} />
                <div class="dashboard__columns">
                    <div class="dashboard__column">
                        if is_team { <Agents shown={shown.clone()} place={place.clone()} /> }
                        else if let Some(due) = &self.due { <DueNow due={due.clone()} /> }
                        <Trend shown={shown.clone()} place={place.clone()} />
                    </div>
                    <div class="dashboard__column">
                        if let Some(pace) = shown.pace {
                            <section class="panel" aria-label={t!("pace-label")} data-testid="dashboard-pace">
                                <h3 class="panel__title">{ t!("dashboard-pace") }</h3>
                                <PaceBar {pace} {clock} />
                            </section>
                        }
                        <Funnel shown={shown.clone()} place={place.clone()} />
                        <Sources shown={shown.clone()} place={place.clone()} />
                    </div>
                </div>
            </>
        }
    }
}

/// `Fri 21 Nov, 14:02`
fn now(clock: Clock) -> String {
    let local = clock.local();
    let date = local.date();
    let day = t!("dashboard-day", weekday = words::weekday(local.weekday()), day = date.day, month = words::month(date.month));
    format!("{day}, {:02}:{:02}", local.hour, local.minute)
}
