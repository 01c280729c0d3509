//! The Follow-ups page (row I18): what was missed, what is due today and what comes, with its next act in
//! the line; and the drawer of the lead that is open.

mod row;

use crate::asked::Asking;
use crate::calendar::Local;
use crate::clock::Clock;
use crate::components::empty::Empty;
use crate::components::key::Key;
use crate::icon::{Glyph, Icon};
use crate::pages::leads::drawer::LeadDrawer;
use crate::route::{DueNarrow, Route};
use crate::text::count;
use crate::{hub, ipc, keys, t, toast, undo, words};
use bridge::follow_up::{DuePage, DueRow, DueTab, FollowUpList};
use bridge::lead::{Edited, FollowUpComplete, FollowUpMove};
use bridge::session::Me;
use bridge::sync::Pill;
use bridge::{Change, Problem, Request};
use domain::LeadId;
use domain::policy::{self, Action, Scope};
use gloo_events::EventListener;
use row::{Act, Line};
use std::rc::Rc;
use uuid::Uuid;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Lines that are shown at first, and that each "show more" adds.
const LINES: u32 = 100;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub me: Rc<Me>,
    pub narrow: DueNarrow,
    pub open: Option<LeadId>,
    pub clock: Clock,
    pub pill: Option<Pill>,
    pub on_route: Callback<Route>,
}

pub enum Msg {
    Listed(u32, Result<DuePage, Problem>),
    Changed(Change),
    Narrow(DueNarrow),
    More,
    At(usize),
    Open(usize),
    Close,
    Step(i64),
    Menu(Option<Uuid>),
    Act(usize, Act),
    Key(KeyboardEvent),
}

pub struct FollowUpsPage {
    page: Option<DuePage>,
    problem: Option<Problem>,
    shown: u32,
    at: usize,
    /// The cursor is to be scrolled into view.
    follows: bool,
    /// The follow-up whose outcome is being picked.
    menu: Option<Uuid>,
    /// Counts questions about another tab, so that answers to an older one are dropped.
    asked: u32,
    asking: Asking,
    _hub: hub::Subscription,
    _keys: Option<EventListener>,
}

impl Component for FollowUpsPage {
    type Message = Msg;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        let mut page = Self {
            page: None,
            problem: None,
            shown: LINES,
            at: 0,
            follows: false,
            menu: None,
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
        // Tomorrow's follow-ups are today's after midnight.
        let is_new_day = new.clock.local().days != old.clock.local().days;
        if new.narrow != old.narrow {
            (self.page, self.shown, self.at, self.menu) = (None, LINES, 0, None);
            self.restart(ctx);
        } else if is_new_day {
            self.ask(ctx);
        }
        true
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Listed(asked, answer) => return self.listed(ctx, asked, answer),
            Msg::Changed(change) => {
                if change.many_leads || change.directory || !change.leads.is_empty() {
                    self.ask(ctx);
                }
                return false;
            }
            Msg::Narrow(narrow) => {
                ctx.props().on_route.emit(Route::FollowUps { narrow, open: ctx.props().open });
                return false;
            }
            Msg::More => {
                self.shown += LINES;
                self.ask(ctx);
            }
            Msg::At(at) => self.at = at,
            Msg::Open(at) => self.open(ctx, at),
            Msg::Close => self.close(ctx),
            Msg::Step(by) => self.step(ctx, by),
            Msg::Menu(menu) => self.menu = menu,
            Msg::Act(at, act) => self.act(ctx, at, act),
            Msg::Key(event) => self.key(ctx, &event),
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let Props { me, open, clock, pill, .. } = ctx.props();
        let link = ctx.link();
        let position = open.and_then(|lead| self.rows().iter().position(|row| row.lead.id == lead));
        let total = self.page.as_ref().map_or(0, |page| page.total);
        html! {
            <div class={classes!("leads", open.is_some().then_some("leads--open"))} data-testid="followups-page">
                <section class="leads__list" aria-label={t!("page-follow-ups")}>
                    { self.tabs(ctx) }
                    <div class="due" data-testid="due-list" role="table" aria-label={t!("page-follow-ups")} aria-rowcount={total.to_string()}>
                        { self.lines(ctx) }
                    </div>
                    <footer class="due__foot" aria-hidden="true">
                        { Key::of("J") }{ Key::of("K") }{ t!("attention-keys-move") }{ Key::of("↵") }{ t!("attention-keys-open") }
                        { Key::of("D") }{ t!("due-keys-done") }{ Key::of("1") }{ Key::of("3") }{ Key::of("7") }{ t!("due-keys-move") }
                    </footer>
                </section>
                if let Some(lead) = open {
                    <LeadDrawer lead={*lead} me={me.clone()} clock={*clock} position={position.map(|at| (at as u32, total))}
                        is_offline={matches!(pill, Some(Pill::Offline { .. }))}
                        on_close={link.callback(|()| Msg::Close)} on_step={link.callback(Msg::Step)} />
                }
            </div>
        }
    }

