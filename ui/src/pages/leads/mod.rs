//! The leads page: the list, and the drawer of the lead that is open. Owns the questions about the
//! list; what a fresh answer does to the rows is decided in `list`.

mod arrange;
mod auto_assign;
mod bar;
mod bulk;
mod chips;
mod columns;
mod filters;
mod head;
mod kept;
mod list;
mod narrow;
mod pager;
mod row;
mod selection;
mod tabs;
mod views;

pub mod add_lead;
pub mod drawer;

use crate::clock::Clock;
use crate::components::empty::Empty;
use crate::components::key::Key;
use crate::icon::{Glyph, Icon};
use crate::route::{ListFilter, Route, Tab};
use crate::text::count;
use crate::window::View;
use crate::{hub, ipc, keys, presence, t, toast, words};
use arrange::Arrange;
use bridge::bulk::Column;
use bridge::lead::{LeadCounts, LeadFilter, LeadList, LeadPage, PAGE_MAX};
use bridge::session::Me;
use bridge::sync::Pill;
use bridge::{Change, Done, Problem};
use bulk::Picked;
use chips::Chips;
use domain::LeadId;
use domain::policy::{self, Action};
use drawer::LeadDrawer;
use filters::Filters;
use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
use head::Head;
use kept::{Density, Kept, Part, SavedView};
use list::{List, Taken};
use pager::Pager;
use row::Row;
use std::collections::BTreeMap;
use std::rc::Rc;
use tabs::Tabs;
use views::Views;
use web_sys::HtmlElement;
use yew::prelude::*;

/// Rows that take longer than this to come are drawn as a skeleton meanwhile.
const SKELETON_AFTER_MS: u32 = 120;
const SKELETON_ROWS: usize = 12;
/// What the bar over the list covers of it, as the style has it.
const BAR_PX: f64 = 64.0;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub me: Rc<Me>,
    pub filter: ListFilter,
    pub open: Option<LeadId>,
    pub counts: Rc<LeadCounts>,
    pub clock: Clock,
    pub pill: Option<Pill>,
    /// What the person keeps.
    pub preferences: BTreeMap<String, String>,
    /// The lead that was just added here.
    pub added: Option<LeadId>,
    pub on_route: Callback<Route>,
    pub on_add: Callback<()>,
}

impl Props {
    fn question(&self) -> LeadFilter {
        self.filter.question(self.me.role, &self.me.zone, self.clock)
    }
}

#[expect(clippy::large_enum_variant, reason = "few at a time, and none of them is kept")]
pub enum Msg {
    Changed(Change),
    Answered { filter: u32, is_second_try: bool, answer: Result<LeadPage, Problem> },
    Skeleton,
    Scrolled,
    Pointer(bool),
    Open(u32),
    Close,
    Step(i64),
    Jump(u32),
    Filter(ListFilter),
    StatusMenu(bool),
    Panel(bool),
    Bulk(bulk::Msg),
    Columns(Vec<Column>),
    Density(Density),
    Views(Vec<SavedView>),
    View(Box<SavedView>),
    WasKept(Result<Done, Problem>),
    Key(KeyboardEvent),
}

pub struct LeadsPage {
    list: List,
    grid: NodeRef,
    problem: Option<Problem>,
    /// Counts filters, so that answers to an older one are dropped.
    filter: u32,
    is_asking: bool,
    is_stale: bool,
    shows_skeleton: bool,
    is_pointer_inside: bool,
    is_status_menu_open: bool,
    is_panel_open: bool,
    kept: Kept,
    /// Changed and not written yet; the first is being written.
    unkept: Vec<Part>,
    /// Nobody has chosen a filter yet: on a new computer the view that the list opens with comes a moment later.
    awaits_default: bool,
    picked: Picked,
    /// Of the grid, px.
    width: f64,
    /// Where to scroll once the rows are drawn.
    scroll_to: Option<f64>,
    /// A row to open once it is loaded.
    open_when_loaded: Option<u32>,
    /// The same ones each time, so that a row is drawn anew only for what is in it.
    on_open: Callback<u32>,
    on_tick: Callback<(u32, bool)>,
    _skeleton: Option<Timeout>,
    _hub: hub::Subscription,
    _listeners: Vec<EventListener>,
}

