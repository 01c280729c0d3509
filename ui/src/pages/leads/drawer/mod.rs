//! The drawer of one lead. Owns the questions about it and the keys in it; each part edits by
//! [`edit::Editor`]. When the lead leaves this computer it says so and keeps what was typed.

mod comments;
mod conflict;
mod custom;
mod deletion;
mod edit;
mod fields;
mod follow_ups;
mod identity;
mod interest;
mod note_editor;
mod note_state;
mod notes;
pub mod owner;
pub mod planner;
mod proposals;
mod reason;
pub mod status;
mod tags;
mod timeline;

use crate::clock::Clock;
use crate::components::badge::PaymentBadge;
use crate::components::key::Key;
use crate::components::menu::{Menu, MenuItem};
use crate::components::why::Why;
use crate::draft::Drafts;
use crate::icon::{Glyph, Icon};
use crate::pages::payments::panel::PaymentsPanel;
use crate::route::Route;
use crate::text::count;
use crate::{clipboard, dial, hub, ipc, keys, presence, t, words};
use bridge::lead::{CallLog, LeadOpen, LeadOpened, LeadView, TimelineEntry};
use bridge::session::Me;
use bridge::{Change, Problem, ProblemCode};
use comments::Comments;
use custom::Custom;
use deletion::{Deleted, More};
use domain::policy::{self, Action};
use domain::{LeadField, LeadId, Status};
use edit::Editor;
use fields::Fields;
use follow_ups::{FollowUps, Open};
use gloo_events::EventListener;
use identity::Identity;
use interest::Interest;
use notes::Notes;
use proposals::Proposals;
use status::{Stage, StatusSelect};
use std::cell::Cell;
use std::rc::Rc;
use tags::Tags;
use timeline::Timeline;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub lead: LeadId,
    pub me: Rc<Me>,
    pub clock: Clock,
    /// Where it stands in the list, from 0, and how many there are.
    pub position: Option<(u32, u32)>,
    /// The server is out of reach: what only it can do waits.
    pub is_offline: bool,
    /// It is the whole page, and stands beside no list.
    #[prop_or_default]
    pub is_page: bool,
    /// On the Payments page: saving a payment with Ctrl Enter goes to the next customer.
    #[prop_or_default]
    pub collects: bool,
    pub on_close: Callback<()>,
    pub on_step: Callback<i64>,
}

pub enum Msg {
    Viewed { lead: LeadId, epoch: u64, answer: Box<Result<LeadOpened, Problem>> },
    Drafts(LeadId, Drafts),
    Changed(Change),
    Edited,
    Stage(Option<Stage>),
    FollowUp(Option<Open>),
    CallMenu(bool),
    Assign(bool),
    LogCall(String),
    NextStep,
    Dial,
    Key(KeyboardEvent),
}

pub struct LeadDrawer {
    view: Option<Rc<LeadView>>,
    /// Counts the views that were taken.
    version: u64,
    /// Counts edits here: a view asked for before the last one is older than it, and dropped.
    epoch: Rc<Cell<u64>>,
    /// The count at which the present view was asked for.
    view_epoch: u64,
    is_asking: bool,
    is_stale: bool,
    timeline: Rc<Vec<TimelineEntry>>,
    drafts: Option<Drafts>,
    problem: Option<Problem>,
    stage: Option<Stage>,
    follow_up: Option<Open>,
    is_call_menu_open: bool,
    is_owner_menu_open: bool,
    takes_focus: bool,
    panel: NodeRef,
    _hub: hub::Subscription,
    _keys: Option<EventListener>,
}

