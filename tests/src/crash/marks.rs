//! Edits that can be told from all others, and whether each is where it must be, once.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

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

/// One person's edits, each by a text that nobody else's has.
pub struct Marks {
    /// Two people's edits meet in one log.
    whose: usize,
    given: usize,
    acknowledged: BTreeSet<usize>,
}

/// One edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    whose: usize,
    n: usize,
}

impl std::fmt::Display for Mark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // With an end of its own: no mark is within another.
        write!(f, "kill-{}-{}-x", self.whose, self.n)
    }
}

impl Default for Marks {
    fn default() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(1);
        Self { whose: NEXT.fetch_add(1, Ordering::Relaxed), given: 0, acknowledged: BTreeSet::new() }
    }
}

impl Marks {
    pub fn give(&mut self) -> Mark {
        self.given += 1;
        self.mark(self.given)
    }

    fn mark(&self, n: usize) -> Mark {
        Mark { whose: self.whose, n }
    }

    pub fn acknowledge(&mut self, mark: Mark) {
        self.acknowledged.insert(mark.n);
    }

    /// Acknowledges all but those that `open` still names.
    pub fn acknowledge_all_but(&mut self, open: &[String]) {
        let closed: Vec<usize> = (1..=self.given).filter(|n| count(open, self.mark(*n)) == 0).collect();
        self.acknowledged.extend(closed);
    }

    /// What holds of the commands that are there, as JSON.
    #[must_use]
    pub fn judge(&self, commands: &[String]) -> Verdict {
        let there = |n: &usize| count(commands, self.mark(*n));
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
        // Somebody else's first is not this one's.
        assert_ne!(Marks::default().give().to_string(), given[0].to_string());
    }
}
