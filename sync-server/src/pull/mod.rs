//! Pulling: one batch of what changed for one person since their cursor, in `seq` order, or one
//! page of a back-fill. Sight is judged now, not when the entry was written.

mod backfill;
mod follow;

use crate::auth::SignedIn;
use crate::error::Error;
use crate::sight::Sight;
use crate::store::leads::Held;
use crate::store::orgs::Head;
use crate::store::{Store, Tx, leads, log, orgs};
use domain::{DocId, Env, LeadId, OrgId, phone};
use protocol::Cursor;
use protocol::pull::{ChangeMeta, PullBatch, Snapshot};
use protocol::rows::{LeadSummary, OrgRow, PROJECTION_VERSION};

/// Entries in one batch at most.
pub const BATCH_ENTRIES: usize = 500;
/// Bytes of documents and changes after which a batch ends.
const BATCH_BYTES: usize = 512 * 1024;

/// Who pulls from what, for one batch.
struct View<'a> {
    tx: &'a mut dyn Tx,
    org: &'a OrgRow,
    env: &'a Env,
    sight: Sight,
    head: Head,
    limit: usize,
}

/// The batch after `cursor`. One that is not of this server's history starts over.
///
/// # Errors
/// The database's.
pub fn batch(store: &Store, env: &Env, org: &OrgRow, who: &SignedIn, cursor: Option<&str>, limit: usize) -> Result<PullBatch, Error> {
    store.read(|tx| {
        let head = orgs::head(tx, org.id)?;
        let cursor = known(tx, org.id, &head, cursor.and_then(Cursor::decode))?;
        let mut view = View { tx, org, env, sight: Sight::of(who.actor()), head, limit: limit.clamp(1, BATCH_ENTRIES) };
        Ok(match cursor {
            None => backfill::start(&mut view)?,
            Some(Cursor { backfill: Some(state), seq, chain, .. }) => backfill::go_on(&mut view, seq, chain, &state)?,
            Some(cursor) => follow::follow(&mut view, cursor.seq)?,
        })
    })
}

/// One record as it stands, if this person may see it.
///
/// # Errors
/// `NotFound`, also for one that is out of sight.
pub fn one(store: &Store, org: &OrgRow, who: &SignedIn, lead: LeadId) -> Result<Snapshot, Error> {
    let sight = Sight::of(who.actor());
    store.read(|tx| {
        let row = leads::get(tx, org.id, lead)?.filter(|row| sight.sees(&row.standing)).ok_or(Error::NotFound)?;
        let held = leads::held(tx, org.id, row.id)?.ok_or(Error::NotFound)?;
        let metas = log::metas(tx, org.id, DocId::lead(lead))?;
        Ok(snapshot(&sight, org, held, metas))
    })
}

/// The cursor, if it is of this server's history.
fn known(tx: &mut dyn Tx, org: OrgId, head: &Head, cursor: Option<Cursor>) -> Result<Option<Cursor>, Error> {
    let Some(cursor) = cursor.filter(|c| c.epoch == head.epoch && c.seq <= head.seq) else { return Ok(None) };
    let chain = log::chain_at(tx, org, cursor.seq)?;
    Ok(chain.is_some_and(|chain| cursor.chain == chain).then_some(cursor))
}

/// A snapshot as `sight` may have it.
fn snapshot(sight: &Sight, org: &OrgRow, held: Held, metas: Vec<ChangeMeta>) -> Snapshot {
    let masked = sight.masked();
    Snapshot {
        doc: DocId::lead(held.id),
        projection: PROJECTION_VERSION,
        summary: shown(sight, org, held.summary),
        blob: if masked { Vec::new() } else { held.blob },
        metas: if masked { Vec::new() } else { metas },
        seq: held.seq,
    }
}

/// The summary as `sight` may have it.
fn shown(sight: &Sight, org: &OrgRow, mut summary: LeadSummary) -> LeadSummary {
    if sight.masked() {
        summary.phone = phone::mask(&summary.phone, &org.phone_prefix);
        summary.alt_phone = summary.alt_phone.map(|p| phone::mask(&p, &org.phone_prefix));
    }
    summary
}
