//! The organisation's rules and lists: what Admins set, over defaults that are good enough to start with.

use crate::attendance::{PAUSE_REASONS, WorkingHours};
use crate::calling::{self, Reason};
use crate::command::Command;
use crate::lead::defaults;
use crate::limits;
use crate::refusal::{Refusal, RefusalCode};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// A plain rule of the organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Setting {
    CallingHoursStart,
    CallingHoursEnd,
    FollowupMaxGapDays,
    RemindBeforeMinutes,
    RetryAfterMinutes,
    TriesMax,
    DueWithinMinutes,
    DayTarget,
    EscalateAfterHours,
    QueueOrder,
    WorkingHoursStart,
    WorkingHoursEnd,
    WorkingDays,
    Holidays,
    LeadAssignmentEnabled,
    ReassignAfterMinutes,
    CompanyName,
    CompanyAddress,
    TaxNumber,
    Logo,
    ReceiptPrefix,
    CheckOutAfterMinutes,
}

/// What a setting's value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingKind {
    /// Minutes after midnight, written `HH:MM`.
    Time,
    Number {
        least: u32,
        most: u32,
    },
    /// Every [`Reason`] once, the first to be called first, with commas between.
    Order,
    /// Days of the week, `mon` to `sun`, with commas between; at least one.
    Weekdays,
    /// Days, written `YYYY-MM-DD`, with commas between; none is right too.
    Dates,
    /// `true` or `false`.
    Switch,
    /// Lines of text.
    Text {
        lines: usize,
    },
    /// A small PNG file in base64; none is right too.
    Picture,
    /// What receipt numbers begin with.
    Prefix,
}

impl Setting {
    pub const ALL: [Setting; 22] = [
        Setting::CallingHoursStart,
        Setting::CallingHoursEnd,
        Setting::FollowupMaxGapDays,
        Setting::RemindBeforeMinutes,
        Setting::RetryAfterMinutes,
        Setting::TriesMax,
        Setting::DueWithinMinutes,
        Setting::DayTarget,
        Setting::EscalateAfterHours,
        Setting::QueueOrder,
        Setting::WorkingHoursStart,
        Setting::WorkingHoursEnd,
        Setting::WorkingDays,
        Setting::Holidays,
        Setting::LeadAssignmentEnabled,
        Setting::ReassignAfterMinutes,
        Setting::CompanyName,
        Setting::CompanyAddress,
        Setting::TaxNumber,
        Setting::Logo,
        Setting::ReceiptPrefix,
        Setting::CheckOutAfterMinutes,
    ];

