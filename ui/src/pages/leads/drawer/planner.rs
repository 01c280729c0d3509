//! Picks a day and a time in the organisation's zone: a month, a time box, a note.

use crate::calendar::{self, Local};
use crate::components::key::Key;
use crate::components::menu::Menu;
use crate::components::text_box::TextBox;
use crate::icon::{Glyph, Icon};
use crate::{keys, t, words};
use yew::prelude::*;

/// Times that most follow-ups are set for.
const TIMES: [&str; 4] = ["10:00", "12:00", "15:00", "18:00"];

#[derive(Properties, PartialEq)]
pub struct Props {
    pub title: AttrValue,
    pub today: Local,
    pub start: Local,
    /// IANA zone, shown.
    pub zone: AttrValue,
    pub with_note: bool,
    /// What was typed earlier and not saved.
    #[prop_or_default]
    pub note: AttrValue,
    #[prop_or_default]
    pub on_note: Callback<String>,
    /// The client's answer to the last try.
    #[prop_or_default]
    pub problem: Option<AttrValue>,
    /// `2026-11-22T17:00` and the note.
    pub on_save: Callback<(String, String)>,
    pub on_close: Callback<()>,
}

pub enum Msg {
    Month(i64),
    Day(i64),
    Time(String),
    Note(String),
    Save,
}

pub struct Planner {
    year: i64,
    month: u8,
    days: i64,
    time: String,
    note: String,
}

impl Component for Planner {
    type Message = Msg;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        let Props { start, note, .. } = ctx.props();
        let date = start.date();
        let time = format!("{:02}:{:02}", start.hour, start.minute);
        Self { year: date.year, month: date.month, days: start.days, time, note: note.to_string() }
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Month(by) => (self.year, self.month) = calendar::month_plus(self.year, self.month, by),
            Msg::Day(days) => self.days = days,
            Msg::Time(time) => self.time = time,
            Msg::Note(note) => {
                ctx.props().on_note.emit(note.clone());
                self.note = note;
            }
            Msg::Save => {
                if let Some((hour, minute)) = calendar::parse_time(&self.time) {
                    let local = Local { days: self.days, hour, minute };
                    ctx.props().on_save.emit((local.to_string(), self.note.trim().to_owned()));
                }
            }
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let Props { title, zone, with_note, problem, on_close, .. } = ctx.props();
        let link = ctx.link();
        let is_time = calendar::parse_time(&self.time).is_some();
        let onsubmit = link.callback(|event: SubmitEvent| {
            event.prevent_default();
            Msg::Save
        });
        let onkeydown = link.batch_callback(|event: KeyboardEvent| {
            let saves = keys::is_command(&event) && event.key() == "Enter";
            saves.then(|| {
                event.prevent_default();
                Msg::Save
            })
        });
        html! {
            <Menu label={title.clone()} role="dialog" {on_close} returns_to="[data-testid=lead-drawer]" class="planner" testid="followup-modal">
                <form {onsubmit} {onkeydown}>
                    <h4 class="planner__title">{ title }</h4>
                    { self.month(ctx) }
                    { self.time_line(ctx, is_time) }
                    if *with_note {
                        <TextBox label={t!("note")} placeholder={t!("follow-up-note")} testid="followup-note" max_length={domain::limits::LINE_MAX}
                            value={self.note.clone()} on_input={link.callback(Msg::Note)} />
                    }
                    if let Some(problem) = problem { <p class="field__problem" role="alert" data-testid="form-error">{ problem }</p> }
                    <div class="planner__foot">
                        <span class="planner__zone">{ t!("times-of", zone = zone.as_str()) }</span>
                        <button type="submit" class="button button--filled" data-testid="followup-save" disabled={!is_time}>
                            { t!("save") }<Key name="↵" />
                        </button>
                    </div>
                </form>
            </Menu>
        }
    }
}

impl Planner {
    fn month(&self, ctx: &Context<Self>) -> Html {
        let link = ctx.link();
        let start = calendar::grid_start(self.year, self.month);
        let turn = |by: i64, icon, label: String| {
            html! { <button type="button" class="button button--icon" aria-label={label} onclick={link.callback(move |_| Msg::Month(by))}><Glyph {icon} /></button> }
        };
        html! {
            <>
                <div class="planner__head">
                    { turn(-1, Icon::ChevronLeft, t!("month-previous")) }
                    <span aria-live="polite">{ t!("month-of-year", month = words::month(self.month), year = self.year.to_string()) }</span>
                    { turn(1, Icon::ChevronRight, t!("month-next")) }
                </div>
                <div class="planner__grid" role="grid" aria-label={t!("pick-day")}>
                    { for (0..7).map(|day| html! { <span class="planner__weekday" aria-hidden="true">{ words::weekday(day) }</span> }) }
                    { for (start..start + 42).map(|days| self.day(ctx, days)) }
                </div>
            </>
        }
    }

    fn day(&self, ctx: &Context<Self>, days: i64) -> Html {
        let date = Local { days, hour: 0, minute: 0 }.date();
        let today = ctx.props().today.days;
        let is_on = days == self.days;
        let class = classes!(
            "planner__day",
            (date.month != self.month).then_some("planner__day--other"),
            (days == today).then_some("planner__day--today"),
            is_on.then_some("planner__day--on")
        );
        html! {
            <button type="button" {class} disabled={days < today} aria-pressed={is_on.to_string()} data-testid="followup-day" data-autofocus={is_on.then_some("true")} data-date={calendar::iso(days)}
                onclick={ctx.link().callback(move |_| Msg::Day(days))}>{ date.day }</button>
        }
    }

    fn time_line(&self, ctx: &Context<Self>, is_time: bool) -> Html {
        let link = ctx.link();
        let chip = |time: &'static str| {
            html! { <button type="button" class={classes!("chip", (self.time == time).then_some("chip--on"))} onclick={link.callback(move |_| Msg::Time(time.to_owned()))}>{ time }</button> }
        };
        html! {
            <div class={classes!("planner__times", (!is_time).then_some("field--problem"))}>
                <TextBox class="input planner__time" input_mode="numeric" max_length={5} label={t!("time")} testid="followup-time" value={self.time.clone()}
                    invalid={!is_time} on_input={link.callback(Msg::Time)} />
                { for TIMES.into_iter().map(chip) }
            </div>
        }
    }
}