impl Component for LeadDrawer {
    type Message = Msg;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        let mut drawer = Self {
            view: None,
            version: 0,
            epoch: Rc::default(),
            view_epoch: 0,
            is_asking: false,
            is_stale: false,
            timeline: Rc::default(),
            drafts: None,
            problem: None,
            stage: None,
            follow_up: None,
            is_call_menu_open: false,
            is_owner_menu_open: false,
            takes_focus: true,
            panel: NodeRef::default(),
            _hub: hub::subscribe(ctx.link().callback(Msg::Changed)),
            _keys: keys::listen(takes, ctx.link().callback(Msg::Key)),
        };
        drawer.start(ctx);
        drawer
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &Props) -> bool {
        if ctx.props().lead != old.lead {
            self.start(ctx);
        }
        true
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Viewed { lead, epoch, answer } => return self.viewed(ctx, lead, epoch, *answer),
            Msg::Drafts(lead, drafts) if lead == ctx.props().lead => self.drafts = Some(drafts),
            Msg::Drafts(..) => return false,
            Msg::Changed(change) => {
                if change.touches(ctx.props().lead) || change.attention {
                    self.ask(ctx);
                }
                return change.presence;
            }
            Msg::Edited => {
                self.ask(ctx);
                return false;
            }
            Msg::Stage(stage) => self.stage = stage,
            Msg::FollowUp(open) => self.follow_up = open,
            Msg::CallMenu(is_open) => self.is_call_menu_open = is_open,
            Msg::Assign(is_open) => self.is_owner_menu_open = is_open,
            Msg::LogCall(outcome) => {
                self.is_call_menu_open = false;
                let edit = self.editor(ctx);
                let said = t!("edit-call", outcome = outcome.as_str());
                edit.send_undoable(CallLog { lead: edit.lead, outcome }, said);
            }
            Msg::NextStep => self.next_step(ctx),
            Msg::Dial => {
                self.dial();
                return false;
            }
            Msg::Key(event) => self.key(ctx, &event),
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let label = self.view.as_ref().and_then(|v| v.name.value.clone()).unwrap_or_else(|| t!("lead"));
        html! {
            <aside ref={&self.panel} class={classes!("drawer", ctx.props().is_page.then_some("drawer--page"))} role="dialog" aria-modal="false" aria-label={label} tabindex="-1" data-testid="lead-drawer"
                data-lead={ctx.props().lead.to_string()}>
                { self.bar(ctx) }
                <div class="drawer__body">{ self.body(ctx) }</div>
            </aside>
        }
    }

    fn destroy(&mut self, _: &Context<Self>) {
        presence::view(None, false);
    }

    fn rendered(&mut self, _: &Context<Self>, _: bool) {
        if std::mem::take(&mut self.takes_focus)
            && let Some(panel) = self.panel.cast::<HtmlElement>()
        {
            let _ = panel.focus();
        }
    }
}

impl LeadDrawer {
    fn start(&mut self, ctx: &Context<Self>) {
        (self.view, self.drafts, self.problem) = (None, None, None);
        (self.stage, self.follow_up, self.is_call_menu_open, self.is_owner_menu_open) = (None, None, false, false);
        self.timeline = Rc::default();
        self.epoch.set(self.epoch.get() + 1);
        let lead = ctx.props().lead;
        presence::view(Some(lead), false);
        self.ask(ctx);
    }

    /// One question at a time; what comes meanwhile asks once more afterwards.
    fn ask(&mut self, ctx: &Context<Self>) {
        if std::mem::replace(&mut self.is_asking, true) {
            self.is_stale = true;
            return;
        }
        let (lead, epoch) = (ctx.props().lead, self.epoch.get());
        ctx.link().send_future(async move { Msg::Viewed { lead, epoch, answer: Box::new(ipc::call(&LeadOpen { lead }).await) } });
    }

    fn viewed(&mut self, ctx: &Context<Self>, lead: LeadId, epoch: u64, answer: Result<LeadOpened, Problem>) -> bool {
        self.is_asking = false;
        let is_old = lead != ctx.props().lead || epoch != self.epoch.get();
        if std::mem::take(&mut self.is_stale) || is_old {
            self.ask(ctx);
        }
        if is_old {
            return false;
        }
        match answer {
            Ok(LeadOpened { view, timeline, draft }) => {
                (self.view, self.timeline, self.problem) = (Some(Rc::new(view)), Rc::new(timeline), None);
                // What is being typed is newer than what was kept.
                self.drafts.get_or_insert_with(|| Drafts::of_lead(lead, draft));
                self.version += 1;
                self.view_epoch = epoch;
            }
            Err(problem) => {
                self.problem = Some(problem);
                if self.drafts.is_none() {
                    ctx.link().send_future(async move { Msg::Drafts(lead, Drafts::load(format!("lead:{lead}")).await) });
                }
            }
        }
        true
    }

    fn editor(&self, ctx: &Context<Self>) -> Editor {
        Editor { lead: ctx.props().lead, epoch: self.epoch.clone(), on_edited: ctx.link().callback(|()| Msg::Edited) }
    }

