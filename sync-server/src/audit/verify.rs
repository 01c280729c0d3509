//! Proving the log: every column of every entry is under the chain, nothing is missing in between,
//! and nothing at the end that some device has seen. Deep: documents, rows and tables are what the log says.
//! A change that `compact` took out of the log is looked for in its document, by the hash that the
//! chain covers.

use super::{AuditEvent, action_of};
use crate::store::log::{self, LogRow};
use crate::store::orgs::{self, Head};
use crate::store::{Result, Store, StoreError, Tx, documents, leads};
use domain::people::AuditAction;
use domain::{DocId, Envelope, OrgId};
use protocol::rows::{LeadSummary, Ownership};
use records::{ChangeHash, Doc};
use std::collections::BTreeMap;

/// Faults that are told; the rest is likely to follow from them.
const FAULTS_MAX: usize = 20;
/// Documents listed at a time.
const DOCUMENTS: u64 = 1_000;

/// The end of the log as a device has seen it: `EPOCH:SEQ:HEX`, the last being the chain there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenHead {
    pub epoch: u64,
    pub seq: u64,
    pub chain: Vec<u8>,
}

impl std::fmt::Display for SeenHead {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:", self.epoch, self.seq)?;
        self.chain.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl std::str::FromStr for SeenHead {
    type Err = String;
    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let wrong = || format!("{text} is not EPOCH:SEQ:HEX, as `leadline status` prints it");
        let parts: Vec<&str> = text.trim().split(':').collect();
        let [epoch, seq, hex] = parts[..] else { return Err(wrong()) };
        let byte = |i: usize| hex.get(2 * i..2 * i + 2).and_then(|h| u8::from_str_radix(h, 16).ok()).ok_or_else(wrong);
        if hex.len() != 64 {
            return Err(wrong());
        }
        Ok(Self {
            epoch: epoch.parse().map_err(|_| wrong())?,
            seq: seq.parse().map_err(|_| wrong())?,
            chain: (0..32).map(byte).collect::<std::result::Result<_, _>>()?,
        })
    }
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    pub entries: u64,
    /// Compared with the log, where that was asked for.
    pub documents: Option<u64>,
    /// One sentence each, in the order of the log, then those of the database; none for a log that is whole.
    pub faults: Vec<String>,
    /// What could not be looked at, and why.
    pub unseen: Option<String>,
}

/// Walks through the whole log, and has the database look at itself: what an index answers is not what the
/// walk reads.
///
/// # Errors
/// The database's: a row that can't even be read.
pub fn verify(store: &Store, heads: &[SeenHead], deep: bool) -> Result<Report> {
    let damage = store.damage(FAULTS_MAX)?;
    let mut report = match walked(store, heads, deep) {
        // It says where.
        Err(error) if !damage.found.is_empty() => {
            Report { faults: vec![format!("The log can't be read to its end: {error}.")], ..Report::default() }
        }
        other => other?,
    };
    report.faults.extend(damage.found);
    report.unseen = damage.unseen;
    Ok(report)
}

fn walked(store: &Store, heads: &[SeenHead], deep: bool) -> Result<Report> {
    store.read(|tx| {
        let org = orgs::only(tx)?.id;
        let head = orgs::head(tx, org)?;
        let mut walk = Walk::begin(org, heads);
        log::walk(tx, org, None, &mut |row| {
            walk.take(row);
            Ok(walk.report.faults.len() < FAULTS_MAX)
        })?;
        let mut report = walk.end(&head, heads);
        if deep {
            deepen(tx, org, &mut report)?;
        }
        Ok(report)
    })
}

struct Walk {
    report: Report,
    /// `seq`, version and stored chain of the entry before.
    last: (i64, i64, Vec<u8>),
    /// The fault of the entry before and the chain it should have, if that did not fit.
    suspect: Option<(usize, [u8; 32])>,
    /// The chain where devices say that they saw one.
    seen: BTreeMap<u64, Option<Vec<u8>>>,
    /// The last entry without its payload, and up to where compactions say that they were.
    dropped: u64,
    horizon: u64,
    /// What entries of version 1 hold beside what their chain covers, see [`AuditEvent::Sealed`].
    seal: log::Seal,
    /// The epoch that the last restore began, as the log tells.
    epoch: Option<u64>,
}

