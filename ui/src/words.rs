//! Facts of the bridge put into words: times, edits, sync states. Pure but for the text bundle.

use crate::calendar::Local;
use crate::clock::Clock;
use crate::t;
use crate::text::count;
use bridge::lead::{RecordSync, TimelineWhat, When};
use bridge::sync::Pill;
use domain::attendance::Attendance;
use domain::{LeadField, Role, Status};

/// Days within which a weekday and a day say enough.
const NEAR_DAYS: i32 = 13;

pub fn status(status: Status) -> String {
    t!("status", status = status.as_str())
}

pub fn role(role: Role) -> String {
    t!("role", role = role.as_str())
}

/// `Present`
pub fn attendance(status: Attendance) -> String {
    t!("attendance-status", status = status.as_str())
}

/// `Paused: Lunch`
pub fn standing(status: Attendance, reason: Option<&str>) -> String {
    match (status, reason) {
        (Attendance::Paused, Some(reason)) => t!("attendance-paused-for", reason = reason),
        _ => attendance(status),
    }
}

pub fn field(field: LeadField) -> String {
    t!("field", field = field.as_str())
}

pub fn weekday(day: u8) -> String {
    t!("weekday", day = day)
}

pub fn month(month: u8) -> String {
    t!("month", month = month)
}

/// `Today 14:30`, `Sat 22, 17:00`, `12 Nov, 17:00`.
pub fn moment(when: &When) -> String {
    let time = time(when);
    match when.day {
        0 => t!("moment-today", time = time),
        -1 => t!("moment-yesterday", time = time),
        1 => t!("moment-tomorrow", time = time),
        _ => t!("moment-day", day = day(when), time = time),
    }
}

/// `Sat 22`, `12 Nov`, `12 Nov 2025`.
pub fn day(when: &When) -> String {
    let Some(local) = Local::parse(&when.local) else { return when.local.clone() };
    let date = local.date();
    if when.day.abs() <= NEAR_DAYS {
        t!("day-near", weekday = weekday(when.weekday), day = date.day)
    } else if when.same_year {
        t!("day-far", day = date.day, month = month(date.month))
    } else {
        t!("day-other-year", day = date.day, month = month(date.month), year = date.year.to_string())
    }
}

/// `14:30`
pub fn time(when: &When) -> String {
    when.local.get(11..16).unwrap_or_default().to_owned()
}

/// The time if it is today, else the day: for narrow columns.
pub fn time_or_day(when: &When) -> String {
    if when.day == 0 { time(when) } else { day(when) }
}

/// How long ago, for the list: `2 m ago`, `3 h ago`, `Yesterday`, `Wed 19`, `12 Nov`.
pub fn ago(at_ms: i64, clock: Clock) -> String {
    let minutes = (clock.now_ms - at_ms).div_euclid(60_000);
    if minutes < 1 {
        return t!("ago-now");
    }
    if minutes < 60 {
        return t!("ago-minutes", count = minutes);
    }
    let (then, today) = (Local::from_ms(at_ms, clock.offset_min), clock.local());
    let date = then.date();
    match today.days - then.days {
        0 => t!("ago-hours", count = minutes / 60),
        1 => t!("ago-yesterday"),
        2..=6 => t!("day-near", weekday = weekday(then.weekday()), day = date.day),
        _ if date.year == today.date().year => t!("day-far", day = date.day, month = month(date.month)),
        _ => t!("day-other-year", day = date.day, month = month(date.month), year = date.year.to_string()),
    }
}

/// How long it has been: `27 min`, `3 h 5 min`, `2 days`.
pub fn lasting(since_ms: i64, clock: Clock) -> String {
    span(clock.now_ms - since_ms)
}

/// A span of time, ms: `27 min`, `3 h 5 min`, `2 days`.
pub fn span(ms: i64) -> String {
    let minutes = ms.max(0) / 60_000;
    match minutes {
        0..60 => t!("lasting-minutes", count = minutes),
        60..2_880 if minutes % 60 == 0 => t!("lasting-whole-hours", count = minutes / 60),
        60..2_880 => t!("lasting-hours", hours = minutes / 60, minutes = minutes % 60),
        _ => t!("lasting-days", count = minutes / 1_440),
    }
}

