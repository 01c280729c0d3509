//! What the server says, applied: answers to a push, batches of a pull. One transaction each;
//! documents, outbox, read model and cursor change together or not at all.

use crate::engine::Engine;
use crate::error::ClientError;
use crate::own;
use crate::rebase::rebase;
use crate::recover::enqueue_lost;
use crate::session::SessionFacts;
use crate::store::attention::Refused;
use crate::store::documents::Stored;
use crate::store::outbox::Pending;
use crate::store::{
    assignments, attendance, attention, documents, drafts, leads, ledgers, meta, notices, outbox, proposals, receipts, rows,
};
use crate::sync::BackfillState;
use bridge::Change;
use bridge::attention::AttentionKind;
use domain::policy::authorise;
use domain::sabotage::{self, Fault};
use domain::{Action, Command, CommandId, DocId, DocKind, Envelope, LeadId, Refusal, RefusalCode, Status, Subject, UserId};
use protocol::pull::{AcceptedChange, Entry, PullBatch, Snapshot};
use protocol::push::{Outcome, PushResult};
use protocol::rows::{LeadSummary, OwnerRow, Ownership, PROJECTION_VERSION, Row, UserRow};
use records::{ChangeHash, Doc, RecordError};
use rusqlite::Connection;
use std::collections::BTreeMap;

/// What a push settled.
#[derive(Debug, Default)]
pub(crate) struct Settled {
    pub done: u32,
    pub refused: u32,
    /// Proposed or put aside: the person is told.
    pub noticed: u32,
    pub wait: Option<u64>,
    pub need: Vec<(DocId, ChangeHash)>,
}

/// What a batch asks for in return.
#[derive(Debug, Default)]
pub(crate) struct Applied {
    /// Records whose changes came without their ground: fetch their snapshots.
    pub wanted: Vec<DocId>,
    /// A record with pending edits is to go: nothing was applied, push first.
    pub push_first: bool,
    /// Records, or the documents of some, left: their pages are to be wiped.
    pub evicted: bool,
    /// The server's log is not the one seen before.
    pub contradicted: bool,
}

/// What the answers say of one document.
#[derive(Default)]
struct Answers {
    /// Accepted changes, in order.
    accepted: Vec<Vec<u8>>,
    /// Something local did not go in as it was.
    rebase: bool,
    /// The newest accepted edit, device time; 0 without one.
    newest_at: i64,
    /// The record was made here and is in the log now.
    created: bool,
}

/// What the server says of a lead beside its document.
#[derive(Clone, Copy, Default)]
struct Facts {
    owned: Ownership,
    /// Its `updated_at`.
    confirmed_at: i64,
}

impl Facts {
    fn of_row(row: leads::Row) -> Self {
        Self { owned: row.summary.ownership(), confirmed_at: row.confirmed_at }
    }

    fn of_summary(summary: &LeadSummary) -> Self {
        Self { owned: summary.ownership(), confirmed_at: summary.updated_at }
    }
}

impl Engine {
    /// Applies the answers to `sent`.
    pub(crate) fn apply_push(&self, sent: &[Pending], results: &[PushResult]) -> Result<Settled, ClientError> {
        let mut edit = self.editing();
        edit.open = None;
        let me = self.session()?.map(|s| s.me.user);
        let mut settled = Settled::default();
        let mut change = Change { sync: true, ..Change::default() };
        let rebased = self.store().write(|tx| {
            let mut by_doc: BTreeMap<DocId, Answers> = BTreeMap::new();
            for result in results {
                let Some(pending) = sent.iter().find(|p| p.envelope.id == result.command) else { continue };
                self.settle_one(tx, pending, &result.outcome, me, by_doc.entry(pending.doc).or_default(), &mut settled)?;
            }
            let mut rebased = false;
            for (doc, answers) in by_doc {
                if answers.accepted.is_empty() && !answers.rebase {
                    continue;
                }
                rebased |= answers.rebase;
                change.leads.extend(doc.as_lead());
                self.settle_document(tx, doc, answers, &mut change)?;
            }
            Ok(rebased)
        })?;
        if rebased {
            edit.actor = self.env().random();
        }
        change.attention = settled.refused + settled.noticed > 0;
        drop(edit);
        self.tell(change);
        Ok(settled)
    }

