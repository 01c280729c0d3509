//! The notes of a lead, and the box for another one.

use super::edit::Editor;
use super::note_editor::NoteEditor;
use crate::components::key::Key;
use crate::draft::Drafts;
use crate::{keys, t};
use bridge::lead::{LeadView, NoteAdd};
use domain::limits;
use std::rc::Rc;
use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

/// The part of the lead's draft that holds a note not added yet.
const DRAFT: &str = "new-note";

#[derive(Properties, PartialEq)]
pub struct Props {
    pub view: Rc<LeadView>,
    pub can_edit: bool,
    pub version: u64,
    pub epoch: u64,
    pub edit: Editor,
    pub drafts: Drafts,
}

#[component]
pub fn Notes(props: &Props) -> Html {
    let Props { view, can_edit, version, epoch, edit, drafts } = props;
    let heads = AttrValue::from(view.heads.clone());
    let note = |note: &bridge::lead::NoteView| {
        html! {
            <NoteEditor key={note.note.id.to_string()} note={note.clone()} heads={heads.clone()} version={*version} epoch={*epoch} can_edit={*can_edit}
                edit={edit.clone()} drafts={drafts.clone()} />
        }
    };
    html! {
        <section class="section" aria-label={t!("section-notes")}>
            <h3 class="section__title">{ t!("section-notes") }if *can_edit { <span class="section__aside">{ t!("draft-kept") }</span> }</h3>
            <ul class="notes">{ for view.notes.iter().map(note) }</ul>
            if *can_edit { <NewNote edit={edit.clone()} drafts={drafts.clone()} /> } else if view.notes.is_empty() {
                <p class="section__empty">{ t!("notes-none") }</p>
            }
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct NewProps {
    edit: Editor,
    drafts: Drafts,
}

#[component]
fn NewNote(props: &NewProps) -> Html {
    let text = use_state_eq(|| props.drafts.text(DRAFT).unwrap_or_default());
    let problem = use_state_eq(|| None::<String>);
    let is_busy = use_state_eq(|| false);
    let oninput = {
        let (text, problem, drafts) = (text.clone(), problem.clone(), props.drafts.clone());
        move |event: InputEvent| {
            let typed = event.target_unchecked_into::<HtmlTextAreaElement>().value();
            if typed.is_empty() {
                drafts.forget(DRAFT)
            } else {
                drafts.put(DRAFT, "", &typed)
            }
            problem.set(limits::check_text("note", &typed, limits::NOTE_MAX).err().map(|refusal| refusal.text));
            text.set(typed);
        }
    };
    let save = {
        let (text, problem, is_busy, props) = (text.clone(), problem.clone(), is_busy.clone(), (props.edit.clone(), props.drafts.clone()));
        Callback::from(move |()| {
            let typed = text.trim().to_owned();
            if typed.is_empty() || *is_busy || limits::check_text("note", &typed, limits::NOTE_MAX).is_err() {
                return;
            }
            is_busy.set(true);
            let (text, problem, is_busy, drafts) = (text.clone(), problem.clone(), is_busy.clone(), props.1.clone());
            props.0.send_then(NoteAdd { lead: props.0.lead, text: typed }, move |answer| {
                is_busy.set(false);
                match answer {
                    Ok(_) => {
                        drafts.forget(DRAFT);
                        text.set(String::new());
                    }
                    Err(failed) => problem.set(Some(failed.text)),
                }
            });
        })
    };
    let onkeydown = {
        let save = save.clone();
        move |event: KeyboardEvent| {
            if keys::is_command(&event) && event.key() == "Enter" {
                event.prevent_default();
                save.emit(());
            }
        }
    };
    html! {
        <div class="note note--new">
            <div class="grow">
                <div class="grow__mirror" aria-hidden="true">{ (*text).clone() }{ "\u{200b}" }</div>
                <textarea id="note-add" class="input input--area grow__area" dir="auto" rows="1" placeholder={t!("note-placeholder")} aria-label={t!("note-add")}
                    data-testid="note-add" value={(*text).clone()} readonly={*is_busy} {oninput} {onkeydown} />
            </div>
            if let Some(problem) = &*problem { <p class="field__problem" role="alert" data-testid="note-error">{ problem }</p> }
            if !text.trim().is_empty() {
                <button type="button" class="button button--bar" data-testid="note-save" disabled={*is_busy || problem.is_some()}
                    onclick={save.reform(|_: MouseEvent| ())}>{ t!("note-add") }{ Key::of("Ctrl ↵") }</button>
            }
        </div>
    }
}
