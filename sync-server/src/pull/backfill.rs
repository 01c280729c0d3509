//! The back-fill: everything in sight, by id, resumable after each batch. First come the rows and
//! what is due today, so that the app is usable while the rest arrives. The log goes on from the
//! `seq` at which it began.

use super::{BATCH_BYTES, Beside, First, View, badge, plain, sees_other, snapshot};
use crate::rules;
use crate::store::leads::Held;
use crate::store::{Result, assignment, attendance, documents, leads, log, notices, proposals, teams, users};
use domain::{DocId, DocKind, LeadId, policy};
use jiff::Timestamp;
use protocol::cursor::Backfill;
use protocol::pull::{ChangeMeta, Entry, Progress, PullBatch, Snapshot};
use protocol::rows::Row;
use std::collections::{HashMap, HashSet};

/// Notifications that a new computer gets.
const NOTICES: u64 = 300;
/// Leads on the page of what is due.
const DUE: u64 = 100;

/// The first batch: which history this is, the rows, and what is due today.
pub fn start(view: &mut View<'_>, first: First) -> Result<PullBatch> {
    let mut entries = match first {
        First::Ever => vec![Entry::Epoch { epoch: view.head.epoch }],
        First::Again => vec![Entry::Resync],
    };
    // At its end the device holds what is in sight and nothing else.
    view.took_away = true;
    entries.extend(rows(view)?);
    for doc in [DocId::config(view.org.id), DocId::user_state(view.me.user)] {
        entries.push(Entry::Snapshot(Box::new(plain(view.tx, view.org.id, doc)?)));
    }
    entries.extend(notices(view)?);
    entries.extend(due(view)?);
    let total = leads::count(view.tx, view.org.id, &view.sight)?;
    let state = Backfill { urgent_sent: true, last: None, done: 0, total };
    let (seq, chain) = (view.head.seq, view.head.chain.to_vec());
    let cursor = view.cursor(seq, chain, Some(state));
    Ok(PullBatch { entries, cursor, up_to_date: false, progress: Some(Progress { done: 0, total }), head: None })
}

/// The next page.
pub fn go_on(view: &mut View<'_>, seq: u64, chain: Vec<u8>, state: &Backfill) -> Result<PullBatch> {
    let after = state.last.map(LeadId);
    let page = leads::page(view.tx, view.org.id, &view.sight, after, view.limit as u64, BATCH_BYTES)?;
    let last = page.last().map(|held| held.id);
    let (ledgers, badges) = (ledgers(view, after, &page)?, badges(view, after, &page)?);
    let done = state.done + page.len() as u64;
    let mut entries: Vec<Entry> = snapshots(view, after, page)?.into_iter().map(|s| Entry::Snapshot(Box::new(s))).collect();
    entries.extend(ledgers.into_iter().chain(badges));
    let total = state.total.max(done);
    let next = last.map(|last| Backfill { urgent_sent: true, last: Some(last.0), done, total });
    let ended = match last {
        None => true,
        Some(last) => leads::page(view.tx, view.org.id, &view.sight, Some(last), 1, 1)?.is_empty(),
    };
    if ended {
        entries.push(Entry::BackfillEnd);
    }
    let cursor = view.cursor(seq, chain, next.filter(|_| !ended));
    let up_to_date = ended && seq == view.head.seq;
    Ok(PullBatch { entries, cursor, up_to_date, progress: Some(Progress { done, total }), head: None })
}

/// Those of the page's leads that are in sight.
fn ledgers(view: &mut View<'_>, after: Option<LeadId>, page: &[Held]) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    let Some(last) = page.last().filter(|_| view.sight.sees_some_ledgers()) else { return Ok(entries) };
    let leads: HashSet<LeadId> = page.iter().map(|held| held.id).collect();
    for doc in documents::between(view.tx, view.org.id, DocKind::Ledger, after.map(|lead| lead.0), last.id.0)? {
        if leads.contains(&LeadId(doc.id)) && sees_other(view.tx, view.org.id, &view.sight, doc)? {
            entries.push(Entry::Snapshot(Box::new(plain(view.tx, view.org.id, doc)?)));
        }
    }
    Ok(entries)
}

