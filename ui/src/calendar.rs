//! Wall-clock dates in the organisation's zone, as the bridge writes them: `2026-11-22T17:00`.
//! Pure; knows no zones and no clock.

use bridge::lead::When;
use std::fmt;

/// A date and time on the organisation's wall.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Local {
    /// Days since 1970-01-01.
    pub days: i64,
    pub hour: u8,
    pub minute: u8,
}

/// Year, month 1–12, day 1–31.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date {
    pub year: i64,
    pub month: u8,
    pub day: u8,
}

impl Local {
    /// Reads `2026-11-22T17:00`; what follows the minutes is ignored.
    pub fn parse(text: &str) -> Option<Self> {
        let (date, time) = text.split_once(['T', ' '])?;
        let (hour, minute) = parse_time(time.get(..5)?)?;
        Some(Self { days: parse_date(date)?, hour, minute })
    }

    /// The wall time of an instant, `offset_min` east of UTC.
    pub fn from_ms(ms: i64, offset_min: i32) -> Self {
        let minutes = ms.div_euclid(60_000) + i64::from(offset_min);
        let of_day = minutes.rem_euclid(24 * 60);
        Self { days: minutes.div_euclid(24 * 60), hour: (of_day / 60) as u8, minute: (of_day % 60) as u8 }
    }

    pub fn date(self) -> Date {
        civil(self.days)
    }

    /// 0 Monday … 6 Sunday.
    pub fn weekday(self) -> u8 {
        weekday(self.days)
    }

    /// Up to the next quarter of an hour, so that chips propose round times.
    pub fn rounded_up(self) -> Self {
        let minutes = i64::from(self.hour) * 60 + i64::from(self.minute);
        let up = (minutes + 14) / 15 * 15;
        Self { days: self.days + up / (24 * 60), hour: (up % (24 * 60) / 60) as u8, minute: (up % 60) as u8 }
    }

    /// As the bridge writes it, seen from `today`; `at` is the instant, 0 where nobody asks for it.
    pub fn seen_from(self, today: Local, at: i64) -> When {
        let same_year = self.date().year == today.date().year;
        When { at, local: self.to_string(), weekday: self.weekday(), day: (self.days - today.days) as i32, same_year }
    }

    pub fn plus_days(self, days: i64) -> Self {
        Self { days: self.days + days, ..self }
    }
}

impl fmt::Display for Local {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}T{:02}:{:02}", iso(self.days), self.hour, self.minute)
    }
}

/// `2026-11-22`
pub fn iso(days: i64) -> String {
    let Date { year, month, day } = civil(days);
    format!("{year:04}-{month:02}-{day:02}")
}

pub fn weekday(days: i64) -> u8 {
    (days + 3).rem_euclid(7) as u8
}

/// Reads `9:05`, `0905`, `17.30` or `17`.
pub fn parse_time(text: &str) -> Option<(u8, u8)> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let odd = text.trim().chars().any(|c| !(c.is_ascii_digit() || matches!(c, ':' | '.')));
    let (hour, minute) = match (text.trim().split_once([':', '.']), digits.len()) {
        (Some((h, m)), _) => (h.parse().ok()?, m.parse().ok()?),
        (None, 1 | 2) => (digits.parse().ok()?, 0),
        (None, 3 | 4) => (digits[..digits.len() - 2].parse().ok()?, digits[digits.len() - 2..].parse().ok()?),
        (None, _) => return None,
    };
    (!odd && hour < 24 && minute < 60).then_some((hour, minute))
}

pub fn parse_date(text: &str) -> Option<i64> {
    let mut parts = text.splitn(3, '-');
    let year: i64 = parts.next()?.parse().ok()?;
    let month: u8 = parts.next()?.parse().ok()?;
    let day: u8 = parts.next()?.parse().ok()?;
    let days = days_from(year, month, day);
    ((1..=12).contains(&month) && civil(days) == Date { year, month, day }).then_some(days)
}

/// The six weeks that show a month, starting on a Monday: first day of the grid.
pub fn grid_start(year: i64, month: u8) -> i64 {
    let first = days_from(year, month, 1);
    first - i64::from(weekday(first))
}

/// The month `by` months away.
pub fn month_plus(year: i64, month: u8, by: i64) -> (i64, u8) {
    let months = year * 12 + i64::from(month) - 1 + by;
    (months.div_euclid(12), months.rem_euclid(12) as u8 + 1)
}

/// Howard Hinnant's `days_from_civil`.
fn days_from(year: i64, month: u8, day: u8) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let shifted = (i64::from(month) + 9) % 12;
    let day_of_year = (153 * shifted + 2) / 5 + i64::from(day) - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

pub fn civil(days: i64) -> Date {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    Date { year, month: month as u8, day: (day_of_year - (153 * shifted + 2) / 5 + 1) as u8 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_local_time_reads_and_writes_the_same() {
        for text in ["2026-11-22T17:00", "2024-02-29T00:00", "1999-12-31T23:59"] {
            assert_eq!(Local::parse(text).map(|l| l.to_string()), Some(text.to_owned()));
        }
        for bad in ["2026-02-30T10:00", "2026-13-01T10:00", "2026-11-22", "x", "2026-11-22T25:00"] {
            assert_eq!(Local::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn days_and_weekdays_cross_months() {
        let saturday = Local::parse("2026-11-28T09:30").expect("a date");
        assert_eq!(saturday.weekday(), 5);
        assert_eq!(saturday.plus_days(3).to_string(), "2026-12-01T09:30");
        assert_eq!(Local::parse("2026-11-21T23:50").expect("a date").rounded_up().to_string(), "2026-11-22T00:00");
    }

    #[test]
    fn an_instant_is_shown_on_the_organisations_wall() {
        assert_eq!(Local::from_ms(1_795_347_000_000, 330).to_string(), "2026-11-22T17:00");
        assert_eq!(Local::from_ms(0, -60).to_string(), "1969-12-31T23:00");
    }

    #[test]
    fn times_are_read_as_people_type_them() {
        let rows =
            [("9:05", Some((9, 5))), ("0905", Some((9, 5))), ("17", Some((17, 0))), ("17.30", Some((17, 30))), ("930", Some((9, 30)))];
        for (typed, expected) in rows.into_iter().chain([("24:00", None), ("9:75", None), ("soon", None), ("", None)]) {
            assert_eq!(parse_time(typed), expected, "{typed}");
        }
    }

    #[test]
    fn a_month_grid_starts_on_monday() {
        assert_eq!(iso(grid_start(2026, 11)), "2026-10-26");
        assert_eq!(month_plus(2026, 12, 1), (2027, 1));
        assert_eq!(month_plus(2026, 1, -1), (2025, 12));
    }
}
