//! The calling queue (mock-up 03): who now and why, what is known, the note, and the outcomes on the keys
//! 1 to 9. The next lead is read before this one is done, so that between two calls nothing is waited for.

mod next_call;
mod outcomes;
pub mod pace;
mod person;
mod why;

use crate::calendar::Local;
use crate::clock::Clock;
use crate::components::empty::Empty;
use crate::components::key::Key;
use crate::components::text_box::TextBox;
use crate::draft::Drafts;
use crate::icon::Icon;
use crate::{dial, hub, ipc, keys, presence, t, toast, undo, words};
use bridge::lead::{Edited, LeadOpen, LeadView, TimelineEntry};
use bridge::queue::{CallDispose, Outcome, QueueGet, QueueItem, QueueView};
use bridge::{Change, Problem};
use domain::config::clock;
use domain::{LeadField, LeadId};
use gloo_events::EventListener;
use gloo_timers::callback::Interval;
use next_call::NextCall;
use outcomes::Outcomes;
use pace::PaceBar;
use std::rc::Rc;
use yew::prelude::*;

/// The part of the lead's draft that holds the note of a call.
const DRAFT: &str = "call";
const NOTE: &str = "[data-testid=queue-note]";
/// Leads that are read before it is their turn.
const BEHIND: usize = 2;
const TICK_MS: u32 = 1_000;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub clock: Clock,
}

/// A lead with all that the page shows of it.
pub struct Open {
    item: QueueItem,
    view: Rc<LeadView>,
    timeline: Rc<Vec<TimelineEntry>>,
    drafts: Drafts,
}

pub enum Msg {
    Queue(Result<QueueView, Problem>),
    Read(LeadId, Box<Result<Open, Problem>>),
    Changed(Change),
    Note(String),
    Pick(u8),
    /// Wall time of the next call.
    Next(Option<String>),
    Save,
    Saved(LeadId, Result<Edited, Problem>),
    /// A call was taken back: to its lead.
    Undone(Box<QueueItem>),
    Step(i8),
    Call,
    End,
    Tick,
    Key(KeyboardEvent),
}

pub struct QueuePage {
    queue: Option<QueueView>,
    problem: Option<Problem>,
    now: Option<Open>,
    /// Those behind it, read already, the next one first.
    behind: Vec<Open>,
    /// Leads that were put off, or came before, in order.
    passed: Vec<LeadId>,
    note: String,
    picked: Option<u8>,
    next: Option<String>,
    /// What is wrong with the outcome as it stands.
    refused: Option<String>,
    is_saving: bool,
    /// When the call began and ended, ms since the epoch.
    call: Option<(f64, Option<f64>)>,
    focuses_note: bool,
    is_asking: bool,
    is_stale: bool,
    _tick: Option<Interval>,
    _hub: hub::Subscription,
    _keys: Option<EventListener>,
}

impl Component for QueuePage {
    type Message = Msg;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        let mut page = Self {
            queue: None,
            problem: None,
            now: None,
            behind: Vec::new(),
            passed: Vec::new(),
            note: String::new(),
            picked: None,
            next: None,
            refused: None,
            is_saving: false,
            call: None,
            focuses_note: false,
            is_asking: false,
            is_stale: false,
            _tick: None,
            _hub: hub::subscribe(ctx.link().callback(Msg::Changed)),
            _keys: keys::listen(takes, ctx.link().callback(Msg::Key)),
        };
        page.ask(ctx);
        page
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &Props) -> bool {
        // Time alone makes leads ripe.
        if ctx.props().clock != old.clock {
            self.ask(ctx);
        }
        true
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Queue(answer) => self.listed(ctx, answer),
            Msg::Read(lead, answer) => self.read(ctx, lead, *answer),
            Msg::Changed(change) => {
                let touches = self.now.as_ref().is_some_and(|now| change.touches(now.item.lead.id));
                if touches && let Some(now) = &self.now {
                    read(ctx, now.item.clone());
                }
                if change.presence {
                    self.yield_to_caller(ctx);
                }
                if change.many_leads || !change.leads.is_empty() || change.presence {
                    self.ask(ctx);
                }
                return change.presence;
            }
            Msg::Note(note) => {
                if let Some(now) = &self.now {
                    now.drafts.put(DRAFT, "", &note);
                }
                self.note = note;
            }
            Msg::Pick(key) => self.pick(key),
            Msg::Next(next) => (self.next, self.refused) = (next, None),
            Msg::Save => self.save(ctx),
            Msg::Saved(lead, answer) => self.saved(ctx, lead, answer),
            Msg::Undone(item) => self.undone(ctx, *item),
            Msg::Step(by) => self.step(ctx, by),
            Msg::Call => self.call(ctx),
            Msg::End => {
                self.call = self.call.map(|(from, until)| (from, until.or_else(|| Some(now_ms()))));
                self._tick = None;
            }
            Msg::Tick => {}
            Msg::Key(event) => return self.key(ctx, &event),
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let body = match (&self.problem, &self.queue, &self.now) {
            (Some(problem), ..) => {
                html! { <Empty icon={Icon::Alert} title={t!("list-failed")} text={problem.text.clone()} testid="queue-problem" /> }
            }
            (None, Some(queue), Some(now)) => self.call_of(ctx, queue, now),
            (None, Some(queue), None) if queue.items.is_empty() => self.nothing(queue),
            (None, ..) => Html::default(),
        };
        html! {
            <section class="queue" data-testid="queue-page" aria-label={t!("page-queue")}>
                if let Some(queue) = &self.queue { <PaceBar pace={queue.pace} clock={ctx.props().clock} total={Some(queue.total)} /> }
                { body }
            </section>
        }
    }

    fn destroy(&mut self, _: &Context<Self>) {
        presence::view(None, false);
    }

    fn rendered(&mut self, _: &Context<Self>, _: bool) {
        if std::mem::take(&mut self.focuses_note) {
            keys::focus(NOTE);
        }
    }
}

