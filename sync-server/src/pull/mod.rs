//! Pulling: one batch of what changed for one person since their cursor, in `seq` order, or one
//! page of a back-fill. Sight is judged now, not when the entry was written.

mod backfill;
mod follow;
mod seal;

use crate::audit::SeenHead;
use crate::auth::SignedIn;
use crate::error::Error;
use crate::sight::Sight;
use crate::store::leads::Held;
use crate::store::orgs::Head;
use crate::store::{Store, StoreError, Tx, assignment, devices, documents, leads, log, orgs, proposals, receipts, users};
use domain::assignment::Assignment;
use domain::people::Proposal;
use domain::{Actor, DocId, Env, LeadId, OrgId, phone, policy};
use protocol::Cursor;
use protocol::pull::{ChangeMeta, PullBatch, Snapshot};
use protocol::rows::{BadgeRow, LeadSummary, OrgRow, PROJECTION_VERSION};
use seal::CursorSeal;

/// Entries in one batch at most.
pub const BATCH_ENTRIES: usize = 500;
/// Bytes of documents and changes after which a batch ends.
const BATCH_BYTES: usize = 512 * 1024;

/// Who pulls from what, for one batch.
struct View<'a> {
    tx: &'a mut dyn Tx,
    org: &'a OrgRow,
    env: &'a Env,
    me: Actor,
    sight: Sight,
    head: Head,
    limit: usize,
    /// Records, or what may be done with one, were taken away since the device last asked.
    took_away: bool,
    seal: CursorSeal,
}

impl View<'_> {
    fn cursor(&self, seq: u64, chain: Vec<u8>, backfill: Option<protocol::cursor::Backfill>) -> String {
        self.seal.seal(&Cursor { epoch: self.head.epoch, seq, chain, backfill, took_away: self.took_away })
    }
}

/// Why a back-fill begins.
#[derive(Clone, Copy, PartialEq, Eq)]
enum First {
    /// The device knows nothing, or of another history.
    Ever,
    /// The person's role or team changed, or the log before the cursor's place was compacted.
    Again,
}

/// The batch after `cursor`, which the device sent if it is the `first` of an answer. One that is not
/// of this server's history starts over.
///
/// # Errors
/// The database's.
pub fn batch(
    store: &Store,
    env: &Env,
    org: &OrgRow,
    who: &SignedIn,
    cursor: Option<&str>,
    limit: usize,
    first: bool,
) -> Result<PullBatch, Error> {
    store.read(|tx| {
        let (head, seal) = (orgs::head(tx, org.id)?, CursorSeal::of(tx, org.id)?);
        let cursor = known(tx, org.id, &head, cursor.and_then(|text| seal.open(text)))?;
        // As they are now: a stream that began before a change of role goes on by the new one.
        let me = users::by_id(tx, org.id, who.actor().user)?.filter(|user| !user.row.disabled).ok_or(Error::NotSignedIn)?;
        // What was taken away before a cursor that the device sent is acknowledged.
        let took_away = cursor.as_ref().is_some_and(|c| c.took_away && (!first || c.backfill.is_some()));
        let (me, limit) = (me.actor(), limit.clamp(1, BATCH_ENTRIES));
        let mut view = View { tx, org, env, sight: Sight::of(&me), me, head, limit, took_away, seal };
        let batch = match cursor {
            None => backfill::start(&mut view, First::Ever)?,
            Some(Cursor { backfill: Some(state), seq, chain, .. }) => backfill::go_on(&mut view, seq, chain, &state)?,
            Some(cursor) if !view.head.tells_after(cursor.seq) => backfill::start(&mut view, First::Again)?,
            Some(cursor) => follow::follow(&mut view, cursor.seq)?,
        };
        let seen = seal.open(&batch.cursor).map(|c| SeenHead { epoch: c.epoch, seq: c.seq, chain: c.chain });
        Ok(PullBatch { head: seen.map(|head| head.to_string()), ..batch })
    })
}

/// The device sends back a cursor: what was taken away before it, it has applied.
///
/// # Errors
/// The database's.
pub fn acknowledge(store: &Store, org: OrgId, who: &SignedIn, cursor: Option<&str>) -> Result<(), Error> {
    let Some(text) = cursor else { return Ok(()) };
    let seal = store.read(|tx| CursorSeal::of(tx, org))?;
    let Some(cursor) = seal.open(text).filter(|c| c.took_away && c.backfill.is_none()) else { return Ok(()) };
    store.write(|tx| {
        let head = orgs::head(tx, org)?;
        match known(tx, org, &head, Some(cursor))? {
            Some(cursor) => Ok(devices::set_acked_seq(tx, org, who.device(), cursor.seq)?),
            None => Ok(()),
        }
    })
}

/// One record as it stands, if this person may see it.
///
/// # Errors
/// `NotFound`, also for one that is out of sight.
pub fn one(store: &Store, org: &OrgRow, who: &SignedIn, doc: DocId) -> Result<Snapshot, Error> {
    let sight = Sight::of(who.actor());
    store.read(|tx| {
        let Some(lead) = doc.as_lead() else {
            return if sees_other(tx, org.id, &sight, doc)? { Ok(plain(tx, org.id, doc)?) } else { Err(Error::NotFound) };
        };
        let row = leads::get(tx, org.id, lead)?.filter(|row| sight.sees(&row.standing)).ok_or(Error::NotFound)?;
        let held = leads::held(tx, org.id, row.id)?.ok_or(Error::NotFound)?;
        let metas = log::metas(tx, org.id, DocId::lead(lead))?;
        let beside = Beside::of(tx, org.id, lead)?;
        Ok(snapshot(&sight, org, held, metas, beside))
    })
}

