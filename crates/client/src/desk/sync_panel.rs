//! The sync pill and the panel behind it: the one true state, the worst first.

use super::Desk;
use super::timeline::what;
use crate::error::ClientError;
use crate::store::attendance as steps;
use crate::store::requests::{self, Request};
use crate::store::{attention, leads, meta, outbox};
use crate::sync::{BackfillState, SyncStatus};
use crate::transport::TransportError;
use bridge::lead::{TimelineWhat, When};
use bridge::sync::{OUTBOX_SHOWN_MAX, OutboxItem, Pill, SyncGet, SyncNow, SyncView};
use bridge::{Done, Problem};
use domain::DocKind;
use domain::LeadId;
use uuid::Uuid;

pub(super) fn get(desk: &Desk, _: SyncGet) -> Result<SyncView, Problem> {
    let status = desk.engine.sync_status();
    let now_ms = desk.engine.env().now_ms();
    Ok(desk.read(|c| {
        let reader = desk.reader(c)?;
        let today = reader.today(now_ms);
        let (edits, bytes) = outbox::size(c)?;
        let asked = requests::waiting(c)?;
        let steps = steps::waiting(c)?;
        let pending = edits + u32::try_from(asked.len() + steps.len()).unwrap_or(u32::MAX);
        let backfill: BackfillState = meta::get(c, meta::BACKFILL)?.unwrap_or_default();
        let pulled_at: Option<i64> = meta::get(c, meta::PULLED_AT)?;
        let when = |at: Option<i64>| -> Option<When> { at.map(|at| today.when(at)) };
        let next_try_in_s = status.next_try.map(|at| seconds(at - now_ms));
        let facts = Facts {
            pending,
            attention: attention::count(c)? + requests::count_refused(c)?,
            signed_in: reader.facts.signed_in,
            backfill,
            next_try_in_s,
        };
        let item = |p: outbox::Pending| -> Result<OutboxItem, ClientError> {
            let lead = LeadId(p.doc.id);
            let lead_name = match p.doc.kind {
                DocKind::Lead | DocKind::Ledger => leads::get(c, lead)?.map(|row| row.summary.name).unwrap_or_default(),
                DocKind::Config => "Settings".to_owned(),
                DocKind::UserState => "Yours".to_owned(),
            };
            Ok(OutboxItem { lead, lead_name, what: what(&p.envelope.command, &reader, &today, true), when: today.when(p.envelope.at) })
        };
        let assignment = |request: Request| -> Result<OutboxItem, ClientError> {
            let lead_name = leads::get(c, request.lead)?.map(|row| row.summary.name).unwrap_or_default();
            let to = request.owner.map(|owner| reader.name(c, owner)).transpose()?;
            Ok(OutboxItem {
                lead: request.lead,
                lead_name,
                what: TimelineWhat::Assigned { to, why: None },
                when: today.when(request.asked_at),
            })
        };
        let step = |step: steps::Waiting| OutboxItem {
            lead: LeadId(Uuid::nil()),
            lead_name: String::new(),
            what: TimelineWhat::Attendance { status: step.step.to(), reason: step.step.reason().map(str::to_owned) },
            when: today.when(step.asked_at),
        };
        let mut waiting: Vec<OutboxItem> = outbox::first(c, OUTBOX_SHOWN_MAX)?.into_iter().map(item).collect::<Result<_, _>>()?;
        waiting.extend(asked.into_iter().take(OUTBOX_SHOWN_MAX - waiting.len()).map(assignment).collect::<Result<Vec<_>, _>>()?);
        waiting.extend(steps.into_iter().take(OUTBOX_SHOWN_MAX - waiting.len()).map(step));
        Ok(SyncView {
            pill: pill(&status, &facts),
            offline_since: when(status.offline_since),
            why: why(&status, &facts),
            last_try: when(status.last_try),
            next_try_in_s,
            outbox: waiting,
            outbox_total: pending,
            outbox_bytes: bytes,
            received_up_to: when(pulled_at),
            leads_here: desk.peek_index(c, |table| table.counts().iter().sum())?.map_or_else(|| leads::count(c), Ok)?,
            complete: pulled_at.is_some() && !backfill.running,
            live: status.live,
            server: meta::get(c, meta::SERVER)?.unwrap_or_default(),
        })
    })?)
}

pub(super) fn now(desk: &Desk, _: SyncNow) -> Result<Done, Problem> {
    desk.start_or_wake()?;
    Ok(Done {})
}

/// What the pill weighs besides the running sync.
#[derive(Clone, Copy, Debug, Default)]
struct Facts {
    pending: u32,
    attention: u32,
    signed_in: bool,
    backfill: BackfillState,
    next_try_in_s: Option<u32>,
}

