//! Printing: a sentence, a table or JSON, written whole and only when there is something to say.

use crate::failure::Failure;
use serde::Serialize;
use std::io::{ErrorKind, Write};
use unicode_width::UnicodeWidthStr;

pub struct Printer {
    json: bool,
}

impl Printer {
    pub fn new(json: bool) -> Self {
        Self { json }
    }

    /// An answer, as JSON or in words.
    pub fn answer(&self, json: &impl Serialize, words: impl FnOnce() -> String) -> Result<(), Failure> {
        if !self.json {
            return write(words());
        }
        self.json(json)
    }

    /// An answer that is JSON in any case: one line.
    pub fn json(&self, json: &impl Serialize) -> Result<(), Failure> {
        write(serde_json::to_string(json).map_err(|e| Failure::new(bridge::ProblemCode::Internal, e.to_string()))?)
    }

    /// A word beside the answer; JSON answers carry it themselves.
    pub fn aside(&self, words: &str) {
        if !self.json {
            eprintln!("{words}");
        }
    }

    /// Where there is no room left to say it, the exit code does.
    pub fn failure(&self, failure: &Failure) {
        if self.json {
            let _ = self.json(&failure.0);
        } else {
            eprintln!("leadline: {}", failure.0);
        }
    }
}

fn write(text: String) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{}", text.trim_end()).and_then(|()| out.flush()) {
        // `leadline lead list | head`
        Err(e) if e.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

/// Columns aligned by how wide their text is on a terminal; the last one is not padded.
pub fn table(head: &[&str], rows: Vec<Vec<String>>) -> String {
    let head: Vec<String> = head.iter().map(|h| (*h).to_owned()).collect();
    let rows: Vec<Vec<String>> = std::iter::once(head).chain(rows).map(|row| row.iter().map(|cell| one_line(cell)).collect()).collect();
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> =
        (0..columns).map(|i| rows.iter().filter_map(|row| row.get(i)).map(|cell| cell.width()).max().unwrap_or(0)).collect();
    let mut out = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', width - cell.width() + 2));
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// Names and notes may hold line breaks, and characters that would drive the terminal.
pub fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || is_direction(c) { ' ' } else { c }).collect()
}

/// Text of several lines, without what would drive the terminal.
pub fn plain(text: &str) -> String {
    text.chars().filter(|c| *c == '\n' || *c == '\t' || !(c.is_control() || is_direction(*c))).collect()
}

/// Marks that turn the direction of everything behind them.
fn is_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_in_line_in_any_script() {
        let row = |name: &str, phone: &str| vec![name.to_owned(), phone.to_owned(), "x".to_owned()];
        let text = table(&["NAME", "PHONE", ""], vec![row("मीनाक्षी जोशी", "98"), row("山田太郎", "1"), row("Asha\nMenon\u{1b}[2J", "")]);
        let at: Vec<usize> = text.lines().skip(1).map(|line| line.rsplit_once('x').expect("the last column").0.width()).collect();
        assert!(at.iter().all(|width| *width == at[0]), "{text}");
        assert!(!text.contains('\u{1b}') && text.lines().count() == 4);
    }
}
