//! Which days are shown: some by name, others by their first and last.

use crate::components::day_picker::DayPicker;
use crate::route::Span;
use crate::t;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub span: Span,
    /// Days since 1970-01-01.
    pub today: i64,
    pub on_span: Callback<Span>,
    /// What happened in these days; else what is charted.
    #[prop_or_default]
    pub label: Option<String>,
}

#[component]
pub fn SpanPicker(props: &Props) -> Html {
    let (from, to) = props.span.days(props.today);
    let chip = |span: Span| {
        let is_on = span == props.span;
        html! {
            <button type="button" class={classes!("chip", is_on.then_some("chip--on"))} aria-pressed={is_on.to_string()}
                data-testid={format!("span-{}", span.as_str())} onclick={props.on_span.reform(move |_: MouseEvent| span)}>
                { t!("span-named", span = span.as_str()) }
            </button>
        }
    };
    let pick = |is_from: bool| {
        props.on_span.reform(move |day: Option<i64>| {
            let (from, to) = if is_from { (day.unwrap_or(from), to) } else { (from, day.unwrap_or(to)) };
            Span::Days { from: from.min(to), to: to.max(from) }
        })
    };
    let label = props.label.clone().unwrap_or_else(|| t!("spans-label"));
    html! {
        <div class="spans" role="group" aria-label={label.clone()}>
            <span class="spans__word">{ label }</span>
            { for Span::NAMED.map(chip) }
            <DayPicker label={t!("span-first")} testid="span-from" chosen={from} today={props.today} on_pick={pick(true)} />
            <DayPicker label={t!("span-last")} testid="span-to" chosen={to} today={props.today} on_pick={pick(false)} />
        </div>
    }
}
