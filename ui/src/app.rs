//! The root: who is signed in, which page is open, and the facts around every page (counts, pill,
//! time). Asks again when the client says that something changed; holds no records.

use crate::asked::Asking;
use crate::chord::{self, Part};
use crate::clock::Clock;
use crate::components::attendance::{self, said};
use crate::components::palette::{Palette, Pick};
use crate::components::sheet::Sheet;
use crate::components::shell::Shell;
use crate::components::toaster::Toaster;
use crate::components::user_menu::UserAct;
use crate::components::{sidebar, sync_panel};
use crate::icon::sprite;
use crate::pages::account::AccountPage;
use crate::pages::admin::AdminPage;
use crate::pages::attendance::AttendancePage;
use crate::pages::attention::AttentionPage;
use crate::pages::dashboard::DashboardPage;
use crate::pages::follow_ups::FollowUpsPage;
use crate::pages::gate::GatePage;
use crate::pages::lead::LeadPage;
use crate::pages::leads::LeadsPage;
use crate::pages::leads::add_lead::AddLead;
use crate::pages::notifications::NotificationsPage;
use crate::pages::payments::PaymentsPage;
use crate::pages::queue::QueuePage;
use crate::pages::reports::ReportsPage;
use crate::route::{DueNarrow, ListFilter, Page, PayNarrow, Route, go};
use crate::theme::{self, Theme};
use crate::{draft, hub, idle, ipc, keys, presence, t, toast, words};
use bridge::attendance::{AttendanceGet, AttendanceRead, AttendanceTake, MyAttendance};
use bridge::follow_up::DueTab;
use bridge::lead::{LeadCounts, LeadCountsGet};
use bridge::link::{Link, LinkTake};
use bridge::payment::PayTab;
use bridge::session::{AppQuit, Gate, Me, PreferenceSet, SessionGet, SessionLock, SessionSignOut, SessionView};
use bridge::sync::{Pill, SyncGet, SyncView};
use bridge::{Change, Problem};
use domain::attendance::{Attendance, Step};
use domain::policy::{self, Action};
use domain::{LeadId, Role, UserId};
use gloo_events::EventListener;
use gloo_timers::callback::Interval;
use std::cell::Cell;
use std::rc::Rc;
use yew::prelude::*;

/// How often relative times are written anew.
const TICK_MS: u32 = 20_000;
/// Sizes of everything in the window, percent.
pub const ZOOMS: [u32; 6] = [90, 100, 110, 120, 135, 150];
const ZOOM_FIRST: u32 = 100;
/// How often the countdown in the pill and the panel is asked again.
const COUNTDOWN_MS: u32 = 1_000;

