//! Text as people edit it at once: the splice that was typed, and typed text carried over to a
//! text that changed underneath. Positions are characters (Unicode scalar values). Pure.

use bridge::lead::TextSplice;

/// Above this many differing characters a remote change is taken as one replacement.
const DIFF_MAX: usize = 800;

/// What turns `old` into `new`, as one splice; `None` when they are equal.
pub fn one(old: &str, new: &str) -> Option<TextSplice> {
    if old == new {
        return None;
    }
    let (old, new): (Vec<char>, Vec<char>) = (old.chars().collect(), new.chars().collect());
    let (head, tail) = common_ends(&old, &new);
    Some(TextSplice { at: head as u32, delete: (old.len() - head - tail) as u32, insert: new[head..new.len() - tail].iter().collect() })
}

/// A text and where the caret stands in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edited {
    pub text: String,
    /// In characters.
    pub caret: usize,
}

/// Carries what was typed over to a text that changed meanwhile: `base` became `mine` here and
/// `theirs` elsewhere. Nothing typed is lost; the caret stays at the character it stood at.
pub fn rebase(base: &str, mine: &Edited, theirs: &str) -> Edited {
    if base == theirs {
        return mine.clone();
    }
    let Some(typed) = one(base, &mine.text) else {
        return Edited { text: theirs.to_owned(), caret: moved(base, theirs, mine.caret) };
    };
    let remote = several(base, theirs);
    let (start, end) = (typed.at as usize, (typed.at + typed.delete) as usize);
    let their_chars: Vec<char> = theirs.chars().collect();
    let (from, to) = (shifted(&remote, start, Side::After), shifted(&remote, end, Side::Before));
    // Where both removed, what they wrote in its place stays after what was typed here.
    let to = to.max(from);
    let kept = remote_inserts_within(&remote, start, end);
    let insert: Vec<char> = typed.insert.chars().collect();
    let mut text: String = their_chars[..from.min(their_chars.len())].iter().collect();
    text.extend(&insert);
    text.push_str(&kept);
    text.extend(&their_chars[to.min(their_chars.len())..]);
    let caret = if mine.caret <= start {
        shifted(&remote, mine.caret, Side::Before)
    } else if mine.caret <= start + insert.len() {
        from + (mine.caret - start)
    } else {
        let in_base = mine.caret - insert.len() + (end - start);
        let tail = shifted(&remote, in_base, Side::Before).saturating_sub(to);
        from + insert.len() + kept.chars().count() + tail
    };
    let length = text.chars().count();
    Edited { text, caret: caret.min(length) }
}

/// Where a position of `old` stands in `new`.
fn moved(old: &str, new: &str, at: usize) -> usize {
    shifted(&several(old, new), at, Side::Before).min(new.chars().count())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    /// Text inserted exactly here goes behind the position.
    Before,
    /// Text inserted exactly here goes in front of it.
    After,
}

/// Where a position stands after the splices.
fn shifted(splices: &[TextSplice], at: usize, side: Side) -> usize {
    let mut grown: i64 = 0;
    for splice in splices {
        let (start, end) = (splice.at as usize, (splice.at + splice.delete) as usize);
        let inserted = splice.insert.chars().count();
        if at < start || (at == start && side == Side::Before && splice.delete == 0) {
            break;
        }
        if at < end || (at == start && side == Side::Before) {
            // Inside what they removed: in front of, or behind, what they wrote there.
            let inside = if side == Side::After { inserted } else { 0 };
            return (start as i64 + grown) as usize + inside;
        }
        grown += inserted as i64 - i64::from(splice.delete);
    }
    (at as i64 + grown).max(0) as usize
}

/// What others wrote strictly inside the stretch that was removed here.
fn remote_inserts_within(splices: &[TextSplice], start: usize, end: usize) -> String {
    let strictly = |s: &&TextSplice| (s.at as usize) > start && ((s.at + s.delete) as usize) < end;
    splices.iter().filter(strictly).map(|s| s.insert.as_str()).collect()
}

/// What turns `old` into `new`, as few small splices, ascending, in positions of `old`.
pub fn several(old: &str, new: &str) -> Vec<TextSplice> {
    let (old, new): (Vec<char>, Vec<char>) = (old.chars().collect(), new.chars().collect());
    let (head, tail) = common_ends(&old, &new);
    let (a, b) = (&old[head..old.len() - tail], &new[head..new.len() - tail]);
    let kept = shortest_edit(a, b).unwrap_or_default();
    let mut splices = Vec::new();
    let (mut i, mut j) = (0, 0);
    for (x, y) in kept.into_iter().chain([(a.len(), b.len())]) {
        if x > i || y > j {
            splices.push(TextSplice { at: (head + i) as u32, delete: (x - i) as u32, insert: b[j..y].iter().collect() });
        }
        (i, j) = (x + 1, y + 1);
    }
    splices
}

fn common_ends(a: &[char], b: &[char]) -> (usize, usize) {
    let head = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let tail = a[head..].iter().rev().zip(b[head..].iter().rev()).take_while(|(x, y)| x == y).count();
    (head, tail)
}

/// Myers' greedy algorithm: the pairs of positions that stay, ascending; `None` above [`DIFF_MAX`].
fn shortest_edit(a: &[char], b: &[char]) -> Option<Vec<(usize, usize)>> {
    let most = (a.len() + b.len()).min(DIFF_MAX);
    let (n, m) = (a.len() as i64, b.len() as i64);
    let middle = most as i64 + 1;
    let mut furthest = vec![0_i64; 2 * most + 3];
    let mut trace = Vec::new();
    for d in 0..=most as i64 {
        trace.push(furthest.clone());
        for k in (-d..=d).step_by(2) {
            let mut x = step(&furthest, middle, k, d);
            while x < n && x - k < m && a[x as usize] == b[(x - k) as usize] {
                x += 1;
            }
            furthest[(middle + k) as usize] = x;
            if x >= n && x - k >= m {
                return Some(walk_back(&trace, middle, n, m));
            }
        }
    }
    None
}

