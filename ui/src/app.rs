//! The root: who is signed in, which page is open, and the facts around every page (counts, pill,
//! time). Asks again when the client says that something changed; holds no records.

use crate::clock::Clock;
use crate::components::shell::Shell;
use crate::components::toaster::Toaster;
use crate::icon::sprite;
use crate::pages::attention::AttentionPage;
use crate::pages::leads::LeadsPage;
use crate::pages::leads::add_lead::AddLead;
use crate::pages::sign_in::SignInPage;
use crate::route::{ListFilter, Route, Tab};
use crate::theme::{self, Theme};
use crate::{hub, ipc, keys, t, toast};
use bridge::lead::{LeadCounts, LeadCountsGet};
use bridge::session::{Me, PreferenceSet, SessionGet, SessionSignOut, SessionView};
use bridge::sync::{Pill, SyncGet, SyncView};
use bridge::{Change, Problem};
use domain::LeadId;
use gloo_events::EventListener;
use gloo_timers::callback::Interval;
use std::rc::Rc;
use yew::prelude::*;

/// How often relative times are written anew.
const TICK_MS: u32 = 20_000;
/// How often the countdown in the pill and the panel is asked again.
const COUNTDOWN_MS: u32 = 1_000;

pub enum Msg {
    Session(Box<Result<SessionView, Problem>>),
    SignedIn(Box<SessionView>),
    Counts(LeadCounts),
    Sync(Box<SyncView>),
    Changed(Change),
    Went(Route),
    Search(String),
    Panel,
    Theme(Theme),
    SignOut,
    Adding(bool),
    Added(LeadId, String),
    Tick,
    Countdown,
    Key(KeyboardEvent),
}

pub struct App {
    session: Option<Rc<SessionView>>,
    me: Option<Rc<Me>>,
    failed: Option<Problem>,
    route: Route,
    counts: Rc<LeadCounts>,
    sync: Option<Rc<SyncView>>,
    is_panel_open: bool,
    is_adding: bool,
    /// The lead added last, for the list to show.
    added: Option<LeadId>,
    theme: Theme,
    clock: Clock,
    /// Questions under way, and whether another change came meanwhile.
    counting: Asking,
    syncing: Asking,
    _listeners: Vec<EventListener>,
    _interval: Interval,
    _countdown: Option<Interval>,
    _system_theme: Option<EventListener>,
}

/// One question at a time; what comes meanwhile asks once more afterwards.
#[derive(Default)]
struct Asking {
    is_under_way: bool,
    is_stale: bool,
}

impl Asking {
    fn may_start(&mut self) -> bool {
        self.is_stale = self.is_under_way;
        !std::mem::replace(&mut self.is_under_way, true)
    }

    /// Whether to ask once more.
    fn ended(&mut self) -> bool {
        self.is_under_way = false;
        std::mem::take(&mut self.is_stale)
    }
}

impl Component for App {
    type Message = Msg;
    type Properties = ();

    fn create(ctx: &Context<Self>) -> Self {
        ipc::listen(ctx.link().callback(Msg::Changed));
        ask_session(ctx);
        let link = ctx.link().clone();
        Self {
            session: None,
            me: None,
            failed: None,
            route: Route::read(&hash()),
            counts: Rc::default(),
            sync: None,
            is_panel_open: false,
            is_adding: false,
            added: None,
            theme: Theme::Dark,
            clock: Clock::default(),
            counting: Asking::default(),
            syncing: Asking::default(),
            _listeners: listeners(ctx),
            _interval: Interval::new(TICK_MS, move || link.send_message(Msg::Tick)),
            _countdown: None,
            _system_theme: None,
        }
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Session(answer) => match *answer {
                Ok(session) => self.take_session(ctx, session),
                Err(problem) => self.failed = Some(problem),
            },
            Msg::SignedIn(session) => {
                self.take_session(ctx, *session);
                go(&Route::leads());
            }
            Msg::Counts(counts) => {
                self.counts = Rc::new(counts);
                if self.counting.ended() {
                    self.ask_counts(ctx);
                }
            }
            Msg::Sync(sync) => self.take_sync(ctx, *sync),
            Msg::Changed(change) => return self.hear(ctx, &change),
            Msg::Went(route) => self.route = route,
            Msg::Search(text) => {
                let filter = ListFilter { tab: Some(Tab::All), search: text, ..ListFilter::default() };
                replace(&Route::Leads { filter, open: None });
                self.route = Route::read(&hash());
            }
            Msg::Panel => self.toggle_panel(ctx),
            Msg::Theme(theme) => self.set_theme(theme),
            Msg::SignOut => sign_out(ctx),
            Msg::Adding(is_adding) => self.is_adding = is_adding,
            Msg::Added(lead, name) => self.added(lead, &name),
            Msg::Tick => self.clock = self.me.as_ref().map_or(self.clock, |me| Clock::read(&me.zone)),
            Msg::Countdown => {
                self.ask_sync(ctx);
                return false;
            }
            Msg::Key(event) => {
                self.key(ctx, &event);
                return false;
            }
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        html! { <>{ sprite() }{ self.page(ctx) }<Toaster /></> }
    }
}

