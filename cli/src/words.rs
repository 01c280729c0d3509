//! View models in words.

use bridge::lead::{LeadRow, Mark, TimelineWhat, When};
use bridge::session::Repaired;
use domain::{LeadField, LeadId, Role, Status, lifecycle};
use uuid::Uuid;

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// What a repair did.
pub fn repaired(done: &Repaired) -> String {
    if done.whole {
        return "This copy is whole; nothing was changed.".to_owned();
    }
    let mut said = match (done.kept, done.lost, done.uncounted) {
        (0, 0, false) => "Repaired. Nothing was waiting to be sent.".to_owned(),
        (kept, 0, false) => format!("Repaired. All edits that were not sent yet were kept: {}.", count(kept)),
        (kept, 0, true) => format!("Repaired. Edits kept that were not sent yet: {}. Others may be lost.", count(kept)),
        (kept, lost, more) => {
            let more = if more { " or more" } else { "" };
            format!("Repaired. Edits kept that were not sent yet: {}. Lost: {}{more}.", count(kept), count(lost))
        }
    };
    if done.incomplete {
        said.push_str(" Not all drafts and refused edits could be read.");
    }
    said.push_str(&format!("\nThe damaged file is set aside: {}\nRun `leadline sync` to receive the rest from the server.", done.file));
    said
}

/// The end of an id: the start is a time, the end is random.
pub fn short(id: Uuid) -> String {
    let hex = id.simple().to_string();
    hex[hex.len() - 8..].to_owned()
}

pub fn short_lead(lead: LeadId) -> String {
    short(lead.0)
}

/// `Today 14:30`, `Sat 22, 17:00`, `22 Nov, 17:00`, `22 Nov 2027, 17:00`.
pub fn when(when: &When) -> String {
    let (date, time) = when.local.split_once('T').unwrap_or((&when.local, ""));
    let mut parts = date.split('-').map(|n| n.parse::<usize>().unwrap_or(0));
    let (year, month, day) = (parts.next().unwrap_or(0), parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    let month = MONTHS.get(month.wrapping_sub(1)).copied().unwrap_or("");
    match when.day {
        0 => format!("Today {time}"),
        1 => format!("Tomorrow {time}"),
        -1 => format!("Yesterday {time}"),
        -6..=6 => format!("{} {day}, {time}", DAYS.get(usize::from(when.weekday)).copied().unwrap_or("")),
        _ if when.same_year => format!("{day} {month}, {time}"),
        _ => format!("{day} {month} {year}, {time}"),
    }
}

/// `5 m ago`.
pub fn ago(at: i64, now_ms: i64) -> String {
    match (now_ms - at) / 60_000 {
        ..1 => "now".to_owned(),
        minutes @ 1..60 => format!("{minutes} m ago"),
        minutes @ 60..1_440 => format!("{} h ago", minutes / 60),
        minutes => format!("{} d ago", minutes / 1_440),
    }
}

/// Status with interest, as the badge says it (row F6).
pub fn status(status: Status, interest: Option<u8>) -> String {
    match (status, interest) {
        (Status::Interested, Some(level @ 1..=2)) => format!("Interested {level}"),
        (Status::Interested, Some(3)) => "Exploring 3".to_owned(),
        (Status::Interested, Some(level)) => format!("Hot Lead {level}"),
        _ => lifecycle::label(status).to_owned(),
    }
}

pub fn field(field: LeadField) -> &'static str {
    match field {
        LeadField::Name => "name",
        LeadField::Phone => "phone",
        LeadField::AltPhone => "alternate phone",
        LeadField::Email => "e-mail",
        LeadField::Budget => "budget",
        LeadField::Source => "source",
        LeadField::Language => "language",
        LeadField::DoNotCall => "do not call",
    }
}

pub fn role(role: Role) -> &'static str {
    match role {
        Role::SuperAdmin => "Super Admin",
        Role::Admin => "Admin",
        Role::Manager => "Manager",
        Role::TeamLead => "Team Lead",
        Role::Salesperson => "Salesperson",
        Role::RecoveryAgent => "Recovery Agent",
        Role::FinanceManager => "Finance Manager",
        Role::Analyst => "Analyst",
    }
}

/// What a row's last column says.
pub fn mark(row: &LeadRow) -> &'static str {
    match row.mark {
        Some(Mark::NeedsAttention) => "needs attention",
        Some(Mark::Conflict) => "conflict",
        Some(Mark::Proposal) => "proposal",
        Some(Mark::Waiting) => "waits for the server",
        Some(Mark::NotSent) => "not sent",
        None => "",
    }
}

