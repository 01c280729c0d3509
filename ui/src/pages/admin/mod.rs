//! The administration area: people and teams, permissions, devices, deleted items, the audit log and
//! quarantine. Who may open which is decided in `route`, what happens by the server.

mod assignment;
mod audit;
mod confirm;
mod deleted;
mod devices;
mod permissions;
mod quarantine;
pub mod rows;
mod scope;
mod users;

use crate::calendar::Local;
use crate::clock::Clock;
use crate::icon::{Glyph, Icon};
use crate::route::Route;
use crate::t;
use bridge::lead::When;
use bridge::session::Me;
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub me: Rc<Me>,
    pub route: Route,
    pub clock: Clock,
    /// A change of the same page's address.
    pub on_route: Callback<Route>,
}

#[component]
pub fn AdminPage(props: &Props) -> Html {
    let me = props.me.clone();
    match &props.route {
        Route::Users(tab) => html! { <users::UsersPage {me} tab={*tab} on_route={&props.on_route} /> },
        Route::Assignment => html! { <assignment::AssignmentPage /> },
        Route::Permissions => html! { <permissions::PermissionsPage role={me.role} /> },
        Route::Devices => html! { <devices::DevicesPage {me} clock={props.clock} /> },
        Route::Deleted => html! { <deleted::DeletedPage {me} /> },
        Route::Audit(narrow) => html! { <audit::AuditPage {me} narrow={narrow.clone()} clock={props.clock} on_route={&props.on_route} /> },
        Route::Quarantine => html! { <quarantine::QuarantinePage /> },
        Route::Dashboard(_)
        | Route::Leads { .. }
        | Route::Lead(_)
        | Route::FollowUps { .. }
        | Route::Payments { .. }
        | Route::Queue
        | Route::Reports(_)
        | Route::Notices
        | Route::Attention
        | Route::Attendance(_)
        | Route::Account
        | Route::Login => Html::default(),
    }
}

/// An instant as people read it, in the organisation's zone.
fn when(at: i64, clock: Clock) -> When {
    Local::from_ms(at, clock.offset_min).seen_from(clock.local(), at)
}

/// Asks the server again; for what changes elsewhere and is not told.
pub fn refresh(again: &Callback<()>) -> Html {
    html! {
        <button type="button" class="button button--icon" data-testid="admin-refresh" aria-label={t!("admin-refresh")} title={t!("admin-refresh")}
            onclick={again.reform(|_: MouseEvent| ())}>{ Glyph::of(Icon::Refresh) }</button>
    }
}
