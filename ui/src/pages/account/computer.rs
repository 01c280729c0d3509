//! What is set on this computer: when it locks, reminds, and what closing the window and calling do.

use super::Props;
use super::dialling::DiallingRow;
use crate::app::ZOOMS;
use crate::{idle, t};
use web_sys::HtmlSelectElement;
use yew::prelude::*;

/// Minutes before a follow-up that are offered.
const BEFORE_MIN: [&str; 5] = ["0", "5", "10", "15", "30"];
/// Hours without reminders that are offered.
const QUIET: [&str; 4] = ["20:00-09:00", "21:00-08:00", "22:00-07:00", "13:00-14:00"];

pub fn panel(props: &Props) -> Html {
    let session = &props.session;
    let prefer = |key: &'static str| props.on_prefer.reform(move |value: String| (key, value));
    let on_idle = props.on_idle_lock.reform(|value: String| value.parse().unwrap_or_default());
    let to_tray = session.closes_to_tray.map(|is_on| {
        let choices = vec![choice("on", t!("close-to-tray-on")), choice("off", t!("close-to-tray-off"))];
        select(
            "close-to-tray",
            t!("close-to-tray"),
            t!("close-to-tray-text"),
            if is_on { "on" } else { "off" },
            choices,
            prefer("close_to_tray"),
        )
    });
    html! {
        <section class="panel" aria-label={t!("account-this-computer")}>
            { select("idle-lock", t!("idle-lock"), t!("idle-lock-text"), &session.idle_lock_min.to_string(), idle_choices(session.idle_lock_min), on_idle) }
            { select("zoom", t!("zoom"), t!("zoom-text"), &session.zoom.to_string(), zoom_choices(session.zoom), prefer("zoom")) }
            { select("remind-before", t!("remind"), t!("remind-text"), &session.remind_before, remind_choices(&session.remind_before), prefer("remind_before_min")) }
            { select("quiet-hours", t!("quiet"), t!("quiet-text"), &session.quiet_hours, quiet_choices(&session.quiet_hours), prefer("quiet_hours")) }
            <DiallingRow dialling={session.dialling.clone()} />
            { for to_tray }
        </section>
    }
}

fn idle_choices(now: u32) -> Vec<(String, String)> {
    let mut minutes = idle::CHOICES_MIN.to_vec();
    if !minutes.contains(&now) {
        minutes.insert(0, now);
    }
    let word = |minutes: u32| if minutes == 0 { t!("idle-lock-never") } else { t!("idle-lock-after", minutes = minutes) };
    minutes.into_iter().map(|minutes| (minutes.to_string(), word(minutes))).collect()
}

fn zoom_choices(now: u32) -> Vec<(String, String)> {
    let word = |percent: u32| t!("zoom-percent", percent = percent);
    let choices = ZOOMS.iter().map(|percent| choice(&percent.to_string(), word(*percent))).collect();
    with(choices, &now.to_string(), word(now))
}

fn remind_choices(now: &str) -> Vec<(String, String)> {
    let word = |minutes: &str| if minutes == "0" { t!("remind-due") } else { t!("remind-before", minutes = minutes) };
    let mut choices: Vec<_> = BEFORE_MIN.iter().map(|minutes| choice(minutes, word(minutes))).collect();
    choices.push(choice("off", t!("remind-off")));
    with(choices, now, word(now))
}

fn quiet_choices(now: &str) -> Vec<(String, String)> {
    let word = |hours: &str| hours.replace('-', "–");
    let mut choices = vec![choice("", t!("quiet-none"))];
    choices.extend(QUIET.iter().map(|hours| choice(hours, word(hours))));
    with(choices, now, word(now))
}

/// What is set is offered, whoever set it.
fn with(mut choices: Vec<(String, String)>, now: &str, word: String) -> Vec<(String, String)> {
    if !choices.iter().any(|(value, _)| value == now) {
        choices.insert(0, choice(now, word));
    }
    choices
}

fn choice(value: &str, word: String) -> (String, String) {
    (value.to_owned(), word)
}

fn select(id: &'static str, title: String, text: String, now: &str, choices: Vec<(String, String)>, on_pick: Callback<String>) -> Html {
    let onchange = move |event: Event| on_pick.emit(event.target_unchecked_into::<HtmlSelectElement>().value());
    let option = |(value, word): (String, String)| {
        let selected = value == now;
        html! { <option {value} {selected}>{ word }</option> }
    };
    html! {
        <div class="setting">
            <div class="setting__words">
                <label class="setting__title" for={id}>{ title }</label>
                <p class="setting__text">{ text }</p>
            </div>
            <select {id} class="input setting__select" data-testid={id} {onchange}>{ for choices.into_iter().map(option) }</select>
        </div>
    }
}