    fn settle_one(
        &self,
        c: &Connection,
        pending: &Pending,
        outcome: &Outcome,
        me: Option<UserId>,
        answers: &mut Answers,
        settled: &mut Settled,
    ) -> Result<(), ClientError> {
        match outcome {
            Outcome::Applied { .. } => {
                answers.created |= matches!(pending.envelope.command, Command::CreateLead(_));
                answers.accepted.push(pending.change.clone());
                answers.newest_at = answers.newest_at.max(pending.envelope.at);
            }
            Outcome::Reapplied { change, .. } => {
                answers.newest_at = answers.newest_at.max(pending.envelope.at);
                answers.accepted.push(change.clone());
                answers.rebase = true;
            }
            Outcome::Proposed { .. } => {
                answers.rebase = true;
                settled.noticed += self.keep_notice(c, pending, AttentionKind::Proposed, me)?;
            }
            Outcome::Quarantined { .. } => {
                answers.rebase = true;
                settled.noticed += self.keep_notice(c, pending, AttentionKind::Quarantined, me)?;
            }
            Outcome::Refused { refusal } => {
                answers.rebase = true;
                // Another author's change, sent for a restored server, is not this person's to decide.
                if me == Some(pending.envelope.author) && pending.doc.kind != DocKind::UserState {
                    self.keep_refused(c, pending, AttentionKind::Refused, refusal)?;
                    settled.refused += 1;
                }
            }
            Outcome::Need { hashes } => {
                settled.need.extend(hashes.iter().map(|h| (pending.doc, ChangeHash(h.0))));
                return Ok(());
            }
            Outcome::RetryLater { after_ms } => {
                settled.wait = Some((*after_ms).max(settled.wait.unwrap_or(0)));
                return Ok(());
            }
        }
        outbox::take(c, pending.envelope.id)?;
        settled.done += 1;
        Ok(())
    }

    /// What became of a command that is neither in nor refused; how many notices that made.
    fn keep_notice(&self, c: &Connection, pending: &Pending, kind: AttentionKind, me: Option<UserId>) -> Result<u32, ClientError> {
        if me != Some(pending.envelope.author) {
            return Ok(0);
        }
        // The screen says it in words: who owns the lead may be known later.
        self.keep_refused(c, pending, kind, &Refusal::new(RefusalCode::HandedOver, ""))?;
        Ok(1)
    }

    fn keep_refused(&self, c: &Connection, pending: &Pending, kind: AttentionKind, refusal: &Refusal) -> Result<(), ClientError> {
        if sabotage::is_on(Fault::LoseRefused) {
            return Ok(());
        }
        let lead = pending.doc.as_lead().or(pending.doc.ledger_of());
        let row = lead.map_or(Ok(None), |lead| leads::get(c, lead))?;
        let title = row.map(|r| r.summary.name).unwrap_or_default();
        attention::put(
            c,
            &Refused {
                doc: pending.doc,
                kind,
                title,
                envelope: pending.envelope.clone(),
                refusal: refusal.clone(),
                refused_at: self.env().now_ms(),
                change: Some(pending.change.clone()),
                settled: None,
            },
        )
    }

    /// A document after some of its pending commands were answered.
    fn settle_document(&self, c: &Connection, doc: DocId, answers: Answers, change: &mut Change) -> Result<(), ClientError> {
        let Some(mut stored) = documents::load_readable(c, doc)? else { return Ok(()) };
        let mut ground = stored.confirmed.take().unwrap_or_else(|| stored.doc.clone());
        for accepted in &answers.accepted {
            // A missing dependency is on its way: the pull brings it and this change with it.
            match ground.apply_trusted(accepted) {
                Ok(()) | Err(RecordError::MissingDependency(_)) => {}
                Err(e) => return Err(e.into()),
            }
        }
        let facts = doc.as_lead().map_or(Ok(None), |lead| leads::get(c, lead))?.map(Facts::of_row).unwrap_or_default();
        let facts = Facts { confirmed_at: facts.confirmed_at.max(answers.newest_at), ..facts };
        self.store_document(c, doc, stored, ground, answers.rebase, facts, change)?;
        let is_made_here = answers.created || doc.kind == DocKind::Ledger;
        let backfill: Option<BackfillState> = if is_made_here { meta::get(c, meta::BACKFILL)? } else { None };
        match backfill {
            // A running back-fill may have begun before it was made, and not name it.
            Some(backfill) if backfill.running => documents::mark_backfill(c, doc, backfill.number),
            _ => Ok(()),
        }
    }

