//! One round of sync: push the outbox, pull what is new. Each answer is applied in one transaction.

use crate::engine::Engine;
use crate::error::ClientError;
use crate::store::{attention, documents, meta, outbox};
use crate::transport::{Transport, TransportError};
use bridge::Change;
use bridge::attention::AttentionKind;
use domain::sabotage::{self, Fault};
use domain::{CommandId, DocId, Refusal, RefusalCode};
use protocol::admin::QuarantineUpload;
use protocol::auth::Secret;
use protocol::push::{Outcome, PushItem, PushRequest, PushResult};
use protocol::{PROTOCOL_VERSION, PUSH_ITEMS_MAX};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::PoisonError;

/// Commands in one push: small enough that a lost answer costs little.
const PUSH_ITEMS: usize = 200;
/// Times a push may ask for missing changes before the round gives up.
const NEED_ROUNDS_MAX: usize = 3;
/// Why a pending edit is refused whose record the server does not know.
const GONE: &str = "The server does not have this lead. Copy what you need of it.";
/// The same, of a record that is not here either.
const NOWHERE: &str = "The lead that this was typed on is neither on the server nor whole on this computer any more.";

/// What the pill and the panel show of the running sync.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SyncStatus {
    /// Sent / to send in the running push.
    pub sending: Option<(u32, u32)>,
    /// The last round's failure, until one succeeds.
    pub problem: Option<TransportError>,
    pub last_try: Option<i64>,
    pub next_try: Option<i64>,
    pub offline_since: Option<i64>,
    /// The live socket stands.
    pub live: bool,
    /// Since this copy was opened, the server contradicted what it had said of its log.
    pub contradicted: bool,
}

/// How far a first sync, or any back-fill, is; kept until it is complete.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackfillState {
    /// Counts back-fills; records that carry a smaller one were not named by the running one.
    pub number: i64,
    pub running: bool,
    /// Search tables are built at the end.
    pub first: bool,
    /// The server was restored from a backup: what it lacks is sent again.
    pub recovering: bool,
    pub done: u64,
    pub total: u64,
}

/// What one round did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SyncReport {
    pub pushed: u32,
    pub refused: u32,
    pub pulled: u32,
}

/// What is left after a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncStep {
    /// Outbox empty, pulled to the end.
    Quiet,
    /// The server asked to wait.
    Wait { after_ms: u64 },
}

impl Engine {
    /// One whole round: push until the outbox is empty, pull to the end. Safe to stop anywhere.
    ///
    /// # Errors
    /// The first transport failure; what was applied before it stays.
    pub fn sync(&self, transport: &dyn Transport) -> Result<(SyncStep, SyncReport), ClientError> {
        let mut report = SyncReport::default();
        let result = self.round(transport, &mut report);
        if let Err(ClientError::Transport(error @ (TransportError::CutOff { .. } | TransportError::SignInNeeded))) = &result {
            self.note_result(result.as_ref().map(|_| ()));
            if let Err(e) = self.part(transport, error) {
                self.note_result(Err(&e));
                return Err(e);
            }
        }
        self.note_result(result.as_ref().map(|_| ()));
        result.map(|step| (step, report))
    }

    fn round(&self, transport: &dyn Transport, report: &mut SyncReport) -> Result<SyncStep, ClientError> {
        if sabotage::is_on(Fault::StuckOutbox) && self.store().read(|c| Ok(outbox::size(c)?.0))? % 3 == 1 {
            return Ok(SyncStep::Quiet);
        }
        if sabotage::is_on(Fault::FailRound) && self.store().read(|c| Ok(outbox::size(c)?.0))? % 3 == 1 {
            return Err(ClientError::Internal("on purpose".into()));
        }
        self.send_attendance(transport)?;
        loop {
            if let SyncStep::Wait { after_ms } = self.push_all(transport, report)? {
                return Ok(SyncStep::Wait { after_ms });
            }
            self.send_requests(transport)?;
            self.send_on_again(transport)?;
            // A hand-over of a record with pending edits stops the pull until they are pushed.
            let pulled = self.pull_all(transport, report);
            self.note_version(&pulled)?;
            if pulled? == Pulled::PushFirst {
                continue;
            }
            if self.store().read(|c| Ok(outbox::size(c)?.0))? == 0 {
                self.ask_after_unnamed(transport)?;
                self.store().forget_damaged()?;
                return Ok(SyncStep::Quiet);
            }
            // Edits made meanwhile, or changes that a restored server lacks.
        }
    }