impl App {
    fn page(&self, ctx: &Context<Self>) -> Html {
        if let Some(problem) = &self.failed {
            return html! { <div class="fatal" role="alert"><h1>{ t!("start-failed") }</h1><p>{ &problem.text }</p></div> };
        }
        let Some(session) = &self.session else { return Html::default() };
        let on_signed_in = ctx.link().callback(|session| Msg::SignedIn(Box::new(session)));
        match &self.me {
            Some(me) if self.route != Route::Login => self.shell(ctx, me),
            me => html! { <SignInPage session={session.clone()} may_go_back={me.is_some()} {on_signed_in} /> },
        }
    }

    fn shell(&self, ctx: &Context<Self>, me: &Rc<Me>) -> Html {
        let link = ctx.link();
        let pill = self.sync.as_ref().map(|sync| sync.pill.clone());
        let page = match &self.route {
            Route::Leads { filter, open } => html! {
                <LeadsPage me={me.clone()} filter={filter.clone()} open={*open} counts={self.counts.clone()} clock={self.clock} {pill}
                    added={self.added} on_add={link.callback(|()| Msg::Adding(true))} on_route={link.callback(|route: Route| { replace(&route); Msg::Went(route) })} />
            },
            Route::Attention => html! { <AttentionPage /> },
            Route::Login => Html::default(),
        };
        html! {
            <>
            <Shell me={me.clone()} route={self.route.clone()} counts={self.counts.clone()} sync={self.sync.clone()} clock={self.clock}
                theme={self.theme} is_panel_open={self.is_panel_open} on_panel={link.callback(|()| Msg::Panel)}
                on_theme={link.callback(Msg::Theme)} on_sign_out={link.callback(|()| Msg::SignOut)} on_search={link.callback(Msg::Search)}>
                { page }
            </Shell>
            if self.is_adding {
                <AddLead me={me.clone()} on_close={link.callback(|()| Msg::Adding(false))} on_added={link.callback(|(lead, name)| Msg::Added(lead, name))} />
            }
            </>
        }
    }

    fn take_session(&mut self, ctx: &Context<Self>, session: SessionView) {
        self.failed = None;
        self.set_theme_shown(Theme::read(&session.theme));
        self.me = session.me.clone().map(Rc::new);
        self.session = Some(Rc::new(session));
        match &self.me {
            Some(me) => {
                self.clock = Clock::read(&me.zone);
                self.ask_counts(ctx);
                self.ask_sync(ctx);
            }
            None => (self.is_panel_open, self.sync) = (false, None),
        }
    }

    /// Passes the change on to the open page, and asks again for what is around it.
    fn hear(&mut self, ctx: &Context<Self>, change: &Change) -> bool {
        if change.session {
            ask_session(ctx);
        }
        if self.me.is_some() {
            if change.sync || change.attention {
                self.ask_sync(ctx);
            }
            if !change.leads.is_empty() || change.many_leads || change.attention {
                self.ask_counts(ctx);
            }
        }
        hub::publish(change);
        false
    }

    fn ask_counts(&mut self, ctx: &Context<Self>) {
        if !self.counting.may_start() {
            return;
        }
        let before = (*self.counts).clone();
        // Counts that can't be read stay as they were; the list says what is wrong.
        ctx.link().send_future(async move { Msg::Counts(ipc::call(&LeadCountsGet {}).await.unwrap_or(before)) });
    }

