//! One notification, in the bell's panel and on its page: what, of whom, by whom, and whether it was read.

use crate::clock::Clock;
use crate::components::name::Name;
use crate::icon::{Glyph, Icon};
use crate::route::{ListFilter, Route};
use crate::{ipc, t, toast, words};
use bridge::Request;
use bridge::notice::{NoticeLine, NoticeReadAll, NoticeSet};
use domain::command::NoticeMark;
use domain::notice::News;
use uuid::Uuid;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub line: NoticeLine,
    pub clock: Clock,
    #[prop_or_default]
    pub id: Option<AttrValue>,
    #[prop_or_default]
    pub is_cursor: bool,
    /// It was opened.
    #[prop_or_default]
    pub on_open: Callback<()>,
}

#[component]
pub fn NoticeLineView(props: &Props) -> Html {
    let line = &props.line;
    let (icon, tone) = look(&line.news);
    let (id, is_read) = (line.id, line.is_read);
    let onclick = props.on_open.reform(move |_: MouseEvent| {
        if !is_read {
            mark(vec![id], NoticeMark::Read);
        }
    });
    let toggled = if is_read { NoticeMark::Unread } else { NoticeMark::Read };
    let toggle = if is_read { t!("notice-mark-unread") } else { t!("notice-mark-read") };
    let by = line.by.as_ref().map_or_else(
        || words::ago(line.when.at, props.clock),
        |by| t!("notice-by", by = by.as_str(), ago = words::ago(line.when.at, props.clock)),
    );
    html! {
        <div class={classes!("notice", (!is_read).then_some("notice--unread"), props.is_cursor.then_some("notice--cursor"))} role="listitem"
            data-testid="notice" data-read={is_read.to_string()}>
            <a id={props.id.clone()} class="notice__open" href={route(line).to_string()} data-testid="notif-card-click" {onclick}>
                <span class={classes!("notice__icon", format!("notice__icon--{tone}"))}>{ Glyph::of(icon) }</span>
                <span class="notice__text">
                    <span class="notice__what">
                        <span class="notice__kind">{ said(line) }</span>
                        { Name::of(line.name.clone()).class("notice__name") }
                    </span>
                    if let Some(quote) = quote(line) { <span class="notice__quote" dir="auto">{ quote }</span> }
                    <span class="notice__by" title={words::moment(&line.when)}>{ by }</span>
                </span>
                if !is_read { <span class="notice__dot" role="img" aria-label={t!("notice-unread")}></span> }
            </a>
            <span class="notice__acts">
                <button type="button" class="button button--icon button--small" aria-label={toggle.clone()} title={toggle} data-testid="notice-toggle"
                    onclick={move |_: MouseEvent| mark(vec![id], toggled)}>
                    { Glyph::of(if is_read { Icon::Ring } else { Icon::Check }).size(14) }
                </button>
                <button type="button" class="button button--icon button--small" aria-label={t!("notice-remove")} title={t!("notice-remove")}
                    data-testid="notice-remove" onclick={move |_: MouseEvent| remove(id, is_read)}>
                    { Glyph::of(Icon::X).size(14) }
                </button>
            </span>
        </div>
    }
}

/// Where it leads.
pub fn route(line: &NoticeLine) -> Route {
    match line.news {
        // A deleted lead is in no list.
        News::Deleted => Route::Deleted,
        _ => Route::Leads { filter: ListFilter::default(), open: Some(line.lead) },
    }
}

pub fn mark(notices: Vec<Uuid>, mark: NoticeMark) {
    send(NoticeSet { notices, mark });
}

pub fn read_all() {
    send(NoticeReadAll {});
}

/// Takes it off the list; it can be put back.
pub fn remove(id: Uuid, was_read: bool) {
    let back = if was_read { NoticeMark::Read } else { NoticeMark::Unread };
    mark(vec![id], NoticeMark::Removed);
    toast::undoable(t!("notice-removed"), Callback::from(move |()| mark(vec![id], back)));
}

fn send<R: Request + 'static>(request: R) {
    spawn_local(async move {
        if let Err(problem) = ipc::call(&request).await {
            toast::problem(problem.text);
        }
    });
}

/// Icon and colour, of row O3.
fn look(news: &News) -> (Icon, &'static str) {
    match news {
        News::Assigned => (Icon::UserPlus, "info"),
        News::Converted => (Icon::CheckCircle, "ok"),
        News::Dropped { .. } => (Icon::SolidCross, "warn"),
        News::Deleted => (Icon::Trash, "muted"),
        News::Status { .. } => (Icon::Refresh, "muted"),
        News::Commented { .. } | News::Mentioned { .. } => (Icon::Note, "info"),
        News::Missed { .. } => (Icon::CalendarClock, "danger"),
    }
}

fn said(line: &NoticeLine) -> String {
    match &line.news {
        News::Assigned => t!("notice-assigned"),
        News::Converted => t!("notice-converted"),
        News::Dropped { .. } => t!("notice-dropped"),
        News::Deleted => t!("notice-deleted"),
        News::Status { to } => t!("notice-status", status = words::status(*to)),
        News::Commented { .. } => t!("notice-commented"),
        News::Mentioned { .. } => t!("notice-mentioned"),
        News::Missed { .. } => t!("notice-missed"),
    }
}

/// What was typed, or when it was due.
fn quote(line: &NoticeLine) -> Option<String> {
    match &line.news {
        News::Dropped { reason } => Some(reason.clone()).filter(|reason| !reason.is_empty()),
        News::Commented { text } | News::Mentioned { text } => Some(text.clone()),
        News::Missed { .. } => line.due.as_ref().map(|due| t!("notice-due", when = words::moment(due))),
        News::Assigned | News::Converted | News::Deleted | News::Status { .. } => None,
    }
}