    fn next_step(&mut self, ctx: &Context<Self>) {
        let Some((view, to)) = self.view.as_ref().and_then(|view| Some((view, status::forward(view)?))) else { return };
        match status::stage_for(view, to) {
            Some(stage) => self.stage = Some(stage),
            None => status::change(&self.editor(ctx), to, None),
        }
    }

    fn key(&mut self, ctx: &Context<Self>, event: &KeyboardEvent) {
        let can = self.view.as_ref().map(|view| view.can.clone()).unwrap_or_default();
        let may_plan = can.follow_up && can.follow_up_blocked.is_none();
        match event.key().as_str() {
            "ArrowLeft" => ctx.props().on_step.emit(-1),
            "ArrowRight" => ctx.props().on_step.emit(1),
            // First out of the field, then out of the lead.
            "Escape" if ctx.props().is_page && !keys::is_typing(event) => ctx.props().on_close.emit(()),
            "Escape" => drop(self.panel.cast::<HtmlElement>().map(|panel| panel.focus())),
            digit @ ("1" | "2") => press_keep(digit),
            "s" | "S" if self.view.as_ref().is_some_and(|view| !status::allowed(view).is_empty()) => self.stage = Some(Stage::Statuses),
            "u" | "U" if may_plan => self.follow_up = Some(Open::New),
            "l" | "L" if can.log_call && can.log_call_blocked.is_none() => self.is_call_menu_open = true,
            "c" | "C" => self.dial(),
            "y" | "Y" => self.next_step(ctx),
            "a" | "A" if self.may_assign() => self.is_owner_menu_open = true,
            "n" | "N" if self.view.as_ref().is_some_and(|view| fields::edits_all(view, ctx.props().me.role)) => keys::focus("#note-add"),
            _ => {}
        }
    }

    /// The number, for who may see and so call it.
    fn number(&self) -> Option<String> {
        let view = self.view.as_ref().filter(|view| view.deleted.is_none())?;
        view.fields.iter().find(|field| field.field == LeadField::Phone)?.value.clone()
    }

    fn dial(&self) {
        if let (Some(view), Some(number)) = (&self.view, self.number()) {
            dial::call(view.id, number);
        }
    }

    fn may_assign(&self) -> bool {
        self.view.as_ref().is_some_and(|view| view.can.assign && view.can.assign_blocked.is_none())
    }