    /// Its key in the document and on the command line (row Q4).
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Setting::CallingHoursStart => "calling_hours_start",
            Setting::CallingHoursEnd => "calling_hours_end",
            Setting::FollowupMaxGapDays => "followup_max_gap_days",
            Setting::RemindBeforeMinutes => "remind_before_minutes",
            Setting::RetryAfterMinutes => "retry_after_minutes",
            Setting::TriesMax => "tries_max",
            Setting::DueWithinMinutes => "due_within_minutes",
            Setting::DayTarget => "day_target",
            Setting::EscalateAfterHours => "escalate_after_hours",
            Setting::QueueOrder => "queue_order",
            Setting::WorkingHoursStart => "working_hours_start",
            Setting::WorkingHoursEnd => "working_hours_end",
            Setting::WorkingDays => "working_days",
            Setting::Holidays => "holidays",
            Setting::LeadAssignmentEnabled => "lead_assignment_enabled",
            Setting::ReassignAfterMinutes => "reassign_after_minutes",
            Setting::CompanyName => "company_name",
            Setting::CompanyAddress => "company_address",
            Setting::TaxNumber => "tax_number",
            Setting::Logo => "logo",
            Setting::ReceiptPrefix => "receipt_prefix",
            Setting::CheckOutAfterMinutes => "check_out_after_minutes",
        }
    }

    /// What it decides, in a few words.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Setting::CallingHoursStart => "From when people may be called, in the organisation’s zone",
            Setting::CallingHoursEnd => "Until when people may be called",
            Setting::FollowupMaxGapDays => "A follow-up further ahead than this many days is warned about",
            Setting::RemindBeforeMinutes => "Minutes before a follow-up at which its owner is reminded; 0 reminds at its minute alone",
            Setting::RetryAfterMinutes => "Minutes after which somebody who did not answer is tried again",
            Setting::TriesMax => "Calls in a row that nobody took before a lead goes to the Dropped pool",
            Setting::DueWithinMinutes => "Minutes ahead of its time at which a follow-up counts as due",
            Setting::DayTarget => "Leads that a person is to call in a day",
            Setting::EscalateAfterHours => "Hours after which the Team Lead is told of a follow-up that its owner let pass; 0 tells nobody",
            Setting::QueueOrder => "Which leads the queue puts first",
            Setting::WorkingHoursStart => "From when people may check in, in the organisation’s zone",
            Setting::WorkingHoursEnd => "Until when people may check in; 24:00 is midnight",
            Setting::WorkingDays => "Days of the week on which people may check in",
            Setting::Holidays => "Days on which nobody checks in",
            Setting::LeadAssignmentEnabled => "Leads are given out by the assignment rules",
            Setting::ReassignAfterMinutes => {
                "Minutes after which a lead that its owner did not touch is given to somebody else; 0 leaves it"
            }
            Setting::CompanyName => "Name on receipts and statements; the organisation’s own where none is set",
            Setting::CompanyAddress => "Address on receipts and statements",
            Setting::TaxNumber => "Tax number on receipts and statements",
            Setting::Logo => "Logo on receipts and statements, a PNG file",
            Setting::ReceiptPrefix => "What the numbers of new receipts begin with",
            Setting::CheckOutAfterMinutes => {
                "Minutes after which somebody is checked out whose computers are off, locked or offline; 0 leaves them"
            }
        }
    }

    #[must_use]
    pub fn kind(self) -> SettingKind {
        let minutes = |least, most| SettingKind::Number { least, most };
        match self {
            Setting::CallingHoursStart | Setting::CallingHoursEnd | Setting::WorkingHoursStart | Setting::WorkingHoursEnd => {
                SettingKind::Time
            }
            Setting::FollowupMaxGapDays => SettingKind::Number { least: 1, most: 365 },
            Setting::RemindBeforeMinutes => minutes(0, 120),
            Setting::RetryAfterMinutes => minutes(1, 30 * 24 * 60),
            Setting::TriesMax => SettingKind::Number { least: 1, most: 100 },
            Setting::DueWithinMinutes => minutes(0, 24 * 60),
            Setting::DayTarget => SettingKind::Number { least: 1, most: 10_000 },
            Setting::EscalateAfterHours => SettingKind::Number { least: 0, most: 24 * 30 },
            Setting::QueueOrder => SettingKind::Order,
            Setting::WorkingDays => SettingKind::Weekdays,
            Setting::Holidays => SettingKind::Dates,
            Setting::LeadAssignmentEnabled => SettingKind::Switch,
            Setting::ReassignAfterMinutes => minutes(0, 7 * 24 * 60),
            Setting::CompanyName | Setting::TaxNumber => SettingKind::Text { lines: 1 },
            Setting::CompanyAddress => SettingKind::Text { lines: 6 },
            Setting::Logo => SettingKind::Picture,
            Setting::ReceiptPrefix => SettingKind::Prefix,
            Setting::CheckOutAfterMinutes => minutes(0, 24 * 60),
        }
    }

    #[must_use]
    pub fn default_value(self) -> String {
        let calling = calling::Rules::default();
        match self {
            Setting::CallingHoursStart => clock(calling.hours.start),
            Setting::CallingHoursEnd => clock(calling.hours.end),
            Setting::FollowupMaxGapDays => "4".into(),
            Setting::RemindBeforeMinutes => "0".into(),
            Setting::RetryAfterMinutes => (calling.retry_after_ms / calling::MINUTE).to_string(),
            Setting::TriesMax => calling.tries_max.to_string(),
            Setting::DueWithinMinutes => (calling.due_within_ms / calling::MINUTE).to_string(),
            Setting::DayTarget => calling.day_target.to_string(),
            Setting::EscalateAfterHours => "24".into(),
            Setting::QueueOrder => Reason::ALL.map(Reason::as_str).join(","),
            Setting::WorkingHoursStart => "09:00".into(),
            Setting::WorkingHoursEnd => "18:00".into(),
            Setting::WorkingDays => "mon,tue,wed,thu,fri,sat".into(),
            Setting::LeadAssignmentEnabled => "true".into(),
            Setting::ReassignAfterMinutes => "0".into(),
            Setting::Holidays | Setting::CompanyName | Setting::CompanyAddress | Setting::TaxNumber | Setting::Logo => String::new(),
            Setting::ReceiptPrefix => "R-".into(),
            Setting::CheckOutAfterMinutes => "0".into(),
        }
    }

    /// Checks a typed value.
    ///
    /// # Errors
    /// `InvalidValue` saying what to type.
    pub fn check(self, value: &str) -> Result<(), Refusal> {
        let wrong = |text: String| Err(Refusal::new(RefusalCode::InvalidValue, text).on(self.as_str()));
        match self.kind() {
            SettingKind::Time if minutes(value).is_some() || (self == Setting::WorkingHoursEnd && value == MIDNIGHT) => Ok(()),
            SettingKind::Time => wrong(format!("“{}” is not a time of day. Type it like 09:30.", short(value))),
            SettingKind::Number { least, most } => match value.parse::<u32>() {
                Ok(number) if (least..=most).contains(&number) && number.to_string() == value => Ok(()),
                _ => wrong(format!("Type a whole number from {least} to {most}.")),
            },
            SettingKind::Order if order(value).is_some() => Ok(()),
            SettingKind::Weekdays if weekdays(value).is_some() => Ok(()),
            SettingKind::Weekdays => wrong(format!("Name the days with commas between, from {}.", WEEKDAYS.join(","))),
            SettingKind::Dates if dates(value).is_some() => Ok(()),
            SettingKind::Dates => wrong("Type days like 2026-11-30, with commas between.".into()),
            SettingKind::Switch if value.parse::<bool>().is_ok() => Ok(()),
            SettingKind::Switch => wrong("Type true or false.".into()),
            SettingKind::Text { lines } => check_lines(self.as_str(), value, lines),
            SettingKind::Picture if is_picture(value) => Ok(()),
            SettingKind::Picture => wrong(format!("The logo is a PNG file of {} KB at most.", limits::LOGO_MAX / 1024)),
            SettingKind::Prefix if value.len() <= PREFIX_MAX && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-/".contains(&b)) => {
                Ok(())
            }
            SettingKind::Prefix => wrong(format!("Type up to {PREFIX_MAX} letters, digits, - or /, like ABC/26-.")),
            SettingKind::Order => wrong(format!("Name each of these once, the first to be called first: {}.", self.default_value())),
        }
    }
}

