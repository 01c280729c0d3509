//! The audit log (rows N7 to N10): who did what, newest first, a page at a time. How it is narrowed is
//! in the address; which lines a role sees is the server's word.

use crate::asked::{self, SKELETON_AFTER_MS, is_without_server};
use crate::clock::{self, Clock};
use crate::components::day_picker::DayPicker;
use crate::components::empty::Empty;
use crate::components::name::Name;
use crate::icon::{Glyph, Icon};
use crate::pages::admin::{refresh, rows, when};
use crate::route::{AuditNarrow, ListFilter, Page, Route, action_name};
use crate::{hub, ipc, keys, t, words};
use bridge::admin::{AuditGet, AuditView, Dated, PeopleList};
use bridge::session::Me;
use bridge::{Change, Problem};
use domain::UserId;
use domain::people::{AuditAction, AuditFilter, AuditLine};
use domain::policy::{self, Action};
use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
use std::collections::BTreeMap;
use std::rc::Rc;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub me: Rc<Me>,
    pub narrow: AuditNarrow,
    pub clock: Clock,
    pub on_route: Callback<Route>,
}

pub enum Msg {
    Answered { turn: u32, is_older: bool, answer: Result<AuditView, Problem> },
    Named(Vec<(UserId, String)>),
    Older,
    Again,
    Slow,
    Changed(Change),
    Narrow(AuditNarrow),
}

pub struct AuditPage {
    lines: Vec<Dated<AuditLine>>,
    next: Option<u64>,
    /// Why the newest lines could not be read, and why older ones could not.
    problem: Option<Problem>,
    older_problem: Option<Problem>,
    is_loaded: bool,
    is_slow: bool,
    is_asking: bool,
    /// Counts questions, so that answers to an older one are dropped.
    turn: u32,
    /// Everybody there is, or everybody seen on a line so far.
    people: BTreeMap<UserId, String>,
    /// When it was asked last; word about the connection is no reason to ask every moment.
    asked_ms: f64,
    _slow: Option<Timeout>,
    _hub: hub::Subscription,
    _keys: Option<EventListener>,
}

impl Component for AuditPage {
    type Message = Msg;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        let mut page = Self {
            lines: Vec::new(),
            next: None,
            problem: None,
            older_problem: None,
            is_loaded: false,
            is_slow: false,
            is_asking: false,
            turn: 0,
            people: BTreeMap::new(),
            asked_ms: 0.0,
            _slow: None,
            _hub: hub::subscribe(ctx.link().callback(Msg::Changed)),
            _keys: keys::listen(rows::takes, Callback::from(|event: KeyboardEvent| rows::pressed(&event))),
        };
        if policy::has(ctx.props().me.role, Action::ManageUsers) {
            ctx.link().send_future(async {
                // Without the server there are still those on the lines.
                let view = ipc::call(&PeopleList {}).await.unwrap_or_default();
                Msg::Named(view.people.into_iter().map(|dated| (dated.item.id, dated.item.name)).collect())
            });
        }
        page.start(ctx);
        page
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &Props) -> bool {
        if ctx.props().narrow != old.narrow {
            self.start(ctx);
        }
        true
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Answered { turn, is_older, answer } => return self.answered(ctx, turn, is_older, answer),
            Msg::Named(people) => self.people.extend(people),
            Msg::Older => self.ask(ctx, self.next),
            Msg::Again => self.ask(ctx, None),
            Msg::Slow => self.is_slow = !self.is_loaded,
            Msg::Changed(change) => {
                // Word about the connection, after the server was out of reach.
                if change.sync && !self.is_asking && self.problem.as_ref().is_some_and(is_without_server) && asked::may_try(self.asked_ms) {
                    self.ask(ctx, None);
                }
                return false;
            }
            Msg::Narrow(narrow) => {
                ctx.props().on_route.emit(Route::Audit(narrow));
                return false;
            }
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let again = ctx.link().callback(|()| Msg::Again);
        html! {
            <section class="admin" data-testid="audit-page" aria-label={t!("page-audit")}>
                { self.filters(ctx, &again) }
                if let Some(problem) = self.problem.as_ref().filter(|_| self.is_loaded) { { asked::stale(problem, &again) } }
                { self.body(ctx, &again) }
            </section>
        }
    }
}

impl AuditPage {
    /// A new question from the newest line on.
    fn start(&mut self, ctx: &Context<Self>) {
        (self.is_loaded, self.is_slow, self.problem) = (false, false, None);
        let link = ctx.link().clone();
        self._slow = Some(Timeout::new(SKELETON_AFTER_MS, move || link.send_message(Msg::Slow)));
        self.ask(ctx, None);
    }

    fn ask(&mut self, ctx: &Context<Self>, before: Option<u64>) {
        self.turn += 1;
        self.asked_ms = js_sys::Date::now();
        (self.is_asking, self.older_problem) = (true, None);
        let (turn, is_older) = (self.turn, before.is_some());
        let filter = question(&ctx.props().narrow, before, |days| clock::start_of_day(&ctx.props().me.zone, days, ctx.props().clock));
        ctx.link().send_future(async move { Msg::Answered { turn, is_older, answer: ipc::call(&AuditGet { filter }).await } });
    }