    fn bar(&self, ctx: &Context<Self>) -> Html {
        let Props { position, on_close, on_step, is_page, .. } = ctx.props();
        let step = |by: i64, icon, label: String, testid: &'static str, is_end: bool| {
            html! {
                <button type="button" class="button button--icon" aria-label={label.clone()} title={label} data-testid={testid} disabled={is_end}
                    onclick={on_step.reform(move |_: MouseEvent| by)}>{ Glyph::of(icon) }</button>
            }
        };
        let (at, total) = position.unwrap_or((0, 0));
        let is_known = position.is_some();
        html! {
            <div class="drawer__bar">
                <button type="button" class="button button--bar button--ghost" data-testid="drawer-close" onclick={on_close.reform(|_: MouseEvent| ())}>
                    { Glyph::of(Icon::ArrowLeft) }{ t!("close") }{ Key::of("Esc") }
                </button>
                <span class="drawer__position" data-testid="drawer-position">
                    if is_known { { t!("position", at = count(at + 1), total = count(total)) } }
                </span>
                if !is_page {
                    { step(-1, Icon::ChevronUp, t!("previous-lead"), "drawer-prev", is_known && at == 0) }
                    { step(1, Icon::ChevronDown, t!("next-lead"), "drawer-next", is_known && at + 1 >= total) }
                    <a class="button button--icon" href={Route::Lead(ctx.props().lead).to_string()} aria-label={t!("lead-page")} title={t!("lead-page")}
                        data-testid="drawer-page">{ Glyph::of(Icon::Monitor) }</a>
                }
                if let Some(view) = self.view.as_ref().filter(|_| self.problem.is_none()) {
                    <More role={ctx.props().me.role} view={view.clone()} edit={self.editor(ctx)} on_gone={on_close} />
                }
            </div>
        }
    }

    fn body(&self, ctx: &Context<Self>) -> Html {
        if let Some(problem) = &self.problem {
            return self.left(ctx, problem);
        }
        let (Some(view), Some(drafts)) = (&self.view, &self.drafts) else { return Html::default() };
        let (edit, me, link) = (self.editor(ctx), &ctx.props().me, ctx.link());
        // Keyed by lead: boxes of the last one are not taken over by the next.
        html! {
            <div key={view.id.to_string()} class="drawer__lead">
                <Deleted role={me.role} view={view.clone()} edit={edit.clone()} on_gone={&ctx.props().on_close} />
                <Identity view={view.clone()} on_it={presence::sentence(view.id)} on_call={self.number().map(|_| link.callback(|()| Msg::Dial))} me={me.clone()} edit={edit.clone()} drafts={drafts.clone()}
                    is_owner_menu_open={self.is_owner_menu_open} on_owner_menu={link.callback(Msg::Assign)} />
                if let Some(why) = &view.do_not_call.value {
                    <p class="do-not-call" role="note" data-testid="do-not-call">
                        { Glyph::of(Icon::Ban) }<strong>{ t!("do-not-call") }</strong><bdi dir="auto">{ why }</bdi>
                    </p>
                }
                { self.actions(ctx, view) }
                { self.ledger(ctx, view) }
                <div class="drawer__pair">
                    <StatusSelect view={view.clone()} me={me.clone()} edit={edit.clone()} stage={self.stage} on_stage={link.callback(Msg::Stage)} />
                    <Interest view={view.clone()} role={me.role} edit={edit.clone()} />
                </div>
                <Proposals view={view.clone()} edit={edit.clone()} is_offline={ctx.props().is_offline} />
                <Fields view={view.clone()} me={me.clone()} edit={edit.clone()} drafts={drafts.clone()} />
                <Custom view={view.clone()} can_edit={fields::edits_all(view, me.role)} edit={edit.clone()} />
                <Tags view={view.clone()} can_edit={fields::edits_all(view, me.role)} edit={edit.clone()} />
                <FollowUps view={view.clone()} me={me.clone()} clock={ctx.props().clock} edit={edit.clone()} drafts={drafts.clone()}
                    open={self.follow_up} on_open={link.callback(Msg::FollowUp)} />
                <Notes view={view.clone()} version={self.version} epoch={self.view_epoch} can_edit={fields::edits_all(view, me.role)} edit={edit.clone()} drafts={drafts.clone()} />
                <Comments view={view.clone()} can_edit={fields::edits_all(view, me.role)} edit={edit.clone()} drafts={drafts.clone()} />
                if view.can.timeline { <Timeline entries={self.timeline.clone()} /> }
            </div>
        }
    }

    /// Of who was converted, or has paid nevertheless; for who sees payments.
    fn ledger(&self, ctx: &Context<Self>, view: &LeadView) -> Html {
        let Props { me, clock, collects, on_step, .. } = ctx.props();
        let is_shown = policy::has(me.role, Action::ViewPayments) && policy::has(me.role, Action::SeePhone);
        if !is_shown {
            return match view.payment {
                Some(status) => html! { <p class="ledger__badge">{ t!("page-payments") }{ PaymentBadge::of(status) }</p> },
                None => Html::default(),
            };
        }
        if !(*collects || view.status == Status::Converted) {
            return Html::default();
        }
        html! { <PaymentsPanel key={view.id.to_string()} lead={view.id} me={me.clone()} clock={*clock} on_next={collects.then(|| on_step.clone())} /> }
    }

    fn actions(&self, ctx: &Context<Self>, view: &LeadView) -> Html {
        let link = ctx.link();
        let blocked = view.can.follow_up_blocked.clone();
        let step = status::forward(view);
        html! {
            <div class="actions">
                if view.can.log_call { { self.call(ctx, view.can.log_call_blocked.clone()) } }
                if view.can.follow_up {
                    <button type="button" class="button" data-testid="action-followup" disabled={blocked.is_some()} title={blocked.clone()}
                        aria-describedby={blocked.is_some().then_some("follow-up-why")} onclick={link.callback(|_| Msg::FollowUp(Some(Open::New)))}>
                        { t!("follow-up") }{ Key::of("U") }
                    </button>
                    <Why id="follow-up-why" why={blocked} />
                }
                if let Some(to) = step {
                    <button type="button" class="button" data-testid="action-next" onclick={link.callback(|_| Msg::NextStep)}>
                        { t!("next-step", from = view.status.as_str(), to = to.as_str()) }{ Key::of("Y") }
                    </button>
                }
            </div>
        }
    }

    fn call(&self, ctx: &Context<Self>, blocked: Option<String>) -> Html {
        let link = ctx.link();
        let is_open = self.is_call_menu_open;
        let item = |outcome: &String| {
            let picked = outcome.clone();
            html! { <MenuItem testid={format!("call-{outcome}")} on_pick={link.callback(move |()| Msg::LogCall(picked.clone()))}>{ outcome }</MenuItem> }
        };
        html! {
            <span class="actions__call">
                <button type="button" class="button button--filled" data-testid="action-log-call" aria-haspopup="menu" aria-expanded={is_open.to_string()}
                    disabled={blocked.is_some()} title={blocked.clone()} aria-describedby={blocked.is_some().then_some("log-call-why")}
                    onclick={link.callback(move |_| Msg::CallMenu(!is_open))}>{ Glyph::of(Icon::Phone) }{ t!("log-call") }{ Key::of("L") }</button>
                <Why id="log-call-why" why={blocked} />
                if is_open {
                    <Menu label={t!("log-call")} on_close={link.callback(|()| Msg::CallMenu(false))} testid="call-menu">
                        { for ctx.props().me.follow_up_outcomes.iter().map(item) }
                    </Menu>
                }
            </span>
        }
    }

    /// The record is not here any more, or can't be read.
    fn left(&self, ctx: &Context<Self>, problem: &Problem) -> Html {
        let name = self.view.as_ref().and_then(|view| view.name.value.clone());
        let has_gone = problem.code == ProblemCode::NotFound;
        let title = match (has_gone, &name) {
            (true, Some(name)) => t!("record-left", name = name.as_str()),
            (true, None) => t!("record-left-unnamed"),
            (false, _) => t!("record-unread"),
        };
        let typed = self.drafts.as_ref().map(Drafts::all_text).filter(|text| !text.is_empty());
        let copy = |text: String| move |_: MouseEvent| clipboard::copy(&text);
        html! {
            <div class="left-card" role="alert" data-testid="record-left">
                { Glyph::of(if has_gone { Icon::HandOver } else { Icon::Alert }).size(18).class("tone--info") }
                <div>
                    <h2 class="left-card__title">{ title }</h2>
                    <p>{ &problem.text }</p>
                    if let Some(typed) = &typed {
                        <p class="left-card__typed">{ t!("record-left-typed") }</p>
                        <pre class="left-card__text" dir="auto">{ words::shortened(typed, 600) }</pre>
                    }
                    <div class="left-card__acts">
                        if let Some(typed) = typed.clone() {
                            <button type="button" class="button" data-testid="record-left-copy" onclick={copy(typed)}>{ t!("copy-text") }</button>
                        }
                        <button type="button" class="button" data-testid="record-left-close" onclick={ctx.props().on_close.reform(|_: MouseEvent| ())}>
                            { t!("close") }{ Key::of("Esc") }
                        </button>
                    </div>
                </div>
            </div>
        }
    }
}

