//! What is told now, and what was told before. Pure.

use super::{MINUTE_MS, SNOOZE_MIN, Settings};
use domain::LeadId;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashSet};
use uuid::Uuid;

/// So long after its minute a reminder still rings by itself; later it is one of many in a digest.
const GRACE_MS: i64 = 10 * MINUTE_MS;
/// A clock that is set back by less than this was set right, not set to another time.
const SLEW_MS: i64 = 2 * MINUTE_MS;
/// Hour of the organisation's day before which nobody hears of yesterday.
const DIGEST_HOUR: i8 = 9;
const SNOOZE_MS: i64 = SNOOZE_MIN as i64 * MINUTE_MS;

/// An open follow-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Promise {
    pub lead: LeadId,
    pub follow_up: Uuid,
    pub due_at: i64,
}

/// What this device told, by follow-up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Told {
    rings: BTreeMap<Uuid, Rung>,
    /// The organisation's day whose missed ones were told.
    digest: Option<Date>,
}

/// What was told of one promise. A moved one is another promise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Rung {
    due_at: i64,
    /// When it rang before its minute, and at it, by this device's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    early_at: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    snoozed_until: Option<i64>,
}

/// Why a promise rings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ring {
    Early,
    Due,
}

/// What is to be told now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Decision {
    pub rings: Vec<(Promise, Ring)>,
    /// Their minute passed while nobody could be told.
    pub late: Vec<Promise>,
    /// It is time for the digest of what was missed on earlier days, too.
    pub is_digest: bool,
}

/// What is to be told of these promises, which are all that are near. `missed` says how many are of earlier
/// days; `is_start` that the person just came.
pub(crate) fn decide(
    now_ms: i64,
    zone: &TimeZone,
    settings: &Settings,
    promises: &[Promise],
    told: &Told,
    missed: u32,
    is_start: bool,
) -> Decision {
    let mut decision = Decision::default();
    if settings.is_off || settings.is_quiet(zone, now_ms) {
        return decision;
    }
    for promise in promises {
        let rung = told.of(promise);
        let due = rung.rings_at(now_ms);
        if rung.at.is_some_and(|at| is_past(at, now_ms)) {
            continue;
        }
        if now_ms < due {
            let is_early = settings.before_ms > 0 && now_ms >= due - settings.before_ms;
            if is_early && rung.snoozed_until.is_none() && !rung.early_at.is_some_and(|at| is_past(at, now_ms)) {
                decision.rings.push((*promise, Ring::Early));
            }
        } else if now_ms - due <= GRACE_MS {
            decision.rings.push((*promise, Ring::Due));
        } else {
            decision.late.push(*promise);
        }
    }
    let local = zone.to_datetime(Timestamp::from_millisecond(now_ms).unwrap_or(Timestamp::UNIX_EPOCH));
    let is_new_day = told.digest != Some(local.date()) && (is_start || local.hour() >= DIGEST_HOUR);
    decision.is_digest = !decision.late.is_empty() || (missed > 0 && is_new_day);
    decision
}

/// By a clock that is right; what lies ahead was told when it was not.
fn is_past(at: i64, now_ms: i64) -> bool {
    at <= now_ms.saturating_add(SLEW_MS)
}

impl Rung {
    fn rings_at(&self, now_ms: i64) -> i64 {
        // One further ahead was made when the clock was.
        let snoozed = self.snoozed_until.filter(|until| is_past(*until, now_ms.saturating_add(SNOOZE_MS)));
        snoozed.map_or(self.due_at, |until| until.max(self.due_at))
    }
}

impl Told {
    fn of(&self, promise: &Promise) -> Rung {
        let known = self.rings.get(&promise.follow_up).filter(|rung| rung.due_at == promise.due_at);
        known.copied().unwrap_or(Rung { due_at: promise.due_at, ..Rung::default() })
    }

