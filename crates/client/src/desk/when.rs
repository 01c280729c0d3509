//! Instants as local times of the organisation's zone, and back.

use bridge::lead::When;
use domain::{Refusal, RefusalCode};
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{RoundMode, Timestamp, Unit, Zoned, ZonedRound};
use std::ops::Range;

/// "Today" in one zone.
pub(crate) struct Today<'a> {
    zone: &'a TimeZone,
    date: Date,
    pub now_ms: i64,
}

impl<'a> Today<'a> {
    pub(crate) fn new(zone: &'a TimeZone, now_ms: i64) -> Self {
        Self { zone, date: local(zone, now_ms).date(), now_ms }
    }

    /// From its first instant until before tomorrow's, ms since the epoch.
    pub(crate) fn span(&self) -> Range<i64> {
        let begins = |date: Date| {
            let start = self.zone.to_ambiguous_timestamp(date.to_datetime(Time::midnight())).compatible();
            start.map_or(self.now_ms, |start| start.as_millisecond())
        };
        begins(self.date)..begins(self.date.tomorrow().unwrap_or(self.date))
    }

    /// The day, `2026-11-30`.
    pub(crate) fn day(&self) -> String {
        self.date.to_string()
    }

    /// Of the day, from 0.
    pub(crate) fn minute(&self) -> u16 {
        let now = local(self.zone, self.now_ms);
        u16::try_from(i32::from(now.hour()) * 60 + i32::from(now.minute())).unwrap_or(0)
    }

    /// The day so many days from today, `2026-11-30`.
    pub(crate) fn day_after(&self, days: i32) -> String {
        self.date.checked_add(jiff::Span::new().days(days)).unwrap_or(self.date).to_string()
    }

    /// The first instant of a day, `2026-11-30`.
    pub(crate) fn on(&self, day: &str) -> When {
        let date = day.parse::<Date>().unwrap_or(self.date);
        let start = self.zone.to_ambiguous_timestamp(date.to_datetime(Time::midnight())).compatible();
        self.when(start.map_or(self.now_ms, |start| start.as_millisecond()))
    }

    pub(crate) fn when(&self, at: i64) -> When {
        let local = local(self.zone, at);
        let date = local.date();
        When {
            at,
            local: text(local),
            weekday: u8::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0),
            day: day_number(date) - day_number(self.date),
            same_year: date.year() == self.date.year(),
        }
    }
}

/// The first instant of a day, given in days since 1970-01-01; ms since the epoch.
pub(super) fn begin_of(zone: &TimeZone, day: i64) -> Option<i64> {
    let days = jiff::Span::new().try_days(day).ok()?;
    let date = Date::constant(1970, 1, 1).checked_add(days).ok()?;
    Some(zone.to_ambiguous_timestamp(date.to_datetime(Time::midnight())).compatible().ok()?.as_millisecond())
}

/// The first day of an instant's month and of the month after it, in days since 1970-01-01.
pub(super) fn month_of(zone: &TimeZone, at: i64) -> (i64, i64) {
    let first = local(zone, at).date().first_of_month();
    let next = first.checked_add(jiff::Span::new().months(1)).unwrap_or(first);
    let since = |date: Date| i64::from(day_number(date) - day_number(Date::constant(1970, 1, 1)));
    (since(first), since(next))
}

/// The zone of an organisation; UTC for a name this computer does not know.
pub(super) fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or_else(|e| {
        tracing::warn!("times are shown in UTC: {e}");
        TimeZone::UTC
    })
}

/// The instant of a typed wall time, `2026-11-22T17:00`. Where the clocks jump, a time that does
/// not exist is the one as much later, and of two the first.
///
/// # Errors
/// `InvalidValue` for what is no time.
pub(super) fn instant(zone: &TimeZone, typed: &str) -> Result<i64, Refusal> {
    let malformed = || Refusal::new(RefusalCode::InvalidValue, "Pick a date and a time, like 2026-11-22T17:00.").on("due_at");
    if typed.len() != "2026-11-22T17:00".len() {
        return Err(malformed());
    }
    let local = DateTime::strptime("%Y-%m-%dT%H:%M", typed).map_err(|_| malformed())?;
    let instant = zone.to_ambiguous_timestamp(local).compatible().map_err(|_| malformed())?;
    Ok(instant.as_millisecond())
}

