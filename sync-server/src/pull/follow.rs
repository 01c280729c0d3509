//! Following the log: what each entry means for who pulls it. Per document and batch there is one
//! entry, decided by whether the record is in sight now and whether it came or went.

use super::{BATCH_BYTES, Beside, First, View, backfill, badge, plain, sees_other, shown, snapshot};
use crate::store::log::{self, Change, Move, Stored};
use crate::store::{Result, leads, users};
use domain::sabotage::{self, Fault};
use domain::{DocId, DocKind, LeadId, Status, policy};
use protocol::pull::{AcceptedChange, Entry, PullBatch};
use protocol::rows::{LeadSummary, Row};
use std::collections::HashMap;

/// Log entries read at a time.
const CHUNK: u64 = 500;
/// Log entries read for one batch at most, so that one who sees few of them gets an answer.
const SCANNED: u64 = 10_000;

/// Everything after `seq`, as far as one batch goes.
pub fn follow(view: &mut View<'_>, seq: u64) -> Result<PullBatch> {
    let posts = users::roles(view.tx, view.org.id, view.me.user)?;
    let changes = posts.windows(2).filter(|two| (two[0].role, two[0].team) != (two[1].role, two[1].team));
    let posted = changes.map(|two| two[1].seq).find(|at| *at > seq);
    let mut gathered = Gathered { seq, bytes: 0, slots: Vec::new(), by_doc: HashMap::new(), seen: HashMap::new() };
    let mut scanned = 0;
    while gathered.has_room(view.limit) && scanned < SCANNED {
        let mut chunk = Vec::new();
        log::after(view.tx, view.org.id, gathered.seq, CHUNK, &mut |stored| {
            chunk.push(stored);
            Ok(true)
        })?;
        if chunk.is_empty() {
            break;
        }
        for stored in chunk {
            if !gathered.has_room(view.limit) {
                break;
            }
            if posted.is_some_and(|posted| stored.seq >= posted) {
                // Another role or team: everything in its sight anew; the rest is evicted at the end.
                return if gathered.slots.is_empty() { backfill::start(view, First::Again) } else { gathered.batch(view, false) };
            }
            scanned += 1;
            gathered.take(view, stored)?;
        }
    }
    gathered.batch(view, true)
}

/// What a batch says of one document or row.
enum Slot {
    Changes(DocId, Vec<AcceptedChange>),
    Snapshot(DocId),
    Evict(DocId),
    Row(Box<Row>),
}

/// A document in sight.
enum Seen {
    Lead(Box<LeadSummary>),
    /// One without a row of its own.
    Plain,
}

impl Seen {
    fn summary(&self) -> Option<&LeadSummary> {
        match self {
            Seen::Lead(summary) => Some(summary),
            Seen::Plain => None,
        }
    }

    fn into_summary(self) -> Option<LeadSummary> {
        match self {
            Seen::Lead(summary) => Some(*summary),
            Seen::Plain => None,
        }
    }
}

struct Gathered {
    /// The last entry taken.
    seq: u64,
    bytes: usize,
    slots: Vec<Slot>,
    by_doc: HashMap<DocId, usize>,
    /// What is known of each document that is in sight now, `None` for the others.
    seen: HashMap<DocId, Option<Seen>>,
}

impl Gathered {
    /// What was gathered, with the cursor behind it; `whole` when nothing was left out.
    fn batch(self, view: &mut View<'_>, whole: bool) -> Result<PullBatch> {
        let seq = self.seq;
        view.took_away |= self.slots.iter().any(|slot| self.takes_away(slot));
        let chain = log::chain_at(view.tx, view.org.id, seq)?.unwrap_or_default().to_vec();
        let cursor = view.cursor(seq, chain, None);
        let up_to_date = whole && seq >= view.head.seq;
        Ok(PullBatch { entries: self.entries(view)?, cursor, up_to_date, progress: None, head: None })
    }

    /// Whether the device may do less once it knows this: with a record that leaves, or one that is
    /// dropped. It must say that it does.
    fn takes_away(&self, slot: &Slot) -> bool {
        match slot {
            Slot::Evict(_) => true,
            Slot::Changes(doc, _) | Slot::Snapshot(doc) => self.summary(*doc).is_some_and(|summary| summary.status == Status::Lost),
            Slot::Row(_) => false,
        }
    }

    fn summary(&self, doc: DocId) -> Option<&LeadSummary> {
        self.seen.get(&doc)?.as_ref()?.summary()
    }

    fn has_room(&self, limit: usize) -> bool {
        self.slots.len() < limit && self.bytes < BATCH_BYTES
    }

    fn take(&mut self, view: &mut View<'_>, stored: Stored) -> Result<()> {
        self.seq = stored.seq;
        match &stored.entry {
            log::Entry::Row { fact, .. } => {
                if sees_fact(view, fact)? {
                    self.slots.push(Slot::Row(Box::new(fact.clone())));
                }
            }
            log::Entry::DocRow { doc, fact, .. } => {
                let is_shown = match fact {
                    Row::Notice(notice) => self.sees(view, DocId::lead(notice.lead))?,
                    Row::Badge(_) => policy::sees_payment_badge(view.me.role),
                    _ => !view.sight.masked(),
                };
                if is_shown && self.sees(view, *doc)? {
                    self.slots.push(Slot::Row(Box::new(fact.clone())));
                }
            }
            log::Entry::Event { .. } | log::Entry::Horizon { .. } | log::Entry::Dropped { .. } => {}
            log::Entry::Change(change) => {
                if self.sees(view, change.doc)? {
                    self.change(view.sight.masked() && change.doc.kind == DocKind::Lead, &stored, change);
                }
            }
            log::Entry::Move { doc, moved, .. } => {
                let seen = self.sees(view, *doc)?;
                self.moved(view, *doc, moved, seen);
            }
        }
        Ok(())
    }