    /// Remembers that all of it was told.
    pub fn note(&mut self, decision: &Decision, now_ms: i64, zone: &TimeZone) {
        for (promise, ring) in &decision.rings {
            let mut rung = self.of(promise);
            match ring {
                Ring::Early => rung.early_at = Some(now_ms),
                Ring::Due => rung.at = Some(now_ms),
            }
            self.rings.insert(promise.follow_up, rung);
        }
        for promise in &decision.late {
            let rung = Rung { at: Some(now_ms), ..self.of(promise) };
            self.rings.insert(promise.follow_up, rung);
        }
        if decision.is_digest {
            self.digest = Some(zone.to_datetime(Timestamp::from_millisecond(now_ms).unwrap_or(Timestamp::UNIX_EPOCH)).date());
        }
    }

    /// Puts a reminder off; whether there was one.
    pub fn snooze(&mut self, follow_up: Uuid, now_ms: i64) -> bool {
        let Some(rung) = self.rings.get_mut(&follow_up) else { return false };
        (rung.at, rung.snoozed_until) = (None, Some(now_ms.saturating_add(SNOOZE_MS)));
        true
    }

    /// Forgets what is not promised any more; `near` are all promises that may still ring. And what was told by
    /// a clock that was ahead: a reminder too many is better than none.
    pub fn keep(&mut self, near: &[Promise], now_ms: i64) {
        let open: HashSet<Uuid> = near.iter().map(|promise| promise.follow_up).collect();
        self.rings.retain(|id, _| open.contains(id));
        for rung in self.rings.values_mut() {
            rung.at = rung.at.filter(|at| is_past(*at, now_ms));
            rung.early_at = rung.early_at.filter(|at| is_past(*at, now_ms));
            rung.snoozed_until = rung.snoozed_until.filter(|until| is_past(*until, now_ms.saturating_add(SNOOZE_MS)));
        }
    }

