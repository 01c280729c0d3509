//! The calling queue of the person at the desk: the index says who waits, the read model what is shown of them.

use super::when::{self, Today};
use super::words::Reader;
use super::{Desk, list};
use crate::error::ClientError;
use crate::store::leads;
use bridge::Problem;
use bridge::lead::Edited;
use bridge::queue::{CallDispose, Converts, Outcome, Pace, QUEUE_SHOWN, QueueGet, QueueItem, QueueView};
use domain::calling::{Candidate, DISPOSITIONS, Disposition, Next, Promise, Reason, Rules};
use domain::{LeadId, Refusal, RefusalCode, Status};
use jiff::{Timestamp, ToSpan, Zoned};
use rusqlite::Connection;

pub(super) fn get(desk: &Desk, ask: QueueGet) -> Result<QueueView, Problem> {
    let now_ms = desk.engine.env().now_ms();
    // Who is called by somebody else now is not offered.
    let called = desk.presence.called_elsewhere();
    let is_out = |lead: &LeadId| called.contains(lead) || ask.skip.contains(lead);
    Ok(desk.read(|c| {
        let reader = desk.reader(c)?;
        let today = reader.today(now_ms);
        let now = zoned(&reader, now_ms);
        let rules = reader.config.calling();
        let in_hours = rules.hours.contains(&minutes(&now));
        let (mut waiting, mut done) = (Vec::new(), 0);
        desk.ask_index(c, |table| {
            table.each_candidate(reader.facts.me.user, |lead, candidate| {
                done += u32::from(candidate.last_call_at.is_some_and(|at| today.span().contains(&at)));
                if let Some((reason, place)) = candidate.reason(now_ms, in_hours, &rules).filter(|_| !is_out(&lead)) {
                    waiting.push((rules.place(reason), place, lead, reason, candidate));
                }
            });
        })?;
        let total = u32::try_from(waiting.len()).unwrap_or(u32::MAX);
        let by_place = |one: &(usize, i64, LeadId, Reason, Candidate)| (one.0, one.1, one.2);
        if waiting.len() > QUEUE_SHOWN {
            waiting.select_nth_unstable_by_key(QUEUE_SHOWN, by_place);
            waiting.truncate(QUEUE_SHOWN);
        }
        waiting.sort_unstable_by_key(by_place);
        let items: Vec<QueueItem> = waiting
            .into_iter()
            .filter_map(|(_, _, lead, reason, candidate)| item(c, &reader, &today, lead, reason, candidate).transpose())
            .collect::<Result<_, ClientError>>()?;
        let next = leads::due(c, now_ms..i64::MAX, Some(reader.facts.me.user), 1, |_, _, due| Ok(today.when(due.due_at)))?.pop();
        Ok(QueueView {
            items,
            total,
            pace: pace(&now, done, &rules),
            outcomes: DISPOSITIONS.iter().map(|one| outcome(one, &now, &today)).collect(),
            in_hours,
            hours: (rules.hours.start, rules.hours.end),
            next,
        })
    })?)
}

/// Saves a finished call; what was due is done with it.
pub(super) fn dispose(desk: &Desk, ask: CallDispose) -> Result<Edited, Problem> {
    let refused = || Refusal::new(RefusalCode::InvalidValue, "Outcomes are on the keys 1 to 9.").on("outcome");
    let disposition = Disposition::of_key(ask.key).ok_or_else(refused)?;
    let next = ask.next.map(|local| desk.instant(&local).map(|(due_at, zone)| Promise { due_at, zone, local })).transpose()?;
    let (record, _) = desk.engine.record(ask.lead)?;
    let rules = desk.engine.config()?.calling();
    let commands = disposition.commands(&record, desk.engine.env().now_ms(), &ask.note, next, &rules)?;
    desk.edit_all(ask.lead, commands)
}