/// Longest [`SettingKind::Prefix`].
const PREFIX_MAX: usize = 12;

fn check_lines(field: &str, value: &str, most: usize) -> Result<(), Refusal> {
    if value.lines().count() > most {
        return Err(Refusal::new(RefusalCode::TooLong, format!("Type {most} lines at most.")).on(field));
    }
    value.lines().try_for_each(|line| limits::check_text(field, line, limits::LINE_MAX))
}

/// By its first bytes and its length; what it shows is seen when it is printed.
fn is_picture(value: &str) -> bool {
    let is_base64 = |b: u8| b.is_ascii_alphanumeric() || b"+/=".contains(&b);
    let fits = value.len() <= limits::LOGO_MAX.div_ceil(3) * 4 && value.len().is_multiple_of(4);
    value.is_empty() || (value.starts_with("iVBORw0KGgo") && fits && value.bytes().all(is_base64))
}

impl std::str::FromStr for Setting {
    type Err = Refusal;
    fn from_str(s: &str) -> Result<Self, Refusal> {
        Self::ALL.into_iter().find(|one| one.as_str() == s).ok_or_else(|| {
            let names: Vec<_> = Self::ALL.into_iter().map(Self::as_str).collect();
            Refusal::new(RefusalCode::NotFound, format!("“{}” is not a setting. The settings are {}.", short(s), names.join(", ")))
        })
    }
}