pub enum Msg {
    Session(Box<Result<SessionView, Problem>>),
    /// The gate let somebody in, or shows another face.
    Passed(Box<SessionView>),
    Counts(LeadCounts),
    Sync(Box<SyncView>),
    Changed(Change),
    Went(Box<Route>),
    Palette(bool),
    Sheet(bool),
    Picked(Pick),
    Panel,
    Theme(Theme),
    User(UserAct),
    Closed(Box<SessionView>, UserAct),
    IdleLock(u32),
    /// Key and value of a preference.
    Prefer(&'static str, String),
    Linked(Option<Link>),
    Adding(bool),
    Added(LeadId, String),
    Attendance(Option<MyAttendance>),
    Attend(Step),
    AttendanceRead,
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
    attendance: Option<Rc<MyAttendance>>,
    /// What the server said of it last, so that each change is told once.
    attended: Option<(Attendance, Option<String>)>,
    is_panel_open: bool,
    is_palette_open: bool,
    is_sheet_open: bool,
    is_adding: bool,
    /// The lead added last, for the list to show.
    added: Option<LeadId>,
    /// Who was here last, as what: what was open waits for them behind the lock.
    last: Option<(UserId, Role)>,
    /// The gate starts with the list of people.
    chooses_person: bool,
    idle: Option<idle::Watch>,
    theme: Theme,
    clock: Clock,
    /// Questions under way, and whether another change came meanwhile.
    counting: Asking,
    syncing: Asking,
    attending: Asking,
    _listeners: Vec<EventListener>,
    _interval: Interval,
    _countdown: Option<Interval>,
    _system_theme: Option<EventListener>,
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
            attendance: None,
            attended: None,
            is_panel_open: false,
            is_palette_open: false,
            is_sheet_open: false,
            is_adding: false,
            added: None,
            last: None,
            chooses_person: false,
            idle: None,
            theme: Theme::Dark,
            clock: Clock::default(),
            counting: Asking::default(),
            syncing: Asking::default(),
            attending: Asking::default(),
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
            Msg::Passed(session) => self.pass(ctx, *session),
            Msg::User(act) => close(ctx, act),
            Msg::Closed(session, act) => {
                self.chooses_person = act == UserAct::Switch;
                self.take_session(ctx, *session);
            }
            Msg::IdleLock(minutes) => {
                self.watch_idle(ctx, minutes);
                self.session = self.session.as_deref().cloned().map(|session| Rc::new(SessionView { idle_lock_min: minutes, ..session }));
                ipc::tell(PreferenceSet { key: "idle_lock_min".into(), value: minutes.to_string() });
            }
            Msg::Prefer(key, value) => {
                prefer(ctx, key, value);
                return false;
            }
            Msg::Linked(link) => {
                if let Some(link) = link {
                    self.follow(link);
                }
                return false;
            }
            Msg::Counts(counts) => {
                self.counts = Rc::new(counts);
                if self.counting.ended() {
                    self.ask_counts(ctx);
                }
            }
            Msg::Sync(sync) => self.take_sync(ctx, *sync),
            Msg::Changed(change) => return self.hear(ctx, &change),
            Msg::Went(route) => {
                self.route = *route;
                self.guard(false);
            }
            Msg::Palette(is_open) => self.is_palette_open = is_open,
            Msg::Sheet(is_open) => self.is_sheet_open = is_open,
            Msg::Picked(pick) => self.picked(ctx, pick),
            Msg::Panel => self.toggle_panel(ctx),
            Msg::Theme(theme) => self.set_theme(theme),
            Msg::Adding(is_adding) => self.is_adding = is_adding,
            Msg::Added(lead, name) => self.added(lead, &name),
            Msg::Attendance(mine) => self.take_attendance(ctx, mine),
            Msg::Attend(step) => {
                attend(ctx, step);
                return false;
            }
            Msg::AttendanceRead => {
                ipc::tell(AttendanceRead {});
                return false;
            }
            Msg::Tick => {
                self.clock = self.me.as_ref().map_or(self.clock, |me| Clock::read(&me.zone));
                // The working hours begin or end.
                self.ask_attendance(ctx);
            }
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
        let on_session = ctx.link().callback(|session| Msg::Passed(Box::new(session)));
        match &self.me {
            Some(me) if self.route != Route::Login => self.shell(ctx, me),
            me => html! {
                <GatePage session={session.clone()} may_go_back={me.is_some()} chooses_person={self.chooses_person} {on_session} />
            },
        }
    }