/// The keys of the drawer.
fn takes(event: &KeyboardEvent) -> bool {
    let is_typing = keys::is_typing(event);
    !keys::is_covered()
        && match event.key().as_str() {
            "ArrowLeft" | "ArrowRight" => keys::is_command(event) && !is_typing,
            "1" | "2" => event.alt_key(),
            "Escape" => is_typing || is_on_page(),
            "a" | "A" | "s" | "S" | "u" | "U" | "l" | "L" | "y" | "Y" | "n" | "N" | "c" | "C" => keys::is_plain(event) && !is_typing,
            _ => false,
        }
}

/// On the page there is no list that takes Escape.
fn is_on_page() -> bool {
    web_sys::window().and_then(|w| w.document()).is_some_and(|d| d.query_selector(".drawer--page").ok().flatten().is_some())
}

/// Keeps a value of the conflict that has the focus, or of the first one.
fn press_keep(digit: &str) {
    let Some(document) = web_sys::window().and_then(|w| w.document()) else { return };
    let focused = document.active_element().and_then(|e| e.closest("[data-conflict]").ok().flatten());
    let Some(conflict) = focused.or_else(|| document.query_selector("[data-conflict]").ok().flatten()) else { return };
    let index = if digit == "1" { 0 } else { 1 };
    let button = conflict.query_selector(&format!("[data-testid=keep-{index}]")).ok().flatten();
    if let Some(button) = button.and_then(|b| b.dyn_into::<HtmlElement>().ok()) {
        button.click();
    }
}
