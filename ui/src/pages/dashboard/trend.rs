//! Day by day: bars of one's own calls, or lines of what came, was converted and was dropped; and the same as a
//! table.

use super::Place;
use crate::calendar::Local;
use crate::icon::{Glyph, Icon};
use crate::{t, words};
use bridge::dashboard::{Dashboard, DashboardKind, Figure, TrendPoint};
use std::rc::Rc;
use yew::prelude::*;

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 180.0;
/// Room for labels: left and right of the lines, above, and below.
const SIDE: f64 = 36.0;
const TOP: f64 = 16.0;
const FOOT: f64 = 22.0;
/// The target is drawn where the best day came within so many times of it.
const TARGET_IN_SIGHT: u32 = 4;
/// Labels under the points.
const LABELS: usize = 8;

/// Name of its style, word, and which figure it draws.
type Series = (&'static str, String, fn(&TrendPoint) -> &Figure);

#[derive(Properties, PartialEq)]
pub struct Props {
    pub shown: Rc<Dashboard>,
    pub place: Place,
}

#[component]
pub fn Trend(props: &Props) -> Html {
    let is_table = use_state_eq(|| false);
    let toggle = {
        let is_table = is_table.clone();
        move |_: MouseEvent| is_table.set(!*is_table)
    };
    let is_own = props.shown.kind == DashboardKind::Own;
    let (title, aside) = if is_own { (t!("trend-own"), t!("trend-own-aside")) } else { (t!("trend-team"), t!("trend-team-aside")) };
    let word = if *is_table { t!("trend-as-chart") } else { t!("trend-as-table") };
    html! {
        <section class="panel" aria-label={title.clone()} data-testid="dashboard-trend">
            <header class="panel__head">
                <h3 class="panel__title">{ title }</h3><span class="panel__aside">{ aside }</span>
                <button type="button" class="button button--ghost button--bar" data-testid="trend-toggle" aria-pressed={is_table.to_string()} onclick={toggle}>
                    { Glyph::of(Icon::Columns).size(14) }{ word }
                </button>
            </header>
            if *is_table { { table(props) } } else if is_own { { bars(props) } } else { { lines(props) } }
        </section>
    }
}

fn table(props: &Props) -> Html {
    let number = |point: &TrendPoint, figure: &Figure, word: String| {
        let label = t!("figure-of", what = format!("{}, {word}", day(point, props)), count = figure.count);
        html! { <td class="bars__number">{ props.place.number(figure, label, "figure") }</td> }
    };
    html! {
        <div class="trend__table" tabindex="0" role="region" aria-label={t!("trend-as-table")}>
            <table class="agents" data-testid="trend-table">
                <thead><tr>
                    <th scope="col">{ t!("trend-day") }</th><th scope="col" class="bars__number">{ t!("trend-called") }</th>
                    <th scope="col" class="bars__number">{ t!("trend-new") }</th><th scope="col" class="bars__number">{ t!("trend-converted") }</th>
                    <th scope="col" class="bars__number">{ t!("trend-dropped") }</th>
                </tr></thead>
                <tbody>
                    { for props.shown.trend.iter().map(|point| html! {
                        <tr>
                            <th scope="row">{ day(point, props) }</th>
                            { number(point, &point.called, t!("trend-called")) }{ number(point, &point.new, t!("trend-new")) }
                            { number(point, &point.converted, t!("trend-converted")) }{ number(point, &point.dropped, t!("trend-dropped")) }
                        </tr>
                    }) }
                </tbody>
            </table>
        </div>
    }
}

fn bars(props: &Props) -> Html {
    let points = &props.shown.trend;
    let target = props.shown.pace.map_or(0, |pace| pace.target) * points.first().map_or(1, |point| point.days);
    let most = points.iter().map(|point| point.called.count).max().unwrap_or(0);
    // A target far above would leave nothing to see of the bars.
    let target = if most * TARGET_IN_SIGHT >= target { target } else { 0 };
    let most = most.max(target).max(1);
    let step = WIDTH / points.len().max(1) as f64;
    let width = (step * 0.6).min(56.0);
    let y = |count: u32| HEIGHT - FOOT - (HEIGHT - FOOT - TOP) * f64::from(count) / f64::from(most);
    let today = props.place.clock.local().days;
    let bar = |(i, point): (usize, &TrendPoint)| {
        let x = step * (i as f64 + 0.5);
        let (top, is_over) = (y(point.called.count), point.day + i64::from(point.days) <= today);
        let label = t!("figure-of", what = format!("{}, {}", day(point, props), t!("trend-called")), count = point.called.count);
        html! {
            <a href={props.place.href(&point.called)} aria-label={label} class="trend__point" data-testid="trend-point">
                <rect class={classes!("trend__bar", (!is_over).then_some("trend__bar--open"))} x={px(x - width / 2.0)} y={px(top)} width={px(width)} height={px((HEIGHT - FOOT - top).max(1.0))} rx="2" />
                if point.called.count > 0 && width >= 12.0 { <text class="trend__number" x={px(x)} y={px(top - 4.0)} text-anchor="middle">{ point.called.count }</text> }
            </a>
        }
    };
    html! {
        <svg class="trend" viewBox={format!("0 0 {WIDTH} {HEIGHT}")} role="group" aria-label={t!("trend-own")}>
            { for points.iter().enumerate().map(bar) }
            { labels(props, |i| step * (i as f64 + 0.5)) }
            if target > 0 {
                <line class="trend__target" x1="0" x2={px(WIDTH)} y1={px(y(target))} y2={px(y(target))} />
                <text class="trend__label" x={px(WIDTH)} y={px(y(target) - 4.0)} text-anchor="end">{ t!("trend-target", count = target) }</text>
            }
        </svg>
    }
}

fn lines(props: &Props) -> Html {
    let points = &props.shown.trend;
    let series: [Series; 3] = [
        ("new", t!("trend-new"), |point| &point.new),
        ("dropped", t!("trend-dropped"), |point| &point.dropped),
        ("converted", t!("trend-converted"), |point| &point.converted),
    ];
    let most = points.iter().map(|point| point.new.count.max(point.dropped.count).max(point.converted.count)).max().unwrap_or(0).max(1);
    let (left, right) = (SIDE, WIDTH - 3.0 * SIDE);
    let x = |i: usize| if points.len() < 2 { (left + right) / 2.0 } else { left + (right - left) * i as f64 / (points.len() - 1) as f64 };
    let y = |count: u32| HEIGHT - FOOT - (HEIGHT - FOOT - TOP) * f64::from(count) / f64::from(most);
    let mut ends: Vec<(usize, f64)> =
        series.iter().enumerate().filter_map(|(i, (.., of))| Some((i, y(of(points.last()?).count)))).collect();
    spread(&mut ends, 14.0);
    let line = |(i, (name, word, of)): (usize, &Series)| {
        let path: Vec<String> = points.iter().enumerate().map(|(i, point)| format!("{},{}", px(x(i)), px(y(of(point).count)))).collect();
        let last = points.last().map_or(0, |point| of(point).count);
        let end = ends.iter().find(|(of, _)| *of == i).map_or(0.0, |(_, y)| *y);
        html! {
            <>
                <polyline class={format!("trend__line trend__line--{name}")} points={path.join(" ")} />
                { for points.iter().enumerate().map(|(i, point)| {
                    let label = t!("figure-of", what = format!("{}, {word}", day(point, props)), count = of(point).count);
                    html! {
                        <a href={props.place.href(of(point))} aria-label={label.clone()} class="trend__point" data-testid="trend-point" data-series={*name}>
                            <title>{ label }</title>
                            <circle class={format!("trend__dot trend__dot--{name}")} cx={px(x(i))} cy={px(y(of(point).count))} r="3" />
                        </a>
                    }
                }) }
                <text class={format!("trend__end trend__end--{name}")} x={px(right + 8.0)} y={px(end + 4.0)}>{ format!("{word} {last}") }</text>
            </>
        }
    };
    html! {
        <svg class="trend" viewBox={format!("0 0 {WIDTH} {HEIGHT}")} role="group" aria-label={t!("trend-team")}>
            { for [0, most / 2, most].into_iter().map(|count| html! {
                <>
                    <line class="trend__grid" x1={px(left)} x2={px(right)} y1={px(y(count))} y2={px(y(count))} />
                    <text class="trend__label" x={px(left - 8.0)} y={px(y(count) + 4.0)} text-anchor="end">{ count }</text>
                </>
            }) }
            { for series.iter().enumerate().map(line) }
            { labels(props, x) }
        </svg>
    }
}

/// Days under the points, so many as there is room for.
fn labels(props: &Props, x: impl Fn(usize) -> f64) -> Html {
    let points = &props.shown.trend;
    let every = points.len().div_ceil(LABELS).max(1);
    let last = points.len().saturating_sub(1);
    let chosen = points.iter().enumerate().filter(|(i, _)| (last - i).is_multiple_of(every));
    let label = |(i, point)| html! { <text class="trend__label" x={px(x(i))} y={px(HEIGHT - 4.0)} text-anchor="middle">{ day(point, props) }</text> };
    html! { <>{ for chosen.map(label) }</> }
}

/// Labels that would lie on each other move apart, the lowest last.
fn spread(ends: &mut [(usize, f64)], least: f64) {
    ends.sort_by(|a, b| a.1.total_cmp(&b.1));
    for i in 1..ends.len() {
        ends[i].1 = ends[i].1.max(ends[i - 1].1 + least);
    }
}

/// `Fri 21`, `Today`; of a longer point, its first day.
fn day(point: &TrendPoint, props: &Props) -> String {
    let today = props.place.clock.local().days;
    if point.day == today && point.days == 1 {
        return t!("audit-today");
    }
    let midnight = |days| Local { days, hour: 0, minute: 0 };
    words::day(&midnight(point.day).seen_from(midnight(today), 0))
}

fn px(at: f64) -> String {
    format!("{at:.1}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_at_the_ends_of_lines_do_not_lie_on_each_other() {
        let mut ends = [(0, 100.0), (1, 100.0), (2, 20.0)];
        spread(&mut ends, 14.0);
        assert_eq!(ends, [(2, 20.0), (0, 100.0), (1, 114.0)]);
    }
}
