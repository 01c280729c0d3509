//! A thief in tests: looks through copied folders for what should not be there.

use crate::processes::{PASSWORD, Terminal};
use anyhow::{Context, Result};
use client::store::meta;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Every file below `dir`.
///
/// # Errors
/// The disk's.
pub fn files(dir: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    for entry in std::fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() { files(&path, found)? } else { found.push(path) }
    }
    Ok(())
}

/// Every place below `dir` where one of the words stands, as UTF-8 or as UTF-16.
///
/// # Errors
/// The disk's.
pub fn places(dir: &Path, words: &[String]) -> Result<Vec<String>> {
    let mut all = Vec::new();
    files(dir, &mut all)?;
    let mut places = Vec::new();
    for file in all {
        let bytes = std::fs::read(&file)?;
        let lower = bytes.to_ascii_lowercase();
        for word in words {
            let word = word.to_ascii_lowercase();
            let wide: Vec<u8> = word.encode_utf16().flat_map(u16::to_le_bytes).collect();
            if holds(&lower, word.as_bytes()) || holds(&lower, &wide) || file.to_string_lossy().to_lowercase().contains(&word) {
                places.push(format!("{word} in {}", file.display()));
            }
        }
    }
    Ok(places)
}

fn holds(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

/// Names, phones and e-mails of the leads on a computer, whose it is, and its secrets.
///
/// # Errors
/// What the CLI says.
pub fn secrets(terminal: &Terminal, person: [&str; 2]) -> Result<Vec<String>> {
    let mut words: Vec<String> = person.into_iter().chain([PASSWORD]).map(str::to_owned).collect();
    let listed = terminal.run(&["lead", "list", "--limit", "200"])?;
    for row in listed["rows"].as_array().context("rows")? {
        for field in ["name", "phone", "email"] {
            words.extend(row[field].as_str().filter(|text| text.len() > 5).map(str::to_owned));
        }
        let digits = row["phone"].as_str().unwrap_or_default().chars().filter(char::is_ascii_digit).collect::<String>();
        words.extend(Some(digits).filter(|digits| digits.len() > 6));
    }
    let desk = terminal.borrow(false)?;
    let store = desk.engine().store();
    for key in [meta::TOKENS, meta::DEVICE_SECRET] {
        let secret: Value = store.read(|c| meta::get(c, key))?.context(key)?;
        let texts = secret.as_object().map(|o| o.values().cloned().collect()).unwrap_or_else(|| vec![secret.clone()]);
        words.extend(texts.iter().filter_map(Value::as_str).map(str::to_owned));
    }
    Ok(words)
}