    fn shell(&self, ctx: &Context<Self>, me: &Rc<Me>) -> Html {
        let link = ctx.link();
        let pill = self.sync.as_ref().map(|sync| sync.pill.clone());
        // Drawn anew for another role, with another role's answers.
        let key = me.role.as_str();
        let page = match &self.route {
            Route::Leads { filter, open } => html! {
                <LeadsPage {key} me={me.clone()} filter={filter.clone()} open={*open} counts={self.counts.clone()} clock={self.clock} {pill}
                    preferences={self.session.as_ref().map(|session| session.preferences.clone()).unwrap_or_default()} added={self.added} on_add={link.callback(|()| Msg::Adding(true))} on_route={link.callback(|route: Route| { replace(&route); Msg::Went(Box::new(route)) })} />
            },
            Route::FollowUps { narrow, open } => html! {
                <FollowUpsPage {key} me={me.clone()} narrow={*narrow} open={*open} clock={self.clock} {pill}
                    on_route={link.callback(|route: Route| { replace(&route); Msg::Went(Box::new(route)) })} />
            },
            Route::Payments { narrow, open } => html! {
                <PaymentsPage {key} me={me.clone()} narrow={narrow.clone()} open={*open} clock={self.clock} {pill}
                    on_route={link.callback(|route: Route| { replace(&route); Msg::Went(Box::new(route)) })} />
            },
            Route::Queue => html! { <QueuePage {key} clock={self.clock} /> },
            Route::Lead(lead) => html! { <LeadPage {key} lead={*lead} me={me.clone()} clock={self.clock} {pill} /> },
            Route::Dashboard(span) => html! {
                <DashboardPage {key} me={me.clone()} span={*span} clock={self.clock}
                    on_route={link.callback(|route: Route| { replace(&route); Msg::Went(Box::new(route)) })} />
            },
            Route::Reports(narrow) => html! {
                <ReportsPage {key} me={me.clone()} narrow={narrow.clone()} clock={self.clock}
                    on_route={link.callback(|route: Route| { replace(&route); Msg::Went(Box::new(route)) })} />
            },
            Route::Notices => html! { <NotificationsPage {key} clock={self.clock} /> },
            Route::Attention => html! { <AttentionPage {key} /> },
            Route::Attendance(narrow) => html! {
                <AttendancePage {key} me={me.clone()} narrow={narrow.clone()} clock={self.clock}
                    on_route={link.callback(|route: Route| { replace(&route); Msg::Went(Box::new(route)) })} />
            },
            Route::Users(_)
            | Route::Assignment
            | Route::Permissions
            | Route::Devices
            | Route::Deleted
            | Route::Audit(_)
            | Route::Quarantine => html! {
                <AdminPage {key} me={me.clone()} route={self.route.clone()} clock={self.clock} on_route={link.callback(|route: Route| { replace(&route); Msg::Went(Box::new(route)) })} />
            },
            Route::Account => html! {
                <AccountPage {key} me={me.clone()} clock={self.clock} {pill} session={self.session.clone().unwrap_or_default()}
                    on_idle_lock={link.callback(Msg::IdleLock)} on_prefer={link.callback(|(key, value)| Msg::Prefer(key, value))} />
            },
            Route::Login => Html::default(),
        };
        html! {
            <>
            <Shell me={me.clone()} route={self.route.clone()} counts={self.counts.clone()} sync={self.sync.clone()} clock={self.clock}
                theme={self.theme} can_quit={self.session.as_ref().is_some_and(|session| session.closes_to_tray == Some(true))} is_panel_open={self.is_panel_open} on_panel={link.callback(|()| Msg::Panel)}
                on_theme={link.callback(Msg::Theme)} on_user={link.callback(Msg::User)} on_palette={link.callback(|()| Msg::Palette(true))}
                attendance={self.attendance.clone()} on_step={link.callback(Msg::Attend)} on_attendance_read={link.callback(|()| Msg::AttendanceRead)}>
                { page }
            </Shell>
            if self.is_palette_open {
                <Palette me={me.clone()} attendance={self.attendance.clone()} on_pick={link.callback(Msg::Picked)} on_close={link.callback(|()| Msg::Palette(false))} />
            }
            if self.is_sheet_open { <Sheet on_close={link.callback(|()| Msg::Sheet(false))} /> }
            if self.is_adding {
                <AddLead me={me.clone()} on_close={link.callback(|()| Msg::Adding(false))} on_added={link.callback(|(lead, name)| Msg::Added(lead, name))} />
            }
            </>
        }
    }

    fn take_session(&mut self, ctx: &Context<Self>, session: SessionView) {
        self.failed = None;
        self.set_theme_shown(Theme::read(&session.theme));
        let before = std::mem::replace(&mut self.me, session.me.clone().filter(|_| is_open(&session.gate)).map(Rc::new));
        let idle_lock_min = session.idle_lock_min;
        self.session = Some(Rc::new(session));
        match self.me.clone() {
            Some(me) => {
                self.clock = Clock::read(&me.zone);
                let has_new_role = self.welcome(&me);
                self.is_adding &= policy::has(me.role, Action::CreateLead);
                self.ask_counts(ctx);
                self.ask_sync(ctx);
                self.ask_attendance(ctx);
                self.guard(has_new_role);
                ask_link(ctx);
                presence::refresh();
                self.watch_idle(ctx, idle_lock_min);
            }
            None => {
                (self.is_panel_open, self.sync, self.idle) = (false, None, None);
                (self.attendance, self.attended) = (None, None);
                (self.is_palette_open, self.is_sheet_open) = (false, false);
                if before.is_some() {
                    toast::clear();
                }
            }
        }
    }

