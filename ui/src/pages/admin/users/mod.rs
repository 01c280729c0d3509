//! People and teams (rows P1 to P6): who is here, in which role and team, and everything an
//! administrator does with them. All of it is the server's word.

mod code;
mod difference;
mod disable;
mod invite;
mod people;
mod role;
mod team;
mod teams;

use crate::asked::{Asked, use_asked};
use crate::components::key::Key;
use crate::icon::{Glyph, Icon};
use crate::pages::admin::refresh;
use crate::pages::admin::rows::{Search, use_row_keys};
use crate::route::{Route, UsersTab};
use crate::text::count;
use crate::{ipc, keys, t, toast, words};
use bridge::admin::{CodeView, PeopleList, PeopleView, PersonChange, PersonCode};
use bridge::session::Me;
use bridge::{Change, Problem, ProblemCode};
use domain::UserId;
use domain::people::{Person, Post};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlElement;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub me: Rc<Me>,
    pub tab: UsersTab,
    pub on_route: Callback<Route>,
}

/// The dialog in front of the page.
#[derive(Clone, PartialEq)]
pub enum Open {
    Invite,
    Role(UserId),
    Team(UserId),
    Disable(UserId),
    /// Whose it is, and whether they are new.
    Code {
        name: String,
        is_new: bool,
        code: CodeView,
    },
}

#[component]
pub fn UsersPage(props: &Props) -> Html {
    use_row_keys();
    let asked = use_asked(PeopleList {}, |change: &Change| change.directory);
    let open = use_state_eq(|| None::<Open>);
    let search = use_state_eq(String::new);
    let on_open = {
        let open = open.clone();
        Callback::from(move |dialog: Option<Open>| open.set(dialog))
    };
    use_effect_with((), {
        let on_open = on_open.clone();
        move |()| {
            let listener = keys::listen(takes, Callback::from(move |_| on_open.emit(Some(Open::Invite))));
            move || drop(listener)
        }
    });
    let on_search = {
        let search = search.clone();
        Callback::from(move |text: String| search.set(text))
    };
    let is_people = props.tab == UsersTab::People;
    html! {
        <section class="admin" data-testid="users-page" aria-label={t!("page-users")}>
            <div class="admin__bar">
                <Tabs tab={props.tab} view={asked.data.clone()} on_route={&props.on_route} />
                if is_people { <Search value={(*search).clone()} on_input={on_search} placeholder={t!("users-search")} /> }
                <span class="admin__end">
                    { refresh(&asked.again) }
                    if is_people {
                        <button type="button" class="button button--filled button--bar" data-testid="invite-user" disabled={asked.data.is_none()}
                            onclick={on_open.reform(|_: MouseEvent| Some(Open::Invite))}>{ Glyph::of(Icon::UserPlus) }{ t!("users-invite") }{ Key::of("I") }</button>
                    }
                </span>
            </div>
            { asked.stale() }
            { body(props, &asked, search.trim(), &on_open) }
            { dialog(props, &asked, (*open).clone(), &on_open) }
        </section>
    }
}

fn body(props: &Props, asked: &Asked<PeopleView>, search: &str, on_open: &Callback<Option<Open>>) -> Html {
    let Some(view) = &asked.data else { return asked.instead() };
    match props.tab {
        UsersTab::People => {
            let on_enable = {
                let again = asked.again.clone();
                Callback::from(move |person: Person| enable(&person, again.clone()))
            };
            let on_code = {
                let on_open = on_open.clone();
                Callback::from(move |person: Person| make_code(person, on_open.clone()))
            };
            html! { <people::People me={props.me.clone()} view={view.clone()} search={search.to_owned()} {on_open} {on_enable} {on_code} /> }
        }
        UsersTab::Teams => html! { <teams::Teams view={view.clone()} on_done={&asked.again} /> },
    }
}

fn dialog(props: &Props, asked: &Asked<PeopleView>, open: Option<Open>, on_open: &Callback<Option<Open>>) -> Html {
    let (Some(open), Some(view)) = (open, &asked.data) else { return Html::default() };
    let on_close = on_open.reform(|()| None);
    let again = &asked.again;
    let role = props.me.role;
    let person = |id: UserId| view.people.iter().map(|dated| &dated.item).find(|person| person.id == id).cloned();
    match open {
        Open::Invite => {
            let on_code = {
                let (on_open, again) = (on_open.clone(), again.clone());
                Callback::from(move |(name, code)| {
                    again.emit(());
                    on_open.emit(Some(Open::Code { name, is_new: true, code }));
                })
            };
            html! { <invite::Invite {role} teams={view.teams.clone()} {on_close} {on_code} /> }
        }
        Open::Role(id) => person(id)
            .map(|person| html! { <role::RoleDialog {role} is_me={person.id == props.me.user} {person} {on_close} {again} /> })
            .unwrap_or_default(),
        Open::Team(id) => person(id)
            .map(|person| html! { <team::TeamDialog {person} teams={view.teams.clone()} {on_close} {again} /> })
            .unwrap_or_default(),
        Open::Disable(id) => person(id).map(|person| html! { <disable::Disable {person} {on_close} {again} /> }).unwrap_or_default(),
        Open::Code { name, is_new, code } => html! { <code::CodeDialog {name} {is_new} {code} {on_close} /> },
    }
}