/// A list that people pick from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum OptionList {
    Sources,
    Languages,
    DropReasons,
    FollowUpReasons,
    FollowUpOutcomes,
    /// Fields of the organisation's own; each option is one.
    CustomFields,
    PauseReasons,
}

impl OptionList {
    pub const ALL: [OptionList; 7] = [
        OptionList::Sources,
        OptionList::Languages,
        OptionList::DropReasons,
        OptionList::FollowUpReasons,
        OptionList::FollowUpOutcomes,
        OptionList::CustomFields,
        OptionList::PauseReasons,
    ];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            OptionList::Sources => "sources",
            OptionList::Languages => "languages",
            OptionList::DropReasons => "drop_reasons",
            OptionList::FollowUpReasons => "follow_up_reasons",
            OptionList::FollowUpOutcomes => "follow_up_outcomes",
            OptionList::CustomFields => "custom_fields",
            OptionList::PauseReasons => "pause_reasons",
        }
    }

    fn defaults(self) -> &'static [&'static str] {
        match self {
            OptionList::Sources => &defaults::SOURCES,
            OptionList::Languages => &defaults::LANGUAGES,
            OptionList::DropReasons => &defaults::DROP_REASONS,
            OptionList::FollowUpReasons => &defaults::FOLLOW_UP_REASONS,
            OptionList::FollowUpOutcomes => &defaults::FOLLOW_UP_OUTCOMES,
            OptionList::CustomFields => &[],
            OptionList::PauseReasons => &PAUSE_REASONS,
        }
    }
}

impl std::str::FromStr for OptionList {
    type Err = Refusal;
    fn from_str(s: &str) -> Result<Self, Refusal> {
        Self::ALL.into_iter().find(|one| one.as_str() == s).ok_or_else(|| {
            let names: Vec<_> = Self::ALL.into_iter().map(Self::as_str).collect();
            Refusal::new(RefusalCode::NotFound, format!("“{}” is not a list. The lists are {}.", short(s), names.join(", ")))
        })
    }
}

/// What a field of the organisation's own holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum FieldKind {
    #[default]
    Text,
    Number,
    /// A day, written `YYYY-MM-DD`.
    Date,
    Choice {
        choices: Vec<String>,
    },
}

impl FieldKind {
    /// Checks a value of the field `label`.
    ///
    /// # Errors
    /// `InvalidValue` or `TooLong`, saying what to type.
    pub fn check(&self, label: &str, value: &str) -> Result<(), Refusal> {
        limits::check_text(label, value, limits::LINE_MAX)?;
        let wrong = |text: String| Err(Refusal::new(RefusalCode::InvalidValue, text).on(label));
        match self {
            FieldKind::Text => Ok(()),
            FieldKind::Number if is_number(value) => Ok(()),
            FieldKind::Number => wrong(format!("{label} is a number, like 12 or 4.5.")),
            FieldKind::Date if is_date(value) => Ok(()),
            FieldKind::Date => wrong(format!("{label} is a day, like 2026-11-30.")),
            FieldKind::Choice { choices } if choices.iter().any(|one| one == value) => Ok(()),
            FieldKind::Choice { choices } => wrong(format!("{label} is one of {}.", choices.join(", "))),
        }
    }
}

