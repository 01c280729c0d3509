//! What each person takes and knows. Who has nothing of their own written down has the usual.

use super::cell::Cell;
use super::skills;
use crate::components::avatar::Avatar;
use crate::components::name::Name;
use crate::{t, words};
use bridge::assignment::{AssignmentView, Receiver};
use domain::UserId;
use domain::assignment::{Limits, Rules, Taker, WEIGHT_MAX};
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub view: Rc<AssignmentView>,
    pub rules: Rules,
    pub on_change: Callback<Rules>,
}

#[component]
pub fn People(props: &Props) -> Html {
    html! {
        <section class="assignment__part" aria-label={t!("takers")}>
            <div class="assignment__head"><h3 class="section__title">{ t!("takers") }</h3></div>
            <p class="field__hint">{ t!("takers-hint") }</p>
            <table class="table table--assignment" data-testid="takers-table">
                <thead><tr>
                    <th scope="col">{ t!("taker-person") }</th>
                    <th scope="col">{ t!("taker-role") }</th>
                    <th scope="col">{ t!("taker-per-day") }</th>
                    <th scope="col">{ t!("taker-open") }</th>
                    <th scope="col">{ t!("taker-share") }</th>
                    <th scope="col">{ t!("taker-skills") }</th>
                </tr></thead>
                <tbody>{ for props.view.people.iter().map(|person| row(props, person)) }</tbody>
            </table>
        </section>
    }
}

fn row(props: &Props, person: &Receiver) -> Html {
    let taker = props.rules.takers.iter().find(|taker| taker.user == person.user).cloned().unwrap_or_else(|| usual(person.user));
    let number = |limit: Option<u32>| limit.map(|limit| limit.to_string()).unwrap_or_default();
    let of_limit = Callback::from(|typed: String| skills::limit(&typed).is_some());
    let of_share = Callback::from(|typed: String| typed.trim().parse::<u32>().is_ok_and(|share| share <= WEIGHT_MAX));
    let of_skills = Callback::from(|typed: String| skills::read(&typed).is_some());
    let name = person.name.as_str();
    html! {
        <tr key={person.user.to_string()} data-testid="taker-row" data-person={person.name.clone()}>
            <th scope="row" class="table__name"><span class="table__who">{ Avatar::of(person.name.clone()) }{ Name::of(person.name.clone()) }</span></th>
            <td class="table__word">{ words::role(person.role) }{ person.team.as_ref().map(|team| format!(" · {team}")) }</td>
            <td><Cell number=true value={number(taker.limits.per_day)} label={t!("taker-per-day-of", name = name)} testid="taker-per-day" placeholder={t!("taker-any")}
                takes={of_limit.clone()} on_read={change(props, person.user, |taker, typed| taker.limits.per_day = skills::limit(typed).flatten())} /></td>
            <td><Cell number=true value={number(taker.limits.open)} label={t!("taker-open-of", name = name)} testid="taker-open" placeholder={t!("taker-any")}
                takes={of_limit} on_read={change(props, person.user, |taker, typed| taker.limits.open = skills::limit(typed).flatten())} /></td>
            <td><Cell number=true value={taker.limits.weight.to_string()} label={t!("taker-share-of", name = name)} testid="taker-share"
                takes={of_share} on_read={change(props, person.user, |taker, typed| taker.limits.weight = typed.trim().parse().unwrap_or(1))} /></td>
            <td><Cell value={skills::write(&taker.skills)} label={t!("taker-skills-of", name = name)} testid="taker-skills" placeholder={t!("taker-no-skills")}
                takes={of_skills} on_read={change(props, person.user, |taker, typed| taker.skills = skills::read(typed).unwrap_or_default())} /></td>
        </tr>
    }
}

fn usual(user: UserId) -> Taker {
    Taker { user, limits: Limits::default(), skills: std::collections::BTreeSet::new() }
}

/// A change of what is written down of one person; who has the usual again is not named any more.
fn change(props: &Props, user: UserId, set: fn(&mut Taker, &str)) -> Callback<String> {
    let (rules, on_change) = (props.rules.clone(), props.on_change.clone());
    Callback::from(move |typed: String| {
        let mut rules = rules.clone();
        let at = rules.takers.iter().position(|taker| taker.user == user);
        let mut taker = at.map_or_else(|| usual(user), |at| rules.takers.remove(at));
        set(&mut taker, &typed);
        if taker != usual(user) {
            rules.takers.push(taker);
            rules.takers.sort_by_key(|taker| taker.user);
        }
        on_change.emit(rules);
    })
}
