//! Tags: taken off by a click, put on by typing.

use super::edit::Editor;
use crate::icon::{Glyph, Icon};
use crate::t;
use bridge::lead::{LeadView, TagAdd, TagRemove};
use domain::limits;
use std::rc::Rc;
use web_sys::HtmlInputElement;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub view: Rc<LeadView>,
    pub can_edit: bool,
    pub edit: Editor,
}

#[component]
pub fn Tags(props: &Props) -> Html {
    let typed = use_state_eq(String::new);
    let Props { view, edit, can_edit } = props;
    if view.tags.is_empty() && !can_edit {
        return Html::default();
    }
    let remove = |tag: &String| {
        let (edit, tag) = (edit.clone(), tag.clone());
        move |_: MouseEvent| {
            edit.send_undoable(TagRemove { lead: edit.lead, tag: tag.clone() }, t!("edit-tag-removed", tag = tag.as_str()));
        }
    };
    let tag = |tag: &String| {
        html! {
            <li class="tag" key={tag.clone()} data-testid="tag">
                { Glyph::of(Icon::Tag).size(14) }<bdi dir="auto">{ tag }</bdi>
                if *can_edit {
                    <button type="button" class="tag__remove" aria-label={t!("tag-remove", tag = tag.as_str())} data-testid="tag-remove" onclick={remove(tag)}>
                        { Glyph::of(Icon::X).size(14) }
                    </button>
                }
            </li>
        }
    };
    let oninput = {
        let typed = typed.clone();
        move |event: InputEvent| typed.set(event.target_unchecked_into::<HtmlInputElement>().value())
    };
    let onsubmit = {
        let (typed, edit) = (typed.clone(), edit.clone());
        move |event: SubmitEvent| {
            event.prevent_default();
            let tag = typed.trim().to_owned();
            if !tag.is_empty() {
                edit.send(TagAdd { lead: edit.lead, tag });
                typed.set(String::new());
            }
        }
    };
    html! {
        <section class="section section--tags" aria-label={t!("section-tags")}>
            <ul class="tags">
                { for view.tags.iter().map(tag) }
                if *can_edit {
                    <li>
                        <form {onsubmit}>
                            <input class="tags__input" type="text" dir="auto" maxlength={limits::LINE_MAX.to_string()} placeholder={t!("tag-add")} aria-label={t!("tag-add")}
                                data-testid="tag-add" value={(*typed).clone()} {oninput} />
                        </form>
                    </li>
                }
            </ul>
        </section>
    }
}
