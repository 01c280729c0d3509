//! The attendance log, a page at a time from the server, narrowed by person and days.

use crate::asked::{stale, use_asked};
use crate::clipboard;
use crate::clock::{self, Clock};
use crate::components::attendance::AttendanceBadge;
use crate::components::day_picker::DayPicker;
use crate::components::empty::Empty;
use crate::components::name::Name;
use crate::icon::{Glyph, Icon};
use crate::pages::admin::refresh;
use crate::route::{AttendanceNarrow, Route};
use crate::text::count;
use crate::{ipc, t, toast, words};
use bridge::Problem;
use bridge::attendance::{LogColumn, LogCsv, LogGet, LogLine, LogView};
use bridge::session::Me;
use domain::UserId;
use domain::attendance::{Attendance, AttendanceFilter};
use domain::policy::{self, Action};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub me: Rc<Me>,
    /// Those who can be picked.
    pub people: Vec<(UserId, String)>,
    pub narrow: AttendanceNarrow,
    pub clock: Clock,
    pub on_route: Callback<Route>,
}

/// Lines below the first page.
#[derive(Clone, Default, PartialEq)]
struct Older {
    lines: Vec<LogLine>,
    /// `before` of the next page, once one was read.
    next: Option<Option<u64>>,
    problem: Option<Problem>,
}

#[component]
pub fn Log(props: &Props) -> Html {
    let filter = question(&props.narrow, |days| clock::start_of_day(&props.me.zone, days, props.clock));
    let first = use_asked(LogGet { filter: filter.clone() }, |change| change.attendance);
    let older = use_state_eq(Older::default);
    // Lines that come on top move what is below them.
    use_effect_with((first.data.clone(), props.narrow.clone()), {
        let older = older.clone();
        move |_| older.set(Older::default())
    });
    let next = first.data.as_ref().and_then(|first| older.next.unwrap_or(first.next));
    let load = {
        let (filter, older) = (filter.clone(), older.clone());
        Callback::from(move |()| {
            let (filter, older) = (AttendanceFilter { before: next, ..filter.clone() }, older.clone());
            spawn_local(async move {
                older.set(match ipc::call(&LogGet { filter }).await {
                    Ok(page) => {
                        Older { lines: older.lines.iter().cloned().chain(page.lines).collect(), next: Some(page.next), problem: None }
                    }
                    Err(problem) => Older { problem: Some(problem), ..(*older).clone() },
                });
            });
        })
    };
    html! {
        <>
        { bar(props, &filter, &first.again) }
        { first.stale() }
        if let Some(shown) = &first.data { { table(shown, &older, next, &load, props) } } else { { first.instead() } }
        </>
    }
}

fn bar(props: &Props, filter: &AttendanceFilter, again: &Callback<()>) -> Html {
    let today = props.clock.local().days;
    let narrow = &props.narrow;
    let with = |set: fn(&mut AttendanceNarrow, Option<i64>)| {
        let (narrow, on_route) = (narrow.clone(), props.on_route.clone());
        Callback::from(move |day| {
            let mut narrow = narrow.clone();
            set(&mut narrow, day);
            on_route.emit(Route::Attendance(narrow));
        })
    };
    let all = AttendanceNarrow { tab: narrow.tab, ..AttendanceNarrow::default() };
    let is_narrowed = *narrow != all;
    let copy = {
        let filter = filter.clone();
        Callback::from(move |_: MouseEvent| copied(filter.clone()))
    };
    html! {
        <div class="admin__bar" role="search">
            { person(props) }
            <DayPicker label={t!("audit-from")} testid="attendance-from" chosen={narrow.from} {today} on_pick={with(|narrow, day| narrow.from = day)} />
            <DayPicker label={t!("audit-to")} testid="attendance-to" chosen={narrow.to} {today} on_pick={with(|narrow, day| narrow.to = day)} />
            if is_narrowed {
                <button type="button" class="button button--bar button--ghost" data-testid="clear-filters"
                    onclick={props.on_route.reform(move |_: MouseEvent| Route::Attendance(all.clone()))}>{ t!("clear-filters") }</button>
            }
            <span class="admin__end">
                if policy::has(props.me.role, Action::ExportData) {
                    <button type="button" class="button button--bar button--ghost" data-testid="attendance-copy" onclick={copy}>{ Glyph::of(Icon::Copy).size(14) }{ t!("attendance-copy") }</button>
                }
                { refresh(again) }
            </span>
        </div>
    }
}