/// What the pill says.
pub fn pill(pill: &Pill) -> String {
    match pill {
        Pill::Synced => t!("pill-synced"),
        Pill::Sending { done, total } => t!("pill-sending", done = count(*done), total = count(*total)),
        Pill::Offline { pending: 0 } => t!("pill-offline-empty"),
        Pill::Offline { pending } => t!("pill-offline", count = count(*pending)),
        Pill::Busy { retry_in_s, .. } => t!("pill-busy", seconds = *retry_in_s),
        Pill::Loading { done, total } => t!("pill-loading", done = count(*done), total = count(*total)),
        Pill::NeedsAttention { count } => t!("pill-attention", count = *count),
        Pill::UpdateNeeded => t!("pill-update"),
        Pill::SignInNeeded { .. } => t!("pill-sign-in"),
        Pill::CantSave { .. } => t!("pill-cant-save"),
    }
}

/// What one record's state is, in words.
pub fn record_sync(sync: &RecordSync) -> String {
    match sync {
        RecordSync::Synced => t!("record-synced"),
        RecordSync::NotSent { count } => t!("record-not-sent", count = *count),
        RecordSync::Leaving { count } => t!("record-leaving", count = *count),
        RecordSync::NeedsAttention { count, why } => t!("record-attention", count = *count, why = why.as_str()),
    }
}

/// What someone did, after their name: `changed phone to 98200 14786`.
pub fn deed(what: &TimelineWhat) -> String {
    match what {
        TimelineWhat::Created => t!("deed-created"),
        TimelineWhat::Edited => t!("deed-edited"),
        TimelineWhat::Field { field: LeadField::DoNotCall, display: Some(why), .. } => t!("deed-do-not-call", why = why.as_str()),
        TimelineWhat::Field { field: LeadField::DoNotCall, display: None, .. } => t!("deed-may-call"),
        TimelineWhat::Field { field: f, from, display } => changed(field_inside(*f), from.as_deref(), display.as_deref()),
        TimelineWhat::Custom { label, from, display } => changed(label.clone(), from.as_deref(), display.as_deref()),
        TimelineWhat::Commented { text } => t!("deed-comment", text = shortened(text, 120)),
        TimelineWhat::Attendance { .. } => edit(what),
        TimelineWhat::Payment { what } => t!("deed-payment", what = what.as_str()),
        TimelineWhat::Setting { what } => t!("deed-setting", what = what.as_str()),
        TimelineWhat::Status { from, to, reason: None } => t!("deed-status", from = status(*from), to = status(*to)),
        TimelineWhat::Status { from, to, reason: Some(reason) } => {
            t!("deed-status-reason", from = status(*from), to = status(*to), reason = reason.as_str())
        }
        TimelineWhat::Interest { level } => t!("deed-interest", level = *level, word = interest(*level)),
        TimelineWhat::FollowUpSet { when, note } if note.is_empty() => t!("deed-follow-up", when = moment(when)),
        TimelineWhat::FollowUpSet { when, note } => t!("deed-follow-up-note", when = moment(when), note = note.as_str()),
        TimelineWhat::FollowUpMoved { when } => t!("deed-follow-up-moved", when = moment(when)),
        TimelineWhat::FollowUpDone { outcome } => t!("deed-follow-up-done", outcome = outcome.as_str()),
        TimelineWhat::FollowUpCancelled => t!("deed-follow-up-cancelled"),
        TimelineWhat::Call { outcome } => t!("deed-call", outcome = outcome.as_str()),
        TimelineWhat::NoteAdded { text } => t!("deed-note", text = shortened(text, 120)),
        TimelineWhat::NoteEdited => t!("deed-note-edited"),
        TimelineWhat::TagAdded { tag } => t!("deed-tag", tag = tag.as_str()),
        TimelineWhat::TagRemoved { tag } => t!("deed-tag-removed", tag = tag.as_str()),
        TimelineWhat::Deleted { reason } if reason.is_empty() => t!("deed-deleted"),
        TimelineWhat::Deleted { reason } => t!("deed-deleted-reason", reason = reason.as_str()),
        TimelineWhat::Restored { reason } if reason.is_empty() => t!("deed-restored"),
        TimelineWhat::Restored { reason } => t!("deed-restored-reason", reason = reason.as_str()),
        TimelineWhat::Undone { of } => t!("deed-undone", what = edit(of)),
        TimelineWhat::Assigned { to: Some(to), why: None } => t!("deed-assigned", to = to.as_str()),
        TimelineWhat::Assigned { to: Some(to), why: Some(why) } => t!("deed-assigned-why", to = to.as_str(), why = why.as_str()),
        TimelineWhat::Assigned { to: None, .. } => t!("deed-assigned-nobody"),
        TimelineWhat::Collector { to, why } => t!("deed-collector", to = to.as_str(), why = why.as_deref().unwrap_or_default()),
        TimelineWhat::Waiting { why } => t!("deed-waiting", why = why.as_str()),
    }
}