/// The next whole minute, or this one where it is whole.
pub(super) fn minute_up(at: &Zoned) -> Zoned {
    rounded(at, Unit::Minute, 1)
}

/// The next quarter of an hour, or this one where it is one.
pub(super) fn quarter_up(at: &Zoned) -> Zoned {
    rounded(at, Unit::Minute, 15)
}

fn rounded(at: &Zoned, unit: Unit, by: i64) -> Zoned {
    at.round(ZonedRound::new().smallest(unit).increment(by).mode(RoundMode::Ceil)).unwrap_or_else(|_| at.clone())
}

fn local(zone: &TimeZone, at: i64) -> DateTime {
    zone.to_datetime(Timestamp::from_millisecond(at).unwrap_or(Timestamp::UNIX_EPOCH))
}

/// Two digits and a separator each: `format!` took a third of a list page.
fn text(t: DateTime) -> String {
    let mut out = String::with_capacity(16);
    let mut two = |n: i16, after: Option<char>| {
        let n = n.rem_euclid(100);
        out.push(char::from(b'0' + (n / 10) as u8));
        out.push(char::from(b'0' + (n % 10) as u8));
        out.extend(after);
    };
    two(t.year() / 100, None);
    two(t.year(), Some('-'));
    two(t.month().into(), Some('-'));
    two(t.day().into(), Some('T'));
    two(t.hour().into(), Some(':'));
    two(t.minute().into(), None);
    out
}

/// Days since 1 March of the year 0.
fn day_number(date: Date) -> i32 {
    let (y, m, d) = (i32::from(date.year()), i32::from(date.month()), i32::from(date.day()));
    let (y, m) = if m > 2 { (y, m - 3) } else { (y - 1, m + 9) };
    365 * y + y.div_euclid(4) - y.div_euclid(100) + y.div_euclid(400) + (153 * m + 2) / 5 + d - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(zone_name: &str, local: &str) -> i64 {
        instant(&zone(zone_name), local).expect("a time")
    }

    #[test]
    fn times_are_told_from_today_in_the_organisations_zone() {
        let india = zone("Asia/Kolkata");
        // 20:00 UTC is already tomorrow in India.
        let today = Today::new(&india, at("UTC", "2026-11-21T20:00"));
        for (local, weekday, day, same_year) in [
            ("2026-11-22T17:00", 6, 0, true),
            ("2026-11-21T23:59", 5, -1, true),
            ("2026-11-23T00:00", 0, 1, true),
            ("2027-01-01T09:30", 4, 40, false),
            ("2024-02-29T09:30", 3, -997, false),
        ] {
            let when = today.when(at("Asia/Kolkata", local));
            assert_eq!((when.local.as_str(), when.weekday, when.day, when.same_year), (local, weekday, day, same_year));
        }
    }

    #[test]
    fn times_that_clocks_skip_or_repeat_have_one_instant() {
        let berlin = "Europe/Berlin";
        assert_eq!(at(berlin, "2026-03-29T02:30"), at("UTC", "2026-03-29T01:30"), "skipped: as much later");
        assert_eq!(at(berlin, "2026-10-25T02:30"), at("UTC", "2026-10-25T00:30"), "twice: the first");
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for typed in [
            "",
            "tomorrow",
            "2026-11-22",
            "2026-11-22 17:00",
            "2026-13-22T17:00",
            "2026-02-30T17:00",
            "2026-11-22T25:00",
            "22-11-2026T17:00",
        ] {
            assert!(instant(&TimeZone::UTC, typed).is_err(), "{typed}");
        }
    }
}
