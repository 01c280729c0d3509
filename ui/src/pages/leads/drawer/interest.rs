//! Interest from 1 to 5, only while the lead is Interested (row F5).

use super::edit::Editor;
use crate::components::why::Why;
use crate::{t, words};
use bridge::lead::{LeadSetInterest, LeadView};
use domain::policy::{self, Action};
use domain::{Role, Status};
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub view: Rc<LeadView>,
    pub role: Role,
    pub edit: Editor,
}

#[component]
pub fn Interest(props: &Props) -> Html {
    let Props { view, edit, role } = props;
    let now = view.interest.unwrap_or(0);
    if !policy::has(*role, Action::ChangeStatus) {
        return reading(now);
    }
    let is_active = view.status == Status::Interested && view.can.change_status;
    let why = (!is_active).then(|| match view.status {
        _ if view.deleted.is_some() => t!("status-deleted"),
        Status::Interested => t!("status-not-yours"),
        _ => t!("interest-only-interested"),
    });
    let set = {
        let (edit, before) = (edit.clone(), view.interest);
        Callback::from(move |level: u8| {
            if before != Some(level) {
                let said = t!("interest-set", level = level, word = words::interest(level));
                edit.send_undoable(LeadSetInterest { lead: edit.lead, level }, said);
            }
        })
    };
    let onkeydown = {
        let set = set.clone();
        move |event: KeyboardEvent| {
            if !is_active {
                return;
            }
            let level = match event.key().as_str() {
                "ArrowRight" => (now + 1).min(5),
                "ArrowLeft" if now > 1 => now - 1,
                _ => return,
            };
            event.prevent_default();
            set.emit(level);
        }
    };
    let step = |level: u8| {
        let is_on = level <= now;
        html! {
            <button type="button" role="radio" class={classes!("interest__step", is_on.then_some("interest__step--on"))} aria-checked={(level == now).to_string()}
                disabled={!is_active} data-testid={format!("interest-{level}")} onclick={set.reform(move |_: MouseEvent| level)}>{ level }</button>
        }
    };
    html! {
        <div class="labelled" title={why.clone()}>
            <span class="labelled__label">
                { t!("interest") }
                if view.status == Status::Interested && now > 0 { <span class={classes!("labelled__value", tone(now))}>{ words::interest(now) }</span> }
            </span>
            <div class={classes!("interest", tone(now))} role="radiogroup" aria-label={t!("interest")} aria-describedby={why.is_some().then_some("interest-why")}
                data-testid="interest-slider" data-value={now.to_string()} {onkeydown}>
                { for (1..=5).map(step) }
            </div>
            <Why id="interest-why" {why} />
        </div>
    }
}

/// For whoever only looks: no control.
fn reading(now: u8) -> Html {
    let text = if now > 0 { t!("interest-is", level = now, word = words::interest(now)) } else { t!("field-empty") };
    html! {
        <div class="labelled">
            <span class="labelled__label">{ t!("interest") }</span>
            <span class="labelled__text" data-testid="interest-text">{ text }</span>
        </div>
    }
}

fn tone(level: u8) -> &'static str {
    if level >= 4 { "interest--hot" } else { "interest--warm" }
}
