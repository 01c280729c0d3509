//! Who is at work (rows G13, NT10): the live floor, and the log of it. Whose a role sees is decided elsewhere.

mod floor;
mod log;

use crate::asked::use_asked;
use crate::clock::Clock;
use crate::pages::admin::rows::use_row_keys;
use crate::route::{AttendanceNarrow, AttendanceTab, Route};
use crate::{keys, t};
use bridge::attendance::FloorGet;
use bridge::session::Me;
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub me: Rc<Me>,
    pub narrow: AttendanceNarrow,
    pub clock: Clock,
    pub on_route: Callback<Route>,
}

#[component]
pub fn AttendancePage(props: &Props) -> Html {
    use_row_keys();
    let floor = use_asked(FloorGet {}, |change| {
        change.attendance || change.presence || change.directory || change.session || change.many_leads || change.sync
    });
    let people = floor.data.as_ref().map(|floor| floor.people.iter().map(|one| (one.user, one.name.clone())).collect::<Vec<_>>());
    html! {
        <section class="admin" data-testid="attendance-page" aria-label={t!("page-attendance")}>
            <Tabs narrow={props.narrow.clone()} on_route={&props.on_route} />
            if props.narrow.tab == AttendanceTab::Log {
                <log::Log me={props.me.clone()} people={people.unwrap_or_default()} narrow={props.narrow.clone()} clock={props.clock} on_route={&props.on_route} />
            } else {
                { floor.stale() }
                if let Some(shown) = &floor.data {
                    <floor::Floor shown={shown.clone()} clock={props.clock} />
                } else {
                    { floor.instead() }
                }
            }
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct TabsProps {
    narrow: AttendanceNarrow,
    on_route: Callback<Route>,
}

#[component]
fn Tabs(props: &TabsProps) -> Html {
    let to = |tab: AttendanceTab| Route::Attendance(AttendanceNarrow { tab, ..props.narrow.clone() });
    let tab = |tab: AttendanceTab, id: &'static str, word: String| {
        let (is_on, route) = (tab == props.narrow.tab, to(tab));
        html! {
            <button type="button" {id} class={classes!("tab", is_on.then_some("tab--on"))} role="tab" aria-selected={is_on.to_string()}
                tabindex={if is_on { "0" } else { "-1" }} data-testid={id} onclick={props.on_route.reform(move |_: MouseEvent| route.clone())}>{ word }</button>
        }
    };
    let onkeydown = {
        let (next, id) = match props.narrow.tab {
            AttendanceTab::Floor => (to(AttendanceTab::Log), "#tab-log"),
            AttendanceTab::Log => (to(AttendanceTab::Floor), "#tab-floor"),
        };
        let on_route = props.on_route.clone();
        move |event: KeyboardEvent| {
            if matches!(event.key().as_str(), "ArrowLeft" | "ArrowRight") {
                event.prevent_default();
                on_route.emit(next.clone());
                keys::focus(id);
            }
        }
    };
    html! {
        <div class="admin__bar">
            <div class="tabs" role="tablist" aria-label={t!("page-attendance")} {onkeydown}>
                { tab(AttendanceTab::Floor, "tab-floor", t!("attendance-floor")) }
                { tab(AttendanceTab::Log, "tab-log", t!("attendance-log")) }
            </div>
        </div>
    }
}
