//! Moves a person to another team (row P6).

use crate::asked::use_order;
use crate::components::dialog::Dialog;
use crate::components::key::Key;
use crate::icon::{Glyph, Icon};
use crate::pages::admin::users::{change, post, settle};
use crate::{keys, t};
use domain::TeamId;
use domain::people::{Person, Post, Team};
use web_sys::{HtmlElement, HtmlSelectElement};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub person: Person,
    pub teams: Vec<Team>,
    pub on_close: Callback<()>,
    pub again: Callback<()>,
}

#[component]
pub fn TeamDialog(props: &Props) -> Html {
    let Props { person, teams, on_close, .. } = props;
    let order = use_order();
    let chosen = use_state_eq(|| person.team);
    let select = use_node_ref();
    use_effect_with((), {
        let select = select.clone();
        move |()| {
            if let Some(select) = select.cast::<HtmlElement>() {
                let _ = select.focus();
            }
        }
    });
    let is_same = *chosen == person.team;
    let submit = {
        let (order, person, to) = (order.clone(), person.clone(), *chosen);
        let team = teams.iter().find(|team| Some(team.id) == to).map(|team| team.name.clone());
        let (on_close, again) = (on_close.clone(), props.again.clone());
        Callback::from(move |()| {
            if to == person.team {
                return;
            }
            let (on_close, again) = (on_close.clone(), again.clone());
            let said = match &team {
                Some(team) => t!("team-is-now", name = person.name.as_str(), team = team.as_str()),
                None => t!("team-is-now-none", name = person.name.as_str()),
            };
            let request = change(&person, Post { team: to, ..post(&person) });
            order.give(request, move |answer| settle(answer, said, &on_close, &again));
        })
    };
    let onsubmit = submit.reform(|event: SubmitEvent| event.prevent_default());
    let onkeydown = move |event: KeyboardEvent| {
        if keys::is_command(&event) && matches!(event.key().as_str(), "Enter" | "s") {
            event.prevent_default();
            submit.emit(());
        }
    };
    let on_pick = {
        let chosen = chosen.clone();
        Callback::from(move |team| chosen.set(team))
    };
    html! {
        <Dialog title={t!("team-title", name = person.name.as_str())} {on_close} testid="team-dialog">
            <form class="form" novalidate=true {onsubmit} {onkeydown}>
                <div class="field">
                    <label class="field__label" for="team-dropdown">{ t!("users-team") }</label>
                    { options("team-dropdown", teams, *chosen, select, on_pick) }
                    <p class="field__hint">{ t!("team-hint") }</p>
                </div>
                { order.complaint() }
                <div class="form__foot">
                    <button type="button" class="button" onclick={on_close.reform(|_: MouseEvent| ())}>{ t!("leave") }{ Key::of("Esc") }</button>
                    <button type="submit" class="button button--filled" data-testid="team-change-confirm" disabled={is_same || order.is_busy()}>
                        if order.is_busy() { { Glyph::of(Icon::Refresh).class("icon--turning") } }
                        { t!("team-move") }{ Key::of("Ctrl ↵") }
                    </button>
                </div>
            </form>
        </Dialog>
    }
}

/// A dropdown of the teams, and none.
pub fn options(id: &'static str, teams: &[Team], chosen: Option<TeamId>, node: NodeRef, on_pick: Callback<Option<TeamId>>) -> Html {
    let onchange = move |event: Event| on_pick.emit(event.target_unchecked_into::<HtmlSelectElement>().value().parse().ok());
    let option = |team: &Team| html! { <option value={team.id.to_string()} selected={Some(team.id) == chosen}>{ &team.name }</option> };
    html! {
        <select ref={node} {id} class="input" data-testid={id} {onchange}>
            <option value="" selected={chosen.is_none()}>{ t!("users-no-team") }</option>
            { for teams.iter().map(option) }
        </select>
    }
}