impl Component for LeadsPage {
    type Message = Msg;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        let link = ctx.link();
        let resized = link.callback(|()| Msg::Scrolled);
        let resize = web_sys::window().map(|window| EventListener::new(&window, "resize", move |_| resized.emit(())));
        let mut page = Self {
            list: List::default(),
            grid: NodeRef::default(),
            problem: None,
            filter: 0,
            is_asking: false,
            is_stale: false,
            shows_skeleton: false,
            is_pointer_inside: false,
            is_status_menu_open: false,
            is_panel_open: false,
            kept: Kept::read(&ctx.props().preferences),
            unkept: Vec::new(),
            awaits_default: ctx.props().filter == ListFilter::default() && ctx.props().added.is_none(),
            picked: Picked::default(),
            width: f64::MAX,
            scroll_to: None,
            open_when_loaded: None,
            on_open: link.callback(Msg::Open),
            on_tick: link.callback(|(index, is_range)| Msg::Bulk(bulk::Msg::Tick(index, is_range))),
            _skeleton: None,
            _hub: hub::subscribe(link.callback(Msg::Changed)),
            _listeners: resize.into_iter().chain(keys::listen(takes, link.callback(Msg::Key))).collect(),
        };
        page.list.set_row_px(page.kept.density.row_px());
        page.open_default(ctx);
        page.start(ctx);
        page
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &Props) -> bool {
        let new = ctx.props();
        self.awaits_default &= new.filter == ListFilter::default() && new.added == old.added;
        if new.added.is_some() && new.added != old.added {
            self.start(ctx);
            self.list.cursor = new.added.map(|id| list::Cursor { index: 0, id: Some(id) });
        } else if new.question() != old.question() {
            self.start(ctx);
            self.ticks_may_leave(ctx, None);
        }
        if new.preferences != old.preferences && self.unkept.is_empty() {
            self.take_kept(ctx);
            self.open_default(ctx);
        }
        true
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Changed(change) => {
                if change.many_leads || !change.leads.is_empty() || change.attention {
                    self.ask(ctx, None);
                    self.ticks_may_leave(ctx, Some(&change));
                }
                return change.presence;
            }
            Msg::Answered { filter, is_second_try, answer } => return self.answered(ctx, filter, is_second_try, answer),
            Msg::Skeleton => self.shows_skeleton = !self.list.is_loaded,
            Msg::Scrolled => return self.scrolled(ctx),
            Msg::Pointer(inside) => {
                self.is_pointer_inside = inside;
                return false;
            }
            Msg::Open(index) => self.open(ctx, index),
            Msg::Close => self.close(ctx),
            Msg::Step(by) => self.step(ctx, by),
            Msg::Jump(row) => {
                let top = f64::from(row) * self.list.view.row_px;
                (self.scroll_to, self.list.view.top_px) = (Some(top), top);
                self.ask_if_short(ctx);
            }
            Msg::Filter(filter) => {
                ctx.props().on_route.emit(Route::Leads { filter, open: ctx.props().open });
                return false;
            }
            Msg::StatusMenu(open) => self.is_status_menu_open = open,
            Msg::Panel(open) => self.is_panel_open = open,
            Msg::Bulk(msg) => return self.bulk(ctx, msg),
            Msg::Columns(columns) => {
                self.kept.columns = columns;
                self.keep(ctx, Part::Columns);
            }
            Msg::Density(density) => {
                self.set_density(density);
                self.keep(ctx, Part::Density);
            }
            Msg::Views(views) => {
                self.kept.views = views;
                self.awaits_default = false;
                self.keep(ctx, Part::Views);
            }
            Msg::View(view) => self.show(ctx, &view),
            Msg::WasKept(answer) => self.was_kept(ctx, answer),
            Msg::Key(event) => self.key(ctx, &event),
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let Props { me, filter, open, counts, on_add, clock, .. } = ctx.props();
        let link = ctx.link();
        let on_tab = {
            let filter = filter.clone();
            link.callback(move |tab| Msg::Filter(ListFilter { tab: Some(tab), ..filter.clone() }))
        };
        let total = self.list.page.total;
        html! {
            <div class={classes!("leads", open.is_some().then_some("leads--open"), self.kept.density.class())} data-testid="leads-page">
                <section class="leads__list" aria-label={t!("page-leads")}>
                    <Tabs tab={filter.tab(me.role)} counts={counts.clone()} role={me.role} {on_tab} {on_add} />
                    <Filters filter={filter.clone()} today={clock.local().days} total={self.list.is_loaded.then_some(total)} is_menu_open={self.is_status_menu_open}
                        on_menu={link.callback(Msg::StatusMenu)} is_panel_open={self.is_panel_open} on_panel={link.callback(Msg::Panel)} on_filter={link.callback(Msg::Filter)}>
                        <Views views={self.kept.views.clone()} filter={filter.clone()} columns={self.kept.columns.clone()} on_views={link.callback(Msg::Views)}
                            on_view={link.callback(|view| Msg::View(Box::new(view)))} />
                        <Arrange columns={self.kept.columns.clone()} shown={self.columns()} density={self.kept.density} on_columns={link.callback(Msg::Columns)} on_density={link.callback(Msg::Density)} />
                    </Filters>
                    <Chips filter={filter.clone()} today={clock.local().days} on_filter={link.callback(Msg::Filter)} />
                    { self.first_sync(ctx) }
                    { self.grid(ctx) }
                    { self.bar(ctx) }
                    <Pager view={self.list.view} {total} on_jump={link.callback(Msg::Jump)} />
                </section>
                if let Some(lead) = open {
                    <LeadDrawer lead={*lead} me={me.clone()} clock={*clock} position={self.list.position(*lead).map(|at| (at, total))}
                        is_offline={matches!(ctx.props().pill, Some(Pill::Offline { .. }))}
                        on_close={link.callback(|()| Msg::Close)} on_step={link.callback(Msg::Step)} />
                }
            </div>
        }
    }

    fn rendered(&mut self, ctx: &Context<Self>, first_render: bool) {
        self.set_keys(ctx.props().open.is_some());
        let Some(grid) = self.grid.cast::<HtmlElement>() else { return };
        if let Some(top) = self.scroll_to.take() {
            grid.set_scroll_top(top.round() as i32);
        }
        // The bar of the first sync, or the window, may have changed the list's height.
        let height = self.rows_px(&grid);
        let has_other_width = (f64::from(grid.client_width()) - self.width).abs() >= 1.0;
        if first_render || has_other_width || (height - self.list.view.height_px).abs() >= 1.0 {
            ctx.link().send_message(Msg::Scrolled);
        }
    }
}

