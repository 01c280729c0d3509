//! The figures as bars and tables: lengths say it, the numbers beside them say it exactly.

use super::Place;
use super::cards::percent;
use crate::calendar::Local;
use crate::components::bar::bar;
use crate::icon::Glyph;
use crate::route::ReportNarrow;
use crate::{badge, t, words};
use domain::report::{AGES, Behind, DueState, Ending, Group, LeadReport, Listed, TRIES_MAX, TriesLine, TriesState, basis_points};
use std::rc::Rc;
use yew::prelude::*;

/// Lines that a panel shows; the others stand behind “all of them”.
const LINES: usize = 10;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub report: Rc<LeadReport>,
    pub place: Place,
    /// Days since 1970-01-01.
    pub today: i64,
}

#[component]
pub fn Charts(props: &Props) -> Html {
    let Props { report, place, today } = props;
    let is_all = use_state_eq(|| false);
    let toggle = {
        let is_all = is_all.clone();
        move |_: MouseEvent| is_all.set(!*is_all)
    };
    let lines = if *is_all { usize::MAX } else { LINES };
    let has_more = [report.sources.len(), report.people.len(), report.teams.len()].into_iter().any(|len| len > LINES);
    html! {
        <>
            <div class="reports__columns">
                { funnel(report, place) }
                { weeks(report, place, *today) }
                { groups(t!("sources"), t!("sources-source"), "report-sources", report.sources.iter().take(lines).map(|group| source(group, place)).collect()) }
                { groups(t!("report-people"), t!("agents-name"), "report-people", report.people.iter().take(lines).map(|group| {
                    let to = group.key.id.map_or_else(|| place.narrow.behind(Behind::NoOwner), |id| place.narrow.with(|filter| filter.assigned_to = Listed(vec![id])));
                    line(group, named(&group.key.name, group.key.id.is_none()), to, place)
                }).collect()) }
                { groups(t!("report-teams"), t!("report-team"), "report-teams", report.teams.iter().take(lines).map(|group| {
                    let to = group.key.id.map_or_else(|| place.narrow.behind(Behind::NoTeam), |id| place.narrow.with(|filter| filter.team = Some(id)));
                    line(group, if group.key.id.is_none() { t!("report-no-team") } else { group.key.name.clone() }, to, place)
                }).collect()) }
                { first_calls(report, place) }
                { promises(report, place) }
                { tries(report, place) }
                { ages(report, place) }
            </div>
            if has_more {
                <button type="button" class="button button--bar" data-testid="report-all-lines" aria-pressed={is_all.to_string()} onclick={toggle}>
                    { if *is_all { t!("report-fewer") } else { t!("report-all") } }
                </button>
            }
        </>
    }
}

fn named(name: &str, is_nobody: bool) -> String {
    if is_nobody { t!("report-nobody") } else { name.to_owned() }
}

fn source(group: &Group<String>, place: &Place) -> Html {
    let name = if group.key.is_empty() { t!("field-empty") } else { group.key.clone() };
    line(group, name, place.narrow.of_source(&group.key), place)
}

fn panel(title: String, aside: String, testid: &'static str, inside: Html) -> Html {
    html! {
        <section class="panel" aria-label={title.clone()} data-testid={testid}>
            <header class="panel__head"><h3 class="panel__title">{ title }</h3><span class="panel__aside">{ aside }</span></header>
            { inside }
        </section>
    }
}

fn none() -> Html {
    html! { <p class="panel__none">{ t!("chart-none") }</p> }
}

fn funnel(report: &LeadReport, place: &Place) -> Html {
    let steps = &report.funnel;
    let most = steps.first().map_or(0, |(_, leads)| *leads);
    let step = |(i, (status, leads)): (usize, &(domain::Status, u64))| {
        let look = badge::status(*status, None);
        let before = i.checked_sub(1).map(|i| steps[i].1).filter(|before| *before > 0);
        html! {
            <tr>
                <th scope="row"><span class="bars__glyph" style={format!("color: var(--badge-{})", look.tone)}>{ Glyph::of(look.glyph).size(14) }</span><span class="bars__word">{ words::status(*status) }</span></th>
                <td class="bars__bar">{ bar(*leads, 0, most) }</td>
                <td class="bars__number">{ place.number(*leads, words::status(*status), place.narrow.behind(Behind::Funnel(*status))) }</td>
                <td class="bars__share">{ for before.map(|before| percent(basis_points(*leads, before))) }</td>
            </tr>
        }
    };
    let inside = if most == 0 {
        none()
    } else {
        html! { <table class="bars"><tbody>{ for steps.iter().enumerate().map(step) }</tbody></table> }
    };
    panel(t!("funnel"), t!("funnel-aside"), "report-funnel", inside)
}

fn groups(title: String, head: String, testid: &'static str, lines: Vec<Html>) -> Html {
    let inside = if lines.is_empty() {
        none()
    } else {
        html! {
            <table class="agents">
                <thead><tr>
                    <th scope="col">{ head }</th><th scope="col" class="bars__number">{ t!("sources-leads") }</th><th scope="col" class="bars__number">{ t!("sources-converted") }</th>
                    <th scope="col" class="bars__number">{ t!("report-dropped") }</th><th scope="col" class="bars__number">{ t!("sources-rate") }</th>
                </tr></thead>
                <tbody>{ for lines }</tbody>
            </table>
        }
    };
    panel(title, String::new(), testid, inside)
}

