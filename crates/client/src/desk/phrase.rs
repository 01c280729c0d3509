//! When a phrase says, in the organisation's zone: "tomorrow 4pm", "in 2 hours", "mon 11", "25 dec",
//! "kal 4 baje". What it does not know it names, and guesses nothing.

use super::{Desk, when};
use bridge::Problem;
use bridge::lead::{WhenHint, WhenRead};
use domain::{Refusal, RefusalCode};
use jiff::civil::{Date, DateTime, Time, Weekday, time};
use jiff::{Span, Timestamp, ToSpan, Zoned};

/// When no time of day is said.
const MORNING: Time = time(10, 0, 0, 0);
/// "at 4" is the afternoon: nobody is called at night.
const FIRST_HOUR: i8 = 8;

/// A part of what was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    /// `4`, `16:30`, `25/12`.
    Number(String),
    Word(String),
}

/// What was understood so far.
#[derive(Default)]
struct Said {
    date: Option<Date>,
    /// A weekday: the next one, today's too while its time is ahead.
    weekday: Option<(Weekday, bool)>,
    time: Option<Time>,
    /// An hour that may be either half of the day.
    is_open: bool,
    part: Option<Part>,
    after: Option<Span>,
    /// `after` counts hours or minutes: the time of day follows from it.
    is_exact: bool,
}

/// Parts of a day, and when they are if no hour is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Morning,
    Afternoon,
    Evening,
    Night,
}

impl Part {
    fn hour(self) -> i8 {
        match self {
            Part::Morning => 10,
            Part::Afternoon => 15,
            Part::Evening => 18,
            Part::Night => 20,
        }
    }
}

pub(super) fn hint(desk: &Desk, ask: WhenRead) -> Result<WhenHint, Problem> {
    let now_ms = desk.engine.env().now_ms();
    Ok(desk.read(|c| {
        let reader = desk.reader(c)?;
        let now = Timestamp::from_millisecond(now_ms).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(reader.zone.clone());
        let at = read(&now, &ask.typed).and_then(|local| when::instant(&reader.zone, &local.strftime("%Y-%m-%dT%H:%M").to_string()));
        Ok(match at {
            Ok(at) => WhenHint { when: Some(reader.today(now_ms).when(at)), problem: None },
            Err(refusal) => WhenHint { when: None, problem: Some(refusal.text) },
        })
    })?)
}

/// The local time that `typed` names, after `now`.
///
/// # Errors
/// `InvalidValue` for what is not understood, and for a time that has passed.
pub(super) fn read(now: &Zoned, typed: &str) -> Result<DateTime, Refusal> {
    let tokens = tokens(typed);
    if tokens.is_empty() {
        return Err(refusal("Say when".into()));
    }
    let mut said = Said::default();
    let mut rest = tokens.as_slice();
    while let Some(token) = rest.first() {
        let taken = said.take(now, rest);
        if taken == 0 {
            let (Token::Number(text) | Token::Word(text)) = token;
            return Err(refusal(format!("“{}” is no time", text.chars().take(24).collect::<String>())));
        }
        rest = &rest[taken..];
    }
    let at = said.resolve(now).ok_or_else(|| refusal("That is no day of the calendar".into()))?;
    if at <= now.datetime() { Err(refusal("That time has passed".into())) } else { Ok(at) }
}

fn refusal(why: String) -> Refusal {
    Refusal::new(RefusalCode::InvalidValue, format!("{why}. Say it like “tomorrow 4pm”, “in 2 hours” or “mon 11”.")).on("due_at")
}

fn tokens(typed: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut joins = false;
    for c in typed.to_lowercase().chars() {
        let digit = c.to_digit(10).or_else(|| ('०'..='९').contains(&c).then(|| c as u32 - '०' as u32));
        match (digit.and_then(|d| char::from_digit(d, 10)), tokens.last_mut()) {
            (Some(d), Some(Token::Number(number))) if joins => number.push(d),
            (Some(d), _) => tokens.push(Token::Number(d.into())),
            (None, Some(Token::Number(number))) if joins && matches!(c, ':' | '.' | '/' | '-') => number.push(c),
            // Vowel signs are no letters, and belong to their word.
            (None, Some(Token::Word(word))) if joins && is_of_word(c) => word.push(c),
            (None, _) if is_of_word(c) => tokens.push(Token::Word(c.into())),
            (None, _) => {
                joins = false;
                continue;
            }
        }
        joins = true;
    }
    for token in &mut tokens {
        if let Token::Number(number) = token {
            number.truncate(number.trim_end_matches([':', '.', '/', '-']).len());
        }
    }
    tokens
}

