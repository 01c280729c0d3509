//! What time it is for the organisation. Read once per tick and passed down, so that screens stay
//! pure.

use crate::calendar::Local;
use wasm_bindgen::{JsCast, JsValue};

/// An instant and the organisation's distance from UTC at it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clock {
    pub now_ms: i64,
    pub offset_min: i32,
}

impl Clock {
    /// This computer's clock, in the organisation's IANA zone.
    pub fn read(zone: &str) -> Self {
        let date = js_sys::Date::new_0();
        let now_ms = date.get_time() as i64;
        let offset_min = offset(&date, now_ms, zone).unwrap_or_else(|| -date.get_timezone_offset() as i32);
        Self { now_ms, offset_min }
    }

    pub fn local(self) -> Local {
        Local::from_ms(self.now_ms, self.offset_min)
    }
}

/// When a day begins in an IANA zone, ms since the epoch; by the clock's own distance where the zone
/// is not known.
pub fn start_of_day(zone: &str, days: i64, clock: Clock) -> i64 {
    let distance = |at_ms: i64| {
        let date = js_sys::Date::new(&JsValue::from_f64(at_ms as f64));
        offset(&date, at_ms, zone).unwrap_or(clock.offset_min)
    };
    first_of_day(days, clock.offset_min, distance)
}

/// The earliest instant of a day, where `distance` is from UTC at an instant, minutes. Summer time may have begun or
/// ended since the `guess`, also at this very midnight, which then is not there.
fn first_of_day(days: i64, guess: i32, distance: impl Fn(i64) -> i32) -> i64 {
    let begins = |offset_min: i32| (days * 24 * 60 - i64::from(offset_min)) * 60_000;
    let near = distance(begins(guess));
    let after = distance(begins(near));
    let half_day = 12 * 3_600_000;
    let before = distance(begins(near) - half_day);
    let is_there = |at: &i64| Local::from_ms(*at, distance(*at)).days >= days;
    [near, after, before].map(begins).into_iter().filter(is_there).min().unwrap_or(begins(near))
}

/// The day of an instant in an IANA zone, days since 1970-01-01; by the clock's own distance where the zone is not
/// known.
pub fn day_of(zone: &str, at_ms: i64, clock: Clock) -> i64 {
    let date = js_sys::Date::new(&JsValue::from_f64(at_ms as f64));
    Local::from_ms(at_ms, offset(&date, at_ms, zone).unwrap_or(clock.offset_min)).days
}

/// The engine knows the zones: Swedish happens to write local time as ISO does.
fn offset(date: &js_sys::Date, now_ms: i64, zone: &str) -> Option<i32> {
    let options = js_sys::Object::new();
    js_sys::Reflect::set(&options, &"timeZone".into(), &zone.into()).ok()?;
    let write: js_sys::Function = js_sys::Reflect::get(date, &"toLocaleString".into()).ok()?.dyn_into().ok()?;
    let written: JsValue = write.call2(date, &"sv-SE".into(), &options).ok()?;
    let there = Local::parse(&written.as_string()?)?;
    let minutes = there.days * 24 * 60 + i64::from(there.hour) * 60 + i64::from(there.minute);
    Some((minutes - now_ms.div_euclid(60_000)) as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Minutes from UTC that change at an instant.
    fn jumps(before: i32, at_ms: i64, after: i32) -> impl Fn(i64) -> i32 {
        move |now| if now < at_ms { before } else { after }
    }

    #[test]
    fn a_day_begins_at_its_first_instant_also_where_midnight_is_skipped() {
        // Beirut, 29 March 2026: at 22:00 UTC the clock goes from 24:00 to 01:00. Days since 1970.
        let (day, at) = (20_541, 20_540 * 86_400_000 + 22 * 3_600_000);
        for guess in [120, 180] {
            assert_eq!(first_of_day(day, guess, jumps(120, at, 180)), at, "{guess}");
            assert_eq!(first_of_day(day + 1, guess, jumps(120, at, 180)), (day + 1) * 86_400_000 - 3 * 3_600_000);
            assert_eq!(first_of_day(day - 1, guess, jumps(120, at, 180)), (day - 1) * 86_400_000 - 2 * 3_600_000);
        }
        // Berlin jumps at 01:00 UTC, after its midnight.
        let (midnight, at) = (20_541 * 86_400_000 - 3_600_000, 20_541 * 86_400_000 + 3_600_000);
        for guess in [60, 120] {
            assert_eq!(first_of_day(20_541, guess, jumps(60, at, 120)), midnight, "{guess}");
        }
        // Going back at midnight, an hour of the evening comes twice.
        let (day, at) = (20_754, 20_753 * 86_400_000 + 21 * 3_600_000);
        for guess in [120, 180] {
            assert_eq!(first_of_day(day, guess, jumps(180, at, 120)), day * 86_400_000 - 2 * 3_600_000, "{guess}");
        }
    }
}