impl Walk {
    fn begin(org: OrgId, heads: &[SeenHead]) -> Self {
        let genesis = log::genesis(org).to_vec();
        let mut seen: BTreeMap<u64, Option<Vec<u8>>> = heads.iter().map(|head| (head.seq, None)).collect();
        seen.entry(0).and_modify(|chain| *chain = Some(genesis.clone()));
        Self {
            report: Report::default(),
            last: (0, 1, genesis),
            suspect: None,
            seen,
            dropped: 0,
            horizon: 0,
            seal: log::Seal::default(),
            epoch: None,
        }
    }

    fn take(&mut self, row: LogRow) {
        let (before, version, previous) = &self.last;
        let (mut wrong, mut link) = (own_faults(&row), None);
        self.seal.take(&row);
        match event(&row) {
            Some(AuditEvent::Sealed { entries, hash }) if self.seal.of() != (entries, hash.clone()) => {
                wrong.push(format!("the {entries} entries of version 1 are not those that it sealed: {SEALED} were altered"));
            }
            Some(AuditEvent::EpochBegun { epoch }) => self.epoch = Some(epoch),
            _ => {}
        }
        if row.version < *version {
            wrong.push("its version is older than that of the entry before it".to_owned());
        }
        if row.is_dropped() {
            self.dropped = row.seq.cast_unsigned();
        }
        if row.entry == "horizon" {
            match row.horizon() {
                Ok(through) => self.horizon = self.horizon.max(through),
                Err(error) => wrong.push(format!("it can't be read ({error})")),
            }
        }
        match row.seq.saturating_sub(*before) {
            1 => {
                let right = row.link(previous);
                let by_suspect = self.suspect.is_some_and(|(_, chain)| row.link(&chain)[..] == row.chain[..]);
                if let (Some((fault, _)), true) = (self.suspect, by_suspect) {
                    self.report.faults[fault].push_str(" The entry after it shows that it is the column chain.");
                } else if right[..] != row.chain[..] {
                    wrong.push("its columns and its place do not give its chain".to_owned());
                    link = Some(right);
                }
            }
            gap if gap > 1 => self.report.faults.push(missing(before + 1, row.seq - 1)),
            _ => wrong.push("its number is not one that follows".to_owned()),
        }
        self.suspect = link.map(|chain| (self.report.faults.len(), chain));
        if !wrong.is_empty() {
            self.report.faults.push(format!("Entry {} ({}): {}.", row.seq, name(&row), wrong.join("; ")));
        }
        if let Some(chain) = self.seen.get_mut(&row.seq.cast_unsigned()) {
            *chain = Some(row.chain.clone());
        }
        self.report.entries += 1;
        self.last = (row.seq, row.version, row.chain);
    }

    fn end(mut self, head: &Head, heads: &[SeenHead]) -> Report {
        let faults = &mut self.report.faults;
        if faults.len() >= FAULTS_MAX {
            return self.report;
        }
        let last = self.last.0.cast_unsigned();
        if head.seq > last {
            faults.push(missing(self.last.0 + 1, head.seq.cast_signed()));
        } else if head.seq < last {
            faults.push(format!("The orgs row (next_seq) ends the log at entry {}, and entry {last} is there.", head.seq));
        } else if head.chain[..] != self.last.2[..] {
            faults.push(format!("The orgs row (chain) is not the chain of the last entry, {last}."));
        }
        if self.dropped > self.horizon {
            faults.push(format!("Entry {} has lost its payload, and no compaction tells of it.", self.dropped));
        }
        if head.retained_from != self.horizon + 1 {
            faults.push(format!(
                "The orgs row (retained_from) is {}, and the log tells of compaction up to entry {}.",
                head.retained_from, self.horizon
            ));
        }
        for seen in heads {
            let restored = match self.epoch {
                _ if seen.epoch >= head.epoch => "",
                Some(epoch) if epoch == head.epoch => " A backup has been restored since.",
                Some(_) | None => " The epoch is another since, and no entry tells of a restore.",
            };
            let here = self.seen.get(&seen.seq).and_then(Option::as_ref);
            if seen.epoch > head.epoch {
                faults.push(format!("A device has seen epoch {}, and this log is of epoch {}.", seen.epoch, head.epoch));
            } else if here.is_none() {
                faults.push(format!("The end is cut off: a device has seen entry {}, and the last is {last}.{restored}", seen.seq));
            } else if here != Some(&seen.chain) {
                faults.push(format!("Entry {} is not the one that a device has seen: the log before it is another.{restored}", seen.seq));
            }
        }
        self.report
    }
}