impl LeadsPage {
    /// A new question from the top of the list.
    fn start(&mut self, ctx: &Context<Self>) {
        self.filter += 1;
        self.list.restart();
        self.scroll_to = Some(0.0);
        (self.is_asking, self.is_stale, self.problem) = (false, false, None);
        let link = ctx.link().clone();
        self._skeleton = Some(Timeout::new(SKELETON_AFTER_MS, move || link.send_message(Msg::Skeleton)));
        self.ask(ctx, None);
    }

    /// Asks for the window around the view, or for the one that starts `at`; one question at a time.
    fn ask(&mut self, ctx: &Context<Self>, at: Option<u32>) {
        if std::mem::replace(&mut self.is_asking, true) {
            self.is_stale = true;
            return;
        }
        let props = ctx.props();
        let offset = at.unwrap_or(if self.list.is_loaded { self.list.offset() } else { 0 });
        let request = LeadList { filter: props.question(), offset, limit: PAGE_MAX };
        let (filter, is_second_try) = (self.filter, at.is_some());
        ctx.link().send_future(async move { Msg::Answered { filter, is_second_try, answer: ipc::call(&request).await } });
    }

    fn answered(&mut self, ctx: &Context<Self>, filter: u32, is_second_try: bool, answer: Result<LeadPage, Problem>) -> bool {
        if filter != self.filter {
            return false;
        }
        self.is_asking = false;
        let taken = match answer {
            Ok(fresh) => {
                self.problem = None;
                let holds = self.is_pointer_inside || self.list.view.top_px > 0.0 || ctx.props().open.is_some();
                self.list.take(fresh, holds, is_second_try)
            }
            Err(problem) => {
                self.problem = Some(problem);
                return true;
            }
        };
        match taken {
            Taken::AskAt(offset) => self.ask(ctx, Some(offset)),
            Taken::Settled { scroll_to } => {
                self.scroll_to = scroll_to.or(self.scroll_to);
                self.shows_skeleton = false;
                if std::mem::take(&mut self.is_stale) {
                    self.ask(ctx, None);
                } else {
                    self.ask_if_short(ctx);
                }
                self.open_loaded(ctx);
            }
        }
        true
    }

