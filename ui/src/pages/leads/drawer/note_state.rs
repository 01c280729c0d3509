//! A note while it is being typed: what the client showed, what is in the box, what is on its way.
//! Pure. Nothing typed is lost: a text that changed elsewhere is merged around it.

use crate::splice::{self, Edited};
use bridge::lead::TextSplice;

/// Where the last save is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Phase {
    Idle,
    /// This text was sent; views that come meanwhile may or may not hold it, so they are not read.
    Saving {
        sent: String,
    },
    /// It was saved; a view asked for at this count of edits or later says at which heads.
    AwaitingView {
        epoch: u64,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteState {
    /// The text that the box was typed over, and the heads it stood at.
    base: String,
    heads: String,
    text: String,
    phase: Phase,
}

impl NoteState {
    pub fn new(text: &str, heads: &str) -> Self {
        Self { base: text.to_owned(), heads: heads.to_owned(), text: text.to_owned(), phase: Phase::Idle }
    }

    /// What is in the box.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn base(&self) -> &str {
        &self.base
    }

    /// Something in the box is not saved.
    pub fn is_dirty(&self) -> bool {
        match &self.phase {
            Phase::Saving { sent } => *sent != self.text,
            Phase::Idle | Phase::AwaitingView { .. } => self.base != self.text,
        }
    }

    pub fn is_saving(&self) -> bool {
        self.phase != Phase::Idle
    }

    pub fn typed(&mut self, text: String) {
        self.text = text;
    }

    /// Takes back what was typed over an older text, from a draft.
    pub fn restore(&mut self, draft_base: &str, draft_text: &str) {
        let caret = draft_text.chars().count();
        self.text = splice::rebase(draft_base, &Edited { text: draft_text.to_owned(), caret }, &self.base).text;
    }

    /// A view of the note, asked for at a count of edits. Answers where the caret goes if the text in the box changed.
    pub fn view(&mut self, text: &str, heads: &str, epoch: u64, caret: usize) -> Option<usize> {
        match self.phase {
            Phase::Saving { .. } => return None,
            Phase::AwaitingView { epoch: wanted } if epoch < wanted => return None,
            Phase::AwaitingView { .. } | Phase::Idle => {}
        }
        self.phase = Phase::Idle;
        let merged = splice::rebase(&self.base, &Edited { text: self.text.clone(), caret }, text);
        self.base = text.to_owned();
        self.heads = heads.to_owned();
        if merged.text == self.text {
            return None;
        }
        self.text = merged.text;
        Some(merged.caret)
    }

    /// What to save now: the splice and the heads it is meant for.
    pub fn start_save(&mut self) -> Option<(TextSplice, String)> {
        if self.phase != Phase::Idle {
            return None;
        }
        let splice = splice::one(&self.base, &self.text)?;
        self.phase = Phase::Saving { sent: self.text.clone() };
        Some((splice, self.heads.clone()))
    }

    /// It was carried out as the edit of this count.
    pub fn saved(&mut self, epoch: u64) {
        if let Phase::Saving { sent } = std::mem::replace(&mut self.phase, Phase::AwaitingView { epoch }) {
            self.base = sent;
        }
    }

    /// Refused: the text stays in the box.
    pub fn failed(&mut self) {
        self.phase = Phase::Idle;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_goes_on_while_a_save_is_under_way() {
        let mut note = NoteState::new("one", "h1");
        note.typed("one two".into());
        let (splice, heads) = note.start_save().expect("a splice");
        assert_eq!((splice.at, splice.insert.as_str(), heads.as_str()), (3, " two", "h1"));
        note.typed("one two three".into());
        assert!(note.start_save().is_none(), "one save at a time");
        assert_eq!(note.view("one two", "h2", 0, 0), None, "not read while saving");
        note.saved(1);
        assert!(note.start_save().is_none(), "the heads are not known yet");
        assert_eq!(note.view("one", "h1", 0, 13), None, "asked for before the save");
        assert_eq!(note.text(), "one two three");
        assert_eq!(note.view("one two", "h2", 1, 13), None);
        let (splice, heads) = note.start_save().expect("the rest");
        assert_eq!((splice.at, splice.insert.as_str(), heads.as_str()), (7, " three", "h2"));
        note.saved(2);
        note.view("one two three", "h3", 2, 0);
        assert!(!note.is_dirty() && !note.is_saving());
    }

    #[test]
    fn a_remote_change_is_merged_around_what_is_typed() {
        let mut note = NoteState::new("call after six", "h1");
        note.typed("please call after six".into());
        assert_eq!(note.view("call after six on weekdays", "h2", 0, 7), Some(7));
        assert_eq!(note.text(), "please call after six on weekdays");
        let (splice, heads) = note.start_save().expect("a splice");
        assert_eq!((splice.at, splice.delete, splice.insert.as_str(), heads.as_str()), (0, 0, "please ", "h2"));
    }

    #[test]
    fn a_remote_change_that_came_with_the_save_keeps_both() {
        let mut note = NoteState::new("a", "h1");
        note.typed("a b".into());
        note.start_save().expect("a splice");
        note.saved(1);
        note.typed("a b c".into());
        assert_eq!(note.view("zero a b", "h2", 1, 5), Some(10));
        assert_eq!(note.text(), "zero a b c");
    }

    #[test]
    fn a_refused_text_stays_in_the_box_and_a_draft_comes_back() {
        let mut note = NoteState::new("a", "h1");
        note.typed("a typed".into());
        note.start_save().expect("a splice");
        note.failed();
        assert!(note.is_dirty());
        let mut again = NoteState::new("a and more", "h5");
        again.restore("a", "a typed");
        assert_eq!(again.text(), "a and more typed");
        assert!(again.is_dirty());
    }
}
