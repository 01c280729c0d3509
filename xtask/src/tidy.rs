//! Checks of the habits no compiler knows: paths named in documents exist, modules say what they own,
//! tests neither sleep nor hide, money is no float, neither in Rust nor in a column, no package of the workspace but one
//! goes without its lints. Reads only files git knows or would add.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use crate::shell::{self, root, step};

/// Words that no source may hold, and why. Built from halves, so that this file passes itself.
const FORBIDDEN: [(&str, &str, &str); 2] =
    [("todo", "!(", "unfinished work does not land"), ("#[ign", "ore", "a test that is not run proves nothing")];
/// The one pause a test may take: between two looks at what it waits for, until its deadline.
const TEST_PAUSE: &str = "sleep(POLL)";
/// The one package with lints of its own, and one that is no member of the workspace.
const OWN_LINTS: [&str; 2] = ["tests/vfs/Cargo.toml", "tests/fuzz/Cargo.toml"];
/// The one module that may hold this word.
const UNSAFE_IN: &str = "tests/vfs/src/shim.rs";
const UNSAFE: &str = concat!("uns", "afe");
/// What is in the name of a file that is about money, and in a line that holds some.
const MONEY_FILES: [&str; 6] = ["money", "ledger", "payment", "payer", "receipt", "instalment"];
const MONEY_WORDS: [&str; 9] = ["amount", "price", "money", "balance", "instalment", "refund", "discount", "rupee", "minor"];
/// Kinds of columns that can't hold an amount exactly, or are read as a float.
const FRACTIONS: [&str; 6] = ["REAL", "FLOAT", "DOUBLE", "NUMERIC", "DECIMAL", "MONEY"];
/// First folders of paths that are ours to check.
const OURS: [&str; 14] = [
    "crates",
    "src-tauri",
    "ui",
    "cli",
    "sync-server",
    "tests",
    "xtask",
    "migrations",
    "icons",
    "docs",
    ".ci",
    ".cargo",
    ".config",
    "shared",
];
/// Made at a build or a run, or given from outside: named in documents, absent from the tree.
const MADE: [&str; 5] = ["ui/dist", "target", ".leadline", "gen/schemas", "shared"];

pub fn run() -> Result<()> {
    step("Checking habits (tidy)");
    let mut faults = Vec::new();
    for file in files("rs")? {
        let text = fs::read_to_string(&file).with_context(|| format!("{} can't be read", file.display()))?;
        check_source(&name(&file), &text, &mut faults);
    }
    for file in files("sql")? {
        let text = fs::read_to_string(&file).with_context(|| format!("{} can't be read", file.display()))?;
        check_migration(&name(&file), &text, &mut faults);
    }
    for file in files("toml")? {
        let text = fs::read_to_string(&file).with_context(|| format!("{} can't be read", file.display()))?;
        check_manifest(&name(&file), &text, &mut faults);
    }
    for file in files("md")? {
        let text = fs::read_to_string(&file).with_context(|| format!("{} can't be read", file.display()))?;
        let folder = file.parent().unwrap_or(root());
        let exists = |path: &str| root().join(path).exists() || folder.join(path).exists();
        check_document(&name(&file), &text, exists, &mut faults);
    }
    if faults.is_empty() {
        return Ok(());
    }
    bail!("{} faults:\n  {}", faults.len(), faults.join("\n  "));
}

/// Files of the tree with this extension: tracked, or new and not ignored.
pub fn files(extension: &str) -> Result<Vec<PathBuf>> {
    let mut git = shell::program("git");
    git.args(["ls-files", "--cached", "--others", "--exclude-standard", "--", &format!("*.{extension}")]);
    let listed = shell::read(&mut git)?;
    let files = listed.lines().map(|line| root().join(line));
    // Removed but not yet committed.
    Ok(files.filter(|file| file.is_file()).collect())
}