    /// Takes over what was told meanwhile.
    pub fn absorb(&mut self, later: Told) {
        self.rings.extend(later.rings);
        self.digest = later.digest.or(self.digest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A device with its clock, its memory and what is promised; the organisation is somewhere else.
    struct Device {
        zone: TimeZone,
        settings: Settings,
        told: Told,
        promises: Vec<Promise>,
    }

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().expect(text).as_millisecond()
    }

    fn promise(n: u128, due: &str) -> Promise {
        Promise { lead: LeadId(Uuid::from_u128(n)), follow_up: Uuid::from_u128(100 + n), due_at: at(due) }
    }

    impl Device {
        fn new(zone: &str, promises: &[Promise]) -> Self {
            let zone = TimeZone::get(zone).expect("a zone");
            Self { zone, settings: Settings::default(), told: Told::default(), promises: promises.to_vec() }
        }

        fn look_as(&mut self, now: &str, is_start: bool) -> Decision {
            let now_ms = at(now);
            let today = self.zone.to_datetime(Timestamp::from_millisecond(now_ms).expect("a time")).date();
            let day = |p: &&Promise| self.zone.to_datetime(Timestamp::from_millisecond(p.due_at).expect("a time")).date() < today;
            let missed = u32::try_from(self.promises.iter().filter(day).count()).expect("few");
            let decision = decide(now_ms, &self.zone, &self.settings, &self.promises, &self.told, missed, is_start);
            // Through its stored form, as over a restart.
            let mut told: Told = serde_json::from_str(&serde_json::to_string(&self.told).expect("text")).expect("the same");
            told.note(&decision, now_ms, &self.zone);
            told.keep(&self.promises, now_ms);
            self.told = told;
            decision
        }

        /// Numbers of the leads that ring.
        fn look(&mut self, now: &str) -> Vec<(u128, Ring)> {
            let decision = self.look_as(now, false);
            assert_eq!((decision.late.len(), decision.is_digest), (0, false), "{now}");
            decision.rings.iter().map(|(p, ring)| (p.lead.0.as_u128(), *ring)).collect()
        }
    }

    const INDIA: &str = "Asia/Kolkata";

    #[test]
    fn each_rings_once_at_its_minute_and_once_before_if_wanted() {
        let mut device = Device::new(INDIA, &[promise(1, "2026-11-26T10:00:00Z"), promise(2, "2026-11-26T10:05:00Z")]);
        assert_eq!(device.look("2026-11-26T09:59:59Z"), []);
        assert_eq!(device.look("2026-11-26T10:00:00Z"), [(1, Ring::Due)]);
        assert_eq!(device.look("2026-11-26T10:00:05Z"), [], "nothing rings twice");
        device.settings.before_ms = 3 * MINUTE_MS;
        assert_eq!(device.look("2026-11-26T10:02:00Z"), [(2, Ring::Early)]);
        assert_eq!(device.look("2026-11-26T10:02:05Z"), []);
        assert_eq!(device.look("2026-11-26T10:05:01Z"), [(2, Ring::Due)]);
        assert_eq!(device.look("2026-11-26T10:30:00Z"), []);
    }

    #[test]
    fn what_was_moved_or_done_rings_no_more_and_a_new_time_does() {
        let mut device = Device::new(INDIA, &[promise(1, "2026-11-26T10:00:00Z"), promise(2, "2026-11-26T10:00:00Z")]);
        device.promises[0] = promise(1, "2026-11-26T11:00:00Z");
        device.promises.pop();
        assert_eq!(device.look("2026-11-26T10:00:00Z"), []);
        assert_eq!(device.look("2026-11-26T11:00:00Z"), [(1, Ring::Due)]);
        device.promises[0] = promise(1, "2026-11-26T12:00:00Z");
        assert_eq!(device.look("2026-11-26T12:00:10Z"), [(1, Ring::Due)]);
    }

    #[test]
    fn a_snooze_is_ten_minutes_and_no_more() {
        let mut device = Device::new(INDIA, &[promise(1, "2026-11-26T10:00:00Z")]);
        assert_eq!(device.look("2026-11-26T10:00:00Z"), [(1, Ring::Due)]);
        assert!(device.told.snooze(Uuid::from_u128(101), at("2026-11-26T10:01:00Z")));
        assert!(!device.told.snooze(Uuid::from_u128(999), at("2026-11-26T10:01:00Z")));
        assert_eq!(device.look("2026-11-26T10:10:59Z"), []);
        assert_eq!(device.look("2026-11-26T10:11:00Z"), [(1, Ring::Due)]);
        assert_eq!(device.look("2026-11-26T10:11:10Z"), []);
        // Snoozed, and the promise moved meanwhile.
        assert!(device.told.snooze(Uuid::from_u128(101), at("2026-11-26T10:12:00Z")));
        device.promises[0] = promise(1, "2026-11-26T15:00:00Z");
        assert_eq!(device.look("2026-11-26T10:22:00Z"), []);
        assert_eq!(device.look("2026-11-26T15:00:00Z"), [(1, Ring::Due)]);
    }

    #[test]
    fn what_passed_while_nobody_was_here_is_one_digest_at_the_next_launch() {
        let promises = [promise(1, "2026-11-25T10:00:00Z"), promise(2, "2026-11-26T08:00:00Z"), promise(3, "2026-11-26T09:55:00Z")];
        let mut device = Device::new(INDIA, &promises);
        let decision = device.look_as("2026-11-26T10:00:00Z", true);
        assert_eq!(decision.late, promises[..2]);
        assert!(decision.is_digest);
        assert_eq!(decision.rings, [(promises[2], Ring::Due)], "five minutes late rings by itself");
        assert_eq!(device.look_as("2026-11-26T10:00:05Z", true), Decision::default(), "a restart repeats nothing");
        // The day after, what is still open is missed: told once, at the start or when calling begins.
        assert_eq!(device.look("2026-11-26T20:00:00Z"), [], "half past one at night in India");
        assert!(device.look_as("2026-11-27T03:30:00Z", false).is_digest, "nine o'clock");
        assert!(!device.look_as("2026-11-27T03:31:00Z", true).is_digest);
        assert!(device.look_as("2026-11-28T01:00:00Z", true).is_digest, "whoever comes at half past six hears it then");
        device.promises.clear();
        assert!(!device.look_as("2026-11-29T09:00:00Z", true).is_digest);
    }

    #[test]
    fn midnight_and_clock_changes_of_the_organisation_ring_at_the_instant() {
        for (zone, due, before) in [
            (INDIA, "2026-11-26T18:30:00Z", "2026-11-26T18:29:59Z"),
            ("Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-25T00:29:59Z"),
            ("Europe/Berlin", "2026-03-29T01:00:00Z", "2026-03-29T00:59:59Z"),
            ("America/New_York", "2026-11-01T06:00:00Z", "2026-11-01T05:59:59Z"),
            ("Pacific/Kiritimati", "2026-11-26T10:00:00Z", "2026-11-26T09:59:59Z"),
        ] {
            let mut device = Device::new(zone, &[promise(1, due)]);
            assert_eq!(device.look(before), [], "{zone}");
            assert_eq!(device.look(due), [(1, Ring::Due)], "{zone}");
            assert_eq!(device.look(due), [], "{zone}");
        }
    }

    #[test]
    fn a_clock_that_jumps_a_day_ahead_and_back_loses_nothing() {
        let mut device = Device::new(INDIA, &[promise(1, "2026-11-26T11:00:00Z"), promise(2, "2026-11-27T09:58:00Z")]);
        assert_eq!(device.look("2026-11-26T10:00:00Z"), []);
        let decision = device.look_as("2026-11-27T10:00:00Z", false);
        assert_eq!((decision.late.len(), decision.rings.len(), decision.is_digest), (1, 1, true));
        // Set right: both ring at their own time, once.
        assert_eq!(device.look("2026-11-26T10:05:00Z"), []);
        assert_eq!(device.look("2026-11-26T11:00:00Z"), [(1, Ring::Due)]);
        assert_eq!(device.look("2026-11-26T11:00:05Z"), []);
        // Also where nobody was here until after the time at which it rang by mistake.
        let mut absent = Device {
            told: device.told.clone(),
            zone: device.zone.clone(),
            settings: Settings::default(),
            promises: device.promises.clone(),
        };
        assert_eq!(absent.look_as("2026-11-27T10:07:00Z", true).rings, [(promise(2, "2026-11-27T09:58:00Z"), Ring::Due)]);
        assert_eq!(device.look_as("2026-11-27T09:58:00Z", false).rings.last(), Some(&(promise(2, "2026-11-27T09:58:00Z"), Ring::Due)));
    }

    #[test]
    fn a_clock_that_jumps_a_day_back_rings_at_the_time_it_shows_and_at_most_once_more() {
        let mut device = Device::new(INDIA, &[promise(1, "2026-11-26T10:00:00Z")]);
        assert_eq!(device.look("2026-11-26T10:00:00Z"), [(1, Ring::Due)]);
        // A second or two of correction is no jump.
        assert_eq!(device.look("2026-11-26T09:59:58Z"), []);
        assert_eq!(device.look("2026-11-25T10:00:00Z"), []);
        // Nobody can tell which of the clocks was right.
        assert_eq!(device.look("2026-11-26T10:02:00Z"), [(1, Ring::Due)]);
        assert_eq!(device.look("2026-11-26T10:03:00Z"), []);
    }

    #[test]
    fn a_snooze_made_by_a_wrong_clock_does_not_silence_for_a_day() {
        let mut device = Device::new(INDIA, &[promise(1, "2026-11-26T10:00:00Z")]);
        assert_eq!(device.look_as("2026-11-27T10:00:00Z", false).late.len(), 1);
        assert!(device.told.snooze(Uuid::from_u128(101), at("2026-11-27T10:00:00Z")));
        assert_eq!(device.look("2026-11-26T10:00:00Z"), [(1, Ring::Due)]);
    }

    #[test]
    fn quiet_hours_hold_reminders_back_and_the_digest_tells_them() {
        let mut device = Device::new(INDIA, &[promise(1, "2026-11-26T17:00:00Z"), promise(2, "2026-11-27T02:30:00Z")]);
        device.settings = Settings::of(None, Some("22:00-08:00"));
        assert_eq!(device.look("2026-11-26T17:00:00Z"), [], "half past ten at night");
        assert_eq!(device.look("2026-11-27T02:29:00Z"), []);
        let decision = device.look_as("2026-11-27T02:30:00Z", false);
        assert_eq!((decision.late.len(), decision.rings.len()), (1, 1));
        device.settings = Settings { is_off: true, ..Settings::default() };
        device.promises.push(promise(3, "2026-11-27T05:00:00Z"));
        assert_eq!(device.look("2026-11-27T05:00:00Z"), []);
    }
}
