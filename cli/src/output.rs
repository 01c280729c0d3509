//! What is printed: one JSON value, or text for people.

use bridge::Problem;
use bridge::lead::When;
use serde::Serialize;

/// How this run prints.
pub struct Output {
    pub json: bool,
}

impl Output {
    /// Prints `value` as JSON, or as `text` makes it.
    pub fn show<T: Serialize>(&self, value: &T, text: impl FnOnce(&T) -> String) {
        if self.json {
            println!("{}", serde_json::to_string(value).unwrap_or_else(|_| "null".into()));
        } else {
            println!("{}", text(value).trim_end());
        }
    }

    /// Prints that something is done.
    pub fn done(&self, text: &str) {
        self.show(&serde_json::json!({ "done": true }), |_| text.to_owned());
    }

    pub fn problem(&self, problem: &Problem) {
        if self.json {
            println!("{}", serde_json::to_string(problem).unwrap_or_else(|_| "null".into()));
        } else {
            eprintln!("{problem}");
        }
    }
}

/// `2026-11-22 17:00`
pub fn time(when: &When) -> String {
    when.local.replace('T', " ")
}

/// Aligned columns; widths in characters, which is right for most scripts.
pub fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let width = |i: usize| rows.iter().map(|r| r[i].chars().count()).chain([head[i].chars().count()]).max().unwrap_or(0);
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let line = |cells: &[String]| {
        let padded: Vec<String> = cells.iter().zip(&widths).map(|(c, w)| format!("{c}{}", " ".repeat(w - c.chars().count()))).collect();
        format!("{}\n", padded.join("  ").trim_end())
    };
    let head: Vec<String> = head.iter().map(|h| (*h).to_owned()).collect();
    rows.iter().fold(line(&head), |text, row| text + &line(row))
}