/// A field from one value to another, or to none.
fn changed(field: String, from: Option<&str>, to: Option<&str>) -> String {
    match (from, to) {
        (Some(from), Some(to)) => t!("deed-field-from", field = field, from = from, to = to),
        (None, Some(to)) => t!("deed-field", field = field, to = to),
        (_, None) => t!("deed-field-emptied", field = field),
    }
}

/// What waits to be sent, without a name in front: `Phone changed`.
pub fn edit(what: &TimelineWhat) -> String {
    match what {
        TimelineWhat::Created => t!("edit-created"),
        TimelineWhat::Edited => t!("edit-edited"),
        TimelineWhat::Field { field: f, .. } => t!("edit-field", field = field(*f)),
        TimelineWhat::Custom { label, .. } => t!("edit-field", field = label.as_str()),
        TimelineWhat::Commented { .. } => t!("edit-comment"),
        TimelineWhat::Attendance { status, reason } => t!("edit-attendance", status = standing(*status, reason.as_deref())),
        TimelineWhat::Payment { what } => t!("edit-payment", what = what.as_str()),
        TimelineWhat::Setting { what } if what.is_empty() => t!("edit-preference"),
        TimelineWhat::Setting { what } => t!("edit-setting", what = what.as_str()),
        TimelineWhat::Status { to, .. } => t!("edit-status", to = status(*to)),
        TimelineWhat::Interest { level } => t!("edit-interest", level = *level),
        TimelineWhat::FollowUpSet { when, .. } => t!("edit-follow-up", when = moment(when)),
        TimelineWhat::FollowUpMoved { when } => t!("edit-follow-up-moved", when = moment(when)),
        TimelineWhat::FollowUpDone { outcome } => t!("edit-follow-up-done", outcome = outcome.as_str()),
        TimelineWhat::FollowUpCancelled => t!("edit-follow-up-cancelled"),
        TimelineWhat::Call { outcome } => t!("edit-call", outcome = outcome.as_str()),
        TimelineWhat::NoteAdded { text } => t!("edit-note", count = text.chars().count() as u64),
        TimelineWhat::NoteEdited => t!("edit-note-edited"),
        TimelineWhat::TagAdded { tag } => t!("edit-tag", tag = tag.as_str()),
        TimelineWhat::TagRemoved { tag } => t!("edit-tag-removed", tag = tag.as_str()),
        TimelineWhat::Deleted { .. } => t!("edit-deleted"),
        TimelineWhat::Restored { .. } => t!("edit-restored"),
        TimelineWhat::Undone { of } => t!("edit-undone", what = edit(of)),
        TimelineWhat::Assigned { to: Some(to), .. } => t!("edit-assigned", to = to.as_str()),
        TimelineWhat::Assigned { to: None, .. } => t!("edit-assigned-nobody"),
        TimelineWhat::Collector { to, .. } => t!("edit-collector", to = to.as_str()),
        TimelineWhat::Waiting { .. } => t!("edit-waiting"),
    }
}

