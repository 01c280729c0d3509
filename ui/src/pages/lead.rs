//! One lead on the whole page (area K): the parts of its drawer, side by side.

use crate::clock::Clock;
use crate::pages::leads::drawer::LeadDrawer;
use crate::route::{self, ListFilter, Route};
use bridge::session::Me;
use bridge::sync::Pill;
use domain::LeadId;
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub lead: LeadId,
    pub me: Rc<Me>,
    pub clock: Clock,
    pub pill: Option<Pill>,
}

#[component]
pub fn LeadPage(props: &Props) -> Html {
    let lead = props.lead;
    // Back to the drawer, beside the list.
    let on_close = Callback::from(move |()| route::go(&Route::Leads { filter: ListFilter::default(), open: Some(lead) }));
    let is_offline = matches!(props.pill, Some(Pill::Offline { .. }));
    html! {
        <div class="lead-page" data-testid="lead-page">
            <LeadDrawer {lead} me={props.me.clone()} clock={props.clock} position={None::<(u32, u32)>} is_page=true {is_offline} {on_close} on_step={Callback::noop()} />
        </div>
    }
}