#[derive(Properties, PartialEq)]
struct TabsProps {
    tab: UsersTab,
    view: Option<Rc<PeopleView>>,
    on_route: Callback<Route>,
}

#[component]
fn Tabs(props: &TabsProps) -> Html {
    let number = |number: Option<usize>| number.map(|n| html! { <span class="tab__count">{ count(n as u64) }</span> }).unwrap_or_default();
    let tab = |tab: UsersTab, id: &'static str, word: String, n: Option<usize>| {
        let is_on = tab == props.tab;
        html! {
            <button type="button" {id} class={classes!("tab", is_on.then_some("tab--on"))} role="tab" aria-selected={is_on.to_string()}
                tabindex={if is_on { "0" } else { "-1" }} data-testid={id} onclick={props.on_route.reform(move |_: MouseEvent| Route::Users(tab))}>
                { word }{ number(n) }
            </button>
        }
    };
    let onkeydown = {
        let (on_route, now) = (props.on_route.clone(), props.tab);
        move |event: KeyboardEvent| {
            if !matches!(event.key().as_str(), "ArrowLeft" | "ArrowRight") {
                return;
            }
            event.prevent_default();
            let (next, id) = match now {
                UsersTab::People => (UsersTab::Teams, "#tab-teams"),
                UsersTab::Teams => (UsersTab::People, "#tab-people"),
            };
            on_route.emit(Route::Users(next));
            keys::focus(id);
        }
    };
    html! {
        <div class="tabs" role="tablist" aria-label={t!("page-users")} {onkeydown}>
            { tab(UsersTab::People, "tab-people", t!("users-people"), props.view.as_ref().map(|view| view.people.len())) }
            { tab(UsersTab::Teams, "tab-teams", t!("users-teams"), props.view.as_ref().map(|view| view.teams.len())) }
        </div>
    }
}

/// I invites; not while typing, not from under a dialog, and only where the button is.
fn takes(event: &KeyboardEvent) -> bool {
    let is_key = keys::is_plain(event) && matches!(event.key().as_str(), "i" | "I") && !keys::is_typing(event) && !keys::is_covered();
    is_key && invite_button().is_some()
}

fn invite_button() -> Option<HtmlElement> {
    use wasm_bindgen::JsCast;
    let found = web_sys::window()?.document()?.query_selector("[data-testid=invite-user]:not([disabled])").ok()??;
    found.dyn_into().ok()
}

/// Lets somebody in again: can be undone by disabling, so it asks nothing.
fn enable(person: &Person, again: Callback<()>) {
    let request = change(person, Post { disabled: false, ..post(person) });
    let done = t!("users-enabled", name = person.name.as_str());
    spawn_local(async move {
        match ipc::call(&request).await {
            Ok(_) => toast::done(done),
            Err(problem) => toast::problem(problem.text),
        }
        again.emit(());
    });
}

fn make_code(person: Person, on_open: Callback<Option<Open>>) {
    spawn_local(async move {
        match ipc::call(&PersonCode { user: person.id }).await {
            Ok(code) => on_open.emit(Some(Open::Code { name: person.name, is_new: person.invited, code })),
            Err(problem) => toast::problem(problem.text),
        }
    });
}

/// What of a person can be changed, as the screen shows it.
fn post(person: &Person) -> Post {
    Post { role: person.role, team: person.team, disabled: person.disabled }
}

fn change(person: &Person, post: Post) -> PersonChange {
    PersonChange { user: person.id, expected: self::post(person), post }
}

/// After an order about a person: done is said and leaves; what somebody else changed is shown anew.
fn settle(answer: Result<bridge::Done, &Problem>, said: String, on_close: &Callback<()>, again: &Callback<()>) {
    match answer {
        Ok(_) => {
            toast::done(said);
            on_close.emit(());
            again.emit(());
        }
        Err(problem) if problem.code == ProblemCode::Changed => again.emit(()),
        Err(_) => {}
    }
}

fn role_word(person: &Person) -> String {
    words::role(person.role)
}
