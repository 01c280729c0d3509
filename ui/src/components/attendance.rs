//! One's own attendance (rows G1 to G4): the badge, and the toggle with its pause menu in the topbar. What is allowed
//! the client and the server decide.

use crate::components::menu::{Menu, MenuItem};
use crate::icon::{Glyph, Icon};
use crate::{t, words};
use bridge::attendance::MyAttendance;
use bridge::lead::When;
use domain::attendance::{Attendance, Step};
use std::rc::Rc;
use yew::prelude::*;

/// Opens the pauses, or ends one.
pub const PAUSE: &str = "[data-testid=pause-reason], [data-testid=resume-btn]";

#[derive(Properties, PartialEq)]
pub struct BadgeProps {
    pub status: Attendance,
    #[prop_or_default]
    pub reason: Option<String>,
    /// The server has not taken it yet.
    #[prop_or_default]
    pub waits: bool,
    #[prop_or_default]
    pub since: Option<When>,
    #[prop_or_default]
    pub testid: Option<&'static str>,
}

#[component]
pub fn AttendanceBadge(props: &BadgeProps) -> Html {
    let (icon, tone) = look(props.status);
    let word = words::standing(props.status, props.reason.as_deref());
    let title = match &props.since {
        _ if props.waits => t!("attendance-pending-why", status = word.as_str()),
        Some(when) => t!("attendance-since", status = word.as_str(), when = words::moment(when)),
        None => word.clone(),
    };
    html! {
        <span class={classes!("badge", format!("badge--{tone}"), "attendance__badge")} data-testid={props.testid} data-status={props.status.as_str()}
            data-pending={props.waits.to_string()} {title}>
            { Glyph::of(icon).size(14) }<span class="attendance__word">{ word }</span>
            if props.waits { { Glyph::of(Icon::CloudUp).size(14) }<span class="attendance__word">{ t!("attendance-pending") }</span> }
        </span>
    }
}

/// Colours of row G3.
fn look(status: Attendance) -> (Icon, &'static str) {
    match status {
        Attendance::Present => (Icon::CheckCircle, "hot"),
        Attendance::Paused => (Icon::Pause, "today"),
        Attendance::Absent => (Icon::Ring, "absent"),
    }
}

#[derive(Properties, PartialEq)]
pub struct ControlProps {
    pub mine: Rc<MyAttendance>,
    pub on_step: Callback<Step>,
    /// Why a step was refused was read.
    pub on_read: Callback<()>,
}

#[component]
pub fn AttendanceControl(props: &ControlProps) -> Html {
    let mine = &props.mine;
    let toggle = match mine.status {
        Attendance::Absent => button(props, "check-in-btn", Icon::LogIn, t!("check-in"), "Alt A", Step::CheckIn, mine.warning.clone()),
        Attendance::Present | Attendance::Paused => {
            button(props, "check-out-btn", Icon::LogOut, t!("check-out"), "Alt A", Step::CheckOut, None)
        }
    };
    let pause = match mine.status {
        Attendance::Present => html! { <Pauses reasons={mine.reasons.clone()} on_step={&props.on_step} /> },
        Attendance::Paused => button(props, "resume-btn", Icon::Retry, t!("resume"), "Alt P", Step::Resume, None),
        Attendance::Absent => Html::default(),
    };
    html! {
        <div class="attendance" role="group" aria-label={t!("attendance")} data-testid="attendance">
            <AttendanceBadge status={mine.status} reason={mine.reason.clone()} waits={mine.waits} since={mine.since.clone()} testid="attendance-badge" />
            if let Some(why) = &mine.refused {
                <button type="button" class="button button--icon attendance__refused" data-testid="attendance-refused" title={why.clone()}
                    aria-label={t!("attendance-refused", why = why.as_str())} onclick={props.on_read.reform(|_: MouseEvent| ())}>{ Glyph::of(Icon::Alert) }</button>
            }
            { pause }{ toggle }
        </div>
    }
}

fn button(
    props: &ControlProps,
    testid: &'static str,
    icon: Icon,
    word: String,
    key: &'static str,
    step: Step,
    warning: Option<String>,
) -> Html {
    let title = match &warning {
        Some(warning) => warning.clone(),
        None => t!("attendance-key", act = word.as_str(), key = key),
    };
    html! {
        <button type="button" class="button button--bar attendance__button" data-testid={testid} {title} aria-label={word.clone()} aria-description={warning.clone()}
            data-warned={warning.is_some().to_string()} onclick={props.on_step.reform(move |_: MouseEvent| step.clone())}>
            { Glyph::of(if warning.is_some() { Icon::Triangle } else { icon }).size(14) }<span class="attendance__label">{ word }</span>
        </button>
    }
}

#[derive(Properties, PartialEq)]
struct PausesProps {
    reasons: Vec<String>,
    on_step: Callback<Step>,
}

#[component]
fn Pauses(props: &PausesProps) -> Html {
    let open = use_state_eq(|| false);
    let toggle = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(!*open))
    };
    let close = {
        let open = open.clone();
        Callback::from(move |()| open.set(false))
    };
    let item = |reason: &String| {
        let (close, on_step, reason) = (close.clone(), props.on_step.clone(), reason.clone());
        let word = reason.clone();
        let on_pick = Callback::from(move |()| {
            close.emit(());
            on_step.emit(Step::Pause { reason: reason.clone() });
        });
        html! { <MenuItem testid="pause-option" {on_pick}>{ Glyph::of(Icon::Pause) }{ word }</MenuItem> }
    };
    html! {
        <span class="attendance__pauses">
            <button type="button" class="button button--bar attendance__button" data-testid="pause-reason" aria-label={t!("pause")} aria-haspopup="menu" aria-expanded={(*open).to_string()}
                title={t!("attendance-key", act = t!("pause"), key = "Alt P")} onclick={toggle}>
                { Glyph::of(Icon::Pause).size(14) }<span class="attendance__label">{ t!("pause") }</span>{ Glyph::of(Icon::ChevronDown).size(14) }
            </button>
            if *open {
                <Menu label={t!("pause-why")} on_close={close.clone()} class="attendance__menu">
                    <div class="menu__head"><span class="menu__note">{ t!("pause-why") }</span></div>
                    { for props.reasons.iter().map(item) }
                </Menu>
            }
        </span>
    }
}

/// What is said once the server took a step, or the person did offline.
pub fn said(mine: &MyAttendance) -> String {
    if mine.waits {
        return t!("attendance-waits", status = words::standing(mine.status, mine.reason.as_deref()));
    }
    match (mine.status, &mine.reason) {
        (Attendance::Present, _) => t!("attendance-now-present"),
        (Attendance::Paused, Some(reason)) => t!("attendance-now-paused", reason = reason.as_str()),
        (Attendance::Paused, None) => t!("attendance-now-paused-plain"),
        // The server did it, and says why.
        (Attendance::Absent, Some(reason)) => t!("attendance-ended", reason = reason.as_str()),
        (Attendance::Absent, None) => t!("attendance-now-absent"),
    }
}