fn pill(status: &SyncStatus, facts: &Facts) -> Pill {
    let Facts { pending, attention, backfill, .. } = *facts;
    let small = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
    match &status.problem {
        Some(TransportError::Local { .. }) => return Pill::CantSave { pending },
        Some(TransportError::UpdateNeeded) => return Pill::UpdateNeeded,
        Some(TransportError::SignInNeeded | TransportError::WrongCredentials | TransportError::CutOff { .. }) => {
            return Pill::SignInNeeded { pending };
        }
        _ if !facts.signed_in => return Pill::SignInNeeded { pending },
        Some(TransportError::Busy { after_ms } | TransportError::TooMany { after_ms, .. }) => {
            let retry_in_s = facts.next_try_in_s.unwrap_or(small(after_ms.div_ceil(1_000)));
            return Pill::Busy { retry_in_s, pending };
        }
        Some(
            TransportError::Name(_)
            | TransportError::Refused(_)
            | TransportError::Timeout(_)
            | TransportError::Certificate(_)
            | TransportError::Proxy(_)
            | TransportError::Clock(_)
            | TransportError::Broken(_)
            | TransportError::NotFound
            | TransportError::No { .. }
            | TransportError::Server(_),
        ) => return Pill::Offline { pending },
        None => {}
    }
    if backfill.running {
        Pill::Loading { done: small(backfill.done), total: small(backfill.total) }
    } else if let Some((done, total)) = status.sending {
        Pill::Sending { done, total }
    } else if pending > 0 {
        Pill::Sending { done: 0, total: pending }
    } else if attention > 0 {
        Pill::NeedsAttention { count: attention }
    } else {
        Pill::Synced
    }
}

/// The server's history is not the one that was seen here.
const CONTRADICTED: &str = "The server’s records were set back to an earlier state: a backup was restored, or somebody cut its log off. \
     What this computer holds was sent again. Tell your administrator; “leadline status” shows what to check the log against.";

/// The failure in a sentence.
fn why(status: &SyncStatus, facts: &Facts) -> Option<String> {
    let problem = status.problem.clone().or_else(|| (!facts.signed_in).then_some(TransportError::SignInNeeded));
    problem.map(|problem| Problem::from(problem).text).or_else(|| status.contradicted.then(|| CONTRADICTED.to_owned()))
}

fn seconds(ms: i64) -> u32 {
    u32::try_from(ms.max(0).unsigned_abs().div_ceil(1_000)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pill_says_the_worst() {
        let fine = Facts { signed_in: true, ..Facts::default() };
        let with = |problem: Option<TransportError>| SyncStatus { problem, ..SyncStatus::default() };
        let refused = || Some(TransportError::Refused("localhost".into()));
        let full = || Some(TransportError::local(&ClientError::DiskFull));
        let loading = BackfillState { running: true, done: 1_204, total: 2_014, ..BackfillState::default() };
        for (status, facts, expected) in [
            (with(None), fine, Pill::Synced),
            (with(None), Facts { attention: 3, ..fine }, Pill::NeedsAttention { count: 3 }),
            (with(None), Facts { attention: 3, pending: 2, ..fine }, Pill::Sending { done: 0, total: 2 }),
            (SyncStatus { sending: Some((3, 7)), ..with(None) }, Facts { pending: 4, ..fine }, Pill::Sending { done: 3, total: 7 }),
            (with(None), Facts { backfill: loading, pending: 2, ..fine }, Pill::Loading { done: 1_204, total: 2_014 }),
            (with(refused()), Facts { backfill: loading, pending: 7, ..fine }, Pill::Offline { pending: 7 }),
            (with(Some(TransportError::Busy { after_ms: 19_500 })), fine, Pill::Busy { retry_in_s: 20, pending: 0 }),
            (with(refused()), Facts { signed_in: false, pending: 1, ..fine }, Pill::SignInNeeded { pending: 1 }),
            (with(full()), Facts { signed_in: false, pending: 2, attention: 1, ..fine }, Pill::CantSave { pending: 2 }),
            (with(Some(TransportError::UpdateNeeded)), Facts { signed_in: false, ..fine }, Pill::UpdateNeeded),
        ] {
            assert_eq!(pill(&status, &facts), expected, "{status:?} {facts:?}");
        }
    }

    #[test]
    fn a_contradicted_log_is_told_unless_something_is_worse() {
        let fine = Facts { signed_in: true, ..Facts::default() };
        let told = SyncStatus { contradicted: true, ..SyncStatus::default() };
        assert_eq!(why(&SyncStatus::default(), &fine), None);
        assert_eq!(why(&told, &fine).as_deref(), Some(CONTRADICTED));
        let worse = SyncStatus { problem: Some(TransportError::Refused("localhost".into())), ..told };
        assert!(why(&worse, &fine).is_some_and(|why| why != CONTRADICTED));
    }
}
