//! Reminds who collects, once a day: of instalments and promises that are due today or late, of the ledgers that this
//! person holds. Works offline, like every reminder.

use super::when::Today;
use super::words::Reader;
use crate::error::ClientError;
use crate::ledger;
use crate::reminders::{self, Notice, PayDay, Settings};
use crate::store::{ledgers, meta};
use domain::ledger::{Day, PaymentStatus};
use domain::policy::has;
use domain::{Action, Money};
use rusqlite::Connection;

/// Minute of the organisation's day before which nobody hears of it.
const FROM_MIN: u16 = 9 * 60;

/// What is to be told now, and the day of which it was told then.
pub(super) fn remind(
    c: &Connection,
    reader: &Reader,
    today: &Today<'_>,
    settings: &Settings,
) -> Result<(Option<Notice>, Option<String>), ClientError> {
    let role = reader.facts.me.role;
    let collects = has(role, Action::PaymentsPage) && has(role, Action::AddPayment);
    let is_silent = settings.is_off || settings.is_quiet(&reader.zone, today.now_ms) || today.minute() < FROM_MIN;
    let day = today.day();
    if !collects || is_silent || meta::get::<String>(c, meta::PAYMENTS_TOLD)?.as_deref() == Some(day.as_str()) {
        return Ok((None, None));
    }
    let due = due(c, reader, day.parse().map_err(ClientError::Internal)?)?;
    Ok(((due.late + due.today > 0).then(|| reminders::pay_day(&due)), Some(day)))
}

fn due(c: &Connection, reader: &Reader, today: Day) -> Result<PayDay, ClientError> {
    let currency = ledger::currency(&reader.facts)?;
    let mut named: Vec<(Day, String, Option<i64>)> = Vec::new();
    let mut due = PayDay::default();
    ledgers::payers(c, |payer| {
        let Some(standing) = payer.standing.as_ref().filter(|s| s.status != PaymentStatus::Completed) else { return };
        let next = standing.missing.first().copied();
        // A promise for a later day puts the instalment off.
        let first = match standing.promised {
            Some((day, amount)) => (day, amount.or(next.map(|(_, missing)| missing))),
            None => match next {
                Some((day, missing)) => (day, Some(missing)),
                None => return,
            },
        };
        match first.0.cmp(&today) {
            std::cmp::Ordering::Less => due.late += 1,
            std::cmp::Ordering::Equal => due.today += 1,
            std::cmp::Ordering::Greater => return,
        }
        named.push((first.0, payer.name, first.1));
    })?;
    named.sort();
    let said = |(_, name, minor): (Day, String, Option<i64>)| (name, minor.map(|minor| Money::new(minor, currency).written()));
    due.named = named.into_iter().map(said).collect();
    Ok(due)
}
