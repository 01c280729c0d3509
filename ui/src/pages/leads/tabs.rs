//! Pools as tabs with live counts (row D6), and the way to add a lead (row E1).

use super::auto_assign::AutoAssign;
use crate::components::key::Key;
use crate::icon::{Glyph, Icon};
use crate::route::Tab;
use crate::t;
use crate::text::count;
use bridge::lead::LeadCounts;
use domain::policy::{self, Action, Scope};
use domain::{Pool, Role};
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub tab: Tab,
    pub counts: Rc<LeadCounts>,
    pub role: Role,
    pub on_tab: Callback<Tab>,
    pub on_add: Callback<()>,
}

#[component]
pub fn Tabs(props: &Props) -> Html {
    let tab = |tab: Tab| {
        let is_on = tab == props.tab;
        html! {
            <button type="button" class={classes!("tab", is_on.then_some("tab--on"))} role="tab" aria-selected={if is_on { "true" } else { "false" }}
                tabindex={if is_on { "0" } else { "-1" }} data-testid={format!("tab-{}", tab.as_str())} data-tab={tab.as_str()}
                onclick={props.on_tab.reform(move |_: MouseEvent| tab)}>
                { t!("tab", tab = tab.as_str()) }<span class="tab__count">{ count(number(&props.counts, tab)) }</span>
            </button>
        }
    };
    let tabs: Vec<Tab> = Tab::ALL.into_iter().filter(|tab| is_shown(*tab, props)).collect();
    let onkeydown = {
        let (tabs, now, on_tab) = (tabs.clone(), props.tab, props.on_tab.clone());
        move |event: KeyboardEvent| {
            let by: isize = match event.key().as_str() {
                "ArrowRight" => 1,
                "ArrowLeft" => -1,
                _ => return,
            };
            event.prevent_default();
            let at = tabs.iter().position(|tab| *tab == now).unwrap_or(0) as isize + by;
            let next = tabs[at.rem_euclid(tabs.len() as isize) as usize];
            on_tab.emit(next);
            crate::keys::focus(&format!("[data-tab={}]", next.as_str()));
        }
    };
    html! {
        <div class="leads__tabs">
            <div class="tabs" role="tablist" aria-label={t!("tabs-label")} {onkeydown}>{ for tabs.iter().copied().map(tab) }</div>
            if props.tab == Tab::Pool(Pool::Fresh) && props.counts.fresh > 0 && policy::has(props.role, Action::DistributeLeads) {
                <AutoAssign />
            }
            if policy::has(props.role, Action::CreateLead) {
                <button type="button" class="button" data-testid="add-lead-button" onclick={props.on_add.reform(|_: MouseEvent| ())}>
                    { Glyph::of(Icon::Plus) }{ t!("add-lead") }{ Key::of("Ctrl Space") }
                </button>
            }
        </div>
    }
}

/// Callers hold only what is theirs, so for them nothing is ever fresh.
fn is_shown(tab: Tab, props: &Props) -> bool {
    let owns_all = policy::scope(props.role, Action::LeadsPage) == Scope::Own;
    tab != Tab::Pool(Pool::Fresh) || !owns_all || props.counts.fresh > 0 || props.tab == tab
}

pub fn number(counts: &LeadCounts, tab: Tab) -> u32 {
    match tab {
        Tab::Pool(Pool::Fresh) => counts.fresh,
        Tab::Pool(Pool::Working) => counts.working,
        Tab::Pool(Pool::Converted) => counts.converted,
        Tab::Pool(Pool::Dropped) => counts.dropped,
        Tab::All => counts.all,
    }
}
