//! The command palette (mock-up 11): leads, pages and acts by a few letters. What may be done is decided
//! elsewhere; here is only the way to it.

use crate::components::badge::StatusBadge;
use crate::components::key::Key;
use crate::components::name::Name;
use crate::components::sidebar;
use crate::components::text_box::TextBox;
use crate::components::user_menu::UserAct;
use crate::icon::{Glyph, Icon};
use crate::keys::Layer;
use crate::route::{ListFilter, Page, Route, Tab};
use crate::text::count;
use crate::{chord, ipc, keys, t, words};
use bridge::attendance::MyAttendance;
use bridge::lead::{LeadFilter, LeadList, LeadPage, LeadRow};
use bridge::session::Me;
use domain::attendance::{Attendance, Step};
use domain::policy::{self, Action};
use std::rc::Rc;
use yew::prelude::*;

/// Leads that are listed.
const LEADS: u32 = 6;
const BOX: &str = "[data-testid=palette-input]";

/// What was picked.
#[derive(Clone, Debug, PartialEq)]
pub enum Pick {
    Go(Box<Route>),
    AddLead,
    SyncNow,
    NextTheme,
    Keys,
    User(UserAct),
    Attend(Step),
}

#[derive(Properties, PartialEq)]
pub struct Props {
    pub me: Rc<Me>,
    /// `None` where it is not in the role.
    pub attendance: Option<Rc<MyAttendance>>,
    pub on_pick: Callback<Pick>,
    pub on_close: Callback<()>,
}

pub enum Msg {
    Typed(String),
    Found(String, LeadPage),
    Move(isize),
    At(usize),
    Enter,
}

pub struct Palette {
    typed: String,
    found: LeadPage,
    at: usize,
    opener: Option<web_sys::HtmlElement>,
    _layer: Layer,
}

/// A line that can be picked.
struct Entry {
    pick: Pick,
    draw: Html,
    testid: String,
}

impl Component for Palette {
    type Message = Msg;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        let palette = Self { typed: String::new(), found: LeadPage::default(), at: 0, opener: keys::focused(), _layer: Layer::open() };
        palette.ask(ctx);
        palette
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Typed(typed) => {
                (self.typed, self.at) = (typed, 0);
                self.ask(ctx);
            }
            Msg::Found(typed, found) if typed == self.typed => self.found = found,
            Msg::Found(..) => return false,
            Msg::Move(by) => {
                let entries = self.entries(ctx).len().max(1);
                self.at = (self.at as isize + by).rem_euclid(entries as isize) as usize;
            }
            Msg::At(at) => self.at = at,
            Msg::Enter => {
                if let Some(entry) = self.entries(ctx).into_iter().nth(self.at) {
                    ctx.props().on_pick.emit(entry.pick);
                }
                return false;
            }
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let link = ctx.link();
        let on_close = &ctx.props().on_close;
        let on_key = {
            let (link, on_close) = (link.clone(), on_close.clone());
            Callback::from(move |event: KeyboardEvent| {
                event.stop_propagation();
                let message = match event.key().as_str() {
                    "Escape" => return on_close.emit(()),
                    "ArrowDown" => Msg::Move(1),
                    "ArrowUp" => Msg::Move(-1),
                    // The focus stays: there is nowhere else for it.
                    "Tab" => return event.prevent_default(),
                    _ => return,
                };
                event.prevent_default();
                link.send_message(message);
            })
        };
        let entries = self.entries(ctx);
        let line = |(at, entry): (usize, Entry)| {
            let pick = entry.pick;
            html! {
                <li id={format!("palette-{at}")} role="option" aria-selected={(at == self.at).to_string()} class={classes!("palette__line", (at == self.at).then_some("palette__line--on"))}
                    data-testid={entry.testid} onmouseenter={link.callback(move |_| Msg::At(at))} onclick={ctx.props().on_pick.reform(move |_: MouseEvent| pick.clone())}>
                    { entry.draw }
                </li>
            }
        };
        let is_empty = entries.is_empty();
        html! {
            <div class="dialog palette__scrim" onclick={on_close.reform(|_: MouseEvent| ())}>
                <div class="palette" role="dialog" aria-modal="true" aria-label={t!("palette")} data-testid="palette" onclick={|event: MouseEvent| event.stop_propagation()}>
                    <label class="palette__box">
                        { Glyph::of(Icon::Search).size(18) }
                        <TextBox class="search__input palette__input" role="combobox" label={t!("palette")} placeholder={t!("palette-hint")} testid="palette-input"
                            controls="palette-lines" active={(!is_empty).then(|| AttrValue::from(format!("palette-{}", self.at)))} value={self.typed.clone()}
                            on_input={link.callback(Msg::Typed)} {on_key} on_enter={Some(link.callback(|_: String| Msg::Enter))} />
                        { Key::of("Esc") }
                    </label>
                    <ul id="palette-lines" class="palette__lines" role="listbox" aria-label={t!("palette")}>{ for entries.into_iter().enumerate().map(line) }</ul>
                    if is_empty { <p class="palette__none" data-testid="palette-none">{ t!("palette-none") }</p> }
                    <footer class="palette__foot" aria-hidden="true">
                        <span>{ Key::of("↑") }{ Key::of("↓") }{ t!("attention-keys-move") }</span><span>{ Key::of("↵") }{ t!("palette-open") }</span>
                        <span>{ Key::of(">") }{ t!("palette-acts") }</span>
                    </footer>
                </div>
            </div>
        }
    }

    fn rendered(&mut self, _: &Context<Self>, first_render: bool) {
        if first_render {
            keys::focus(BOX);
        }
    }

    fn destroy(&mut self, _: &Context<Self>) {
        if let Some(opener) = self.opener.take() {
            let _ = opener.focus();
        }
    }
}

