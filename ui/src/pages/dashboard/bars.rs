//! Bars: how far leads came, and where they came from. Lengths say it, numbers beside them say it exactly.

use super::Place;
use crate::components::bar::{bar, hatch};
use crate::icon::Glyph;
use crate::{badge, t, words};
use bridge::dashboard::{Dashboard, FunnelStep, SourceLine};
use std::rc::Rc;
use yew::prelude::*;

/// Sources shown; the others are in the list.
const SOURCES: usize = 8;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub shown: Rc<Dashboard>,
    pub place: Place,
}

#[component]
pub fn Funnel(props: &Props) -> Html {
    let steps = &props.shown.funnel;
    let most = steps.first().map_or(0, |step| step.reached.count);
    let before = |i: usize| i.checked_sub(1).map(|i| steps[i].reached.count);
    html! {
        <section class="panel" aria-label={t!("funnel")} data-testid="dashboard-funnel">
            <header class="panel__head"><h3 class="panel__title">{ t!("funnel") }</h3><span class="panel__aside">{ t!("funnel-aside") }</span></header>
            if most == 0 { <p class="panel__none">{ t!("chart-none") }</p> } else {
                <table class="bars" aria-label={t!("funnel")}>
                    <tbody>{ for steps.iter().enumerate().map(|(i, one)| step(one, most, before(i), &props.place)) }</tbody>
                </table>
            }
        </section>
    }
}

fn step(step: &FunnelStep, most: u32, before: Option<u32>, place: &Place) -> Html {
    let look = badge::status(step.status, None);
    let label = t!("figure-of", what = words::status(step.status), count = step.reached.count);
    html! {
        <tr>
            <th scope="row"><span class="bars__glyph" style={format!("color: var(--badge-{})", look.tone)}>{ Glyph::of(look.glyph).size(14) }</span><span class="bars__word">{ words::status(step.status) }</span></th>
            <td class="bars__bar">{ bar(step.reached.count.into(), 0, most.into()) }</td>
            <td class="bars__number">{ place.number(&step.reached, label, "figure") }</td>
            <td class="bars__share">{ for before.and_then(|before| share(step.reached.count, before)) }</td>
        </tr>
    }
}

#[component]
pub fn Sources(props: &Props) -> Html {
    let lines = &props.shown.sources;
    let most = lines.first().map_or(0, |line| line.leads.count);
    html! {
        <section class="panel" aria-label={t!("sources")} data-testid="dashboard-sources">
            <header class="panel__head"><h3 class="panel__title">{ t!("sources") }</h3><span class="panel__aside">{ t!("sources-aside") }</span></header>
            if most == 0 { <p class="panel__none">{ t!("chart-none") }</p> } else {
                { hatch() }
                <table class="bars">
                    <thead><tr>
                        <th scope="col">{ t!("sources-source") }</th><th scope="col" aria-hidden="true"></th><th scope="col" class="bars__number">{ t!("sources-leads") }</th>
                        <th scope="col" class="bars__number">{ t!("sources-converted") }</th><th scope="col" class="bars__share">{ t!("sources-rate") }</th>
                    </tr></thead>
                    <tbody>{ for lines.iter().take(SOURCES).map(|line| source(line, most, &props.place)) }</tbody>
                </table>
            }
        </section>
    }
}

fn source(line: &SourceLine, most: u32, place: &Place) -> Html {
    let name = if line.source.is_empty() { t!("field-empty") } else { line.source.clone() };
    let label = |word: String, count: u32| t!("figure-of", what = format!("{name}, {word}"), count = count);
    html! {
        <tr>
            <th scope="row"><bdi class="bars__word" dir="auto">{ &name }</bdi></th>
            <td class="bars__bar">{ bar(line.leads.count.into(), line.converted.count.into(), most.into()) }</td>
            <td class="bars__number">{ place.number(&line.leads, label(t!("sources-leads"), line.leads.count), "figure") }</td>
            <td class="bars__number">{ place.number(&line.converted, label(t!("sources-converted"), line.converted.count), "figure") }</td>
            <td class="bars__share">{ for share(line.converted.count, line.leads.count) }</td>
        </tr>
    }
}

/// `36 %`; nothing of nothing.
fn share(part: u32, of: u32) -> Option<String> {
    (of > 0).then(|| t!("percent", number = (u64::from(part) * 100 + u64::from(of) / 2) / u64::from(of)))
}