    fn pass(&mut self, ctx: &Context<Self>, session: SessionView) {
        let recover = session.recover.clone();
        self.take_session(ctx, session);
        if let Some(me) = &self.me {
            match recover {
                Some(command) => toast::problem(t!("older-copy-left", command = command)),
                None => toast::done(t!("signed-in-toast", name = me.name.as_str())),
            }
        }
        if let Some(me) = self.me.as_ref().filter(|_| self.route == Route::Login) {
            go(&Page::landing(me.role).route());
        }
    }

    /// Whoever comes back finds what they left; somebody else begins at the beginning. Whether their
    /// role is another than it was.
    fn welcome(&mut self, me: &Me) -> bool {
        let before = self.last.replace((me.user, me.role));
        if before.is_some_and(|(user, _)| user != me.user) {
            (self.is_adding, self.added, self.counts) = (false, None, Rc::default());
            self.route = Page::landing(me.role).route();
            go(&self.route);
        }
        before.is_some_and(|(user, role)| user == me.user && role != me.role)
    }

    /// A watch that runs goes on: only another time starts it anew.
    fn watch_idle(&mut self, ctx: &Context<Self>, minutes: u32) {
        if self.idle.as_ref().map_or(0, idle::Watch::limit_min) != minutes {
            self.idle = idle::Watch::start(minutes, ctx.link().callback(|()| Msg::User(UserAct::Lock)));
        }
    }

    /// Leaves a page that is not in the role, and says so (row B6).
    fn guard(&mut self, has_changed: bool) {
        let Some(me) = &self.me else { return };
        let role = words::role(me.role);
        if let Some(there) = self.route.of_customer(me.role) {
            self.route = there;
            return replace(&self.route);
        }
        let Some(page) = self.route.forbidden(me.role).map(sidebar::word) else {
            if has_changed {
                toast::done(t!("role-changed", role = role));
            }
            return;
        };
        if has_changed {
            toast::problem(t!("role-changed-page", role = role, page = page));
        } else if !matches!(hash().as_str(), "" | "#" | "#/") {
            toast::problem(t!("page-forbidden", page = page));
        }
        self.route = Page::landing(me.role).route();
        replace(&self.route);
    }

    /// Passes the change on to the open page, and asks again for what is around it.
    fn hear(&mut self, ctx: &Context<Self>, change: &Change) -> bool {
        if change.session {
            ask_session(ctx);
        }
        if self.me.is_some() {
            if change.link {
                ask_link(ctx);
            }
            if change.presence {
                presence::refresh();
            }
            if change.sync || change.attention {
                self.ask_sync(ctx);
            }
            if change.attendance || change.config || change.sync {
                self.ask_attendance(ctx);
            }
            if !change.leads.is_empty() || change.many_leads || change.attention || change.notices {
                self.ask_counts(ctx);
            }
        }
        // Who is where is passed on once it is known.
        hub::publish(&Change { presence: false, ..change.clone() });
        false
    }

    /// Goes where a link, a notification or the tray leads.
    fn follow(&mut self, link: Link) {
        (self.is_palette_open, self.is_sheet_open) = (false, false);
        match link {
            Link::Lead { lead } => {
                let filter = match &self.route {
                    Route::Leads { filter, .. } => filter.clone(),
                    _ => ListFilter::default(),
                };
                go(&Route::Leads { filter, open: Some(lead) });
            }
            Link::FollowUps { missed } => {
                let tab = if missed { DueTab::Missed } else { DueTab::Today };
                go(&Route::FollowUps { narrow: DueNarrow { tab, everyone: false }, open: None });
            }
            Link::Queue => go(&Route::Queue),
            Link::Payments => go(&Route::Payments { narrow: PayNarrow::of(PayTab::Week), open: None }),
            Link::Notices => go(&Route::Notices),
            Link::Unfit { why } => toast::problem(why),
        }
    }