fn is_of_word(c: char) -> bool {
    c.is_alphabetic() || ('\u{0900}'..='\u{0963}').contains(&c)
}

impl Said {
    /// Understands the first of the tokens, with those that belong to it; how many they are.
    fn take(&mut self, now: &Zoned, rest: &[Token]) -> usize {
        match rest {
            [Token::Number(n), Token::Word(unit), ..] if self.take_span(n, unit) => 2,
            [Token::Number(n), Token::Word(half), ..] if self.take_clock(n, half) => 2,
            [Token::Number(n), Token::Word(word), more @ ..] if month(word).is_some() || is_ordinal(word) => {
                let (month_at, skipped) = if is_ordinal(word) { (more.first(), 3) } else { (rest.get(1), 2) };
                match month_at {
                    Some(Token::Word(word)) if month(word).is_some() => self.take_day_of(now, n, month(word), skipped),
                    Some(_) | None => self.take_day_of(now, n, None, 2),
                }
            }
            [Token::Word(word), Token::Number(n), more @ ..] if month(word).is_some() => {
                let skipped = if matches!(more.first(), Some(Token::Word(word)) if is_ordinal(word)) { 3 } else { 2 };
                self.take_day_of(now, n, month(word), skipped)
            }
            [Token::Number(n), ..] => usize::from(self.take_number(now, n)),
            [Token::Word(half), Token::Word(an), Token::Word(hour), ..] if half == "half" && an == "an" && hour == "hour" => {
                3 * usize::from(self.take_span("30", "min"))
            }
            [Token::Word(a), Token::Word(unit), ..] if matches!(a.as_str(), "a" | "an" | "one") => {
                2 * usize::from(self.take_span("1", unit))
            }
            [Token::Word(next), Token::Word(word), ..] if next == "next" => 2 * usize::from(self.take_next(now, word)),
            [Token::Word(a), Token::Word(b), Token::Word(c), ..] if a == "day" && b == "after" && c == "tomorrow" => {
                3 * usize::from(self.take_date(plus_days(now, 2)))
            }
            [Token::Word(word), ..] => usize::from(self.take_word(now, word)),
            [] => 0,
        }
    }

    fn take_span(&mut self, n: &str, unit: &str) -> bool {
        let Ok(n) = n.parse::<i32>() else { return false };
        let (span, is_exact) = match unit {
            "m" | "min" | "mins" | "minute" | "minutes" | "मिनट" => (n.minutes(), true),
            "h" | "hr" | "hrs" | "hour" | "hours" | "ghante" | "घंटे" => (n.hours(), true),
            "d" | "day" | "days" | "din" | "दिन" => (n.days(), false),
            "w" | "wk" | "wks" | "week" | "weeks" | "hafte" => (n.weeks(), false),
            "month" | "months" => (n.months(), false),
            _ => return false,
        };
        self.is_exact = is_exact;
        self.after.replace(span).is_none()
    }

    /// `4 pm`, `4:30 am`, `4 baje`.
    fn take_clock(&mut self, n: &str, half: &str) -> bool {
        let Some(time) = clock(n) else { return false };
        let is_twelve = (1..=12).contains(&time.hour());
        let hour = match half {
            "am" | "a" if is_twelve => time.hour() % 12,
            "pm" | "p" if is_twelve => time.hour() % 12 + 12,
            "baje" | "बजे" | "oclock" | "o" => return self.take_time(time, true),
            _ => return false,
        };
        self.take_time(Time::new(hour, time.minute(), 0, 0).unwrap_or(time), false)
    }