/// What happened, after the name of who did it.
pub fn what(what: &TimelineWhat) -> String {
    match what {
        TimelineWhat::Created => "added the lead".to_owned(),
        TimelineWhat::Edited => "changed the lead".to_owned(),
        TimelineWhat::Field { field: f, from: Some(was), display: Some(value) } => format!("changed {} from {was} to {value}", field(*f)),
        TimelineWhat::Field { field: f, from: None, display: Some(value) } => format!("changed {} to {value}", field(*f)),
        TimelineWhat::Field { field: f, display: None, .. } => format!("emptied {}", field(*f)),
        TimelineWhat::Custom { label, display: Some(value), .. } => format!("changed {label} to {value}"),
        TimelineWhat::Custom { label, display: None, .. } => format!("emptied {label}"),
        TimelineWhat::Commented { text } => format!("commented: {text}"),
        TimelineWhat::Attendance { status, reason: Some(reason) } => format!("attendance: {}, {reason}", status.as_str()),
        TimelineWhat::Attendance { status, reason: None } => format!("attendance: {}", status.as_str()),
        TimelineWhat::Payment { what } => format!("payments: {what}"),
        TimelineWhat::Setting { what } => format!("changed a setting: {what}"),
        TimelineWhat::Status { from, to, reason } => {
            let reason = reason.as_ref().map(|r| format!(": {r}")).unwrap_or_default();
            format!("moved {} → {}{reason}", lifecycle::label(*from), lifecycle::label(*to))
        }
        TimelineWhat::Interest { level } => format!("set interest {level}"),
        TimelineWhat::FollowUpSet { when: at, note } if note.is_empty() => format!("set a follow-up for {}", when(at)),
        TimelineWhat::FollowUpSet { when: at, note } => format!("set a follow-up for {}: {note}", when(at)),
        TimelineWhat::FollowUpMoved { when: at } => format!("moved a follow-up to {}", when(at)),
        TimelineWhat::FollowUpDone { outcome } => format!("followed up: {outcome}"),
        TimelineWhat::FollowUpCancelled => "cancelled a follow-up".to_owned(),
        TimelineWhat::Call { outcome } => format!("called: {outcome}"),
        TimelineWhat::NoteAdded { text } => format!("noted: {text}"),
        TimelineWhat::NoteEdited => "edited a note".to_owned(),
        TimelineWhat::TagAdded { tag } => format!("added the tag {tag}"),
        TimelineWhat::TagRemoved { tag } => format!("removed the tag {tag}"),
        TimelineWhat::Deleted { reason } => format!("deleted the lead: {reason}"),
        TimelineWhat::Restored { reason } => format!("restored the lead: {reason}"),
        TimelineWhat::Undone { of } => format!("took back that they {}", self::what(of)),
        TimelineWhat::Assigned { to: Some(name), why: None } => format!("assigned it to {name}"),
        TimelineWhat::Assigned { to: Some(name), why: Some(why) } => format!("assigned it to {name}: {why}"),
        TimelineWhat::Assigned { to: None, .. } => "took its owner away".to_owned(),
        TimelineWhat::Collector { to, why } => format!("gave it to {to} to collect: {}", why.as_deref().unwrap_or_default()),
        TimelineWhat::Waiting { why } => format!("left it waiting: {why}"),
    }
}

/// `1,284`
pub fn count(n: u32) -> String {
    let digits = n.to_string();
    let groups: Vec<&str> = digits.as_bytes().rchunks(3).rev().filter_map(|g| std::str::from_utf8(g).ok()).collect();
    groups.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_as_people_say_them() {
        let at = |day, same_year| When { at: 0, local: "2026-11-22T17:00".into(), weekday: 6, day, same_year };
        for (day, same_year, expected) in [
            (0, true, "Today 17:00"),
            (1, true, "Tomorrow 17:00"),
            (-1, true, "Yesterday 17:00"),
            (3, true, "Sun 22, 17:00"),
            (30, true, "22 Nov, 17:00"),
            (-400, false, "22 Nov 2026, 17:00"),
        ] {
            assert_eq!(when(&at(day, same_year)), expected);
        }
        let ages: Vec<String> = [30_000, 120_000, 7_200_000, 200_000_000].iter().map(|ms| ago(0, *ms)).collect();
        assert_eq!(ages, ["now", "2 m ago", "2 h ago", "2 d ago"]);
        assert_eq!([count(7), count(1_284), count(100_000)], ["7", "1,284", "100,000"]);
    }
}
