//! Which passwords are good enough (row A18): the server enforces what the forms show while one is
//! typed.

use crate::refusal::{Refusal, RefusalCode};
use zxcvbn::{Score, zxcvbn};

/// Characters in a password at least.
pub const MIN: usize = 10;
/// Bytes in a password at most: hashing must not become work for free.
pub const MAX: usize = 512;

/// How hard a password is to guess.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strength {
    /// 0 to 4; below 3 is too easy.
    pub score: u8,
    /// What would make it better; empty when it is good.
    pub advice: String,
}

impl Strength {
    /// Of `password`, for somebody whose `inputs` (name, address, company) a guesser would try.
    #[must_use]
    pub fn of(password: &str, inputs: &[&str]) -> Self {
        let pieces = inputs.iter().flat_map(|input| input.split(|c: char| !c.is_alphanumeric()));
        let known: Vec<&str> = inputs.iter().copied().chain(pieces).chain(["leadline"]).filter(|text| text.len() > 2).collect();
        let judged = zxcvbn(password, &known);
        let feedback = judged.feedback().map(|feedback| {
            let suggestions = feedback.suggestions().iter().map(ToString::to_string);
            feedback.warning().map(|warning| warning.to_string()).into_iter().chain(suggestions).collect::<Vec<_>>().join(" ")
        });
        Self { score: u8::from(judged.score()), advice: feedback.unwrap_or_default() }
    }
}

/// Refuses a password that is too short, too long or too easy to guess.
///
/// # Errors
/// `InvalidValue` or `TooLong`, in words for whoever types it.
pub fn check(password: &str, inputs: &[&str]) -> Result<Strength, Refusal> {
    let no = |code, text: String| Err(Refusal::new(code, text).on("password"));
    if password.chars().count() < MIN {
        return no(RefusalCode::InvalidValue, format!("A password has at least {MIN} characters."));
    }
    if password.len() > MAX {
        return no(RefusalCode::TooLong, format!("A password has at most {MAX} bytes."));
    }
    let strength = Strength::of(password, inputs);
    if strength.score < u8::from(Score::Three) {
        let advice = if strength.advice.is_empty() { "Add another word or two." } else { &strength.advice };
        return no(RefusalCode::InvalidValue, format!("This password is too easy to guess. {advice}"));
    }
    Ok(strength)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn easy_passwords_are_refused_with_advice() {
        let asha = ["Asha Menon", "asha.menon@nakshatra.example"];
        for (password, good) in [
            ("", false),
            ("kV9#x!2qT", false),
            ("password123", false),
            ("qwertyuiop", false),
            ("aaaaaaaaaaaa", false),
            ("demo-leadline", false),
            ("asha.menon", false),
            ("nakshatra1", false),
            ("monsoon tiffin ledger", true),
            ("kV9#x!2qTz", true),
            ("मानसून की बारिश", true),
        ] {
            match check(password, &asha) {
                Ok(strength) => assert!(good && strength.score >= 3, "{password}"),
                Err(refusal) => assert!(!good && refusal.field.as_deref() == Some("password") && refusal.text.len() > 20, "{password}"),
            }
        }
        assert_eq!(check(&"x y z ".repeat(100), &[]).expect_err("long").code, RefusalCode::TooLong);
        assert!(check("password123", &[]).expect_err("easy").text.contains("common"));
    }
}
