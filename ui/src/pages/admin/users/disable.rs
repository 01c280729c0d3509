//! Cuts a person off, and says what that does to what they have not sent.

use crate::asked::use_order;
use crate::pages::admin::confirm::Confirm;
use crate::pages::admin::users::{change, post, settle};
use crate::t;
use domain::people::{Person, Post};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub person: Person,
    pub on_close: Callback<()>,
    pub again: Callback<()>,
}

#[component]
pub fn Disable(props: &Props) -> Html {
    let Props { person, on_close, again } = props;
    let order = use_order();
    let on_act = {
        let (order, person, on_close, again) = (order.clone(), person.clone(), on_close.clone(), again.clone());
        Callback::from(move |()| {
            let (on_close, again) = (on_close.clone(), again.clone());
            let said = t!("users-disabled-toast", name = person.name.as_str());
            order.give(change(&person, Post { disabled: true, ..post(&person) }), move |answer| settle(answer, said, &on_close, &again));
        })
    };
    html! {
        <Confirm title={t!("disable-title", name = person.name.as_str())} keep={t!("disable-keep")} act={t!("disable-act")} testid="disable-dialog"
            {order} {on_act} {on_close}>
            <p>{ t!("disable-text") }</p>
        </Confirm>
    }
}
