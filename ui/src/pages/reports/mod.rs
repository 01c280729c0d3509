//! Reports on leads (area M): what came in on some days and what became of it. The server counts; the last answers
//! can be read without it. Every number narrows the report to the leads behind it, which stand in the table.

mod cards;
mod charts;
mod narrow;
mod rows;

use crate::asked::use_asked;
use crate::clock::Clock;
use crate::components::span_picker::SpanPicker;
use crate::icon::{Glyph, Icon};
use crate::route::{ReportNarrow, Route};
use crate::{t, words};
use bridge::report::{Kept, ReportLeads};
use bridge::session::Me;
use cards::Cards;
use charts::Charts;
use domain::report::LeadReport;
use narrow::Narrow;
use rows::Rows;
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub me: Rc<Me>,
    pub narrow: ReportNarrow,
    pub clock: Clock,
    pub on_route: Callback<Route>,
}

/// A number that narrows the report to what it counts.
#[derive(Clone, PartialEq)]
pub struct Place {
    pub narrow: ReportNarrow,
}

impl Place {
    pub fn number(&self, count: u64, label: String, to: ReportNarrow) -> Html {
        let href = Route::Reports(to).to_string();
        html! { <a class="figure" {href} aria-label={t!("figure-of", what = label, count = count)} data-testid="figure">{ crate::text::count(count) }</a> }
    }
}

#[component]
pub fn ReportsPage(props: &Props) -> Html {
    let today = props.clock.local().days;
    let filter = props.narrow.question(today);
    // The server counts anew when it is asked to: on a busy day each change would be a question.
    let asked = use_asked(ReportLeads { filter: filter.clone() }, |_| false);
    let go = {
        let on_route = props.on_route.clone();
        Callback::from(move |narrow: ReportNarrow| on_route.emit(Route::Reports(narrow)))
    };
    let on_span = {
        let (go, narrow) = (go.clone(), props.narrow.clone());
        Callback::from(move |span| go.emit(ReportNarrow { span, ..narrow.clone() }))
    };
    let place = Place { narrow: props.narrow.clone() };
    let report = use_memo(asked.data.clone(), |kept| kept.as_ref().map(|kept| Rc::new(kept.answer.clone())));
    let report = report.as_ref().clone();
    let again = asked.again.clone();
    let body = |kept: &Rc<Kept<LeadReport>>| {
        let report = report.clone().unwrap_or_default();
        html! {
            <>
                { as_of(kept, &again) }
                <Cards report={report.clone()} place={place.clone()} />
                <Charts report={report.clone()} place={place.clone()} {today} />
                // Its rows are of the same question, counted anew with it.
                <Rows key={format!("{} {:?} {}", report.as_of, props.narrow.sort, props.narrow.reversed)} filter={kept.of.clone()} narrow={props.narrow.clone()} clock={props.clock} me={props.me.clone()} on_narrow={go.clone()} />
            </>
        }
    };
    // What could not be asked is not shown as what was asked before.
    let is_other = asked.problem.is_some() && asked.data.as_ref().is_some_and(|kept| kept.of != filter);
    let shown = asked.data.as_ref().filter(|_| !is_other);
    html! {
        <section class="reports" aria-label={t!("page-reports")} data-testid="reports-page">
            <div class="reports__bar" data-testid="filter-panel">
                <SpanPicker label={t!("report-created")} span={props.narrow.span} {today} {on_span} />
                <Narrow narrow={props.narrow.clone()} report={report.clone()} on_narrow={go.clone()} />
            </div>
            if !is_other { { asked.stale() } }
            { shown.map_or_else(|| asked.instead(), body) }
        </section>
    }
}

/// When the server counted, and why it did not just now.
fn as_of(kept: &Kept<LeadReport>, again: &Callback<()>) -> Html {
    let when = words::moment(&kept.as_of);
    html! {
        <p class={classes!("reports__as-of", kept.stale.as_ref().map(|_| "tone--warn"))} role="status" data-testid="report-as-of" data-stale={kept.stale.is_some().to_string()}>
            if kept.stale.is_some() { { t!("report-stale", when = when) } } else { { t!("report-as-of", when = when) } }
            <button type="button" class="button button--icon button--small" data-testid="report-again" aria-label={t!("report-again")} title={t!("report-again")}
                onclick={again.reform(|_: MouseEvent| ())}>{ Glyph::of(Icon::Refresh).size(14) }</button>
        </p>
    }
}
