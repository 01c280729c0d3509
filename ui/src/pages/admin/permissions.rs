//! The permission table as it is (row B13): every action, every role, read straight from
//! `domain::policy`. Changes nothing.

use crate::components::empty::Empty;
use crate::icon::{Glyph, Icon};
use crate::pages::admin::rows::{Search, use_row_keys};
use crate::pages::admin::scope;
use crate::{t, words};
use domain::Role;
use domain::policy::{self, Action};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub role: Role,
}

#[component]
pub fn PermissionsPage(props: &Props) -> Html {
    use_row_keys();
    let search = use_state_eq(String::new);
    let on_search = {
        let search = search.clone();
        Callback::from(move |text: String| search.set(text))
    };
    let shown: Vec<Action> = Action::ALL.into_iter().filter(|action| matches(*action, search.trim())).collect();
    html! {
        <section class="admin" data-testid="permissions-page" aria-label={t!("page-permissions")}>
            <div class="admin__bar">
                <Search value={(*search).clone()} on_input={on_search} placeholder={t!("permissions-search")} />
                <span class="admin__end admin__note">{ Glyph::of(Icon::Lock).size(14) }{ t!("permissions-read-only") }</span>
            </div>
            <dl class="legend" aria-label={t!("permissions-legend")}>
                { for scope::ALL.into_iter().map(|scope| html! { <div><dt>{ scope::chip(scope) }</dt><dd>{ scope::meaning(scope) }</dd></div> }) }
            </dl>
            if shown.is_empty() {
                <Empty icon={Icon::SearchX} title={t!("permissions-none")} text={t!("permissions-none-text", search = words::shortened(search.trim(), 40))} />
            } else {
                { matrix(props.role, &shown) }
            }
        </section>
    }
}

fn matrix(mine: Role, shown: &[Action]) -> Html {
    let head = |role: Role| {
        html! {
            <th scope="col" class={classes!((role == mine).then_some("matrix__mine"))}>
                { words::role(role) }
                if role == mine { <span class="matrix__you">{ t!("permissions-yours") }</span> }
            </th>
        }
    };
    let row = |action: Action| {
        let cell = |role: Role| html! { <td data-role={role.as_str()}>{ scope::chip(policy::scope(role, action)) }</td> };
        html! {
            <tr key={action.number()} tabindex="-1" data-row="true" data-action={action.number().to_string()}>
                <th scope="row"><span class="matrix__number">{ action.number() }</span>{ action.title() }</th>
                { for Role::ALL.into_iter().map(cell) }
            </tr>
        }
    };
    html! {
        // Scrolls by its own; the arrows reach it.
        <div class="admin__scroll" tabindex="0" role="region" aria-label={t!("page-permissions")}>
            <table class="matrix" data-testid="permissions-grid">
                <thead><tr><th scope="col" class="matrix__corner">{ t!("permissions-action") }</th>{ for Role::ALL.into_iter().map(head) }</tr></thead>
                <tbody>{ for shown.iter().copied().map(row) }</tbody>
            </table>
        </div>
    }
}

/// By number, or by words of the title in any order.
fn matches(action: Action, search: &str) -> bool {
    let title = action.title().to_lowercase();
    let is_number = search.parse::<usize>().is_ok_and(|number| number == action.number());
    is_number || search.to_lowercase().split_whitespace().all(|word| title.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_found_by_number_and_by_words() {
        let found = |search: &str| Action::ALL.into_iter().filter(|action| matches(*action, search)).collect::<Vec<_>>();
        assert_eq!(found("").len(), Action::ALL.len());
        assert_eq!(found("14"), [Action::DropLead]);
        assert_eq!(found("lead DELETED"), [Action::RestoreLead]);
        assert_eq!(found("unicorn"), []);
    }
}