    fn take_time(&mut self, time: Time, is_open: bool) -> bool {
        self.is_open = is_open;
        self.time.replace(time).is_none()
    }

    fn take_date(&mut self, date: Option<Date>) -> bool {
        let Some(date) = date else { return false };
        self.date.replace(date).is_none() && self.weekday.is_none()
    }

    /// A day of a month that is still to come.
    fn take_day_of(&mut self, now: &Zoned, day: &str, month: Option<i8>, taken: usize) -> usize {
        let Ok(day) = day.parse::<i8>() else { return 0 };
        let today = now.date();
        let dates = match month {
            Some(month) => (0..5).filter_map(|years| Date::new(today.year() + years, month, day).ok()).collect::<Vec<_>>(),
            None => (0..12)
                .filter_map(|months| today.first_of_month().checked_add(months.months()).ok()?.with().day(day).build().ok())
                .collect(),
        };
        taken * usize::from(self.take_date(dates.into_iter().find(|date| *date >= today)))
    }

    /// `16:30`, `1630`, `11`, `25/12`, `25-12-2026`, `2026-12-25`.
    fn take_number(&mut self, now: &Zoned, n: &str) -> bool {
        let parts: Vec<&str> = n.split(['/', '-', '.']).collect();
        let is_date = n.contains(['/', '-']) || parts.len() == 3;
        match (parts.as_slice(), is_date) {
            ([a, b, c], true) => {
                let (year, month, day) = if a.len() == 4 { (*a, *b, *c) } else { (*c, *b, *a) };
                let (Ok(year), Ok(month), Ok(day)) = (year.parse::<i16>(), month.parse(), day.parse()) else { return false };
                self.take_date(Date::new(if year < 100 { 2000 + year } else { year }, month, day).ok())
            }
            ([day, month], true) => month.parse().is_ok_and(|month| self.take_day_of(now, day, Some(month), 1) == 1),
            _ => clock(n).is_some_and(|time| {
                let is_open = !n.contains([':', '.']) && n.len() <= 2 || time.hour() < 10 && !n.starts_with('0');
                self.take_time(time, is_open)
            }),
        }
    }

    fn take_next(&mut self, now: &Zoned, word: &str) -> bool {
        match word {
            "week" => self.take_date(plus_days(now, 7)),
            "month" => self.take_date(now.date().checked_add(1.month()).ok()),
            _ => match weekday(word) {
                Some(day) => self.date.is_none() && self.weekday.replace((day, false)).is_none(),
                None => false,
            },
        }
    }

    fn take_word(&mut self, now: &Zoned, word: &str) -> bool {
        let part = match word {
            // Says nothing by itself.
            "in" | "at" | "on" | "the" | "by" | "around" | "ko" | "को" | "mein" | "में" | "this" | "clock" => return true,
            "today" | "tod" | "aaj" | "आज" => return self.take_date(plus_days(now, 0)),
            "tomorrow" | "tmrw" | "tmw" | "tom" | "kal" | "कल" => return self.take_date(plus_days(now, 1)),
            "parso" | "parson" | "परसों" => return self.take_date(plus_days(now, 2)),
            "noon" | "midday" => return self.take_time(time(12, 0, 0, 0), false),
            "tonight" => {
                self.part = Some(Part::Night);
                return self.take_date(plus_days(now, 0));
            }
            "morning" | "subah" | "सुबह" => Part::Morning,
            "afternoon" | "dopahar" | "दोपहर" => Part::Afternoon,
            "evening" | "shaam" | "sham" | "शाम" => Part::Evening,
            "night" | "raat" | "रात" => Part::Night,
            _ => {
                let Some(day) = weekday(word) else { return false };
                return self.date.is_none() && self.weekday.replace((day, true)).is_none();
            }
        };
        self.part.replace(part).is_none()
    }

