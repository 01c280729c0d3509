//! The teams: made and named where they stand.

use crate::asked::use_order;
use crate::components::empty::Empty;
use crate::components::name::Name;
use crate::components::text_box::TextBox;
use crate::icon::{Glyph, Icon};
use crate::text::count;
use crate::{keys, t, toast};
use bridge::admin::{PeopleView, TeamCreate, TeamRename};
use domain::people::Team;
use gloo_timers::callback::Timeout;
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub view: Rc<PeopleView>,
    pub on_done: Callback<()>,
}

#[component]
pub fn Teams(props: &Props) -> Html {
    let teams = &props.view.teams;
    html! {
        <div class="admin__scroll">
            <NewTeam on_done={&props.on_done} />
            if teams.is_empty() {
                <Empty icon={Icon::Users} title={t!("teams-none")} text={t!("teams-none-text")} testid="teams-none" />
            } else {
                <table class="table table--teams" data-testid="teams-table">
                    <thead><tr>
                        <th scope="col">{ t!("users-team") }</th>
                        <th scope="col">{ t!("teams-people") }</th>
                        <th scope="col">{ t!("teams-who") }</th>
                        <th scope="col"><span class="visually-hidden">{ t!("admin-deeds") }</span></th>
                    </tr></thead>
                    <tbody>
                        { for teams.iter().map(|team| html! {
                            <TeamRow key={team.id.to_string()} team={team.clone()} members={members(&props.view, team)} on_done={&props.on_done} />
                        }) }
                    </tbody>
                </table>
            }
        </div>
    }
}

fn members(view: &PeopleView, team: &Team) -> String {
    let names = view.people.iter().map(|dated| &dated.item).filter(|person| person.team == Some(team.id) && !person.disabled);
    names.map(|person| person.name.as_str()).collect::<Vec<_>>().join(", ")
}

#[derive(Properties, PartialEq)]
struct NewProps {
    on_done: Callback<()>,
}

#[component]
fn NewTeam(props: &NewProps) -> Html {
    let order = use_order();
    let name = use_state_eq(String::new);
    let on_input = {
        let name = name.clone();
        Callback::from(move |text| name.set(text))
    };
    let onsubmit = {
        let (order, name, on_done) = (order.clone(), name.clone(), props.on_done.clone());
        move |event: SubmitEvent| {
            event.prevent_default();
            let typed = name.trim().to_owned();
            if typed.is_empty() {
                return keys::focus("[data-testid=team-new]");
            }
            let (name, on_done) = (name.clone(), on_done.clone());
            order.give(TeamCreate { name: typed.clone() }, move |answer| {
                if answer.is_ok() {
                    name.set(String::new());
                    toast::done(t!("team-made", team = typed));
                    on_done.emit(());
                }
            });
        }
    };
    html! {
        <form class="teams__new" {onsubmit}>
            <TextBox class="input teams__name" label={t!("team-new")} placeholder={t!("team-new")} testid="team-new" value={(*name).clone()} {on_input}
                max_length={domain::limits::LINE_MAX} invalid={order.problem().is_some()} described_by="team-new-problem" />
            <button type="submit" class="button button--bar" data-testid="team-create" disabled={order.is_busy() || name.trim().is_empty()}>
                { Glyph::of(Icon::Plus) }{ t!("team-create") }
            </button>
            <span id="team-new-problem" aria-live="polite">
                if let Some(problem) = order.problem() { <span class="field__problem" data-testid="form-error">{ Glyph::of(Icon::Alert).size(14) }{ &problem.text }</span> }
            </span>
        </form>
    }
}

#[derive(Properties, PartialEq)]
struct RowProps {
    team: Team,
    members: String,
    on_done: Callback<()>,
}

#[component]
fn TeamRow(props: &RowProps) -> Html {
    let is_renaming = use_state_eq(|| false);
    let team = &props.team;
    let begin = {
        let is_renaming = is_renaming.clone();
        move |_: MouseEvent| is_renaming.set(true)
    };
    let on_leave = {
        let (is_renaming, opener) = (is_renaming.clone(), format!("[data-team='{}'] [data-row-main]", team.id));
        Callback::from(move |()| {
            is_renaming.set(false);
            let opener = opener.clone();
            // Once it is drawn again.
            Timeout::new(0, move || keys::focus(&opener)).forget();
        })
    };
    html! {
        <tr tabindex="-1" data-row="true" data-testid="team-row" data-team={team.id.to_string()}>
            <th scope="row" class="table__name">
                if *is_renaming { <NameBox team={team.clone()} {on_leave} on_done={&props.on_done} /> } else { { Name::of(team.name.clone()) } }
            </th>
            <td class="table__number">{ count(team.people) }</td>
            <td class="table__wide" title={props.members.clone()}>{ &props.members }</td>
            <td class="table__deeds">
                if !*is_renaming {
                    <button type="button" class="button button--icon" data-row-main="true" data-testid="team-rename" aria-label={t!("team-rename-of", team = team.name.as_str())}
                        title={t!("team-rename")} onclick={begin}>{ Glyph::of(Icon::Pencil) }</button>
                }
            </td>
        </tr>
    }
}

#[derive(Properties, PartialEq)]
struct NameProps {
    team: Team,
    on_leave: Callback<()>,
    on_done: Callback<()>,
}

/// The name as a box: Enter keeps it, Esc leaves it.
#[component]
fn NameBox(props: &NameProps) -> Html {
    let NameProps { team, on_leave, on_done } = props;
    let order = use_order();
    let typed = use_state_eq(|| team.name.clone());
    use_effect_with((), |()| keys::select("[data-testid=team-name]"));
    let save = {
        let (order, team) = (order.clone(), team.clone());
        let (on_leave, on_done) = (on_leave.clone(), on_done.clone());
        Callback::from(move |typed: String| {
            let name = typed.trim().to_owned();
            if name.is_empty() || name == team.name {
                return on_leave.emit(());
            }
            let (on_leave, on_done) = (on_leave.clone(), on_done.clone());
            order.give(TeamRename { team: team.id, name: name.clone() }, move |answer| {
                if answer.is_ok() {
                    toast::done(t!("team-renamed", team = name));
                    on_leave.emit(());
                }
                on_done.emit(());
            });
        })
    };
    let on_key = {
        let on_leave = on_leave.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" {
                on_leave.emit(());
                event.prevent_default();
                event.stop_propagation();
            }
        })
    };
    let on_input = {
        let typed = typed.clone();
        Callback::from(move |text| typed.set(text))
    };
    html! {
        <span class="teams__edit">
            <TextBox class="input teams__name" label={t!("team-name-of", team = team.name.as_str())} testid="team-name" value={(*typed).clone()} {on_input} {on_key}
                on_enter={save.clone()} max_length={domain::limits::LINE_MAX} invalid={order.problem().is_some()} />
            <button type="button" class="button button--bar" data-testid="team-save" disabled={order.is_busy()}
                onclick={save.reform(move |_: MouseEvent| (*typed).clone())}>{ t!("save") }</button>
            <button type="button" class="button button--bar button--ghost" onclick={on_leave.reform(|_: MouseEvent| ())}>{ t!("leave") }</button>
            if let Some(problem) = order.problem() { <span class="field__problem" role="alert" data-testid="form-error">{ &problem.text }</span> }
        </span>
    }
}
