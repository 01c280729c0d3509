//! Changes a person's role (row P2), and says before what that gives and takes.

use crate::asked::use_order;
use crate::components::dialog::Dialog;
use crate::components::key::Key;
use crate::icon::{Glyph, Icon};
use crate::pages::admin::users::difference::{Difference, Line};
use crate::pages::admin::users::{change, post, settle};
use crate::{keys, t, words};
use domain::people::{Person, Post};
use domain::{Role, policy};
use web_sys::{HtmlElement, HtmlSelectElement};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    /// Of the administrator.
    pub role: Role,
    pub person: Person,
    pub is_me: bool,
    pub on_close: Callback<()>,
    pub again: Callback<()>,
}

#[component]
pub fn RoleDialog(props: &Props) -> Html {
    let Props { role, person, on_close, .. } = props;
    let order = use_order();
    let chosen = use_state_eq(|| person.role);
    let select = use_node_ref();
    use_effect_with((), {
        let select = select.clone();
        move |()| {
            if let Some(select) = select.cast::<HtmlElement>() {
                let _ = select.focus();
            }
        }
    });
    let is_same = *chosen == person.role;
    let submit = {
        let (order, person, to) = (order.clone(), person.clone(), *chosen);
        let (on_close, again) = (on_close.clone(), props.again.clone());
        Callback::from(move |()| {
            if to == person.role {
                return;
            }
            let (on_close, again) = (on_close.clone(), again.clone());
            let said = t!("role-is-now", name = person.name.as_str(), role = words::role(to));
            let request = change(&person, Post { role: to, ..post(&person) });
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
    let onchange = {
        let chosen = chosen.clone();
        move |event: Event| {
            if let Ok(role) = event.target_unchecked_into::<HtmlSelectElement>().value().parse() {
                chosen.set(role);
            }
        }
    };
    let roles = Role::ALL.into_iter().filter(|to| policy::may_administer(*role, *to));
    let option = |to: Role| html! { <option value={to.as_str()} selected={to == *chosen}>{ words::role(to) }</option> };
    html! {
        <Dialog title={t!("role-title", name = person.name.as_str())} {on_close} testid="role-dialog">
            <form class="form" novalidate=true {onsubmit} {onkeydown}>
                <div class="field">
                    <label class="field__label" for="role-dropdown">{ t!("users-role") }</label>
                    <select ref={select} id="role-dropdown" class="input" data-testid="role-dropdown" {onchange}>{ for roles.map(option) }</select>
                    <p class="field__hint">{ t!("role-is", role = words::role(person.role)) }</p>
                </div>
                <div class="difference" aria-live="polite" data-testid="role-difference">
                    if !is_same { { difference(person, *chosen) } }
                    if props.is_me && !is_same { <p class="notice">{ Glyph::of(Icon::Triangle).size(14) }{ t!("role-own") }</p> }
                </div>
                { order.complaint() }
                <div class="form__foot">
                    <button type="button" class="button" onclick={on_close.reform(|_: MouseEvent| ())}>{ t!("leave") }{ Key::of("Esc") }</button>
                    <button type="submit" class="button button--filled" data-testid="role-change-confirm" disabled={is_same || order.is_busy()}>
                        if order.is_busy() { { Glyph::of(Icon::Refresh).class("icon--turning") } }
                        { t!("role-make", role = words::role(*chosen)) }{ Key::of("Ctrl ↵") }
                    </button>
                </div>
            </form>
        </Dialog>
    }
}

fn difference(person: &Person, to: Role) -> Html {
    let difference = Difference::between(person.role, to);
    let part = |icon, class: &'static str, title: String, lines: Vec<Line>, testid: &'static str| {
        if lines.is_empty() {
            return Html::default();
        }
        html! {
            <section class="difference__part" data-testid={testid}>
                <h3 class={classes!("difference__title", class)}>{ Glyph::of(icon).size(14) }{ title }</h3>
                <ul>{ for lines.into_iter().map(|line| html! { <li><strong>{ line.reach }</strong>{ ": " }{ line.rights }</li> }) }</ul>
            </section>
        }
    };
    html! {
        <>
            { part(Icon::Plus, "tone--ok", t!("role-gains"), difference.gains(), "role-gains") }
            { part(Icon::X, "tone--danger", t!("role-loses"), difference.losses(), "role-loses") }
            { part(Icon::ArrowRight, "tone--info", t!("role-moves"), difference.moves(), "role-moves") }
            <p class="field__hint">{ t!("role-at-once") }</p>
        </>
    }
}
