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
    /// Counts views that were asked for after the last edit here.
    pub version: u64,
    pub can_edit: bool,
    pub edit: Editor,
    pub drafts: Drafts,
}

pub enum Msg {
    Typed(String),
    Save,
    Saved(Result<Done, Problem>),
    Composing(bool),
}

pub struct NoteEditor {
    state: NoteState,
    problem: Option<String>,
    timer: Option<Timeout>,
    /// An input method is at work: the box must not change under it.
    is_composing: bool,
    _composing: Vec<EventListener>,
    area: NodeRef,
    /// Where the caret goes once the merged text is drawn, in characters.
    caret: Option<usize>,
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
        let mut editor =
            Self { state, problem: None, timer: None, is_composing: false, _composing: Vec::new(), area: NodeRef::default(), caret: None };
        editor.save_later(ctx);
        editor
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &Props) -> bool {
        if ctx.props().version != old.version && !self.is_composing {
            self.read_view(ctx);
        }
        true
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Typed(text) => {
                let props = ctx.props();
                self.state.typed(text);
                props.drafts.put(&part(props), self.state.base(), self.state.text());
                self.problem = limits::check_text("note", self.state.text(), limits::NOTE_MAX).err().map(|refusal| refusal.text);
                self.save_later(ctx);
            }
            Msg::Save => self.save(ctx),
            Msg::Saved(Ok(_)) => {
                self.state.saved();
                if !self.state.is_dirty() {
                    ctx.props().drafts.forget(&part(ctx.props()));
                }
            }
            Msg::Saved(Err(problem)) => {
                self.state.failed();
                self.problem = Some(problem.text);
            }
            Msg::Composing(is_composing) => {
                self.is_composing = is_composing;
                if !is_composing {
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
                if note.note.unplaced { <p class="notice"><Glyph icon={Icon::Alert} />{ t!("note-unplaced") }</p> }
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
        let (Some(caret), Some(area)) = (self.caret.take(), self.area.cast::<HtmlTextAreaElement>()) else { return };
        let focused = web_sys::window().and_then(|w| w.document()).and_then(|d| d.active_element());
        if focused.as_ref() == Some(area.as_ref()) {
            let at = to_utf16(self.state.text(), caret);
            let _ = area.set_selection_range(at, at);
        }
    }

    fn destroy(&mut self, ctx: &Context<Self>) {
        // The lead is being left: what is typed goes out now; if it can't, its draft stays.
        self.timer = None;
        let Some((request, _)) = self.request(ctx) else { return };
        let (drafts, part, edited) = (ctx.props().drafts.clone(), part(ctx.props()), ctx.props().edit.on_edited.clone());
        spawn_local(async move {
            if ipc::call(&request).await.is_ok() {
                drafts.forget(&part);
                edited.emit(());
            }
        });
    }
}

impl NoteEditor {
    fn area(&self, ctx: &Context<Self>) -> Html {
        let link = ctx.link();
        let text = self.state.text().to_owned();
        html! {
            <div class="grow">
                // Holds the box open: same text, same width.
                <div class="grow__mirror" aria-hidden="true">{ &text }{ "\u{200b}" }</div>
                <textarea ref={&self.area} class="input input--area grow__area" dir="auto" rows="1" aria-label={t!("note")} data-testid="note-text"
                    aria-invalid={self.problem.is_some().then_some("true")} data-saved={(!self.state.is_dirty() && !self.state.is_saving()).to_string()} value={text}
                    oninput={link.callback(|e: InputEvent| Msg::Typed(e.target_unchecked_into::<HtmlTextAreaElement>().value()))}
                    onblur={link.callback(|_| Msg::Save)} />
            </div>
        }
    }

    fn save_later(&mut self, ctx: &Context<Self>) {
        if self.state.is_dirty() {
            let link = ctx.link().clone();
            self.timer = Some(Timeout::new(SAVE_AFTER_MS, move || link.send_message(Msg::Save)));
        }
    }

    fn save(&mut self, ctx: &Context<Self>) {
        self.timer = None;
        let Some((request, edit)) = self.request(ctx) else { return };
        let link = ctx.link().clone();
        let on_edited = edit.on_edited;
        spawn_local(async move {
            let answer = ipc::call(&request).await;
            let is_ok = answer.is_ok();
            // First the state, then the question for the view that follows it.
            link.send_message(Msg::Saved(answer));
            if is_ok {
                on_edited.emit(());
            }
        });
    }

    fn request(&mut self, ctx: &Context<Self>) -> Option<(NoteEdit, Editor)> {
        let props = ctx.props();
        if !props.can_edit || limits::check_text("note", self.state.text(), limits::NOTE_MAX).is_err() {
            return None;
        }
        let (splice, heads) = self.state.start_save()?;
        let request = NoteEdit { lead: props.edit.lead, note: props.note.note.id, heads, splices: vec![splice] };
        Some((request, props.edit.clone()))
    }

    fn read_view(&mut self, ctx: &Context<Self>) {
        let props = ctx.props();
        let caret = self.area.cast::<HtmlTextAreaElement>().and_then(|area| area.selection_start().ok().flatten()).unwrap_or(0);
        let caret = from_utf16(self.state.text(), caret);
        self.caret = self.state.view(&props.note.note.text, &props.heads, caret);
        if self.state.is_dirty() {
            props.drafts.put(&part(props), self.state.base(), self.state.text());
            self.save_later(ctx);
        }
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
