//! Phone numbers: stored as E.164, typed in any format, masked unless the role may see them.

use crate::refusal::{Refusal, RefusalCode};

/// A number as E.164 (`+919820014786`), from whatever a person typed; `country` (ISO 3166, `IN`)
/// is where a number without a prefix is dialled.
///
/// # Errors
/// `MissingField` for nothing typed, `InvalidPhone` saying what is wrong with the rest.
#[cfg(feature = "phone")]
pub fn parse(typed: &str, country: &str) -> Result<String, Refusal> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Err(Refusal::new(RefusalCode::MissingField, "A phone number is needed. Type the number to call.").on("phone"));
    }
    if typed.chars().count() > 40 {
        return Err(invalid("That is too long for a phone number."));
    }
    let ascii = ascii_digits(typed);
    if let Some(odd) = ascii.chars().find(|c| !(c.is_ascii_digit() || "+-. ()/\u{a0}".contains(*c))) {
        return Err(invalid(&format!("A phone number can't hold “{odd}”.")));
    }
    let id: phonenumber::country::Id =
        country.parse().map_err(|_| invalid("The organisation's country is not set, so type the number with + and country code."))?;
    let number = phonenumber::parse(Some(id), &ascii).map_err(|_| invalid(&describe(&ascii, country)))?;
    if !phonenumber::is_valid(&number) {
        return Err(invalid(&describe(&ascii, country)));
    }
    Ok(number.format().mode(phonenumber::Mode::E164).to_string())
}

/// Whether `e164` is a number that exists in its numbering plan, in canonical form.
///
/// # Errors
/// `InvalidPhone`.
pub fn check(e164: &str) -> Result<(), Refusal> {
    let digits = e164.strip_prefix('+').unwrap_or("");
    if !(7..=15).contains(&digits.len()) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(invalid(&format!("“{}” is not a full phone number.", e164.chars().take(20).collect::<String>())));
    }
    #[cfg(feature = "phone")]
    {
        let ok = phonenumber::parse(None, e164)
            .is_ok_and(|n| phonenumber::is_valid(&n) && n.format().mode(phonenumber::Mode::E164).to_string() == e164);
        if !ok {
            return Err(invalid("No such phone number exists."));
        }
    }
    Ok(())
}

/// The digits of anything typed, Devanagari and Arabic digits included: what search compares.
#[must_use]
pub fn digits(typed: &str) -> String {
    ascii_digits(typed).chars().filter(char::is_ascii_digit).collect()
}

/// For people: `98200 14786` at home, `+49 1512 880314` abroad.
#[must_use]
pub fn display(e164: &str, home_prefix: &str) -> String {
    match e164.strip_prefix(home_prefix) {
        // Masked already, or no number at all.
        _ if !e164.is_ascii() => e164.to_owned(),
        Some(national) if national.len() == 10 => format!("{} {}", &national[..5], &national[5..]),
        Some(national) => national.to_owned(),
        None => spaced(e164),
    }
}

/// Masked for roles that may not see it: the first three digits stay (row D1).
#[must_use]
pub fn mask(e164: &str, home_prefix: &str) -> String {
    let shown = e164.strip_prefix(home_prefix).unwrap_or(e164);
    shown.chars().enumerate().map(|(i, c)| if i < 3 { c } else { '•' }).collect()
}

fn spaced(e164: &str) -> String {
    let prefix = [2, 3, 4].into_iter().find(|n| is_country_prefix(e164.get(1..*n).unwrap_or(""))).unwrap_or(3);
    let (head, tail) = e164.split_at(prefix.min(e164.len()));
    if tail.len() > 6 { format!("{head} {} {}", &tail[..4], &tail[4..]) } else { format!("{head} {tail}") }
}

/// Country codes of one and two digits that a call centre meets; three digits otherwise.
fn is_country_prefix(code: &str) -> bool {
    match code.len() {
        1 => matches!(code, "1" | "7"),
        2 => {
            !matches!(code.as_bytes()[0], b'1' | b'7')
                && !matches!(
                    code,
                    "21" | "22"
                        | "23"
                        | "24"
                        | "25"
                        | "26"
                        | "29"
                        | "35"
                        | "37"
                        | "38"
                        | "42"
                        | "50"
                        | "59"
                        | "67"
                        | "68"
                        | "69"
                        | "80"
                        | "85"
                        | "87"
                        | "88"
                        | "96"
                        | "97"
                        | "99"
                )
        }
        _ => code.len() == 3,
    }
}

fn ascii_digits(typed: &str) -> String {
    typed
        .chars()
        .map(|c| match c {
            '\u{0966}'..='\u{096F}' => char::from(b'0' + (c as u32 - 0x966) as u8),
            '\u{0660}'..='\u{0669}' => char::from(b'0' + (c as u32 - 0x660) as u8),
            '\u{06F0}'..='\u{06F9}' => char::from(b'0' + (c as u32 - 0x6F0) as u8),
            '\u{FF10}'..='\u{FF19}' => char::from(b'0' + (c as u32 - 0xFF10) as u8),
            other => other,
        })
        .collect()
}

#[cfg(feature = "phone")]
fn describe(ascii: &str, country: &str) -> String {
    let count = ascii.chars().filter(char::is_ascii_digit).count();
    if country == "IN" && !ascii.trim_start().starts_with('+') && count != 10 {
        let noun = if count == 1 { "digit" } else { "digits" };
        return format!("{count} {noun}. An Indian mobile number has 10.");
    }
    "No such phone number exists. Check the digits, or type it with + and country code.".to_owned()
}

fn invalid(text: &str) -> Refusal {
    Refusal::new(RefusalCode::InvalidPhone, text).on("phone")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_and_spaces_for_people() {
        for (e164, shown, masked) in [
            ("+919820014786", "98200 14786", "982•••••••"),
            ("+491512880314", "+49 1512 880314", "+49••••••••••"),
            ("+447700900176", "+44 7700 900176", "+44••••••••••"),
            ("+971501234567", "+971 5012 34567", "+97••••••••••"),
        ] {
            assert_eq!(display(e164, "+91"), shown);
            assert_eq!(mask(e164, "+91"), masked);
        }
    }

    #[cfg(feature = "phone")]
    #[test]
    fn parses_any_format_and_says_what_is_wrong() {
        for typed in ["98200 14786", "098200-14786", "+91 98200 14786", "९८२०० १४७८६"] {
            assert_eq!(parse(typed, "IN").expect(typed), "+919820014786");
        }
        for (typed, says) in [("98450 1127", "9 digits"), ("abc", "can't hold"), ("", "needed"), ("1111111111", "No such")] {
            assert!(parse(typed, "IN").expect_err(typed).text.contains(says), "{typed}");
        }
    }
}