fn item(
    c: &Connection,
    reader: &Reader,
    today: &Today<'_>,
    lead: LeadId,
    reason: Reason,
    candidate: Candidate,
) -> Result<Option<QueueItem>, ClientError> {
    let Candidate { next_follow_up_at, last_call_at, created_at, unreached, .. } = candidate;
    let Some(line) = leads::line_of(c, lead, |line| list::row(c, reader, today, line))? else { return Ok(None) };
    let since = match reason {
        Reason::Overdue | Reason::Due => next_follow_up_at,
        Reason::Hot | Reason::Fresh | Reason::Retry | Reason::Unplanned => last_call_at,
    };
    let note = leads::next_promise(c, lead)?;
    Ok(Some(QueueItem { lead: line, reason, since: today.when(since.unwrap_or(created_at)), note, unreached }))
}

/// A person's day so far.
pub(super) fn pace_of(desk: &Desk, c: &Connection, reader: &Reader, now_ms: i64) -> Result<Pace, ClientError> {
    let (day, mut called) = (reader.today(now_ms).span(), 0);
    desk.ask_index(c, |table| {
        table.each_candidate(reader.facts.me.user, |_, one| called += u32::from(one.last_call_at.is_some_and(|at| day.contains(&at))));
    })?;
    Ok(pace(&zoned(reader, now_ms), called, &reader.config.calling()))
}

/// Calls are spread evenly over the hours in which people may be called.
fn pace(now: &Zoned, called: u32, rules: &Rules) -> Pace {
    let (from, until) = (rules.hours.start, rules.hours.end);
    let past = u32::from(minutes(now).clamp(from, until) - from);
    Pace { called, target: rules.day_target, expected: rules.day_target * past / u32::from(until - from).max(1) }
}

/// Minutes after midnight.
fn minutes(now: &Zoned) -> u16 {
    now.hour().unsigned_abs() as u16 * 60 + now.minute().unsigned_abs() as u16
}

fn outcome(one: &Disposition, now: &Zoned, today: &Today<'_>) -> Outcome {
    Outcome {
        key: one.key,
        name: one.name.into(),
        hint: one.hint.into(),
        next: proposed(one.next, now).map(|at| today.when(at)),
        closes: one.to == Status::Lost,
        converts: (one.means(Status::Qualified) == Status::Converted)
            .then(|| Converts { name: "Converted".into(), hint: "goes to payments".into() }),
    }
}

/// When the next call is proposed, ms since the epoch, on a quarter of an hour.
fn proposed(next: Next, now: &Zoned) -> Option<i64> {
    let at = match next {
        Next::Nothing => return None,
        Next::After(ms) => now.checked_add(ms.milliseconds()).ok()?,
        Next::Days(days) => now.checked_add(i64::from(days).days()).ok()?,
        Next::Tomorrow(hour) => now.tomorrow().ok()?.with().hour(hour as i8).minute(0).second(0).subsec_nanosecond(0).build().ok()?,
    };
    Some(when::quarter_up(&at).timestamp().as_millisecond())
}

fn zoned(reader: &Reader, now_ms: i64) -> Zoned {
    Timestamp::from_millisecond(now_ms).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(reader.zone.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Zoned {
        text.parse().expect("a time")
    }

    #[test]
    fn the_next_call_is_proposed_on_a_quarter() {
        let now = at("2026-11-26T14:07:20+05:30[Asia/Kolkata]");
        let read = |next| {
            let at = Timestamp::from_millisecond(proposed(next, &now)?).ok()?.to_zoned(now.time_zone().clone());
            Some(at.strftime("%a %H:%M").to_string())
        };
        assert_eq!(read(Next::Nothing), None);
        assert_eq!(read(Next::After(1_800_000)).as_deref(), Some("Thu 14:45"));
        assert_eq!(read(Next::Days(1)).as_deref(), Some("Fri 14:15"));
        assert_eq!(read(Next::Tomorrow(10)).as_deref(), Some("Fri 10:00"));
    }

    #[test]
    fn the_pace_follows_the_calling_hours() {
        for (time, expected) in [("08:59", 0), ("09:00", 0), ("14:30", 30), ("19:59", 59), ("23:00", 60)] {
            let now = at(&format!("2026-11-26T{time}:00+05:30[Asia/Kolkata]"));
            assert_eq!(pace(&now, 7, &Rules::default()), Pace { called: 7, target: 60, expected }, "{time}");
        }
    }
}