    /// Stores a document on its confirmed ground, with what is pending on top, and its row.
    #[expect(clippy::too_many_arguments, reason = "what is stored together is handed over together")]
    fn store_document(
        &self,
        c: &Connection,
        doc: DocId,
        stored: Stored,
        ground: Doc,
        must_rebase: bool,
        facts: Facts,
        change: &mut Change,
    ) -> Result<(), ClientError> {
        let pending = outbox::of_doc(c, doc)?;
        let current = if pending.is_empty() {
            ground.clone()
        } else if must_rebase {
            let rebased = rebase(&ground, &pending, &stored.doc, self.env())?;
            for (n, hash, change) in &rebased.replaced {
                outbox::replace_change(c, *n, *hash, change)?;
            }
            rebased.doc
        } else {
            stored.doc
        };
        let confirmed = (!pending.is_empty()).then_some(&ground);
        let Some(lead) = doc.as_lead() else {
            documents::save(c, doc, &current, confirmed, &stored.metas)?;
            return own::put(c, doc, &current, change);
        };
        let Ok(record) = records::lead::read(&current, lead) else {
            // Its creation was refused: nothing of it stands. What was typed is on Needs attention.
            documents::remove(c, doc)?;
            return leads::remove(c, lead);
        };
        documents::save(c, doc, &current, confirmed, &stored.metas)?;
        let newest = pending.iter().map(|p| p.envelope.at).max().unwrap_or(0);
        let projected = LeadSummary::of(&record, facts.owned, facts.confirmed_at.max(newest));
        leads::put(c, lead, &projected, facts.confirmed_at, u32::try_from(pending.len()).unwrap_or(u32::MAX), true)
    }

    /// Applies one batch of a pull, with its cursor.
    pub(crate) fn apply_pull(&self, batch: PullBatch) -> Result<Applied, ClientError> {
        let mut edit = self.editing();
        let mut applied = Applied::default();
        let mut change = Change::default();
        let mut renumbers = false;
        self.store().write(|tx| {
            if let Some(leaving) = stops_for_hand_over(tx, &batch)? {
                tracing::debug!("a hand-over waits for what is not sent yet");
                applied.push_first = true;
                for doc in leaving {
                    documents::freeze(tx, doc)?;
                    change.absorb(one_record(doc));
                }
                return Ok(());
            }
            if batch.up_to_date {
                documents::thaw(tx)?.into_iter().for_each(|doc| change.absorb(one_record(doc)));
            }
            let mut backfill: BackfillState = meta::get(tx, meta::BACKFILL)?.unwrap_or_default();
            let before = backfill;
            // To a copy that asks for everything, as a repaired one, the epoch is told without any restart.
            let went_on = meta::get::<String>(tx, meta::CURSOR)?.is_some();
            let restarted = went_on && batch.entries.iter().any(|entry| matches!(entry, Entry::Epoch { .. }));
            renumbers = batch.entries.iter().any(|entry| matches!(entry, Entry::Snapshot(_)));
            for entry in batch.entries {
                self.apply_entry(tx, entry, &mut backfill, &mut applied, &mut change)?;
            }
            if let Some(progress) = batch.progress {
                (backfill.done, backfill.total) = (progress.done, progress.total);
            }
            if backfill != before {
                meta::set(tx, meta::BACKFILL, &backfill)?;
                change.sync = true;
            }
            meta::set(tx, meta::CURSOR, &batch.cursor)?;
            applied.contradicted = meta::keep_seen_head(tx, batch.head.as_deref(), restarted)?;
            meta::set(tx, meta::PULLED_AT, &self.env().now_ms())
        })?;
        if renumbers {
            // A record that came whole may lack changes that this actor has numbered.
            edit.actor = self.env().random();
        }
        let stale = |doc: DocId| doc.as_lead().is_none_or(|lead| change.touches(lead));
        if edit.open.as_ref().is_some_and(|(doc, _)| stale(*doc)) {
            edit.open = None;
        }
        drop(edit);
        if applied.contradicted {
            tracing::warn!("the server's log is not the one that this device saw before");
            self.note_status(|status| status.contradicted = true);
        }
        self.tell(change);
        Ok(applied)
    }

