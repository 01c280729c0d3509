//! One round of sync: push the outbox, pull what is new. Each answer is applied in one transaction.

use crate::engine::{CutOff, Engine};
use crate::error::ClientError;
use crate::store::{documents, meta, outbox};
use crate::transport::{Transport, TransportError};
use bridge::Change;
use domain::people::QuarantineReason;
use domain::{Refusal, RefusalCode};
use protocol::PUSH_ITEMS_MAX;
use protocol::admin::QuarantineUpload;
use protocol::auth::Secret;
use protocol::push::{Outcome, PushItem, PushRequest, PushResult};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::PoisonError;

/// Commands in one push: small enough that a lost answer costs little.
const PUSH_ITEMS: usize = 200;
/// Commands in one upload into quarantine: with the largest changes still a body that the server takes.
const QUARANTINE_ITEMS: usize = 50;
/// Times a push may ask for missing changes before the round gives up.
const NEED_ROUNDS_MAX: usize = 3;

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
        if let Err(ClientError::Transport(TransportError::CutOff { code, text })) = &result {
            self.note_result(result.as_ref().map(|_| ()));
            let wipe = match self.hand_over_outbox(transport, code) {
                // Out of reach: the next round tries again.
                Err(ClientError::Transport(e)) if e.is_passing() => return Err(e.into()),
                // What it does not take stays sealed here; the copy closes all the same.
                Err(e) => {
                    tracing::error!("not all that was typed went to quarantine: {e}");
                    false
                }
                Ok(wipe) => wipe,
            };
            self.tell_cut_off(CutOff { why: text.clone(), wipe });
        }
        self.note_result(result.as_ref().map(|_| ()));
        result.map(|step| (step, report))
    }

    fn round(&self, transport: &dyn Transport, report: &mut SyncReport) -> Result<SyncStep, ClientError> {
        loop {
            if let SyncStep::Wait { after_ms } = self.push_all(transport, report)? {
                return Ok(SyncStep::Wait { after_ms });
            }
            // A hand-over of a record with pending edits stops the pull until they are pushed.
            if self.pull_all(transport, report)? == Pulled::PushFirst {
                continue;
            }
            if self.store().read(|c| Ok(outbox::size(c)?.0))? == 0 {
                return Ok(SyncStep::Quiet);
            }
            // Edits made meanwhile, or changes that a restored server lacks.
        }
    }

    /// The whole outbox into quarantine, in parts; whether the server orders this device's key destroyed.
    fn hand_over_outbox(&self, transport: &dyn Transport, code: &str) -> Result<bool, ClientError> {
        let (secret, device) = self.store().read(|c| Ok((meta::get::<Secret>(c, meta::DEVICE_SECRET)?, meta::get(c, meta::DEVICE)?)))?;
        // A profile without a secret can hand over nothing; what was typed stays sealed in it.
        let (Some(secret), Some(device)) = (secret, device) else { return Ok(false) };
        let me = self.session()?.map(|facts| facts.me.user);
        let reason = if code == "device_revoked" { QuarantineReason::DeviceRevoked } else { QuarantineReason::UserDisabled };
        loop {
            let waiting = self.store().read(|c| outbox::first(c, QUARANTINE_ITEMS))?;
            // Others' edits, waiting here for a restored server, are theirs to hand over.
            let items: Vec<PushItem> = waiting.iter().filter(|p| Some(p.envelope.author) == me).map(item_of).collect();
            let own = items.len();
            // Also with nothing in it: the answer says whether to destroy the key.
            let answer = transport.quarantine(&QuarantineUpload { device, secret: secret.clone(), items, wiped: false })?;
            if usize::try_from(answer.kept).unwrap_or(usize::MAX) < own {
                return Err(TransportError::Server("it did not keep all that was handed over".into()).into());
            }
            let kept = |p: &outbox::Pending| PushResult { command: p.envelope.id, outcome: Outcome::Quarantined { reason } };
            self.apply_push(&waiting, &waiting.iter().map(kept).collect::<Vec<_>>())?;
            if waiting.len() < QUARANTINE_ITEMS {
                return Ok(answer.wipe);
            }
        }
    }

    fn push_all(&self, transport: &dyn Transport, report: &mut SyncReport) -> Result<SyncStep, ClientError> {
        let mut needed: Vec<PushItem> = Vec::new();
        let mut need_rounds = 0;
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
                let placed = self.place_anew(transport, &settled.need)?;
                if (needed.is_empty() && !placed) || need_rounds > NEED_ROUNDS_MAX {
                    return Err(ClientError::Internal("the server asks for changes that this device does not have".into()));
                }
            } else if settled.done == 0 {
                return Err(TransportError::Server("it answered no command of the push".into()).into());
            }
        }
    }

    /// What was typed on a record that is on this computer no more, a damaged copy's, is put on the
    /// server's; where the server has none either, the person decides. Whether there was any.
    fn place_anew(&self, transport: &dyn Transport, need: &[(domain::DocId, records::ChangeHash)]) -> Result<bool, ClientError> {
        let docs: BTreeSet<_> = need.iter().map(|(doc, _)| *doc).collect();
        let mut placed = false;
        for doc in docs {
            if self.store().read(|c| documents::exists(c, doc))? {
                continue;
            }
            match transport.snapshot(doc) {
                Ok(snapshot) => self.apply_snapshot(snapshot)?,
                Err(TransportError::NotFound) => self.refuse_rest(doc)?,
                Err(e) => return Err(e.into()),
            }
            placed = true;
        }
        Ok(placed)
    }

    /// The pending edits of a record that nobody has go to Needs attention.
    fn refuse_rest(&self, doc: domain::DocId) -> Result<(), ClientError> {
        let pending = self.store().read(|c| outbox::of_doc(c, doc))?;
        let why = "The lead that this was typed on is neither on the server nor whole on this computer any more.";
        let refused = |p: &outbox::Pending| {
            let refusal = Refusal::new(RefusalCode::NotFound, why);
            PushResult { command: p.envelope.id, outcome: Outcome::Refused { refusal } }
        };
        self.apply_push(&pending, &pending.iter().map(refused).collect::<Vec<_>>())?;
        Ok(())
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
                Ok(snapshot) => self.apply_snapshot(snapshot)?,
                // It left this user's sight meanwhile; the log says so in turn.
                Err(TransportError::NotFound) => {}
                Err(e) => return Err(e.into()),
            }
        }
        let outcome = outcome?;
        answer?;
        Ok(outcome)
    }

    /// Changes the server lacks, whoever wrote them, as push items.
    fn items_for(&self, need: &[(domain::DocId, records::ChangeHash)]) -> Result<Vec<PushItem>, ClientError> {
        let mut items = Vec::new();
        for (doc, hash) in need {
            let Some(stored) = self.store().read(|c| documents::load(c, *doc))? else { continue };
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

fn item_of(pending: &outbox::Pending) -> PushItem {
    PushItem {
        doc: pending.doc,
        envelope: pending.envelope.clone(),
        change: pending.change.clone(),
        hash: protocol::ChangeHash(pending.hash.0),
    }
}
