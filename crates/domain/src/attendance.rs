//! Who is at work: the steps of a day, and when one may check in. The server's clock decides.

use crate::config::clock;
use crate::id::UserId;
use crate::refusal::{Refusal, RefusalCode};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::ops::Range;
use uuid::Uuid;

/// Why people pause (row G2), before an Admin changes the list.
pub(crate) const PAUSE_REASONS: [&str; 4] = ["Lunch", "Break", "Meeting", "Personal"];

/// Whether somebody takes leads now (row G5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Attendance {
    Present,
    Paused,
    #[default]
    Absent,
}

impl Attendance {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Attendance::Present => "present",
            Attendance::Paused => "paused",
            Attendance::Absent => "absent",
        }
    }
}

impl std::str::FromStr for Attendance {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        let all = [Attendance::Present, Attendance::Paused, Attendance::Absent];
        all.into_iter().find(|one| one.as_str() == s).ok_or_else(|| format!("“{s}” is no attendance"))
    }
}

/// What somebody asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "step")]
pub enum Step {
    CheckIn,
    CheckOut,
    Pause { reason: String },
    Resume,
}

impl Step {
    /// Of a pause.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match self {
            Step::Pause { reason } => Some(reason),
            Step::CheckIn | Step::CheckOut | Step::Resume => None,
        }
    }

    /// What this step leads to.
    #[must_use]
    pub fn to(&self) -> Attendance {
        match self {
            Step::CheckIn | Step::Resume => Attendance::Present,
            Step::Pause { .. } => Attendance::Paused,
            Step::CheckOut => Attendance::Absent,
        }
    }

    /// Checks the reason of a pause against those that the organisation has.
    ///
    /// # Errors
    /// `ReasonRequired`, `InvalidValue`, naming the reasons.
    pub fn check_reason(&self, offered: &[String]) -> Result<(), Refusal> {
        let Some(reason) = self.reason() else { return Ok(()) };
        let names = offered.join(", ");
        if reason.trim().is_empty() {
            return Err(Refusal::new(RefusalCode::ReasonRequired, format!("Say why you pause: {names}.")).on("reason"));
        }
        if offered.iter().any(|one| one == reason) {
            return Ok(());
        }
        Err(Refusal::new(RefusalCode::InvalidValue, format!("The reason of a pause is one of {names}.")).on("reason"))
    }

    /// What holds after this step from `now`.
    ///
    /// # Errors
    /// `TransitionNotAllowed`.
    pub fn from(&self, now: Attendance) -> Result<Attendance, Refusal> {
        let no = |text: &str| Err(Refusal::new(RefusalCode::TransitionNotAllowed, text));
        match (self, now) {
            (Step::CheckIn, Attendance::Absent)
            | (Step::Resume, Attendance::Paused)
            | (Step::Pause { .. }, Attendance::Present)
            | (Step::CheckOut, Attendance::Present | Attendance::Paused) => Ok(self.to()),
            (Step::CheckIn, Attendance::Present) => no("You are checked in already."),
            (Step::CheckIn, Attendance::Paused) => no("You are paused. Resume instead."),
            (Step::CheckOut, Attendance::Absent) => no("You are checked out already."),
            (Step::Pause { .. }, Attendance::Paused) => no("You are paused already."),
            (Step::Pause { .. } | Step::Resume, Attendance::Absent) => no("You are not checked in. Check in first."),
            (Step::Resume, Attendance::Present) => no("You are not paused."),
        }
    }
}

/// One line of the attendance log (row G5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AttendanceLine {
    /// The client's, so that a retry is known.
    pub id: Uuid,
    pub user: UserId,
    /// Its number in the organisation's log.
    pub place: u64,
    pub status: Attendance,
    pub reason: Option<String>,
    /// By the server's clock, ms.
    pub at: i64,
    /// Nobody where the server did it.
    pub by: Option<UserId>,
}

/// Where somebody stands now: the newest of their lines, as devices get it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    pub user: UserId,
    pub place: u64,
    pub status: Attendance,
    pub reason: Option<String>,
    /// Since when, by the server's clock, ms.
    pub at: i64,
    /// When they checked in last, ms.
    pub in_at: i64,
    /// Nobody where the server did it.
    pub by: Option<UserId>,
}

/// Lines of the log in one answer at most.
pub const LINES_MAX: usize = 200;