    /// Applies the owner that the server set just now; its row also comes with the next pull.
    pub(crate) fn apply_owner(&self, owner: OwnerRow) -> Result<(), ClientError> {
        let mut change = Change::default();
        let edit = self.editing();
        self.store().write(|tx| apply_row(tx, Row::Owner(owner), &mut change))?;
        drop(edit);
        self.tell(change);
        Ok(())
    }

    /// Forgets a proposal that the server says is settled.
    pub(crate) fn proposal_settled(&self, lead: LeadId, id: CommandId) -> Result<(), ClientError> {
        self.store().write(|tx| proposals::remove(tx, id))?;
        self.tell(Change { leads: vec![lead], attention: true, ..Change::default() });
        Ok(())
    }

    /// Forgets a record that the server says is out of sight, unless something of it is not sent yet;
    /// whether it did.
    pub(crate) fn out_of_sight(&self, doc: DocId) -> Result<bool, ClientError> {
        let mut edit = self.editing();
        let gone = self.store().write(|tx| {
            if outbox::count_of(tx, doc)? > 0 {
                return Ok(false);
            }
            self.forget(tx, doc)?;
            Ok(true)
        })?;
        edit.open = None;
        drop(edit);
        self.tell(Change { attention: gone, many_leads: gone, ..one_record(doc) });
        Ok(gone)
    }

    /// Applies one record fetched by itself; whether its document was here and is withheld now.
    pub(crate) fn apply_snapshot(&self, snapshot: Snapshot) -> Result<bool, ClientError> {
        let mut edit = self.editing();
        edit.open = None;
        let mut change = one_record(snapshot.doc);
        let left = self.store().write(|tx| {
            let backfill: BackfillState = meta::get(tx, meta::BACKFILL)?.unwrap_or_default();
            change.attention = put_beside(tx, &snapshot)?;
            self.put_snapshot(tx, snapshot, &backfill, &mut change)
        })?;
        edit.actor = self.env().random();
        drop(edit);
        self.tell(change);
        Ok(left)
    }

    fn apply_entry(
        &self,
        c: &Connection,
        entry: Entry,
        backfill: &mut BackfillState,
        applied: &mut Applied,
        change: &mut Change,
    ) -> Result<(), ClientError> {
        match entry {
            Entry::Changes { doc, changes, summary } => {
                if !self.apply_changes(c, doc, changes, summary, change)? {
                    applied.wanted.push(doc);
                }
                change.absorb(one_record(doc));
            }
            Entry::Snapshot(snapshot) => {
                change.absorb(one_record(snapshot.doc));
                change.attention |= put_beside(c, &snapshot)?;
                applied.evicted |= self.put_snapshot(c, *snapshot, backfill, change)?;
            }
            Entry::Evict { doc } => {
                if sabotage::is_on(Fault::KeepEvicted) {
                    return Ok(());
                }
                change.attention |= self.forget(c, doc)?;
                applied.evicted = true;
                change.absorb(one_record(doc));
                // Its row may be another one when it comes back.
                change.many_leads = true;
            }
            Entry::Row(row) => apply_row(c, row, change)?,
            Entry::Epoch { .. } => {
                let known = meta::get::<String>(c, meta::CURSOR)?.is_some();
                begin_backfill(c, backfill, known)?;
            }
            // One that begins while a recovery runs goes on with it: what was lost is still to be sent again.
            Entry::Resync => begin_backfill(c, backfill, backfill.running && backfill.recovering)?,
            Entry::BackfillEnd => {
                applied.evicted |= self.end_backfill(c, backfill, change)?;
                (change.many_leads, change.attention) = (true, true);
            }
        }
        Ok(())
    }

