//! What a person typed into the search box, taken apart: words that begin a word of the name or
//! the e-mail, digits of a phone in any format. Every part must be found.

use super::index::{Digits, Place};
use domain::phone;

/// Typed characters that are looked at.
const TYPED_MAX: usize = 200;
/// Words and numbers that are looked at.
const PARTS_MAX: usize = 8;
/// Words shorter than this are looked for in names alone: `c` would find every e-mail that ends in `.com`.
const EMAIL_FROM: usize = 3;
/// Shorter numbers are looked for at the start and the end alone.
const ANYWHERE_FROM: usize = 3;
/// From here on, numbers that end so stand first: agents type the last four or five digits.
const TAIL_FROM: usize = 4;

/// One typed word or number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Part {
    pub word: Option<String>,
    pub digits: Vec<(Place, Digits)>,
    /// Numbers that end so come first.
    pub tail: Option<Digits>,
}

/// Takes a search apart; empty for one that asks for nothing. `home_prefix` is `+91`.
pub(super) fn parts(typed: &str, home_prefix: &str) -> Vec<Part> {
    let typed: String = typed.chars().take(TYPED_MAX).collect();
    let typed = typed.trim();
    if is_number(typed) {
        let one = typed.split_whitespace().count() == 1 && typed.chars().all(char::is_alphanumeric);
        return vec![Part { word: one.then(|| typed.to_owned()), ..number(typed, home_prefix) }];
    }
    let words = words(typed).take(PARTS_MAX);
    words
        .map(|word| if is_number(word) { Part { word: Some(word.to_owned()), ..number(word, home_prefix) } } else { Part::word(word) })
        .collect()
}

impl Part {
    fn word(word: &str) -> Self {
        Self { word: Some(word.to_owned()), ..Self::default() }
    }

    /// For those who may not see numbers: else they could find them out digit by digit.
    pub(super) fn forget_digits(&mut self) {
        self.digits.clear();
        self.tail = None;
    }
}

/// Digits and what people write between them.
fn is_number(typed: &str) -> bool {
    typed.chars().all(|c| "+-. ()/\u{a0}".contains(c) || !phone::digits(c.encode_utf8(&mut [0; 4])).is_empty())
        && !phone::digits(typed).is_empty()
}

fn number(typed: &str, home_prefix: &str) -> Part {
    let digits = phone::digits(typed);
    let after = u8::try_from(phone::digits(home_prefix).len()).unwrap_or(0);
    let mut found = Vec::new();
    let mut look = |place, digits: &str| found.extend(Digits::of(digits).map(|d| (place, d)));
    if typed.starts_with('+') {
        look(Place::Start { after: 0 }, &digits);
    } else if digits.len() < ANYWHERE_FROM {
        look(Place::Start { after }, &digits);
        look(Place::Start { after: 0 }, &digits);
        look(Place::End, &digits);
    } else {
        look(Place::Anywhere, &digits);
    }
    // A trunk zero is dialled, not stored.
    let national = digits.trim_start_matches('0');
    if national.len() < digits.len() {
        look(Place::Start { after }, national);
    }
    let tail = if digits.len() >= TAIL_FROM && !typed.starts_with('+') { Digits::of(&digits) } else { None };
    Part { word: None, digits: found, tail }
}

/// The words of a text, cut where the search tables cut them.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c| !in_word(c)).filter(|word| !word.is_empty())
}

/// Letters, numerals, and beyond ASCII whatever is no blank, dash or quote: vowel signs belong to
/// their words.
fn in_word(c: char) -> bool {
    c.is_alphanumeric()
        || !(c.is_ascii() || c.is_whitespace() || matches!(c, '\u{80}'..='\u{bf}' | '\u{2000}'..='\u{206f}' | '\u{3000}'..='\u{303f}'))
}

/// The FTS5 expression that finds the beginnings of all these words.
pub(super) fn expression(words: &[String]) -> String {
    let one = |word: &String| {
        let quoted = word.replace('"', "\"\"");
        if word.chars().count() < EMAIL_FROM { format!("name : \"{quoted}\"*") } else { format!("\"{quoted}\"*") }
    };
    words.iter().map(one).collect::<Vec<_>>().join(" AND ")
}

