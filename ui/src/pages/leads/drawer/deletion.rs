//! Deleting a lead, and the banner of one that is deleted: by whom, when, why, and the way back.

use super::edit::Editor;
use super::reason::ReasonDialog;
use crate::components::menu::{Menu, MenuItem};
use crate::icon::{Glyph, Icon};
use crate::route::{AuditNarrow, Page, Route, go};
use crate::{t, toast, words};
use bridge::lead::{LeadDelete, LeadRestore, LeadView};
use domain::Role;
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub role: Role,
    pub view: Rc<LeadView>,
    pub edit: Editor,
    /// The lead is gone from the list.
    pub on_gone: Callback<()>,
}

/// What is seldom wanted, behind the three dots.
#[component]
pub fn More(props: &Props) -> Html {
    let is_open = use_state_eq(|| false);
    let is_asking = use_state_eq(|| false);
    let audit = Page::Audit.is_open_to(props.role).then(|| Route::Audit(AuditNarrow::of_lead(props.view.id)));
    if !props.view.can.delete && audit.is_none() {
        return Html::default();
    }
    let set = |state: &UseStateHandle<bool>, to: bool| {
        let state = state.clone();
        Callback::from(move |()| state.set(to))
    };
    let pick = {
        let (is_open, is_asking) = (is_open.clone(), is_asking.clone());
        move |()| {
            is_open.set(false);
            is_asking.set(true);
        }
    };
    let name = props.view.name.value.clone().unwrap_or_default();
    html! {
        <span class="drawer__more">
            <button type="button" class="button button--icon" data-testid="drawer-more" aria-label={t!("more")} title={t!("more")} aria-haspopup="menu"
                aria-expanded={is_open.to_string()} onclick={set(&is_open, !*is_open).reform(|_: MouseEvent| ())}>{ Glyph::of(Icon::More) }</button>
            if *is_open {
                <Menu label={t!("more")} on_close={set(&is_open, false)} class="menu--right" returns_to="[data-testid=drawer-more]">
                    if let Some(audit) = audit {
                        <MenuItem testid="lead-audit" on_pick={Callback::from(move |()| go(&audit))}>
                            { Glyph::of(Icon::History) }{ t!("lead-audit") }
                        </MenuItem>
                    }
                    if props.view.can.delete {
                        <MenuItem testid="delete-lead" disabled={props.view.can.delete_blocked.is_some()} why={props.view.can.delete_blocked.clone()} on_pick={Callback::from(pick)}>
                            { Glyph::of(Icon::Trash).class("tone--danger") }<span class="tone--danger">{ t!("delete-lead") }</span>
                        </MenuItem>
                    }
                </Menu>
            }
            if *is_asking {
                <ReasonDialog title={t!("delete-title", name = name.as_str())} text={t!("delete-text")} verb={t!("delete-it")} keep={t!("keep-it")}
                    on_reason={delete(props, &is_asking)} on_close={set(&is_asking, false)} />
            }
        </span>
    }
}

fn delete(props: &Props, is_asking: &UseStateHandle<bool>) -> Callback<String> {
    let (edit, on_gone, is_asking) = (props.edit.clone(), props.on_gone.clone(), is_asking.clone());
    let said = t!("deleted-toast", name = props.view.name.value.clone().unwrap_or_default());
    Callback::from(move |reason: String| {
        is_asking.set(false);
        let (on_gone, said, this) = (on_gone.clone(), said.clone(), edit.clone());
        edit.send_then(LeadDelete { lead: edit.lead, reason }, move |answer| match answer {
            Ok(_) => {
                let undo = move |()| this.send(LeadRestore { lead: this.lead, reason: t!("delete-undone") });
                toast::undoable(said, Callback::from(undo));
                on_gone.emit(());
            }
            Err(problem) => toast::problem(problem.text),
        });
    })
}

/// Above everything else of a deleted lead.
#[component]
pub fn Deleted(props: &Props) -> Html {
    let is_asking = use_state_eq(|| false);
    let Some(deleted) = &props.view.deleted else { return Html::default() };
    let set = |to: bool| {
        let is_asking = is_asking.clone();
        Callback::from(move |()| is_asking.set(to))
    };
    let on_reason = {
        let (edit, close) = (props.edit.clone(), set(false));
        let (said, before) = (t!("restored-toast", name = props.view.name.value.clone().unwrap_or_default()), deleted.reason.clone());
        Callback::from(move |reason: String| {
            close.emit(());
            let (lead, said, this) = (edit.lead, said.clone(), edit.clone());
            let again = LeadDelete { lead, reason: before.clone() };
            edit.send_then(LeadRestore { lead, reason }, move |answer| match answer {
                Ok(_) => toast::undoable(said, Callback::from(move |()| this.send(again.clone()))),
                Err(problem) => toast::problem(problem.text),
            });
        })
    };
    html! {
        <div class="banner banner--danger" role="status" data-testid="deleted-banner">
            { Glyph::of(Icon::Trash).class("tone--danger") }
            <div class="banner__words">
                <strong>{ t!("deleted-by", name = deleted.by.as_str(), when = words::moment(&deleted.when)) }</strong>
                if !deleted.reason.is_empty() { <p dir="auto" data-testid="deleted-reason">{ &deleted.reason }</p> }
                if deleted.edited_after { <p class="tone--warn" data-testid="edited-after">{ t!("edited-after-deletion") }</p> }
            </div>
            if props.view.can.restore {
                <button type="button" class="button button--bar" data-testid="restore-button" onclick={set(true).reform(|_: MouseEvent| ())}>
                    { Glyph::of(Icon::Retry).size(14) }{ t!("restore") }
                </button>
            }
            if *is_asking {
                <ReasonDialog title={t!("restore-title", name = props.view.name.value.clone().unwrap_or_default())} text={t!("restore-text")}
                    verb={t!("restore")} keep={t!("restore-keep")} {on_reason} on_close={set(false)} />
            }
        </div>
    }
}