    fn resolve(&self, now: &Zoned) -> Option<DateTime> {
        let time = self.time_of_day();
        if let Some(after) = self.after {
            let at = now.checked_add(after).ok()?;
            let has_day = self.date.is_some() || self.weekday.is_some();
            return match (time, self.is_exact) {
                _ if has_day => None,
                (None, _) => Some(when::minute_up(&at).datetime()),
                (Some(_), true) => None,
                (Some(time), false) => Some(at.date().to_datetime(time)),
            };
        }
        let (today, clock) = (now.date(), now.time());
        match (self.date, self.weekday, time) {
            (Some(date), None, Some(time)) => Some(date.to_datetime(time)),
            // Today without a time: in an hour, on a quarter.
            (Some(date), None, None) if date == today => Some(when::quarter_up(&now.checked_add(1.hour()).ok()?).datetime()),
            (Some(date), None, None) => Some(date.to_datetime(MORNING)),
            (None, Some((day, may_be_today)), time) => {
                let away = i64::from(day.since(today.weekday()));
                let is_ahead = time.is_some_and(|time| time > clock);
                let away = if away == 0 && !(may_be_today && is_ahead) { 7 } else { away };
                Some(plus_days(now, away)?.to_datetime(time.unwrap_or(MORNING)))
            }
            (None, None, Some(time)) => Some(plus_days(now, i64::from(time <= clock))?.to_datetime(time)),
            (Some(_), Some(_), _) | (None, None, None) => None,
        }
    }

    fn time_of_day(&self) -> Option<Time> {
        let Some(time) = self.time else { return self.part.map(|part| Time::constant(part.hour(), 0, 0, 0)) };
        let later = || Time::new(time.hour() + 12, time.minute(), 0, 0).unwrap_or(time);
        let is_first_half = self.is_open && (1..12).contains(&time.hour());
        Some(match self.part {
            Some(Part::Morning) => time,
            Some(Part::Afternoon | Part::Evening | Part::Night) if is_first_half => later(),
            None if is_first_half && time.hour() < FIRST_HOUR => later(),
            Some(_) | None => time,
        })
    }
}

/// `4`, `4:30`, `17.30`, `1630`.
fn clock(n: &str) -> Option<Time> {
    let (hour, minute) = match n.split_once([':', '.']) {
        Some((hour, minute)) if minute.len() == 2 => (hour, minute),
        Some(_) => return None,
        None if n.len() > 2 => n.split_at_checked(n.len() - 2)?,
        None => (n, "0"),
    };
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

fn weekday(word: &str) -> Option<Weekday> {
    Some(match word {
        "mon" | "monday" | "somvar" | "सोमवार" => Weekday::Monday,
        "tue" | "tues" | "tuesday" | "mangalvar" | "मंगलवार" => Weekday::Tuesday,
        "wed" | "weds" | "wednesday" | "budhvar" | "बुधवार" => Weekday::Wednesday,
        "thu" | "thur" | "thurs" | "thursday" | "guruvar" | "गुरुवार" => Weekday::Thursday,
        "fri" | "friday" | "shukravar" | "शुक्रवार" => Weekday::Friday,
        "sat" | "saturday" | "shanivar" | "शनिवार" => Weekday::Saturday,
        "sun" | "sunday" | "ravivar" | "रविवार" => Weekday::Sunday,
        _ => return None,
    })
}

fn month(word: &str) -> Option<i8> {
    const MONTHS: [&str; 12] =
        ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];
    let at = MONTHS.iter().position(|month| word.len() >= 3 && month.starts_with(word) || word == "sept" && *month == "september")?;
    i8::try_from(at + 1).ok()
}

fn is_ordinal(word: &str) -> bool {
    matches!(word, "st" | "nd" | "rd" | "th")
}