/// What is wrong with an entry by itself.
fn own_faults(row: &LogRow) -> Vec<String> {
    let mut wrong = Vec::new();
    if !matches!(row.version, 1 | log::VERSION) {
        wrong.push(format!("there is no version {}", row.version));
    } else if row.version == 1 && (row.content.is_some() || row.action.is_some()) {
        wrong.push("columns content and action are of a later version".to_owned());
    } else if !row.has_its_content() {
        wrong.push("column content is not the hash of columns salt and payload".to_owned());
    }
    if row.entry != "change" || row.is_dropped() {
        return wrong;
    }
    if ChangeHash::of(&row.payload).map(|hash| hash.0.to_vec()) != row.hash {
        wrong.push("column hash is not that of the change".to_owned());
    }
    match records::envelope_of(&row.payload) {
        Some(envelope) => wrong.extend(faults_beside(row, &envelope)),
        None => wrong.push("the change can't be read".to_owned()),
    }
    wrong
}

/// What an entry's columns say otherwise than its change.
fn faults_beside(row: &LogRow, envelope: &Envelope) -> Vec<String> {
    let mut wrong = Vec::new();
    if row.command.as_deref() != Some(envelope.id.0.as_bytes()) {
        wrong.push("column command_id is not that of the change".to_owned());
    }
    if row.author.as_deref() != Some(envelope.author.0.as_bytes()) {
        wrong.push("column author is not that of the change".to_owned());
    }
    if row.version > 1 && row.action.as_deref() != Some(action_of(&envelope.command).map_or("", AuditAction::as_str)) {
        wrong.push("column action is not that of the change".to_owned());
    }
    wrong
}

/// What a seal covers.
const SEALED: &str = "columns entry, device_id, command_id, hash or accepted_at of these";

/// The event that an entry is.
fn event(row: &LogRow) -> Option<AuditEvent> {
    (row.entry == "event").then(|| row.event().ok()).flatten()
}

fn missing(first: i64, last: i64) -> String {
    if first == last { format!("Entry {first} is missing.") } else { format!("Entries {first} to {last} are missing.") }
}

fn name(row: &LogRow) -> String {
    match log::doc_of(row) {
        Some(doc) => format!("{} of {doc}", row.entry),
        None => row.entry.clone(),
    }
}

/// Compares every stored document and its row with what the log makes of them.
fn deepen(tx: &mut dyn Tx, org: OrgId, report: &mut Report) -> Result<()> {
    let (mut after, mut count) = (None, 0);
    loop {
        let docs = documents::page(tx, org, after, DOCUMENTS)?;
        for doc in &docs {
            let wrong = check(tx, org, *doc)?;
            report.faults.extend(wrong.map(|wrong| format!("{doc}: {wrong}.")));
        }
        count += docs.len() as u64;
        match docs.last() {
            Some(last) if report.faults.len() < FAULTS_MAX => after = Some(*last),
            Some(_) | None => break,
        }
    }
    for doc in log::without_document(tx, org, FAULTS_MAX as u64)? {
        report.faults.push(format!("{doc}: the log has changes of it, and there is no document."));
    }
    for lead in leads::without_document(tx, org, FAULTS_MAX as u64)? {
        report.faults.push(format!("{}: there is a row in leads, and no document.", DocId::lead(lead)));
    }
    super::tables::compare(tx, org, &mut report.faults)?;
    report.documents = Some(count);
    Ok(())
}

/// What is wrong with a document or its row.
fn check(tx: &mut dyn Tx, org: OrgId, doc: DocId) -> Result<Option<String>> {
    let blob = documents::blob(tx, org, doc)?.unwrap_or_default();
    let stored = match Doc::load(&blob) {
        Ok(stored) => stored,
        Err(error) => return Ok(Some(format!("the stored document does not load ({error})"))),
    };
    match rebuild(tx, org, doc, &stored)? {
        Ok(rebuilt) => compare(tx, org, doc, &rebuilt),
        Err(wrong) => Ok(Some(wrong)),
    }
}

