//! Many leads at once: who is ticked, what can be done to them, and carrying it out part by part, so that the
//! window shows how far it is and can stop.

use super::bar::{Bar, May, Open};
use super::selection::Selection;
use super::{LeadsPage, columns};
use crate::text::count;
use crate::{clipboard, ipc, t, toast};
use bridge::bulk::{
    BulkCan, BulkDone, BulkWhat, Column, LeadBulk, LeadBulkCan, LeadBulkGiveBack, LeadBulkUndo, LeadCsv, LeadIds, LeadStill,
};
use bridge::lead::LeadFacetsGet;
use bridge::{Change, Problem, Request};
use domain::{LeadId, UserId};
use gloo_timers::callback::Timeout;
use std::cell::Cell;
use std::collections::HashSet;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::html::Scope;
use yew::prelude::*;

/// Leads changed by one request: a tenth of a second's work.
const PART: usize = 25;
/// What takes longer shows how far it is.
const PROGRESS_AFTER_MS: u32 = 500;
/// Leads that are asked what can be done to them: where one of these can, it can be done.
const JUDGED_MAX: usize = bridge::bulk::BULK_MAX;
/// Reasons a toast names.
const REASONS: usize = 2;

thread_local! {
    /// Whether plain keys are the bar's: leads are ticked, and no drawer is open.
    static HAS_KEYS: Cell<bool> = const { Cell::new(false) };
}

pub fn has_keys() -> bool {
    HAS_KEYS.get()
}

/// Set by whoever wants no further part.
type Stops = Rc<Cell<bool>>;

pub enum Msg {
    /// The row's box; with Shift, the range from the one ticked last.
    Tick(u32, bool),
    /// All, or none where all are.
    TickAll,
    All,
    Add(Vec<LeadId>),
    Clear,
    Can(u32, Box<BulkCan>),
    Still {
        asked: Vec<LeadId>,
        still: Vec<LeadId>,
    },
    Failed(Problem),
    Tags(Vec<String>),
    Open(Option<Open>),
    What(BulkWhat),
    ShowProgress,
    Progress(u32, u32, Stops),
    Ended,
    Stop,
    Copy,
    Copied,
}

/// What the page holds of it.
#[derive(Default)]
pub struct Picked {
    pub selection: Selection,
    can: Rc<BulkCan>,
    tags: Rc<Vec<String>>,
    open: Option<Open>,
    run: Option<Run>,
    /// Counts selections, so that answers about an older one are dropped.
    version: u32,
    /// Ticked leads that changed and may not be in the list any more.
    touched: HashSet<LeadId>,
    is_asking_still: bool,
    /// Changed together last: where they leave by that, its toast tells of it.
    ran: HashSet<LeadId>,
    is_copying: bool,
}

struct Run {
    done: u32,
    total: u32,
    is_shown: bool,
    stops: Stops,
    _timer: Timeout,
}

impl Drop for Picked {
    fn drop(&mut self) {
        HAS_KEYS.set(false);
    }
}

