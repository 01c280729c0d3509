//! The status and what it may become (row F4). Dropping and reopening ask for a reason first.

use super::edit::Editor;
use crate::badge;
use crate::components::badge::StatusBadge;
use crate::components::key::Key;
use crate::components::menu::{Menu, MenuItem};
use crate::components::why::Why;
use crate::icon::{Glyph, Icon};
use crate::{t, words};
use bridge::lead::{LeadChangeStatus, LeadView};
use bridge::session::Me;
use domain::lifecycle::{self, Move};
use domain::policy::{self, Action};
use domain::{Role, Status};
use std::rc::Rc;
use web_sys::HtmlInputElement;
use yew::prelude::*;

const OPENER: &str = "[data-testid=status-select]";

/// How far the menu is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Statuses,
    Reason(Status),
}

#[derive(Properties, PartialEq)]
pub struct Props {
    pub view: Rc<LeadView>,
    pub me: Rc<Me>,
    pub edit: Editor,
    pub stage: Option<Stage>,
    pub on_stage: Callback<Option<Stage>>,
}

#[component]
pub fn StatusSelect(props: &Props) -> Html {
    let look = badge::status(props.view.status, props.view.interest);
    let next = allowed(&props.view);
    if !in_role(props.me.role) {
        return reading(props);
    }
    let is_open = props.stage.is_some();
    let onclick = props.on_stage.reform(move |_: MouseEvent| (!is_open).then_some(Stage::Statuses));
    let fixed = next.is_empty().then(|| match props.view.status {
        _ if props.view.deleted.is_some() => t!("status-deleted"),
        Status::Converted => t!("status-final"),
        _ => t!("status-not-yours"),
    });
    html! {
        <div class="labelled">
            <span class="labelled__label" id="status-label">{ t!("column-status") }</span>
            <span class="status-select" role="group" aria-labelledby="status-label">
                <button type="button" class="input input--button" data-testid="status-select" data-value={props.view.status.as_str()} aria-haspopup="listbox"
                    aria-expanded={is_open.to_string()} disabled={next.is_empty()} title={fixed.clone()}
                    aria-describedby={fixed.is_some().then_some("status-why")} {onclick}>
                    <span class={classes!("status-select__glyph", format!("status-select__glyph--{}", look.tone))}>{ Glyph::of(look.glyph) }</span>
                    <span class="status-select__word">{ words::status(props.view.status) }</span>
                    { Key::of("S") }{ Glyph::of(Icon::ChevronDown).size(14) }
                </button>
                <Why id="status-why" why={fixed} />
                { menu(props, &next) }
            </span>
        </div>
    }
}

/// Moving leads, in any of the ways, is in the role.
fn in_role(role: Role) -> bool {
    [Action::ChangeStatus, Action::DropLead, Action::ConvertLead, Action::ReopenLead].into_iter().any(|action| policy::has(role, action))
}

/// For whoever only looks: no control.
fn reading(props: &Props) -> Html {
    html! {
        <div class="labelled">
            <span class="labelled__label">{ t!("column-status") }</span>
            <span class="labelled__text" data-testid="status-text" data-value={props.view.status.as_str()}>{ words::status(props.view.status) }</span>
        </div>
    }
}

/// What the lifecycle and the role both allow.
pub fn allowed(view: &LeadView) -> Vec<Status> {
    let may = |to: &Status| match (view.status, *to) {
        (_, Status::Lost) => view.can.drop,
        (_, Status::Converted) => view.can.convert,
        (Status::Lost, _) => view.can.reopen,
        _ => view.can.change_status,
    };
    view.next.iter().copied().filter(may).collect()
}

/// The one step forward that most calls lead to.
pub fn forward(view: &LeadView) -> Option<Status> {
    let wanted = match view.status {
        Status::New | Status::Cnp | Status::Lost => Status::InProgress,
        Status::InProgress => Status::Interested,
        Status::Interested => Status::Qualified,
        Status::Qualified => Status::Converted,
        Status::Converted => return None,
    };
    allowed(view).contains(&wanted).then_some(wanted)
}

/// Where the menu goes on for a status: to its reason, or nowhere.
pub fn stage_for(view: &LeadView, to: Status) -> Option<Stage> {
    (lifecycle::transition(view.status, to) == Some(Move::WithReason)).then_some(Stage::Reason(to))
}

/// Changes the status, and offers to take that back.
pub fn change(edit: &Editor, to: Status, reason: Option<String>) {
    let said = t!("status-changed", status = words::status(to));
    edit.send_undoable(LeadChangeStatus { lead: edit.lead, to, reason }, said);
}

fn menu(props: &Props, next: &[Status]) -> Html {
    let on_close = props.on_stage.reform(|()| None);
    match props.stage {
        None => Html::default(),
        Some(Stage::Statuses) => {
            html! {
                <Menu key="statuses" label={t!("status-menu")} role="listbox" {on_close} returns_to={OPENER} class="menu--wide" testid="status-menu">
                    { for next.iter().map(|to| item(props, *to)) }
                </Menu>
            }
        }
        Some(Stage::Reason(to)) => {
            html! {
                <Menu key="reason" label={t!("reason-label")} role="dialog" {on_close} returns_to={OPENER} class="menu--wide" testid="reason-menu">
                    <Reason {to} me={props.me.clone()} on_reason={on_reason(props, to)} />
                </Menu>
            }
        }
    }
}

