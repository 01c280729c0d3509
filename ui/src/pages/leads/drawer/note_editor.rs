//! One note: a box that grows with its text and saves by itself. What is typed is kept as a draft at
//! every keystroke and sent as a splice when typing pauses.

use super::edit::Editor;
use super::note_state::NoteState;
use crate::draft::Drafts;
use crate::icon::{Glyph, Icon};
use crate::{ipc, t, words};
use bridge::lead::{NoteEdit, NoteView};
use bridge::{Done, Problem};
use domain::limits;
use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

/// A pause in typing that ends an edit.
const SAVE_AFTER_MS: u32 = 400;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub note: NoteView,
    /// Of the view that the note is from.
    pub heads: AttrValue,
    /// Counts views.
    pub version: u64,
    /// The count of edits at which the view was asked for.
    pub epoch: u64,
    pub can_edit: bool,
    pub edit: Editor,
    pub drafts: Drafts,
}

pub enum Msg {
    Typed,
    Save,
    Saved(Result<Done, Problem>),
    Composing(bool),
}

pub struct NoteEditor {
    /// Shared with the events themselves: it holds what is in the box at any time, so that no late
    /// frame draws an older text over a keystroke.
    state: Rc<RefCell<NoteState>>,
    problem: Option<String>,
    timer: Option<Timeout>,
    /// An input method is at work: the box must not change under it.
    is_composing: bool,
    missed_view: bool,
    _composing: Vec<EventListener>,
    area: NodeRef,
}

impl Component for NoteEditor {
    type Message = Msg;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        let props = ctx.props();
        let mut state = NoteState::new(&props.note.note.text, &props.heads);
        if let Some(draft) = props.drafts.get(&part(props)) {
            state.restore(&draft.base, &draft.text);
        }
        let mut editor = Self {
            state: Rc::new(RefCell::new(state)),
            problem: None,
            timer: None,
            is_composing: false,
            missed_view: false,
            _composing: Vec::new(),
            area: NodeRef::default(),
        };
        editor.save_later(ctx);
        editor
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &Props) -> bool {
        if ctx.props().version != old.version {
            self.missed_view = self.is_composing;
            if !self.is_composing {
                self.read_view(ctx);
            }
        }
        true
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Typed => {
                let state = self.state.borrow();
                ctx.props().drafts.put(&part(ctx.props()), state.base(), state.text());
                self.problem = limits::check_text("note", state.text(), limits::NOTE_MAX).err().map(|refusal| refusal.text);
                drop(state);
                self.save_later(ctx);
            }
            Msg::Save => self.save(ctx),
            Msg::Saved(Ok(_)) => {
                if !self.state.borrow().is_dirty() {
                    ctx.props().drafts.forget(&part(ctx.props()));
                }
            }
            Msg::Saved(Err(problem)) => self.problem = Some(problem.text),
            Msg::Composing(is_composing) => {
                self.is_composing = is_composing;
                if !is_composing && std::mem::take(&mut self.missed_view) {
                    self.read_view(ctx);
                }
            }
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let Props { note, can_edit, .. } = ctx.props();
        html! {
            <li class="note" data-testid="note" data-note={note.note.id.to_string()}>
                if note.note.unplaced { <p class="notice">{ Glyph::of(Icon::Alert) }{ t!("note-unplaced") }</p> }
                if *can_edit { { self.area(ctx) } } else { <p class="note__text" dir="auto">{ &note.note.text }</p> }
                if let Some(problem) = &self.problem { <p class="field__problem" role="alert" data-testid="note-error">{ problem }</p> }
                <p class="note__by">{ t!("note-by", by = note.by.as_str(), when = words::moment(&note.when)) }</p>
            </li>
        }
    }

    fn rendered(&mut self, ctx: &Context<Self>, first_render: bool) {
        if let Some(area) = self.area.cast::<HtmlTextAreaElement>().filter(|_| first_render) {
            let listen = |event: &'static str, is_composing: bool| {
                let link = ctx.link().clone();
                EventListener::new(&area, event, move |_| link.send_message(Msg::Composing(is_composing)))
            };
            self._composing = vec![listen("compositionstart", true), listen("compositionend", false)];
        }
    }

    fn destroy(&mut self, ctx: &Context<Self>) {
        // The lead is being left: what is typed goes out now; if it can't, its draft stays.
        self.timer = None;
        let Some(request) = self.request(ctx) else { return };
        let (drafts, part, edit) = (ctx.props().drafts.clone(), part(ctx.props()), ctx.props().edit.clone());
        spawn_local(async move {
            if ipc::call(&request).await.is_ok() {
                drafts.forget(&part);
                edit.edited();
            }
        });
    }
}