    /// Whether the server still answers this version of the app.
    fn note_version<T>(&self, pulled: &Result<T, ClientError>) -> Result<(), ClientError> {
        let too_old = match pulled {
            Ok(_) => false,
            Err(ClientError::Transport(TransportError::UpdateNeeded)) => true,
            Err(_) => return Ok(()),
        };
        if self.facts().is_ok_and(|facts| facts.too_old == too_old) {
            return Ok(());
        }
        self.store().write(|tx| match too_old {
            true => meta::set(tx, meta::TOO_OLD, &PROTOCOL_VERSION),
            false => meta::remove(tx, meta::TOO_OLD),
        })?;
        self.tell(Change { session: true, ..Change::default() });
        Ok(())
    }

    /// Sends a refused edit on for a manager to decide; it stays on Needs attention as a notice. Where no answer
    /// comes it is sent again at the next round: the manager may have it.
    ///
    /// # Errors
    /// `NotFound` for one that is not there, or can't be sent on; any [`TransportError`] that says for sure that it
    /// did not arrive.
    pub fn send_on(&self, transport: &dyn Transport, command: CommandId) -> Result<(), ClientError> {
        let refused = self.store().read(|c| attention::get(c, command))?.ok_or(ClientError::NotFound)?;
        if refused.kind != AttentionKind::Refused || refused.change.is_none() {
            return Err(ClientError::NotFound);
        }
        // From here on it is not to be tried again by hand, whatever becomes of the answer.
        self.store().write(|tx| {
            attention::set_kind(tx, command, AttentionKind::Quarantined)?;
            meta::set_sending_on(tx, command, true)
        })?;
        match self.hand_on(transport, command, may_have_arrived) {
            Err(ClientError::Transport(error)) if may_have_arrived(&error) => Ok(()),
            sent => sent,
        }
    }