impl LeadsPage {
    pub(super) fn bulk(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Tick(index, is_range) => self.tick(ctx, index, is_range),
            Msg::TickAll if self.picked.selection.len() < self.list.page.total => self.select(ctx, 0, u32::MAX),
            Msg::TickAll | Msg::Clear => self.clear_ticks(),
            Msg::All => self.select(ctx, 0, u32::MAX),
            Msg::Add(leads) => {
                self.picked.selection.add(leads);
                self.chosen(ctx);
            }
            Msg::Can(version, can) if version == self.picked.version => self.picked.can = Rc::new(*can),
            Msg::Can(..) => return false,
            Msg::Still { asked, still } => {
                self.picked.is_asking_still = false;
                let before = self.picked.selection.len();
                self.picked.selection.keep(&asked, &still);
                let by_others = asked.iter().any(|lead| !self.picked.ran.contains(lead));
                if self.picked.selection.is_empty() && before > 0 && by_others {
                    toast_left(before);
                }
                self.chosen(ctx);
                self.ask_still(ctx);
            }
            Msg::Failed(problem) => {
                self.picked.is_asking_still = false;
                toast::problem(problem.text);
            }
            Msg::Tags(tags) => self.picked.tags = Rc::new(tags),
            Msg::Open(open) => self.open_menu(ctx, open),
            Msg::What(what) => self.carry_out(ctx, what),
            Msg::ShowProgress => self.picked.run.iter_mut().for_each(|run| run.is_shown = true),
            Msg::Progress(done, total, stops) => self.progress(ctx, (done, total), stops),
            Msg::Ended => {
                self.picked.run = None;
                self.ask_can(ctx);
                self.ask_still(ctx);
            }
            Msg::Stop => self.picked.run.iter().for_each(|run| run.stops.set(true)),
            Msg::Copy => self.copy(ctx),
            Msg::Copied => self.picked.is_copying = false,
        }
        true
    }

    /// Of a change, or `None` for all: those that may have left the list are asked about.
    pub(super) fn ticks_may_leave(&mut self, ctx: &Context<Self>, change: Option<&Change>) {
        let touched = match change {
            Some(change) => self.picked.selection.touched(change),
            None => self.picked.selection.leads(),
        };
        if !touched.is_empty() {
            self.picked.touched.extend(touched);
            self.ask_still(ctx);
        }
    }

    pub(super) fn is_ticked(&self, lead: LeadId) -> bool {
        self.picked.selection.has(lead)
    }

    pub(super) fn set_keys(&self, is_drawer_open: bool) {
        HAS_KEYS.set(!self.picked.selection.is_empty() && !is_drawer_open && self.picked.run.is_none());
    }

    /// Ticks the row under the cursor as the cursor moves on.
    pub(super) fn extend_ticks(&mut self, ctx: &Context<Self>, by: i64) {
        let add = |page: &mut Self| {
            if let Some((index, lead)) = page.list.cursor.and_then(|cursor| Some((cursor.index, cursor.id?))) {
                page.picked.selection.add([lead]);
                page.picked.selection.begin_at(index, lead);
            }
        };
        add(self);
        self.list.move_cursor(by);
        add(self);
        self.chosen(ctx);
    }

    pub(super) fn clear_ticks(&mut self) {
        self.picked.selection.clear();
        (self.picked.open, self.picked.can) = (None, Rc::default());
        self.picked.version += 1;
    }

    fn tick(&mut self, ctx: &Context<Self>, index: u32, is_range: bool) {
        let range = if is_range { self.picked.selection.range_to(index, |lead| self.list.position(lead)) } else { None };
        self.list.put_cursor(index);
        let Some(lead) = self.list.row(index).map(|row| row.id) else { return };
        let Some(range) = range else {
            self.picked.selection.toggle(index, lead);
            return self.chosen(ctx);
        };
        let loaded: Option<Vec<LeadId>> = range.clone().map(|at| self.list.row(at).map(|row| row.id)).collect();
        self.picked.selection.begin_at(index, lead);
        match loaded {
            Some(leads) => {
                self.picked.selection.add(leads);
                self.chosen(ctx);
            }
            None => self.select(ctx, *range.start(), range.end() - range.start() + 1),
        }
    }

    /// Adds a stretch of the list, loaded or not.
    fn select(&mut self, ctx: &Context<Self>, offset: u32, limit: u32) {
        let request = LeadIds { filter: ctx.props().question(), offset, limit };
        ask(ctx, request, Msg::Add);
    }

    /// Somebody was ticked or is not any more: what can be done is another thing now.
    fn chosen(&mut self, ctx: &Context<Self>) {
        self.picked.version += 1;
        if self.picked.selection.is_empty() {
            self.picked.open = None;
        }
        self.ask_can(ctx);
    }

    fn ask_can(&self, ctx: &Context<Self>) {
        if self.picked.selection.is_empty() || self.picked.run.is_some() {
            return;
        }
        let mut leads = self.picked.selection.leads();
        let is_part = leads.len() > JUDGED_MAX;
        leads.truncate(JUDGED_MAX);
        let version = self.picked.version;
        ask(ctx, LeadBulkCan { leads }, move |can| Msg::Can(version, Box::new(if is_part { unblocked(can) } else { can })));
    }

    fn ask_still(&mut self, ctx: &Context<Self>) {
        if self.picked.run.is_some() || self.picked.is_asking_still || self.picked.touched.is_empty() {
            return;
        }
        self.picked.is_asking_still = true;
        let asked: Vec<LeadId> = self.picked.touched.drain().collect();
        let request = LeadStill { filter: ctx.props().question(), leads: asked.clone() };
        ask(ctx, request, move |still| Msg::Still { asked, still });
    }

    pub(super) fn open_menu(&mut self, ctx: &Context<Self>, open: Option<Open>) {
        let can = &self.picked.can;
        let is_blocked = match open {
            None => false,
            Some(Open::Status | Open::Reopen) => can.status_blocked.is_some(),
            Some(Open::Tag) => can.tag_blocked.is_some(),
            Some(Open::Drop) => can.drop_blocked.is_some(),
            Some(Open::FollowUp) => can.follow_up_blocked.is_some(),
            Some(Open::Assign) => can.assign_blocked.is_some(),
        };
        self.picked.open = open.filter(|_| !is_blocked && self.picked.run.is_none());
        if self.picked.open == Some(Open::Tag) {
            ask(ctx, LeadFacetsGet {}, |facets| {
                let mut tags = facets.tags;
                tags.sort_by_key(|(_, uses)| std::cmp::Reverse(*uses));
                Msg::Tags(tags.into_iter().map(|(tag, _)| tag).collect())
            });
        }
    }

    fn carry_out(&mut self, ctx: &Context<Self>, what: BulkWhat) {
        self.picked.open = None;
        let leads = self.picked.selection.leads();
        if leads.is_empty() || self.picked.run.is_some() || is_empty(&what) {
            return;
        }
        crate::keys::focus("[data-testid=lead-grid]");
        self.picked.ran = leads.iter().copied().collect();
        let (link, stops) = (ctx.link().clone(), Stops::default());
        self.begin(ctx, (0, u32::try_from(leads.len()).unwrap_or(u32::MAX)), stops.clone());
        spawn_local(async move {
            let request = |leads: &[LeadId]| LeadBulk { leads: leads.to_vec(), what: what.clone() };
            let done = in_parts(&leads, request, &link, &stops).await;
            match what {
                BulkWhat::Assign { to } => say_given(done, to, link.clone()),
                _ => say(done, link.clone()),
            }
            link.send_message(super::Msg::Bulk(Msg::Ended));
        });
    }

    fn begin(&mut self, ctx: &Context<Self>, (done, total): (u32, u32), stops: Stops) {
        let link = ctx.link().clone();
        let timer = Timeout::new(PROGRESS_AFTER_MS, move || link.send_message(super::Msg::Bulk(Msg::ShowProgress)));
        self.picked.run = Some(Run { done, total, is_shown: false, stops, _timer: timer });
    }

    /// Also of what is being taken back, which begins by itself.
    fn progress(&mut self, ctx: &Context<Self>, (done, total): (u32, u32), stops: Stops) {
        match &mut self.picked.run {
            Some(run) => (run.done, run.total) = (done, total),
            None => self.begin(ctx, (done, total), stops),
        }
    }

    /// The ticked ones, or all that the filter holds, as a table on the clipboard.
    fn copy(&mut self, ctx: &Context<Self>) {
        if !May::of(ctx.props().me.role).copy || std::mem::replace(&mut self.picked.is_copying, true) {
            return;
        }
        let leads = (!self.picked.selection.is_empty()).then(|| self.picked.selection.leads());
        let columns: Vec<(Column, String)> = self.kept.columns.iter().map(|column| (*column, columns::word(*column))).collect();
        let request = LeadCsv { filter: ctx.props().question(), leads, columns };
        ctx.link().send_future(async move {
            match ipc::call(&request).await {
                Ok(csv) => clipboard::put(&csv.text, t!("copied-leads", number = csv.rows, count = count(csv.rows))).await,
                Err(problem) => toast::problem(problem.text),
            }
            super::Msg::Bulk(Msg::Copied)
        });
    }

    pub(super) fn bar(&self, ctx: &Context<Self>) -> Html {
        let progress = self.picked.run.as_ref().filter(|run| run.is_shown).map(|run| (run.done, run.total));
        if self.picked.selection.is_empty() && progress.is_none() {
            return Html::default();
        }
        let link = ctx.link();
        let props = ctx.props();
        html! {
            <Bar me={props.me.clone()} clock={props.clock} ticked={self.picked.selection.len()} total={self.list.page.total} left={self.picked.selection.left}
                can={self.picked.can.clone()} tags={self.picked.tags.clone()} {progress} open={self.picked.open}
                on_open={link.callback(|open| super::Msg::Bulk(Msg::Open(open)))} on_what={link.callback(|what| super::Msg::Bulk(Msg::What(what)))}
                on_all={link.callback(|()| super::Msg::Bulk(Msg::All))} on_copy={link.callback(|()| super::Msg::Bulk(Msg::Copy))}
                on_clear={link.callback(|()| super::Msg::Bulk(Msg::Clear))} on_stop={link.callback(|()| super::Msg::Bulk(Msg::Stop))} />
        }
    }
}