    fn ask_if_short(&mut self, ctx: &Context<Self>) {
        if !self.is_asking && self.list.is_short() {
            self.ask(ctx, None);
        }
    }

    fn scrolled(&mut self, ctx: &Context<Self>) -> bool {
        let Some(grid) = self.grid.cast::<HtmlElement>() else { return false };
        let view = View { top_px: f64::from(grid.scroll_top()), height_px: self.rows_px(&grid), row_px: self.list.view.row_px };
        let has_other_width = std::mem::replace(&mut self.width, f64::from(grid.client_width())) != self.width;
        let has_moved = view.visible(self.list.page.total) != self.list.view.visible(self.list.page.total)
            || view.height_px != self.list.view.height_px
            || has_other_width;
        self.list.view = view;
        self.ask_if_short(ctx);
        has_moved
    }

    /// The list as the person has it open, where nothing else was asked for.
    fn open_default(&mut self, ctx: &Context<Self>) {
        if let Some(view) = self.kept.default_view().filter(|_| self.awaits_default) {
            self.awaits_default = false;
            ctx.link().send_message(Msg::View(Box::new(view.clone())));
        }
    }

    fn show(&mut self, ctx: &Context<Self>, view: &SavedView) {
        if !view.columns.is_empty() && view.columns != self.kept.columns {
            ctx.link().send_message(Msg::Columns(view.columns.clone()));
        }
        ctx.link().send_message(Msg::Filter(view.filter()));
    }

    fn take_kept(&mut self, ctx: &Context<Self>) {
        let kept = Kept::read(&ctx.props().preferences);
        self.set_density(kept.density);
        self.kept = kept;
    }

    /// One after the other, so that what was chosen last is what stays.
    fn keep(&mut self, ctx: &Context<Self>, part: Part) {
        self.unkept.push(part);
        if self.unkept.len() == 1 {
            self.keep_first(ctx);
        }
    }

    fn keep_first(&self, ctx: &Context<Self>) {
        if let Some(part) = self.unkept.first() {
            let request = self.kept.request(*part);
            ctx.link().send_future(async move { Msg::WasKept(ipc::call(&request).await) });
        }
    }

    /// What can't be kept is shown as it was.
    fn was_kept(&mut self, ctx: &Context<Self>, answer: Result<Done, Problem>) {
        self.unkept.remove(0);
        if let Err(problem) = answer {
            self.unkept.clear();
            self.take_kept(ctx);
            return toast::problem(problem.text);
        }
        self.keep_first(ctx);
    }

    fn set_density(&mut self, density: Density) {
        if density != self.kept.density {
            self.kept.density = density;
            self.list.set_row_px(density.row_px());
            self.scroll_to = Some(self.list.view.top_px);
        }
    }

    /// Those that there is room for.
    fn columns(&self) -> Rc<Vec<Column>> {
        match self.kept.density {
            Density::Cards => Rc::new(self.kept.columns.clone()),
            Density::Compact | Density::Comfortable => Rc::new(columns::fit(&self.kept.columns, self.width)),
        }
    }

