//! What is promised and when: open follow-ups first, with their next act; settled ones behind a
//! count.

use super::edit::Editor;
use super::planner::Planner;
use crate::calendar::Local;
use crate::clock::Clock;
use crate::components::badge::FollowUpBadge;
use crate::components::menu::{Menu, MenuItem};
use crate::draft::Drafts;
use crate::icon::{Glyph, Icon};
use crate::{t, toast, words};
use bridge::Problem;
use bridge::lead::{FollowUpCancel, FollowUpComplete, FollowUpMove, FollowUpSchedule, FollowUpView, LeadView};
use bridge::session::Me;
use std::rc::Rc;
use uuid::Uuid;
use yew::prelude::*;

/// The part of the lead's draft that holds an unsaved follow-up's note.
const DRAFT: &str = "follow-up";

/// What is open under the section's head or under one follow-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Open {
    New,
    Outcome(Uuid),
    Move(Uuid),
    More(Uuid),
}

#[derive(Properties, PartialEq)]
pub struct Props {
    pub view: Rc<LeadView>,
    pub me: Rc<Me>,
    pub clock: Clock,
    pub edit: Editor,
    pub drafts: Drafts,
    pub open: Option<Open>,
    pub on_open: Callback<Option<Open>>,
}

#[component]
pub fn FollowUps(props: &Props) -> Html {
    let problem = use_state_eq(|| None::<AttrValue>);
    let shows_settled = use_state_eq(|| false);
    let (mut open, settled): (Vec<_>, Vec<_>) = props.view.follow_ups.iter().partition(|f| f.open);
    open.sort_by_key(|f| (f.when.at, f.id));
    let toggle = {
        let shows_settled = shows_settled.clone();
        move |_: MouseEvent| shows_settled.set(!*shows_settled)
    };
    html! {
        <section class="section" aria-label={t!("section-follow-ups")} data-testid="followup-log">
            { head(props, &problem) }
            if let Some(blocked) = props.view.can.follow_up_blocked.as_ref().filter(|_| props.view.can.follow_up) {
                <p id="follow-ups-why" class="section__blocked" data-testid="followup-blocked">{ blocked }</p>
            }
            if props.view.follow_ups.is_empty() { <p class="section__empty">{ t!("follow-ups-none") }</p> }
            <ul class="follow-ups">
                { for open.iter().map(|f| entry(props, f, &problem)) }
                if *shows_settled { { for settled.iter().map(|f| settled_entry(f)) } }
            </ul>
            if !settled.is_empty() {
                <button type="button" class="link" data-testid="followups-settled" aria-expanded={shows_settled.to_string()} onclick={toggle}>
                    { if *shows_settled { t!("follow-ups-hide") } else { t!("follow-ups-settled", count = settled.len() as u64) } }
                </button>
            }
        </section>
    }
}

fn head(props: &Props, problem: &UseStateHandle<Option<AttrValue>>) -> Html {
    let can = &props.view.can;
    let is_blocked = can.follow_up_blocked.is_some();
    let chip = |days: i64| {
        let (edit, clock, local) = (props.edit.clone(), props.clock, proposal(props.clock, days));
        html! {
            <button type="button" class="chip" disabled={is_blocked} title={can.follow_up_blocked.clone()} aria-describedby={is_blocked.then_some("follow-ups-why")} data-testid={format!("followup-plus-{days}")}
                onclick={move |_| schedule(&edit, clock, local.to_string(), String::new(), |_| ())}>{ t!("plus-days", count = days) }</button>
        }
    };
    let is_open = props.open == Some(Open::New);
    let toggle = props.on_open.reform(move |_: MouseEvent| (!is_open).then_some(Open::New));
    html! {
        <div class="section__head">
            <h3 class="section__title">{ t!("section-follow-ups") }</h3>
            if can.follow_up {
                <span class="section__tools">
                    <span class="section__aside">{ t!("next-in") }</span>
                    { for [1, 3, 7].into_iter().map(chip) }
                    <button type="button" class="chip" disabled={is_blocked} title={can.follow_up_blocked.clone()} aria-describedby={is_blocked.then_some("follow-ups-why")} data-testid="add-followup-btn"
                        aria-haspopup="dialog" aria-expanded={is_open.to_string()} onclick={toggle}>{ t!("pick") }</button>
                </span>
            }
            if is_open { { planner(props, None, problem) } }
        </div>
    }
}

