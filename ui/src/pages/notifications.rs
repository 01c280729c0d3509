//! The Notifications page (row O7): all that was told, or what was not read yet.

use crate::clock::Clock;
use crate::components::empty::Empty;
use crate::components::key::Key;
use crate::components::notice_line::{self, NoticeLineView, mark, read_all};
use crate::icon::{Glyph, Icon};
use crate::text::count;
use crate::{hub, ipc, keys, t};
use bridge::notice::{NoticeLine, NoticeList, NoticePage};
use bridge::{Change, Problem};
use domain::command::NoticeMark;
use gloo_events::EventListener;
use yew::prelude::*;

/// Lines that are shown at first, and that each "show more" adds.
const LINES: u32 = 50;
const OPENERS: &str = ".notice__open";

#[derive(Properties, PartialEq)]
pub struct Props {
    pub clock: Clock,
}

pub enum Msg {
    Listed(u32, Result<NoticePage, Problem>),
    Changed(Change),
    Unread(bool),
    More,
    Key(KeyboardEvent),
}

pub struct NotificationsPage {
    page: Option<Result<NoticePage, Problem>>,
    unread_only: bool,
    shown: u32,
    /// Counts questions, so that answers to an older one are dropped.
    asked: u32,
    list: NodeRef,
    _hub: hub::Subscription,
    _keys: Option<EventListener>,
}

impl Component for NotificationsPage {
    type Message = Msg;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        let mut page = Self {
            page: None,
            unread_only: false,
            shown: LINES,
            asked: 0,
            list: NodeRef::default(),
            _hub: hub::subscribe(ctx.link().callback(Msg::Changed)),
            _keys: keys::listen(takes, ctx.link().callback(Msg::Key)),
        };
        page.ask(ctx);
        page
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Listed(asked, page) => {
                if asked != self.asked {
                    return false;
                }
                self.page = Some(page);
            }
            Msg::Changed(change) => {
                if change.notices || change.directory {
                    self.ask(ctx);
                }
                return false;
            }
            Msg::Unread(unread_only) => {
                (self.unread_only, self.shown) = (unread_only, LINES);
                self.ask(ctx);
            }
            Msg::More => {
                self.shown += LINES;
                self.ask(ctx);
            }
            Msg::Key(event) => self.key(&event),
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let unread = self.page.iter().flatten().map(|page| page.unread).sum::<u32>();
        let tab = |is_unread: bool, word: String, testid: &'static str| {
            let is_on = self.unread_only == is_unread;
            html! {
                <button type="button" class={classes!("tab", is_on.then_some("tab--on"))} aria-pressed={is_on.to_string()} data-testid={testid}
                    onclick={ctx.link().callback(move |_| Msg::Unread(is_unread))}>
                    { word }if is_unread { <span class="tab__count">{ count(unread) }</span> }
                </button>
            }
        };
        html! {
            <div class="leads" data-testid="notifications-page">
                <section class="leads__list" aria-label={t!("page-notices")}>
                    <div class="leads__tabs">
                        <div class="tabs" role="group" aria-label={t!("page-notices")}>
                            { tab(false, t!("notices-all"), "notices-all") }{ tab(true, t!("notices-unread"), "notices-unread") }
                        </div>
                        if unread > 0 {
                            <button type="button" class="button button--bar" data-testid="mark-all-read" onclick={|_: MouseEvent| read_all()}>
                                { Glyph::of(Icon::Check).size(14) }{ t!("bell-read-all") }
                            </button>
                        }
                    </div>
                    <div ref={&self.list} class="notices" data-testid="notices">{ self.lines(ctx) }</div>
                    <footer class="due__foot" aria-hidden="true">
                        { Key::of("J") }{ Key::of("K") }{ t!("attention-keys-move") }{ Key::of("↵") }{ t!("attention-keys-open") }
                        { Key::of("U") }{ t!("notices-keys-toggle") }{ Key::of("X") }{ t!("notices-keys-remove") }
                    </footer>
                </section>
            </div>
        }
    }
}

impl NotificationsPage {
    fn ask(&mut self, ctx: &Context<Self>) {
        self.asked += 1;
        let (asked, request) = (self.asked, NoticeList { unread_only: self.unread_only, limit: self.shown });
        ctx.link().send_future(async move { Msg::Listed(asked, ipc::call(&request).await) });
    }

    fn key(&self, event: &KeyboardEvent) {
        match event.key().as_str() {
            "ArrowDown" | "j" | "J" => keys::step_focus(&self.list, OPENERS, 1),
            "ArrowUp" | "k" | "K" => keys::step_focus(&self.list, OPENERS, -1),
            "u" | "U" => {
                if let Some(line) = self.focused() {
                    mark(vec![line.id], if line.is_read { NoticeMark::Unread } else { NoticeMark::Read });
                }
            }
            "x" | "X" | "Delete" => {
                if let Some(line) = self.focused() {
                    notice_line::remove(line.id, line.is_read);
                }
            }
            _ => {}
        }
    }

    /// The line that has the focus.
    fn focused(&self) -> Option<&NoticeLine> {
        let id = keys::focused()?.id();
        let id = id.strip_prefix("notice-")?;
        let Some(Ok(page)) = &self.page else { return None };
        page.lines.iter().find(|line| line.id.to_string() == id)
    }

    fn lines(&self, ctx: &Context<Self>) -> Html {
        let page = match &self.page {
            None => return Html::default(),
            Some(Err(problem)) => return html! { <Empty icon={Icon::Alert} title={t!("list-failed")} text={problem.text.clone()} /> },
            Some(Ok(page)) => page,
        };
        if page.lines.is_empty() {
            let title = if self.unread_only { t!("notices-none-unread") } else { t!("bell-none") };
            return html! { <Empty icon={Icon::CheckCircle} {title} text={t!("notices-none-text")} testid="notices-none" /> };
        }
        let left = page.total.saturating_sub(page.lines.len() as u32);
        html! {
            <>
                <div role="list">
                    { for page.lines.iter().map(|line| html! {
                        <NoticeLineView key={line.id.to_string()} id={format!("notice-{}", line.id)} line={line.clone()} clock={ctx.props().clock} />
                    }) }
                </div>
                if left > 0 {
                    <button type="button" class="button due__more" data-testid="notices-more" onclick={ctx.link().callback(|_| Msg::More)}>
                        { Glyph::of(Icon::ChevronDown) }{ t!("due-more", count = left.min(LINES)) }
                    </button>
                }
            </>
        }
    }
}

fn takes(event: &KeyboardEvent) -> bool {
    let is_ours = matches!(event.key().as_str(), "ArrowDown" | "ArrowUp" | "j" | "J" | "k" | "K" | "u" | "U" | "x" | "X" | "Delete");
    is_ours && keys::is_plain(event) && !keys::is_typing(event) && !keys::is_covered()
}
