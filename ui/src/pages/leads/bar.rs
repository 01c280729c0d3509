//! The bar over the list while leads are ticked: how many, and what can be done to all of them. What the role
//! may not do is absent; what no ticked lead allows is off, with the reason.

use super::drawer::owner::Owners;
use super::drawer::planner::Planner;
use super::drawer::status::Reason;
use crate::clock::Clock;
use crate::components::badge::StatusBadge;
use crate::components::key::Key;
use crate::components::menu::{Menu, MenuItem};
use crate::components::text_box::TextBox;
use crate::components::why::Why;
use crate::icon::{Glyph, Icon};
use crate::t;
use crate::text::count;
use bridge::bulk::{BulkCan, BulkWhat};
use bridge::lead::OwnerChoice;
use bridge::session::Me;
use domain::policy::{self, Action};
use domain::{Role, Status, limits};
use std::rc::Rc;
use yew::prelude::*;

/// What is open above the bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Open {
    Status,
    /// Why leads are reopened.
    Reopen,
    Tag,
    Drop,
    FollowUp,
    Assign,
}

/// What a role may do to many leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct May {
    pub tag: bool,
    pub status: bool,
    pub drop: bool,
    pub follow_up: bool,
    pub assign: bool,
    pub copy: bool,
}

impl May {
    pub fn of(role: Role) -> Self {
        let has = |action| policy::has(role, action);
        let moves = [Action::ChangeStatus, Action::ConvertLead, Action::ReopenLead];
        Self {
            tag: has(Action::EditLead),
            status: moves.into_iter().any(has),
            drop: has(Action::DropLead),
            follow_up: has(Action::ScheduleFollowUp),
            assign: has(Action::AssignLead),
            copy: has(Action::ExportData),
        }
    }

    pub fn anything(self) -> bool {
        self.tag || self.status || self.drop || self.follow_up || self.assign || self.copy
    }
}

#[derive(Properties, PartialEq)]
pub struct Props {
    pub me: Rc<Me>,
    pub clock: Clock,
    pub ticked: u32,
    pub total: u32,
    /// Ticked ones that left the list since.
    pub left: u32,
    pub can: Rc<BulkCan>,
    /// Tags that are in use, to pick from.
    pub tags: Rc<Vec<String>>,
    /// Leads done, and all, of what is under way.
    pub progress: Option<(u32, u32)>,
    pub open: Option<Open>,
    pub on_open: Callback<Option<Open>>,
    pub on_what: Callback<BulkWhat>,
    pub on_all: Callback<()>,
    pub on_copy: Callback<()>,
    pub on_clear: Callback<()>,
    pub on_stop: Callback<()>,
}

#[component]
pub fn Bar(props: &Props) -> Html {
    html! {
        <div class="bulk" role="region" aria-label={t!("bulk-label")} data-testid="bulk-bar">
            { match props.progress {
                Some((done, total)) => progress(props, done, total),
                None => acts(props),
            } }
        </div>
    }
}

fn progress(props: &Props, done: u32, total: u32) -> Html {
    html! {
        <>
            <span class="bulk__count" data-testid="bulk-progress">{ t!("bulk-progress", done = count(done), total = count(total)) }</span>
            <progress class="progress bulk__progress" max={total.to_string()} value={done.to_string()} aria-label={t!("bulk-label")}></progress>
            <button type="button" class="button button--bar" data-testid="bulk-stop" onclick={props.on_stop.reform(|_: MouseEvent| ())}>{ t!("bulk-stop") }</button>
        </>
    }
}

