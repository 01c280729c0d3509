//! Which badge a status or a follow-up gets: tone, glyph and word (rows F3, F6, I5). Pure.

use crate::icon::Icon;
use crate::{t, words};
use bridge::lead::{Mark, When};
use domain::Status;
use domain::ledger::PaymentStatus;

/// How a badge looks; `tone` is the suffix of its CSS class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    pub tone: &'static str,
    pub glyph: Icon,
    pub text: String,
}

pub fn status(status: Status, interest: Option<u8>) -> Look {
    let (tone, glyph) = match (status, interest) {
        (Status::New, _) => ("new", Icon::Ring),
        (Status::InProgress, _) => ("in-progress", Icon::QuarterPie),
        (Status::Cnp, _) => ("cnp", Icon::MissedPhone),
        (Status::Interested, Some(4..)) => ("hot", Icon::Flame),
        (Status::Interested, _) => ("interested", Icon::HalfPie),
        (Status::Qualified, _) => ("qualified", Icon::ThreeQuarterPie),
        (Status::Converted, _) => ("converted", Icon::SolidTick),
        (Status::Lost, _) => ("lost", Icon::SolidCross),
    };
    let text = match (status, interest) {
        (Status::Interested, Some(level)) => t!("badge-interest", word = words::interest(level), level = level),
        _ => words::status(status),
    };
    Look { tone, glyph, text }
}

/// A day that has passed is missed; today stays today whatever the hour (row I5).
pub fn follow_up(next: Option<&When>, with_time: bool) -> Look {
    let Some(when) = next else { return Look { tone: "not-set", glyph: Icon::CalendarOff, text: t!("badge-not-set") } };
    match when.day {
        ..0 => {
            let day = words::day(when);
            let day = if with_time { t!("moment-day", day = day, time = words::time(when)) } else { day };
            Look { tone: "missed", glyph: Icon::Alert, text: t!("badge-missed", day = day) }
        }
        0 => Look { tone: "today", glyph: Icon::Bell, text: words::moment(when) },
        1.. => {
            let day = t!("moment-day", day = words::day(when), time = words::time(when));
            Look { tone: "upcoming", glyph: Icon::Calendar, text: day }
        }
    }
}

/// Where a ledger stands (Appendix B.5).
pub fn payment(status: PaymentStatus) -> Look {
    let (tone, glyph) = match status {
        PaymentStatus::Pending => ("missed", Icon::Ring),
        PaymentStatus::Partial => ("today", Icon::HalfPie),
        PaymentStatus::Completed => ("hot", Icon::SolidTick),
        PaymentStatus::Overdue => ("overdue", Icon::Alert),
    };
    Look { tone, glyph, text: t!("payment-status", status = status.as_str()) }
}

/// An instalment that is paid in full, is late, or waits.
pub fn instalment(is_paid: bool, due: &When) -> Look {
    match (is_paid, due.day) {
        (true, _) => Look { tone: "hot", glyph: Icon::SolidTick, text: t!("instalment-paid") },
        (false, ..0) => payment(PaymentStatus::Overdue),
        (false, 0) => Look { tone: "today", glyph: Icon::Bell, text: t!("instalment-today") },
        (false, 1..) => Look { tone: "upcoming", glyph: Icon::Calendar, text: t!("instalment-open") },
    }
}

/// The last column's mark: icon, word, tone.
pub fn mark(mark: Mark) -> Look {
    match mark {
        Mark::NeedsAttention => Look { tone: "warn", glyph: Icon::Triangle, text: t!("mark-attention") },
        Mark::Conflict => Look { tone: "conflict", glyph: Icon::Conflict, text: t!("mark-conflict") },
        Mark::Proposal => Look { tone: "info", glyph: Icon::HandOver, text: t!("mark-proposal") },
        Mark::Waiting => Look { tone: "muted", glyph: Icon::Clock, text: t!("mark-waiting") },
        Mark::NotSent => Look { tone: "muted", glyph: Icon::CloudUp, text: t!("mark-not-sent") },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn badges_are_those_of_appendix_b() {
        let rows = [
            (Status::New, None, "new", "New"),
            (Status::InProgress, None, "in-progress", "In progress"),
            (Status::Cnp, None, "cnp", "CNP"),
            (Status::Interested, None, "interested", "Interested"),
            (Status::Interested, Some(1), "interested", "Interested 1"),
            (Status::Interested, Some(2), "interested", "Interested 2"),
            (Status::Interested, Some(3), "interested", "Exploring 3"),
            (Status::Interested, Some(4), "hot", "Hot Lead 4"),
            (Status::Interested, Some(5), "hot", "Hot Lead 5"),
            (Status::Qualified, Some(5), "qualified", "Qualified"),
            (Status::Converted, None, "converted", "Converted"),
            (Status::Lost, None, "lost", "Lost"),
        ];
        for (of, interest, tone, text) in rows {
            let look = status(of, interest);
            assert_eq!((look.tone, look.text.as_str()), (tone, text));
        }
    }

    #[test]
    fn payment_badges_are_those_of_appendix_b() {
        let rows = [("missed", "Pending"), ("today", "Partial"), ("hot", "Completed"), ("overdue", "Overdue")];
        for (of, (tone, text)) in PaymentStatus::ALL.into_iter().zip(rows) {
            let look = payment(of);
            assert_eq!((look.tone, look.text.as_str()), (tone, text));
        }
        let on = |day| When { at: 0, local: "2026-11-19T00:00".into(), weekday: 3, day, same_year: true };
        for (is_paid, day, text) in [(true, -9, "Paid"), (false, -1, "Overdue"), (false, 0, "Due today"), (false, 1, "Not due")] {
            assert_eq!(instalment(is_paid, &on(day)).text, text);
        }
    }

    #[test]
    fn a_follow_up_is_missed_after_its_day_not_after_its_hour() {
        let when = |local: &str, day| When { at: 0, local: local.into(), weekday: 3, day, same_year: true };
        let rows = [
            (None, false, "not-set", "Not set"),
            (Some(when("2026-11-19T16:30", -2)), false, "missed", "Missed · Thu 19"),
            (Some(when("2026-11-19T16:30", -2)), true, "missed", "Missed · Thu 19, 16:30"),
            (Some(when("2026-11-21T00:01", 0)), false, "today", "Today 00:01"),
            (Some(when("2026-11-26T11:00", 5)), false, "upcoming", "Thu 26, 11:00"),
        ];
        for (next, with_time, tone, text) in rows {
            let look = follow_up(next.as_ref(), with_time);
            assert_eq!((look.tone, look.text.as_str()), (tone, text));
        }
    }
}
