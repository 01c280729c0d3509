//! Edits that can be told from all others, and whether each is where it must be, once.

use std::collections::BTreeSet;

/// What became of the edits of a scenario.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Edits that a process had said are saved, or are on the server.
    pub acknowledged: usize,
    /// Of these, not there.
    pub lost: usize,
    /// Of all that were tried, there more than once.
    pub doubled: usize,
}

/// Edits by a text of their own.
#[derive(Default)]
pub struct Marks {
    given: usize,
    acknowledged: BTreeSet<usize>,
}

/// One edit, or several that are acknowledged together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark(usize);

impl std::fmt::Display for Mark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // With an end of its own: no mark is within another.
        write!(f, "kill-{}-x", self.0)
    }
}

impl Marks {
    pub fn give(&mut self) -> Mark {
        self.given += 1;
        Mark(self.given)
    }

    pub fn acknowledge(&mut self, mark: Mark) {
        self.acknowledged.insert(mark.0);
    }

    /// Acknowledges all but those that `open` still names.
    pub fn acknowledge_all_but(&mut self, open: &[String]) {
        let closed = (1..=self.given).filter(|n| count(open, Mark(*n)) == 0);
        self.acknowledged.extend(closed);
    }

    /// What holds of the commands that are there, as JSON.
    #[must_use]
    pub fn judge(&self, commands: &[String]) -> Verdict {
        let there = |n: &usize| count(commands, Mark(*n));
        Verdict {
            acknowledged: self.acknowledged.len(),
            lost: self.acknowledged.iter().filter(|n| there(n) == 0).count(),
            doubled: (1..=self.given).filter(|n| there(n) > 1).count(),
        }
    }
}

fn count(commands: &[String], mark: Mark) -> usize {
    let text = mark.to_string();
    commands.iter().filter(|command| command.contains(&text)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_or_there_twice_is_counted() {
        let mut marks = Marks::default();
        let given: Vec<Mark> = (0..12).map(|_| marks.give()).collect();
        given[..3].iter().for_each(|mark| marks.acknowledge(*mark));
        let said = |n: usize| format!("{{\"text\":\"{}\"}}", given[n]);
        assert_eq!(marks.judge(&[said(0), said(1), said(2)]), Verdict { acknowledged: 3, lost: 0, doubled: 0 });
        // The first one's text is not within the eleventh's.
        assert_eq!(marks.judge(&[said(10), said(1), said(1), said(5), said(5)]), Verdict { acknowledged: 3, lost: 2, doubled: 2 });
        marks.acknowledge_all_but(&[said(4)]);
        assert_eq!(marks.judge(&[]).acknowledged, 11);
    }
}