fn is_number(value: &str) -> bool {
    let digits = value.strip_prefix('-').unwrap_or(value);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    plain(whole) && plain(part)
}

pub(crate) fn is_date(value: &str) -> bool {
    let parts: Vec<&str> = value.split('-').collect();
    let [year, month, day] = parts[..] else { return false };
    let digits = |text: &str, length: usize| text.len() == length && text.bytes().all(|b| b.is_ascii_digit());
    if !(digits(year, 4) && digits(month, 2) && digits(day, 2)) {
        return false;
    }
    let (Ok(year), Ok(month), Ok(day)) = (year.parse::<u32>(), month.parse::<u32>(), day.parse::<u32>()) else { return false };
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        _ => 31,
    };
    (1..=12).contains(&month) && (1..=days).contains(&day)
}

/// One entry of a list. One that is not active is offered no more; records that have it keep it (row Q6).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigOption {
    pub id: Uuid,
    pub list: OptionList,
    pub label: String,
    pub active: bool,
    /// Of a custom field.
    #[serde(default)]
    pub kind: FieldKind,
}

/// The settings and lists of an organisation, with the defaults where it set nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Config {
    pub settings: BTreeMap<Setting, String>,
    /// Those that were added or changed, by id.
    pub options: BTreeMap<Uuid, ConfigOption>,
}

impl Config {
    /// The entries that a new organisation's lists have, named by their places.
    pub fn default_options() -> impl Iterator<Item = ConfigOption> {
        (1_u64..).zip(OptionList::ALL).flat_map(|(n, list)| {
            (1_u64..).zip(list.defaults()).map(move |(place, label)| ConfigOption {
                id: Uuid::from_u64_pair(n, place),
                list,
                label: (*label).to_owned(),
                active: true,
                kind: FieldKind::Text,
            })
        })
    }

    #[must_use]
    pub fn value(&self, setting: Setting) -> String {
        self.settings.get(&setting).cloned().unwrap_or_else(|| setting.default_value())
    }

    /// A switch; a value that does not fit counts as the default.
    #[must_use]
    pub fn is_on(&self, setting: Setting) -> bool {
        self.value(setting).parse().unwrap_or_else(|_| setting.default_value() == "true")
    }

    /// A number; a value that does not fit counts as the default.
    #[must_use]
    pub fn number(&self, setting: Setting) -> u32 {
        let read = |value: &str| value.parse().ok();
        self.settings.get(&setting).and_then(|value| read(value)).or_else(|| read(&setting.default_value())).unwrap_or(0)
    }

    /// Minutes after midnight.
    #[must_use]
    pub fn minutes(&self, setting: Setting) -> u16 {
        let set = self.settings.get(&setting).and_then(|value| minutes(value));
        set.or_else(|| minutes(&setting.default_value())).unwrap_or(0)
    }

    /// All of a list, the defaults first, then by age.
    #[must_use]
    pub fn all(&self, list: OptionList) -> Vec<ConfigOption> {
        let mut all: BTreeMap<Uuid, ConfigOption> =
            Self::default_options().chain(self.options.values().cloned()).map(|one| (one.id, one)).collect();
        all.retain(|_, one| one.list == list);
        all.into_values().collect()
    }

    /// What a list offers.
    #[must_use]
    pub fn labels(&self, list: OptionList) -> Vec<String> {
        self.all(list).into_iter().filter(|one| one.active).map(|one| one.label).collect()
    }