    fn answered(&mut self, ctx: &Context<Self>, turn: u32, is_older: bool, answer: Result<AuditView, Problem>) -> bool {
        if turn != self.turn {
            return false;
        }
        self.is_asking = false;
        match answer {
            Ok(view) => {
                let seen = view.lines.iter().filter_map(|dated| Some((dated.item.by?, dated.item.by_name.clone())));
                self.people.extend(seen);
                let goes_on = goes_on(&view);
                if is_older {
                    self.lines.extend(view.lines)
                } else {
                    self.lines = view.lines
                }
                (self.next, self.problem) = (view.next, None);
                if goes_on {
                    self.ask(ctx, self.next);
                } else {
                    self.is_loaded = true;
                }
            }
            Err(problem) if is_older && self.is_loaded => self.older_problem = Some(problem),
            Err(problem) => self.problem = Some(problem),
        }
        true
    }

    fn filters(&self, ctx: &Context<Self>, again: &Callback<()>) -> Html {
        let Props { narrow, clock, .. } = ctx.props();
        let link = ctx.link();
        let today = clock.local().days;
        let narrowed = |set: fn(&mut AuditNarrow, Option<i64>)| {
            let narrow = narrow.clone();
            link.callback(move |day| {
                let mut narrow = narrow.clone();
                set(&mut narrow, day);
                Msg::Narrow(narrow)
            })
        };
        html! {
            <div class="admin__bar" role="search">
                { self.person(ctx) }
                { action(ctx) }
                <DayPicker label={t!("audit-from")} testid="audit-from" chosen={narrow.from} {today} on_pick={narrowed(|narrow, day| narrow.from = day)} />
                <DayPicker label={t!("audit-to")} testid="audit-to" chosen={narrow.to} {today} on_pick={narrowed(|narrow, day| narrow.to = day)} />
                { self.lead(ctx) }
                if *narrow != AuditNarrow::default() {
                    <button type="button" class="button button--bar button--ghost" data-testid="clear-filters"
                        onclick={link.callback(|_| Msg::Narrow(AuditNarrow::default()))}>{ t!("clear-filters") }</button>
                }
                <span class="admin__end">{ refresh(again) }</span>
            </div>
        }
    }

    fn person(&self, ctx: &Context<Self>) -> Html {
        let narrow = ctx.props().narrow.clone();
        let chosen = narrow.by;
        let onchange = ctx.link().callback(move |event: Event| {
            let by = event.target_unchecked_into::<HtmlSelectElement>().value().parse().ok();
            Msg::Narrow(AuditNarrow { by, ..narrow.clone() })
        });
        let mut people: Vec<_> = self.people.iter().collect();
        people.sort_by_key(|(_, name)| *name);
        let is_unknown = chosen.filter(|by| !self.people.contains_key(by));
        html! {
            <select class={classes!("input", "audit__select", chosen.map(|_| "audit__select--on"))} data-testid="audit-person" aria-label={t!("audit-who")} {onchange}>
                <option value="" selected={chosen.is_none()}>{ t!("audit-anybody") }</option>
                if let Some(by) = is_unknown { <option value={by.to_string()} selected=true>{ t!("audit-somebody") }</option> }
                { for people.into_iter().map(|(id, name)| html! { <option key={id.to_string()} value={id.to_string()} selected={chosen == Some(*id)}>{ name }</option> }) }
            </select>
        }
    }

    /// The one lead it is narrowed to.
    fn lead(&self, ctx: &Context<Self>) -> Html {
        let narrow = &ctx.props().narrow;
        let Some(lead) = narrow.lead else { return Html::default() };
        let named = self.lines.iter().find(|dated| dated.item.lead == Some(lead) && !dated.item.lead_name.is_empty());
        let name = named.map_or_else(|| t!("audit-one-lead"), |dated| dated.item.lead_name.clone());
        let all = AuditNarrow { lead: None, ..narrow.clone() };
        html! {
            <button type="button" class="button button--bar button--on" data-testid="audit-lead" title={t!("audit-all-leads")}
                onclick={ctx.link().callback(move |_| Msg::Narrow(all.clone()))}>{ t!("audit-lead-is", name = name) }{ Glyph::of(Icon::X).size(14) }</button>
        }
    }