fn person(props: &Props) -> Html {
    let (narrow, on_route, chosen) = (props.narrow.clone(), props.on_route.clone(), props.narrow.user);
    let onchange = Callback::from(move |event: Event| {
        let user = event.target_unchecked_into::<HtmlSelectElement>().value().parse().ok();
        on_route.emit(Route::Attendance(AttendanceNarrow { user, ..narrow.clone() }));
    });
    let is_unknown = chosen.filter(|user| !props.people.iter().any(|(id, _)| id == user));
    html! {
        <select class={classes!("input", "audit__select", chosen.map(|_| "audit__select--on"))} data-testid="attendance-person" aria-label={t!("floor-person")} {onchange}>
            <option value="" selected={chosen.is_none()}>{ t!("audit-anybody") }</option>
            if let Some(user) = is_unknown { <option value={user.to_string()} selected=true>{ t!("audit-somebody") }</option> }
            { for props.people.iter().map(|(id, name)| html! { <option key={id.to_string()} value={id.to_string()} selected={chosen == Some(*id)}>{ name }</option> }) }
        </select>
    }
}

fn table(first: &LogView, older: &Older, next: Option<u64>, load: &Callback<()>, props: &Props) -> Html {
    if first.lines.is_empty() {
        let is_any = props.narrow.user.is_none() && props.narrow.from.is_none() && props.narrow.to.is_none();
        let text = if is_any { t!("attendance-none-text") } else { t!("attendance-none-match") };
        return html! { <Empty icon={Icon::History} title={t!("audit-none")} {text} testid="attendance-none" /> };
    }
    let foot = match (&older.problem, next) {
        (Some(problem), _) => stale(problem, load),
        (None, Some(_)) => html! {
            <button type="button" class="button button--bar" data-testid="load-older" onclick={load.reform(|_: MouseEvent| ())}>
                { Glyph::of(Icon::ChevronDown).size(14) }{ t!("audit-older") }
            </button>
        },
        (None, None) => {
            html! { <span class="admin__note" data-testid="attendance-end">{ t!("audit-end", count = first.lines.len() + older.lines.len()) }</span> }
        }
    };
    html! {
        <div class="admin__scroll">
            <table class="table table--attendance" data-testid="attendance-table">
                <thead><tr>{ for COLUMNS.map(|column| html! { <th scope="col">{ heading(column) }</th> }) }</tr></thead>
                <tbody>{ for first.lines.iter().chain(&older.lines).map(line) }</tbody>
            </table>
            <div class="admin__more">{ foot }</div>
        </div>
    }
}

fn line(line: &LogLine) -> Html {
    let by = if line.by.is_empty() {
        html! { <span class="faint">{ t!("attendance-by-server") }</span> }
    } else {
        html! { { Name::of(line.by.clone()) } }
    };
    html! {
        <tr key={line.place.to_string()} tabindex="-1" data-row="true" data-testid="attendance-line" data-status={line.status.as_str()} data-user={line.user.to_string()}>
            <td class="table__time">{ words::moment(&line.when) }</td>
            <th scope="row" class="table__name">{ Name::of(line.name.clone()) }</th>
            <td><AttendanceBadge status={line.status} /></td>
            <td class="table__name" dir="auto">{ line.reason.clone().unwrap_or_default() }</td>
            <td class="table__name">{ by }</td>
        </tr>
    }
}

const COLUMNS: [LogColumn; 5] = [LogColumn::Time, LogColumn::Person, LogColumn::Status, LogColumn::Reason, LogColumn::By];

fn heading(column: LogColumn) -> String {
    match column {
        LogColumn::Time => t!("audit-when"),
        LogColumn::Person => t!("floor-person"),
        LogColumn::Status => t!("floor-status"),
        LogColumn::Reason => t!("attendance-reason"),
        LogColumn::By => t!("attendance-by"),
    }
}

/// All that the filter holds, as a table on the clipboard.
fn copied(filter: AttendanceFilter) {
    let columns = COLUMNS.map(|column| (column, heading(column))).to_vec();
    let words = [Attendance::Present, Attendance::Paused, Attendance::Absent].map(|status| (status, words::attendance(status))).to_vec();
    spawn_local(async move {
        match ipc::call(&LogCsv { filter, columns, words }).await {
            Ok(csv) => clipboard::put(&csv.text, t!("attendance-copied", number = csv.rows, count = count(csv.rows))).await,
            Err(problem) => toast::problem(problem.text),
        }
    });
}

/// The question for the server; days begin where the organisation is, and the last one is included.
fn question(narrow: &AttendanceNarrow, start_of_day: impl Fn(i64) -> i64) -> AttendanceFilter {
    AttendanceFilter {
        user: narrow.user,
        from: narrow.from.map(&start_of_day),
        to: narrow.to.map(|days| start_of_day(days + 1)),
        before: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_day_is_asked_for_to_its_end() {
        let narrow = AttendanceNarrow { from: Some(10), to: Some(10), ..AttendanceNarrow::default() };
        let filter = question(&narrow, |days| days * 100);
        assert_eq!((filter.from, filter.to), (Some(1_000), Some(1_100)));
        assert_eq!(question(&AttendanceNarrow::default(), |days| days), AttendanceFilter::default());
    }
}