    /// False when the record, or what the changes depend on, is not here, or can't be read.
    fn apply_changes(
        &self,
        c: &Connection,
        doc: DocId,
        changes: Vec<AcceptedChange>,
        summary: Option<LeadSummary>,
        change: &mut Change,
    ) -> Result<bool, ClientError> {
        let Some(mut stored) = documents::load_or_seed(c, doc)? else { return Ok(false) };
        let mut ground = stored.confirmed.take().unwrap_or_else(|| stored.doc.clone());
        let mut must_rebase = false;
        for accepted in changes {
            if sabotage::is_on(Fault::SkipChange) && accepted.meta.seq.is_multiple_of(5) {
                continue;
            }
            match ground.apply_trusted(&accepted.change) {
                Ok(()) => {}
                Err(RecordError::MissingDependency(_) | RecordError::Corrupt(_)) => return Ok(false),
                Err(e) => return Err(e.into()),
            }
            // An entry that carries a queued command settles it: the answer to its push was lost.
            if let Some(pending) = outbox::take(c, accepted.meta.command)? {
                must_rebase |= Some(pending.hash) != ChangeHash::of(&accepted.change);
            }
            if !must_rebase && stored.doc.apply_trusted(&accepted.change).is_err() {
                must_rebase = true;
            }
            if !stored.metas.iter().any(|m| m.seq == accepted.meta.seq) {
                stored.metas.push(accepted.meta);
            }
        }
        if sabotage::is_on(Fault::StaleRow) {
            documents::save(c, doc, &ground, None, &stored.metas)?;
            return Ok(true);
        }
        self.store_document(c, doc, stored, ground, must_rebase, summary.as_ref().map(Facts::of_summary).unwrap_or_default(), change)?;
        Ok(true)
    }

    /// Stores a record as the server sent it; whether its document was here and is withheld now.
    fn put_snapshot(
        &self,
        c: &Connection,
        mut snapshot: Snapshot,
        backfill: &BackfillState,
        change: &mut Change,
    ) -> Result<bool, ClientError> {
        let doc = snapshot.doc;
        for meta in &snapshot.metas {
            outbox::take(c, meta.command)?;
        }
        if let Some(lead) = doc.ledger_of() {
            receipts::put_all(c, lead, &snapshot.receipts)?;
        }
        let old = if backfill.first && backfill.running { None } else { documents::load_readable(c, doc)? };
        let pending = outbox::count_of(c, doc)?;
        // Where the document is withheld, its row is all there is.
        let withheld = snapshot.is_withheld();
        if withheld && backfill.recovering && pending == 0 && self.send_again(c, doc, change)? {
            meta::ask_after(c, &[doc])?;
            documents::mark_backfill(c, doc, backfill.number)?;
            return Ok(false);
        }
        if pending == 0 && (withheld || !(backfill.recovering && old.is_some())) {
            documents::save_snapshot(c, doc, &snapshot.blob, &snapshot.metas, backfill.number)?;
            let (lead, sent) = match (doc.as_lead(), snapshot.summary.take()) {
                (Some(lead), Some(sent)) => (lead, sent),
                (Some(_), None) => return Err(ClientError::Internal(format!("{doc} came without its row"))),
                (None, _) => return own::put(c, doc, &Doc::load(&snapshot.blob)?, change).map(|()| false),
            };
            let index = !(backfill.first && backfill.running);
            // Of a document that is not here there is nothing to project.
            let as_sent = withheld || snapshot.projection == PROJECTION_VERSION;
            let summary = if as_sent { sent } else { reproject(lead, &snapshot.blob, &sent)? };
            leads::put(c, lead, &summary, summary.updated_at, 0, index)?;
            let left = withheld && old.is_some_and(|old| !old.is_withheld());
            if left {
                self.keep_unsaved(c, doc)?;
                attention::forget_record(c, doc)?;
                meta::set(c, meta::WIPE_DUE, &true)?;
            }
            return Ok(left);
        }
        // A snapshot never overwrites pending edits: they are carried out on it.
        let ground = Doc::load(&snapshot.blob)?;
        let mut stored = match old {
            Some(old) => old,
            None => match documents::load_readable(c, doc)? {
                Some(old) => old,
                None => Stored::after_edit(None, ground.clone()),
            },
        };
        if backfill.recovering {
            enqueue_lost(c, doc, stored.confirmed.as_ref().unwrap_or(&stored.doc), &ground)?;
        }
        stored.metas = snapshot.metas;
        let facts = snapshot.summary.as_ref().map(Facts::of_summary).unwrap_or_default();
        self.store_document(c, doc, stored, ground, true, facts, change)?;
        documents::mark_backfill(c, doc, backfill.number)?;
        Ok(false)
    }