    fn body(&self, ctx: &Context<Self>, again: &Callback<()>) -> Html {
        match (&self.problem, self.is_loaded) {
            (Some(problem), false) => return asked::failed(problem, again),
            (None, false) if self.is_slow => return asked::skeleton(),
            (None, false) => return Html::default(),
            (_, true) => {}
        }
        if self.lines.is_empty() {
            let is_narrowed = ctx.props().narrow != AuditNarrow::default();
            let text = if is_narrowed { t!("audit-none-match") } else { t!("audit-none-text") };
            return html! { <Empty icon={Icon::History} title={t!("audit-none")} {text} testid="audit-none" /> };
        }
        let may_open = Page::Leads.is_open_to(ctx.props().me.role);
        html! {
            <div class="admin__scroll">
                <table class="table table--audit" data-testid="audit-table">
                    <thead><tr>
                        <th scope="col">{ t!("audit-when") }</th>
                        <th scope="col">{ t!("audit-who") }</th>
                        <th scope="col">{ t!("audit-what") }</th>
                        <th scope="col">{ t!("lead") }</th>
                        <th scope="col">{ t!("audit-about") }</th>
                        <th scope="col">{ t!("audit-details") }</th>
                    </tr></thead>
                    <tbody>{ for self.lines.iter().map(|dated| line(dated, may_open, ctx.props().clock)) }</tbody>
                </table>
                { self.foot(ctx) }
            </div>
        }
    }

    fn foot(&self, ctx: &Context<Self>) -> Html {
        let older = ctx.link().callback(|()| Msg::Older);
        html! {
            <div class="admin__more">
                if let Some(problem) = &self.older_problem {
                    { asked::stale(problem, &older) }
                } else if self.next.is_some() {
                    <button type="button" class="button button--bar" data-testid="load-older" disabled={self.is_asking} onclick={older.reform(|_: MouseEvent| ())}>
                        if self.is_asking { { Glyph::of(Icon::Refresh).size(14).class("icon--turning") } } else { { Glyph::of(Icon::ChevronDown).size(14) } }
                        { t!("audit-older") }
                    </button>
                } else {
                    <span class="admin__note" data-testid="audit-end">{ t!("audit-end", count = self.lines.len() as u64) }</span>
                }
            </div>
        }
    }
}

fn action(ctx: &Context<AuditPage>) -> Html {
    let narrow = ctx.props().narrow.clone();
    let chosen = narrow.action;
    let onchange = ctx.link().callback(move |event: Event| {
        let value = event.target_unchecked_into::<HtmlSelectElement>().value();
        let action = AuditAction::ALL.into_iter().find(|action| action_name(*action) == value);
        Msg::Narrow(AuditNarrow { action, ..narrow.clone() })
    });
    let option =
        |action: AuditAction| html! { <option value={action_name(action)} selected={chosen == Some(action)}>{ action.title() }</option> };
    html! {
        <select class={classes!("input", "audit__select", chosen.map(|_| "audit__select--on"))} data-testid="audit-action" aria-label={t!("audit-what")} {onchange}>
            <option value="" selected={chosen.is_none()}>{ t!("audit-anything") }</option>
            { for AuditAction::ALL.into_iter().map(option) }
        </select>
    }
}

fn line(dated: &Dated<AuditLine>, may_open: bool, clock: Clock) -> Html {
    let line = &dated.item;
    let at = dated.when.clone().unwrap_or_else(|| when(line.at, clock));
    let lead = line.lead.map(|lead| {
        let name = if line.lead_name.is_empty() { t!("audit-one-lead") } else { line.lead_name.clone() };
        if may_open {
            let address = Route::Leads { filter: ListFilter::default(), open: Some(lead) }.to_string();
            html! { <a class="table__open" data-row-main="true" href={address}>{ Name::of(name) }</a> }
        } else {
            html! { { Name::of(name) } }
        }
    });
    let by = if line.by_name.is_empty() {
        html! { <span class="faint">{ t!("audit-nobody") }</span> }
    } else {
        html! { { Name::of(line.by_name.clone()) } }
    };
    html! {
        <tr key={line.seq.to_string()} tabindex="-1" data-row="true" data-testid="audit-log-item" data-action={action_name(line.action)} data-seq={line.seq.to_string()}>
            <td class="table__time">{ words::moment(&at) }</td>
            <th scope="row" class="table__name">{ by }</th>
            <td class="table__word">{ line.action.title() }</td>
            <td class="table__name">{ lead.unwrap_or_default() }</td>
            <td class="table__name" dir="auto" title={line.about.clone()}>{ &line.about }</td>
            <td class="table__details" dir="auto">{ &line.details }</td>
        </tr>
    }
}

/// Whether an answer says only where to look on: the server looks through so much of its log at a time.
fn goes_on(view: &AuditView) -> bool {
    view.lines.is_empty() && view.next.is_some()
}

/// The question for the server; days begin where the organisation is, and the last one is included.
fn question(narrow: &AuditNarrow, before: Option<u64>, start_of_day: impl Fn(i64) -> i64) -> AuditFilter {
    AuditFilter {
        lead: narrow.lead,
        by: narrow.by,
        action: narrow.action,
        from: narrow.from.map(&start_of_day),
        to: narrow.to.map(|days| start_of_day(days + 1)),
        before,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_day_is_asked_for_to_its_end() {
        let narrow = AuditNarrow { from: Some(10), to: Some(10), ..AuditNarrow::default() };
        let filter = question(&narrow, Some(7), |days| days * 100);
        assert_eq!((filter.from, filter.to, filter.before), (Some(1_000), Some(1_100), Some(7)));
        assert_eq!(question(&AuditNarrow::default(), None, |days| days), AuditFilter::default());
    }
}