fn ask<R: Request + 'static>(ctx: &Context<LeadsPage>, request: R, then: impl FnOnce(R::Response) -> Msg + 'static) {
    ctx.link().send_future(async move {
        super::Msg::Bulk(match ipc::call(&request).await {
            Ok(answer) => then(answer),
            Err(problem) => Msg::Failed(problem),
        })
    });
}

/// Of a part of the ticked leads only what can be done is known, not what can't.
fn unblocked(can: BulkCan) -> BulkCan {
    let mut statuses = can.statuses;
    if can.status_blocked.is_some() {
        statuses = domain::Status::ALL.into_iter().filter(|status| *status != domain::Status::Lost).collect();
    }
    BulkCan { statuses, reopens: can.reopens, ..BulkCan::default() }
}

fn is_empty(what: &BulkWhat) -> bool {
    matches!(what, BulkWhat::Tag { tag } if tag.trim().is_empty())
}

fn toast_left(number: u32) {
    toast::done(t!("bulk-all-left", number = number, count = count(number)));
}

/// Sends it part by part. What goes wrong with a part ends it; what was done until then is told.
async fn in_parts<T, R: Request<Response = BulkDone>>(
    all: &[T],
    request: impl Fn(&[T]) -> R,
    link: &Scope<LeadsPage>,
    stops: &Stops,
) -> BulkDone {
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let (mut sum, mut done) = (BulkDone::default(), 0);
    for part in all.chunks(PART) {
        let rest = number(all.len() - done);
        if stops.get() {
            sum.refuse(t!("bulk-stopped"), rest);
            break;
        }
        match ipc::call(&request(part)).await {
            Ok(part) => sum.absorb(part),
            Err(problem) => {
                sum.refuse(problem.text, rest);
                break;
            }
        }
        done += part.len();
        link.send_message(super::Msg::Bulk(Msg::Progress(number(done), number(all.len()), stops.clone())));
    }
    sum
}

