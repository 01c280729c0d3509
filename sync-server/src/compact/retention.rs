//! Old entries of the log lose payload and salt where what they said stands elsewhere: a change in its
//! document, found by its hash; a row in its table. The horizon moves with them, in the same transaction,
//! and an entry of the log says so under the chain.

use super::Run;
use crate::store::log::{self, Appender, Entry, LogRow};
use crate::store::{Result, Tx, documents, orgs};
use domain::{DocId, OrgId};
use records::{ChangeHash, Doc};
use std::collections::HashMap;
use std::collections::hash_map;

/// Entries of one transaction: it holds the organisation's lock for a few hundredths of a second.
const ENTRIES: u64 = 500;

/// What one look at the log found.
struct Batch {
    /// They may lose their payload.
    rows: Vec<LogRow>,
    /// The last entry looked at; `None` when there is no older one left.
    last: Option<u64>,
    /// Changes that their documents lack.
    missing: u64,
}

impl Run<'_> {
    pub(super) fn forget_payloads(&mut self) -> Result<()> {
        let mut from = self.store.read(|tx| orgs::head(tx, self.org))?.retained_from;
        loop {
            // Documents only grow, so what is found in them stays there: no lock is needed for that.
            let batch = self.store.read(|tx| look(tx, self.org, from, self.before))?;
            let Some(last) = batch.last else { return Ok(()) };
            self.report.missing += batch.missing;
            from = last + 1;
            if batch.rows.is_empty() {
                continue;
            }
            let (entries, bytes) = (batch.rows.len() as u64, batch.rows.iter().map(LogRow::weight).sum::<u64>());
            match self.drop_payloads(batch.rows)? {
                None => {
                    self.report.entries += entries;
                    self.report.entry_bytes += bytes;
                    (self.told)("log entries", self.report.entries);
                }
                Some(theirs) => from = theirs,
            }
        }
    }

    /// Drops and moves the horizon; answers where to go on when another run was faster.
    fn drop_payloads(&self, rows: Vec<LogRow>) -> Result<Option<u64>> {
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(None) };
        let (first, through) = (first.seq.cast_unsigned(), last.seq.cast_unsigned());
        self.write(|tx, head| {
            if head.retained_from > first {
                return Ok(Some(head.retained_from));
            }
            log::drop_payloads(tx, self.org, rows)?;
            orgs::set_retained_from(tx, self.org, through + 1)?;
            let mut log = Appender::new(self.org, &head, self.env.now_ms());
            log.append(tx, &Entry::Horizon { through }, self.env.random())?;
            log.finish(tx)?;
            Ok(None)
        })
    }
}

fn look(tx: &mut dyn Tx, org: OrgId, from: u64, before: i64) -> Result<Batch> {
    let found = log::older_than(tx, org, from, before, ENTRIES)?;
    let last = found.last().map(|row| row.seq.cast_unsigned());
    let (mut rows, mut missing) = (Vec::new(), 0);
    let mut docs: HashMap<DocId, Option<Doc>> = HashMap::new();
    for row in found.into_iter().filter(|row| row.is_droppable() && !row.is_dropped()) {
        if row.entry != "change" || stands(tx, org, &row, &mut docs)? {
            rows.push(row);
        } else {
            missing += 1;
        }
    }
    Ok(Batch { rows, last, missing })
}

/// Whether the change is in its document.
fn stands(tx: &mut dyn Tx, org: OrgId, row: &LogRow, docs: &mut HashMap<DocId, Option<Doc>>) -> Result<bool> {
    let Some(doc) = log::doc_of(row) else { return Ok(false) };
    if let hash_map::Entry::Vacant(place) = docs.entry(doc) {
        let blob = documents::blob(tx, org, doc)?;
        place.insert(blob.and_then(|blob| Doc::load(&blob).ok()));
    }
    let hash = row.hash.as_deref().and_then(|hash| hash.try_into().ok()).map(ChangeHash);
    let held = docs.get(&doc).and_then(Option::as_ref);
    Ok(held.zip(hash).is_some_and(|(held, hash)| held.has(&hash) && ChangeHash::of(&row.payload) == Some(hash)))
}
