//! The rules in their order: the first that fits a lead and finds somebody gives it.

use super::cell::Cell;
use super::skills;
use crate::icon::{Glyph, Icon};
use crate::t;
use bridge::assignment::AssignmentView;
use domain::assignment::{RULES_MAX, Rule, Rules};
use std::collections::BTreeSet;
use std::rc::Rc;
use uuid::Uuid;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub view: Rc<AssignmentView>,
    pub rules: Rules,
    pub on_change: Callback<Rules>,
}

#[component]
pub fn RuleTable(props: &Props) -> Html {
    let add = {
        let (rules, on_change) = (props.rules.clone(), props.on_change.clone());
        move |_: MouseEvent| on_change.emit(with(&rules, |list| list.push(blank())))
    };
    html! {
        <section class="assignment__part" aria-label={t!("assignment-rules")}>
            <div class="assignment__head">
                <h3 class="section__title">{ t!("assignment-rules") }</h3>
                <button type="button" class="button button--bar" data-testid="rule-add" disabled={props.rules.rules.len() >= RULES_MAX} onclick={add}>
                    { Glyph::of(Icon::Plus).size(14) }{ t!("rule-add") }
                </button>
            </div>
            <p class="field__hint">{ t!("assignment-rules-hint") }</p>
            <table class="table table--assignment" data-testid="rules-table">
                <thead><tr>
                    <th scope="col" class="table__number">{ t!("rule-place") }</th>
                    <th scope="col">{ t!("rule-on") }</th>
                    <th scope="col">{ t!("rule-name") }</th>
                    <th scope="col">{ t!("rule-of") }</th>
                    <th scope="col">{ t!("rule-when") }</th>
                    <th scope="col">{ t!("rule-needs") }</th>
                    <th scope="col">{ t!("rule-team") }</th>
                    <th scope="col">{ t!("rule-sticky") }</th>
                    <th scope="col"><span class="visually-hidden">{ t!("rule-deeds") }</span></th>
                </tr></thead>
                <tbody>{ for props.rules.rules.iter().enumerate().map(|(n, rule)| row(props, n, rule)) }</tbody>
            </table>
        </section>
    }
}

fn blank() -> Rule {
    let none = BTreeSet::new();
    Rule {
        id: Uuid::nil(),
        name: String::new(),
        enabled: true,
        when: none.clone(),
        team: None,
        needs: none,
        sticky: true,
        converted: false,
    }
}

fn with(rules: &Rules, change: impl FnOnce(&mut Vec<Rule>)) -> Rules {
    let mut rules = rules.clone();
    change(&mut rules.rules);
    rules
}

/// A change of the `n`th rule.
fn change<T: 'static>(props: &Props, n: usize, set: impl Fn(&mut Rule, T) + 'static) -> Callback<T> {
    let (rules, on_change) = (props.rules.clone(), props.on_change.clone());
    Callback::from(move |value| {
        on_change.emit(with(&rules, |list| {
            if let Some(rule) = list.get_mut(n) {
                set(rule, value);
            }
        }));
    })
}

fn row(props: &Props, n: usize, rule: &Rule) -> Html {
    let any = Callback::from(|_: String| true);
    let of_skills = Callback::from(|typed: String| skills::read(&typed).is_some());
    let checked = |on_set: Callback<bool>| on_set.reform(|event: Event| event.target_unchecked_into::<HtmlInputElement>().checked());
    let picked = |on_set: Callback<String>| on_set.reform(|event: Event| event.target_unchecked_into::<HtmlSelectElement>().value());
    let set_when = change(props, n, |rule, typed: String| rule.when = skills::read(&typed).unwrap_or_default());
    let set_needs = change(props, n, |rule, typed: String| rule.needs = skills::read(&typed).unwrap_or_default());
    let set_team = picked(change(props, n, |rule, team: String| rule.team = team.parse().ok()));
    let set_kind = picked(change(props, n, |rule, kind: String| rule.converted = kind == "converted"));
    let place = (n + 1).to_string();
    html! {
        <tr key={n} data-testid="rule-row" data-rule={rule.name.clone()}>
            <td class="table__number">{ &place }</td>
            <td><input type="checkbox" checked={rule.enabled} aria-label={t!("rule-on-of", place = place.as_str())} data-testid="rule-on"
                onchange={checked(change(props, n, |rule, on| rule.enabled = on))} /></td>
            <td><Cell value={rule.name.clone()} label={t!("rule-name-of", place = place.as_str())} testid="rule-name" takes={any}
                on_read={change(props, n, |rule, name: String| rule.name = name.trim().to_owned())} /></td>
            <td><select class="input" aria-label={t!("rule-kind-of", place = place.as_str())} data-testid="rule-kind" onchange={set_kind}>
                <option value="new" selected={!rule.converted}>{ t!("rule-new") }</option>
                <option value="converted" selected={rule.converted}>{ t!("rule-converted") }</option>
            </select></td>
            <td><Cell value={skills::write(&rule.when)} label={t!("rule-when-of", place = place.as_str())} testid="rule-when" placeholder={t!("rule-every")}
                takes={of_skills.clone()} on_read={set_when} /></td>
            <td><Cell value={skills::write(&rule.needs)} label={t!("rule-needs-of", place = place.as_str())} testid="rule-needs" placeholder={t!("rule-anybody")}
                takes={of_skills} on_read={set_needs} /></td>
            <td><select class="input" aria-label={t!("rule-team-of", place = place.as_str())} data-testid="rule-team" onchange={set_team}>
                <option value="" selected={rule.team.is_none()}>{ t!("rule-any-team") }</option>
                { for props.view.teams.iter().map(|team| html! {
                    <option value={team.id.to_string()} selected={rule.team == Some(team.id)}>{ &team.name }</option>
                }) }
            </select></td>
            <td><input type="checkbox" checked={rule.sticky} aria-label={t!("rule-sticky-of", place = place.as_str())} data-testid="rule-sticky"
                onchange={checked(change(props, n, |rule, on| rule.sticky = on))} /></td>
            <td class="table__deeds">{ deeds(props, n, rule) }</td>
        </tr>
    }
}

fn deeds(props: &Props, n: usize, rule: &Rule) -> Html {
    let last = props.rules.rules.len().saturating_sub(1);
    let deed = |icon: Icon, word: String, testid: &'static str, is_off: bool, act: fn(&mut Vec<Rule>, usize)| {
        let (rules, on_change) = (props.rules.clone(), props.on_change.clone());
        let onclick = move |_: MouseEvent| on_change.emit(with(&rules, |list| act(list, n)));
        html! {
            <button type="button" class="button button--icon" data-testid={testid} aria-label={word.clone()} title={word} disabled={is_off} {onclick}>{ Glyph::of(icon) }</button>
        }
    };
    let name = rule.name.as_str();
    html! {
        <>
            { deed(Icon::ArrowUp, t!("rule-up", name = name), "rule-up", n == 0, |list, n| list.swap(n, n - 1)) }
            { deed(Icon::ArrowDown, t!("rule-down", name = name), "rule-down", n == last, |list, n| list.swap(n, n + 1)) }
            { deed(Icon::Trash, t!("rule-remove", name = name), "rule-remove", false, |list, n| drop(list.remove(n))) }
        </>
    }
}