/// What somebody proposed, in place of what is: `E-mail → x@y.in`.
pub fn proposal(what: &TimelineWhat) -> String {
    let to = |name: String, value: String| t!("proposal-to", name = name, value = value);
    match what {
        TimelineWhat::Field { field: f, display, .. } => to(field(*f), display.clone().unwrap_or_else(|| t!("field-empty"))),
        TimelineWhat::Custom { label, display, .. } => to(label.clone(), display.clone().unwrap_or_else(|| t!("field-empty"))),
        TimelineWhat::Status { to: status_to, reason: None, .. } => to(t!("column-status"), status(*status_to)),
        TimelineWhat::Status { to: status_to, reason: Some(reason), .. } => {
            to(t!("column-status"), format!("{}: {reason}", status(*status_to)))
        }
        TimelineWhat::Interest { level } => to(t!("interest"), format!("{level}, {}", interest(*level))),
        other => edit(other),
    }
}

/// What a refused edit was about, behind the lead's name: `follow-up`.
pub fn topic(what: &TimelineWhat) -> String {
    match what {
        TimelineWhat::Created | TimelineWhat::Edited => t!("topic-lead"),
        TimelineWhat::Field { field: f, .. } => field_inside(*f),
        TimelineWhat::Custom { label, .. } => label.clone(),
        TimelineWhat::Commented { .. } => t!("topic-comment"),
        TimelineWhat::Attendance { .. } => t!("page-attendance"),
        TimelineWhat::Payment { .. } => t!("topic-payment"),
        TimelineWhat::Setting { .. } => t!("topic-setting"),
        TimelineWhat::Status { .. } => t!("topic-status"),
        TimelineWhat::Interest { .. } => t!("topic-interest"),
        TimelineWhat::FollowUpSet { .. }
        | TimelineWhat::FollowUpMoved { .. }
        | TimelineWhat::FollowUpDone { .. }
        | TimelineWhat::FollowUpCancelled => t!("topic-follow-up"),
        TimelineWhat::Call { .. } => t!("topic-call"),
        TimelineWhat::NoteAdded { .. } | TimelineWhat::NoteEdited => t!("topic-note"),
        TimelineWhat::TagAdded { .. } | TimelineWhat::TagRemoved { .. } => t!("topic-tag"),
        TimelineWhat::Deleted { .. } | TimelineWhat::Restored { .. } => t!("topic-deletion"),
        TimelineWhat::Undone { of } => topic(of),
        TimelineWhat::Assigned { .. } | TimelineWhat::Waiting { .. } | TimelineWhat::Collector { .. } => t!("topic-owner"),
    }
}

/// The word for a level of interest.
pub fn interest(level: u8) -> String {
    t!("interest-word", level = level)
}

/// Not more than `most` characters, with an ellipsis.
pub fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

/// Initials for an avatar.
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let (first, last) = (words.next(), words.next_back());
    [first, last].into_iter().flatten().flat_map(char::to_uppercase).collect()
}

/// The language of a name by its script, for screen readers and fonts.
pub fn language(text: &str) -> Option<&'static str> {
    text.chars().find_map(|c| match c {
        '\u{900}'..='\u{97f}' => Some("hi"),
        '\u{600}'..='\u{6ff}' | '\u{750}'..='\u{77f}' => Some("ar"),
        _ => None,
    })
}