fn check_source(file: &str, text: &str, faults: &mut Vec<String>) {
    if !text.trim_start().starts_with("//!") {
        faults.push(format!("{file}: begins without `//!`: what it owns, what it never does"));
    }
    let is_test = file.starts_with("tests/") || file.contains("/tests/");
    // A file about money, or one that has amounts in its hands.
    let is_money = MONEY_FILES.iter().any(|word| file.contains(word)) || text.lines().any(|line| has_word(line, "Money"));
    for (number, line) in text.lines().enumerate() {
        let place = format!("{file}:{}", number + 1);
        for (head, tail, why) in FORBIDDEN.iter().filter(|(head, tail, _)| line.contains(&format!("{head}{tail}"))) {
            faults.push(format!("{place}: {head}{tail}: {why}"));
        }
        if is_test && line.contains("sleep(") && !line.contains(TEST_PAUSE) {
            faults.push(format!("{place}: a fixed wait: look again every POLL until a deadline"));
        }
        let code = line.split("//").next().unwrap_or(line);
        if has_word(code, UNSAFE) && file != UNSAFE_IN {
            faults.push(format!("{place}: {UNSAFE}: it has one place, {UNSAFE_IN}"));
        }
        let names_money = is_money || MONEY_WORDS.iter().any(|word| code.contains(word));
        if names_money && names_float(code) && file != "xtask/src/tidy.rs" {
            faults.push(format!("{place}: money as a float: it is an integer of minor units"));
        }
    }
}

/// Columns hold whole numbers, texts and bytes; of a fraction there is no exact sum.
fn check_migration(file: &str, text: &str, faults: &mut Vec<String>) {
    for (number, line) in text.lines().enumerate() {
        let code = line.split("--").next().unwrap_or(line).to_uppercase();
        if FRACTIONS.iter().any(|kind| has_word(&code, kind)) {
            faults.push(format!("{file}:{}: a column of fractions: amounts are integers of minor units", number + 1));
        }
    }
}

/// The types, and what converts to and from them.
fn names_float(code: &str) -> bool {
    code.split(|c: char| !c.is_alphanumeric() && c != '_')
        .any(|word| ["f64", "f32"].iter().any(|kind| word == *kind || word.ends_with(&format!("_{kind}"))))
}

fn check_manifest(file: &str, text: &str, faults: &mut Vec<String>) {
    let is_package = text.lines().any(|line| line == "[package]");
    if is_package && !OWN_LINTS.contains(&file) && !text.contains("[lints]\nworkspace = true\n") {
        faults.push(format!("{file}: goes without the workspace's lints, which forbid {UNSAFE} code"));
    }
}

fn has_word(code: &str, word: &str) -> bool {
    code.split(|c: char| !c.is_alphanumeric() && c != '_').any(|part| part == word)
}

