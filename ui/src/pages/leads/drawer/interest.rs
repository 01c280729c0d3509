//! Interest from 1 to 5, only while the lead is Interested (row F5).

use super::edit::Editor;
use crate::{t, words};
use bridge::lead::{LeadSetInterest, LeadView};
use domain::Status;
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub view: Rc<LeadView>,
    pub edit: Editor,
}

#[component]
pub fn Interest(props: &Props) -> Html {
    let Props { view, edit } = props;
    let now = view.interest.unwrap_or(0);
    let is_active = view.status == Status::Interested && view.can.change_status;
    let why = (!is_active).then(|| if view.can.change_status { t!("interest-only-interested") } else { t!("status-not-yours") });
    let set = {
        let (edit, before) = (edit.clone(), view.interest);
        Callback::from(move |level: u8| {
            let lead = edit.lead;
            let request = LeadSetInterest { lead, level };
            match before {
                Some(before) if before != level => {
                    edit.send_undoable(
                        request,
                        t!("interest-set", level = level, word = words::interest(level)),
                        LeadSetInterest { lead, level: before },
                    );
                }
                Some(_) => {}
                None => edit.send(request),
            }
        })
    };
    let onkeydown = {
        let set = set.clone();
        move |event: KeyboardEvent| {
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
        <div class="labelled" title={why}>
            <span class="labelled__label">
                { t!("interest") }
                if view.status == Status::Interested && now > 0 { <span class={classes!("labelled__value", tone(now))}>{ words::interest(now) }</span> }
            </span>
            <div class={classes!("interest", tone(now))} role="radiogroup" aria-label={t!("interest")} data-testid="interest-slider" data-value={now.to_string()} {onkeydown}>
                { for (1..=5).map(step) }
            </div>
        </div>
    }
}

fn tone(level: u8) -> &'static str {
    if level >= 4 { "interest--hot" } else { "interest--warm" }
}