    /// Checks a command against what stands.
    ///
    /// # Errors
    /// `Duplicate` for a label that the list has, `NotFound` for an entry that is not there, `TooLong`.
    pub fn check(&self, command: &Command) -> Result<(), Refusal> {
        match command {
            Command::AddOption { list, label, .. } => {
                let all = self.all(*list);
                if all.len() >= limits::OPTIONS_MAX {
                    return Err(Refusal::new(RefusalCode::TooLong, "This list has as many entries as one can have."));
                }
                unlike(&all, None, label)
            }
            Command::ChangeOption { option, label, .. } => {
                let known = || self.options.get(option).cloned().or_else(|| Self::default_options().find(|one| one.id == *option));
                let one = known().ok_or_else(|| Refusal::new(RefusalCode::NotFound, "This entry is not in any list."))?;
                label.as_deref().map_or(Ok(()), |label| unlike(&self.all(one.list), Some(*option), label))
            }
            _ => Ok(()),
        }
    }

    /// When people may check in.
    #[must_use]
    pub fn working(&self) -> WorkingHours {
        let usual = |setting: Setting| setting.default_value();
        let is_open_to_midnight = self.value(Setting::WorkingHoursEnd) == MIDNIGHT;
        let until = if is_open_to_midnight { 24 * 60 } else { self.minutes(Setting::WorkingHoursEnd) };
        let from = self.minutes(Setting::WorkingHoursStart);
        WorkingHours {
            minutes: if from < until { from..until } else { 540..1080 },
            weekdays: weekdays(&self.value(Setting::WorkingDays)).or_else(|| weekdays(&usual(Setting::WorkingDays))).unwrap_or([true; 7]),
            holidays: dates(&self.value(Setting::Holidays)).unwrap_or_default(),
        }
    }

    /// The rules of the calling queue.
    #[must_use]
    pub fn calling(&self) -> calling::Rules {
        let defaults = calling::Rules::default();
        let (from, until) = (self.minutes(Setting::CallingHoursStart), self.minutes(Setting::CallingHoursEnd));
        calling::Rules {
            retry_after_ms: i64::from(self.number(Setting::RetryAfterMinutes)) * calling::MINUTE,
            tries_max: self.number(Setting::TriesMax),
            hours: if from < until { from..until } else { defaults.hours },
            due_within_ms: i64::from(self.number(Setting::DueWithinMinutes)) * calling::MINUTE,
            day_target: self.number(Setting::DayTarget),
            order: order(&self.value(Setting::QueueOrder)).unwrap_or(defaults.order),
        }
    }
}

/// No other entry is called so.
fn unlike(all: &[ConfigOption], but: Option<Uuid>, label: &str) -> Result<(), Refusal> {
    let same = |one: &ConfigOption| Some(one.id) != but && one.label.to_lowercase() == label.trim().to_lowercase();
    match all.iter().find(|one| same(one)) {
        None => Ok(()),
        Some(one) if one.active => {
            Err(Refusal::new(RefusalCode::Duplicate, format!("“{}” is in this list already.", one.label)).on("label"))
        }
        Some(one) => {
            Err(Refusal::new(RefusalCode::Duplicate, format!("“{}” is in this list, not offered now. Offer it again.", one.label))
                .on("label"))
        }
    }
}

/// Minutes after midnight as `HH:MM`.
#[must_use]
pub fn clock(minutes: u16) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

fn minutes(value: &str) -> Option<u16> {
    let (hours, minutes) = value.split_once(':').filter(|_| value.len() == 5)?;
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
}

/// The end of a day, which only working hours know.
const MIDNIGHT: &str = "24:00";
const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Which days of the week are named, Monday first.
fn weekdays(value: &str) -> Option<[bool; 7]> {
    let mut days = [false; 7];
    for name in value.split(',') {
        days[WEEKDAYS.iter().position(|day| *day == name.trim())?] = true;
    }
    Some(days)
}

fn dates(value: &str) -> Option<BTreeSet<String>> {
    let named = value.split(',').map(str::trim).filter(|day| !day.is_empty());
    named.map(|day| is_date(day).then(|| day.to_owned())).collect()
}

