//! What is due when: the Follow-ups page, and the counts of the bell.

use super::words::Reader;
use super::{Desk, list};
use crate::error::ClientError;
use crate::store::leads;
use bridge::Problem;
use bridge::follow_up::{DUE_MAX, DueCounts, DuePage, DueRow, DueTab, FollowUpList};
use domain::{Action, Subject};
use rusqlite::Connection;

pub(super) fn page(desk: &Desk, ask: FollowUpList) -> Result<DuePage, Problem> {
    let now_ms = desk.engine.env().now_ms();
    Ok(desk.read(|c| {
        let reader = desk.reader(c)?;
        let today = reader.today(now_ms);
        let day = today.span();
        // What is not in sight is not on this computer.
        let owner = (!ask.everyone).then_some(reader.facts.me.user);
        let at = match ask.tab {
            DueTab::Missed => i64::MIN..day.start,
            DueTab::Today => day.clone(),
            DueTab::Upcoming => day.end..i64::MAX,
        };
        let rows = leads::due(c, at, owner, ask.limit.min(DUE_MAX), |line, team, due| {
            let subject = Subject { owner: line.owner, team, converted: false, lost: false, deleted: false };
            Ok(DueRow {
                can_settle: reader.may(Action::ScheduleFollowUp, &subject),
                lead: list::row(c, &reader, &today, line)?,
                follow_up: due.id,
                when: today.when(due.due_at),
                note: due.note,
            })
        })?;
        let [missed, today_too, upcoming] = leads::count_due(c, &day, owner)?;
        let total = match ask.tab {
            DueTab::Missed => missed,
            DueTab::Today => today_too,
            DueTab::Upcoming => upcoming,
        };
        let next = leads::due(c, now_ms..i64::MAX, owner, 1, |_, _, due| Ok(today.when(due.due_at)))?.pop();
        Ok(DuePage { rows, total, counts: DueCounts { missed, today: today_too, upcoming }, next })
    })?)
}

/// This person's own that were missed, and that are due today.
pub(super) fn own(c: &Connection, reader: &Reader, now_ms: i64) -> Result<(u32, u32), ClientError> {
    let [missed, today, _] = leads::count_due(c, &reader.today(now_ms).span(), Some(reader.facts.me.user))?;
    Ok((missed, today))
}
