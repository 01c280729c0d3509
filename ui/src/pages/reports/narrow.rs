//! What a report is narrowed to, each part with the way out of it.

use crate::components::badge::StatusBadge;
use crate::components::menu::{Menu, MenuItem};
use crate::icon::{Glyph, Icon};
use crate::route::ReportNarrow;
use crate::{t, words};
use domain::Status;
use domain::report::{Behind, Ending, LeadReport, LeadReportFilter};
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub narrow: ReportNarrow,
    /// Knows the names of people and teams.
    pub report: Option<Rc<LeadReport>>,
    pub on_narrow: Callback<ReportNarrow>,
}

#[component]
pub fn Narrow(props: &Props) -> Html {
    let Props { narrow, on_narrow, .. } = props;
    let filter = &narrow.filter;
    let chip = |text: String, testid: &'static str, without: ReportNarrow| {
        html! {
            <button type="button" class="button button--bar button--on" data-testid={testid} title={t!("report-widen")}
                onclick={on_narrow.reform(move |_: MouseEvent| without.clone())}><bdi dir="auto">{ text }</bdi>{ Glyph::of(Icon::X).size(14) }</button>
        }
    };
    let report = props.report.as_deref();
    html! {
        <div class="reports__narrow">
            <StatusMenu narrow={narrow.clone()} on_narrow={on_narrow.clone()} />
            { for [Ending::Converted, Ending::Dropped].map(|ending| {
                let is_on = filter.ending == Some(ending);
                let to = narrow.with(|filter| filter.ending = (!is_on).then_some(ending));
                let (testid, word) = match ending {
                    Ending::Converted => ("ending-converted", t!("report-converted")),
                    Ending::Dropped => ("ending-dropped", t!("report-dropped")),
                };
                html! {
                    <button type="button" class={classes!("chip", is_on.then_some("chip--on"))} aria-pressed={is_on.to_string()} data-testid={testid}
                        onclick={on_narrow.reform(move |_: MouseEvent| to.clone())}>{ word }</button>
                }
            }) }
            { for filter.source.0.iter().map(|source| {
                let name = if source.is_empty() { t!("report-no-source") } else { source.clone() };
                chip(name, "narrow-source", narrow.with(|filter| filter.source.0.retain(|one| one != source)))
            }) }
            { for filter.assigned_to.0.iter().map(|owner| {
                let name = report.and_then(|report| report.people.iter().find(|group| group.key.id == Some(*owner))).map(|group| group.key.name.clone());
                chip(name.unwrap_or_else(|| t!("report-person")), "narrow-person", narrow.with(|filter| filter.assigned_to.0.retain(|one| one != owner)))
            }) }
            { for filter.team.map(|team| {
                let name = report.and_then(|report| report.teams.iter().find(|group| group.key.id == Some(team))).map(|group| group.key.name.clone());
                chip(name.unwrap_or_else(|| t!("report-one-team")), "narrow-team", narrow.with(|filter| filter.team = None))
            }) }
            { for filter.behind.map(|behind| chip(word(behind), "narrow-behind", narrow.with(|filter| filter.behind = None))) }
            if *filter != LeadReportFilter::default() {
                <button type="button" class="button button--bar button--ghost" data-testid="clear-filters"
                    onclick={on_narrow.reform({ let narrow = narrow.clone(); move |_: MouseEvent| ReportNarrow { filter: LeadReportFilter::default(), ..narrow.clone() } })}>{ t!("clear-filters") }</button>
            }
        </div>
    }
}

/// What a number counts.
fn word(behind: Behind) -> String {
    match behind {
        Behind::Funnel(step) => t!("report-reached", status = words::status(step)),
        Behind::Age(status, n) => t!("report-aged", status = words::status(status), age = t!("report-age", bucket = n)),
        Behind::FirstCall(n) => t!("report-called-within", when = t!("report-called", bucket = n)),
        Behind::NeverCalled => t!("report-never-called"),
        Behind::Due(state) => t!("report-due", state = state.as_str()),
        Behind::Tries(n, state) => format!("{}, {}", t!("report-tries", count = n), t!("report-tried", state = state.as_str())),
        Behind::Week(monday) => format!("{} {}", t!("report-weeks-head"), crate::calendar::iso(monday)),
        Behind::NoOwner => t!("report-no-owner"),
        Behind::NoTeam => t!("report-no-team"),
    }
}

#[derive(Properties, PartialEq)]
struct StatusProps {
    narrow: ReportNarrow,
    on_narrow: Callback<ReportNarrow>,
}

#[component]
fn StatusMenu(props: &StatusProps) -> Html {
    let is_open = use_state_eq(|| false);
    let set = {
        let is_open = is_open.clone();
        Callback::from(move |open: bool| is_open.set(open))
    };
    let chosen = &props.narrow.filter.status.0;
    let item = |status: Status| {
        let is_on = chosen.contains(&status);
        let to = props.narrow.with(|filter| match is_on {
            true => filter.status.0.retain(|one| *one != status),
            false => filter.status.0.push(status),
        });
        html! {
            <MenuItem testid={format!("report-status-{}", status.as_str())} role="menuitemcheckbox" checked={Some(is_on)} on_pick={props.on_narrow.reform(move |()| to.clone())}>
                <span class={classes!("tick", is_on.then_some("tick--on"))}>if is_on { { Glyph::of(Icon::Check).size(14) } }</span>
                { StatusBadge::of(status) }
            </MenuItem>
        }
    };
    let open = *is_open;
    let word = match chosen[..] {
        [] => t!("report-status"),
        [one] => words::status(one),
        _ => t!("report-statuses", count = chosen.len() as u64),
    };
    html! {
        <span class="leads__status-filter">
            <button type="button" class={classes!("button", "button--bar", (!chosen.is_empty()).then_some("button--on"))} data-testid="report-status" aria-haspopup="menu"
                aria-expanded={open.to_string()} onclick={set.reform(move |_: MouseEvent| !open)}>{ word }{ Glyph::of(Icon::ChevronDown).size(14) }</button>
            if open { <Menu label={t!("report-status")} on_close={set.reform(|()| false)}>{ for Status::ALL.map(item) }</Menu> }
        </span>
    }
}