    fn rendered(&mut self, _: &Context<Self>, _: bool) {
        if std::mem::take(&mut self.follows) {
            keys::focus(&format!("#due-{}", self.at));
        }
    }
}

impl FollowUpsPage {
    fn rows(&self) -> &[DueRow] {
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
        let DueNarrow { tab, everyone } = ctx.props().narrow;
        let request = FollowUpList { tab, everyone, limit: self.shown };
        let asked = self.asked;
        ctx.link().send_future(async move { Msg::Listed(asked, ipc::call(&request).await) });
    }

    fn listed(&mut self, ctx: &Context<Self>, asked: u32, answer: Result<DuePage, Problem>) -> bool {
        if asked != self.asked {
            return false;
        }
        match answer {
            Ok(page) => {
                // The reader stays on the line, wherever it went.
                let now = self.rows().get(self.at).map(|row| row.follow_up);
                let found = now.and_then(|id| page.rows.iter().position(|row| row.follow_up == id));
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

    fn open(&mut self, ctx: &Context<Self>, at: usize) {
        let Some(lead) = self.rows().get(at).map(|row| row.lead.id) else { return };
        self.at = at;
        ctx.props().on_route.emit(Route::FollowUps { narrow: ctx.props().narrow, open: Some(lead) });
    }

    fn close(&mut self, ctx: &Context<Self>) {
        ctx.props().on_route.emit(Route::FollowUps { narrow: ctx.props().narrow, open: None });
        self.follows = true;
    }

    /// From the open lead to its neighbour.
    fn step(&mut self, ctx: &Context<Self>, by: i64) {
        let open = ctx.props().open.and_then(|lead| self.rows().iter().position(|row| row.lead.id == lead));
        let at = open.unwrap_or(self.at);
        let last = self.rows().len().saturating_sub(1);
        let next = at.saturating_add_signed(by as isize).min(last);
        if Some(next) != open {
            self.open(ctx, next);
        }
    }

    fn act(&mut self, ctx: &Context<Self>, at: usize, act: Act) {
        self.menu = None;
        let Some(row) = self.rows().get(at).filter(|row| row.can_settle) else { return };
        let (lead, follow_up) = (row.lead.id, row.follow_up);
        match act {
            Act::Done(outcome) => {
                let said = t!("due-done", name = row.lead.name.as_str());
                send(lead, FollowUpComplete { lead, follow_up, outcome }, said);
            }
            Act::Plus(days) => {
                let promised = Local::parse(&row.when.local).unwrap_or(ctx.props().clock.local());
                let local = Local { days: ctx.props().clock.local().days + days, ..promised }.to_string();
                let said = t!("due-moved", name = row.lead.name.as_str(), days = days);
                send(lead, FollowUpMove { lead, follow_up, local }, said);
            }
        }
    }

    fn key(&mut self, ctx: &Context<Self>, event: &KeyboardEvent) {
        let last = self.rows().len().saturating_sub(1);
        let at = self.at;
        match event.key().as_str() {
            "ArrowDown" | "j" | "J" => (self.at, self.follows) = ((at + 1).min(last), true),
            "ArrowUp" | "k" | "K" => (self.at, self.follows) = (at.saturating_sub(1), true),
            "Enter" => self.open(ctx, at),
            "Escape" if ctx.props().open.is_some() => self.close(ctx),
            "d" | "D" => self.menu = self.rows().get(at).filter(|row| row.can_settle).map(|row| row.follow_up),
            digit @ ("1" | "3" | "7") => self.act(ctx, at, Act::Plus(digit.parse().unwrap_or(1))),
            _ => {}
        }
    }

    fn tabs(&self, ctx: &Context<Self>) -> Html {
        let (me, narrow) = (&ctx.props().me, ctx.props().narrow);
        let counts = self.page.as_ref().map(|page| page.counts);
        let tab = |tab: DueTab| {
            let is_on = tab == narrow.tab;
            let number = counts.map(|counts| match tab {
                DueTab::Missed => counts.missed,
                DueTab::Today => counts.today,
                DueTab::Upcoming => counts.upcoming,
            });
            html! {
                <button type="button" class={classes!("tab", is_on.then_some("tab--on"))} role="tab" aria-selected={is_on.to_string()}
                    tabindex={if is_on { "0" } else { "-1" }} data-testid={format!("due-{}", tab.as_str())} data-tab={tab.as_str()}
                    onclick={ctx.link().callback(move |_| Msg::Narrow(DueNarrow { tab, ..narrow }))}>
                    { t!("due-tab", tab = tab.as_str()) }<span class="tab__count">{ for number.map(count) }</span>
                </button>
            }
        };
        let onkeydown = {
            let (now, link) = (narrow, ctx.link().clone());
            move |event: KeyboardEvent| {
                let by = match event.key().as_str() {
                    "ArrowRight" => 1,
                    "ArrowLeft" => DueTab::ALL.len() - 1,
                    _ => return,
                };
                event.prevent_default();
                let at = DueTab::ALL.iter().position(|tab| *tab == now.tab).unwrap_or(0);
                let tab = DueTab::ALL[(at + by) % DueTab::ALL.len()];
                link.send_message(Msg::Narrow(DueNarrow { tab, ..now }));
                keys::focus(&format!("[data-tab={}]", tab.as_str()));
            }
        };
        let sees_others = !matches!(policy::scope(me.role, Action::ViewOthersFollowUps), Scope::None | Scope::Own);
        html! {
            <div class="leads__tabs">
                <div class="tabs" role="tablist" aria-label={t!("page-follow-ups")} {onkeydown}>{ for DueTab::ALL.map(tab) }</div>
                if sees_others {
                    <label class="due__everyone">
                        <input type="checkbox" checked={narrow.everyone} data-testid="due-everyone"
                            onchange={ctx.link().callback(move |_| Msg::Narrow(DueNarrow { everyone: !narrow.everyone, ..narrow }))} />
                        { t!("due-everyone") }
                    </label>
                }
            </div>
        }
    }

    fn lines(&self, ctx: &Context<Self>) -> Html {
        if let Some(problem) = &self.problem {
            return html! { <Empty icon={Icon::Alert} title={t!("list-failed")} text={problem.text.clone()} /> };
        }
        let Some(page) = &self.page else { return Html::default() };
        if page.rows.is_empty() {
            return nothing(ctx.props().narrow.tab, page);
        }
        let Props { me, open, narrow, .. } = ctx.props();
        let link = ctx.link();
        let line = |(at, row): (usize, &DueRow)| {
            html! {
                <Line key={row.follow_up.to_string()} row={row.clone()} {at} is_cursor={at == self.at} is_open={*open == Some(row.lead.id)}
                    shows_owner={narrow.everyone} is_menu_open={self.menu == Some(row.follow_up)} outcomes={me.follow_up_outcomes.clone()}
                    on_at={link.callback(Msg::At)} on_open={link.callback(Msg::Open)} on_menu={link.callback(Msg::Menu)}
                    on_act={link.callback(|(at, act)| Msg::Act(at, act))} />
            }
        };
        let left = page.total.saturating_sub(page.rows.len() as u32);
        html! {
            <>
                { for page.rows.iter().enumerate().map(line) }
                if left > 0 {
                    <button type="button" class="button due__more" data-testid="due-more" onclick={link.callback(|_| Msg::More)}>
                        { Glyph::of(Icon::ChevronDown) }{ t!("due-more", count = left.min(LINES)) }
                    </button>
                }
            </>
        }
    }
}

fn nothing(tab: DueTab, page: &DuePage) -> Html {
    let (title, text) = match tab {
        DueTab::Missed => (t!("due-none-missed"), t!("due-none-missed-text")),
        DueTab::Today => match &page.next {
            Some(next) => (t!("due-clear-until", when = words::moment(next)), t!("due-none-today-text")),
            None => (t!("due-none-today"), t!("due-none-today-text")),
        },
        DueTab::Upcoming => (t!("due-none-upcoming"), t!("due-none-upcoming-text")),
    };
    html! { <Empty icon={Icon::CheckCircle} {title} {text} testid="due-none" /> }
}

fn send<R: Request<Response = Edited> + 'static>(lead: LeadId, request: R, said: String) {
    spawn_local(async move {
        match ipc::call(&request).await {
            Ok(edited) => undo::offer(said, lead, edited, || ()),
            Err(problem) => toast::problem(problem.text),
        }
    });
}

fn takes(event: &KeyboardEvent) -> bool {
    let is_ours = match event.key().as_str() {
        "Enter" => !keys::is_on_control(event),
        "ArrowDown" | "ArrowUp" | "j" | "J" | "k" | "K" | "d" | "D" | "1" | "3" | "7" | "Escape" => true,
        _ => false,
    };
    is_ours && keys::is_plain(event) && !keys::is_typing(event) && !keys::is_covered()
}
