//! One's name: text until Edit, then a box.

use crate::components::key::Key;
use crate::components::text_box::TextBox;
use crate::{ipc, keys, t, toast};
use bridge::account::AccountName;
use domain::limits;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub name: String,
    pub on_done: Callback<()>,
}

#[component]
pub fn NameRow(props: &Props) -> Html {
    // What is typed; `None` while it is text.
    let typed = use_state_eq(|| None::<String>);
    let problem = use_state_eq(|| None::<String>);
    let is_busy = use_state_eq(|| false);
    use_effect_with(typed.is_some(), |is_open| {
        if *is_open {
            keys::select("#account-name");
        }
    });
    let open = {
        let (typed, name) = (typed.clone(), props.name.clone());
        move |_: MouseEvent| typed.set(Some(name.clone()))
    };
    let close = {
        let (typed, problem) = (typed.clone(), problem.clone());
        Callback::from(move |()| {
            typed.set(None);
            problem.set(None);
        })
    };
    let save = {
        let (problem, is_busy) = (problem.clone(), is_busy.clone());
        let (close, on_done, before) = (close.clone(), props.on_done.clone(), props.name.clone());
        Callback::from(move |typed: String| {
            if *is_busy {
                return;
            }
            let name = typed.trim().to_owned();
            if name == before {
                return close.emit(());
            }
            if let Some(wrong) = wrong(&name) {
                return problem.set(Some(wrong));
            }
            is_busy.set(true);
            let (problem, is_busy, close, on_done) = (problem.clone(), is_busy.clone(), close.clone(), on_done.clone());
            spawn_local(async move {
                match ipc::call(&AccountName { name }).await {
                    Ok(_) => {
                        toast::done(t!("account-name-changed"));
                        close.emit(());
                        on_done.emit(());
                    }
                    Err(refused) => problem.set(Some(refused.text)),
                }
                is_busy.set(false);
            });
        })
    };
    let on_input = {
        let (typed, problem) = (typed.clone(), problem.clone());
        move |text: String| {
            typed.set(Some(text));
            problem.set(None);
        }
    };
    let on_key = {
        let close = close.clone();
        move |event: KeyboardEvent| {
            if event.key() == "Escape" {
                close.emit(());
                keys::focus("[data-testid=account-name-edit]");
            }
        }
    };
    html! {
        <div class="setting">
            <div class="setting__words">
                <span class="setting__title">{ t!("account-name") }</span>
                if typed.is_none() { <p class="setting__text" dir="auto" data-testid="account-name">{ &props.name }</p> }
            </div>
            if let Some(now) = &*typed {
                <div class={classes!("setting__form", problem.is_some().then_some("field--problem"))}>
                    <TextBox id="account-name" testid="account-name-input" value={now.clone()} label={t!("account-name")} invalid={problem.is_some()}
                        described_by="account-name-message" readonly={*is_busy} {on_input} {on_key} on_enter={save.clone()} />
                    <div id="account-name-message" class="field__message" aria-live="polite">
                        if let Some(problem) = &*problem { <span class="field__problem" data-testid="account-name-error">{ problem }</span> }
                    </div>
                    <div class="setting__acts">
                        <button type="button" class="button button--ghost" onclick={close.reform(|_: MouseEvent| ())}>{ t!("leave") }{ Key::of("Esc") }</button>
                        <button type="button" class="button button--filled" data-testid="account-name-save" disabled={*is_busy}
                            onclick={save.reform({
                                let now = now.clone();
                                move |_: MouseEvent| now.clone()
                            })}>{ t!("save") }{ Key::of("↵") }</button>
                    </div>
                </div>
            } else {
                <button type="button" class="button" data-testid="account-name-edit" onclick={open}>{ t!("edit") }</button>
            }
        </div>
    }
}

fn wrong(name: &str) -> Option<String> {
    if name.is_empty() {
        return Some(t!("account-name-missing"));
    }
    limits::check_text("name", name, limits::NAME_MAX).err().map(|refusal| refusal.text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_there_and_not_too_long() {
        assert!(wrong("").is_some());
        assert!(wrong(&"n".repeat(limits::NAME_MAX + 1)).is_some());
        assert_eq!(wrong("आशा मेनन"), None);
    }
}