/// The cursor, if it is of this server's history.
fn known(tx: &mut dyn Tx, org: OrgId, head: &Head, cursor: Option<Cursor>) -> Result<Option<Cursor>, Error> {
    let Some(cursor) = cursor.filter(|c| c.epoch == head.epoch && c.seq <= head.seq) else { return Ok(None) };
    let chain = log::chain_at(tx, org, cursor.seq)?;
    Ok(chain.is_some_and(|chain| cursor.chain == chain).then_some(cursor))
}

/// Whether a document that is no lead is in sight.
fn sees_other(tx: &mut dyn Tx, org: OrgId, sight: &Sight, doc: DocId) -> Result<bool, StoreError> {
    if doc.ledger_of().is_none() {
        return Ok(sight.sees_plain(doc));
    }
    if !sight.sees_some_ledgers() {
        return Ok(false);
    }
    let metas = log::metas(tx, org, doc)?;
    let collector = doc.ledger_of().map_or(Ok(None), |lead| assignment::collector(tx, org, lead))?;
    Ok(!metas.is_empty() && sight.sees_ledger(metas.into_iter().map(|meta| meta.author).chain(collector)))
}

/// Where the payments of a lead stand, for who sees it come and may know no more.
fn badge(view: &mut View<'_>, doc: DocId) -> Result<Option<BadgeRow>, StoreError> {
    let Some(lead) = doc.as_lead().filter(|_| policy::sees_payment_badge(view.me.role)) else { return Ok(None) };
    let Some(blob) = documents::blob(view.tx, view.org.id, DocId::ledger(lead))? else { return Ok(None) };
    let corrupt = |e: String| StoreError::Corrupt(format!("the ledger of {lead}: {e}"));
    let ledger = records::Doc::load(&blob).and_then(|doc| records::ledger::read(&doc)).map_err(|e| corrupt(e.to_string()))?;
    let currency = view.org.currency.parse().map_err(corrupt)?;
    Ok(Some(BadgeRow { lead, badge: ledger.badge(currency).map_err(|e| corrupt(e.to_string()))? }))
}

/// A document without a row of its own, as it stands, or as it begins.
///
/// # Errors
/// The database's.
fn plain(tx: &mut dyn Tx, org: OrgId, doc: DocId) -> Result<Snapshot, StoreError> {
    let (blob, seq) = match (documents::blob(tx, org, doc)?, documents::seq(tx, org, doc)?) {
        (Some(blob), Some(seq)) => (blob, seq),
        _ => (records::Doc::seed(doc.kind).save(), 0),
    };
    let metas = log::metas(tx, org, doc)?;
    let receipts = doc.ledger_of().map_or(Ok(Vec::new()), |lead| receipts::of_ledger(tx, org, lead))?;
    Ok(Snapshot {
        doc,
        projection: PROJECTION_VERSION,
        summary: None,
        blob,
        metas,
        seq,
        proposals: Vec::new(),
        assignments: Vec::new(),
        receipts,
    })
}

/// Rows of a lead that go with it.
#[derive(Default)]
struct Beside {
    proposals: Vec<Proposal>,
    assignments: Vec<Assignment>,
}

impl Beside {
    fn of(tx: &mut dyn Tx, org: OrgId, lead: LeadId) -> Result<Self, StoreError> {
        Ok(Self { proposals: proposals::open(tx, org, DocId::lead(lead))?, assignments: assignment::of_lead(tx, org, lead)? })
    }
}

/// A snapshot as `sight` may have it.
fn snapshot(sight: &Sight, org: &OrgRow, held: Held, metas: Vec<ChangeMeta>, beside: Beside) -> Snapshot {
    let masked = sight.masked();
    Snapshot {
        doc: DocId::lead(held.id),
        projection: held.summary.projection,
        summary: Some(shown(sight, org, held.summary)),
        blob: if masked { Vec::new() } else { held.blob },
        // Who and when is no secret: the timeline of those who get no document is made of it.
        metas,
        seq: held.seq,
        proposals: if masked { Vec::new() } else { beside.proposals },
        assignments: if masked { Vec::new() } else { beside.assignments },
        receipts: Vec::new(),
    }
}

/// The summary as `sight` may have it.
fn shown(sight: &Sight, org: &OrgRow, mut summary: LeadSummary) -> LeadSummary {
    if sight.masked() {
        summary.phone = phone::mask(&summary.phone, &org.phone_prefix);
        summary.alt_phone = summary.alt_phone.map(|p| phone::mask(&p, &org.phone_prefix));
        // What was written by hand may say the number.
        summary.tags.clear();
        summary.follow_ups.iter_mut().for_each(|due| due.note.clear());
        // Whose work it was is in documents.
        (summary.assigned_at, summary.converted_at, summary.dropped_at) = (None, None, None);
        summary.called.clear();
    }
    summary
}