    /// What a finished back-fill did not name is not visible any more, unless the server lost it; whether
    /// anything left. After a restore that shows when what is here was sent again.
    fn end_backfill(&self, c: &Connection, backfill: &mut BackfillState, change: &mut Change) -> Result<bool, ClientError> {
        let mut evicted = false;
        let unnamed = documents::unnamed(c, backfill.number)?;
        if backfill.recovering {
            meta::ask_after(c, &unnamed)?;
        }
        for doc in unnamed {
            if backfill.recovering {
                self.send_again(c, doc, change)?;
                documents::mark_backfill(c, doc, backfill.number)?;
            } else {
                self.forget(c, doc)?;
                evicted = true;
            }
        }
        if backfill.first {
            leads::build_search(c)?;
        }
        *backfill = BackfillState { number: backfill.number, ..BackfillState::default() };
        Ok(evicted)
    }

    /// Queues the whole of a record whose document a restored server does not show; whether there is any of it.
    fn send_again(&self, c: &Connection, doc: DocId, change: &mut Change) -> Result<bool, ClientError> {
        let Some(stored) = documents::load_readable(c, doc)?.filter(|stored| !stored.is_withheld()) else { return Ok(false) };
        enqueue_lost(c, doc, stored.confirmed.as_ref().unwrap_or(&stored.doc), &Doc::empty())?;
        let facts = doc.as_lead().map_or(Ok(None), |lead| leads::get(c, lead))?.map(Facts::of_row).unwrap_or_default();
        self.store_document(c, doc, stored, Doc::seed(doc.kind), true, facts, change)?;
        Ok(true)
    }

    /// Removes all that is here of a record but what this person typed and nobody took; whether Needs
    /// attention shows it differently now.
    fn forget(&self, c: &Connection, doc: DocId) -> Result<bool, ClientError> {
        let unsaved = self.keep_unsaved(c, doc)?;
        documents::remove(c, doc)?;
        if let Some(lead) = doc.as_lead() {
            leads::remove(c, lead)?;
            ledgers::put_badge(c, lead, None)?;
            notices::forget_of(c, lead)?;
            assignments::remove_of(c, lead)?;
        }
        if let Some(lead) = doc.ledger_of() {
            receipts::forget_of(c, lead)?;
        }
        if let Some(lead) = doc.ledger_of() {
            ledgers::remove(c, lead)?;
        }
        let proposed = proposals::remove_of(c, doc)?;
        meta::set(c, meta::WIPE_DUE, &true)?;
        Ok(attention::forget_record(c, doc)? || proposed || unsaved)
    }

    /// What was typed into a record that leaves and never saved: the person finds it on Needs attention,
    /// without the text of the record that it was typed into.
    fn keep_unsaved(&self, c: &Connection, doc: DocId) -> Result<bool, ClientError> {
        let Some(typed) = drafts::take(c, doc)? else { return Ok(false) };
        let Some(me) = SessionFacts::load(c)?.map(|facts| facts.me.user) else { return Ok(false) };
        let command = Command::AddNote { text: typed.text };
        let envelope = Envelope { id: CommandId(self.env().new_id()), author: me, at: typed.at, command };
        let (refusal, refused_at) = (Refusal::new(RefusalCode::HandedOver, ""), self.env().now_ms());
        let kind = AttentionKind::Unsaved;
        attention::put(c, &Refused { doc, kind, title: String::new(), envelope, refusal, refused_at, change: None, settled: None })?;
        Ok(true)
    }
}