fn acts(props: &Props) -> Html {
    let may = May::of(props.me.role);
    let can = &props.can;
    html! {
        <>
            <span class="bulk__count" data-testid="bulk-count" role="status">
                { t!("bulk-count", count = count(props.ticked)) }
                if props.left > 0 { <span class="bulk__left" data-testid="bulk-left">{ t!("bulk-left", count = count(props.left)) }</span> }
            </span>
            if props.ticked < props.total {
                <button type="button" class="link" data-testid="bulk-all" onclick={props.on_all.reform(|_: MouseEvent| ())}>{ t!("bulk-all", count = count(props.total)) }</button>
            }
            <span class="bulk__line" aria-hidden="true"></span>
            if may.status { { act(props, Open::Status, Icon::HalfPie, t!("bulk-status"), "S", &can.status_blocked) } }
            if may.tag { { act(props, Open::Tag, Icon::Tag, t!("bulk-tag"), "T", &can.tag_blocked) } }
            if may.follow_up { { act(props, Open::FollowUp, Icon::CalendarClock, t!("bulk-follow-up"), "U", &can.follow_up_blocked) } }
            if may.drop { { act(props, Open::Drop, Icon::SolidCross, t!("bulk-drop"), "D", &can.drop_blocked) } }
            if may.assign { { act(props, Open::Assign, Icon::UserPlus, t!("assign"), "A", &can.assign_blocked) } }
            if may.copy {
                <button type="button" class="button button--bar button--ghost" data-testid="bulk-copy" onclick={props.on_copy.reform(|_: MouseEvent| ())}>
                    { Glyph::of(Icon::Copy).size(14) }{ t!("bulk-copy") }{ Key::of("E") }
                </button>
            }
            <span class="bulk__line" aria-hidden="true"></span>
            <button type="button" class="button button--bar button--ghost" data-testid="bulk-clear" onclick={props.on_clear.reform(|_: MouseEvent| ())}>
                { Glyph::of(Icon::X).size(14) }<span class="visually-hidden">{ t!("bulk-clear") }</span>{ Key::of("Esc") }
            </button>
        </>
    }
}

fn act(props: &Props, open: Open, icon: Icon, word: String, key: &'static str, blocked: &Option<String>) -> Html {
    let is_open = props.open == Some(open) || (open == Open::Status && props.open == Some(Open::Reopen));
    let testid = testid(open);
    let why = format!("{testid}-why");
    html! {
        <span class="bulk__act">
            <button type="button" class="button button--bar button--ghost" data-testid={testid} aria-haspopup="dialog" aria-expanded={is_open.to_string()}
                disabled={blocked.is_some()} title={blocked.clone()} aria-describedby={blocked.is_some().then(|| why.clone())}
                onclick={props.on_open.reform(move |_: MouseEvent| (!is_open).then_some(open))}>{ Glyph::of(icon).size(14) }{ word }{ Key::of(key) }</button>
            <Why id={why} why={blocked.clone()} />
            if is_open { { menu(props) } }
        </span>
    }
}

fn testid(open: Open) -> &'static str {
    match open {
        Open::Status | Open::Reopen => "bulk-status",
        Open::Tag => "bulk-tag",
        Open::Drop => "bulk-drop",
        Open::FollowUp => "bulk-follow-up",
        Open::Assign => "bulk-assign",
    }
}

