//! Reminders of follow-ups: what is told when, and that nothing is told twice. Owns no timer and shows
//! nothing: whoever has a screen asks with a clock, shows the notices and says what was pressed.

mod told;
mod words;

pub(crate) use told::{Promise, Ring, Told, decide};
pub(crate) use words::{NAMED_MAX, digest, of_locked, of_news, of_promise, pay_day};

use domain::LeadId;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use uuid::Uuid;

/// Preference: minutes before the due minute at which there is one more reminder, 0 for none, or `off` for no
/// reminders at all.
pub(crate) const REMIND_BEFORE: &str = "remind_before_min";
/// Preference: hours without reminders in the organisation's zone, `22:00-08:00`, or empty.
pub(crate) const QUIET_HOURS: &str = "quiet_hours";
/// What "Snooze" puts a reminder off by.
pub const SNOOZE_MIN: u32 = 10;
const OFF: &str = "off";
const BEFORE_MAX_MIN: u32 = 120;
const MINUTE_MS: i64 = 60_000;

/// Something to show outside the window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub about: About,
    pub title: String,
    pub body: String,
    pub can_snooze: bool,
}

/// What a notice is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    FollowUp {
        lead: LeadId,
        follow_up: Uuid,
    },
    /// Follow-ups that were missed, or that nobody was reminded of in time.
    Missed {
        before_today: bool,
    },
    /// Instalments and promises that are due today or late.
    Payments,
    /// Notifications of the server: of one lead, or of several.
    News {
        lead: Option<LeadId>,
    },
}

/// Payments that are due or late today; whom they are of, the longest late first, and how much.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PayDay {
    pub late: u32,
    pub today: u32,
    pub named: Vec<(String, Option<String>)>,
}

/// What the person pressed on a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Press {
    Open,
    Snooze,
}

/// How this person wants to be reminded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Settings {
    pub is_off: bool,
    pub before_ms: i64,
    /// Minutes of the day, from and until; over midnight where the first is the later one.
    pub quiet: Option<(u16, u16)>,
}

impl Settings {
    /// What can't be read is as if it was not set.
    pub fn of(before: Option<&str>, quiet: Option<&str>) -> Self {
        let minutes = before.and_then(before_min);
        Self { is_off: before == Some(OFF), before_ms: i64::from(minutes.unwrap_or(0)) * MINUTE_MS, quiet: quiet.and_then(quiet_hours) }
    }

    pub fn is_quiet(&self, zone: &TimeZone, now_ms: i64) -> bool {
        let Some((from, until)) = self.quiet else { return false };
        let at = minute_of_day(zone, now_ms);
        if from <= until { (from..until).contains(&at) } else { at >= from || at < until }
    }
}

/// Whether a preference of this module has a value it may have; `None` for other preferences.
pub(crate) fn is_fit(key: &str, value: &str) -> Option<bool> {
    match key {
        REMIND_BEFORE => Some(value == OFF || before_min(value).is_some()),
        QUIET_HOURS => Some(value.is_empty() || quiet_hours(value).is_some()),
        _ => None,
    }
}

fn before_min(text: &str) -> Option<u32> {
    text.parse().ok().filter(|minutes| *minutes <= BEFORE_MAX_MIN)
}

fn quiet_hours(text: &str) -> Option<(u16, u16)> {
    let (from, until) = text.split_once('-')?;
    let (from, until) = (minute(from)?, minute(until)?);
    (from != until).then_some((from, until))
}

/// `22:00`
fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let is_plain = [hour, minute].iter().all(|part| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit()));
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    (is_plain && hour < 24 && minute < 60).then_some(hour * 60 + minute)
}

fn minute_of_day(zone: &TimeZone, at_ms: i64) -> u16 {
    let local = zone.to_datetime(Timestamp::from_millisecond(at_ms).unwrap_or(Timestamp::UNIX_EPOCH));
    u16::try_from(i32::from(local.hour()) * 60 + i32::from(local.minute())).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_and_what_is_none_is_refused() {
        let settings = |before, quiet| Settings::of(Some(before), Some(quiet));
        assert_eq!(settings("10", "22:00-08:00"), Settings { is_off: false, before_ms: 600_000, quiet: Some((1320, 480)) });
        assert!(settings("off", "").is_off);
        for (key, value, fit) in [
            (REMIND_BEFORE, "0", true),
            (REMIND_BEFORE, "120", true),
            (REMIND_BEFORE, "121", false),
            (REMIND_BEFORE, "-5", false),
            (REMIND_BEFORE, "soon", false),
            (QUIET_HOURS, "", true),
            (QUIET_HOURS, "13:00-14:30", true),
            (QUIET_HOURS, "9:00-10:00", false),
            (QUIET_HOURS, "22:00-24:00", false),
            (QUIET_HOURS, "08:00-08:00", false),
            (QUIET_HOURS, "+1:00-08:00", false),
        ] {
            assert_eq!(is_fit(key, value), Some(fit), "{key} {value}");
        }
        assert_eq!(is_fit("theme", "dark"), None);
    }

    #[test]
    fn quiet_hours_are_those_of_the_organisations_wall_also_when_it_jumps() {
        let zone = TimeZone::get("Europe/Berlin").expect("a zone");
        let quiet = Settings::of(None, Some("22:00-08:00"));
        // The night of 29 March 2026 is an hour shorter: 08:00 is 06:00 UTC instead of 07:00.
        for (at, is_quiet) in [
            ("2026-03-28T20:59:00Z", false),
            ("2026-03-28T21:00:00Z", true),
            ("2026-03-29T05:59:00Z", true),
            ("2026-03-29T06:00:00Z", false),
            ("2026-10-25T06:59:00Z", true),
            ("2026-10-25T07:00:00Z", false),
        ] {
            let at_ms = at.parse::<Timestamp>().expect("a time").as_millisecond();
            assert_eq!(quiet.is_quiet(&zone, at_ms), is_quiet, "{at}");
        }
    }
}