/// Of the page's leads that something was written down for; who holds every ledger needs none.
fn badges(view: &mut View<'_>, after: Option<LeadId>, page: &[Held]) -> Result<Vec<Entry>> {
    let Some(last) = page.last().filter(|_| policy::sees_payment_badge(view.me.role) && !view.sight.sees_all_ledgers()) else {
        return Ok(Vec::new());
    };
    let leads: HashSet<LeadId> = page.iter().map(|held| held.id).collect();
    let mut entries = Vec::new();
    for doc in documents::between(view.tx, view.org.id, DocKind::Ledger, after.map(|lead| lead.0), last.id.0)? {
        if let Some(row) = doc.ledger_of().filter(|lead| leads.contains(lead)).map(|lead| badge(view, DocId::lead(lead))).transpose()? {
            entries.extend(row.map(|row| Entry::Row(Row::Badge(row))));
        }
    }
    Ok(entries)
}

fn rows(view: &mut View<'_>) -> Result<Vec<Entry>> {
    let mut rows = vec![Row::Org(view.org.clone())];
    rows.extend(teams::all(view.tx, view.org.id)?.into_iter().map(Row::Team));
    let people = users::all(view.tx, view.org.id)?;
    rows.extend(people.iter().map(|user| Row::User(user.row.clone())));
    for user in people.iter().filter(|user| view.sight.sees_attendance(&user.actor())) {
        rows.extend(attendance::standing_of(view.tx, view.org.id, user.row.id)?.map(Row::Attendance));
    }
    Ok(rows.into_iter().map(Entry::Row).collect())
}

/// The newest of this person, of leads in sight.
fn notices(view: &mut View<'_>) -> Result<Vec<Entry>> {
    let told = notices::newest(view.tx, view.org.id, &view.sight, view.me.user, NOTICES)?;
    Ok(told.into_iter().map(|notice| Entry::Row(Row::Notice(notice))).collect())
}

fn due(view: &mut View<'_>) -> Result<Vec<Entry>> {
    let before = end_of_today(view.env.now_ms(), &view.org.zone);
    let page = leads::due(view.tx, view.org.id, &view.sight, before, DUE.min(view.limit as u64), BATCH_BYTES)?;
    page.into_iter()
        .map(|held| {
            let doc = DocId::lead(held.id);
            let metas = log::metas(view.tx, view.org.id, doc)?;
            let beside = Beside::of(view.tx, view.org.id, held.id)?;
            Ok(Entry::Snapshot(Box::new(snapshot(&view.sight, view.org, held, metas, beside))))
        })
        .collect()
}

fn snapshots(view: &mut View<'_>, after: Option<LeadId>, page: Vec<Held>) -> Result<Vec<Snapshot>> {
    let Some(last) = page.last().map(|held| held.id) else { return Ok(Vec::new()) };
    let mut metas: HashMap<LeadId, Vec<ChangeMeta>> = HashMap::with_capacity(page.len());
    leads::page_metas(view.tx, view.org.id, &view.sight, after, last, &mut |lead, meta| metas.entry(lead).or_default().push(meta))?;
    let mut open: HashMap<LeadId, Beside> = HashMap::new();
    for proposal in proposals::open_between(view.tx, view.org.id, after.map(|lead| lead.0), last.0)? {
        open.entry(LeadId(proposal.doc.id)).or_default().proposals.push(proposal);
    }
    for line in assignment::between(view.tx, view.org.id, after, last)? {
        open.entry(line.lead).or_default().assignments.push(line);
    }
    let with_metas = |held: Held| {
        let metas = metas.remove(&held.id).unwrap_or_default();
        let beside = open.remove(&held.id).unwrap_or_default();
        snapshot(&view.sight, view.org, held, metas, beside)
    };
    Ok(page.into_iter().map(with_metas).collect())
}

/// Midnight after `now` where the organisation is, ms since the epoch.
fn end_of_today(now_ms: i64, zone: &str) -> i64 {
    let zone = rules::zone(zone);
    let end =
        Timestamp::from_millisecond(now_ms).and_then(|now| now.to_zoned(zone.clone()).date().tomorrow()).and_then(|day| day.to_zoned(zone));
    end.map_or(now_ms, |midnight| midnight.timestamp().as_millisecond())
}
