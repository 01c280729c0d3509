//! One's own pace: leads called today, beside how many that should be by now.

use crate::clock::Clock;
use crate::t;
use crate::text::count;
use bridge::queue::Pace;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub pace: Pace,
    pub clock: Clock,
    /// Leads that wait to be called.
    #[prop_or_default]
    pub total: Option<u32>,
}

#[component]
pub fn PaceBar(props: &Props) -> Html {
    let Pace { called, target, expected } = props.pace;
    let share = |n: u32| f64::from(n.min(target)) * 100.0 / f64::from(target.max(1));
    let now = props.clock.local();
    let time = format!("{:02}:{:02}", now.hour, now.minute);
    let is_on_pace = called >= expected;
    html! {
        <div class="pace" data-testid="queue-pace">
            <span><strong class="pace__called" data-testid="pace-called">{ count(called) }</strong>{ t!("pace-of", target = count(target)) }</span>
            <div class="pace__bar" role="meter" aria-label={t!("pace-label")} aria-valuemin="0" aria-valuemax={target.to_string()} aria-valuenow={called.min(target).to_string()}>
                <span class="pace__fill" style={format!("width:{:.1}%", share(called))}></span>
                <span class="pace__tick" style={format!("left:{:.1}%", share(expected))}></span>
            </div>
            <span class="queue__aside">{ t!("pace-expected", time = time, count = count(expected)) }</span>
            <span class={if is_on_pace { "tone--ok" } else { "tone--muted" }} data-testid="pace-word">
                { if is_on_pace { t!("pace-on") } else { t!("pace-behind", count = count(expected - called)) } }
            </span>
            if let Some(total) = props.total { <span class="pace__total" data-testid="queue-total">{ t!("queue-total", count = count(total)) }</span> }
        </div>
    }
}
