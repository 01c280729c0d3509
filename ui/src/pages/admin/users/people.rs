//! The table of people, and what can be done with each.

use crate::components::avatar::Avatar;
use crate::components::empty::Empty;
use crate::components::name::Name;
use crate::icon::{Glyph, Icon};
use crate::pages::admin::rows::{Deed, RowMenu};
use crate::pages::admin::users::{Open, role_word};
use crate::{t, words};
use bridge::admin::{Dated, PeopleView};
use bridge::session::Me;
use domain::people::Person;
use domain::{TeamId, policy};
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub me: Rc<Me>,
    pub view: Rc<PeopleView>,
    pub search: String,
    pub on_open: Callback<Option<Open>>,
    pub on_enable: Callback<Person>,
    pub on_code: Callback<Person>,
}

#[component]
pub fn People(props: &Props) -> Html {
    let shown: Vec<_> = props.view.people.iter().filter(|dated| matches(props, &dated.item)).collect();
    if shown.is_empty() {
        return html! {
            <Empty icon={Icon::SearchX} title={t!("users-none")} text={t!("users-none-text", search = words::shortened(&props.search, 40))} testid="users-none" />
        };
    }
    html! {
        <div class="admin__scroll">
            <table class="table table--users" data-testid="users-table">
                <thead><tr>
                    <th scope="col">{ t!("column-name") }</th>
                    <th scope="col">{ t!("users-email") }</th>
                    <th scope="col">{ t!("users-role") }</th>
                    <th scope="col">{ t!("users-team") }</th>
                    <th scope="col">{ t!("users-status") }</th>
                    <th scope="col">{ t!("users-last-seen") }</th>
                    <th scope="col">{ t!("users-two-step") }</th>
                    <th scope="col"><span class="visually-hidden">{ t!("admin-deeds") }</span></th>
                </tr></thead>
                <tbody>{ for shown.into_iter().map(|dated| row(props, dated)) }</tbody>
            </table>
        </div>
    }
}

fn row(props: &Props, dated: &Dated<Person>) -> Html {
    let person = &dated.item;
    let team = team_name(&props.view, person.team);
    html! {
        <tr key={person.id.to_string()} class={classes!(person.disabled.then_some("table__row--faint"))} tabindex="-1" data-row="true"
            data-testid="user-row" data-user={person.id.to_string()} data-email={person.email.clone()}>
            <th scope="row" class="table__name">
                <span class="table__who">{ Avatar::of(person.name.clone()) }{ Name::of(person.name.clone()) }
                    if person.id == props.me.user { <span class="table__tag">{ t!("you") }</span> }
                </span>
            </th>
            <td class="table__email" title={person.email.clone()}>{ &person.email }</td>
            <td class="table__word" data-testid="user-row-role">{ role_word(person) }</td>
            <td class="table__word">{ team.map(|team| html! { { Name::of(team.to_owned()) } }).unwrap_or_else(|| html! { <span class="faint">{ "–" }</span> }) }</td>
            <td class="table__word">{ status(person) }</td>
            <td class="table__time">{ dated.when.as_ref().map(words::moment).unwrap_or_else(|| t!("users-never")) }</td>
            <td class="table__word">{ two_step(person) }</td>
            <td class="table__deeds">{ menu(props, person) }</td>
        </tr>
    }
}

fn status(person: &Person) -> Html {
    let (icon, word, class, name) = match (person.disabled, person.invited) {
        (true, _) => (Icon::Ban, t!("users-disabled"), "state state--faint", "disabled"),
        (false, true) => (Icon::Clock, t!("users-invited"), "state state--info", "invited"),
        (false, false) => (Icon::CheckCircle, t!("users-active"), "state", "active"),
    };
    html! { <span {class} data-testid="user-status" data-state={name}>{ Glyph::of(icon).size(14) }{ word }</span> }
}

fn two_step(person: &Person) -> Html {
    if person.totp {
        html! { <span class="state">{ Glyph::of(Icon::Shield).size(14) }{ t!("users-on") }</span> }
    } else {
        html! { <span class="faint">{ t!("users-off") }</span> }
    }
}

/// Nothing for those whom this administrator may not touch.
fn menu(props: &Props, person: &Person) -> Html {
    if !policy::may_administer(props.me.role, person.role) {
        return Html::default();
    }
    let id = person.id;
    let opens = |dialog: Open| props.on_open.reform(move |()| Some(dialog.clone()));
    let with = |callback: &Callback<Person>| {
        let person = person.clone();
        callback.reform(move |()| person.clone())
    };
    let deed = |word, icon, testid, act| Deed { word, icon, testid, why_not: None, act };
    let mut deeds = vec![
        deed(t!("users-change-role"), Icon::Shield, "change-role", opens(Open::Role(id))),
        deed(t!("users-change-team"), Icon::Users, "change-team", opens(Open::Team(id))),
        Deed {
            why_not: person.disabled.then(|| t!("users-enable-first")),
            ..deed(t!("users-new-code"), Icon::LogIn, "new-code", with(&props.on_code))
        },
    ];
    deeds.push(if person.disabled {
        deed(t!("users-enable"), Icon::CheckCircle, "enable-user", with(&props.on_enable))
    } else {
        let why_not = (id == props.me.user).then(|| t!("you"));
        Deed { why_not, ..deed(t!("users-disable"), Icon::Ban, "disable-user", opens(Open::Disable(id))) }
    });
    html! { <RowMenu label={t!("admin-deeds-of", name = person.name.as_str())} {deeds} /> }
}

fn matches(props: &Props, person: &Person) -> bool {
    let wanted = props.search.to_lowercase();
    let team = team_name(&props.view, person.team).unwrap_or_default();
    wanted.is_empty()
        || [&person.name, &person.email, &role_word(person), team].into_iter().any(|text| text.to_lowercase().contains(&wanted))
}

pub fn team_name(view: &PeopleView, team: Option<TeamId>) -> Option<&str> {
    view.teams.iter().find(|known| Some(known.id) == team).map(|known| known.name.as_str())
}
