//! The outcomes of a call, one on each key from 1 to 9.

use crate::components::key::Key;
use crate::icon::{Glyph, Icon};
use crate::t;
use bridge::queue::Outcome;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub outcomes: Vec<Outcome>,
    pub picked: Option<u8>,
    pub on_pick: Callback<u8>,
}

#[component]
pub fn Outcomes(props: &Props) -> Html {
    let card = |outcome: &Outcome| {
        let (key, is_on) = (outcome.key, props.picked == Some(outcome.key));
        let (icon, tone) = look(key);
        html! {
            <button type="button" role="radio" aria-checked={is_on.to_string()} class={classes!("outcome", is_on.then_some("outcome--on"))}
                data-testid={format!("outcome-{key}")} onclick={props.on_pick.reform(move |_: MouseEvent| key)}>
                <span class="outcome__head">{ Key::of(key.to_string()) }{ Glyph::of(icon).class(tone) }</span>
                <span class="outcome__name">{ &outcome.name }</span>
                <span class="outcome__hint">{ &outcome.hint }</span>
            </button>
        }
    };
    html! { <div class="outcomes" role="radiogroup" aria-label={t!("queue-how")}>{ for props.outcomes.iter().map(card) }</div> }
}

fn look(key: u8) -> (Icon, &'static str) {
    match key {
        1 => (Icon::Flame, "tone--ok"),
        2 => (Icon::CalendarClock, "tone--warn"),
        3 => (Icon::MissedPhone, "tone--muted"),
        4 => (Icon::Phone, "tone--muted"),
        5 => (Icon::Moon, "tone--muted"),
        6 => (Icon::ThreeQuarterPie, "tone--info"),
        7 => (Icon::SolidCross, "tone--danger"),
        8 => (Icon::X, "tone--danger"),
        _ => (Icon::Ban, "tone--danger"),
    }
}