fn plus_days(now: &Zoned, days: i64) -> Option<Date> {
    now.date().checked_add(days.days()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(now: &str, typed: &str) -> String {
        let now: Zoned = now.parse().expect("a time");
        match read(&now, typed) {
            Ok(at) => at.strftime("%a %Y-%m-%d %H:%M").to_string(),
            Err(refusal) => refusal.text.split_once(". Say").map(|(why, _)| why.to_owned()).unwrap_or(refusal.text),
        }
    }

    #[test]
    fn phrases_are_read_as_people_say_them() {
        // A Thursday.
        let now = "2026-11-26T14:07:20+05:30[Asia/Kolkata]";
        for (typed, expected) in [
            ("tomorrow 4pm", "Fri 2026-11-27 16:00"),
            ("Tomorrow at 4", "Fri 2026-11-27 16:00"),
            ("tom 11", "Fri 2026-11-27 11:00"),
            ("tmrw", "Fri 2026-11-27 10:00"),
            ("in 2 hours", "Thu 2026-11-26 16:08"),
            ("2h", "Thu 2026-11-26 16:08"),
            ("in half an hour", "Thu 2026-11-26 14:38"),
            ("in an hour", "Thu 2026-11-26 15:08"),
            ("+45m", "Thu 2026-11-26 14:53"),
            ("+3d", "Sun 2026-11-29 14:08"),
            ("in 3 days 11am", "Sun 2026-11-29 11:00"),
            ("in a week", "Thu 2026-12-03 14:08"),
            ("mon 11", "Mon 2026-11-30 11:00"),
            ("next mon 11:30", "Mon 2026-11-30 11:30"),
            ("fri evening", "Fri 2026-11-27 18:00"),
            ("thu 17:30", "Thu 2026-11-26 17:30"),
            ("thu 11", "Thu 2026-12-03 11:00"),
            ("next thursday 17:30", "Thu 2026-12-03 17:30"),
            ("4:30pm", "Thu 2026-11-26 16:30"),
            ("4.30", "Thu 2026-11-26 16:30"),
            ("1630", "Thu 2026-11-26 16:30"),
            ("09:30", "Fri 2026-11-27 09:30"),
            ("11", "Fri 2026-11-27 11:00"),
            ("today", "Thu 2026-11-26 15:15"),
            ("tonight", "Thu 2026-11-26 20:00"),
            ("noon", "Fri 2026-11-27 12:00"),
            ("12 pm", "Fri 2026-11-27 12:00"),
            ("day after tomorrow 5 pm", "Sat 2026-11-28 17:00"),
            ("25 dec 3pm", "Fri 2026-12-25 15:00"),
            ("Dec 25th, 3 pm", "Fri 2026-12-25 15:00"),
            ("25/12", "Fri 2026-12-25 10:00"),
            ("2026-12-25 16:00", "Fri 2026-12-25 16:00"),
            ("3-1-27", "Sun 2027-01-03 10:00"),
            ("5th", "Sat 2026-12-05 10:00"),
            ("29 feb", "Tue 2028-02-29 10:00"),
            ("next week", "Thu 2026-12-03 10:00"),
            ("kal 4 baje", "Fri 2026-11-27 16:00"),
            ("कल सुबह ९ बजे", "Fri 2026-11-27 09:00"),
            ("सोमवार शाम 6 बजे", "Mon 2026-11-30 18:00"),
            ("parso subah", "Sat 2026-11-28 10:00"),
            ("", "Say when"),
            ("soon", "“soon” is no time"),
            ("tomorrow at lunch", "“lunch” is no time"),
            ("today 11am", "That time has passed"),
            ("25/11/2026", "That time has passed"),
            ("tomorrow friday", "“friday” is no time"),
            ("30 feb", "“30” is no time"),
            ("25:00", "“25:00” is no time"),
            ("in 2 hours at 5pm", "That is no day of the calendar"),
        ] {
            assert_eq!(at(now, typed), expected, "{typed}");
        }
    }

    #[test]
    fn hours_are_counted_across_the_change_of_clocks() {
        // The hour from 02:00 is not there on 29 March 2026.
        let night = "2026-03-29T01:30:00+01:00[Europe/Berlin]";
        assert_eq!(at(night, "in 2 hours"), "Sun 2026-03-29 04:30");
        assert_eq!(at(night, "in 1 day"), "Mon 2026-03-30 01:30");
        let midnight = "2026-11-26T23:59:30+05:30[Asia/Kolkata]";
        assert_eq!(at(midnight, "in 10 min"), "Fri 2026-11-27 00:10");
        assert_eq!(at(midnight, "tomorrow"), "Fri 2026-11-27 10:00");
    }
}