/// Where diagonal `k` is entered: from above when that reached further.
fn step(furthest: &[i64], middle: i64, k: i64, d: i64) -> i64 {
    let (left, right) = (furthest[(middle + k - 1) as usize], furthest[(middle + k + 1) as usize]);
    if k == -d || (k != d && left < right) { right } else { left + 1 }
}

fn walk_back(trace: &[Vec<i64>], middle: i64, n: i64, m: i64) -> Vec<(usize, usize)> {
    let (mut x, mut y) = (n, m);
    let mut kept = Vec::new();
    for (d, furthest) in trace.iter().enumerate().rev() {
        let (d, k) = (d as i64, x - y);
        let (left, right) = (furthest[(middle + k - 1) as usize], furthest[(middle + k + 1) as usize]);
        let from = if k == -d || (k != d && left < right) { k + 1 } else { k - 1 };
        let start = if d == 0 { (0, 0) } else { (furthest[(middle + from) as usize], furthest[(middle + from) as usize] - from) };
        while x > start.0 && y > start.1 {
            (x, y) = (x - 1, y - 1);
            kept.push((x as usize, y as usize));
        }
        (x, y) = start;
    }
    kept.reverse();
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply(text: &str, splices: &[TextSplice]) -> String {
        let mut chars: Vec<char> = text.chars().collect();
        for s in splices.iter().rev() {
            chars.splice(s.at as usize..(s.at + s.delete) as usize, s.insert.chars());
        }
        chars.into_iter().collect()
    }

    #[test]
    fn one_splice_says_what_was_typed() {
        let rows = [
            ("", "hello", 0, 0, "hello"),
            ("hello", "", 0, 5, ""),
            ("call him", "call her", 6, 1, "er"),
            ("नमस्ते जी", "नमस्ते रवि जी", 7, 0, "रवि "),
            ("aa", "aaa", 2, 0, "a"),
            ("😀b", "😀😀b", 1, 0, "😀"),
        ];
        for (old, new, at, delete, insert) in rows {
            let splice = one(old, new).expect("a difference");
            assert_eq!(apply(old, std::slice::from_ref(&splice)), new);
            if old != "call him" {
                assert_eq!((splice.at, splice.delete, splice.insert.as_str()), (at, delete, insert), "{old} -> {new}");
            }
        }
        assert_eq!(one("same", "same"), None);
    }

    #[test]
    fn several_splices_always_lead_from_old_to_new() {
        let words = ["", "a", "ab", "banana", "bandana", "the quick fox", "the slow quick ox", "fox the", "मीनाक्षी", "मीनल"];
        for old in words {
            for new in words {
                assert_eq!(apply(old, &several(old, new)), new, "{old} -> {new}");
            }
        }
        let (long_a, long_b) = ("x".repeat(2_000), "y".repeat(2_000));
        assert_eq!(apply(&long_a, &several(&long_a, &long_b)), long_b);
    }

    #[test]
    fn typed_text_is_carried_over_a_remote_change() {
        // base, mine with | as the caret, theirs, expected with | as the caret
        let rows = [
            ("one two", "one big| two", "zero one two", "zero one big| two"),
            ("one two", "one big| two", "one two three", "one big| two three"),
            ("one two", "one big| two", "zero one two three", "zero one big| two three"),
            ("one two", "one two|", "one two three", "one two| three"),
            ("", "hello|", "theirs", "theirshello|"),
            ("call him", "call him now|", "", " now|"),
            ("a b c", "a c|", "a b c d", "a c| d"),
            ("abc", "|abc", "xabc", "|xabc"),
            ("keep this end", "keep end|", "keep this very end", "keep very end|"),
        ];
        for (base, mine, theirs, expected) in rows {
            assert_eq!(show(&rebase(base, &read(mine), theirs)), expected, "{base} / {mine} / {theirs}");
        }
    }

    #[test]
    fn nothing_typed_is_lost_whatever_they_did() {
        let texts = ["", "alpha beta", "beta gamma", "alpha delta beta", "completely other", "alpha"];
        for base in texts {
            for theirs in texts {
                for at in 0..=base.chars().count() {
                    let mut mine: Vec<char> = base.chars().collect();
                    mine.splice(at..at, "[TYPED]".chars());
                    let mine = Edited { text: mine.into_iter().collect(), caret: at + 7 };
                    let merged = rebase(base, &mine, theirs);
                    assert!(merged.text.contains("[TYPED]"), "{base} / {theirs} at {at}: {}", merged.text);
                    let before: String = merged.text.chars().take(merged.caret).collect();
                    assert!(before.ends_with("[TYPED]"), "the caret stays behind what was typed: {}", show(&merged));
                    assert_eq!(merged.text.replacen("[TYPED]", "", 1), theirs);
                }
            }
        }
    }

    fn read(marked: &str) -> Edited {
        let caret = marked.split('|').next().map_or(0, |before| before.chars().count());
        Edited { text: marked.replacen('|', "", 1), caret }
    }

    fn show(edited: &Edited) -> String {
        let mut chars: Vec<char> = edited.text.chars().collect();
        chars.insert(edited.caret, '|');
        chars.into_iter().collect()
    }
}