impl QueuePage {
    fn ask(&mut self, ctx: &Context<Self>) {
        if std::mem::replace(&mut self.is_asking, true) {
            self.is_stale = true;
            return;
        }
        let request = QueueGet { skip: self.passed.clone() };
        ctx.link().send_future(async move { Msg::Queue(ipc::call(&request).await) });
    }

    fn listed(&mut self, ctx: &Context<Self>, answer: Result<QueueView, Problem>) {
        self.is_asking = false;
        match answer {
            Ok(queue) => (self.queue, self.problem) = (Some(queue), None),
            Err(problem) => self.problem = Some(problem),
        }
        if std::mem::take(&mut self.is_stale) {
            self.ask(ctx);
            return;
        }
        // The lead on the screen stays, whatever comes before it now.
        match &self.now {
            None => {
                if let Some(first) = self.others().next().cloned() {
                    read(ctx, first);
                }
            }
            Some(_) => self.read_behind(ctx),
        }
    }

    /// What comes after the lead on the screen.
    fn others(&self) -> impl Iterator<Item = &QueueItem> {
        let now = self.now.as_ref().map(|now| now.item.lead.id);
        self.queue.iter().flat_map(|queue| &queue.items).filter(move |item| Some(item.lead.id) != now)
    }

    fn read_behind(&mut self, ctx: &Context<Self>) {
        let next: Vec<QueueItem> = self.others().take(BEHIND).cloned().collect();
        let place = |open: &Open| next.iter().position(|item| *item == open.item);
        self.behind.retain(|open| place(open).is_some());
        self.behind.sort_by_key(place);
        for item in &next {
            if self.behind.iter().all(|open| open.item != *item) {
                read(ctx, item.clone());
            }
        }
    }

    fn read(&mut self, ctx: &Context<Self>, lead: LeadId, answer: Result<Open, Problem>) {
        let is_now = self.now.as_ref().is_none_or(|now| now.item.lead.id == lead);
        match answer {
            Ok(open) if !is_now => {
                self.behind.retain(|one| one.item.lead.id != lead);
                self.behind.push(open);
                let order: Vec<LeadId> = self.others().map(|item| item.lead.id).collect();
                self.behind.sort_by_key(|one| order.iter().position(|lead| *lead == one.item.lead.id));
            }
            // The same lead, read anew: what is being typed stays.
            Ok(open) if self.now.is_some() => {
                if let Some(now) = &mut self.now {
                    (now.view, now.timeline) = (open.view, open.timeline);
                }
            }
            Ok(open) => {
                self.show(open);
                self.read_behind(ctx);
            }
            // It left this person meanwhile: the next one.
            Err(problem) if is_now => {
                toast::problem(problem.text);
                self.passed.push(lead);
                self.go_on(ctx);
            }
            Err(_) => {}
        }
    }

    /// Somebody else calls the lead on the screen, and nothing was begun with it: the next one.
    fn yield_to_caller(&mut self, ctx: &Context<Self>) {
        let Some(now) = self.now.as_ref().filter(|now| presence::is_called(now.item.lead.id)) else { return };
        if self.call.is_some() || self.picked.is_some() || !self.note.is_empty() {
            return;
        }
        let why = presence::sentence(now.item.lead.id).unwrap_or_default();
        toast::done(t!("queue-taken", name = now.item.lead.name.as_str(), why = why));
        self.go_on(ctx);
    }