impl NoteEditor {
    fn area(&self, ctx: &Context<Self>) -> Html {
        let link = ctx.link();
        let (text, is_saved) = {
            let state = self.state.borrow();
            (state.text().to_owned(), !state.is_dirty() && !state.is_saving())
        };
        let oninput = {
            let (state, typed) = (self.state.clone(), link.callback(|()| Msg::Typed));
            move |event: InputEvent| {
                state.borrow_mut().typed(event.target_unchecked_into::<HtmlTextAreaElement>().value());
                typed.emit(());
            }
        };
        html! {
            <div class="grow">
                // Holds the box open: same text, same width.
                <div class="grow__mirror" aria-hidden="true">{ &text }{ "\u{200b}" }</div>
                <textarea ref={&self.area} class="input input--area grow__area" dir="auto" rows="1" aria-label={t!("note")} data-testid="note-text"
                    aria-invalid={self.problem.is_some().then_some("true")} data-saved={is_saved.to_string()} value={text} {oninput}
                    onblur={link.callback(|_| Msg::Save)} />
            </div>
        }
    }

    fn save_later(&mut self, ctx: &Context<Self>) {
        if self.state.borrow().is_dirty() {
            let link = ctx.link().clone();
            self.timer = Some(Timeout::new(SAVE_AFTER_MS, move || link.send_message(Msg::Save)));
        }
    }

    fn save(&mut self, ctx: &Context<Self>) {
        self.timer = None;
        let Some(request) = self.request(ctx) else { return };
        let (link, edit, state) = (ctx.link().clone(), ctx.props().edit.clone(), self.state.clone());
        spawn_local(async move {
            let answer = ipc::call(&request).await;
            match &answer {
                Ok(_) => state.borrow_mut().saved(edit.edited()),
                Err(_) => state.borrow_mut().failed(),
            }
            link.send_message(Msg::Saved(answer));
        });
    }

    fn request(&self, ctx: &Context<Self>) -> Option<NoteEdit> {
        let props = ctx.props();
        let mut state = self.state.borrow_mut();
        if !props.can_edit || limits::check_text("note", state.text(), limits::NOTE_MAX).is_err() {
            return None;
        }
        let (splice, heads) = state.start_save()?;
        Some(NoteEdit { lead: props.edit.lead, note: props.note.note.id, heads, splices: vec![splice] })
    }

    fn read_view(&mut self, ctx: &Context<Self>) {
        let props = ctx.props();
        let area = self.area.cast::<HtmlTextAreaElement>();
        let mut state = self.state.borrow_mut();
        let caret = area.as_ref().and_then(|area| area.selection_start().ok().flatten()).unwrap_or(0);
        let caret = from_utf16(state.text(), caret);
        let merged = state.view(&props.note.note.text, &props.heads, props.epoch, caret);
        if let (Some(caret), Some(area)) = (merged, area) {
            put(&area, state.text(), caret);
        }
        if state.is_dirty() {
            props.drafts.put(&part(props), state.base(), state.text());
        }
        drop(state);
        self.save_later(ctx);
    }
}

/// Changes the box and its caret in one go: between a frame and what follows it a key may come.
fn put(area: &HtmlTextAreaElement, text: &str, caret: usize) {
    let is_focused = web_sys::window().and_then(|w| w.document()).and_then(|d| d.active_element()).as_ref() == Some(area.as_ref());
    area.set_value(text);
    if is_focused {
        let at = to_utf16(text, caret);
        let _ = area.set_selection_range(at, at);
    }
}

fn part(props: &Props) -> String {
    format!("note:{}", props.note.note.id)
}

/// The web counts in UTF-16 units, the bridge in characters.
fn from_utf16(text: &str, units: u32) -> usize {
    let mut left = units as usize;
    text.chars()
        .take_while(|c| {
            let fits = left >= c.len_utf16();
            left = left.saturating_sub(c.len_utf16());
            fits
        })
        .count()
}

fn to_utf16(text: &str, chars: usize) -> u32 {
    text.chars().take(chars).map(char::len_utf16).sum::<usize>() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carets_count_characters_here_and_units_there() {
        let text = "a😀मी";
        for (units, chars) in [(0, 0), (1, 1), (3, 2), (4, 3), (5, 4)] {
            assert_eq!(from_utf16(text, units), chars);
            assert_eq!(to_utf16(text, chars), units);
        }
        assert_eq!(from_utf16("ab", 9), 2);
    }
}