    /// What was sent on and never answered.
    fn send_on_again(&self, transport: &dyn Transport) -> Result<(), ClientError> {
        let waiting: BTreeSet<CommandId> = self.store().read(|c| meta::get(c, meta::SENDING_ON))?.unwrap_or_default();
        for command in waiting {
            // An earlier try may have arrived: only the server's own no gives it back to its author.
            match self.hand_on(transport, command, |error| !is_answered(error)) {
                // Nothing else waits for a server that can't take this one.
                Ok(()) | Err(ClientError::Transport(TransportError::Server(_))) => {}
                Err(ClientError::Transport(error)) if is_answered(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// One try. After an error that `is_open` it waits for the next; after any other it is its author's again.
    fn hand_on(&self, transport: &dyn Transport, command: CommandId, is_open: fn(&TransportError) -> bool) -> Result<(), ClientError> {
        let (found, secret, device) = self
            .store()
            .read(|c| Ok((attention::get(c, command)?, meta::get::<Secret>(c, meta::DEVICE_SECRET)?, meta::get(c, meta::DEVICE)?)))?;
        let item = found.and_then(|refused| {
            let change = refused.change?;
            let hash = protocol::ChangeHash(records::ChangeHash::of(&change)?.0);
            Some(PushItem { doc: refused.doc, envelope: refused.envelope, change, hash })
        });
        let lead = item.as_ref().and_then(|item| item.doc.as_lead());
        let sent = match (item, secret, device) {
            (Some(item), Some(secret), Some(device)) => {
                transport.quarantine(&QuarantineUpload { device, secret, items: vec![item], wiped: false, sent_on: true })
            }
            _ => Err(TransportError::NotFound),
        };
        let sent = match sent {
            Ok(answer) if answer.kept == 0 => {
                Err(TransportError::No { code: "not_kept".into(), text: "The server did not keep the edit.".into(), field: None })
            }
            Err(error) if is_open(&error) => return Err(error.into()),
            sent => sent.map(drop),
        };
        self.store().write(|tx| {
            meta::set_sending_on(tx, command, false)?;
            if sent.is_err() { attention::set_kind(tx, command, AttentionKind::Refused) } else { Ok(()) }
        })?;
        self.tell(Change { leads: lead.into_iter().collect(), attention: true, ..Change::default() });
        Ok(sent?)
    }

    fn push_all(&self, transport: &dyn Transport, report: &mut SyncReport) -> Result<SyncStep, ClientError> {
        let mut needed: Vec<PushItem> = Vec::new();
        let (mut need_rounds, mut regrounded) = (0, BTreeSet::<DocId>::new());
        loop {
            let waiting = self.store().read(|c| outbox::first(c, PUSH_ITEMS))?;
            if waiting.is_empty() {
                self.note_sending(None);
                return Ok(SyncStep::Quiet);
            }
            let total = self.store().read(|c| Ok(outbox::size(c)?.0))?;
            self.note_sending(Some((report.pushed, report.pushed + total)));
            let mut items = std::mem::take(&mut needed);
            let extra = items.len();
            items.extend(waiting.iter().map(item_of));
            items.truncate(PUSH_ITEMS_MAX);
            let answer = transport.push(&PushRequest { items });
            if answer.is_err() && sabotage::is_on(Fault::LoseUnanswered) {
                self.store().write(|tx| outbox::take(tx, waiting[0].envelope.id))?;
            }
            let answer = answer.inspect_err(|_| self.note_sending(None))?;
            let own = answer.results.get(extra.min(answer.results.len())..).unwrap_or_default();
            let settled = self.apply_push(&waiting, own)?;
            report.pushed += settled.done;
            report.refused += settled.refused;
            if let Some(after_ms) = settled.wait {
                self.note_sending(None);
                return Ok(SyncStep::Wait { after_ms });
            }
            if !settled.need.is_empty() {
                need_rounds += 1;
                needed = self.items_for(&settled.need)?;
                if needed.is_empty() || need_rounds > NEED_ROUNDS_MAX {
                    let docs: BTreeSet<DocId> = settled.need.iter().map(|(doc, _)| *doc).filter(|doc| !regrounded.contains(doc)).collect();
                    if docs.is_empty() {
                        return Err(ClientError::Internal("the server asks for changes that this device does not have".into()));
                    }
                    (needed, need_rounds) = (Vec::new(), 0);
                    docs.iter().try_for_each(|doc| self.reground(transport, *doc))?;
                    regrounded.extend(docs);
                }
            } else if settled.done == 0 {
                return Err(TransportError::Server("it answered no command of the push".into()).into());
            }
        }
    }

    /// The server asks for what can't be given of a record: it lacks a change, or the record is not here any
    /// more, as in a damaged copy. It is taken as the server has it, and what is pending is carried out on
    /// that; where the server has none either it is refused, and shown.
    fn reground(&self, transport: &dyn Transport, doc: DocId) -> Result<(), ClientError> {
        match transport.snapshot(doc) {
            Ok(snapshot) if !snapshot.is_withheld() => self.apply_snapshot(snapshot).map(drop),
            Ok(_) | Err(TransportError::NotFound) => {
                let (pending, is_here) =
                    self.store().read(|c| Ok((outbox::of_doc(c, doc)?, documents::load_readable(c, doc)?.is_some())))?;
                let refusal = Refusal::new(RefusalCode::NotFound, if is_here { GONE } else { NOWHERE });
                let refused =
                    |p: &outbox::Pending| PushResult { command: p.envelope.id, outcome: Outcome::Refused { refusal: refusal.clone() } };
                self.apply_push(&pending, &pending.iter().map(refused).collect::<Vec<_>>()).map(drop)
            }
            Err(e) => Err(e.into()),
        }
    }

    fn pull_all(&self, transport: &dyn Transport, report: &mut SyncReport) -> Result<Pulled, ClientError> {
        let cursor: Option<String> = self.store().read(|c| meta::get(c, meta::CURSOR))?;
        let mut outcome: Result<Pulled, ClientError> = Ok(Pulled::ToTheEnd);
        let mut wanted = Vec::new();
        let mut evicted = false;
        let answer = transport.pull(cursor.as_deref(), &mut |batch| {
            report.pulled += u32::try_from(batch.entries.len()).unwrap_or(u32::MAX);
            match self.apply_pull(batch) {
                Ok(applied) => {
                    wanted.extend(applied.wanted);
                    evicted |= applied.evicted;
                    if applied.push_first {
                        outcome = Ok(Pulled::PushFirst);
                        return ControlFlow::Break(());
                    }
                    ControlFlow::Continue(())
                }
                Err(e) => {
                    outcome = Err(e);
                    ControlFlow::Break(())
                }
            }
        });
        if evicted {
            self.store().wipe();
        }
        for doc in wanted {
            match transport.snapshot(doc) {
                Ok(snapshot) => drop(self.apply_snapshot(snapshot)?),
                // It left this user's sight meanwhile; the log says so in turn.
                Err(TransportError::NotFound) => {}
                Err(e) => return Err(e.into()),
            }
        }
        let outcome = outcome?;
        answer?;
        Ok(outcome)
    }

    /// After a restore: of what its back-fill did not name and this device sent again, some may have left this
    /// person's sight. The back-fill could not say so.
    fn ask_after_unnamed(&self, transport: &dyn Transport) -> Result<(), ClientError> {
        let unnamed: Vec<DocId> = self.store().read(|c| meta::get(c, meta::UNNAMED))?.unwrap_or_default();
        if unnamed.is_empty() {
            return Ok(());
        }
        let (mut again, mut evicted) = (Vec::new(), false);
        for doc in unnamed {
            match transport.snapshot(doc) {
                Ok(snapshot) => evicted |= self.apply_snapshot(snapshot)?,
                Err(TransportError::NotFound) if self.out_of_sight(doc)? => evicted = true,
                // Typed on meanwhile: it is sent first.
                Err(TransportError::NotFound) => again.push(doc),
                Err(e) => return Err(e.into()),
            }
        }
        self.store().write(|tx| meta::set(tx, meta::UNNAMED, &again))?;
        if evicted {
            self.store().wipe();
        }
        Ok(())
    }

    /// Changes the server lacks, whoever wrote them, as push items.
    fn items_for(&self, need: &[(DocId, records::ChangeHash)]) -> Result<Vec<PushItem>, ClientError> {
        let mut items = Vec::new();
        for (doc, hash) in need {
            let Some(stored) = self.store().read(|c| documents::load_readable(c, *doc))? else { continue };
            // Its ancestors too: the server asks only for what it sees missing.
            let entries = records::history(&stored.doc);
            let pending: Vec<_> = self.store().read(|c| outbox::of_doc(c, *doc))?.iter().map(|p| p.hash).collect();
            for entry in entries {
                let Some(envelope) = entry.envelope else { continue };
                if pending.contains(&entry.hash) {
                    continue;
                }
                if let Some(change) = stored.doc.change_bytes(&entry.hash) {
                    items.push(PushItem { doc: *doc, envelope, change, hash: protocol::ChangeHash(entry.hash.0) });
                }
                if entry.hash == *hash {
                    break;
                }
            }
        }
        Ok(items)
    }

    fn note_sending(&self, sending: Option<(u32, u32)>) {
        let mut status = self.status.lock().unwrap_or_else(PoisonError::into_inner);
        if status.sending != sending {
            status.sending = sending;
            drop(status);
            self.tell(Change { sync: true, ..Change::default() });
        }
    }

    fn note_result(&self, result: Result<(), &ClientError>) {
        let now = self.env().now_ms();
        let mut status = self.status.lock().unwrap_or_else(PoisonError::into_inner);
        let before = status.clone();
        status.sending = None;
        status.last_try = Some(now);
        match result {
            Ok(()) => {
                status.problem = None;
                status.offline_since = None;
            }
            Err(ClientError::Transport(e)) => {
                status.problem = Some(e.clone());
                let is_offline = !matches!(e, TransportError::Local { .. });
                status.offline_since = status.offline_since.or(is_offline.then_some(now));
            }
            Err(e) => {
                tracing::error!("sync: {e}");
                status.problem = Some(TransportError::local(e));
            }
        }
        let told = *status != before;
        drop(status);
        if told {
            self.tell(Change { sync: true, ..Change::default() });
        }
    }

    /// The running sync as the pill shows it.
    #[must_use]
    pub fn sync_status(&self) -> SyncStatus {
        self.status.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn note_status(&self, f: impl FnOnce(&mut SyncStatus)) {
        let mut status = self.status.lock().unwrap_or_else(PoisonError::into_inner);
        let before = status.clone();
        f(&mut status);
        let changed = *status != before;
        drop(status);
        if changed {
            self.tell(Change { sync: true, ..Change::default() });
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pulled {
    ToTheEnd,
    PushFirst,
}

pub(crate) fn item_of(pending: &outbox::Pending) -> PushItem {
    PushItem {
        doc: pending.doc,
        envelope: pending.envelope.clone(),
        change: pending.change.clone(),
        hash: protocol::ChangeHash(pending.hash.0),
    }
}

/// Whether the server may have taken what was sent with such an answer.
fn may_have_arrived(error: &TransportError) -> bool {
    matches!(error, TransportError::Timeout(_) | TransportError::Broken(_) | TransportError::Server(_))
}

/// Whether the server itself said no.
fn is_answered(error: &TransportError) -> bool {
    matches!(error, TransportError::No { .. } | TransportError::NotFound)
}