/// A field's name inside a sentence.
fn field_inside(field: LeadField) -> String {
    t!("field-inside", field = field.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn when(local: &str, day: i32) -> When {
        let weekday = Local::parse(local).map_or(0, Local::weekday);
        When { at: 0, local: local.into(), weekday, day, same_year: local.starts_with("2026") }
    }

    #[test]
    fn times_read_as_in_the_design() {
        let rows = [
            ("2026-11-21T14:30", 0, "Today 14:30"),
            ("2026-11-22T17:00", 1, "Tomorrow 17:00"),
            ("2026-11-20T16:30", -1, "Yesterday 16:30"),
            ("2026-11-24T10:00", 3, "Tue 24, 10:00"),
            ("2026-12-24T10:00", 33, "24 Dec, 10:00"),
            ("2025-11-12T09:05", -374, "12 Nov 2025, 09:05"),
        ];
        for (local, day, expected) in rows {
            assert_eq!(moment(&when(local, day)), expected);
        }
        assert_eq!(time_or_day(&when("2026-11-21T13:51", 0)), "13:51");
        assert_eq!(time_or_day(&when("2026-11-18T13:51", -3)), "Wed 18");
    }

    #[test]
    fn how_long_ago_follows_the_organisations_day() {
        // Saturday 21 November 2026, 14:00 in India.
        let clock = Clock { now_ms: 1_795_249_800_000, offset_min: 330 };
        let rows = [
            (0, "Just now"),
            (2, "2 m ago"),
            (59, "59 m ago"),
            (60, "1 h ago"),
            (13 * 60, "13 h ago"),
            (15 * 60, "Yesterday"),
            (3 * 24 * 60, "Wed 18"),
            (30 * 24 * 60, "22 Oct"),
            (400 * 24 * 60, "17 Oct 2025"),
        ];
        for (minutes, expected) in rows {
            assert_eq!(ago(clock.now_ms - minutes * 60_000, clock), expected);
        }
        assert_eq!(ago(clock.now_ms + 90_000, clock), "Just now", "a device clock that is ahead");
        assert_eq!([lasting(clock.now_ms - 27 * 60_000, clock), lasting(clock.now_ms - 185 * 60_000, clock)], ["27 min", "3 h 5 min"]);
    }

    #[test]
    fn the_pill_says_every_word_of_the_design() {
        let rows = [
            (Pill::Synced, "Synced"),
            (Pill::Sending { done: 3, total: 7 }, "Sending 3 of 7"),
            (Pill::Offline { pending: 7 }, "Offline, 7 to send"),
            (Pill::Offline { pending: 0 }, "Offline"),
            (Pill::Busy { retry_in_s: 20, pending: 1 }, "Server busy, retry in 20 s"),
            (Pill::Loading { done: 1_204, total: 2_014 }, "Loading 1,204 of 2,014"),
            (Pill::NeedsAttention { count: 3 }, "3 need attention"),
            (Pill::NeedsAttention { count: 1 }, "1 needs attention"),
            (Pill::UpdateNeeded, "Update needed, read-only"),
            (Pill::CantSave { pending: 1 }, "Can’t save"),
        ];
        for (state, expected) in rows {
            assert_eq!(pill(&state), expected);
        }
    }

    #[test]
    fn every_member_of_a_list_has_its_own_word() {
        fn distinct(words: impl IntoIterator<Item = String>) -> usize {
            words.into_iter().filter(|w| !w.is_empty()).collect::<BTreeSet<_>>().len()
        }
        assert_eq!(distinct(Status::ALL.into_iter().map(status)), Status::ALL.len());
        assert_eq!(distinct(Role::ALL.into_iter().map(role)), Role::ALL.len());
        assert_eq!(distinct(LeadField::ALL.into_iter().map(field)), LeadField::ALL.len());
        assert_eq!(distinct(LeadField::ALL.into_iter().map(field_inside)), LeadField::ALL.len());
        assert_eq!(distinct((0..7).map(weekday)), 7);
        assert_eq!(distinct((1..13).map(month)), 12);
    }

    #[test]
    fn names_give_initials_and_a_language() {
        let rows = [
            ("Asha Menon", "AM", None),
            ("मीनाक्षी जोशी", "मज", Some("hi")),
            ("سارة", "س", Some("ar")),
            ("D’Souza  Joseph K.", "DK", None),
            ("", "", None),
        ];
        for (name, expected, tongue) in rows {
            assert_eq!((initials(name).as_str(), language(name)), (expected, tongue));
        }
        assert_eq!(shortened("मीनाक्षी", 3), "मीन…");
    }
}
