//! What a box shows while its owner is a step behind. A frame may end between a keystroke and the
//! owner's answer to it; drawing the owner's older text then would take the keystroke away. Pure.

use std::collections::VecDeque;

/// Keystrokes that wait for their owner at most; older ones count as answered.
const PENDING_MAX: usize = 64;

#[derive(Debug, Default)]
pub struct Typing {
    shown: String,
    /// Texts told to the owner and not yet heard back.
    pending: VecDeque<String>,
    last: String,
}

impl Typing {
    pub fn new(value: &str) -> Self {
        Self { shown: value.to_owned(), pending: VecDeque::new(), last: value.to_owned() }
    }

    /// Called within the event of the keystroke.
    pub fn typed(&mut self, text: String) {
        self.pending.push_back(text.clone());
        if self.pending.len() > PENDING_MAX {
            self.pending.pop_front();
        }
        self.shown = text;
    }

    /// What to draw for the owner's value: an echo of something typed changes nothing, a value of
    /// the owner's own takes the box.
    pub fn show(&mut self, value: &str) -> String {
        if value != self.last {
            value.clone_into(&mut self.last);
            match self.pending.iter().position(|text| text == value) {
                Some(at) => drop(self.pending.drain(..=at)),
                None => {
                    self.pending.clear();
                    value.clone_into(&mut self.shown);
                }
            }
        }
        self.shown.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_owner_takes_no_keystroke_away() {
        let mut typing = Typing::new("");
        typing.typed("k".into());
        typing.typed("kr".into());
        assert_eq!(typing.show(""), "kr", "drawn before the owner knows");
        assert_eq!(typing.show("k"), "kr", "the owner heard the first");
        typing.typed("kri".into());
        assert_eq!(typing.show("kr"), "kri");
        assert_eq!(typing.show("kri"), "kri");
    }

    #[test]
    fn the_owner_may_change_the_text() {
        let mut typing = Typing::new("old");
        assert_eq!(typing.show("new"), "new");
        typing.typed("new!".into());
        assert_eq!(typing.show("new!"), "new!");
        assert_eq!(typing.show(""), "", "cleared");
    }
}