    /// Of the grid, what its head and the bar over it leave for rows.
    fn rows_px(&self, grid: &HtmlElement) -> f64 {
        let bar_px = if self.picked.selection.is_empty() { 0.0 } else { BAR_PX };
        (f64::from(grid.client_height()) - self.kept.density.head_px() - bar_px).max(0.0)
    }

    fn open(&mut self, ctx: &Context<Self>, index: u32) {
        self.list.put_cursor(index);
        self.show_cursor();
        match self.list.cursor.and_then(|cursor| cursor.id) {
            Some(lead) => {
                let filter = ctx.props().filter.clone();
                ctx.props().on_route.emit(Route::Leads { filter, open: Some(lead) });
            }
            None => {
                self.open_when_loaded = Some(index);
                self.ask_if_short(ctx);
            }
        }
    }

    fn open_loaded(&mut self, ctx: &Context<Self>) {
        if let Some(index) = self.open_when_loaded.filter(|index| self.list.row(*index).is_some()) {
            self.open_when_loaded = None;
            ctx.link().send_message(Msg::Open(index));
        }
    }

    fn close(&mut self, ctx: &Context<Self>) {
        let filter = ctx.props().filter.clone();
        ctx.props().on_route.emit(Route::Leads { filter, open: None });
        // The row keeps the cursor, and the list has the focus again.
        keys::focus("[data-testid=lead-grid]");
    }

    /// From the open lead to its neighbour.
    fn step(&mut self, ctx: &Context<Self>, by: i64) {
        let at = ctx.props().open.and_then(|lead| self.list.position(lead)).or(self.list.cursor.map(|c| c.index));
        let next = at.map_or(0, |at| (i64::from(at) + by).max(0) as u32).min(self.list.page.total.saturating_sub(1));
        if self.list.page.total > 0 && Some(next) != at {
            self.open(ctx, next);
        }
    }

    fn show_cursor(&mut self) {
        if let Some(top) = self.list.cursor.and_then(|cursor| self.list.view.to_show(cursor.index)) {
            self.scroll_to = Some(top);
            self.list.view.top_px = top;
        }
    }

    fn key(&mut self, ctx: &Context<Self>, event: &KeyboardEvent) {
        let rows_in_view = (self.list.view.height_px / self.list.view.row_px).floor() as i64;
        match event.key().as_str() {
            "a" | "A" if keys::is_command(event) => return ctx.link().send_message(Msg::Bulk(bulk::Msg::All)),
            "ArrowDown" | "J" if event.shift_key() => self.extend_ticks(ctx, 1),
            "ArrowUp" | "K" if event.shift_key() => self.extend_ticks(ctx, -1),
            "x" | "X" => {
                if let Some(cursor) = self.list.cursor {
                    ctx.link().send_message(Msg::Bulk(bulk::Msg::Tick(cursor.index, event.shift_key())));
                }
                return;
            }
            "e" | "E" => return ctx.link().send_message(Msg::Bulk(bulk::Msg::Copy)),
            "s" | "S" => return self.open_menu(ctx, Some(bar::Open::Status)),
            "t" | "T" => return self.open_menu(ctx, Some(bar::Open::Tag)),
            "u" | "U" => return self.open_menu(ctx, Some(bar::Open::FollowUp)),
            "d" | "D" => return self.open_menu(ctx, Some(bar::Open::Drop)),
            "a" | "A" => return self.open_menu(ctx, Some(bar::Open::Assign)),
            "ArrowDown" | "j" | "J" => self.list.move_cursor(1),
            "ArrowUp" | "k" | "K" => self.list.move_cursor(-1),
            "PageDown" => self.list.move_cursor(rows_in_view),
            "PageUp" => self.list.move_cursor(-rows_in_view),
            "Home" => self.list.put_cursor(0),
            "End" => self.list.put_cursor(u32::MAX),
            "/" => return keys::focus("[data-testid=lead-search]"),
            "f" | "F" => self.is_panel_open = true,
            "Escape" if ctx.props().open.is_some() => return self.close(ctx),
            "Escape" => return self.clear_ticks(),
            "Enter" => return self.list.cursor.map_or((), |cursor| self.open(ctx, cursor.index)),
            _ => return,
        }
        self.show_cursor();
        self.ask_if_short(ctx);
    }

