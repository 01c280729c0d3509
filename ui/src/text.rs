//! Every word on the screen comes from `locales/*.ftl` through `t!`. Owns the one bundle; screens
//! never hold text of their own.

use fluent::{FluentArgs, FluentBundle, FluentResource};

const ENGLISH: &str = include_str!("../locales/en.ftl");

thread_local! {
    static BUNDLE: FluentBundle<FluentResource> = english();
}

/// The message of a key, with its arguments: `t!("pill-offline", count = 7)`.
#[macro_export]
macro_rules! t {
    ($key:literal) => { $crate::text::say($key, None) };
    ($key:literal, $($name:ident = $value:expr),+ $(,)?) => {{
        let mut args = fluent::FluentArgs::new();
        $(args.set(stringify!($name), $value);)+
        $crate::text::say($key, Some(&args))
    }};
}

/// What a key says; a key that is missing says itself, so that nobody meets a blank.
pub fn say(key: &str, args: Option<&FluentArgs<'_>>) -> String {
    BUNDLE.with(|bundle| {
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else { return key.to_owned() };
        let mut errors = Vec::new();
        bundle.format_pattern(pattern, args, &mut errors).into_owned()
    })
}

fn english() -> FluentBundle<FluentResource> {
    // What can't be read is left out; a test keeps the file whole.
    let resource = FluentResource::try_new(ENGLISH.to_owned()).unwrap_or_else(|(partial, _)| partial);
    let locale = "en-IN".parse().unwrap_or_default();
    let mut bundle = FluentBundle::new(vec![locale]);
    // Names are isolated by `dir` in the markup; marks in the text would reach the clipboard.
    bundle.set_use_isolating(false);
    let _ = bundle.add_resource(resource);
    bundle
}

/// A count as people read it: `1,204`.
pub fn count(number: impl Into<u64>) -> String {
    let digits = number.into().to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `4.1 KB`
pub fn bytes(number: u64) -> String {
    match number {
        0..1_000 => format!("{number} B"),
        1_000..1_000_000 => format!("{:.1} KB", number as f64 / 1_000.0),
        _ => format!("{:.1} MB", number as f64 / 1_000_000.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    #[test]
    fn counts_and_sizes_are_grouped() {
        assert_eq!([count(7_u32), count(1_204_u32), count(100_000_u32), count(1_234_567_u32)], ["7", "1,204", "100,000", "1,234,567"]);
        assert_eq!([bytes(80), bytes(4_100), bytes(2_500_000)], ["80 B", "4.1 KB", "2.5 MB"]);
    }

    #[test]
    fn the_english_file_has_no_error() {
        assert!(FluentResource::try_new(ENGLISH.to_owned()).is_ok());
    }

    #[test]
    fn every_key_used_exists_and_every_key_is_used() {
        let keys = ENGLISH.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()));
        let keys: Vec<String> = keys.filter_map(|line| Some(line.split_once('=')?.0.trim().to_owned())).collect();
        let defined: BTreeSet<String> = keys.iter().cloned().collect();
        assert_eq!(keys.len(), defined.len(), "a key stands in en.ftl twice: the first would be said for both");
        let mut used = BTreeSet::new();
        scan(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut used);
        assert_eq!(used.difference(&defined).collect::<Vec<_>>(), Vec::<&String>::new(), "used, but not in en.ftl");
        assert_eq!(defined.difference(&used).collect::<Vec<_>>(), Vec::<&String>::new(), "in en.ftl, but not used");
    }

    fn scan(folder: &Path, used: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).expect("a source folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                scan(&path, used);
                continue;
            }
            let source = fs::read_to_string(&path).expect("a source file");
            let code = source.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
            let call = concat!("t", "!(");
            for (at, _) in code.match_indices(call) {
                // Not the end of another macro's name.
                if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
                    continue;
                }
                let quoted = code[at + call.len()..].trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next());
                used.extend(quoted.map(str::to_owned));
            }
        }
    }
}
