//! When the next call is: as the outcome proposes, some days on, or in one's own words.

use super::spoken;
use crate::clock::Clock;
use crate::components::key::Key;
use crate::components::text_box::TextBox;
use crate::{ipc, t};
use bridge::lead::{When, WhenHint, WhenRead};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// The box for one's own words.
pub const PHRASE: &str = "[data-testid=queue-phrase]";

#[derive(Properties, PartialEq)]
pub struct Props {
    pub clock: Clock,
    /// As the outcome proposes.
    pub proposed: Option<When>,
    /// Wall time, as it stands.
    pub next: Option<String>,
    /// The outcome has no next call, or none is picked yet.
    pub is_off: bool,
    pub on_next: Callback<Option<String>>,
}

#[component]
pub fn NextCall(props: &Props) -> Html {
    let phrase = use_state_eq(String::new);
    let problem = use_state_eq(|| None::<String>);
    let clear = {
        let (phrase, problem) = (phrase.clone(), problem.clone());
        move || {
            phrase.set(String::new());
            problem.set(None);
        }
    };
    use_effect_with(props.is_off, {
        let clear = clear.clone();
        move |is_off| {
            if *is_off {
                clear();
            }
        }
    });
    let chip = |local: String, word: String, testid: String| {
        let is_on = props.next.as_ref() == Some(&local);
        let (on_next, clear) = (props.on_next.clone(), clear.clone());
        let onclick = move |_: MouseEvent| {
            clear();
            on_next.emit((!is_on).then(|| local.clone()));
        };
        html! {
            <button type="button" class={classes!("chip", "queue__chip", is_on.then_some("chip--on"))} aria-pressed={is_on.to_string()} disabled={props.is_off}
                data-testid={testid} {onclick}>{ word }</button>
        }
    };
    let on_input = {
        let (phrase, problem, on_next) = (phrase.clone(), problem.clone(), props.on_next.clone());
        Callback::from(move |typed: String| {
            phrase.set(typed.clone());
            let (problem, on_next) = (problem.clone(), on_next.clone());
            spawn_local(async move {
                let hint = match typed.trim().is_empty() {
                    true => WhenHint::default(),
                    false => ipc::call(&WhenRead { typed }).await.unwrap_or_default(),
                };
                if let Some(when) = hint.when {
                    on_next.emit(Some(when.local));
                }
                problem.set(hint.problem);
            });
        })
    };
    let later = |days: i64| props.clock.local().rounded_up().plus_days(days).to_string();
    let proposed = props.proposed.as_ref().map(|when| when.local.clone());
    let is_own = props.next.as_ref().filter(|next| proposed.as_ref() != Some(*next) && ![1, 3, 7].map(later).contains(next));
    let plus = |days: i64| chip(later(days), t!("plus-days", count = days), format!("queue-plus-{days}"));
    html! {
        <div class="queue__next" role="group" aria-label={t!("queue-next")}>
            <span class="queue__aside">{ t!("queue-next") }</span>
            if let Some(local) = &proposed { { chip(local.clone(), spoken(local, props.clock), "queue-proposed".into()) } }
            if let Some(local) = is_own { { chip(local.clone(), spoken(local, props.clock), "queue-own".into()) } }
            { for [1, 3, 7].into_iter().filter(|days| proposed != Some(later(*days))).map(plus) }
            <span class="queue__phrase" title={(*problem).clone()}>
                <TextBox class="input queue__when" label={t!("when")} placeholder={t!("queue-type-time")} testid="queue-phrase" value={(*phrase).clone()}
                    invalid={problem.is_some()} disabled={props.is_off} max_length={domain::limits::LINE_MAX} {on_input} />
                if phrase.is_empty() { { Key::of("Alt D") } }
            </span>
        </div>
    }
}