/// Says what became of it, and offers to take it back.
fn say(done: BulkDone, link: Scope<LeadsPage>) {
    let text = told(t!("bulk-done", number = done.done, count = count(done.done)), &done);
    if done.done == 0 {
        return toast::problem(text);
    }
    let edits: Vec<_> = done.edits.into_iter().filter(|(_, commands)| !commands.is_empty()).collect();
    let undo = move |()| {
        let (edits, link) = (edits.clone(), link.clone());
        spawn_local(async move {
            let done = in_parts(&edits, |edits| LeadBulkUndo { edits: edits.to_vec() }, &link, &Stops::default()).await;
            toast::done(told(t!("bulk-undone", number = done.done, count = count(done.done)), &done));
            link.send_message(super::Msg::Bulk(Msg::Ended));
        });
    };
    toast::undoable(text, Callback::from(undo));
}

/// Says who got none of them and why, and offers to give them back to who had each.
fn say_given(done: BulkDone, to: Option<UserId>, link: Scope<LeadsPage>) {
    let mut text = t!("bulk-assigned", number = done.done, count = count(done.done));
    if done.waiting > 0 {
        text = format!("{text} {}", t!("bulk-waiting", count = count(done.waiting)));
    }
    let text = told(text, &done);
    if done.done == 0 {
        return toast::problem(text);
    }
    let given = done.given;
    let undo = move |()| {
        let (given, link) = (given.clone(), link.clone());
        spawn_local(async move {
            let request = |leads: &[(LeadId, Option<UserId>)]| LeadBulkGiveBack { from: to, leads: leads.to_vec() };
            let done = in_parts(&given, request, &link, &Stops::default()).await;
            toast::done(told(t!("bulk-undone", number = done.done, count = count(done.done)), &done));
            link.send_message(super::Msg::Bulk(Msg::Ended));
        });
    };
    toast::undoable(text, Callback::from(undo));
}

/// `12 changed, 3 not: A dropped lead can’t have a follow-up.`
fn told(begin: String, done: &BulkDone) -> String {
    let named: u32 = done.not.iter().take(REASONS).map(|not| not.count).sum();
    let others = done.not_done() - named;
    let mut parts = vec![begin];
    parts.extend(done.not.iter().take(REASONS).map(|not| t!("bulk-not", count = count(not.count), why = not.why.trim_end_matches('.'))));
    if others > 0 {
        parts.push(t!("bulk-not-others", count = count(others)));
    }
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_toast_says_how_many_and_why_not_the_others() {
        let mut done = BulkDone { done: 12, ..BulkDone::default() };
        assert_eq!(told("12 changed".into(), &done), "12 changed");
        done.refuse("A dropped lead can’t have a follow-up.", 3);
        assert_eq!(told("12 changed".into(), &done), "12 changed, 3 not: A dropped lead can’t have a follow-up");
        done.refuse("Second.", 2);
        done.refuse("Third.", 1);
        assert_eq!(told("12 changed".into(), &done), "12 changed, 3 not: A dropped lead can’t have a follow-up, 2 not: Second, 1 more not");
    }

    #[test]
    fn what_part_of_them_can_not_others_may() {
        let blocked = BulkCan { drop_blocked: Some("no".into()), status_blocked: Some("no".into()), ..BulkCan::default() };
        let can = unblocked(blocked);
        assert_eq!((can.drop_blocked, can.status_blocked, can.statuses.len()), (None, None, 6));
    }
}