/// A record as the log makes it.
struct Rebuilt<'a> {
    /// What is stored, to take from it what the log has dropped.
    stored: &'a Doc,
    doc: Doc,
    owned: Ownership,
    updated_at: i64,
}

impl Rebuilt<'_> {
    fn change(&mut self, row: &LogRow) -> std::result::Result<(), String> {
        let change = if row.is_dropped() { self.kept(row)? } else { row.payload.clone() };
        let at = records::envelope_of(&change).map_or(row.accepted_at, |envelope| envelope.at);
        self.updated_at = self.updated_at.max(at.min(row.accepted_at));
        self.doc.apply_trusted(&change).map_err(|e| format!("entry {} can't be applied ({e})", row.seq))
    }

    /// The change of a compacted entry, out of the document.
    fn kept(&self, row: &LogRow) -> std::result::Result<Vec<u8>, String> {
        let hash = row.hash.as_deref().and_then(|hash| hash.try_into().ok()).map(ChangeHash);
        let change = hash.and_then(|hash| self.stored.change_bytes(&hash).filter(|bytes| ChangeHash::of(bytes) == Some(hash)));
        let change =
            change.ok_or_else(|| format!("the change of entry {}, which was compacted, is not in the stored document", row.seq))?;
        let wrong = records::envelope_of(&change).map(|envelope| faults_beside(row, &envelope)).unwrap_or_default();
        if wrong.is_empty() { Ok(change) } else { Err(format!("entry {}: {}", row.seq, wrong.join("; "))) }
    }
}

fn rebuild<'a>(tx: &mut dyn Tx, org: OrgId, doc: DocId, stored: &'a Doc) -> Result<std::result::Result<Rebuilt<'a>, String>> {
    let mut rebuilt = Rebuilt { stored, doc: Doc::seed(doc.kind), owned: Ownership::default(), updated_at: 0 };
    let mut wrong = None;
    log::walk(tx, org, Some(doc), &mut |row| {
        match row.entry.as_str() {
            "change" => wrong = rebuilt.change(&row).err(),
            "move" => match row.moved() {
                Ok(moved) => rebuilt.owned = moved.ownership(rebuilt.owned, row.accepted_at),
                Err(error) => wrong = Some(format!("entry {} can't be read ({error})", row.seq)),
            },
            _ => {}
        }
        Ok(wrong.is_none())
    })?;
    Ok(wrong.map_or(Ok(rebuilt), Err))
}

fn compare(tx: &mut dyn Tx, org: OrgId, doc: DocId, rebuilt: &Rebuilt<'_>) -> Result<Option<String>> {
    if rebuilt.stored.heads() != rebuilt.doc.heads() {
        return Ok(Some("the stored document is not what the log's changes make".to_owned()));
    }
    let Some(lead) = doc.as_lead() else { return Ok(None) };
    let record = match records::lead::read(&rebuilt.doc, lead) {
        Ok(record) => record,
        Err(error) => return Ok(Some(format!("the record can't be read ({error})"))),
    };
    let summary = LeadSummary::of(&record, rebuilt.owned, rebuilt.updated_at);
    Ok(match leads::get(tx, org, lead) {
        Err(StoreError::Corrupt(what)) => Some(format!("its row in leads can't be read ({what})")),
        Err(error) => return Err(error),
        Ok(None) => Some("it has no row in leads".to_owned()),
        Ok(Some(row)) => differences(&row, &summary),
    })
}

/// Which columns of a row are not those of the summary.
fn differences(row: &leads::LeadRow, summary: &LeadSummary) -> Option<String> {
    let wrong: Vec<&str> = [
        // A row that an older version wrote is what that version made.
        ("summary", row.summary != summary.clone().as_of(row.summary.projection)),
        ("owner_id", row.standing.owner != summary.owner),
        ("team_id", row.standing.team != summary.team),
        ("status", row.standing.status != summary.status),
        ("deleted", row.standing.deleted != summary.deleted),
    ]
    .into_iter()
    .filter_map(|(column, wrong)| wrong.then_some(column))
    .collect();
    (!wrong.is_empty()).then(|| format!("its row in leads is not what the log makes: {}", wrong.join(", ")))
}
