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
    let begins = |offset_min: i32| (days * 24 * 60 - i64::from(offset_min)) * 60_000;
    let guess = begins(clock.offset_min);
    let date = js_sys::Date::new(&JsValue::from_f64(guess as f64));
    // Summer time may have begun or ended between then and now.
    begins(offset(&date, guess, zone).unwrap_or(clock.offset_min))
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