/// Whether the batch takes away, or may take away, a record that has pending edits here: those that are
/// known to leave. Or tells that one was dropped: once that is acknowledged they would count as made in
/// the knowledge of it.
fn stops_for_hand_over(c: &Connection, batch: &PullBatch) -> Result<Option<Vec<DocId>>, ClientError> {
    if outbox::size(c)?.0 == 0 {
        return Ok(None);
    }
    let (mut leaving, mut stops) = (Vec::new(), false);
    for entry in &batch.entries {
        match entry {
            Entry::Evict { doc } if outbox::count_of(c, *doc)? > 0 => leaving.push(*doc),
            // What is not visible any more shows only at the back-fill's end.
            Entry::Resync => stops = true,
            Entry::BackfillEnd => leaving.extend(evicts_pending(c, batch)?),
            Entry::Changes { doc, summary, .. } => stops |= drops_pending(c, *doc, summary.as_ref())?,
            Entry::Snapshot(snapshot) if snapshot.is_withheld() && outbox::count_of(c, snapshot.doc)? > 0 => leaving.push(snapshot.doc),
            Entry::Snapshot(snapshot) => stops |= drops_pending(c, snapshot.doc, snapshot.summary.as_ref())?,
            Entry::Evict { .. } | Entry::Row(_) | Entry::Epoch { .. } => {}
        }
    }
    Ok((stops || !leaving.is_empty()).then_some(leaving))
}

/// Whether a record with pending edits, which is not dropped here, is dropped at the server.
fn drops_pending(c: &Connection, doc: DocId, there: Option<&LeadSummary>) -> Result<bool, ClientError> {
    let Some(lead) = doc.as_lead().filter(|_| there.is_some_and(|there| there.status == Status::Lost)) else { return Ok(false) };
    if outbox::count_of(c, doc)? == 0 {
        return Ok(false);
    }
    Ok(leads::get(c, lead)?.is_some_and(|here| here.summary.status != Status::Lost))
}

/// The records with pending edits that the end of the running back-fill would take away.
fn evicts_pending(c: &Connection, batch: &PullBatch) -> Result<Vec<DocId>, ClientError> {
    let backfill: BackfillState = meta::get(c, meta::BACKFILL)?.unwrap_or_default();
    // It may begin in this very batch.
    let restored = batch.entries.iter().any(|e| matches!(e, Entry::Epoch { .. }));
    let begins = restored || batch.entries.iter().any(|e| matches!(e, Entry::Resync));
    let recovering = if restored { meta::get::<String>(c, meta::CURSOR)?.is_some() } else { backfill.recovering };
    if recovering {
        return Ok(Vec::new());
    }
    let named = |doc: &DocId| batch.entries.iter().any(|e| matches!(e, Entry::Snapshot(s) if s.doc == *doc));
    let mut leaving = documents::unnamed(c, backfill.number + i64::from(begins))?;
    leaving.retain(|doc| !named(doc));
    let pending: Vec<bool> = leaving.iter().map(|doc| Ok(outbox::count_of(c, *doc)? > 0)).collect::<Result<_, ClientError>>()?;
    Ok(leaving.into_iter().zip(pending).filter_map(|(doc, pending)| pending.then_some(doc)).collect())
}

/// A record's open proposals and assignments, as the server sent them with it; whether there were or are proposals.
fn put_beside(c: &Connection, snapshot: &Snapshot) -> Result<bool, ClientError> {
    if let Some(lead) = snapshot.doc.as_lead() {
        assignments::replace(c, lead, &snapshot.assignments)?;
    }
    let (were, open) = (proposals::remove_of(c, snapshot.doc)?, &snapshot.proposals);
    open.iter().try_for_each(|proposal| proposals::put(c, proposal))?;
    Ok(were || !open.is_empty())
}

