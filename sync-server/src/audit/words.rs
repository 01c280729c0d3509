//! What a line says of an edit. Whatever was typed is shown without what could be a phone number in
//! it, and notes are not shown at all.

use domain::{Command, LeadField, lifecycle};
use jiff::civil::DateTime;

/// Digits in a row, with what people put between them, that are taken for a phone number.
const PHONE_DIGITS: usize = 6;
/// Letters in a row that may stand inside of one.
const LETTERS_INSIDE: usize = 2;
/// Characters of typed text that a line shows.
const SHOWN: usize = 120;

/// An accepted edit in words.
#[must_use]
pub fn of_command(command: &Command) -> String {
    match command {
        Command::CreateLead(new) => match &new.source {
            Some(source) => format!("{} from {}", typed(&new.name), typed(source)),
            None => typed(&new.name),
        },
        Command::SetField { field, value } => of_field(*field, value.as_deref()),
        Command::ChangeStatus { from, to, reason } => {
            let moved = format!("{} → {}", lifecycle::label(*from), lifecycle::label(*to));
            with(moved, reason.as_deref().unwrap_or_default())
        }
        Command::SetInterest { level } => format!("Interest {level}"),
        Command::ScheduleFollowUp { local, note, .. } => with(format!("Scheduled for {}", time(local)), note),
        Command::MoveFollowUp { local, .. } => format!("Moved to {}", time(local)),
        Command::CompleteFollowUp { outcome, .. } => with("Done".to_owned(), outcome),
        Command::CancelFollowUp { .. } => "Cancelled".to_owned(),
        Command::LogCall { outcome, .. } => typed(outcome),
        Command::AddNote { text } => format!("Written, {} characters", text.chars().count()),
        Command::EditNote { .. } => "Edited".to_owned(),
        Command::AddTag { tag } => format!("Tag {} added", typed(tag)),
        Command::RemoveTag { tag } => format!("Tag {} removed", typed(tag)),
        Command::DeleteLead { reason } | Command::RestoreLead { reason, .. } => typed(reason),
        Command::SetCustom { value: Some(value), .. } => format!("Own field: {}", typed(value)),
        Command::SetCustom { value: None, .. } => "Own field emptied".to_owned(),
        Command::AddComment { text, .. } => format!("Comment, {} characters", text.chars().count()),
        Command::SetSetting { setting, value } => {
            format!("{} = {}", setting.as_str(), value.as_deref().map_or_else(|| "the default".to_owned(), typed))
        }
        Command::AddOption { list, label, .. } => format!("{} added to {}", typed(label), list.as_str()),
        Command::ChangeOption { label, active, .. } => {
            let renamed = label.as_ref().map(|label| format!("Renamed to {}", typed(label)));
            let offered = active.map(|active| if active { "offered again" } else { "offered no more" }.to_owned());
            renamed.into_iter().chain(offered).collect::<Vec<_>>().join(", ")
        }
        Command::Ledger(command) => with(command.words(), command.reason()),
        Command::SetPreference { .. } | Command::MarkNotices { .. } => String::new(),
        Command::Undo { of, .. } => format!("Undone: {}", of_command(of)),
    }
}

fn of_field(field: LeadField, value: Option<&str>) -> String {
    let name = match field {
        LeadField::Name => "Name",
        LeadField::Phone => return "Phone changed".to_owned(),
        LeadField::AltPhone => return "Second phone changed".to_owned(),
        LeadField::Email => "E-mail",
        LeadField::Budget => "Budget",
        LeadField::Source => "Source",
        LeadField::Language => "Language",
        LeadField::DoNotCall => "Do not call",
    };
    match value {
        None => format!("{name} emptied"),
        // Minor units are kept; the audit log need not know the currency's digits.
        Some(_) if field == LeadField::Budget => "Budget changed".to_owned(),
        Some(value) => format!("{name}: {}", typed(value)),
    }
}

fn with(what: String, more: &str) -> String {
    if more.trim().is_empty() { what } else { format!("{what}: {}", typed(more)) }
}

/// `2026-11-25T10:45` for people: `Wed 25 Nov, 10:45`. A line is read at any time, so it names the month.
fn time(local: &str) -> String {
    local.parse::<DateTime>().map_or_else(|_| typed(local), |at| at.strftime("%a %-d %b, %H:%M").to_string())
}

/// Typed text, short, without what could be a phone number.
#[must_use]
pub fn typed(text: &str) -> String {
    let chars: Vec<char> = text.trim().chars().collect();
    let mut shown = String::new();
    let mut at = 0;
    while at < chars.len() {
        let (end, digits) = number(&chars[at..]);
        if digits >= PHONE_DIGITS && !chars[at].is_whitespace() && !chars[at].is_alphabetic() {
            shown.push_str("•••");
            at += end;
        } else {
            shown.push(chars[at]);
            at += 1;
        }
    }
    match shown.char_indices().nth(SHOWN) {
        Some((cut, _)) => format!("{}…", &shown[..cut]),
        None => shown,
    }
}

/// How long the number that begins here is, and its digits. A letter or two that touch a digit don't end it:
/// `98200x14786`.
fn number(chars: &[char]) -> (usize, usize) {
    let (mut at, mut end, mut digits) = (0, 0, 0);
    while let Some(c) = chars.get(at) {
        if c.is_numeric() {
            (end, digits) = (at + 1, digits + 1);
        } else if c.is_alphabetic() {
            let letters = chars[at..].iter().take_while(|c| c.is_alphabetic()).count();
            let is_digit = |at: Option<usize>| at.and_then(|at| chars.get(at)).is_some_and(|c| c.is_numeric());
            if letters > LETTERS_INSIDE || !(is_digit(at.checked_sub(1)) || is_digit(Some(at + letters))) {
                break;
            }
            at += letters - 1;
        }
        at += 1;
    }
    (end, digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_as_on_the_screens() {
        assert_eq!(time("2026-11-25T10:45"), "Wed 25 Nov, 10:45");
        assert_eq!(time("2026-12-01T09:00:00"), "Tue 1 Dec, 09:00");
        assert_eq!(time("soon"), "soon");
    }

    #[test]
    fn what_could_be_a_phone_number_is_not_shown() {
        for (text, shown) in [
            ("call +91 98200-14786 after six", "call ••• after six"),
            ("(022) 2345 6789", "•••"),
            ("०९८२००१४७८६ पर", "••• पर"),
            ("room 12, at 5", "room 12, at 5"),
            ("asha9820014786@example.com", "asha•••@example.com"),
            ("  Priya Sharma ", "Priya Sharma"),
            ("98200x14786 or 98200 l4786", "••• or •••"),
            ("ring 98200a1b4786 at 5", "ring ••• at 5"),
            ("3 BHK for 2000 a month", "3 BHK for 2000 a month"),
        ] {
            assert_eq!(typed(text), shown, "{text}");
        }
        let long = format!("{} 98200 14786", "x".repeat(SHOWN - 6));
        assert!(!typed(&long).contains("98200"), "also one that is cut off");
    }
}
