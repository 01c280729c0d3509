//! Bounds on what one record may hold. Long text is what makes a document slow to load, so every
//! text has a cap; what is refused stays in the form as a draft.

use crate::refusal::{Refusal, RefusalCode};

/// Characters (Unicode scalar values) in a name.
pub const NAME_MAX: usize = 200;
/// Characters in an e-mail address (RFC 5321 path).
pub const EMAIL_MAX: usize = 254;
/// Characters in any other one-line field, reason or tag.
pub const LINE_MAX: usize = 200;
/// Characters in one note.
pub const NOTE_MAX: usize = 5_000;
/// Splices in one edit of a note.
pub const SPLICES_MAX: usize = 200;
/// People that one comment names.
pub const MENTIONS_MAX: usize = 50;
/// Choices of one field of the organisation's own.
pub const CHOICES_MAX: usize = 100;
/// Entries of one of the organisation's lists.
pub const OPTIONS_MAX: usize = 500;
/// Preferences that one person keeps.
pub const PREFERENCES_MAX: usize = 500;
/// Notifications whose marks one person keeps.
pub const MARKS_MAX: usize = 50_000;
/// Bytes in the name of a preference.
pub const PREFERENCE_KEY_MAX: usize = 64;
/// Characters in what one preference keeps.
pub const PREFERENCE_MAX: usize = 16_000;
/// Notifications marked by one command.
pub const NOTICES_MAX: usize = 500;
/// Follow-ups, calls, notes, comments, tags and own fields in one lead together.
pub const ITEMS_MAX: usize = 2_000;
/// A logo, bytes: its base64 stands twice in the change that sets it, as its value and in its command.
pub const LOGO_MAX: usize = 16 * 1024;
/// Bytes of one change; above this the gate refuses it unread.
pub const CHANGE_MAX: usize = 64 * 1024;
/// Largest budget, minor units (10 billion of the currency).
pub const BUDGET_MAX: i64 = 1_000_000_000_000;

/// Refuses text above `max` characters or with control characters other than line breaks and tabs.
///
/// # Errors
/// `TooLong` or `InvalidValue`, naming the field and both lengths.
pub fn check_text(field: &str, text: &str, max: usize) -> Result<(), Refusal> {
    // A cheap bound first: a scalar is at most four bytes.
    if text.len() > max {
        let got = text.chars().count();
        if got > max {
            return Err(Refusal::new(
                RefusalCode::TooLong,
                format!("{} has {got} characters; it can have {max}. Shorten it and save again.", capital(field)),
            )
            .on(field));
        }
    }
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t' | '\r')) {
        return Err(Refusal::new(
            RefusalCode::InvalidValue,
            format!("{} holds a control character that can't be shown. Remove it and save again.", capital(field)),
        )
        .on(field));
    }
    Ok(())
}

/// `field` with its first letter large and underscores as spaces, for sentences.
#[must_use]
pub fn capital(field: &str) -> String {
    let mut letters = field.replace('_', " ").chars().collect::<Vec<_>>();
    if let Some(first) = letters.first_mut() {
        *first = first.to_ascii_uppercase();
    }
    letters.into_iter().collect()
}