/// The same hour some days on, on a quarter.
fn proposal(clock: Clock, days: i64) -> Local {
    clock.local().rounded_up().plus_days(days)
}

/// Sets a follow-up, and offers to take that back.
fn schedule(edit: &Editor, clock: Clock, local: String, note: String, then: impl FnOnce(Option<Problem>) + 'static) {
    let this = edit.clone();
    let when = Local::parse(&local).map(|at| words::moment(&at.seen_from(clock.local(), 0))).unwrap_or_default();
    edit.send_then(FollowUpSchedule { lead: edit.lead, local, note }, move |answer| {
        let failed = answer.map(|edited| this.offer_undo(t!("follow-up-set", when = when), edited)).err();
        if let Some(problem) = &failed {
            toast::problem(problem.text.clone());
        }
        then(failed);
    });
}

fn planner(props: &Props, moves: Option<&FollowUpView>, problem: &UseStateHandle<Option<AttrValue>>) -> Html {
    let on_close = {
        let (problem, on_open) = (problem.clone(), props.on_open.clone());
        Callback::from(move |()| {
            problem.set(None);
            on_open.emit(None);
        })
    };
    let answered = {
        let (problem, on_close, drafts) = (problem.clone(), on_close.clone(), props.drafts.clone());
        move |failed: Option<Problem>| match failed {
            Some(failed) => problem.set(Some(failed.text.into())),
            None => {
                drafts.forget(DRAFT);
                on_close.emit(());
            }
        }
    };
    let on_save = {
        let (edit, clock) = (props.edit.clone(), props.clock);
        let moved = moves.map(|f| f.id);
        Callback::from(move |(local, note): (String, String)| {
            let answered = answered.clone();
            match moved {
                None => schedule(&edit, clock, local, note, answered),
                Some(id) => reschedule(&edit, id, local, answered),
            }
        })
    };
    let on_note = {
        let drafts = props.drafts.clone();
        Callback::from(move |note: String| drafts.put(DRAFT, "", &note))
    };
    let tomorrow = proposal(props.clock, 1);
    let start = moves.and_then(|f| Local::parse(&f.when.local)).filter(|l| *l > props.clock.local()).unwrap_or(tomorrow);
    html! {
        <Planner title={if moves.is_some() { t!("follow-up-move") } else { t!("follow-up-new") }} today={props.clock.local()} {start} zone={props.me.zone.clone()}
            max_gap_days={props.me.follow_up_max_gap_days} reasons={props.me.follow_up_reasons.clone()} with_note={moves.is_none()} note={props.drafts.text(DRAFT).unwrap_or_default()} {on_note} problem={(**problem).clone()} {on_save} {on_close} />
    }
}

fn reschedule(edit: &Editor, follow_up: Uuid, local: String, then: impl FnOnce(Option<Problem>) + 'static) {
    let this = edit.clone();
    edit.send_then(FollowUpMove { lead: edit.lead, follow_up, local }, move |answer| {
        then(answer.map(|edited| this.offer_undo(t!("follow-up-moved"), edited)).err());
    });
}

fn entry(props: &Props, follow_up: &FollowUpView, problem: &UseStateHandle<Option<AttrValue>>) -> Html {
    let id = follow_up.id;
    // What is closed can be settled, not moved.
    let is_due = follow_up.missed || follow_up.when.day <= 0 || props.view.can.follow_up_blocked.is_some();
    let toggle = |open: Open| {
        let is_open = props.open == Some(open);
        props.on_open.reform(move |_: MouseEvent| (!is_open).then_some(open))
    };
    let main =
        if is_due { (Open::Outcome(id), t!("set-outcome"), "followup-outcome") } else { (Open::Move(id), t!("move"), "followup-move") };
    let can_edit = props.view.can.follow_up;
    let settled_off = props.view.can.settle_blocked.clone();
    let is_off = settled_off.is_some();
    html! {
        <li class="follow-up" key={id.to_string()} data-testid="followup-entry" data-state="open">
            { FollowUpBadge::of(follow_up.when.clone()).with_time(true) }
            <span class="follow-up__note" dir="auto">{ &follow_up.note }</span>
            if can_edit {
                <span class="follow-up__acts">
                    <button type="button" class="link" data-testid={main.2} aria-haspopup="menu" disabled={is_off} title={settled_off.clone()} onclick={toggle(main.0)}>{ main.1 }</button>
                    <button type="button" class="button button--icon button--small" data-testid="followup-more" aria-label={t!("more")} aria-haspopup="menu"
                        disabled={is_off} title={settled_off} onclick={toggle(Open::More(id))}>{ Glyph::of(Icon::More).size(14) }</button>
                    { popover(props, follow_up, problem) }
                </span>
            }
        </li>
    }
}

