//! What people say to each other about a lead, naming somebody by `@`.

use super::edit::Editor;
use crate::components::key::Key;
use crate::components::name::Name;
use crate::components::text_box::TextBox;
use crate::draft::Drafts;
use crate::{ipc, keys, t, words};
use bridge::lead::{CommentAdd, CommentView, LeadMentionable, LeadView};
use domain::{UserId, limits};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlElement;
use yew::prelude::*;

/// The part of the lead's draft that holds a comment not sent yet.
const DRAFT: &str = "new-comment";
/// Names that are offered at once.
const OFFERED: usize = 6;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub view: Rc<LeadView>,
    pub can_edit: bool,
    pub edit: Editor,
    pub drafts: Drafts,
}

#[component]
pub fn Comments(props: &Props) -> Html {
    let Props { view, can_edit, edit, drafts } = props;
    let comment = |comment: &CommentView| {
        html! {
            <li class="note" key={comment.id.to_string()} data-testid="comment">
                <p class="note__by">
                    if comment.mine { { t!("you") } } else { { Name::of(comment.by.clone()) } }{ ", " }{ words::moment(&comment.when) }
                </p>
                <p class="note__text" dir="auto" lang={words::language(&comment.text)}>{ &comment.text }</p>
            </li>
        }
    };
    if view.comments.is_empty() && !can_edit {
        return Html::default();
    }
    html! {
        <section class="section" aria-label={t!("section-comments")}>
            <h3 class="section__title">{ t!("section-comments") }if *can_edit { <span class="section__aside">{ t!("comment-hint") }</span> }</h3>
            <ul class="notes">{ for view.comments.iter().map(comment) }</ul>
            if *can_edit { <NewComment edit={edit.clone()} drafts={drafts.clone()} /> }
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct NewProps {
    edit: Editor,
    drafts: Drafts,
}

/// What is typed of a name after the last `@`, where a name may begin there.
fn asked(text: &str) -> Option<&str> {
    let (before, name) = text.rsplit_once('@')?;
    let begins = before.chars().next_back().is_none_or(char::is_whitespace);
    (begins && name.chars().count() <= 40 && !name.contains('\n')).then_some(name)
}

/// Those of the people whose names stand in the text behind an `@`.
fn named(text: &str, people: &[(UserId, String)]) -> Vec<UserId> {
    people.iter().filter(|(_, name)| text.contains(&format!("@{name}"))).map(|(user, _)| *user).collect()
}

#[component]
fn NewComment(props: &NewProps) -> Html {
    let NewProps { edit, drafts } = props;
    let text = use_state_eq(|| drafts.text(DRAFT).unwrap_or_default());
    let people = use_state_eq(Vec::<(UserId, String)>::new);
    let problem = use_state_eq(|| None::<String>);
    let at = use_state_eq(|| 0_usize);
    let node = use_node_ref();
    {
        let people = people.clone();
        use_effect_with(edit.lead, move |lead| {
            let lead = *lead;
            spawn_local(async move {
                people.set(ipc::call(&LeadMentionable { lead }).await.unwrap_or_default());
            });
        });
    }
    let typed = asked(&text).map(str::to_lowercase);
    let offered: Vec<(UserId, String)> = match &typed {
        None => Vec::new(),
        Some(typed) => {
            let fits =
                |name: &str| name.to_lowercase().starts_with(typed) || name.to_lowercase().split(' ').any(|word| word.starts_with(typed));
            people.iter().filter(|(_, name)| fits(name) && name.to_lowercase() != typed.trim()).take(OFFERED).cloned().collect()
        }
    };
    let put = {
        let (text, drafts, problem, at) = (text.clone(), drafts.clone(), problem.clone(), at.clone());
        Callback::from(move |typed: String| {
            if typed.is_empty() {
                drafts.forget(DRAFT)
            } else {
                drafts.put(DRAFT, "", &typed)
            }
            problem.set(limits::check_text("comment", &typed, limits::NOTE_MAX).err().map(|refusal| refusal.text));
            at.set(0);
            text.set(typed);
        })
    };
    let pick = {
        let (text, put, node) = (text.clone(), put.clone(), node.clone());
        Callback::from(move |name: String| {
            let kept = text.rsplit_once('@').map_or("", |(before, _)| before);
            put.emit(format!("{kept}@{name} "));
            if let Some(area) = node.cast::<HtmlElement>() {
                let _ = area.focus();
            }
        })
    };
    let save = {
        let (text, people, problem, edit, drafts) = (text.clone(), people.clone(), problem.clone(), edit.clone(), drafts.clone());
        Callback::from(move |()| {
            let said = text.trim().to_owned();
            if said.is_empty() {
                return;
            }
            let mentions = named(&said, &people);
            let (text, problem, drafts) = (text.clone(), problem.clone(), drafts.clone());
            edit.send_then(CommentAdd { lead: edit.lead, text: said, mentions }, move |answer| match answer {
                Ok(_) => {
                    drafts.forget(DRAFT);
                    text.set(String::new());
                }
                Err(failed) => problem.set(Some(failed.text)),
            });
        })
    };
    let on_key = {
        let (save, pick, offered, at) = (save.clone(), pick.clone(), offered.clone(), at.clone());
        Callback::from(move |event: KeyboardEvent| {
            let count = offered.len();
            let is_done = match event.key().as_str() {
                "Enter" if keys::is_command(&event) => {
                    save.emit(());
                    true
                }
                "Enter" | "Tab" if count > 0 => {
                    pick.emit(offered[(*at).min(count - 1)].1.clone());
                    true
                }
                "ArrowDown" if count > 0 => {
                    at.set((*at + 1) % count);
                    true
                }
                "ArrowUp" if count > 0 => {
                    at.set((*at + count - 1) % count);
                    true
                }
                _ => false,
            };
            if is_done {
                event.prevent_default();
                event.stop_propagation();
            }
        })
    };
    let person = |(n, (user, name)): (usize, &(UserId, String))| {
        let is_on = n == *at;
        let pick = {
            let (pick, name) = (pick.clone(), name.clone());
            move |event: MouseEvent| {
                event.prevent_default();
                pick.emit(name.clone())
            }
        };
        html! {
            <li key={user.to_string()} id={format!("mention-{n}")} role="option" aria-selected={is_on.to_string()} data-testid="mention"
                class={classes!("mentions__one", is_on.then_some("mentions__one--on"))} onmousedown={pick}>{ Name::of(name.clone()) }</li>
        }
    };
    html! {
        <div class="note note--new">
            <div class="mentions">
                <TextBox node={node.clone()} id="comment-add" class="input input--area" rows={2} value={(*text).clone()} label={t!("comment-add")} placeholder={t!("comment-add")}
                    testid="comment-add" invalid={problem.is_some()} described_by="comment-message" on_input={put} {on_key}
                    active={(!offered.is_empty()).then(|| format!("mention-{}", *at))} />
                if !offered.is_empty() {
                    <ul class="mentions__list" role="listbox" aria-label={t!("comment-mention")}>{ for offered.iter().enumerate().map(person) }</ul>
                }
            </div>
            <span id="comment-message" aria-live="polite">if let Some(problem) = &*problem { <span class="field__problem">{ problem }</span> }</span>
            if !text.trim().is_empty() {
                <button type="button" class="button button--bar" data-testid="comment-save" onclick={save.reform(|_: MouseEvent| ())}>
                    { t!("comment-save") }{ Key::of("Ctrl Enter") }
                </button>
            }
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_name_is_asked_for_after_an_at_sign() {
        for (text, expected) in
            [("@", Some("")), ("ask @ash", Some("ash")), ("ask @Asha Rao", Some("Asha Rao")), ("a@b", None), ("no", None), ("@a\nb", None)]
        {
            assert_eq!(asked(text), expected, "{text}");
        }
    }

    #[test]
    fn those_are_told_whose_names_stand_there() {
        let people = [(UserId(Uuid::from_u128(1)), "Asha Rao".to_owned()), (UserId(Uuid::from_u128(2)), "Ravi".to_owned())];
        assert_eq!(named("@Asha Rao please call, Ravi is away", &people), [UserId(Uuid::from_u128(1))]);
    }
}