/// Which lines of the attendance log are asked for; every part narrows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct AttendanceFilter {
    #[serde(default)]
    pub user: Option<UserId>,
    /// Ms since the epoch, included.
    #[serde(default)]
    pub from: Option<i64>,
    /// Ms since the epoch, excluded.
    #[serde(default)]
    pub to: Option<i64>,
    /// Lines of smaller `place`: to read on.
    #[serde(default)]
    pub before: Option<u64>,
}

/// A moment in the organisation's zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalMoment {
    /// `YYYY-MM-DD`.
    pub date: String,
    /// Monday is 0.
    pub weekday: u8,
    /// After midnight.
    pub minute: u16,
}

/// When people may check in, in the organisation's zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkingHours {
    /// After midnight, the end left out.
    pub minutes: Range<u16>,
    /// Monday first.
    pub weekdays: [bool; 7],
    /// `YYYY-MM-DD`.
    pub holidays: BTreeSet<String>,
}

impl WorkingHours {
    /// Whether somebody may check in at `now`.
    ///
    /// # Errors
    /// `TransitionNotAllowed`, saying when one may.
    pub fn check(&self, now: &LocalMoment) -> Result<(), Refusal> {
        let hours = format!("from {} to {}", clock(self.minutes.start), clock(self.minutes.end));
        let no = |why: String| Err(Refusal::new(RefusalCode::TransitionNotAllowed, why));
        if self.holidays.contains(&now.date) {
            return no(format!("Today is a holiday. Check in on the next working day, {hours}."));
        }
        if !self.weekdays.get(usize::from(now.weekday)).copied().unwrap_or(false) {
            return no(format!("Today is not a working day. Check in on the next one, {hours}."));
        }
        if self.minutes.contains(&now.minute) {
            return Ok(());
        }
        no(format!("It is {} in the organisation’s zone. One checks in {hours}.", clock(now.minute)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Config;
    use crate::config::{OptionList, Setting};

    #[test]
    fn a_day_goes_in_pause_resume_out_and_nothing_twice() {
        let pause = Step::Pause { reason: "Lunch".into() };
        let mut now = Attendance::default();
        for (step, after) in [
            (&Step::CheckIn, Attendance::Present),
            (&pause, Attendance::Paused),
            (&Step::Resume, Attendance::Present),
            (&pause, Attendance::Paused),
            (&Step::CheckOut, Attendance::Absent),
        ] {
            now = step.from(now).expect("allowed");
            assert_eq!(now, after);
            assert_eq!(step.from(now).map_err(|no| no.code), Err(RefusalCode::TransitionNotAllowed), "{step:?} twice");
        }
        let offered = Config::default().labels(OptionList::PauseReasons);
        assert_eq!(offered, PAUSE_REASONS);
        for wrong in ["", "Cricket"] {
            assert!(Step::Pause { reason: wrong.into() }.check_reason(&offered).is_err_and(|no| no.text.contains("Lunch")));
        }
        assert!([pause, Step::CheckIn].iter().all(|step| step.check_reason(&offered).is_ok()));
    }

    #[test]
    fn around_the_clock_is_from_midnight_to_midnight() {
        let mut config = Config::default();
        let value = |setting: Setting, value: &str| (setting, value.to_owned());
        config.settings.extend([value(Setting::WorkingHoursStart, "00:00"), value(Setting::WorkingHoursEnd, "24:00")]);
        assert_eq!(config.working().minutes, 0..1440);
        for (setting, may) in [(Setting::WorkingHoursEnd, true), (Setting::WorkingHoursStart, false), (Setting::CallingHoursEnd, false)] {
            assert_eq!(setting.check("24:00").is_ok(), may, "{setting:?}");
        }
    }

    #[test]
    fn check_in_is_refused_outside_of_working_hours_with_when() {
        let mut config = Config::default();
        config.settings.insert(Setting::Holidays, "2026-11-30, 2026-12-25".into());
        let hours = config.working();
        let at = |date: &str, weekday, minute| hours.check(&LocalMoment { date: date.into(), weekday, minute }).map_err(|no| no.text);
        assert_eq!(at("2026-11-26", 3, 540), Ok(()));
        assert_eq!(at("2026-11-26", 3, 1079), Ok(()));
        for (date, weekday, minute, word) in [
            ("2026-11-26", 3, 539, "08:59"),
            ("2026-11-26", 3, 1080, "18:00"),
            ("2026-11-30", 0, 600, "holiday"),
            ("2026-11-29", 6, 600, "working day"),
        ] {
            assert!(
                at(date, weekday, minute).is_err_and(|text| text.contains(word) && text.contains("from 09:00 to 18:00")),
                "{date} {minute}"
            );
        }
    }
}