    fn grid(&self, ctx: &Context<Self>) -> Html {
        let link = ctx.link();
        let cursor = self.list.cursor.and_then(|cursor| cursor.id).map(|id| format!("lead-{id}"));
        let rows = (self.list.page.total + 1).to_string();
        let columns = self.columns();
        let template = columns::template(&columns);
        let columns = &columns;
        html! {
            <div ref={&self.grid} class="grid" style={template} role="grid" aria-multiselectable="true" tabindex="0" aria-label={t!("page-leads")} aria-rowcount={rows} aria-activedescendant={cursor}
                data-testid="lead-grid" aria-busy={(!self.list.is_loaded).to_string()} onscroll={link.callback(|_| Msg::Scrolled)}
                onmouseenter={link.callback(|_| Msg::Pointer(true))} onmouseleave={link.callback(|_| Msg::Pointer(false))}>
                { self.head(ctx, columns) }
                { self.rows(ctx, columns) }
            </div>
        }
    }

    fn rows(&self, ctx: &Context<Self>, columns: &Rc<Vec<Column>>) -> Html {
        if let Some(problem) = &self.problem {
            return html! { <Empty icon={Icon::Alert} title={t!("list-failed")} text={problem.text.clone()} testid="list-problem" /> };
        }
        if !self.list.is_loaded && self.shows_skeleton {
            return skeleton();
        }
        if self.list.is_loaded && self.list.page.total == 0 {
            return self.nothing(ctx);
        }
        let drawn = self.list.view.drawn(self.list.page.total);
        let open = ctx.props().open;
        let has_ticks = bar::May::of(ctx.props().me.role).anything();
        let row = |index: u32| {
            let Some(row) = self.list.row(index) else {
                return html! { <div key={format!("blank-{index}")} class="grid__row grid__row--blank" aria-hidden="true"></div> };
            };
            html! {
                <Row on_it={presence::sentence(row.id)} key={row.id.to_string()} row={row.clone()} {index} is_cursor={self.list.cursor.is_some_and(|c| c.id == Some(row.id))}
                    is_open={open == Some(row.id)} is_ticked={has_ticks.then(|| self.is_ticked(row.id))} columns={columns.clone()} clock={ctx.props().clock}
                    on_open={&self.on_open} on_tick={&self.on_tick} />
            }
        };
        let spacer = |rows: u32| html! { <div class="grid__spacer" style={format!("height:{}px", f64::from(rows) * self.list.view.row_px)} role="presentation"></div> };
        html! {
            <>
                { spacer(drawn.start) }
                <div class="grid__rows" role="rowgroup">{ for drawn.clone().map(row) }</div>
                { spacer(self.list.page.total.saturating_sub(drawn.end)) }
            </>
        }
    }

    fn head(&self, ctx: &Context<Self>, columns: &Rc<Vec<Column>>) -> Html {
        let may = bar::May::of(ctx.props().me.role);
        let ticked = may.anything().then(|| (self.picked.selection.len(), self.list.page.total));
        html! {
            <Head filter={ctx.props().filter.clone()} columns={columns.clone()} {ticked} on_filter={ctx.link().callback(Msg::Filter)}
                on_tick_all={ctx.link().callback(|()| Msg::Bulk(bulk::Msg::TickAll))} />
        }
    }

