//! Gives out, by the rules, what nobody has (row H4).

use crate::asked::use_order;
use crate::icon::{Glyph, Icon};
use crate::{t, toast};
use bridge::assignment::AssignmentDistribute;
use yew::prelude::*;

#[component]
pub fn AutoAssign() -> Html {
    let order = use_order();
    let onclick = {
        let order = order.clone();
        move |_: MouseEvent| {
            order.give(AssignmentDistribute {}, |answer| match answer {
                Ok(done) if done.waiting > 0 => {
                    toast::done(t!("auto-assigned-some", given = u64::from(done.given), waiting = u64::from(done.waiting)));
                }
                Ok(done) => toast::done(t!("auto-assigned", given = u64::from(done.given))),
                Err(problem) => toast::problem(problem.text.clone()),
            });
        }
    };
    html! {
        <button type="button" class="button" data-testid="auto-assign" disabled={order.is_busy()} {onclick}>
            { Glyph::of(if order.is_busy() { Icon::Refresh } else { Icon::UserPlus }).class(order.is_busy().then_some("icon--turning")) }
            { t!("auto-assign") }
        </button>
    }
}
