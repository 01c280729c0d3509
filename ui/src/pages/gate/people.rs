//! The people who have a copy on this computer: a switch is one key and a password.

use super::{Stage, last_used};
use crate::components::avatar::Avatar;
use crate::components::name::Name;
use crate::icon::{Glyph, Icon};
use crate::{ipc, keys, t, toast};
use bridge::session::{ProfileCard, ProfileChoose, SessionView};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub session: Rc<SessionView>,
    pub on_session: Callback<SessionView>,
    pub on_stage: Callback<Stage>,
}

#[component]
pub fn People(props: &Props) -> Html {
    use_effect_with((), |()| keys::focus(".people__person"));
    let cards = &props.session.profiles;
    let count = cards.len() + 1;
    let onkeydown = {
        let (on_stage, back) = (props.on_stage.clone(), Stage::start(&props.session, false));
        move |event: KeyboardEvent| {
            match event.key().as_str() {
                "ArrowDown" => step(count, 1),
                "ArrowUp" => step(count, -1),
                "Escape" => on_stage.emit(back),
                _ => return,
            }
            event.prevent_default();
        }
    };
    html! {
        <section class="gate" data-testid="people" {onkeydown}>
            <h1 class="sign-in__title">{ t!("people-title") }</h1>
            <p class="sign-in__text">{ t!("people-text") }</p>
            <ul class="people">
                { for cards.iter().map(|card| html! { <li key={card.id.clone()}>{ person(props, card) }</li> }) }
                <li>
                    <button type="button" class="people__person" data-testid="people-other" onclick={choose(props, None)}>
                        <span class="people__icon">{ Glyph::of(Icon::UserPlus).size(18) }</span>
                        <span class="people__who"><span class="people__name">{ t!("people-other") }</span></span>
                    </button>
                </li>
            </ul>
        </section>
    }
}

fn person(props: &Props, card: &ProfileCard) -> Html {
    let start = Stage::start(&props.session, false);
    let onclick = if card.chosen && start != Stage::SignIn {
        props.on_stage.reform(move |_: MouseEvent| start)
    } else {
        choose(props, Some(card.id.clone()))
    };
    html! {
        <button type="button" class="people__person" data-testid="profile-card" data-profile={card.id.clone()} {onclick}>
            { Avatar::of(card.label.clone()).size(32) }
            <span class="people__who">
                <span class="people__who-is">
                    { Name::of(card.label.clone()).class("people__name") }
                    if card.is_older { <span class="people__older" data-testid="older-copy">{ t!("older-copy") }</span> }
                </span>
                <span class="people__used">{ last_used(card).unwrap_or_default() }</span>
            </span>
            { Glyph::of(Icon::ChevronRight).class("tone--muted") }
        </button>
    }
}

fn choose(props: &Props, id: Option<String>) -> Callback<MouseEvent> {
    let (on_session, on_stage) = (props.on_session.clone(), props.on_stage.clone());
    Callback::from(move |_| {
        let (on_session, on_stage, id) = (on_session.clone(), on_stage.clone(), id.clone());
        spawn_local(async move {
            let is_new = id.is_none();
            match ipc::call(&ProfileChoose { id }).await {
                Ok(session) => {
                    on_session.emit(session);
                    if is_new {
                        on_stage.emit(Stage::SignIn);
                    }
                }
                Err(problem) => toast::problem(problem.text),
            }
        });
    })
}

/// From one person to the next, around the end.
fn step(count: usize, by: isize) {
    let Some(document) = web_sys::window().and_then(|window| window.document()) else { return };
    let Ok(found) = document.query_selector_all(".people__person") else { return };
    let here = document.active_element();
    let at = (0..found.length()).find(|at| found.item(*at).as_ref() == here.as_deref()).unwrap_or(0);
    let next = (at as isize + by).rem_euclid(count as isize) as u32;
    if let Some(element) = found.item(next).and_then(|node| wasm_bindgen::JsCast::dyn_into::<web_sys::HtmlElement>(node).ok()) {
        let _ = element.focus();
    }
}
