//! Where one is signed in, and the ways to end it there.

use crate::clock::Clock;
use crate::components::dialog::Dialog;
use crate::icon::{Glyph, Icon};
use crate::{draft, ipc, t, toast, words};
use bridge::account::{AccountView, SessionEnd, SignOutEverywhere};
use bridge::admin::Dated;
use domain::people::SignInSession;
use std::rc::Rc;
use uuid::Uuid;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub view: Rc<AccountView>,
    pub clock: Clock,
    pub on_done: Callback<()>,
}

#[component]
pub fn Sessions(props: &Props) -> Html {
    let is_asking = use_state_eq(|| false);
    let ask = {
        let is_asking = is_asking.clone();
        move |_: MouseEvent| is_asking.set(true)
    };
    let close = {
        let is_asking = is_asking.clone();
        Callback::from(move |()| is_asking.set(false))
    };
    let everywhere = {
        let (close, on_done) = (close.clone(), props.on_done.clone());
        move |_: MouseEvent| {
            close.emit(());
            let on_done = on_done.clone();
            spawn_local(async move {
                draft::settled().await;
                match ipc::call(&SignOutEverywhere {}).await {
                    Ok(_) => {
                        toast::parting(t!("signed-out-everywhere-toast"));
                        on_done.emit(());
                    }
                    Err(problem) => toast::problem(problem.text),
                }
            });
        }
    };
    let head = |word: String| html! { <th scope="col">{ word }</th> };
    html! {
        <section class="panel" aria-label={t!("sessions")}>
            <div class="setting setting--head">
                <div class="setting__words">
                    <span class="setting__title">{ t!("sessions") }</span>
                    <p class="setting__text">{ t!("sessions-text") }</p>
                </div>
                <button type="button" class="button" data-testid="sign-out-everywhere" onclick={ask}>{ t!("sign-out-everywhere") }</button>
            </div>
            <table class="sessions" data-testid="sessions-table">
                <thead>
                    <tr>
                        { head(t!("session-computer")) }{ head(t!("session-used")) }{ head(t!("session-began")) }
                        <th scope="col"><span class="visually-hidden">{ t!("session-end") }</span></th>
                    </tr>
                </thead>
                <tbody>{ for props.view.sessions.iter().map(|session| line(props, session)) }</tbody>
            </table>
            if *is_asking {
                <Dialog title={t!("sign-out-everywhere-title")} on_close={&close} testid="sign-out-everywhere-dialog">
                    <p class="dialog__text">{ t!("sign-out-everywhere-text") }</p>
                    <div class="form__foot">
                        <button type="button" class="button" onclick={close.reform(|_: MouseEvent| ())}>{ t!("sessions-keep") }</button>
                        <button type="button" class="button button--filled" data-testid="sign-out-everywhere-confirm" onclick={everywhere}>{ t!("sign-out-everywhere") }</button>
                    </div>
                </Dialog>
            }
        </section>
    }
}

fn line(props: &Props, dated: &Dated<SignInSession>) -> Html {
    let session = &dated.item;
    let used = dated.when.as_ref().map(words::moment).unwrap_or_default();
    html! {
        <tr key={session.id.to_string()} data-testid="session-row">
            <td class="sessions__name">
                { Glyph::of(Icon::Monitor).class("tone--muted") }<span dir="auto">{ &session.device_name }</span>
                if session.this { <span class="sessions__this">{ t!("session-this") }</span> }
            </td>
            <td>{ used }</td>
            <td>{ words::ago(session.began, props.clock) }</td>
            <td class="sessions__act">
                if !session.this {
                    <button type="button" class="button button--bar" data-testid="session-end" aria-label={t!("session-end-of", name = session.device_name.as_str())}
                        onclick={end(props, session.id)}>{ t!("session-end") }</button>
                }
            </td>
        </tr>
    }
}

fn end(props: &Props, id: Uuid) -> Callback<MouseEvent> {
    let on_done = props.on_done.clone();
    Callback::from(move |_| {
        let on_done = on_done.clone();
        spawn_local(async move {
            match ipc::call(&SessionEnd { id }).await {
                Ok(_) => {
                    toast::done(t!("session-ended"));
                    on_done.emit(());
                }
                Err(problem) => toast::problem(problem.text),
            }
        });
    })
}