fn menu(props: &Props) -> Html {
    let on_close = props.on_open.reform(|()| None);
    let moves = |to: Status| props.on_what.reform(move |reason: String| BulkWhat::Status { to, reason: Some(reason) });
    let label = t!("bulk-count", count = count(props.ticked));
    match props.open {
        None => Html::default(),
        Some(Open::Status) => html! {
            <Menu key="status" {label} {on_close} returns_to="[data-testid=lead-grid]" class="menu--above" testid="bulk-menu">
                { for props.can.statuses.iter().map(|to| status(props, *to)) }
            </Menu>
        },
        Some(Open::Reopen) => html! {
            <Menu key="reopen" {label} role="dialog" {on_close} returns_to="[data-testid=lead-grid]" class="menu--above menu--wide" testid="bulk-menu">
                <Reason to={Status::InProgress} me={props.me.clone()} on_reason={moves(Status::InProgress)} />
            </Menu>
        },
        Some(Open::Drop) => html! {
            <Menu key="drop" {label} role="dialog" {on_close} returns_to="[data-testid=lead-grid]" class="menu--above menu--wide" testid="bulk-menu">
                <Reason to={Status::Lost} me={props.me.clone()} on_reason={moves(Status::Lost)} />
            </Menu>
        },
        Some(Open::Tag) => html! {
            <Menu key="tag" {label} role="dialog" {on_close} returns_to="[data-testid=lead-grid]" class="menu--above menu--wide" testid="bulk-menu">
                <TagForm tags={props.tags.clone()} on_tag={props.on_what.reform(|tag| BulkWhat::Tag { tag })} />
            </Menu>
        },
        Some(Open::Assign) => html! {
            <Menu key="assign" {label} role="dialog" {on_close} returns_to="[data-testid=lead-grid]" class="menu--above owner-menu" testid="bulk-menu">
                <Owners offers_nobody=true me={props.me.user}
                    on_pick={props.on_what.reform(|choice: Option<OwnerChoice>| BulkWhat::Assign { to: choice.map(|choice| choice.user) })} />
            </Menu>
        },
        Some(Open::FollowUp) => html! {
            <Planner title={t!("bulk-follow-up-for", count = count(props.ticked))} today={props.clock.local()} start={props.clock.local().rounded_up().plus_days(1)}
                zone={props.me.zone.clone()} max_gap_days={props.me.follow_up_max_gap_days} reasons={props.me.follow_up_reasons.clone()} with_note=true
                on_save={props.on_what.reform(|(local, note)| BulkWhat::FollowUp { local, note })} {on_close} />
        },
    }
}

fn status(props: &Props, to: Status) -> Html {
    let asks = to == Status::InProgress && props.can.reopens;
    let (on_what, on_open) = (props.on_what.clone(), props.on_open.clone());
    let on_pick = move |()| {
        if asks {
            on_open.emit(Some(Open::Reopen));
        } else {
            on_what.emit(BulkWhat::Status { to, reason: None });
        }
    };
    html! {
        <MenuItem testid={format!("bulk-to-{}", to.as_str())} {on_pick}>
            { StatusBadge::of(to) }
            if asks { <span class="menu__note menu__note--end">{ t!("asks-why") }</span> }
        </MenuItem>
    }
}

#[derive(Properties, PartialEq)]
struct TagProps {
    tags: Rc<Vec<String>>,
    on_tag: Callback<String>,
}

/// A new tag, or one that is in use.
#[component]
fn TagForm(props: &TagProps) -> Html {
    let typed = use_state_eq(String::new);
    let on_input = {
        let typed = typed.clone();
        move |text: String| typed.set(text)
    };
    let on_enter = props.on_tag.reform(|text: String| text.trim().to_owned());
    let wanted = typed.trim().to_lowercase();
    let fits = |tag: &&String| tag.to_lowercase().contains(&wanted);
    let item = |tag: &String| {
        let picked = tag.clone();
        html! { <MenuItem testid={format!("bulk-tag-{tag}")} on_pick={props.on_tag.reform(move |()| picked.clone())}>{ Glyph::of(Icon::Tag).size(14) }<bdi dir="auto">{ tag }</bdi></MenuItem> }
    };
    html! {
        <>
            <div class="menu__form">
                <TextBox label={t!("bulk-tag")} placeholder={t!("tag-add")} testid="bulk-tag-text" max_length={limits::LINE_MAX} value={(*typed).clone()} {on_input} {on_enter} />
            </div>
            // In a place of its own: the box above keeps the focus when they come.
            <div>{ for props.tags.iter().filter(fits).take(8).map(item) }</div>
        </>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_has_the_acts_of_its_rights() {
        let of = |role| {
            let may = May::of(role);
            [may.tag, may.status, may.drop, may.follow_up, may.assign, may.copy]
        };
        assert_eq!(of(Role::Manager), [true; 6]);
        assert_eq!(of(Role::Salesperson), [true, true, true, true, false, false]);
        assert_eq!(of(Role::Analyst), [false, false, false, false, false, true]);
        assert_eq!(of(Role::FinanceManager), [false, false, false, true, false, false]);
    }
}
