//! The summary (row M5): what came, what was won and lost, and how fast.

use super::Place;
use crate::icon::{Glyph, Icon};
use crate::route::{ReportNarrow, Route};
use crate::text::count;
use crate::{t, words};
use domain::report::{Ending, LeadReport};
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub report: Rc<LeadReport>,
    pub place: Place,
}

#[component]
pub fn Cards(props: &Props) -> Html {
    let Props { report, place } = props;
    let narrow = &place.narrow;
    let took = |median: Option<i64>| median.map_or_else(|| t!("report-nothing"), words::span);
    let rate = report.conversion_rate();
    html! {
        <div class="stats">
            { card("total", Icon::Users, "stat__icon--info", t!("report-total"), count(report.leads), t!("report-total-aside"), Some(narrow.clone())) }
            { card("converted", Icon::SolidTick, "stat__icon--ok", t!("report-converted"), count(report.converted), t!("report-by-now"), Some(narrow.ended(Ending::Converted))) }
            { card("dropped", Icon::SolidCross, "stat__icon--danger", t!("report-dropped"), count(report.dropped), t!("report-by-now"), Some(narrow.ended(Ending::Dropped))) }
            { card("rate", Icon::Chart, "stat__icon--link", t!("report-rate"), percent(rate), t!("report-rate-aside"), None) }
            { card("first-call", Icon::Phone, "stat__icon--info", t!("report-first-call"), took(report.first_call.took.median), ninth(report.first_call.took.ninth), None) }
            { card("to-convert", Icon::Clock, "stat__icon--ok", t!("report-to-convert"), took(report.to_convert.median), ninth(report.to_convert.ninth), None) }
        </div>
    }
}

fn card(kind: &'static str, icon: Icon, tone: &'static str, word: String, value: String, aside: String, to: Option<ReportNarrow>) -> Html {
    let inside = html! {
        <>
            <span class="stat__word">{ word.clone() }{ Glyph::of(icon).size(18).class(tone) }</span>
            <span class="stat__value" data-testid="card-value">{ value }</span>
        </>
    };
    html! {
        <section class="stat" data-testid="summary-card" data-card={kind} aria-label={word}>
            { match to {
                Some(to) => html! { <a class="stat__open" href={Route::Reports(to).to_string()}>{ inside }</a> },
                None => html! { <div class="stat__open">{ inside }</div> },
            } }
            <div class="stat__aside">{ aside }</div>
        </section>
    }
}

fn ninth(ms: Option<i64>) -> String {
    ms.map_or_else(|| t!("report-median"), |ms| t!("report-ninth", span = words::span(ms)))
}

/// Hundredths of a percent: `12.34 %`.
pub fn percent(points: u32) -> String {
    t!("percent", number = format!("{}.{:02}", points / 100, points % 100))
}