    fn change(&mut self, masked: bool, stored: &Stored, change: &Change) {
        if masked {
            return self.whole(change.doc);
        }
        let accepted = AcceptedChange { meta: stored.meta(change), change: change.bytes.clone() };
        self.bytes += accepted.change.len();
        match self.by_doc.get(&change.doc).map(|i| &mut self.slots[*i]) {
            Some(Slot::Changes(_, changes)) => changes.push(accepted),
            // The snapshot is of now: the change is in it.
            Some(Slot::Snapshot(_) | Slot::Evict(_) | Slot::Row(_)) => {}
            None => self.put(change.doc, Slot::Changes(change.doc, vec![accepted])),
        }
    }

    fn moved(&mut self, view: &View<'_>, doc: DocId, moved: &Move, seen: bool) {
        let (had, has) = (view.sight.reaches(&moved.before), view.sight.reaches(&moved.after));
        match (seen, had, has) {
            (true, false, true) => self.whole(doc),
            (true, _, _) if moved.owner.is_some() => self.owner_now(view, doc),
            (true, _, _) => {}
            (false, true, _) if !self.by_doc.contains_key(&doc) => self.put(doc, Slot::Evict(doc)),
            (false, _, _) => {}
        }
    }

    /// The owner as of now, like everything else in the batch: an older one could follow a newer
    /// snapshot.
    fn owner_now(&mut self, view: &View<'_>, doc: DocId) {
        if let Some(summary) = self.summary(doc) {
            let row = shown(&view.sight, view.org, summary.clone()).ownership().row(LeadId(doc.id));
            self.slots.push(Slot::Row(Box::new(Row::Owner(row))));
        }
    }

    /// The whole record instead of its changes.
    fn whole(&mut self, doc: DocId) {
        match self.by_doc.get(&doc) {
            Some(i) => self.slots[*i] = Slot::Snapshot(doc),
            None => self.put(doc, Slot::Snapshot(doc)),
        }
    }

    fn put(&mut self, doc: DocId, slot: Slot) {
        self.by_doc.insert(doc, self.slots.len());
        self.slots.push(slot);
    }

    fn sees(&mut self, view: &mut View<'_>, doc: DocId) -> Result<bool> {
        if let Some(seen) = self.seen.get(&doc) {
            return Ok(seen.is_some());
        }
        let found = match doc.as_lead() {
            None => sees_other(view.tx, view.org.id, &view.sight, doc)?.then_some(Seen::Plain),
            Some(lead) => {
                let shown = sabotage::is_on(Fault::ShowAll);
                let row = leads::get(view.tx, view.org.id, lead)?.filter(|row| shown || view.sight.sees(&row.standing));
                row.map(|row| Seen::Lead(Box::new(row.summary)))
            }
        };
        let seen = found.is_some();
        self.seen.insert(doc, found);
        Ok(seen)
    }

    fn entries(mut self, view: &mut View<'_>) -> Result<Vec<Entry>> {
        let slots = std::mem::take(&mut self.slots);
        let mut entries = Vec::with_capacity(slots.len());
        for slot in slots {
            match slot {
                Slot::Row(row) => entries.push(Entry::Row(*row)),
                Slot::Evict(doc) => entries.push(Entry::Evict { doc }),
                Slot::Snapshot(doc) => {
                    entries.extend(whole(view, doc)?);
                    entries.extend(ledger_of(view, doc)?);
                    entries.extend(badge(view, doc)?.map(|row| Entry::Row(Row::Badge(row))));
                }
                Slot::Changes(doc, changes) => entries.extend(self.seen.remove(&doc).flatten().map(|seen| Entry::Changes {
                    doc,
                    changes,
                    summary: seen.into_summary().map(|summary| shown(&view.sight, view.org, summary)),
                })),
            }
        }
        Ok(entries)
    }
}

/// Rows are for everybody, but for attendance: for whoever sees the person as they are now.
fn sees_fact(view: &mut View<'_>, fact: &Row) -> Result<bool> {
    let Row::Attendance(standing) = fact else { return Ok(true) };
    let person = users::by_id(view.tx, view.org.id, standing.user)?;
    Ok(person.is_some_and(|person| view.sight.sees_attendance(&person.actor())))
}

/// A lead that comes into sight brings its ledger: a back-fill in between did not name it.
fn ledger_of(view: &mut View<'_>, doc: DocId) -> Result<Option<Entry>> {
    let Some(ledger) = doc.as_lead().map(DocId::ledger) else { return Ok(None) };
    if sees_other(view.tx, view.org.id, &view.sight, ledger)? { whole(view, ledger) } else { Ok(None) }
}

fn whole(view: &mut View<'_>, doc: DocId) -> Result<Option<Entry>> {
    let Some(lead) = doc.as_lead() else { return plain(view.tx, view.org.id, doc).map(|whole| Some(Entry::Snapshot(Box::new(whole)))) };
    let Some(held) = leads::held(view.tx, view.org.id, lead)? else { return Ok(None) };
    let metas = log::metas(view.tx, view.org.id, doc)?;
    let beside = Beside::of(view.tx, view.org.id, lead)?;
    Ok(Some(Entry::Snapshot(Box::new(snapshot(&view.sight, view.org, held, metas, beside)))))
}
