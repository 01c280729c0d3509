//! The bell (rows I7, O1): follow-ups that were missed or are due, and notifications, each with its count; a panel
//! of the newest behind it.

use crate::clock::Clock;
use crate::components::notice_line::{NoticeLineView, read_all};
use crate::icon::{Glyph, Icon};
use crate::keys::{self, Layer};
use crate::route::{DueNarrow, Page, Route};
use crate::text::count;
use crate::{hub, ipc, t};
use bridge::follow_up::DueTab;
use bridge::notice::{NoticeList, NoticePage};
use bridge::{Change, Problem};
use web_sys::HtmlElement;
use yew::prelude::*;

/// Notifications in the panel; the page has all.
const LINES: u32 = 12;

#[derive(Properties, PartialEq)]
pub struct Props {
    /// This person's follow-ups that were missed, and that are due today; `None` where they are not in the role.
    pub due: Option<(u32, u32)>,
    /// Unread notifications; `None` where they are not in the role.
    pub unread: Option<u32>,
    pub clock: Clock,
}

#[component]
pub fn Bell(props: &Props) -> Html {
    let is_open = use_state(|| false);
    let (missed, today) = props.due.unwrap_or_default();
    let unread = props.unread.unwrap_or_default();
    let label = t!("bell-label", missed = missed, today = today, unread = unread);
    let toggle = {
        let is_open = is_open.clone();
        move |_: MouseEvent| is_open.set(!*is_open)
    };
    let on_close = {
        let is_open = is_open.clone();
        Callback::from(move |()| is_open.set(false))
    };
    html! {
        <>
            <button type="button" class="button button--icon bell" aria-label={label.clone()} title={label} aria-haspopup="dialog"
                aria-expanded={is_open.to_string()} data-testid="bell" onclick={toggle}>
                { Glyph::of(Icon::Bell).size(18) }
                if missed + today > 0 { <span class="bell__count" data-testid="alert-badge">{ count(missed + today) }</span> }
                if unread > 0 { <span class="bell__count bell__count--news" data-testid="notif-bell-badge">{ count(unread) }</span> }
            </button>
            if *is_open { <Panel due={props.due} has_notices={props.unread.is_some()} clock={props.clock} {on_close} /> }
        </>
    }
}

#[derive(Properties, PartialEq)]
struct PanelProps {
    due: Option<(u32, u32)>,
    has_notices: bool,
    clock: Clock,
    on_close: Callback<()>,
}

enum Msg {
    Listed(Result<NoticePage, Problem>),
    Changed(Change),
}

struct Panel {
    page: Option<Result<NoticePage, Problem>>,
    panel: NodeRef,
    _hub: hub::Subscription,
    _layer: Layer,
}

impl Component for Panel {
    type Message = Msg;
    type Properties = PanelProps;

    fn create(ctx: &Context<Self>) -> Self {
        ask(ctx);
        let _hub = hub::subscribe(ctx.link().callback(Msg::Changed));
        Self { page: None, panel: NodeRef::default(), _hub, _layer: Layer::open() }
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Listed(page) => {
                self.page = Some(page);
                true
            }
            Msg::Changed(change) => {
                if change.notices || change.directory {
                    ask(ctx);
                }
                false
            }
        }
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let PanelProps { due, has_notices, on_close, .. } = ctx.props();
        let unread = self.page.iter().flatten().map(|page| page.unread).sum::<u32>();
        let onkeydown = {
            let (on_close, panel) = (on_close.clone(), self.panel.clone());
            move |event: KeyboardEvent| {
                event.stop_propagation();
                match event.key().as_str() {
                    "Escape" => on_close.emit(()),
                    "ArrowDown" | "j" => keys::step_focus(&panel, "a", 1),
                    "ArrowUp" | "k" => keys::step_focus(&panel, "a", -1),
                    _ => return,
                }
                event.prevent_default();
            }
        };
        html! {
            <>
                <div class="sync-panel__outside" onclick={on_close.reform(|_: MouseEvent| ())}></div>
                <section ref={&self.panel} class="bell-panel" role="dialog" aria-label={t!("bell-panel-label")} tabindex="-1" data-testid="notif-panel" {onkeydown}>
                    <header class="bell-panel__head">
                        <h2 class="bell-panel__title">{ t!("bell-title", unread = unread) }</h2>
                        if unread > 0 {
                            <button type="button" class="button button--ghost button--bar" data-testid="mark-all-read" onclick={|_: MouseEvent| read_all()}>
                                { t!("bell-read-all") }
                            </button>
                        }
                    </header>
                    if let Some((missed, today)) = due { { self.due(*missed, *today, on_close) } }
                    if *has_notices { { self.lines(ctx) } }
                </section>
            </>
        }
    }

    fn rendered(&mut self, _: &Context<Self>, is_first: bool) {
        if let Some(panel) = self.panel.cast::<HtmlElement>().filter(|_| is_first) {
            let _ = panel.focus();
        }
    }

    fn destroy(&mut self, _: &Context<Self>) {
        keys::focus("[data-testid=bell]");
    }
}

impl Panel {
    fn due(&self, missed: u32, today: u32, on_close: &Callback<()>) -> Html {
        let link = |tab: DueTab, number: u32, text: String, class: &'static str| {
            let href = Route::FollowUps { narrow: DueNarrow { tab, everyone: false }, open: None }.to_string();
            html! {
                if number > 0 {
                    <a class={classes!("bell-panel__due", class)} {href} data-testid={format!("bell-{}", tab.as_str())} onclick={on_close.reform(|_: MouseEvent| ())}>
                        { Glyph::of(Icon::CalendarClock) }{ text }{ Glyph::of(Icon::ChevronRight) }
                    </a>
                }
            }
        };
        html! {
            <>
                { link(DueTab::Missed, missed, t!("bell-missed", count = missed), "bell-panel__due--missed") }
                { link(DueTab::Today, today, t!("bell-today", count = today), "bell-panel__due--today") }
            </>
        }
    }

    fn lines(&self, ctx: &Context<Self>) -> Html {
        let PanelProps { clock, on_close, .. } = ctx.props();
        let lines = match &self.page {
            None => return Html::default(),
            Some(Err(problem)) => return html! { <p class="bell-panel__none" role="alert">{ &problem.text }</p> },
            Some(Ok(page)) => &page.lines,
        };
        html! {
            <>
                if lines.is_empty() { <p class="bell-panel__none" data-testid="notif-none">{ t!("bell-none") }</p> }
                <div class="bell-panel__lines" role="list">
                    { for lines.iter().map(|line| html! {
                        <NoticeLineView key={line.id.to_string()} line={line.clone()} clock={*clock} on_open={on_close} />
                    }) }
                </div>
                <a class="bell-panel__all" href={Page::Notices.route().to_string()} data-testid="notif-all" onclick={on_close.reform(|_: MouseEvent| ())}>
                    { t!("bell-all") }
                </a>
            </>
        }
    }
}

fn ask(ctx: &Context<Panel>) {
    ctx.link().send_future(async { Msg::Listed(ipc::call(&NoticeList { unread_only: false, limit: LINES }).await) });
}