fn order(value: &str) -> Option<[Reason; Reason::ALL.len()]> {
    let named: Vec<Reason> =
        value.split(',').map(|name| Reason::ALL.into_iter().find(|r| r.as_str() == name.trim())).collect::<Option<_>>()?;
    let whole = Reason::ALL.iter().all(|reason| named.contains(reason));
    named.try_into().ok().filter(|_| whole)
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_is_a_value_that_may_be_set() {
        for setting in Setting::ALL {
            assert_eq!(setting.check(&setting.default_value()), Ok(()), "{setting:?}");
            assert_eq!(setting.as_str().parse(), Ok(setting));
        }
        assert_eq!(Config::default().calling(), calling::Rules::default());
    }

    #[test]
    fn a_wrong_value_is_refused_with_what_to_type() {
        for (setting, value) in [
            (Setting::CallingHoursStart, "9:00"),
            (Setting::CallingHoursStart, "24:00"),
            (Setting::CallingHoursStart, "09:60"),
            (Setting::WorkingDays, ""),
            (Setting::WorkingDays, "mon,someday"),
            (Setting::Holidays, "2026-02-30"),
            (Setting::LeadAssignmentEnabled, "yes"),
            (Setting::Logo, "R0lGODlhAQABAAAAACw="),
            (Setting::Logo, &format!("iVBORw0KGgo{}", "A".repeat(limits::LOGO_MAX * 4 / 3))),
            (Setting::ReceiptPrefix, "रसीद"),
            (Setting::ReceiptPrefix, "ABCDEFGHIJKLM"),
            (Setting::TriesMax, "0"),
            (Setting::TriesMax, "06"),
            (Setting::TriesMax, "-1"),
            (Setting::QueueOrder, "overdue,due"),
            (Setting::QueueOrder, "overdue,due,hot,fresh,retry,retry"),
        ] {
            assert_eq!(setting.check(value).map_err(|r| r.code), Err(RefusalCode::InvalidValue), "{setting:?} {value}");
        }
        assert_eq!(Setting::CompanyAddress.check(&"a\n".repeat(7)).map_err(|r| r.code), Err(RefusalCode::TooLong));
        assert_eq!(Setting::CompanyAddress.check("12 MG Road\nपुणे 411001"), Ok(()));
        assert_eq!(Setting::Logo.check("iVBORw0KGgoA"), Ok(()));
        assert!("lunch".parse::<Setting>().is_err_and(|r| r.text.contains("tries_max")));
    }

    #[test]
    fn what_the_organisation_sets_stands_over_the_defaults() {
        let facebook = Config::default_options().next().expect("a first source");
        let mut config = Config::default();
        config.settings.insert(Setting::CallingHoursStart, "10:30".into());
        config.settings.insert(Setting::QueueOrder, "fresh,overdue,due,hot,retry,unplanned".into());
        config.options.insert(facebook.id, ConfigOption { active: false, ..facebook.clone() });
        let own = ConfigOption { id: Uuid::from_u128(u128::MAX), label: "मेला".into(), ..facebook };
        config.options.insert(own.id, own);
        assert_eq!(config.calling().hours, 630..1200);
        assert_eq!(config.calling().order[0], Reason::Fresh);
        assert_eq!(config.labels(OptionList::Sources), ["Website", "Google", "Referral", "WhatsApp", "मेला"]);
        assert_eq!(config.all(OptionList::Sources).len(), 6, "one that is not offered is kept");
    }

    #[test]
    fn own_fields_hold_what_their_kind_says() {
        let choice = FieldKind::Choice { choices: vec!["Morning".into(), "Evening".into()] };
        for (kind, right, wrong) in [
            (FieldKind::Number, "-4.50", "4,5"),
            (FieldKind::Number, "12", "1e3"),
            (FieldKind::Date, "2026-02-28", "2026-02-30"),
            (FieldKind::Date, "2024-02-29", "29.02.2024"),
            (choice, "Evening", "evening"),
        ] {
            assert_eq!(kind.check("Batch", right), Ok(()), "{kind:?}");
            assert!(kind.check("Batch", wrong).is_err(), "{kind:?} {wrong}");
        }
    }
}