    fn show(&mut self, open: Open) {
        presence::view(Some(open.item.lead.id), true);
        self.note = open.drafts.text(DRAFT).unwrap_or_default();
        (self.picked, self.next, self.refused, self.call, self._tick) = (None, None, None, None, None);
        (self.now, self.focuses_note) = (Some(open), true);
    }

    /// To the one behind, which is here already; or to whatever the queue says.
    fn go_on(&mut self, ctx: &Context<Self>) {
        self.now = None;
        self.behind.retain(|behind| !presence::is_called(behind.item.lead.id));
        if self.behind.is_empty() {
            presence::view(None, false);
        } else {
            let next = self.behind.remove(0);
            self.show(next);
        }
        self.ask(ctx);
    }

    fn step(&mut self, ctx: &Context<Self>, by: i8) {
        let Some(now) = &self.now else { return };
        if by > 0 {
            if self.others().next().is_none() {
                return toast::done(t!("queue-last"));
            }
            self.passed.push(now.item.lead.id);
            self.go_on(ctx);
        } else if self.passed.pop().is_some() {
            // It stood before the others, so it does again.
            (self.now, self.behind) = (None, Vec::new());
            self.ask(ctx);
        }
    }

    /// The outcomes as they are on the lead that is shown.
    fn outcomes(&self) -> Vec<Outcome> {
        let (Some(queue), Some(now)) = (&self.queue, &self.now) else { return Vec::new() };
        queue.outcomes.iter().map(|one| one.on(now.item.lead.status)).collect()
    }

    fn pick(&mut self, key: u8) {
        let Some(outcome) = self.outcomes().into_iter().find(|one| one.key == key) else { return };
        self.picked = Some(key);
        self.next = outcome.next.as_ref().map(|when| when.local.clone());
        self.refused = None;
    }

    fn save(&mut self, ctx: &Context<Self>) {
        let (Some(now), false) = (&self.now, self.is_saving) else { return };
        let Some(key) = self.picked else {
            self.refused = Some(t!("queue-pick-first"));
            return;
        };
        let lead = now.item.lead.id;
        let request = CallDispose { lead, key, note: self.note.clone(), next: self.next.clone() };
        self.is_saving = true;
        ctx.link().send_future(async move { Msg::Saved(lead, ipc::call(&request).await) });
    }

    fn saved(&mut self, ctx: &Context<Self>, lead: LeadId, answer: Result<Edited, Problem>) {
        self.is_saving = false;
        let Some(now) = self.now.as_ref().filter(|now| now.item.lead.id == lead) else { return };
        let edited = match answer {
            Ok(edited) => edited,
            Err(problem) => {
                self.refused = Some(problem.text);
                return;
            }
        };
        now.drafts.forget(DRAFT);
        let outcome = self.outcomes().into_iter().find(|one| Some(one.key) == self.picked).map(|one| one.name).unwrap_or_default();
        let said = t!("queue-saved", name = now.item.lead.name.as_str(), outcome = outcome);
        let (link, item) = (ctx.link().clone(), now.item.clone());
        undo::offer(said, lead, edited, move || link.send_message(Msg::Undone(Box::new(item.clone()))));
        self.go_on(ctx);
    }

    /// Who is on the phone is not taken off the screen.
    fn undone(&mut self, ctx: &Context<Self>, item: QueueItem) {
        if self.call.is_some_and(|(_, until)| until.is_none()) {
            return toast::done(t!("queue-undone", name = item.lead.name.as_str()));
        }
        (self.now, self.behind) = (None, Vec::new());
        read(ctx, item);
    }

    /// The number is dialled, and the clock runs.
    fn call(&mut self, ctx: &Context<Self>) {
        let Some(now) = &self.now else { return };
        let phone = now.view.fields.iter().find(|field| field.field == LeadField::Phone).and_then(|field| field.value.clone());
        let Some(phone) = phone else { return };
        dial::call(now.item.lead.id, phone);
        self.call = Some((now_ms(), None));
        let link = ctx.link().clone();
        self._tick = Some(Interval::new(TICK_MS, move || link.send_message(Msg::Tick)));
    }

    fn key(&mut self, ctx: &Context<Self>, event: &KeyboardEvent) -> bool {
        let message = match event.key().as_str() {
            "Enter" => Msg::Save,
            "ArrowRight" => Msg::Step(1),
            "ArrowLeft" => Msg::Step(-1),
            "c" | "C" => Msg::Call,
            "e" | "E" => Msg::End,
            "n" | "N" => {
                keys::focus(NOTE);
                return false;
            }
            "d" | "D" => {
                keys::focus(next_call::PHRASE);
                return false;
            }
            _ => match digit(event) {
                Some(key) => Msg::Pick(key),
                None => return false,
            },
        };
        Component::update(self, ctx, message)
    }