fn check_document(file: &str, text: &str, exists: impl Fn(&str) -> bool, faults: &mut Vec<String>) {
    let mut in_code = false;
    for (number, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        if in_code {
            continue;
        }
        let links = links(line).into_iter().filter(|link| is_relative_link(link));
        let spans = code_spans(line).into_iter().filter(|span| is_path(span));
        for path in links.chain(spans) {
            let path = path.split('#').next().unwrap_or(path).trim_end_matches('/');
            let is_made = MADE.iter().any(|made| path.strip_prefix(made).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')));
            if !path.is_empty() && !is_made && !exists(path) {
                faults.push(format!("{file}:{}: names {path}, which does not exist", number + 1));
            }
        }
    }
}

/// Targets of `[text](target)`.
fn links(line: &str) -> Vec<&str> {
    line.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect()
}

fn is_relative_link(link: &str) -> bool {
    !link.contains("://") && !link.starts_with("mailto:") && !link.starts_with('#') && !link.contains(' ')
}

/// What stands between single backticks.
fn code_spans(line: &str) -> Vec<&str> {
    line.split('`').skip(1).step_by(2).collect()
}

/// Whether a code span names a place in the tree, not a route, a pattern or a command.
fn is_path(span: &str) -> bool {
    let plain = span.chars().all(|c| c.is_ascii_alphanumeric() || "/._-@".contains(c));
    let Some((first, rest)) = span.split_once('/') else { return plain && is_file_of_the_root(span) };
    plain && OURS.contains(&first) && !rest.contains("NNNN") && !span.contains("...")
}

/// A bare name is a path only if it reads like a file that lies in the root.
fn is_file_of_the_root(span: &str) -> bool {
    ["ARCHITECTURE.md", "CONTRIBUTING.md", "README.md", "LICENSE", "Cargo.toml", "tauri.conf.json"].contains(&span)
}

fn name(file: &Path) -> String {
    file.strip_prefix(root()).unwrap_or(file).display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(text: &str) -> Vec<String> {
        let mut faults = Vec::new();
        check_document("a.md", text, |path| path == "crates/domain" || path == "docs/sync.md", &mut faults);
        faults
    }

    #[test]
    fn documents_may_name_only_what_exists() {
        let cases = [
            ("see `crates/domain`, `crates/domain/` and [sync](docs/sync.md#push)", 0),
            ("see `crates/gone`", 1),
            ("see [gone](docs/gone.md)", 1),
            ("a route `/api/v1/sync/push`, a command `cargo xtask run`, a link [x](https://example.org/a)", 0),
            ("`ui/dist` is made, so are `target/ui` and `.leadline/server`", 0),
            ("```\n`crates/gone`\n```", 0),
        ];
        for (text, faults) in cases {
            assert_eq!(document(text).len(), faults, "{text}");
        }
    }

    #[test]
    fn only_one_package_has_lints_of_its_own() {
        let lints = "[package]\nname = \"a\"\n\n[lints]\nworkspace = true\n";
        for (file, text, wanted) in [
            ("crates/a/Cargo.toml", lints, 0),
            ("crates/a/Cargo.toml", "[package]\nname = \"a\"\n", 1),
            ("tests/vfs/Cargo.toml", "[package]\nname = \"a\"\n", 0),
            ("tests/fuzz/Cargo.toml", "[package]\nname = \"a\"\n", 0),
            (".cargo/config.toml", "[alias]\n", 0),
        ] {
            let mut faults = Vec::new();
            check_manifest(file, text, &mut faults);
            assert_eq!(faults.len(), wanted, "{file} {text:?}");
        }
    }

    #[test]
    fn no_column_holds_a_fraction() {
        for (text, wanted) in [
            ("CREATE TABLE a (\n    amount INTEGER NOT NULL, -- no real one\n    rest REAL\n);", 1),
            ("amount numeric(12, 2)", 1),
            ("amount BIGINT NOT NULL", 0),
        ] {
            let mut faults = Vec::new();
            check_migration("migrations/a.sql", text, &mut faults);
            assert_eq!(faults.len(), wanted, "{text}");
        }
    }

    #[test]
    fn sources_keep_the_habits() {
        let sleep = "//! m\nsleep(SECOND);";
        let cases = [
            ("crates/a/src/lib.rs", "//! m\n", 0),
            ("crates/a/src/lib.rs", "mod a;\n", 1),
            ("crates/a/tests/b.rs", sleep, 1),
            ("tests/src/b.rs", sleep, 1),
            ("crates/a/src/lib.rs", sleep, 0),
            ("tests/src/b.rs", "//! m\nsleep(POLL).await;", 0),
            ("crates/a/src/money.rs", "//! m\nfn a(x: f64) {}", 1),
            ("crates/a/src/lead.rs", "//! m\nlet amount: f32 = 1.0;", 1),
            ("crates/a/src/lead.rs", "//! m\nlet share: f64 = 1.0;", 0),
            ("crates/a/src/lead.rs", "//! m\nuse domain::Money;\nlet share: f64 = 1.0;", 1),
            ("crates/a/src/lead.rs", "//! m\nlet balance = json.as_f64();", 1),
            ("ui/src/pages/payments/row.rs", "//! m\nlet share: f64 = 1.0;", 1),
            ("crates/a/src/lead.rs", concat!("//! m\nuns", "afe { a() }"), 1),
            ("tests/vfs/src/disk.rs", concat!("//! m\nuns", "afe { a() }"), 1),
            ("tests/vfs/src/shim.rs", concat!("//! m\nuns", "afe { a() }"), 0),
        ];
        for (file, text, wanted) in cases {
            let mut faults = Vec::new();
            check_source(file, text, &mut faults);
            assert_eq!(faults.len(), wanted, "{file} {text:?} {faults:?}");
        }
    }
}