    fn ask_sync(&mut self, ctx: &Context<Self>) {
        if self.me.is_none() || !self.syncing.may_start() {
            return;
        }
        let link = ctx.link().clone();
        let before = self.sync.clone();
        wasm_bindgen_futures::spawn_local(async move {
            match ipc::call(&SyncGet {}).await {
                Ok(sync) => link.send_message(Msg::Sync(Box::new(sync))),
                Err(_) => {
                    if let Some(before) = before {
                        link.send_message(Msg::Sync(Box::new((*before).clone())));
                    }
                }
            }
        });
    }

    fn take_sync(&mut self, ctx: &Context<Self>, sync: SyncView) {
        let counts_down = matches!(sync.pill, Pill::Busy { .. }) || (self.is_panel_open && sync.next_try_in_s.is_some());
        self.sync = Some(Rc::new(sync));
        let link = ctx.link().clone();
        self._countdown = counts_down.then(|| Interval::new(COUNTDOWN_MS, move || link.send_message(Msg::Countdown)));
        if self.syncing.ended() {
            self.ask_sync(ctx);
        }
    }

    /// Shows the list from its top, where the new lead is.
    fn added(&mut self, lead: LeadId, name: &str) {
        self.is_adding = false;
        self.added = Some(lead);
        if self.route.is_same_page(&Route::leads()) {
            replace(&Route::leads());
            self.route = Route::leads();
        } else {
            go(&Route::leads());
        }
        let open = Route::Leads { filter: ListFilter::default(), open: Some(lead) };
        let action = Some(toast::Action { word: t!("open"), is_undo: false, act: Callback::from(move |()| go(&open)) });
        toast::show(toast::Toast { is_problem: false, text: t!("lead-added-toast", name = name), action });
    }

    fn toggle_panel(&mut self, ctx: &Context<Self>) {
        self.is_panel_open = !self.is_panel_open && self.sync.is_some();
        if self.is_panel_open {
            self.ask_sync(ctx);
        }
    }

    fn set_theme(&mut self, theme: Theme) {
        self.set_theme_shown(theme);
        ipc::tell(PreferenceSet { key: "theme".into(), value: theme.as_str().into() });
    }

    fn set_theme_shown(&mut self, theme: Theme) {
        self.theme = theme;
        theme::apply(theme);
        self._system_theme = (theme == Theme::System).then(|| theme::follow_system(theme)).flatten();
    }

    fn key(&mut self, ctx: &Context<Self>, event: &KeyboardEvent) {
        if self.me.is_none() || self.route == Route::Login {
            return;
        }
        match event.key().as_str() {
            "k" => keys::focus("[data-testid=global-search]"),
            " " => ctx.link().send_message(Msg::Adding(true)),
            _ => ctx.link().send_message(Msg::Theme(self.theme.next())),
        }
    }
}

/// The keys that work on every page.
fn takes(event: &KeyboardEvent) -> bool {
    let is_ours = matches!((event.key().as_str(), event.shift_key()), ("k" | " ", false) | ("L" | "l", true));
    is_ours && keys::is_command(event) && !keys::is_covered()
}

fn listeners(ctx: &Context<App>) -> Vec<EventListener> {
    let link = ctx.link().clone();
    let went = move |_: &web_sys::Event| link.send_message(Msg::Went(Route::read(&hash())));
    let address = web_sys::window().map(|window| EventListener::new(&window, "hashchange", went));
    address.into_iter().chain(keys::listen(takes, ctx.link().callback(Msg::Key))).collect()
}

fn ask_session(ctx: &Context<App>) {
    ctx.link().send_future(async { Msg::Session(Box::new(ipc::call(&SessionGet {}).await)) });
}

fn sign_out(ctx: &Context<App>) {
    ctx.link().send_future(async {
        let answer = ipc::call(&SessionSignOut {}).await;
        match &answer {
            Ok(_) => go(&Route::Login),
            Err(problem) => toast::problem(problem.text.clone()),
        }
        match answer {
            Ok(session) => Msg::Session(Box::new(Ok(session))),
            Err(_) => Msg::Tick,
        }
    });
}

fn hash() -> String {
    web_sys::window().and_then(|window| window.location().hash().ok()).unwrap_or_default()
}

/// A step that Back takes back.
fn go(route: &Route) {
    if let Some(window) = web_sys::window() {
        let _ = window.location().set_hash(&route.to_string());
    }
}

/// A change of the same page: no step of its own.
fn replace(route: &Route) {
    let history = web_sys::window().and_then(|window| window.history().ok());
    if let Some(history) = history {
        let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&route.to_string()));
    }
}
