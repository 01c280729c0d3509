//! Picks a day and a time in the organisation's zone: a phrase, a month, a time box; and a note.

use crate::calendar::{self, Local};
use crate::components::key::Key;
use crate::components::menu::Menu;
use crate::components::text_box::TextBox;
use crate::icon::{Glyph, Icon};
use crate::{ipc, keys, t, words};
use bridge::lead::{WhenHint, WhenRead};
use yew::prelude::*;

/// Days ahead that most follow-ups are set for.
const AHEAD: [i64; 3] = [1, 3, 7];
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
    /// Further ahead than so many days is warned about (row I14).
    pub max_gap_days: u32,
    /// What the note may say, to pick from.
    #[prop_or_default]
    pub reasons: Vec<String>,
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
    Phrase(String),
    Read(String, WhenHint),
    Month(i64),
    Day(i64),
    Time(String),
    Note(String),
    Save,
}

pub struct Planner {
    phrase: String,
    hint: WhenHint,
    is_reading: bool,
    saves_when_read: bool,
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
        Self {
            phrase: String::new(),
            hint: WhenHint::default(),
            is_reading: false,
            saves_when_read: false,
            year: date.year,
            month: date.month,
            days: start.days,
            time,
            note: note.to_string(),
        }
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Phrase(phrase) => self.ask(ctx, phrase),
            Msg::Read(typed, hint) => self.read(ctx, &typed, hint),
            Msg::Month(by) => (self.year, self.month) = calendar::month_plus(self.year, self.month, by),
            Msg::Day(days) => {
                self.days = days;
                self.forget_phrase();
            }
            Msg::Time(time) => {
                self.time = time;
                self.forget_phrase();
            }
            Msg::Note(note) => {
                ctx.props().on_note.emit(note.clone());
                self.note = note;
            }
            // What was typed last is read first.
            Msg::Save if self.is_reading => self.saves_when_read = true,
            Msg::Save => self.save(ctx),
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let Props { title, zone, with_note, problem, on_close, max_gap_days, reasons, today, .. } = ctx.props();
        let ahead = self.days - today.days;
        let link = ctx.link();
        let is_time = calendar::parse_time(&self.time).is_some();
        let is_off = !is_time || self.hint.problem.is_some();
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
                    { self.phrase(ctx) }
                    { self.month(ctx) }
                    { self.time_line(ctx, is_time) }
                    if *with_note {
                        <TextBox label={t!("note")} placeholder={t!("follow-up-note")} testid="followup-note" max_length={domain::limits::LINE_MAX}
                            value={self.note.clone()} list={(!reasons.is_empty()).then_some("followup-reasons")} on_input={link.callback(Msg::Note)} />
                        <datalist id="followup-reasons">{ for reasons.iter().map(|reason| html! { <option value={reason.clone()} /> }) }</datalist>
                    }
                    if ahead > i64::from(*max_gap_days) {
                        <p class="field__warn" role="note" data-testid="followup-far">{ t!("follow-up-far", days = ahead, most = *max_gap_days) }</p>
                    }
                    if let Some(problem) = problem { <p class="field__problem" role="alert" data-testid="form-error">{ problem }</p> }
                    <div class="planner__foot">
                        <span class="planner__zone">{ t!("times-of", zone = zone.as_str()) }</span>
                        <button type="submit" class="button button--filled" data-testid="followup-save" disabled={is_off}>
                            { t!("save") }{ Key::of("↵") }
                        </button>
                    </div>
                </form>
            </Menu>
        }
    }
}

impl Planner {
    fn ask(&mut self, ctx: &Context<Self>, phrase: String) {
        self.phrase.clone_from(&phrase);
        if phrase.trim().is_empty() {
            return self.forget_phrase();
        }
        self.is_reading = true;
        ctx.link().send_future(async move {
            let hint = ipc::call(&WhenRead { typed: phrase.clone() }).await.unwrap_or_default();
            Msg::Read(phrase, hint)
        });
    }

    fn read(&mut self, ctx: &Context<Self>, typed: &str, hint: WhenHint) {
        if typed != self.phrase {
            return;
        }
        if let Some(local) = hint.when.as_ref().and_then(|when| Local::parse(&when.local)) {
            let date = local.date();
            (self.year, self.month, self.days) = (date.year, date.month, local.days);
            self.time = format!("{:02}:{:02}", local.hour, local.minute);
        }
        (self.hint, self.is_reading) = (hint, false);
        if std::mem::take(&mut self.saves_when_read) {
            self.save(ctx);
        }
    }

    fn save(&self, ctx: &Context<Self>) {
        if let Some((hour, minute)) = calendar::parse_time(&self.time).filter(|_| self.hint.problem.is_none()) {
            let local = Local { days: self.days, hour, minute };
            ctx.props().on_save.emit((local.to_string(), self.note.trim().to_owned()));
        }
    }

    /// The day and the time were picked by hand since.
    fn forget_phrase(&mut self) {
        (self.phrase, self.hint, self.is_reading) = (String::new(), WhenHint::default(), false);
    }

    fn phrase(&self, ctx: &Context<Self>) -> Html {
        let link = ctx.link();
        html! {
            <div>
                <TextBox label={t!("when")} placeholder={t!("when-example")} testid="followup-phrase" described_by="followup-when" max_length={domain::limits::LINE_MAX}
                    value={self.phrase.clone()} invalid={self.hint.problem.is_some()} on_input={link.callback(Msg::Phrase)} />
                <p id="followup-when" class={classes!("planner__when", self.hint.problem.is_some().then_some("tone--danger"))} aria-live="polite" data-testid="followup-when">
                    { self.hint.when.as_ref().map(words::moment).or(self.hint.problem.clone()).unwrap_or_default() }
                </p>
            </div>
        }
    }

    fn month(&self, ctx: &Context<Self>) -> Html {
        let link = ctx.link();
        let start = calendar::grid_start(self.year, self.month);
        let turn = |by: i64, icon, label: String| {
            html! { <button type="button" class="button button--icon" aria-label={label} onclick={link.callback(move |_| Msg::Month(by))}>{ Glyph::of(icon) }</button> }
        };
        let today = ctx.props().today.days;
        let chip = |ahead: i64| {
            let is_on = self.days == today + ahead;
            html! {
                <button type="button" class={classes!("chip", is_on.then_some("chip--on"))} aria-pressed={is_on.to_string()} data-testid={format!("followup-plus-{ahead}")}
                    onclick={link.callback(move |_| Msg::Day(today + ahead))}>{ t!("plus-days", count = ahead) }</button>
            }
        };
        html! {
            <>
                <div class="planner__times">{ for AHEAD.into_iter().map(chip) }</div>
                <div class="planner__head">
                    { turn(-1, Icon::ChevronLeft, t!("month-previous")) }
                    <span aria-live="polite">{ t!("month-of-year", month = words::month(self.month), year = self.year.to_string()) }</span>
                    { turn(1, Icon::ChevronRight, t!("month-next")) }
                </div>
                <div class="planner__grid" role="group" aria-label={t!("pick-day")}>
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
            <button type="button" {class} disabled={days < today} aria-pressed={is_on.to_string()} data-testid="followup-day" data-date={calendar::iso(days)}
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