    fn ask_counts(&mut self, ctx: &Context<Self>) {
        if !self.counting.may_start() {
            return;
        }
        let before = (*self.counts).clone();
        // Counts that can't be read stay as they were; the list says what is wrong.
        ctx.link().send_future(async move { Msg::Counts(ipc::call(&LeadCountsGet {}).await.unwrap_or(before)) });
    }

    fn ask_attendance(&mut self, ctx: &Context<Self>) {
        let may = self.me.as_ref().is_some_and(|me| policy::has(me.role, Action::UseAttendance));
        if !may {
            (self.attendance, self.attended) = (None, None);
        } else if self.attending.may_start() {
            let before = self.attendance.as_deref().cloned();
            ctx.link().send_future(async move { Msg::Attendance(ipc::call(&AttendanceGet {}).await.unwrap_or(before)) });
        }
    }

    /// Shows where one stands, and says what changed (row G14).
    fn take_attendance(&mut self, ctx: &Context<Self>, mine: Option<MyAttendance>) {
        if self.attending.ended() {
            self.ask_attendance(ctx);
        }
        let Some(mine) = mine.filter(|_| self.me.is_some()) else { return };
        let before = self.attendance.replace(Rc::new(mine.clone()));
        let now = (mine.status, mine.reason.clone());
        let refused = mine.refused.clone().filter(|why| before.as_ref().is_none_or(|before| before.refused.as_ref() != Some(why)));
        if let Some(why) = refused {
            toast::problem(why);
            self.attended = Some(now);
        } else if !mine.waits {
            let told = self.attended.replace(now.clone());
            if told.is_some_and(|told| told != now) {
                toast::done(said(&mine));
            }
        } else if mine.is_offline && before.is_some_and(|before| !before.is_offline || (before.status, &before.reason) != (now.0, &now.1)) {
            toast::done(said(&mine));
        }
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
        toast::show(toast::Toast { is_problem: false, is_parting: false, text: t!("lead-added-toast", name = name), action });
    }

    fn picked(&mut self, ctx: &Context<Self>, pick: Pick) {
        self.is_palette_open = false;
        match pick {
            Pick::Go(route) => go(&route),
            Pick::AddLead => self.is_adding = true,
            Pick::SyncNow => sync_panel::try_now(),
            Pick::NextTheme => self.set_theme(self.theme.next()),
            Pick::Keys => self.is_sheet_open = true,
            Pick::User(act) => close(ctx, act),
            Pick::Attend(step) => attend(ctx, step),
        }
    }

    fn toggle_panel(&mut self, ctx: &Context<Self>) {
        self.is_panel_open = !self.is_panel_open && self.sync.is_some();
        if self.is_panel_open {
            self.ask_sync(ctx);
        }
    }