    /// Why there is nothing, and the way out.
    fn nothing(&self, ctx: &Context<Self>) -> Html {
        let Props { filter, me, counts, on_add, .. } = ctx.props();
        let go = |filter: ListFilter| ctx.link().callback(move |_: MouseEvent| Msg::Filter(filter.clone()));
        let everywhere = ListFilter { tab: Some(Tab::All), search: filter.search.clone(), ..ListFilter::default() };
        let unfiltered = ListFilter { tab: filter.tab, ..ListFilter::default() };
        let searched = filter.search.trim();
        let is_wider = filter.tab(me.role) != Tab::All || !filter.statuses.is_empty() || filter.narrowings() > 0;
        let text = match (searched.is_empty(), filter.is_narrowed()) {
            (false, _) => t!("nothing-matches", search = words::shortened(searched, 40)),
            (true, true) => t!("nothing-fits", parts = chips::in_words(filter, ctx.props().clock.local().days)),
            (true, false) if counts.all == 0 => t!("nothing-yet"),
            (true, false) => t!("nothing-in-tab"),
        };
        html! {
            <Empty icon={if filter.is_narrowed() { Icon::SearchX } else { Icon::Users }} title={t!("no-leads-found")} {text} testid="no-leads-found">
                if counts.all > 0 && is_wider {
                    <button type="button" class="button button--bar" data-testid="search-everywhere" onclick={go(everywhere)}>
                        { if searched.is_empty() { t!("show-all", count = count(counts.all)) } else { t!("search-everywhere", count = count(counts.all)) } }
                    </button>
                }
                if filter.is_narrowed() {
                    <button type="button" class="button button--bar button--ghost" onclick={go(unfiltered)}>{ t!("clear-filters") }</button>
                }
                if counts.all == 0 && policy::has(me.role, Action::CreateLead) {
                    <button type="button" class="button button--filled" onclick={on_add.reform(|_: MouseEvent| ())}>{ t!("add-lead") }{ Key::of("Ctrl Space") }</button>
                }
            </Empty>
        }
    }

    /// The first sync's progress; the list is usable meanwhile.
    fn first_sync(&self, ctx: &Context<Self>) -> Html {
        let Some(Pill::Loading { done, total }) = ctx.props().pill else { return Html::default() };
        html! {
            <div class="first-sync" data-testid="first-sync">
                <span class="first-sync__title">{ Glyph::of(Icon::Download).class("tone--info") }{ t!("first-sync-title") }</span>
                <progress class="progress" max={total.to_string()} value={done.to_string()} aria-label={t!("first-sync-title")}></progress>
                <span class="first-sync__count">{ t!("first-sync-count", done = count(done), total = count(total)) }</span>
                <span class="first-sync__text">{ t!("first-sync-text") }</span>
            </div>
        }
    }
}

/// The keys of the list; Enter presses what has the focus, if that can be pressed.
fn takes(event: &KeyboardEvent) -> bool {
    if keys::is_covered() || keys::is_typing(event) {
        return false;
    }
    if keys::is_command(event) {
        return matches!(event.key().as_str(), "a" | "A") && !event.alt_key() && !event.shift_key();
    }
    if !keys::is_plain(event) {
        return false;
    }
    match event.key().as_str() {
        "ArrowDown" | "ArrowUp" | "PageDown" | "PageUp" | "Home" | "End" | "Escape" => true,
        "j" | "J" | "k" | "K" | "/" | "f" | "F" | "x" | "X" | "e" | "E" => true,
        "s" | "S" | "t" | "T" | "u" | "U" | "d" | "D" | "a" | "A" => bulk::has_keys(),
        "Enter" => !keys::is_on_control(event),
        _ => false,
    }
}

fn skeleton() -> Html {
    let row = |_| {
        html! {
            <div class="grid__row grid__row--skeleton">
                <div class="grid__cell grid__cell--name"><i class="bone"></i></div>
                <div class="grid__cell grid__cell--phone"><i class="bone"></i></div>
                <div class="grid__cell grid__cell--status"><i class="bone bone--badge"></i></div>
                <div class="grid__cell grid__cell--next"><i class="bone bone--badge"></i></div>
            </div>
        }
    };
    html! { <div aria-hidden="true" data-testid="skeleton">{ for (0..SKELETON_ROWS).map(row) }</div> }
}