    fn call_of(&self, ctx: &Context<Self>, queue: &QueueView, now: &Open) -> Html {
        let link = ctx.link();
        let others: Vec<QueueItem> = self.others().cloned().collect();
        let outcomes = self.outcomes();
        let outcome = outcomes.iter().find(|one| Some(one.key) == self.picked);
        let (is_off, proposed) = (outcome.is_none_or(|one| one.closes), outcome.and_then(|one| one.next.clone()));
        html! {
            <>
            <div class="queue__body">
                <div class="queue__main">
                    { person::head(now, self.call, link) }
                    { why::banner(&now.item) }
                    <label class="queue__note">
                        <span class="queue__title">{ t!("queue-note") }<span class="queue__aside">{ t!("queue-note-kept") }</span></span>
                        <TextBox class="input input--area note__text" rows={8} label={t!("queue-note")} testid="queue-note" value={self.note.clone()}
                            placeholder={t!("queue-note-hint")} on_input={link.callback(Msg::Note)} />
                    </label>
                    { person::notes(now) }
                </div>
                <aside class="queue__side">
                    { person::known(now) }
                    { person::last(now) }
                    { why::following(&others, queue.total) }
                </aside>
            </div>
            <div class="queue__foot">
                <div class="queue__line">
                    <span class="queue__title">{ t!("queue-how") }</span><span class="queue__aside">{ t!("queue-how-keys") }</span>
                    if let Some(refused) = &self.refused { <span class="queue__refused" role="alert" data-testid="form-error">{ refused }</span> }
                    <NextCall clock={ctx.props().clock} {proposed} next={self.next.clone()} {is_off}
                        on_next={link.callback(Msg::Next)} />
                    <button type="button" class="button button--filled" data-testid="queue-save" disabled={self.is_saving}
                        onclick={link.callback(|_| Msg::Save)}>{ t!("queue-save") }{ Key::of("Ctrl ↵") }</button>
                </div>
                <Outcomes {outcomes} picked={self.picked} on_pick={link.callback(Msg::Pick)} />
            </div>
            </>
        }
    }

    fn nothing(&self, queue: &QueueView) -> Html {
        let title = match (&queue.next, queue.in_hours) {
            (Some(next), _) => t!("due-clear-until", when = words::moment(next)),
            (None, true) => t!("queue-empty"),
            (None, false) => t!("queue-closed", from = clock(queue.hours.0), until = clock(queue.hours.1)),
        };
        let text = if self.passed.is_empty() { t!("queue-empty-text") } else { t!("queue-empty-passed", count = self.passed.len() as u64) };
        html! { <Empty icon={Icon::CheckCircle} {title} {text} testid="queue-none" /> }
    }
}

fn read(ctx: &Context<QueuePage>, item: QueueItem) {
    ctx.link().send_future(async move { Msg::Read(item.lead.id, Box::new(load(item).await)) });
}

async fn load(item: QueueItem) -> Result<Open, Problem> {
    let opened = ipc::call(&LeadOpen { lead: item.lead.id }).await?;
    let drafts = Drafts::of_lead(item.lead.id, opened.draft);
    Ok(Open { item, view: Rc::new(opened.view), timeline: Rc::new(opened.timeline), drafts })
}

fn now_ms() -> f64 {
    js_sys::Date::now()
}

/// The digit of a key, whatever Alt makes of it on this layout.
fn digit(event: &KeyboardEvent) -> Option<u8> {
    let code = event.code();
    let digit = code.strip_prefix("Digit").or_else(|| code.strip_prefix("Numpad"))?;
    digit.parse().ok().filter(|key| (1..=9).contains(key))
}

/// `Sat 11:00` of the wall time that a next call is planned for.
fn spoken(local: &str, clock: Clock) -> String {
    let Some(at) = Local::parse(local) else { return local.to_owned() };
    words::moment(&at.seen_from(clock.local(), 0))
}

fn takes(event: &KeyboardEvent) -> bool {
    let (is_typing, is_alt) = (keys::is_typing(event), event.alt_key() && !keys::is_command(event));
    let is_free = keys::is_plain(event) && !is_typing;
    !keys::is_covered()
        && match event.key().as_str() {
            "Enter" => keys::is_command(event),
            "ArrowLeft" | "ArrowRight" => keys::is_command(event) && !is_typing,
            "c" | "C" | "n" | "N" => is_free,
            "d" | "D" | "e" | "E" => is_alt,
            _ => digit(event).is_some() && (is_free || is_alt),
        }
}