impl Palette {
    /// What is looked for; `None` after `>`, which is for pages and acts alone.
    fn search(&self) -> Option<&str> {
        let typed = self.typed.trim();
        (!typed.starts_with('>') && !typed.is_empty()).then_some(typed)
    }

    fn ask(&self, ctx: &Context<Self>) {
        let typed = self.typed.clone();
        let Some(search) = self.search().filter(|_| Page::Leads.is_open_to(ctx.props().me.role)).map(str::to_owned) else {
            return ctx.link().send_message(Msg::Found(typed, LeadPage::default()));
        };
        let request = LeadList { filter: LeadFilter { search, ..LeadFilter::default() }, offset: 0, limit: LEADS };
        ctx.link().send_future(async move { Msg::Found(typed, ipc::call(&request).await.unwrap_or_default()) });
    }

    fn entries(&self, ctx: &Context<Self>) -> Vec<Entry> {
        let role = ctx.props().me.role;
        let mut entries: Vec<Entry> = self.found.rows.iter().map(lead).collect();
        let more = self.found.total.saturating_sub(self.found.rows.len() as u32);
        if let Some(search) = self.search().filter(|_| more > 0) {
            let filter = ListFilter { tab: Some(Tab::All), search: search.to_owned(), ..ListFilter::default() };
            let pick = Pick::Go(Box::new(Route::Leads { filter, open: None }));
            entries.push(plain(pick, Icon::Search, t!("palette-all", count = count(self.found.total)), None, "palette-all"));
        }
        let wanted = self.typed.trim().trim_start_matches('>').trim().to_lowercase();
        let fits = |word: &str| wanted.is_empty() || word.to_lowercase().contains(&wanted);
        let mut pages = Page::listed(role);
        for page in [Page::Notices, Page::Account] {
            if !pages.contains(&page) && page.is_open_to(role) {
                pages.push(page);
            }
        }
        for page in pages {
            let word = sidebar::word(page);
            let key =
                chord::LETTERS.into_iter().find(|(_, known)| *known == page).map(|(letter, _)| format!("G {}", letter.to_uppercase()));
            if fits(&word) {
                entries.push(plain(Pick::Go(Box::new(page.route())), Icon::ArrowRight, word, key, "palette-page"));
            }
        }
        let acts = [
            (Pick::AddLead, Icon::Plus, t!("add-lead"), Some("Ctrl Space"), policy::has(role, Action::CreateLead)),
            (Pick::SyncNow, Icon::Refresh, t!("palette-sync"), None, true),
            (Pick::NextTheme, Icon::Sun, t!("palette-theme"), Some("Ctrl Shift L"), true),
            (Pick::Keys, Icon::More, t!("sheet"), Some("?"), true),
            (Pick::User(UserAct::Lock), Icon::Lock, t!("palette-lock"), None, true),
            (Pick::User(UserAct::SignOut), Icon::LogOut, t!("palette-sign-out"), None, true),
        ];
        let acts = acts.into_iter().filter(|(_, _, word, _, may)| *may && fits(word));
        entries.extend(acts.map(|(pick, icon, word, key, _)| plain(pick, icon, word, key.map(str::to_owned), "palette-act")));
        entries.extend(
            ctx.props()
                .attendance
                .iter()
                .flat_map(|mine| attending(mine))
                .filter(|(_, _, word, _)| fits(word))
                .map(|(step, icon, word, key)| plain(Pick::Attend(step), icon, word, key.map(str::to_owned), "palette-act")),
        );
        entries
    }
}

/// The steps of attendance that follow now.
fn attending(mine: &MyAttendance) -> Vec<(Step, Icon, String, Option<&'static str>)> {
    let out = (Step::CheckOut, Icon::LogOut, t!("check-out"), Some("Alt A"));
    match mine.status {
        Attendance::Absent => vec![(Step::CheckIn, Icon::LogIn, t!("check-in"), Some("Alt A"))],
        Attendance::Paused => vec![(Step::Resume, Icon::Retry, t!("resume"), Some("Alt P")), out],
        Attendance::Present => {
            let pause =
                |reason: &String| (Step::Pause { reason: reason.clone() }, Icon::Pause, t!("pause-for", reason = reason.as_str()), None);
            mine.reasons.iter().map(pause).chain([out]).collect()
        }
    }
}

fn lead(row: &LeadRow) -> Entry {
    let draw = html! {
        <>
            { Glyph::of(Icon::User) }{ Name::of(row.name.clone()).class("palette__name") }<span class="palette__phone">{ &row.phone }</span>
            { StatusBadge::of(row.status).interest(row.interest) }
            <span class="palette__aside">{ row.next_follow_up.as_ref().map(words::moment).unwrap_or_default() }</span>
        </>
    };
    let route = Route::Leads { filter: ListFilter { tab: Some(Tab::All), ..ListFilter::default() }, open: Some(row.id) };
    Entry { pick: Pick::Go(Box::new(route)), draw, testid: "palette-lead".into() }
}

fn plain(pick: Pick, icon: Icon, word: String, key: Option<String>, testid: &str) -> Entry {
    let key = key.map(|key| html! { { Key::of(key) } });
    Entry { pick, draw: html! { <>{ Glyph::of(icon) }<span class="palette__word">{ word }</span>{ for key }</> }, testid: testid.into() }
}