fn popover(props: &Props, follow_up: &FollowUpView, problem: &UseStateHandle<Option<AttrValue>>) -> Html {
    let id = follow_up.id;
    let on_close = props.on_open.reform(|()| None);
    match props.open {
        Some(Open::Outcome(of)) if of == id => outcomes(props, id),
        Some(Open::Move(of)) if of == id => planner(props, Some(follow_up), problem),
        Some(Open::More(of)) if of == id => {
            let cancel = {
                let (edit, on_open) = (props.edit.clone(), props.on_open.clone());
                move |()| {
                    on_open.emit(None);
                    edit.send_undoable(FollowUpCancel { lead: edit.lead, follow_up: id }, t!("edit-follow-up-cancelled"));
                }
            };
            html! {
                <Menu key="more" label={t!("more")} {on_close} returns_to="[data-testid=lead-drawer]" class="menu--right">
                    <MenuItem testid="followup-more-outcome" on_pick={props.on_open.reform(move |()| Some(Open::Outcome(id)))}>{ Glyph::of(Icon::Check) }{ t!("set-outcome") }</MenuItem>
                    <MenuItem testid="followup-more-move" disabled={props.view.can.follow_up_blocked.is_some()} why={props.view.can.follow_up_blocked.clone()} on_pick={props.on_open.reform(move |()| Some(Open::Move(id)))}>{ Glyph::of(Icon::CalendarClock) }{ t!("move") }</MenuItem>
                    <MenuItem testid="followup-cancel" on_pick={Callback::from(cancel)}>{ Glyph::of(Icon::CalendarOff) }{ t!("cancel-it") }</MenuItem>
                </Menu>
            }
        }
        _ => Html::default(),
    }
}

fn outcomes(props: &Props, id: Uuid) -> Html {
    let outcome = |text: &String| {
        let (edit, on_open, outcome) = (props.edit.clone(), props.on_open.clone(), text.clone());
        let pick = move |()| {
            on_open.emit(None);
            let said = t!("follow-up-done", outcome = outcome.as_str());
            edit.send_undoable(FollowUpComplete { lead: edit.lead, follow_up: id, outcome: outcome.clone() }, said);
        };
        html! { <MenuItem testid={format!("outcome-{text}")} on_pick={Callback::from(pick)}>{ text }</MenuItem> }
    };
    html! {
        <Menu key="outcome" label={t!("set-outcome")} on_close={props.on_open.reform(|()| None)} returns_to="[data-testid=lead-drawer]" class="menu--right" testid="outcome-menu">
            { for props.me.follow_up_outcomes.iter().map(outcome) }
        </Menu>
    }
}

fn settled_entry(follow_up: &FollowUpView) -> Html {
    let (icon, word, state) = match &follow_up.outcome {
        Some(outcome) => (Icon::Check, outcome.clone(), "done"),
        None => (Icon::CalendarOff, t!("cancelled"), "cancelled"),
    };
    html! {
        <li class="follow-up follow-up--settled" key={follow_up.id.to_string()} data-testid="followup-entry" data-state={state}>
            <span class="follow-up__when">{ Glyph::of(icon).size(14) }{ words::moment(&follow_up.when) }</span>
            <span class="follow-up__note" dir="auto">{ word }if !follow_up.note.is_empty() { { " · " }{ &follow_up.note } }</span>
        </li>
    }
}