fn line<K>(group: &Group<K>, name: String, to: ReportNarrow, place: &Place) -> Html {
    let label = |word: String| format!("{name}, {word}");
    html! {
        <tr data-testid="report-line">
            <th scope="row"><bdi class="reports__name" dir="auto">{ &name }</bdi></th>
            <td class="bars__number">{ place.number(group.leads, label(t!("sources-leads")), to.clone()) }</td>
            <td class="bars__number">{ place.number(group.converted, label(t!("sources-converted")), to.ended(Ending::Converted)) }</td>
            <td class="bars__number">{ place.number(group.dropped, label(t!("report-dropped")), to.ended(Ending::Dropped)) }</td>
            <td class="bars__number">{ percent(basis_points(group.converted, group.leads)) }</td>
        </tr>
    }
}

/// Week by week: all leads, and hatched those that are converted.
fn weeks(report: &LeadReport, place: &Place, today: i64) -> Html {
    let day = |days: i64| {
        let midnight = |days| Local { days, hour: 0, minute: 0 };
        words::day(&midnight(days).seen_from(midnight(today), 0))
    };
    let rows = report
        .weeks
        .iter()
        .rev()
        .take(LINES + 3)
        .map(|group| line(group, day(group.key), place.narrow.behind(Behind::Week(group.key)), place));
    groups(t!("report-weeks"), t!("report-weeks-head"), "report-weeks", rows.collect())
}

fn first_calls(report: &LeadReport, place: &Place) -> Html {
    let most = report.first_call.leads.iter().copied().chain([report.first_call.never]).max().unwrap_or(0);
    let row = |name: String, leads: u64, behind: Behind| {
        html! {
            <tr>
                <th scope="row"><span class="reports__name">{ &name }</span></th>
                <td class="bars__bar">{ bar(leads, 0, most) }</td>
                <td class="bars__number">{ place.number(leads, name.clone(), place.narrow.behind(behind)) }</td>
            </tr>
        }
    };
    let buckets = report
        .first_call
        .leads
        .iter()
        .enumerate()
        .map(|(n, leads)| row(t!("report-called", bucket = n), *leads, Behind::FirstCall(n as u8)));
    let inside = if report.leads == 0 {
        none()
    } else {
        html! { <table class="bars"><tbody>{ for buckets }{ row(t!("report-never-called"), report.first_call.never, Behind::NeverCalled) }</tbody></table> }
    };
    panel(t!("report-first-calls"), t!("report-first-calls-aside"), "report-first-calls", inside)
}

fn promises(report: &LeadReport, place: &Place) -> Html {
    let counts = [report.promises.overdue, report.promises.today, report.promises.upcoming, report.promises.nothing];
    let most = counts.into_iter().max().unwrap_or(0);
    let row = |(state, leads): (DueState, u64)| {
        let name = t!("report-due", state = state.as_str());
        html! {
            <tr>
                <th scope="row"><span class="reports__name">{ &name }</span></th>
                <td class="bars__bar">{ bar(leads, 0, most) }</td>
                <td class="bars__number">{ place.number(leads, name.clone(), place.narrow.behind(Behind::Due(state))) }</td>
            </tr>
        }
    };
    let inside = if most == 0 {
        none()
    } else {
        html! { <table class="bars"><tbody>{ for DueState::ALL.into_iter().zip(counts).map(row) }</tbody></table> }
    };
    panel(t!("report-promises"), t!("report-promises-aside"), "report-promises", inside)
}

fn tries(report: &LeadReport, place: &Place) -> Html {
    let row = |line: &TriesLine| {
        let name =
            if line.tries == TRIES_MAX { t!("report-tries-more", count = line.tries) } else { t!("report-tries", count = line.tries) };
        let cells = TriesState::ALL.into_iter().zip([line.leads, line.reached, line.waiting, line.converted, line.dropped]);
        html! {
            <tr>
                <th scope="row">{ &name }</th>
                { for cells.map(|(state, leads)| {
                    let label = format!("{name}, {}", t!("report-tried", state = state.as_str()));
                    html! { <td class="bars__number">{ place.number(leads, label, place.narrow.behind(Behind::Tries(line.tries, state))) }</td> }
                }) }
            </tr>
        }
    };
    let inside = if report.tries.iter().all(|line| line.leads == 0) {
        none()
    } else {
        html! {
            <table class="agents">
                <thead><tr><th scope="col">{ t!("report-calls") }</th>{ for TriesState::ALL.map(|state| html! { <th scope="col" class="bars__number">{ t!("report-tried", state = state.as_str()) }</th> }) }</tr></thead>
                <tbody>{ for report.tries.iter().map(row) }</tbody>
            </table>
        }
    };
    panel(t!("report-cnp"), t!("report-cnp-aside"), "report-cnp", inside)
}

fn ages(report: &LeadReport, place: &Place) -> Html {
    let inside = html! {
        <table class="agents">
            <thead><tr><th scope="col">{ t!("report-status") }</th>{ for (0..=AGES.len()).map(|n| html! { <th scope="col" class="bars__number">{ t!("report-age", bucket = n) }</th> }) }</tr></thead>
            <tbody>
                { for report.ages.iter().map(|line| html! {
                    <tr>
                        <th scope="row">{ words::status(line.status) }</th>
                        { for line.leads.iter().enumerate().map(|(n, leads)| {
                            let label = format!("{}, {}", words::status(line.status), t!("report-age", bucket = n));
                            html! { <td class="bars__number">{ place.number(*leads, label, place.narrow.behind(Behind::Age(line.status, n as u8))) }</td> }
                        }) }
                    </tr>
                }) }
            </tbody>
        </table>
    };
    panel(t!("report-ages"), t!("report-ages-aside"), "report-ages", inside)
}
