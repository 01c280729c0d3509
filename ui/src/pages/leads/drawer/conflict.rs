//! Two people changed a field: mine, theirs, before. One value shows until someone picks.

use super::edit::Editor;
use crate::components::key::Key;
use crate::icon::{Glyph, Icon};
use crate::{t, words};
use bridge::lead::{Choice, FieldConflict, LeadPick};
use domain::LeadField;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub field: LeadField,
    pub conflict: FieldConflict,
    pub can_pick: bool,
    pub edit: Editor,
}

#[component]
pub fn Conflict(props: &Props) -> Html {
    let Props { field, conflict, .. } = props;
    let choices = &conflict.choices;
    let is_pair = choices.len() == 2 && choices.iter().filter(|c| c.mine).count() == 1;
    html! {
        <div class="conflict" role="group" tabindex="0" aria-label={t!("conflict-title", field = words::field(*field))}
            data-testid={format!("conflict-{}", field.as_str())} data-conflict={field.as_str()}>
            <div class="conflict__head">
                { Glyph::of(Icon::Conflict) }<strong>{ t!("conflict-title", field = words::field(*field)) }</strong>
                if let Some(before) = &conflict.before { <span class="conflict__before">{ t!("conflict-before", value = before.as_str()) }</span> }
            </div>
            { for choices.iter().enumerate().map(|(at, choice)| line(props, at, choice, is_pair)) }
        </div>
    }
}

fn line(props: &Props, at: usize, choice: &Choice, is_pair: bool) -> Html {
    let label = match (choice.mine, is_pair) {
        (true, _) => t!("conflict-mine"),
        (false, true) => t!("conflict-theirs"),
        (false, false) => choice.by.clone(),
    };
    let time = words::time_or_day(&choice.when);
    let note = match (at, choice.mine) {
        (0, true) => t!("conflict-shown", time = time),
        (0, false) => t!("conflict-shown-by", by = choice.by.as_str(), time = time),
        (_, true) => time,
        (_, false) => t!("conflict-by", by = choice.by.as_str(), time = time),
    };
    let value = choice.display.clone().or_else(|| choice.value.clone()).unwrap_or_else(|| t!("field-empty"));
    let pick = {
        let (edit, field, raw) = (props.edit.clone(), props.field, choice.value.clone());
        move |_: MouseEvent| edit.send(LeadPick { lead: edit.lead, field, value: raw.clone() })
    };
    html! {
        <div class="conflict__line">
            <span class="conflict__who">{ label }</span>
            <bdi class="conflict__value" dir="auto" data-testid={format!("choice-{at}")}>{ value }</bdi>
            <span class="conflict__note">{ note }</span>
            if props.can_pick {
                <button type="button" class="button button--bar" data-testid={format!("keep-{at}")} onclick={pick}>
                    { t!("conflict-keep") }{ Key::of((at + 1).to_string()) }
                </button>
            }
        </div>
    }
}