/// The same test as the search tables', on the text itself; `words` are folded.
pub(super) fn begin_words(folded: &[String], name: &str, email: &str) -> bool {
    let (name, email) = (fold(name), fold(email));
    let begins = |word: &String, text: &str| words(text).any(|w| w.starts_with(word.as_str()));
    folded.iter().all(|word| begins(word, &name) || (word.chars().count() >= EMAIL_FROM && begins(word, &email)))
}

/// Small letters without accents, as the search tables keep them.
pub(super) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.chars().flat_map(char::to_lowercase).filter(|c| !matches!(c, '\u{0300}'..='\u{036f}')).map(plain).collect()
}

/// Latin-1 and Latin Extended-A, U+00DF to U+017F, small letters without their accents.
const PLAIN: &str = "ßaaaaaaæceeeeiiiiðnooooo÷øuuuuyþyaaaaaaccccccccddđđeeeeeeeeeegggggggghhħħiiiiiiiiiıĳĳjjkkĸllllllŀŀłłnnnnnnŉŋŋooooooœœrrrrrrssssssssttttŧŧuuuuuuuuuuuuwwyyyzzzzzzſ";

fn plain(c: char) -> char {
    match u32::from(c).checked_sub(0xdf) {
        Some(i @ 0..=0xa0) => PLAIN.chars().nth(i as usize).unwrap_or(c),
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found_words(typed: &str) -> Vec<String> {
        parts(typed, "+91").into_iter().filter_map(|p| p.word).collect()
    }

    #[test]
    fn words_are_cut_where_the_tables_cut_them() {
        for (typed, expected) in [
            ("  Asha  menon ", vec!["Asha", "menon"]),
            ("O'Neil, D’Souza", vec!["O", "Neil", "D", "Souza"]),
            ("a.k@example.in", vec!["a", "k", "example", "in"]),
            ("मीनाक्षी जोशी", vec!["मीनाक्षी", "जोशी"]),
            ("\"*) OR name:", vec!["OR", "name"]),
            ("…", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(found_words(typed), expected, "{typed}");
        }
    }

    #[test]
    fn digits_are_understood_in_any_format() {
        let digits = |s| Digits::of(s).expect("digits");
        for typed in ["98200 14786", "98200-14786", "(98200) 14786", "९८२०० १४७८६", "9820014786"] {
            let part = &parts(typed, "+91")[0];
            assert_eq!(part.digits, vec![(Place::Anywhere, digits("9820014786"))], "{typed}");
            assert_eq!(part.tail, Some(digits("9820014786")));
        }
        let two = [(Place::Start { after: 2 }, digits("98")), (Place::Start { after: 0 }, digits("98")), (Place::End, digits("98"))];
        assert_eq!(parts("98", "+91")[0].digits, two);
        assert_eq!(parts("+91 98", "+91")[0].digits, vec![(Place::Start { after: 0 }, digits("9198"))]);
        let trunk = vec![(Place::Anywhere, digits("09820")), (Place::Start { after: 2 }, digits("9820"))];
        assert_eq!(parts("09820", "+91")[0].digits, trunk);
        assert!(parts("asha 14786", "+91")[1].digits.len() == 1, "a number beside a word is a number too");
        assert!(parts(" - ", "+91").is_empty());
    }

    #[test]
    fn short_words_are_looked_for_in_names_alone() {
        assert_eq!(expression(&["co".into(), "asha".into()]), "name : \"co\"* AND \"asha\"*");
        let begins = |word: &str, name: &str, email: &str| begin_words(&[word.into()], name, email);
        assert!(begins("mu", "Hannah Müller", ""));
        assert!(begins("neil", "Sean O'Neil", ""));
        assert!(!begins("ex", "Asha", "asha@example.com"));
        assert!(begins("exa", "Asha", "asha@example.com"));
        assert!(begins("मी", "मीनाक्षी जोशी", ""));
        assert!(!begins("मा", "मीनाक्षी जोशी", ""));
    }

    #[test]
    fn plain_letters_line_up() {
        assert_eq!(PLAIN.chars().count(), 0xa1);
        assert_eq!(fold("ÀÉÎÕÜÇÑ Žižek Łódź Ğül Šárka"), "aeioucn zizek łodz gul sarka");
    }
}
