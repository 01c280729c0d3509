//! The leads of the report, a page at a time.

use crate::asked::use_asked;
use crate::clock::Clock;
use crate::components::badge::StatusBadge;
use crate::components::name::Name;
use crate::icon::{Glyph, Icon};
use crate::route::{Page, ReportNarrow, Route, name_of};
use crate::text::count;
use crate::{ipc, t, toast, words};
use bridge::report::ReportLeadRows;
use bridge::session::Me;
use domain::report::{LeadReportFilter, LeadReportRow, ReportSort};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub filter: LeadReportFilter,
    pub narrow: ReportNarrow,
    pub clock: Clock,
    pub me: Rc<Me>,
    pub on_narrow: Callback<ReportNarrow>,
}

/// Pages after the first, and what the next is asked for with.
#[derive(Clone, Default, PartialEq)]
struct More {
    rows: Vec<LeadReportRow>,
    next: Option<String>,
    has_asked: bool,
}

#[component]
pub fn Rows(props: &Props) -> Html {
    let ReportNarrow { sort, reversed, .. } = props.narrow;
    let request = ReportLeadRows { filter: props.filter.clone(), sort, reversed, after: None };
    let asked = use_asked(request.clone(), |_| false);
    let more = use_state_eq(More::default);
    let is_busy = use_state_eq(|| false);
    let Some(kept) = &asked.data else { return asked.instead() };
    let first = &kept.answer;
    let next = if more.has_asked { more.next.clone() } else { first.next.clone() };
    let show_more = {
        let (more, is_busy, next) = (more.clone(), is_busy.clone(), next.clone());
        move |_: MouseEvent| {
            let (more, is_busy, request) = (more.clone(), is_busy.clone(), ReportLeadRows { after: next.clone(), ..request.clone() });
            is_busy.set(true);
            spawn_local(async move {
                match ipc::call(&request).await {
                    Ok(kept) => {
                        let rows = more.rows.iter().cloned().chain(kept.answer.rows).collect();
                        more.set(More { rows, next: kept.answer.next, has_asked: true });
                    }
                    Err(problem) => toast::problem(problem.text),
                }
                is_busy.set(false);
            });
        }
    };
    let may_open = Page::Leads.is_open_to(props.me.role);
    html! {
        <section class="panel" aria-label={t!("page-leads")} data-testid="report-rows">
            <header class="panel__head"><h3 class="panel__title">{ t!("page-leads") }</h3><span class="panel__aside" data-testid="report-rows-total">{ t!("report-rows", count = first.total, shown = count(first.total)) }</span></header>
            if first.total > 0 {
                <div class="reports__scroll" tabindex="0" role="region" aria-label={t!("page-leads")}>
                    <table class="agents reports__rows">
                        <thead><tr>
                            <th scope="col">{ t!("agents-name") }</th><th scope="col">{ t!("report-phone") }</th>
                            { head(props, ReportSort::Status, t!("report-status"), false) }
                            { head(props, ReportSort::Owner, t!("report-owner"), false) }
                            { head(props, ReportSort::Source, t!("sources-source"), false) }
                            { head(props, ReportSort::Calls, t!("report-calls"), true) }
                            { head(props, ReportSort::Created, t!("report-created"), false) }
                            { head(props, ReportSort::Converted, t!("report-converted"), false) }
                        </tr></thead>
                        <tbody>{ for first.rows.iter().chain(&more.rows).map(|row| line(row, may_open, props.clock)) }</tbody>
                    </table>
                </div>
                if next.is_some() {
                    <button type="button" class="button button--bar reports__more" data-testid="report-more" disabled={*is_busy} onclick={show_more}>
                        { Glyph::of(Icon::ChevronDown).size(14) }{ t!("report-more") }
                    </button>
                }
            } else {
                <p class="panel__none">{ t!("report-none") }</p>
            }
        </section>
    }
}

fn head(props: &Props, sort: ReportSort, word: String, is_number: bool) -> Html {
    let is_on = props.narrow.sort == sort;
    let to = ReportNarrow { sort, reversed: is_on && !props.narrow.reversed, ..props.narrow.clone() };
    let direction = match (is_on, props.narrow.reversed) {
        (false, _) => "none",
        (true, false) => "descending",
        (true, true) => "ascending",
    };
    html! {
        <th scope="col" aria-sort={direction} class={is_number.then_some("bars__number")}>
            <button type="button" class="grid__sort" data-testid={format!("report-sort-{}", name_of(&sort))} onclick={props.on_narrow.reform(move |_: MouseEvent| to.clone())}>
                { word }if is_on { { Glyph::of(if props.narrow.reversed { Icon::ArrowUp } else { Icon::ArrowDown }).size(14) } }
            </button>
        </th>
    }
}

fn line(row: &LeadReportRow, may_open: bool, clock: Clock) -> Html {
    let ago = |at: Option<i64>| at.map(|at| words::ago(at, clock)).unwrap_or_default();
    html! {
        <tr key={row.lead.to_string()} data-testid="report-row" data-lead={row.lead.to_string()}>
            <th scope="row">
                if may_open { <a class="table__open" href={Route::Lead(row.lead).to_string()}>{ Name::of(row.name.clone()) }</a> } else { { Name::of(row.name.clone()) } }
            </th>
            <td>{ &row.phone }</td>
            <td>{ StatusBadge::of(row.status).interest(row.interest) }</td>
            <td>{ for row.owner.clone().map(|name| html! { { Name::of(name) } }) }</td>
            <td><bdi dir="auto">{ row.source.as_deref().unwrap_or_default() }</bdi></td>
            <td class="bars__number">{ count(row.calls) }</td>
            <td>{ ago(Some(row.created_at)) }</td>
            <td>{ ago(row.converted_at) }</td>
        </tr>
    }
}