fn begin_backfill(c: &Connection, backfill: &mut BackfillState, recovering: bool) -> Result<(), ClientError> {
    // A first one that never ended has left its rows out of the search table.
    if backfill.first && backfill.running {
        leads::build_search(c)?;
    }
    // Those in sight come with the first page.
    attendance::forget_all(c)?;
    let empty = documents::all(c)?.iter().all(|doc| doc.as_lead().is_none());
    *backfill = BackfillState { number: backfill.number + 1, running: true, first: empty, recovering, done: 0, total: 0 };
    Ok(())
}

fn apply_row(c: &Connection, row: Row, change: &mut Change) -> Result<(), ClientError> {
    match row {
        Row::Org(org) => {
            change.session = true;
            let before = ledgers::currency(c)?;
            meta::set(c, meta::ORG, &org)?;
            if ledgers::currency(c)? == before { Ok(()) } else { ledgers::build(c) }
        }
        Row::Team(team) => {
            change.directory = true;
            rows::put_team(c, &team)
        }
        Row::User(user) => {
            if let Some(facts) = SessionFacts::load(c)?
                && facts.me.user == user.id
            {
                let me = protocol::auth::Me { name: user.name.clone(), role: user.role, team: user.team, ..facts.me };
                meta::set(c, meta::ME, &me)?;
                change.session = true;
            }
            (change.many_leads, change.directory) = (true, true);
            if !sees_attendance(c, &user)? {
                change.attendance |= attendance::forget(c, user.id)?;
            }
            rows::put_user(c, &user)
        }
        Row::Owner(owner) => {
            let Some(found) = leads::get(c, owner.lead)? else { return Ok(()) };
            let summary = LeadSummary { owner: owner.owner, team: owner.team, assigned_at: owner.assigned_at, ..found.summary };
            change.absorb(Change { leads: vec![owner.lead], ..Change::default() });
            leads::put(c, owner.lead, &summary, found.confirmed_at, found.pending, true)
        }
        Row::Attendance(standing) => {
            change.attendance = true;
            attendance::put(c, &standing)
        }
        Row::Badge(row) => {
            change.leads.push(row.lead);
            ledgers::put_badge(c, row.lead, row.badge)
        }
        Row::Notice(notice) => {
            change.notices = true;
            notices::put(c, &notice)
        }
        Row::Assignment(line) => {
            if leads::get(c, line.lead)?.is_none() {
                return Ok(());
            }
            change.absorb(Change { leads: vec![line.lead], ..Change::default() });
            assignments::put(c, &line)
        }
        Row::Proposal(proposal) => {
            // Of a record that is not here there is nothing to take.
            if !documents::exists(c, proposal.doc)? {
                return Ok(());
            }
            change.absorb(Change { attention: true, ..one_record(proposal.doc) });
            proposals::put(c, &proposal)
        }
        Row::Receipt(receipt) => {
            change.absorb(Change { leads: vec![receipt.lead], ..Change::default() });
            receipts::put(c, &receipt)
        }
    }
}

/// Whether this person sees when the other is at work, as both are now.
fn sees_attendance(c: &Connection, other: &UserRow) -> Result<bool, ClientError> {
    let Some(facts) = SessionFacts::load(c)? else { return Ok(false) };
    let subject = Subject { owner: Some(other.id), team: other.team, ..Subject::default() };
    Ok(authorise(&facts.actor(), Action::ViewAttendance, &subject).is_ok())
}

/// The projection of a snapshot that another version of the server made.
fn reproject(lead: LeadId, blob: &[u8], sent: &LeadSummary) -> Result<LeadSummary, ClientError> {
    let record = records::lead::read(&Doc::load(blob)?, lead)?;
    Ok(LeadSummary::of(&record, sent.ownership(), sent.updated_at))
}

fn one_record(doc: DocId) -> Change {
    Change { leads: doc.as_lead().or(doc.ledger_of()).into_iter().collect(), sync: true, ..Change::default() }
}