    /// One size up or down, or back to the first.
    fn zoom(&self, ctx: &Context<Self>, by: i32) {
        let now = self.session.as_ref().map_or(ZOOM_FIRST, |session| session.zoom);
        let next = match by {
            0 => Some(ZOOM_FIRST),
            1.. => ZOOMS.into_iter().find(|size| *size > now),
            _ => ZOOMS.into_iter().rev().find(|size| *size < now),
        };
        if let Some(next) = next {
            prefer(ctx, "zoom", next.to_string());
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
        let may = |action| self.me.as_ref().is_some_and(|me| policy::has(me.role, action));
        if let Some(page) = HEARD.take() {
            if self.me.as_ref().is_some_and(|me| page.is_open_to(me.role)) {
                go(&page.route());
            }
            return;
        }
        match event.key().as_str() {
            "a" | "A" if event.alt_key() => {
                let step =
                    self.attendance.as_ref().map(|mine| if mine.status == Attendance::Absent { Step::CheckIn } else { Step::CheckOut });
                if let Some(step) = step {
                    attend(ctx, step);
                }
            }
            "p" | "P" if event.alt_key() => keys::click(attendance::PAUSE),
            "g" | "G" => {}
            "+" | "=" => self.zoom(ctx, 1),
            "-" | "_" => self.zoom(ctx, -1),
            "0" => self.zoom(ctx, 0),
            "k" => ctx.link().send_message(Msg::Palette(true)),
            "?" => ctx.link().send_message(Msg::Sheet(true)),
            " " if !may(Action::CreateLead) => {}
            " " => ctx.link().send_message(Msg::Adding(true)),
            _ => ctx.link().send_message(Msg::Theme(self.theme.next())),
        }
    }
}

thread_local! {
    /// The page that a chord of keys named last.
    static HEARD: Cell<Option<Page>> = const { Cell::new(None) };
}

/// The keys that work on every page.
fn takes(event: &KeyboardEvent) -> bool {
    match chord::part(event) {
        Some(Part::Page(page)) => {
            HEARD.set(Some(page));
            return true;
        }
        Some(Part::Start) => return true,
        None => {}
    }
    // On a Mac the key types another character.
    if event.alt_key() && matches!(event.key().as_str(), "a" | "A" | "p" | "P") {
        return !keys::is_command(event) && !event.shift_key() && !keys::is_covered();
    }
    if event.key() == "?" {
        return !event.ctrl_key() && !event.meta_key() && !keys::is_typing(event) && !keys::is_covered();
    }
    if matches!(event.key().as_str(), "+" | "=" | "-" | "_" | "0") {
        return keys::is_command(event) && !event.alt_key();
    }
    let is_ours = matches!((event.key().as_str(), event.shift_key()), ("k" | " ", false) | ("L" | "l", true));
    is_ours && keys::is_command(event) && !keys::is_covered()
}

fn listeners(ctx: &Context<App>) -> Vec<EventListener> {
    let link = ctx.link().clone();
    let went = move |_: &web_sys::Event| link.send_message(Msg::Went(Box::new(Route::read(&hash()))));
    let address = web_sys::window().map(|window| EventListener::new(&window, "hashchange", went));
    address.into_iter().chain(keys::listen(takes, ctx.link().callback(Msg::Key))).collect()
}

fn attend(ctx: &Context<App>, step: Step) {
    ctx.link().send_future(async move {
        match ipc::call(&AttendanceTake { step }).await {
            Ok(mine) => Msg::Attendance(mine),
            Err(problem) => {
                toast::problem(problem.text);
                Msg::Attendance(None)
            }
        }
    });
}

fn ask_session(ctx: &Context<App>) {
    ctx.link().send_future(async { Msg::Session(Box::new(ipc::call(&SessionGet {}).await)) });
}

fn ask_link(ctx: &Context<App>) {
    ctx.link().send_future(async { Msg::Linked(ipc::call(&LinkTake {}).await.ok().flatten()) });
}

/// Keeps a preference, and shows what is kept.
fn prefer(ctx: &Context<App>, key: &'static str, value: String) {
    ctx.link().send_future(async move {
        if let Err(problem) = ipc::call(&PreferenceSet { key: key.into(), value }).await {
            toast::problem(problem.text);
        }
        Msg::Session(Box::new(ipc::call(&SessionGet {}).await))
    });
}

/// Whether the app is behind the gate, for whoever is named.
fn is_open(gate: &Gate) -> bool {
    match gate {
        Gate::Open | Gate::SignIn => true,
        Gate::Locked | Gate::LeaseEnded | Gate::Wiped | Gate::CutOff { .. } | Gate::OldCopy { .. } => false,
    }
}

/// Locks or signs out, once everything typed is kept.
fn close(ctx: &Context<App>, act: UserAct) {
    ctx.link().send_future(async move {
        draft::settled().await;
        let answer = match act {
            UserAct::Quit => {
                ipc::tell(AppQuit {});
                return Msg::Tick;
            }
            UserAct::Lock | UserAct::Switch => ipc::call(&SessionLock {}).await,
            UserAct::SignOut => ipc::call(&SessionSignOut {}).await,
        };
        match answer {
            Ok(session) => {
                if act == UserAct::SignOut {
                    go(&Route::Login);
                    toast::parting(t!("signed-out-toast"));
                }
                Msg::Closed(Box::new(session), act)
            }
            Err(problem) => {
                toast::problem(problem.text);
                Msg::Tick
            }
        }
    });
}

fn hash() -> String {
    web_sys::window().and_then(|window| window.location().hash().ok()).unwrap_or_default()
}

/// A change of the same page: no step of its own.
fn replace(route: &Route) {
    let history = web_sys::window().and_then(|window| window.history().ok());
    if let Some(history) = history {
        let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&route.to_string()));
    }
}