fn item(props: &Props, to: Status) -> Html {
    let (edit, on_stage) = (props.edit.clone(), props.on_stage.clone());
    let stage = stage_for(&props.view, to);
    let on_pick = Callback::from(move |()| {
        on_stage.emit(stage);
        if stage.is_none() {
            change(&edit, to, None);
        }
    });
    html! {
        <MenuItem testid={format!("status-option-{}", to.as_str())} role="option" checked={Some(false)} {on_pick}>
            { StatusBadge::of(to) }
            if stage.is_some() { <span class="menu__note menu__note--end">{ t!("asks-why") }</span> }
        </MenuItem>
    }
}

fn on_reason(props: &Props, to: Status) -> Callback<String> {
    let (edit, on_stage) = (props.edit.clone(), props.on_stage.clone());
    Callback::from(move |reason: String| {
        on_stage.emit(None);
        change(&edit, to, Some(reason));
    })
}

#[derive(Properties, PartialEq)]
pub struct ReasonProps {
    pub to: Status,
    pub me: Rc<Me>,
    pub on_reason: Callback<String>,
}

/// The organisation's reasons for a drop; a sentence for reopening.
#[component]
pub fn Reason(props: &ReasonProps) -> Html {
    let typed = use_state_eq(String::new);
    let oninput = {
        let typed = typed.clone();
        move |event: InputEvent| typed.set(event.target_unchecked_into::<HtmlInputElement>().value())
    };
    let onsubmit = {
        let (typed, on_reason) = (typed.clone(), props.on_reason.clone());
        move |event: SubmitEvent| {
            event.prevent_default();
            if !typed.trim().is_empty() {
                on_reason.emit(typed.trim().to_owned());
            }
        }
    };
    let is_drop = props.to == Status::Lost;
    let reasons = if is_drop { props.me.drop_reasons.as_slice() } else { &[] };
    let reason = |text: &String| {
        let given = text.clone();
        html! { <MenuItem testid={format!("reason-{text}")} on_pick={props.on_reason.reform(move |()| given.clone())}>{ text }</MenuItem> }
    };
    html! {
        <>
            <div class="menu__head"><strong>{ if is_drop { t!("reason-drop") } else { t!("reason-reopen") } }</strong></div>
            { for reasons.iter().map(reason) }
            <form class="menu__form" {onsubmit}>
                <input class="input" type="text" dir="auto" aria-label={t!("reason-label")} placeholder={t!("reason-placeholder")} data-testid="reason-text"
                    maxlength={domain::limits::LINE_MAX.to_string()} value={(*typed).clone()} {oninput} />
                <button type="submit" class="button button--filled" data-testid="reason-save" disabled={typed.trim().is_empty()}>
                    { if is_drop { t!("drop-it") } else { t!("reopen-it") } }
                </button>
            </form>
        </>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bridge::lead::{Can, FieldView, RecordSync, When};
    use domain::{LeadField, LeadId};

    fn view(status: Status, can: Can) -> LeadView {
        let when = When { at: 0, local: "2026-11-21T10:00".into(), weekday: 5, day: 0, same_year: true };
        LeadView {
            asked_owner: None,
            id: LeadId(uuid::Uuid::nil()),
            name: FieldView { field: LeadField::Name, value: None, display: None, conflict: None },
            fields: Vec::new(),
            status,
            payment: None,
            review: false,
            interest: None,
            owner: None,
            owner_provisional: false,
            follow_ups: Vec::new(),
            notes: Vec::new(),
            comments: Vec::new(),
            do_not_call: FieldView { field: LeadField::DoNotCall, value: None, display: None, conflict: None },
            custom: Vec::new(),
            tags: Vec::new(),
            drop_reason: None,
            deleted: None,
            proposals: Vec::new(),
            created: when,
            sync: RecordSync::Synced,
            can,
            next: lifecycle::next(status),
            heads: String::new(),
        }
    }

    #[test]
    fn a_caller_may_not_drop_reopen_or_convert_without_the_right() {
        let caller = Can { change_status: true, ..Can::default() };
        let everything = Can { change_status: true, drop: true, convert: true, reopen: true, ..Can::default() };
        let rows = [
            (Status::New, vec![Status::InProgress, Status::Cnp, Status::Interested], 4),
            (Status::Qualified, vec![], 2),
            (Status::Lost, vec![], 1),
            (Status::Converted, vec![], 0),
        ];
        for (status, for_caller, for_everyone) in rows {
            assert_eq!(allowed(&view(status, caller.clone())), for_caller);
            assert_eq!(allowed(&view(status, everything.clone())).len(), for_everyone);
        }
    }

    #[test]
    fn the_next_step_goes_forward_and_reasons_are_asked_for() {
        let can = Can { change_status: true, drop: true, convert: true, reopen: true, ..Can::default() };
        let lost = view(Status::Lost, can.clone());
        assert_eq!(forward(&lost), Some(Status::InProgress));
        assert_eq!(stage_for(&lost, Status::InProgress), Some(Stage::Reason(Status::InProgress)));
        let interested = view(Status::Interested, can.clone());
        assert_eq!((forward(&interested), stage_for(&interested, Status::Qualified)), (Some(Status::Qualified), None));
        assert_eq!(forward(&view(Status::Converted, can)), None);
        assert_eq!(forward(&view(Status::Qualified, Can::default())), None);
    }
}
